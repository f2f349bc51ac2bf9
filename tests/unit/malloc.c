/* SPDX-License-Identifier: MIT */
/*
 * malloc.c - the malloc family under its own names: random work, numbers, trim
 *
 * Every object is filled with a pattern of its own, so that two that overlap,
 * or one that moved wrongly, are found when it is looked at next.
 */
#include "malloc/malloc.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

#include "os/conf.h"
#include "os/fault.h"
#include "os/os.h"
#include "pattern.h"
#include "unit.h"

MEASURES_MEMORY;

#define MAX_OBJECTS 400
#define MAX_TOTAL   MIB(64)

struct object {
	char *p;
	size_t size;
	u64 id;
};

static struct {
	struct object objects[MAX_OBJECTS];
	size_t nr;
	size_t total;
	u64 last_id;
} model;

static bool expect_whole(void)
{
	struct check_report report = {0};

	kmem_check(&report);
	return expect_clean(&report, "kmem_check");
}

static struct kmem_stats stats_now(void)
{
	struct kmem_stats stats;

	kmem_get_stats(&stats);
	return stats;
}

/* All layers: most are small, few are very large. */
static size_t random_size(void)
{
	size_t kind = random_below(100);

	if (kind < 70)
		return random_below(1025);
	if (kind < 90)
		return random_between(1025, 3 * KMALLOC_MAX_CACHE_SIZE);
	if (kind < 99)
		return random_between(3 * KMALLOC_MAX_CACHE_SIZE, MIB(1));
	return random_between(MIB(1), MIB(12));
}

static void add(char *p, size_t size)
{
	struct object *o = &model.objects[model.nr];

	if (!EXPECT(p))
		return;
	EXPECT_EQ((uintptr_t)p % 16, 0);
	EXPECT_GE(pf_usable_size(p), size);
	*o = (struct object){p, size, ++model.last_id};
	pattern_fill(p, size, o->id);
	model.total += size;
	model.nr++;
}

static bool has_room(size_t size)
{
	return model.nr < MAX_OBJECTS && model.total + size <= MAX_TOTAL;
}

static void do_malloc(void)
{
	size_t size = random_size();

	if (has_room(size))
		add(pf_malloc(size), size);
}

static void do_calloc(void)
{
	size_t size = random_size();
	char *p;

	if (!has_room(size))
		return;
	p = pf_calloc(1, size);
	if (EXPECT(p))
		EXPECT(is_zero(p, size));
	add(p, size);
}

static void do_aligned(void)
{
	size_t size = random_size();
	size_t align = (size_t)1 << random_below(18);
	char *p;

	if (!has_room(size))
		return;
	p = pf_aligned_alloc(align, size);
	EXPECT_EQ((uintptr_t)p % align, 0);
	add(p, size);
}

static struct object *any(void)
{
	return &model.objects[random_below(model.nr)];
}

static void expect_content(const struct object *o)
{
	EXPECT(pattern_holds(o->p, o->size, o->id));
}

static void do_free(struct object *o)
{
	expect_content(o);
	pf_free(o->p);
	model.total -= o->size;
	*o = model.objects[--model.nr];
}

static void do_realloc(struct object *o)
{
	size_t size = 1 + random_size();
	size_t kept = min_size(o->size, size) & ~(size_t)7;
	char *p;

	if (model.total + size > MAX_TOTAL)
		return;
	expect_content(o);
	p = pf_realloc(o->p, size);
	if (!EXPECT(p))
		return;
	EXPECT(pattern_holds(p, kept, o->id));
	EXPECT_GE(pf_usable_size(p), size);
	pattern_fill(p, size, o->id);
	model.total += size - o->size;
	o->p = p;
	o->size = size;
}

static void step(void)
{
	size_t what = random_below(1000);

	if (what < 350 || !model.nr)
		do_malloc();
	else if (what < 400)
		do_calloc();
	else if (what < 430)
		do_aligned();
	else if (what < 720)
		do_free(any());
	else if (what < 980)
		do_realloc(any());
	else if (what < 995)
		pf_conf.decay_ms = random_below(2) ? 0 : 1000000;
	else
		pf_trim();
}

static void free_all(void)
{
	while (model.nr)
		do_free(any());
}

TEST(random_work_keeps_every_object_whole)
{
	unsigned int i;

	for (i = 0; i < STEPS(30000); i++) {
		step();
		if (i % 16 == 0 && !expect_whole()) {
			tap_note("at step %u", i);
			break;
		}
	}
	free_all();
	expect_whole();
	pf_trim();
	EXPECT_EQ(stats_now().nr_slab_objects, 0);
	EXPECT_EQ(stats_now().block_bytes, 0);
	EXPECT_EQ(stats_now().area_bytes, 0);
}

/* Numbers. */

static void expect_sums(const struct kmem_stats *s)
{
	EXPECT_LE(s->slab_bytes_live + s->cached_bytes, s->slab_bytes);
	EXPECT_LE(s->slab_bytes + s->block_bytes + s->free_warm_bytes +
			  s->free_cold_bytes,
		  s->present_bytes);
}

