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

void gate_wait_open(void)
{
	u32 mode;

	while ((mode = load_acquire(&gate_mode)) != GATE_OPEN)
		os_wait(&gate_mode, mode);
}

bool gate_enter_anonymous(void)
{
	for (;;) {
		thread_heap.is_busy = true;
		__atomic_fetch_add(&nr_anonymous, 1, __ATOMIC_SEQ_CST);
		if (gate_is_open())
			return true;
		gate_leave_anonymous();
		if (!gate_wait())
			return false;
	}
}

void gate_leave_anonymous(void)
{
	__atomic_fetch_sub(&nr_anonymous, 1, __ATOMIC_SEQ_CST);
	thread_heap.is_busy = false;
}

static const struct lock_user *find_lock_user(u32 number)
{
	struct tcache *tc;

	for_each_tcache(tc)
	{
		if (tc->locks.number == number)
			return &tc->locks;
	}
	return NULL;
}

/*
 * Whether @user can go no further before the calling thread does: it waits for
 * a lock that the caller holds, or for one whose holder waits so.  Such a
 * thread stands at a point between two locks, where all it has changed is
 * consistent; in a child without it, lock_reset_orphan() frees what it held.
 */
static bool waits_for_me(const struct lock_user *user)
{
	unsigned int depth;

	for (depth = 0; user && depth < LOCK_RANK_ZONE; depth++) {
		struct lock *wanted = load_acquire(&user->waits_for);
		u32 holder = wanted ? lock_holder(wanted) : 0;

		if (!holder || !lock_self)
			return false;
		if (holder == lock_self->number)
			return true;
		user = find_lock_user(holder);
	}
	return false;
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
 * False where a fork must go first: the one that waits to fork may stand in a
 * slow path itself, interrupted by a signal, and leave it only afterwards.
 */
static bool wait_for_others(enum gate_mode mode)
{
	u32 self = thread_heap.is_busy;
	unsigned int round = 0;
	struct tcache *tc;

	for_each_tcache(tc)
	{
		if (tc == thread_heap.tcache)
			continue;
		while (load_acquire(&tc->is_busy) &&
		       !waits_for_me(&tc->locks)) {
			if (mode == GATE_QUIET && READ_ONCE(nr_waiting))
				return false;
			pass_on_wake_ups();
			os_wait_turn(round++);
		}
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

static void take_gate(enum gate_mode mode)
{
	bool is_counted = false;

	while (!try_close(mode)) {
		u32 other = load_acquire(&gate_mode);

		if (mode == GATE_FORK && !is_counted) {
			__atomic_fetch_add(&nr_waiting, 1, __ATOMIC_SEQ_CST);
			is_counted = true;
		}
		if (other != GATE_OPEN)
			os_wait_ms(&gate_mode, other, 10);
	}
	if (is_counted)
		__atomic_fetch_sub(&nr_waiting, 1, __ATOMIC_SEQ_CST);
}

static void reopen(void)
{
	begin_change();
	if (gate_mode != GATE_FORK || --nr_forks == 0)
		__atomic_store_n(&gate_mode, GATE_OPEN, __ATOMIC_SEQ_CST);
	end_change();
	os_wake(&gate_mode, 1 << 30);
}

void gate_close(enum gate_mode mode, os_signals *saved)
{
	os_block_signals(saved);
	/* Ours already, or nobody to stop. */
	if (thread_heap.closed_depth || os_has_one_thread()) {
		thread_heap.closed_depth += thread_heap.closed_depth > 0;
		return;
	}
	for (;;) {
		take_gate(mode);
		/* No fence: their stores become visible in no time. */
		if (!os_fence_all_threads())
			os_wait_turn(UINT_MAX);
		if (wait_for_others(mode))
			break;
		reopen();
		os_wait_turn(UINT_MAX);
	}
	thread_heap.closed_depth = 1;
}

void gate_open(const os_signals *saved)
{
	if (thread_heap.closed_depth && --thread_heap.closed_depth == 0)
		reopen();
	os_restore_signals(saved);
}

bool gate_is_mine(void)
{
	return thread_heap.closed_depth && READ_ONCE(nr_forks) == 1;
}

void gate_reset(const os_signals *saved)
{
	is_changing = 0;
	nr_forks = 0;
	nr_waiting = 0;
	thread_heap.closed_depth = 0;
	nr_anonymous = thread_heap.is_busy;
	gate_mode = GATE_OPEN;
	os_restore_signals(saved);
}
