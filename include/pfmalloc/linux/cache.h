/* SPDX-License-Identifier: MIT */
/*
 * cache.h - where data lies in relation to cache lines
 */
#ifndef PFMALLOC_LINUX_CACHE_H
#define PFMALLOC_LINUX_CACHE_H

#include <linux/compiler_types.h>

#ifndef L1_CACHE_SHIFT
#define L1_CACHE_SHIFT 6
#endif
#define L1_CACHE_BYTES	(1 << L1_CACHE_SHIFT)
#define SMP_CACHE_BYTES L1_CACHE_BYTES
#define L1_CACHE_ALIGN(x) \
	(((x) + (L1_CACHE_BYTES - 1)) & ~((__typeof__(x))L1_CACHE_BYTES - 1))
#define cache_line_size() L1_CACHE_BYTES

#define __read_mostly
#define __ro_after_init
#define ____cacheline_aligned		      __attribute__((__aligned__(SMP_CACHE_BYTES)))
#define ____cacheline_aligned_in_smp	      ____cacheline_aligned
#define __cacheline_aligned		      ____cacheline_aligned
#define __cacheline_aligned_in_smp	      ____cacheline_aligned
#define ____cacheline_internodealigned_in_smp ____cacheline_aligned

#endif