TEST(the_numbers_are_those_of_what_was_allocated)
{
	void *small[100], *blocks[3], *area;
	struct kmem_stats before, now;
	unsigned int i;

	pf_conf.decay_ms = 1000000;
	pf_trim();
	before = stats_now();
	for (i = 0; i < 100; i++)
		small[i] = pf_malloc(64);
	for (i = 0; i < 3; i++)
		blocks[i] = pf_malloc(20000); /* 5 frames */
	area = pf_malloc(MIB(8));
	now = stats_now();
	EXPECT_EQ(now.nr_slab_objects - before.nr_slab_objects, 100);
	EXPECT_EQ(now.slab_bytes_live - before.slab_bytes_live, 6400);
	EXPECT_EQ(now.slab_bytes - before.slab_bytes, 2 * PAGE_SIZE);
	EXPECT_EQ(now.block_bytes - before.block_bytes, 15 * PAGE_SIZE);
	EXPECT_EQ(now.nr_areas - before.nr_areas, 1);
	EXPECT_EQ(now.area_bytes - before.area_bytes, MIB(8));
	expect_sums(&now);

	for (i = 0; i < 100; i++)
		pf_free(small[i]);
	for (i = 0; i < 3; i++)
		pf_free(blocks[i]);
	pf_free(area);
	now = stats_now();
	EXPECT_EQ(now.nr_slab_objects, before.nr_slab_objects);
	EXPECT_EQ(now.slab_bytes_live, before.slab_bytes_live);
	EXPECT_EQ(now.block_bytes, before.block_bytes);
	EXPECT_EQ(now.nr_areas, before.nr_areas);
	EXPECT_EQ(now.lazy_bytes - before.lazy_bytes, MIB(8));
	EXPECT_GT(now.nr_cached, 0);
	expect_sums(&now);
}

TEST(the_numbers_add_up_at_any_time)
{
	unsigned int i;

	for (i = 0; i < STEPS(3000); i++) {
		struct kmem_stats now;

		step();
		if (i % 8)
			continue;
		now = stats_now();
		expect_sums(&now);
	}
	free_all();
}

/* Trim. */

TEST(trim_gives_back_what_nobody_uses)
{
	static char *objects[20000];
	struct kmem_stats now;
	size_t before;
	unsigned int i;

	pf_conf.decay_ms = 1000000;
	pf_trim();
	before = resident_kib();
	for (i = 0; i < ARRAY_SIZE(objects); i++) {
		objects[i] = pf_malloc(1000);
		if (EXPECT(objects[i]))
			memset(objects[i], 1, 1000);
	}
	if (!IS_SANITIZED)
		EXPECT_GE(resident_kib(), before + 18 * 1024);
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		pf_free(objects[i]);
	EXPECT_GE(pf_trim(), MIB(1));
	now = stats_now();
	EXPECT_EQ(now.free_warm_bytes, 0);
	EXPECT_EQ(now.slab_bytes, 0);
	if (!IS_SANITIZED)
		EXPECT_LE(resident_kib(), before + 2 * 1024);
	EXPECT_EQ(pf_trim(), 0);
}

TEST(trim_leaves_what_is_used)
{
	char *small = pf_malloc(100);
	char *block = pf_malloc(100000);
	char *area = pf_malloc(MIB(6));

	pattern_fill(small, 100, 1);
	pattern_fill(block, 100000, 2);
	pattern_fill(area, MIB(6), 3);
	pf_trim();
	EXPECT(pattern_holds(small, 100, 1));
	EXPECT(pattern_holds(block, 100000, 2));
	EXPECT(pattern_holds(area, MIB(6), 3));
	pf_free(small);
	pf_free(block);
	pf_free(area);
	expect_whole();
}

/* Which layer owns a pointer, and what is wrong with it. */

TEST(each_kind_of_pointer_is_told)
{
	char *small = pf_malloc(100);
	char *block = pf_malloc(20000);
	char *area = pf_malloc(MIB(6));
	char here;
	size_t size;

	EXPECT_EQ(kmem_usable_size(small, &size), KMEM_OK);
	EXPECT_EQ(size, 112);
	EXPECT_EQ(kmem_usable_size(block, &size), KMEM_OK);
	EXPECT_EQ(size, 5 * PAGE_SIZE);
	EXPECT_EQ(kmem_usable_size(area, &size), KMEM_OK);
	EXPECT_EQ(size, MIB(6));

	EXPECT_EQ(kmem_usable_size(small + 1, &size), KMEM_INTERIOR);
	EXPECT_EQ(kmem_usable_size(block + 1, &size), KMEM_INTERIOR);
	EXPECT_EQ(kmem_usable_size(block + 2 * PAGE_SIZE, &size),
		  KMEM_INTERIOR);
	EXPECT_EQ(kmem_usable_size(block + 5 * PAGE_SIZE, &size),
		  KMEM_NOT_IN_USE);
	EXPECT_EQ(kmem_usable_size(area + 1, &size), KMEM_INTERIOR);
	EXPECT_EQ(kmem_usable_size(area + MIB(6), &size), KMEM_NOT_IN_USE);
	EXPECT_EQ(kmem_usable_size(&here, &size), KMEM_FOREIGN);
	EXPECT_EQ(kmem_usable_size(direct_map.mem_map, &size), KMEM_NOT_IN_USE);
	EXPECT_EQ(size, 0);

	pf_free(small);
	pf_free(block);
	pf_free(area);
	EXPECT_NE(kmem_usable_size(block, &size), KMEM_OK);
	EXPECT_EQ(kmem_usable_size(area, &size), KMEM_ALREADY_FREE);
	EXPECT_EQ(kmem_usable_size(area + 1, &size), KMEM_NOT_IN_USE);
	pf_trim();
	EXPECT_EQ(kmem_usable_size(area, &size), KMEM_NOT_IN_USE);
}

