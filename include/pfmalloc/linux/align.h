/* SPDX-License-Identifier: MIT */
/*
 * align.h - round to multiples of a power of two
 */
#ifndef PFMALLOC_LINUX_ALIGN_H
#define PFMALLOC_LINUX_ALIGN_H

#include <linux/const.h>

#define __ALIGN_MASK(x, mask) (((x) + (mask)) & ~(mask))

#undef ALIGN
#define ALIGN(x, a)	 __ALIGN_MASK(x, (__typeof__(x))(a)-1)
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a)-1))
#define PTR_ALIGN(p, a)	 ((__typeof__(p))ALIGN((unsigned long)(p), (a)))
#define PTR_ALIGN_DOWN(p, a) \
	((__typeof__(p))ALIGN_DOWN((unsigned long)(p), (a)))
#define IS_ALIGNED(x, a)     (((x) & ((__typeof__(x))(a)-1)) == 0)
#define PTR_IS_ALIGNED(p, a) (IS_ALIGNED((unsigned long)(p), (a)))

#endif
