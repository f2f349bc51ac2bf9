/* SPDX-License-Identifier: MIT */
/*
 * buddy.h - free blocks of 2^order frames, for the files of this folder
 */
#ifndef PF_BUDDY_BUDDY_H
#define PF_BUDDY_BUDDY_H

#include "buddy/zone.h"

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

/* A block of exactly @order, split off the smallest that will do; or NULL. */
struct page *buddy_alloc_warm_locked(struct zone *zone, unsigned int order);
struct page *buddy_alloc_cold_locked(struct zone *zone, unsigned int order);

/* Take a free block, known to be on a list, out of the zone's lists. */
void buddy_take_locked(struct zone *zone, struct page *page);

/* Frames [@pfn, @pfn + @nr) as the blocks that they consist of. */
void buddy_free_range_locked(struct zone *zone, pfn_t pfn, size_t nr,
			     enum temperature temp);

/* The free block that contains @pfn, or NULL. */
struct page *buddy_find_locked(struct zone *zone, pfn_t pfn);

#endif
