/* SPDX-License-Identifier: MIT */
/*
 * buddy.c - free blocks of 2^order page frames, split and merged in place
 *
 * What it does.  Every free block lives on one list, the one of its order and
 * temperature.  Taking a block splits the smallest one that is large enough;
 * giving a block back joins it with its other half, its buddy, for as long as
 * that half is free too.
 *
 * Finding the buddy.  A block of order n starts at a pfn whose low n bits are
 * zero.  Its buddy differs in bit n alone:
 *
 *	order 2, pfn 12:   12 ^ 4 = 8      pfn  8 9 10 11 | 12 13 14 15
 *	order 2, pfn  8:    8 ^ 4 = 12          \_ buddy _/ \_ block __/
 *
 * so no table is needed: one xor, and one look at the buddy's struct page.
 *
 * Temperature.  Halves of different temperature are not joined: it would be
 * forgotten which of the frames have memory behind them, and handing out the
 * wrong ones costs a page fault each.  When reclaim has made a warm block cold
 * it is freed again as a cold one, and joins then.  So fragmentation between
 * the two costs addresses for the time of the decay, and no memory.
 *
 * Invariants, walked by zone_check():
 *	1. A page of type PAGE_BUDDY is the first frame of a free block,
 *	   page->order is that block's order, page->flags its temperature.
 *	2. The block is on free_area[page->order].list[temperature], once.
 *	3. No two buddies of one order and temperature are free together,
 *	   except at MAX_PAGE_ORDER.
 *	4. The blocks on the lists, and the fresh frames, add up to
 *	   zone->nr_free[temperature].
 *	5. No frame inside a block, other than its first, has a type.
 *	6. No frame of a free block has a taken bit.
 *	7. No cold block has MAX_PAGE_ORDER: those go back to the span.
 *
 * Cost.  At most MAX_PAGE_ORDER splits or merges; no loop over free blocks.
 * Locking.  Callers hold zone->lock.
 * Not here.  Asking the OS (page/span.c), per-thread lists (pcp.c), giving
 * memory back to the OS (reclaim.c).
 * Reading: K. C. Knowlton, "A fast storage allocator", CACM 8(10), 1965.
 */
#include "buddy/buddy.h"

#include "os/report.h"
#include "page/span.h"

static enum temperature temperature_of(const struct page *page)
{
	return page_is_warm(page) ? WARM : COLD;
}

/* Others look at both without the lock. */
static void count_free(struct zone *zone, struct free_area *area,
		       enum temperature temp, long nr_blocks, long nr_pages)
{
	WRITE_ONCE(area->nr_free[temp],
		   area->nr_free[temp] + (size_t)nr_blocks);
	WRITE_ONCE(zone->nr_free[temp], zone->nr_free[temp] + (size_t)nr_pages);
}

static void free_area_add(struct zone *zone, struct page *page,
			  unsigned int order, enum temperature temp)
{
	struct free_area *area = &zone->free_area[order];

	VM_BUG_ON(page->type != PAGE_NONE);
	page->type = PAGE_BUDDY;
	page->order = (u8)order;
	page->flags = temp == WARM ? PAGE_WARM : 0;
	list_add(&page->link, &area->list[temp]);
	count_free(zone, area, temp, 1, 1L << order);
}

void buddy_take_locked(struct zone *zone, struct page *page)
{
	enum temperature temp = temperature_of(page);
	struct free_area *area = &zone->free_area[page->order];

	VM_BUG_ON(page->type != PAGE_BUDDY);
	list_del(&page->link);
	count_free(zone, area, temp, -1, -(1L << page->order));
	page->type = PAGE_NONE;
	if (zone->nr_free[WARM] < zone->warm_low)
		zone->warm_low = zone->nr_free[WARM];
}

/* The block's other half if it is free, whole and as warm; else NULL. */
static struct page *free_buddy_of(pfn_t pfn, unsigned int order,
				  enum temperature temp)
{
	struct page *buddy = pfn_to_page(pfn ^ (1U << order));

	/* It may be anybody's, who changes the type, though not from or to
	 * PAGE_BUDDY: that is the lock's. */
	if (READ_ONCE(buddy->type) != PAGE_BUDDY || buddy->order != order ||
	    temperature_of(buddy) != temp)
		return NULL;
	return buddy;
}

void buddy_free_locked(struct zone *zone, struct page *page, unsigned int order,
		       enum temperature temp)
{
	pfn_t pfn = page_to_pfn(page);

	VM_BUG_ON(!lock_is_mine(&zone->lock));
	VM_BUG_ON(order > MAX_PAGE_ORDER);
	VM_BUG_ON(pfn & order_mask(order));
	VM_BUG_ON(page->type != PAGE_NONE);

