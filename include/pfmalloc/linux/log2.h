/* SPDX-License-Identifier: MIT */
/*
 * log2.h - logarithms and powers of two
 *
 * ilog2() of a constant is a constant of the language.
 */
#ifndef PFMALLOC_LINUX_LOG2_H
#define PFMALLOC_LINUX_LOG2_H

#include <linux/bitops.h>
#include <linux/types.h>

/* The compiler's builtins are constant expressions, too. */
#define ilog2(n)       ((n) <= 1 ? 0 : 63 - __builtin_clzll((unsigned long long)(n)))
#define const_ilog2(n) ilog2(n)

#define is_power_of_2(n)                                 \
	__extension__({                                  \
		unsigned long pf_n = (unsigned long)(n); \
		pf_n != 0 && (pf_n & (pf_n - 1)) == 0;   \
	})

/* 1 for 0 and 1. */
#define roundup_pow_of_two(n) \
	((n) <= 1 ? 1UL : 1UL << (ilog2((unsigned long)(n)-1) + 1))
#define rounddown_pow_of_two(n) (1UL << ilog2((unsigned long)(n)))
#define __roundup_pow_of_two(n) roundup_pow_of_two(n)

/* log2, rounded up. */
#define order_base_2(n) ((n) > 1 ? ilog2((unsigned long)(n)-1) + 1 : 0)
#define bits_per(n)	((n) < 2 ? 1 : ilog2(n) + 1)

#endif
