/* SPDX-License-Identifier: MIT */
/*
 * pages.c - the page allocator, rule by rule
 */
#include <linux/pagemap.h>

#include "kapi.h"

#define ORDERS 11

TEST(a_block_is_aligned_to_its_size)
{
	unsigned int order;

	for (order = 0; order < ORDERS; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);
		unsigned long addr;

		if (!EXPECT(page))
			return;
		addr = (unsigned long)page_address(page);
		EXPECT_EQ(addr % (PAGE_SIZE << order), 0);
		EXPECT_EQ(page_to_pfn(page) % (1UL << order), 0);
		memset((void *)addr, 0x5a, PAGE_SIZE << order);
		__free_pages(page, order);
	}
	is_well();
}

TEST(frames_of_a_block_lie_side_by_side)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);
	unsigned int i;

	for (i = 0; i < 8; i++) {
		EXPECT((char *)page_address(page + i) ==
		       (char *)page_address(page) + i * PAGE_SIZE);
		EXPECT_EQ(page_to_pfn(page + i), page_to_pfn(page) + i);
		EXPECT(pfn_to_page(page_to_pfn(page) + i) == page + i);
		EXPECT(pfn_valid(page_to_pfn(page + i)));
	}
	__free_pages(page, 3);
}

TEST(any_address_in_a_frame_leads_to_its_record)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char *addr = page_address(page);

	EXPECT(virt_to_page(addr) == page);
	EXPECT(virt_to_page(addr + PAGE_SIZE - 1) == page);
	EXPECT(page_to_virt(page) == addr);
	EXPECT(virt_addr_valid(addr));
	EXPECT(!virt_addr_valid(&page));
	__free_page(page);
}

TEST(a_new_block_has_one_reference)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	EXPECT_EQ(page_count(page), 1);
	EXPECT_EQ(page_count(page + 1), 0);
	EXPECT_EQ(page_count(page + 3), 0);
	EXPECT_EQ(page_mapcount(page), 0);
	EXPECT(!PageCompound(page));
	__free_pages(page, 2);
}

TEST(the_clients_members_are_zero_in_a_new_frame)
{
	int round;

	for (round = 0; round < 20; round++) {
		struct page *page = alloc_page(GFP_KERNEL);

		EXPECT_EQ(page_private(page), 0);
		EXPECT(page->mapping == NULL);
		EXPECT_EQ(page->index, 0);
		EXPECT(!PageDirty(page) && !PageLocked(page));
		set_page_private(page, ~0UL);
		page->mapping = (struct address_space *)page;
		page->index = ~0UL;
		SetPageDirty(page);
		INIT_LIST_HEAD(&page->lru);
		__free_page(page);
	}
	is_well();
}

TEST(flags_are_set_and_tested_one_by_one)
{
	struct page *page = alloc_page(GFP_KERNEL);

	SetPageUptodate(page);
	EXPECT(PageUptodate(page));
	EXPECT(!PageDirty(page));
	EXPECT(!TestSetPageDirty(page));
	EXPECT(TestSetPageDirty(page));
	EXPECT(TestClearPageDirty(page));
	EXPECT(!PageDirty(page));
	ClearPageUptodate(page);
	SetPagePrivate(page);
	EXPECT(folio_test_private(page_folio(page)));
	EXPECT(page_has_private(page));
	__free_page(page);
}

TEST(pages_hang_in_a_list_by_lru)
{
	struct page *page, *next;
	LIST_HEAD(pages);
	int i, nr = 0;

	for (i = 0; i < 5; i++)
		list_add_tail(&alloc_page(GFP_KERNEL)->lru, &pages);
	list_for_each_entry_safe(page, next, &pages, lru) {
		list_del(&page->lru);
		__free_page(page);
		nr++;
	}
	EXPECT_EQ(nr, 5);
	is_well();
}

TEST(zero_is_zero_whatever_was_there)
{
	unsigned int order, round;

	for (round = 0; round < 3; round++) {
		for (order = 0; order < ORDERS; order++) {
			struct page *page =
				alloc_pages(GFP_KERNEL | __GFP_ZERO, order);

			EXPECT(is_zero(page_address(page), PAGE_SIZE << order));
			memset(page_address(page), 0xff, PAGE_SIZE << order);
			__free_pages(page, order);
		}
	}
}

TEST(a_compound_page_is_one)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);
	unsigned int i;

	EXPECT(PageHead(page) && !PageTail(page));
	EXPECT_EQ(compound_order(page), 3);
	EXPECT_EQ(compound_nr(page), 8);
	EXPECT_EQ(page_size(page), 8 * PAGE_SIZE);
	for (i = 1; i < 8; i++) {
		EXPECT(PageTail(page + i) && PageCompound(page + i));
		EXPECT(compound_head(page + i) == page);
		EXPECT_EQ(compound_order(page + i), 0);
		EXPECT_EQ(page_count(page + i), 1);
	}
	EXPECT(virt_to_head_page((char *)page_address(page) + 5 * PAGE_SIZE) ==
	       page);
	get_page(page + 5);
	EXPECT_EQ(page_count(page), 2);
	put_page(page + 3);
	EXPECT_EQ(page_count(page), 1);
	put_page(page + 7); /* the last one: all of it is free */
	is_well();
}

