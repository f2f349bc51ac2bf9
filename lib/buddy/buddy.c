/* SPDX-License-Identifier: MIT */
/*
 * buddy.c - free blocks of 2^order page frames, split and merged in place
 *
 * What it does.  Every free block lives on one list, the one of its order and
 * temperature.  Giving a block back joins it with its other half, its buddy, for
 * as long as that half is free too.  Taking one splits the smallest that is large
 * enough.
 *
 * Zones with maps (map.h) have lists from LISTED_ORDER on, for who wants large
 * blocks: vmap areas and reclaim.  Most requests are for less, and find frames in
 * the map; where these are part of a listed block, what is left of it is listed
 * again.  The last frame that was missing of 2^LISTED_ORDER makes them a block.
 *
 * Finding the buddy.  A block of order n starts at a pfn whose low n bits are
 * zero.  Its buddy differs in bit n alone:
 *
 *	order 2, pfn 12:   12 ^ 4 = 8      pfn  8 9 10 11 | 12 13 14 15
 *	order 2, pfn  8:    8 ^ 4 = 12          \_ buddy _/ \_ block __/
 *
 * so no table is needed: one xor, and one look at the buddy's struct page.
 *
 * Temperature.  Warm and cold frames merge like any others: who needs many side
 * by side must not be hindered by what is behind them.  Which are warm is kept
 * in the map, too, and of two halves the warmer one is handed out.  So a warm frame is
 * found wherever it lies, and no cold one is counted as memory.
 *
 * Invariants, walked by zone_check():
 *	1. A page of type PAGE_BUDDY is the first frame of a free block,
 *	   page->order is that block's order, page->nr_warm its warm frames.
 *	2. The block is on free_area[page->order].list[temperature], once.
 *	3. No two buddies of one order are free together, except at
 *	   MAX_PAGE_ORDER.
 *	4. The warm frames of the lists, or of the maps, add up to
 *	   zone->nr_free[WARM], the others and the fresh ones to
 *	   zone->nr_free[COLD].
 *	5. No free frame, other than a block's first, has a type; none has a taken
 *	   bit.
 *	6. A frame of a listed block is free in the map; as many are warm there as
 *	   page->nr_warm says.  All of 2^LISTED_ORDER frames that are free side
 *	   by side, aligned, are part of a listed block.
 *	7. No cold block has MAX_PAGE_ORDER: those go back to the span.
 *
 * Cost.  At most MAX_PAGE_ORDER splits or merges; no loop over free blocks.
 * Locking.  Callers hold zone->lock.
 * Not here.  Asking the OS (page/span.c), per-thread lists (pcp.c), giving
 * memory back to the OS (reclaim.c).
 * Reading: K. C. Knowlton, "A fast storage allocator", CACM 8(10), 1965.
 */
#include "buddy/buddy.h"

#include "buddy/map.h"
#include "os/report.h"
#include "page/span.h"

#define HUGE_ORDER 9

static_assert(PAGE_SIZE << HUGE_ORDER == HUGE_BYTES, "");

/* Others look at all of the counts without the lock. */
static void count_block(struct free_area *area, const struct page *page,
			enum temperature temp, long sign)
{
	WRITE_ONCE(area->nr_free[temp], area->nr_free[temp] + (size_t)sign);
	WRITE_ONCE(area->nr_warm, area->nr_warm + (size_t)sign * page->nr_warm);
}

/* What is split and merged goes on being free: such frames count once. */
static void count_frames(struct zone *zone, long nr_warm, long nr_cold)
{
	WRITE_ONCE(zone->nr_free[WARM], zone->nr_free[WARM] + (size_t)nr_warm);
	WRITE_ONCE(zone->nr_free[COLD], zone->nr_free[COLD] + (size_t)nr_cold);
}

/* Onto its list; page->order and page->nr_warm are set. */
static void free_area_add(struct zone *zone, struct page *page)
{
	struct free_area *area = &zone->free_area[page->order];
	enum temperature temp = block_temperature(page);

	VM_BUG_ON(page->type != PAGE_NONE);
	page->type = PAGE_BUDDY;
	list_add(&page->link, &area->list[temp]);
	count_block(area, page, temp, 1);
}

