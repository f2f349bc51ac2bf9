/* SPDX-License-Identifier: MIT */
/*
 * zone.c - frames by the number, not only by powers of two
 *
 * A request for 5 frames takes the lowest 5 that are free side by side, whatever
 * blocks they are part of, so 20 KiB cost 20 KiB.
 *
 * Lent blocks.  A vmap area takes free warm blocks and moves their pages to
 * its own addresses (vmalloc/).  The frames are the zone's all the time: type
 * PAGE_LENT, not free, nothing behind them until the pages come home.
 */
#include "buddy/zone.h"

#include <string.h>

#include "buddy/buddy.h"
#include "buddy/map.h"
#include "os/os.h"
#include "os/report.h"
#include "page/span.h"

struct zone zone_normal = {
	.lock = LOCK_INIT(LOCK_RANK_ZONE),
	.name = "Normal",
	.has_maps = true,
};

void zone_init(struct zone *zone)
{
	unsigned int order, temp;

	for_each_order(order) {
		for (temp = 0; temp < NR_TEMPERATURES; temp++)
			list_init(&zone->free_area[order].list[temp]);
	}
}

void zone_forget_free(struct zone *zone)
{
	memset(zone->free_area, 0, sizeof(zone->free_area));
	zone_init(zone);
	zone->nr_free[WARM] = 0;
	zone->nr_free[COLD] = 0;
	zone->nr_present = 0;
}

void zone_list_fresh_locked(struct zone *zone)
{
	pfn_t first = zone->fresh;
	size_t nr = zone->fresh_end - first;

	zone->fresh = zone->fresh_end;
	zone->nr_free[COLD] -= nr;
	buddy_free_range_locked(zone, first, nr, COLD);
}

static bool is_fresh(const struct zone *zone, pfn_t pfn)
{
	return pfn >= zone->fresh && pfn < zone->fresh_end;
}

/* Take [@pfn, @pfn + @nr), all of it fresh; what is skipped gets into the map. */
static void take_fresh_locked(struct zone *zone, pfn_t pfn, size_t nr)
{
	pfn_t first = zone->fresh;

	zone->fresh = pfn + (pfn_t)nr;
	zone->nr_free[COLD] -= zone->fresh - first;
	if (pfn > first)
		buddy_free_range_locked(zone, first, pfn - first, COLD);
}

/* Take [@pfn, @pfn + @nr), all of it free.  Return: how many frames are warm. */
static unsigned int take_locked(struct zone *zone, pfn_t pfn, size_t nr)
{
	pfn_t end = pfn + (pfn_t)nr;

	if (!is_fresh(zone, end - 1))
		return buddy_take_range_locked(zone, pfn, nr);
	if (is_fresh(zone, pfn)) {
		take_fresh_locked(zone, pfn, nr);
		return 0;
	}
	nr = zone->fresh - pfn;
	take_fresh_locked(zone, zone->fresh, end - zone->fresh);
	return buddy_take_range_locked(zone, pfn, nr);
}

/* Whether all of the frames are free, and warm if that is all that will do. */
static bool is_free_locked(struct zone *zone, pfn_t pfn, size_t nr,
			   bool may_be_cold)
{
	pfn_t end = pfn + (pfn_t)nr;

	if (!may_be_cold)
		return map_is_free(pfn, nr, true);
	/* What is fresh is the end of its block. */
	if (is_fresh(zone, pfn))
		return true;
	if (is_fresh(zone, end - 1))
		end = zone->fresh;
	return map_is_free(pfn, end - pfn, false);
}

static struct page *alloc_fresh_locked(struct zone *zone, size_t nr_pages,
				       unsigned int order)
{
	pfn_t pfn = (pfn_t)align_up(zone->fresh, 1UL << order);
	struct page *page = pfn_to_page(pfn);

	if (pfn + nr_pages > zone->fresh_end)
		return NULL;
	take_fresh_locked(zone, pfn, nr_pages);
	/* It is 0.  But who loads it first and stores then takes two page
	 * faults for a new page of mem_map, not one. */
	page->flags = 0;
	return page;
}

