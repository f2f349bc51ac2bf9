/* SPDX-License-Identifier: MIT */
/*
 * buddy.c - a zone of one's own: splitting, merging, temperature, exact sizes
 *
 * Random work on a zone is in frames.c.
 */
#include "buddy/buddy.h"

#include <string.h>
#include <sys/mman.h>

#include "buddy/map.h"
#include "os/conf.h"
#include "os/fault.h"
#include "os/os.h"
#include "page/span.h"
#include "unit.h"

MEASURES_MEMORY;

/* A zone without a frame; they come from the process's span. */
static struct zone *test_zone(void)
{
	static struct zone zone;
	static bool is_started;

	if (!is_started)
		EXPECT_EQ(span_init(), 0);
	is_started = true;
	EXPECT_EQ(zone.nr_present, 0); /* the test before has left nothing */
	memset(&zone, 0, sizeof(zone));
	zone.lock.rank = LOCK_RANK_ZONE;
	zone.name = "Test";
	zone.has_maps = true;
	zone.period_start = os_now_ms();
	zone_init(&zone);
	pf_conf.decay_ms = 1000000;
	return &zone;
}

/* Free blocks of all temperatures. */
static size_t free_blocks(struct zone *zone, unsigned int order)
{
	return zone->free_area[order].nr_free[COLD] +
	       zone->free_area[order].nr_free[TEPID] +
	       zone->free_area[order].nr_free[WARM];
}

/* From the lists alone: nothing stays fresh. */
static struct page *take(struct zone *zone, size_t nr_pages)
{
	struct page *page = zone_alloc_pages(zone, nr_pages, 0);

	EXPECT(page);
	lock_acquire(&zone->lock);
	zone_list_fresh_locked(zone);
	lock_release(&zone->lock);
	return page;
}

static void touch(struct page *page, size_t nr_pages)
{
	memset(page_to_virt(page), 0x5a, nr_pages << PAGE_SHIFT);
}

static bool expect_invariants(struct zone *zone)
{
	struct check_report report = {0};

	zone_check(zone, &report);
	return expect_clean(&report, "zone_check");
}

/* All frames are free: then they can all go. */
static void expect_all_back(struct zone *zone)
{
	expect_invariants(zone);
	EXPECT_EQ(zone->nr_free[COLD] + zone->nr_free[WARM], zone->nr_present);
	zone_reclaim(zone, SIZE_MAX);
	EXPECT_EQ(zone->nr_present, 0);
}

TEST(taking_a_frame_splits_a_block_once_for_each_order)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 1);
	unsigned int order;

	for (order = 0; order < LISTED_ORDER; order++)
		EXPECT_EQ(free_blocks(zone, order), 0); /* in the map alone */
	for (; order < MAX_PAGE_ORDER; order++)
		EXPECT_EQ(free_blocks(zone, order), 1);
	EXPECT_EQ(free_blocks(zone, MAX_PAGE_ORDER), 0);
	EXPECT_EQ(zone->nr_present, MAX_ORDER_NR_PAGES);
	expect_invariants(zone);
	zone_free_pages(zone, page, 1);
	expect_all_back(zone);
}

TEST(fresh_frames_are_taken_in_order_and_are_in_no_map)
{
	struct zone *zone = test_zone();
	struct page *first = zone_alloc_pages(zone, 1, 0);
	struct page *second = zone_alloc_pages(zone, 1, 0);
	struct page *five = zone_alloc_pages(zone, 5, 0);
	struct page *four = zone_alloc_pages(zone, 1, 2);

	EXPECT(second == first + 1);
	EXPECT(five == first + 2);
	EXPECT(four == first + 8); /* aligned to 4, 7 is in the map */
	EXPECT_EQ(map_sums().nr_free, 1);
	EXPECT_EQ(zone->fresh, page_to_pfn(first) + 9);
	EXPECT_EQ(zone->nr_free[COLD], MAX_ORDER_NR_PAGES - 8);
	EXPECT(zone_alloc_pages(zone, 1, 0) == first + 7); /* from there */
	expect_invariants(zone);
	zone_free_pages(zone, first, 9);
	expect_all_back(zone);
}

TEST(a_fresh_block_costs_one_page_of_records)
{
	struct zone *zone = test_zone();
	struct page *page = zone_alloc_pages(zone, 1, 0);
	unsigned char resident[16];
	char *records = (char *)((uintptr_t)page & ~(PAGE_SIZE - 1));
	unsigned int i;

	if (!EXPECT_EQ(
		    mincore(records, sizeof(resident) << PAGE_SHIFT, resident),
		    0))
		return;
	for (i = 1; i < sizeof(resident); i++)
		EXPECT_EQ(resident[i], 0);
	zone_free_pages(zone, page, 1);
	expect_all_back(zone);
}

