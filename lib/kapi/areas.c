/* SPDX-License-Identifier: MIT */
/*
 * areas.c - areas of whole pages, from one page up, for clients
 *
 * What it does.  An area is a run of pages in a range of its own (range.h), and
 * a guard page behind it.  lib/vmalloc serves malloc in units of 4 MiB, for
 * arrays whose pages shall move; here 32,768 areas of one page are a thing that
 * drivers do, each page wants a struct page, and is_vmalloc_addr() must be a
 * comparison.
 *
 * One mapping.  The range is mapped upward in steps of 16 MiB that the system
 * sees as one mapping, whatever lies in it: an area is two bits of bitmaps, and
 * a guard page is a mark in the page table (MADV_GUARD_INSTALL, Linux 6.13),
 * where mprotect() would make two mappings more of it and vm.max_map_count is
 * 65530.  Without it the first GUARDS_BY_PROTECTION areas have guards by
 * mprotect(), and the others a page that nobody is given.
 *
 *	used   1 1 1 1  1 1  0 0 0 0    pages that somebody has, and guards
 *	first  1 0 0 0  1 0  0 0 0 0    where areas start
 *	       \area/ g \a/g
 *
 * Freed areas turn into guards as a whole: their memory is the system's at
 * once, and who reads or writes there faults.  Their addresses are used again
 * after the next purge, when 32 MiB and more for each doubling of CPUs wait, or
 * when nothing else is left.
 *
 * struct page.  A page of the range has its record in an array, by its number.
 * It is a frame whose address is that of the area: page_address() says so.  A
 * record is 0 until somebody asks for it, so an area of which nobody does costs
 * none.  The first page's tells which area starts there: page->nr.
 *
 * Invariants, walked by kapi_vmalloc_check():
 *	1. A page with its bit in `first` has its bit in `used`, and names an
 *	   area that starts there.
 *	2. All pages of that area and its guard are in `used`, and no other area
 *	   starts there.
 *	3. The pages of live areas add up to nr_pages.
 *
 * Locking.  One lock; what frees in a signal handler is pushed to a stack.
 */
#include "kapi/areas.h"

#include <string.h>

#include "kapi/cache.h"
#include "kapi/pages.h"
#include "kapi/vmalloc.h"
#include "kapi/zones.h"
#include "os/os.h"
#include "os/report.h"
#include "page/span.h"
#include "pfmalloc/slab.h"
#include "slab/gate.h"

#define GROW_PAGES	     4096UL /* 16 MiB */
#define GUARDS_BY_PROTECTION 8192
#define LAZY_PAGES	     (MIB(32) >> PAGE_SHIFT)

static struct {
	struct lock lock;
	size_t mapped; /* pages, from the start of the range */
	size_t lowest; /* no free page is below this one */
	size_t nr_pages;
	size_t nr_lazy; /* pages of what waits for the purge */
	size_t nr_protected;
	bool has_guards;    /* there may be some */
	bool has_no_guards; /* the system does not know them */
	struct varea *lazy;
} vm = {
	.lock = LOCK_INIT(LOCK_RANK_VMALLOC),
};

/* Freed where nothing more could be done. */
static struct varea *deferred;

static u64 *used_bits(void)
{
	return (u64 *)kapi_range.bitmaps;
}

static u64 *first_bits(void)
{
	return (u64 *)(kapi_range.bitmaps + kapi_range.bitmap_bytes);
}

static bool get_bit(const u64 *bits, size_t i)
{
	return READ_ONCE(bits[i / 64]) >> i % 64 & 1;
}

static void set_bit(u64 *bits, size_t i)
{
	WRITE_ONCE(bits[i / 64], bits[i / 64] | 1ULL << i % 64);
}

static void clear_bit(u64 *bits, size_t i)
{
	WRITE_ONCE(bits[i / 64], bits[i / 64] & ~(1ULL << i % 64));
}

