/* SPDX-License-Identifier: MIT */
/*
 * usable.c - malloc_usable_size, and the calls that give a size back
 *
 * free_sized and free_aligned_sized are C23, cfree is gone from glibc 2.26 on,
 * malloc_good_size is Darwin's: they are looked up, and skipped where the
 * malloc under test is glibc's and has none.
 */
#include "pattern.h"
#include "preload.h"
#include "process.h"
#include "sizes.h"
#include "tap.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

MEASURES_MEMORY;

#define NEEDS(function, name)                                      \
	do {                                                       \
		*(void **)&(function) = dlsym(RTLD_DEFAULT, name); \
		if (!(function) && !on_pfmalloc())                 \
			SKIP("this glibc has no " name);           \
		if (!EXPECT(function))                             \
			return;                                    \
	} while (0)

TEST(usable_size_of_NULL_is_0)
{
	EXPECT_EQ(malloc_usable_size(NULL), 0);
}

TEST(usable_size_is_at_least_the_request)
{
	size_t size;
	int i;

	for (size = 0; size <= 10000; size++) {
		void *p = malloc(size);

		EXPECT_GE(malloc_usable_size(p), size);
		free(p);
	}
	for (i = 0; i < NR_SIZES; i++) {
		void *p = malloc(sizes[i]);
		void *q = calloc(1, sizes[i]);

		EXPECT_GE(malloc_usable_size(p), sizes[i]);
		EXPECT_GE(malloc_usable_size(q), sizes[i]);
		free(p);
		free(q);
	}
}

TEST(all_of_the_usable_size_may_be_written)
{
	enum {
		NR = 64
	};
	unsigned char *blocks[NR];
	int i;
	int k;

	for (i = 0; i < NR_SIZES; i++) {
		int nr = sizes[i] > 1 << 20 ? 3 : NR;

		for (k = 0; k < nr; k++) {
			blocks[k] = malloc(sizes[i]);
			pattern_fill(blocks[k], malloc_usable_size(blocks[k]),
				     (uint64_t)k);
		}
		for (k = 0; k < nr; k++)
			if (!EXPECT(pattern_holds(blocks[k],
						  malloc_usable_size(blocks[k]),
						  (uint64_t)k)))
				tap_note("  size %zu", sizes[i]);
		for (k = 0; k < nr; k++)
			free(blocks[k]);
	}
}

TEST(small_blocks_waste_at_most_an_eighth_on_average)
{
	size_t usable = 0;
	size_t wanted = 0;
	size_t size;

	if (!on_pfmalloc())
		SKIP("a promise of pfmalloc's size classes");
	for (size = 128; size <= 8192; size++) {
		void *p = malloc(size);

		usable += malloc_usable_size(p);
		wanted += size;
		free(p);
	}
	EXPECT_LE(usable, wanted + wanted / 8);
}

TEST(free_sized_frees)
{
	void (*free_sized)(void *, size_t);
	size_t before = 0;
	int round;
	int i;

	NEEDS(free_sized, "free_sized");
	for (round = 0; round < 20; round++) {
		for (i = 0; i < NR_SIZES; i++) {
			char *p = malloc(sizes[i]);

			if (sizes[i])
				p[sizes[i] - 1] = 1;
			free_sized(p, sizes[i]);
			p = realloc(malloc(sizes[i] / 3 + 1), sizes[i] + 5);
			free_sized(p, sizes[i] + 5);
		}
		malloc_trim(0);
		if (round == 1)
			before = resident_kib();
	}
	free_sized(NULL, 0);
	free_sized(NULL, 100);
	EXPECT_LT(resident_kib(), before + 8 * KIB);
}

TEST(free_aligned_sized_frees)
{
	void (*free_aligned_sized)(void *, size_t, size_t);
	size_t before = 0;
	int round;
	int i;

	NEEDS(free_aligned_sized, "free_aligned_sized");
	for (round = 0; round < 20; round++) {
		for (i = 0; i < NR_SIZES; i++) {
			size_t alignment = (size_t)16 << i % 12;
			char *p = aligned_alloc(alignment, sizes[i]);

			if (sizes[i])
				p[sizes[i] - 1] = 1;
			free_aligned_sized(p, alignment, sizes[i]);
		}
		malloc_trim(0);
		if (round == 1)
			before = resident_kib();
	}
	free_aligned_sized(NULL, 64, 100);
	EXPECT_LT(resident_kib(), before + 8 * KIB);
}

TEST(cfree_frees)
{
	void (*cfree)(void *);
	size_t before = 0;
	int i;

	NEEDS(cfree, "cfree");
	for (i = 0; i < 2000; i++) {
		char *p = malloc(100000);

		memset(p, 1, 100000);
		cfree(p);
		if (i == 10)
			before = resident_kib();
	}
	cfree(NULL);
	EXPECT_LT(resident_kib(), before + 4 * KIB);
}

TEST(malloc_good_size_is_what_malloc_gives)
{
	size_t (*malloc_good_size)(size_t);
	size_t size;
	int i;

	NEEDS(malloc_good_size, "malloc_good_size");
	for (size = 1; size < 20000; size++) {
		void *p = malloc(size);

		EXPECT_GE(malloc_good_size(size), size);
		EXPECT_EQ(malloc_usable_size(p), malloc_good_size(size));
		EXPECT_GE(malloc_good_size(size), malloc_good_size(size - 1));
		free(p);
	}
	for (i = 0; i < NR_SIZES; i++) {
		size_t good = malloc_good_size(sizes[i]);
		void *p = malloc(sizes[i]);

		EXPECT_GE(good, sizes[i]);
		EXPECT_GE(malloc_usable_size(p), good);
		EXPECT_EQ(malloc_good_size(good), good);
		free(p);
	}
	EXPECT_EQ(malloc_good_size(opaque(SIZE_MAX)), 0);
}
