/* SPDX-License-Identifier: MIT */
/*
 * slab.c - size classes, and slabs as bit maps
 */
#include "slab/slab.h"

#include <string.h>

#include "os/conf.h"
#include "page/span.h"
#include "unit.h"

static struct per_cpu_pages pcp;

#define for_each_class(class) for (class = 1; class < NR_CLASSES; class ++)

/* Objects of one class, as many as the largest test wants. */
static void *objects[4096];

static void start(void)
{
	static bool is_started;

	if (!is_started) {
		EXPECT_EQ(span_init(), 0);
		zone_init(&zone_normal);
		kmem_caches_init(0);
		pf_conf.decay_ms = 1000000;
	}
	is_started = true;
}

/* Into out[0], out[1] and so on, as they were taken. */
static unsigned int take(struct kmem_cache *s, void **out, unsigned int nr)
{
	unsigned int n, i;

	lock_acquire(&s->lock);
	n = slab_take_objects(s, &pcp, out + nr, nr);
	lock_release(&s->lock);
	memmove(out, out + nr - n, n * sizeof(*out));
	for (i = 0; i < n / 2; i++) {
		void *object = out[i];

		out[i] = out[n - 1 - i];
		out[n - 1 - i] = object;
	}
	return n;
}

static enum bad_object put(struct kmem_cache *s, void *object)
{
	struct bad_free bad = {NULL, OBJECT_OK};

	lock_acquire(&s->lock);
	slab_put_objects(s, &pcp, &object, 1, &bad);
	lock_release(&s->lock);
	EXPECT(!bad.object || bad.object == object);
	return bad.kind;
}

static void expect_invariants(struct kmem_cache *s)
{
	struct check_report report = {0};

	slab_check(s, &report);
	expect_clean(&report, "slab_check");
}

static void expect_nothing_left(struct kmem_cache *s)
{
	expect_invariants(s);
	EXPECT_EQ(s->nr_slabs, 0);
	EXPECT_EQ(s->nr_free, 0);
	EXPECT(list_is_empty(&s->partial));
	pcp_drain(&pcp, &zone_normal);
	lock_acquire(&s->lock);
	slab_give_run(s);
	lock_release(&s->lock);
	EXPECT_EQ(zone_normal.nr_free[COLD] + zone_normal.nr_free[WARM],
		  zone_normal.nr_present);
}

/* Size classes. */

TEST(every_size_is_served_by_the_smallest_class_that_holds_it)
{
	size_t size;

	for (size = 0; size <= KMALLOC_MAX_CACHE_SIZE; size++) {
		unsigned int class = size_to_class(size);

		EXPECT(class >= 1 && class < NR_CLASSES);
		EXPECT_GE(class_size(class), size);
		EXPECT(class == 1 || class_size(class - 1) < size);
	}
	EXPECT_EQ(class_size(size_to_class(0)), KMALLOC_MIN_SIZE);
	EXPECT_EQ(class_size(NR_CLASSES - 1), KMALLOC_MAX_CACHE_SIZE);
}

TEST(a_class_is_at_most_a_quarter_larger_than_the_one_before)
{
	unsigned int class;

	for_each_class(class)
	{
		EXPECT_EQ(class_size(class) % 16, 0);
		EXPECT_GT(class_size(class), class_size(class - 1));
		if (class_size(class) > 128)
			EXPECT_LE(4 * class_size(class),
				  5 * class_size(class - 1));
	}
}

TEST(a_slab_holds_four_objects_and_wastes_an_eighth_at_most)
{
	unsigned int class;

	for_each_class(class)
	{
		size_t bytes = PAGE_SIZE << class_info[class].order;
		size_t nr = bytes / class_size(class);

		EXPECT_GE(nr, 4);
		EXPECT_LE(bytes - nr * class_size(class), bytes / 8);
		EXPECT_LE(1U << class_info[class].order, PCP_MAX_PAGES);
	}
}

/* Bit maps. */

static struct kmem_cache *cache(unsigned int class)
{
	start();
	return &kmalloc_caches[class];
}

TEST(a_slab_gives_all_its_objects_lowest_first)
{
	unsigned int class, i;

	for_each_class(class)
	{
		struct kmem_cache *s = cache(class);
		unsigned int n = take(s, objects, s->nr_objects);
		char *slab = objects[0];

		EXPECT_EQ(n, s->nr_objects);
		EXPECT_EQ(s->nr_slabs, 1);
		EXPECT_EQ((uintptr_t)slab % (PAGE_SIZE << s->order), 0);
		for (i = 0; i < n; i++) {
			EXPECT_EQ((char *)objects[i] - slab,
				  (size_t)i * class_size(class));
			EXPECT_EQ(byte_map()[virt_to_pfn(objects[i])], class);
		}
		EXPECT_LE((uintptr_t)objects[n - 1] + class_size(class),
			  (uintptr_t)slab + (PAGE_SIZE << s->order));
		for (i = 0; i < n; i++)
			EXPECT_EQ(put(s, objects[i]), OBJECT_OK);
		expect_nothing_left(s);
	}
}

