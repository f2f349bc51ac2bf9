/* SPDX-License-Identifier: MIT */
/*
 * gate.h - stopping all slow paths for a moment, at no cost while nobody does
 *
 * Every slow path of the allocator runs between gate_enter() and gate_leave():
 * two plain stores and a load.  fork(), trim and reclaim close the gate and
 * wait until nobody is inside.  Then no lock of the library is held by anybody
 * and every structure is consistent, while the hot paths go on undisturbed.
 * It is a lock for many readers whose writer pays for all, by a fence in each
 * thread (membarrier).
 *
 * Closed for trim, newcomers wait.  Closed for fork they must not: another
 * thread may hold a lock of libc (stdio's, the loader's) and need memory while
 * fork() waits for that very lock.  They get NULL, and use the emergency
 * reserve (emergency.h), which needs no lock.
 *
 * This is why fork() takes none of our locks, why it cannot deadlock, and why
 * a signal handler that interrupted malloc() may call it: the gate waits for
 * other threads' slow paths, never for the caller's own.
 */
#ifndef PF_SLAB_GATE_H
#define PF_SLAB_GATE_H

#include "os/thread.h"
#include "slab/thread.h"

enum gate_mode {
	GATE_OPEN,
	GATE_QUIET,
	GATE_FORK
};

extern u32 gate_mode pf_hidden;

/* Wait until the gate opens; false at once when it is closed for fork. */
bool gate_wait(void);

/* Wait until the gate is open, whatever it is closed for. */
void gate_wait_open(void);

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
 * Return: the thread's caches, or NULL when the gate is closed for fork or
 * there is no memory for caches: use the emergency reserve then.
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
		WRITE_ONCE(tc->is_busy, 1);
		barrier(); /* the closer's fence makes it a real one */
		if (gate_is_open() || gate_is_mine())
			return tc;
		store_release(&tc->is_busy, 0);
		if (!gate_wait())
			return NULL;
	}
}

static inline void gate_leave(struct tcache *tc)
{
	WRITE_ONCE(tc->nr_slow, tc->nr_slow + 1); /* others read it */
	store_release(&tc->is_busy, 0);
	if (unlikely(thread_heap.has_exited))
		thread_detach();
}

/* The same for the moment in which a thread has no caches yet. */
bool gate_enter_anonymous(void);
void gate_leave_anonymous(void);

/**
 * gate_close - wait until no other thread is in a slow path, and keep them out
 *
 * Signals of the calling thread are blocked until gate_open().  @mode is
 * GATE_QUIET or GATE_FORK; several threads may fork at once, but no two of them
 * from handlers that have interrupted slow paths: each would wait for the other
 * to leave its own.  Where the gate is the caller's already it just counts.
 */
void gate_close(enum gate_mode mode, os_signals *saved);
void gate_open(const os_signals *saved);

/* In fork's child: nobody else is left. */
void gate_reset(const os_signals *saved);

#endif
