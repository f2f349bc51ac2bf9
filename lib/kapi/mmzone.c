/* SPDX-License-Identifier: MIT */
/*
 * mmzone.c - the zones as clients see them, and the lock of a page
 *
 * The numbers of a zone do not change once they are known, but for the frames
 * that are free: struct zone is a copy, made by kapi_ready().
 *
 * A page's lock is bit PG_locked of its flags.  A waiter sets PG_waiters beside
 * it and sleeps on the low 32 bits of the flags; who unlocks clears both and
 * wakes all.
 */
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/pagemap.h>

#include "kapi/kapi.h"
#include "kenv/kenv.h"

static struct pglist_data node;

static void make_zone(unsigned int i)
{
	struct zone *zone = &node.node_zones[i];
	struct kapi_zone_info info;
	unsigned int j;

	kapi_zone_info(i, &info);
	zone->name = info.name;
	zone->zone_pgdat = &node;
	zone->_watermark[WMARK_MIN] = info.min;
	zone->_watermark[WMARK_LOW] = info.low;
	zone->_watermark[WMARK_HIGH] = info.high;
	for (j = 0; j < KAPI_NR_ZONES; j++)
		zone->lowmem_reserve[j] = (long)info.lowmem_reserve[j];
	zone->lowmem_reserve[ZONE_MOVABLE] = zone->lowmem_reserve[ZONE_HIGHMEM];
	zone->zone_start_pfn = info.start_pfn;
	atomic_long_set(&zone->managed_pages, (long)info.managed);
	zone->present_pages = info.managed;
	zone->spanned_pages = info.managed;
}

void kapi_make_node(void)
{
	unsigned long nr = 0;
	unsigned int i;

	for (i = 0; i < KAPI_NR_ZONES; i++) {
		make_zone(i);
		nr += node.node_zones[i].present_pages;
	}
	node.node_zones[ZONE_MOVABLE].name = "Movable";
	node.node_zones[ZONE_MOVABLE].zone_pgdat = &node;
	node.nr_zones = KAPI_NR_ZONES;
	node.node_present_pages = nr;
}

struct pglist_data *pf_node(void)
{
	kapi_ready();
	return &node;
}

unsigned long pf_totalram_pages(void)
{
	return pf_node()->node_present_pages;
}

unsigned long pf_nr_free_pages(void)
{
	unsigned long nr = 0;
	unsigned int i;

	pf_node();
	for (i = 0; i < KAPI_NR_ZONES; i++)
		nr += kapi_zone_nr_free(i);
	return nr;
}

/* The half of the flags that has the lowest bits. */
static u32 *lock_word(struct page *page)
{
	u32 *word = (u32 *)pf_page_flags(page);

#if BITS_PER_LONG == 64 && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word++;
#endif
	return word;
}

void pf_lock_page(struct page *page)
{
	u32 *word = lock_word(compound_head(page));
	const u32 locked = 1U << PG_locked, waiters = 1U << PG_waiters;

	might_sleep();
	for (;;) {
		u32 seen = READ_ONCE(*word);

		if (!(seen & locked)) {
			if (try_cmpxchg_acquire(word, &seen, seen | locked))
				return;
		} else if (seen & waiters ||
			   try_cmpxchg_relaxed(word, &seen, seen | waiters)) {
			kenv_wait(word, seen | waiters);
		}
	}
}

void pf_unlock_page(struct page *page)
{
	u32 *word = lock_word(compound_head(page));
	const u32 locked = 1U << PG_locked, waiters = 1U << PG_waiters;
	u32 old =
		__atomic_fetch_and(word, ~(locked | waiters), __ATOMIC_RELEASE);

	BUG_ON(!(old & locked));
	if (old & waiters)
		kenv_wake(word, 0x7fffffff);
}
