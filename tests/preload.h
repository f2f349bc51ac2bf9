/* SPDX-License-Identifier: MIT */
/*
 * preload.h - black-box tests: this program runs on the malloc under test
 *
 * A program that includes this file starts itself again with LD_PRELOAD set
 * to the library that PF_PRELOAD names, before main() and before any other
 * constructor of the program, and makes sure that malloc really comes from
 * there.  Without PF_PRELOAD it runs on the malloc of libc: a test that holds
 * for one and not for the other says so with on_pfmalloc().
 */
#ifndef PRELOAD_H
#define PRELOAD_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Starts @argv again under PF_PRELOAD; returns when that has happened. */
void preload_start_again(char **argv);

/* True when the library under test serves malloc in this process. */
bool on_pfmalloc(void);

#ifndef PRELOAD_WITHOUT_START
__attribute__((constructor(101))) static void preload_constructor(int argc,
								  char **argv)
{
	(void)argc;
	preload_start_again(argv);
}
#endif

/* The compiler no longer knows what the value is. */
static inline size_t opaque(size_t value)
{
	__asm__ volatile("" : "+r"(value));
	return value;
}

/* The compiler must take @p for used, with all that it points at. */
static inline void *used(void *p)
{
	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

#ifdef __cplusplus
}
#endif

#endif
