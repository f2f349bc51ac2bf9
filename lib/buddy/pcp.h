/* SPDX-License-Identifier: MIT */
/*
 * pcp.h - free page blocks that a thread keeps close
 */
#ifndef PF_BUDDY_PCP_H
#define PF_BUDDY_PCP_H

#include "buddy/zone.h"
#include "os/report.h"

/* Blocks of 1..16 frames, each count with a list of its own. */
#define PCP_MAX_PAGES 16
/* Blocks of up to 256 frames, 1 MiB: the last few, whatever their lengths. */
#define PCP_MAX_LONG_PAGES 256
#define PCP_NR_LONG	   8

/* Bounds of the lists: frames in all, blocks in one. */
#define PCP_HIGH   32
#define PCP_BLOCKS 16

/* Warm frames that come from the zone at once, under one lock. */
#define PCP_BATCH 8

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
 * As zone_alloc_pages() with no alignment wanted.  The lists belong to the
 * calling thread, or nobody else can look at them now.  They go back to the zone
 * before it gives memory that costs page faults.
 */
struct page *pcp_alloc(struct per_cpu_pages *pcp, struct zone *zone,
		       size_t nr_pages);
void pcp_free(struct per_cpu_pages *pcp, struct zone *zone, struct page *page,
	      size_t nr_pages);

/* Whether pcp_alloc() would find frames that cost no page fault; no promise. */
static inline bool pcp_has_warm(const struct per_cpu_pages *pcp,
				const struct zone *zone, size_t nr_pages)
{
	return pcp_nr_pages(pcp) >= nr_pages || zone_has_warm(zone, nr_pages);
}

/* A block that has grown in place may lie where no new one would: a power of two
 * is aligned to itself. */
static inline bool pcp_is_aligned(const struct page *page, size_t nr_pages)
{
	return (nr_pages & (nr_pages - 1)) ||
	       !(page_to_pfn(page) & (nr_pages - 1));
}

/* A list of 1..PCP_MAX_PAGES frames: not empty for the one, any for the other. */
static inline struct page *pcp_pop(struct per_cpu_pages *pcp, size_t nr_pages)
{
	struct page *page = pcp->list[nr_pages - 1];

	pcp->list[nr_pages - 1] = (struct page *)page->link.next;
	pcp->nr_blocks[nr_pages - 1]--;
	pcp->nr_pages -= (u32)nr_pages;
	VM_BUG_ON(page->type != PAGE_PCP);
	VM_BUG_ON(!pcp_is_aligned(page, nr_pages));
	WRITE_ONCE(page->type, PAGE_NONE);
	page->flags = PAGE_WARM;
	return page;
}

static inline void pcp_push(struct per_cpu_pages *pcp, struct page *page,
			    size_t nr_pages)
{
	WRITE_ONCE(page->type, PAGE_PCP);
	page->nr = (u32)nr_pages;
	page->link.next = (struct list_head *)pcp->list[nr_pages - 1];
	pcp->list[nr_pages - 1] = page;
	pcp->nr_blocks[nr_pages - 1]++;
	pcp->nr_pages += (u32)nr_pages;
}

/*
 * The same without a lock or a system call: NULL when no list has such a block,
 * false when one more would be too many.  Inline where blocks are short.
 */
struct page *pcp_try_alloc_long(struct per_cpu_pages *pcp, size_t nr_pages);
bool pcp_try_free_long(struct per_cpu_pages *pcp, const struct zone *zone,
		       struct page *page, size_t nr_pages);

static inline struct page *pcp_try_alloc(struct per_cpu_pages *pcp,
					 size_t nr_pages)
{
	if (nr_pages > PCP_MAX_PAGES)
		return pcp_try_alloc_long(pcp, nr_pages);
	return pcp->list[nr_pages - 1] ? pcp_pop(pcp, nr_pages) : NULL;
}

static inline bool pcp_try_free(struct per_cpu_pages *pcp,
				const struct zone *zone, struct page *page,
				size_t nr_pages)
{
	if (nr_pages > PCP_MAX_PAGES)
		return pcp_try_free_long(pcp, zone, page, nr_pages);
	if (!pcp_is_aligned(page, nr_pages) ||
	    pcp->nr_blocks[nr_pages - 1] == PCP_BLOCKS ||
	    pcp->nr_pages + nr_pages > PCP_HIGH)
		return false;
	pcp_push(pcp, page, nr_pages);
	return true;
}

/* All blocks back to the zone; only those of more than PCP_MAX_PAGES frames. */
void pcp_drain(struct per_cpu_pages *pcp, struct zone *zone);
void pcp_drain_long(struct per_cpu_pages *pcp, struct zone *zone);

#endif
