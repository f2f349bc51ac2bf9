/* SPDX-License-Identifier: MIT */
/*
 * threads.c - tasks, locks, waiting, timers, work queues, RCU, per-cpu data
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>
#include <linux/workqueue.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "kenv.h"

#define NR_THREADS 4
#define ROUNDS	   5000

static char log_text[4096];

static void keep(int level, const char *text, size_t len)
{
	(void)level;
	if (strlen(log_text) + len < sizeof(log_text))
		memcpy(log_text + strlen(log_text), text, len);
}

static void log_begin(void)
{
	memset(log_text, 0, sizeof(log_text));
	pf_printk_set_sink(keep);
}

static int until_stopped(void *data)
{
	int *turns = data;

	while (!kthread_should_stop()) {
		WRITE_ONCE(*turns, *turns + 1);
		schedule_timeout_interruptible(1);
	}
	return 42;
}

TEST(kthread_stop_waits_and_returns_the_threads_value)
{
	int turns = 0;
	struct task_struct *task =
		kthread_run(until_stopped, &turns, "turn/%d", 7);

	if (!EXPECT(!IS_ERR(task)))
		return;
	EXPECT_STR_EQ(task->comm, "turn/7");
	EXPECT_NE(task->pid, current->pid);
	while (!READ_ONCE(turns))
		msleep(1);
	EXPECT_EQ(kthread_stop(task), 42);
}

TEST(a_thread_that_was_never_woken_does_not_run)
{
	int turns = 0;
	struct task_struct *task = kthread_create(until_stopped, &turns, "new");

	EXPECT_EQ(kthread_stop(task), -EINTR);
	EXPECT_EQ(turns, 0);
}

static int parks(void *data)
{
	int *turns = data;

	while (!kthread_should_stop()) {
		if (kthread_should_park())
			kthread_parkme();
		WRITE_ONCE(*turns, *turns + 1);
		msleep(1);
	}
	kthread_exit(5);
}

TEST(a_parked_thread_does_nothing_until_it_is_unparked)
{
	int turns = 0;
	struct task_struct *task = kthread_run(parks, &turns, "parks");
	int seen;

	EXPECT_EQ(kthread_park(task), 0);
	seen = READ_ONCE(turns);
	msleep(20);
	EXPECT_EQ(READ_ONCE(turns), seen);
	kthread_unpark(task);
	while (READ_ONCE(turns) == seen)
		msleep(1);
	EXPECT_EQ(kthread_stop(task), 5);
}

TEST(a_thread_parks_before_its_first_turn_if_asked_to)
{
	int turns = 0;
	struct task_struct *task =
		kthread_create(until_stopped, &turns, "late");

	EXPECT_EQ(kthread_park(task), 0);
	msleep(10);
	EXPECT_EQ(READ_ONCE(turns), 0);
	kthread_unpark(task);
	while (!READ_ONCE(turns))
		msleep(1);
	EXPECT_EQ(kthread_stop(task), 42);
}

static DEFINE_SPINLOCK(spinlock);
static DEFINE_MUTEX(mutex);
static DEFINE_RWLOCK(rwlock);
static DECLARE_RWSEM(rwsem);
static unsigned long counters[5]; /* each under a lock of its own */

static void *count(void *arg)
{
	unsigned long flags;
	int i;

	(void)arg;
	for (i = 0; i < ROUNDS; i++) {
		spin_lock_irqsave(&spinlock, flags);
		counters[0]++;
		spin_unlock_irqrestore(&spinlock, flags);
		mutex_lock(&mutex);
		counters[1]++;
		mutex_unlock(&mutex);
		write_lock(&rwlock);
		counters[2]++;
		write_unlock(&rwlock);
		down_write(&rwsem);
		counters[3]++;
		up_write(&rwsem);
		scoped_guard(mutex, &mutex)
			counters[4]++;
		read_lock(&rwlock);
		EXPECT_LE(counters[2], NR_THREADS * ROUNDS);
		read_unlock(&rwlock);
		down_read(&rwsem);
		EXPECT_LE(counters[3], NR_THREADS * ROUNDS);
		up_read(&rwsem);
	}
	EXPECT_EQ(preempt_count(), 0);
	EXPECT(!irqs_disabled());
	return NULL;
}

TEST(every_kind_of_lock_keeps_threads_apart)
{
	pthread_t threads[NR_THREADS];
	int i;

	threads_start(NR_THREADS, count, threads);
	threads_join(NR_THREADS, threads);
	for (i = 0; i < 5; i++)
		EXPECT_EQ(counters[i], NR_THREADS * ROUNDS);
}

