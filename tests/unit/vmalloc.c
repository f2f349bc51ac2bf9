/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.c - vmap areas: a random model, pages that come home, guards
 *
 * Each page of an area is stamped with the area's number and the page's.  A
 * page that was lost on the way, moved to a wrong place or given to two areas
 * does not hold its stamp.
 */
#include "vmalloc/vmalloc.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "buddy/zone.h"
#include "kmem/kmem.h"
#include "os/conf.h"
#include "os/fault.h"
#include "os/os.h"
#include "unit.h"

MEASURES_MEMORY;

#define MAX_AREAS  12
#define MAX_BLOCKS 48
#define MAX_TOTAL  MIB(160)

/* Something with stamps: an area, or a block of the zone. */
struct range {
	char *start;
	size_t bytes; /* as asked for, in whole pages */
	u64 stamp;
};

static struct {
	struct range areas[MAX_AREAS];
	struct range blocks[MAX_BLOCKS];
	size_t nr_areas;
	size_t nr_blocks;
	size_t total; /* bytes of areas */
	u64 last_stamp;
} model;

static void stamp_pages(const struct range *r, size_t from)
{
	size_t i;

	for (i = from; i < r->bytes; i += PAGE_SIZE)
		*(u64 *)(r->start + i) = r->stamp + i;
}

static void expect_stamps(const struct range *r, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i += PAGE_SIZE) {
		if (!EXPECT_EQ(*(u64 *)(r->start + i), r->stamp + i))
			return;
	}
}

static void expect_zeros(const char *start, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i += PAGE_SIZE) {
		if (!EXPECT_EQ(*(const u64 *)(start + i), 0))
			return;
	}
}

static u64 new_stamp(void)
{
	return ++model.last_stamp << 40;
}

static size_t random_area_bytes(void)
{
	return align_up(random_below(4) ? random_between(1, MIB(12))
					: random_between(1, MIB(48)),
			PAGE_SIZE);
}

static void area_alloc(void)
{
	size_t align = random_below(8) ? 1 : MIB(1) << random_below(6);
	size_t bytes = random_area_bytes();
	struct vmap_area *area;
	struct range *r;
	bool is_zero;

	if (model.nr_areas == MAX_AREAS || model.total + bytes > MAX_TOTAL)
		return;
	r = &model.areas[model.nr_areas];
	r->bytes = bytes;
	r->start = vmalloc_bytes(r->bytes, align, &is_zero);
	if (!EXPECT(r->start))
		return;
	EXPECT_EQ((uintptr_t)r->start % align, 0);
	area = find_vmap_area(r->start);
	if (EXPECT(area)) {
		EXPECT_GE(area->bytes, r->bytes);
		EXPECT_LE(area->bytes - r->bytes, r->bytes / 16);
		EXPECT(!is_zero || area->home_bytes == 0);
		if (is_zero)
			expect_zeros(r->start, r->bytes);
	}
	r->stamp = new_stamp();
	stamp_pages(r, 0);
	model.total += r->bytes;
	model.nr_areas++;
}

static struct range *any_area(void)
{
	return &model.areas[random_below(model.nr_areas)];
}

static void area_free(struct range *r)
{
	struct vmap_area *area = find_vmap_area(r->start);
	bool stays;

	expect_stamps(r, r->bytes);
	if (!EXPECT(area))
		return;
	stays = area->bytes > ZONE_BLOCK_BYTES ||
		(area->bytes >= KIB(128) && !area->was_resized);
	vfree_area(area);
	EXPECT_EQ(area->is_lazy, stays);
	EXPECT_EQ(find_vmap_area(r->start) == area, stays);
	model.total -= r->bytes;
	*r = model.areas[--model.nr_areas];
}

