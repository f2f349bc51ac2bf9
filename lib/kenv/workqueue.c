/* SPDX-License-Identifier: MIT */
/*
 * workqueue.c - functions that other threads call
 *
 * A queue has a list of pending items and up to max_active threads, each of
 * which takes the first item that no thread is running at the moment: so an
 * item never runs twice at a time, whatever queues it is put on.  Threads stay
 * until the queue is destroyed.
 *
 * A thread is made when there is an item and no thread is idle or starting:
 * by who queues an item, and by a thread that takes one and leaves others.  So
 * items that wait for later ones do not hold them up, and a burst of short ones
 * does not make a thread each.
 *
 * Each queueing of an item has a number.  Who flushes waits until nothing with
 * a number up to that of now is pending or runs; it looks at lists only, never
 * at the item, which may have freed itself.
 *
 * An item of a delayed_work is pending while its timer is armed, and not on a
 * list.  One lock guards all, and the timers' and call_rcu()'s locks are taken
 * inside of it: fork finds a pending item on a list, behind an armed timer,
 * with call_rcu(), or in the hands of the one function that moves it on.
 * "done" wakes those who wait for anything.
 */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <stdlib.h>

#include "kenv/kenv.h"

struct workqueue_struct {
	char name[24];
	unsigned int max_active;
	unsigned int nr_workers;
	unsigned int nr_idle;
	unsigned int nr_starting;
	unsigned int nr_drainers; /* meanwhile only its own items queue more */
	bool is_ending;
	struct list_head pending;
	struct wait_queue_head more;
	struct list_head all;
};

struct worker {
	struct workqueue_struct *wq;
	struct task_struct *task;
	struct work_struct *work; /* that it runs */
	u64 seq;
	struct workqueue_struct *blocks; /* the item is pending there again */
	struct list_head entry;		 /* in "busy" */
};

/* Keeps an item from being queued while it is cancelled. */
struct canceler {
	struct work_struct *work;
	struct list_head entry; /* in "cancelers" */
};

static DEFINE_SPINLOCK(lock);
static LIST_HEAD(busy);
static LIST_HEAD(cancelers);
static LIST_HEAD(all_queues);
static DECLARE_WAIT_QUEUE_HEAD(done);
static u64 last_seq;

static struct worker *runner_of(const struct work_struct *work)
{
	struct worker *worker;

	list_for_each_entry(worker, &busy, entry) {
		if (worker->work == work)
			return worker;
	}
	return NULL;
}

static struct work_struct *next_work(struct workqueue_struct *wq)
{
	struct work_struct *work;

	list_for_each_entry(work, &wq->pending, entry) {
		struct worker *runner = runner_of(work);

		if (!runner)
			return work;
		runner->blocks = wq;
	}
	return NULL;
}

/* Whether the caller has to make a thread, which is counted from now on. */
static bool claim_worker(struct workqueue_struct *wq)
{
	if (list_empty(&wq->pending) || wq->nr_idle || wq->nr_starting ||
	    wq->nr_workers >= wq->max_active)
		return false;
	wq->nr_workers++;
	wq->nr_starting++;
	return true;
}

static int worker_main(void *arg);

/* After claim_worker(), without the lock. */
static void add_worker(struct workqueue_struct *wq)
{
	struct task_struct *task =
		kthread_run(worker_main, wq, "kw/%s", wq->name);

	if (!IS_ERR(task))
		return;
	spin_lock(&lock);
	wq->nr_starting--;
	if (--wq->nr_workers == 0)
		panic("workqueue %s: no thread can be started: %pe", wq->name,
		      (void *)task);
	spin_unlock(&lock);
}

/* One idle thread, which is not idle any more; or all. */
static void wake_worker(struct workqueue_struct *wq)
{
	wq->nr_idle--;
	wake_up(&wq->more);
}

static void wake_workers(struct workqueue_struct *wq)
{
	wq->nr_idle = 0;
	wake_up_all(&wq->more);
}

