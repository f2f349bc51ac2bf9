/* SPDX-License-Identifier: MIT */
/*
 * rcu.c - grace periods
 *
 * A reader that enters its outermost section stores the number of the current
 * grace period in its record, with a full barrier, and 0 when it leaves.  Who
 * waits for a grace period raises the number, and looks at each task until it
 * has 0 or a number that is not below the new one.
 *
 * Why that is enough.  Of the reader's store and the waiter's look one comes
 * first; both have a full barrier between them and what stands on their other
 * side.  If the look saw no section, the reader's later loads see what the
 * waiter's thread had removed before.  If the reader took its number from
 * before the increment and stores it only after the look, the same holds, and
 * the next grace period, whose number is higher, waits for it.  Numbers are odd
 * and compared by difference; a wait cannot be overtaken by 2^31 others.
 *
 * Readers therefore pay one full barrier; membarrier(), which would spare it,
 * may be refused by a seccomp filter.  They take no lock and do not wake: who
 * waits yields, and sleeps a tenth of a millisecond at a time after a while.
 *
 * call_rcu()'s functions are called by one thread, in the order of the calls.
 * The functions of one batch have one grace period.
 * Reading: M. Desnoyers et al., "User-Level Implementations of Read-Copy
 * Update", IEEE TPDS 23(2), 2012.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "kenv/kenv.h"

static unsigned long gp_seq = 1;  /* odd: never 0 */
static unsigned long gp_done = 1; /* all sections of this number's time ended */

/*
 * A signal handler may read, too, wherever it comes: if the section that it
 * interrupts has not told its number yet, it tells one; and what it leaves is
 * not the outermost section, so the number stays.
 */
void pf_rcu_read_lock(void)
{
	struct task_struct *task = current;

	task->rcu_read_lock_nesting++;
	barrier();
	if (READ_ONCE(task->rcu_seq))
		return;
	/* A full barrier follows: on x86 the store is an exchange. */
	__atomic_store_n(&task->rcu_seq,
			 __atomic_load_n(&gp_seq, __ATOMIC_SEQ_CST),
			 __ATOMIC_SEQ_CST);
	smp_mb__after_atomic();
}

void pf_rcu_read_unlock(void)
{
	struct task_struct *task = current;

	if (unlikely(task->rcu_read_lock_nesting <= 0))
		panic("rcu_read_unlock() without rcu_read_lock(), in %s[%d]",
		      task->comm, task->pid);
	barrier();
	if (--task->rcu_read_lock_nesting == 0)
		smp_store_release(&task->rcu_seq, 0);
}

int pf_rcu_read_lock_held(void)
{
	return current->rcu_read_lock_nesting > 0;
}

struct look {
	unsigned long seq;
	bool is_open; /* some section that began before seq */
};

static void look_at(struct task_struct *task, void *arg)
{
	unsigned long began = __atomic_load_n(&task->rcu_seq, __ATOMIC_SEQ_CST);
	struct look *look = arg;

	if (began && (long)(began - look->seq) < 0)
		look->is_open = true;
}

/* The number only grows: a slow waiter must not set it back. */
static void note_done(unsigned long seq)
{
	unsigned long done = READ_ONCE(gp_done);

	while ((long)(done - seq) < 0 && !try_cmpxchg(&gp_done, &done, seq))
		;
}

void pf_synchronize_rcu(void)
{
	struct look look;
	unsigned int round;

	if (unlikely(current->rcu_read_lock_nesting))
		panic("synchronize_rcu() inside of rcu_read_lock() would wait "
		      "for itself, in %s[%d]",
		      current->comm, current->pid);
	pf_might_sleep("synchronize_rcu");
	smp_mb();
	look.seq = __atomic_add_fetch(&gp_seq, 2, __ATOMIC_SEQ_CST);
	for (round = 0;; round++) {
		look.is_open = false;
		kenv_for_each_task(look_at, &look);
		if (!look.is_open)
			break;
		kenv_wait_turn(round);
	}
	smp_mb();
	note_done(look.seq);
}

/* The next grace period that begins has this number or a higher one. */
unsigned long pf_get_state_synchronize_rcu(void)
{
	smp_mb();
	return READ_ONCE(gp_seq) + 2;
}

bool pf_poll_state_synchronize_rcu(unsigned long state)
{
	if ((long)(READ_ONCE(gp_done) - state) < 0)
		return false;
	smp_mb();
	return true;
}

static u32 lock;
static struct rcu_head *first; /* waiting for the thread */
static struct rcu_head **end = &first;
static struct rcu_head *batch;	 /* taken by the thread, not called yet */
static struct rcu_head *calling; /* taken from there: its function's by now */
static rcu_callback_t calling_func;
static unsigned long nr_queued;
static unsigned long nr_called;
static unsigned long seq_wanted =
	1;	       /* a grace period that somebody polls for */