/* Another block of MAX_PAGE_ORDER is fresh, or in the map where it is warm. */
static bool take_block_locked(struct zone *zone, unsigned int order)
{
	struct page *page;

	zone_make_room_locked(zone, MAX_ORDER_NR_PAGES, order);
	page = span_take_block();
	if (!page)
		return false;
	WRITE_ONCE(zone->nr_present, zone->nr_present + MAX_ORDER_NR_PAGES);
	if (span_is_huge(page)) {
		buddy_free_locked(zone, page, MAX_PAGE_ORDER, WARM);
		return true;
	}
	zone_list_fresh_locked(zone);
	zone->fresh = page_to_pfn(page);
	zone->fresh_end = zone->fresh + MAX_ORDER_NR_PAGES;
	zone->nr_free[COLD] += MAX_ORDER_NR_PAGES;
	return true;
}

static size_t nr_in_map(const struct zone *zone, bool is_warm)
{
	size_t nr_fresh = zone->fresh_end - zone->fresh;

	return is_warm ? zone->nr_free[WARM]
		       : zone->nr_free[WARM] + zone->nr_free[COLD] - nr_fresh;
}

/* The lowest free frames of the map, warm ones if @is_warm. */
static struct page *alloc_lowest_locked(struct zone *zone, size_t nr_pages,
					unsigned int order, bool is_warm)
{
	struct page *page;
	pfn_t pfn;

	if (nr_in_map(zone, is_warm) < nr_pages)
		return NULL;
	pfn = map_find(nr_pages, order, is_warm);
	if (!pfn)
		return NULL;
	page = pfn_to_page(pfn);
	page->flags = take_locked(zone, pfn, nr_pages) ? PAGE_WARM : 0;
	return page;
}

/* From what there is. */
static struct page *alloc_present_locked(struct zone *zone, size_t nr_pages,
					 unsigned int order)
{
	struct page *page = alloc_lowest_locked(zone, nr_pages, order, true);

	if (!page)
		page = alloc_lowest_locked(zone, nr_pages, order, false);
	return page ? page : alloc_fresh_locked(zone, nr_pages, order);
}

static struct page *alloc_locked(struct zone *zone, size_t nr_pages,
				 unsigned int order)
{
	struct page *page;

	do {
		page = alloc_present_locked(zone, nr_pages, order);
	} while (!page && take_block_locked(zone, order_of_pages(nr_pages)));
	return page;
}

static struct page *alloc_warm(struct zone *zone, size_t nr_pages,
			       unsigned int order)
{
	struct page *page;

	lock_acquire(&zone->lock);
	page = alloc_lowest_locked(zone, nr_pages, order, true);
	lock_release(&zone->lock);
	return page;
}

static struct page *alloc_recalled(struct zone *zone, size_t nr_pages,
				   unsigned int order)
{
	struct page *page;

	do {
		page = alloc_warm(zone, nr_pages, order);
	} while (!page && zone_recall(zone, 0));
	return page;
}

/* A power of two is aligned to itself. */
static unsigned int alignment_of(size_t nr_pages, unsigned int min_order)
{
	unsigned int order = ilog2(nr_pages);

	return nr_pages == 1UL << order && order > min_order ? order
							     : min_order;
}

struct page *zone_alloc_pages(struct zone *zone, size_t nr_pages,
			      unsigned int min_order)
{
	unsigned int order = alignment_of(nr_pages, min_order);
	struct page *page;

	VM_BUG_ON(nr_pages == 0 || nr_pages > MAX_ORDER_NR_PAGES);
	if (unlikely(READ_ONCE(zone->recall))) {
		page = alloc_recalled(zone, nr_pages, order);
		if (page)
			return page;
	}
	lock_acquire(&zone->lock);
	page = alloc_locked(zone, nr_pages, order);
	lock_release(&zone->lock);
	return page;
}

struct page *zone_alloc_warm_pages(struct zone *zone, size_t nr_pages)
{
	return alloc_warm(zone, nr_pages, alignment_of(nr_pages, 0));
}

