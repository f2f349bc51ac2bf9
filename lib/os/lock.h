/* SPDX-License-Identifier: MIT */
/*
 * lock.h - locks that sleep, and the one order in which they are taken
 *
 * A lock is one word: 0 when it is free, else its holder's number, and bit 0
 * when somebody sleeps.  While the process has one thread no atomic instruction
 * is needed, and none is used.
 *
 * Holders.  The word says who holds a lock, and a thread what it waits for, so
 * that fork() can tell a thread that will move on from one that waits for a
 * lock that the forking thread itself holds: a signal handler may fork in the
 * middle of malloc(), between any two instructions.
 *
 * Ranks.  A thread takes locks in rising rank only; check builds assert it.
 * fork() takes those of ports and none of the others: it waits until no thread
 * that can move on holds any (slab/gate.h).
 */
#ifndef PF_OS_LOCK_H
#define PF_OS_LOCK_H

#include "base/compiler.h"
#include "base/types.h"
#include "os/thread.h"

enum lock_rank {
	LOCK_RANK_BUS = 1,     /* the simulated bus: models run under it */
	LOCK_RANK_PORTS,       /* the tree of port regions */
	LOCK_RANK_THREADS,     /* the list of idle per-thread caches */
	LOCK_RANK_KAPI,	       /* the list of the clients' kmem_caches */
	LOCK_RANK_NODES,       /* who moves to which set of caches */
	LOCK_RANK_CACHE,       /* one kmem_cache: its barn and its slabs */
	LOCK_RANK_META,	       /* records of kapi/ */
	LOCK_RANK_SHEAVES,     /* the pool of empty sheaves */
	LOCK_RANK_VMALLOC,     /* the vmalloc area */
	LOCK_RANK_KMAP,	       /* the window of kmap() */
	LOCK_RANK_ZONE,	       /* a zone's free blocks, and its spans */
};

/* What a thread is to locks. */
struct lock_user {
	u32 number; /* even, not 0, not LOCK_ANONYMOUS, nobody else's */
	struct lock *waits_for;
};

struct lock {
	u32 word;
	u32 rank; /* an enum lock_rank */
};

#define LOCK_INIT(rank) \
	{               \
		0, rank \
	}

#define LOCK_SLEEPERS  1
#define LOCK_ANONYMOUS 2	 /* the number of threads that have none */
#define LOCK_ORPHAN    ((u32)-2) /* that of a thread that will not come back */

/* The calling thread's; NULL as long as it has none. */
extern __thread struct lock_user *lock_self pf_hidden
	__attribute__((tls_model("initial-exec")));

static inline u32 lock_my_number(void)
{
	return lock_self ? lock_self->number : LOCK_ANONYMOUS;
}

/* The number of @lock's holder, or 0. */
static inline u32 lock_holder(const struct lock *lock)
{
	return READ_ONCE(lock->word) & ~(u32)LOCK_SLEEPERS;
}

/* In fork's child: free @lock if a thread held it that is not here. */
void lock_reset_orphan(struct lock *lock);

/*
 * In fork's child, before lock_reset_orphan(): such locks stay taken instead,
 * because what they guard is half changed.  Who wants one ends the process with
 * a sentence.
 */
void lock_keep_orphans(void);

void lock_acquire_slow(struct lock *lock);
void lock_release_slow(struct lock *lock);

#ifdef PF_CHECKS
void lock_check_acquire(struct lock *lock);
void lock_check_release(struct lock *lock);
bool lock_is_mine(const struct lock *lock);
#else
static inline void lock_check_acquire(struct lock *lock)
{
	(void)lock;
}
static inline void lock_check_release(struct lock *lock)
{
	(void)lock;
}
static inline bool lock_is_mine(const struct lock *lock)
{
	return lock_holder(lock) == lock_my_number();
}
#endif

static inline bool lock_take_free(struct lock *lock)
{
	u32 is_free = 0;

	return __atomic_compare_exchange_n(&lock->word, &is_free,
					   lock_my_number(), false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void lock_acquire(struct lock *lock)
{
	lock_check_acquire(lock);
	if (os_has_one_thread() && lock->word == 0)
		lock->word = lock_my_number();
	else if (unlikely(!lock_take_free(lock)))
		lock_acquire_slow(lock);
}

static inline bool lock_try_acquire(struct lock *lock)
{
	if (!lock_take_free(lock))
		return false;
	lock_check_acquire(lock);
	return true;
}

static inline void lock_release(struct lock *lock)
{
	lock_check_release(lock);
	if (os_has_one_thread() && !(lock->word & LOCK_SLEEPERS)) {
		lock->word = 0;
		return;
	}
	if (unlikely(__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) &
		     LOCK_SLEEPERS))
		lock_release_slow(lock);
}

#endif