static void area_resize(struct range *r)
{
	size_t bytes = random_area_bytes();
	size_t old_bytes = r->bytes;
	bool may_move = random_below(2);
	struct vmap_area *area = find_vmap_area(r->start);
	char *start;

	if (!EXPECT(area) || model.total - old_bytes + bytes > MAX_TOTAL)
		return;
	start = vmalloc_resize(area, bytes, may_move);
	if (!start) {
		/* Only growing can fail, and only where it is not to move. */
		EXPECT(bytes > old_bytes && !may_move);
		expect_stamps(r, old_bytes);
		return;
	}
	if (!may_move)
		EXPECT_EQ((uintptr_t)start, (uintptr_t)r->start);
	EXPECT(find_vmap_area(start) == area);
	EXPECT_GE(area->bytes, bytes);
	r->start = start;
	r->bytes = bytes;
	expect_stamps(r, min_size(old_bytes, bytes));
	if (bytes > old_bytes)
		stamp_pages(r, old_bytes);
	model.total += bytes - old_bytes;
}

/* The zone's own business goes on, with the same memory. */
static void block_alloc(void)
{
	size_t nr_pages = random_magnitude(MAX_ORDER_NR_PAGES);
	struct page *page;
	struct range *r;

	if (model.nr_blocks == MAX_BLOCKS)
		return;
	r = &model.blocks[model.nr_blocks];
	page = zone_alloc_pages(&zone_normal, nr_pages, 0);
	if (!EXPECT(page))
		return;
	r->start = page_to_virt(page);
	r->bytes = nr_pages << PAGE_SHIFT;
	r->stamp = new_stamp();
	if (!page_is_warm(page))
		expect_zeros(r->start, r->bytes);
	page->type = PAGE_BLOCK;
	page->nr = (u32)nr_pages;
	stamp_pages(r, 0);
	model.nr_blocks++;
}

/* A block becomes an area, and longer. */
static void block_grow(struct range *block)
{
	size_t bytes = block->bytes + random_between(1, MIB(4));
	struct vmap_area *area;
	struct range *r;

	bytes = align_up(bytes, PAGE_SIZE);
	if (block->bytes < VMALLOC_MIN_BYTES || model.nr_areas == MAX_AREAS ||
	    model.total + bytes > MAX_TOTAL)
		return;
	r = &model.areas[model.nr_areas];
	*r = *block;
	r->start = vmalloc_from_block(virt_to_page(block->start), bytes);
	if (!VMALLOC_HAS_ROOM && bytes <= ZONE_BLOCK_BYTES) {
		EXPECT(!r->start);
		expect_stamps(block, block->bytes);
		return;
	}
	if (!EXPECT(r->start))
		return;
	model.nr_areas++;
	area = find_vmap_area(r->start);
	if (!EXPECT(area))
		return;
	EXPECT(area->va_start == r->start);
	EXPECT_GE(area->bytes, bytes);
	EXPECT_LT(area->bytes, bytes + MIB(2)); /* a huge page's */
	expect_stamps(r, r->bytes);
	r->bytes = bytes;
	stamp_pages(r, block->bytes);
	model.total += bytes;
	*block = model.blocks[--model.nr_blocks];
}

static void block_free(struct range *r)
{
	expect_stamps(r, r->bytes);
	zone_free_pages(&zone_normal, virt_to_page(r->start),
			r->bytes >> PAGE_SHIFT);
	*r = model.blocks[--model.nr_blocks];
}

static bool expect_consistent(void)
{
	struct check_report report = {0};

	vmalloc_check(&report);
	zone_check(&zone_normal, &report);
	return expect_clean(&report, "vmalloc_check");
}

static bool expect_invariants(void)
{
	struct vmalloc_stats stats;

	vmalloc_get_stats(&stats);
	return expect_consistent() & EXPECT_EQ(stats.nr_areas, model.nr_areas) &
	       EXPECT_GE(stats.bytes, model.total) &
	       EXPECT_LE(stats.home_bytes, zone_normal.nr_lent << PAGE_SHIFT);
}

