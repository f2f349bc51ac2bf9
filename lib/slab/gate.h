/* SPDX-License-Identifier: MIT */
/*
 * gate.h - stopping all slow paths for a moment, at no cost while nobody does
 *
 * Every slow path of the allocator runs between gate_enter() and gate_leave():
 * two plain stores and two loads.  fork(), trim and reclaim close the gate and
 * wait until nobody is inside.  Then no lock of the library is held by anybody
 * and every structure is consistent, while the hot paths go on undisturbed.
 * It is a lock for many readers whose writer pays for all, by a fence in each
 * thread (membarrier).
 *
 * Closed for trim, newcomers wait.  Closed for fork they must not: another
 * thread may hold a lock of libc (stdio's, the loader's) and need memory while
 * fork() waits for that very lock.  They are turned away, and so are signal
 * handlers that have interrupted a slow path; kmem/emergency.h serves them.
 *
 * This is why fork() takes none of our locks, and why a signal handler that
 * interrupted malloc() may call it: the gate waits for other threads' slow
 * paths, never for the caller's own, and not for ever for one that has stopped.
 */
#ifndef PF_SLAB_GATE_H
#define PF_SLAB_GATE_H

#include "os/thread.h"
#include "slab/thread.h"

enum gate_mode {
	GATE_OPEN,
	GATE_QUIET, /* for who changes other threads' caches */
	GATE_FORK,  /* for who wants all to stay as it is; several may */
	GATE_TORN,  /* for ever: see gate_is_torn() */
};

extern u32 gate_mode pf_hidden;

/* Wait while the gate is closed for trim; false when it is not open then. */
bool gate_wait(void);

static inline bool gate_is_open(void)
{
	/* Acquire: who was inside before us has left what we see. */
	return likely(load_acquire(&gate_mode) == GATE_OPEN);
}

/*
 * Whether the calling thread has closed the gate for fork, and no other one
 * has: other libraries' fork handlers may run then, and need memory.
 */
bool gate_is_mine(void);

/**
 * gate_enter - begin a slow path of this thread
 *
 * Return: the thread's caches.  NULL when the gate is closed for fork, when the
 * thread is in a slow path already, that a signal handler interrupted, or when
 * there is no memory for caches.
 */
static inline struct tcache *gate_enter(void)
{
	for (;;) {
		struct tcache *tc = thread_heap.tcache;

		if (unlikely(!tc)) {
			tc = thread_attach();
			if (!tc)
				return NULL;
		}
		if (unlikely(tc->is_busy))
			return NULL;
		WRITE_ONCE(tc->is_busy, 1);
		barrier(); /* the closer's fence makes it a real one */
		if (gate_is_open() || gate_is_mine())
			return tc;
		store_release(&tc->is_busy, 0);
		if (!gate_wait())
			return NULL;
	}
}

/**
 * gate_try_enter - the same at once or not at all
 *
 * Return: NULL, too, for a thread that has no caches, and while the gate is
 * closed.  In signal handlers gate_try_leave() must follow.
 */
static inline struct tcache *gate_try_enter(void)
{
	struct tcache *tc = thread_heap.tcache;

	if (!tc || tc->is_busy)
		return NULL;
	WRITE_ONCE(tc->is_busy, 1);
	barrier();
	if (gate_is_open() || gate_is_mine())
		return tc;
	store_release(&tc->is_busy, 0);
	return NULL;
}

/*
 * gate_try_enter() where no more than a few instructions follow: calls nothing,
 * and refuses a thread that exits.  gate_leave_quickly() must follow.
 */
static inline struct tcache *gate_enter_quickly(void)
{
	struct tcache *tc = thread_heap.tcache;

	if (unlikely(!tc || tc->is_busy || thread_heap.has_exited))
		return NULL;
	WRITE_ONCE(tc->is_busy, 1);
	barrier();
	if (likely(gate_is_open()))
		return tc;
	store_release(&tc->is_busy, 0);
	return NULL;
}

static inline void gate_leave_quickly(struct tcache *tc)
{
	WRITE_ONCE(tc->nr_slow, tc->nr_slow + 1); /* others read it */
	store_release(&tc->is_busy, 0);
}

/**
 * gate_try_enter_as_guest - gate_try_enter() for a thread that has no caches
 *
 * The thread borrows caches that are empty, and leaves them so: they are its
 * name to locks, to fork() and to its own signal handlers.  No lock, no system
 * call, safe at any instruction.  gate_try_leave() must follow.  Return: NULL
 * when all guests' caches are in use, too.
 */
struct tcache *gate_try_enter_as_guest(void);
void gate_leave_as_guest(struct tcache *tc);

static inline void gate_leave(struct tcache *tc)
{
	gate_leave_quickly(tc);
	if (unlikely(thread_heap.has_exited))
		thread_detach();
}

/* What was interrupted, the thread's end for one, goes on as it was. */
static inline void gate_try_leave(struct tcache *tc)
{
	if (unlikely(tc->is_guest)) {
		gate_leave_as_guest(tc);
		return;
	}
	gate_leave_quickly(tc);
}

/*
 * Whether the calling thread is in a slow path, below a signal handler that is.
 */
bool gate_is_inside(void);

/* The same for the moment in which a thread has no caches yet. */
bool gate_enter_anonymous(void);
/* And beside a fork, for what fork's child can make sense of at any point. */
void gate_enter_beside_fork(void);
void gate_leave_anonymous(void);

/**
 * gate_close - wait until no other thread is in a slow path, and keep them out
 * @mode: GATE_QUIET or GATE_FORK
 *
 * Signals of the calling thread are blocked until gate_open(), which must
 * follow; within another pair, which must be for GATE_FORK, nothing changes.
 * Return: false, only for GATE_QUIET, when that cannot be had: in a signal
 * handler that interrupted a slow path, within another pair, where
 * gate_is_torn(), or not in two seconds, because a fork lasts that may be
 * waiting for the caller, or a thread has stopped in a slow path.
 */
bool gate_close(enum gate_mode mode, os_signals *saved);
void gate_open(const os_signals *saved);

/**
 * gate_is_torn - whether this process's structures may be half changed
 *
 * Two threads may fork at once from handlers that have both interrupted slow
 * paths.  Neither can wait until the other one has left its own.  So neither
 * does, and each child has what a thread that it lacks was in the middle of.
 * The same after two seconds of waiting for whomever.  In such a child the gate
 * never opens again: memory comes from the emergency range.
 */
bool gate_is_torn(void);

/* In fork's child: nobody else is left. */
void gate_reset(const os_signals *saved);

#endif