static struct page *record_of(size_t index)
{
	return kapi_range.pages + index;
}

/* Records are found by 32 bits: their distance in units of 64 bytes. */
static u32 handle_of(const struct varea *area)
{
	return (u32)((size_t)((const char *)area - kapi_range.records) /
		     META_UNIT);
}

static struct varea *area_at(size_t first)
{
	u32 handle = load_acquire(&record_of(first)->nr);

	return (struct varea *)(kapi_range.records +
				(size_t)handle * META_UNIT);
}

/* The area that starts at page @index, or NULL. */
struct varea *varea_starting_at(size_t index)
{
	if (index >= READ_ONCE(vm.mapped) || !get_bit(first_bits(), index))
		return NULL;
	return area_at(index);
}

struct varea *varea_around(const void *addr)
{
	struct varea *area;
	size_t i, word;
	u64 bits;

	if (!is_area_addr(addr))
		return NULL;
	i = varea_index(addr);
	if (i >= READ_ONCE(vm.mapped))
		return NULL;
	word = i / 64;
	bits = READ_ONCE(first_bits()[word]) & (~0ULL >> (63 - i % 64));
	while (!bits && word--)
		bits = READ_ONCE(first_bits()[word]);
	if (!bits)
		return NULL;
	area = area_at(word * 64 + 63 - (size_t)__builtin_clzll(bits));
	return i < area->first + area->nr_pages ? area : NULL;
}

/* The number of pages from @i on, up to @nr, that nobody has. */
static size_t free_run(size_t i, size_t nr)
{
	size_t n = 0;

	while (n < nr) {
		u64 bits = used_bits()[(i + n) / 64] >> (i + n) % 64;
		size_t left = 64 - (i + n) % 64;

		if (bits)
			return min_size(n + lowest_bit(bits), nr);
		n += left;
	}
	return nr;
}

/* The next page from @i on that nobody has. */
static size_t next_free(size_t i)
{
	while (i < kapi_range.nr_pages) {
		u64 bits = ~used_bits()[i / 64] >> i % 64;

		if (bits)
			return i + lowest_bit(bits);
		i = (i / 64 + 1) * 64;
	}
	return i;
}

/* The lowest run of @nr pages, the first of which is aligned; or SIZE_MAX. */
static size_t find_run(size_t nr, size_t align_pages)
{
	size_t base = (uintptr_t)kapi_range.vmalloc_start >> PAGE_SHIFT;
	size_t i = vm.lowest;

	for (;;) {
		size_t n;

		i = next_free(i);
		i = align_up(base + i, align_pages) - base;
		if (nr > kapi_range.nr_pages || i > kapi_range.nr_pages - nr)
			return SIZE_MAX;
		n = free_run(i, nr);
		if (n == nr)
			return i;
		i += n + 1;
	}
}

static bool map_more(size_t nr)
{
	char *start = varea_address(vm.mapped);

	/* Records that are mapped already, by an attempt that went no further,
	 * are as good as new. */
	if (kapi_map(start, nr << PAGE_SHIFT))
		return false;
	if (span_map_records(record_of(vm.mapped), nr >> MAX_PAGE_ORDER)) {
		os_unmap(start, nr << PAGE_SHIFT);
		return false;
	}
	os_advise_huge(start, nr << PAGE_SHIFT, false);
	store_release(&vm.mapped, vm.mapped + nr);
	return true;
}

static bool map_up_to(size_t end)
{
	size_t nr;

	if (end <= vm.mapped)
		return true;
	nr = align_up(end - vm.mapped, GROW_PAGES);
	return map_more(min_size(nr, kapi_range.nr_pages - vm.mapped));
}

static void take_run(size_t first, size_t nr)
{
	size_t i;

	for (i = first; i < first + nr; i++)
		set_bit(used_bits(), i);
	if (first == vm.lowest)
		vm.lowest = first + nr;
}

