/* SPDX-License-Identifier: MIT */
/*
 * once.h - initialize something at the first call
 *
 * Another thread that comes meanwhile waits until it is done.
 */
#ifndef PFMALLOC_LINUX_ONCE_H
#define PFMALLOC_LINUX_ONCE_H

#include <linux/random.h>
#include <linux/types.h>

/* The lock of all such places; a place's function must not be one itself. */
pf_api bool pf_once_begin(bool *is_done);
pf_api void pf_once_end(bool *is_done);

/* Whether @func was called now. */
#define DO_ONCE(func, ...)                                   \
	__extension__({                                      \
		static bool pf_is_done;                      \
		bool pf_is_now = pf_once_begin(&pf_is_done); \
		if (pf_is_now) {                             \
			func(__VA_ARGS__);                   \
			pf_once_end(&pf_is_done);            \
		}                                            \
		pf_is_now;                                   \
	})
#define DO_ONCE_SLEEPABLE(func, ...) DO_ONCE(func, ##__VA_ARGS__)

#define get_random_once(buf, nbytes)	DO_ONCE(get_random_bytes, (buf), (nbytes))
#define get_random_sleepable_once(b, n) get_random_once(b, n)

#endif