TEST(good_sizes_are_what_objects_have)
{
	size_t size;

	for (size = 0; size < 40000; size += size < 9000 ? 1 : 997) {
		char *p = pf_malloc(size);

		EXPECT_EQ(pf_usable_size(p), pf_good_size(size));
		EXPECT_EQ(pf_good_size(pf_good_size(size)), pf_good_size(size));
		pf_free(p);
	}
	EXPECT_EQ(pf_good_size(SIZE_MAX), 0);
}

/* The C rules. */

TEST(impossible_sizes_set_errno_and_nothing_else)
{
	char *p = pf_malloc(10);

	errno = 0;
	EXPECT(!pf_malloc(SIZE_MAX));
	EXPECT_EQ(errno, ENOMEM);
	errno = 0;
	EXPECT(!pf_calloc(SIZE_MAX / 2, 3));
	EXPECT_EQ(errno, ENOMEM);
	errno = 0;
	EXPECT(!pf_realloc(p, (size_t)PTRDIFF_MAX + 1));
	EXPECT_EQ(errno, ENOMEM);
	errno = 0;
	EXPECT(!pf_reallocarray(p, SIZE_MAX / 2, 3));
	EXPECT_EQ(errno, ENOMEM);
	errno = 0;
	EXPECT(!pf_aligned_alloc(3, 10));
	EXPECT_EQ(errno, EINVAL);
	errno = 77;
	pf_free(p);
	pf_free(NULL);
	p = pf_malloc(MIB(8));
	pf_free(p);
	EXPECT_EQ(errno, 77);
}

TEST(realloc_to_the_usable_size_stays_in_place)
{
	size_t size;

	for (size = 1; size < MIB(9); size += size / 3 + 1) {
		char *p = pf_malloc(size);

		EXPECT(pf_realloc(p, pf_usable_size(p)) == p);
		pf_free(p);
	}
}

TEST(an_array_that_grows_a_little_stays_where_it_fits)
{
	char *array = pf_malloc(300000);
	char *other = pf_malloc(300000); /* in its way */
	size_t size;

	for (size = 310000; size < MIB(6); size += 10000) {
		size_t usable = pf_usable_size(array);
		char *grown = pf_realloc(array, size);

		EXPECT(size > usable || grown == array);
		array = grown;
	}
	EXPECT(pf_realloc(array, size - 20000) == array);
	pf_free(array);
	pf_free(other);
}

static void shrink_without_memory(void *arg)
{
	static const size_t sizes[] = {2000, 8192, 100000, MIB(6)};
	char *p[ARRAY_SIZE(sizes)];
	unsigned int i;

	(void)arg;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		p[i] = pf_malloc(sizes[i]);
		pattern_fill(p[i], 104, i);
	}
	os_fail_calls(0, LONG_MAX);
	while (pf_malloc(MIB(1)))
		;
	while (pf_malloc(PAGE_SIZE))
		;
	while (pf_malloc(100))
		;
	EXPECT_EQ(errno, ENOMEM);
	errno = 77;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		p[i] = pf_realloc(p[i], 104);
		EXPECT_EQ(errno, 77);
		if (EXPECT(p[i]))
			EXPECT(pattern_holds(p[i], 104, i));
	}
}

TEST(a_block_that_shrinks_needs_no_memory)
{
	child_run(30, shrink_without_memory, NULL);
}

TEST(realloc_to_nothing_frees)
{
	EXPECT(!pf_realloc(pf_malloc(10), 0));
	EXPECT(!pf_realloc(pf_malloc(MIB(5)), 0));
	EXPECT_EQ(stats_now().area_bytes, 0);
}

/* Threads. */

static void *allocate_and_end(void *arg)
{
	void *p[50];
	unsigned int i;

	(void)arg;
	for (i = 0; i < 50; i++)
		p[i] = pf_malloc(i * 40);
	for (i = 0; i < 50; i++)
		pf_free(p[i]);
	return pf_malloc(48);
}

TEST(what_a_thread_allocated_outlives_it)
{
	unsigned int i;

	for (i = 0; i < 50; i++) {
		pthread_t thread;
		void *p = NULL;

		EXPECT_EQ(pthread_create(&thread, NULL, allocate_and_end, NULL),
			  0);
		pthread_join(thread, &p);
		EXPECT_EQ(pf_usable_size(p), 48);
		pf_free(p);
	}
	expect_whole();
	pf_trim();
	EXPECT_EQ(stats_now().nr_slab_objects, 0);
}