static void free_area_del(struct zone *zone, struct page *page)
{
	struct free_area *area = &zone->free_area[page->order];

	VM_BUG_ON(page->type != PAGE_BUDDY);
	list_del(&page->link);
	count_block(area, page, block_temperature(page), -1);
	page->type = PAGE_NONE;
}

/* The block's other half if it is free and whole; else NULL. */
static struct page *free_buddy_of(pfn_t pfn, unsigned int order)
{
	struct page *buddy = pfn_to_page(pfn ^ (1U << order));

	/* It may be anybody's, who changes the type, though not from or to
	 * PAGE_BUDDY: that is the lock's. */
	if (READ_ONCE(buddy->type) != PAGE_BUDDY || buddy->order != order)
		return NULL;
	return buddy;
}

/* A block and its buddy, the upper one, become one. */
static void merge(struct page *lower)
{
	struct page *upper = lower + (1UL << lower->order);

	lower->order++;
	lower->nr_warm += upper->nr_warm;
	upper->nr_warm = 0;
}

/* Merge a block upward, and list it. */
static void put_back(struct zone *zone, struct page *page)
{
	while (page->order < MAX_PAGE_ORDER) {
		struct page *buddy =
			free_buddy_of(page_to_pfn(page), page->order);

		if (!buddy)
			break;
		free_area_del(zone, buddy);
		if (buddy < page) /* the merged block starts lower */
			page = buddy;
		merge(page);
	}
	if (page->order == MAX_PAGE_ORDER && !page->nr_warm) {
		count_frames(zone, 0, -(long)MAX_ORDER_NR_PAGES);
		if (zone->has_maps)
			map_del(page_to_pfn(page), MAX_ORDER_NR_PAGES);
		WRITE_ONCE(zone->nr_present,
			   zone->nr_present - MAX_ORDER_NR_PAGES);
		span_give_block(page);
		return;
	}
	free_area_add(zone, page);
}

static void list_block(struct zone *zone, pfn_t pfn, unsigned int order,
		       unsigned int nr_warm)
{
	struct page *page = pfn_to_page(pfn);

	VM_BUG_ON(page->type != PAGE_NONE);
	page->order = (u8)order;
	page->nr_warm = nr_warm;
	put_back(zone, page);
}

/* What is in the map now: blocks that are long enough, one of them at each end
 * only if what lies beside is free, too. */
static void list_blocks(struct zone *zone, pfn_t pfn, size_t nr,
			enum temperature temp)
{
	pfn_t end = pfn + (pfn_t)nr;
	pfn_t at = pfn & ~order_mask(LISTED_ORDER);

	while (at < end) {
		unsigned int order = LISTED_ORDER;

		if (at >= pfn && end - at >= 1U << LISTED_ORDER) {
			order = order_at(at, end - at);
			list_block(zone, at, order,
				   temp == WARM ? 1U << order : 0);
		} else if (map_is_listed(at)) {
			list_block(zone, at, LISTED_ORDER,
				   map_nr_warm(at, 1UL << LISTED_ORDER));
		}
		at += 1U << order;
	}
}

void buddy_free_range_locked(struct zone *zone, pfn_t pfn, size_t nr,
			     enum temperature temp)
{
	VM_BUG_ON(!lock_is_mine(&zone->lock));
	if (!nr)
		return;
	if (temp == WARM)
		count_frames(zone, (long)nr, 0);
	else
		count_frames(zone, 0, (long)nr);
	if (zone->has_maps) {
		map_add(pfn, nr, temp);
		list_blocks(zone, pfn, nr, temp);
		return;
	}
	while (nr) {
		unsigned int order = order_at(pfn, nr);

		list_block(zone, pfn, order, 1U << order);
		pfn += 1U << order;
		nr -= 1UL << order;
	}
}

void buddy_free_locked(struct zone *zone, struct page *page, unsigned int order,
		       enum temperature temp)
{
	VM_BUG_ON(order > MAX_PAGE_ORDER);
	VM_BUG_ON(page_to_pfn(page) & order_mask(order));
	buddy_free_range_locked(zone, page_to_pfn(page), 1UL << order, temp);
}

