/* SPDX-License-Identifier: MIT */
/*
 * frames.c - random work on a zone against a model that is an array
 *
 * The model is one number for each frame: the allocation that owns it, or 0.
 * What the zone does must agree with it after every step, and zone_check() must
 * hold.  Frames are stamped with their owner; those that come cold must read
 * as zeros, and no memory is behind a free one that is not known as warm.
 */
#include <string.h>

#include "buddy/buddy.h"
#include "buddy/map.h"
#include "os/conf.h"
#include "page/span.h"
#include "unit.h"

#define MAX_BLOCKS 64	/* of the span that the model can tell apart */
#define MAX_LIVE   200	/* allocations at a time */
#define MAX_FRAMES 6000 /* in all of them */

static struct zone zone = {
	.lock = LOCK_INIT(LOCK_RANK_ZONE),
	.name = "Model",
	.has_maps = true,
};

struct allocation {
	struct page *page;
	size_t nr_pages;
	bool is_lent;
};

static struct {
	u32 owner[MAX_BLOCKS << MAX_PAGE_ORDER]; /* by pfn, from first_pfn */
	struct allocation live[MAX_LIVE];
	size_t nr_live;
	size_t nr_frames; /* in live ones */
	size_t nr_lent;
	u32 last_owner;
} model;

static u32 *owner_of(const struct page *page)
{
	size_t index = page_to_pfn(page) - direct_map.first_pfn;

	EXPECT_LT(index, ARRAY_SIZE(model.owner));
	return &model.owner[index % ARRAY_SIZE(model.owner)];
}

static u64 *first_word(const struct page *page)
{
	return page_to_virt(page);
}

/* @nr_pages frames from @page change hands. */
static void change_owners(struct page *page, size_t nr_pages, u32 from, u32 to)
{
	size_t i;

	for (i = 0; i < nr_pages; i++) {
		EXPECT_EQ(*owner_of(page + i), from);
		*owner_of(page + i) = to;
		if (to)
			*first_word(page + i) = to;
	}
}

static void expect_stamps(const struct allocation *a)
{
	size_t i;

	if (a->is_lent)
		return;
	for (i = 0; i < a->nr_pages; i++)
		EXPECT_EQ(*first_word(a->page + i), *owner_of(a->page + i));
}

static bool is_fresh(pfn_t pfn)
{
	return pfn >= zone.fresh && pfn < zone.fresh_end;
}

static void remember(struct page *page, size_t nr_pages, bool is_lent)
{
	change_owners(page, nr_pages, 0, ++model.last_owner);
	model.live[model.nr_live++] =
		(struct allocation){page, nr_pages, is_lent};
	if (is_lent)
		model.nr_lent += nr_pages;
	else
		model.nr_frames += nr_pages;
}

static bool is_place(pfn_t pfn, size_t nr_pages, bool is_warm)
{
	size_t i;

	if ((pfn ^ (pfn + nr_pages - 1)) >> MAX_PAGE_ORDER)
		return false;
	for (i = 0; i < nr_pages; i++) {
		if (!map_is_free(pfn + (pfn_t)i, 1, is_warm))
			return false;
	}
	return true;
}

/* The lowest place there is for so many frames, or 0: one after the other. */
static pfn_t lowest_place(size_t nr_pages, unsigned int order, bool is_warm)
{
	pfn_t pfn;

	for (pfn = direct_map.first_pfn; pfn < direct_map.limit;
	     pfn += 1U << order) {
		if (is_place(pfn, nr_pages, is_warm))
			return pfn;
	}
	return 0;
}

