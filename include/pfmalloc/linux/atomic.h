/* SPDX-License-Identifier: MIT */
/*
 * atomic.h - atomic_t, atomic64_t, atomic_long_t
 *
 * The kernel's rules of order: what returns no value orders nothing; what
 * returns one is a full barrier, unless its name ends in _relaxed, _acquire or
 * _release; a conditional operation that does nothing orders nothing.  Numbers
 * wrap around.
 */
#ifndef PFMALLOC_LINUX_ATOMIC_H
#define PFMALLOC_LINUX_ATOMIC_H

#ifdef atomic_fetch_add
#error "<stdatomic.h> and <linux/atomic.h> mean different things by atomic_fetch_add(): use one of them in a file."
#endif
#include <asm/barrier.h>
#include <asm/cmpxchg.h>
#include <linux/compiler.h>
#include <linux/types.h>

/* clang-format off */
#define PF_ATOMIC_ORDERS(p, T, t, kind, args, values, op)		\
	kind(p, T, t, _relaxed, args, values, op, __ATOMIC_RELAXED, )	\
	kind(p, T, t, _acquire, args, values, op, __ATOMIC_ACQUIRE, )	\
	kind(p, T, t, _release, args, values, op, __ATOMIC_RELEASE, )	\
	kind(p, T, t, , args, values, op, __ATOMIC_SEQ_CST, pf_fully_ordered)

/* p_add(i, v), p_add_return(i, v), p_fetch_add(i, v), and their orders. */
#define PF_ATOMIC_RETURN(p, T, t, suffix, name, expr, op, order, wrap)	\
static inline t p##_##name##_return##suffix(t i, T *v)			\
{									\
	return wrap(__atomic_##op##_fetch(&v->counter, expr, order));	\
}
#define PF_ATOMIC_FETCH(p, T, t, suffix, name, expr, op, order, wrap)	\
static inline t p##_fetch_##name##suffix(t i, T *v)			\
{									\
	return wrap(__atomic_fetch_##op(&v->counter, expr, order));	\
}
#define PF_ATOMIC_VOID(p, T, t, name, expr, op)				\
static inline void p##_##name(t i, T *v)				\
{									\
	__atomic_fetch_##op(&v->counter, expr, __ATOMIC_RELAXED);	\
}
#define PF_ATOMIC_RETURN1(p, T, t, suffix, name, expr, op, order, wrap)	\
static inline t p##_##name##_return##suffix(T *v)			\
{									\
	return wrap(__atomic_##op##_fetch(&v->counter, expr, order));	\
}
#define PF_ATOMIC_FETCH1(p, T, t, suffix, name, expr, op, order, wrap)	\
static inline t p##_fetch_##name##suffix(T *v)				\
{									\
	return wrap(__atomic_fetch_##op(&v->counter, expr, order));	\
}
#define PF_ATOMIC_XCHG(p, T, t, suffix, name, expr, op, order, wrap)	\
static inline t p##_xchg##suffix(T *v, t i)				\
{									\
	return xchg##suffix(&v->counter, i);				\
}									\
static inline t p##_cmpxchg##suffix(T *v, t old, t i)			\
{									\
	return cmpxchg##suffix(&v->counter, old, i);			\
}									\
static inline bool p##_try_cmpxchg##suffix(T *v, t *old, t i)		\
{									\
	return try_cmpxchg##suffix(&v->counter, old, i);		\
}
/* Adds @a if @condition on the value holds; then it was a full barrier. */
#define PF_ATOMIC_IF(p, T, t, name, type, params, condition, a, result)	\
static inline type p##_##name params					\
{									\
	t old = READ_ONCE(v->counter);					\
									\
	while (condition) {						\
		if (try_cmpxchg(&v->counter, &old,			\
			(t)((unsigned long long)old +			\
			    (unsigned long long)(a))))			\
			break;						\
	}								\
	return result;							\
}

#define PF_ATOMIC(p, T, t)						\
static inline t p##_read(const T *v)					\
{									\
	return READ_ONCE(v->counter);					\
}									\
static inline t p##_read_acquire(const T *v)				\
{									\
	return smp_load_acquire(&v->counter);				\
}									\
static inline void p##_set(T *v, t i)					\
{									\
	WRITE_ONCE(v->counter, i);					\
}									\
static inline void p##_set_release(T *v, t i)				\
{									\
	smp_store_release(&v->counter, i);				\
}									\
PF_ATOMIC_VOID(p, T, t, add, i, add)					\
PF_ATOMIC_VOID(p, T, t, sub, i, sub)					\
PF_ATOMIC_VOID(p, T, t, and, i, and)					\
PF_ATOMIC_VOID(p, T, t, or, i, or)					\
PF_ATOMIC_VOID(p, T, t, xor, i, xor)					\
PF_ATOMIC_VOID(p, T, t, andnot, ~i, and)				\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_RETURN, add, i, add)		\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_RETURN, sub, i, sub)		\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_RETURN1, inc, 1, add)		\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_RETURN1, dec, 1, sub)		\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_FETCH, add, i, add)			\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_FETCH, sub, i, sub)			\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_FETCH, and, i, and)			\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_FETCH, or, i, or)			\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_FETCH, xor, i, xor)			\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_FETCH, andnot, ~i, and)		\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_FETCH1, inc, 1, add)		\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_FETCH1, dec, 1, sub)		\
PF_ATOMIC_ORDERS(p, T, t, PF_ATOMIC_XCHG, , , )				\
static inline void p##_inc(T *v)					\
{									\
	p##_add(1, v);							\
}									\
static inline void p##_dec(T *v)					\
{									\
	p##_sub(1, v);							\
}									\
static inline bool p##_sub_and_test(t i, T *v)				\
{									\
	return p##_sub_return(i, v) == 0;				\
}									\
static inline bool p##_dec_and_test(T *v)				\
{									\
	return p##_dec_return(v) == 0;					\
}									\
static inline bool p##_inc_and_test(T *v)				\
{									\
	return p##_inc_return(v) == 0;					\
}									\
static inline bool p##_add_negative(t i, T *v)				\
{									\
	return p##_add_return(i, v) < 0;				\
}									\
PF_ATOMIC_IF(p, T, t, fetch_add_unless, t, (T *v, t a, t u), old != u, a, old) \
PF_ATOMIC_IF(p, T, t, add_unless, bool, (T *v, t a, t u), old != u, a, old != u) \
PF_ATOMIC_IF(p, T, t, inc_not_zero, bool, (T *v), old != 0, 1, old != 0) \
PF_ATOMIC_IF(p, T, t, inc_unless_negative, bool, (T *v), old >= 0, 1, old >= 0) \
PF_ATOMIC_IF(p, T, t, dec_unless_positive, bool, (T *v), old <= 0, -1, old <= 0) \
PF_ATOMIC_IF(p, T, t, dec_if_positive, t, (T *v), old > 0, -1, (t)((unsigned long long)old - 1))

PF_ATOMIC(atomic, atomic_t, int)
PF_ATOMIC(atomic64, atomic64_t, s64)
PF_ATOMIC(atomic_long, atomic_long_t, long)
/* clang-format on */

#endif
