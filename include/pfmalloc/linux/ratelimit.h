/* SPDX-License-Identifier: MIT */
/*
 * ratelimit.h - no more than so many messages in so much time
 */
#ifndef PFMALLOC_LINUX_RATELIMIT_H
#define PFMALLOC_LINUX_RATELIMIT_H

#include <linux/bug.h>
#include <linux/ratelimit_types.h>
#include <linux/string.h>

static inline void ratelimit_state_init(struct ratelimit_state *rs,
					int interval, int burst)
{
	memset(rs, 0, sizeof(*rs));
	rs->interval = interval;
	rs->burst = burst;
}

static inline void ratelimit_default_init(struct ratelimit_state *rs)
{
	ratelimit_state_init(rs, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
}

static inline void ratelimit_set_flags(struct ratelimit_state *rs,
				       unsigned long flags)
{
	rs->flags = (unsigned int)flags;
}

/* Says how many did not pass, where nobody said so before. */
static inline void ratelimit_state_exit(struct ratelimit_state *rs)
{
	if (!(rs->flags & RATELIMIT_MSG_ON_RELEASE) || !rs->missed)
		return;
	pr_warn("%d output lines suppressed due to ratelimiting\n", rs->missed);
	rs->missed = 0;
}

#define WARN_ON_RATELIMIT(condition, state) \
	WARN_ON((condition) && __ratelimit(state))
#define WARN_RATELIMIT(condition, format, ...)                            \
	__extension__({                                                   \
		static DEFINE_RATELIMIT_STATE(pf_rs,                      \
					      DEFAULT_RATELIMIT_INTERVAL, \
					      DEFAULT_RATELIMIT_BURST);   \
		int pf_is_true = !!(condition);                           \
		if (unlikely(pf_is_true) && __ratelimit(&pf_rs))          \
			WARN(1, format, ##__VA_ARGS__);                   \
		pf_is_true;                                               \
	})

#endif
