/* SPDX-License-Identifier: MIT */
/*
 * bottom_half.h - keep softirqs off
 *
 * Timers run on a thread of their own, as on another CPU: a lock that both
 * sides take is what keeps them apart.
 */
#ifndef PFMALLOC_LINUX_BOTTOM_HALF_H
#define PFMALLOC_LINUX_BOTTOM_HALF_H

#include <linux/preempt.h>

static inline void local_bh_disable(void)
{
	pf_softirq_add(2);
}

static inline void local_bh_enable(void)
{
	pf_softirq_add(-2);
}

#endif
