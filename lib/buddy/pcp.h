/* SPDX-License-Identifier: MIT */
/*
 * pcp.h - free page blocks that a thread keeps close
 */
#ifndef PF_BUDDY_PCP_H
#define PF_BUDDY_PCP_H

#include "buddy/zone.h"

/* Blocks of 1..16 frames, each count with a list of its own. */
#define PCP_MAX_PAGES 16

struct per_cpu_pages {
	struct page *list[PCP_MAX_PAGES]; /* linked by page->link.next */
	u8 nr_blocks[PCP_MAX_PAGES];
	u32 nr_pages; /* frames on all lists */
};

/**
 * pcp_alloc - frames side by side, from the thread's lists or the zone
 *
 * As zone_alloc_pages() with no alignment beyond that of @nr_pages.  The lists
 * belong to the calling thread, or nobody else can look at them now.
 */
struct page *pcp_alloc(struct per_cpu_pages *pcp, struct zone *zone,
		       size_t nr_pages);
void pcp_free(struct per_cpu_pages *pcp, struct zone *zone, struct page *page,
	      size_t nr_pages);

/* All blocks back to the zone. */
void pcp_drain(struct per_cpu_pages *pcp, struct zone *zone);

#endif
