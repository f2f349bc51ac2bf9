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

static inline struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return pf_alloc_pages(gfp, order);
}

static inline struct page *alloc_pages_node(int nid, gfp_t gfp,
					    unsigned int order)
{
	(void)nid;
	return pf_alloc_pages(gfp, order);
}

#define __alloc_pages_node(nid, gfp, order) alloc_pages_node(nid, gfp, order)
#define __alloc_pages(gfp, order, nid, mask) \
	((void)(mask), alloc_pages_node(nid, gfp, order))
#define alloc_pages_noprof(gfp, order) alloc_pages(gfp, order)
#define alloc_page(gfp)		       alloc_pages(gfp, 0)

static inline void __free_pages(struct page *page, unsigned int order)
{
	pf_free_pages(page, order);
}

#define __free_page(page) __free_pages(page, 0)

static inline unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	return pf_get_free_pages(gfp, order);
}

static inline unsigned long get_zeroed_page(gfp_t gfp)
{
	return pf_get_free_pages(gfp | __GFP_ZERO, 0);
}

#define __get_free_page(gfp)	    __get_free_pages(gfp, 0)
#define __get_dma_pages(gfp, order) __get_free_pages((gfp) | GFP_DMA, order)

static inline void free_pages(unsigned long addr, unsigned int order)
{
	pf_free_pages_addr(addr, order);
}

#define free_page(addr) free_pages((unsigned long)(addr), 0)

static inline void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	return pf_alloc_pages_exact(size, gfp);
}

static inline void *alloc_pages_exact_nid(int nid, size_t size, gfp_t gfp)
{
	(void)nid;
	return pf_alloc_pages_exact(size, gfp);
}

static inline void free_pages_exact(void *addr, size_t size)
{
	pf_free_pages_exact(addr, size);
}

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
