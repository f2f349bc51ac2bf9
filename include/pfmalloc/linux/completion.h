/* SPDX-License-Identifier: MIT */
/*
 * completion.h - wait until something has been done
 */
#ifndef PFMALLOC_LINUX_COMPLETION_H
#define PFMALLOC_LINUX_COMPLETION_H

#include <linux/wait.h>

/* @done: calls of complete() that nobody has waited for; UINT_MAX: all. */
struct completion {
	unsigned int done;
	struct wait_queue_head wait;
};

#define COMPLETION_INITIALIZER(work)                          \
	{                                                     \
		0, __WAIT_QUEUE_HEAD_INITIALIZER((work).wait) \
	}
#define DECLARE_COMPLETION(work) \
	struct completion work = COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION_ONSTACK(work) DECLARE_COMPLETION(work)

static inline void init_completion(struct completion *x)
{
	x->done = 0;
	init_waitqueue_head(&x->wait);
}

static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

pf_api void pf_complete(struct completion *x, bool all);
/* Jiffies left, at least 1; 0 when the time is up; -ERESTARTSYS. */
pf_api long pf_wait_for_completion(struct completion *x, long timeout,
				   int state);
pf_api bool pf_try_wait_for_completion(struct completion *x);
pf_api bool pf_completion_done(struct completion *x);

static inline void complete(struct completion *x)
{
	pf_complete(x, false);
}

static inline void complete_all(struct completion *x)
{
	pf_complete(x, true);
}

static inline void wait_for_completion(struct completion *x)
{
	pf_wait_for_completion(x, MAX_SCHEDULE_TIMEOUT, TASK_UNINTERRUPTIBLE);
}

static inline void wait_for_completion_io(struct completion *x)
{
	wait_for_completion(x);
}

static inline int __must_check
wait_for_completion_interruptible(struct completion *x)
{
	long left = pf_wait_for_completion(x, MAX_SCHEDULE_TIMEOUT,
					   TASK_INTERRUPTIBLE);

	return left < 0 ? (int)left : 0;
}

static inline int __must_check
wait_for_completion_killable(struct completion *x)
{
	long left =
		pf_wait_for_completion(x, MAX_SCHEDULE_TIMEOUT, TASK_KILLABLE);

	return left < 0 ? (int)left : 0;
}

static inline unsigned long wait_for_completion_timeout(struct completion *x,
							unsigned long timeout)
{
	return (unsigned long)pf_wait_for_completion(x, (long)timeout,
						     TASK_UNINTERRUPTIBLE);
}

static inline unsigned long
wait_for_completion_io_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for_completion_timeout(x, timeout);
}

static inline long __must_check wait_for_completion_interruptible_timeout(
	struct completion *x, unsigned long timeout)
{
	return pf_wait_for_completion(x, (long)timeout, TASK_INTERRUPTIBLE);
}

static inline long __must_check wait_for_completion_killable_timeout(
	struct completion *x, unsigned long timeout)
{
	return pf_wait_for_completion(x, (long)timeout, TASK_KILLABLE);
}

static inline bool try_wait_for_completion(struct completion *x)
{
	return pf_try_wait_for_completion(x);
}

static inline bool completion_done(struct completion *x)
{
	return pf_completion_done(x);
}

#endif