TEST(objects_of_a_power_of_two_are_aligned_to_their_size)
{
	unsigned int class, i;

	for_each_class(class)
	{
		struct kmem_cache *s = cache(class);
		size_t size = class_size(class);
		unsigned int n = take(s, objects, s->nr_objects);
		size_t align =
			is_power_of_two(size) ? min_size(size, PAGE_SIZE) : 16;

		for (i = 0; i < n; i++)
			EXPECT_EQ((uintptr_t)objects[i] % align, 0);
		while (n--)
			put(s, objects[n]);
		expect_nothing_left(s);
	}
}

TEST(a_slab_that_is_all_free_goes_back)
{
	unsigned int class;

	for_each_class(class)
	{
		struct kmem_cache *s = cache(class);
		unsigned int n = take(s, objects, s->nr_objects);
		struct page *slab = virt_to_page(objects[0]);

		while (n-- > 1)
			EXPECT_EQ(put(s, objects[n]), OBJECT_OK);
		EXPECT_EQ(slab->type, PAGE_SLAB);
		expect_invariants(s);
		EXPECT_EQ(put(s, objects[0]), OBJECT_OK);
		EXPECT_EQ(slab->type, PAGE_PCP);
		EXPECT_EQ(byte_map()[page_to_pfn(slab)], 0);
		expect_nothing_left(s);
	}
}

TEST(what_came_back_is_given_out_before_a_new_slab_is_made)
{
	struct kmem_cache *s = cache(size_to_class(64));
	unsigned int n = take(s, objects, s->nr_objects);
	void *again[2];

	put(s, objects[40]);
	put(s, objects[7]);
	EXPECT_EQ(take(s, again, 2), 2);
	EXPECT(again[0] == objects[7]);
	EXPECT(again[1] == objects[40]);
	EXPECT_EQ(s->nr_slabs, 1);
	while (n--)
		put(s, objects[n]);
	expect_nothing_left(s);
}

TEST(only_a_request_for_a_full_sheaf_is_a_reason_for_more_than_one_new_slab)
{
	struct kmem_cache *s = cache(size_to_class(1024));
	unsigned int n = take(s, objects, s->sheaf_max - 1U);

	EXPECT_GT(s->sheaf_max, s->nr_objects);
	EXPECT_EQ(n, s->nr_objects);
	EXPECT_EQ(s->nr_slabs, 1);
	n += take(s, objects + n, s->sheaf_max);
	EXPECT_EQ(n, s->nr_objects + s->sheaf_max);
	while (n--)
		put(s, objects[n]);
	expect_nothing_left(s);
}

TEST(random_objects_come_and_go)
{
	unsigned int class, i;

	for_each_class(class)
	{
		struct kmem_cache *s = cache(class);
		unsigned int max = min_size(3 * s->nr_objects + 2, 600);
		unsigned int nr = 0;

		for (i = 0; i < STEPS(1500); i++) {
			if (nr == 0 || (nr < max && random_below(2))) {
				nr += take(s, objects + nr,
					   random_between(1, 8));
				/* Each is ours alone. */
				*(u64 *)objects[nr - 1] = nr;
			} else {
				unsigned int k = random_below(nr);

				EXPECT_EQ(put(s, objects[k]), OBJECT_OK);
				objects[k] = objects[--nr];
			}
			EXPECT_EQ(s->nr_slabs * s->nr_objects - s->nr_free, nr);
			if (i % 64 == 0)
				expect_invariants(s);
		}
		while (nr--)
			EXPECT_EQ(put(s, objects[nr]), OBJECT_OK);
		expect_nothing_left(s);
	}
}

/* Wrong pointers. */