static void count_taken(struct zone *zone, unsigned int nr_warm, size_t nr)
{
	count_frames(zone, -(long)nr_warm, (long)nr_warm - (long)nr);
	if (zone->nr_free[WARM] < zone->warm_low) /* see reclaim.c */
		zone->warm_low = zone->nr_free[WARM];
}

/* A block that is on no list is somebody's from now on.  Return: its warm frames. */
static unsigned int hand_out(struct zone *zone, struct page *page)
{
	unsigned int nr_warm = page->nr_warm;

	if (zone->has_maps)
		map_del(page_to_pfn(page), 1UL << page->order);
	count_taken(zone, nr_warm, 1UL << page->order);
	page->nr_warm = 0;
	return nr_warm;
}

/* A block becomes two.  Return: the upper one. */
static struct page *split(struct zone *zone, struct page *page)
{
	struct page *upper = page + (1UL << page->order) / 2;
	unsigned int nr_warm;

	/* A huge page that comes in parts: the first touch warms all of it. */
	if (page->order == HUGE_ORDER && !page->nr_warm && span_is_huge(page)) {
		page->nr_warm = 1U << HUGE_ORDER;
		count_frames(zone, 1L << HUGE_ORDER, -(1L << HUGE_ORDER));
		map_warm(page_to_pfn(page), 1UL << HUGE_ORDER);
	}
	nr_warm = page->nr_warm;
	upper->order = --page->order;
	if (nr_warm == 0 || nr_warm == 2U << page->order)
		upper->nr_warm = nr_warm / 2;
	else
		upper->nr_warm =
			map_nr_warm(page_to_pfn(upper), 1UL << page->order);
	page->nr_warm = nr_warm - upper->nr_warm;
	return upper;
}

/* List again those blocks of one that lie outside of [@first, @end). */
static void list_rest(struct zone *zone, struct page *page, pfn_t first,
		      pfn_t end)
{
	pfn_t pfn = page_to_pfn(page), last = pfn + (1U << page->order) - 1;
	struct page *upper;

	if (pfn >= end || last < first) {
		free_area_add(zone, page);
		return;
	}
	if ((pfn >= first && last < end) || page->order == LISTED_ORDER) {
		page->nr_warm = 0;
		return;
	}
	upper = split(zone, page);
	list_rest(zone, upper, first, end);
	list_rest(zone, page, first, end);
}

unsigned int buddy_take_range_locked(struct zone *zone, pfn_t pfn, size_t nr)
{
	pfn_t end = pfn + (pfn_t)nr;
	pfn_t at = pfn & ~order_mask(LISTED_ORDER);
	unsigned int nr_warm;

	while (at < end) {
		struct page *page;

		if (!map_is_listed(at)) {
			at += 1U << LISTED_ORDER;
			continue;
		}
		page = buddy_find_locked(at);
		at = page_to_pfn(page) + (1U << page->order);
		free_area_del(zone, page);
		list_rest(zone, page, pfn, end);
	}
	nr_warm = map_nr_warm(pfn, nr);
	map_del(pfn, nr);
	count_taken(zone, nr_warm, nr);
	return nr_warm;
}

void buddy_take_locked(struct zone *zone, struct page *page)
{
	free_area_del(zone, page);
	hand_out(zone, page);
}

static struct page *first_of_at_least(struct zone *zone, unsigned int order,
				      enum temperature temp)
{
	for (; order < NR_PAGE_ORDERS; order++) {
		struct list_head *list = &zone->free_area[order].list[temp];

		if (!list_is_empty(list))
			return list_first_entry(list, struct page, link);
	}
	return NULL;
}

/* The warmer half of a block that was taken; the other one is listed. */
static struct page *warmer_half(struct zone *zone, struct page *page)
{
	struct page *upper = split(zone, page);
	bool is_upper = upper->nr_warm > page->nr_warm;

	free_area_add(zone, is_upper ? page : upper);
	return is_upper ? upper : page;
}

struct page *buddy_alloc_locked(struct zone *zone, unsigned int order,
				enum temperature temp)
{
	struct page *page = first_of_at_least(zone, order, temp);

	VM_BUG_ON(!lock_is_mine(&zone->lock));
	if (!page)
		return NULL;
	free_area_del(zone, page);
	while (page->order > order)
		page = warmer_half(zone, page);
	page->flags = hand_out(zone, page) ? PAGE_WARM : 0;
	return page;
}

