/* SPDX-License-Identifier: MIT */
/*
 * wait.h - threads that sleep until a condition is true
 *
 * A waiter enters the queue, sets its state, looks at the condition, and calls
 * schedule(); who makes the condition true calls wake_up() afterwards.  Because
 * the state is set before the condition is looked at, no wake-up is lost.
 */
#ifndef PFMALLOC_LINUX_WAIT_H
#define PFMALLOC_LINUX_WAIT_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct wait_queue_entry;
typedef struct wait_queue_entry wait_queue_entry_t;
typedef int (*wait_queue_func_t)(struct wait_queue_entry *entry,
				 unsigned int mode, int flags, void *key);

#define WQ_FLAG_EXCLUSIVE 0x01

struct wait_queue_entry {
	unsigned int flags;
	void *private; /* the task */
	wait_queue_func_t func;
	struct list_head entry;
};

struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
};
typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name)          \
	{                                            \
		.head = LIST_HEAD_INIT((name).head), \
	}
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)

/* Wakes the task.  Return: whether it slept. */
pf_api int pf_default_wake_function(struct wait_queue_entry *entry,
				    unsigned int mode, int flags, void *key);
/* The same, and takes the entry off the queue if it slept. */
pf_api int pf_autoremove_wake_function(struct wait_queue_entry *entry,
				       unsigned int mode, int flags, void *key);
#define default_wake_function	 pf_default_wake_function
#define autoremove_wake_function pf_autoremove_wake_function

#define __WAITQUEUE_INITIALIZER(name, tsk)                       \
	{                                                        \
		.private = (tsk), .func = default_wake_function, \
	}
#define DECLARE_WAITQUEUE(name, tsk) \
	struct wait_queue_entry name = __WAITQUEUE_INITIALIZER(name, tsk)
#define DEFINE_WAIT_FUNC(name, function)               \
	struct wait_queue_entry name = {               \
		.private = current,                    \
		.func = (function),                    \
		.entry = LIST_HEAD_INIT((name).entry), \
	}
#define DEFINE_WAIT(name) DEFINE_WAIT_FUNC(name, autoremove_wake_function)

static inline void init_waitqueue_head(struct wait_queue_head *wq_head)
{
	spin_lock_init(&wq_head->lock);
	INIT_LIST_HEAD(&wq_head->head);
}

static inline void init_waitqueue_entry(struct wait_queue_entry *entry,
					struct task_struct *task)
{
	entry->flags = 0;
	entry->private = task;
	entry->func = default_wake_function;
}

static inline void init_waitqueue_func_entry(struct wait_queue_entry *entry,
					     wait_queue_func_t func)
{
	entry->flags = 0;
	entry->private = NULL;
	entry->func = func;
}

static inline void init_wait_entry(struct wait_queue_entry *entry, int flags)
{
	entry->flags = (unsigned int)flags;
	entry->private = current;
	entry->func = autoremove_wake_function;
	INIT_LIST_HEAD(&entry->entry);
}

#define init_wait(wait) init_wait_entry(wait, 0)

/* Without a lock: a waiter that comes meanwhile is missed, see smp_mb(). */
static inline int waitqueue_active(struct wait_queue_head *wq_head)
{
	return !list_empty(&wq_head->head);
}

static inline bool wq_has_sleeper(struct wait_queue_head *wq_head)
{
	smp_mb();
	return waitqueue_active(wq_head);
}

pf_api void pf_add_wait_queue(struct wait_queue_head *wq_head,
			      struct wait_queue_entry *entry, bool exclusive);
pf_api void pf_remove_wait_queue(struct wait_queue_head *wq_head,
				 struct wait_queue_entry *entry);
/* Wakes all that are not exclusive, and up to @nr that are; 0: all. */
pf_api int pf_wake_up(struct wait_queue_head *wq_head, unsigned int mode,
		      int nr, void *key);
pf_api int pf_wake_up_locked(struct wait_queue_head *wq_head, unsigned int mode,
			     int nr, void *key);