static void *try_all(void *arg)
{
	(void)arg;
	EXPECT(!mutex_trylock(&mutex));
	EXPECT(!spin_trylock(&spinlock));
	EXPECT(!down_read_trylock(&rwsem));
	EXPECT(read_trylock(&rwlock));
	EXPECT(!write_trylock(&rwlock));
	read_unlock(&rwlock);
	return NULL;
}

TEST(a_lock_that_is_held_is_not_given_to_others)
{
	pthread_t thread;

	mutex_lock(&mutex);
	spin_lock(&spinlock);
	EXPECT(down_write_trylock(&rwsem));
	read_lock(&rwlock);
	EXPECT(lockdep_is_held(&mutex) && lockdep_is_held(&spinlock));
	threads_start(1, try_all, &thread);
	threads_join(1, &thread);
	read_unlock(&rwlock);
	downgrade_write(&rwsem);
	EXPECT(down_read_trylock(&rwsem));
	up_read(&rwsem);
	up_read(&rwsem);
	spin_unlock(&spinlock);
	mutex_unlock(&mutex);
	EXPECT(!lockdep_is_held(&mutex));
}

static int waits_for_mutex(void *data)
{
	int ret;

	allow_signal(10);
	complete(data);
	ret = mutex_lock_interruptible(&mutex);
	if (!ret)
		mutex_unlock(&mutex);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return ret;
}

TEST(a_signal_ends_the_wait_for_a_mutex_and_others_get_it)
{
	struct task_struct *tasks[3];
	DECLARE_COMPLETION_ONSTACK(began);
	int i;

	mutex_lock(&mutex);
	for (i = 0; i < 3; i++) {
		tasks[i] = kthread_run(waits_for_mutex, &began, "m/%d", i);
		wait_for_completion(&began);
	}
	send_sig(10, tasks[0], 0);
	EXPECT_EQ(kthread_stop(tasks[0]), -EINTR);
	mutex_unlock(&mutex);
	EXPECT_EQ(kthread_stop(tasks[1]), 0);
	EXPECT_EQ(kthread_stop(tasks[2]), 0);
	EXPECT(!mutex_is_locked(&mutex));
}

struct guarded {
	rwlock_t lock;
	int nr_users;
};

static atomic_t nr_freed;

/* The last one frees it, as soon as the one before has given the lock up. */
static void *leaves(void *arg)
{
	struct guarded **objects = arg;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		bool is_last;

		write_lock(&objects[i]->lock);
		is_last = --objects[i]->nr_users == 0;
		write_unlock(&objects[i]->lock);
		if (is_last) {
			free(objects[i]);
			atomic_inc(&nr_freed);
		}
	}
	return NULL;
}

TEST(a_lock_may_be_freed_by_who_takes_it_last)
{
	struct guarded **objects = calloc(ROUNDS, sizeof(*objects));
	pthread_t threads[NR_THREADS];
	int i;

	for (i = 0; i < ROUNDS; i++) {
		objects[i] = malloc(sizeof(*objects[i]));
		rwlock_init(&objects[i]->lock);
		objects[i]->nr_users = NR_THREADS;
	}
	for (i = 0; i < NR_THREADS; i++)
		pthread_create(&threads[i], NULL, leaves, objects);
	threads_join(NR_THREADS, threads);
	EXPECT_EQ(atomic_read(&nr_freed), ROUNDS);
	free(objects);
}

TEST(a_guard_gives_up_what_it_took_and_no_more)
{
	int nr = 0;

	scoped_cond_guard(mutex_try, nr++, &mutex) {
		EXPECT(lockdep_is_held(&mutex));
		scoped_guard(spinlock_try, &spinlock) {
			EXPECT(lockdep_is_held(&spinlock));
			nr += 10;
		}
		EXPECT(!spin_is_locked(&spinlock));
	}
	EXPECT(!mutex_is_locked(&mutex));
	scoped_cond_guard(mutex_intr, nr++, &mutex) {
		scoped_cond_guard(mutex_try, nr += 100, &mutex)
			nr++;
		EXPECT(lockdep_is_held(&mutex));
	}
	EXPECT_EQ(nr, 110);
	EXPECT(!mutex_is_locked(&mutex));
}

