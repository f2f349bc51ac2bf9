/* SPDX-License-Identifier: MIT */
/*
 * refcount.h - references that cannot wrap around
 *
 * A count that would pass INT_MAX, come back from 0, or fall below it is set
 * to REFCOUNT_SATURATED, far from both ends, and stays there: the object leaks
 * instead of being freed while it is in use.  The first time is reported.
 */
#ifndef PFMALLOC_LINUX_REFCOUNT_H
#define PFMALLOC_LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/preempt.h>
#include <linux/types.h>

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n)               \
	{                              \
		.refs = ATOMIC_INIT(n) \
	}
#define REFCOUNT_MAX	   INT_MAX
#define REFCOUNT_SATURATED (INT_MIN / 2)

enum refcount_saturation_type {
	REFCOUNT_ADD_NOT_ZERO_OVF,
	REFCOUNT_ADD_OVF,
	REFCOUNT_ADD_UAF,
	REFCOUNT_SUB_UAF,
	REFCOUNT_DEC_LEAK,
};

/* Saturates @r and reports it. */
pf_api void pf_refcount_warn_saturate(refcount_t *r,
				      enum refcount_saturation_type type);
#define refcount_warn_saturate(r, type) pf_refcount_warn_saturate(r, type)

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return (unsigned int)atomic_read(&r->refs);
}

static inline bool __must_check pf_refcount_add_not_zero(int i, refcount_t *r,
							 int *oldp)
{
	int old = atomic_read(&r->refs);

	while (old && !atomic_try_cmpxchg_relaxed(
			      &r->refs, &old,
			      (int)((unsigned int)old + (unsigned int)i)))
		;
	if (oldp)
		*oldp = old;
	if (unlikely(old < 0 || (int)((unsigned int)old + (unsigned int)i) < 0))
		refcount_warn_saturate(r, REFCOUNT_ADD_NOT_ZERO_OVF);
	return old;
}

static inline bool __must_check refcount_add_not_zero(int i, refcount_t *r)
{
	return pf_refcount_add_not_zero(i, r, NULL);
}

static inline bool __must_check refcount_inc_not_zero(refcount_t *r)
{
	return refcount_add_not_zero(1, r);
}

static inline void refcount_add(int i, refcount_t *r)
{
	int old = atomic_fetch_add_relaxed(i, &r->refs);

	if (unlikely(!old))
		refcount_warn_saturate(r, REFCOUNT_ADD_UAF);
	else if (unlikely(old < 0 ||
			  (int)((unsigned int)old + (unsigned int)i) < 0))
		refcount_warn_saturate(r, REFCOUNT_ADD_OVF);
}

static inline void refcount_inc(refcount_t *r)
{
	refcount_add(1, r);
}

/* True for the last reference: what others did before they gave up is seen. */
static inline bool __must_check refcount_sub_and_test(int i, refcount_t *r)
{
	int old = atomic_fetch_sub_release(i, &r->refs);

	if (old > 0 && old == i) {
		(void)smp_load_acquire(&r->refs.counter);
		return true;
	}
	if (unlikely(old <= 0 || old - i < 0))
		refcount_warn_saturate(r, REFCOUNT_SUB_UAF);
	return false;
}

static inline bool __must_check refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

/* For one that is not the last. */
static inline void refcount_dec(refcount_t *r)
{
	if (unlikely(atomic_fetch_sub_release(1, &r->refs) <= 1))
		refcount_warn_saturate(r, REFCOUNT_DEC_LEAK);
}

static inline bool __must_check refcount_dec_if_one(refcount_t *r)
{
	int one = 1;

	return atomic_try_cmpxchg_release(&r->refs, &one, 0);
}

static inline bool __must_check refcount_dec_not_one(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	do {
		if (unlikely(old == REFCOUNT_SATURATED))
			return true;
		if (old == 1)
			return false;
		if (WARN_ONCE(old < 1,
			      "refcount_t: underflow; use-after-free.\n"))
			return true;
	} while (!atomic_try_cmpxchg_release(&r->refs, &old, old - 1));
	return true;
}

struct mutex;
struct spinlock;
/* The lock is taken when, and only when, the last reference goes. */
pf_api bool __must_check pf_refcount_dec_and_mutex_lock(refcount_t *r,
							struct mutex *lock);
pf_api bool __must_check pf_refcount_dec_and_lock(refcount_t *r,
						  struct spinlock *lock);
#define refcount_dec_and_mutex_lock(r, lock) \
	pf_refcount_dec_and_mutex_lock(r, lock)
#define refcount_dec_and_lock(r, lock) pf_refcount_dec_and_lock(r, lock)
#define refcount_dec_and_lock_irqsave(r, lock, flags)                \
	__extension__({                                              \
		bool pf_is_last = pf_refcount_dec_and_lock(r, lock); \
		if (pf_is_last)                                      \
			*(flags) = pf_irqs_off(true);                \
		pf_is_last;                                          \
	})

#endif