pf_api void pf_prepare_to_wait(struct wait_queue_head *wq_head,
			       struct wait_queue_entry *entry, int state,
			       bool exclusive);
/* -ERESTARTSYS, and not on the queue, when a signal ends such a wait. */
pf_api long pf_prepare_to_wait_event(struct wait_queue_head *wq_head,
				     struct wait_queue_entry *entry, int state);
pf_api void pf_finish_wait(struct wait_queue_head *wq_head,
			   struct wait_queue_entry *entry);

#define add_wait_queue(wq_head, entry) pf_add_wait_queue(wq_head, entry, false)
#define add_wait_queue_exclusive(wq_head, entry) \
	pf_add_wait_queue(wq_head, entry, true)
#define remove_wait_queue(wq_head, entry) pf_remove_wait_queue(wq_head, entry)
#define prepare_to_wait(wq_head, entry, state) \
	pf_prepare_to_wait(wq_head, entry, state, false)
#define prepare_to_wait_exclusive(wq_head, entry, state) \
	pf_prepare_to_wait(wq_head, entry, state, true)
#define prepare_to_wait_event(wq_head, entry, state) \
	pf_prepare_to_wait_event(wq_head, entry, state)
#define finish_wait(wq_head, entry) pf_finish_wait(wq_head, entry)

#define __wake_up(x, mode, nr, key) pf_wake_up(x, mode, nr, key)
#define wake_up(x)		    pf_wake_up(x, TASK_NORMAL, 1, NULL)
#define wake_up_nr(x, nr)	    pf_wake_up(x, TASK_NORMAL, nr, NULL)
#define wake_up_all(x)		    pf_wake_up(x, TASK_NORMAL, 0, NULL)
#define wake_up_locked(x)	    pf_wake_up_locked(x, TASK_NORMAL, 1, NULL)
#define wake_up_all_locked(x)	    pf_wake_up_locked(x, TASK_NORMAL, 0, NULL)
#define wake_up_interruptible(x)    pf_wake_up(x, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(x, nr) \
	pf_wake_up(x, TASK_INTERRUPTIBLE, nr, NULL)
#define wake_up_interruptible_all(x) pf_wake_up(x, TASK_INTERRUPTIBLE, 0, NULL)
#define poll_to_key(m)		     ((void *)(uintptr_t)(m))
#define wake_up_poll(x, m)	     pf_wake_up(x, TASK_NORMAL, 1, poll_to_key(m))
#define wake_up_interruptible_poll(x, m) \
	pf_wake_up(x, TASK_INTERRUPTIBLE, 1, poll_to_key(m))
#define wake_up_interruptible_sync(x) wake_up_interruptible(x)
#define wake_up_sync(x)		      wake_up(x)

/*
 * Jiffies that are left, at least 1 when the condition is true; 0 when the time
 * is up and it is not; -ERESTARTSYS.  @before and @after surround the sleep.
 */
#define pf_wait_event(wq_head, condition, state, flags, timeout, before,      \
		      after)                                                  \
	__extension__({                                                       \
		struct wait_queue_entry pf_entry;                             \
		long pf_left = (timeout);                                     \
		long pf_err;                                                  \
                                                                              \
		init_wait_entry(&pf_entry, flags);                            \
		for (;;) {                                                    \
			pf_err = prepare_to_wait_event(&(wq_head), &pf_entry, \
						       state);                \
			if (condition) {                                      \
				pf_err = 0;                                   \
				pf_left = pf_left ? pf_left : 1;              \
				break;                                        \
			}                                                     \
			if (!pf_left)                                         \
				pf_err = 0;                                   \
			if (pf_err || !pf_left)                               \
				break;                                        \
			before;                                               \
			pf_left = schedule_timeout(pf_left);                  \
			after;                                                \
		}                                                             \
		finish_wait(&(wq_head), &pf_entry);                           \
		pf_err ? pf_err : pf_left;                                    \
	})
