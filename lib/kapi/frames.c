/* SPDX-License-Identifier: MIT */
/*
 * frames.c - frames from the zones to clients, and back
 *
 * A frame that a client has is of type PAGE_CLIENT, first of its block or not,
 * so that any call can tell it from others by one look, and free() can say what
 * it was given.  The rest of its record is the client's: see layout.h.  When it
 * comes back the record is made what the zones expect: zeros.
 *
 * Frames of NORMAL come from where malloc()'s come from: the thread's lists of
 * blocks, then the zone.  A call that may not sleep takes, in this order,
 *
 *	1. a block of the thread's lists, if it is not just being changed
 *	2. a slot of the reserve
 *	3. a block of the zone, if its lock is free and the gate is open
 *	4. a part of a block of the stock: 16 MiB that are online, and have no
 *	   memory behind them until they are used, for programs that allocate
 *	   much where they may not sleep
 *
 * so it never asks the system for memory: it gets what there is.  A thread that
 * has no lists, because it has never called malloc() or us, is a guest at the
 * gate (slab/gate.c): it has 2 to 4.
 *
 * And a frame that comes back goes to the thread's lists, or to its zone if the
 * lock is free, or is deferred to the next call that may sleep.  So no free
 * ever waits, and none makes a system call.
 */
#include "kapi/frames.h"

#include <string.h>

#include <pfmalloc/linux/gfp_types.h>

#include "buddy/buddy.h"
#include "kapi/kmap.h"
#include "kapi/layout.h"
#include "kapi/reserve.h"
#include "kapi/vmalloc.h"
#include "kmem/kmem.h"
#include "os/os.h"
#include "slab/gate.h"

static_assert(offsetof(struct client_frame, private) == LAYOUT_PRIVATE, "");
static_assert(offsetof(struct client_frame, mapping) == LAYOUT_MAPPING, "");
static_assert(offsetof(struct client_frame, index) == LAYOUT_INDEX, "");
static_assert(offsetof(struct client_frame, refcount) == LAYOUT_REFCOUNT, "");
static_assert(offsetof(struct client_frame, mapcount) == LAYOUT_MAPCOUNT, "");
static_assert(sizeof(struct client_frame) == offsetof(struct page, link), "");
static_assert(offsetof(struct page, taken_bits) == 0, "");
static_assert(offsetof(struct page, link) == LAYOUT_LINK, "");
static_assert(offsetof(struct page, type) == LAYOUT_TYPE, "");
static_assert(offsetof(struct page, order) == LAYOUT_ORDER, "");
static_assert(offsetof(struct page, class) == LAYOUT_CLASS, "");
static_assert(offsetof(struct page, flags) == LAYOUT_STATE, "");
static_assert(offsetof(struct page, nr) == LAYOUT_NR, "");
static_assert(offsetof(struct page, area_offset) == LAYOUT_FLAGS, "");

/* A thread may wait for the gate so long; then a fork has stopped for good. */
#define GATE_WAIT_MS 2000

static u32 wants_decay; /* frames have come back to the zone */

/* Untouched blocks of MAX_PAGE_ORDER; zone_normal's lock. */
#define NR_STOCK 4
static struct page *stock[NR_STOCK];
static size_t nr_stock;
static u32 wants_stock = 1; /* .data that only clients touch */

struct tcache *kapi_enter(void)
{
	u64 until_ms = 0;

	if (unlikely(!kmem_is_ready()))
		return NULL; /* the system refused its first memory */
	for (;;) {
		struct tcache *tc = gate_enter();
		u32 mode;

		if (likely(tc) || gate_is_inside() || gate_is_torn())
			return tc;
		mode = READ_ONCE(gate_mode);
		if (mode == GATE_OPEN)
			return gate_enter(); /* or no memory for caches */
		if (!until_ms)
			until_ms = os_now_ms() + GATE_WAIT_MS;
		else if (os_now_ms() > until_ms)
			return NULL;
		os_wait_ms(&gate_mode, mode, 10);
	}
}

void *page_to_addr(const struct page *page)
{
	void *addr;

	if (is_dma_page(page))
		return dma_page_to_virt(page);
	addr = vmalloc_page_address(page);
	return unlikely(addr) ? addr : page_to_virt(page);
}

