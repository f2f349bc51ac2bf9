/* SPDX-License-Identifier: MIT */
/*
 * seqlock.h - data that readers read again when a writer came between
 *
 * A writer makes the number odd, writes, and makes it even.  A reader that saw
 * another number at its end, or an odd one at its beginning, reads again.
 * Writers exclude each other: a seqlock_t has a spinlock for that, a seqcount_t
 * is under a lock of the caller's.
 */
#ifndef PFMALLOC_LINUX_SEQLOCK_H
#define PFMALLOC_LINUX_SEQLOCK_H

#include <linux/compiler.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include <asm/barrier.h>

typedef struct seqcount {
	unsigned int sequence;
} seqcount_t;

/* The lock that a kernel checks is not looked at. */
typedef seqcount_t seqcount_raw_spinlock_t;
typedef seqcount_t seqcount_spinlock_t;
typedef seqcount_t seqcount_rwlock_t;
typedef seqcount_t seqcount_mutex_t;

#define SEQCNT_ZERO(name)		  ((seqcount_t){0})
#define SEQCNT_RAW_SPINLOCK_ZERO(n, lock) SEQCNT_ZERO(n)
#define SEQCNT_SPINLOCK_ZERO(n, lock)	  SEQCNT_ZERO(n)
#define SEQCNT_RWLOCK_ZERO(n, lock)	  SEQCNT_ZERO(n)
#define SEQCNT_MUTEX_ZERO(n, lock)	  SEQCNT_ZERO(n)

static inline void seqcount_init(seqcount_t *s)
{
	s->sequence = 0;
}

#define seqcount_raw_spinlock_init(s, lock) ((void)(lock), seqcount_init(s))
#define seqcount_spinlock_init(s, lock)	    ((void)(lock), seqcount_init(s))
#define seqcount_rwlock_init(s, lock)	    ((void)(lock), seqcount_init(s))
#define seqcount_mutex_init(s, lock)	    ((void)(lock), seqcount_init(s))

/* May be odd; the caller then fails in read_seqcount_retry(). */
static inline unsigned int raw_seqcount_begin(const seqcount_t *s)
{
	return smp_load_acquire(&s->sequence) & ~1U;
}

static inline unsigned int raw_read_seqcount(const seqcount_t *s)
{
	return smp_load_acquire(&s->sequence);
}

/* Waits for the writer, who may have been preempted. */
static inline unsigned int read_seqcount_begin(const seqcount_t *s)
{
	unsigned int seq;
	unsigned int i;

	for (i = 0; (seq = smp_load_acquire(&s->sequence)) & 1; i++) {
		if (i < 100)
			cpu_relax();
		else
			yield();
	}
	return seq;
}

static inline int read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	smp_rmb();
	return unlikely(READ_ONCE(s->sequence) != start);
}

#define __read_seqcount_begin(s)	read_seqcount_begin(s)
#define raw_read_seqcount_begin(s)	read_seqcount_begin(s)
#define __read_seqcount_retry(s, start) read_seqcount_retry(s, start)

static inline void raw_write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();
}

static inline void raw_write_seqcount_end(seqcount_t *s)
{
	smp_store_release(&s->sequence, s->sequence + 1);
}

static inline void write_seqcount_begin(seqcount_t *s)
{
	preempt_disable();
	raw_write_seqcount_begin(s);
}

static inline void write_seqcount_end(seqcount_t *s)
{
	raw_write_seqcount_end(s);
	preempt_enable();
}

#define write_seqcount_begin_nested(s, subclass) write_seqcount_begin(s)

/* Readers that are in a section read again. */
static inline void write_seqcount_invalidate(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 2);
}

typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define __SEQLOCK_UNLOCKED(name) \
	{                        \
		{0},             \
		{                \
			0        \
		}                \
	}
#define DEFINE_SEQLOCK(name) seqlock_t name = __SEQLOCK_UNLOCKED(name)

static inline void seqlock_init(seqlock_t *sl)
{
	seqcount_init(&sl->seqcount);
	spin_lock_init(&sl->lock);
}

static inline unsigned int read_seqbegin(const seqlock_t *sl)
{
	return read_seqcount_begin(&sl->seqcount);
}

static inline unsigned int read_seqretry(const seqlock_t *sl,
					 unsigned int start)
{
	return (unsigned int)read_seqcount_retry(&sl->seqcount, start);
}

#define PF_DEFINE_SEQLOCK(suffix)                                     \
	static inline void write_seqlock##suffix(seqlock_t *sl)       \
	{                                                             \
		spin_lock##suffix(&sl->lock);                         \
		raw_write_seqcount_begin(&sl->seqcount);              \
	}                                                             \
	static inline void write_sequnlock##suffix(seqlock_t *sl)     \
	{                                                             \
		raw_write_seqcount_end(&sl->seqcount);                \
		spin_unlock##suffix(&sl->lock);                       \
	}                                                             \
	static inline void read_seqlock_excl##suffix(seqlock_t *sl)   \
	{                                                             \
		spin_lock##suffix(&sl->lock);                         \
	}                                                             \
	static inline void read_sequnlock_excl##suffix(seqlock_t *sl) \
	{                                                             \
		spin_unlock##suffix(&sl->lock);                       \
	}
PF_DEFINE_SEQLOCK()
PF_DEFINE_SEQLOCK(_bh)
PF_DEFINE_SEQLOCK(_irq)

#define write_seqlock_irqsave(sl, flags)                   \
	do {                                               \
		spin_lock_irqsave(&(sl)->lock, flags);     \
		raw_write_seqcount_begin(&(sl)->seqcount); \
	} while (0)
#define write_sequnlock_irqrestore(sl, flags)               \
	do {                                                \
		raw_write_seqcount_end(&(sl)->seqcount);    \
		spin_unlock_irqrestore(&(sl)->lock, flags); \
	} while (0)

/* An even number at first, an odd one to read under the lock. */
static inline void read_seqbegin_or_lock(seqlock_t *lock, int *seq)
{
	if (*seq & 1)
		read_seqlock_excl(lock);
	else
		*seq = (int)read_seqbegin(lock);
}

static inline int need_seqretry(seqlock_t *lock, int seq)
{
	return !(seq & 1) && read_seqretry(lock, (unsigned int)seq);
}

static inline void done_seqretry(seqlock_t *lock, int seq)
{
	if (seq & 1)
		read_sequnlock_excl(lock);
}

#endif
