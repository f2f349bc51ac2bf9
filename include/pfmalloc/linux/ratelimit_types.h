/* SPDX-License-Identifier: MIT */
/*
 * ratelimit_types.h - what a limit on messages remembers
 */
#ifndef PFMALLOC_LINUX_RATELIMIT_TYPES_H
#define PFMALLOC_LINUX_RATELIMIT_TYPES_H

#include <linux/types.h>

#define DEFAULT_RATELIMIT_INTERVAL (5 * 1000) /* jiffies */
#define DEFAULT_RATELIMIT_BURST	   10
#define RATELIMIT_MSG_ON_RELEASE   1

/* @burst messages pass in @interval jiffies, which start with the first one. */
struct ratelimit_state {
	int interval;
	int burst;
	int printed;
	int missed;
	unsigned int flags;
	unsigned long begin; /* jiffies; 0: nothing has passed yet */
};

#define RATELIMIT_STATE_INIT(name, interval_init, burst_init)       \
	{                                                           \
		.interval = (interval_init), .burst = (burst_init), \
	}

#define DEFINE_RATELIMIT_STATE(name, interval_init, burst_init) \
	struct ratelimit_state name =                           \
		RATELIMIT_STATE_INIT(name, interval_init, burst_init)

/* Whether this message may pass; says how many did not when a new time begins. */
pf_api int pf_ratelimit(struct ratelimit_state *rs, const char *function);
#define ___ratelimit(state, func) pf_ratelimit(state, func)
#define __ratelimit(state)	  pf_ratelimit(state, __func__)

#endif