static u32 nr_batches; /* rcu_barrier() sleeps on it */
static u32 nr_wakes;   /* the thread sleeps on it */
static void (*free_object)(const void *p);
static struct task_struct *thread;

static void cb_lock(void)
{
	kenv_lock(&lock, "the lock of call_rcu()");
}

static void cb_unlock(void)
{
	kenv_unlock(&lock, "the lock of call_rcu()");
}

/* No function lies in the first page: that is an offset in an object. */
static void call_one(struct rcu_head *head)
{
	unsigned long offset = (unsigned long)head->func;

	if (offset < 4096)
		READ_ONCE(free_object)((char *)head - offset);
	else
		head->func(head);
}

/* The next function's turn; the one before has returned. */
static struct rcu_head *next_of_batch(void)
{
	cb_lock();
	if (calling)
		nr_called++;
	calling = batch;
	if (batch) {
		calling_func = batch->func;
		batch = batch->next;
	}
	cb_unlock();
	return calling;
}

static void call_batch(void)
{
	struct rcu_head *head;

	while ((head = next_of_batch())) {
		pf_softirq_add(1);
		call_one(head);
		pf_softirq_add(-1);
	}
	__atomic_fetch_add(&nr_batches, 1, __ATOMIC_RELEASE);
	kenv_wake(&nr_batches, 0x7fffffff);
}

static int rcu_main(void *unused)
{
	(void)unused;
	for (;;) {
		u32 seen = smp_load_acquire(&nr_wakes);
		bool is_polled;

		cb_lock();
		batch = first;
		first = NULL;
		end = &first;
		is_polled = !pf_poll_state_synchronize_rcu(seq_wanted);
		cb_unlock();
		if (batch || is_polled)
			pf_synchronize_rcu();
		if (batch)
			call_batch();
		else if (!is_polled)
			kenv_wait(&nr_wakes, seen);
	}
	return 0;
}

static void wake_thread(void)
{
	__atomic_fetch_add(&nr_wakes, 1, __ATOMIC_RELEASE);
	kenv_wake(&nr_wakes, 1);
}

void pf_call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	bool was_empty;

	kenv_service(&thread, rcu_main, "rcu_callbacks");
	head->func = func;
	head->next = NULL;
	cb_lock();
	was_empty = !first;
	*end = head;
	end = &head->next;
	nr_queued++;
	cb_unlock();
	if (was_empty)
		wake_thread();
}

void pf_kfree_call_rcu(struct rcu_head *head, unsigned long offset,
		       void (*free)(const void *p))
{
	BUG_ON(offset >= 4096);
	WRITE_ONCE(free_object, free);
	pf_call_rcu(head, (rcu_callback_t)offset);
}

/* Also sees to it that this grace period comes. */
unsigned long pf_start_poll_synchronize_rcu(void)
{
	unsigned long state = pf_get_state_synchronize_rcu();

	kenv_service(&thread, rcu_main, "rcu_callbacks");
	cb_lock();
	if ((long)(state - seq_wanted) > 0)
		seq_wanted = state;
	cb_unlock();
	wake_thread();
	return state;
}

void pf_rcu_barrier(void)
{
	unsigned long wanted;

	if (unlikely(current == READ_ONCE(thread)))
		panic("rcu_barrier() is called by a function of call_rcu() and "
		      "would wait for itself");
	pf_might_sleep("rcu_barrier");
	cb_lock();
	wanted = nr_queued;
	cb_unlock();
	if (wanted) /* fork's child may have functions, and no thread */
		kenv_service(&thread, rcu_main, "rcu_callbacks");
	cb_lock();
	for (;;) {
		u32 seen = smp_load_acquire(&nr_batches);

		if ((long)(nr_called - wanted) >= 0)
			break;
		cb_unlock();
		kenv_wait(&nr_batches, seen);
		cb_lock();
	}
	cb_unlock();
}

void rcu_fork_prepare(void)
{
	cb_lock();
}

bool rcu_hands_work_on(void)
{
	return calling && calling_func == kenv_rcu_work_ready;
}

void rcu_fork_parent(void)
{
	cb_unlock();
}

/* The parent's work stays there.  Return: the list's end. */
static struct rcu_head **forget_works(struct rcu_head **at)
{
	while (*at) {
		if ((*at)->func != kenv_rcu_work_ready) {
			at = &(*at)->next;
			continue;
		}
		kenv_rcu_work_lost(*at);
		*at = (*at)->next;
		nr_queued--;
	}
	return at;
}

/* What the lost thread had taken comes first; what it was calling is over. */
void rcu_fork_child(void)
{
	struct rcu_head **last = forget_works(&batch);

	end = forget_works(&first);
	if (thread && thread != current) {
		*last = first;
		if (!first)
			end = batch ? last : &first;
		first = batch;
		batch = NULL;
		if (calling)
			nr_called++;
		calling = NULL;
		thread = NULL;
	}
	cb_unlock();
}
