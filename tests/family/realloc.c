/* SPDX-License-Identifier: MIT */
/*
 * realloc.c - blocks that grow, shrink, move and stay
 */
#include "pattern.h"
#include "preload.h"
#include "process.h"
#include "sizes.h"
#include "tap.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

MEASURES_MEMORY;

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * What pattern_fill() wrote up to a size that was not a multiple of 8 ends in
 * a partial word: compare whole words only.
 */
static size_t whole_words(size_t size)
{
	return size & ~(size_t)7;
}

TEST(realloc_to_0_frees_and_returns_NULL)
{
	size_t before = 0;
	int round;
	int i;

	for (round = 0; round < 100; round++) {
		for (i = 0; i < NR_SIZES && sizes[i] <= 1 << 20; i++) {
			char *p = malloc(sizes[i]);

			if (sizes[i])
				memset(p, 1, sizes[i]);
			EXPECT_EQ((uintptr_t)realloc(p, opaque(0)), 0);
		}
		if (round == 2)
			before = resident_kib();
	}
	/* Kept, it would be 100 times 9 MiB. */
	EXPECT_LT(resident_kib(), before + 32 * KIB);
}

TEST(reallocarray_to_0_frees_and_returns_NULL)
{
	EXPECT_EQ((uintptr_t)reallocarray(malloc(100), opaque(0), 8), 0);
	EXPECT_EQ((uintptr_t)reallocarray(malloc(100), 8, opaque(0)), 0);
}

TEST(realloc_of_NULL_is_malloc)
{
	void *p = realloc(NULL, opaque(0));
	void *q = realloc(NULL, 100);
	void *r = reallocarray(NULL, 10, 10);

	EXPECT(p);
	EXPECT_GE(malloc_usable_size(q), 100);
	EXPECT_GE(malloc_usable_size(r), 100);
	free(p);
	free(q);
	free(r);
}

TEST(malloc_of_0_gives_distinct_pointers)
{
	void *p = malloc(opaque(0));
	void *q = malloc(opaque(0));
	void *r = calloc(opaque(0), 8);
	void *s = calloc(8, opaque(0));

	EXPECT(p && q && r && s);
	EXPECT(p != q && p != r && p != s && q != r && q != s && r != s);
	free(p);
	free(q);
	free(r);
	free(s);
}

static void expect_stays_in_place(size_t size)
{
	void *p = malloc(size);
	size_t usable = malloc_usable_size(p);
	void *q = realloc(p, usable);

	if (!EXPECT_EQ((uintptr_t)p, (uintptr_t)q))
		tap_note("  size %zu, usable %zu", size, usable);
	EXPECT_GE(malloc_usable_size(q), usable);
	free(q);
}

TEST(realloc_to_the_usable_size_stays_in_place)
{
	size_t size;
	int i;

	for (size = 1; size <= 20000; size++)
		expect_stays_in_place(size);
	for (i = 0; i < NR_SIZES; i++) {
		/* glibc moves a block that has a mapping of its own */
		if (on_pfmalloc() || sizes[i] < 100000)
			expect_stays_in_place(sizes[i]);
	}
	for (i = 0; i < 300; i++)
		expect_stays_in_place(tap_random() %
				      (on_pfmalloc() ? 32 << 20 : 100000));
}

TEST(realloc_from_any_size_to_any_size_keeps_the_content)
{
	int from;
	int to;

	for (from = 1; from < NR_SIZES; from += 2) {
		for (to = 1; to < NR_SIZES; to += 3) {
			size_t kept = min(sizes[from], sizes[to]);
			char *p;

			/* The large sizes take one path: a few pairs do. */
			if (kept > 2 << 20 && (from + to) % 8)
				continue;
			p = malloc(sizes[from]);
			pattern_fill(p, sizes[from], (uint64_t)from);
			p = realloc(p, sizes[to]);
			if (!EXPECT(p))
				return;
			EXPECT_GE(malloc_usable_size(p), sizes[to]);
			if (!EXPECT(pattern_holds(p, whole_words(kept),
						  (uint64_t)from)))
				tap_note("  from %zu to %zu", sizes[from],
					 sizes[to]);
			p[sizes[to] - 1] = 1;
			free(p);
		}
	}
}

