/* SPDX-License-Identifier: MIT */
/*
 * lock.c - locks of one word, reader-writer locks, reference counts
 *
 * A word is 0 when the lock is free, else its holder's number * 2, and 1 more
 * when somebody sleeps.  A waiter spins a moment, then marks the word and
 * sleeps; who unlocks a marked word wakes one waiter, which takes the lock with
 * the mark, because there may be more.  (U. Drepper, "Futexes Are Tricky",
 * 2005.)
 *
 * The holder's number makes two mistakes visible at no cost: to take a lock
 * twice, which would sleep for ever, and to give up another thread's.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "kenv/kenv.h"

#define SPINS	  100
#define SLEEPERS  1U
#define SIGNAL_MS 10 /* how long a signal may go unseen */

static u32 my_word(void)
{
	return current->number * 2;
}

static bool take_free(u32 *word, u32 mine)
{
	u32 is_free = 0;

	return __atomic_compare_exchange_n(word, &is_free, mine, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/*
 * A waiter that a signal may end looks for one now and then.  When it gives up
 * it passes its wake-up on, if it had one.
 */
static bool lock_sleep(u32 *word, u32 seen, int state)
{
	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL))) {
		kenv_wait(word, seen);
		return true;
	}
	if (signal_pending_state((unsigned int)state, current)) {
		kenv_wake(word, 1);
		return false;
	}
	kenv_wait_ms(word, seen, SIGNAL_MS);
	return true;
}

/* Return: false when a signal ended the wait, where @state allows that. */
static noinline bool lock_slow(u32 *word, u32 mine, const char *what, int state)
{
	unsigned int i;

	if ((READ_ONCE(*word) & ~SLEEPERS) == mine)
		panic("%s at %p is taken a second time by its holder, %s[%d]",
		      what, (void *)word, current->comm, current->pid);
	for (i = 0; i < SPINS; i++) {
		if (!READ_ONCE(*word) && take_free(word, mine))
			return true;
		cpu_relax();
	}
	for (;;) {
		u32 seen = READ_ONCE(*word);

		if (!seen) {
			if (take_free(word, mine | SLEEPERS))
				return true;
		} else if (seen & SLEEPERS ||
			   try_cmpxchg_relaxed(word, &seen, seen | SLEEPERS)) {
			if (!lock_sleep(word, seen | SLEEPERS, state))
				return false;
		}
	}
}

void kenv_lock(uint32_t *word, const char *what)
{
	u32 mine = my_word();

	if (unlikely(!take_free(word, mine)))
		lock_slow(word, mine, what, TASK_UNINTERRUPTIBLE);
}

bool kenv_trylock(uint32_t *word)
{
	return take_free(word, my_word());
}

bool kenv_is_mine(const uint32_t *word)
{
	return (READ_ONCE(*word) & ~SLEEPERS) == my_word();
}

void kenv_unlock(uint32_t *word, const char *what)
{
	u32 old;

	if (unlikely(!kenv_is_mine(word)))
		panic("%s at %p is given up by %s[%d], who does not hold it",
		      what, (void *)word, current->comm, current->pid);
	old = __atomic_exchange_n(word, 0, __ATOMIC_RELEASE);
	if (old & SLEEPERS)
		kenv_wake(word, 1);
}

void pf_spin_lock(spinlock_t *lock)
{
	kenv_lock(&lock->word, "a spinlock");
	pf_preempt_add(1);
}

int pf_spin_trylock(spinlock_t *lock)
{
	if (!kenv_trylock(&lock->word))
		return 0;
	pf_preempt_add(1);
	return 1;
}

void pf_spin_unlock(spinlock_t *lock)
{
	kenv_unlock(&lock->word, "a spinlock");
	pf_preempt_add(-1);
}

bool pf_spin_is_mine(const struct spinlock *lock)
{
	return kenv_is_mine(&lock->word);
}

void pf_mutex_lock(struct mutex *lock)
{
	pf_might_sleep("mutex_lock");
	kenv_lock(&lock->word, "a mutex");
}

int pf_mutex_lock_state(struct mutex *lock, int state)
{
	u32 mine = my_word();

	pf_might_sleep("mutex_lock");
	if (likely(take_free(&lock->word, mine)) ||
	    lock_slow(&lock->word, mine, "a mutex", state))
		return 0;
	return -EINTR;
}

int pf_mutex_trylock(struct mutex *lock)
{
	return kenv_trylock(&lock->word);
}

void pf_mutex_unlock(struct mutex *lock)
{
	kenv_unlock(&lock->word, "a mutex");
}

bool pf_mutex_is_mine(const struct mutex *lock)
{
	return kenv_is_mine(&lock->word);
}

void pf_mutex_destroy(struct mutex *lock)
{
	WARN(lock->word, "mutex_destroy() of a mutex that is held: %p", lock);
}

/*
 * Who gives the lock up does not look at it afterwards: the next holder may
 * free it.  So the mark of those who sleep lies in the word, and goes with the
 * last holder; who wakes up and does not get the lock sets it again.
 */