TEST(of_order_zero_a_compound_page_is_a_page)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 0);

	EXPECT(!PageCompound(page));
	EXPECT(compound_head(page) == page);
	put_page(page);
}

TEST(free_pages_drops_one_reference)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);

	get_page(page);
	__free_pages(page, 2);
	EXPECT_EQ(page_count(page), 1);
	memset(page_address(page), 1, 4 * PAGE_SIZE); /* still ours */
	__free_pages(page, 2);
	is_well();
}

/* Frames given out, as the zones count them. */
static long nr_used(void)
{
	return (long)(totalram_pages() - nr_free_pages());
}

TEST(with_references_left_only_the_rest_of_a_block_is_freed)
{
	long before = nr_used();
	struct page *page = alloc_pages(GFP_KERNEL, 3);

	get_page(page);
	EXPECT_EQ(nr_used() - before, 8);
	__free_pages(page, 3);
	EXPECT_EQ(nr_used() - before, 1);
	EXPECT_EQ(page_count(page), 1);
	memset(page_address(page), 1, PAGE_SIZE);
	put_page(page);
	EXPECT_EQ(nr_used() - before, 0);
	is_well();
}

TEST(a_split_block_is_freed_frame_by_frame)
{
	long before = nr_used();
	struct page *page = alloc_pages(GFP_KERNEL, 4);
	unsigned int i;

	split_page(page, 4);
	for (i = 0; i < 16; i++)
		EXPECT_EQ(page_count(page + i), 1);
	for (i = 0; i < 16; i += 2)
		__free_page(page + i);
	EXPECT_EQ(nr_used() - before, 8);
	for (i = 1; i < 16; i += 2)
		put_page(page + i);
	EXPECT_EQ(nr_used() - before, 0);
	is_well();
}

TEST(a_reference_is_not_taken_of_what_has_none)
{
	struct page *page = alloc_page(GFP_KERNEL);

	EXPECT(try_get_page(page));
	EXPECT(get_page_unless_zero(page));
	EXPECT_EQ(page_count(page), 3);
	EXPECT(!put_page_testzero(page));
	EXPECT(!put_page_testzero(page));
	EXPECT(put_page_testzero(page));
	EXPECT(!get_page_unless_zero(page));
	set_page_refcounted(page);
	__free_page(page);
}

TEST(by_address_a_block_is_what_it_is_by_page)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL, 2);

	EXPECT(addr && addr % (4 * PAGE_SIZE) == 0);
	EXPECT_EQ(page_count(virt_to_page((void *)addr)), 1);
	free_pages(addr, 2);
	free_pages(0, 2); /* nothing */
	addr = get_zeroed_page(GFP_KERNEL);
	EXPECT(is_zero((void *)addr, PAGE_SIZE));
	free_page(addr);
	addr = __get_free_page(GFP_KERNEL | __GFP_HIGHMEM);
	EXPECT(virt_addr_valid((void *)addr)); /* the flag is ignored */
	free_page(addr);
}

TEST(exact_pages_are_as_many_as_the_bytes_need)
{
	long before = nr_used();
	char *addr = alloc_pages_exact(5 * PAGE_SIZE + 1, GFP_KERNEL);

	EXPECT_EQ(nr_used() - before, 6);
	memset(addr, 1, 6 * PAGE_SIZE);
	EXPECT_EQ(page_count(virt_to_page(addr + 5 * PAGE_SIZE)), 1);
	free_pages_exact(addr, 5 * PAGE_SIZE + 1);
	EXPECT_EQ(nr_used() - before, 0);
	EXPECT(!alloc_pages_exact(0, GFP_KERNEL));
	is_well();
}

TEST(bulk_fills_the_slots_that_are_empty)
{
	struct page *mine = alloc_page(GFP_KERNEL);
	struct page *pages[8] = {NULL, NULL, mine};
	unsigned int i;

	EXPECT_EQ(alloc_pages_bulk(GFP_KERNEL, 8, pages), 8);
	EXPECT(pages[2] == mine);
	for (i = 0; i < 8; i++) {
		EXPECT(pages[i] && page_count(pages[i]) == 1);
		__free_page(pages[i]);
	}
	EXPECT_EQ(alloc_pages_bulk(GFP_KERNEL, 0, pages), 0);
	is_well();
}

TEST(get_order_is_the_smallest_that_holds_the_bytes)
{
	EXPECT_EQ(get_order(1), 0);
	EXPECT_EQ(get_order(PAGE_SIZE), 0);
	EXPECT_EQ(get_order(PAGE_SIZE + 1), 1);
	EXPECT_EQ(get_order(2 * PAGE_SIZE), 1);
	EXPECT_EQ(get_order(2 * PAGE_SIZE + 1), 2);
	EXPECT_EQ(get_order(4UL << 20), 10);
}

