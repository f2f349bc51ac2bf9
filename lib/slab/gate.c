/* SPDX-License-Identifier: MIT */
/*
 * gate.c - stopping all slow paths for a moment, at no cost while nobody does
 *
 * The reader's store to is_busy and its load of gate_mode may pass each other
 * in the processor; the writer's store to gate_mode and its loads of is_busy
 * stand on the other side of a fence that runs in every thread.  So one of the
 * two sees the other: J. Dekker's argument, with both fences on the side that
 * is rare.
 */
#include "slab/gate.h"

#include <limits.h>

#include "os/lock.h"
#include "os/os.h"

/* Newcomers wait for a trim as long as this, which gives up after that. */
#define QUIET_ROUND_MS 100
#define QUIET_LIMIT_MS 2000

u32 gate_mode;

/*
 * Guards the next; held for a few instructions, with signals blocked.  No lock
 * of lock.h: it has no rank, for a handler may fork whatever its thread holds.
 */
static u32 is_changing;
static u32 nr_forks;	 /* threads between their fork's prepare and parent */
static u32 nr_anonymous; /* threads in a slow path without caches */
static u32 nr_waiting;	 /* forks that wait for GATE_QUIET to end */

bool gate_wait(void)
{
	u32 mode;

	while ((mode = load_acquire(&gate_mode)) == GATE_QUIET)
		os_wait(&gate_mode, GATE_QUIET);
	return mode == GATE_OPEN;
}

/* Inside, in which mode is returned, but never in GATE_QUIET. */
static u32 enter_anonymous(void)
{
	for (;;) {
		u32 mode;

		thread_heap.is_busy = true;
		__atomic_fetch_add(&nr_anonymous, 1, __ATOMIC_SEQ_CST);
		mode = __atomic_load_n(&gate_mode, __ATOMIC_SEQ_CST);
		if (mode != GATE_QUIET)
			return mode;
		gate_leave_anonymous();
		gate_wait();
	}
}

bool gate_enter_anonymous(void)
{
	if (enter_anonymous() == GATE_OPEN)
		return true;
	gate_leave_anonymous();
	return false;
}

void gate_enter_beside_fork(void)
{
	enter_anonymous();
}

void gate_leave_anonymous(void)
{
	__atomic_fetch_sub(&nr_anonymous, 1, __ATOMIC_SEQ_CST);
	thread_heap.is_busy = false;
}

static const struct tcache *find_holder(const struct lock *lock)
{
	u32 holder = lock_holder(lock);
	struct tcache *tc;

	for_each_tcache(tc)
	{
		if (holder && tc->locks.number == holder)
			return tc;
	}
	return NULL;
}

/* Why a thread does not leave its slow path. */
enum obstacle {
	NO_OBSTACLE, /* it will */
	MY_LOCK,     /* it waits for a lock that the caller holds */
	OTHER_FORK,  /* it waits for the caller, as the caller does for it */
};

/*
 * What keeps @tc: itself, the lock that it waits for, or what keeps that lock's
 * holder.  A thread that waits for a lock stands at a point where all it has
 * changed is consistent; in a child without it, lock_reset_orphan() frees what
 * it held.  One that forks in a signal handler stands anywhere.
 */
static enum obstacle find_obstacle(const struct tcache *tc)
{
	const struct tcache *self = thread_heap.tcache;
	unsigned int depth;

	for (depth = 0; tc && depth <= LOCK_RANK_ZONE; depth++) {
		const struct lock *wanted;

		if (tc == self)
			return MY_LOCK;
		if (self && self->is_forking_inside &&
		    load_acquire(&tc->is_forking_inside))
			return OTHER_FORK;
		wanted = load_acquire(&tc->locks.waits_for);
		tc = wanted ? find_holder(wanted) : NULL;
	}
	return NO_OBSTACLE;
}

/*
 * A released lock wakes one sleeper.  If that was the caller, and a signal
 * handler that forks came before it could take the lock, the next one in line
 * still sleeps, and others may wait for what that one holds.
 */
static void pass_on_wake_ups(void)
{
	struct tcache *tc;

	for_each_tcache(tc)
	{
		struct lock *wanted = load_acquire(&tc->locks.waits_for);

		if (wanted && !lock_holder(wanted))
			os_wake(&wanted->word, 1 << 30);
	}
}

/*
 * Who closes the gate for trim gives way to a fork: the one that waits to fork
 * may stand in a slow path itself, interrupted by a signal, and leave it only
 * afterwards.  Nor does he keep newcomers waiting for long.
 */
static bool must_give_way(enum gate_mode mode, u64 until_ms)
{
	return mode == GATE_QUIET &&
	       (READ_ONCE(nr_waiting) || os_now_ms() > until_ms);
}

