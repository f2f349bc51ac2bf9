/* SPDX-License-Identifier: MIT */
/*
 * pcp.c - free blocks that a thread keeps close: bounds, alignment, return
 */
#include "buddy/pcp.h"

#include <string.h>

#include "os/conf.h"
#include "os/thread.h"
#include "page/span.h"
#include "unit.h"

#define HIGH   32 /* frames that a thread keeps at most */
#define BLOCKS 16 /* blocks of one count */

static struct per_cpu_pages pcp;

static struct zone *test_zone(void)
{
	static bool is_started;

	if (!is_started) {
		EXPECT_EQ(span_init(), 0);
		zone_init(&zone_normal);
		pf_conf.decay_ms = 1000000;
	}
	is_started = true;
	EXPECT_EQ(pcp.nr_pages, 0);
	memset(&pcp, 0, sizeof(pcp));
	return &zone_normal;
}

static size_t in_use(const struct zone *zone)
{
	return zone->nr_present - zone->nr_free[COLD] - zone->nr_free[WARM];
}

static void expect_all_back(struct zone *zone)
{
	struct check_report report = {0};
	size_t i;

	pcp_drain(&pcp, zone);
	EXPECT_EQ(pcp_nr_pages(&pcp), 0);
	EXPECT_EQ(pcp.nr_long, 0);
	for (i = 0; i < PCP_MAX_PAGES; i++) {
		EXPECT(!pcp.list[i]);
		EXPECT_EQ(pcp.nr_blocks[i], 0);
	}
	EXPECT_EQ(in_use(zone), 0);
	zone_check(zone, &report);
	expect_clean(&report, "zone_check");
	zone_reclaim(zone, SIZE_MAX);
	EXPECT_EQ(zone->nr_present, 0);
}

TEST(a_freed_block_serves_the_next_request_of_its_size)
{
	struct zone *zone = test_zone();
	size_t nr_pages;

	for (nr_pages = 1; nr_pages <= PCP_MAX_PAGES; nr_pages++) {
		struct page *page = pcp_alloc(&pcp, zone, nr_pages);

		if (nr_pages == roundup_pow_of_two(nr_pages))
			EXPECT_EQ(page_to_pfn(page) & (nr_pages - 1), 0);
		pcp_free(&pcp, zone, page, nr_pages);
		EXPECT_EQ(page->type, PAGE_PCP);
		EXPECT_EQ(pcp.nr_pages, nr_pages);
		EXPECT(pcp_alloc(&pcp, zone, nr_pages) == page);
		EXPECT_EQ(page->type, PAGE_NONE);
		EXPECT(page_is_warm(page));
		EXPECT_EQ(pcp.nr_pages, 0);
		zone_free_pages(zone, page, nr_pages);
	}
	expect_all_back(zone);
}

TEST(a_block_of_another_size_stays_while_the_zone_has_warm_ones)
{
	struct zone *zone = test_zone();
	struct page *five = pcp_alloc(&pcp, zone, 5);
	struct page *eight = pcp_alloc(&pcp, zone, 8);
	struct page *four;

	zone_free_pages(zone, eight, 8);
	pcp_free(&pcp, zone, five, 5);
	four = pcp_alloc(&pcp, zone, 4);
	EXPECT(four == eight);
	EXPECT(pcp.list[4] == five);
	pcp_free(&pcp, zone, four, 4);
	expect_all_back(zone);
}

/* Warm frames 0..11 and 16..23 of a block. */
TEST(warm_blocks_side_by_side_come_at_once_the_lowest_first)
{
	struct zone *zone = test_zone();
	struct page *all = pcp_alloc(&pcp, zone, 24);
	struct page *page[PCP_BATCH + 4];
	size_t i;

	zone_free_pages(zone, all, 12);
	zone_free_pages(zone, all + 16, 8);
	for (i = 0; i < PCP_BATCH + 4; i++) {
		size_t nr_left = PCP_BATCH + 3 - i;

		page[i] = pcp_alloc(&pcp, zone, 1);
		EXPECT(page[i] == all + i);
		EXPECT(page_is_warm(page[i]));
		EXPECT_EQ(pcp.nr_pages, i < PCP_BATCH ? nr_left - 4 : nr_left);
	}
	for (i = 0; i < PCP_BATCH + 4; i++)
		zone_free_pages(zone, page[i], 1);
	zone_free_pages(zone, all + 12, 4);
	expect_all_back(zone);
}

TEST(blocks_go_back_to_the_zone_before_it_gives_cold_ones)
{
	struct zone *zone = test_zone();
	struct page *five = pcp_alloc(&pcp, zone, 5);
	struct page *forty = pcp_alloc(&pcp, zone, 40);
	struct page *four, *thirty;

	pcp_free(&pcp, zone, five, 5);
	four = pcp_alloc(&pcp, zone, 4);
	EXPECT(four == five);
	pcp_free(&pcp, zone, forty, 40);
	thirty = pcp_alloc(&pcp, zone, 30);
	EXPECT(thirty == four + 4); /* the lowest */
	EXPECT_EQ(pcp_nr_pages(&pcp), 0);
	pcp_free(&pcp, zone, four, 4);
	pcp_free(&pcp, zone, thirty, 30);
	expect_all_back(zone);
}

/* Frames that it may keep in long blocks, of a small zone. */
static size_t long_high(void)
{
	return os_has_one_thread() ? 128 : 64;
}