TEST(a_section_without_softirqs_is_seen_as_one)
{
	EXPECT(!in_softirq() && !in_interrupt() && in_task());
	local_bh_disable();
	EXPECT(in_softirq() && in_interrupt() && in_atomic());
	EXPECT(!in_serving_softirq() && in_task());
	local_bh_enable();
	EXPECT(!in_softirq() && !in_atomic());
}

static unsigned long ms_left;

static int sleeps_long(void *data)
{
	allow_signal(10);
	complete(data);
	do {
		ms_left = msleep_interruptible(60000);
	} while (!kthread_should_stop() && !signal_pending(current));
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

TEST(a_signal_ends_an_interruptible_sleep)
{
	DECLARE_COMPLETION_ONSTACK(began);
	struct task_struct *task = kthread_run(sleeps_long, &began, "sleeps");

	wait_for_completion(&began);
	send_sig(10, task, 0);
	EXPECT_EQ(kthread_stop(task), 0);
	EXPECT_GT(ms_left, 1000);
	EXPECT_LE(ms_left, 60001);
}

TEST(sleeping_under_a_spinlock_is_reported)
{
	log_begin();
	spin_lock(&spinlock);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	spin_unlock(&spinlock);
	pf_printk_set_sink(NULL);
	EXPECT_STR_HAS(log_text, "BUG: sleeping function called from invalid "
				 "context: mutex_lock()");
}

static void *completes(void *arg)
{
	msleep(5);
	complete(arg);
	return NULL;
}

TEST(a_completion_returns_what_is_left_of_the_time)
{
	DECLARE_COMPLETION_ONSTACK(done);
	pthread_t thread;
	unsigned long left, began;

	EXPECT_EQ(wait_for_completion_timeout(&done, 2), 0);
	began = jiffies;
	pthread_create(&thread, NULL, completes, &done);
	left = wait_for_completion_timeout(&done, 60 * HZ);
	/* The wait itself may have begun later. */
	EXPECT_GE(left, 60 * HZ - (jiffies - began) - 1);
	EXPECT_LE(left, 60 * HZ);
	EXPECT_GE(jiffies - began, 4);
	pthread_join(thread, NULL);
	EXPECT(!completion_done(&done));
	complete_all(&done);
	EXPECT(try_wait_for_completion(&done));
	EXPECT(try_wait_for_completion(&done));
	reinit_completion(&done);
	EXPECT(!try_wait_for_completion(&done));
}

static DECLARE_WAIT_QUEUE_HEAD(queue);
static int ready;

static void *waits(void *arg)
{
	(void)arg;
	wait_event(queue, READ_ONCE(ready) == 1);
	return NULL;
}

TEST(wake_up_all_wakes_whose_condition_is_true)
{
	pthread_t threads[NR_THREADS];
	int nr_looks = 0;

	EXPECT_EQ(wait_event_timeout(queue, ready, 2), 0);
	EXPECT_EQ(wait_event_timeout(queue, nr_looks++ < 0, 0), 0);
	EXPECT_EQ(nr_looks, 1);
	EXPECT_EQ(wait_event_timeout(queue, true, 0), 1);
	threads_start(NR_THREADS, waits, threads);
	msleep(5);
	wake_up_all(&queue); /* for nothing */
	WRITE_ONCE(ready, 1);
	wake_up_all(&queue);
	threads_join(NR_THREADS, threads);
	EXPECT(!waitqueue_active(&queue));
}

static unsigned long flags_word = 0x100;
static atomic_t nr_guests = ATOMIC_INIT(NR_THREADS);

/* Each holds the bit once, and the last one tells who waits for all. */
static void *has_its_turn(void *arg)
{
	static int nr_inside;

	(void)arg;
	EXPECT_EQ(wait_on_bit_lock(&flags_word, 3, TASK_UNINTERRUPTIBLE), 0);
	EXPECT_EQ(++nr_inside, 1);
	msleep(2);
	nr_inside--;
	clear_and_wake_up_bit(3, &flags_word);
	atomic_dec_and_wake_up(&nr_guests);
	return NULL;
}

TEST(a_bit_and_a_variable_are_waited_for)
{
	pthread_t threads[NR_THREADS];

	EXPECT_EQ(wait_on_bit(&flags_word, 3, TASK_UNINTERRUPTIBLE), 0);
	EXPECT_EQ(wait_on_bit_timeout(&flags_word, 8, TASK_UNINTERRUPTIBLE, 2),
		  -EAGAIN);
	threads_start(NR_THREADS, has_its_turn, threads);
	wait_var_event(&nr_guests, !atomic_read(&nr_guests));
	threads_join(NR_THREADS, threads);
	EXPECT_EQ(wait_on_bit(&flags_word, 3, TASK_INTERRUPTIBLE), 0);
	EXPECT_EQ(READ_ONCE(flags_word), 0x100);
	EXPECT(test_and_clear_wake_up_bit(8, &flags_word));
}

static int waits_for_signal(void *data)
{
	int ret;

	(void)data;
	allow_signal(10);
	ret = wait_event_interruptible(queue, kthread_should_stop());
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return ret;
}

TEST(a_signal_of_another_task_ends_an_interruptible_wait)
{
	struct task_struct *task = kthread_run(waits_for_signal, NULL, "sig");

	while (!READ_ONCE(task->allowed))
		msleep(1);
	send_sig(10, task, 0);
	while (waitqueue_active(&queue))
		msleep(1);
	EXPECT_EQ(kthread_stop(task), -ERESTARTSYS);
}

static struct semaphore seats;
static atomic_t nr_seated;

static void *sits(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 500; i++) {
		down(&seats);
		EXPECT_LE(atomic_inc_return(&nr_seated), 2);
		atomic_dec(&nr_seated);
		up(&seats);
	}
	return NULL;
}

