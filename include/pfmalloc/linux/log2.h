/* SPDX-License-Identifier: MIT */
/*
 * log2.h - logarithms and powers of two
 *
 * Of a constant they are constants of the language; another argument is
 * evaluated once.
 */
#ifndef PFMALLOC_LINUX_LOG2_H
#define PFMALLOC_LINUX_LOG2_H

#include <linux/bitops.h>
#include <linux/types.h>

#define const_ilog2(n) \
	((n) < 2 ? 0 : 63 - __builtin_clzll((unsigned long long)(n)))

/* 0 for 0. */
static inline __attribute_const__ int pf_ilog2(u64 n)
{
	return const_ilog2(n);
}

/* What is narrower than a word is taken without its sign. */
#define ilog2(n)                                   \
	__builtin_choose_expr(                     \
		__is_constexpr(n), const_ilog2(n), \
		pf_ilog2(sizeof(n) <= 4 ? (u64)(u32)(n) : (u64)(n)))

static inline __attribute_const__ bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* 1 for 0 and 1. */
static inline __attribute_const__ unsigned long
__roundup_pow_of_two(unsigned long n)
{
	return n < 2 ? 1 : 1UL << (pf_ilog2(n - 1) + 1);
}

static inline __attribute_const__ unsigned long
__rounddown_pow_of_two(unsigned long n)
{
	return 1UL << pf_ilog2(n);
}

/* log2, rounded up. */
static inline __attribute_const__ int __order_base_2(unsigned long n)
{
	return n > 1 ? pf_ilog2(n - 1) + 1 : 0;
}

/* How many bits a number has; 1 for 0. */
static inline __attribute_const__ int __bits_per(unsigned long n)
{
	return n < 2 ? 1 : pf_ilog2(n) + 1;
}

#define pf_const_roundup_pow_of_two(n) \
	((n) < 2 ? 1UL : 1UL << (const_ilog2((n)-1) + 1))
#define roundup_pow_of_two(n)                                                  \
	__builtin_choose_expr(__is_constexpr(n),                               \
			      pf_const_roundup_pow_of_two((unsigned long)(n)), \
			      __roundup_pow_of_two(n))
#define rounddown_pow_of_two(n)                                       \
	__builtin_choose_expr(__is_constexpr(n),                      \
			      1UL << const_ilog2((unsigned long)(n)), \
			      __rounddown_pow_of_two(n))
#define order_base_2(n)                                                       \
	__builtin_choose_expr(__is_constexpr(n),                              \
			      (n) > 1 ? const_ilog2((unsigned long)(n)-1) + 1 \
				      : 0,                                    \
			      __order_base_2(n))
#define bits_per(n)                                                          \
	__builtin_choose_expr(__is_constexpr(n),                             \
			      (n) < 2 ? 1                                    \
				      : const_ilog2((unsigned long)(n)) + 1, \
			      __bits_per(n))

#endif
