/* SPDX-License-Identifier: MIT */
/*
 * semaphore.h - a count that cannot fall below zero
 */
#ifndef PFMALLOC_LINUX_SEMAPHORE_H
#define PFMALLOC_LINUX_SEMAPHORE_H

#include <linux/wait.h>

struct semaphore {
	unsigned int count;
	struct wait_queue_head wait;
};

#define __SEMAPHORE_INITIALIZER(name, n)                        \
	{                                                       \
		(n), __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) \
	}
#define DEFINE_SEMAPHORE_N(name, n) \
	struct semaphore name = __SEMAPHORE_INITIALIZER(name, n)
/* Linux 6.4 added the count; before it was 1. */
#define PF_DEFINE_SEMAPHORE(name, n, ...) DEFINE_SEMAPHORE_N(name, n)
#define DEFINE_SEMAPHORE(name, ...)	  PF_DEFINE_SEMAPHORE(name, ##__VA_ARGS__, 1)

static inline void sema_init(struct semaphore *sem, int val)
{
	sem->count = (unsigned int)val;
	init_waitqueue_head(&sem->wait);
}

/* 0; -ERESTARTSYS; -ETIME after @timeout jiffies. */
pf_api int pf_down(struct semaphore *sem, long timeout, int state);
pf_api bool pf_down_trylock(struct semaphore *sem);
pf_api void pf_up(struct semaphore *sem);

static inline void down(struct semaphore *sem)
{
	pf_down(sem, MAX_SCHEDULE_TIMEOUT, TASK_UNINTERRUPTIBLE);
}

/* -EINTR (-4) when a signal ends the wait. */
static inline int __must_check down_interruptible(struct semaphore *sem)
{
	return pf_down(sem, MAX_SCHEDULE_TIMEOUT, TASK_INTERRUPTIBLE) ? -4 : 0;
}

static inline int __must_check down_killable(struct semaphore *sem)
{
	return pf_down(sem, MAX_SCHEDULE_TIMEOUT, TASK_KILLABLE) ? -4 : 0;
}

static inline int __must_check down_timeout(struct semaphore *sem, long timeout)
{
	return pf_down(sem, timeout, TASK_UNINTERRUPTIBLE);
}

/* 0 when it was taken, 1 when not: the other way round than others. */
static inline int __must_check down_trylock(struct semaphore *sem)
{
	return !pf_down_trylock(sem);
}

static inline void up(struct semaphore *sem)
{
	pf_up(sem);
}

#endif
