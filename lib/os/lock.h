/* SPDX-License-Identifier: MIT */
/*
 * lock.h - locks that sleep, and the one order in which they are taken
 *
 * A lock is one word: 0 free, 1 held, 2 held and somebody sleeps.  While the
 * process has one thread no atomic instruction is needed, and none is used.
 *
 * Ranks.  A thread takes locks in rising rank only; check builds assert it.
 * fork() takes none of them: it waits until nobody holds any (slab/gate.h).
 */
#ifndef PF_OS_LOCK_H
#define PF_OS_LOCK_H

#include "base/compiler.h"
#include "base/types.h"
#include "os/thread.h"

enum lock_rank {
	LOCK_RANK_GATE = 1, /* the gate's writers: fork, trim, reclaim */
	LOCK_RANK_THREADS,  /* the list of per-thread caches */
	LOCK_RANK_CACHE,    /* one kmem_cache: its barn and its slabs */
	LOCK_RANK_SHEAVES,  /* the pool of empty sheaves */
	LOCK_RANK_VMALLOC,  /* the vmalloc area */
	LOCK_RANK_ZONE,     /* a zone's free blocks, and its spans */
};

struct lock {
	u32 word;
	u32 rank; /* an enum lock_rank */
};

#define LOCK_INIT(rank)                                                       \
	{                                                                     \
		0, rank                                                       \
	}

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
	return lock->word != 0;
}
#endif

static inline void lock_acquire(struct lock *lock)
{
	u32 is_free = 0;

	lock_check_acquire(lock);
	if (os_has_one_thread() && lock->word == 0) {
		lock->word = 1;
		return;
	}
	if (unlikely(!__atomic_compare_exchange_n(&lock->word, &is_free, 1,
						  false, __ATOMIC_ACQUIRE,
						  __ATOMIC_RELAXED)))
		lock_acquire_slow(lock);
}

static inline bool lock_try_acquire(struct lock *lock)
{
	u32 is_free = 0;

	if (!__atomic_compare_exchange_n(&lock->word, &is_free, 1, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	lock_check_acquire(lock);
	return true;
}

static inline void lock_release(struct lock *lock)
{
	lock_check_release(lock);
	if (os_has_one_thread() && lock->word == 1) {
		lock->word = 0;
		return;
	}
	if (unlikely(__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) ==
		     2))
		lock_release_slow(lock);
}

#endif