TEST(a_semaphore_lets_in_as_many_as_it_counts)
{
	pthread_t threads[NR_THREADS];

	sema_init(&seats, 2);
	threads_start(NR_THREADS, sits, threads);
	threads_join(NR_THREADS, threads);
	EXPECT_EQ(down_trylock(&seats), 0);
	EXPECT_EQ(down_trylock(&seats), 0);
	EXPECT_EQ(down_trylock(&seats), 1);
	EXPECT_EQ(down_timeout(&seats, 2), -ETIME);
}

static int nr_fired;
static bool fired_in_softirq;

static void fires(struct timer_list *timer)
{
	fired_in_softirq = in_softirq();
	if (__atomic_add_fetch(&nr_fired, 1, __ATOMIC_SEQ_CST) < 3)
		mod_timer(timer, jiffies + 2);
}

TEST(a_timer_fires_after_its_time_and_may_arm_itself)
{
	unsigned long start = jiffies;
	struct timer_list timer;

	timer_setup(&timer, fires, 0);
	timer.expires = start + 5;
	add_timer(&timer);
	EXPECT(timer_pending(&timer));
	while (READ_ONCE(nr_fired) < 3)
		msleep(1);
	EXPECT(time_after_eq(jiffies, start + 9));
	EXPECT(!timer_delete_sync(&timer));
	EXPECT(fired_in_softirq);
}

static void fails(struct timer_list *timer)
{
	(void)timer;
	EXPECT(!"a timer that was deleted");
}

TEST(a_deleted_timer_does_not_fire)
{
	struct timer_list timer;
	timer_t posix;

	timer_setup(&timer, fails, 0);
	EXPECT_EQ(mod_timer(&timer, jiffies + 10), 0);
	EXPECT_EQ(mod_timer(&timer, jiffies + 20), 1);
	EXPECT_EQ(timer_reduce(&timer, jiffies + 15), 1);
	EXPECT_EQ(timer_delete(&timer), 1);
	EXPECT_EQ(mod_timer_pending(&timer, jiffies + 1), 0);
	timer_shutdown_sync(&timer);
	mod_timer(&timer, jiffies + 1);
	EXPECT(!timer_pending(&timer));
	msleep(30);
	if (timer_create(CLOCK_MONOTONIC, NULL, &posix) == 0)
		EXPECT_EQ(timer_delete(posix), 0);
}

static atomic_t in_function;
static bool has_left;

static void lasts(struct timer_list *timer)
{
	(void)timer;
	atomic_set(&in_function, 1);
	mdelay(20);
	WRITE_ONCE(has_left, true);
}

TEST(timer_delete_sync_waits_for_the_function)
{
	struct timer_list timer;

	timer_setup(&timer, lasts, 0);
	mod_timer(&timer, jiffies);
	while (!atomic_read(&in_function))
		cpu_relax();
	EXPECT_EQ(timer_delete_sync(&timer), 0);
	EXPECT(READ_ONCE(has_left));
}

struct job {
	struct work_struct work;
	atomic_t nr_runs;
	atomic_t is_running;
};

static void does(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	EXPECT_EQ(atomic_xchg(&job->is_running, 1), 0);
	atomic_inc(&job->nr_runs);
	might_sleep();
	if (atomic_read(&job->nr_runs) % 64 == 0)
		msleep(1);
	atomic_set(&job->is_running, 0);
}

