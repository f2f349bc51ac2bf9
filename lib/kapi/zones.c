/* SPDX-License-Identifier: MIT */
/*
 * zones.c - which zone a request comes from, and how far down it may go
 *
 * A limit for what has none.  A kernel has so many frames and no more; a
 * process may ask the system again and again.  So the zones are given sizes:
 * their sum is PFMALLOC_CONF=kmem_limit, or the memory that the process may
 * have (os_memory_limit()), of which
 *
 *	DMA	 16 MiB, or a quarter of less than 64 MiB
 *	HIGHMEM	 where it is on: half of the rest, and all above 896 MiB
 *	NORMAL	 the rest
 *
 * and what clients hold is counted against them.  malloc's memory is not: it
 * shares the frames of NORMAL, but not the limit.
 *
 * Marks.  With sqrt(16 * KiB below HIGHMEM) KiB as the whole of the min marks,
 * each zone has its share, and low and high lie a quarter of it apart (at least
 * a thousandth of the zone).  A limit of 64 MiB: DMA 16 MiB, NORMAL 48 MiB;
 * sqrt(16 * 65536) = 1024 KiB, 256 frames, 64 of them DMA's and 192 NORMAL's;
 * NORMAL's low mark is 240, its high mark 288.
 *
 * Who could have used a higher zone must leave a reserve in a lower one:
 * frames above it / 256 for DMA, / 32 for NORMAL.
 *
 * Counting comes first and the frames afterwards, in one atomic step, so that
 * no two requests take the last frame.
 */
#include "kapi/zones.h"

#include <pfmalloc/linux/gfp_types.h>

#include "os/conf.h"
#include "os/frames.h"

#define DMA_PAGES     (MIB(16) >> PAGE_SHIFT)
#define LOWMEM_PAGES  (MIB(896) >> PAGE_SHIFT)
#define MIN_FREE_KIB  128
#define MAX_FREE_KIB  262144
#define SCALE_FACTOR  10 /* of 10000: vm.watermark_scale_factor */
#define HIGHMEM_RATIO 1024

static const size_t reserve_ratio[KAPI_NR_ZONES] = {256, 32, 0};

static struct zone_marks {
	size_t managed;
	size_t min, low, high;
	size_t reserve[KAPI_NR_ZONES]; /* by the request's highest zone */
	size_t nr_used;
} zones[KAPI_NR_ZONES] pf_last;

static bool is_limited;

static size_t int_sqrt(u64 n)
{
	u64 root = 0;
	unsigned int bit;

	for (bit = 32; bit-- > 0;) {
		u64 more = root | 1ULL << bit;

		if (more * more <= n)
			root = more;
	}
	return (size_t)root;
}

static size_t clamp_size(size_t n, size_t low, size_t high)
{
	return max_size(low, min_size(n, high));
}

static void set_sizes(size_t nr_pages)
{
	size_t dma = min_size(DMA_PAGES, nr_pages / 4);
	size_t rest = nr_pages - dma;
	size_t normal =
		min_size(rest, direct_map.end_pfn - direct_map.first_pfn);
	size_t high = 0;

	if (pf_conf.highmem && highmem_max_pages()) {
		normal = min_size(rest / 2, LOWMEM_PAGES);
		high = min_size(rest - normal, highmem_max_pages());
	}
	zones[KAPI_DMA].managed = dma;
	zones[KAPI_NORMAL].managed = normal;
	zones[KAPI_HIGHMEM].managed = high;
}

static void set_marks(struct zone_marks *zone, size_t min)
{
	size_t step = max_size(
		min / 4, (size_t)((u64)zone->managed * SCALE_FACTOR / 10000));

	zone->min = min;
	zone->low = min + step;
	zone->high = min + 2 * step;
}

static void set_reserves(unsigned int i)
{
	size_t above = 0;
	unsigned int j;

	for (j = i + 1; j < KAPI_NR_ZONES && reserve_ratio[i]; j++) {
		above += zones[j].managed;
		zones[i].reserve[j] = above / reserve_ratio[i];
	}
}

