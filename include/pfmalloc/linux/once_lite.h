/* SPDX-License-Identifier: MIT */
/*
 * once_lite.h - what is done at the first call of a place alone
 */
#ifndef PFMALLOC_LINUX_ONCE_LITE_H
#define PFMALLOC_LINUX_ONCE_LITE_H

#include <linux/types.h>

/* True once in the life of the process, in one thread, at this place. */
#define pf_first_time()                                             \
	__extension__({                                             \
		static bool pf_has_been;                            \
		!__atomic_load_n(&pf_has_been, __ATOMIC_RELAXED) && \
			!__atomic_exchange_n(&pf_has_been, true,    \
					     __ATOMIC_RELAXED);     \
	})

/* Their value is that of the condition. */
#define DO_ONCE_LITE_IF(condition, func, ...)      \
	__extension__({                            \
		bool pf_is_true = !!(condition);   \
		if (pf_is_true && pf_first_time()) \
			func(__VA_ARGS__);         \
		pf_is_true;                        \
	})
#define DO_ONCE_LITE(func, ...) DO_ONCE_LITE_IF(true, func, ##__VA_ARGS__)

#endif
