/* SPDX-License-Identifier: MIT */
/*
 * once.c - DO_ONCE(): one lock for all places, held while a function runs
 */
#include <linux/once.h>
#include <linux/sched.h>

#include "kenv/kenv.h"

static u32 lock;

bool pf_once_begin(bool *is_done)
{
	if (smp_load_acquire(is_done))
		return false;
	kenv_lock(&lock, "the lock of DO_ONCE()");
	if (!*is_done)
		return true;
	kenv_unlock(&lock, "the lock of DO_ONCE()");
	return false;
}

void pf_once_end(bool *is_done)
{
	smp_store_release(is_done, true);
	kenv_unlock(&lock, "the lock of DO_ONCE()");
}

/* What another thread had begun is not done: the next one does it. */
void once_fork_child(void)
{
	if (!kenv_is_mine(&lock))
		lock = 0;
}
