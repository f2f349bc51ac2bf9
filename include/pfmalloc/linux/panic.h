/* SPDX-License-Identifier: MIT */
/*
 * panic.h - the end, with a sentence
 */
#ifndef PFMALLOC_LINUX_PANIC_H
#define PFMALLOC_LINUX_PANIC_H

#include <linux/compiler.h>
#include <linux/types.h>

/* Prints the message and the call stack, and ends the process by SIGABRT. */
pf_api __printf(1, 2) __noreturn void pf_panic(const char *fmt, ...);
#define panic(fmt, ...) pf_panic(fmt, ##__VA_ARGS__)

/* The call stack on stderr, if PFMALLOC_CONF allows and libunwind is there. */
pf_api void pf_dump_stack(void);

static inline void dump_stack(void)
{
	pf_dump_stack();
}

#define TAINT_WARN	 9
#define LOCKDEP_STILL_OK 1

static inline void add_taint(unsigned int flag, int lockdep_ok)
{
	(void)flag;
	(void)lockdep_ok;
}

#endif
