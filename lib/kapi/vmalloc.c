/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.c - memory that is contiguous in addresses only: the calls
 *
 * Pages of an area count against HIGHMEM if there is such a zone, else against
 * NORMAL, as if they were its frames: a kernel prefers that one for vmalloc(),
 * too.  When the marks do not allow it the shrinkers are called.
 */
#include "kapi/vmalloc.h"

#include <string.h>

#include "kapi/areas.h"
#include "kapi/cache.h"
#include "kapi/pages.h"
#include "kapi/zones.h"
#include "kmem/kmem.h"
#include "os/conf.h"
#include "os/os.h"
#include "os/report.h"

#define MAX_ROUNDS 16 /* of reclaim, for one request */

/* How many of them count against HIGHMEM: what it has; the rest is NORMAL's. */
static bool charge(size_t nr_pages, size_t *nr_high)
{
	size_t high = min_size(nr_pages, kapi_zone_nr_free(KAPI_HIGHMEM));

	/* Down to its mark, about. */
	while (high && !zones_charge(KAPI_HIGHMEM, KAPI_HIGHMEM, high, 0))
		high -= (high + 7) / 8;
	*nr_high = high;
	if (high == nr_pages ||
	    zones_charge(KAPI_NORMAL, KAPI_HIGHMEM, nr_pages - high, 0))
		return true;
	zones_uncharge(KAPI_HIGHMEM, high);
	return false;
}

static bool charge_or_reclaim(unsigned int gfp, size_t nr_pages,
			      size_t *nr_high)
{
	unsigned int i;

	for (i = 0; i < MAX_ROUNDS; i++) {
		if (charge(nr_pages, nr_high))
			return true;
		if (!kapi_reclaim(gfp, nr_pages) || gfp & __GFP_NORETRY)
			break;
	}
	return charge(nr_pages, nr_high);
}

/* __GFP_NOFAIL: until it is there. */
static void charge_for_sure(unsigned int gfp, size_t nr_pages, size_t *nr_high)
{
	unsigned int nr_fruitless = 0;

	while (!charge(nr_pages, nr_high)) {
		if (kapi_reclaim(gfp, nr_pages))
			nr_fruitless = 0;
		else
			kapi_wait_for_memory(++nr_fruitless, nr_pages);
	}
}

size_t vmalloc_total_pages(void)
{
	static size_t total;
	struct kapi_zone_info info;
	size_t nr = READ_ONCE(total);
	unsigned int zone;

	if (likely(nr))
		return nr;
	for (zone = 0; zone < KAPI_NR_ZONES; zone++) {
		kapi_zone_info(zone, &info);
		nr += info.managed;
	}
	WRITE_ONCE(total, nr);
	return nr;
}

static pf_cold void *refuse(unsigned int gfp, const char *why,
			    unsigned long size)
{
	if (!(gfp & __GFP_NOWARN))
		report_line("vmalloc error: size %lu, %s", size, why);
	return NULL;
}

static struct varea *place(unsigned int gfp, size_t nr_pages, size_t align,
			   unsigned long flags, const void *caller)
{
	unsigned int nr_fruitless = 0;
	struct varea *area;

	do {
		if (nr_fruitless)
			kapi_wait_for_memory(nr_fruitless, nr_pages);
		area = varea_new(nr_pages, align, AREA_MEMORY, flags, caller);
		if (!area && kmem_find_memory())
			area = varea_new(nr_pages, align, AREA_MEMORY, flags,
					 caller);
		nr_fruitless++;
	} while (!area && gfp & __GFP_NOFAIL);
	return area;
}

