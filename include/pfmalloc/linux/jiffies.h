/* SPDX-License-Identifier: MIT */
/*
 * jiffies.h - time in milliseconds: HZ is 1000
 *
 * The first look at jiffies gives 2^32 - 300 * HZ, as when a kernel starts: in
 * five minutes their lower 32 bits wrap, so that code which compares them
 * without time_after() is found out.
 */
#ifndef PFMALLOC_LINUX_JIFFIES_H
#define PFMALLOC_LINUX_JIFFIES_H

#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/time64.h>
#include <linux/typecheck.h>
#include <linux/types.h>

#undef HZ /* the system's is that of <asm/param.h>, 100 */
#define HZ		 1000
#define USER_HZ		 100
#define TICK_NSEC	 (NSEC_PER_SEC / HZ)
#define CLOCK_TICK_RATE	 1193182
#define INITIAL_JIFFIES	 ((unsigned long)(unsigned int)(-300 * HZ))
#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)

pf_api u64 pf_jiffies_64(void);

#define jiffies	   ((unsigned long)pf_jiffies_64())
#define jiffies_64 pf_jiffies_64()

static inline u64 get_jiffies_64(void)
{
	return pf_jiffies_64();
}

#define time_after(a, b)                                               \
	(typecheck(unsigned long, a) && typecheck(unsigned long, b) && \
	 ((long)((b) - (a)) < 0))
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b)                                            \
	(typecheck(unsigned long, a) && typecheck(unsigned long, b) && \
	 ((long)((a) - (b)) >= 0))
#define time_before_eq(a, b)	     time_after_eq(b, a)
#define time_in_range(a, b, c)	     (time_after_eq(a, b) && time_before_eq(a, c))
#define time_in_range_open(a, b, c)  (time_after_eq(a, b) && time_before(a, c))
#define time_after64(a, b)	     ((s64)((b) - (a)) < 0)
#define time_before64(a, b)	     time_after64(b, a)
#define time_after_eq64(a, b)	     ((s64)((a) - (b)) >= 0)
#define time_before_eq64(a, b)	     time_after_eq64(b, a)
#define time_is_before_jiffies(a)    time_after(jiffies, a)
#define time_is_after_jiffies(a)     time_before(jiffies, a)
#define time_is_before_eq_jiffies(a) time_after_eq(jiffies, a)
#define time_is_after_eq_jiffies(a)  time_before_eq(jiffies, a)

static inline unsigned int jiffies_to_msecs(const unsigned long j)
{
	return (unsigned int)j;
}

static inline unsigned int jiffies_to_usecs(const unsigned long j)
{
	return (unsigned int)(j * 1000);
}

static inline u64 jiffies_to_nsecs(const unsigned long j)
{
	return (u64)j * NSEC_PER_MSEC;
}

static inline u64 jiffies64_to_nsecs(u64 j)
{
	return j * NSEC_PER_MSEC;
}

static inline u64 jiffies64_to_msecs(u64 j)
{
	return j;
}

/* What is negative as an int is for ever. */
static inline unsigned long msecs_to_jiffies(const unsigned int m)
{
	return (int)m < 0 ? MAX_JIFFY_OFFSET : m;
}

#define secs_to_jiffies(secs) ((unsigned long)(secs)*HZ)

static inline unsigned long usecs_to_jiffies(const unsigned int u)
{
	return u / 1000 + (u % 1000 != 0); /* rounded up */
}

static inline u64 nsecs_to_jiffies64(u64 n)
{
	return n / NSEC_PER_MSEC;
}

static inline unsigned long nsecs_to_jiffies(u64 n)
{
	return (unsigned long)nsecs_to_jiffies64(n);
}

static inline unsigned long timespec64_to_jiffies(const struct timespec64 *ts)
{
	return (unsigned long)(ts->tv_sec * HZ +
			       (ts->tv_nsec + TICK_NSEC - 1) / TICK_NSEC);
}

static inline void jiffies_to_timespec64(const unsigned long j,
					 struct timespec64 *ts)
{
	ts->tv_sec = (time64_t)(j / HZ);
	ts->tv_nsec = (long)(j % HZ) * TICK_NSEC;
}

/* To whole seconds, so that timers of several things end together. */
static inline unsigned long round_jiffies_up(unsigned long j)
{
	return (j + HZ - 1) / HZ * HZ;
}

static inline unsigned long round_jiffies_up_relative(unsigned long j)
{
	unsigned long now = jiffies;

	return round_jiffies_up(now + j) - now;
}

static inline unsigned int jiffies_delta_to_msecs(long delta)
{
	return jiffies_to_msecs(delta > 0 ? (unsigned long)delta : 0);
}

static inline unsigned long round_jiffies(unsigned long j)
{
	unsigned long rounded = (j + HZ / 2) / HZ * HZ;

	return time_is_after_jiffies(rounded) ? rounded : j;
}

static inline unsigned long round_jiffies_relative(unsigned long j)
{
	unsigned long now = jiffies;

	return round_jiffies(now + j) - now;
}

#endif