static void give_run(size_t first, size_t nr)
{
	size_t i;

	for (i = first; i < first + nr; i++)
		clear_bit(used_bits(), i);
	if (first < vm.lowest)
		vm.lowest = first;
}

static bool guard(size_t first, size_t nr)
{
	if (vm.has_no_guards)
		return false;
	if (os_guard(varea_address(first), nr << PAGE_SHIFT) == 0) {
		vm.has_guards = true;
		return true;
	}
	/* Locked memory has none, mlockall(2), but may have had. */
	vm.has_no_guards = !vm.has_guards;
	return false;
}

static void guard_end(struct varea *area)
{
	size_t end = area->first + area->nr_pages;

	if (guard(end, 1) || vm.nr_protected >= GUARDS_BY_PROTECTION)
		return;
	if (os_protect(varea_address(end), PAGE_SIZE, false))
		return;
	area->is_protected = true;
	vm.nr_protected++;
}

/* The memory of a freed area is the system's, and nobody's to touch. */
static void bury(struct varea *area)
{
	char *start = varea_address(area->first);
	size_t bytes = area->nr_pages << PAGE_SHIFT;

	if (area->is_huge)
		os_advise_huge(start, bytes, false);
	if (area->kind == AREA_MAPPED) {
		BUG_ON(os_map_over(start, bytes));
		/* As what lies around it, so that it is one mapping again. */
		os_advise_huge(start, bytes, false);
	}
	if (!guard(area->first, area->nr_pages))
		os_discard(start, bytes);
}

/* And may be used again. */
static void unearth(struct varea *area)
{
	size_t nr = area->nr_pages + 1;

	if (vm.has_guards)
		os_unguard(varea_address(area->first), nr << PAGE_SHIFT);
	if (area->is_protected) {
		os_protect(varea_address(area->first + area->nr_pages),
			   PAGE_SIZE, true);
		vm.nr_protected--;
	}
	give_run(area->first, nr);
}

/* _refcount and _mapcount are the halves of taken_bits[3] (layout.h). */
static u32 *refcount_of(struct page *page)
{
	return (u32 *)&page->taken_bits[3];
}

struct page *varea_page(struct varea *area, size_t index)
{
	struct page *page = record_of(index);
	u32 none = 0;

