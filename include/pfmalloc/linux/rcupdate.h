/* SPDX-License-Identifier: MIT */
/*
 * rcupdate.h - readers that nobody waits for, and writers that wait for them
 *
 * rcu_read_lock() to rcu_read_unlock() is a read-side section; it takes no
 * lock.  A grace period has passed when every section that was open at its
 * beginning is closed: synchronize_rcu() waits for one, call_rcu() calls a
 * function after one.
 *
 * A signal handler may be a reader, if its thread has called something of these
 * headers before: the first call makes the thread's record.
 */
#ifndef PFMALLOC_LINUX_RCUPDATE_H
#define PFMALLOC_LINUX_RCUPDATE_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <asm/barrier.h>

pf_api void pf_rcu_read_lock(void);
pf_api void pf_rcu_read_unlock(void);
pf_api int pf_rcu_read_lock_held(void);
/* Not inside of a read-side section: that would wait for itself. */
pf_api void pf_synchronize_rcu(void);
/* Any context that is no signal handler; @func runs in a thread of RCU's. */
pf_api void pf_call_rcu(struct rcu_head *head, rcu_callback_t func);
/* Waits until what call_rcu() was given so far has been called. */
pf_api void pf_rcu_barrier(void);
pf_api unsigned long pf_get_state_synchronize_rcu(void);
pf_api unsigned long pf_start_poll_synchronize_rcu(void);
pf_api bool pf_poll_state_synchronize_rcu(unsigned long state);

static inline void rcu_read_lock(void)
{
	pf_rcu_read_lock();
}

static inline void rcu_read_unlock(void)
{
	pf_rcu_read_unlock();
}

static inline void synchronize_rcu(void)
{
	pf_synchronize_rcu();
}

static inline void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	pf_call_rcu(head, func);
}

static inline void rcu_barrier(void)
{
	pf_rcu_barrier();
}

static inline int rcu_read_lock_held(void)
{
	return pf_rcu_read_lock_held();
}

#define rcu_read_lock_bh()	      rcu_read_lock()
#define rcu_read_unlock_bh()	      rcu_read_unlock()
#define rcu_read_lock_sched()	      rcu_read_lock()
#define rcu_read_unlock_sched()	      rcu_read_unlock()
#define rcu_read_lock_bh_held()	      rcu_read_lock_held()
#define rcu_read_lock_sched_held()    rcu_read_lock_held()
#define rcu_read_lock_any_held()      rcu_read_lock_held()
#define synchronize_rcu_expedited()   synchronize_rcu()
#define synchronize_net()	      synchronize_rcu()
#define call_rcu_hurry(head, func)    call_rcu(head, func)
#define get_state_synchronize_rcu()   pf_get_state_synchronize_rcu()
#define start_poll_synchronize_rcu()  pf_start_poll_synchronize_rcu()
#define poll_state_synchronize_rcu(s) pf_poll_state_synchronize_rcu(s)
#define cond_synchronize_rcu(s)                        \
	do {                                           \
		if (!pf_poll_state_synchronize_rcu(s)) \
			synchronize_rcu();             \
	} while (0)
#define rcu_is_watching()		true
#define kvfree_rcu_barrier()		rcu_barrier()
#define rcu_head_init(head)		((head)->func = NULL)
#define init_rcu_head(head)		((void)(head))
#define destroy_rcu_head(head)		((void)(head))
#define init_rcu_head_on_stack(head)	((void)(head))
#define destroy_rcu_head_on_stack(head) ((void)(head))

#define RCU_INITIALIZER(v)	      (v)
#define RCU_INIT_POINTER(p, v)	      WRITE_ONCE(p, (__typeof__(p))(v))
#define RCU_POINTER_INITIALIZER(p, v) .p = (v)
#define RCU_LOCKDEP_WARN(c, s)	      ((void)sizeof(c))

/* What was written to the object before is seen by who finds it here. */
#define rcu_assign_pointer(p, v) \
	__atomic_store_n(&(p), (__typeof__(p))(v), __ATOMIC_RELEASE)
#define rcu_replace_pointer(p, v, c)          \
	__extension__({                       \
		__typeof__(p) pf_old = (p);   \
		rcu_assign_pointer((p), (v)); \
		pf_old;                       \
	})
#define unrcu_pointer(p) (p)

/*
 * The kernel relies on the dependency between a pointer and what is read
 * through it; C has no working word for that but acquire, which costs nothing
 * on x86.
 */
#define rcu_dereference_raw(p)		__atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define rcu_dereference(p)		rcu_dereference_raw(p)
#define rcu_dereference_bh(p)		rcu_dereference_raw(p)
#define rcu_dereference_sched(p)	rcu_dereference_raw(p)
#define rcu_dereference_check(p, c)	rcu_dereference_raw(p)
#define rcu_dereference_bh_check(p, c)	rcu_dereference_raw(p)
#define rcu_dereference_raw_check(p)	rcu_dereference_raw(p)
#define rcu_dereference_protected(p, c) ((void)sizeof(c), (p))
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_pointer_handoff(p)		(p)

/*
 * The allocator's; used by kfree_rcu() and its kin alone.  What vmalloc() gave
 * may be given to these, too.
 */
pf_api void pf_kfree(const void *p);
pf_api void pf_kvfree(const void *p);

/* Frees the object that begins @offset bytes before @head, by @free. */
pf_api void pf_kfree_call_rcu(struct rcu_head *head, unsigned long offset,
			      void (*free)(const void *p));

/* The object, by way of its rcu_head; or without one, then it may sleep.  It
 * may be one of kvmalloc(), by either name. */
#define pf_kfree_rcu_head(p, rhf)                                      \
	do {                                                           \
		__typeof__(p) pf_object = (p);                         \
		if (pf_object)                                         \
			pf_kfree_call_rcu(                             \
				&pf_object->rhf,                       \
				offsetof(__typeof__(*pf_object), rhf), \
				pf_kvfree);                            \
	} while (0)
#define pf_kfree_rcu_alone(p)                 \
	do {                                  \
		const void *pf_object = (p);  \
		if (pf_object) {              \
			synchronize_rcu();    \
			pf_kvfree(pf_object); \
		}                             \
	} while (0)
#define PF_KFREE_RCU(_1, _2, name, ...) name
#define kfree_rcu(...)                                                     \
	PF_KFREE_RCU(__VA_ARGS__, pf_kfree_rcu_head, pf_kfree_rcu_alone, ) \
	(__VA_ARGS__)
#define kvfree_rcu(...)		 kfree_rcu(__VA_ARGS__)
#define kfree_rcu_mightsleep(p)	 pf_kfree_rcu_alone(p)
#define kvfree_rcu_mightsleep(p) pf_kfree_rcu_alone(p)

#include <linux/cleanup.h>
DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())

#endif