TEST(frames_grow_into_fresh_ones)
{
	struct zone *zone = test_zone();
	struct page *page = zone_alloc_pages(zone, 3, 0);
	struct page *next;

	EXPECT(zone_extend_pages(zone, page, 3, 40, true));
	next = zone_alloc_pages(zone, 1, 0);
	EXPECT(next == page + 40);
	EXPECT(!zone_extend_pages(zone, page, 40, 41, true));
	zone_free_pages(zone, page, 30);
	/* Listed ones first, then the rest of the block. */
	EXPECT(zone_extend_pages(zone, next, 1, MAX_ORDER_NR_PAGES - 40, true));
	EXPECT_EQ(zone->fresh, zone->fresh_end);
	EXPECT(!zone_extend_pages(zone, next, MAX_ORDER_NR_PAGES - 40,
				  MAX_ORDER_NR_PAGES - 39, true));
	expect_invariants(zone);
	zone_free_pages(zone, page + 30, 10);
	zone_free_pages(zone, next, MAX_ORDER_NR_PAGES - 40);
	expect_all_back(zone);
}

/* Each count alone: nothing else has left warm blocks. */
TEST(the_same_request_again_takes_the_same_memory)
{
	size_t nr_pages;
	unsigned int i;

	for (nr_pages = 1; nr_pages <= MAX_ORDER_NR_PAGES; nr_pages++) {
		struct zone *zone = test_zone();
		struct page *first = zone_alloc_pages(zone, nr_pages, 0);

		zone_free_pages(zone, first, nr_pages);
		for (i = 0; i < 5; i++) {
			struct page *again =
				zone_alloc_pages(zone, nr_pages, 0);

			if (!EXPECT(again == first))
				tap_note("%zu frames", nr_pages);
			EXPECT(page_is_warm(again));
			zone_free_pages(zone, again, nr_pages);
		}
		expect_all_back(zone);
	}
}

TEST(what_is_left_of_a_fresh_block_is_in_the_map_when_the_next_one_comes)
{
	struct zone *zone = test_zone();
	struct page *small = zone_alloc_pages(zone, 1, 0);
	struct page *large = zone_alloc_pages(zone, MAX_ORDER_NR_PAGES, 0);

	EXPECT_EQ(map_sums().nr_free, MAX_ORDER_NR_PAGES - 1);
	EXPECT_EQ(zone->fresh, zone->fresh_end);
	expect_invariants(zone);
	zone_free_pages(zone, small, 1);
	zone_free_pages(zone, large, MAX_ORDER_NR_PAGES);
	expect_all_back(zone);
}

TEST(the_lower_half_is_kept_and_the_upper_half_is_free)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 1);
	struct page *next = take(zone, 1);
	struct page *four = take(zone, 4);

	EXPECT(next == page + 1);
	EXPECT(four == page + 4); /* 2 and 3 are too small */
	zone_free_pages(zone, page, 1);
	zone_free_pages(zone, next, 1);
	zone_free_pages(zone, four, 4);
	expect_all_back(zone);
}

TEST(free_merges_with_the_other_half)
{
	struct zone *zone = test_zone();
	struct page *low = take(zone, 64);
	struct page *high = take(zone, 64);
	struct page *keep = take(zone, 128);

	EXPECT(high == low + 64);
	zone_free_pages(zone, low, 64);
	EXPECT_EQ(zone->free_area[6].nr_free[WARM], 1);
	EXPECT_EQ(zone->free_area[7].nr_free[WARM], 0);
	zone_free_pages(zone, high, 64);
	EXPECT_EQ(zone->free_area[6].nr_free[WARM], 0);
	EXPECT_EQ(zone->free_area[7].nr_free[WARM], 1);
	expect_invariants(zone);
	zone_free_pages(zone, keep, 128);
	expect_all_back(zone);
}

/* Frames that came one by one, in no order: the last makes it a block. */
TEST(short_pieces_grow_together_to_a_listed_block)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 64);
	unsigned int i;

	for (i = 0; i < 31; i++) {
		zone_free_pages(zone, page + i * 37 % 32, 1);
		EXPECT_EQ(free_blocks(zone, LISTED_ORDER), 0);
	}
	expect_invariants(zone);
	zone_free_pages(zone, page + 31 * 37 % 32, 1);
	EXPECT_EQ(zone->free_area[LISTED_ORDER].nr_free[WARM], 1);
	expect_invariants(zone);
	EXPECT(take(zone, 30) == page);
	EXPECT_EQ(free_blocks(zone, LISTED_ORDER), 0);
	zone_free_pages(zone, page, 30);
	EXPECT_EQ(zone->free_area[LISTED_ORDER].nr_free[WARM], 1);
	zone_free_pages(zone, page + 32, 32);
	expect_all_back(zone);
}