/* The same, with a look at the condition first. */
#define pf_wait_event_if(wq_head, condition, state, flags, timeout)           \
	__extension__({                                                       \
		long pf_time = (timeout);                                     \
		might_sleep();                                                \
		(condition) ? (pf_time ? pf_time : 1)                         \
		: pf_time   ? pf_wait_event(wq_head, condition, state, flags, \
					    pf_time, , )                      \
			    : 0;                                                \
	})
#define pf_wait_event_forever(wq_head, condition, state, flags)            \
	__extension__({                                                    \
		long pf_result =                                           \
			pf_wait_event_if(wq_head, condition, state, flags, \
					 MAX_SCHEDULE_TIMEOUT);            \
		pf_result < 0 ? (int)pf_result : 0;                        \
	})

#define wait_event(wq_head, condition)                                         \
	((void)pf_wait_event_forever(wq_head, condition, TASK_UNINTERRUPTIBLE, \
				     0))
#define io_wait_event(wq_head, condition) wait_event(wq_head, condition)
#define wait_event_idle(wq_head, condition) \
	((void)pf_wait_event_forever(wq_head, condition, TASK_IDLE, 0))
#define wait_event_idle_timeout(wq_head, condition, timeout) \
	pf_wait_event_if(wq_head, condition, TASK_IDLE, 0, timeout)
#define wait_event_idle_exclusive(wq_head, condition)               \
	((void)pf_wait_event_forever(wq_head, condition, TASK_IDLE, \
				     WQ_FLAG_EXCLUSIVE))
#define wait_event_freezable_timeout(wq_head, condition, timeout) \
	wait_event_interruptible_timeout(wq_head, condition, timeout)
#define wait_event_freezable(wq_head, condition) \
	wait_event_interruptible(wq_head, condition)
#define wait_event_interruptible(wq_head, condition) \
	pf_wait_event_forever(wq_head, condition, TASK_INTERRUPTIBLE, 0)
#define wait_event_interruptible_exclusive(wq_head, condition)        \
	pf_wait_event_forever(wq_head, condition, TASK_INTERRUPTIBLE, \
			      WQ_FLAG_EXCLUSIVE)
#define wait_event_killable(wq_head, condition) \
	pf_wait_event_forever(wq_head, condition, TASK_KILLABLE, 0)
#define wait_event_killable_exclusive(wq_head, condition)        \
	pf_wait_event_forever(wq_head, condition, TASK_KILLABLE, \
			      WQ_FLAG_EXCLUSIVE)
#define wait_event_timeout(wq_head, condition, timeout) \
	pf_wait_event_if(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, timeout)
#define wait_event_interruptible_timeout(wq_head, condition, timeout) \
	pf_wait_event_if(wq_head, condition, TASK_INTERRUPTIBLE, 0, timeout)
#define wait_event_killable_timeout(wq_head, condition, timeout) \
	pf_wait_event_if(wq_head, condition, TASK_KILLABLE, 0, timeout)
#define wait_event_cmd(wq_head, condition, cmd1, cmd2)                         \
	do {                                                                   \
		if (!(condition))                                              \
			(void)pf_wait_event(wq_head, condition,                \
					    TASK_UNINTERRUPTIBLE, 0,           \
					    MAX_SCHEDULE_TIMEOUT, cmd1, cmd2); \
	} while (0)

/* The caller holds @lock, which is given up while it sleeps. */
#define wait_event_lock_irq(wq_head, condition, lock)                \
	wait_event_cmd(wq_head, condition, spin_unlock_irq(&(lock)), \
		       spin_lock_irq(&(lock)))
#define wait_event_interruptible_lock_irq(wq_head, condition, lock)        \
	__extension__({                                                    \
		long pf_ended = 0;                                         \
		if (!(condition))                                          \
			pf_ended = pf_wait_event(wq_head, condition,       \
						 TASK_INTERRUPTIBLE, 0,    \
						 MAX_SCHEDULE_TIMEOUT,     \
						 spin_unlock_irq(&(lock)), \
						 spin_lock_irq(&(lock)));  \
		pf_ended < 0 ? (int)pf_ended : 0;                          \
	})

#endif