	WRITE_ONCE(area->has_records, true);
	WRITE_ONCE(page->type, PAGE_CLIENT);
	if (!__atomic_load_n(refcount_of(page), __ATOMIC_ACQUIRE)) {
		WRITE_ONCE(refcount_of(page)[1], (u32)-1);
		__atomic_compare_exchange_n(refcount_of(page), &none, 1, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	}
	return page;
}

/* Whether somebody has a reference to one of the pages, beside the area. */
static bool has_references(struct varea *area)
{
	size_t i;

	if (!area->has_records)
		return false;
	for (i = 0; i < area->nr_pages; i++) {
		if (READ_ONCE(*refcount_of(record_of(area->first + i))))
			return true;
	}
	return false;
}

static void drop_references(struct varea *area)
{
	size_t i;

	if (!area->has_records)
		return;
	for (i = 0; i < area->nr_pages; i++) {
		u32 *count = refcount_of(record_of(area->first + i));

		if (READ_ONCE(*count))
			__atomic_fetch_sub(count, 1, __ATOMIC_ACQ_REL);
	}
}

static void clear_records(struct varea *area)
{
	size_t nr = area->has_records ? area->nr_pages : 1;

	memset(record_of(area->first), 0, nr * sizeof(struct page));
}

/* Others may be about to choose the range: nothing of it is mapped then. */
bool vmalloc_page_is_mapped(const struct page *page)
{
	size_t nr = load_acquire(&vm.mapped);

	return nr && page >= kapi_range.pages && page < kapi_range.pages + nr;
}

void *vmalloc_page_address(const struct page *page)
{
	if (!vmalloc_page_is_mapped(page))
		return NULL;
	return varea_address((size_t)(page - kapi_range.pages));
}

/* Give the addresses of freed areas back.  Return: whether there were any. */
static bool purge_locked(void)
{
	struct varea *area = vm.lazy, *next;
	bool found = false;

	vm.lazy = NULL;
	vm.nr_lazy = 0;
	for (; area; area = next) {
		next = area->next;
		if (has_references(area)) {
			area->next = vm.lazy;
			vm.lazy = area;
			continue;
		}
		if (area->has_records)
			bury(area);
		clear_records(area);
		unearth(area);
		meta_free(area, sizeof(*area));
		found = true;
	}
	return found;
}

static size_t max_lazy(void)
{
	static size_t max;

	if (!max)
		max = LAZY_PAGES * (ilog2(os_nr_cpus()) + 1);
	return max;
}

static void end_locked(struct varea *area)
{
	if (area->kind == AREA_MEMORY) {
		vm.nr_pages -= area->nr_pages;
		zones_uncharge(KAPI_HIGHMEM, area->nr_high);
		zones_uncharge(KAPI_NORMAL, area->nr_pages - area->nr_high);
	}
	clear_bit(first_bits(), area->first);
	drop_references(area);
	if (!has_references(area))
		bury(area);
	vm.nr_lazy += area->nr_pages + 1;
	area->next = vm.lazy;
	vm.lazy = area;
	if (vm.nr_lazy > max_lazy())
		purge_locked();
}

static void defer(struct varea *area)
{
	area->next = READ_ONCE(deferred);
	while (!__atomic_compare_exchange_n(&deferred, &area->next, area, true,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

static void end_deferred(void);

static bool place_locked(struct varea *area, size_t align)
{
	size_t nr = area->nr_pages + 1;
	size_t first = find_run(nr, align >> PAGE_SHIFT);

	if (first == SIZE_MAX && purge_locked())
		first = find_run(nr, align >> PAGE_SHIFT);
	if (first == SIZE_MAX || !map_up_to(first + nr))
		return false;
	take_run(first, nr);
	area->first = first;
	guard_end(area);
	store_release(&record_of(first)->nr, handle_of(area));
	set_bit(first_bits(), first);
	if (area->kind == AREA_MEMORY)
		vm.nr_pages += area->nr_pages;
	return true;
}

/* An area of @nr_pages with addresses; or NULL. */
struct varea *varea_new(size_t nr_pages, size_t align, enum area_kind kind,
			unsigned long flags, const void *caller)
{
	struct tcache *tc;
	struct varea *area;
	bool is_placed;

	end_deferred();
	tc = kapi_enter();
	if (!tc)
		return NULL;
	area = meta_alloc(sizeof(*area), true);
	if (!area)
		goto out;
	area->nr_pages = nr_pages;
	area->kind = (u8)kind;
	lock_acquire(&vm.lock);
	is_placed = place_locked(area, align);
	lock_release(&vm.lock);
	if (!is_placed) {
		meta_free(area, sizeof(*area));
		area = NULL;
		goto out;
	}
	area->vm.addr = varea_address(area->first);
	area->vm.size = (nr_pages + 1) << PAGE_SHIFT;
	area->vm.flags = flags;
	area->vm.nr_pages = (unsigned int)nr_pages;
	area->vm.caller = caller;
out:
	gate_leave(tc);
	return area;
}

/* What vfree() has to give back beside the area. */
struct baggage {
	struct page **pages;
	unsigned int nr;
	bool are_put;
};

static struct baggage unpack(struct vm_struct *ended, bool is_unmap)
{
	struct baggage bag = {ended->pages, ended->nr_pages,
			      ended->flags & PF_VM_MAP_PUT_PAGES};

	if (is_unmap && bag.are_put) /* they stay the caller's */
		bag = (struct baggage){NULL, 0, false};
	ended->pages = NULL;
	return bag;
}

static void put_baggage(const struct baggage *bag)
{
	unsigned int i;

	if (bag->are_put) {
		for (i = 0; i < bag->nr; i++)
			pf_free_pages(bag->pages[i], 0);
	}
	if (bag->pages)
		pf_kvfree(bag->pages);
}

void varea_end(struct varea *area, bool is_atomic)
{
	struct baggage bag = {NULL, 0, false};
	struct tcache *tc = NULL;

	if (!is_atomic && !gate_is_inside())
		tc = kapi_enter();
	if (!tc) {
		defer(area);
		return;
	}
	bag = unpack(&area->vm, area->is_unmap);
	lock_acquire(&vm.lock);
	end_locked(area);
	lock_release(&vm.lock);
	gate_leave(tc);
	put_baggage(&bag);
	end_deferred();
}

/* What was freed where nothing more could be done; outside of the gate. */
static void end_deferred(void)
{
	struct varea *area, *next;

	if (!READ_ONCE(deferred))
		return;
	area = __atomic_exchange_n(&deferred, NULL, __ATOMIC_ACQUIRE);
	for (; area; area = next) {
		next = area->next;
		varea_end(area, false);
	}
}

/* The area that starts at @addr, which nobody else frees; or NULL. */
struct varea *varea_claim(const void *addr, bool is_unmap)
{
	struct varea *area = NULL;

	if (is_area_addr(addr))
		area = varea_starting_at(varea_index(addr));
	/* What is unmapped there is a view of it. */
	if (!area || (is_unmap && area->kind == AREA_MEMORY) ||
	    __atomic_exchange_n(&area->is_freed, 1, __ATOMIC_ACQ_REL))
		return NULL;
	area->is_unmap = is_unmap;
	return area;
}

void varea_free(const void *addr, enum varea_ending how)
{
	static const char *const calls[] = {
		[VAREA_FREE] = "vfree",
		[VAREA_FREE_ATOMIC] = "vfree",
		[VAREA_UNMAP] = "vunmap",
		[VAREA_UNMAP_RAM] = "vm_unmap_ram",
	};
	bool is_unmap = how == VAREA_UNMAP || how == VAREA_UNMAP_RAM;
	const char *call = calls[how];
	struct varea *area;
	struct view *view;

	if (!addr)
		return;
	if ((uintptr_t)addr % PAGE_SIZE) {
		report_line("WARNING: Trying to %s() bad address (%p)", call,
			    addr);
		return;
	}
	area = varea_claim(addr, is_unmap);
	if (area) {
		varea_end(area, how == VAREA_FREE_ATOMIC);
		return;
	}
	view = view_claim(addr, is_unmap);
	if (view) {
		struct baggage bag = unpack(&view->vm, is_unmap);

		view_release(view);
		put_baggage(&bag);
		return;
	}
	report_line("WARNING: Trying to %s() nonexistent vm area (%p)", call,
		    addr);
}

unsigned long pf_vmalloc_nr_pages(void)
{
	return READ_ONCE(vm.nr_pages);
}

void kapi_vmalloc_reset(void)
{
	lock_reset_orphan(&vm.lock);
}

bool kapi_vmalloc_check(struct check_report *report)
{
	size_t i, j, nr_pages = 0;

	lock_acquire(&vm.lock);
	for (i = 0; i < vm.mapped; i++) {
		struct varea *area;

		if (!get_bit(first_bits(), i))
			continue;
		area = area_at(i);
		CHECK(area->first == i, report, area);
		for (j = 0; j <= area->nr_pages; j++) {
			CHECK(get_bit(used_bits(), i + j), report, area);
			CHECK(!j || !get_bit(first_bits(), i + j), report,
			      area);
		}
		if (area->kind == AREA_MEMORY)
			nr_pages += area->nr_pages;
	}
	CHECK(nr_pages == vm.nr_pages, report, &vm);
	lock_release(&vm.lock);
	return check_report_clean(report);
}
