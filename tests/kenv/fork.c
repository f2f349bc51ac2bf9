/* SPDX-License-Identifier: MIT */
/*
 * fork.c - a child that is made while other threads use everything
 *
 * Whatever they were doing at that moment, the child finds every part usable:
 * no lock is held by a thread that is not there, no grace period waits for one,
 * and the threads of timers, call_rcu() and work queues start again.  Timers
 * and work of the parent stay with the parent.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kenv.h"

#define NR_THREADS 3
#define NR_FORKS   60

void pf_kfree(const void *p)
{
	free((void *)(unsigned long)p);
}

static bool is_over;
static atomic_t nr_calls, nr_works, nr_fired;

struct piece {
	struct rcu_head rcu;
};

static void called(struct rcu_head *head)
{
	free(container_of(head, struct piece, rcu));
	atomic_inc(&nr_calls);
}

static void works(struct work_struct *work)
{
	(void)work;
	atomic_inc(&nr_works);
}

static void fires(struct timer_list *timer)
{
	(void)timer;
	atomic_inc(&nr_fired);
}

static atomic_t nr_reports;

/*
 * Slow, so that forks come while a message is on its way.  A report of the
 * library's own, a panic too, is not one of these messages.
 */
static void drop(int level, const char *text, size_t len)
{
	if (level < 6) {
		tap_note("%.*s", (int)len, text);
		atomic_inc(&nr_reports);
	}
	udelay(50);
}

static struct rcu_work rworks[NR_THREADS];
static DECLARE_DELAYED_WORK(shared, works);

static void *uses_everything(void *arg)
{
	struct rcu_work *rwork = &rworks[(intptr_t)arg];
	struct delayed_work dwork;
	struct timer_list timer;
	struct work_struct work;

	timer_setup(&timer, fires, 0);
	INIT_WORK_ONSTACK(&work, works);
	INIT_DELAYED_WORK_ONSTACK(&dwork, works);
	while (!READ_ONCE(is_over)) {
		struct piece *piece = malloc(sizeof(*piece));
		unsigned long __percpu *counter = alloc_percpu(unsigned long);

		rcu_read_lock();
		printk(KERN_INFO "a line\n");
		call_rcu(&piece->rcu, called);
		mod_timer(&timer, jiffies + 1);
		schedule_work(&work);
		schedule_delayed_work(&dwork, 1);
		queue_rcu_work(system_wq, rwork);
		mod_delayed_work(system_wq, &shared, 1);
		free_percpu(counter);
		rcu_read_unlock();
	}
	timer_delete_sync(&timer);
	cancel_delayed_work_sync(&dwork);
	cancel_delayed_work_sync(&shared);
	cancel_work_sync(&work);
	flush_rcu_work(rwork);
	return NULL;
}

static int until_stopped(void *unused)
{
	(void)unused;
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 1;
}

static void uses_everything_again(void *arg)
{
	struct workqueue_struct *wq;
	struct timer_list timer;
	struct work_struct work;
	struct piece *piece = malloc(sizeof(*piece));
	int i, nr;

	EXPECT_EQ(current->pid, getpid());
	EXPECT_EQ(kthread_stop(arg), -EINTR); /* the parent's */
	synchronize_rcu();
	nr = atomic_read(&nr_calls);
	call_rcu(&piece->rcu, called);
	rcu_barrier();
	EXPECT_GT(atomic_read(&nr_calls), nr);
	printk(KERN_INFO "a line\n");
	free_percpu(alloc_percpu(unsigned long));

	timer_setup(&timer, fires, 0);
	nr = atomic_read(&nr_fired);
	mod_timer(&timer, jiffies + 1);
	while (atomic_read(&nr_fired) == nr)
		msleep(1);
	timer_delete_sync(&timer);

	INIT_WORK_ONSTACK(&work, works);
	nr = atomic_read(&nr_works);
	schedule_work(&work);
	flush_work(&work);
	flush_workqueue(system_wq);
	EXPECT_GT(atomic_read(&nr_works), nr);

	nr = atomic_read(&nr_works);
	EXPECT(schedule_delayed_work(&shared, 1));
	for (i = 0; i < NR_THREADS; i++)
		EXPECT(queue_rcu_work(system_wq, &rworks[i]));
	flush_delayed_work(&shared);
	for (i = 0; i < NR_THREADS; i++)
		flush_rcu_work(&rworks[i]);
	EXPECT_EQ(atomic_read(&nr_works), nr + 1 + NR_THREADS);
	wq = alloc_workqueue("child", 0, 1);
	queue_work(wq, &work);
	destroy_workqueue(wq);
	EXPECT_EQ(atomic_read(&nr_reports), 0);
}

