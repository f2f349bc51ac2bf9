/* SPDX-License-Identifier: MIT */
/*
 * zone.h - page frames with one property, and the blocks of them that are free
 */
#ifndef PF_BUDDY_ZONE_H
#define PF_BUDDY_ZONE_H

#include "base/check.h"
#include "base/list.h"
#include "os/lock.h"
#include "page/page.h"

#define for_each_order(order) for (order = 0; order < NR_PAGE_ORDERS; order++)

/*
 * A frame is warm when there may be memory behind it, and cold when there is none
 * and it reads as zeros.  Warm ones are given out first: they cost no page fault.
 * Only warm ones are worth giving to the OS.
 *
 * A free block is cold when all of its frames are, warm when at least half of
 * them are warm, and tepid between the two.
 */
enum temperature {
	COLD,
	WARM,
	TEPID, /* blocks alone */
	NR_TEMPERATURES
};

/* In zones with maps blocks of this order and longer ones are on lists, which are
 * what areas and reclaim want; shorter pieces are bits of the map. */
#define LISTED_ORDER 5

struct free_area {
	struct list_head list[NR_TEMPERATURES];
	size_t nr_free[NR_TEMPERATURES]; /* blocks */
	size_t nr_warm;			 /* warm frames in them */
};

struct zone {
	struct lock lock;
	const char *name;
	bool has_maps; /* of its frames: they are in the direct map */
	struct free_area free_area[NR_PAGE_ORDERS];
	/* Frames: free, and fresh.  Others look at it without the lock. */
	size_t nr_free[WARM + 1];
	/*
	 * Fresh frames: the end of the last cold block from the span, of which
	 * nothing has been used yet.  On no list and in no map: these are untouched,
	 * which is worth four page faults in a small process.
	 */
	pfn_t fresh;
	pfn_t fresh_end;
	size_t nr_present; /* frames of blocks that the span has given us */
	size_t nr_lent;	   /* frames whose pages are in vmap areas */

	/* New memory was taken beside a good deal of warm memory in pieces too
	 * small: whoever can empty caches should, and clear this. */
	bool is_fragmented;

	/*
	 * Who keeps warm memory that nobody uses sets it.  It gives some back
	 * that nobody has needed for @min_age_ms; false when there is none.
	 * Called without the lock.
	 */
	bool (*recall)(u32 min_age_ms);

	/* Decay (reclaim.c). */
	size_t warm_low;    /* fewest warm frames since period_start */
	u64 period_start;   /* os_now_ms() */
	size_t nr_returned; /* frames given back to the OS, ever */
};

extern struct zone zone_normal pf_hidden;

void zone_init(struct zone *zone);
/* Its free blocks are not ours any more. */
void zone_forget_free(struct zone *zone);

/**
 * zone_alloc_pages - frames side by side
 * @zone: where from
 * @nr_pages: 1..MAX_ORDER_NR_PAGES; not rounded up
 * @min_order: the first frame is aligned to 2^@min_order frames at least
 *
 * A power of two is aligned to itself.  page->flags tells whether the frames are warm; page->type is
 * PAGE_NONE and the caller's to set.  May call the OS, may sleep; not for
 * signal handlers.  Return: the first frame, or NULL when the OS refuses.
 */
struct page *zone_alloc_pages(struct zone *zone, size_t nr_pages,
			      unsigned int min_order);

/* The same, of frames that cost no page fault; NULL where there are none. */
struct page *zone_alloc_warm_pages(struct zone *zone, size_t nr_pages);

/* The same, and those side by side with it that the next calls would return: @nr
 * in all, at most as many as that was before. */
struct page *zone_alloc_warm_row(struct zone *zone, size_t nr_pages,
				 size_t *nr);

/*
 * As zone_alloc_pages() and zone_free_pages(), without waiting and without a
 * system call: safe wherever the gate can be entered.  NULL and false when
 * another thread has the lock, or when the OS would have to be asked.
 */
struct page *zone_try_alloc_pages(struct zone *zone, size_t nr_pages);
bool zone_try_free_pages(struct zone *zone, struct page *page, size_t nr_pages);