/* They queue the first item of the process, where sleep is not allowed. */
static void *queues_first(void *arg)
{
	static atomic_t nr_ready;
	static struct job firsts[NR_THREADS];
	struct job *job = &firsts[(intptr_t)arg];

	INIT_WORK(&job->work, does);
	preempt_disable();
	atomic_inc(&nr_ready);
	while (atomic_read(&nr_ready) < NR_THREADS)
		cpu_relax();
	schedule_work(&job->work);
	preempt_enable();
	flush_work(&job->work);
	return NULL;
}

static void queue_first(void *unused)
{
	pthread_t threads[NR_THREADS];

	(void)unused;
	log_begin();
	threads_start(NR_THREADS, queues_first, threads);
	threads_join(NR_THREADS, threads);
	pf_printk_set_sink(NULL);
	EXPECT_STR_EQ(log_text, "");
}

TEST(the_first_item_may_be_queued_by_who_must_not_sleep)
{
	int i;

#ifdef __SANITIZE_THREAD__
	SKIP("ThreadSanitizer allows no thread in such a child");
#endif
	for (i = 0; i < 40; i++) {
		if (!EXPECT(child_run(30, queue_first, NULL)))
			break;
	}
}

/* Items that wait for each other need a thread each. */
static DECLARE_COMPLETION(second_began);

static void waits_for_second(struct work_struct *work)
{
	(void)work;
	EXPECT(wait_for_completion_timeout(&second_began, 20 * HZ));
}

static void is_second(struct work_struct *work)
{
	(void)work;
	complete(&second_began);
}

static void waits_for_all(struct work_struct *work)
{
	(void)work;
	EXPECT(wait_for_completion_timeout(&second_began, 20 * HZ));
}

static void is_for_all(struct work_struct *work)
{
	(void)work;
	complete_all(&second_began);
}

TEST(an_item_that_waits_for_a_later_one_does_not_hold_it_up)
{
	struct workqueue_struct *wq = alloc_workqueue("pair", 0, 2);
	struct work_struct warm_up, first, second;

	INIT_WORK_ONSTACK(&warm_up, is_second);
	INIT_WORK_ONSTACK(&first, waits_for_second);
	INIT_WORK_ONSTACK(&second, is_second);
	queue_work(wq, &warm_up); /* so that a thread is idle */
	flush_work(&warm_up);
	reinit_completion(&second_began);
	msleep(2);
	queue_work(wq, &first);
	queue_work(wq, &second);
	destroy_workqueue(wq);
}

#define NR_WAITING 40

TEST(many_items_that_sleep_do_not_hold_up_the_one_they_wait_for)
{
	struct work_struct items[NR_WAITING + 1];
	int i;

	reinit_completion(&second_began);
	for (i = 0; i < NR_WAITING; i++) {
		INIT_WORK_ONSTACK(&items[i], waits_for_all);
		schedule_work(&items[i]);
	}
	INIT_WORK_ONSTACK(&items[i], is_for_all);
	schedule_work(&items[i]);
	for (i = 0; i <= NR_WAITING; i++)
		flush_work(&items[i]);
}

static atomic_t nr_quick;

static void is_quick(struct work_struct *work)
{
	(void)work;
	atomic_inc(&nr_quick);
}

TEST(a_burst_of_short_items_does_not_make_a_thread_each)
{
	struct workqueue_struct *wq = alloc_workqueue("burst", 0, 0);
	struct work_struct *items = calloc(2000, sizeof(*items));
	size_t before = status_kib("Threads");
	int i;

	for (i = 0; i < 2000; i++) {
		INIT_WORK(&items[i], is_quick);
		queue_work(wq, &items[i]);
	}
	EXPECT_LT(status_kib("Threads"), before + 200);
	destroy_workqueue(wq);
	EXPECT_EQ(atomic_read(&nr_quick), 2000);
	free(items);
}

static struct work_struct *seen_as_current;

static void looks_at_itself(struct work_struct *work)
{
	(void)work;
	seen_as_current = current_work();
}

TEST(a_disabled_item_is_not_queued)
{
	struct work_struct work;

	INIT_WORK_ONSTACK(&work, looks_at_itself);
	EXPECT(!disable_work_sync(&work));
	EXPECT(!disable_work(&work));
	EXPECT(!schedule_work(&work));
	EXPECT(!enable_work(&work));
	EXPECT(!schedule_work(&work));
	EXPECT(enable_work(&work));
	EXPECT(schedule_work(&work));
	flush_work(&work);
	EXPECT(seen_as_current == &work);
	EXPECT(!current_work());
}

