/* SPDX-License-Identifier: MIT */
/*
 * overflow.h - sums and products that know when they do not fit
 *
 * size_mul() and its kin saturate at SIZE_MAX, which no allocator has.
 */
#ifndef PFMALLOC_LINUX_OVERFLOW_H
#define PFMALLOC_LINUX_OVERFLOW_H

#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/types.h>

#define pf_half_max(t) ((t)1 << (8 * sizeof(t) - 1 - is_signed_type(t)))
#define type_max(t)    ((t)((pf_half_max(t) - 1) + pf_half_max(t)))
#define type_min(t)    ((t)((t)-type_max(t) - (t)1))

static inline bool __must_check pf_must_check_overflow(bool overflow)
{
	return unlikely(overflow);
}

/* True when it did not fit; *@d has the result modulo 2^n in any case. */
#define check_add_overflow(a, b, d) \
	pf_must_check_overflow(__builtin_add_overflow(a, b, d))
#define check_sub_overflow(a, b, d) \
	pf_must_check_overflow(__builtin_sub_overflow(a, b, d))
#define check_mul_overflow(a, b, d) \
	pf_must_check_overflow(__builtin_mul_overflow(a, b, d))

#define check_shl_overflow(a, s, d)                                      \
	pf_must_check_overflow(__extension__({                           \
		__typeof__(a) pf_a = (a);                                \
		__typeof__(s) pf_s = (s);                                \
		__typeof__(d) pf_d = (d);                                \
		unsigned long long pf_wide = (unsigned long long)pf_a;   \
		unsigned int pf_shift =                                  \
			pf_s >= 0 && (size_t)pf_s < 8 * sizeof(*pf_d)    \
				? (unsigned int)pf_s                     \
				: 0;                                     \
		*pf_d = (__typeof__(*pf_d))(pf_wide << pf_shift);        \
		(__typeof__(s))pf_shift != pf_s ||                       \
			*pf_d<0 || pf_a<0 || (unsigned long long)*pf_d>> \
					pf_shift != pf_wide;             \
	}))

#define wrapping_add(type, a, b)                             \
	__extension__({                                      \
		type pf_sum;                                 \
		(void)__builtin_add_overflow(a, b, &pf_sum); \
		pf_sum;                                      \
	})
#define wrapping_sub(type, a, b)                              \
	__extension__({                                       \
		type pf_rest;                                 \
		(void)__builtin_sub_overflow(a, b, &pf_rest); \
		pf_rest;                                      \
	})
#define wrapping_mul(type, a, b)                                 \
	__extension__({                                          \
		type pf_product;                                 \
		(void)__builtin_mul_overflow(a, b, &pf_product); \
		pf_product;                                      \
	})
#define overflows_type(n, T)                            \
	__extension__({                                 \
		__typeof__(T) pf_to;                    \
		__builtin_add_overflow((n), 0, &pf_to); \
	})

static inline size_t __must_check size_mul(size_t factor1, size_t factor2)
{
	size_t bytes;

	return __builtin_mul_overflow(factor1, factor2, &bytes) ? SIZE_MAX
								: bytes;
}

static inline size_t __must_check size_add(size_t addend1, size_t addend2)
{
	size_t bytes;

	return __builtin_add_overflow(addend1, addend2, &bytes) ? SIZE_MAX
								: bytes;
}

/* SIZE_MAX stays SIZE_MAX: it is the sign of an overflow before. */
static inline size_t __must_check size_sub(size_t minuend, size_t subtrahend)
{
	if (minuend == SIZE_MAX || subtrahend == SIZE_MAX ||
	    subtrahend > minuend)
		return SIZE_MAX;
	return minuend - subtrahend;
}

#define array_size(a, b)     size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
/* Of a constant count they are constants, and may be the size of an array. */
#define pf_const_mul(a, b)                               \
	((size_t)(a) > SIZE_MAX / (size_t)(b) ? SIZE_MAX \
					      : (size_t)(a) * (size_t)(b))
#define pf_const_add(a, b) ((a) > SIZE_MAX - (b) ? SIZE_MAX : (a) + (b))
#define pf_element_size(p, member) \
	(sizeof(*(p)->member) + (size_t)__must_be_array((p)->member))
#define flex_array_size(p, member, count)                        \
	__builtin_choose_expr(                                   \
		__is_constexpr(count),                           \
		pf_const_mul(count, pf_element_size(p, member)), \
		size_mul((size_t)(count), pf_element_size(p, member)))
#define struct_size(p, member, count)                                          \
	__builtin_choose_expr(                                                 \
		__is_constexpr(count),                                         \
		pf_const_add(sizeof(*(p)),                                     \
			     pf_const_mul(count, pf_element_size(p, member))), \
		size_add(sizeof(*(p)), flex_array_size(p, member, count)))
#define struct_size_t(type, member, count) \
	struct_size((type *)NULL, member, count)

/* Whether @start or what lies @size behind it is not below, or is above, @max. */
#define range_overflows(start, size, max)                          \
	__extension__({                                            \
		__typeof__(start) pf_start = (start);              \
		__typeof__(size) pf_size = (size);                 \
		__typeof__(max) pf_max = (max);                    \
		pf_start >= pf_max || pf_size > pf_max - pf_start; \
	})
#define range_overflows_t(type, start, size, max) \
	range_overflows((type)(start), (type)(size), (type)(max))
#define range_end_overflows(start, size, max)                     \
	__extension__({                                           \
		__typeof__(start) pf_start = (start);             \
		__typeof__(size) pf_size = (size);                \
		__typeof__(max) pf_max = (max);                   \
		pf_start > pf_max || pf_size > pf_max - pf_start; \
	})

/* A structure with its flexible array of @count elements, on the stack. */
#define DEFINE_FLEX(type, name, member, counter, count)              \
	union {                                                      \
		u8 bytes[sizeof(type) +                              \
			 (count) * sizeof(*((type *)NULL)->member)]; \
		type obj;                                            \
	} name##_u = {.obj.counter = (count)};                       \
	type *name = (type *)&name##_u
/* The same without a count of its own. */
#define DEFINE_RAW_FLEX(type, name, member, count)                   \
	union {                                                      \
		u8 bytes[sizeof(type) +                              \
			 (count) * sizeof(*((type *)NULL)->member)]; \
		type obj;                                            \
	} name##_u = {{0}};                                          \
	type *name = (type *)&name##_u

#endif
