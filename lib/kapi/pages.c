/* SPDX-License-Identifier: MIT */
/*
 * pages.c - alloc_pages() and what belongs to it
 *
 * One request.  The zones are tried from the highest that the flags allow down
 * to DMA, against their low marks.  If that fails, once more against the min
 * marks, which flags may undercut (zones.c).  A request that may not sleep ends
 * here.  One that may calls the shrinkers and tries again, for as long as that
 * frees something, and sixteen times when it does not:
 *
 *	__GFP_NORETRY		one round of shrinkers
 *	order above 3		one round; __GFP_RETRY_MAYFAIL: all of them
 *	others			all of them, and then the reserve for who is to
 *				be killed for lack of memory (ALLOC_OOM)
 *	__GFP_NOFAIL		for ever; when this is the only thread and
 *				nothing can come free, the end, with a sentence
 *
 * A kernel kills a process then, and the request of a small block goes on for
 * ever.  Here the process would have to be the caller's own, so the request
 * fails instead.
 *
 * Below the low marks a kernel wakes kswapd.  A process shall not have a thread
 * for that: the next call that may sleep does kswapd's work, and not again
 * before a number of frames has been given out, if it was in vain.
 *
 * References.  The count is the first frame's: of a compound page, whichever of
 * its frames is meant.  Who drops the last one frees.
 */
#include <pfmalloc/pages.h>

#include "kapi/cache.h"
#include "kapi/frames.h"
#include "kapi/kmap.h"
#include "kapi/pages.h"
#include "kapi/vmalloc.h"
#include "kmem/kmem.h"
#include "os/frames.h"
#include "os/os.h"
#include "os/report.h"

#define COSTLY_ORDER	 3
#define MAX_FRUITLESS	 16
#define KSWAPD_MIN_PAGES 32

static u32 state; /* 0: not begun, 1: somebody is at it, 2: ready */

static void fork_child(void)
{
	dma_fork_child();
	highmem_fork_child();
	kmap_fork_child();
	kcaches_reset();
	if (state == 1) /* by a thread that is not here */
		state = 0;
}

static struct page *find_dma_page(const void *p)
{
	return is_dma_addr(p) ? dma_virt_to_page(p) : NULL;
}

/*
 * Unless somebody is at it, who may be the one that this handler interrupted.
 */