TEST(neighbours_that_are_no_buddies_do_not_merge)
{
	struct zone *zone = test_zone();
	struct page *page[4];
	struct page *keep;
	unsigned int i;

	for (i = 0; i < 4; i++)
		page[i] = take(zone, 32);
	keep = take(zone, 128);
	zone_free_pages(zone, page[1], 32);
	zone_free_pages(zone, page[2], 32); /* 1 and 2: side by side */
	EXPECT_EQ(zone->free_area[5].nr_free[WARM], 2);
	EXPECT_EQ(zone->free_area[6].nr_free[WARM], 0);
	expect_invariants(zone);
	zone_free_pages(zone, page[0], 32);
	zone_free_pages(zone, page[3], 32);
	EXPECT_EQ(zone->free_area[5].nr_free[WARM], 0);
	EXPECT_EQ(zone->free_area[7].nr_free[WARM], 1);
	zone_free_pages(zone, keep, 128);
	expect_all_back(zone);
}

/* The one block that there is, of @nr_warm frames that are. */
static void expect_one_block(struct zone *zone, enum temperature temp,
			     size_t nr_warm)
{
	EXPECT_EQ(zone->free_area[MAX_PAGE_ORDER].nr_free[temp], 1);
	EXPECT_EQ(zone->nr_free[WARM], nr_warm);
	EXPECT_EQ(zone->nr_free[COLD], MAX_ORDER_NR_PAGES - nr_warm);
	expect_invariants(zone);
}

TEST(halves_of_different_temperature_merge)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 512);
	struct page *half[2];

	/* The upper half was never touched; the lower one comes back warm. */
	EXPECT(!page_is_warm(page));
	touch(page, 512);
	zone_free_pages(zone, page, 512);
	expect_one_block(zone, WARM, 512);
	half[0] = take(zone, 512);
	half[1] = take(zone, 512);
	EXPECT(half[0] == page);
	EXPECT(page_is_warm(half[0]));
	EXPECT(!page_is_warm(half[1]));
	zone_free_pages(zone, half[0], 512);
	zone_free_pages(zone, half[1], 512);
	expect_all_back(zone);
}

/* A block whose frames are cold, but for every @step-th from @first on. */
static struct page *sprinkled_block(struct zone *zone, size_t first,
				    size_t step)
{
	struct page *page = take(zone, MAX_ORDER_NR_PAGES);
	size_t i;

	lock_acquire(&zone->lock);
	for (i = 0; i < MAX_ORDER_NR_PAGES; i++)
		buddy_free_locked(zone, page + i, 0,
				  i >= first && (i - first) % step == 0 ? WARM
									: COLD);
	lock_release(&zone->lock);
	return page;
}

TEST(warm_frames_are_found_wherever_they_lie)
{
	static const size_t steps[] = {2, 3, 5, 64, 100, 255, 256, 300, 1024};
	unsigned int s;

	for (s = 0; s < ARRAY_SIZE(steps); s++) {
		struct zone *zone = test_zone();
		size_t step = steps[s], first = step - 1;
		size_t nr_warm = (MAX_ORDER_NR_PAGES - step) / step + 1;
		struct page *block = sprinkled_block(zone, first, step);
		size_t i;

		expect_one_block(
			zone, 2 * nr_warm >= MAX_ORDER_NR_PAGES ? WARM : TEPID,
			nr_warm);
		for (i = 0; i < MAX_ORDER_NR_PAGES; i++) {
			struct page *page = take(zone, 1);
			size_t where = (size_t)(page - block);

			if (!EXPECT_EQ(page_is_warm(page), i < nr_warm) ||
			    !EXPECT_EQ(where % step == first, i < nr_warm))
				tap_note("step %zu, frame %zu", step, where);
		}
		expect_invariants(zone);
		zone_free_pages(zone, block, MAX_ORDER_NR_PAGES);
		expect_all_back(zone);
	}
}

TEST(the_warmest_part_of_a_block_is_given_out)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, MAX_ORDER_NR_PAGES), *part;

	lock_acquire(&zone->lock);
	buddy_free_range_locked(zone, page_to_pfn(page), 640, COLD);
	buddy_free_range_locked(zone, page_to_pfn(page + 640), 100, WARM);
	buddy_free_range_locked(zone, page_to_pfn(page + 740), 284, COLD);
	lock_release(&zone->lock);
	expect_one_block(zone, TEPID, 100);
	part = take(zone, 60);
	EXPECT(part == page + 640);
	EXPECT_EQ(zone->nr_free[WARM], 40);
	expect_invariants(zone);
	zone_free_pages(zone, part, 60);
	expect_one_block(zone, TEPID, 100);
	expect_all_back(zone);
}

