/* SPDX-License-Identifier: MIT */
/*
 * bits.h - masks of single bits and of runs of bits
 */
#ifndef PFMALLOC_LINUX_BITS_H
#define PFMALLOC_LINUX_BITS_H

#include <linux/build_bug.h>
#include <linux/const.h>
#include <linux/types.h>

#define BIT(nr)		 (UL(1) << (nr))
#define BIT_ULL(nr)	 (ULL(1) << (nr))
#define BIT_MASK(nr)	 (UL(1) << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr)	 ((nr) / BITS_PER_LONG)
#define BIT_ULL_MASK(nr) (ULL(1) << ((nr) % BITS_PER_LONG_LONG))
#define BIT_ULL_WORD(nr) ((nr) / BITS_PER_LONG_LONG)
#define BIT_U8(nr)	 ((u8)(1U << (nr)))
#define BIT_U16(nr)	 ((u16)(1U << (nr)))
#define BIT_U32(nr)	 ((u32)(1U << (nr)))
#define BIT_U64(nr)	 ((u64)(1ULL << (nr)))

/* Constant bounds in the wrong order do not compile. */
#define PF_GENMASK_CHECK(h, l)                                 \
	((unsigned int)PF_ZERO_OR_BREAK(__builtin_choose_expr( \
		__is_constexpr((int)(l) > (int)(h)), (int)(l) > (int)(h), 0)))

#define PF_GENMASK(type, h, l)                                       \
	((type)(((type) ~(type)0 << (l)) &                           \
		((type) ~(type)0 >> (sizeof(type) * 8 - 1 - (h)))) + \
	 PF_GENMASK_CHECK(h, l))

#define GENMASK(h, l)	  PF_GENMASK(unsigned long, h, l)
#define GENMASK_ULL(h, l) PF_GENMASK(unsigned long long, h, l)
#define GENMASK_U8(h, l)  ((u8)PF_GENMASK(unsigned int, h, l))
#define GENMASK_U16(h, l) ((u16)PF_GENMASK(unsigned int, h, l))
#define GENMASK_U32(h, l) PF_GENMASK(u32, h, l)
#define GENMASK_U64(h, l) PF_GENMASK(u64, h, l)

#endif
