/* SPDX-License-Identifier: MIT */
/*
 * warmth.h - which frames of a free block have memory behind them
 *
 * page->nr_warm of a free block is the number of its warm frames.  Where that says
 * it all, because there are none or no others, nothing more is kept.  A mixed
 * block has a bit for each frame: up to 256 in page->warm_bits, and those of a
 * longer block in the records of its first, 257th, 513th and 769th frame.  So a
 * merge moves two words at most, and a split counts the bits of one half.
 *
 * The block is on no list, or its zone is locked.
 */
#ifndef PF_BUDDY_WARMTH_H
#define PF_BUDDY_WARMTH_H

#include "page/page.h"

/* Frames that one record has bits for. */
#define WARMTH_RECORD_PAGES (64 * WORDS_PER_PAGE)

static inline bool warmth_is_mixed(const struct page *page)
{
	return page->nr_warm && page->nr_warm != 1U << page->order;
}

/* The part of the functions below that mixed blocks need. */
void warmth_join_bits(struct page *lower, struct page *upper);
void warmth_part_bits(struct page *lower, struct page *upper,
		      unsigned int nr_warm);
void warmth_clear_bits(struct page *page);

/* Bits that are set: page->nr_warm if the block is mixed, else 0. */
unsigned int warmth_count(const struct page *page);

/* A block and its buddy, the upper one, become one. */
static inline void warmth_merge(struct page *lower)
{
	struct page *upper = lower + (1UL << lower->order);
	unsigned int nr_warm = lower->nr_warm + upper->nr_warm;

	if (nr_warm && nr_warm != 2U << lower->order)
		warmth_join_bits(lower, upper);
	lower->order++;
	lower->nr_warm = nr_warm;
	upper->nr_warm = 0;
}

/* A block becomes two.  Return: the upper one. */
static inline struct page *warmth_split(struct page *page)
{
	unsigned int nr_warm = page->nr_warm;
	bool is_mixed = warmth_is_mixed(page);
	struct page *upper = page + (1UL << --page->order);

	upper->order = page->order;
	page->nr_warm = nr_warm / 2;
	upper->nr_warm = nr_warm / 2;
	if (is_mixed)
		warmth_part_bits(page, upper, nr_warm);
	return upper;
}

/* Before somebody gets the frames: the record is as if it had never been. */
static inline void warmth_forget(struct page *page)
{
	if (warmth_is_mixed(page))
		warmth_clear_bits(page);
	page->nr_warm = 0;
}

#endif
