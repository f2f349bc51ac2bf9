/* SPDX-License-Identifier: MIT */
/*
 * reserve.h - frames for whoever may touch nothing else
 */
#ifndef PF_KAPI_RESERVE_H
#define PF_KAPI_RESERVE_H

#include "page/page.h"

#define RESERVE_MAX_ORDER 3

/*
 * A block of 2^@order frames of ZONE_NORMAL, or NULL.  One atomic exchange for
 * each slot looked at: no lock, no system call, safe at any instruction.  Its
 * type is PAGE_NONE, its flags say whether it is warm.
 */
struct page *reserve_take(unsigned int order);

/* Whether reserve_take() has been called since the last reserve_fill(). */
bool reserve_is_used(void);

/* Put back what has been taken: @alloc makes the blocks, inside the gate. */
void reserve_fill(struct page *(*alloc)(void *arg, unsigned int order),
		  void *arg);

/*
 * A block that cannot be freed now: of type PAGE_NONE, its page->order set.
 * Safe at any instruction.
 */
void reserve_defer(struct page *page);
bool reserve_has_deferred(void);

/*
 * All that were deferred, each the entry of the last one's link.next; or NULL.
 */
struct page *reserve_take_deferred(void);

#endif
