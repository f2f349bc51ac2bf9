/* SPDX-License-Identifier: MIT */
/*
 * gate.c - stopping all slow paths for a moment, at no cost while nobody does
 *
 * The reader's store to is_busy and its load of gate_mode may pass each other
 * in the processor; the writer's store to gate_mode and its loads of is_busy
 * stand on the other side of a fence that runs in every thread.  So one of the
 * two sees the other: J. Dekker's argument, with both fences on the side that
 * is rare.
 *
 * Guests.  A thread gets its caches with signals blocked and by several system
 * calls, which is nothing for a call that may not sleep and comes from a thread
 * without caches.  Such a thread borrows a struct tcache for the time that it
 * is inside, and is in a slow path like any other: its signal handlers find it
 * busy, who closes the gate waits for it, its locks have a holder.  A guest has
 * an owner from its first instruction to its last, so that a handler's fork()
 * knows its own thread.  It is not on the list of all caches, because there is
 * nothing in it.
 */
#include "slab/gate.h"

#include <limits.h>

#include "os/lock.h"
#include "os/os.h"

/* Newcomers wait for a trim so long, then it for them; and then it gives up. */
#define QUIET_ROUND_MS 50
#define QUIET_LIMIT_MS 2000

/*
 * A thread that has been in a slow path for so long is stopped: its signal
 * handler sleeps, or waits for the fork that waits for it.
 */
#define STOPPED_MS 2000

/* Threads that are inside as guests at once; the next one is turned away. */
#define NR_GUESTS 16

u32 gate_mode;

/*
 * Guards the next; held for a few instructions, with signals blocked.  No lock
 * of lock.h: it has no rank, for a handler may fork whatever its thread holds.
 */
static u32 is_changing;
static u32 nr_forks;	 /* threads between their fork's prepare and parent */
static u32 nr_anonymous; /* threads in a slow path without caches */
static u32 nr_waiting;	 /* forks that wait for GATE_QUIET to end */

static struct tcache guests[NR_GUESTS] pf_last;
static bool has_guests; /* one of them has been used, ever */

static bool is_guest(const struct tcache *tc)
{
	return tc >= guests && tc < guests + NR_GUESTS;
}

/* All that may be in a slow path by name: threads with caches, and guests. */
static struct tcache *next_inside(struct tcache *next)
{
	return next || !READ_ONCE(has_guests) ? next : guests;
}

static struct tcache *inside_after(struct tcache *tc)
{
	if (is_guest(tc))
		return is_guest(tc + 1) ? tc + 1 : NULL;
	return next_inside(tc->next);
}

#define for_each_inside(tc)                                    \
	for (tc = next_inside(load_acquire(&all_tcaches)); tc; \
	     tc = inside_after(tc))

bool gate_wait(void)
{
	u32 mode;

	while ((mode = load_acquire(&gate_mode)) == GATE_QUIET)
		os_wait(&gate_mode, GATE_QUIET);
	return mode == GATE_OPEN;
}

static void count_in(void)
{
	__atomic_fetch_add(&nr_anonymous, 1, __ATOMIC_SEQ_CST);
}

void gate_leave_anonymous(void)
{
	__atomic_fetch_sub(&nr_anonymous, 1, __ATOMIC_SEQ_CST);
}

static u32 read_mode(void)
{
	return __atomic_load_n(&gate_mode, __ATOMIC_SEQ_CST);
}

/* Nobody is counted in who will be turned away: fork's child starts at 0. */
bool gate_enter_anonymous(void)
{
	while (read_mode() == GATE_OPEN || gate_wait()) {
		count_in();
		if (read_mode() == GATE_OPEN)
			return true;
		gate_leave_anonymous();
	}
	return false;
}

void gate_enter_beside_fork(void)
{
	for (;;) {
		count_in();
		if (read_mode() != GATE_QUIET)
			return;
		gate_leave_anonymous();
		gate_wait();
	}
}

