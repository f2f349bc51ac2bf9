/* SPDX-License-Identifier: MIT */
/*
 * signal.h - signals between tasks
 */
#ifndef PFMALLOC_LINUX_SCHED_SIGNAL_H
#define PFMALLOC_LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>

static inline int send_sig(int sig, struct task_struct *task, int priv)
{
	(void)priv;
	return pf_send_sig(sig, task);
}

static inline void allow_signal(int sig)
{
	__atomic_fetch_or(&current->allowed, 1ULL << (sig - 1),
			  __ATOMIC_RELAXED);
}

static inline void disallow_signal(int sig)
{
	__atomic_fetch_and(&current->allowed, ~(1ULL << (sig - 1)),
			   __ATOMIC_RELAXED);
}

static inline void flush_signals(struct task_struct *task)
{
	__atomic_store_n(&task->pending, 0, __ATOMIC_RELAXED);
}

#endif