static void *alloc(unsigned long size, unsigned long align, unsigned int gfp,
		   unsigned long flags, const void *caller)
{
	size_t nr_pages = bytes_to_pages(size);
	struct varea *area;
	size_t nr_high;

	if (!size)
		return refuse(gfp, "nothing was asked for", size);
	if (!may_wait(gfp))
		return refuse(gfp, "and the caller may not sleep", size);
	kapi_might_sleep("vmalloc");
	if (!kapi_init(gfp))
		return refuse(gfp, "there is no memory", size);
	if (size > PTRDIFF_MAX || nr_pages > vmalloc_total_pages())
		return refuse(gfp, "exceeds total pages", size);
	if (gfp & __GFP_NOFAIL)
		charge_for_sure(gfp, nr_pages, &nr_high);
	else if (!charge_or_reclaim(gfp, nr_pages, &nr_high))
		return refuse(gfp, "failed to allocate pages", size);
	align = max_size(roundup_pow_of_two(align), PAGE_SIZE);
	area = place(gfp, nr_pages, align, flags, caller);
	if (!area) {
		zones_uncharge(KAPI_HIGHMEM, nr_high);
		zones_uncharge(KAPI_NORMAL, nr_pages - nr_high);
		return refuse(gfp, "failed to allocate addresses", size);
	}
	area->requested = size;
	area->nr_high = nr_high;
	if (flags & PF_VM_ALLOW_HUGE_VMAP)
		area->is_huge =
			os_advise_huge(area->vm.addr, nr_pages << PAGE_SHIFT,
				       true) == 0;
	return area->vm.addr;
}

void *pf_vmalloc_gfp(unsigned long size, unsigned long align, gfp_t gfp)
{
	return alloc(size, align, gfp, PF_VM_ALLOC,
		     __builtin_return_address(0));
}

void *pf_vmalloc(unsigned long size)
{
	return alloc(size, 1, GFP_KERNEL, PF_VM_ALLOC,
		     __builtin_return_address(0));
}

void *pf_vmalloc_array(size_t nr, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(nr, size, &bytes))
		return NULL;
	return alloc(bytes, 1, gfp, PF_VM_ALLOC, __builtin_return_address(0));
}

void *pf_vmalloc_user(unsigned long size)
{
	return alloc(size, 1, GFP_KERNEL, PF_VM_ALLOC | PF_VM_USERMAP,
		     __builtin_return_address(0));
}

void *pf_vmalloc_huge(unsigned long size, gfp_t gfp)
{
	const void *caller = __builtin_return_address(0);
	unsigned long flags = PF_VM_ALLOC;
	unsigned long align = 1;

	if (size >= HUGE_BYTES && pf_conf.thp != THP_NEVER) {
		flags |= PF_VM_ALLOW_HUGE_VMAP;
		align = HUGE_BYTES;
	}
	return alloc(size, align, gfp, flags, caller);
}

void pf_vfree(const void *addr)
{
	varea_free(addr, VAREA_FREE);
}

void pf_vfree_atomic(const void *addr)
{
	varea_free(addr, VAREA_FREE_ATOMIC);
}

void pf_vunmap(const void *addr)
{
	varea_free(addr, VAREA_UNMAP);
}

void pf_vm_unmap_ram(const void *addr, unsigned int count)
{
	(void)count;
	varea_free(addr, VAREA_UNMAP_RAM);
}

size_t vmalloc_size(const void *p)
{
	struct varea *area =
		is_area_addr(p) ? varea_starting_at(varea_index(p)) : NULL;

	return area ? area->requested : 0;
}

void *pf_vrealloc(const void *p, size_t size, gfp_t gfp)
{
	char *old = (char *)(uintptr_t)p;
	struct varea *area;
	void *new;

	if (!size) {
		pf_vfree(p);
		return NULL;
	}
	if (!p)
		return alloc(size, 1, gfp, PF_VM_ALLOC,
			     __builtin_return_address(0));
	area = is_area_addr(p) ? varea_starting_at(varea_index(p)) : NULL;
	if (!area) {
		report_line("WARNING: Trying to vrealloc() nonexistent vm area "
			    "(%p)",
			    p);
		return NULL;
	}
	if (size <= area->nr_pages << PAGE_SHIFT) {
		if (gfp & __GFP_ZERO && size < area->requested)
			memset(old + size, 0, area->requested - size);
		area->requested = size;
		return old;
	}
	new = alloc(size, 1, gfp, PF_VM_ALLOC, __builtin_return_address(0));
	if (!new)
		return NULL;
	memcpy(new, old, area->requested);
	pf_vfree(old);
	return new;
}
