/* SPDX-License-Identifier: MIT */
/*
 * alignment.c - every result is aligned, and bad alignments are refused
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

MEASURES_MEMORY;

static bool is_aligned(const void *p, size_t alignment)
{
	return ((uintptr_t)p & (alignment - 1)) == 0;
}

#define EXPECT_ALIGNED(p, alignment, size)                                \
	do {                                                              \
		EXPECT(p);                                                \
		if (!EXPECT(is_aligned(p, alignment)))                    \
			tap_note("  %p for size %zu, alignment %zu", (p), \
				 (size_t)(size), (size_t)(alignment));    \
	} while (0)

/* Several live blocks of a size: the first of a slab is always aligned. */
static void expect_aligned_to_16(size_t size, int nr)
{
	void *blocks[8];
	int i;

	for (i = 0; i < nr; i += 4) {
		blocks[i] = malloc(size);
		blocks[i + 1] = calloc(1, size);
		blocks[i + 2] = realloc(NULL, size);
		blocks[i + 3] = realloc(malloc(size / 2 + 1), size + 1);
	}
	for (i = 0; i < nr; i++)
		EXPECT_ALIGNED(blocks[i], 16, size);
	for (i = 0; i < nr; i++)
		free(blocks[i]);
}

TEST(every_size_from_0_to_5000_is_16_byte_aligned)
{
	size_t size;

	for (size = 0; size <= 5000; size++)
		expect_aligned_to_16(size, 8);
}

TEST(large_sizes_are_16_byte_aligned)
{
	int i;

	for (i = 0; i < NR_SIZES; i++)
		expect_aligned_to_16(sizes[i], 4);
}

TEST(tiny_alignments_still_give_16_bytes)
{
	static const size_t tiny[] = {1, 2, 4, 8, 16};
	size_t size;
	size_t i;

	for (size = 0; size < 100; size++) {
		for (i = 0; i < sizeof(tiny) / sizeof(tiny[0]); i++) {
			void *p = memalign(tiny[i], size);
			void *q = aligned_alloc(tiny[i], size);
			void *r = NULL;

			EXPECT_ALIGNED(p, 16, size);
			EXPECT_ALIGNED(q, 16, size);
			if (tiny[i] >= sizeof(void *)) {
				EXPECT_EQ(posix_memalign(&r, tiny[i], size), 0);
				EXPECT_ALIGNED(r, 16, size);
			}
			free(p);
			free(q);
			free(r);
		}
	}
}

/* Three live blocks each, so that luck with the first one is not enough. */
static void expect_alignment_works(size_t alignment, size_t size)
{
	void *blocks[3] = {NULL, NULL, NULL};
	int i;

	blocks[0] = aligned_alloc(alignment, size);
	blocks[1] = memalign(alignment, size);
	EXPECT_EQ(posix_memalign(&blocks[2], alignment, size), 0);

	for (i = 0; i < 3; i++) {
		EXPECT_ALIGNED(blocks[i], alignment, size);
		EXPECT_GE(malloc_usable_size(blocks[i]), size);
		pattern_fill(blocks[i], size, (uint64_t)i);
	}
	for (i = 0; i < 3; i++)
		EXPECT(pattern_holds(blocks[i], size, (uint64_t)i));
	for (i = 0; i < 3; i++)
		free(blocks[i]);
}

TEST(alignments_up_to_64_MiB_are_served_for_any_size)
{
	static const size_t wanted[] = {
		0,     1,     17,     100,     1000,	      4096,   5000,
		40000, 65536, 300000, 1 << 20, (1 << 20) + 1, 5 << 20};
	size_t alignment;
	size_t i;

	for (alignment = 8; alignment <= 64 << 20; alignment *= 2)
		for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			expect_alignment_works(alignment, wanted[i]);
}

TEST(aligned_blocks_do_not_use_up_memory_when_freed)
{
	size_t before = 0;
	int i;

	for (i = 0; i < 2000; i++) {
		char *p = aligned_alloc((size_t)4096 << (i % 15), 8192);

		if (!EXPECT(p))
			return;
		p[0] = p[8191] = 1;
		free(p);
		if (i == 100) {
			malloc_trim(0);
			before = resident_kib();
		}
	}
	malloc_trim(0);
	EXPECT_LT(resident_kib(), before + 4 * KIB);
}

