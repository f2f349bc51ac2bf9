/* SPDX-License-Identifier: MIT */
/*
 * bit_spinlock.h - one bit of a word as a lock
 *
 * It does not know its holder; <linux/spinlock.h> has one that does.
 */
#ifndef PFMALLOC_LINUX_BIT_SPINLOCK_H
#define PFMALLOC_LINUX_BIT_SPINLOCK_H

#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/preempt.h>
#include <linux/sched.h>

static inline int bit_spin_trylock(int bitnum, unsigned long *addr)
{
	if (test_and_set_bit_lock((unsigned long)bitnum, addr))
		return 0;
	preempt_disable();
	return 1;
}

/* The holder may have been preempted: then others run. */
static inline void bit_spin_lock(int bitnum, unsigned long *addr)
{
	unsigned int i;

	for (i = 0; !bit_spin_trylock(bitnum, addr); i++) {
		if (i < 100)
			cpu_relax();
		else
			yield();
	}
}

static inline void bit_spin_unlock(int bitnum, unsigned long *addr)
{
	BUG_ON(!test_bit((unsigned long)bitnum, addr));
	clear_bit_unlock((unsigned long)bitnum, addr);
	preempt_enable();
}

#define __bit_spin_unlock(bitnum, addr) bit_spin_unlock(bitnum, addr)

static inline int bit_spin_is_locked(int bitnum, unsigned long *addr)
{
	return test_bit((unsigned long)bitnum, addr);
}

#endif
