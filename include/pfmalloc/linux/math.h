/* SPDX-License-Identifier: MIT */
/*
 * math.h - division with rounding, roots
 *
 * libc's <stdlib.h> and <sys/param.h> have abs() and roundup(), too; they are
 * read first.
 */
#ifndef PFMALLOC_LINUX_MATH_H
#define PFMALLOC_LINUX_MATH_H

#include <linux/types.h>

#include <stdlib.h>

#undef roundup
#undef rounddown
#undef round_up
#undef round_down

/* To multiples of a power of two. */
#define __round_mask(x, y) ((__typeof__(x))((y)-1))
#define round_up(x, y)	   ((((x)-1) | __round_mask(x, y)) + 1)
#define round_down(x, y)   ((x) & ~__round_mask(x, y))

#undef DIV_ROUND_UP
#define DIV_ROUND_UP(n, d)	 (((n) + (d)-1) / (d))
#define DIV_ROUND_UP_POW2(n, d)	 ((n) / (d) + !!((n) & ((d)-1)))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define DIV_ROUND_UP_ULL(n, d) \
	DIV_ROUND_DOWN_ULL((unsigned long long)(n) + (d)-1, d)
#define DIV_ROUND_UP_SECTOR_T(n, d) DIV_ROUND_UP_ULL(n, d)

/* To multiples of any number. */
#define roundup(x, y)                               \
	__extension__({                             \
		__typeof__(y) pf_y = (y);           \
		(((x) + (pf_y - 1)) / pf_y) * pf_y; \
	})
#define rounddown(x, y)                   \
	__extension__({                   \
		__typeof__(x) pf_x = (x); \
		pf_x - (pf_x % (y));      \
	})

/* To the nearest; halves away from zero. */
#define DIV_ROUND_CLOSEST(x, divisor)                                       \
	__extension__({                                                     \
		__typeof__(x) pf_x = (x);                                   \
		__typeof__(divisor) pf_d = (divisor);                       \
		((__typeof__(x))-1) > 0 || ((__typeof__(divisor))-1) > 0 || \
				(pf_x > 0) == (pf_d > 0)                    \
			? (pf_x + pf_d / 2) / pf_d                          \
			: (pf_x - pf_d / 2) / pf_d;                         \
	})
#define DIV_ROUND_CLOSEST_ULL(x, divisor)                    \
	__extension__({                                      \
		unsigned long long pf_d = (divisor);         \
		((unsigned long long)(x) + pf_d / 2) / pf_d; \
	})

/* x * n / d without the overflow of x * n. */
#define mult_frac(x, n, d)                                    \
	__extension__({                                       \
		__typeof__(x) pf_x = (x);                     \
		__typeof__(n) pf_n = (n);                     \
		__typeof__(d) pf_d = (d);                     \
		pf_x / pf_d *pf_n + pf_x % pf_d *pf_n / pf_d; \
	})

#undef abs
#define abs(x)                                                             \
	__builtin_choose_expr(                                             \
		__builtin_types_compatible_p(__typeof__(x), long long),    \
		llabs((long long)(x)),                                     \
		__builtin_choose_expr(                                     \
			__builtin_types_compatible_p(__typeof__(x), long), \
			labs((long)(x)), (abs)((int)(x))))
#define abs_diff(a, b)                                       \
	__extension__({                                      \
		__typeof__(a) pf_a = (a);                    \
		__typeof__(b) pf_b = (b);                    \
		pf_a > pf_b ? (pf_a - pf_b) : (pf_b - pf_a); \
	})

/* 0 to @ep_ro - 1, from a random @val. */
static inline u32 reciprocal_scale(u32 val, u32 ep_ro)
{
	return (u32)(((u64)val * ep_ro) >> 32);
}

static inline u64 int_pow(u64 base, unsigned int exp)
{
	u64 result = 1;

	for (; exp; exp >>= 1, base *= base) {
		if (exp & 1)
			result *= base;
	}
	return result;
}

/* The largest number whose square is not above @x. */
static inline u32 int_sqrt64(u64 x)
{
	u64 root = 0;
	u64 bit = 1ULL << 62;

	while (bit > x)
		bit >>= 2;
	for (; bit; bit >>= 2) {
		if (x >= root + bit) {
			x -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return (u32)root;
}

static inline unsigned long int_sqrt(unsigned long x)
{
	return int_sqrt64(x);
}

#endif
