/* SPDX-License-Identifier: MIT */
/*
 * cmpxchg.h - exchange and compare-and-exchange of any scalar
 *
 * Without a suffix they order all accesses around them.  cmpxchg() gives what
 * was there; try_cmpxchg() gives whether it was *@old, and stores what was
 * there in *@old if not.
 */
#ifndef PFMALLOC_ASM_CMPXCHG_H
#define PFMALLOC_ASM_CMPXCHG_H

#include <asm/barrier.h>
#include <linux/compiler.h>

#define pf_xchg(ptr, v, order) \
	__atomic_exchange_n((ptr), (__typeof__(*(ptr)))(v), order)
#define pf_cmpxchg(ptr, o, n, order, failed)                                \
	__extension__({                                                     \
		__typeof__(ptr) pf_at = (ptr);                              \
		__typeof__(*(ptr)) pf_seen = (__typeof__(*(ptr)))(o);       \
		__atomic_compare_exchange_n(pf_at, &pf_seen,                \
					    (__typeof__(*(ptr)))(n), false, \
					    order, failed);                 \
		pf_seen;                                                    \
	})
#define pf_try_cmpxchg(ptr, oldp, n, order, failed)                         \
	__atomic_compare_exchange_n((ptr), (oldp), (__typeof__(*(ptr)))(n), \
				    false, order, failed)

#define pf_fully_ordered(call)                       \
	__extension__({                              \
		smp_mb__before_atomic();             \
		__typeof__(call) pf_result = (call); \
		smp_mb__after_atomic();              \
		pf_result;                           \
	})

#define xchg_relaxed(ptr, v) pf_xchg(ptr, v, __ATOMIC_RELAXED)
#define xchg_acquire(ptr, v) pf_xchg(ptr, v, __ATOMIC_ACQUIRE)
#define xchg_release(ptr, v) pf_xchg(ptr, v, __ATOMIC_RELEASE)
#define xchg(ptr, v)	     pf_fully_ordered(pf_xchg(ptr, v, __ATOMIC_SEQ_CST))

#define cmpxchg_relaxed(ptr, o, n) \
	pf_cmpxchg(ptr, o, n, __ATOMIC_RELAXED, __ATOMIC_RELAXED)
#define cmpxchg_acquire(ptr, o, n) \
	pf_cmpxchg(ptr, o, n, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
#define cmpxchg_release(ptr, o, n) \
	pf_cmpxchg(ptr, o, n, __ATOMIC_RELEASE, __ATOMIC_RELAXED)
#define cmpxchg(ptr, o, n) \
	pf_fully_ordered(  \
		pf_cmpxchg(ptr, o, n, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))

#define try_cmpxchg_relaxed(ptr, oldp, n) \
	pf_try_cmpxchg(ptr, oldp, n, __ATOMIC_RELAXED, __ATOMIC_RELAXED)
#define try_cmpxchg_acquire(ptr, oldp, n) \
	pf_try_cmpxchg(ptr, oldp, n, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
#define try_cmpxchg_release(ptr, oldp, n) \
	pf_try_cmpxchg(ptr, oldp, n, __ATOMIC_RELEASE, __ATOMIC_RELAXED)
#define try_cmpxchg(ptr, oldp, n)                                       \
	pf_fully_ordered(pf_try_cmpxchg(ptr, oldp, n, __ATOMIC_SEQ_CST, \
					__ATOMIC_SEQ_CST))

#define cmpxchg_local(ptr, o, n)     cmpxchg(ptr, o, n)
#define try_cmpxchg_local(ptr, o, n) try_cmpxchg(ptr, o, n)
#define cmpxchg64(ptr, o, n)	     cmpxchg(ptr, o, n)
#define xchg64(ptr, v)		     xchg(ptr, v)

#endif