TEST(realloc_keeps_the_content_of_an_aligned_block)
{
	size_t alignment;

	for (alignment = 32; alignment <= 4 << 20; alignment *= 4) {
		size_t size;

		for (size = 10; size < 10000000; size *= 7) {
			char *p = memalign(alignment, size);

			pattern_fill(p, size, size);
			p = realloc(p, 3 * size);
			EXPECT(pattern_holds(p, size, size));
			p = realloc(p, size / 2);
			EXPECT(pattern_holds(p, size / 2 / 8 * 8, size));
			free(p);
		}
	}
}

TEST(aligned_alloc_takes_a_size_that_is_no_multiple_of_the_alignment)
{
	void *p = aligned_alloc(4096, 1);
	void *q = aligned_alloc(64, 65);

	EXPECT_ALIGNED(p, 4096, 1);
	EXPECT_ALIGNED(q, 64, 65);
	free(p);
	free(q);
}

TEST(aligned_alloc_refuses_an_alignment_that_is_no_power_of_two)
{
	static const size_t bad[] = {
		0,   3,	   5,	 6,	7,     12,	     24,      48,
		100, 4095, 4097, 12288, 65537, SIZE_MAX - 1, SIZE_MAX};
	size_t i;

	if (!on_pfmalloc())
		SKIP("glibc before 2.38 rounds such an alignment up");

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		errno = 0;
		EXPECT_EQ((uintptr_t)aligned_alloc(opaque(bad[i]), 100), 0);
		EXPECT_EQ(errno, EINVAL);
	}
}

TEST(posix_memalign_refuses_an_alignment_that_is_no_power_of_two)
{
	static const size_t bad[] = {0,	 1,  2,	  3,	4,    5,     12,
				     24, 48, 100, 4095, 4097, 12288, SIZE_MAX};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		void *mark = &i;
		void *p = mark;

		if (bad[i] == sizeof(void *))
			continue; /* of 32 bits: that is none */
		EXPECT_EQ(posix_memalign(&p, opaque(bad[i]), 100), EINVAL);
		EXPECT_EQ((uintptr_t)p, (uintptr_t)mark);
	}
}

TEST(posix_memalign_of_a_bad_alignment_leaves_errno_alone)
{
	void *p;

	errno = 4711;
	EXPECT_EQ(posix_memalign(&p, opaque(24), 100), EINVAL);
	EXPECT_EQ(errno, 4711);
}

TEST(memalign_rounds_an_alignment_up_to_a_power_of_two)
{
	static const size_t odd[][2] = {
		{0, 16},      {3, 16},	      {17, 32},	       {24, 32},
		{48, 64},     {100, 128},     {4095, 4096},    {4097, 8192},
		{5000, 8192}, {12288, 16384}, {65537, 131072},
	};
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		void *p = memalign(opaque(odd[i][0]), 100);
		void *q = memalign(opaque(odd[i][0]), 10000);

		EXPECT_ALIGNED(p, odd[i][1], 100);
		EXPECT_ALIGNED(q, odd[i][1], 10000);
		free(p);
		free(q);
	}
}

TEST(memalign_refuses_an_alignment_above_the_largest_power_of_two)
{
	errno = 0;
	EXPECT_EQ((uintptr_t)memalign(opaque(SIZE_MAX / 2 + 2), 1), 0);
	EXPECT_EQ(errno, EINVAL);
	errno = 0;
	EXPECT_EQ((uintptr_t)memalign(opaque(SIZE_MAX), 1), 0);
	EXPECT_EQ(errno, EINVAL);
}

TEST(valloc_and_pvalloc_give_whole_pages)
{
	int i;

	for (i = 0; i < NR_SIZES; i++) {
		size_t rounded = (sizes[i] + 4095) & ~(size_t)4095;
		char *p = valloc(sizes[i]);
		char *q = pvalloc(sizes[i]);

		EXPECT_ALIGNED(p, 4096, sizes[i]);
		EXPECT_ALIGNED(q, 4096, sizes[i]);
		EXPECT_GE(malloc_usable_size(p), sizes[i]);
		EXPECT_GE(malloc_usable_size(q), rounded);
		free(p);
		free(q);
	}
}
