/* SPDX-License-Identifier: MIT */
/*
 * frames.h - frames from the zones to clients, and back
 */
#ifndef PF_KAPI_FRAMES_H
#define PF_KAPI_FRAMES_H

#include "kapi/zones.h"

/* page->flags, beside PAGE_WARM: first frame of a compound page. */
#define PAGE_HEAD 2

/* A client's frame: what lies over page->taken_bits. */
struct client_frame {
	u64 private;
	u64 mapping;
	u64 index;
	int refcount;
	int mapcount;
};

static inline int *page_refcount(const struct page *page)
{
	return &((struct client_frame *)(uintptr_t)page)->refcount;
}

/* The first frame of the compound page that @page is in, or @page. */
static inline struct page *page_head(const struct page *page)
{
	uintptr_t head = (uintptr_t)READ_ONCE(page->link.next);

	return (struct page *)(head & 1 ? head - 1 : (uintptr_t)page);
}

/*
 * gate_enter() for who may wait until a fork is over.  Return: NULL in a
 * handler that interrupted a slow path, and if the fork lasts too long.
 */
struct tcache *kapi_enter(void);

/* The permanent address of a frame that is not of ZONE_HIGHMEM. */
void *page_to_addr(const struct page *page);

/**
 * frames_take - 2^@order frames of @zone
 * @may_wait: for locks and for the system; else safe anywhere
 *
 * They belong to the caller, as pf_alloc_pages() promises: one reference to the
 * first one.  Counting is the caller's.  Return: NULL when there are none now.
 */
struct page *frames_take(unsigned int zone, unsigned int order,
			 unsigned int gfp, bool may_wait);

/*
 * @nr frames back to their zone, no matter what their records hold; safe
 * anywhere.  They are no longer counted as the client's.
 */
void frames_give(struct page *page, unsigned int order);

/*
 * What calls that may sleep do for others: free what handlers have freed, fill
 * the reserve, give memory back to the system.
 */
void frames_tidy(void);

#endif
