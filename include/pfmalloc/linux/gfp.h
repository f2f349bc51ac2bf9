/* SPDX-License-Identifier: MIT */
/*
 * gfp.h - allocate page frames
 *
 * <pfmalloc/pages.h> says what each call promises, pfmalloc-kmem(3) what each
 * flag does.
 */
#ifndef PFMALLOC_LINUX_GFP_H
#define PFMALLOC_LINUX_GFP_H

#include <linux/gfp_types.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/topology.h>
#include <linux/types.h>

#include <asm/page.h>

static inline bool gfpflags_allow_blocking(gfp_t gfp)
{
	return !!(gfp & __GFP_DIRECT_RECLAIM);
}

static inline bool gfpflags_allow_spinning(gfp_t gfp)
{
	return !!(gfp & __GFP_RECLAIM);
}

/* The zone that is tried first. */
static inline enum zone_type gfp_zone(gfp_t gfp)
{
	if (gfp & (__GFP_DMA | __GFP_DMA32))
		return ZONE_DMA;
	return gfp & __GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;
}

#define alloc_pages(gfp, order) pf_alloc_pages(gfp, order)
#define alloc_pages_node(nid, gfp, order) \
	((void)(nid), pf_alloc_pages(gfp, order))
#define __alloc_pages_node(nid, gfp, order) alloc_pages_node(nid, gfp, order)
#define __alloc_pages(gfp, order, nid, mask) \
	((void)(mask), alloc_pages_node(nid, gfp, order))
#define alloc_pages_noprof(gfp, order) pf_alloc_pages(gfp, order)
#define alloc_page(gfp)		       pf_alloc_pages(gfp, 0)
#define __free_pages(page, order)      pf_free_pages(page, order)
#define __free_page(page)	       pf_free_pages(page, 0)

#define __get_free_pages(gfp, order) pf_get_free_pages(gfp, order)
#define __get_free_page(gfp)	     pf_get_free_pages(gfp, 0)
#define get_zeroed_page(gfp)	     pf_get_free_pages((gfp) | __GFP_ZERO, 0)
#define __get_dma_pages(gfp, order)  pf_get_free_pages((gfp) | GFP_DMA, order)
#define free_pages(addr, order)	     pf_free_pages_addr(addr, order)

#define free_page(addr) pf_free_pages_addr((unsigned long)(addr), 0)

#define alloc_pages_exact(size, gfp) pf_alloc_pages_exact(size, gfp)
#define alloc_pages_exact_nid(nid, size, gfp) \
	((void)(nid), pf_alloc_pages_exact(size, gfp))
#define free_pages_exact(addr, size) pf_free_pages_exact(addr, size)

/* The call for arrays changed its name in 6.14. */
#if PF_LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
#define alloc_pages_bulk_array(gfp, nr, array) \
	pf_alloc_pages_bulk(gfp, nr, array)
#define alloc_pages_bulk_array_node(gfp, nid, nr, array) \
	((void)(nid), pf_alloc_pages_bulk(gfp, nr, array))
#else
#define alloc_pages_bulk(gfp, nr, array) pf_alloc_pages_bulk(gfp, nr, array)
#define alloc_pages_bulk_node(gfp, nid, nr, array) \
	((void)(nid), pf_alloc_pages_bulk(gfp, nr, array))
#endif

/* One reference; compound above order 0. */
static inline struct folio *folio_alloc(gfp_t gfp, unsigned int order)
{
	return (struct folio *)pf_alloc_pages(gfp | __GFP_COMP, order);
}

#define folio_alloc_node(gfp, order, nid) ((void)(nid), folio_alloc(gfp, order))

/* Whether a request may do I/O, or enter a file system, to find memory. */
static inline bool gfp_has_io_fs(gfp_t gfp)
{
	return (gfp & (__GFP_IO | __GFP_FS)) == (__GFP_IO | __GFP_FS);
}

#endif