/* The lock is held, and given up while the function runs. */
static void run_work(struct worker *worker, struct work_struct *work)
{
	struct workqueue_struct *wq = worker->wq;
	work_func_t func = work->func;
	bool needs_worker;
	int preempt_count;

	list_del_init(&work->entry);
	WRITE_ONCE(work->is_pending, false);
	worker->work = work;
	worker->seq = work->seq;
	list_add_tail(&worker->entry, &busy);
	needs_worker = claim_worker(wq);
	spin_unlock(&lock);
	if (needs_worker)
		add_worker(wq);

	preempt_count = pf_preempt_count();
	func(work); /* which may free it */
	if (pf_preempt_count() != preempt_count || pf_rcu_read_lock_held())
		panic("the work function at %pS returned with a lock held, or "
		      "gave up one more than it took",
		      (void *)(unsigned long)func);

	spin_lock(&lock);
	list_del(&worker->entry);
	worker->work = NULL;
	wake_up_all(&done);
	if (worker->blocks)
		wake_workers(worker->blocks);
	worker->blocks = NULL;
}

/* Who wakes a thread takes it off nr_idle. */
static void wait_for_more(struct workqueue_struct *wq)
{
	DEFINE_WAIT(wait);

	pf_prepare_to_wait(&wq->more, &wait, TASK_IDLE, true);
	wq->nr_idle++;
	spin_unlock(&lock);
	schedule();
	finish_wait(&wq->more, &wait);
	spin_lock(&lock);
}

static int worker_main(void *arg)
{
	struct worker worker = {.wq = arg, .task = current};
	struct workqueue_struct *wq = arg;

	current->flags |= PF_WQ_WORKER;
	spin_lock(&lock);
	wq->nr_starting--;
	for (;;) {
		struct work_struct *work = next_work(wq);

		if (work)
			run_work(&worker, work);
		else if (wq->is_ending)
			break;
		else
			wait_for_more(wq);
	}
	wq->nr_workers--;
	wake_up_all(&done);
	spin_unlock(&lock);
	return 0;
}

static bool is_own_worker(struct workqueue_struct *wq)
{
	struct worker *worker;

	list_for_each_entry(worker, &busy, entry) {
		if (worker->task == current)
			return worker->wq == wq;
	}
	return false;
}

/* The lock is held, and is given up; the item is marked as pending. */
static void insert_and_unlock(struct workqueue_struct *wq,
			      struct work_struct *work)
{
	bool needs_worker;

	if (WARN(wq->is_ending || (wq->nr_drainers && !is_own_worker(wq)),
		 "workqueue: %ps is queued on %s, which is being destroyed\n",
		 (void *)(unsigned long)work->func, wq->name)) {
		WRITE_ONCE(work->is_pending, false);
		spin_unlock(&lock);
		return;
	}
	work->wq = wq;
	work->seq = ++last_seq;
	list_add_tail(&work->entry, &wq->pending);
	needs_worker = claim_worker(wq);
	if (!needs_worker && wq->nr_idle)
		wake_worker(wq);
	spin_unlock(&lock);
	if (needs_worker)
		add_worker(wq);
}

bool pf_queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	spin_lock(&lock);
	if (work->is_pending || work->nr_canceling) {
		spin_unlock(&lock);
		return false;
	}
	WRITE_ONCE(work->is_pending, true);
	insert_and_unlock(wq, work);
	return true;
}

void pf_delayed_work_timer(struct timer_list *timer)
{
	struct delayed_work *dwork = from_timer(dwork, timer, timer);

	spin_lock(&lock);
	insert_and_unlock(dwork->wq, &dwork->work);
}

/* The lock is held, and is given up. */
static bool queue_delayed_and_unlock(struct workqueue_struct *wq,
				     struct delayed_work *dwork,
				     unsigned long delay)
{
	if (dwork->work.is_pending || dwork->work.nr_canceling) {
		spin_unlock(&lock);
		return false;
	}
	WRITE_ONCE(dwork->work.is_pending, true);
	dwork->wq = wq;
	if (!delay) {
		insert_and_unlock(wq, &dwork->work);
		return true;
	}
	mod_timer(&dwork->timer, jiffies + delay);
	spin_unlock(&lock);
	return true;
}

bool pf_queue_delayed_work(struct workqueue_struct *wq,
			   struct delayed_work *dwork, unsigned long delay)
{
	spin_lock(&lock);
	return queue_delayed_and_unlock(wq, dwork, delay);
}