static struct rcu_work rcu_item;

TEST(an_item_that_waits_for_readers_is_flushed)
{
	INIT_RCU_WORK(&rcu_item, looks_at_itself);
	seen_as_current = NULL;
	EXPECT(queue_rcu_work(system_wq, &rcu_item));
	flush_rcu_work(&rcu_item); /* it may be over already */
	EXPECT(seen_as_current == &rcu_item.work);
	EXPECT(!flush_rcu_work(&rcu_item));
}

static struct job jobs[8];
static atomic_t nr_accepted[8];

static void *queues(void *arg)
{
	struct workqueue_struct *wq = arg;
	int i;

	for (i = 0; i < 1000; i++) {
		int k = i % 8;

		if (queue_work(i % 3 ? wq : system_wq, &jobs[k].work))
			atomic_inc(&nr_accepted[k]);
	}
	return NULL;
}

TEST(each_queued_item_runs_once_and_never_twice_at_a_time)
{
	struct workqueue_struct *wq = alloc_workqueue("jobs", WQ_UNBOUND, 3);
	pthread_t threads[NR_THREADS];
	int i;

	for (i = 0; i < 8; i++)
		INIT_WORK(&jobs[i].work, does);
	for (i = 0; i < NR_THREADS; i++)
		pthread_create(&threads[i], NULL, queues, wq);
	threads_join(NR_THREADS, threads);
	flush_workqueue(wq);
	flush_workqueue(system_wq);
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(atomic_read(&jobs[i].nr_runs),
			  atomic_read(&nr_accepted[i]));
		EXPECT_EQ(work_busy(&jobs[i].work), 0);
	}
	destroy_workqueue(wq);
}

static char ordered[64];

struct letter {
	struct work_struct work;
	char what;
};

static void writes(struct work_struct *work)
{
	ordered[strlen(ordered)] =
		container_of(work, struct letter, work)->what;
}

TEST(an_ordered_queue_keeps_the_order_and_destroy_runs_the_rest)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("order", 0);
	struct letter letters[26];
	int i;

	for (i = 0; i < 26; i++) {
		INIT_WORK_ONSTACK(&letters[i].work, writes);
		letters[i].what = (char)('a' + i);
		EXPECT(queue_work(wq, &letters[i].work));
	}
	destroy_workqueue(wq);
	EXPECT_STR_EQ(ordered, "abcdefghijklmnopqrstuvwxyz");
}

static atomic_t nr_delayed;

static void delayed(struct work_struct *work)
{
	atomic_inc(&nr_delayed);
	schedule_delayed_work(to_delayed_work(work), 1);
}

static void is_delayed(struct work_struct *work)
{
	(void)work;
	atomic_inc(&nr_delayed);
}

static bool is_flushed;

/* So that the timer's function has to wait for the lock of work queues. */
static void *asks(void *arg)
{
	while (!READ_ONCE(is_flushed))
		work_busy(arg);
	return NULL;
}

TEST(delayed_work_is_flushed_while_its_timer_puts_it_on_the_list)
{
	struct delayed_work dwork;
	pthread_t threads[2];
	int i;

	INIT_DELAYED_WORK_ONSTACK(&dwork, is_delayed);
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, asks, &dwork.work);
	for (i = 0; i < 100; i++) {
		int nr = atomic_read(&nr_delayed);

		schedule_delayed_work(&dwork, 1);
		while (timer_pending(&dwork.timer))
			cpu_relax();
		flush_delayed_work(&dwork);
		if (!EXPECT_EQ(atomic_read(&nr_delayed), nr + 1))
			break;
	}
	cancel_delayed_work_sync(&dwork);
	WRITE_ONCE(is_flushed, true);
	threads_join(2, threads);
}

TEST(delayed_work_that_queues_itself_is_cancelled_for_good)
{
	struct delayed_work dwork;
	int nr;

	INIT_DELAYED_WORK_ONSTACK(&dwork, delayed);
	EXPECT(schedule_delayed_work(&dwork, 2));
	EXPECT(!schedule_delayed_work(&dwork, 2));
	EXPECT(delayed_work_pending(&dwork));
	while (atomic_read(&nr_delayed) < 3)
		msleep(1);
	cancel_delayed_work_sync(&dwork);
	nr = atomic_read(&nr_delayed);
	msleep(10);
	EXPECT_EQ(atomic_read(&nr_delayed), nr);
	EXPECT(!delayed_work_pending(&dwork));
	EXPECT(schedule_delayed_work(&dwork, 100000));
	flush_delayed_work(&dwork);
	EXPECT_GT(atomic_read(&nr_delayed), nr);
	cancel_delayed_work_sync(&dwork);
	EXPECT(!delayed_work_pending(&dwork));
}