TEST(a_block_with_few_warm_frames_does_not_count_as_warm)
{
	struct zone *zone = test_zone();
	struct page *page = sprinkled_block(zone, 2, 3);

	expect_one_block(zone, TEPID, 341);
	EXPECT(!zone_has_warm(zone, 1UL << LISTED_ORDER));
	EXPECT(!zone_take_warm_block(zone, 5, MAX_PAGE_ORDER));
	expect_one_block(zone, TEPID, 341);
	EXPECT_EQ(zone_reclaim(zone, SIZE_MAX), 341);
	EXPECT_EQ(zone->nr_present, 0);
	page = sprinkled_block(zone, 1, 2);
	expect_one_block(zone, WARM, 512);
	EXPECT(zone_has_warm(zone, MAX_ORDER_NR_PAGES));
	EXPECT(zone_take_warm_block(zone, 5, MAX_PAGE_ORDER) == page);
	zone_free_lent(zone, page, true);
	expect_all_back(zone);
}

TEST(what_shall_be_warm_is_warm_from_end_to_end)
{
	struct zone *zone = test_zone();
	struct page *page = sprinkled_block(zone, 2, 3);

	EXPECT(!zone_alloc_warm_pages(zone, 2));
	EXPECT(!zone_alloc_warm_pages(zone, 3));
	EXPECT(zone_alloc_warm_pages(zone, 1) == page + 2);
	zone_free_pages(zone, page + 2, 1);
	expect_one_block(zone, TEPID, 341);
	lock_acquire(&zone->lock);
	buddy_take_locked(zone, page);
	buddy_free_range_locked(zone, page_to_pfn(page), 61, COLD);
	buddy_free_range_locked(zone, page_to_pfn(page) + 61, 7, WARM);
	buddy_free_range_locked(zone, page_to_pfn(page) + 68,
				MAX_ORDER_NR_PAGES - 68, COLD);
	lock_release(&zone->lock);
	EXPECT(!zone_alloc_warm_pages(zone, 8));
	EXPECT(zone_alloc_warm_pages(zone, 4) == page + 64);
	EXPECT(!zone_alloc_warm_pages(zone, 4));
	EXPECT(zone_alloc_warm_pages(zone, 3) == page + 61);
	zone_free_pages(zone, page + 61, 7);
	expect_all_back(zone);
}

TEST(the_lowest_frames_that_will_do_are_given_out)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, MAX_ORDER_NR_PAGES);
	struct page *next = take(zone, MAX_ORDER_NR_PAGES);

	/* Free and warm: 10 to 14, 500 to 599, and 0 to 6 of the next block. */
	zone_free_pages(zone, next, 7);
	zone_free_pages(zone, page + 500, 100);
	zone_free_pages(zone, page + 10, 5);
	EXPECT(take(zone, 6) == page + 500);
	EXPECT(take(zone, 4) == page + 508); /* a power of two is aligned */
	EXPECT(take(zone, 5) == page + 10);
	EXPECT(take(zone, 64) == page + 512);
	EXPECT(take(zone, 2) == page + 506);
	EXPECT(take(zone, 24) == page + 576);
	EXPECT(take(zone, 3) == next);
	expect_invariants(zone);
	zone_free_pages(zone, next, 3);
	zone_free_pages(zone, next + 7, MAX_ORDER_NR_PAGES - 7);
	zone_free_pages(zone, page, MAX_ORDER_NR_PAGES);
	expect_all_back(zone);
}

TEST(warm_blocks_are_given_out_before_cold_ones)
{
	struct zone *zone = test_zone();
	struct page *warm = take(zone, 64);
	struct page *again;

	touch(warm, 64);
	zone_free_pages(zone, warm, 64);
	/* Cold blocks of the very size are there, and a warm one too large. */
	again = take(zone, 16);
	EXPECT(again == warm);
	EXPECT(page_is_warm(again));
	zone_free_pages(zone, again, 16);
	expect_all_back(zone);
}

TEST(a_cold_block_of_the_largest_order_leaves_the_zone)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, MAX_ORDER_NR_PAGES);

	lock_acquire(&zone->lock);
	buddy_free_locked(zone, page, MAX_PAGE_ORDER, COLD);
	lock_release(&zone->lock);
	EXPECT_EQ(zone->nr_present, 0);
	EXPECT_EQ(free_blocks(zone, MAX_PAGE_ORDER), 0);
	expect_all_back(zone);
}