void kenv_rcu_work_ready(struct rcu_head *head)
{
	struct rcu_work *rwork = container_of(head, struct rcu_work, rcu);

	spin_lock(&lock);
	insert_and_unlock(rwork->wq, &rwork->work);
}

bool pf_queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork)
{
	spin_lock(&lock);
	if (rwork->work.is_pending || rwork->work.nr_canceling) {
		spin_unlock(&lock);
		return false;
	}
	WRITE_ONCE(rwork->work.is_pending, true);
	rwork->wq = wq;
	call_rcu(&rwork->rcu, kenv_rcu_work_ready);
	spin_unlock(&lock);
	return true;
}

/* Off its list.  The lock is held. */
static bool take_off_list(struct work_struct *work)
{
	if (!work->is_pending || list_empty(&work->entry))
		return false;
	list_del_init(&work->entry);
	WRITE_ONCE(work->is_pending, false);
	wake_up_all(&done);
	return true;
}

/* Whether something of these lists is not done yet; the lock is held. */
struct wanted {
	struct workqueue_struct *wq; /* NULL: any */
	struct work_struct *work;    /* NULL: any */
	u64 seq;		     /* this one and those before it */
};

static bool is_wanted_left(const struct wanted *wanted)
{
	struct work_struct *work;
	struct worker *worker;

	list_for_each_entry(worker, &busy, entry) {
		if (worker->seq <= wanted->seq &&
		    (!wanted->wq || worker->wq == wanted->wq) &&
		    (!wanted->work || worker->work == wanted->work))
			return true;
	}
	if (!wanted->wq)
		return false;
	list_for_each_entry(work, &wanted->wq->pending, entry) {
		if (work->seq <= wanted->seq &&
		    (!wanted->work || work == wanted->work))
			return true;
	}
	return false;
}

/* The lock is held, before and after. */
static void wait_for_wanted(const struct wanted *wanted)
{
	while (is_wanted_left(wanted)) {
		DEFINE_WAIT(wait);

		prepare_to_wait(&done, &wait, TASK_UNINTERRUPTIBLE);
		spin_unlock(&lock);
		schedule();
		finish_wait(&done, &wait);
		spin_lock(&lock);
	}
}

static void check_not_own(struct work_struct *work, const char *call)
{
	struct worker *worker = runner_of(work);

	if (unlikely(worker && worker->task == current))
		panic("%s() is called by the work's own function and would "
		      "wait for itself",
		      call);
}

static void check_not_in(struct workqueue_struct *wq, const char *call)
{
	if (unlikely(is_own_worker(wq)))
		panic("%s() of %s is called by a function that runs on it and "
		      "would wait for itself",
		      call, wq->name);
}

/* Its own function may not queue it again.  The lock is held. */
static void cancel_begin(struct canceler *canceler, struct work_struct *work)
{
	canceler->work = work;
	work->nr_canceling++;
	list_add(&canceler->entry, &cancelers);
}

static void cancel_end(struct canceler *canceler)
{
	canceler->work->nr_canceling--;
	list_del(&canceler->entry);
}

bool pf_cancel_work(struct work_struct *work, bool sync)
{
	struct canceler canceler;
	struct wanted wanted = {.work = work, .seq = U64_MAX};
	bool was_pending;

	if (sync)
		pf_might_sleep("cancel_work_sync");
	spin_lock(&lock);
	was_pending = take_off_list(work);
	if (sync) {
		check_not_own(work, "cancel_work_sync");
		cancel_begin(&canceler, work);
		wait_for_wanted(&wanted);
		cancel_end(&canceler);
	}
	spin_unlock(&lock);
	return was_pending;
}

/* For the timer's function, which is on its way to the list. */
static void wait_for_timer(unsigned int round)
{
	spin_unlock(&lock);
	kenv_wait_turn(round);
	spin_lock(&lock);
}

static bool grab_delayed(struct delayed_work *dwork)
{
	unsigned int round;

	for (round = 0; dwork->work.is_pending; round++) {
		if (take_off_list(&dwork->work))
			return true;
		if (timer_delete(&dwork->timer)) {
			WRITE_ONCE(dwork->work.is_pending, false);
			return true;
		}
		wait_for_timer(round);
	}
	return false;
}

