/* SPDX-License-Identifier: MIT */
/*
 * wait.c - wait queues, and what is built on them
 *
 * Completions, semaphores and reader-writer semaphores are a few numbers under
 * the spinlock of a wait queue: whoever changes a number wakes while it holds
 * the lock, so the structure may be freed as soon as its waiter has seen the
 * change under the lock, too.
 */
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>

#include <pthread.h>

#include "kenv/kenv.h"

int pf_default_wake_function(struct wait_queue_entry *entry, unsigned int mode,
			     int flags, void *key)
{
	(void)flags;
	(void)key;
	return pf_wake_up_state(entry->private, mode);
}

/*
 * Off the queue last: until then a task that is awake finds itself on it, and
 * waits in pf_finish_wait() for the waker's lock, so its record stays.
 */
int pf_autoremove_wake_function(struct wait_queue_entry *entry,
				unsigned int mode, int flags, void *key)
{
	int ret = pf_default_wake_function(entry, mode, flags, key);

	if (ret)
		list_del_init_careful(&entry->entry);
	return ret;
}

static void enqueue(struct wait_queue_head *wq_head,
		    struct wait_queue_entry *entry, bool exclusive)
{
	if (exclusive) {
		entry->flags |= WQ_FLAG_EXCLUSIVE;
		list_add_tail(&entry->entry, &wq_head->head);
	} else {
		entry->flags &= ~(unsigned int)WQ_FLAG_EXCLUSIVE;
		list_add(&entry->entry, &wq_head->head);
	}
}

void pf_add_wait_queue(struct wait_queue_head *wq_head,
		       struct wait_queue_entry *entry, bool exclusive)
{
	spin_lock(&wq_head->lock);
	enqueue(wq_head, entry, exclusive);
	spin_unlock(&wq_head->lock);
}

void pf_remove_wait_queue(struct wait_queue_head *wq_head,
			  struct wait_queue_entry *entry)
{
	spin_lock(&wq_head->lock);
	list_del(&entry->entry);
	spin_unlock(&wq_head->lock);
}

int pf_wake_up_locked(struct wait_queue_head *wq_head, unsigned int mode,
		      int nr, void *key)
{
	struct wait_queue_entry *entry, *next;
	int nr_woken = 0;

	list_for_each_entry_safe(entry, next, &wq_head->head, entry) {
		bool exclusive = entry->flags & WQ_FLAG_EXCLUSIVE;
		int ret = entry->func(entry, mode, 0, key);

		if (ret < 0)
			break;
		if (!ret)
			continue;
		nr_woken++;
		if (exclusive && !--nr)
			break;
	}
	return nr_woken;
}

int pf_wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr,
	       void *key)
{
	int nr_woken;

	spin_lock(&wq_head->lock);
	nr_woken = pf_wake_up_locked(wq_head, mode, nr, key);
	spin_unlock(&wq_head->lock);
	return nr_woken;
}

void pf_prepare_to_wait(struct wait_queue_head *wq_head,
			struct wait_queue_entry *entry, int state,
			bool exclusive)
{
	spin_lock(&wq_head->lock);
	if (list_empty(&entry->entry))
		enqueue(wq_head, entry, exclusive);
	set_current_state(state);
	spin_unlock(&wq_head->lock);
}

/*
 * A waiter that a signal ends leaves the queue under the lock: had it been
 * woken as the exclusive one, it would not find itself there, and goes on.
 */
long pf_prepare_to_wait_event(struct wait_queue_head *wq_head,
			      struct wait_queue_entry *entry, int state)
{
	long ret = 0;

	spin_lock(&wq_head->lock);
	if (signal_pending_state((unsigned int)state, current)) {
		list_del_init(&entry->entry);
		ret = -ERESTARTSYS;
	} else {
		if (list_empty(&entry->entry))
			enqueue(wq_head, entry,
				entry->flags & WQ_FLAG_EXCLUSIVE);
		set_current_state(state);
	}
	spin_unlock(&wq_head->lock);
	return ret;
}

