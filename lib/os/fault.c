/* SPDX-License-Identifier: MIT */
/*
 * fault.c - making the n-th call of the OS fail, in check builds only
 */
#include "os/fault.h"

#ifdef PF_CHECKS

static long nr_calls;
static long first_failing = -1;
static long nr_failing;

void os_fail_calls(long n, long count)
{
	__atomic_store_n(&nr_calls, 0, __ATOMIC_SEQ_CST);
	nr_failing = count;
	__atomic_store_n(&first_failing, n, __ATOMIC_SEQ_CST);
}

long os_calls_made(void)
{
	return __atomic_load_n(&nr_calls, __ATOMIC_SEQ_CST);
}

bool os_call_shall_fail(void)
{
	long n = __atomic_fetch_add(&nr_calls, 1, __ATOMIC_SEQ_CST);

	return first_failing >= 0 && n >= first_failing &&
	       n < first_failing + nr_failing;
}

static bool moves_tear;

void os_tear_moves(bool shall_tear)
{
	__atomic_store_n(&moves_tear, shall_tear, __ATOMIC_SEQ_CST);
}

bool os_move_shall_tear(void)
{
	return __atomic_load_n(&moves_tear, __ATOMIC_SEQ_CST);
}

static bool guards_fail;

void os_refuse_guards(bool shall_refuse)
{
	__atomic_store_n(&guards_fail, shall_refuse, __ATOMIC_SEQ_CST);
}

bool os_guard_shall_fail(void)
{
	return __atomic_load_n(&guards_fail, __ATOMIC_SEQ_CST);
}

#else
/* ISO C wants one declaration in a file. */
typedef int fault_is_compiled_out;
#endif