bool pf_cancel_delayed_work(struct delayed_work *dwork, bool sync)
{
	struct canceler canceler;
	bool was_pending;

	spin_lock(&lock);
	if (sync)
		cancel_begin(&canceler, &dwork->work);
	was_pending = grab_delayed(dwork);
	spin_unlock(&lock);
	if (sync) {
		pf_cancel_work(&dwork->work, true);
		spin_lock(&lock);
		cancel_end(&canceler);
		spin_unlock(&lock);
	}
	return was_pending;
}

bool pf_mod_delayed_work(struct workqueue_struct *wq,
			 struct delayed_work *dwork, unsigned long delay)
{
	bool was_pending;

	spin_lock(&lock);
	was_pending = grab_delayed(dwork);
	queue_delayed_and_unlock(wq, dwork, delay);
	return was_pending;
}

bool pf_flush_work(struct work_struct *work)
{
	struct wanted wanted = {.work = work};
	struct worker *worker;
	bool has_waited;

	pf_might_sleep("flush_work");
	spin_lock(&lock);
	check_not_own(work, "flush_work");
	worker = runner_of(work);
	if (work->is_pending && !list_empty(&work->entry)) {
		wanted.wq = work->wq;
		wanted.seq = work->seq;
	} else if (worker) {
		wanted.seq = worker->seq;
	}
	has_waited = wanted.seq != 0;
	wait_for_wanted(&wanted);
	spin_unlock(&lock);
	return has_waited;
}

/* A pending item is on its way through call_rcu(): then wait for that first. */
bool pf_flush_rcu_work(struct rcu_work *rwork)
{
	if (!work_pending(&rwork->work))
		return pf_flush_work(&rwork->work);
	rcu_barrier();
	pf_flush_work(&rwork->work);
	return true;
}

/* As cancel, and it is not queued until it was enabled as often. */
bool pf_disable_work(struct work_struct *work, bool sync)
{
	spin_lock(&lock);
	work->nr_canceling++;
	spin_unlock(&lock);
	return pf_cancel_work(work, sync);
}

bool pf_disable_delayed_work(struct delayed_work *dwork, bool sync)
{
	spin_lock(&lock);
	dwork->work.nr_canceling++;
	spin_unlock(&lock);
	return pf_cancel_delayed_work(dwork, sync);
}

bool pf_enable_work(struct work_struct *work)
{
	bool is_enabled;

	spin_lock(&lock);
	if (!WARN(!work->nr_canceling,
		  "enable_work() of a work that is not disabled"))
		work->nr_canceling--;
	is_enabled = !work->nr_canceling;
	spin_unlock(&lock);
	return is_enabled;
}

struct work_struct *pf_current_work(void)
{
	struct work_struct *work = NULL;
	struct worker *worker;

	spin_lock(&lock);
	list_for_each_entry(worker, &busy, entry) {
		if (worker->task == current)
			work = worker->work;
	}
	spin_unlock(&lock);
	return work;
}

bool pf_flush_delayed_work(struct delayed_work *dwork)
{
	unsigned int round;

	spin_lock(&lock);
	for (round = 0;
	     dwork->work.is_pending && list_empty(&dwork->work.entry);
	     round++) {
		if (timer_delete(&dwork->timer)) {
			insert_and_unlock(dwork->wq, &dwork->work);
			return pf_flush_work(&dwork->work);
		}
		wait_for_timer(round);
	}
	spin_unlock(&lock);
	return pf_flush_work(&dwork->work);
}

void pf_flush_workqueue(struct workqueue_struct *wq)
{
	struct wanted wanted = {.wq = wq};

	pf_might_sleep("flush_workqueue");
	spin_lock(&lock);
	check_not_in(wq, "flush_workqueue");
	wanted.seq = last_seq;
	wait_for_wanted(&wanted);
	spin_unlock(&lock);
}

void pf_drain_workqueue(struct workqueue_struct *wq)
{
	struct wanted wanted = {.wq = wq, .seq = U64_MAX};

	pf_might_sleep("drain_workqueue");
	spin_lock(&lock);
	check_not_in(wq, "drain_workqueue");
	wq->nr_drainers++;
	wait_for_wanted(&wanted);
	wq->nr_drainers--;
	spin_unlock(&lock);
}

