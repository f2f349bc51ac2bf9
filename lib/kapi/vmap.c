/* SPDX-License-Identifier: MIT */
/*
 * vmap.c - pages that are there already, at other addresses; and looking
 *
 * A frame of HIGHMEM is a page of a file and can be shown at any number of
 * addresses.  The others are private anonymous memory, which has one address for
 * good: mremap() would take it away there.  If such frames lie side by side the
 * view of them is the address that they have, and a record of it is kept for
 * vunmap() and vfree().
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
	return (const char *)p >= kapi_range.vmalloc_start &&
	       (const char *)p < kapi_range.vmalloc_end;
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
		return NULL;
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

static struct page **copy_of(struct page **pages, unsigned int count)
{
	struct page **copy = pf_kvmalloc(count * sizeof(*pages), GFP_KERNEL);

	return copy ? memcpy(copy, pages, count * sizeof(*pages)) : NULL;
}

static void *map(struct page **pages, unsigned int count, unsigned long flags,
		 bool is_ram, const void *caller)
{
	struct page **kept = NULL;
	struct varea *area;
	void *start;

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
	area = start ? varea_new_view(start, count)
		     : map_pages(pages, count, caller);
	if (!area) {
		if (kept && kept != pages)
			pf_kvfree(kept);
		return NULL;
	}
	area->vm.pages = kept;
	area->vm.flags = flags | PF_VM_MAP;
	area->is_ram = is_ram;
	return area->vm.addr;
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

struct vm_struct *pf_find_vm_area(const void *addr)
{
	struct varea *area = varea_around(addr);
	struct page **pages;
	size_t i;

	if (!area || area->is_ram)
		return NULL;
	if (area->vm.pages)
		return &area->vm;
	pages = pf_kvmalloc_array(area->nr_pages, sizeof(*pages), GFP_KERNEL);
	if (pages) {
		struct page **none = NULL;

		for (i = 0; i < area->nr_pages; i++)
			pages[i] = varea_page(area, area->first + i);
		if (!__atomic_compare_exchange_n(&area->vm.pages, &none, pages,
						 false, __ATOMIC_ACQ_REL,
						 __ATOMIC_ACQUIRE))
			pf_kvfree(pages);
	}
	return &area->vm;
}
