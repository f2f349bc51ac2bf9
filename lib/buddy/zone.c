/* SPDX-License-Identifier: MIT */
/*
 * zone.c - frames by the number, not only by powers of two
 *
 * A request for 5 frames takes a block of 8 and gives 3 back at once, so 20
 * KiB cost 20 KiB.  Freeing 5 frames gives back the blocks of 4 and 1 that
 * they consist of, and these merge as always.
 *
 * Lent blocks.  A vmap area takes free warm blocks and moves their pages to
 * its own addresses (vmalloc/).  The frames are the zone's all the time: type
 * PAGE_LENT, not free, nothing behind them until the pages come home.
 */
#include "buddy/zone.h"

#include "buddy/buddy.h"
#include "os/report.h"
#include "page/span.h"

struct zone zone_normal = {
	.lock = LOCK_INIT(LOCK_RANK_ZONE),
	.name = "Normal",
};

void zone_init(struct zone *zone)
{
	unsigned int order, temp;

	for_each_order(order) {
		for (temp = 0; temp < NR_TEMPERATURES; temp++)
			list_init(&zone->free_area[order].list[temp]);
	}
}

/* A fresh block of MAX_PAGE_ORDER into the lists, to be split at once. */
static struct page *take_fresh_block(struct zone *zone)
{
	struct page *page;

	zone_make_room_locked(zone, MAX_ORDER_NR_PAGES);
	page = span_take_block();

	if (!page)
		return NULL;
	WRITE_ONCE(zone->nr_present, zone->nr_present + MAX_ORDER_NR_PAGES);
	return page;
}

static struct page *alloc_order_locked(struct zone *zone, unsigned int order)
{
	struct page *page = buddy_alloc_locked(zone, order);
	pfn_t pfn;

	if (page)
		return page;
	page = take_fresh_block(zone);
	if (!page)
		return NULL;
	pfn = page_to_pfn(page);
	if (order < MAX_PAGE_ORDER)
		buddy_free_range_locked(zone, pfn + (1U << order),
					MAX_ORDER_NR_PAGES - (1U << order),
					page_is_warm(page) ? WARM : COLD);
	return page;
}

struct page *zone_alloc_pages(struct zone *zone, size_t nr_pages,
			      unsigned int min_order)
{
	unsigned int order = order_of_pages(nr_pages);
	struct page *page;
	u8 flags;

	VM_BUG_ON(nr_pages == 0 || nr_pages > MAX_ORDER_NR_PAGES);
	if (order < min_order)
		order = min_order;
	lock_acquire(&zone->lock);
	page = alloc_order_locked(zone, order);
	if (!page)
		goto out;
	flags = page->flags;
	if (nr_pages < 1UL << order)
		buddy_free_range_locked(zone,
					page_to_pfn(page) + (pfn_t)nr_pages,
					(1UL << order) - nr_pages,
					flags & PAGE_WARM ? WARM : COLD);
	page->flags = flags;
out:
	lock_release(&zone->lock);
	return page;
}

void zone_free_pages(struct zone *zone, struct page *page, size_t nr_pages)
{
	lock_acquire(&zone->lock);
	page->type = PAGE_NONE;
	buddy_free_range_locked(zone, page_to_pfn(page), nr_pages, WARM);
	zone_decay_locked(zone);
	lock_release(&zone->lock);
}

/* Take the frames [@pfn, @pfn + @nr) out of the free blocks they lie in. */
static void carve_locked(struct zone *zone, pfn_t pfn, size_t nr)
{
	pfn_t end = pfn + (pfn_t)nr;

	while (pfn < end) {
		struct page *page = buddy_find_locked(zone, pfn);
		enum temperature temp = page_is_warm(page) ? WARM : COLD;
		pfn_t first = page_to_pfn(page);
		pfn_t last = first + (1U << page->order);

		buddy_take_locked(zone, page);
		if (first < pfn)
			buddy_free_range_locked(zone, first, pfn - first, temp);
		if (last > end)
			buddy_free_range_locked(zone, end, last - end, temp);
		pfn = last;
	}
}

static bool is_free_locked(struct zone *zone, pfn_t pfn, size_t nr)
{
	pfn_t end = pfn + (pfn_t)nr;

	while (pfn < end) {
		struct page *page;

		if (pfn >= direct_map.limit)
			return false;
		page = buddy_find_locked(zone, pfn);
		if (!page)
			return false;
		pfn = page_to_pfn(page) + (1U << page->order);
	}
	return true;
}

bool zone_extend_pages(struct zone *zone, struct page *page, size_t nr_pages,
		       size_t new_nr_pages)
{
	pfn_t behind = page_to_pfn(page) + (pfn_t)nr_pages;
	size_t more = new_nr_pages - nr_pages;
	bool is_free;

	if (new_nr_pages > MAX_ORDER_NR_PAGES)
		return false;
	/* Not across a block of the span: the next one may be offline. */
	if ((page_to_pfn(page) ^ (behind + more - 1)) >> MAX_PAGE_ORDER)
		return false;
	lock_acquire(&zone->lock);
	is_free = is_free_locked(zone, behind, more);
	if (is_free)
		carve_locked(zone, behind, more);
	lock_release(&zone->lock);
	return is_free;
}

static struct page *take_first_warm(struct zone *zone, unsigned int order)
{
	struct list_head *list = &zone->free_area[order].list[WARM];
	struct page *page;

	if (list_is_empty(list))
		return NULL;
	page = list_first_entry(list, struct page, link);
	buddy_take_locked(zone, page);
	return page;
}

struct page *zone_take_warm_block(struct zone *zone, unsigned int min,
				  unsigned int max)
{
	struct page *page;
	unsigned int order;

	lock_acquire(&zone->lock);
	page = buddy_alloc_warm_locked(zone, max);
	for (order = max; order-- > min && !page;)
		page = take_first_warm(zone, order);
	if (page) {
		page->type = PAGE_LENT;
		zone->nr_lent += 1UL << page->order;
	}
	lock_release(&zone->lock);
	return page;
}

void zone_free_lent(struct zone *zone, struct page *page, bool is_warm)
{
	lock_acquire(&zone->lock);
	VM_BUG_ON(page->type != PAGE_LENT);
	page->type = PAGE_NONE;
	zone->nr_lent -= 1UL << page->order;
	buddy_free_locked(zone, page, page->order, is_warm ? WARM : COLD);
	zone_decay_locked(zone);
	lock_release(&zone->lock);
}

bool zone_adopt_pages(struct zone *zone, void *from, size_t bytes)
{
	size_t nr_pages = bytes_to_pages(bytes);
	size_t nr_blocks =
		(nr_pages + MAX_ORDER_NR_PAGES - 1) >> MAX_PAGE_ORDER;
	size_t all = nr_blocks << MAX_PAGE_ORDER;
	struct page *page;
	pfn_t pfn;

	lock_acquire(&zone->lock);
	page = span_adopt_blocks(nr_blocks);
	if (page && span_move(from, page_to_virt(page), bytes)) {
		span_disown_blocks(page, nr_blocks);
		page = NULL;
	}
	if (page) {
		pfn = page_to_pfn(page);
		WRITE_ONCE(zone->nr_present, zone->nr_present + all);
		buddy_free_range_locked(zone, pfn, nr_pages, WARM);
		if (all > nr_pages)
			buddy_free_range_locked(zone, pfn + (pfn_t)nr_pages,
						all - nr_pages, COLD);
		zone_decay_locked(zone);
	}
	lock_release(&zone->lock);
	return page;
}
