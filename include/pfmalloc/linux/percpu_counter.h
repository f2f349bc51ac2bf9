/* SPDX-License-Identifier: MIT */
/*
 * percpu_counter.h - a counter that many threads add to
 *
 * One atomic number: reading it is exact, so nothing has to be summed up.
 */
#ifndef PFMALLOC_LINUX_PERCPU_COUNTER_H
#define PFMALLOC_LINUX_PERCPU_COUNTER_H

#include <linux/atomic.h>
#include <linux/types.h>

struct percpu_counter {
	atomic64_t count;
};

#define percpu_counter_batch 32

/* 0, always: there is nothing to allocate. */
#define percpu_counter_init(fbc, value, gfp) \
	((void)(gfp), atomic64_set(&(fbc)->count, value), 0)

static inline void percpu_counter_destroy(struct percpu_counter *fbc)
{
	(void)fbc;
}

static inline void percpu_counter_set(struct percpu_counter *fbc, s64 amount)
{
	atomic64_set(&fbc->count, amount);
}

static inline void percpu_counter_add(struct percpu_counter *fbc, s64 amount)
{
	atomic64_add(amount, &fbc->count);
}

static inline void percpu_counter_add_batch(struct percpu_counter *fbc,
					    s64 amount, s32 batch)
{
	(void)batch;
	percpu_counter_add(fbc, amount);
}

static inline void percpu_counter_add_local(struct percpu_counter *fbc,
					    s64 amount)
{
	percpu_counter_add(fbc, amount);
}

static inline void percpu_counter_sub(struct percpu_counter *fbc, s64 amount)
{
	atomic64_sub(amount, &fbc->count);
}

static inline void percpu_counter_inc(struct percpu_counter *fbc)
{
	percpu_counter_add(fbc, 1);
}

static inline void percpu_counter_dec(struct percpu_counter *fbc)
{
	percpu_counter_sub(fbc, 1);
}

static inline s64 percpu_counter_read(struct percpu_counter *fbc)
{
	return atomic64_read(&fbc->count);
}

static inline s64 percpu_counter_sum(struct percpu_counter *fbc)
{
	return percpu_counter_read(fbc);
}

static inline s64 percpu_counter_read_positive(struct percpu_counter *fbc)
{
	s64 count = percpu_counter_read(fbc);

	return count > 0 ? count : 0;
}

static inline s64 percpu_counter_sum_positive(struct percpu_counter *fbc)
{
	return percpu_counter_read_positive(fbc);
}

static inline int percpu_counter_compare(struct percpu_counter *fbc, s64 rhs)
{
	s64 count = percpu_counter_read(fbc);

	return (count > rhs) - (count < rhs);
}

static inline bool percpu_counter_initialized(struct percpu_counter *fbc)
{
	(void)fbc;
	return true;
}

#endif
