/* SPDX-License-Identifier: MIT */
/*
 * kthread.c - threads that run until they are told to stop
 *
 * A kthread is a detached pthread with all signals blocked: the process's
 * signals are for the threads of the program.  Its record has one reference for
 * the running thread; kthread_stop() holds another while it waits.
 *
 * The thread runs with the record that its maker filled in.  It waits as
 * TASK_NEW for its first wake-up; a stop that comes before wins, and a call to
 * park is followed before its function runs.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>

#include "kenv/kenv.h"

struct kthread {
	int (*threadfn)(void *data);
	void *data;
	u32 has_begun;
	bool should_stop;
	bool should_park;
	long result;
	jmp_buf end;
	struct completion parked;
	struct completion exited;
};

/* Parks if it was asked to. */
static void park_self(struct kthread *kthread)
{
	for (;;) {
		set_current_state(TASK_PARKED);
		if (!READ_ONCE(kthread->should_park))
			break;
		complete_all(&kthread->parked);
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

static long run(struct task_struct *task, struct kthread *kthread)
{
	if (setjmp(kthread->end))
		return kthread->result;
	while (READ_ONCE(task->__state) == TASK_NEW)
		schedule();
	if (READ_ONCE(kthread->should_stop))
		return -EINTR;
	park_self(kthread);
	return kthread->threadfn(kthread->data);
}

static void *thread_main(void *arg)
{
	struct task_struct *task = arg;
	struct kthread *kthread = task->kthread;

	kenv_become(task);
	task->pid = kenv_thread_id();
	pthread_setname_np(pthread_self(), task->comm);
	smp_store_release(&kthread->has_begun, 1);
	kenv_wake(&kthread->has_begun, 1);
	kthread->result = run(task, kthread);
	complete_all(&kthread->exited);
	kenv_thread_ends(task);
	return NULL;
}

static int start(struct task_struct *task)
{
	sigset_t all, before;
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&thread, &attr, thread_main, task);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

struct task_struct *pf_kthread_create(int (*threadfn)(void *data), void *data,
				      const char *namefmt, ...)
{
	struct kthread *kthread = calloc(1, sizeof(*kthread));
	struct task_struct *task = kthread ? kenv_task_new() : NULL;
	va_list args;
	int err;

	if (!task) {
		free(kthread);
		return ERR_PTR(-ENOMEM);
	}
	va_start(args, namefmt);
	vsnprintf(task->comm, sizeof(task->comm), namefmt, args);
	va_end(args);
	kthread->threadfn = threadfn;
	kthread->data = data;
	init_completion(&kthread->parked);
	init_completion(&kthread->exited);
	task->kthread = kthread;
	task->flags = PF_KTHREAD;
	task->__state = TASK_NEW;
	err = start(task);
	if (err) {
		pf_put_task(task);
		return ERR_PTR(err);
	}
	/* So that the record has the thread's id: a moment. */
	while (!smp_load_acquire(&kthread->has_begun))
		kenv_wait(&kthread->has_begun, 0);
	return task;
}

static pthread_mutex_t services_lock = PTHREAD_MUTEX_INITIALIZER;

void kenv_service(struct task_struct **thread, int (*main)(void *unused),
		  const char *name)
{
	struct task_struct *task;

	if (likely(smp_load_acquire(thread)))
		return;
	pthread_mutex_lock(&services_lock);
	if (!*thread) {
		task = kthread_run(main, NULL, "%s", name);
		if (IS_ERR(task))
			panic("the thread %s cannot be started: %pe", name,
			      (void *)task);
		smp_store_release(thread, task);
	}
	pthread_mutex_unlock(&services_lock);
}

void kthread_fork_prepare(void)
{
	pthread_mutex_lock(&services_lock);
}

void kthread_fork_done(void)
{
	pthread_mutex_unlock(&services_lock);
}

/* The record stays: whoever made the thread may still stop it. */
void kthread_is_lost(struct task_struct *task)
{
	struct kthread *kthread = task->kthread;

	kthread->result = -EINTR;
	init_completion(&kthread->parked);
	init_completion(&kthread->exited);
	complete_all(&kthread->parked);
	complete_all(&kthread->exited);
}

static struct kthread *kthread_of(struct task_struct *task)
{
	BUG_ON(!(task->flags & PF_KTHREAD));
	return task->kthread;
}

int pf_kthread_stop(struct task_struct *task)
{
	struct kthread *kthread = kthread_of(task);
	int result;

	get_task_struct(task);
	WRITE_ONCE(kthread->should_stop, true);
	pf_kthread_unpark(task);
	wake_up_process(task);
	wait_for_completion(&kthread->exited);
	result = (int)kthread->result;
	pf_put_task(task);
	return result;
}

bool pf_kthread_should_stop(void)
{
	struct kthread *kthread = current->kthread;

	return kthread && READ_ONCE(kthread->should_stop);
}

bool pf_kthread_should_park(void)
{
	struct kthread *kthread = current->kthread;

	return kthread && READ_ONCE(kthread->should_park);
}

int pf_kthread_park(struct task_struct *task)
{
	struct kthread *kthread = kthread_of(task);

	if (completion_done(&kthread->exited))
		return -ENOSYS;
	if (READ_ONCE(kthread->should_park))
		return -EBUSY;
	reinit_completion(&kthread->parked);
	WRITE_ONCE(kthread->should_park, true);
	if (task != current) {
		wake_up_process(task);
		wait_for_completion(&kthread->parked);
	}
	return 0;
}

void pf_kthread_unpark(struct task_struct *task)
{
	struct kthread *kthread = kthread_of(task);

	if (!READ_ONCE(kthread->should_park))
		return;
	WRITE_ONCE(kthread->should_park, false);
	wake_up_state(task, TASK_PARKED);
}

void pf_kthread_parkme(void)
{
	park_self(kthread_of(current));
}

void *pf_kthread_data(struct task_struct *task)
{
	return kthread_of(task)->data;
}

void pf_kthread_exit(long result)
{
	struct kthread *kthread = kthread_of(current);

	kthread->result = result;
	longjmp(kthread->end, 1);
}

void pf_kthread_complete_and_exit(struct completion *comp, long code)
{
	if (comp)
		complete(comp);
	pf_kthread_exit(code);
}
