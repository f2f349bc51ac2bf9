/* SPDX-License-Identifier: MIT */
/*
 * emergency.c - memory from the OS alone, and frees that wait
 */
#include "kmem/emergency.h"

#include <pthread.h>
#include <string.h>

#include "os/os.h"
#include "pattern.h"
#include "unit.h"

#define NR_THREADS 4

static size_t usable(const void *p)
{
	size_t size;

	return EXPECT_EQ(emergency_usable_size(p, &size), KMEM_OK) ? size : 0;
}

TEST(objects_are_zero_aligned_and_large_enough)
{
	static const size_t sizes[] = {0,    1,	   16,	   4000,
				       4096, 8192, 100000, 5 << 20};
	size_t align;
	unsigned int i;

	kmem_init();
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (align = 1; align <= MIB(16); align *= 4) {
			char *p = emergency_alloc(sizes[i], align);

			if (!EXPECT(p))
				return;
			EXPECT(is_emergency_addr(p));
			EXPECT_EQ((uintptr_t)p % max_size(align, 16), 0);
			EXPECT_GE(usable(p), sizes[i]);
			EXPECT_LE(usable(p), sizes[i] + os_page_size());
			EXPECT(is_zero(p, usable(p) & ~(size_t)7));
			memset(p, 1, usable(p));
			EXPECT_EQ(emergency_free(p), KMEM_OK);
		}
	}
}

TEST(impossible_requests_are_refused)
{
	EXPECT(!emergency_alloc(PTRDIFF_MAX, 16));
	EXPECT(!emergency_alloc(1, SIZE_MAX / 4 + 1));
	EXPECT(!emergency_alloc(SIZE_MAX / 2, PAGE_SIZE));
}

TEST(a_pointer_that_is_no_live_object_is_told)
{
	char *p = emergency_alloc(10000, 16);
	size_t size = 1;

	EXPECT_EQ(emergency_usable_size(p + 16, &size),
		  sizeof(p) > 4 ? KMEM_NOT_IN_USE : KMEM_FOREIGN);
	EXPECT_EQ(emergency_usable_size(p + PAGE_SIZE, &size), KMEM_FOREIGN);
	EXPECT_EQ(emergency_free(p + 32), KMEM_FOREIGN);
	EXPECT_EQ(emergency_free(p), KMEM_OK);
	EXPECT_EQ(emergency_free(p), KMEM_NOT_IN_USE);
	EXPECT_EQ(emergency_usable_size(p, &size), KMEM_NOT_IN_USE);
	EXPECT_EQ(emergency_usable_size(emergency_start, &size),
		  KMEM_NOT_IN_USE);
	EXPECT_EQ(emergency_usable_size(emergency_end - 1, &size),
		  KMEM_NOT_IN_USE);
}

TEST(a_mapping_of_somebody_else_is_skipped)
{
	char *first = emergency_alloc(100, 16);
	size_t page = os_page_size();
	char *theirs = (char *)((uintptr_t)first & ~(page - 1)) + 2 * page;
	char *p[4];
	unsigned int i;

	if (!EXPECT_EQ(os_map_new(theirs, page), 0))
		return;
	theirs[0] = 77;
	for (i = 0; i < 4; i++) {
		p[i] = emergency_alloc(100, 16);
		if (!EXPECT(p[i]))
			return;
		memset(p[i], 1, 100);
		EXPECT(p[i] + 100 <= theirs || p[i] >= theirs + page);
	}
	EXPECT_EQ(theirs[0], 77);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(emergency_free(p[i]), KMEM_OK);
	EXPECT_EQ(theirs[0], 77);
	os_unmap(theirs, page);
	EXPECT_EQ(emergency_free(first), KMEM_OK);
}

TEST(objects_of_a_page_serve_the_next_requests_until_all_is_freed)
{
	char *p = emergency_alloc(100, 16);
	char *again;
	size_t size;

	memset(p, 1, 100);
	EXPECT_EQ(emergency_free(p), KMEM_OK);
	EXPECT_EQ(emergency_free(p), KMEM_ALREADY_FREE);
	EXPECT(emergency_has_deferred());
	again = emergency_alloc(200, 16);
	EXPECT(again == p);
	EXPECT(is_zero(again, 200));
	EXPECT_EQ(emergency_free(again), KMEM_OK);
	emergency_free_deferred(NULL);
	EXPECT_EQ(emergency_usable_size(p, &size), KMEM_NOT_IN_USE);
	EXPECT(!emergency_has_deferred());
}

