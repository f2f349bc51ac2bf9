/* SPDX-License-Identifier: MIT */
/*
 * report.h - saying what is wrong, and stopping before it spreads
 *
 * Three strengths of check.  BUG_ON() is always there, for what would corrupt
 * the user's data next.  VM_BUG_ON() is there in check builds and costs O(1).
 * The *_check() functions walk everything and are called by tests.
 */
#ifndef PF_OS_REPORT_H
#define PF_OS_REPORT_H

#include "base/compiler.h"
#include "base/types.h"
#include "os/thread.h"

/* One line on stderr, "pfmalloc: " before it; errno is kept. */
void report_line(const char *format, ...) pf_printf(1, 2);

/*
 * The call stack on stderr if it is wanted and libunwind is there, then
 * SIGABRT.  The caller holds no lock: other threads must be able to leave the
 * loader, which opening libunwind goes through.
 */
_Noreturn void report_abort(void);

extern int dying_thread pf_hidden; /* in report_abort(); else 0 */

/* True in the thread that is in report_abort(); malloc serves it last words. */
static inline bool report_is_dying(void)
{
	int dying = READ_ONCE(dying_thread);

	return unlikely(dying) && dying == os_thread_id();
}

_Noreturn void bug_at(const char *text, const char *file, unsigned int line);

/* Prints the caller's stack by libunwind; nothing where that is missing. */
void backtrace_print(void);

#define BUG_ON(cond)                                       \
	do {                                               \
		if (unlikely(cond))                        \
			bug_at(#cond, __FILE__, __LINE__); \
	} while (0)

#ifdef PF_CHECKS
#define VM_BUG_ON(cond) BUG_ON(cond)
#else
#define VM_BUG_ON(cond)               \
	do {                          \
		if (0)                \
			(void)(cond); \
	} while (0)
#endif

#endif