bool buddy_take_warm_locked(struct zone *zone, struct page **page,
			    unsigned int min, unsigned int max)
{
	struct page *part = *page;

	free_area_del(zone, part);
	while (part->order > max || block_temperature(part) != WARM) {
		if (part->order == min) {
			put_back(zone, part);
			return false;
		}
		part = warmer_half(zone, part);
	}
	hand_out(zone, part);
	part->flags = PAGE_WARM;
	*page = part;
	return true;
}

struct page *buddy_find_locked(pfn_t pfn)
{
	unsigned int order;

	for (order = LISTED_ORDER; order < NR_PAGE_ORDERS; order++) {
		struct page *page = pfn_to_page(pfn & ~order_mask(order));

		if (READ_ONCE(page->type) == PAGE_BUDDY && page->order >= order)
			return page;
	}
	return NULL;
}

static void check_block(const struct zone *zone, struct page *page,
			unsigned int order, enum temperature temp,
			struct check_report *report)
{
	pfn_t pfn = page_to_pfn(page);
	size_t i;

	CHECK(page->type == PAGE_BUDDY, report, page);
	CHECK(page->order == order, report, page);
	CHECK(block_temperature(page) == temp, report, page);
	CHECK(page->nr_warm <= 1U << order, report, page);
	if (zone->has_maps) {
		CHECK(map_is_free(pfn, 1UL << order, false), report, page);
		CHECK(map_nr_warm(pfn, 1UL << order) == page->nr_warm, report,
		      page);
	} else {
		CHECK(page->nr_warm == 1U << order, report, page);
	}
	CHECK((pfn & order_mask(order)) == 0, report, page);
	CHECK(order < MAX_PAGE_ORDER || temp != COLD, report, page);
	if (order < MAX_PAGE_ORDER)
		CHECK(!free_buddy_of(pfn, order), report, page);
	for (i = 1; i < 1UL << order; i++)
		CHECK(page[i].type == PAGE_NONE, report, page + i);
	for (i = 0; i < 1UL << order; i++)
		CHECK(page_has_no_bits(page + i), report, page + i);
}

/* Of the free frames that may be on no list. */
static void check_map(const struct zone *zone, size_t nr_listed,
		      struct check_report *report)
{
	struct map_sums sums = map_sums();
	size_t nr_fresh = zone->fresh_end - zone->fresh;
	pfn_t pfn;

	for (pfn = direct_map.first_pfn; pfn < direct_map.limit; pfn++) {
		const struct page *page = pfn_to_page(pfn);

		if (!map_is_free(pfn, 1, false))
			continue;
		CHECK(page->type == PAGE_BUDDY || page->type == PAGE_NONE,
		      report, page);
		CHECK(byte_map()[pfn] == 0, report, page);
		CHECK(page_has_no_bits(page), report, page);
	}
	CHECK(sums.nr_listed == nr_listed, report, zone);
	CHECK(sums.nr_warm == zone->nr_free[WARM], report, zone);
	CHECK(sums.nr_free - sums.nr_warm + nr_fresh == zone->nr_free[COLD],
	      report, zone);
}

bool zone_check(struct zone *zone, struct check_report *report)
{
	size_t nr_listed = 0;
	unsigned int order, temp;

	for_each_order(order) {
		struct free_area *area = &zone->free_area[order];
		size_t nr_area = 0;

		for (temp = 0; temp < NR_TEMPERATURES; temp++) {
			size_t nr_blocks = 0;
			struct page *page;

			list_for_each_entry(page, &area->list[temp], link) {
				check_block(zone, page, order, temp, report);
				nr_blocks++;
				nr_area += page->nr_warm;
				nr_listed += 1UL << order;
			}
			CHECK(nr_blocks == area->nr_free[temp], report, area);
		}
		CHECK(nr_area == area->nr_warm, report, area);
	}
	if (zone->has_maps)
		check_map(zone, nr_listed, report);
	else
		CHECK(nr_listed == zone->nr_free[WARM], report, zone);
	CHECK(zone->nr_free[COLD] + zone->nr_free[WARM] + zone->nr_lent <=
		      zone->nr_present,
	      report, zone);
	return check_report_clean(report);
}