TEST(a_child_of_a_busy_process_can_use_everything)
{
	pthread_t threads[NR_THREADS];
	struct task_struct *task;
	int i;

#ifdef __SANITIZE_ADDRESS__
	SKIP("AddressSanitizer's allocator stays locked in such a child");
#endif
#ifdef __SANITIZE_THREAD__
	SKIP("ThreadSanitizer allows no thread in such a child");
#endif
	for (i = 0; i < NR_THREADS; i++)
		INIT_RCU_WORK(&rworks[i], works);
	pf_printk_set_sink(drop);
	task = kthread_run(until_stopped, NULL, "stays");
	threads_start(NR_THREADS, uses_everything, threads);
	msleep(5);
	for (i = 0; i < NR_FORKS; i++) {
		if (!EXPECT(child_run(30, uses_everything_again, task)))
			break;
	}
	WRITE_ONCE(is_over, true);
	threads_join(NR_THREADS, threads);
	EXPECT_EQ(kthread_stop(task), 1);
	rcu_barrier();
	pf_printk_set_sink(NULL);
	EXPECT_EQ(atomic_read(&nr_reports), 0);
}

static DECLARE_COMPLETION(may_end);

static void waits(struct work_struct *work)
{
	(void)work;
	wait_for_completion(&may_end);
}

static DECLARE_WORK(running, waits);
static DECLARE_WORK(pending, works);
static DECLARE_DELAYED_WORK(later, works);
static DEFINE_TIMER(timer, fires);

static void starts_afresh(void *arg)
{
	int nr_before = atomic_read(&nr_works);

	flush_workqueue(arg);
	EXPECT(!work_pending(&pending) && !delayed_work_pending(&later));
	EXPECT(!timer_pending(&timer) && !work_busy(&running));
	EXPECT_EQ(atomic_read(&nr_works), nr_before);
	EXPECT(queue_work(arg, &pending));
	EXPECT(queue_delayed_work(arg, &later, 1));
	flush_work(&pending);
	flush_delayed_work(&later);
	EXPECT_EQ(atomic_read(&nr_works), nr_before + 2);
	destroy_workqueue(arg);
}

TEST(a_child_leaves_work_and_timers_to_its_parent)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("kept", 0);
	int nr_before = atomic_read(&nr_works);

#ifdef __SANITIZE_THREAD__
	SKIP("ThreadSanitizer allows no thread in such a child");
#endif
	mod_timer(&timer, jiffies + 100000);
	queue_work(wq, &running);
	queue_work(wq, &pending);
	queue_delayed_work(wq, &later, 100000);
	while (work_pending(&running))
		msleep(1);
	EXPECT(child_run(30, starts_afresh, wq));
	EXPECT(timer_delete(&timer));
	EXPECT(delayed_work_pending(&later));
	complete(&may_end);
	flush_delayed_work(&later);
	destroy_workqueue(wq);
	EXPECT_EQ(atomic_read(&nr_works), nr_before + 2);
}

static struct rcu_work rwork;

static void calls(void *arg)
{
	int nr_before = atomic_read(&nr_calls);
	int nr_works_before = atomic_read(&nr_works);

	(void)arg;
	EXPECT(!work_pending(&rwork.work));
	rcu_barrier();
	EXPECT_EQ(atomic_read(&nr_calls), nr_before + 2);
	EXPECT(queue_rcu_work(system_wq, &rwork));
	flush_rcu_work(&rwork);
	EXPECT_EQ(atomic_read(&nr_works), nr_works_before + 1);
}

static bool may_leave;
static struct completion entered;

static void *is_in_section(void *arg)
{
	(void)arg;
	rcu_read_lock();
	complete(&entered);
	while (!READ_ONCE(may_leave))
		yield();
	rcu_read_unlock();
	return NULL;
}

TEST(a_child_calls_what_call_rcu_was_given)
{
	struct piece *pieces[2] = {malloc(sizeof(struct piece)),
				   malloc(sizeof(struct piece))};
	pthread_t reader;

#ifdef __SANITIZE_THREAD__
	SKIP("ThreadSanitizer allows no thread in such a child");
#endif
	init_completion(&entered);
	threads_start(1, is_in_section, &reader);
	wait_for_completion(&entered);
	call_rcu(&pieces[0]->rcu, called);
	msleep(20); /* the thread has taken it, and waits for the reader */
	INIT_RCU_WORK(&rwork, works);
	queue_rcu_work(system_wq, &rwork);
	call_rcu(&pieces[1]->rcu, called);
	EXPECT(child_run(30, calls, NULL));
	WRITE_ONCE(may_leave, true);
	threads_join(1, &reader);
	rcu_barrier();
	flush_rcu_work(&rwork);
}

static void does_nothing(void *arg)
{
	(void)arg;
}

static atomic_t nr_renewed;

/* A timer's function may free the timer, and others reuse its memory. */
static void becomes_a_delayed_work(struct timer_list *t)
{
	struct delayed_work *dwork = from_timer(dwork, t, timer);

	INIT_DELAYED_WORK(dwork, works);
	atomic_inc(&nr_renewed);
	while (atomic_read(&nr_renewed) == 1)
		yield();
}

TEST(fork_does_not_look_at_the_timer_whose_function_runs)
{
	static struct delayed_work memory;

	timer_setup(&memory.timer, becomes_a_delayed_work, 0);
	mod_timer(&memory.timer, jiffies);
	while (!atomic_read(&nr_renewed))
		msleep(1);
	EXPECT(child_run(30, does_nothing, NULL));
	atomic_inc(&nr_renewed);
}
