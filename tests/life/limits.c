/* SPDX-License-Identifier: MIT */
/*
 * limits.c - little address space, and few mappings
 */
#include "pattern.h"
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static struct outcome outcome;

static void limit_address_space(void *arg)
{
	rlim_t bytes = (rlim_t)(uintptr_t)arg << 20;
	struct rlimit limit = {bytes, bytes};

	setrlimit(RLIMIT_AS, &limit);
}

TEST(a_program_works_under_ulimit_v_262144)
{
	expect_work_is_done(limit_address_space, (void *)(uintptr_t)256,
			    "work in 256 MiB of address space");
}

TEST(a_program_works_under_other_limits_of_address_space)
{
	expect_work_is_done(limit_address_space, (void *)(uintptr_t)400,
			    "400 MiB");
	expect_work_is_done(limit_address_space, (void *)(uintptr_t)1000,
			    "1000 MiB");
	expect_work_is_done(limit_address_space, (void *)(uintptr_t)5000,
			    "5000 MiB");
	expect_work_is_done(limit_address_space, (void *)(uintptr_t)40000,
			    "40000 MiB");
}

static void limit_data(void *arg)
{
	rlim_t bytes = (rlim_t)(uintptr_t)arg << 20;
	struct rlimit limit = {bytes, bytes};

	setrlimit(RLIMIT_DATA, &limit);
}

TEST(a_program_works_under_a_limit_of_its_data)
{
	expect_work_is_done(limit_data, (void *)(uintptr_t)256,
			    "256 MiB of data");
}

/*
 * Allocates @size until there is no more, or @most bytes, and keeps a list in
 * the blocks.  With @touch every page is written: memory that was promised must
 * be there.
 */
static void *allocate_until_NULL(size_t size, size_t most, bool touch,
				 size_t *nr)
{
	char *list = NULL;
	char *block;

	*nr = 0;
	while (*nr < most / size && (block = malloc(size))) {
		size_t i;

		for (i = 4096; touch && i < size; i += 4096)
			block[i] = 1;
		memcpy(block, &list, sizeof(list));
		list = block;
		++*nr;
	}
	return list;
}

static void free_list(char *list)
{
	while (list) {
		char *next;

		memcpy(&next, list, sizeof(next));
		free(list);
		list = next;
	}
}