/* A waker's last look at the entry is to take it off. */
void pf_finish_wait(struct wait_queue_head *wq_head,
		    struct wait_queue_entry *entry)
{
	__set_current_state(TASK_RUNNING);
	if (list_empty_careful(&entry->entry))
		return;
	spin_lock(&wq_head->lock);
	list_del_init(&entry->entry);
	spin_unlock(&wq_head->lock);
}

/*
 * Sleep on @wq_head, whose lock is held, until @try succeeds.
 * Return: jiffies left, at least 1; 0: the time is up; -ERESTARTSYS.
 */
static long wait_locked(struct wait_queue_head *wq_head, bool (*try)(void *arg),
			void *arg, long timeout, int state)
{
	struct wait_queue_entry entry;
	bool is_done = try(arg);

	if (!is_done)
		init_wait_entry(&entry, WQ_FLAG_EXCLUSIVE);
	else
		return timeout ? timeout : 1;
	while (!is_done && timeout > 0) {
		if (signal_pending_state((unsigned int)state, current)) {
			list_del_init(&entry.entry);
			return -ERESTARTSYS;
		}
		if (list_empty(&entry.entry))
			enqueue(wq_head, &entry, true);
		set_current_state(state);
		spin_unlock(&wq_head->lock);
		timeout = schedule_timeout(timeout);
		spin_lock(&wq_head->lock);
		is_done = try(arg);
	}
	list_del_init(&entry.entry);
	if (!is_done)
		return 0;
	return timeout ? timeout : 1;
}

void pf_complete(struct completion *x, bool all)
{
	spin_lock(&x->wait.lock);
	if (all)
		x->done = UINT_MAX;
	else if (x->done != UINT_MAX)
		x->done++;
	pf_wake_up_locked(&x->wait, TASK_NORMAL, all ? 0 : 1, NULL);
	spin_unlock(&x->wait.lock);
}

static bool try_done(void *arg)
{
	struct completion *x = arg;

	if (!x->done)
		return false;
	if (x->done != UINT_MAX)
		x->done--;
	return true;
}

long pf_wait_for_completion(struct completion *x, long timeout, int state)
{
	long left;

	pf_might_sleep("wait_for_completion");
	spin_lock(&x->wait.lock);
	left = wait_locked(&x->wait, try_done, x, timeout, state);
	spin_unlock(&x->wait.lock);
	return left;
}

bool pf_try_wait_for_completion(struct completion *x)
{
	bool is_done;

	spin_lock(&x->wait.lock);
	is_done = try_done(x);
	spin_unlock(&x->wait.lock);
	return is_done;
}

bool pf_completion_done(struct completion *x)
{
	bool is_done;

	spin_lock(&x->wait.lock);
	is_done = x->done;
	spin_unlock(&x->wait.lock);
	return is_done;
}

#define NR_BIT_QUEUES 256

static struct wait_queue_head bit_queues[NR_BIT_QUEUES];
static bool has_bit_queues;

static void make_bit_queues(void)
{
	unsigned int i;

	for (i = 0; i < NR_BIT_QUEUES; i++)
		init_waitqueue_head(&bit_queues[i]);
	has_bit_queues = true;
}

struct wait_queue_head *pf_bit_waitqueue(const volatile void *word, int bit)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	unsigned long key = (unsigned long)word + (unsigned long)bit * 31;

	pthread_once(&once, make_bit_queues);
	return &bit_queues[hash_long(key, 8)];
}

/* Their waiters are not here. */
void wait_fork_child(void)
{
	if (has_bit_queues)
		make_bit_queues();
}

static bool try_down(void *arg)
{
	struct semaphore *sem = arg;

	if (!sem->count)
		return false;
	sem->count--;
	return true;
}

int pf_down(struct semaphore *sem, long timeout, int state)
{
	long left;

	pf_might_sleep("down");
	spin_lock(&sem->wait.lock);
	left = wait_locked(&sem->wait, try_down, sem, timeout, state);
	spin_unlock(&sem->wait.lock);
	return left > 0 ? 0 : left < 0 ? (int)left : -ETIME;
}

bool pf_down_trylock(struct semaphore *sem)
{
	bool is_taken;

	spin_lock(&sem->wait.lock);
	is_taken = try_down(sem);
	spin_unlock(&sem->wait.lock);
	return is_taken;
}

