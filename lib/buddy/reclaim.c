/* SPDX-License-Identifier: MIT */
/*
 * reclaim.c - memory of free blocks back to the OS
 *
 * Decay.  Time runs in periods of pf_conf.decay_ms.  warm_low is the number of
 * warm free frames that was never undercut during the period: nobody has
 * needed those frames for that long, so at the end of the period as many are
 * given back.  A program that frees and allocates 100 MiB in a circle keeps
 * them warm for ever; one that frees 100 MiB and goes on with little loses
 * them one period later, and pays no page fault for it.
 *
 * Large blocks first: one call gives back 4 MiB as cheaply as 4 KiB, and large
 * cold blocks go back to the span with the 64 KiB of their records.
 *
 * The clock is looked at when blocks come back, and by the reclaim thread of
 * programs that have several threads (slab/reclaimer.c), so that it happens
 * while the program sleeps, too.
 */
#include "buddy/buddy.h"
#include "buddy/map.h"
#include "os/conf.h"
#include "os/os.h"
#include "page/span.h"

/* Frames that one call gives back at most, 64 MiB: some 10 ms of work. */
#define MAX_STEP_PAGES 16384

/*
 * Warm memory that may stay where new memory is taken: 4 MiB, or, of what the
 * zone's memory is used for, an eighth in pieces too short for those who take it,
 * and half in all: long ones serve what comes next.
 */
#define MIN_ROOM_PAGES 1024
#define SHORT_SHARE    8
#define WARM_SHARE     2

/* Give the memory of @page's block to the OS.  Return: warm frames that were. */
static size_t cool_locked(struct zone *zone, struct page *page)
{
	unsigned int order = page->order, nr = page->nr_warm;
	size_t bytes = PAGE_SIZE << order;

	span_keep_back(page, 1UL << order);
	if (os_discard(page_to_virt(page), bytes))
		return 0;
	buddy_take_locked(zone, page);
	buddy_free_locked(zone, page, order, COLD);
	zone->nr_returned += nr;
	return nr;
}

/* The block with warm frames that has been free for longest, or NULL. */
static struct page *oldest(struct zone *zone, unsigned int order)
{
	struct list_head *list = zone->free_area[order].list;

	if (!list_is_empty(&list[TEPID]))
		return list_last_entry(&list[TEPID], struct page, link);
	if (!list_is_empty(&list[WARM]))
		return list_last_entry(&list[WARM], struct page, link);
	return NULL;
}

static size_t reclaim_blocks_locked(struct zone *zone, size_t nr_pages)
{
	unsigned int order = NR_PAGE_ORDERS;
	size_t done = 0;

	while (done < nr_pages && order-- > LISTED_ORDER) {
		struct page *page;

		while (done < nr_pages && (page = oldest(zone, order))) {
			size_t nr = cool_locked(zone, page);

			if (!nr)
				return done;
			done += nr;
		}
	}
	return done;
}

/* What is too short for a list, the highest first.  Less than a page of the
 * machine cannot be given back. */
static size_t reclaim_runs_locked(struct zone *zone, size_t nr_pages)
{
	size_t unit = os_page_size() >> PAGE_SHIFT, done = 0;
	pfn_t pfn = (pfn_t)direct_map.limit;

	while (done < nr_pages) {
		struct page *page;
		size_t nr;

		pfn = map_last_warm(pfn, unit, &nr);
		if (!pfn)
			break;
		page = pfn_to_page(pfn);
		span_keep_back(page, nr);
		if (os_discard(page_to_virt(page), nr << PAGE_SHIFT))
			break;
		buddy_take_range_locked(zone, pfn, nr);
		buddy_free_range_locked(zone, pfn, nr, COLD);
		zone->nr_returned += nr;
		done += nr;
	}
	return done;
}

static size_t reclaim_locked(struct zone *zone, size_t nr_pages)
{
	size_t done = reclaim_blocks_locked(zone, nr_pages);

	if (done < nr_pages)
		done += reclaim_runs_locked(zone, nr_pages - done);
	return done;
}

static void start_period(struct zone *zone, u64 now)
{
	zone->period_start = now;
	zone->warm_low = zone->nr_free[WARM];
}

void zone_decay_locked(struct zone *zone)
{
	u64 now = os_now_ms();

	if (now - zone->period_start < pf_conf.decay_ms)
		return;
	if (zone->warm_low > MAX_STEP_PAGES) {
		/* The rest at the next call: others wait for the lock. */
		zone->warm_low -= MAX_STEP_PAGES;
		reclaim_locked(zone, MAX_STEP_PAGES);
		return;
	}
	if (zone->warm_low)
		reclaim_locked(zone, zone->warm_low);
	start_period(zone, now);
}

/* In pieces too short for a block of @order, which there is none of; and in those
 * that are on no list, none of which was long enough. */
static size_t nr_warm_below(const struct zone *zone, unsigned int order)
{
	size_t nr = zone->nr_free[WARM];

	if (order < LISTED_ORDER)
		order = LISTED_ORDER;
	for (; order < NR_PAGE_ORDERS; order++)
		nr -= zone->free_area[order].nr_warm;
	return nr;
}

static bool is_too_much(size_t nr_pages, size_t limit)
{
	return nr_pages > MIN_ROOM_PAGES && nr_pages > limit;
}

void zone_make_room_locked(struct zone *zone, size_t nr_pages,
			   unsigned int order)
{
	size_t used = zone->nr_present - zone->nr_free[COLD];

	if (!is_too_much(zone->nr_free[WARM], used / WARM_SHARE) &&
	    !is_too_much(nr_warm_below(zone, order), used / SHORT_SHARE))
		return;
	WRITE_ONCE(zone->is_fragmented, true);
	reclaim_locked(zone, nr_pages);
}

void zone_make_room(struct zone *zone, size_t nr_pages, unsigned int order)
{
	lock_acquire(&zone->lock);
	zone_make_room_locked(zone, nr_pages, order);
	lock_release(&zone->lock);
}

void zone_decay(struct zone *zone)
{
	while (zone_recall(zone, pf_conf.decay_ms))
		;
	lock_acquire(&zone->lock);
	zone_decay_locked(zone);
	lock_release(&zone->lock);
}

void zone_note_unneeded(struct zone *zone, size_t nr_pages)
{
	lock_acquire(&zone->lock);
	zone->warm_low =
		min_size(zone->warm_low + nr_pages, zone->nr_free[WARM]);
	lock_release(&zone->lock);
}

static void recall_all(struct zone *zone)
{
	while (zone_recall(zone, 0))
		;
}

size_t zone_reclaim(struct zone *zone, size_t nr_pages)
{
	size_t done;

	recall_all(zone);
	lock_acquire(&zone->lock);
	zone_list_fresh_locked(zone);
	done = reclaim_locked(zone, nr_pages);
	start_period(zone, os_now_ms());
	lock_release(&zone->lock);
	return done;
}

size_t zone_release(struct zone *zone)
{
	size_t released;

	recall_all(zone);
	lock_acquire(&zone->lock);
	zone_list_fresh_locked(zone);
	reclaim_locked(zone, SIZE_MAX);
	start_period(zone, os_now_ms());
	released = span_release_idle();
	lock_release(&zone->lock);
	return released;
}
