/* SPDX-License-Identifier: MIT */
/*
 * rwsem.h - sleeping locks that readers share
 *
 * A writer that waits keeps new readers out, so it gets its turn.
 */
#ifndef PFMALLOC_LINUX_RWSEM_H
#define PFMALLOC_LINUX_RWSEM_H

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/wait.h>

struct rw_semaphore {
	unsigned int nr_readers;
	unsigned int nr_writers_waiting;
	u32 writer; /* its number, or 0 */
	struct wait_queue_head wait;
};

#define __RWSEM_INITIALIZER(name)                                   \
	{                                                           \
		0, 0, 0, __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) \
	}
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)

static inline void init_rwsem(struct rw_semaphore *sem)
{
	sem->nr_readers = 0;
	sem->nr_writers_waiting = 0;
	sem->writer = 0;
	init_waitqueue_head(&sem->wait);
}

/* 0, or -EINTR where @state allows a signal to end the wait. */
pf_api int pf_down_read(struct rw_semaphore *sem, int state);
pf_api int pf_down_read_trylock(struct rw_semaphore *sem);
pf_api void pf_up_read(struct rw_semaphore *sem);
pf_api int pf_down_write(struct rw_semaphore *sem, int state);
pf_api int pf_down_write_trylock(struct rw_semaphore *sem);
pf_api void pf_up_write(struct rw_semaphore *sem);
pf_api void pf_downgrade_write(struct rw_semaphore *sem);

static inline void down_read(struct rw_semaphore *sem)
{
	pf_down_read(sem, TASK_UNINTERRUPTIBLE);
}

static inline int __must_check down_read_interruptible(struct rw_semaphore *sem)
{
	return pf_down_read(sem, TASK_INTERRUPTIBLE);
}

static inline int __must_check down_read_killable(struct rw_semaphore *sem)
{
	return pf_down_read(sem, TASK_KILLABLE);
}

static inline int down_read_trylock(struct rw_semaphore *sem)
{
	return pf_down_read_trylock(sem);
}

static inline void up_read(struct rw_semaphore *sem)
{
	pf_up_read(sem);
}

static inline void down_write(struct rw_semaphore *sem)
{
	pf_down_write(sem, TASK_UNINTERRUPTIBLE);
}

static inline int __must_check down_write_killable(struct rw_semaphore *sem)
{
	return pf_down_write(sem, TASK_KILLABLE);
}

static inline int down_write_trylock(struct rw_semaphore *sem)
{
	return pf_down_write_trylock(sem);
}

static inline void up_write(struct rw_semaphore *sem)
{
	pf_up_write(sem);
}

/* From writer to reader, without a moment in between. */
static inline void downgrade_write(struct rw_semaphore *sem)
{
	pf_downgrade_write(sem);
}

static inline int rwsem_is_locked(struct rw_semaphore *sem)
{
	return READ_ONCE(sem->nr_readers) || READ_ONCE(sem->writer);
}

static inline int rwsem_is_contended(struct rw_semaphore *sem)
{
	return waitqueue_active(&sem->wait);
}

#define down_read_nested(sem, subclass)	 down_read(sem)
#define down_write_nested(sem, subclass) down_write(sem)
#define down_write_nest_lock(sem, nest)	 down_write(sem)

DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD_COND(rwsem_read, _try, down_read_trylock(_T))
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))
DEFINE_GUARD_COND(rwsem_write, _try, down_write_trylock(_T))

#endif
