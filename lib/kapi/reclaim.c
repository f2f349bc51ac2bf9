/* SPDX-License-Identifier: MIT */
/*
 * reclaim.c - asking the shrinkers for memory
 *
 * The pressure rises as in the kernel: at first each shrinker is asked for a
 * 4096th of what it has, then for twice as much, until enough came free or it
 * was asked for all.  A shrinker that allocates does not start another round:
 * its thread has PF_MEMALLOC, and gets memory from below the watermarks.
 */
#include <linux/kernel.h>
#include <linux/gfp_types.h>
#include <linux/sched.h>

#include "kapi/kapi.h"
#include "kapi/pages.h"
#include "kenv/kenv.h"

#define LOWEST_PRIORITY 12

unsigned long (*kapi_shrink)(unsigned int gfp, int priority);

bool kapi_is_reclaiming(void)
{
	const struct task_struct *task = kenv_task();

	return task && task->flags & PF_MEMALLOC;
}

/* What memalloc_nofs_save() and the like forbid the thread's requests. */
static unsigned int allowed(unsigned int gfp)
{
	if (current->flags & PF_MEMALLOC_NOIO)
		return gfp & ~(__GFP_IO | __GFP_FS);
	return current->flags & PF_MEMALLOC_NOFS ? gfp & ~__GFP_FS : gfp;
}

static size_t nr_free(void)
{
	size_t nr = 0;
	unsigned int zone;

	for (zone = 0; zone < KAPI_NR_ZONES; zone++)
		nr += kapi_zone_nr_free(zone);
	return nr;
}

unsigned long kapi_reclaim(unsigned int gfp, unsigned long nr_pages)
{
	unsigned long (*shrink)(unsigned int gfp, int priority) =
		__atomic_load_n(&kapi_shrink, __ATOMIC_ACQUIRE);
	size_t before = nr_free();
	size_t now = before;
	int priority;

	if (!shrink || !(gfp & __GFP_DIRECT_RECLAIM) || kapi_is_reclaiming())
		return 0;
	current->flags |= PF_MEMALLOC;
	for (priority = LOWEST_PRIORITY; priority >= 0; priority--) {
		shrink(allowed(gfp), priority);
		now = nr_free();
		if (now >= before + nr_pages)
			break;
	}
	current->flags &= ~(unsigned int)PF_MEMALLOC;
	return now > before ? now - before : 0;
}