#define ALIVE 0x600d600d
#define DEAD  0x6b6b6b6b

struct object {
	u32 is_alive;
	u32 number;
	struct rcu_head rcu;
};

static struct object *shared;
static bool readers_stop;
static atomic_long_t nr_reads;

static void bury(struct object *object)
{
	object->is_alive = DEAD;
	free(object);
}

static void bury_rcu(struct rcu_head *head)
{
	bury(container_of(head, struct object, rcu));
}

void pf_kvfree(const void *p)
{
	bury((struct object *)(unsigned long)p);
}

static void *reads(void *arg)
{
	(void)arg;
	while (!READ_ONCE(readers_stop)) {
		struct object *object;

		rcu_read_lock();
		object = rcu_dereference(shared);
		EXPECT_EQ(READ_ONCE(object->is_alive), ALIVE);
		rcu_read_lock();
		rcu_read_unlock();
		if (object->number % 16 == 0)
			yield(); /* a reader may be preempted */
		EXPECT_EQ(READ_ONCE(object->is_alive), ALIVE);
		rcu_read_unlock();
		atomic_long_inc(&nr_reads);
	}
	return NULL;
}

TEST(no_reader_ever_sees_a_freed_object)
{
	pthread_t threads[NR_THREADS];
	u32 i;

	for (i = 0; i < 2000; i++) {
		struct object *object = malloc(sizeof(*object));
		struct object *old;

		object->is_alive = ALIVE;
		object->number = i;
		old = rcu_replace_pointer(shared, object, true);
		if (i == 0) {
			threads_start(NR_THREADS, reads, threads);
			while (!atomic_long_read(&nr_reads))
				yield();
		} else if (i % 4 == 0) {
			call_rcu(&old->rcu, bury_rcu);
		} else if (i % 4 == 1) {
			kfree_rcu(old, rcu);
		} else if (i % 16 == 2) {
			kfree_rcu_mightsleep(old);
		} else {
			if (i % 16 == 3)
				synchronize_rcu();
			call_rcu(&old->rcu, bury_rcu);
		}
	}
	rcu_barrier();
	WRITE_ONCE(readers_stop, true);
	threads_join(NR_THREADS, threads);
	bury(shared);
}

static struct completion in_section;

static void *holds(void *arg)
{
	rcu_read_lock();
	complete(&in_section);
	mdelay(30);
	WRITE_ONCE(*(bool *)arg, true);
	rcu_read_unlock();
	return NULL;
}

TEST(a_grace_period_waits_for_the_reader_that_was_there)
{
	unsigned long state;
	bool is_over = false;
	pthread_t thread;

	init_completion(&in_section);
	pthread_create(&thread, NULL, holds, &is_over);
	wait_for_completion(&in_section);
	state = get_state_synchronize_rcu();
	EXPECT(!poll_state_synchronize_rcu(state));
	synchronize_rcu();
	EXPECT(READ_ONCE(is_over));
	EXPECT(poll_state_synchronize_rcu(state));
	pthread_join(thread, NULL);
	state = start_poll_synchronize_rcu();
	while (!poll_state_synchronize_rcu(state))
		msleep(1);
}

static struct object *signal_shared;
static atomic_t nr_handled;

static void reads_in_handler(int sig)
{
	struct object *object;
	int i;

	(void)sig;
	rcu_read_lock();
	object = rcu_dereference(signal_shared);
	for (i = 0; i < 200; i++) {
		EXPECT_EQ(READ_ONCE(object->is_alive), ALIVE);
		cpu_relax();
	}
	rcu_read_unlock();
	atomic_inc(&nr_handled);
}

static void *is_interrupted(void *arg)
{
	(void)arg;
	rcu_read_lock(); /* the first call is not the handler's */
	rcu_read_unlock();
	atomic_long_inc(&nr_reads);
	while (!READ_ONCE(readers_stop)) {
		rcu_read_lock();
		rcu_read_unlock();
	}
	return NULL;
}

