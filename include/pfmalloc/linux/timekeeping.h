/* SPDX-License-Identifier: MIT */
/*
 * timekeeping.h - what time it is
 *
 * Safe in any context, signal handlers included.
 */
#ifndef PFMALLOC_LINUX_TIMEKEEPING_H
#define PFMALLOC_LINUX_TIMEKEEPING_H

#include <linux/ktime.h>

#include <time.h>

static inline s64 pf_clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (s64)now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

#define PF_DEFINE_CLOCK(suffix, clock)                                     \
	static inline ktime_t ktime_get##suffix(void)                      \
	{                                                                  \
		return pf_clock_ns(clock);                                 \
	}                                                                  \
	static inline u64 ktime_get##suffix##_ns(void)                     \
	{                                                                  \
		return (u64)pf_clock_ns(clock);                            \
	}                                                                  \
	static inline time64_t ktime_get##suffix##_seconds(void)           \
	{                                                                  \
		return pf_clock_ns(clock) / NSEC_PER_SEC;                  \
	}                                                                  \
	static inline void ktime_get##suffix##_ts64(struct timespec64 *ts) \
	{                                                                  \
		*ts = ns_to_timespec64(pf_clock_ns(clock));                \
	}
PF_DEFINE_CLOCK(, CLOCK_MONOTONIC)
PF_DEFINE_CLOCK(_real, CLOCK_REALTIME)
PF_DEFINE_CLOCK(_boottime, CLOCK_BOOTTIME)
PF_DEFINE_CLOCK(_raw, CLOCK_MONOTONIC_RAW)
PF_DEFINE_CLOCK(_clocktai, CLOCK_TAI)

#define ktime_get_coarse()	 ktime_get()
#define ktime_get_coarse_ns()	 ktime_get_ns()
#define ktime_get_coarse_real()	 ktime_get_real()
#define ktime_get_mono_fast_ns() ktime_get_ns()
#define ktime_get_real_fast_ns() ktime_get_real_ns()
#define local_clock()		 ktime_get_ns()
#define sched_clock()		 ktime_get_ns()

#endif
