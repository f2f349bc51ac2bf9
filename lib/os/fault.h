/* SPDX-License-Identifier: MIT */
/*
 * fault.h - making the n-th call of the OS fail, in check builds only
 */
#ifndef PF_OS_FAULT_H
#define PF_OS_FAULT_H

#include "base/types.h"

#ifdef PF_CHECKS
/*
 * Let @n memory calls pass, fail the following @count with ENOMEM.
 * os_calls_made() counts the memory calls since, so that a test can make each
 * of them fail in turn until one run needs no more of them.
 */
void os_fail_calls(long n, long count);
long os_calls_made(void);
bool os_call_shall_fail(void);

/*
 * While @shall_tear, moves are refused as Linux before 6.17 refuses some: with
 * nothing mapped at the target any more.
 */
void os_tear_moves(bool shall_tear);
bool os_move_shall_tear(void);

/* While @shall_refuse, os_guard() is what it is before Linux 6.13. */
void os_refuse_guards(bool shall_refuse);
bool os_guard_shall_fail(void);
#else
static inline bool os_call_shall_fail(void)
{
	return false;
}
static inline bool os_move_shall_tear(void)
{
	return false;
}
static inline bool os_guard_shall_fail(void)
{
	return false;
}
#endif

#endif