TEST(a_warm_block_of_the_largest_order_stays)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, MAX_ORDER_NR_PAGES);

	zone_free_pages(zone, page, MAX_ORDER_NR_PAGES);
	EXPECT_EQ(zone->free_area[MAX_PAGE_ORDER].nr_free[WARM], 1);
	EXPECT(take(zone, MAX_ORDER_NR_PAGES) == page);
	zone_free_pages(zone, page, MAX_ORDER_NR_PAGES);
	expect_all_back(zone);
}

TEST(any_count_of_frames_costs_just_these)
{
	struct zone *zone = test_zone();
	size_t nr_pages;

	for (nr_pages = 1; nr_pages <= MAX_ORDER_NR_PAGES; nr_pages++) {
		struct page *page = take(zone, nr_pages);

		EXPECT_EQ(page_to_pfn(page) &
				  order_mask(order_of_pages(nr_pages)),
			  0);
		EXPECT_EQ(zone->nr_present - zone->nr_free[COLD] -
				  zone->nr_free[WARM],
			  nr_pages);
		if (!expect_invariants(zone))
			break;
		zone_free_pages(zone, page, nr_pages);
	}
	expect_all_back(zone);
}

TEST(a_wanted_alignment_is_kept)
{
	struct zone *zone = test_zone();
	struct page *page[NR_PAGE_ORDERS];
	unsigned int order;

	for_each_order(order) {
		page[order] = zone_alloc_pages(zone, 3, order);
		if (!EXPECT(page[order]))
			return;
		EXPECT_EQ(page_to_pfn(page[order]) & order_mask(order), 0);
	}
	expect_invariants(zone);
	for_each_order(order)
		zone_free_pages(zone, page[order], 3);
	expect_all_back(zone);
}

TEST(a_block_grows_into_free_frames_behind_it)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 5);

	EXPECT(zone_extend_pages(zone, page, 5, 6, true));
	EXPECT(zone_extend_pages(zone, page, 6, 100, true));
	EXPECT(zone_extend_pages(zone, page, 100, MAX_ORDER_NR_PAGES, true));
	EXPECT_EQ(zone->nr_free[COLD] + zone->nr_free[WARM], 0);
	EXPECT(!zone_extend_pages(zone, page, MAX_ORDER_NR_PAGES,
				  MAX_ORDER_NR_PAGES + 1, true));
	expect_invariants(zone);
	zone_free_pages(zone, page, MAX_ORDER_NR_PAGES);
	expect_all_back(zone);
}

TEST(a_block_grows_into_warm_frames_alone_if_told_so)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 5);
	struct page *warm = take(zone, 8);

	EXPECT(warm == page + 8);
	zone_free_pages(zone, warm, 8);
	EXPECT(!zone_extend_pages(zone, page, 5, 8, false));
	EXPECT(zone_extend_pages(zone, page, 5, 8, true));
	EXPECT(zone_extend_pages(zone, page, 8, 16, false));
	EXPECT(!zone_extend_pages(zone, page, 16, 17, false));
	expect_invariants(zone);
	zone_free_pages(zone, page, 16);
	expect_all_back(zone);
}

TEST(a_block_does_not_grow_into_frames_in_use)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 5);
	struct page *other = take(zone, 4);

	EXPECT(other == page + 8);
	EXPECT(!zone_extend_pages(zone, page, 5, 9, true));
	EXPECT_EQ(zone->nr_present - zone->nr_free[COLD] - zone->nr_free[WARM],
		  9);
	EXPECT(zone_extend_pages(zone, page, 5, 8, true));
	EXPECT(!zone_extend_pages(zone, page, 8, 9, true));
	expect_invariants(zone);
	zone_free_pages(zone, other, 4);
	EXPECT(zone_extend_pages(zone, page, 8, 9, true));
	zone_free_pages(zone, page, 9);
	expect_all_back(zone);
}

TEST(a_block_does_not_grow_across_the_largest_block)
{
	struct zone *zone = test_zone();
	struct page *first = take(zone, MAX_ORDER_NR_PAGES);
	struct page *second = take(zone, MAX_ORDER_NR_PAGES);

	EXPECT(second == first + MAX_ORDER_NR_PAGES);
	zone_free_pages(zone, second, MAX_ORDER_NR_PAGES);
	/* Keep the last 4 frames only; those behind them are free. */
	zone_free_pages(zone, first, 1020);
	EXPECT(!zone_extend_pages(zone, first + 1020, 4, 5, true));
	zone_free_pages(zone, first + 1020, 4);
	expect_all_back(zone);
}

TEST(a_shrunk_block_gives_back_its_end)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 13);

	zone_free_pages(zone, page + 6, 7);
	EXPECT_EQ(zone->nr_free[WARM], 7);
	expect_invariants(zone);
	zone_free_pages(zone, page, 6);
	expect_all_back(zone);
}

