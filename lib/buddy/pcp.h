/* SPDX-License-Identifier: MIT */
/*
 * pcp.h - free page blocks that a thread keeps close
 */
#ifndef PF_BUDDY_PCP_H
#define PF_BUDDY_PCP_H

#include "buddy/zone.h"

/* Blocks of 1..16 frames, each count with a list of its own. */
#define PCP_MAX_PAGES 16
/* Blocks of up to 256 frames, 1 MiB: the last few, whatever their lengths. */
#define PCP_MAX_LONG_PAGES 256
#define PCP_NR_LONG	   8

struct per_cpu_pages {
	struct page *list[PCP_MAX_PAGES]; /* linked by page->link.next */
	u8 nr_blocks[PCP_MAX_PAGES];
	u32 nr_pages; /* frames on all lists */
	u32 nr_long_pages;
	u16 nr_long;
	u16 long_nr[PCP_NR_LONG]; /* frames of each, oldest first */
	struct page *long_block[PCP_NR_LONG];
};

static inline size_t pcp_nr_pages(const struct per_cpu_pages *pcp)
{
	return pcp->nr_pages + pcp->nr_long_pages;
}

/**
 * pcp_alloc - frames side by side, from the thread's lists or the zone
 *
 * As zone_alloc_pages() with no alignment beyond that of @nr_pages.  The lists
 * belong to the calling thread, or nobody else can look at them now.  They go
 * back to the zone before it gives memory that costs page faults.
 */
struct page *pcp_alloc(struct per_cpu_pages *pcp, struct zone *zone,
		       size_t nr_pages);
void pcp_free(struct per_cpu_pages *pcp, struct zone *zone, struct page *page,
	      size_t nr_pages);

/*
 * The same without the zone, its lock, or a system call: NULL when no list has
 * such a block, false when one more would be too many.
 */
struct page *pcp_try_alloc(struct per_cpu_pages *pcp, size_t nr_pages);
bool pcp_try_free(struct per_cpu_pages *pcp, struct page *page,
		  size_t nr_pages);

/* All blocks back to the zone. */
void pcp_drain(struct per_cpu_pages *pcp, struct zone *zone);

#endif