	while (order < MAX_PAGE_ORDER) {
		struct page *buddy = free_buddy_of(pfn, order, temp);

		if (!buddy)
			break;
		buddy_take_locked(zone, buddy);
		pfn &= ~(1U << order); /* the merged block starts lower */
		order++;
	}
	if (order == MAX_PAGE_ORDER && temp == COLD) {
		WRITE_ONCE(zone->nr_present,
			   zone->nr_present - MAX_ORDER_NR_PAGES);
		span_give_block(pfn_to_page(pfn));
		return;
	}
	free_area_add(zone, pfn_to_page(pfn), order, temp);
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

/* Keep the lower part of @page's block, of @order; the rest stays free. */
static void split(struct zone *zone, struct page *page, unsigned int from,
		  unsigned int order, enum temperature temp)
{
	while (from > order) {
		from--;
		free_area_add(zone, page + (1UL << from), from, temp);
	}
	page->order = (u8)order;
}

static struct page *take_and_split(struct zone *zone, struct page *page,
				   unsigned int order)
{
	enum temperature temp = temperature_of(page);

	buddy_take_locked(zone, page);
	split(zone, page, page->order, order, temp);
	return page;
}

struct page *buddy_alloc_warm_locked(struct zone *zone, unsigned int order)
{
	struct page *page = first_of_at_least(zone, order, WARM);

	VM_BUG_ON(!lock_is_mine(&zone->lock));
	return page ? take_and_split(zone, page, order) : NULL;
}

struct page *buddy_alloc_cold_locked(struct zone *zone, unsigned int order)
{
	struct page *page = first_of_at_least(zone, order, COLD);

	return page ? take_and_split(zone, page, order) : NULL;
}

void buddy_free_range_locked(struct zone *zone, pfn_t pfn, size_t nr,
			     enum temperature temp)
{
	while (nr) {
		unsigned int order = order_at(pfn, nr);

		buddy_free_locked(zone, pfn_to_page(pfn), order, temp);
		pfn += 1U << order;
		nr -= 1UL << order;
	}
}

struct page *buddy_find_locked(struct zone *zone, pfn_t pfn)
{
	unsigned int order;

	(void)zone;
	for_each_order(order) {
		struct page *page = pfn_to_page(pfn & ~order_mask(order));

		if (READ_ONCE(page->type) == PAGE_BUDDY && page->order >= order)
			return page;
	}
	return NULL;
}

static bool has_no_bits(const struct page *page)
{
	unsigned int w;

	for (w = 0; w < WORDS_PER_PAGE; w++) {
		if (page->taken_bits[w])
			return false;
	}
	return true;
}

static void check_block(struct page *page, unsigned int order,
			enum temperature temp, struct check_report *report)
{
	pfn_t pfn = page_to_pfn(page);
	size_t i;

	CHECK(page->type == PAGE_BUDDY, report, page);
	CHECK(page->order == order, report, page);
	CHECK(temperature_of(page) == temp, report, page);
	CHECK((pfn & order_mask(order)) == 0, report, page);
	CHECK(order < MAX_PAGE_ORDER || temp == WARM, report, page);
	if (order < MAX_PAGE_ORDER)
		CHECK(!free_buddy_of(pfn, order, temp), report, page);
	for (i = 1; i < 1UL << order; i++) {
		CHECK(page[i].type == PAGE_NONE, report, page + i);
	}
	for (i = 0; i < 1UL << order && pfn + i < direct_map.limit; i++)
		CHECK(byte_map()[pfn + i] == 0, report, page + i);
	for (i = 0; i < 1UL << order; i++)
		CHECK(has_no_bits(page + i), report, page + i);
}

bool zone_check(struct zone *zone, struct check_report *report)
{
	unsigned int order, temp;

	for (temp = 0; temp < NR_TEMPERATURES; temp++) {
		size_t nr_pages = 0;

		for_each_order(order) {
			struct free_area *area = &zone->free_area[order];
			size_t nr_blocks = 0;
			struct page *page;

			list_for_each_entry(page, &area->list[temp], link) {
				check_block(page, order, temp, report);
				nr_blocks++;
			}
			CHECK(nr_blocks == area->nr_free[temp], report, area);
			nr_pages += nr_blocks << order;
		}
		if (temp == COLD)
			nr_pages += zone->fresh_end - zone->fresh;
		CHECK(nr_pages == zone->nr_free[temp], report, zone);
	}
	CHECK(zone->nr_free[COLD] + zone->nr_free[WARM] + zone->nr_lent <=
		      zone->nr_present,
	      report, zone);
	return check_report_clean(report);
}