struct page *zone_alloc_warm_row(struct zone *zone, size_t nr_pages, size_t *nr)
{
	unsigned int order = alignment_of(nr_pages, 0);
	struct page *page = NULL;
	pfn_t pfn = 0;

	lock_acquire(&zone->lock);
	if (zone->nr_free[WARM] >= nr_pages)
		pfn = map_find(nr_pages, order, true);
	if (pfn) {
		size_t nr_row = map_nr_in_row(pfn, true) / nr_pages;

		*nr = min_size(*nr, nr_row);
		page = pfn_to_page(pfn);
		buddy_take_range_locked(zone, pfn, *nr * nr_pages);
	}
	lock_release(&zone->lock);
	return page;
}

struct page *zone_try_alloc_pages(struct zone *zone, size_t nr_pages)
{
	struct page *page;

	if (!lock_try_acquire(&zone->lock))
		return NULL;
	page = alloc_present_locked(zone, nr_pages, alignment_of(nr_pages, 0));
	lock_release(&zone->lock);
	return page;
}

bool zone_try_free_pages(struct zone *zone, struct page *page, size_t nr_pages)
{
	if (!lock_try_acquire(&zone->lock))
		return false;
	page->type = PAGE_NONE;
	buddy_free_range_locked(zone, page_to_pfn(page), nr_pages, WARM);
	lock_release(&zone->lock);
	return true;
}

void zone_free_pages(struct zone *zone, struct page *page, size_t nr_pages)
{
	lock_acquire(&zone->lock);
	page->type = PAGE_NONE;
	buddy_free_range_locked(zone, page_to_pfn(page), nr_pages, WARM);
	zone_decay_locked(zone);
	lock_release(&zone->lock);
}

void zone_free_unused_pages(struct zone *zone, struct page *page,
			    size_t nr_pages, bool is_warm)
{
	lock_acquire(&zone->lock);
	buddy_free_range_locked(zone, page_to_pfn(page), nr_pages,
				is_warm ? WARM : COLD);
	lock_release(&zone->lock);
}

bool zone_extend_pages(struct zone *zone, struct page *page, size_t nr_pages,
		       size_t new_nr_pages, bool may_be_cold)
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
	is_free = is_free_locked(zone, behind, more, may_be_cold);
	if (is_free)
		take_locked(zone, behind, more);
	lock_release(&zone->lock);
	return is_free;
}

bool zone_has_warm(const struct zone *zone, size_t nr_pages)
{
	unsigned int order = order_of_pages(nr_pages);

	if (order < LISTED_ORDER)
		return READ_ONCE(zone->nr_free[WARM]) >= nr_pages &&
		       map_may_have_warm(order);
	for (; order < NR_PAGE_ORDERS; order++) {
		if (READ_ONCE(zone->free_area[order].nr_free[WARM]))
			return true;
	}
	return false;
}

bool zone_is_scattered(const struct zone *zone, size_t nr_pages,
		       unsigned int min_order)
{
	unsigned int order;
	size_t nr = 0;

	for (order = min_order; order < NR_PAGE_ORDERS; order++)
		nr += READ_ONCE(zone->free_area[order].nr_warm);
	return nr && nr >= nr_pages / 2;
}

/* Of blocks of @order the first that is @temp. */
static struct page *take_part(struct zone *zone, unsigned int order,
			      enum temperature temp, unsigned int min,
			      unsigned int max)
{
	struct list_head *list = &zone->free_area[order].list[temp];
	struct page *page;

	if (list_is_empty(list))
		return NULL;
	page = list_first_entry(list, struct page, link);
	return buddy_take_warm_locked(zone, &page, min, max) ? page : NULL;
}

static void lend_locked(struct zone *zone, struct page *page)
{
	size_t nr_pages = 1UL << page->order;

	span_keep_back(page, nr_pages);
	WRITE_ONCE(page->type, PAGE_LENT);
	WRITE_ONCE(zone->nr_lent, zone->nr_lent + nr_pages);
}

