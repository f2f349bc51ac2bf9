/* SPDX-License-Identifier: MIT */
/*
 * sheaf.c - a thread's sheaves: growth, exchange with the barn, flushing
 */
#include "slab/sheaf.h"

#include <pthread.h>

#include "objects.h"

static void *objects[4096];

static void take_many(unsigned int class, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		objects[i] = take_object(class);
}

static void give_many(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		give_object(objects[i]);
}

static struct kmem_stats stats_now(void)
{
	struct kmem_stats stats;

	kmem_get_stats(&stats);
	return stats;
}

static void expect_nothing_left(void)
{
	struct check_report report = {0};
	struct kmem_stats stats;

	drain();
	stats = stats_now();
	EXPECT_EQ(stats.nr_slab_objects, 0);
	EXPECT_EQ(stats.nr_cached, 0);
	EXPECT_EQ(stats.slab_bytes, 0);
	kmem_check(&report);
	expect_clean(&report, "kmem_check");
}

TEST(a_thread_without_caches_finds_empty_sheaves)
{
	unsigned int class;

	kmem_init();
	for (class = 0; class < NR_CLASSES; class ++) {
		EXPECT_EQ(thread_heap.top[class], 0);
		EXPECT(!sheaf_pop(class));
		sheaf_undo_pop(class);
		EXPECT(!sheaf_push(class, objects));
		EXPECT_EQ(thread_heap.top[class], 0);
	}
}

TEST(what_was_freed_last_is_given_out_first)
{
	void *a = take_object(4);
	void *b = take_object(4);
	void *c = take_object(4);

	give_object(a);
	give_object(b);
	give_object(c);
	EXPECT(take_object(4) == c);
	EXPECT(take_object(4) == b);
	EXPECT(take_object(4) == a);
	give_object(a);
	give_object(b);
	give_object(c);
	expect_nothing_left();
}

TEST(new_objects_come_in_the_order_of_their_addresses)
{
	unsigned int i;

	take_many(4, 64);
	for (i = 1; i < 4; i++)
		EXPECT_EQ((char *)objects[i] - (char *)objects[0], i * 64);
	give_many(64);
	expect_nothing_left();
}

TEST(slots_lead_to_their_sheaf)
{
	u32 top = sheaf_alloc();
	u32 other = sheaf_alloc();

	EXPECT_EQ(top % SHEAF_SLOTS, 0);
	EXPECT_EQ(sheaf_end(top), top);
	EXPECT_EQ(sheaf_first_slot(top), top - SHEAF_SLOTS);
	EXPECT_EQ(sheaf_end(top - 5), top);
	EXPECT_EQ(sheaf_first_slot(top - 5), top - SHEAF_SLOTS);
	EXPECT_EQ((uintptr_t)&sheaf_slots()[top] % SHEAF_BYTES, 0);
	EXPECT_NE(top, other);
	sheaf_free(top - 3); /* any number in it will do */
	EXPECT_EQ(sheaf_alloc(), top);
	sheaf_free(top);
	sheaf_free(other);
}

/* Objects that this thread's sheaf and the barn keep, no other cache. */
static unsigned int nr_cached(void)
{
	return (unsigned int)stats_now().nr_cached;
}

static void have_no_lodgers(unsigned int class)
{
	kmalloc_caches[class].nr_lodgers = MAX_LODGERS;
}

/* A class that no test before this one has asked for. */
TEST(a_larger_size_serves_the_first_objects_of_a_size)
{
	unsigned int class = size_to_class(320);
	const struct kmem_cache *s = &kmalloc_caches[class];
	unsigned int i;

	EXPECT_EQ(s->nr_lodgers, 0);
	take_many(class, MAX_LODGERS + 1);
	for (i = 0; i < MAX_LODGERS; i++) {
		size_t size = 0;

		EXPECT_EQ(kmem_usable_size(objects[i], &size), KMEM_OK);
		EXPECT_EQ(size, 1024);
	}
	EXPECT_EQ(byte_map()[virt_to_pfn(objects[MAX_LODGERS])], class);
	for (i = 0; i <= MAX_LODGERS; i++)
		give_object(objects[i]);

	/* Sizes that serve others, and those of which few fit into a page. */
	take_many(size_to_class(64), 1);
	EXPECT_EQ(byte_map()[virt_to_pfn(objects[0])], size_to_class(64));
	give_object(objects[0]);
	take_many(size_to_class(1280), 1);
	EXPECT_EQ(byte_map()[virt_to_pfn(objects[0])], size_to_class(1280));
	give_object(objects[0]);
}

