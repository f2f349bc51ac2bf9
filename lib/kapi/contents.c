/* SPDX-License-Identifier: MIT */
/*
 * contents.c - what of the allocator's lies in a range of addresses
 *
 * The direct map's layout is fixed (page/page.h), so most of it is a comparison
 * of ranges.  Slabs are looked for in the byte map, a byte a frame.
 */
#include "kapi/kapi.h"
#include "kapi/kmap.h"
#include "kapi/range.h"
#include "kapi/zones.h"
#include "page/span.h"

struct range {
	const char *start;
	const char *end;
};

static bool meet(const struct range *a, const struct range *b)
{
	return a->start < b->end && b->start < a->end;
}

static bool has_slab(const struct range *range)
{
	size_t limit = load_acquire(&direct_map.limit);
	size_t pfn = virt_to_pfn(range->start);
	size_t end = virt_to_pfn(range->end - 1) + 1;

	for (; pfn < end && pfn < limit; pfn++) {
		if (pfn >= direct_map.first_pfn && READ_ONCE(byte_map()[pfn]))
			return true;
	}
	return false;
}

unsigned int kapi_contents(const void *start, const void *end)
{
	const char *base = direct_map.base;
	const char *mem_map = (const char *)direct_map.mem_map;
	const char *frames = pfn_to_virt(direct_map.first_pfn);
	size_t limit = load_acquire(&direct_map.limit);
	const struct {
		unsigned int bit;
		struct range range;
	} ours[] = {
		{KAPI_HAS_SHEAVES, {base, base + SHEAF_AREA_BYTES}},
		{KAPI_HAS_BYTE_MAP, {base + BYTE_MAP_OFFSET, mem_map}},
		{KAPI_HAS_MEM_MAP, {mem_map, frames}},
		{KAPI_HAS_NORMAL, {frames, base + (limit << PAGE_SHIFT)}},
		{KAPI_HAS_VMALLOC, {vmalloc_start, vmalloc_end}},
		{KAPI_HAS_VMALLOC,
		 {kapi_range.vmalloc_start, kapi_range.vmalloc_end}},
		{KAPI_HAS_EMERGENCY, {emergency_start, emergency_end}},
	};
	const struct range range = {start, end};
	struct range special;
	unsigned int bits = 0;
	size_t i;

	if (!limit) /* nothing has been allocated */
		return 0;
	/* First: in 32 bits these may lie in the range for emergencies. */
	dma_range(&special.start, &special.end);
	if (meet(&range, &special))
		return KAPI_HAS_DMA;
	kmap_range(&special.start, &special.end);
	if (meet(&range, &special))
		return KAPI_HAS_HIGHMEM;
	for (i = 0; i < ARRAY_SIZE(ours); i++) {
		if (meet(&range, &ours[i].range))
			bits |= ours[i].bit;
	}
	if (bits & KAPI_HAS_NORMAL && has_slab(&range))
		bits |= KAPI_HAS_SLAB;
	return bits;
}
