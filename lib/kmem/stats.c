/* SPDX-License-Identifier: MIT */
/*
 * stats.c - where the memory is, counted when somebody asks
 *
 * The hot paths count nothing.  What is live is what slabs have handed out less
 * what lies in sheaves; both are counted with the gate closed, while the hot
 * paths go on: an object that moves between a sheaf and the program meanwhile
 * may be counted on either side.
 */
#include "buddy/pcp.h"
#include "kmem/emergency.h"
#include "kmem/kmem.h"
#include "slab/gate.h"
#include "slab/node.h"
#include "slab/slab.h"
#include "vmalloc/vmalloc.h"

static size_t count_sheaf(u32 top)
{
	void **slots = sheaf_slots();
	size_t n = 0;

	if (!top || top == (u32)-1)
		return 0;
	for (; top > sheaf_first_slot(top) + 1 && READ_ONCE(slots[top - 1]);
	     top--)
		n++;
	return n;
}

static size_t count_barn(const struct kmem_cache *s)
{
	unsigned int i;
	size_t n = 0;

	for (i = 0; i < s->nr_full; i++)
		n += count_sheaf(s->full[i]);
	return n;
}

/* @all: not beside a fork, where other threads may end meanwhile. */
static size_t count_cached(unsigned int class, bool all)
{
	struct tcache *tc;
	size_t n = 0;
	u32 node;

	for (node = 0; node < nr_nodes; node++)
		n += count_barn(cache_of(node, class));
	for_each_tcache(tc)
	{
		struct thread_heap *owner = load_acquire(&tc->owner);

		if (owner && owner != &thread_heap && !all)
			continue;
		n += count_sheaf(owner ? READ_ONCE(owner->top[class])
				       : tc->saved_top[class]);
	}
	return n;
}

static void count_class(unsigned int class, bool all, struct kmem_stats *stats)
{
	size_t size = class_size(class), cached = count_cached(class, all);
	size_t live, out = 0;
	u32 node;

	for (node = 0; node < nr_nodes; node++) {
		const struct kmem_cache *s = cache_of(node, class);

		out += s->nr_slabs * s->nr_objects - s->nr_free;
		stats->slab_bytes += s->nr_slabs << (s->order + PAGE_SHIFT);
		*(s->is_run_warm ? &stats->free_warm_bytes
				 : &stats->free_cold_bytes) += (size_t)s->nr_run
							       << PAGE_SHIFT;
	}
	live = out > cached ? out - cached : 0;
	stats->nr_slab_objects += live;
	stats->slab_bytes_live += live * size;
	stats->nr_cached += cached;
	stats->cached_bytes += cached * size;
}

/* Page blocks are what is present and nothing else. */
static void count_frames(struct kmem_stats *stats)
{
	const struct zone *zone = &zone_normal;
	size_t pcp = 0;
	struct tcache *tc;

	for_each_tcache(tc) pcp += pcp_nr_pages(&tc->pcp);
	stats->free_warm_bytes += (zone->nr_free[WARM] + pcp) << PAGE_SHIFT;
	stats->free_cold_bytes += zone->nr_free[COLD] << PAGE_SHIFT;
	stats->present_bytes = zone->nr_present << PAGE_SHIFT;
	stats->returned_bytes = zone->nr_returned << PAGE_SHIFT;
	stats->metadata_bytes =
		zone->nr_present * (sizeof(struct page) + sizeof(u8));
	stats->block_bytes = stats->present_bytes - stats->free_warm_bytes -
			     stats->free_cold_bytes - stats->slab_bytes -
			     (zone->nr_lent << PAGE_SHIFT);
}

void kmem_get_stats(struct kmem_stats *stats)
{
	struct vmalloc_stats vstats;
	os_signals saved;
	unsigned int class;
	bool all;

	*stats = (struct kmem_stats){0};
	kmem_init();
	/* Nor in a handler that has interrupted a slow path. */
	if (!kmem_is_ready() || gate_is_torn() || gate_is_inside())
		return;
	/* Beside a fork, as a second one: nothing is changed there. */
	all = gate_close(GATE_QUIET, &saved);
	if (all)
		threads_find_gone();
	else
		gate_close(GATE_FORK, &saved);
	for (class = 1; class < NR_CLASSES; class ++)
		count_class(class, all, stats);
	count_frames(stats);
	vmalloc_get_stats(&vstats);
	stats->lazy_bytes = vstats.lazy_bytes;
	gate_open(&saved);
	emergency_get_stats(&stats->nr_areas, &stats->area_bytes);
	stats->nr_areas += vstats.nr_areas;
	stats->area_bytes += vstats.bytes;
}