static void step(void)
{
	size_t what = random_below(32);

	if (what < 8 || !model.nr_areas)
		area_alloc();
	else if (what < 14)
		area_free(any_area());
	else if (what < 22)
		area_resize(any_area());
	else if (what < 27)
		block_alloc();
	else if (what < 29 && model.nr_blocks)
		block_grow(&model.blocks[random_below(model.nr_blocks)]);
	else if (what < 31 && model.nr_blocks)
		block_free(&model.blocks[random_below(model.nr_blocks)]);
	else if (random_below(2))
		zone_recall(&zone_normal, 0);
	else
		zone_reclaim(&zone_normal, random_magnitude(8192));
}

/* Send the pages of all lazily freed areas home. */
static void purge(void)
{
	while (zone_recall(&zone_normal, 0))
		;
}

TEST(random_work_keeps_every_page_where_it_belongs)
{
	unsigned int i;

	kmem_init();
	for (i = 0; i < STEPS(1600); i++) {
		step();
		if (!expect_invariants()) {
			tap_note("at step %u", i);
			break;
		}
	}
	while (model.nr_areas)
		area_free(any_area());
	while (model.nr_blocks)
		block_free(&model.blocks[0]);
	expect_invariants();
	purge();
	expect_invariants();
	EXPECT_EQ(zone_normal.nr_lent, 0);
}

static char *area_of(size_t bytes)
{
	bool is_zero;
	char *start;

	kmem_init();
	start = vmalloc_bytes(bytes, 1, &is_zero);
	EXPECT(start);
	return start;
}

static void touch(char *start, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i += PAGE_SIZE)
		start[i] = 1;
}

TEST(an_area_takes_its_pages_from_memory_that_was_freed)
{
	size_t bytes = MIB(32);
	struct vmap_area *area;
	char *start;
	long before;

	kmem_init();
	zone_reclaim(&zone_normal, SIZE_MAX);
	start = area_of(bytes);
	touch(start, bytes);
	vfree_area(find_vmap_area(start));
	purge();
	EXPECT_GE(zone_normal.nr_free[WARM], bytes >> PAGE_SHIFT);

	start = area_of(bytes);
	area = find_vmap_area(start);
	EXPECT_EQ(area->home_bytes, bytes);
	if (!IS_SANITIZED) {
		before = minor_faults();
		touch(start, bytes);
		EXPECT_LT(minor_faults() - before, 64);
	}
	vfree_area(area);
}

static size_t warm_pages(void)
{
	return zone_normal.nr_free[WARM];
}

/* A lazily freed area of @bytes with memory behind all of it, the only one. */
static char *freed_area(size_t bytes)
{
	char *start;

	kmem_init();
	zone_reclaim(&zone_normal, SIZE_MAX);
	start = area_of(bytes);
	touch(start, bytes);
	vfree_area(find_vmap_area(start));
	return start;
}

TEST(a_freed_area_serves_the_next_request_as_it_is)
{
	char *start = freed_area(MIB(32));
	size_t warm = warm_pages();
	bool is_zero = true;

	EXPECT_EQ((uintptr_t)vmalloc_bytes(MIB(31), 1, &is_zero),
		  (uintptr_t)start);
	EXPECT(!is_zero);
	EXPECT_EQ(warm_pages(), warm);
	EXPECT_EQ(resident_pages(start, MIB(32)), MIB(32) >> PAGE_SHIFT);
	EXPECT_EQ(find_vmap_area(start)->bytes, MIB(32));
	vfree_area(find_vmap_area(start));
	expect_invariants();
}

TEST(a_short_area_stays_whole_when_it_is_freed_unless_it_was_resized)
{
	const size_t bytes = MIB(4) - KIB(512);
	char *start = freed_area(bytes);
	bool is_zero = true;

	EXPECT(find_vmap_area(start)->is_lazy);
	EXPECT_EQ((uintptr_t)vmalloc_bytes(bytes, 1, &is_zero),
		  (uintptr_t)start);
	EXPECT(vmalloc_resize(find_vmap_area(start), MIB(4), false));
	vfree_area(find_vmap_area(start));
	EXPECT(!find_vmap_area(start));
	EXPECT_EQ(zone_normal.nr_lent, 0);
	expect_invariants();
}