static void alloc(void)
{
	size_t nr_pages = random_magnitude(MAX_ORDER_NR_PAGES);
	unsigned int min_order = random_below(8) ? 0 : random_below(11);
	unsigned int order = ilog2(nr_pages);
	pfn_t expected;
	struct page *page;
	size_t i;

	if (model.nr_live == MAX_LIVE ||
	    model.nr_frames + nr_pages > MAX_FRAMES)
		return;
	if (nr_pages != 1UL << order || order < min_order)
		order = min_order;
	expected = lowest_place(nr_pages, order, true);
	if (!expected)
		expected = lowest_place(nr_pages, order, false);
	page = zone_alloc_pages(&zone, nr_pages, min_order);
	if (!EXPECT(page))
		return;
	if (expected)
		EXPECT_EQ(page_to_pfn(page), expected);
	EXPECT_EQ(page->type, PAGE_NONE);
	EXPECT_EQ(page_to_pfn(page) & order_mask(order), 0);
	for (i = 0; i < nr_pages && !page_is_warm(page); i++)
		EXPECT_EQ(*first_word(page + i), 0);
	remember(page, nr_pages, false);
}

/*
 * The order of the block that is lent: of the largest warm one, cut to @max if it
 * is longer.  NR_PAGE_ORDERS: there is none, but may be part of a tepid one.
 */
static unsigned int expected_order(unsigned int min, unsigned int max)
{
	unsigned int order;

	for (order = MAX_PAGE_ORDER + 1; order-- > min;) {
		if (zone.free_area[order].nr_free[WARM])
			return order > max ? max : order;
	}
	return NR_PAGE_ORDERS;
}

static void lend(void)
{
	unsigned int min =
		(unsigned int)random_between(LISTED_ORDER, MAX_PAGE_ORDER);
	unsigned int max = (unsigned int)random_between(min, MAX_PAGE_ORDER);
	size_t warm = zone.nr_free[WARM];
	unsigned int order;
	struct page *page;

	if (model.nr_live == MAX_LIVE)
		return;
	order = expected_order(min, max);
	page = zone_take_warm_block(&zone, min, max);
	if (!page) {
		EXPECT_EQ(order, NR_PAGE_ORDERS);
		EXPECT_EQ(zone.nr_free[WARM], warm);
		return;
	}
	EXPECT_EQ(page->type, PAGE_LENT);
	if (order != NR_PAGE_ORDERS)
		EXPECT_EQ(page->order, order);
	EXPECT(page->order >= min && page->order <= max);
	EXPECT_GE(warm - zone.nr_free[WARM], (1U << page->order) / 2);
	EXPECT(page_is_warm(page));
	remember(page, 1UL << page->order, true);
}

static struct allocation *any_live(void)
{
	return &model.live[random_below(model.nr_live)];
}

static void free_any(void)
{
	struct allocation *a = any_live();

	expect_stamps(a);
	change_owners(a->page, a->nr_pages, *owner_of(a->page), 0);
	if (a->is_lent) {
		model.nr_lent -= a->nr_pages;
		zone_free_lent(&zone, a->page, true);
	} else {
		model.nr_frames -= a->nr_pages;
		zone_free_pages(&zone, a->page, a->nr_pages);
	}
	*a = model.live[--model.nr_live];
}

/* Whether the model has the frames behind @a free, in the same block. */
static bool could_grow(const struct allocation *a, size_t nr_pages)
{
	size_t i;

	if (nr_pages > MAX_ORDER_NR_PAGES)
		return false;
	for (i = a->nr_pages; i < nr_pages; i++) {
		pfn_t pfn = page_to_pfn(a->page) + (pfn_t)i;

		if (!(pfn & order_mask(MAX_PAGE_ORDER)) ||
		    *owner_of(a->page + i))
			return false;
	}
	return true;
}

static void extend_any(void)
{
	struct allocation *a = any_live();
	size_t more = random_magnitude(64);
	size_t nr_pages = a->nr_pages + more;
	bool could = could_grow(a, nr_pages);

	if (a->is_lent || model.nr_frames + more > MAX_FRAMES)
		return;
	if (!EXPECT_EQ(zone_extend_pages(&zone, a->page, a->nr_pages, nr_pages,
					 true),
		       could) ||
	    !could)
		return;
	change_owners(a->page + a->nr_pages, more, 0, *owner_of(a->page));
	model.nr_frames += more;
	a->nr_pages = nr_pages;
}