TEST(a_block_that_grows_and_shrinks_through_all_sizes_keeps_its_content)
{
	char *p = malloc(1);
	size_t size = 8;
	size_t was = 8;

	p = realloc(p, size);
	pattern_fill(p, size, 7);
	while (size < 64 << 20) {
		was = size;
		size += size / 3 / 8 * 8 + 8;
		p = realloc(p, size);
		if (!EXPECT(p) || !EXPECT(pattern_holds(p, was, 7)))
			return;
		pattern_fill(p, size, 7);
	}
	while (size > 8) {
		size = size / 2 / 8 * 8;
		p = realloc(p, size);
		if (!EXPECT(p) || !EXPECT(pattern_holds(p, size, 7)))
			return;
	}
	free(p);
}

/* Neighbours that grow at the same time get into each other's way. */
TEST(many_blocks_that_grow_together_keep_their_content)
{
	enum {
		NR = 50
	};
	char *blocks[NR];
	size_t have[NR];
	int step;
	int i;

	for (i = 0; i < NR; i++) {
		have[i] = 16;
		blocks[i] = malloc(16);
		pattern_fill(blocks[i], 16, (uint64_t)i);
	}
	for (step = 0; step < 4000; step++) {
		size_t size;

		i = (int)(tap_random() % NR);
		size = (have[i] + have[i] / 2 + tap_random() % 64) & ~7UL;
		if (size > 6 << 20)
			size = 16 + tap_random() % 100 * 8;
		blocks[i] = realloc(blocks[i], size);
		if (!EXPECT(blocks[i]))
			return;
		EXPECT(pattern_holds(blocks[i], min(have[i], size),
				     (uint64_t)i));
		pattern_fill(blocks[i], size, (uint64_t)i);
		have[i] = size;
	}
	for (i = 0; i < NR; i++) {
		EXPECT(pattern_holds(blocks[i], have[i], (uint64_t)i));
		free(blocks[i]);
	}
}

TEST(a_large_block_that_shrinks_gives_its_memory_back)
{
	size_t size = 64 << 20;
	char *p = malloc(size);
	size_t full;

	memset(p, 1, size);
	full = resident_kib();
	p = realloc(p, 1 << 20);
	EXPECT_EQ(p[(1 << 20) - 1], 1);
	malloc_trim(0);
	EXPECT_LT(resident_kib(), full - 60 * KIB);
	free(p);
}

TEST(a_page_block_that_shrinks_gives_its_memory_back)
{
	enum {
		NR = 32
	};
	char *blocks[NR];
	size_t size = 2 << 20;
	size_t full;
	int i;

	for (i = 0; i < NR; i++) {
		blocks[i] = malloc(size);
		memset(blocks[i], 1, size);
	}
	full = resident_kib();
	for (i = 0; i < NR; i++) {
		blocks[i] = realloc(blocks[i], 100);
		EXPECT_EQ(blocks[i][99], 1);
	}
	malloc_trim(0);
	EXPECT_LT(resident_kib(), full - 60 * KIB);
	for (i = 0; i < NR; i++)
		free(blocks[i]);
}

/*
 * A block may grow to a power of two of pages off the boundary of that power.
 * Once it was kept for reuse as an aligned block and became a slab.
 */
TEST(a_block_that_grew_off_its_boundary_is_not_reused_as_an_aligned_one)
{
	enum {
		NR = 16
	};
	static const size_t small[] = {1792, 3000, 3276, 5000, 7000, 8192};
	size_t i;

	for (i = 0; i < 2000; i++) {
		/* its tail goes back, and the next block starts behind it */
		void *odd = malloc((100 + i % 28) * 4096);
		char *p = malloc(3 * 4096);
		char *objects[NR];
		int k;

		p = realloc(p, 5 * 4096);
		p = realloc(p, 8 * 4096);
		if (!EXPECT(p))
			return;
		free(p);
		for (k = 0; k < NR; k++) {
			objects[k] = malloc(small[i % 6]);
			pattern_fill(objects[k], small[i % 6], (uint64_t)k);
		}
		for (k = 0; k < NR; k++) {
			EXPECT(pattern_holds(objects[k], small[i % 6],
					     (uint64_t)k));
			free(realloc(objects[k], 100));
		}
		if (i % 2)
			free(odd);
		else
			free(realloc(odd, 5000));
	}
}
