/* SPDX-License-Identifier: MIT */
/*
 * buddy.h - free blocks of 2^order frames, for the files of this folder
 */
#ifndef PF_BUDDY_BUDDY_H
#define PF_BUDDY_BUDDY_H

#include "buddy/zone.h"

/* A free block's: the list that it is on. */
static inline enum temperature block_temperature(const struct page *page)
{
	if (!page->nr_warm)
		return COLD;
	return page->nr_warm >= (1U << page->order) / 2 ? WARM : TEPID;
}

/**
 * buddy_free_locked - give a block back and merge it upward
 * @zone: zone that owns the block; the caller holds @zone->lock
 * @page: first page frame of the block, on no list
 * @order: log2 of the block's length in page frames, 0..MAX_PAGE_ORDER
 * @temp: what is behind the frames
 *
 * Cannot fail.  A cold block that grows to MAX_PAGE_ORDER leaves the zone: it
 * is addresses, not memory.
 */
void buddy_free_locked(struct zone *zone, struct page *page, unsigned int order,
		       enum temperature temp);

/**
 * buddy_alloc_locked - a block of 2^@order frames
 * @zone: where from; the caller holds @zone->lock
 * @order: 0..MAX_PAGE_ORDER; the block is aligned to its length
 * @temp: that of the free block to take it from
 *
 * Of the smallest blocks that will do the one freed last, and of a longer one its
 * warmest part.  page->flags tells whether any of the frames is warm.  Return: the
 * first frame, or NULL.
 */
struct page *buddy_alloc_locked(struct zone *zone, unsigned int order,
				enum temperature temp);

/* The largest warm part of a free block, of order @min..@max; false if it has
 * none. */
bool buddy_take_warm_locked(struct zone *zone, struct page **page,
			    unsigned int min, unsigned int max);

/* Take a free block out of the zone's lists. */
void buddy_take_locked(struct zone *zone, struct page *page);

/* Take the frames [@pfn, @pfn + @nr), free and in the map.  Return: how many of
 * them are warm. */
unsigned int buddy_take_range_locked(struct zone *zone, pfn_t pfn, size_t nr);

/* The same for the frames [@pfn, @pfn + @nr). */
void buddy_free_range_locked(struct zone *zone, pfn_t pfn, size_t nr,
			     enum temperature temp);

/* The listed block that contains @pfn, or NULL; of zones with maps. */
struct page *buddy_find_locked(pfn_t pfn);

#endif
