/* SPDX-License-Identifier: MIT */
/*
 * sched.h - threads as tasks: who runs, who sleeps, who wakes whom
 *
 * Every thread of the process has a task_struct from its first use of one of
 * these headers on.  schedule() sleeps until the state is TASK_RUNNING again,
 * and yields if it is; wake_up_process() makes it so.
 */
#ifndef PFMALLOC_LINUX_SCHED_H
#define PFMALLOC_LINUX_SCHED_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/preempt.h>
#include <linux/types.h>

#include <asm/current.h>
#include <asm/processor.h>

#define TASK_RUNNING	     0x0000
#define TASK_INTERRUPTIBLE   0x0001
#define TASK_UNINTERRUPTIBLE 0x0002
#define TASK_PARKED	     0x0040
#define TASK_DEAD	     0x0080
#define TASK_WAKEKILL	     0x0100
#define TASK_NOLOAD	     0x0400
#define TASK_NEW	     0x0800
#define TASK_KILLABLE	     (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE	     (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL	     (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

#define TASK_COMM_LEN	     16
#define MAX_SCHEDULE_TIMEOUT ((long)(~0UL >> 1))

#define PF_KTHREAD   0x00200000 /* made by kthread_create() */
#define PF_WQ_WORKER 0x00000020
/* What its allocations may do: <linux/sched/mm.h>. */
#define PF_MEMALLOC	 0x00000800
#define PF_MEMALLOC_NOFS 0x00040000
#define PF_MEMALLOC_NOIO 0x00080000

struct kthread;
struct mm_struct;

struct task_struct {
	unsigned int __state; /* others sleep on this word */
	unsigned int flags;   /* PF_... */
	pid_t pid;	      /* the thread's, when it was first seen */
	pid_t tgid;
	char comm[TASK_COMM_LEN];

	u32 number; /* the holder's name in locks; 1 to 2^30 */
	unsigned int cpu;
	int preempt_count;
	int softirq_count;
	bool irqs_off;

	int rcu_read_lock_nesting;
	unsigned long rcu_seq; /* when the reader began; 0: is none */

	u64 pending; /* signals, bit n - 1 */
	u64 allowed;

	atomic_t usage;
	struct kthread *kthread;
	struct list_head tasks;
	struct mm_struct *mm; /* the process's; NULL for a kthread */
	struct mm_struct *active_mm;

	/* Times that it holds mm->mmap_lock, and what it has seen each time. */
	unsigned int pf_mmap_depth;
	struct pf_vma_snapshot *pf_mmap_snapshot;
};

pf_api void pf_put_task(struct task_struct *task);
pf_api void pf_schedule(void);
pf_api long pf_schedule_timeout(long timeout);
pf_api int pf_wake_up_state(struct task_struct *task, unsigned int state);
pf_api void pf_yield(void);
pf_api int pf_send_sig(int sig, struct task_struct *task);

/* Says that the caller may sleep here, and reports if it must not. */
pf_api void pf_might_sleep(const char *what);
#ifndef might_sleep
#define might_sleep() pf_might_sleep(__func__)
#endif

#define __set_current_state(state) WRITE_ONCE(current->__state, (state))
#define set_current_state(state)   smp_store_mb(current->__state, (state))
#define get_current_state()	   READ_ONCE(current->__state)
#define task_is_running(task)	   (READ_ONCE((task)->__state) == TASK_RUNNING)

static inline struct task_struct *get_task_struct(struct task_struct *task)
{
	__atomic_fetch_add(&task->usage.counter, 1, __ATOMIC_RELAXED);
	return task;
}

static inline void put_task_struct(struct task_struct *task)
{
	pf_put_task(task);
}

static inline void schedule(void)
{
	pf_schedule();
}

/**
 * schedule_timeout - sleep for some jiffies, if the state says sleep
 * @timeout: jiffies; MAX_SCHEDULE_TIMEOUT: until somebody wakes the task
 *
 * Return: jiffies that were left, 0 when the time is up.
 */
static inline long schedule_timeout(long timeout)
{
	return pf_schedule_timeout(timeout);
}

#define PF_DEFINE_SCHEDULE_TIMEOUT(name, state)                  \
	static inline long schedule_timeout_##name(long timeout) \
	{                                                        \
		__set_current_state(state);                      \
		return pf_schedule_timeout(timeout);             \
	}
PF_DEFINE_SCHEDULE_TIMEOUT(interruptible, TASK_INTERRUPTIBLE)
PF_DEFINE_SCHEDULE_TIMEOUT(uninterruptible, TASK_UNINTERRUPTIBLE)
PF_DEFINE_SCHEDULE_TIMEOUT(killable, TASK_KILLABLE)
PF_DEFINE_SCHEDULE_TIMEOUT(idle, TASK_IDLE)

static inline void io_schedule(void)
{
	pf_schedule();
}

static inline long io_schedule_timeout(long timeout)
{
	return pf_schedule_timeout(timeout);
}

/* 1 if the task slept. */
static inline int wake_up_process(struct task_struct *task)
{
	return pf_wake_up_state(task, TASK_NORMAL | TASK_NEW);
}

static inline int wake_up_state(struct task_struct *task, unsigned int state)
{
	return pf_wake_up_state(task, state);
}

static inline void yield(void)
{
	pf_yield();
}

#define cond_resched()		    (might_sleep(), 0)
#define cond_resched_lock(lock)	    ((void)(lock), 0)
#define cond_resched_rcu()	    ((void)0)
#define need_resched()		    false
#define cond_resched_tasks_rcu_qs() ((void)0)

/* The system's scheduler does not hear of these. */
static inline void set_user_nice(struct task_struct *task, long nice)
{
	(void)task;
	(void)nice;
}

static inline void sched_set_fifo(struct task_struct *task)
{
	(void)task;
}

#define sched_set_fifo_low(task)     sched_set_fifo(task)
#define sched_set_normal(task, nice) set_user_nice(task, nice)

static inline pid_t task_pid_nr(struct task_struct *task)
{
	return task->pid;
}

static inline pid_t task_tgid_nr(struct task_struct *task)
{
	return task->tgid;
}

static inline unsigned int task_cpu(const struct task_struct *task)
{
	return task->cpu;
}

static inline char *pf_get_task_comm(char *buf, struct task_struct *task)
{
	__builtin_memcpy(buf, task->comm, TASK_COMM_LEN);
	return buf;
}
#define get_task_comm(buf, task) pf_get_task_comm(buf, task)

/*
 * Signals between tasks, which have nothing to do with the process's: a
 * kthread gets those that it allows, other threads all.
 */
static inline int signal_pending(struct task_struct *task)
{
	return __atomic_load_n(&task->pending, __ATOMIC_RELAXED) != 0;
}

static inline int fatal_signal_pending(struct task_struct *task)
{
	return (__atomic_load_n(&task->pending, __ATOMIC_RELAXED) >> 8) & 1;
}

static inline int signal_pending_state(unsigned int state,
				       struct task_struct *task)
{
	if (state & TASK_INTERRUPTIBLE)
		return signal_pending(task);
	return state & TASK_WAKEKILL && fatal_signal_pending(task);
}

#endif
