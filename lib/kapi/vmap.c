/* SPDX-License-Identifier: MIT */
/*
 * vmap.c - pages that are there already, at other addresses; and looking
 *
 * A frame of HIGHMEM is a page of a file and can be shown at any number of
 * addresses.  The others are private anonymous memory, which has one address for
 * good: mremap() would take it away there.  If such frames lie side by side the
 * view of them is the address that they have, and a record says that it is one
 * (views.c).
 */
#include <string.h>

#include "kapi/areas.h"
#include "kapi/cache.h"
#include "kapi/pages.h"
#include "kapi/vmalloc.h"
#include "kapi/zones.h"
#include "os/report.h"
#include "pfmalloc/slab.h"

bool pf_is_vmalloc_addr(const void *p)
{
	return is_area_addr(p) || view_around(p);
}

void *pf_vmalloc_start(void)
{
	return kapi_init(GFP_KERNEL) ? kapi_range.vmalloc_start : NULL;
}

void *pf_vmalloc_end(void)
{
	return kapi_init(GFP_KERNEL) ? kapi_range.vmalloc_end : NULL;
}

struct page *pf_vmalloc_to_page(const void *addr)
{
	struct varea *area = varea_around(addr);

	if (!area)
		return view_around(addr) ? frame_of(addr) : NULL;
	if (area->kind == AREA_MAPPED)
		return area->vm.pages[varea_index(addr) - area->first];
	return varea_page(area, varea_index(addr));
}

unsigned long pf_vmalloc_to_pfn(const void *addr)
{
	struct page *page = pf_vmalloc_to_page(addr);

	return page ? (unsigned long)(page - direct_map.mem_map) : 0;
}

/* The address of pages that lie side by side, or NULL. */
static void *address_of_all(struct page **pages, unsigned int count)
{
	char *start = pf_page_address(pages[0]);
	unsigned int i;

	for (i = 0; start && i < count; i++) {
		/* What kmap() gave is not for good. */
		if (is_highmem_page(pages[i]))
			return NULL;
		if (pf_page_address(pages[i]) !=
		    start + ((size_t)i << PAGE_SHIFT))
			return NULL;
	}
	return start;
}

static bool are_all_highmem(struct page **pages, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!is_highmem_page(pages[i]))
			return false;
	}
	return true;
}

static struct varea *map_pages(struct page **pages, unsigned int count,
			       const void *caller)
{
	struct varea *area =
		varea_new(count, PAGE_SIZE, AREA_MAPPED, PF_VM_MAP, caller);
	unsigned int i;

	if (!area)
		return NULL;
	for (i = 0; i < count; i++) {
		if (highmem_map(varea_address(area->first + i), pages[i])) {
			area->is_freed = 1;
			varea_end(area, false);
			return NULL;
		}
	}
	return area;
}

/* An area of HIGHMEM's pages; @kept is its array of them from now on. */
static void *show_mapped(struct page **pages, unsigned int count,
			 struct page **kept, unsigned long flags, bool is_ram,
			 const void *caller)
{
	struct varea *area = map_pages(pages, count, caller);

	if (!area)
		return NULL;
	area->vm.pages = kept;
	area->vm.flags = flags;
	area->is_ram = is_ram;
	return area->vm.addr;
}

/* A view at @start, where the pages are; without a guard. */
static void *show_view(void *start, unsigned int count, struct page **kept,
		       unsigned long flags, bool is_ram, const void *caller)
{
	struct view *view = view_new(start, count);

	if (!view)
		return NULL;
	view->vm.pages = kept;
	WRITE_ONCE(view->vm.flags, flags | PF_VM_NO_GUARD);
	view->vm.caller = caller;
	view->is_ram = is_ram;
	view_publish(view);
	return start;
}

static struct page **copy_of(struct page **pages, unsigned int count)
{
	struct page **copy = pf_kvmalloc(count * sizeof(*pages), GFP_KERNEL);

	return copy ? memcpy(copy, pages, count * sizeof(*pages)) : NULL;
}

static void *map(struct page **pages, unsigned int count, unsigned long flags,
		 bool is_ram, const void *caller)
{
	struct page **kept = NULL;
	void *start, *addr;

	kapi_might_sleep("vmap");
	if (!count || !kapi_init(GFP_KERNEL) || count > vmalloc_total_pages())
		return NULL;
	start = address_of_all(pages, count);
	if (!start && !are_all_highmem(pages, count)) {
		report_line("WARNING: vmap of %u pages that do not lie side by "
			    "side: pages with an address of their own have no "
			    "second one; use __GFP_HIGHMEM and "
			    "PFMALLOC_CONF=highmem:on",
			    count);
		return NULL;
	}
	if (flags & PF_VM_MAP_PUT_PAGES) {
		kept = pages;
	} else if (!start) {
		kept = copy_of(pages, count);
		if (!kept)
			return NULL;
	}
	flags |= PF_VM_MAP;
	addr = start ? show_view(start, count, kept, flags, is_ram, caller)
		     : show_mapped(pages, count, kept, flags, is_ram, caller);
	if (!addr && kept && kept != pages)
		pf_kvfree(kept);
	return addr;
}

void *pf_vmap(struct page **pages, unsigned int count, unsigned long flags)
{
	if (flags & PF_VM_NO_GUARD) {
		report_line("WARNING: vmap with VM_NO_GUARD: an area without a "
			    "guard is not made");
		flags &= ~PF_VM_NO_GUARD;
	}
	return map(pages, count, flags, false, __builtin_return_address(0));
}

void *pf_vm_map_ram(struct page **pages, unsigned int count)
{
	return map(pages, count, 0, true, __builtin_return_address(0));
}

/* Where the page is that is the @i-th of @vm, of an area or a view. */
static struct page *page_of(const struct vm_struct *vm, size_t i)
{
	return pf_vmalloc_to_page((char *)vm->addr + (i << PAGE_SHIFT));
}

static void add_pages(struct vm_struct *vm)
{
	struct page **pages, **none = NULL;
	size_t i;

	pages = pf_kvmalloc_array(vm->nr_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return;
	for (i = 0; i < vm->nr_pages; i++)
		pages[i] = page_of(vm, i);
	if (!__atomic_compare_exchange_n(&vm->pages, &none, pages, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		pf_kvfree(pages);
}

struct vm_struct *pf_find_vm_area(const void *addr)
{
	struct varea *area = varea_around(addr);
	struct view *view = area ? NULL : view_around(addr);
	struct vm_struct *vm;

	if (area)
		vm = area->is_ram ? NULL : &area->vm;
	else
		vm = !view || view->is_ram ? NULL : &view->vm;
	if (vm && !READ_ONCE(vm->pages))
		add_pages(vm);
	return vm;
}
