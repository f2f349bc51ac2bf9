/* SPDX-License-Identifier: MIT */
/*
 * emergency.c - memory while the gate is closed for fork
 *
 * fork() waits for locks of libc, stdio's for one.  Their holders may be in
 * malloc().  While the gate is closed for fork they are served from a block of
 * frames that was set aside before: a compare-and-exchange hands out the next.
 * Each object gets whole frames and is an ordinary page block from then on, in
 * the child as in the parent.  What is freed meanwhile, if it does not fit in
 * its thread's sheaf, waits in an array.
 *
 * The reserve is a cold block: 4 MiB of addresses, and memory only once used.
 */
#include "kmem/emergency.h"

#include "buddy/zone.h"
#include "os/report.h"
#include "slab/gate.h"

#define NR_WAITING 256

static struct {
	/* Both in one word, so that nobody takes from a block that has been
	 * replaced: the block's pfn above (0: none yet), the number of frames
	 * handed out below. */
	u64 block_and_used;
	u32 is_refilling;
	u32 has_waiting;
	void *waiting[NR_WAITING];
} reserve;

static u32 block_of(u64 word)
{
	return (u32)(word >> 32);
}

static u32 used_of(u64 word)
{
	return (u32)word;
}

void *emergency_alloc(size_t nr_pages)
{
	u64 word = load_acquire(&reserve.block_and_used);
	struct page *page;

	do {
		if (!block_of(word) ||
		    nr_pages > MAX_ORDER_NR_PAGES - used_of(word))
			return NULL;
	} while (!__atomic_compare_exchange_n(
		&reserve.block_and_used, &word, word + nr_pages, true,
		__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
	page = pfn_to_page(block_of(word) + used_of(word));
	page->nr = (u32)nr_pages;
	page->flags = PAGE_WARM;
	store_release(&page->type, PAGE_BLOCK);
	return page_to_virt(page);
}

bool emergency_free(void *p)
{
	unsigned int i;

	for (i = 0; i < NR_WAITING; i++) {
		void *nothing = NULL;

		if (__atomic_compare_exchange_n(&reserve.waiting[i], &nothing,
						p, false, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED)) {
			WRITE_ONCE(reserve.has_waiting, 1);
			return true;
		}
	}
	return false;
}

size_t emergency_bytes(void)
{
	u64 word = READ_ONCE(reserve.block_and_used);

	if (!block_of(word))
		return 0;
	return (size_t)(MAX_ORDER_NR_PAGES - used_of(word)) << PAGE_SHIFT;
}

bool emergency_is_low(void)
{
	u64 word = READ_ONCE(reserve.block_and_used);

	return !block_of(word) || used_of(word) > MAX_ORDER_NR_PAGES / 4 ||
	       READ_ONCE(reserve.has_waiting);
}

/* A new block; the frames that are left of the old one are free again. */
static void replace_block(void)
{
	u64 old = READ_ONCE(reserve.block_and_used);
	struct page *page;

	if (block_of(old) && used_of(old) <= MAX_ORDER_NR_PAGES / 4)
		return;
	page = zone_alloc_pages(&zone_normal, MAX_ORDER_NR_PAGES, 0);
	if (!page)
		return;
	old = __atomic_exchange_n(&reserve.block_and_used,
				  (u64)page_to_pfn(page) << 32,
				  __ATOMIC_ACQ_REL);
	if (block_of(old) && used_of(old) < MAX_ORDER_NR_PAGES)
		zone_free_pages(&zone_normal,
				pfn_to_page(block_of(old) + used_of(old)),
				MAX_ORDER_NR_PAGES - used_of(old));
}

void emergency_refill(void (*free_one)(void *p))
{
	struct tcache *tc;
	unsigned int i;

	if (__atomic_exchange_n(&reserve.is_refilling, 1, __ATOMIC_ACQUIRE))
		return;
	tc = gate_enter();
	if (tc) {
		replace_block();
		gate_leave(tc);
	}
	WRITE_ONCE(reserve.has_waiting, 0);
	for (i = 0; i < NR_WAITING; i++) {
		void *p = __atomic_exchange_n(&reserve.waiting[i], NULL,
					      __ATOMIC_ACQUIRE);

		if (p)
			free_one(p);
	}
	store_release(&reserve.is_refilling, 0);
}

void emergency_reset(void)
{
	reserve.is_refilling = 0;
}
