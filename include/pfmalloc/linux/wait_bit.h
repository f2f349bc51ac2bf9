/* SPDX-License-Identifier: MIT */
/*
 * wait_bit.h - wait until a bit is clear, or a variable has changed
 *
 * The address chooses one of a few queues, which others share: a waiter looks
 * at its own condition again, and a waker does not touch the address, so what
 * lies there may be free by then.
 */
#ifndef PFMALLOC_LINUX_WAIT_BIT_H
#define PFMALLOC_LINUX_WAIT_BIT_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/wait.h>

/* @bit: -1 for a variable. */
pf_api struct wait_queue_head *pf_bit_waitqueue(const volatile void *word,
						int bit);
#define bit_waitqueue(word, bit) pf_bit_waitqueue(word, bit)
#define __var_waitqueue(var)	 pf_bit_waitqueue(var, -1)

/* 0 when the bit is clear; -EINTR; -EAGAIN after @timeout jiffies. */
static inline int wait_on_bit_timeout(unsigned long *word, int bit,
				      unsigned int mode, unsigned long timeout)
{
	struct wait_queue_head *wq_head = bit_waitqueue(word, bit);
	long left = pf_wait_event_if(
		*wq_head, !test_bit_acquire((unsigned long)bit, word),
		(int)mode, 0, (long)timeout);

	return left > 0 ? 0 : left < 0 ? -EINTR : -EAGAIN;
}

static inline int wait_on_bit(unsigned long *word, int bit, unsigned int mode)
{
	return wait_on_bit_timeout(word, bit, mode, MAX_SCHEDULE_TIMEOUT);
}

#define wait_on_bit_io(word, bit, mode) wait_on_bit(word, bit, mode)

/* 0 when the caller has set the bit, which was clear; -EINTR. */
static inline int wait_on_bit_lock(unsigned long *word, int bit,
				   unsigned int mode)
{
	struct wait_queue_head *wq_head = bit_waitqueue(word, bit);

	return pf_wait_event_forever(
		       *wq_head, !test_and_set_bit((unsigned long)bit, word),
		       (int)mode, 0)
		       ? -EINTR
		       : 0;
}

static inline void wake_up_bit(unsigned long *word, int bit)
{
	wake_up_all(bit_waitqueue(word, bit));
}

static inline void clear_and_wake_up_bit(int bit, unsigned long *word)
{
	clear_bit_unlock((unsigned long)bit, word);
	wake_up_bit(word, bit);
}

/* Whether it was set. */
static inline bool test_and_clear_wake_up_bit(int bit, unsigned long *word)
{
	bool was_set = test_and_clear_bit((unsigned long)bit, word);

	if (was_set)
		wake_up_bit(word, bit);
	return was_set;
}

#define wait_var_event(var, condition) \
	wait_event(*__var_waitqueue(var), condition)
#define wait_var_event_killable(var, condition) \
	wait_event_killable(*__var_waitqueue(var), condition)
#define wait_var_event_interruptible(var, condition) \
	wait_event_interruptible(*__var_waitqueue(var), condition)
#define wait_var_event_timeout(var, condition, timeout) \
	wait_event_timeout(*__var_waitqueue(var), condition, timeout)

static inline void wake_up_var(const volatile void *var)
{
	wake_up_all(__var_waitqueue(var));
}

#define store_release_wake_up(var, val)             \
	do {                                        \
		const volatile void *pf_at = (var); \
		smp_store_release(var, val);        \
		wake_up_var(pf_at);                 \
	} while (0)

/* Whether it has become 0. */
static inline bool atomic_dec_and_wake_up(atomic_t *var)
{
	if (!atomic_dec_and_test(var))
		return false;
	wake_up_var(var);
	return true;
}

#endif
