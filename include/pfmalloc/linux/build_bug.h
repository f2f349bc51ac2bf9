/* SPDX-License-Identifier: MIT */
/*
 * build_bug.h - facts that the compiler must be able to see
 */
#ifndef PFMALLOC_LINUX_BUILD_BUG_H
#define PFMALLOC_LINUX_BUILD_BUG_H

#include <linux/compiler.h>

/* 0, or no program if @broken is not 0. */
#define BUILD_BUG_ON_ZERO(broken, ...) PF_ZERO_OR_BREAK(broken)
#define BUILD_BUG_ON_INVALID(e)	       ((void)sizeof((long)(e)))
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) \
	BUILD_BUG_ON((n) == 0 || (((n) & ((n)-1)) != 0))
#define __BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON(((n) & ((n)-1)) != 0)

/*
 * The condition need not be a constant of the language: one that the optimizer
 * knows will do.  Without the optimizer only the former are checked.
 */
#ifdef __OPTIMIZE__
#define pf_build_assert(broken, text, name)                          \
	do {                                                         \
		__attribute__((__noreturn__)) extern void name(void) \
			__attribute__((__error__(text)));            \
		if (broken)                                          \
			name();                                      \
	} while (0)
#else
#define pf_build_assert(broken, text, name) ((void)sizeof(!(broken)))
#endif

#define BUILD_BUG_ON_MSG(broken, text) \
	pf_build_assert(broken, text, __UNIQUE_ID(build_bug))
#define BUILD_BUG_ON(broken) \
	BUILD_BUG_ON_MSG(broken, "BUILD_BUG_ON failed: " #broken)
#define BUILD_BUG()		       BUILD_BUG_ON_MSG(1, "BUILD_BUG failed")
#define compiletime_assert(cond, text) BUILD_BUG_ON_MSG(!(cond), text)
#define compiletime_assert_atomic_type(t)    \
	compiletime_assert(__native_word(t), \
			   "a type that has no one-word access")

#endif
