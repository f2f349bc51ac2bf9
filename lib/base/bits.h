/* SPDX-License-Identifier: MIT */
/*
 * bits.h - logarithms of integers and single bits of words
 */
#ifndef PF_BASE_BITS_H
#define PF_BASE_BITS_H

#include "base/types.h"

/* Position of the highest set bit; @n must not be 0. */
static inline unsigned int ilog2(size_t n)
{
	return 8 * sizeof(long) - 1 - (unsigned int)__builtin_clzl(n);
}

/* Position of the lowest set bit; @word must not be 0. */
static inline unsigned int lowest_bit(u64 word)
{
	return (unsigned int)__builtin_ctzll(word);
}

/* Position of the highest set bit; @word must not be 0. */
static inline unsigned int highest_bit(u64 word)
{
	return 63 - (unsigned int)__builtin_clzll(word);
}

/*
 * Bits that are set, without an instruction that not every processor has: sums of
 * 2, 4 and 8 bits side by side, then of all bytes by one multiplication (H. S.
 * Warren, "Hacker's Delight", section 5-1).
 */
static inline unsigned int nr_bits(u64 word)
{
	word -= word >> 1 & 0x5555555555555555;
	word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (unsigned int)(word * 0x0101010101010101 >> 56);
}

/* The smallest order whose block holds @nr_pages frames; @nr_pages >= 1. */
static inline unsigned int order_of_pages(size_t nr_pages)
{
	return nr_pages <= 1 ? 0 : ilog2(nr_pages - 1) + 1;
}

/* The bits of a pfn that are zero at the start of a block of @order. */
static inline pfn_t order_mask(unsigned int order)
{
	return (1U << order) - 1;
}

/* The order of the largest block that starts at @pfn and has at most @nr frames,
 * which must not be 0. */
static inline unsigned int order_at(pfn_t pfn, size_t nr)
{
	unsigned int order = ilog2(nr);

	if (pfn && lowest_bit(pfn) < order)
		order = lowest_bit(pfn);
	return order < MAX_PAGE_ORDER ? order : MAX_PAGE_ORDER;
}

/* The smallest power of two that is not below @n; @n from 1 to 2^63. */
static inline size_t roundup_pow_of_two(size_t n)
{
	return n <= 1 ? 1 : (size_t)1 << (ilog2(n - 1) + 1);
}

#endif