static bool wait_for_others(enum gate_mode mode)
{
	u64 until_ms = os_now_ms() + QUIET_ROUND_MS;
	u32 self = thread_heap.is_busy;
	unsigned int round = 0;
	struct tcache *tc;

	for_each_tcache(tc)
	{
		enum obstacle obstacle = NO_OBSTACLE;

		if (tc == thread_heap.tcache)
			continue;
		while (load_acquire(&tc->is_busy) &&
		       (obstacle = find_obstacle(tc)) == NO_OBSTACLE) {
			if (must_give_way(mode, until_ms))
				return false;
			pass_on_wake_ups();
			os_wait_turn(round++);
		}
		if (obstacle == OTHER_FORK)
			thread_heap.tcache->is_torn = 1;
	}
	while (__atomic_load_n(&nr_anonymous, __ATOMIC_SEQ_CST) > self)
		os_wait_turn(round++);
	return true;
}

static void begin_change(void)
{
	unsigned int round;

	for (round = 0; __atomic_exchange_n(&is_changing, 1, __ATOMIC_ACQUIRE);
	     round++)
		os_wait_turn(round);
}

static void end_change(void)
{
	store_release(&is_changing, 0);
}

/* Take the gate if it is free, or shared by forks; false to try again. */
static bool try_close(enum gate_mode mode)
{
	bool closed = false;

	begin_change();
	if (gate_mode == GATE_OPEN ||
	    (gate_mode == GATE_FORK && mode == GATE_FORK)) {
		__atomic_store_n(&gate_mode, mode, __ATOMIC_SEQ_CST);
		nr_forks += mode == GATE_FORK;
		closed = true;
	}
	end_change();
	return closed;
}

/* False when @until_ms has come first; a fork waits for ever. */
static bool take_gate(enum gate_mode mode, u64 until_ms)
{
	bool is_counted = false;

	while (!try_close(mode)) {
		u32 other = load_acquire(&gate_mode);

		if (mode == GATE_QUIET && os_now_ms() > until_ms)
			return false;

		if (mode == GATE_FORK && !is_counted) {
			__atomic_fetch_add(&nr_waiting, 1, __ATOMIC_SEQ_CST);
			is_counted = true;
		}
		if (other != GATE_OPEN)
			os_wait_ms(&gate_mode, other, 10);
	}
	if (is_counted)
		__atomic_fetch_sub(&nr_waiting, 1, __ATOMIC_SEQ_CST);
	return true;
}

static void reopen(void)
{
	begin_change();
	if (gate_mode != GATE_FORK || --nr_forks == 0)
		__atomic_store_n(&gate_mode, GATE_OPEN, __ATOMIC_SEQ_CST);
	end_change();
	os_wake(&gate_mode, 1 << 30);
}

/* Take the gate and wait until all others are outside. */
static bool stop_others(enum gate_mode mode)
{
	u64 until_ms = os_now_ms() + QUIET_LIMIT_MS;

	while (take_gate(mode, until_ms)) {
		/* No fence: their stores become visible in no time. */
		if (!os_fence_all_threads())
			os_wait_turn(UINT_MAX);
		if (wait_for_others(mode))
			return true;
		reopen();
		os_wait_turn(UINT_MAX);
	}
	return false;
}

static bool is_inside(void)
{
	return thread_heap.tcache && thread_heap.tcache->is_busy;
}

static void set_forking_inside(bool is_forking)
{
	if (thread_heap.tcache)
		store_release(&thread_heap.tcache->is_forking_inside,
			      is_forking);
}

bool gate_close(enum gate_mode mode, os_signals *saved)
{
	if (mode == GATE_QUIET &&
	    (thread_heap.closed_depth || is_inside() || gate_is_torn()))
		return false;
	os_block_signals(saved);
	if (thread_heap.closed_depth) {
		thread_heap.closed_depth++;
		return true;
	}
	/* Nobody to stop, or nothing left to keep whole. */
	if (os_has_one_thread() || gate_is_torn())
		return true;
	set_forking_inside(is_inside());
	if (!stop_others(mode)) {
		os_restore_signals(saved);
		return false;
	}
	thread_heap.closed_depth = 1;
	return true;
}

void gate_open(const os_signals *saved)
{
	if (thread_heap.closed_depth && --thread_heap.closed_depth == 0) {
		set_forking_inside(false);
		if (thread_heap.tcache)
			thread_heap.tcache->is_torn = 0;
		reopen();
	}
	os_restore_signals(saved);
}

bool gate_is_mine(void)
{
	return thread_heap.closed_depth && READ_ONCE(nr_forks) == 1;
}

bool gate_is_torn(void)
{
	return READ_ONCE(gate_mode) == GATE_TORN ||
	       (thread_heap.tcache && thread_heap.tcache->is_torn);
}

void gate_reset(const os_signals *saved)
{
	gate_mode = gate_is_torn() ? GATE_TORN : GATE_OPEN;
	set_forking_inside(false);
	is_changing = 0;
	nr_forks = 0;
	nr_waiting = 0;
	thread_heap.closed_depth = 0;
	nr_anonymous = thread_heap.is_busy;
	os_restore_signals(saved);
}
