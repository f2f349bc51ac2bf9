/* SPDX-License-Identifier: MIT */
/*
 * lock.c - the slow halves of the locks, and the rank checks
 *
 * Free, held, held with sleepers: U. Drepper, "Futexes Are Tricky", 2005.  The
 * sections behind our locks are short, so a waiter spins a moment before it
 * sleeps; on one processor spinning is wasted, but it is only a moment.
 */
#include "os/lock.h"

#include "os/report.h"

#define SPINS 100

static bool are_orphans_kept;

__thread struct lock_user *lock_self __attribute__((tls_model("initial-exec")));

/* The word changes only from a value that was seen to one with the bit. */
static void mark_and_sleep(struct lock *lock, u32 word)
{
	u32 marked = word | LOCK_SLEEPERS;

	if (word == marked ||
	    __atomic_compare_exchange_n(&lock->word, &word, marked, false,
					__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		os_wait(&lock->word, marked);
}

static _Noreturn pf_cold void refuse_orphan(void)
{
	report_line("this child of fork() cannot go on with the malloc or free "
		    "that its parent's signal handler interrupted: another "
		    "thread, that it lacks, was in the middle of one, too; "
		    "call exec or _exit in such a child");
	report_abort();
}

static void wait_until_free(struct lock *lock)
{
	/* Others may sleep, too: whoever has slept wakes the next. */
	u32 mine = lock_my_number() | LOCK_SLEEPERS;

	if (lock_self)
		store_release(&lock_self->waits_for, lock);
	for (;;) {
		u32 word = READ_ONCE(lock->word);

		if (unlikely(word == LOCK_ORPHAN))
			refuse_orphan();
		else if (word)
			mark_and_sleep(lock, word);
		else if (__atomic_compare_exchange_n(&lock->word, &word, mine,
						     false, __ATOMIC_ACQUIRE,
						     __ATOMIC_RELAXED))
			break;
	}
	if (lock_self)
		store_release(&lock_self->waits_for, NULL);
}

void lock_acquire_slow(struct lock *lock)
{
	unsigned int i;

	for (i = 0; i < SPINS; i++) {
		if (READ_ONCE(lock->word) == 0 && lock_take_free(lock))
			return;
		cpu_relax();
	}
	wait_until_free(lock);
}

void lock_release_slow(struct lock *lock)
{
	os_wake(&lock->word, 1);
}

void lock_keep_orphans(void)
{
	are_orphans_kept = true;
}

/*
 * The caller may sleep until the word changes, below its signal handler.  A
 * free lock is not written to: its page is still shared with the parent.
 */
void lock_reset_orphan(struct lock *lock)
{
	u32 holder = lock_holder(lock);

	if (lock->word && (!lock_self || holder != lock_self->number))
		lock->word = holder && are_orphans_kept ? LOCK_ORPHAN : 0;
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
