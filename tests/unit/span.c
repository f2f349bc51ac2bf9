/* SPDX-License-Identifier: MIT */
/*
 * span.c - whole blocks of the direct map; frames, records and addresses
 *
 * Each test runs in a child of its own: the span is one for the process, and
 * which block comes first is half of what is tested.
 */
#include "page/span.h"

#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "os/conf.h"
#include "os/fault.h"
#include "os/os.h"
#include "pattern.h"
#include "unit.h"

#define BLOCK ZONE_BLOCK_BYTES

static void with_span(void *arg)
{
	EXPECT_EQ(span_init(), 0);
	((void (*)(void))arg)();
}

#define TEST_IN_CHILD(name)                                    \
	static void body_##name(void);                         \
	TEST(name)                                             \
	{                                                      \
		child_run(30, with_span, (void *)body_##name); \
	}                                                      \
	static void body_##name(void)

/* Where all addresses are reserved there is no place for somebody else. */
static bool is_reserved(void)
{
	char *last = pfn_to_virt(direct_map.end_pfn - 1);
	int err = os_map_new(last, PAGE_SIZE);

	if (!err)
		os_unmap(last, PAGE_SIZE);
	return err != 0;
}

static char *take(void)
{
	struct page *page = span_take_block();

	return EXPECT(page) ? page_to_virt(page) : NULL;
}

/* What the zone does before it gives a block back. */
static void give(char *block)
{
	EXPECT_EQ(os_discard(block, BLOCK), 0);
	span_give_block(virt_to_page(block));
}

TEST_IN_CHILD(large_heaps_want_huge_pages_where_these_are_not_slow)
{
	EXPECT_EQ(pf_conf.thp, THP_AUTO);
	EXPECT(!span_wants_huge(MIB(32) - 1));
	EXPECT_EQ(span_wants_huge(MIB(32)), !os_reports_free_memory());
	pf_conf.thp = THP_ALWAYS;
	EXPECT(span_wants_huge(0));
	pf_conf.thp = THP_NEVER;
	EXPECT(!span_wants_huge(MIB(512)));
}

TEST_IN_CHILD(before_the_first_block_no_frame_is_ours)
{
	char here;

	EXPECT(!is_direct_map_addr(&here));
	EXPECT(!is_direct_map_addr(NULL));
	EXPECT(!is_direct_map_addr(direct_map.base)); /* metadata */
	EXPECT_EQ(direct_map.limit, 0);
}

TEST_IN_CHILD(frames_records_and_addresses_lead_to_each_other)
{
	char *block = take();
	pfn_t pfn = (pfn_t)virt_to_pfn(block);
	unsigned int i;

	EXPECT_EQ(pfn, direct_map.first_pfn);
	for (i = 0; i < MAX_ORDER_NR_PAGES; i++) {
		char *addr = block + i * PAGE_SIZE;
		struct page *page = pfn_to_page(pfn + i);

		EXPECT_EQ(virt_to_pfn(addr), pfn + i);
		EXPECT_EQ(virt_to_pfn(addr + PAGE_SIZE - 1), pfn + i);
		EXPECT(pfn_to_virt(pfn + i) == addr);
		EXPECT_EQ(page_to_pfn(page), pfn + i);
		EXPECT(page_to_virt(page) == addr);
		EXPECT(virt_to_page(addr + 123) == page);
		EXPECT(is_direct_map_addr(addr));
		EXPECT_EQ(page->type, PAGE_NONE);
		EXPECT_EQ(byte_map()[pfn + i], 0);
	}
	EXPECT(!is_direct_map_addr(block - 1));
}

TEST_IN_CHILD(metadata_lies_below_the_first_frame)
{
	char *first = pfn_to_virt(direct_map.first_pfn);

	EXPECT((char *)byte_map() >= direct_map.base);
	EXPECT((char *)(byte_map() + direct_map.end_pfn) <=
	       (char *)direct_map.mem_map);
	EXPECT((char *)pfn_to_page(direct_map.end_pfn) <= first);
	EXPECT((char *)pfn_to_virt(direct_map.end_pfn - 1) < vmalloc_start);
}

TEST_IN_CHILD(blocks_come_lowest_first_aligned_and_zero)
{
	char *first = take();
	unsigned int i;

	for (i = 1; i < 70; i++) {
		char *block = take();

		EXPECT_EQ(block - first, i * BLOCK);
		EXPECT_EQ(virt_to_pfn(block) & order_mask(MAX_PAGE_ORDER), 0);
		EXPECT_EQ(block[0] | block[BLOCK - 1], 0);
		block[0] = 1;
		virt_to_page(block)->nr = i; /* its records are there, too */
	}
	EXPECT_EQ(direct_map.limit & order_mask(MAX_PAGE_ORDER), 0);
	EXPECT_GE(direct_map.limit, virt_to_pfn(first) + 70 * 1024);
}

TEST_IN_CHILD(idle_blocks_come_back_zeroed_lowest_first)
{
	char *block[6];
	unsigned int i;

	for (i = 0; i < 6; i++) {
		block[i] = take();
		pattern_fill(block[i], BLOCK, i);
		virt_to_page(block[i])[5].nr = 7;
	}
	give(block[4]);
	give(block[1]);
	give(block[3]);
	EXPECT(take() == block[1]);
	EXPECT(take() == block[3]);
	EXPECT(take() == block[4]);
	for (i = 0; i < 6; i++) {
		bool was_idle = i == 1 || i == 3 || i == 4;

		EXPECT(was_idle ? is_zero(block[i], BLOCK)
				: pattern_holds(block[i], BLOCK, i));
		EXPECT_EQ(virt_to_page(block[i])[5].nr, was_idle ? 0 : 7);
	}
}

static void give_twice(void *arg)
{
	char *block;

	(void)arg;
	EXPECT_EQ(span_init(), 0);
	block = take();
	give(block);
	span_give_block(virt_to_page(block));
}

TEST(a_block_that_nobody_has_cannot_be_given_back)
{
	expect_abort(give_twice, NULL, "pfmalloc: BUG: state_of(block)");
}

TEST_IN_CHILD(released_blocks_are_unmapped_and_come_again)
{
	char *block[4];
	size_t released;
	unsigned int i;

	for (i = 0; i < 4; i++)
		block[i] = take();
	pattern_fill(block[0], BLOCK, 1);
	give(block[1]);
	give(block[2]);
	released = span_release_idle();
	EXPECT_GE(released, 2 * BLOCK);
	EXPECT_EQ(released % BLOCK, 0);
	if (!is_reserved()) {
		EXPECT(!is_mapped(block[1]));
		EXPECT(!is_mapped(block[2] + BLOCK - PAGE_SIZE));
	}
	EXPECT_EQ(span_release_idle(), 0);
	EXPECT(take() == block[1]);
	EXPECT(is_zero(block[1], BLOCK));
	EXPECT(take() == block[2]);
	EXPECT(pattern_holds(block[0], BLOCK, 1));
}

static char *mapping_elsewhere(size_t bytes)
{
	char *from = vmalloc_start + MIB(64);

	EXPECT_EQ(span_map(from, bytes), 0);
	return from;
}

TEST_IN_CHILD(adopted_blocks_take_what_was_mapped_elsewhere)
{
	char *first = take();
	char *from = mapping_elsewhere(2 * BLOCK);
	struct page *page;
	char *adopted;

	pattern_fill(from, 2 * BLOCK, 9);
	page = span_adopt_blocks(2);
	if (!EXPECT(page))
		return;
	adopted = page_to_virt(page);
	EXPECT(adopted >= first + BLOCK);
	EXPECT(is_direct_map_addr(adopted + 2 * BLOCK - 1));
	EXPECT_EQ(span_move(from, adopted, 2 * BLOCK), 0);
	EXPECT(pattern_holds(adopted, 2 * BLOCK, 9));
	span_unmap(from, 2 * BLOCK);
	EXPECT(pattern_holds(adopted, 2 * BLOCK, 9));
	/* They are blocks like any other. */
	give(adopted);
	give(adopted + BLOCK);
	EXPECT(is_zero(adopted, 2 * BLOCK));
}

TEST_IN_CHILD(disowned_blocks_are_bare_addresses_again)
{
	char *first = take();
	struct page *page = span_adopt_blocks(3);
	char *adopted;

	if (!EXPECT(page))
		return;
	adopted = page_to_virt(page);
	span_disown_blocks(page, 3);
	if (!is_reserved())
		EXPECT(!is_mapped(adopted));
	EXPECT(span_adopt_blocks(3) == page);
	EXPECT(adopted > first);
}

TEST_IN_CHILD(adopted_blocks_lie_around_a_mapping_of_somebody_else)
{
	char *first = take();
	char *theirs = first + 8 * BLOCK + MIB(1);
	struct page *page;
	unsigned int i;

	if (is_reserved())
		return;
	EXPECT_EQ(os_map_new(theirs, PAGE_SIZE), 0);
	theirs[0] = 77;
	page = span_adopt_blocks(16);
	if (!EXPECT(page))
		return;
	EXPECT_EQ((char *)page_to_virt(page) - first, 9 * BLOCK);
	/* Those before it are not lost. */
	for (i = 1; i < 8; i++)
		EXPECT_EQ(take() - first, i * BLOCK);
	EXPECT_EQ(take() - first, 25 * BLOCK);
	EXPECT_EQ(theirs[0], 77);
}

/* The records of the last blocks end where the first frames begin. */
TEST_IN_CHILD(the_last_block_can_be_taken_and_leaves_the_first_alone)
{
	char *first = take();
	size_t nr = 1;

	if (!is_reserved())
		return; /* 1 TiB */
	memset(first, 0x5a, BLOCK);
	while (span_take_block())
		nr++;
	EXPECT_EQ(nr << MAX_PAGE_ORDER,
		  direct_map.end_pfn - direct_map.first_pfn);
	EXPECT_EQ(direct_map.limit, direct_map.end_pfn);
	EXPECT_EQ(first[0], 0x5a);
	EXPECT(!memcmp(first, first + 1, BLOCK - 1));
}

TEST_IN_CHILD(adopting_more_than_there_are_addresses_is_refused)
{
	EXPECT(!span_adopt_blocks((MAX_NR_FRAMES >> MAX_PAGE_ORDER) + 1));
	EXPECT(span_adopt_blocks(1));
}

/* Memory for one block where several were wanted, and that one is taken. */
TEST_IN_CHILD(a_refusal_beside_somebody_elses_mapping_is_got_over)
{
	char *last = take();
	char *theirs;
	unsigned int i;

	if (is_reserved())
		return;
	for (i = 1; i < 32; i++) /* from here on several are mapped at once */
		last = take();
	os_fail_calls(0, LONG_MAX);
	while (span_take_block()) /* what is mapped already */
		last += BLOCK;
	os_fail_calls(0, 0);
	theirs = last + BLOCK + MIB(1);
	EXPECT_EQ(os_map_new(theirs, PAGE_SIZE), 0);
	theirs[0] = 77;
	os_fail_calls(0, 1);
	for (i = 0; i < 20; i++) {
		char *block = take();

		if (!block)
			return;
		EXPECT_EQ(block - last, (i + 2) * BLOCK);
		memset(block, 1, BLOCK);
	}
	EXPECT_EQ(theirs[0], 77);
}

TEST_IN_CHILD(a_mapping_of_somebody_else_is_skipped)
{
	char *first = take();
	/* Blocks may be mapped a few at a time: well behind the first. */
	char *theirs = first + 8 * BLOCK + MIB(1);
	unsigned int i;

	if (is_reserved())
		return;
	EXPECT_EQ(os_map_new(theirs, PAGE_SIZE), 0);
	theirs[0] = 77;
	for (i = 1; i < 40; i++) {
		char *block = take();

		EXPECT_EQ(block - first, (i + (i >= 8)) * BLOCK);
		memset(block, 1, PAGE_SIZE);
	}
	EXPECT_EQ(theirs[0], 77);
	span_release_idle();
	EXPECT_EQ(theirs[0], 77);
}