TEST(free_frames_are_found_and_others_are_not)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 6);
	pfn_t pfn = page_to_pfn(page);
	unsigned int i;

	for (i = 0; i < 32; i++) {
		EXPECT(!buddy_find_locked(pfn + i));
		EXPECT_EQ(map_is_free(pfn + i, 1, false), i >= 6);
	}
	for (; i < 64; i++)
		EXPECT(buddy_find_locked(pfn + i) == page + 32);
	for (; i < 128; i++)
		EXPECT(buddy_find_locked(pfn + i) == page + 64);
	zone_free_pages(zone, page, 6);
	expect_all_back(zone);
}

TEST(the_largest_warm_block_is_lent)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 4 + 64);
	struct page *keep = take(zone, 4); /* 68 to 71 */
	struct page *lent;

	EXPECT(!zone_take_warm_block(zone, 0, MAX_PAGE_ORDER));
	zone_free_pages(zone, page, 4 + 64);
	EXPECT(!zone_take_warm_block(zone, 7, MAX_PAGE_ORDER));
	lent = zone_take_warm_block(zone, 0, MAX_PAGE_ORDER);
	if (!EXPECT(lent))
		return;
	EXPECT(lent == page);
	EXPECT_EQ(lent->order, 6);
	EXPECT_EQ(lent->type, PAGE_LENT);
	EXPECT_EQ(zone->nr_lent, 64);
	expect_invariants(zone);
	/* Not free: not found, not merged with, not given out. */
	EXPECT(!buddy_find_locked(page_to_pfn(lent) + 5));
	zone_free_lent(zone, lent, true);
	EXPECT_EQ(zone->nr_lent, 0);
	zone_free_pages(zone, keep, 4);
	expect_all_back(zone);
}

TEST(a_lent_block_may_come_back_empty)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 64);
	struct page *lent;

	zone_free_pages(zone, page, 64);
	expect_one_block(zone, TEPID, 64);
	lent = zone_take_warm_block(zone, 6, 6);
	EXPECT(lent == page); /* the warm part of it */
	zone_free_lent(zone, lent, true);
	page = take(zone, 512);
	zone_free_pages(zone, page, 512);
	lent = zone_take_warm_block(zone, 6, 6);
	EXPECT(lent == page);
	zone_free_lent(zone, lent, false);
	expect_one_block(zone, TEPID, 448);
	expect_all_back(zone);
}

TEST(pages_from_elsewhere_become_warm_frames)
{
	struct zone *zone = test_zone();
	char *from = vmalloc_start + MIB(128);
	struct page *page;

	EXPECT_EQ(span_map(from, MIB(5)), 0);
	memset(from, 0x77, MIB(5));
	EXPECT(zone_adopt_pages(zone, from, MIB(5)));
	span_unmap(from, MIB(5));
	EXPECT_EQ(zone->nr_present, 2 * MAX_ORDER_NR_PAGES);
	EXPECT_EQ(zone->nr_free[WARM], 1280);
	EXPECT_EQ(zone->nr_free[COLD], 768);
	expect_invariants(zone);
	page = take(zone, MAX_ORDER_NR_PAGES);
	EXPECT_EQ(*(char *)page_to_virt(page), 0x77);
	zone_free_pages(zone, page, MAX_ORDER_NR_PAGES);
	expect_all_back(zone);
}

static void free_twice(void *arg)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 4);

	(void)arg;
	zone_free_pages(zone, page, 4);
	lock_acquire(&zone->lock);
	buddy_free_locked(zone, page, 2, WARM);
}

static void free_off_its_boundary(void *arg)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 8);

	(void)arg;
	lock_acquire(&zone->lock);
	buddy_free_locked(zone, page + 1, 2, WARM);
}

static void free_without_lock(void *arg)
{
	struct zone *zone = test_zone();

	(void)arg;
	buddy_free_locked(zone, take(zone, 8), 3, WARM);
}

TEST(mistakes_end_in_a_sentence)
{
	expect_abort(free_twice, NULL, "BUG: *word & bits");
	expect_abort(free_off_its_boundary, NULL,
		     "BUG: page_to_pfn(page) & order_mask(order)");
	expect_abort(free_without_lock, NULL, "BUG: !lock_is_mine");
}

/* Each invariant of buddy.c, made false; zone_check() must say so. */
static bool check_fails(struct zone *zone, const char *fact)
{
	struct check_report report = {0};

	zone_check(zone, &report);
	return EXPECT_GE(report.nr_failed, 1) &&
	       EXPECT_STR_EQ(report.first, fact);
}

