/* SPDX-License-Identifier: MIT */
/*
 * timer.c - kernel timers, on a thread of their own
 *
 * Armed timers stand in a tree by the time of their end; the thread takes the
 * first one when it is due, and calls its function with no lock held.  It sleeps
 * on a word that changes when an earlier timer comes.  One function runs at a
 * time, which "running" names: who deletes with _sync waits until that is
 * another one.
 *
 * Times are compared by the sign of their difference, so all timers must end
 * within half of the numbers of an unsigned long.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/rbtree.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "kenv/kenv.h"

static u32 lock;
static struct rb_root_cached armed;
static struct timer_list *running; /* its function's by now */
static void (*running_function)(struct timer_list *timer);
static struct task_struct *thread;
static u32 nr_changes; /* of the first timer; the thread sleeps on it */
static u32 nr_runs;    /* functions that have returned; deleters sleep on it */

static void base_lock(void)
{
	kenv_lock(&lock, "the timers' lock");
}

static void base_unlock(void)
{
	kenv_unlock(&lock, "the timers' lock");
}

static bool ends_before(struct rb_node *a, const struct rb_node *b)
{
	return time_before(rb_entry(a, struct timer_list, node)->expires,
			   rb_entry(b, struct timer_list, node)->expires);
}

static bool detach(struct timer_list *timer)
{
	if (!timer->is_armed)
		return false;
	rb_erase_cached(&timer->node, &armed);
	WRITE_ONCE(timer->is_armed, false);
	return true;
}

/* The first timer if it is due; else how many milliseconds it has to wait. */
static struct timer_list *next_due(unsigned int *wait_ms)
{
	struct timer_list *timer =
		rb_entry_safe(rb_first_cached(&armed), struct timer_list, node);
	unsigned long now = jiffies;

	*wait_ms = 1000000;
	if (!timer)
		return NULL;
	if (time_before_eq(timer->expires, now))
		return timer;
	*wait_ms = (unsigned int)min(timer->expires - now, 1000000UL);
	return NULL;
}

static void call(struct timer_list *timer)
{
	void (*function)(struct timer_list * timer) = timer->function;
	int preempt_count = pf_preempt_count();

	detach(timer);
	running = timer;
	running_function = function;
	base_unlock();
	pf_softirq_add(1);
	function(timer); /* which may free it */
	pf_softirq_add(-1);
	if (pf_preempt_count() != preempt_count)
		panic("the timer function at %pS returned with a lock held, or "
		      "gave up one more than it took",
		      (void *)(unsigned long)function);
	base_lock();
	running = NULL;
	__atomic_fetch_add(&nr_runs, 1, __ATOMIC_RELEASE);
	kenv_wake(&nr_runs, 0x7fffffff);
}

static int timer_main(void *unused)
{
	(void)unused;
	base_lock();
	for (;;) {
		unsigned int wait_ms;
		struct timer_list *timer = next_due(&wait_ms);
		u32 seen = nr_changes;

		if (timer) {
			call(timer);
			continue;
		}
		base_unlock();
		kenv_wait_ms(&nr_changes, seen, wait_ms);
		base_lock();
	}
	return 0;
}

/* The lock is held. */
static void arm(struct timer_list *timer, unsigned long expires)
{
	timer->expires = expires;
	WRITE_ONCE(timer->is_armed, true);
	if (rb_add_cached(&timer->node, &armed, ends_before)) {
		__atomic_fetch_add(&nr_changes, 1, __ATOMIC_RELEASE);
		kenv_wake(&nr_changes, 1);
	}
}

enum arm_when {
	ALWAYS,
	IF_ARMED,
	IF_EARLIER
};

static int modify(struct timer_list *timer, unsigned long expires,
		  enum arm_when when)
{
	bool was_armed;

	kenv_service(&thread, timer_main, "ktimerd");
	base_lock();
	was_armed = timer->is_armed;
	if (timer->function && (when != IF_ARMED || was_armed) &&
	    !(when == IF_EARLIER && was_armed &&
	      time_before_eq(timer->expires, expires))) {
		detach(timer);
		arm(timer, expires);
	}
	base_unlock();
	return was_armed;
}

int pf_mod_timer(struct timer_list *timer, unsigned long expires)
{
	return modify(timer, expires, ALWAYS);
}

int pf_mod_timer_pending(struct timer_list *timer, unsigned long expires)
{
	return modify(timer, expires, IF_ARMED);
}

int pf_timer_reduce(struct timer_list *timer, unsigned long expires)
{
	return modify(timer, expires, IF_EARLIER);
}

void pf_add_timer(struct timer_list *timer)
{
	if (WARN(timer_pending(timer),
		 "add_timer() of a timer that is armed: use mod_timer()"))
		return;
	modify(timer, timer->expires, ALWAYS);
}

int pf_timer_delete(struct timer_list *timer)
{
	bool was_armed;

	base_lock();
	was_armed = detach(timer);
	base_unlock();
	return was_armed;
}

int pf_try_to_del_timer_sync(struct timer_list *timer)
{
	int ret = -1;

	base_lock();
	if (running != timer)
		ret = detach(timer);
	base_unlock();
	return ret;
}

int pf_timer_delete_sync(struct timer_list *timer)
{
	bool was_armed = false;

	base_lock();
	if (unlikely(running == timer && current == thread))
		panic("timer_delete_sync() is called by the timer's own "
		      "function and would wait for itself: use timer_delete()");
	for (;;) {
		u32 seen = nr_runs;

		was_armed |= detach(timer);
		if (running != timer)
			break;
		base_unlock();
		kenv_wait(&nr_runs, seen);
		base_lock();
	}
	base_unlock();
	return was_armed;
}

int pf_timer_shutdown(struct timer_list *timer, bool sync)
{
	base_lock();
	timer->function = NULL;
	base_unlock();
	return sync ? pf_timer_delete_sync(timer) : pf_timer_delete(timer);
}

void timer_fork_prepare(void)
{
	base_lock();
}

bool timer_hands_work_on(void)
{
	return running && running_function == pf_delayed_work_timer;
}

void timer_fork_parent(void)
{
	base_unlock();
}

/*
 * Timers are the parent's, as POSIX says of its own: they may lie on the stacks
 * of threads that are not here.
 */
static void forget_armed(void)
{
	struct rb_node *node;

	while ((node = rb_first_cached(&armed))) {
		struct timer_list *timer =
			rb_entry(node, struct timer_list, node);

		detach(timer);
		if (timer->function == pf_delayed_work_timer)
			kenv_delayed_work_lost(timer);
	}
}

/* The next timer that is armed starts a thread. */
void timer_fork_child(void)
{
	forget_armed();
	if (thread && thread != current) {
		running = NULL;
		thread = NULL;
	}
	base_unlock();
}