TEST(objects_of_several_slabs_come_back_in_one_call_and_bad_ones_do_not)
{
	enum {
		NR = 600
	};
	static void *mixed[NR + 3];
	struct kmem_cache *s = cache(size_to_class(48));
	struct bad_free bad = {NULL, OBJECT_OK};
	unsigned int round, i;

	for (round = 0; round < 20; round++) {
		unsigned int nr = 0;

		while (nr < NR) /* a slab at a time */
			nr += take(s, mixed + nr, NR - nr);
		for (i = NR - 1; i > 0; i--) {
			unsigned int k = (unsigned int)random_below(i + 1);
			void *object = mixed[i];

			mixed[i] = mixed[k];
			mixed[k] = object;
		}
		/* A double one, one that is none, and one behind both. */
		mixed[NR] = mixed[NR / 2];
		mixed[NR + 1] = (char *)mixed[7] + 16;
		mixed[NR + 2] = mixed[NR - 1];
		bad = (struct bad_free){NULL, OBJECT_OK};
		lock_acquire(&s->lock);
		slab_put_objects(s, &pcp, mixed, NR - 1, &bad);
		EXPECT(!bad.object);
		slab_put_objects(s, &pcp, mixed + NR - 1, 4, &bad);
		lock_release(&s->lock);
		EXPECT(bad.object == mixed[NR]);
		EXPECT_EQ(bad.kind, OBJECT_ALREADY_FREE);
		EXPECT_EQ(s->nr_slabs, 0);
		EXPECT_EQ(s->nr_free, 0);
		expect_invariants(s);
	}
}

TEST(an_object_that_is_free_is_not_taken_again)
{
	unsigned int class;

	for_each_class(class)
	{
		struct kmem_cache *s = cache(class);

		take(s, objects, 2);
		EXPECT_EQ(put(s, objects[0]), OBJECT_OK);
		EXPECT_EQ(put(s, objects[0]), OBJECT_ALREADY_FREE);
		expect_invariants(s);
		EXPECT_EQ(put(s, objects[1]), OBJECT_OK);
		/* Now the slab is gone, too. */
		EXPECT_EQ(put(s, objects[1]), OBJECT_ALREADY_FREE);
		expect_nothing_left(s);
	}
}

TEST(no_byte_inside_an_object_passes_for_its_start)
{
	unsigned int class;
	size_t offset;

	for_each_class(class)
	{
		struct kmem_cache *s = cache(class);
		unsigned int n = take(s, objects, s->nr_objects);
		char *last = objects[n - 1];

		for (offset = 1; offset < s->size; offset++)
			EXPECT_EQ(put(s, last + offset), OBJECT_INTERIOR);
		expect_invariants(s);
		while (n--)
			EXPECT_EQ(put(s, objects[n]), OBJECT_OK);
		expect_nothing_left(s);
	}
}

TEST(the_rest_of_a_slab_is_no_object)
{
	unsigned int class;

	for_each_class(class)
	{
		struct kmem_cache *s = cache(class);
		size_t used = (size_t)s->nr_objects * s->size;
		size_t bytes = PAGE_SIZE << s->order;

		if (used == bytes)
			continue;
		take(s, objects, 1);
		EXPECT_EQ(put(s, (char *)objects[0] + used), OBJECT_INTERIOR);
		EXPECT_EQ(put(s, (char *)objects[0] + bytes - 16),
			  OBJECT_INTERIOR);
		put(s, objects[0]);
		expect_nothing_left(s);
	}
}

TEST(an_object_of_another_class_is_refused)
{
	struct kmem_cache *s = cache(size_to_class(64));
	struct kmem_cache *other = cache(size_to_class(128));

	take(s, objects, 1);
	EXPECT_EQ(put(other, objects[0]), OBJECT_WRONG_CLASS);
	expect_invariants(other);
	EXPECT_EQ(put(s, objects[0]), OBJECT_OK);
	expect_nothing_left(s);
}

TEST(facts_about_a_pointer_are_found)
{
	unsigned int class;

	for_each_class(class)
	{
		struct kmem_cache *s = cache(class);
		struct object_facts facts;

		take(s, objects, 3);
		put(s, objects[1]);
		slab_describe((char *)objects[2] + 5, &facts);
		EXPECT(facts.s == s);
		EXPECT(facts.slab == objects[0]);
		EXPECT(facts.object == objects[2]);
		EXPECT_EQ(facts.index, 2);
		EXPECT(!facts.is_free);
		slab_describe(objects[1], &facts);
		EXPECT(facts.object == objects[1]);
		EXPECT(facts.is_free);
		put(s, objects[0]);
		put(s, objects[2]);
		expect_nothing_left(s);
	}
}

/* Each invariant of slab.c, made false. */
/* Runs. */

static void start_cold(void)
{
	start();
	pcp_drain(&pcp, &zone_normal);
	zone_reclaim(&zone_normal, SIZE_MAX);
}