TEST(a_freed_area_that_is_too_long_gives_its_end_to_the_zone)
{
	char *start = freed_area(MIB(32));
	size_t warm = warm_pages();

	EXPECT_EQ((uintptr_t)area_of(MIB(9)), (uintptr_t)start);
	EXPECT_EQ(resident_pages(start, MIB(9)), MIB(9) >> PAGE_SHIFT);
	EXPECT_EQ(find_vmap_area(start)->bytes, MIB(9));
	EXPECT_EQ(warm_pages() - warm, MIB(23) >> PAGE_SHIFT);
	vfree_area(find_vmap_area(start));
	expect_invariants();
}

TEST(a_freed_area_of_the_wrong_alignment_serves_by_its_pages)
{
	char *start = freed_area(MIB(32));
	bool is_zero = false;
	char *aligned = vmalloc_bytes(MIB(32), MIB(1024), &is_zero);

	if ((uintptr_t)start % MIB(1024))
		EXPECT_NE((uintptr_t)aligned, (uintptr_t)start);
	EXPECT_EQ((uintptr_t)aligned % MIB(1024), 0);
	EXPECT_EQ(resident_pages(aligned, MIB(32)), MIB(32) >> PAGE_SHIFT);
	vfree_area(find_vmap_area(aligned));
	expect_invariants();
}

TEST(a_freed_area_makes_room_for_one_that_grows)
{
	char *start, *behind;
	struct vmap_area *area;

	kmem_init();
	purge();
	start = area_of(MIB(8));
	behind = area_of(MIB(8));
	EXPECT_EQ(behind - start, (long)MIB(12));
	vfree_area(find_vmap_area(behind));
	area = find_vmap_area(start);
	EXPECT_EQ((uintptr_t)vmalloc_resize(area, MIB(18), false),
		  (uintptr_t)start);
	EXPECT(find_vmap_area(behind) == area);
	vfree_area(area);
	expect_invariants();
}

TEST(only_so_many_freed_areas_stay_whole)
{
	struct vmalloc_stats stats;
	char *start[40];
	unsigned int i;

	kmem_init();
	purge();
	for (i = 0; i < 40; i++) {
		start[i] = area_of(MIB(5));
		touch(start[i], PAGE_SIZE);
	}
	for (i = 0; i < 40; i++)
		vfree_area(find_vmap_area(start[i]));
	vmalloc_get_stats(&stats);
	EXPECT_EQ(stats.lazy_bytes, 16 * MIB(5));
	EXPECT(!find_vmap_area(start[0]));
	EXPECT(find_vmap_area(start[39])->is_lazy);
	expect_invariants();
	purge();
	vmalloc_get_stats(&stats);
	EXPECT_EQ(stats.lazy_bytes, 0);
	EXPECT(!find_vmap_area(start[39]));
}

TEST(a_freed_area_that_nobody_needs_decays)
{
	char *start = freed_area(MIB(32));
	u32 saved_ms = pf_conf.decay_ms;
	size_t returned = zone_normal.nr_returned;

	zone_decay(&zone_normal);
	EXPECT(find_vmap_area(start));
	pf_conf.decay_ms = 20;
	os_sleep_ms(40);
	zone_decay(&zone_normal);
	EXPECT(!find_vmap_area(start));
	/* It has been idle for a period, and does not wait for another. */
	os_sleep_ms(40);
	zone_decay(&zone_normal);
	EXPECT_GE(zone_normal.nr_returned - returned, MIB(32) >> PAGE_SHIFT);
	pf_conf.decay_ms = saved_ms;
}

TEST(without_decay_time_a_freed_area_goes_home_at_once)
{
	u32 saved_ms = pf_conf.decay_ms;
	char *start;

	pf_conf.decay_ms = 0;
	start = freed_area(MIB(32));
	EXPECT(!find_vmap_area(start));
	pf_conf.decay_ms = saved_ms;
	expect_invariants();
}

