/* SPDX-License-Identifier: MIT */
/*
 * map.h - which frames of a zone are free, and which of these are warm
 *
 * The lists of buddy.c know free blocks; the maps know free frames, a bit each,
 * and so find them side by side where they are no block.  What is too short for a
 * list (LISTED_ORDER) is here alone: to take it and to give it back is to clear
 * and to set bits.  Zones whose frames are not in the direct map have no maps, and
 * all of their frames are warm.
 *
 * The zone is locked.
 */
#ifndef PF_BUDDY_MAP_H
#define PF_BUDDY_MAP_H

#include "buddy/zone.h"

static inline struct block_map *map_of(pfn_t pfn)
{
	pfn_t i = pfn - direct_map.first_pfn;

	return &direct_map.map_groups[i / MAP_GROUP_PAGES]
			.maps[i % MAP_GROUP_PAGES >> MAX_PAGE_ORDER];
}

/* The frames [@pfn, @pfn + @nr) become free, with what is behind them, or
 * somebody's. */
void map_add(pfn_t pfn, size_t nr, enum temperature temp);
void map_del(pfn_t pfn, size_t nr);

/* Free frames become warm. */
void map_warm(pfn_t pfn, size_t nr);

/* How many of [@pfn, @pfn + @nr) are free and warm. */
unsigned int map_nr_warm(pfn_t pfn, size_t nr);

/* Frames in all maps; slow, for checks. */
struct map_sums {
	size_t nr_free;
	size_t nr_warm;
	size_t nr_listed; /* in free blocks of LISTED_ORDER */
};

struct map_sums map_sums(void);

/* Whether the 2^LISTED_ORDER frames from @pfn on, aligned, are free: half a word. */
static inline bool map_is_listed(pfn_t pfn)
{
	u64 word = map_of(pfn)->free[pfn % MAX_ORDER_NR_PAGES / 64];

	return (u32)(word >> pfn % 64) == UINT32_MAX;
}

static_assert(1 << LISTED_ORDER == 32, "half a word");

/* How many frames from @pfn on are free, and warm if @is_warm, up to the end of
 * the block of 4 MiB. */
size_t map_nr_in_row(pfn_t pfn, bool is_warm);

/* Whether [@pfn, @pfn + @nr), in one block of 4 MiB, are free, and warm if
 * @is_warm. */
bool map_is_free(pfn_t pfn, size_t nr, bool is_warm);

/**
 * map_find - the lowest free frames side by side
 * @nr_pages: 1..MAX_ORDER_NR_PAGES; they lie in one block of 4 MiB
 * @order: the first frame is aligned to 2^@order frames, 0..MAX_PAGE_ORDER
 * @is_warm: all of them are warm; else any will do
 *
 * Return: the first frame's pfn, or 0.
 */
pfn_t map_find(size_t nr_pages, unsigned int order, bool is_warm);

/**
 * map_last_warm - the highest warm frames side by side
 * @end: below this pfn
 * @unit: in multiples of so many frames, a power of two, aligned to that
 * @nr_pages: how many
 *
 * Return: the first one's pfn, or 0.
 */
pfn_t map_last_warm(pfn_t end, size_t unit, size_t *nr_pages);

/* Whether a warm block of @order may be free; without the lock. */
bool map_may_have_warm(unsigned int order);

#endif