static struct page *take_normal(unsigned int order)
{
	struct tcache *tc = kapi_enter();
	struct page *page;

	if (!tc)
		return reserve_take(order);
	page = pcp_alloc(&tc->pcp, &zone_normal, 1UL << order);
	gate_leave(tc);
	kmem_look_ahead();
	return page;
}

/* A part of a block of the stock, the rest to the zone; does not wait. */
static struct page *take_from_stock(unsigned int order)
{
	size_t nr = 1UL << order;
	struct page *page = NULL;
	u8 flags;

	if (!lock_try_acquire(&zone_normal.lock))
		return NULL;
	if (nr_stock) {
		page = stock[--nr_stock];
		flags = page->flags;
		buddy_free_range_locked(&zone_normal,
					page_to_pfn(page) + (pfn_t)nr,
					MAX_ORDER_NR_PAGES - nr,
					flags & PAGE_WARM ? WARM : COLD);
		page->flags = flags;
	}
	lock_release(&zone_normal.lock);
	WRITE_ONCE(wants_stock, 1);
	return page;
}

/* One block more; false when the stock is full, or the system refuses. */
static bool add_to_stock(void)
{
	struct page *page =
		zone_alloc_pages(&zone_normal, MAX_ORDER_NR_PAGES, 0);
	bool is_full;

	if (!page)
		return false;
	lock_acquire(&zone_normal.lock);
	is_full = nr_stock == NR_STOCK;
	if (is_full)
		buddy_free_locked(&zone_normal, page, MAX_PAGE_ORDER,
				  page_is_warm(page) ? WARM : COLD);
	else
		stock[nr_stock++] = page;
	lock_release(&zone_normal.lock);
	return !is_full;
}

static void fill_stock(void)
{
	WRITE_ONCE(wants_stock, 0);
	while (READ_ONCE(nr_stock) < NR_STOCK && add_to_stock())
		;
}

/* At once or not at all, also for a thread that has no caches. */
static struct tcache *try_enter(void)
{
	struct tcache *tc = gate_try_enter();

	if (tc || thread_heap.tcache || !kmem_is_ready())
		return tc;
	return gate_try_enter_as_guest();
}

static struct page *try_take_normal(unsigned int order)
{
	struct tcache *tc = try_enter();
	struct page *page = NULL;

	if (tc) {
		page = pcp_try_alloc(&tc->pcp, 1UL << order);
		gate_try_leave(tc);
	}
	if (!page)
		page = reserve_take(order);
	if (page)
		return page;
	tc = try_enter();
	if (tc) {
		page = zone_try_alloc_pages(&zone_normal, 1UL << order);
		if (!page)
			page = take_from_stock(order);
		gate_try_leave(tc);
	}
	return page;
}

static struct page *take_special(unsigned int zone, unsigned int order,
				 bool may_wait)
{
	struct tcache *tc = may_wait ? kapi_enter() : try_enter();
	struct page *page;

	if (!tc)
		return NULL;
	page = zone == KAPI_DMA ? dma_alloc(order, may_wait)
				: highmem_alloc(order, may_wait);
	if (may_wait)
		gate_leave(tc);
	else
		gate_try_leave(tc);
	return page;
}

/* The records become a client's; the first frame's type says so last. */
static void make_clients(struct page *page, unsigned int order,
			 bool is_compound)
{
	size_t i = 1UL << order;

	while (i-- > 0) {
		struct page *p = page + i;
		struct client_frame *frame = (struct client_frame *)p;

		frame->refcount = i == 0;
		frame->mapcount = -1;
		p->link.next =
			i && is_compound ? (void *)((uintptr_t)page + 1) : NULL;
		p->link.prev = NULL;
		p->order = (u8)(i ? 0 : order);
		p->flags = i == 0 && is_compound ? PAGE_HEAD : 0;
		p->area_offset = 0;
		store_release(&p->type, PAGE_CLIENT);
	}
}