TEST(blocks_of_the_zone_take_their_pages_from_an_area_that_was_freed)
{
	struct page *block[8];
	size_t bytes = MIB(32);
	char *start;
	long before;
	unsigned int i;

	kmem_init();
	zone_reclaim(&zone_normal, SIZE_MAX);
	start = area_of(bytes);
	touch(start, bytes);
	vfree_area(find_vmap_area(start));

	before = minor_faults();
	for (i = 0; i < 8; i++) {
		block[i] =
			zone_alloc_pages(&zone_normal, MAX_ORDER_NR_PAGES, 0);
		if (!EXPECT(block[i]))
			return;
		EXPECT(page_is_warm(block[i]));
		EXPECT_EQ(resident_pages(page_to_virt(block[i]), MIB(4)), 1024);
		touch(page_to_virt(block[i]), MIB(4));
	}
	if (!IS_SANITIZED)
		EXPECT_LT(minor_faults() - before, 64);
	for (i = 0; i < 8; i++)
		zone_free_pages(&zone_normal, block[i], MAX_ORDER_NR_PAGES);
}

TEST(an_area_that_grows_elsewhere_takes_its_pages_along)
{
	size_t bytes = MIB(16);
	char *start = area_of(bytes);
	char *obstacle = area_of(MIB(5));
	struct range r = {start, bytes, new_stamp()};
	long before;

	stamp_pages(&r, 0);
	before = minor_faults();
	r.start = vmalloc_resize(find_vmap_area(start), MIB(64), true);
	EXPECT_NE((uintptr_t)r.start, (uintptr_t)start);
	EXPECT_EQ(resident_pages(r.start, bytes), bytes >> PAGE_SHIFT);
	expect_stamps(&r, bytes);
	if (!IS_SANITIZED)
		EXPECT_LT(minor_faults() - before, 64);
	EXPECT(!find_vmap_area(start));
	vfree_area(find_vmap_area(r.start));
	vfree_area(find_vmap_area(obstacle));
}

TEST(areas_work_where_moves_tear_their_targets)
{
	size_t bytes = MIB(16);
	char *first = area_of(bytes);
	char *obstacle;
	struct range r = {NULL, bytes, new_stamp()};
	struct check_report report = {0};

	touch(first, bytes);
	vfree_area(find_vmap_area(first));
	purge(); /* warm blocks: something to move */
	os_tear_moves(true);
	r.start = area_of(bytes);
	obstacle = area_of(MIB(5));
	expect_zeros(r.start, bytes);
	stamp_pages(&r, 0);
	r.start = vmalloc_resize(find_vmap_area(r.start), MIB(64), true);
	if (!EXPECT(r.start))
		return;
	expect_stamps(&r, bytes);
	expect_zeros(r.start + bytes, MIB(64) - bytes);
	vfree_area(find_vmap_area(r.start));
	os_tear_moves(false);

	/* The same with pages that were moved before, and can no more. */
	r.start = area_of(bytes);
	stamp_pages(&r, 0);
	os_tear_moves(true);
	r.start = vmalloc_resize(find_vmap_area(r.start), MIB(64), true);
	if (!EXPECT(r.start))
		return;
	expect_stamps(&r, bytes);
	vfree_area(find_vmap_area(r.start));
	os_tear_moves(false);
	vfree_area(find_vmap_area(obstacle));
	vmalloc_check(&report);
	zone_check(&zone_normal, &report);
	expect_clean(&report, "vmalloc and zone");
	r.start = area_of(bytes);
	touch(r.start, bytes);
	vfree_area(find_vmap_area(r.start));
}

/* A block of 447 frames with stamps: 256, 128, 32, 16, 8, 4, 2 and 1. */
static struct range odd_block(void)
{
	struct range r = {NULL, 447 * PAGE_SIZE, new_stamp()};
	struct page *page;

	kmem_init();
	page = zone_alloc_pages(&zone_normal, 447, 0);
	if (!EXPECT(page))
		return r;
	page->type = PAGE_BLOCK;
	page->nr = 447;
	r.start = page_to_virt(page);
	stamp_pages(&r, 0);
	return r;
}

