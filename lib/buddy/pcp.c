/* SPDX-License-Identifier: MIT */
/*
 * pcp.c - free page blocks that a thread keeps close
 *
 * Slabs and buffers of up to 64 KiB come and go often; splitting and merging
 * them each time, under the zone's lock, would be most of their cost.  So the
 * last few stay with the thread as they are: a block of 5 frames serves the
 * next request for 5 frames.
 *
 * Bounds: PCP_HIGH frames a thread, PCP_BLOCKS blocks a list.  A list that is
 * over goes back to the zone by half, under one lock.
 */
#include "buddy/pcp.h"

#include "buddy/buddy.h"
#include "os/report.h"

#define PCP_HIGH   64
#define PCP_BLOCKS 8

/* A block that has grown in place may lie where no new one would. */
static bool is_aligned(const struct page *page, size_t nr_pages)
{
	return !(page_to_pfn(page) & order_mask(order_of_pages(nr_pages)));
}

static struct page *next_of(struct page *page)
{
	return (struct page *)page->link.next;
}

static struct page *pop(struct per_cpu_pages *pcp, size_t nr_pages)
{
	struct page *page = pcp->list[nr_pages - 1];

	pcp->list[nr_pages - 1] = next_of(page);
	pcp->nr_blocks[nr_pages - 1]--;
	pcp->nr_pages -= (u32)nr_pages;
	VM_BUG_ON(page->type != PAGE_PCP);
	VM_BUG_ON(!is_aligned(page, nr_pages));
	WRITE_ONCE(page->type, PAGE_NONE);
	page->flags = PAGE_WARM;
	return page;
}

static void flush_list(struct per_cpu_pages *pcp, struct zone *zone,
		       size_t nr_pages, unsigned int keep)
{
	if (pcp->nr_blocks[nr_pages - 1] <= keep)
		return;
	lock_acquire(&zone->lock);
	while (pcp->nr_blocks[nr_pages - 1] > keep) {
		struct page *page = pop(pcp, nr_pages);

		buddy_free_range_locked(zone, page_to_pfn(page), nr_pages,
					WARM);
	}
	zone_decay_locked(zone);
	lock_release(&zone->lock);
}

struct page *pcp_alloc(struct per_cpu_pages *pcp, struct zone *zone,
		       size_t nr_pages)
{
	if (nr_pages <= PCP_MAX_PAGES && pcp->list[nr_pages - 1])
		return pop(pcp, nr_pages);
	return zone_alloc_pages(zone, nr_pages, 0);
}

void pcp_free(struct per_cpu_pages *pcp, struct zone *zone, struct page *page,
	      size_t nr_pages)
{
	if (nr_pages > PCP_MAX_PAGES || !is_aligned(page, nr_pages)) {
		zone_free_pages(zone, page, nr_pages);
		return;
	}
	WRITE_ONCE(page->type, PAGE_PCP);
	page->nr = (u32)nr_pages;
	page->link.next = (struct list_head *)pcp->list[nr_pages - 1];
	pcp->list[nr_pages - 1] = page;
	pcp->nr_blocks[nr_pages - 1]++;
	pcp->nr_pages += (u32)nr_pages;
	if (pcp->nr_blocks[nr_pages - 1] > PCP_BLOCKS)
		flush_list(pcp, zone, nr_pages, PCP_BLOCKS / 2);
	if (pcp->nr_pages > PCP_HIGH)
		pcp_drain(pcp, zone);
}

void pcp_drain(struct per_cpu_pages *pcp, struct zone *zone)
{
	size_t nr_pages;

	for (nr_pages = 1; nr_pages <= PCP_MAX_PAGES; nr_pages++)
		flush_list(pcp, zone, nr_pages, 0);
}
