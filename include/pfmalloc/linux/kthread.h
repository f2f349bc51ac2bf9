/* SPDX-License-Identifier: MIT */
/*
 * kthread.h - threads that run a function until they are told to stop
 */
#ifndef PFMALLOC_LINUX_KTHREAD_H
#define PFMALLOC_LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

/**
 * pf_kthread_create - a thread that waits for wake_up_process()
 * @threadfn: what it runs; its value is what kthread_stop() returns
 *
 * Return: the task, or ERR_PTR(-ENOMEM) or ERR_PTR(-EAGAIN).
 */
pf_api __attribute__((__format__(printf, 3, 4))) struct task_struct *
pf_kthread_create(int (*threadfn)(void *data), void *data, const char *namefmt,
		  ...);
pf_api int pf_kthread_stop(struct task_struct *task);
pf_api bool pf_kthread_should_stop(void);
pf_api bool pf_kthread_should_park(void);
pf_api int pf_kthread_park(struct task_struct *task);
pf_api void pf_kthread_unpark(struct task_struct *task);
pf_api void pf_kthread_parkme(void);
pf_api void *pf_kthread_data(struct task_struct *task);
pf_api void __attribute__((__noreturn__)) pf_kthread_exit(long result);

#define kthread_create(threadfn, data, namefmt, arg...) \
	pf_kthread_create(threadfn, data, namefmt, ##arg)
#define kthread_create_on_node(threadfn, data, node, namefmt, arg...) \
	((void)(node), pf_kthread_create(threadfn, data, namefmt, ##arg))
#define kthread_create_on_cpu(threadfn, data, cpu, namefmt) \
	pf_kthread_create(threadfn, data, namefmt, cpu)
#define kthread_run(threadfn, data, namefmt, ...)                \
	__extension__({                                          \
		struct task_struct *pf_task = pf_kthread_create( \
			threadfn, data, namefmt, ##__VA_ARGS__); \
		if (!IS_ERR(pf_task))                            \
			wake_up_process(pf_task);                \
		pf_task;                                         \
	})

/*
 * Tells the thread, wakes it, waits for its end.  Return: its value, or -EINTR
 * if it was never woken.  A thread that may have ended by itself is stopped
 * with a reference of the caller's (get_task_struct()), as in the kernel.
 */
static inline int kthread_stop(struct task_struct *task)
{
	return pf_kthread_stop(task);
}

static inline int kthread_stop_put(struct task_struct *task)
{
	int result = pf_kthread_stop(task);

	pf_put_task(task);
	return result;
}

static inline bool kthread_should_stop(void)
{
	return pf_kthread_should_stop();
}

static inline bool kthread_should_park(void)
{
	return pf_kthread_should_park();
}

#define kthread_should_stop_or_park() \
	(kthread_should_stop() || kthread_should_park())
#define kthread_freezable_should_stop(was_frozen) kthread_should_stop()

static inline int kthread_park(struct task_struct *task)
{
	return pf_kthread_park(task);
}

static inline void kthread_unpark(struct task_struct *task)
{
	pf_kthread_unpark(task);
}

static inline void kthread_parkme(void)
{
	pf_kthread_parkme();
}

static inline void *kthread_data(struct task_struct *task)
{
	return pf_kthread_data(task);
}

static inline void __attribute__((__noreturn__)) kthread_exit(long result)
{
	pf_kthread_exit(result);
}

struct completion;
pf_api void __attribute__((__noreturn__))
pf_kthread_complete_and_exit(struct completion *comp, long code);
#define kthread_complete_and_exit(comp, code) \
	pf_kthread_complete_and_exit(comp, code)

/* Where a thread runs is left to the system. */
static inline void kthread_bind(struct task_struct *task, unsigned int cpu)
{
	(void)task;
	(void)cpu;
}

#endif