static void clear_frames(struct page *page, unsigned int zone,
			 unsigned int order)
{
	size_t i;

	if (zone != KAPI_HIGHMEM) {
		memset(page_to_addr(page), 0, PAGE_SIZE << order);
		return;
	}
	for (i = 0; i < 1UL << order; i++) {
		void *addr = pf_kmap_local_page(page + i);

		memset(addr, 0, PAGE_SIZE);
		pf_kunmap_local(addr);
	}
}

struct page *frames_take(unsigned int zone, unsigned int order,
			 unsigned int gfp, bool may_wait)
{
	struct page *page;
	bool is_zero;

	if (zone != KAPI_NORMAL)
		page = take_special(zone, order, may_wait);
	else
		page = may_wait ? take_normal(order) : try_take_normal(order);
	if (!page)
		return NULL;
	is_zero = zone == KAPI_NORMAL && !page_is_warm(page);
	make_clients(page, order, gfp & __GFP_COMP && order);
	if (gfp & __GFP_ZERO && !is_zero)
		clear_frames(page, zone, order);
	return page;
}

static void check_unmapped(struct page *page, unsigned int order)
{
	size_t i;

	for (i = 0; i < 1UL << order; i++) {
		if (kmap_is_in_use(page + i))
			kapi_bug("page %p is freed while kmap() has it mapped; "
				 "kunmap() comes first",
				 (void *)(page + i));
	}
}

static void forget_clients(struct page *page, unsigned int order)
{
	size_t i;

	for (i = 0; i < 1UL << order; i++) {
		memset(page[i].taken_bits, 0, sizeof(page[i].taken_bits));
		page[i].link.next = NULL;
		page[i].link.prev = NULL;
		page[i].area_offset = 0;
		page[i].flags = 0;
		WRITE_ONCE(page[i].type, PAGE_NONE);
	}
}

static bool try_give(struct tcache *tc, struct page *page, unsigned int zone,
		     unsigned int order)
{
	size_t nr = 1UL << order;

	if (zone == KAPI_DMA)
		return dma_try_free(page, nr);
	WRITE_ONCE(wants_decay, 1);
	if (zone == KAPI_HIGHMEM)
		return highmem_try_free(page, nr);
	if (!tc->is_guest && pcp_try_free(&tc->pcp, &zone_normal, page, nr))
		return true;
	return zone_try_free_pages(&zone_normal, page, nr);
}

void frames_give(struct page *page, unsigned int order)
{
	unsigned int zone = zone_of_page(page);
	bool is_given = false;
	struct tcache *tc;

	if (unlikely(vmalloc_page_address(page)))
		return; /* goes with its area */
	if (zone == KAPI_HIGHMEM)
		check_unmapped(page, order);
	forget_clients(page, order);
	zones_uncharge(zone, 1UL << order);
	page->order = (u8)order;
	tc = try_enter();
	if (tc) {
		is_given = try_give(tc, page, zone, order);
		gate_try_leave(tc);
	}
	if (!is_given)
		reserve_defer(page);
}

static void give_deferred(struct tcache *tc)
{
	struct page *page = reserve_take_deferred();
	unsigned int round = 0;

	while (page) {
		struct list_head *next = page->link.next;

		page->link.next = NULL;
		while (!try_give(tc, page, zone_of_page(page), page->order))
			os_wait_turn(round++);
		page = next ? list_entry(next, struct page, link) : NULL;
	}
}

static struct page *alloc_for_reserve(void *arg, unsigned int order)
{
	struct tcache *tc = arg;

	return pcp_alloc(&tc->pcp, &zone_normal, 1UL << order);
}

void frames_tidy(void)
{
	struct tcache *tc;

	if (likely(!reserve_has_deferred() && !reserve_is_used() &&
		   !READ_ONCE(wants_decay) && !READ_ONCE(wants_stock)))
		return;
	tc = kmem_is_ready() ? gate_enter() : NULL;
	if (!tc)
		return;
	give_deferred(tc);
	if (reserve_is_used())
		reserve_fill(alloc_for_reserve, tc);
	if (READ_ONCE(wants_stock))
		fill_stock();
	highmem_tidy();
	if (READ_ONCE(wants_decay)) {
		WRITE_ONCE(wants_decay, 0);
		zone_decay(&zone_normal);
	}
	gate_leave(tc);
}