static void shrink_any(void)
{
	struct allocation *a = any_live();
	size_t keep = random_between(1, a->nr_pages);

	if (a->is_lent || keep == a->nr_pages)
		return;
	change_owners(a->page + keep, a->nr_pages - keep, *owner_of(a->page),
		      0);
	zone_free_pages(&zone, a->page + keep, a->nr_pages - keep);
	model.nr_frames -= a->nr_pages - keep;
	a->nr_pages = keep;
}

static void reclaim_some(void)
{
	size_t wanted = random_magnitude(4096);
	size_t warm = zone.nr_free[WARM];
	size_t present = zone.nr_present;
	size_t done = zone_reclaim(&zone, wanted);

	EXPECT_GE(done, wanted < warm ? wanted : warm);
	EXPECT_EQ(zone.nr_free[WARM], warm - done);
	EXPECT_LE(zone.nr_present, present);
}

static void step(void)
{
	size_t what = random_below(64);

	if (what < 22 || !model.nr_live)
		alloc();
	else if (what < 38)
		free_any();
	else if (what < 48)
		extend_any();
	else if (what < 56)
		shrink_any();
	else if (what < 60)
		lend();
	else if (what < 62)
		reclaim_some();
	else if (what == 62)
		pf_conf.decay_ms = random_below(2) ? 0 : 100000;
	else
		zone_release(&zone);
}

static bool expect_sums(void)
{
	struct check_report report = {0};

	zone_check(&zone, &report);
	return expect_clean(&report, "zone_check") &
	       EXPECT_EQ(zone.nr_lent, model.nr_lent) &
	       EXPECT_EQ(zone.nr_free[COLD] + zone.nr_free[WARM] +
				 model.nr_frames + model.nr_lent,
			 zone.nr_present);
}

static void expect_memory_is_known(pfn_t pfn)
{
	if (!map_nr_warm(pfn, 1))
		EXPECT_EQ(resident_pages(pfn_to_virt(pfn), PAGE_SIZE), 0);
}

/* Frame by frame: what is owned is not free, and nothing is both or twice. */
static void expect_frames(void)
{
	size_t nr_free = 0;
	pfn_t pfn;

	for (pfn = direct_map.first_pfn; pfn < direct_map.limit; pfn++) {
		bool is_in_map = map_is_free(pfn, 1, false);
		bool is_free = is_in_map || is_fresh(pfn);

		if (is_in_map)
			expect_memory_is_known(pfn);
		else
			EXPECT(!buddy_find_locked(pfn));
		if (*owner_of(pfn_to_page(pfn)))
			EXPECT(!is_free);
		nr_free += is_free;
	}
	EXPECT_EQ(nr_free, zone.nr_free[COLD] + zone.nr_free[WARM]);
}

static void forget_all(void)
{
	while (model.nr_live)
		free_any();
	EXPECT_EQ(model.nr_frames + model.nr_lent, 0);
	expect_sums();
	zone_reclaim(&zone, SIZE_MAX);
	EXPECT_EQ(zone.nr_present, 0);
	EXPECT_EQ(zone.nr_free[COLD] + zone.nr_free[WARM], 0);
}

static void random_work(unsigned int nr_steps)
{
	unsigned int i;

	for (i = 0; i < nr_steps; i++) {
		step();
		if (!expect_sums()) {
			tap_note("at step %u", i);
			break;
		}
		if (i % 128 == 0)
			expect_frames();
	}
	expect_frames();
	forget_all();
}

TEST(random_work_agrees_with_an_array_of_owners)
{
	EXPECT_EQ(span_init(), 0);
	zone_init(&zone);
	random_work(STEPS(10000));
}

/* Huge pages put memory behind all frames of a block at the first touch. */
TEST(random_work_agrees_where_blocks_have_huge_pages)
{
	pf_conf.thp = THP_ALWAYS;
	random_work(STEPS(4000));
	pf_conf.thp = THP_AUTO;
}