static pf_noinline void begin(void)
{
	u32 not_begun = 0;

	/* Before a fork can see that it has begun; the same for all. */
	WRITE_ONCE(kmem_fork_child_hook, fork_child);
	WRITE_ONCE(kmem_far_page_hook, find_dma_page);
	if (!__atomic_compare_exchange_n(&state, &not_begun, 1, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
		return;
	zones_init();
	kapi_make_node();
	store_release(&state, 2);
}

void kapi_ready(void)
{
	unsigned int round;

	if (likely(load_acquire(&state) == 2))
		return;
	kmem_init();
	begin();
	for (round = 0; load_acquire(&state) != 2; round++)
		os_wait_turn(round);
}

/*
 * The first request of a process is one that may not sleep.  It makes the layer
 * ready and fills the reserve, if it can: it waits for nobody but the holders
 * of locks, who move on, for they are other threads, or the thread is in a slow
 * path and gets nothing.
 */
static pf_noinline void begin_at_once(void)
{
	if (!kmem_is_ready() && !kmem_try_init())
		return;
	begin();
	if (load_acquire(&state) == 2)
		frames_tidy();
}

static bool may_sleep(unsigned int gfp)
{
	return gfp & __GFP_DIRECT_RECLAIM;
}

/*
 * To fill a frame of HIGHMEM with zeros it is mapped, by a system call: the next
 * zone is the first for who wants zeros and may not make any.
 */
static unsigned int first_zone(unsigned int gfp, unsigned int highest)
{
	if (highest == KAPI_HIGHMEM && gfp & __GFP_ZERO && !may_sleep(gfp))
		return KAPI_NORMAL;
	return highest;
}

/* One request, on its way. */
struct request {
	unsigned int gfp;
	unsigned int order;
	unsigned int highest; /* zone */
	bool is_refused;      /* by the system, not by the marks */
};

static struct page *try_zones(struct request *r, unsigned int flags)
{
	size_t nr_pages = 1UL << r->order;
	unsigned int zone;

	r->is_refused = false;
	for (zone = first_zone(r->gfp, r->highest) + 1; zone-- > 0;) {
		struct page *page;

		if (!zones_charge(zone, r->highest, nr_pages, flags))
			continue;
		page = frames_take(zone, r->order, r->gfp, may_sleep(r->gfp));
		if (page)
			return page;
		zones_uncharge(zone, nr_pages);
		r->is_refused |= zone == KAPI_NORMAL;
	}
	return NULL;
}

/* @is_reclaiming: the thread has PF_MEMALLOC, in a shrinker for one. */
static unsigned int reserve_flags(unsigned int gfp, bool is_reclaiming)
{
	unsigned int flags = 0;

	if (gfp & __GFP_NOMEMALLOC)
		return gfp & __GFP_HIGH ? ALLOC_MIN_RESERVE : 0;
	if (gfp & __GFP_MEMALLOC || is_reclaiming)
		return ALLOC_NO_WATERMARK;
	if (gfp & __GFP_HIGH)
		flags |= ALLOC_MIN_RESERVE;
	if (!may_sleep(gfp))
		flags |= ALLOC_NON_BLOCK;
	return flags;
}

static size_t nr_free_up_to(unsigned int highest)
{
	size_t nr = 0;
	unsigned int zone;

	for (zone = 0; zone <= highest; zone++)
		nr += kapi_zone_nr_free(zone);
	return nr;
}

/* What a kernel's kswapd would be woken for, by who may sleep. */
static void do_kswapds_work(const struct request *r)
{
	static size_t
		fruitless_at; /* free frames then; 0: it was not in vain */
	size_t nr_free = nr_free_up_to(r->highest);
	size_t last = READ_ONCE(fruitless_at);

	if (last && nr_free < last && last - nr_free < KSWAPD_MIN_PAGES)
		return;
	WRITE_ONCE(fruitless_at,
		   kapi_reclaim(r->gfp, KSWAPD_MIN_PAGES) ? 0 : nr_free);
}

/* Whether anything came free. */
static bool make_progress(const struct request *r)
{
	unsigned long nr_freed = kapi_reclaim(r->gfp, 1UL << r->order);

	frames_tidy();
	return (r->is_refused && kmem_find_memory()) || nr_freed > 0;
}

static bool shall_go_on(const struct request *r, unsigned int nr_fruitless)
{
	if (r->gfp & __GFP_NOFAIL)
		return true;
	if (r->gfp & __GFP_NORETRY ||
	    (r->order > COSTLY_ORDER && !(r->gfp & __GFP_RETRY_MAYFAIL)))
		return false;
	return nr_fruitless < MAX_FRUITLESS;
}

void kapi_wait_for_memory(unsigned int nr_fruitless, unsigned long nr_pages)
{
	if (!os_has_one_thread())
		os_sleep_ms(nr_fruitless < 4 ? 1U << nr_fruitless : 16);
	else if (nr_fruitless > MAX_FRUITLESS)
		kapi_bug("out of memory: a __GFP_NOFAIL request for %lu pages "
			 "cannot be served, and the process has no other "
			 "thread that could free some",
			 nr_pages);
}

static struct page *try_harder(struct request *r)
{
	bool is_reclaiming = kapi_is_reclaiming();
	unsigned int flags = reserve_flags(r->gfp, is_reclaiming);
	struct page *page = try_zones(r, flags);
	unsigned int nr_fruitless = 0;

	if (page || !may_sleep(r->gfp) ||
	    (is_reclaiming && !(r->gfp & __GFP_NOFAIL)))
		return page;
	do {
		if (nr_fruitless)
			kapi_wait_for_memory(nr_fruitless, 1UL << r->order);
		nr_fruitless = make_progress(r) ? 0 : nr_fruitless + 1;
		page = try_zones(r, flags);
		if (page)
			return page;
	} while (shall_go_on(r, nr_fruitless));

	if (r->gfp & (__GFP_NORETRY | __GFP_RETRY_MAYFAIL) ||
	    r->order > COSTLY_ORDER)
		return NULL;
	return try_zones(r, flags | ALLOC_OOM);
}

/* Sense in what was asked for, before anything is done; -1 or the zone. */
static int check_request(unsigned int gfp, unsigned int order)
{
	int highest = zone_of_gfp(gfp);

	if (unlikely(order > MAX_PAGE_ORDER)) {
		if (!(gfp & __GFP_NOWARN) && may_sleep(gfp))
			kapi_warn("alloc_pages() of order %u; the largest is "
				  "%u",
				  order, MAX_PAGE_ORDER);
		return -1;
	}
	if (unlikely(highest < 0) && may_sleep(gfp))
		kapi_warn("alloc_pages() with flags for two zones, %#x; one of "
			  "__GFP_DMA, __GFP_DMA32 and __GFP_HIGHMEM is meant",
			  gfp);
	if (unlikely(gfp & __GFP_NOFAIL) && may_sleep(gfp) && order > 1)
		kapi_warn("__GFP_NOFAIL for a block of order %u; it is for "
			  "orders 0 and 1",
			  order);
	return highest;
}

struct page *pf_alloc_pages(gfp_t gfp, unsigned int order)
{
	int highest = check_request(gfp, order);
	struct request r = {gfp, order, (unsigned int)highest, false};
	struct page *page;

	if (unlikely(highest < 0))
		return NULL;
	if (may_sleep(gfp)) {
		kapi_ready();
		kapi_might_sleep("alloc_pages");
		frames_tidy();
	} else if (unlikely(!load_acquire(&state))) {
		begin_at_once();
	}
	page = try_zones(&r, ALLOC_WMARK_LOW);
	if (unlikely(!page)) {
		if (may_sleep(gfp))
			do_kswapds_work(&r);
		page = try_harder(&r);
	}
	if (unlikely(!page) && !(gfp & __GFP_NOWARN))
		kapi_warn_failure(gfp, order);
	return page;
}

static _Noreturn pf_cold void refuse_page(const struct page *page,
					  const char *call, const char *why)
{
	kapi_bug("%s of page %p: %s", call, (const void *)page, why);
}

/* Whether there is a record at @page, so that it can be looked at. */
static bool is_record(const struct page *page)
{
	uintptr_t offset = (uintptr_t)page - (uintptr_t)direct_map.mem_map;
	size_t pfn = offset / sizeof(*page);

	if (unlikely(offset % sizeof(*page)))
		return false;
	if (likely(pfn >= direct_map.first_pfn &&
		   pfn < READ_ONCE(direct_map.limit)))
		return true;
	return is_dma_page(page) || is_highmem_page(page) ||
	       vmalloc_page_is_mapped(page);
}

static void check_is_clients(const struct page *page, const char *call)
{
	if (unlikely(!is_record(page)))
		refuse_page(page, call, "no struct page is there");
	if (unlikely(load_acquire(&page->type) != PAGE_CLIENT))
		refuse_page(page, call,
			    "not a page that alloc_pages() has given and that "
			    "is in use");
}

/* Drop one reference; whether it was the last. */
static bool put_testzero(struct page *page, const char *call)
{
	int left;

	check_is_clients(page, call);
	left = __atomic_sub_fetch(page_refcount(page), 1, __ATOMIC_ACQ_REL);
	if (unlikely(left < 0))
		refuse_page(page, call, "nobody has a reference to it");
	return left == 0;
}

static void check_order(const struct page *page, unsigned int order)
{
	if (unlikely(page->order != order))
		kapi_bug("__free_pages() of page %p with order %u; it was "
			 "allocated with order %u",
			 (const void *)page, order, page->order);
}

void pf_free_pages(struct page *page, unsigned int order)
{
	bool is_compound;

	check_is_clients(page, "__free_pages()");
	if (unlikely((uintptr_t)page->link.next & 1))
		refuse_page(page, "__free_pages()",
			    "not the first frame of its compound page");
	check_order(page, order);
	is_compound = page->flags & PAGE_HEAD;
	if (order && !is_compound)
		page->order = 0; /* what is left if others have references */
	if (put_testzero(page, "__free_pages()"))
		frames_give(page, order);
	else if (!is_compound)
		while (order-- > 0)
			frames_give(page + (1UL << order), order);
}

void pf_refuse_reference(const struct page *page, const char *call)
{
	refuse_page(page, call, "nobody has a reference to it");
}

void pf_release_page(struct page *page)
{
	struct page *head;

	check_is_clients(page, "put_page()");
	head = page_head(page);
	check_is_clients(head, "put_page()");
	if (unlikely(head->order && !(head->flags & PAGE_HEAD)))
		kapi_warn("put_page() of the last reference to a block of "
			  "order %u that is not compound frees its first frame "
			  "alone; __free_pages() frees all",
			  head->order);
	frames_give(head, head->flags & PAGE_HEAD ? head->order : 0);
}

unsigned long pf_get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = pf_alloc_pages(gfp & ~__GFP_HIGHMEM, order);

	return page ? (unsigned long)page_to_addr(page) : 0;
}

void pf_free_pages_addr(unsigned long addr, unsigned int order)
{
	if (addr)
		pf_free_pages(pf_virt_to_page((void *)addr), order);
}

void pf_split_page(struct page *page, unsigned int order)
{
	size_t i;

	check_is_clients(page, "split_page()");
	if (page->flags & PAGE_HEAD || (uintptr_t)page->link.next & 1)
		refuse_page(page, "split_page()", "a compound page");
	if (*page_refcount(page) < 1)
		refuse_page(page, "split_page()", "nobody has a reference");
	check_order(page, order);
	page->order = 0;
	for (i = 1; i < 1UL << order; i++)
		*page_refcount(page + i) = 1;
}

void *pf_alloc_pages_exact(size_t size, gfp_t gfp)
{
	size_t nr_pages = bytes_to_pages(size), i;
	unsigned int order = order_of_pages(nr_pages);
	struct page *page;

	if (gfp & (__GFP_COMP | __GFP_HIGHMEM))
		kapi_warn("alloc_pages_exact() gives no compound pages and "
			  "none without an address");
	if (!size || size > PTRDIFF_MAX)
		return NULL;
	page = pf_alloc_pages(gfp & ~(__GFP_COMP | __GFP_HIGHMEM), order);
	if (!page)
		return NULL;
	pf_split_page(page, order);
	for (i = nr_pages; i < 1UL << order; i++)
		pf_free_pages(page + i, 0);
	return page_to_addr(page);
}

void pf_free_pages_exact(void *addr, size_t size)
{
	size_t nr_pages = bytes_to_pages(size), i;
	struct page *page = pf_virt_to_page(addr);

	for (i = 0; i < nr_pages; i++)
		pf_free_pages(page + i, 0);
}

unsigned long pf_alloc_pages_bulk(gfp_t gfp, unsigned long nr,
				  struct page **array)
{
	unsigned long i;

	for (i = 0; i < nr; i++) {
		if (!array[i])
			array[i] = pf_alloc_pages(gfp, 0);
		if (!array[i])
			break;
	}
	return i;
}

void *pf_page_address(const struct page *page)
{
	return is_highmem_page(page) ? kmap_address(page) : page_to_addr(page);
}

bool pf_virt_addr_valid(const void *addr)
{
	return is_direct_map_addr(addr) || is_dma_addr(addr);
}

struct page *pf_virt_to_page(const void *addr)
{
	if (likely(is_direct_map_addr(addr)))
		return virt_to_page(addr);
	if (!is_dma_addr(addr))
		kapi_bug(
			"virt_to_page(%p): not the permanent address of a "
			"frame; there are vmalloc_to_page() and kmap_to_page() "
			"for others",
			(void *)(uintptr_t)addr);
	return dma_virt_to_page(addr);
}

unsigned long pf_page_to_pfn(const struct page *page)
{
	return page_to_pfn(page);
}

struct page *pf_pfn_to_page(unsigned long pfn)
{
	return pfn_to_page((pfn_t)pfn);
}

bool pf_pfn_valid(unsigned long pfn)
{
	const struct page *page;

	if (pfn != (pfn_t)pfn)
		return false;
	page = pfn_to_page((pfn_t)pfn);
	return (pfn >= direct_map.first_pfn &&
		pfn < READ_ONCE(direct_map.limit)) ||
	       is_dma_page(page) || is_highmem_page(page);
}

uint64_t pf_virt_to_phys(const void *addr)
{
	size_t bytes = os_page_size();
	u64 frame;

	if (os_frame_number(addr, &frame))
		return UINT64_MAX;
	return frame * bytes + (uintptr_t)addr % bytes;
}

uint64_t pf_page_to_phys(const struct page *page)
{
	void *addr = pf_kmap_local_page(page);
	uint64_t phys;

	(void)READ_ONCE(*(char *)addr); /* there is a frame from now on */
	phys = pf_virt_to_phys(addr);
	pf_kunmap_local(addr);
	return phys;
}

unsigned int pf_page_zonenum(const struct page *page)
{
	return zone_of_page(page);
}

unsigned long pf_zone_nr_free(unsigned int zone)
{
	return zone < KAPI_NR_ZONES ? kapi_zone_nr_free(zone) : 0;
}

bool pf_pages_check(void)
{
	struct check_report report = {0};

	dma_check(&report);
	highmem_check(&report);
	if (report.nr_failed)
		report_line("%s does not hold (%s, line %u, %p)", report.first,
			    report.function, report.line, report.subject);
	return report.nr_failed == 0;
}
