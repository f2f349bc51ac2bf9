/* SPDX-License-Identifier: MIT */
/*
 * kmem.c - memory of any size: which layer serves it, which layer owns it
 *
 * Everything here runs on slow paths; the hot ones are sheaf_pop() and
 * sheaf_push().  Each function enters the gate, works on one layer, leaves.
 */
#include "kmem/kmem.h"

#include "kmem/emergency.h"
#include "os/conf.h"
#include "os/report.h"
#include "slab/barn.h"
#include "slab/gate.h"
#include "slab/node.h"
#include "slab/reclaimer.h"
#include "slab/steal.h"
#include "vmalloc/vmalloc.h"

/* Of a page block that becomes an area when it grows. */
#define AREA_MIN_PAGES (VMALLOC_MIN_BYTES >> PAGE_SHIFT)
/* From here on copying costs more than moving, there and back. */
#define LONG_MIN_PAGES (MIB(1) >> PAGE_SHIFT)

enum {
	NOT_READY,
	STARTING,
	READY,
	FAILED
};

void (*kmem_fork_child_hook)(void);
struct page *(*kmem_far_page_hook)(const void *p);
char *kmem_clients_start;
char *kmem_clients_end;

static u32 state;
static __thread os_signals fork_signals
	__attribute__((tls_model("initial-exec")));

