/* SPDX-License-Identifier: MIT */
/*
 * spinlock.h - locks for short sections that do not sleep
 *
 * A waiter spins for a moment and then sleeps: the holder may have been
 * preempted, which in a kernel it cannot be.  The word says who holds a lock;
 * taking one twice, and giving up another thread's, ends the process with a
 * sentence.  _irq, _irqsave and _bh also say so to <linux/irqflags.h>.
 */
#ifndef PFMALLOC_LINUX_SPINLOCK_H
#define PFMALLOC_LINUX_SPINLOCK_H

#include <linux/bottom_half.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/spinlock_types.h>
#include <linux/typecheck.h>

#include <asm/barrier.h>
#include <asm/processor.h>

pf_api void pf_spin_lock(spinlock_t *lock);
pf_api int pf_spin_trylock(spinlock_t *lock);
pf_api void pf_spin_unlock(spinlock_t *lock);
pf_api int pf_atomic_dec_and_lock(atomic_t *atomic, spinlock_t *lock);

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->word = 0;
}

static inline void spin_lock(spinlock_t *lock)
{
	pf_spin_lock(lock);
}

static inline int spin_trylock(spinlock_t *lock)
{
	return pf_spin_trylock(lock);
}

static inline void spin_unlock(spinlock_t *lock)
{
	pf_spin_unlock(lock);
}

static inline int spin_is_locked(spinlock_t *lock)
{
	return READ_ONCE(lock->word) != 0;
}

static inline int spin_is_contended(spinlock_t *lock)
{
	return READ_ONCE(lock->word) & 1;
}

static inline void spin_lock_irq(spinlock_t *lock)
{
	local_irq_disable();
	pf_spin_lock(lock);
}

static inline void spin_unlock_irq(spinlock_t *lock)
{
	pf_spin_unlock(lock);
	local_irq_enable();
}

static inline int spin_trylock_irq(spinlock_t *lock)
{
	if (!pf_spin_trylock(lock))
		return 0;
	local_irq_disable();
	return 1;
}

static inline void spin_lock_bh(spinlock_t *lock)
{
	local_bh_disable();
	pf_spin_lock(lock);
}

static inline void spin_unlock_bh(spinlock_t *lock)
{
	pf_spin_unlock(lock);
	local_bh_enable();
}

static inline int spin_trylock_bh(spinlock_t *lock)
{
	if (!pf_spin_trylock(lock))
		return 0;
	local_bh_disable();
	return 1;
}

#define spin_lock_irqsave(lock, flags) \
	do {                           \
		local_irq_save(flags); \
		pf_spin_lock(lock);    \
	} while (0)
#define spin_trylock_irqsave(lock, flags)             \
	__extension__({                               \
		int pf_taken = pf_spin_trylock(lock); \
		if (pf_taken)                         \
			local_irq_save(flags);        \
		pf_taken;                             \
	})
#define spin_unlock_irqrestore(lock, flags) \
	do {                                \
		pf_spin_unlock(lock);       \
		local_irq_restore(flags);   \
	} while (0)
#define spin_lock_nested(lock, subclass) spin_lock(lock)
#define spin_lock_nest_lock(lock, nest)	 spin_lock(lock)
#define spin_lock_irqsave_nested(lock, flags, subclass) \
	spin_lock_irqsave(lock, flags)
#define assert_spin_locked(lock) BUG_ON(!spin_is_locked(lock))
#define spin_unlock_wait(lock)     \
	do {                       \
		spin_lock(lock);   \
		spin_unlock(lock); \
	} while (0)
#define atomic_dec_and_lock(atomic, lock) pf_atomic_dec_and_lock(atomic, lock)

#define raw_spin_lock_init(lock)	     spin_lock_init(lock)
#define raw_spin_lock(lock)		     spin_lock(lock)
#define raw_spin_lock_nested(lock, subclass) spin_lock(lock)
#define raw_spin_trylock(lock)		     spin_trylock(lock)
#define raw_spin_unlock(lock)		     spin_unlock(lock)
#define raw_spin_lock_irq(lock)		     spin_lock_irq(lock)
#define raw_spin_unlock_irq(lock)	     spin_unlock_irq(lock)
#define raw_spin_lock_bh(lock)		     spin_lock_bh(lock)
#define raw_spin_unlock_bh(lock)	     spin_unlock_bh(lock)
#define raw_spin_lock_irqsave(lock, flags)   spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags) \
	spin_unlock_irqrestore(lock, flags)
#define raw_spin_is_locked(lock) spin_is_locked(lock)

#include <linux/rwlock.h>

DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock(_T->lock),
		    spin_unlock(_T->lock), char unused[0])
DEFINE_LOCK_GUARD_1_COND(spinlock, _try, spin_trylock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irq, spinlock_t, spin_lock_irq(_T->lock),
		    spin_unlock_irq(_T->lock), char unused[0])
DEFINE_LOCK_GUARD_1(spinlock_bh, spinlock_t, spin_lock_bh(_T->lock),
		    spin_unlock_bh(_T->lock), char unused[0])
DEFINE_LOCK_GUARD_1(spinlock_irqsave, spinlock_t,
		    spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags),
		    unsigned long flags)
DEFINE_LOCK_GUARD_1_COND(spinlock_irqsave, _try,
			 spin_trylock_irqsave(_T->lock, _T->flags))
DEFINE_LOCK_GUARD_1(raw_spinlock, raw_spinlock_t, spin_lock(_T->lock),
		    spin_unlock(_T->lock), char unused[0])

#endif