static void put_all(struct kmem_cache *s, void **all, unsigned int nr)
{
	struct bad_free bad = {NULL, OBJECT_OK};

	lock_acquire(&s->lock);
	slab_put_objects(s, &pcp, all, nr, &bad);
	lock_release(&s->lock);
	EXPECT_EQ((uintptr_t)bad.object, 0);
}

TEST(slabs_of_caches_that_grow_side_by_side_lie_side_by_side_each)
{
	struct kmem_cache *a = &kmalloc_caches[size_to_class(512)];
	struct kmem_cache *b = &kmalloc_caches[size_to_class(1024)];
	static void *of_a[512 * 8], *of_b[512 * 4];
	unsigned int i, nr_beside = 0;

	start_cold();
	for (i = 0; i < 512; i++) {
		EXPECT_EQ(take(a, of_a + 8 * i, 8), 8);
		EXPECT_EQ(take(b, of_b + 4 * i, 4), 4);
		nr_beside += i && (char *)of_a[8 * i] ==
					  (char *)of_a[8 * i - 8] + PAGE_SIZE;
	}
	EXPECT_GE(nr_beside, 512 * 3 / 4);
	expect_invariants(a);
	put_all(a, of_a, 512 * 8);
	put_all(b, of_b, 512 * 4);
	lock_acquire(&b->lock);
	slab_give_run(b);
	lock_release(&b->lock);
	expect_nothing_left(a);
}

TEST(warm_frames_come_before_those_of_a_run)
{
	struct kmem_cache *s = &kmalloc_caches[size_to_class(512)];
	struct page *page;
	unsigned int n = 0;

	start_cold();
	while (!s->nr_run)
		n += take(s, objects + n, 8);
	EXPECT(!s->is_run_warm);
	page = zone_alloc_pages(&zone_normal, 1, 0);
	zone_free_pages(&zone_normal, page, 1);
	EXPECT_EQ(take(s, objects + n, 8), 8);
	EXPECT_EQ((uintptr_t)objects[n], (uintptr_t)page_to_virt(page));
	n += 8;
	put_all(s, objects, n);
	expect_nothing_left(s);
}

TEST(what_is_left_of_a_run_goes_back_cold)
{
	struct kmem_cache *s = &kmalloc_caches[size_to_class(512)];
	size_t nr_warm;
	unsigned int n = 0;

	start_cold();
	while (!s->nr_run)
		n += take(s, objects + n, 8);
	nr_warm = zone_normal.nr_free[WARM];
	lock_acquire(&s->lock);
	slab_give_run(s);
	lock_release(&s->lock);
	EXPECT_EQ(s->nr_run, 0);
	EXPECT_EQ(zone_normal.nr_free[WARM], nr_warm);
	put_all(s, objects, n);
	expect_nothing_left(s);
}

static void check_fails(struct kmem_cache *s, const char *fact)
{
	struct check_report report = {0};

	slab_check(s, &report);
	EXPECT_GE(report.nr_failed, 1);
	EXPECT_STR_EQ(report.first, fact);
}

TEST(slab_check_names_the_invariant_that_is_broken)
{
	struct kmem_cache *s = cache(size_to_class(1536));
	struct page *slab;

	take(s, objects, 2);
	slab = virt_to_page(objects[0]);

	slab[1].type = PAGE_NONE;
	check_fails(s, "page->type == PAGE_SLAB");
	slab[1].type = PAGE_SLAB;

	slab[1].order = 1;
	check_fails(s, "page->order == s->node");
	slab[1].order = 0;

	slab[1].flags = PAGE_WARM;
	check_fails(s, "page->tag == s->tag");
	slab[1].flags = 0;

	slab[1].class ++;
	check_fails(s, "page->class == s->class");
	slab[1].class --;

	byte_map()[page_to_pfn(slab)]++;
	check_fails(s, "byte_map()[page_to_pfn(page)] == s->class");
	byte_map()[page_to_pfn(slab)]--;

	slab->taken_bits[0] |= 2;
	check_fails(s, "is_start");
	slab->taken_bits[0] &= ~2ULL;

	slab->taken_bits[0] &= ~1ULL; /* the first object, which is taken */
	check_fails(s, "slab->nr + nr_taken == s->nr_objects");
	slab->taken_bits[0] |= 1;

	s->run = slab;
	s->nr_run = 1;
	check_fails(s, "s->run[i].type == PAGE_NONE");
	s->nr_run = 0;

	s->nr_free++;
	check_fails(s, "nr_free == s->nr_free");
	s->nr_free--;

	put(s, objects[0]);
	put(s, objects[1]);
	expect_nothing_left(s);
}