TEST(zone_check_names_the_invariant_that_is_broken)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 33); /* 34 to 63 are too short a piece */
	struct page *block = page + 64;
	pfn_t pfn = page_to_pfn(page);

	EXPECT_EQ(block->type, PAGE_BUDDY);
	EXPECT_EQ(block->order, 6);
	block->order = 5;
	check_fails(zone, "page->order == order");
	block->order = 6;

	block->type = PAGE_BLOCK;
	check_fails(zone, "page->type == PAGE_BUDDY");
	block->type = PAGE_BUDDY;

	block->nr_warm = 1;
	check_fails(zone, "block_temperature(page) == temp");
	block->nr_warm = 0;

	map_del(pfn + 64, 1);
	check_fails(zone, "map_is_free(pfn, 1UL << order, false)");
	map_add(pfn + 64, 1, WARM);
	check_fails(zone, "map_nr_warm(pfn, 1UL << order) == page->nr_warm");
	map_del(pfn + 64, 1);
	map_add(pfn + 64, 1, COLD);

	map_add(pfn, 32, COLD);
	check_fails(zone, "sums.nr_listed == nr_listed");
	map_del(pfn, 1);
	check_fails(zone, "sums.nr_free - sums.nr_warm + nr_fresh == "
			  "zone->nr_free[COLD]");
	map_del(pfn, 32);

	block[2].type = PAGE_SLAB;
	check_fails(zone, "page[i].type == PAGE_NONE");
	block[2].type = PAGE_NONE;

	page[40].type = PAGE_SLAB;
	check_fails(zone,
		    "page->type == PAGE_BUDDY || page->type == PAGE_NONE");
	page[40].type = PAGE_NONE;

	zone->nr_free[COLD]++;
	check_fails(zone, "sums.nr_free - sums.nr_warm + nr_fresh == "
			  "zone->nr_free[COLD]");
	zone->nr_free[COLD]--;

	zone->nr_free[WARM]++;
	check_fails(zone, "sums.nr_warm == zone->nr_free[WARM]");
	zone->nr_free[WARM]--;

	zone->free_area[6].nr_warm++;
	check_fails(zone, "nr_area == area->nr_warm");
	zone->free_area[6].nr_warm--;

	zone->free_area[6].nr_free[COLD]++;
	check_fails(zone, "nr_blocks == area->nr_free[temp]");
	zone->free_area[6].nr_free[COLD]--;

	byte_map()[pfn + 40] = 3;
	check_fails(zone, "byte_map()[pfn] == 0");
	byte_map()[pfn + 40] = 0;

	page[40].taken_bits[1] = 4;
	check_fails(zone, "page_has_no_bits(page)");
	page[40].taken_bits[1] = 0;

	zone->nr_lent += 34;
	EXPECT(zone->nr_present < zone->nr_free[COLD] + 33 + zone->nr_lent);
	check_fails(zone, "zone->nr_free[COLD] + zone->nr_free[WARM] + "
			  "zone->nr_lent <= zone->nr_present");
	zone->nr_lent -= 34;

	expect_invariants(zone);
	zone_free_pages(zone, page, 33);
	expect_all_back(zone);
}

TEST(buddies_left_apart_are_found)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 64);
	struct list_head *list = &zone->free_area[5].list[COLD];

	/* Two free halves that nobody has joined. */
	lock_acquire(&zone->lock);
	page->type = PAGE_BUDDY;
	page->order = 5;
	page->flags = 0;
	list_add(&page->link, list);
	page[32] = page[0];
	list_add(&page[32].link, list);
	map_add(page_to_pfn(page), 64, COLD);
	zone->free_area[5].nr_free[COLD] += 2;
	zone->nr_free[COLD] += 64;
	lock_release(&zone->lock);
	check_fails(zone, "!free_buddy_of(pfn, order)");

	lock_acquire(&zone->lock);
	buddy_take_locked(zone, page);
	buddy_take_locked(zone, page + 32);
	lock_release(&zone->lock);
	zone_free_pages(zone, page, 64);
	expect_all_back(zone);
}

/* Giving memory back. */

TEST(reclaimed_blocks_have_no_memory_behind_them)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 256);
	struct page *keep = take(zone, 1);

	touch(page, 256);
	zone_free_pages(zone, page, 256);
	EXPECT_EQ(resident_pages(page_to_virt(page), MIB(1)), 256);
	EXPECT_EQ(zone_reclaim(zone, SIZE_MAX), 256);
	EXPECT_EQ(resident_pages(page_to_virt(page), MIB(1)), 0);
	EXPECT_EQ(zone->nr_returned, 256);
	EXPECT_EQ(zone->nr_free[WARM], 0);
	EXPECT_EQ(zone_reclaim(zone, SIZE_MAX), 0);
	zone_free_pages(zone, keep, 1);
	expect_all_back(zone);
}

