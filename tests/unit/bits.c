/* SPDX-License-Identifier: MIT */
/*
 * bits.c - logarithms, single bits, and rounding
 */
#include "base/bits.h"

#include "unit.h"

#define SIZE_BITS (8 * sizeof(size_t))
/* 2^MANY frames are half of what addresses can have. */
#define MANY (SIZE_BITS - PAGE_SHIFT - 1)

TEST(ilog2_is_the_position_of_the_highest_bit)
{
	unsigned int i;

	for (i = 0; i < SIZE_BITS; i++) {
		size_t n = (size_t)1 << i;

		EXPECT_EQ(ilog2(n), i);
		EXPECT_EQ(ilog2(n | (n - 1)), i);
	}
	EXPECT_EQ(ilog2(SIZE_MAX), SIZE_BITS - 1);
}

TEST(lowest_bit_is_the_position_of_the_lowest_bit)
{
	unsigned int i;

	for (i = 0; i < 64; i++) {
		EXPECT_EQ(lowest_bit(1ULL << i), i);
		EXPECT_EQ(lowest_bit(~0ULL << i), i);
	}
}

TEST(nr_bits_counts_the_bits_that_are_set)
{
	unsigned int i, bit;

	EXPECT_EQ(nr_bits(0), 0);
	EXPECT_EQ(nr_bits(~0ULL), 64);
	for (i = 0; i < 1000; i++) {
		u64 word = tap_random();
		unsigned int nr = 0;

		for (bit = 0; bit < 64; bit++)
			nr += word >> bit & 1;
		EXPECT_EQ(nr_bits(word), nr);
		EXPECT_EQ(nr_bits(~word), 64 - nr);
		EXPECT_EQ(nr_bits(1ULL << (i % 64)), 1);
	}
}

/* By trying one order after the other. */
static unsigned int slow_order(size_t nr_pages)
{
	unsigned int order = 0;

	while (((size_t)1 << order) < nr_pages)
		order++;
	return order;
}

TEST(order_of_pages_is_the_smallest_that_holds_them)
{
	size_t nr_pages;

	EXPECT_EQ(order_of_pages(0), 0);
	for (nr_pages = 1; nr_pages <= 4097; nr_pages++)
		EXPECT_EQ(order_of_pages(nr_pages), slow_order(nr_pages));
	EXPECT_EQ(order_of_pages((size_t)1 << MANY), MANY);
	EXPECT_EQ(order_of_pages(((size_t)1 << MANY) + 1), MANY + 1);
}

TEST(order_mask_has_the_bits_below_a_block)
{
	EXPECT_EQ(order_mask(0), 0);
	EXPECT_EQ(order_mask(1), 1);
	EXPECT_EQ(order_mask(MAX_PAGE_ORDER), 1023);
}

TEST(roundup_pow_of_two_keeps_powers_and_raises_the_rest)
{
	unsigned int i;

	EXPECT_EQ(roundup_pow_of_two(0), 1);
	EXPECT_EQ(roundup_pow_of_two(1), 1);
	for (i = 2; i < SIZE_BITS - 1; i++) {
		size_t n = (size_t)1 << i;

		EXPECT_EQ(roundup_pow_of_two(n), n);
		EXPECT_EQ(roundup_pow_of_two(n - 1), i == 1 ? 1 : n);
		EXPECT_EQ(roundup_pow_of_two(n + 1), 2 * n);
	}
	EXPECT(roundup_pow_of_two(SIZE_MAX / 2 + 1) == SIZE_MAX / 2 + 1);
}

TEST(align_up_and_down_meet_at_multiples)
{
	size_t n;

	for (n = 0; n < 300; n++) {
		EXPECT_EQ(align_up(n, 16), (n + 15) / 16 * 16);
		EXPECT_EQ(align_down(n, 16), n / 16 * 16);
		EXPECT_EQ(align_up(n, 1), n);
	}
}

TEST(powers_of_two_are_told_from_the_rest)
{
	size_t n;
	unsigned int i;

	for (n = 0; n < 5000; n++)
		EXPECT_EQ(is_power_of_two(n),
			  n && slow_order(n) != slow_order(n + 1));
	for (i = 0; i < SIZE_BITS; i++)
		EXPECT(is_power_of_two((size_t)1 << i));
	EXPECT(!is_power_of_two(SIZE_MAX));
}

TEST(bytes_are_rounded_up_to_whole_frames)
{
	EXPECT_EQ(bytes_to_pages(0), 0);
	EXPECT_EQ(bytes_to_pages(1), 1);
	EXPECT_EQ(bytes_to_pages(PAGE_SIZE), 1);
	EXPECT_EQ(bytes_to_pages(PAGE_SIZE + 1), 2);
	EXPECT_EQ(bytes_to_pages(PTRDIFF_MAX), (size_t)1 << MANY);
}
