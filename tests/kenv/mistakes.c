/* SPDX-License-Identifier: MIT */
/*
 * mistakes.c - what must end the process, with the sentence it must end in
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include <pthread.h>
#include <unistd.h>

#include "abort.h"
#include "kenv.h"

static DEFINE_MUTEX(mutex);
static DEFINE_SPINLOCK(spinlock);
static DEFINE_RWLOCK(rwlock);
static DECLARE_RWSEM(rwsem);

static void bug(void *arg)
{
	BUG_ON(arg == NULL);
}

TEST(bug_aborts_with_its_place)
{
	expect_abort(bug, NULL, "kernel BUG at ");
	expect_abort(bug, NULL, "mistakes.c:");
}

static void take_twice(void *arg)
{
	(void)arg;
	spin_lock(&spinlock);
	spin_lock(&spinlock);
}

TEST(a_lock_is_not_taken_twice)
{
	expect_abort(take_twice, NULL, "is taken a second time by its holder");
}

static void *lock_mutex(void *arg)
{
	(void)arg;
	mutex_lock(&mutex);
	return NULL;
}

static void unlock_others(void *arg)
{
	pthread_t thread;

	(void)arg;
	pthread_create(&thread, NULL, lock_mutex, NULL);
	pthread_join(thread, NULL);
	mutex_unlock(&mutex);
}

TEST(a_mutex_is_not_unlocked_by_another_thread)
{
	expect_abort(unlock_others, NULL, "who does not hold it");
}

static void write_unlock_free(void *arg)
{
	(void)arg;
	write_unlock(&rwlock);
}

static void read_unlock_free(void *arg)
{
	(void)arg;
	read_unlock(&rwlock);
}

static void up_free(void *arg)
{
	(void)arg;
	up_read(&rwsem);
}

TEST(a_free_lock_is_not_given_up)
{
	expect_abort(write_unlock_free, NULL, "write_unlock() of an rwlock");
	expect_abort(read_unlock_free, NULL, "that has no reader");
	expect_abort(up_free, NULL, "up_read() of an rw_semaphore");
}

static void wait_inside(void *arg)
{
	(void)arg;
	rcu_read_lock();
	synchronize_rcu();
}

static void unlock_rcu(void *arg)
{
	(void)arg;
	rcu_read_unlock();
}

TEST(a_reader_does_not_wait_for_itself)
{
	expect_abort(wait_inside, NULL, "synchronize_rcu() inside of");
	expect_abort(unlock_rcu, NULL, "rcu_read_unlock() without");
}

static void deletes_itself(struct timer_list *timer)
{
	timer_delete_sync(timer);
}

static void delete_from_function(void *arg)
{
	static DEFINE_TIMER(timer, deletes_itself);

	(void)arg;
	mod_timer(&timer, jiffies);
	pause();
}

TEST(a_timer_does_not_wait_for_itself)
{
	expect_abort(delete_from_function, NULL,
		     "timer_delete_sync() is called by the timer's own "
		     "function");
}

static void flushes_itself(struct work_struct *work)
{
	flush_work(work);
}

static void flush_from_function(void *arg)
{
	static DECLARE_WORK(work, flushes_itself);

	(void)arg;
	schedule_work(&work);
	pause();
}

static struct workqueue_struct *queue;

static void flushes_its_queue(struct work_struct *work)
{
	(void)work;
	flush_workqueue(queue);
}

static void flush_queue_from_function(void *arg)
{
	static DECLARE_WORK(work, flushes_its_queue);

	(void)arg;
	queue = alloc_workqueue("mine", 0, 0);
	queue_work(queue, &work);
	pause();
}

static void waits_for_callbacks(struct rcu_head *head)
{
	(void)head;
	rcu_barrier();
}

static void barrier_from_function(void *arg)
{
	static struct rcu_head head;

	(void)arg;
	call_rcu(&head, waits_for_callbacks);
	pause();
}

TEST(a_function_does_not_wait_for_what_it_is_part_of)
{
	expect_abort(flush_queue_from_function, NULL,
		     "flush_workqueue() of mine is called by a function that "
		     "runs on it");
	expect_abort(barrier_from_function, NULL,
		     "rcu_barrier() is called by a function of call_rcu()");
}

static void keeps_a_lock(struct work_struct *work)
{
	(void)work;
	spin_lock(&spinlock);
}

static void leave_with_lock(void *arg)
{
	static DECLARE_WORK(work, keeps_a_lock);

	(void)arg;
	schedule_work(&work);
	pause();
}

TEST(a_work_function_does_not_wait_for_itself_nor_keep_a_lock)
{
	expect_abort(flush_from_function, NULL, "flush_work() is called by");
	expect_abort(leave_with_lock, NULL, "returned with a lock held");
}

static void free_twice(void *arg)
{
	int *p = alloc_percpu(int);

	(void)arg;
	free_percpu(p);
	free_percpu(p);
}

TEST(a_percpu_variable_is_not_freed_twice)
{
	expect_abort(free_twice, NULL, "which alloc_percpu() did not give");
}