TEST(a_block_that_grows_takes_its_pages_along)
{
	const size_t bytes = VMALLOC_HAS_ROOM ? MIB(3) : MIB(6);
	struct range r = odd_block();
	char *home = r.start;
	struct vmap_area *area;
	long before;

	if (!r.start)
		return;
	zone_reclaim(&zone_normal, SIZE_MAX);
	before = minor_faults();
	r.start = vmalloc_from_block(virt_to_page(home), bytes);
	if (!EXPECT(r.start))
		return;
	area = find_vmap_area(r.start);
	EXPECT_GE(area->bytes, bytes);
	if (VMALLOC_HAS_ROOM) { /* its frames, and more of the zone's */
		EXPECT_LT(area->bytes, bytes + VMALLOC_MIN_BYTES);
		EXPECT_EQ(area->home_bytes, area->bytes);
	}
	EXPECT_EQ(resident_pages(home, r.bytes), 0);
	EXPECT_EQ(resident_pages(r.start, r.bytes), 447);
	expect_stamps(&r, r.bytes);
	if (!IS_SANITIZED)
		EXPECT_LT(minor_faults() - before, 16);
	expect_zeros(r.start + r.bytes, bytes - r.bytes);
	expect_consistent();

	vfree_area(area);
	purge();
	EXPECT(!find_vmap_area(r.start));
	EXPECT_EQ(zone_normal.nr_lent, 0);
	EXPECT_EQ(resident_pages(home, r.bytes), 447);
	expect_consistent();
}

TEST(a_block_whose_pages_cannot_move_is_copied)
{
	struct range r = odd_block();

	if (!r.start)
		return;
	os_tear_moves(true);
	r.start = vmalloc_from_block(virt_to_page(r.start), MIB(6));
	os_tear_moves(false);
	if (!EXPECT(r.start))
		return;
	EXPECT_EQ(find_vmap_area(r.start)->home_bytes, 0);
	expect_stamps(&r, r.bytes);
	expect_zeros(r.start + r.bytes, MIB(6) - r.bytes);
	expect_consistent();
	vfree_area(find_vmap_area(r.start));
}

TEST(an_area_that_shrinks_gives_back_all_but_a_little)
{
	struct range r = {area_of(MIB(16)), MIB(16), new_stamp()};
	size_t sizes[] = {MIB(13), MIB(6) + PAGE_SIZE, MIB(2), KIB(260)};
	struct vmap_area *area;
	size_t i;

	touch(r.start, r.bytes);
	vfree_area(find_vmap_area(r.start));
	purge();
	r.start = area_of(r.bytes);
	area = find_vmap_area(r.start);
	EXPECT_EQ(area->home_bytes, r.bytes);
	stamp_pages(&r, 0);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ((uintptr_t)vmalloc_resize(area, sizes[i], false),
			  (uintptr_t)r.start);
		EXPECT_GE(area->bytes, sizes[i]);
		EXPECT_LT(area->bytes, sizes[i] + VMALLOC_MIN_BYTES);
		EXPECT_EQ(zone_normal.nr_lent << PAGE_SHIFT, area->home_bytes);
		expect_stamps(&r, sizes[i]);
		expect_consistent();
	}
	vfree_area(area);
	EXPECT_EQ(zone_normal.nr_lent, 0);
}

TEST(an_area_that_must_not_move_stays_or_refuses)
{
	char *start = area_of(MIB(5));
	char *obstacle = area_of(MIB(5));
	struct vmap_area *area = find_vmap_area(start);

	EXPECT_EQ((uintptr_t)vmalloc_resize(area, MIB(6), false),
		  (uintptr_t)start);
	EXPECT(!vmalloc_resize(area, MIB(64), false));
	EXPECT_EQ(area->bytes, MIB(6));
	vfree_area(area);
	vfree_area(find_vmap_area(obstacle));
}

TEST(sizes_beyond_all_addresses_are_refused)
{
	struct vmap_area *area;
	bool is_zero;

	EXPECT(!vmalloc_bytes(SIZE_MAX / 2 + 1, 1, &is_zero));
	EXPECT(!vmalloc_bytes(MIB(8), SIZE_MAX / 2 + 1, &is_zero));
	area = find_vmap_area(area_of(MIB(5)));
	EXPECT(!vmalloc_resize(area, SIZE_MAX / 2 + 1, true));
	EXPECT_EQ(area->bytes, MIB(5));
	vfree_area(area);
	expect_invariants();
}

