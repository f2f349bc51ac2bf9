/* SPDX-License-Identifier: MIT */
/*
 * mutex.h - locks whose waiters sleep
 *
 * The holder gives it up itself, and does not take it twice: both mistakes end
 * the process with a sentence.  Signals are those of <linux/sched.h>.
 */
#ifndef PFMALLOC_LINUX_MUTEX_H
#define PFMALLOC_LINUX_MUTEX_H

#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/types.h>

/* The word is that of a spinlock. */
struct mutex {
	u32 word;
};

#define __MUTEX_INITIALIZER(name) \
	{                         \
		0                 \
	}
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)

pf_api void pf_mutex_lock(struct mutex *lock);
/* 0, or -EINTR where @state allows a signal to end the wait. */
pf_api int pf_mutex_lock_state(struct mutex *lock, int state);
pf_api int pf_mutex_trylock(struct mutex *lock);
pf_api void pf_mutex_unlock(struct mutex *lock);
pf_api void pf_mutex_destroy(struct mutex *lock);

static inline void pf_mutex_init(struct mutex *lock)
{
	lock->word = 0;
}

#define mutex_init(lock) pf_mutex_init(lock)

static inline void mutex_destroy(struct mutex *lock)
{
	pf_mutex_destroy(lock);
}

static inline void mutex_lock(struct mutex *lock)
{
	pf_mutex_lock(lock);
}

/* -EINTR when a signal ended the wait. */
static inline int __must_check mutex_lock_interruptible(struct mutex *lock)
{
	return pf_mutex_lock_state(lock, TASK_INTERRUPTIBLE);
}

static inline int __must_check mutex_lock_killable(struct mutex *lock)
{
	return pf_mutex_lock_state(lock, TASK_KILLABLE);
}

static inline int mutex_trylock(struct mutex *lock)
{
	return pf_mutex_trylock(lock);
}

static inline void mutex_unlock(struct mutex *lock)
{
	pf_mutex_unlock(lock);
}

static inline bool mutex_is_locked(struct mutex *lock)
{
	return READ_ONCE(lock->word) != 0;
}

pf_api int pf_atomic_dec_and_mutex_lock(atomic_t *count, struct mutex *lock);
#define atomic_dec_and_mutex_lock(count, lock) \
	pf_atomic_dec_and_mutex_lock(count, lock)

#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define mutex_lock_io(lock)		  mutex_lock(lock)
#define mutex_lock_nest_lock(lock, nest)  mutex_lock(lock)
#define mutex_lock_interruptible_nested(lock, subclass) \
	mutex_lock_interruptible(lock)
#define mutex_lock_killable_nested(lock, subclass) mutex_lock_killable(lock)

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD_COND(mutex, _try, mutex_trylock(_T))
DEFINE_GUARD_COND(mutex, _intr, mutex_lock_interruptible(_T), _RET == 0)
DEFINE_GUARD_COND(mutex, _kill, mutex_lock_killable(_T), _RET == 0)

#endif
