/* SPDX-License-Identifier: MIT */
/*
 * reserve.c - frames for whoever may touch nothing else
 *
 * A signal handler may interrupt malloc() or alloc_pages() between any two
 * instructions, with locks held and lists half linked.  What it may use is one
 * atomic instruction at a time: an array of slots, each a pointer to a block,
 * or NULL.  Taking is an exchange with NULL; filling is an exchange the other
 * way, by the next call that may sleep.  A handler's request looks at the slots
 * of its order and gives up when all are empty; it takes no larger block apart.
 *
 *	order 0: 64 slots   1: 16   2: 8   3: 8	= 192 frames, 768 KiB
 *
 * which are addresses at first: memory comes with the first touch.
 *
 * What a handler frees goes to a stack (R. K. Treiber, 1986) that is only ever
 * emptied as a whole, so no node can come back between a load and an exchange.
 */
#include "kapi/reserve.h"

static const u8 nr_slots[RESERVE_MAX_ORDER + 1] = {64, 16, 8, 8};
static const u8 first_slot[RESERVE_MAX_ORDER + 1] = {0, 64, 80, 88};

static struct page *slots[96] pf_last;
static u32 is_full; /* nothing has been taken since it was filled */
static u32 is_filling;

static struct list_head *deferred; /* the links of first pages */

struct page *reserve_take(unsigned int order)
{
	struct page **slot, **end;

	if (order > RESERVE_MAX_ORDER)
		return NULL;
	slot = slots + first_slot[order];
	for (end = slot + nr_slots[order]; slot < end; slot++) {
		struct page *page;

		if (!READ_ONCE(*slot))
			continue;
		page = __atomic_exchange_n(slot, NULL, __ATOMIC_ACQUIRE);
		if (page) {
			WRITE_ONCE(is_full, 0);
			return page;
		}
	}
	return NULL;
}

bool reserve_is_used(void)
{
	return !READ_ONCE(is_full);
}

static bool fill(struct page *(*alloc)(void *arg, unsigned int order),
		 void *arg)
{
	unsigned int order, i;

	for (order = 0; order <= RESERVE_MAX_ORDER; order++) {
		for (i = 0; i < nr_slots[order]; i++) {
			struct page **slot = slots + first_slot[order] + i;
			struct page *page;

			if (READ_ONCE(*slot))
				continue;
			page = alloc(arg, order);
			if (!page)
				return false;
			store_release(slot, page);
		}
	}
	return true;
}

/* What is taken meanwhile shows in is_full, which is set first. */
void reserve_fill(struct page *(*alloc)(void *arg, unsigned int order),
		  void *arg)
{
	if (__atomic_exchange_n(&is_filling, 1, __ATOMIC_ACQUIRE))
		return;
	__atomic_store_n(&is_full, 1, __ATOMIC_SEQ_CST);
	if (!fill(alloc, arg))
		WRITE_ONCE(is_full, 0);
	store_release(&is_filling, 0);
}

void reserve_defer(struct page *page)
{
	page->link.next = READ_ONCE(deferred);
	while (!__atomic_compare_exchange_n(&deferred, &page->link.next,
					    &page->link, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
}

bool reserve_has_deferred(void)
{
	return READ_ONCE(deferred) != NULL;
}

struct page *reserve_take_deferred(void)
{
	struct list_head *all;

	if (!reserve_has_deferred())
		return NULL;
	all = __atomic_exchange_n(&deferred, NULL, __ATOMIC_ACQUIRE);
	return all ? list_entry(all, struct page, link) : NULL;
}