/*
 * A mistake that was made: what had no home got a new one each time, and a
 * program that took and freed 4.5 MB in a circle used up addresses, mappings
 * and page tables for ever.
 */
static void expect_bounded(size_t (*bytes)(unsigned int i), size_t max_blocks,
			   bool shall_reclaim)
{
	size_t limit = 0;
	unsigned int i;

	for (i = 0; i < 400; i++) {
		char *start = area_of(bytes(i));

		touch(start, PAGE_SIZE);
		vfree_area(find_vmap_area(start));
		if (shall_reclaim)
			zone_reclaim(&zone_normal, SIZE_MAX);
		if (i == 20)
			limit = direct_map.limit;
	}
	EXPECT_LE((direct_map.limit - limit) >> MAX_PAGE_ORDER, max_blocks);
	zone_reclaim(&zone_normal, SIZE_MAX);
}

static size_t odd_size(unsigned int i)
{
	(void)i;
	return MIB(4) + KIB(300);
}

static size_t even_size(unsigned int i)
{
	(void)i;
	return MIB(32);
}

static size_t any_size(unsigned int i)
{
	(void)i;
	return align_up(random_between(MIB(4) + 1, MIB(20)), PAGE_SIZE);
}

TEST(areas_that_come_and_go_need_no_new_addresses)
{
	expect_bounded(odd_size, 16, false);
	expect_bounded(even_size, 16, false);
	/* Pieces of all sizes come to exist, one after the other. */
	expect_bounded(any_size, 80, false);
}

TEST(areas_whose_memory_was_given_back_need_no_new_addresses)
{
	expect_bounded(odd_size, 16, true);
	expect_bounded(even_size, 16, true);
	expect_bounded(any_size, 80, true);
}

static void write_behind(void *arg)
{
	die_plainly();
	*(volatile char *)arg = 1;
}

TEST(the_byte_behind_an_area_is_not_there)
{
	/* Even where the area fills its units, and another one follows. */
	char *start = area_of(MIB(8));
	char *next = area_of(MIB(8));
	struct ending ending;

	child_ending(&ending, 30, write_behind, start + MIB(8));
	EXPECT_EQ(ending.signal, SIGSEGV);
	child_ending(&ending, 30, write_behind, start + MIB(8) - 1);
	EXPECT_EQ(ending.signal, 0);
	vfree_area(find_vmap_area(start));
	purge();
	child_ending(&ending, 30, write_behind, start);
	EXPECT_EQ(ending.signal, SIGSEGV);
	vfree_area(find_vmap_area(next));
}

/* Where the range is reserved beforehand nobody else can be in it. */
static bool is_reserved(void)
{
	char *end = vmalloc_end - PAGE_SIZE;
	int err = os_map_new(end, PAGE_SIZE);

	if (!err)
		os_unmap(end, PAGE_SIZE);
	return err != 0;
}

TEST(a_mapping_of_somebody_else_is_never_touched)
{
	char *start = area_of(MIB(8));
	char *theirs, *other;

	vfree_area(find_vmap_area(start));
	purge();
	if (is_reserved())
		SKIP("the range is reserved");
	/* In the middle of where the next area would be. */
	theirs = start + MIB(5);
	EXPECT_EQ(os_map_new(theirs, PAGE_SIZE), 0);
	theirs[0] = 77;
	other = area_of(MIB(8));
	touch(other, MIB(8));
	EXPECT(other + MIB(8) <= theirs || other > theirs);
	EXPECT_EQ(theirs[0], 77);
	EXPECT(!find_vmap_area(theirs));
	vfree_area(find_vmap_area(other));
	EXPECT_EQ(theirs[0], 77);
	os_unmap(theirs, PAGE_SIZE);
	expect_invariants();
}