TEST(a_long_block_serves_the_next_request_of_its_length)
{
	struct zone *zone = test_zone();
	struct page *long_one = pcp_alloc(&pcp, zone, 17);
	size_t nr = long_high() + 1;
	struct page *longest = pcp_alloc(&pcp, zone, nr);

	pcp_free(&pcp, zone, longest, nr); /* is more than a share */
	EXPECT_EQ(pcp_nr_pages(&pcp), 0);
	pcp_free(&pcp, zone, long_one, 17);
	EXPECT_EQ(long_one->type, PAGE_PCP);
	EXPECT_EQ(pcp.nr_long_pages, 17);
	EXPECT(pcp_alloc(&pcp, zone, 17) == long_one);
	EXPECT_EQ(long_one->type, PAGE_NONE);
	EXPECT(page_is_warm(long_one));
	EXPECT_EQ(pcp_nr_pages(&pcp), 0);
	zone_free_pages(zone, long_one, 17);
	expect_all_back(zone);
}

TEST(the_oldest_long_block_makes_room)
{
	struct zone *zone = test_zone();
	size_t half = long_high() / 2;
	struct page *page[3];
	size_t i;

	for (i = 0; i < 3; i++)
		page[i] = pcp_alloc(&pcp, zone, half - i);
	for (i = 0; i < 3; i++)
		pcp_free(&pcp, zone, page[i], half - i);
	EXPECT_EQ(pcp.nr_long_pages, 2 * half - 3);
	EXPECT_EQ(page[0]->type, PAGE_BUDDY);
	EXPECT(pcp_alloc(&pcp, zone, half - 2) == page[2]);
	EXPECT(pcp_alloc(&pcp, zone, half - 1) == page[1]);
	zone_free_pages(zone, page[1], half - 1);
	zone_free_pages(zone, page[2], half - 2);
	expect_all_back(zone);
}

TEST(a_list_that_is_over_keeps_half)
{
	struct zone *zone = test_zone();
	struct page *page[BLOCKS + 1];
	unsigned int i;

	for (i = 0; i <= BLOCKS; i++)
		page[i] = pcp_alloc(&pcp, zone, 1);
	for (i = 0; i < BLOCKS; i++)
		pcp_free(&pcp, zone, page[i], 1);
	EXPECT_EQ(pcp.nr_blocks[0], BLOCKS);
	pcp_free(&pcp, zone, page[BLOCKS], 1);
	EXPECT_EQ(pcp.nr_blocks[0], BLOCKS / 2);
	EXPECT_EQ(in_use(zone), BLOCKS / 2);
	expect_all_back(zone);
}

TEST(a_thread_keeps_no_more_frames_than_its_share)
{
	struct zone *zone = test_zone();
	struct page *page[3];
	unsigned int i;

	for (i = 0; i < 3; i++)
		page[i] = pcp_alloc(&pcp, zone, 12 + i);
	for (i = 0; i < 3; i++) {
		pcp_free(&pcp, zone, page[i], 12 + i);
		EXPECT_LE(pcp.nr_pages, HIGH);
	}
	EXPECT_EQ(pcp.nr_pages, 0); /* 12 + 13 + 14 are too many */
	expect_all_back(zone);
}

/* A mistake that was made: it came back as an aligned block of its size. */
TEST(a_block_that_grew_in_place_enters_if_it_lies_right)
{
	struct zone *zone = test_zone();
	struct page *one = zone_alloc_pages(zone, 1, 0);
	struct page *page = zone_alloc_pages(zone, 3, 0);
	struct page *four;

	/* At frame 1: wrong for 4, right for 5. */
	EXPECT(page == one + 1);
	EXPECT(zone_extend_pages(zone, page, 3, 4, true));
	pcp_free(&pcp, zone, page, 4);
	EXPECT_EQ(pcp.nr_pages, 0);
	EXPECT_EQ(in_use(zone), 1);
	four = pcp_alloc(&pcp, zone, 4);
	EXPECT_EQ(page_to_pfn(four) % 4, 0);
	zone_free_pages(zone, four, 4);
	page = zone_alloc_pages(zone, 3, 0);
	EXPECT(page == one + 1);
	EXPECT(zone_extend_pages(zone, page, 3, 5, true));
	pcp_free(&pcp, zone, page, 5);
	EXPECT_EQ(pcp.nr_pages, 5);
	EXPECT(pcp_alloc(&pcp, zone, 5) == page);
	zone_free_pages(zone, page, 5);
	zone_free_pages(zone, one, 1);
	expect_all_back(zone);
}

TEST(random_blocks_come_and_go_within_the_bounds)
{
	struct zone *zone = test_zone();
	struct page *page[64];
	size_t size[64];
	size_t nr = 0, frames = 0;
	unsigned int i, j;

	for (i = 0; i < STEPS(20000); i++) {
		if (nr == 0 || (nr < 64 && random_below(2))) {
			size[nr] = random_between(1, 2 * HIGH + 4);
			page[nr] = pcp_alloc(&pcp, zone, size[nr]);
			for (j = 0; j < size[nr]; j++)
				EXPECT_NE(page[nr][j].type, PAGE_BLOCK);
			for (j = 0; j < size[nr]; j++)
				page[nr][j].type = PAGE_BLOCK;
			frames += size[nr++];
		} else {
			size_t k = random_below(nr);

			for (j = 0; j < size[k]; j++)
				page[k][j].type = PAGE_NONE;
			pcp_free(&pcp, zone, page[k], size[k]);
			frames -= size[k];
			page[k] = page[--nr];
			size[k] = size[nr];
		}
		EXPECT_LE(pcp.nr_pages, HIGH);
		EXPECT_LE(pcp.nr_long_pages,
			  max_size(long_high(), zone->nr_present / 64));
		EXPECT_EQ(in_use(zone), frames + pcp_nr_pages(&pcp));
	}
	while (nr--) {
		for (j = 0; j < size[nr]; j++)
			page[nr][j].type = PAGE_NONE;
		pcp_free(&pcp, zone, page[nr], size[nr]);
	}
	expect_all_back(zone);
}