/* False when somebody else is at it. */
static bool init_once(void)
{
	u32 expected = NOT_READY;

	if (!__atomic_compare_exchange_n(&state, &expected, STARTING, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return expected != STARTING;
	conf_init();
	if (span_init()) {
		/* Every request will fail; nothing can be said about why. */
		store_release(&state, FAILED);
		return true;
	}
	zone_init(&zone_normal);
	kmem_caches_init(0);
	vmalloc_init();
	threads_init();
	store_release(&state, READY);
	return true;
}

void kmem_init(void)
{
	unsigned int round;

	if (load_acquire(&state) >= READY || init_once())
		return;
	for (round = 0; load_acquire(&state) == STARTING; round++)
		os_wait_turn(round);
}

bool kmem_try_init(void)
{
	return init_once() && kmem_is_ready();
}

bool kmem_is_ready(void)
{
	return load_acquire(&state) == READY;
}

static struct tcache *enter(void)
{
	if (unlikely(load_acquire(&state) != READY)) {
		kmem_init();
		if (state == FAILED)
			return NULL;
	}
	return gate_enter();
}

static enum kmem_status status_of(const struct bad_free *bad, void **culprit)
{
	*culprit = bad->object;
	if (likely(!bad->object))
		return KMEM_OK;
	switch (bad->kind) {
	case OBJECT_INTERIOR:
		return KMEM_INTERIOR;
	case OBJECT_WRONG_CLASS:
	case OBJECT_ALREADY_FREE:
	case OBJECT_OK:
		break;
	}
	return KMEM_ALREADY_FREE;
}

/* Objects in the barn hold frames between which larger blocks would fit. */
static void defragment(void)
{
	struct bad_free bad = {NULL, OBJECT_OK};
	struct tcache *tc;

	WRITE_ONCE(zone_normal.is_fragmented, false);
	tc = gate_enter();
	if (!tc)
		return;
	barn_flush(tc, &bad);
	pcp_drain(&tc->pcp, &zone_normal);
	gate_leave(tc);
	bad_free_keep(&bad);
}

static void free_one(void *p)
{
	struct bad_free bad = {NULL, OBJECT_ALREADY_FREE};

	if (kmem_free_slow(p, &bad.object) != KMEM_OK)
		bad_free_keep(&bad);
}

/* Areas that were lazily freed and that nobody has needed since. */
static void recall_unneeded(void)
{
	struct tcache *tc = gate_enter();

	if (!tc)
		return;
	zone_recall(&zone_normal, pf_conf.decay_ms);
	gate_leave(tc);
}

void kmem_look_ahead(void)
{
	if (unlikely(READ_ONCE(zone_normal.recall)))
		recall_unneeded();
	if (unlikely(READ_ONCE(zone_normal.is_fragmented)))
		defragment();
	if (unlikely(emergency_has_deferred()))
		emergency_free_deferred(free_one);
	if (os_has_one_thread())
		return;
	if (unlikely(reclaimer_wanted()))
		reclaimer_start();
}

bool kmem_find_memory(void)
{
	struct bad_free bad = {NULL, OBJECT_OK};
	size_t released;
	struct tcache *tc;

	if (state != READY)
		return false;
	caches_drain(&bad);
	bad_free_keep(&bad);
	tc = gate_enter();
	if (!tc)
		return false;
	released = zone_release(&zone_normal);
	gate_leave(tc);
	return released > 0;
}

static void *refill(unsigned int class)
{
	struct tcache *tc = enter();
	size_t size = class_size(class);
	void *object;

	/* At a multiple of what its place in a slab would be one of. */
	if (unlikely(!tc))
		return emergency_alloc(size, size & -size);
	object = barn_alloc(tc, barn_class_for(tc, class));
	gate_leave(tc);
	kmem_look_ahead();
	return object;
}

static void *block_of(struct page *page, size_t nr_pages)
{
	page->nr = (u32)nr_pages;
	store_release(&page->type, PAGE_BLOCK);
	return page_to_virt(page);
}

static bool is_block_at(const struct page *page, const void *p)
{
	return load_acquire(&page->type) == PAGE_BLOCK &&
	       (uintptr_t)p % PAGE_SIZE == 0;
}

/* Most blocks are freed and allocated again by the same thread. */
static __always_inline void *alloc_cached_block(size_t size)
{
	size_t nr_pages = bytes_to_pages(size);
	struct tcache *tc;
	struct page *page;
	void *p;

	if (nr_pages > PCP_MAX_LONG_PAGES)
		return NULL;
	tc = gate_enter_quickly();
	if (unlikely(!tc))
		return NULL;
	page = pcp_try_alloc(&tc->pcp, nr_pages);
	p = likely(page) ? block_of(page, nr_pages) : NULL;
	gate_leave_quickly(tc);
	return p;
}

bool kmem_free_block(void *p)
{
	struct page *page;
	struct tcache *tc;
	bool is_free;

	if (unlikely(!is_direct_map_addr(p)))
		return false;
	page = virt_to_page(p);
	if (unlikely(!is_block_at(page, p) || kept_bad_free.object))
		return false;
	tc = gate_enter_quickly();
	if (unlikely(!tc))
		return false;
	is_free = pcp_try_free(&tc->pcp, &zone_normal, page, page->nr);
	gate_leave_quickly(tc);
	return is_free;
}

static void *alloc_block(struct tcache *tc, size_t nr_pages,
			 unsigned int min_order, bool *is_zero)
{
	struct page *page;

	if (min_order)
		page = zone_alloc_pages(&zone_normal, nr_pages, min_order);
	else
		page = pcp_alloc(&tc->pcp, &zone_normal, nr_pages);
	if (!page)
		return NULL;
	*is_zero = !page_is_warm(page);
	return block_of(page, nr_pages);
}

static void *alloc_long_warm(struct tcache *tc, size_t nr_pages)
{
	struct page *page = zone_alloc_warm_pages(&zone_normal, nr_pages);

	if (!page && tc->pcp.nr_long) {
		pcp_drain_long(&tc->pcp, &zone_normal);
		page = zone_alloc_warm_pages(&zone_normal, nr_pages);
	}
	return page ? block_of(page, nr_pages) : NULL;
}

/*
 * More than threads keep for themselves.  Where warm frames would do, but do
 * not lie side by side, the request is an area's.
 */
static void *alloc_long(struct tcache *tc, size_t nr_pages, bool *is_zero)
{
	void *p = alloc_long_warm(tc, nr_pages);

	if (p) {
		*is_zero = false;
		return p;
	}
	if (VMALLOC_HAS_ROOM && vmalloc_can_move() &&
	    zone_is_scattered(&zone_normal, nr_pages, ilog2(AREA_MIN_PAGES)))
		p = vmalloc_bytes(nr_pages << PAGE_SHIFT, PAGE_SIZE, is_zero);
	return p ? p : alloc_block(tc, nr_pages, 0, is_zero);
}

static void *alloc_large(size_t size, size_t align, bool *is_zero)
{
	size_t nr_pages = bytes_to_pages(size ? size : 1);
	struct tcache *tc = enter();
	void *p;

	if (unlikely(!tc)) {
		*is_zero = true;
		return emergency_alloc(size, align);
	}
	if (nr_pages > PCP_MAX_LONG_PAGES && nr_pages <= MAX_ORDER_NR_PAGES &&
	    align <= PAGE_SIZE)
		p = alloc_long(tc, nr_pages, is_zero);
	else if (nr_pages <= MAX_ORDER_NR_PAGES && align <= KMEM_MAX_BLOCK)
		p = alloc_block(tc, nr_pages,
				order_of_pages(bytes_to_pages(align)), is_zero);
	else
		p = vmalloc_bytes(nr_pages << PAGE_SHIFT, align, is_zero);
	gate_leave(tc);
	kmem_look_ahead();
	return p;
}

static pf_noinline void *alloc_uncached(size_t size, size_t align,
					bool *is_zero)
{
	void *p = alloc_large(size, align, is_zero);

	if (unlikely(!p) && kmem_find_memory())
		p = alloc_large(size, align, is_zero);
	return p;
}

void *kmem_alloc_large(size_t size, size_t align, bool *is_zero)
{
	void *p = align <= PAGE_SIZE ? alloc_cached_block(size) : NULL;

	if (likely(p)) {
		*is_zero = false;
		return p;
	}
	return alloc_uncached(size, align, is_zero);
}

static pf_noinline void *alloc_object(size_t size)
{
	unsigned int class = size_to_class(size);
	void *p;

	sheaf_undo_pop(class);
	p = refill(class);
	if (unlikely(!p) && kmem_find_memory())
		p = refill(class);
	return p;
}

static pf_noinline void *alloc_not_zeroed(size_t size)
{
	bool is_zero = false;

	return alloc_uncached(size, PAGE_SIZE, &is_zero);
}

void *kmem_alloc_slow(size_t size)
{
	void *p;

	if (size <= KMALLOC_MAX_CACHE_SIZE)
		return alloc_object(size);
	p = alloc_cached_block(size);
	return likely(p) ? p : alloc_not_zeroed(size);
}

/* The first frame of the block around @page that has a type, or NULL. */
static struct page *block_around(struct page *page)
{
	pfn_t pfn = page_to_pfn(page);
	pfn_t lowest = pfn & ~order_mask(MAX_PAGE_ORDER);

	for (;; page--, pfn--) {
		if (page->type != PAGE_NONE)
			return page;
		if (pfn == lowest)
			return NULL;
	}
}

static enum kmem_status inspect_frame(const void *p, size_t *size)
{
	struct page *page = virt_to_page(p);

	if (is_block_at(page, p)) {
		*size = (size_t)page->nr << PAGE_SHIFT;
		return KMEM_OK;
	}
	page = block_around(page);
	if (!page)
		return KMEM_NOT_IN_USE;
	switch (page->type) {
	case PAGE_BLOCK:
		return (char *)p < (char *)page_to_virt(page) +
					       ((size_t)page->nr << PAGE_SHIFT)
			       ? KMEM_INTERIOR
			       : KMEM_NOT_IN_USE;
	case PAGE_PCP:
		return p == page_to_virt(page) ? KMEM_ALREADY_FREE
					       : KMEM_NOT_IN_USE;
	case PAGE_CLIENT:
		return KMEM_CLIENT_PAGE;
	default:
		return KMEM_NOT_IN_USE;
	}
}

static pf_cold enum kmem_status what_is_wrong_with(const void *p)
{
	struct object_facts facts;

	slab_describe(p, &facts);
	if (!facts.object)
		return KMEM_NOT_IN_USE;
	return facts.object != p ? KMEM_INTERIOR : KMEM_ALREADY_FREE;
}

static enum kmem_status inspect_area(const void *p, size_t *size)
{
	struct vmap_area *area = find_vmap_area(p);

	if (!area)
		return KMEM_NOT_IN_USE;
	if (area->is_lazy)
		return area->va_start == p ? KMEM_ALREADY_FREE
					   : KMEM_NOT_IN_USE;
	if (area->va_start != p)
		return (char *)p < area->va_start + area->bytes
			       ? KMEM_INTERIOR
			       : KMEM_NOT_IN_USE;
	*size = area->bytes;
	return KMEM_OK;
}

enum kmem_status kmem_usable_size(const void *p, size_t *size)
{
	*size = kmem_small_size(p);
	if (likely(*size))
		return KMEM_OK;
	if (is_direct_map_addr(p))
		return byte_map()[virt_to_pfn(p)] ? what_is_wrong_with(p)
						  : inspect_frame(p, size);
	if (is_vmalloc_addr(p))
		return inspect_area(p, size);
	if (is_emergency_addr(p))
		return emergency_usable_size(p, size);
	if (virt_to_pfn(p) >= direct_map.end_pfn)
		return KMEM_FOREIGN;
	return KMEM_NOT_IN_USE; /* metadata, or not online yet */
}

/* Leave the gate after a free; caches that it emptied may tell of another. */
static enum kmem_status
leave_after_free(struct tcache *tc, enum kmem_status status, void **culprit)
{
	gate_leave(tc);
	if (likely(!kept_bad_free.object) || status != KMEM_OK)
		return status;
	return status_of(&kept_bad_free, culprit);
}

static pf_noinline enum kmem_status free_object(unsigned int class, void *p,
						void **culprit)
{
	struct bad_free bad = {NULL, OBJECT_OK};
	bool is_stranger = !thread_heap.tcache; /* see barn.c */
	struct tcache *tc = enter();

	if (unlikely(!tc)) {
		emergency_defer(p);
		return KMEM_OK;
	}
	if (is_stranger)
		barn_put_objects(tc, class, &p, 1, &bad);
	else
		barn_free(tc, class, p, &bad);
	return leave_after_free(tc, status_of(&bad, culprit), culprit);
}

static pf_noinline enum kmem_status free_area(void *p, void **culprit)
{
	struct tcache *tc = enter();
	enum kmem_status status;
	size_t size;

	if (unlikely(!tc)) {
		emergency_defer(p);
		return KMEM_OK;
	}
	status = inspect_area(p, &size);
	if (status == KMEM_OK)
		vfree_area(find_vmap_area(p));
	return leave_after_free(tc, status, culprit);
}

static pf_noinline enum kmem_status free_elsewhere(void *p, void **culprit)
{
	size_t size;

	if (!p)
		return KMEM_OK;
	if (is_vmalloc_addr(p))
		return free_area(p, culprit);
	if (is_emergency_addr(p))
		return emergency_free(p);
	return kmem_usable_size(p, &size);
}

static pf_noinline enum kmem_status free_block(void *p, void **culprit)
{
	struct tcache *tc = enter();
	enum kmem_status status;
	size_t size;

	if (unlikely(!tc)) {
		emergency_defer(p);
		return KMEM_OK;
	}
	status = inspect_frame(p, &size);
	if (status == KMEM_OK)
		pcp_free(&tc->pcp, &zone_normal, virt_to_page(p),
			 size >> PAGE_SHIFT);
	return leave_after_free(tc, status, culprit);
}

enum kmem_status kmem_free_slow(void *p, void **culprit)
{
	u8 class;

	*culprit = p;
	if (unlikely(!is_direct_map_addr(p)))
		return free_elsewhere(p, culprit);
	class = byte_map()[virt_to_pfn(p)];
	return class ? free_object(class, p, culprit) : free_block(p, culprit);
}

/* Of the frames behind a long block: not while there are warm ones elsewhere, or
 * may be in areas that were freed. */
static bool may_be_cold(size_t old, size_t nr_pages)
{
	return old < AREA_MIN_PAGES || nr_pages < LONG_MIN_PAGES ||
	       !VMALLOC_HAS_ROOM || !vmalloc_can_move() ||
	       (!READ_ONCE(zone_normal.recall) &&
		!zone_is_scattered(&zone_normal,
				   max_size(nr_pages - old, AREA_MIN_PAGES),
				   ilog2(AREA_MIN_PAGES)));
}

static bool resize_block(struct page *page, size_t nr_pages, bool may_take_cold)
{
	size_t old = page->nr;

	if (nr_pages > MAX_ORDER_NR_PAGES)
		return false;
	if (nr_pages < old)
		zone_free_pages(&zone_normal, page + nr_pages, old - nr_pages);
	else if (nr_pages > old && !zone_extend_pages(&zone_normal, page, old,
						      nr_pages, may_take_cold))
		return false;
	page->nr = (u32)nr_pages;
	return true;
}

static void *resize_area(struct vmap_area *area, size_t size)
{
	if (size <= area->bytes && area->bytes - size <= vmalloc_slack(area))
		return area->va_start;
	return size > area->bytes || size >= LONG_MIN_PAGES << PAGE_SHIFT
		       ? vmalloc_resize(area, size, true)
		       : NULL;
}

/*
 * A block that finds no room may as well be copied to warm frames, if it is not
 * long; an area's pages go home again, and each way costs.
 */
static bool wants_area(const struct page *page, size_t nr_pages)
{
	return page->nr >= AREA_MIN_PAGES &&
	       (nr_pages >= LONG_MIN_PAGES ||
		!zone_has_warm(&zone_normal, nr_pages));
}

static void *resize_or_move(void *p, size_t size)
{
	size_t nr_pages = bytes_to_pages(size);
	struct page *page;
	void *moved;

	if (is_vmalloc_addr(p))
		return resize_area(find_vmap_area(p), size);
	if (byte_map()[virt_to_pfn(p)])
		return NULL;
	page = virt_to_page(p);
	if (resize_block(page, nr_pages, may_be_cold(page->nr, nr_pages)))
		return p;
	if (!wants_area(page, nr_pages))
		return NULL;
	moved = vmalloc_from_block(page, size);
	if (moved)
		return moved;
	return resize_block(page, nr_pages, true) ? p : NULL;
}

static bool grows(const void *p, size_t size)
{
	size_t old;

	return kmem_usable_size(p, &old) == KMEM_OK && size > old;
}

void *kmem_resize(void *p, size_t size)
{
	struct tcache *tc;
	void *result;

	if (is_emergency_addr(p))
		return NULL;
	tc = enter();
	if (!tc)
		return NULL;
	if (size > VMALLOC_MIN_BYTES && grows(p, size))
		pcp_drain_long(&tc->pcp, &zone_normal);
	result = resize_or_move(p, size);
	gate_leave(tc);
	return result;
}

size_t kmem_good_size(size_t size)
{
	if (size <= KMALLOC_MAX_CACHE_SIZE)
		return class_size(size_to_class(size));
	if (size > PTRDIFF_MAX)
		return 0;
	return align_up(size, PAGE_SIZE);
}

size_t kmem_trim(enum kmem_status *status, void **culprit)
{
	struct bad_free bad = {NULL, OBJECT_OK};
	size_t nr_pages = 0;
	struct tcache *tc;

	*status = KMEM_OK;
	kmem_init();
	if (state == READY) {
		caches_drain(&bad);
		tc = gate_enter();
		if (tc) {
			nr_pages = zone_reclaim(&zone_normal, SIZE_MAX);
			gate_leave(tc);
		}
		*status = status_of(&bad, culprit);
	}
	return nr_pages << PAGE_SHIFT;
}

void kmem_fork_prepare(void)
{
	kmem_init();
	gate_close(GATE_FORK, &fork_signals);
	/* The child could not tell: none of the others exists there. */
	threads_find_gone();
}

void kmem_fork_parent(void)
{
	gate_open(&fork_signals);
}

void kmem_fork_child(void)
{
	bool is_torn = gate_is_torn();

	if (is_torn)
		lock_keep_orphans();
	lock_reset_orphan(&zone_normal.lock);
	vmalloc_reset();
	sheaf_pool_reset();
	nodes_reset();
	if (kmem_fork_child_hook)
		kmem_fork_child_hook();
	if (!is_torn)
		threads_adopt_orphans();
	gate_reset(&fork_signals);
	reclaimer_reset();
	emergency_reset();
}

bool kmem_check(struct check_report *report)
{
	unsigned int class;
	u32 node;

	if (!kmem_is_ready() || gate_is_torn())
		return check_report_clean(report);
	for (node = 0; node < READ_ONCE(nr_nodes); node++) {
		for (class = 1; class < NR_CLASSES; class ++)
			slab_check(cache_of(node, class), report);
	}
	vmalloc_check(report);
	lock_acquire(&zone_normal.lock);
	zone_check(&zone_normal, report);
	lock_release(&zone_normal.lock);
	return check_report_clean(report);
}