void zone_lend_block(struct zone *zone, struct page *page, unsigned int order)
{
	lock_acquire(&zone->lock);
	page->order = (u8)order;
	lend_locked(zone, page);
	lock_release(&zone->lock);
}

struct page *zone_take_warm_block(struct zone *zone, unsigned int min,
				  unsigned int max)
{
	struct page *page;
	unsigned int order;

	lock_acquire(&zone->lock);
	page = buddy_alloc_locked(zone, max, WARM);
	for (order = max; order-- > min && !page;)
		page = take_part(zone, order, WARM, min, max);
	for (order = NR_PAGE_ORDERS; order-- > min && !page;)
		page = take_part(zone, order, TEPID, min, max);
	if (page)
		lend_locked(zone, page);
	lock_release(&zone->lock);
	return page;
}

struct page *zone_take_cold_block(struct zone *zone, unsigned int order,
				  unsigned int min)
{
	struct page *page;

	lock_acquire(&zone->lock);
	do {
		page = buddy_alloc_locked(zone, order, COLD);
		if (!page)
			page = alloc_fresh_locked(zone, 1UL << order, order);
		if (!page)
			page = buddy_alloc_locked(zone, order, TEPID);
		if (!page) /* a new block may be warm */
			page = buddy_alloc_locked(zone, order, WARM);
	} while (!page && take_block_locked(zone, min));
	if (page) {
		page->order = (u8)order;
		lend_locked(zone, page);
	}
	lock_release(&zone->lock);
	return page;
}

struct page *zone_split_lent(struct zone *zone, struct page *page)
{
	struct page *half = page + (1UL << page->order) / 2;

	lock_acquire(&zone->lock);
	span_keep_back(page, 1UL << page->order >> 1);
	page->order--;
	half->order = page->order;
	WRITE_ONCE(half->type, PAGE_LENT);
	lock_release(&zone->lock);
	return half;
}

void zone_free_lent(struct zone *zone, struct page *page, bool is_warm)
{
	lock_acquire(&zone->lock);
	VM_BUG_ON(page->type != PAGE_LENT);
	page->type = PAGE_NONE;
	WRITE_ONCE(zone->nr_lent, zone->nr_lent - (1UL << page->order));
	buddy_free_locked(zone, page, page->order, is_warm ? WARM : COLD);
	zone_decay_locked(zone);
	lock_release(&zone->lock);
}

static void free_adopted_locked(struct zone *zone, struct page *blocks,
				size_t nr_blocks, size_t lead, size_t nr_pages)
{
	pfn_t first = page_to_pfn(blocks);
	pfn_t pfn = first + (pfn_t)lead, end = pfn + (pfn_t)nr_pages;
	size_t all = nr_blocks << MAX_PAGE_ORDER;

	WRITE_ONCE(zone->nr_present, zone->nr_present + all);
	buddy_free_range_locked(zone, pfn, nr_pages, WARM);
	buddy_free_range_locked(zone, first, lead, COLD);
	buddy_free_range_locked(zone, end, all - lead - nr_pages, COLD);
}

bool zone_adopt_pages(struct zone *zone, void *from, size_t bytes)
{
	size_t lead = (uintptr_t)from % ZONE_BLOCK_BYTES >> PAGE_SHIFT;
	size_t nr_pages = bytes_to_pages(bytes);
	size_t nr_blocks =
		(lead + nr_pages + MAX_ORDER_NR_PAGES - 1) >> MAX_PAGE_ORDER;
	struct page *page;
	void *to;

	lock_acquire(&zone->lock);
	page = span_adopt_blocks(nr_blocks);
	if (page) {
		to = page_to_virt(page + lead);
		if (span_move(from, to, bytes)) {
			span_disown_blocks(page, nr_blocks);
			page = NULL;
		} else {
			/* What comes new from now on comes in frames. */
			os_advise_huge(to, bytes, false);
			free_adopted_locked(zone, page, nr_blocks, lead,
					    nr_pages);
			zone_decay_locked(zone);
		}
	}
	lock_release(&zone->lock);
	return page;
}
