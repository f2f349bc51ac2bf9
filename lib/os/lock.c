/* SPDX-License-Identifier: MIT */
/*
 * lock.c - the slow halves of the locks, and the rank checks
 *
 * The three states are those of U. Drepper, "Futexes Are Tricky", 2005.  The
 * sections behind our locks are short, so a waiter spins a moment before it
 * sleeps; on one processor spinning is wasted, but it is only a moment.
 */
#include "os/lock.h"

#include "os/report.h"

#define SPINS 100

void lock_acquire_slow(struct lock *lock)
{
	unsigned int i;

	for (i = 0; i < SPINS; i++) {
		u32 is_free = 0;

		if (READ_ONCE(lock->word) == 0 &&
		    __atomic_compare_exchange_n(&lock->word, &is_free, 1, false,
						__ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return;
		cpu_relax();
	}
	while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE) != 0)
		os_wait(&lock->word, 2);
}

void lock_release_slow(struct lock *lock)
{
	os_wake(&lock->word, 1);
}

#ifdef PF_CHECKS

#define MAX_HELD 8

static __thread struct lock *held[MAX_HELD];
static __thread unsigned int nr_held;

void lock_check_acquire(struct lock *lock)
{
	BUG_ON(nr_held == MAX_HELD);
	BUG_ON(nr_held && held[nr_held - 1]->rank >= lock->rank);
	held[nr_held++] = lock;
}

void lock_check_release(struct lock *lock)
{
	BUG_ON(nr_held == 0 || held[nr_held - 1] != lock);
	nr_held--;
}

bool lock_is_mine(const struct lock *lock)
{
	unsigned int i;

	for (i = 0; i < nr_held; i++) {
		if (held[i] == lock)
			return true;
	}
	return false;
}

#endif
