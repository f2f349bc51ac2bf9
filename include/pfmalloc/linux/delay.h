/* SPDX-License-Identifier: MIT */
/*
 * delay.h - wait for a time: by sleeping, or by looking at the clock
 */
#ifndef PFMALLOC_LINUX_DELAY_H
#define PFMALLOC_LINUX_DELAY_H

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include <asm/processor.h>

/* At least @ns nanoseconds of sleep. */
pf_api void pf_sleep_ns(u64 ns);

static inline void ndelay(unsigned long ns)
{
	s64 end = pf_clock_ns(CLOCK_MONOTONIC) + (s64)ns;

	while (pf_clock_ns(CLOCK_MONOTONIC) < end)
		cpu_relax();
}

static inline void udelay(unsigned long us)
{
	ndelay(us * 1000);
}

static inline void mdelay(unsigned long ms)
{
	while (ms--)
		udelay(1000);
}

static inline void msleep(unsigned int msecs)
{
	pf_sleep_ns((u64)msecs * NSEC_PER_MSEC);
}

/* The milliseconds that were left when a signal ended it. */
static inline unsigned long msleep_interruptible(unsigned int msecs)
{
	long left = (long)msecs_to_jiffies(msecs) + 1;

	while (left && !signal_pending(current))
		left = schedule_timeout_interruptible(left);
	return jiffies_to_msecs((unsigned long)left);
}

static inline void ssleep(unsigned int seconds)
{
	msleep(seconds * 1000);
}

static inline void usleep_range(unsigned long min, unsigned long max)
{
	(void)max;
	pf_sleep_ns((u64)min * NSEC_PER_USEC);
}

#define usleep_idle_range(min, max) usleep_range(min, max)

static inline void fsleep(unsigned long usecs)
{
	pf_sleep_ns((u64)usecs * NSEC_PER_USEC);
}

#endif
