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
#else
static inline bool os_call_shall_fail(void)
{
	return false;
}
#endif

#endif