/* Wherever it comes, also in the middle of rcu_read_lock(). */
TEST(a_reader_in_a_signal_handler_is_waited_for)
{
	struct sigaction action = {.sa_handler = reads_in_handler};
	struct object objects[2];
	pthread_t reader;
	u32 i;

#ifdef __SANITIZE_THREAD__
	SKIP("ThreadSanitizer holds signals back until a thread blocks");
#endif
	objects[0].is_alive = ALIVE;
	signal_shared = &objects[0];
	readers_stop = false;
	atomic_long_set(&nr_reads, 0);
	sigaction(SIGUSR1, &action, NULL);
	pthread_create(&reader, NULL, is_interrupted, NULL);
	while (!atomic_long_read(&nr_reads))
		yield();
	for (i = 1; atomic_read(&nr_handled) < 2000; i++) {
		if (i % 8 == 0)
			pthread_kill(reader, SIGUSR1);
		WRITE_ONCE(objects[i % 2].is_alive, ALIVE);
		rcu_assign_pointer(signal_shared, &objects[i % 2]);
		synchronize_rcu();
		WRITE_ONCE(objects[(i - 1) % 2].is_alive, DEAD);
	}
	WRITE_ONCE(readers_stop, true);
	pthread_join(reader, NULL);
	signal(SIGUSR1, SIG_DFL);
}

static void *leaves_section_open(void *arg)
{
	(void)arg;
	rcu_read_lock();
	get_task_struct(current);
	return current;
}

TEST(a_thread_that_ends_in_a_section_is_named_and_not_waited_for)
{
	pthread_t thread;
	void *task;

	log_begin();
	pthread_create(&thread, NULL, leaves_section_open, NULL);
	pthread_join(thread, &task);
	pf_printk_set_sink(NULL);
	EXPECT_STR_HAS(log_text, "rcu_read_lock: 1");
	synchronize_rcu();
	put_task_struct(task);
}

static DEFINE_PER_CPU(unsigned long, hits) = 100;

static void *hit(void *arg)
{
	unsigned long *allocated = arg;
	int i;

	for (i = 0; i < 1000; i++) {
		this_cpu_inc(hits);
		get_cpu();
		(*this_cpu_ptr(allocated))++;
		put_cpu();
	}
	return NULL;
}

TEST(each_thread_counts_on_a_cpu_of_its_own)
{
	unsigned long *allocated = alloc_percpu(unsigned long);
	pthread_t threads[8];
	unsigned long sum = 0, allocated_sum = 0;
	int cpu;
	int i;

	for (i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, hit, allocated);
	threads_join(8, threads);
	for_each_possible_cpu(cpu) {
		sum += per_cpu(hits, cpu) - 100;
		allocated_sum += *per_cpu_ptr(allocated, cpu);
	}
	EXPECT_EQ(sum, 8000);
	EXPECT_EQ(allocated_sum, 8000);
	free_percpu(allocated);
	EXPECT(alloc_percpu(unsigned long) == allocated);
	for_each_possible_cpu(cpu) {
		EXPECT_EQ(*per_cpu_ptr(allocated, cpu), 0);
		*per_cpu_ptr(allocated, cpu) = 5;
	}
	free_percpu(allocated);
	EXPECT(alloc_percpu(unsigned long) == allocated);
	for_each_possible_cpu(cpu)
		EXPECT_EQ(*per_cpu_ptr(allocated, cpu), 0);
	free_percpu(allocated);
}

TEST(what_is_subtracted_has_the_variables_type)
{
	unsigned long before = this_cpu_read(hits);

	this_cpu_sub(hits, 1U);
	EXPECT_EQ(this_cpu_read(hits), before - 1);
	EXPECT_EQ(this_cpu_sub_return(hits, 2U), before - 3);
	this_cpu_add(hits, 3);
	EXPECT_EQ(this_cpu_read(hits), before);
}

TEST(jiffies_are_milliseconds_and_soon_wrap_around)
{
	unsigned long start = jiffies;
	ktime_t before = ktime_get();

	EXPECT_EQ(HZ, 1000);
	EXPECT(get_jiffies_64() >= INITIAL_JIFFIES);
	EXPECT_LT(get_jiffies_64() - INITIAL_JIFFIES, 300 * HZ);
	msleep(10);
	EXPECT(time_after_eq(jiffies, start + 9));
	EXPECT_GE(ktime_ms_delta(ktime_get(), before), 10);
	EXPECT(time_after(5UL, ULONG_MAX - 5));
	EXPECT_EQ(msecs_to_jiffies(UINT_MAX), MAX_JIFFY_OFFSET);
}
