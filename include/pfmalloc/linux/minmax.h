/* SPDX-License-Identifier: MIT */
/*
 * minmax.h - the smaller and the larger of two
 *
 * Each argument is evaluated once.  A signed and an unsigned number are not
 * compared, unless one is a constant that is not negative: cast them, or say
 * min_t(type, a, b).
 */
#ifndef PFMALLOC_LINUX_MINMAX_H
#define PFMALLOC_LINUX_MINMAX_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define pf_is_signed(x)                                              \
	__builtin_choose_expr(                                       \
		__is_constexpr(is_signed_type(__typeof__((x) + 0))), \
		is_signed_type(__typeof__((x) + 0)), 0)
#define pf_is_nonnegative(x) \
	((long long)__builtin_choose_expr(__is_constexpr(x), (x), -1) >= 0)
#define pf_same_sign(x, y) (pf_is_signed(x) == pf_is_signed(y))
/* Whether @x is a constant that @y's type has, too. */
#define pf_follows(x, y) (pf_is_nonnegative(x) && sizeof(x) <= sizeof(y))
/* What @x is compared as: @y's type if the signs differ and @x can follow. */
#define pf_compared_as(x, y)              \
	__typeof__(__builtin_choose_expr( \
		!pf_same_sign(x, y) && pf_follows(x, y), (y), (x)))

#define pf_choose(x, op, y, a, b)                                           \
	__extension__({                                                     \
		pf_compared_as(x, y) a = (x);                               \
		pf_compared_as(y, x) b = (y);                               \
		_Static_assert(pf_same_sign(x, y) || pf_follows(x, y) ||    \
				       pf_follows(y, x),                    \
			       "min/max of signed and unsigned: cast one, " \
			       "or use min_t/max_t");                       \
		a op b ? a : b;                                             \
	})
#define pf_choose_t(type, x, op, y, a, b) \
	__extension__({                   \
		type a = (x);             \
		type b = (y);             \
		a op b ? a : b;           \
	})

#undef min
#undef max
#define min(x, y) pf_choose(x, <, y, __UNIQUE_ID(min_a), __UNIQUE_ID(min_b))
#define max(x, y) pf_choose(x, >, y, __UNIQUE_ID(min_a), __UNIQUE_ID(min_b))
#define min_t(type, x, y) \
	pf_choose_t(type, x, <, y, __UNIQUE_ID(min_a), __UNIQUE_ID(min_b))
#define max_t(type, x, y) \
	pf_choose_t(type, x, >, y, __UNIQUE_ID(min_a), __UNIQUE_ID(min_b))
#define umin(x, y)    min_t(unsigned long long, (x) + 0U, (y) + 0U)
#define umax(x, y)    max_t(unsigned long long, (x) + 0U, (y) + 0U)
#define min3(x, y, z) min((__typeof__(x))min(x, y), z)
#define max3(x, y, z) max((__typeof__(x))max(x, y), z)
#define min_not_zero(x, y)                                               \
	__extension__({                                                  \
		__typeof__(x) pf_x = (x);                                \
		__typeof__(y) pf_y = (y);                                \
		pf_x == 0 ? pf_y : (pf_y == 0 ? pf_x : min(pf_x, pf_y)); \
	})
#define clamp(val, lo, hi)	   min((__typeof__(val))max(val, lo), hi)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define clamp_val(val, lo, hi)	   clamp_t(__typeof__(val), val, lo, hi)

/* For constants, where a statement is not allowed. */
#ifndef MIN
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#endif
#ifndef MAX
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#endif
#define MIN_T(type, a, b) MIN((type)(a), (type)(b))
#define MAX_T(type, a, b) MAX((type)(a), (type)(b))

#define in_range(val, start, len) ((u64)(val) - (u64)(start) < (u64)(len))

#define swap(a, b)                          \
	do {                                \
		__typeof__(a) pf_old = (a); \
		(a) = (b);                  \
		(b) = pf_old;               \
	} while (0)

#endif
