/* SPDX-License-Identifier: MIT */
/*
 * ktime.h - time as one number of nanoseconds
 */
#ifndef PFMALLOC_LINUX_KTIME_H
#define PFMALLOC_LINUX_KTIME_H

#include <linux/jiffies.h>
#include <linux/time64.h>
#include <linux/types.h>

#define KTIME_MAX     ((s64) ~((u64)1 << 63))
#define KTIME_MIN     (-KTIME_MAX - 1)
#define KTIME_SEC_MAX (KTIME_MAX / NSEC_PER_SEC)

#define ktime_sub(lhs, rhs)  ((lhs) - (rhs))
#define ktime_add(lhs, rhs)  ((lhs) + (rhs))
#define ktime_add_ns(kt, ns) ((kt) + (s64)(ns))
#define ktime_sub_ns(kt, ns) ((kt) - (s64)(ns))
#define ns_to_ktime(ns)	     ((ktime_t)(ns))

static inline s64 ktime_to_ns(const ktime_t kt)
{
	return kt;
}

static inline ktime_t ktime_set(const s64 secs, const unsigned long nsecs)
{
	return secs >= KTIME_SEC_MAX ? KTIME_MAX
				     : secs * NSEC_PER_SEC + (s64)nsecs;
}

static inline ktime_t ms_to_ktime(u64 ms)
{
	return (ktime_t)(ms * NSEC_PER_MSEC);
}

static inline ktime_t us_to_ktime(u64 us)
{
	return (ktime_t)(us * NSEC_PER_USEC);
}

static inline s64 ktime_to_us(const ktime_t kt)
{
	return kt / NSEC_PER_USEC;
}

static inline s64 ktime_to_ms(const ktime_t kt)
{
	return kt / NSEC_PER_MSEC;
}

static inline s64 ktime_divns(const ktime_t kt, s64 div)
{
	return kt / div;
}

static inline int ktime_compare(const ktime_t a, const ktime_t b)
{
	return (a > b) - (a < b);
}

static inline bool ktime_after(const ktime_t a, const ktime_t b)
{
	return a > b;
}

static inline bool ktime_before(const ktime_t a, const ktime_t b)
{
	return a < b;
}

static inline s64 ktime_us_delta(const ktime_t later, const ktime_t earlier)
{
	return ktime_to_us(later - earlier);
}

static inline s64 ktime_ms_delta(const ktime_t later, const ktime_t earlier)
{
	return ktime_to_ms(later - earlier);
}

static inline ktime_t ktime_add_us(const ktime_t kt, const u64 us)
{
	return kt + (s64)us * NSEC_PER_USEC;
}

static inline ktime_t ktime_add_ms(const ktime_t kt, const u64 ms)
{
	return kt + (s64)ms * NSEC_PER_MSEC;
}

static inline ktime_t timespec64_to_ktime(struct timespec64 ts)
{
	return ktime_set(ts.tv_sec, (unsigned long)ts.tv_nsec);
}

#define ktime_to_timespec64(kt) ns_to_timespec64(kt)

#include <linux/timekeeping.h>

#endif
