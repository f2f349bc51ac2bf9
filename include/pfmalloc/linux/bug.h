/* SPDX-License-Identifier: MIT */
/*
 * bug.h - what must not be: report it and go on, or report it and stop
 *
 * WARN_ON() is an expression with the truth of its condition; each time that
 * this is true it prints one report, with the call stack.  BUG() prints one and
 * ends the process by SIGABRT.
 */
#ifndef PFMALLOC_LINUX_BUG_H
#define PFMALLOC_LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/once_lite.h>
#include <linux/panic.h>
#include <linux/printk.h>

pf_api __noreturn void pf_bug(const char *file, int line, const char *function);
pf_api void pf_warn(const char *file, int line, const char *function);
pf_api __printf(4, 5) void pf_warn_fmt(const char *file, int line,
				       const char *function, const char *fmt,
				       ...);

#define BUG() pf_bug(__FILE__, __LINE__, __func__)

#undef BUG_ON
#define BUG_ON(condition)                \
	do {                             \
		if (unlikely(condition)) \
			BUG();           \
	} while (0)

#define __WARN() pf_warn(__FILE__, __LINE__, __func__)
#define __WARN_printf(taint, ...) \
	pf_warn_fmt(__FILE__, __LINE__, __func__, __VA_ARGS__)

#define WARN_ON(condition)                     \
	__extension__({                        \
		int pf_is_bad = !!(condition); \
		if (unlikely(pf_is_bad))       \
			__WARN();              \
		unlikely(pf_is_bad);           \
	})

#define WARN(condition, format...)                         \
	__extension__({                                    \
		int pf_is_bad = !!(condition);             \
		if (unlikely(pf_is_bad))                   \
			__WARN_printf(TAINT_WARN, format); \
		unlikely(pf_is_bad);                       \
	})

#define WARN_TAINT(condition, taint, format...) WARN(condition, format)

#define WARN_ON_ONCE(condition)                                 \
	__extension__({                                         \
		int pf_is_bad_now = !!(condition);              \
		if (unlikely(pf_is_bad_now) && pf_first_time()) \
			__WARN();                               \
		unlikely(pf_is_bad_now);                        \
	})

#define WARN_ONCE(condition, format...)                         \
	__extension__({                                         \
		int pf_is_bad_now = !!(condition);              \
		if (unlikely(pf_is_bad_now) && pf_first_time()) \
			__WARN_printf(TAINT_WARN, format);      \
		unlikely(pf_is_bad_now);                        \
	})
#define WARN_TAINT_ONCE(condition, taint, format...) \
	WARN_ONCE(condition, format)

#define WARN_ON_SMP(x) WARN_ON(x)

#define CHECK_DATA_CORRUPTION(condition, ...) WARN(condition, __VA_ARGS__)

#endif