static size_t virtual_bytes(void)
{
	char text[256];

	file_read("/proc/self/statm", text, sizeof(text));
	return strtoul(text, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

/*
 * A fresh program under a limit: fills it up with each kind of block in turn.
 * What the first kind left must serve the others.
 */
static void fill_up_and_recover(void *arg)
{
	static const size_t kinds[] = {100, 5000, 100000, 3 << 20, 20 << 20};
	size_t bytes[5][2];
	int round;
	int i;

	(void)arg;
	for (round = 0; round < 2; round++) {
		for (i = 0; i < 5; i++) {
			void *list;
			size_t nr;

			errno = 0;
			list = allocate_until_NULL(kinds[i], 1UL << 30, true,
						   &nr);
			EXPECT_EQ(errno, ENOMEM);
			bytes[i][round] = nr * kinds[i];
			free_list(list);
			free(used(malloc(100)));
		}
	}
	for (i = 0; i < 5; i++) {
		/* 32-bit processes reserve addresses, in powers of two. */
		if (!EXPECT_GT(bytes[i][0],
			       sizeof(void *) > 4 ? 120 << 20 : 30 << 20) ||
		    !EXPECT_GT(bytes[i][1], bytes[i][0] / 4 * 3))
			tap_note("  blocks of %zu: %zu MiB, then %zu MiB",
				 kinds[i], bytes[i][0] >> 20,
				 bytes[i][1] >> 20);
	}
}

static void be_limited(void *arg)
{
	limit_address_space(arg);
	setenv("FILL_UP", "1", 1);
}

/* The limit must be there before the allocator starts: so it starts again. */
TEST(memory_is_used_up_and_found_again_under_ulimit_v)
{
	char self[4096];
	char name[] = "memory_is_used_up_and_found_again_under_ulimit_v";
	char *argv[] = {self, name, NULL};

	if (getenv("FILL_UP")) {
		fill_up_and_recover(NULL);
		return;
	}
	if (!EXPECT(sibling_path("limits", self, sizeof(self))))
		return;
	program_run(&outcome, 50, argv, be_limited, (void *)(uintptr_t)256);
	expect_success(&outcome, "256 MiB to be used up and found again");
}

/* The limit falls below what is mapped already: growth fails, use goes on. */
static void lower_the_limit(void *arg)
{
	struct rlimit limit;
	char *kept = malloc(1 << 20);
	size_t nr_small;
	size_t nr_large;
	void *small;
	void *large;
	int i;

	(void)arg;
	memset(kept, 7, 1 << 20);
	free(used(malloc(30 << 20)));
	getrlimit(RLIMIT_AS, &limit);
	limit.rlim_cur = virtual_bytes() + (64 << 20);
	setrlimit(RLIMIT_AS, &limit);

	/* What was reserved before may be used still. */
	errno = 0;
	large = allocate_until_NULL(64 << 20, SIZE_MAX / 2, false, &nr_large);
	EXPECT_EQ(errno, ENOMEM);
	for (i = 0; i < 1000; i++)
		free(malloc((size_t)i * 100));
	free_list(large);
	small = allocate_until_NULL(1000, 64 << 20, true, &nr_small);
	free_list(small);
	EXPECT_GE(nr_small * 1000, 32 << 20);

	EXPECT_EQ(kept[(1 << 20) - 1], 7);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_AS, &limit);
	large = malloc(256 << 20);
	EXPECT(large);
	free(large);
	free(kept);
}

TEST(the_limit_of_address_space_may_fall_in_mid_life)
{
	child_run(50, lower_the_limit, NULL);
}

/*
 * Every other page of one mapping gets another protection, until only @left
 * mappings more are allowed.
 */
static size_t use_up_mappings(long left)
{
	long most = file_number("/proc/sys/vm/max_map_count");
	size_t nr = (size_t)most * 2 + 1000;
	char *pages = mmap(NULL, nr * 4096, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t i;

	if (pages == MAP_FAILED)
		return 0;
	for (i = 1; i < nr; i += 2)
		if (mprotect(pages + i * 4096, 4096, PROT_READ))
			break;
	/* Each page undone joins it with its two neighbours. */
	for (; left > 0 && i > 2; left -= 2) {
		i -= 2;
		mprotect(pages + i * 4096, 4096, PROT_NONE);
	}
	return i;
}

static void work_near_max_map_count(void *arg)
{
	enum {
		NR = 16,
		BYTES = 8 << 20,
		/* Mapped pages of a range that is reserved are a mapping. */
		LEFT = sizeof(void *) > 4 ? 60 : 300
	};
	static char *blocks[NR];
	static char *small[20000];
	int round;
	int i;

	(void)arg;
	free(used(malloc(100)));
	if (!EXPECT_GT(use_up_mappings(LEFT), 1000))
		return;
	for (round = 0; round < 3; round++) {
		for (i = 0; i < NR; i++) {
			blocks[i] = malloc(BYTES + (size_t)i * 12345);
			if (!EXPECT(blocks[i]))
				return;
			pattern_fill(blocks[i], BYTES, (uint64_t)i);
		}
		for (i = 0; i < 20000; i++) {
			small[i] = malloc((size_t)i % 3000 + 8);
			if (!EXPECT(small[i]))
				return;
			pattern_fill(small[i], 8, (uint64_t)i);
		}
		for (i = 0; i < NR; i++) {
			EXPECT(pattern_holds(blocks[i], BYTES, (uint64_t)i));
			free(blocks[i]);
		}
		for (i = 0; i < 20000; i++) {
			EXPECT(pattern_holds(small[i], 8, (uint64_t)i));
			free(small[i]);
		}
		malloc_trim(0);
	}
}

TEST(large_blocks_are_served_near_max_map_count)
{
	child_run(50, work_near_max_map_count, NULL);
}

/* With no mapping left malloc may fail, and nothing else may. */
static void work_at_max_map_count(void *arg)
{
	enum {
		NR = 64
	};
	static char *blocks[NR];
	static char *small[2000];
	int round;
	int i;

	(void)arg;
	for (i = 0; i < 2000; i++)
		small[i] = malloc(1000);
	for (i = 0; i < NR; i++) {
		blocks[i] = malloc((size_t)(i + 1) << 18);
		pattern_fill(blocks[i], 4096, (uint64_t)i);
	}
	if (!EXPECT_GT(use_up_mappings(0), 1000))
		return;
	for (round = 0; round < 3; round++) {
		for (i = 0; i < NR; i += 2) {
			if (blocks[i])
				EXPECT(pattern_holds(blocks[i], 4096,
						     (uint64_t)i));
			free(blocks[i]);
			blocks[i] = malloc((size_t)(i + 1) << 17);
			if (blocks[i])
				pattern_fill(blocks[i], 4096, (uint64_t)i);
		}
		for (i = 0; i < NR; i += 3) {
			char *p = realloc(blocks[i], (size_t)(i + 1) << 19);

			if (p)
				blocks[i] = p;
			if (p && !round && i % 2)
				EXPECT(pattern_holds(p, 4096, (uint64_t)i));
			if (blocks[i])
				pattern_fill(blocks[i], 4096, (uint64_t)i);
		}
		malloc_trim(0);
		for (i = 0; i < 2000; i++) {
			free(small[i]);
			small[i] = malloc(1000);
		}
	}
	for (i = 0; i < NR; i++)
		free(blocks[i]);
	for (i = 0; i < 2000; i++)
		free(small[i]);
}

TEST(nothing_but_malloc_fails_at_max_map_count)
{
	child_run(50, work_at_max_map_count, NULL);
}

/*
 * A mistake that was made: Linux 6.17 and later moves a range of many mappings one
 * after another, and stops in between when it finds that there are too many.
 */
static void grow_near_max_map_count(void *arg)
{
	const size_t bytes = 1000000;
	long left = *(long *)arg;
	char *array = used(malloc(bytes));
	char *page = (char *)(((uintptr_t)array + 4095) & ~(uintptr_t)4095);
	size_t i;

	pattern_fill(array, bytes, 1);
	for (i = 0; i + 4096 <= bytes - 4096; i += 8 * 4096)
		if (!EXPECT_EQ(madvise(page + i, 4096, MADV_DONTFORK), 0))
			return;
	if (!EXPECT_GT(use_up_mappings(left), 1000))
		return;
	array = realloc(array, 6000000);
	if (array)
		EXPECT(pattern_holds(array, bytes, 1));
}

TEST(an_array_in_many_mappings_grows_near_max_map_count)
{
	long left[] = {0, 4, 6, 8, 10, 14, 20, 40};
	size_t i;

	for (i = 0; i < sizeof(left) / sizeof(*left); i++)
		child_run(50, grow_near_max_map_count, &left[i]);
}

TEST(a_small_program_reserves_less_than_128_GiB_of_addresses)
{
	free(used(malloc(100)));
	EXPECT_LT(status_kib("VmSize"), 128UL << 20);
}
