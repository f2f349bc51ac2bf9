/* SPDX-License-Identifier: MIT */
/*
 * pcp.c - free page blocks that a thread keeps close
 *
 * Slabs and buffers come and go often; splitting and merging them each time,
 * under the zone's lock, would be most of their cost.  So the last few stay
 * with the thread as they are: a block of 5 frames serves the next request for
 * 5 frames.
 *
 * Bounds: PCP_HIGH frames a thread, PCP_BLOCKS blocks a list.  A list that is
 * over goes back to the zone by half, under one lock.  Blocks of more than 16
 * frames are few, and have one array for all, and a bound of their own; the
 * oldest makes room.
 */
#include "buddy/pcp.h"

#include "buddy/buddy.h"
#include "os/report.h"
#include "os/thread.h"

/* Frames in long blocks: as many, or a 64th of what the zone has; twice as many
 * where there is no thread that could use them instead. */
#define LONG_HIGH	64
#define LONG_HIGH_ALONE (2 * LONG_HIGH)
#define LONG_HIGH_SHARE 64

/* The block that was freed last, and those beside it that were freed just before:
 * the zone takes what lies side by side as one. */
static struct page *pop_row(struct per_cpu_pages *pcp, size_t nr_pages,
			    unsigned int max, size_t *nr_row)
{
	struct page *first = pcp_pop(pcp, nr_pages), *end = first + nr_pages;

	while (--max) {
		struct page *next = pcp->list[nr_pages - 1];

		if (next == end)
			end += nr_pages;
		else if (next + nr_pages == first)
			first = next;
		else
			break;
		pcp_pop(pcp, nr_pages);
	}
	*nr_row = (size_t)(end - first);
	return first;
}

static void flush_list(struct per_cpu_pages *pcp, struct zone *zone,
		       size_t nr_pages, unsigned int keep)
{
	u8 *nr_blocks = &pcp->nr_blocks[nr_pages - 1];

	if (*nr_blocks <= keep)
		return;
	lock_acquire(&zone->lock);
	while (*nr_blocks > keep) {
		size_t nr;
		struct page *page =
			pop_row(pcp, nr_pages, *nr_blocks - keep, &nr);

		buddy_free_range_locked(zone, page_to_pfn(page), nr, WARM);
	}
	zone_decay_locked(zone);
	lock_release(&zone->lock);
}

static void flush_lists(struct per_cpu_pages *pcp, struct zone *zone)
{
	size_t nr_pages;

	for (nr_pages = 1; nr_pages <= PCP_MAX_PAGES; nr_pages++)
		flush_list(pcp, zone, nr_pages, 0);
}

static struct page *take_long(struct per_cpu_pages *pcp, unsigned int i)
{
	struct page *page = pcp->long_block[i];

	pcp->nr_long_pages -= pcp->long_nr[i];
	pcp->nr_long--;
	for (; i < pcp->nr_long; i++) {
		pcp->long_nr[i] = pcp->long_nr[i + 1];
		pcp->long_block[i] = pcp->long_block[i + 1];
	}
	VM_BUG_ON(page->type != PAGE_PCP);
	WRITE_ONCE(page->type, PAGE_NONE);
	page->flags = PAGE_WARM;
	return page;
}

struct page *pcp_try_alloc_long(struct per_cpu_pages *pcp, size_t nr_pages)
{
	unsigned int i;

	for (i = pcp->nr_long; i-- > 0;) {
		if (pcp->long_nr[i] == nr_pages)
			return take_long(pcp, i);
	}
	return NULL;
}

static void flush_oldest_long(struct per_cpu_pages *pcp, struct zone *zone)
{
	size_t nr_pages = pcp->long_nr[0];

	zone_free_pages(zone, take_long(pcp, 0), nr_pages);
}

static size_t long_high(const struct zone *zone)
{
	return max_size(os_has_one_thread() ? LONG_HIGH_ALONE : LONG_HIGH,
			READ_ONCE(zone->nr_present) / LONG_HIGH_SHARE);
}