TEST(a_folio_is_a_compound_page)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 2);

	EXPECT_EQ(folio_nr_pages(folio), 4);
	EXPECT_EQ(folio_order(folio), 2);
	EXPECT(page_folio(folio_page(folio, 3)) == folio);
	EXPECT_EQ(folio_ref_count(folio), 1);
	folio_get(folio);
	folio_put(folio);
	folio_set_dirty(folio);
	EXPECT(PageDirty(folio_page(folio, 0)));
	folio_put(folio);
	is_well();
}

TEST(page_zone_is_where_it_came_from)
{
	struct page *page = alloc_page(GFP_KERNEL);

	EXPECT_EQ(page_zonenum(page), ZONE_NORMAL);
	EXPECT_STR_EQ(page_zone(page)->name, "Normal");
	EXPECT_EQ(page_to_nid(page), 0);
	__free_page(page);
}

static struct page *locked;
static u32 nr_inside, nr_entered;

static void *lock_and_unlock(void *arg)
{
	int i;

	for (i = 0; i < 2000; i++) {
		lock_page(locked);
		EXPECT_EQ(nr_inside++, 0);
		nr_entered++;
		nr_inside--;
		unlock_page(locked);
	}
	return arg;
}

TEST(one_thread_at_a_time_has_a_page_locked)
{
	pthread_t threads[4];

	locked = alloc_page(GFP_KERNEL);
	EXPECT(trylock_page(locked));
	EXPECT(PageLocked(locked));
	EXPECT(!trylock_page(locked));
	unlock_page(locked);
	threads_start(4, lock_and_unlock, threads);
	threads_join(4, threads);
	EXPECT_EQ(nr_entered, 8000);
	EXPECT(!PageLocked(locked));
	__free_page(locked);
}

struct held {
	struct page *page;
	unsigned int order;
	bool is_compound;
	u64 name;
};

static void take(struct held *held, u64 name)
{
	u64 dice = tap_random();
	unsigned int i;

	held->order = dice % 8 ? (unsigned int)(dice >> 8) % 5
			       : (unsigned int)(dice >> 8) % ORDERS;
	held->is_compound = dice >> 16 & 1 && held->order;
	held->name = name;
	held->page = alloc_pages(
		GFP_KERNEL | (held->is_compound ? __GFP_COMP : 0), held->order);
	if (!EXPECT(held->page))
		return;
	for (i = 0; i < 1U << held->order; i++)
		fill_frame(page_address(held->page + i), name + i);
}

static void give(struct held *held)
{
	unsigned int i;

	for (i = 0; i < 1U << held->order; i++)
		EXPECT(frame_is(page_address(held->page + i), held->name + i));
	if (held->is_compound)
		put_page(held->page + tap_random() % (1U << held->order));
	else
		__free_pages(held->page, held->order);
	held->page = NULL;
}

TEST(random_blocks_do_not_overlap)
{
	static struct held held[200];
	long before = nr_used(), expected = 0;
	u64 name = 0;
	int step;
	size_t i;

	for (step = 0; step < 6000; step++) {
		struct held *h = &held[tap_random() % ARRAY_SIZE(held)];

		if (h->page) {
			expected -= 1L << h->order;
			give(h);
		} else {
			take(h, name += 2048);
			expected += 1L << h->order;
		}
		if (!EXPECT_EQ(nr_used() - before, expected))
			return;
	}
	for (i = 0; i < ARRAY_SIZE(held); i++) {
		if (held[i].page)
			give(&held[i]);
	}
	EXPECT_EQ(nr_used() - before, 0);
	is_well();
}

static void *work(void *arg)
{
	struct page *pages[64] = {NULL};
	uint64_t state = tap_seed() + (uintptr_t)arg;
	u64 name;
	int step;

	for (step = 0; step < 20000; step++) {
		u64 dice = tap_random_next(&state);
		struct page **slot = &pages[dice % 64];

		name = (u64)(uintptr_t)arg << 32 | (dice % 64);
		if (*slot) {
			EXPECT(frame_is(page_address(*slot), name));
			put_page(*slot);
			*slot = NULL;
		} else {
			*slot = alloc_page(GFP_KERNEL);
			fill_frame(page_address(*slot), name);
		}
	}
	for (step = 0; step < 64; step++) {
		if (pages[step])
			put_page(pages[step]);
	}
	return NULL;
}

TEST(threads_do_not_get_each_others_frames)
{
	pthread_t threads[4];

	threads_start(4, work, threads);
	threads_join(4, threads);
	is_well();
}

static void in_child(void *arg)
{
	struct page *inherited = arg, *page;

	EXPECT(frame_is(page_address(inherited), 7));
	fill_frame(page_address(inherited), 8);
	page = alloc_pages(GFP_KERNEL, 3);
	memset(page_address(page), 1, 8 * PAGE_SIZE);
	__free_pages(page, 3);
	__free_page(inherited);
	is_well();
}

TEST(a_child_of_fork_has_copies)
{
	struct page *page = alloc_page(GFP_KERNEL);

	fill_frame(page_address(page), 7);
	EXPECT(child_run(30, in_child, page));
	EXPECT(frame_is(page_address(page), 7));
	__free_page(page);
}
