/* SPDX-License-Identifier: MIT */
/*
 * minmax.h - the smaller and the larger of two
 *
 * Each argument is evaluated once.  A signed and an unsigned number are not
 * compared, unless one is a constant that is not negative, or an unsigned one
 * that is narrower than int: cast them, or say min_t(type, a, b).
 */
#ifndef PFMALLOC_LINUX_MINMAX_H
#define PFMALLOC_LINUX_MINMAX_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

/*
 * Whether a number can be compared with signed ones (bit 0) and with unsigned
 * ones (bit 1) without a change of its value: a constant that is not negative
 * with both, and so can an unsigned type that is narrower than int.
 */
#define pf_is_signed(x)                                                      \
	__builtin_choose_expr(__is_constexpr(is_signed_type(__typeof__(x))), \
			      is_signed_type(__typeof__(x)), 0)
#define pf_is_nonnegative(x) \
	((long long)__builtin_choose_expr(__is_constexpr(x), (x), -1) >= 0)
#define pf_sign_use(x)                                  \
	(pf_is_signed(x) ? 1 + 2 * pf_is_nonnegative(x) \
			 : 2 + (sizeof(x) < sizeof(int)))
#define pf_signs_fit(use)                                             \
	_Static_assert((use) != 0,                                    \
		       "signed and unsigned are compared: cast one, " \
		       "or use min_t/max_t/clamp_t")

/* All as the type that C compares them as. */
#define pf_choose(x, op, y, a, b)                              \
	__extension__({                                        \
		__typeof__(1 ? (x) : (y)) a = (x);             \
		__typeof__(1 ? (x) : (y)) b = (y);             \
		pf_signs_fit(pf_sign_use(x) & pf_sign_use(y)); \
		a op b ? a : b;                                \
	})
#define pf_choose_3(x, op, y, z, a, b, c)                      \
	__extension__({                                        \
		__typeof__(1 ? (x) : 1 ? (y) : (z)) a = (x);   \
		__typeof__(a) b = (y);                         \
		__typeof__(a) c = (z);                         \
		pf_signs_fit(pf_sign_use(x) & pf_sign_use(y) & \
			     pf_sign_use(z));                  \
		a op b ? (a op c ? a : c) : (b op c ? b : c);  \
	})
#define pf_clamp(val, lo, hi, v, l, h)                             \
	__extension__({                                            \
		__typeof__(1 ? (val) : 1 ? (lo) : (hi)) v = (val); \
		__typeof__(v) l = (lo);                            \
		__typeof__(v) h = (hi);                            \
		pf_signs_fit(pf_sign_use(val) & pf_sign_use(lo) &  \
			     pf_sign_use(hi));                     \
		v >= h ? h : v <= l ? l : v;                       \
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
#define umin(x, y) min_t(unsigned long long, (x) + 0U, (y) + 0U)
#define umax(x, y) max_t(unsigned long long, (x) + 0U, (y) + 0U)
#define min3(x, y, z)                                                   \
	pf_choose_3(x, <, y, z, __UNIQUE_ID(min_a), __UNIQUE_ID(min_b), \
		    __UNIQUE_ID(min_c))
#define max3(x, y, z)                                                   \
	pf_choose_3(x, >, y, z, __UNIQUE_ID(min_a), __UNIQUE_ID(min_b), \
		    __UNIQUE_ID(min_c))
#define min_not_zero(x, y)                                               \
	__extension__({                                                  \
		__typeof__(x) pf_x = (x);                                \
		__typeof__(y) pf_y = (y);                                \
		pf_x == 0 ? pf_y : (pf_y == 0 ? pf_x : min(pf_x, pf_y)); \
	})
#define clamp(val, lo, hi)                                            \
	pf_clamp(val, lo, hi, __UNIQUE_ID(min_a), __UNIQUE_ID(min_b), \
		 __UNIQUE_ID(min_c))
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

/* Of the elements of an array, which has at least one. */
#define pf_of_array(array, len, op)                             \
	__extension__({                                         \
		__typeof__(&(array)[0]) pf_elements = (array);  \
		size_t pf_nr = (len);                           \
		__unqual_scalar_typeof((array)[0]) pf_chosen =  \
			pf_elements[--pf_nr];                   \
		while (pf_nr--) {                               \
			if (pf_elements[pf_nr] op pf_chosen)    \
				pf_chosen = pf_elements[pf_nr]; \
		}                                               \
		pf_chosen;                                      \
	})
#define min_array(array, len) pf_of_array(array, len, <)
#define max_array(array, len) pf_of_array(array, len, >)

#define swap(a, b)                          \
	do {                                \
		__typeof__(a) pf_old = (a); \
		(a) = (b);                  \
		(b) = pf_old;               \
	} while (0)

#endif
