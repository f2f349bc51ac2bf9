/* SPDX-License-Identifier: MIT */
/*
 * calloc.c - zero, whatever lay there before
 */
#include "pattern.h"
#include "preload.h"
#include "process.h"
#include "sizes.h"
#include "tap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	NR_BLOCKS = 256,
	BYTES_AT_ONCE = 16 << 20
};

static void *blocks[NR_BLOCKS];

/* As many blocks of a size as BYTES_AT_ONCE and NR_BLOCKS allow. */
static int nr_blocks_of(size_t size)
{
	size_t nr = BYTES_AT_ONCE / (size + 1);

	if (size > 1 << 20)
		return 2;
	return nr < NR_BLOCKS ? (int)nr : NR_BLOCKS;
}

static void leave_dirt(size_t size)
{
	int nr = nr_blocks_of(size);
	int i;

	for (i = 0; i < nr; i++) {
		blocks[i] = malloc(size);
		memset(blocks[i], 0xff, malloc_usable_size(blocks[i]));
	}
	for (i = 0; i < nr; i++)
		free(blocks[i]);
}

static void expect_zero(size_t size)
{
	int nr = nr_blocks_of(size);
	int i;

	for (i = 0; i < nr; i++) {
		blocks[i] = calloc(1, size);
		if (!EXPECT(blocks[i]))
			break;
		if (!EXPECT(is_zero(blocks[i], size)))
			tap_note("  size %zu", size);
		memset(blocks[i], 0xee, size);
	}
	while (i-- > 0)
		free(blocks[i]);
}

TEST(calloc_is_zero_after_blocks_of_its_size_were_freed_dirty)
{
	int i;

	for (i = 0; i < NR_SIZES; i++) {
		leave_dirt(sizes[i]);
		expect_zero(sizes[i]);
	}
}

/* Freed small objects become pages, pages become large areas, and back. */
TEST(calloc_is_zero_after_blocks_of_other_sizes_were_freed_dirty)
{
	static const size_t dirty[] = {64,    1000,    8000,
				       20000, 1 << 20, 30 << 20};
	static const size_t clean[] = {48,    1000,    5000,
				       70000, 4 << 20, 40 << 20};
	size_t i;
	size_t k;

	for (i = 0; i < sizeof(dirty) / sizeof(dirty[0]); i++) {
		for (k = 0; k < sizeof(clean) / sizeof(clean[0]); k++) {
			leave_dirt(dirty[i]);
			if ((i + k) % 2)
				malloc_trim(0);
			expect_zero(clean[k]);
		}
	}
}

TEST(calloc_is_zero_where_a_block_shrank)
{
	int i;

	for (i = 0; i < NR_SIZES; i++) {
		size_t size = sizes[i] + 64;
		char *p = malloc(size);
		char *q;

		memset(p, 0xff, size);
		p = realloc(p, size / 2);
		q = calloc(1, size / 2);
		EXPECT(is_zero(q, size / 2));
		free(p);
		free(q);
	}
}

TEST(calloc_of_many_elements_covers_the_product)
{
	char *p;

	leave_dirt(12000);
	p = calloc(1200, 10);
	EXPECT_GE(malloc_usable_size(p), 12000);
	EXPECT(is_zero(p, 12000));
	free(p);
}

TEST(calloc_of_random_sizes_is_zero_among_dirty_blocks)
{
	int round;
	int i;

	memset(blocks, 0, sizeof(blocks));
	for (round = 0; round < 10000; round++) {
		unsigned int bits = 4 + (unsigned int)(tap_random() % 17);
		size_t size = tap_random() % (1UL << bits);

		i = (int)(tap_random() % NR_BLOCKS);
		free(blocks[i]);
		blocks[i] = calloc(1, size);
		if (!EXPECT(blocks[i]) || !EXPECT(is_zero(blocks[i], size))) {
			tap_note("  size %zu in round %d", size, round);
			break;
		}
		memset(blocks[i], 0xdd, malloc_usable_size(blocks[i]));
	}
	for (i = 0; i < NR_BLOCKS; i++)
		free(blocks[i]);
}
