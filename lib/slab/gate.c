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

#include "os/lock.h"

u32 gate_mode;

/* Guards the two below; held for a few instructions, signals blocked. */
static struct lock lock = LOCK_INIT(LOCK_RANK_GATE);
static u32 nr_forks;     /* threads between their fork's prepare and parent */
static u32 nr_anonymous; /* threads in a slow path without caches */

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

static void wait_for_others(void)
{
	u32 self = thread_heap.is_busy;
	struct tcache *tc;

	for_each_tcache(tc) {
		if (tc == thread_heap.tcache)
			continue;
		while (load_acquire(&tc->is_busy))
			os_yield();
	}
	while (__atomic_load_n(&nr_anonymous, __ATOMIC_SEQ_CST) > self)
		os_yield();
}

/* Take the gate if it is free, or shared by forks; false to try again. */
static bool try_close(enum gate_mode mode)
{
	bool closed = false;

	lock_acquire(&lock);
	if (gate_mode == GATE_OPEN ||
	    (gate_mode == GATE_FORK && mode == GATE_FORK)) {
		__atomic_store_n(&gate_mode, mode, __ATOMIC_SEQ_CST);
		nr_forks += mode == GATE_FORK;
		closed = true;
	}
	lock_release(&lock);
	return closed;
}

void gate_close(enum gate_mode mode, os_signals *saved)
{
	os_block_signals(saved);
	while (!try_close(mode)) {
		u32 other = load_acquire(&gate_mode);

		if (other != GATE_OPEN)
			os_wait_ms(&gate_mode, other, 10);
	}
	if (os_has_one_thread())
		return;
	os_fence_all_threads();
	wait_for_others();
}

void gate_open(const os_signals *saved)
{
	lock_acquire(&lock);
	if (gate_mode != GATE_FORK || --nr_forks == 0)
		__atomic_store_n(&gate_mode, GATE_OPEN, __ATOMIC_SEQ_CST);
	lock_release(&lock);
	os_wake(&gate_mode, 1 << 30);
	os_restore_signals(saved);
}

void gate_reset(const os_signals *saved)
{
	lock.word = 0;
	nr_forks = 0;
	nr_anonymous = thread_heap.is_busy;
	gate_mode = GATE_OPEN;
	os_restore_signals(saved);
}