/* Whether there is no room for @nr_pages frames more. */
static bool is_long_full(const struct per_cpu_pages *pcp, size_t nr_pages,
			 size_t high)
{
	return pcp->nr_long == PCP_NR_LONG ||
	       pcp->nr_long_pages + nr_pages > high;
}

static void put_long(struct per_cpu_pages *pcp, struct page *page,
		     size_t nr_pages)
{
	WRITE_ONCE(page->type, PAGE_PCP);
	page->nr = (u32)nr_pages;
	pcp->long_nr[pcp->nr_long] = (u16)nr_pages;
	pcp->long_block[pcp->nr_long++] = page;
	pcp->nr_long_pages += (u32)nr_pages;
}

/* Blocks of @nr_pages warm frames, several at once where they lie side by side. */
static struct page *refill(struct per_cpu_pages *pcp, struct zone *zone,
			   size_t nr_pages)
{
	size_t nr = PCP_BATCH / nr_pages;
	struct page *page;

	if (nr < 2 || pcp->nr_pages + PCP_BATCH > PCP_HIGH)
		return NULL;
	page = zone_alloc_warm_row(zone, nr_pages, &nr);
	if (!page)
		return NULL;
	page->flags = PAGE_WARM;
	while (--nr)
		pcp_push(pcp, page + nr * nr_pages, nr_pages);
	return page;
}

struct page *pcp_alloc(struct per_cpu_pages *pcp, struct zone *zone,
		       size_t nr_pages)
{
	struct page *page = pcp_try_alloc(pcp, nr_pages);

	if (!page)
		page = refill(pcp, zone, nr_pages);
	if (page)
		return page;
	if (pcp_nr_pages(pcp) >= nr_pages) {
		page = zone_alloc_warm_pages(zone, nr_pages);
		if (page)
			return page;
		pcp_drain(pcp, zone);
	}
	return zone_alloc_pages(zone, nr_pages, 0);
}

/* A list that is over, or all of them. */
static pf_noinline void flush_excess(struct per_cpu_pages *pcp,
				     struct zone *zone, size_t nr_pages)
{
	flush_list(pcp, zone, nr_pages, PCP_BLOCKS / 2);
	if (pcp->nr_pages > PCP_HIGH)
		flush_lists(pcp, zone);
}

static pf_noinline void free_long(struct per_cpu_pages *pcp, struct zone *zone,
				  struct page *page, size_t nr_pages)
{
	size_t high = long_high(zone);

	if (nr_pages > PCP_MAX_LONG_PAGES || nr_pages > high ||
	    !pcp_is_aligned(page, nr_pages)) {
		zone_free_pages(zone, page, nr_pages);
		return;
	}
	while (is_long_full(pcp, nr_pages, high))
		flush_oldest_long(pcp, zone);
	put_long(pcp, page, nr_pages);
}

void pcp_free(struct per_cpu_pages *pcp, struct zone *zone, struct page *page,
	      size_t nr_pages)
{
	if (nr_pages > PCP_MAX_PAGES || !pcp_is_aligned(page, nr_pages)) {
		free_long(pcp, zone, page, nr_pages);
		return;
	}
	pcp_push(pcp, page, nr_pages);
	if (pcp->nr_blocks[nr_pages - 1] > PCP_BLOCKS ||
	    pcp->nr_pages > PCP_HIGH)
		flush_excess(pcp, zone, nr_pages);
}

bool pcp_try_free_long(struct per_cpu_pages *pcp, const struct zone *zone,
		       struct page *page, size_t nr_pages)
{
	if (nr_pages > PCP_MAX_LONG_PAGES ||
	    is_long_full(pcp, nr_pages, long_high(zone)) ||
	    !pcp_is_aligned(page, nr_pages))
		return false;
	put_long(pcp, page, nr_pages);
	return true;
}

void pcp_drain_long(struct per_cpu_pages *pcp, struct zone *zone)
{
	while (pcp->nr_long)
		flush_oldest_long(pcp, zone);
}

void pcp_drain(struct per_cpu_pages *pcp, struct zone *zone)
{
	flush_lists(pcp, zone);
	pcp_drain_long(pcp, zone);
}
