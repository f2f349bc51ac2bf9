/* SPDX-License-Identifier: MIT */
/*
 * sheaf.c - the pool of sheaves that nobody uses
 *
 * Sheaves live in the sheaf area, in front of the byte map and far from what
 * users write to.  They are handed out from the start of the area upward and
 * come back to a list; the area never shrinks, for it is small: a thread that
 * uses all 40 classes has 20 KiB of them.
 */
#include "slab/sheaf.h"

#include "os/lock.h"
#include "page/span.h"

#define GROW_BYTES MIB(1)

__thread struct thread_heap thread_heap
	__attribute__((tls_model("initial-exec")));

static struct pf_own_line {
	struct lock lock;
	u32 free;     /* list of sheaves by their end number */
	u32 nr_used;  /* sheaves handed out so far, from the start */
	size_t bytes; /* mapped */
} pool = {
	.lock = LOCK_INIT(LOCK_RANK_SHEAVES),
	.bytes = SHEAF_AREA_FIRST_BYTES,
};

/* Number of the first of @nr sheaves side by side, from 0; or NR_SHEAVES. */
static u32 take_locked(u32 nr)
{
	u32 first = pool.nr_used;
	/* The first SHEAF_BYTES of the area are not handed out. */
	size_t end = (size_t)(first + nr + 1) * SHEAF_BYTES;

	if (first + nr > NR_SHEAVES)
		return NR_SHEAVES;
	if (end > pool.bytes) {
		size_t more =
			min_size(GROW_BYTES, SHEAF_AREA_BYTES - pool.bytes);

		if (span_map(direct_map.base + pool.bytes, more))
			return NR_SHEAVES;
		pool.bytes += more;
	}
	pool.nr_used += nr;
	return first;
}

u32 sheaf_alloc(void)
{
	u32 top, first;

	lock_acquire(&pool.lock);
	top = pool.free;
	if (top) {
		pool.free = *sheaf_link(top);
	} else {
		first = take_locked(1);
		if (first < NR_SHEAVES)
			top = (first + 1) * SHEAF_SLOTS;
	}
	lock_release(&pool.lock);
	return top;
}

void sheaf_free(u32 top)
{
	top = sheaf_end(top);
	lock_acquire(&pool.lock);
	*sheaf_link(top) = pool.free;
	pool.free = top;
	lock_release(&pool.lock);
}

void sheaf_pool_reset(void)
{
	lock_reset_orphan(&pool.lock);
}

void *sheaf_area_alloc(size_t bytes, bool (*acquire)(struct lock *lock))
{
	u32 nr = (u32)((bytes + SHEAF_BYTES - 1) / SHEAF_BYTES);
	u32 first;

	if (!acquire(&pool.lock))
		return NULL;
	first = take_locked(nr);
	lock_release(&pool.lock);
	if (first == NR_SHEAVES)
		return NULL;
	return &sheaf_slots()[(size_t)first * SHEAF_SLOTS];
}