TEST(large_blocks_are_reclaimed_before_small_ones)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 64 + 2);
	struct page *keep = take(zone, 4); /* 68 to 71 */

	zone_free_pages(zone, page, 64 + 2);
	EXPECT_EQ(zone_reclaim(zone, 1), 64);
	EXPECT_EQ(zone->nr_free[WARM], 2);
	EXPECT_EQ(zone_reclaim(zone, 1), 2);
	zone_free_pages(zone, keep, 4);
	expect_all_back(zone);
}

/* A clock that the test moves: the period begins when the test says. */
static void let_a_period_pass(struct zone *zone)
{
	zone->period_start = 0;
	zone_decay(zone);
}

TEST(memory_that_nobody_needed_for_a_period_is_given_back)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 256);

	touch(page, 256);
	zone_free_pages(zone, page, 256);
	let_a_period_pass(zone); /* it was not free all the time */
	EXPECT_EQ(zone->nr_free[WARM], 256);
	let_a_period_pass(zone);
	EXPECT_EQ(zone->nr_free[WARM], 0);
	expect_all_back(zone);
}

TEST(memory_that_is_needed_again_and_again_stays)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 256);
	unsigned int period;

	touch(page, 256);
	for (period = 0; period < 5; period++) {
		zone_free_pages(zone, page, 256);
		let_a_period_pass(zone);
		EXPECT_EQ(zone->nr_free[WARM], 256);
		EXPECT(take(zone, 256) == page);
		EXPECT(page_is_warm(page));
	}
	zone_free_pages(zone, page, 256);
	expect_all_back(zone);
}

TEST(without_decay_time_memory_goes_back_at_the_next_free)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 256);
	struct page *other = take(zone, 1);

	pf_conf.decay_ms = 0;
	zone_free_pages(zone, page, 256);
	zone_free_pages(zone, other, 1);
	zone_decay(zone);
	zone_decay(zone);
	EXPECT_EQ(zone->nr_free[WARM], 0);
	expect_all_back(zone);
}

TEST(a_reclaim_that_the_system_refuses_changes_nothing)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, 256);

	zone_free_pages(zone, page, 256);
	os_fail_calls(0, 1000);
	EXPECT_EQ(zone_reclaim(zone, SIZE_MAX), 0);
	os_fail_calls(0, 0);
	EXPECT_EQ(zone->nr_free[WARM], 256);
	expect_all_back(zone);
}

/* Every second frame of @nr_blocks blocks, freed: warm, and of no use. */
static void make_holes(struct zone *zone, struct page **pages, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		pages[i] = take(zone, 1);
		touch(pages[i], 1);
	}
	for (i = 0; i < nr; i += 2)
		zone_free_pages(zone, pages[i], 1);
}

TEST(new_memory_beside_many_warm_pieces_gives_some_of_these_back)
{
	static struct page *pages[4 * MAX_ORDER_NR_PAGES];
	struct zone *zone = test_zone();
	struct page *large;
	size_t i;

	make_holes(zone, pages, ARRAY_SIZE(pages));
	EXPECT_EQ(zone->nr_free[WARM], 2 * MAX_ORDER_NR_PAGES);
	large = take(zone, MAX_ORDER_NR_PAGES);
	EXPECT_EQ(zone->nr_free[WARM], MAX_ORDER_NR_PAGES);
	EXPECT(zone->is_fragmented);
	zone_free_pages(zone, large, MAX_ORDER_NR_PAGES);
	for (i = 1; i < ARRAY_SIZE(pages); i += 2)
		zone_free_pages(zone, pages[i], 1);
	expect_all_back(zone);
}

TEST(few_warm_pieces_are_left_alone)
{
	static struct page *pages[MAX_ORDER_NR_PAGES];
	struct zone *zone = test_zone();
	struct page *large;
	size_t i;

	make_holes(zone, pages, ARRAY_SIZE(pages));
	large = take(zone, MAX_ORDER_NR_PAGES);
	EXPECT_EQ(zone->nr_free[WARM], MAX_ORDER_NR_PAGES / 2);
	EXPECT(!zone->is_fragmented);
	zone_free_pages(zone, large, MAX_ORDER_NR_PAGES);
	for (i = 1; i < ARRAY_SIZE(pages); i += 2)
		zone_free_pages(zone, pages[i], 1);
	expect_all_back(zone);
}

TEST(release_gives_back_the_addresses_too)
{
	struct zone *zone = test_zone();
	struct page *page = take(zone, MAX_ORDER_NR_PAGES);

	zone_free_pages(zone, page, MAX_ORDER_NR_PAGES);
	EXPECT_GE(zone_release(zone), ZONE_BLOCK_BYTES);
	EXPECT_EQ(zone->nr_present, 0);
	EXPECT_EQ(zone_release(zone), 0);
	expect_all_back(zone);
}