static void rwlock_wait(rwlock_t *lock, u32 seen)
{
	if (seen & PF_RWLOCK_SLEEPERS ||
	    try_cmpxchg_relaxed(&lock->word, &seen, seen | PF_RWLOCK_SLEEPERS))
		kenv_wait(&lock->word, seen | PF_RWLOCK_SLEEPERS);
}

/* All of them: a writer may stand before readers that could go on. */
static void rwlock_wake(u32 *word)
{
	kenv_wake(word, 0x7fffffff);
}

int pf_read_trylock(rwlock_t *lock)
{
	u32 seen = READ_ONCE(lock->word);

	do {
		if (seen & PF_RWLOCK_WRITER)
			return 0;
	} while (!try_cmpxchg_acquire(&lock->word, &seen, seen + 1));
	pf_preempt_add(1);
	return 1;
}

int pf_write_trylock(rwlock_t *lock)
{
	if (!take_free(&lock->word, PF_RWLOCK_WRITER))
		return 0;
	WRITE_ONCE(lock->owner, current->number);
	pf_preempt_add(1);
	return 1;
}

static void rwlock_lock(rwlock_t *lock, int (*trylock)(rwlock_t *lock))
{
	unsigned int i;

	for (i = 0; !trylock(lock); i++) {
		u32 seen = READ_ONCE(lock->word);

		if (seen & PF_RWLOCK_WRITER &&
		    READ_ONCE(lock->owner) == current->number)
			panic("an rwlock at %p is taken again by its writer, "
			      "%s[%d]",
			      lock, current->comm, current->pid);
		if (i < SPINS)
			cpu_relax();
		else if (seen)
			rwlock_wait(lock, seen);
	}
}

void pf_read_lock(rwlock_t *lock)
{
	rwlock_lock(lock, pf_read_trylock);
}

void pf_write_lock(rwlock_t *lock)
{
	rwlock_lock(lock, pf_write_trylock);
}

void pf_read_unlock(rwlock_t *lock)
{
	u32 seen = READ_ONCE(lock->word);
	u32 left;

	do {
		if (unlikely(!seen || seen & PF_RWLOCK_WRITER))
			panic("read_unlock() of an rwlock at %p that has no "
			      "reader",
			      lock);
		left = seen - 1;
		if (left == PF_RWLOCK_SLEEPERS)
			left = 0;
	} while (!try_cmpxchg_release(&lock->word, &seen, left));
	if (!left && seen & PF_RWLOCK_SLEEPERS)
		rwlock_wake(&lock->word);
	pf_preempt_add(-1);
}

void pf_write_unlock(rwlock_t *lock)
{
	if (unlikely(!(READ_ONCE(lock->word) & PF_RWLOCK_WRITER) ||
		     READ_ONCE(lock->owner) != current->number))
		panic("write_unlock() of an rwlock at %p by %s[%d], who does "
		      "not hold it",
		      lock, current->comm, current->pid);
	WRITE_ONCE(lock->owner, 0);
	if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) &
	    PF_RWLOCK_SLEEPERS)
		rwlock_wake(&lock->word);
	pf_preempt_add(-1);
}

bool pf_rwlock_is_held(const struct pf_rwlock *lock)
{
	u32 word = READ_ONCE(lock->word);

	if (word & PF_RWLOCK_WRITER)
		return READ_ONCE(lock->owner) == current->number;
	return word != 0;
}

void pf_refcount_warn_saturate(refcount_t *r,
			       enum refcount_saturation_type type)
{
	static const char *const texts[] = {
		[REFCOUNT_ADD_NOT_ZERO_OVF] = "saturated; leaking memory.",
		[REFCOUNT_ADD_OVF] = "saturated; leaking memory.",
		[REFCOUNT_ADD_UAF] = "addition on 0; use-after-free.",
		[REFCOUNT_SUB_UAF] = "underflow; use-after-free.",
		[REFCOUNT_DEC_LEAK] = "decrement hit 0; leaking memory.",
	};
	static bool is_reported[ARRAY_SIZE(texts)];

	refcount_set(r, REFCOUNT_SATURATED);
	if (!xchg_relaxed(&is_reported[type], true))
		WARN(1, "refcount_t: %s\n", texts[type]);
}

bool pf_refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	pf_mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	pf_mutex_unlock(lock);
	return false;
}

bool pf_refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	pf_spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	pf_spin_unlock(lock);
	return false;
}

int pf_atomic_dec_and_lock(atomic_t *atomic, spinlock_t *lock)
{
	if (atomic_add_unless(atomic, -1, 1))
		return 0;
	pf_spin_lock(lock);
	if (atomic_dec_and_test(atomic))
		return 1;
	pf_spin_unlock(lock);
	return 0;
}

int pf_atomic_dec_and_mutex_lock(atomic_t *count, struct mutex *lock)
{
	if (atomic_add_unless(count, -1, 1))
		return 0;
	pf_mutex_lock(lock);
	if (atomic_dec_and_test(count))
		return 1;
	pf_mutex_unlock(lock);
	return 0;
}