unsigned int pf_work_busy(struct work_struct *work)
{
	unsigned int state;

	spin_lock(&lock);
	state = (work->is_pending ? WORK_BUSY_PENDING : 0U) |
		(runner_of(work) ? WORK_BUSY_RUNNING : 0U);
	spin_unlock(&lock);
	return state;
}

struct workqueue_struct *pf_alloc_workqueue(const char *fmt, unsigned int flags,
					    int max_active, ...)
{
	struct workqueue_struct *wq = calloc(1, sizeof(*wq));
	va_list args;

	(void)flags;
	if (!wq)
		return NULL;
	va_start(args, max_active);
	vsnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	wq->max_active = max_active > 0
				 ? (unsigned int)min(max_active, WQ_MAX_ACTIVE)
				 : WQ_DFL_ACTIVE;
	INIT_LIST_HEAD(&wq->pending);
	init_waitqueue_head(&wq->more);
	spin_lock(&lock);
	list_add_tail(&wq->all, &all_queues);
	spin_unlock(&lock);
	return wq;
}

/* What is pending runs first; delayed items must have been cancelled. */
void pf_destroy_workqueue(struct workqueue_struct *wq)
{
	struct worker *worker;

	pf_drain_workqueue(wq);
	spin_lock(&lock);
	wq->is_ending = true;
	wake_workers(wq);
	list_for_each_entry(worker, &busy, entry) {
		if (worker->blocks == wq) /* by an item cancelled since */
			worker->blocks = NULL;
	}
	while (wq->nr_workers) {
		DEFINE_WAIT(wait);

		prepare_to_wait(&done, &wait, TASK_UNINTERRUPTIBLE);
		spin_unlock(&lock);
		schedule();
		finish_wait(&done, &wait);
		spin_lock(&lock);
	}
	list_del(&wq->all);
	spin_unlock(&lock);
	free(wq);
}

struct workqueue_struct *pf_system_wq(void)
{
	static struct workqueue_struct *system;
	struct workqueue_struct *wq = smp_load_acquire(&system);
	struct workqueue_struct *none = NULL;

	if (likely(wq))
		return wq;
	wq = pf_alloc_workqueue("events", 0, 0);
	if (!wq)
		panic("no memory for the system's workqueue");
	if (try_cmpxchg(&system, &none, wq))
		return wq;
	/* Nobody has used it; the caller may be one who must not sleep. */
	spin_lock(&lock);
	list_del(&wq->all);
	spin_unlock(&lock);
	free(wq);
	return none;
}

void workqueue_fork_prepare(void)
{
	spin_lock(&lock);
}

void workqueue_fork_parent(void)
{
	spin_unlock(&lock);
}

/* The parent does what is pending: items may lie on the stacks of its threads. */
static void forget_pending(struct workqueue_struct *wq)
{
	struct work_struct *work, *next;

	list_for_each_entry_safe(work, next, &wq->pending, entry) {
		list_del_init(&work->entry);
		work->is_pending = false;
	}
}

void kenv_delayed_work_lost(struct timer_list *timer)
{
	struct delayed_work *dwork = from_timer(dwork, timer, timer);

	dwork->work.is_pending = false;
}

void kenv_rcu_work_lost(struct rcu_head *head)
{
	struct rcu_work *rwork = container_of(head, struct rcu_work, rcu);

	rwork->work.is_pending = false;
}

void workqueue_fork_child(void)
{
	struct worker *worker, *next;
	struct workqueue_struct *wq;
	struct canceler *canceler;

	list_for_each_entry(canceler, &cancelers, entry) {
		canceler->work->nr_canceling--;
	}
	INIT_LIST_HEAD(&cancelers);
	list_for_each_entry(wq, &all_queues, all) {
		forget_pending(wq);
		wq->nr_workers = 0;
		wq->nr_idle = 0;
		wq->nr_starting = 0;
		wq->nr_drainers = 0;
		init_waitqueue_head(&wq->more);
	}
	init_waitqueue_head(&done);
	list_for_each_entry_safe(worker, next, &busy, entry) {
		if (worker->task != current)
			list_del(&worker->entry);
		else
			worker->wq->nr_workers = 1;
	}
	spin_unlock(&lock);
}