void zones_init(void)
{
	u64 bytes = pf_conf.kmem_limit ? pf_conf.kmem_limit : os_memory_limit();
	size_t lowmem, min, i;

	set_sizes((size_t)(bytes >> PAGE_SHIFT));
	lowmem = zones[KAPI_DMA].managed + zones[KAPI_NORMAL].managed;
	min = clamp_size(int_sqrt((u64)lowmem << (PAGE_SHIFT - 10) << 4),
			 MIN_FREE_KIB, MAX_FREE_KIB) >>
	      (PAGE_SHIFT - 10);
	for (i = KAPI_DMA; i <= KAPI_NORMAL; i++)
		set_marks(
			&zones[i],
			lowmem ? (size_t)((u64)min * zones[i].managed / lowmem)
			       : 0);
	if (zones[KAPI_HIGHMEM].managed)
		set_marks(
			&zones[KAPI_HIGHMEM],
			clamp_size(zones[KAPI_HIGHMEM].managed / HIGHMEM_RATIO,
				   32, 128));
	for (i = 0; i < KAPI_NR_ZONES; i++)
		set_reserves((unsigned int)i);
	store_release(&is_limited, true);
}

int zone_of_gfp(unsigned int gfp)
{
	switch (gfp & (__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32)) {
	case 0:
		return KAPI_NORMAL;
	case __GFP_DMA:
	case __GFP_DMA32: /* below 4 GiB: that is what our DMA zone is */
		return KAPI_DMA;
	case __GFP_HIGHMEM:
		return KAPI_HIGHMEM;
	default:
		return -1;
	}
}

unsigned int zone_of_page(const struct page *page)
{
	if (is_highmem_page(page))
		return KAPI_HIGHMEM;
	return is_dma_page(page) ? KAPI_DMA : KAPI_NORMAL;
}

static size_t mark_of(const struct zone_marks *zone, unsigned int highest,
		      unsigned int flags)
{
	size_t mark = flags & ALLOC_WMARK_LOW ? zone->low : zone->min;

	if (flags & ALLOC_NO_WATERMARK)
		return 0;
	if (flags & ALLOC_MIN_RESERVE) {
		mark -= mark / 2;
		if (flags & ALLOC_NON_BLOCK)
			mark -= mark / 4;
	}
	if (flags & ALLOC_OOM)
		mark -= mark / 2;
	return mark + zone->reserve[highest];
}

static bool is_within(const struct zone_marks *zone, size_t used, size_t mark)
{
	return used <= zone->managed && zone->managed - used >= mark;
}

bool zones_charge(unsigned int zone, unsigned int highest, size_t nr,
		  unsigned int flags)
{
	struct zone_marks *z = &zones[zone];
	size_t used = READ_ONCE(z->nr_used);
	/* A handler may come before kapi_ready(): nothing is known then. */
	bool is_known = load_acquire(&is_limited) || zone != KAPI_NORMAL;
	size_t mark = mark_of(z, highest, flags);

	do {
		if (is_known && !is_within(z, used + nr, mark))
			return false;
	} while (!__atomic_compare_exchange_n(&z->nr_used, &used, used + nr,
					      true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return true;
}

void zones_uncharge(unsigned int zone, size_t nr)
{
	__atomic_sub_fetch(&zones[zone].nr_used, nr, __ATOMIC_RELAXED);
}

size_t zones_nr_used(unsigned int zone)
{
	return READ_ONCE(zones[zone].nr_used);
}

size_t kapi_zone_nr_free(unsigned int zone)
{
	size_t used = zones_nr_used(zone);

	return used < zones[zone].managed ? zones[zone].managed - used : 0;
}

void kapi_zone_info(unsigned int zone, struct kapi_zone_info *info)
{
	static const char *const names[] = {"DMA", "Normal", "HighMem"};
	unsigned int i;

	info->name = names[zone];
	info->managed = zones[zone].managed;
	info->min = zones[zone].min;
	info->low = zones[zone].low;
	info->high = zones[zone].high;
	for (i = 0; i < KAPI_NR_ZONES; i++)
		info->lowmem_reserve[i] = zones[zone].reserve[i];
	info->start_pfn = zone == KAPI_NORMAL ? direct_map.first_pfn : 0;
}