TEST(a_sheaf_grows_with_use_up_to_its_share)
{
	unsigned int class;

	for (class = 1; class < NR_CLASSES; class ++) {
		const struct kmem_cache *s = &kmalloc_caches[class];
		unsigned int i, kept = 0;

		EXPECT(s->sheaf_max >= 2 && s->sheaf_max <= SHEAF_MAX);
		have_no_lodgers(class);
		take_many(class, 200);
		drain();
		for (i = 0; i < 200; i++) {
			give_object(objects[i]);
			kept = nr_cached();
			EXPECT_LE(kept,
				  s->sheaf_max *
					  (unsigned int)(s->max_full + 1));
			/* The first one is a stranger's, to its slab. */
			if (i <= s->sheaf_max)
				EXPECT_EQ(kept, i);
		}
		EXPECT_GT(kept, 0);
		EXPECT_LE((size_t)s->sheaf_max * s->size,
			  max_size(KIB(16), 2 * s->size));
		expect_nothing_left();
	}
}

static void *take_all(void *arg)
{
	unsigned int nr = (unsigned int)(uintptr_t)arg;
	unsigned int i;

	for (i = 0; i < nr; i++)
		objects[1000 + i] = take_object(4);
	for (i = 0; i < nr; i++)
		give_object(objects[1000 + i]);
	return NULL;
}

static bool is_among(void *const *list, unsigned int nr, const void *object)
{
	while (nr--) {
		if (list[nr] == object)
			return true;
	}
	return false;
}

TEST(what_one_thread_frees_another_one_gets_from_the_barn)
{
	pthread_t thread;
	unsigned int i, nr_shared = 0;

	take_many(4, 100);
	give_many(100);
	EXPECT_GT(kmalloc_caches[4].nr_full, 0);
	EXPECT_EQ(
		pthread_create(&thread, NULL, take_all, (void *)(uintptr_t)20),
		0);
	pthread_join(thread, NULL);
	for (i = 0; i < 20; i++)
		nr_shared += is_among(objects, 100, objects[1000 + i]);
	EXPECT_EQ(nr_shared, 20);
	expect_nothing_left();
}

TEST(the_next_thread_gets_the_sheaves_of_one_that_ended)
{
	pthread_t thread;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(pthread_create(&thread, NULL, take_all,
					 (void *)(uintptr_t)4),
			  0);
		pthread_join(thread, NULL);
		EXPECT_EQ(nr_cached(), 4);
		/* It took the same four that the one before had freed. */
		if (i)
			EXPECT(is_among(objects + 1000, 4, objects[2000]));
		objects[2000] = objects[1000];
	}
	expect_nothing_left();
}

TEST(the_last_two_frees_are_compared)
{
	void *a = take_object(4);
	void *b = take_object(4);
	void *culprit;

	give_object(a);
	EXPECT(!kmem_free(a));
	EXPECT_EQ(kmem_free_slow(a, &culprit), KMEM_ALREADY_FREE);
	EXPECT(culprit == a);
	give_object(b);
	EXPECT(!kmem_free(a));
	EXPECT_EQ(kmem_free_slow(a, &culprit), KMEM_ALREADY_FREE);
	EXPECT(culprit == a);
	expect_nothing_left();
}

TEST(an_older_double_free_is_found_when_the_sheaf_is_flushed)
{
	struct bad_free bad = {NULL, OBJECT_OK};
	unsigned int i;

	take_many(4, 4);
	for (i = 0; i < 4; i++)
		give_object(objects[i]);
	give_object(objects[0]); /* not seen yet */
	caches_drain(&bad);
	EXPECT(bad.object == objects[0]);
	EXPECT_EQ(bad.kind, OBJECT_ALREADY_FREE);
	expect_nothing_left();
}

TEST(a_pointer_into_an_object_is_found_when_the_sheaf_is_flushed)
{
	struct bad_free bad = {NULL, OBJECT_OK};
	char *object = take_object(4);

	EXPECT(kmem_free(object + 16));
	caches_drain(&bad);
	EXPECT(bad.object == object + 16);
	EXPECT_EQ(bad.kind, OBJECT_INTERIOR);
	give_object(object);
	expect_nothing_left();
}
