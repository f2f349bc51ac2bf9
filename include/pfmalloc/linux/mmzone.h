/* SPDX-License-Identifier: MIT */
/*
 * mmzone.h - zones: frames with one property
 *
 * ZONE_DMA has addresses below 4 GiB and stays in memory, ZONE_HIGHMEM has no
 * permanent addresses, ZONE_NORMAL is the rest.  A zone's size is a limit: see
 * kmem_limit in pfmalloc.conf(5).  There is one node.
 *
 * The largest block has 1024 frames.  Its name changed: MAX_ORDER was 11, one
 * more than the largest order, up to Linux 6.3, and 10 up to 6.7; from 6.8 on
 * it is MAX_PAGE_ORDER.
 */
#ifndef PFMALLOC_LINUX_MMZONE_H
#define PFMALLOC_LINUX_MMZONE_H

#include <linux/atomic.h>
#include <linux/numa.h>
#include <linux/types.h>
#include <linux/version.h>

#include "../pages.h"

#if PF_LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define MAX_ORDER	   11
#define MAX_ORDER_NR_PAGES (1 << (MAX_ORDER - 1))
#elif PF_LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define MAX_ORDER	   10
#define MAX_ORDER_NR_PAGES (1 << MAX_ORDER)
#else
#define MAX_PAGE_ORDER	   10
#define NR_PAGE_ORDERS	   (MAX_PAGE_ORDER + 1)
#define MAX_ORDER_NR_PAGES (1 << MAX_PAGE_ORDER)
#endif
#define PAGE_ALLOC_COSTLY_ORDER 3
#define pageblock_order		9
#define pageblock_nr_pages	(1UL << pageblock_order)

enum zone_type {
	ZONE_DMA,
	ZONE_NORMAL,
	ZONE_HIGHMEM,
	ZONE_MOVABLE, /* always empty */
	__MAX_NR_ZONES
};
#define MAX_NR_ZONES 4

enum zone_watermarks {
	WMARK_MIN,
	WMARK_LOW,
	WMARK_HIGH,
	NR_WMARK
};

enum zone_stat_item {
	NR_FREE_PAGES,
	NR_VM_ZONE_STAT_ITEMS
};

struct pglist_data;

/* In frames.  Read-only. */
struct zone {
	const char *name;
	struct pglist_data *zone_pgdat;
	unsigned long _watermark[NR_WMARK];
	long lowmem_reserve[MAX_NR_ZONES];
	unsigned long zone_start_pfn;
	atomic_long_t managed_pages;
	unsigned long spanned_pages;
	unsigned long present_pages;
};

typedef struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	int nr_zones;
	int node_id;
	unsigned long node_present_pages;
} pg_data_t;

/* The one node; made by the first call. */
pf_api struct pglist_data *pf_node(void);

#define NODE_DATA(nid)	     ((void)(nid), pf_node())
#define first_online_pgdat() pf_node()

static inline unsigned long zone_managed_pages(const struct zone *zone)
{
	return (unsigned long)atomic_long_read(&zone->managed_pages);
}

static inline bool managed_zone(const struct zone *zone)
{
	return zone_managed_pages(zone) != 0;
}

static inline bool populated_zone(const struct zone *zone)
{
	return zone->present_pages != 0;
}

#define zone_idx(zone)	    ((enum zone_type)((zone)-pf_node()->node_zones))
#define is_highmem(zone)    (zone_idx(zone) == ZONE_HIGHMEM)
#define is_highmem_idx(idx) ((idx) == ZONE_HIGHMEM)
#define is_normal(zone)	    (zone_idx(zone) == ZONE_NORMAL)

#define wmark_pages(zone, i)   ((zone)->_watermark[i])
#define min_wmark_pages(zone)  wmark_pages(zone, WMARK_MIN)
#define low_wmark_pages(zone)  wmark_pages(zone, WMARK_LOW)
#define high_wmark_pages(zone) wmark_pages(zone, WMARK_HIGH)

static inline unsigned long zone_page_state(struct zone *zone,
					    enum zone_stat_item item)
{
	(void)item;
	return pf_zone_nr_free((unsigned int)zone_idx(zone));
}

#define for_each_zone(zone)                \
	for (zone = pf_node()->node_zones; \
	     zone < pf_node()->node_zones + MAX_NR_ZONES; zone++)
#define for_each_populated_zone(zone)        \
	for_each_zone(zone)                  \
		if (!populated_zone(zone)) { \
		} else

#endif