void pf_up(struct semaphore *sem)
{
	spin_lock(&sem->wait.lock);
	sem->count++;
	pf_wake_up_locked(&sem->wait, TASK_NORMAL, 1, NULL);
	spin_unlock(&sem->wait.lock);
}

static bool try_read(void *arg)
{
	struct rw_semaphore *sem = arg;

	if (sem->writer || sem->nr_writers_waiting)
		return false;
	sem->nr_readers++;
	return true;
}

static bool try_write(void *arg)
{
	struct rw_semaphore *sem = arg;

	if (sem->writer || sem->nr_readers)
		return false;
	WRITE_ONCE(sem->writer, current->number);
	return true;
}

/* All waiters look: a writer, or any number of readers, can go on. */
static void rwsem_wake(struct rw_semaphore *sem)
{
	pf_wake_up_locked(&sem->wait, TASK_NORMAL, 0, NULL);
}

static void rwsem_check_not_mine(struct rw_semaphore *sem)
{
	if (unlikely(sem->writer == current->number))
		panic("an rw_semaphore at %p is taken again by its writer, "
		      "%s[%d]",
		      sem, current->comm, current->pid);
}

int pf_down_read(struct rw_semaphore *sem, int state)
{
	long left;

	pf_might_sleep("down_read");
	spin_lock(&sem->wait.lock);
	rwsem_check_not_mine(sem);
	left = wait_locked(&sem->wait, try_read, sem, MAX_SCHEDULE_TIMEOUT,
			   state);
	spin_unlock(&sem->wait.lock);
	return left < 0 ? -EINTR : 0;
}

int pf_down_read_trylock(struct rw_semaphore *sem)
{
	bool is_taken;

	spin_lock(&sem->wait.lock);
	is_taken = try_read(sem);
	spin_unlock(&sem->wait.lock);
	return is_taken;
}

void pf_up_read(struct rw_semaphore *sem)
{
	spin_lock(&sem->wait.lock);
	if (unlikely(!sem->nr_readers))
		panic("up_read() of an rw_semaphore at %p that has no reader",
		      sem);
	if (!--sem->nr_readers)
		rwsem_wake(sem);
	spin_unlock(&sem->wait.lock);
}

int pf_down_write(struct rw_semaphore *sem, int state)
{
	long left;

	pf_might_sleep("down_write");
	spin_lock(&sem->wait.lock);
	rwsem_check_not_mine(sem);
	sem->nr_writers_waiting++;
	left = wait_locked(&sem->wait, try_write, sem, MAX_SCHEDULE_TIMEOUT,
			   state);
	sem->nr_writers_waiting--;
	if (left < 0)
		rwsem_wake(sem); /* the readers that stood behind */
	spin_unlock(&sem->wait.lock);
	return left < 0 ? -EINTR : 0;
}

int pf_down_write_trylock(struct rw_semaphore *sem)
{
	bool is_taken;

	spin_lock(&sem->wait.lock);
	is_taken = try_write(sem);
	spin_unlock(&sem->wait.lock);
	return is_taken;
}

static void rwsem_release(struct rw_semaphore *sem, unsigned int nr_readers,
			  const char *call)
{
	spin_lock(&sem->wait.lock);
	if (unlikely(sem->writer != current->number))
		panic("%s() of an rw_semaphore at %p by %s[%d], who does not "
		      "hold it",
		      call, sem, current->comm, current->pid);
	sem->writer = 0;
	sem->nr_readers = nr_readers;
	rwsem_wake(sem);
	spin_unlock(&sem->wait.lock);
}

void pf_up_write(struct rw_semaphore *sem)
{
	rwsem_release(sem, 0, "up_write");
}

void pf_downgrade_write(struct rw_semaphore *sem)
{
	rwsem_release(sem, 1, "downgrade_write");
}

bool pf_rwsem_is_held(const struct rw_semaphore *sem)
{
	u32 writer = READ_ONCE(sem->writer);

	return writer ? writer == current->number
		      : READ_ONCE(sem->nr_readers) != 0;
}