TEST(a_long_mapping_of_somebody_else_is_got_over)
{
	char *first = emergency_alloc(100, 16);
	char *theirs = first + MIB(1) - (uintptr_t)first % MIB(1);
	const size_t bytes = sizeof(void *) > 4 ? MIB(256) : MIB(32);
	char *p;

	if (!EXPECT_EQ(os_map_new(theirs, bytes), 0))
		return;
	p = emergency_alloc(MIB(2), 16);
	EXPECT(p && (p >= theirs + bytes || p + MIB(2) <= theirs));
	EXPECT_EQ(emergency_free(p), KMEM_OK);
	EXPECT_EQ(emergency_free(first), KMEM_OK);
	os_unmap(theirs, bytes);
}

TEST(the_numbers_are_those_of_live_objects)
{
	size_t nr, bytes, nr_before, bytes_before;
	void *p;

	emergency_get_stats(&nr_before, &bytes_before);
	p = emergency_alloc(MIB(1), 16);
	emergency_get_stats(&nr, &bytes);
	EXPECT_EQ(nr, nr_before + 1);
	EXPECT_GE(bytes, bytes_before + MIB(1));
	EXPECT_EQ(emergency_free(p), KMEM_OK);
	emergency_get_stats(&nr, &bytes);
	EXPECT_EQ(nr, nr_before);
	EXPECT_EQ(bytes, bytes_before);
}

static void *come_and_go(void *arg)
{
	u64 id = (u64)(uintptr_t)arg;
	char *p[8] = {NULL};
	unsigned int i;

	for (i = 0; i < STEPS(2000); i++) {
		unsigned int k = i * 7 % 8;
		size_t size = (i * 37 % 9000) & ~7U;

		if (p[k]) {
			EXPECT(pattern_holds(p[k], 64, id + k));
			EXPECT_EQ(emergency_free(p[k]), KMEM_OK);
		}
		p[k] = emergency_alloc(size + 64, 16);
		if (EXPECT(p[k]))
			pattern_fill(p[k], 64, id + k);
	}
	for (i = 0; i < 8; i++)
		EXPECT_EQ(emergency_free(p[i]), KMEM_OK);
	return NULL;
}

TEST(threads_get_objects_of_their_own)
{
	pthread_t threads[NR_THREADS];

	threads_start(NR_THREADS, come_and_go, threads);
	threads_join(NR_THREADS, threads);
}

/* Frees that wait. */

static u32 nr_freed[4000];

static void count_freed(void *p)
{
	__atomic_fetch_add((u32 *)p, 1, __ATOMIC_RELAXED);
}

static void *defer_a_thousand(void *arg)
{
	size_t from = 1000 * (size_t)(uintptr_t)arg;
	size_t i;

	for (i = 0; i < 1000; i++)
		emergency_defer(&nr_freed[from + i]);
	return NULL;
}

TEST(what_is_deferred_by_any_thread_is_freed_once)
{
	pthread_t threads[NR_THREADS];
	unsigned int round, i;

	for (round = 1; round <= 3; round++) {
		threads_start(NR_THREADS, defer_a_thousand, threads);
		/* Some of it, while more is coming. */
		emergency_free_deferred(count_freed);
		threads_join(NR_THREADS, threads);
		emergency_free_deferred(count_freed);
		EXPECT(!emergency_has_deferred());
		for (i = 0; i < 4000; i++) {
			if (!EXPECT_EQ(nr_freed[i], round))
				return;
		}
	}
}

static unsigned int nr_tries;

static void defer_again(void *p)
{
	nr_tries++;
	emergency_defer(p);
}

TEST(what_cannot_be_freed_yet_may_be_deferred_again)
{
	static u32 object;

	emergency_defer(&object);
	emergency_free_deferred(defer_again);
	EXPECT_GE(nr_tries, 1);
	EXPECT(emergency_has_deferred());
	emergency_free_deferred(count_freed);
	EXPECT_EQ(object, 1);
	EXPECT(!emergency_has_deferred());
}