static const struct tcache *find_holder(const struct lock *lock)
{
	u32 holder = lock_holder(lock);
	struct tcache *tc;

	for_each_inside(tc)
	{
		if (holder && READ_ONCE(tc->locks.number) == holder)
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
 * One look at what keeps @tc: itself, the lock that it waits for, or what keeps that lock's
 * holder.  A thread that waits for a lock stands at a point where all it has
 * changed is consistent; in a child without it, lock_reset_orphan() frees what
 * it held.  One that forks in a signal handler stands anywhere.
 */
static enum obstacle look_for_obstacle(const struct tcache *tc)
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
 * The links of such a chain are read one after another, and the first may be
 * gone when the last is seen.  But who waits for the caller's lock stays: after
 * n equal looks the last n links held all the time.
 */
static enum obstacle find_obstacle(const struct tcache *tc)
{
	enum obstacle found = look_for_obstacle(tc);
	unsigned int i;

	for (i = 0; found != NO_OBSTACLE && i < LOCK_RANK_ZONE; i++) {
		if (look_for_obstacle(tc) != found)
			return NO_OBSTACLE;
	}
	return found;
}

/*
 * A released lock wakes one sleeper.  If that was the caller, and a signal
 * handler that forks came before it could take the lock, the next one in line
 * still sleeps, and others may wait for what that one holds.
 */
static void pass_on_wake_ups(void)
{
	struct tcache *tc;

	for_each_inside(tc)
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

/* Until @tc is outside; false, only for trim, to try again later. */
static bool wait_for(const struct tcache *tc, enum gate_mode mode, u64 until_ms)
{
	u64 stopped_ms = os_now_ms() + STOPPED_MS;
	enum obstacle obstacle = NO_OBSTACLE;
	unsigned int round = 0;

	while (load_acquire(&tc->is_busy)) {
		obstacle = find_obstacle(tc);
		if (mode == GATE_FORK && os_now_ms() > stopped_ms)
			obstacle = OTHER_FORK;
		if (obstacle != NO_OBSTACLE)
			break;
		if (must_give_way(mode, until_ms))
			return false;
		pass_on_wake_ups();
		os_wait_turn(round++);
	}
	if (obstacle == OTHER_FORK)
		thread_heap.is_torn = true;
	return true;
}

static bool wait_for_others(enum gate_mode mode)
{
	u64 until_ms = os_now_ms() + QUIET_ROUND_MS;
	unsigned int round = 0;
	struct tcache *tc;

	for_each_inside(tc)
	{
		if (READ_ONCE(tc->owner) != &thread_heap &&
		    !wait_for(tc, mode, until_ms))
			return false;
	}
	while (__atomic_load_n(&nr_anonymous, __ATOMIC_SEQ_CST) > 0)
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
	if (gate_mode == GATE_QUIET ||
	    (gate_mode == GATE_FORK && --nr_forks == 0))
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
		if (os_now_ms() > until_ms)
			break;
		os_sleep_ms(QUIET_ROUND_MS);
	}
	return false;
}

static struct tcache *claim_guest(void)
{
	unsigned int i;

	WRITE_ONCE(has_guests, true);
	for (i = 0; i < NR_GUESTS; i++) {
		struct tcache *tc = &guests[i];
		struct thread_heap *nobody = NULL;

		if (READ_ONCE(tc->owner) ||
		    !__atomic_compare_exchange_n(
			    &tc->owner, &nobody, &thread_heap, false,
			    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		tc->is_guest = true;
		WRITE_ONCE(tc->locks.number, LOCK_ORPHAN - 2 * (i + 1));
		return tc;
	}
	return NULL;
}

static void give_guest(struct tcache *tc)
{
	store_release(&tc->is_busy, 0);
	store_release(&tc->owner, NULL);
}

/*
 * Each store stands where a handler may come before it and after it: without
 * the thread's pointer to the guest it finds a thread without caches, and with
 * it one that is busy.
 */
struct tcache *gate_try_enter_as_guest(void)
{
	struct tcache *tc, *none = NULL;

	/* Who closes it need not wait for who comes to look. */
	if (!gate_is_open() && !gate_is_mine())
		return NULL;
	tc = claim_guest();
	if (!tc)
		return NULL;
	WRITE_ONCE(tc->is_busy, 1);
	barrier();
	/* Unless a handler has got caches for the thread meanwhile. */
	if (!__atomic_compare_exchange_n(&thread_heap.tcache, &none, tc, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
		give_guest(tc);
		return gate_try_enter();
	}
	lock_self = &tc->locks;
	barrier();
	if (gate_is_open() || gate_is_mine())
		return tc;
	gate_leave_as_guest(tc);
	return NULL;
}

void gate_leave_as_guest(struct tcache *tc)
{
	lock_self = NULL;
	barrier();
	WRITE_ONCE(thread_heap.tcache, NULL);
	barrier();
	give_guest(tc);
}

/* In fork's child: those of other threads are nobody's. */
static void forget_guests(void)
{
	unsigned int i;

	for (i = 0; has_guests && i < NR_GUESTS; i++) {
		guests[i].is_forking_inside = 0;
		if (guests[i].owner == &thread_heap)
			continue;
		guests[i].is_busy = 0;
		guests[i].owner = NULL;
	}
}

bool gate_is_inside(void)
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
	    (thread_heap.closed_depth || gate_is_inside() || gate_is_torn()))
		return false;
	if (thread_heap.closed_depth) {
		thread_heap.closed_depth++;
		return true;
	}
	os_block_signals(saved);
	set_forking_inside(gate_is_inside());
	/*
	 * Nothing is left to keep whole, or nobody is there to stop; but fork
	 * handlers of other libraries may start threads, so it is closed.
	 */
	if (!gate_is_torn() && (mode == GATE_FORK || !os_has_one_thread()) &&
	    !(os_has_one_thread() ? try_close(mode) : stop_others(mode))) {
		os_restore_signals(saved);
		return false;
	}
	thread_heap.closed_depth = 1;
	return true;
}

void gate_open(const os_signals *saved)
{
	/* 0 in the child of a fork within a fork handler: open already. */
	if (!thread_heap.closed_depth || --thread_heap.closed_depth)
		return;
	set_forking_inside(false);
	thread_heap.is_torn = false;
	reopen();
	os_restore_signals(saved);
}

bool gate_is_mine(void)
{
	return thread_heap.closed_depth && READ_ONCE(nr_forks) == 1 &&
	       !thread_heap.is_torn;
}

bool gate_is_torn(void)
{
	return READ_ONCE(gate_mode) == GATE_TORN || thread_heap.is_torn;
}

void gate_reset(const os_signals *saved)
{
	u32 mode = gate_is_torn() ? GATE_TORN : GATE_OPEN;

	set_forking_inside(false);
	is_changing = 0;
	nr_forks = 0;
	nr_waiting = 0;
	nr_anonymous = 0;
	forget_guests();
	thread_heap.closed_depth = 0;
	thread_heap.is_torn = false;
	/* Threads of handlers that came before this one wait for it. */
	store_release(&gate_mode, mode);
	os_restore_signals(saved);
}