/* The fresh frames to the map and the lists, so that they merge. */
void zone_list_fresh_locked(struct zone *zone);

/* Frames back, written to since they were allocated; any count from 1. */
void zone_free_pages(struct zone *zone, struct page *page, size_t nr_pages);

/* The same of frames that nobody has written to since. */
void zone_free_unused_pages(struct zone *zone, struct page *page,
			    size_t nr_pages, bool is_warm);

/* Grow [@page, @nr_pages) in place by frames that are free behind it, cold ones
 * if @may_be_cold. */
bool zone_extend_pages(struct zone *zone, struct page *page, size_t nr_pages,
		       size_t new_nr_pages, bool may_be_cold);

/* Whether @nr_pages frames side by side are free, in a warm block.  As the next
 * one. */
bool zone_has_warm(const struct zone *zone, size_t nr_pages);

/*
 * Whether half of @nr_pages frames are warm and free in blocks of 2^@min_order
 * at least.  Lock-free; no promise.
 */
bool zone_is_scattered(const struct zone *zone, size_t nr_pages,
		       unsigned int min_order);

/**
 * zone_take_warm_block - the largest warm block of order @min..@max, or NULL
 *
 * LISTED_ORDER is the smallest @min.  A larger one is split.
 * For vmap areas: memory that is there already, to be moved elsewhere.  Counted
 * as lent until zone_free_lent().
 */
struct page *zone_take_warm_block(struct zone *zone, unsigned int min,
				  unsigned int max);

/* A block of @order, cold if there is one, for what shall become warm; lent, too.
 * Warm ones from @min on would have done, and were taken before.  May call the
 * system. */
struct page *zone_take_cold_block(struct zone *zone, unsigned int order,
				  unsigned int min);

/* A lent block becomes two.  Return: the upper one. */
struct page *zone_split_lent(struct zone *zone, struct page *page);

/* Lend a block of 2^@order frames that somebody has, who has its pages then. */
void zone_lend_block(struct zone *zone, struct page *page, unsigned int order);
void zone_free_lent(struct zone *zone, struct page *page, bool is_warm);

/**
 * zone_adopt_pages - make pages that were mapped elsewhere frames of the zone
 * @from: their address now, aligned to the frame size; its place in a block of
 *	4 MiB is kept, so that whole page tables and huge pages are moved
 * @bytes: their length
 *
 * As span_move() does.  Return: false when the system refuses, with nothing
 * changed.
 */
bool zone_adopt_pages(struct zone *zone, void *from, size_t bytes);

/* Invariants of buddy.c and zone.c; the zone must be quiet. */
bool zone_check(struct zone *zone, struct check_report *report);

/* reclaim.c */

/* Called with the lock held whenever blocks come back; cheap. */
void zone_decay_locked(struct zone *zone);

/*
 * New memory is about to be taken although there is warm memory, because blocks
 * below @order will not do: give about @nr_pages of it back, so that the process
 * does not grow.  Nothing is done where there is little of it.
 */
void zone_make_room_locked(struct zone *zone, size_t nr_pages,
			   unsigned int order);
void zone_make_room(struct zone *zone, size_t nr_pages, unsigned int order);

/* Some of what is kept elsewhere, see zone->recall. */
static inline bool zone_recall(struct zone *zone, u32 min_age_ms)
{
	bool (*recall)(u32 min_age_ms) = READ_ONCE(zone->recall);

	return unlikely(recall) && recall(min_age_ms);
}

/* Decay as the clock says, for callers without the lock. */
void zone_decay(struct zone *zone);

/* @nr_pages that have come back just now were not needed for long before. */
void zone_note_unneeded(struct zone *zone, size_t nr_pages);

/**
 * zone_reclaim - give warm free frames back to the OS
 * @nr_pages: about how many; SIZE_MAX for all
 *
 * Large blocks first.  Return: frames given back.
 */
size_t zone_reclaim(struct zone *zone, size_t nr_pages);

/* The same, and the addresses too: for when the OS refuses us memory. */
size_t zone_release(struct zone *zone);

#endif
