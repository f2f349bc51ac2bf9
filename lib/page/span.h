/* SPDX-License-Identifier: MIT */
/*
 * span.h - where page frames come from: whole blocks of the direct map
 */
#ifndef PF_PAGE_SPAN_H
#define PF_PAGE_SPAN_H

#include "page/page.h"

/**
 * span_init - choose the addresses and map the first metadata
 *
 * Return: 0 or -errno.  Called once, before anything else of this layer.
 */
int span_init(void);

/*
 * The calls below are serialised by the caller (zone->lock).  A block is
 * MAX_ORDER_NR_PAGES frames, aligned to its size.
 */

/* A block that reads as zeros and has no memory behind it yet, or NULL. */
struct page *span_take_block(void);

/*
 * Whether the block that @page is in has huge pages: the first touch of one puts
 * memory behind all of its frames.
 */
bool span_is_huge(const struct page *page);

/* A block back; it has been discarded: nothing is behind its frames. */
void span_give_block(struct page *page);

/**
 * span_adopt_blocks - addresses for @nr blocks in a row, nothing behind them
 *
 * The caller moves a mapping over them.  Return: the first block, or NULL.
 */
struct page *span_adopt_blocks(size_t nr);

/* The caller's move failed: the addresses are free again. */
void span_disown_blocks(struct page *page, size_t nr);

/* Unmap the blocks that were given back.  Return: their bytes. */
size_t span_release_idle(void);

/**
 * span_reserve_records - records for frames that are not in the direct map
 * @nr_blocks: how many blocks of them
 *
 * For zones whose frames have other addresses, or none.  Such a record has a
 * pfn, whose low bits are its place in the block, and no byte in the byte map.
 * Return: the record of the first frame, to be mapped by span_map_records() in
 * whole blocks; or NULL when no numbers are left.
 */
struct page *span_reserve_records(size_t nr_blocks);

/* 0, or -ENOMEM when the system refuses. */
int span_map_records(struct page *page, size_t nr_blocks);

/*
 * Memory at fixed addresses of our own ranges.  span_map() maps new zeroed
 * memory where nothing is, span_unmap() leaves bare addresses behind.
 */
int span_map(void *addr, size_t bytes);
void span_unmap(void *addr, size_t bytes);

/*
 * The pages at @from to @to, where memory of ours is mapped; nothing of
 * use is left at @from, and span_unmap() of it must follow.
 */
int span_move(void *from, void *to, size_t bytes);

/*
 * Memory of a part of @page's block, of so many frames, is about to go back, or
 * elsewhere: see to it that none comes by itself.  With the zone's lock.
 */
void span_keep_back(const struct page *page, size_t nr_pages);

/* Whether new memory of a heap that has so much shall be of huge pages. */
bool span_wants_huge(size_t heap_bytes);

/* The range for vmap areas: addresses only.  Fixed after span_init(). */
extern char *vmalloc_start pf_hidden;
extern char *vmalloc_end pf_hidden;

/* The range for kmem/emergency.c; others' mappings may lie in it. */
extern char *emergency_start pf_hidden;
extern char *emergency_end pf_hidden;

#endif
