/* SPDX-License-Identifier: MIT */
#include "buddy/warmth.h"

#include <string.h>

#define RECORD_ORDER 8
#define WORD_ORDER   6

static_assert(1 << RECORD_ORDER == WARMTH_RECORD_PAGES, "");

/* Bits of the first word for a block of up to 2^WORD_ORDER frames. */
static u64 word_mask(unsigned int order)
{
	return order < WORD_ORDER ? (1ULL << (1U << order)) - 1 : ~0ULL;
}

/* Words of each of its records that a block has bits in. */
static unsigned int nr_words(unsigned int order)
{
	if (order > RECORD_ORDER)
		order = RECORD_ORDER;
	return order > WORD_ORDER ? 1U << (order - WORD_ORDER) : 1;
}

static unsigned int nr_records(unsigned int order)
{
	return order > RECORD_ORDER ? 1U << (order - RECORD_ORDER) : 1;
}

static void set_all(struct page *page, u64 word)
{
	unsigned int r, w;

	for (r = 0; r < nr_records(page->order); r++) {
		for (w = 0; w < nr_words(page->order); w++)
			page[r << RECORD_ORDER].warm_bits[w] = word;
	}
}

unsigned int warmth_count(const struct page *page)
{
	unsigned int nr = 0, r, w;

	for (r = 0; r < nr_records(page->order); r++) {
		for (w = 0; w < nr_words(page->order); w++)
			nr += nr_bits(page[r << RECORD_ORDER].warm_bits[w]);
	}
	return nr;
}

void warmth_clear_bits(struct page *page)
{
	set_all(page, 0);
}

/* A block of one temperature gets the bits that it has as part of a mixed one. */
static void spell_out(struct page *page)
{
	if (page->nr_warm && !warmth_is_mixed(page))
		set_all(page, word_mask(page->order));
}

static void clear_if_needless(struct page *page)
{
	if (!warmth_is_mixed(page))
		set_all(page, 0);
}

void warmth_join_bits(struct page *lower, struct page *upper)
{
	unsigned int order = lower->order, nr = nr_words(order);

	spell_out(lower);
	spell_out(upper);
	if (order < WORD_ORDER) {
		lower->warm_bits[0] |= upper->warm_bits[0] << (1U << order);
		upper->warm_bits[0] = 0;
	} else if (order < RECORD_ORDER) {
		memcpy(lower->warm_bits + nr, upper->warm_bits,
		       nr * sizeof(u64));
		memset(upper->warm_bits, 0, nr * sizeof(u64));
	}
}

void warmth_part_bits(struct page *lower, struct page *upper,
		      unsigned int nr_warm)
{
	unsigned int order = lower->order, nr = nr_words(order);

	if (order < WORD_ORDER) {
		upper->warm_bits[0] = lower->warm_bits[0] >> (1U << order);
		lower->warm_bits[0] &= word_mask(order);
	} else if (order < RECORD_ORDER) {
		memcpy(upper->warm_bits, lower->warm_bits + nr,
		       nr * sizeof(u64));
		memset(lower->warm_bits + nr, 0, nr * sizeof(u64));
	}
	upper->nr_warm = warmth_count(upper);
	lower->nr_warm = nr_warm - upper->nr_warm;
	clear_if_needless(lower);
	clear_if_needless(upper);
}
