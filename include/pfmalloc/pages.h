/* SPDX-License-Identifier: MIT */
/*
 * pages.h - blocks of page frames, as the kernel's page allocator gives them
 *
 * <pfmalloc/linux/gfp.h> and <pfmalloc/linux/mm.h> have the kernel's names for
 * all this; here are the calls that they make.  A frame is 4096 bytes, a block
 * 2^order frames that lie side by side, aligned to its size.  Each frame has a
 * record, struct page; addresses and records are turned into each other.
 *
 * Zones.  GFP_DMA: below 4 GiB, locked in memory, not inherited by children.
 * __GFP_HIGHMEM: frames without an address, which <pfmalloc/highmem.h> maps;
 * where there is no such zone, and without a flag, frames of ZONE_NORMAL.  See
 * pfmalloc-kmem(3).
 *
 * Context.  With __GFP_DIRECT_RECLAIM (GFP_KERNEL and the like) a call may
 * sleep and is not for signal handlers.  Without (GFP_ATOMIC, GFP_NOWAIT) it is
 * safe anywhere, also in a handler that interrupted malloc() or one of these
 * calls; it makes no system call then, and takes what is at hand.  (The first
 * request of a process makes some, whatever its flags.)  Calls that free and the rest are safe anywhere, unless they say otherwise.  errno is
 * never touched.
 */
#ifndef PFMALLOC_PAGES_H
#define PFMALLOC_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../pfmalloc/linux/gfp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct page;

/**
 * pf_alloc_pages - a block of frames
 * @gfp: GFP_KERNEL, GFP_ATOMIC ... and what else it must be
 * @order: log2 of its length in frames, 0 to 10
 *
 * With __GFP_ZERO it reads as zeros; else its content is anything.  With
 * __GFP_COMP it is one compound page.  Return: its first frame, with one
 * reference; or NULL, and the kernel's report on stderr unless __GFP_NOWARN.
 */
struct page *pf_alloc_pages(gfp_t gfp, unsigned int order);

/**
 * pf_free_pages - drop one reference to a block
 * @page: its first frame
 * @order: as it was allocated
 *
 * The last one gives it back.  If others have references to the first frame,
 * the rest of a block that is not compound is given back now, and the first
 * frame with the last of them.
 */
void pf_free_pages(struct page *page, unsigned int order);

/**
 * pf_get_free_pages - the same by address; __GFP_HIGHMEM is ignored
 *
 * Return: the block's address, or 0.
 */
unsigned long pf_get_free_pages(gfp_t gfp, unsigned int order);

/* @addr may be 0. */
void pf_free_pages_addr(unsigned long addr, unsigned int order);

/**
 * pf_alloc_pages_exact - frames for @size bytes, not a power of two of them
 * @size: bytes, up to 4 MiB; 0 gives NULL
 *
 * Return: their address, or NULL.
 */
void *pf_alloc_pages_exact(size_t size, gfp_t gfp);
void pf_free_pages_exact(void *addr, size_t size);

/**
 * pf_alloc_pages_bulk - single frames into the NULL slots of an array
 * @array: of @nr slots
 *
 * Return: how many slots from the first one on are filled now.
 */
unsigned long pf_alloc_pages_bulk(gfp_t gfp, unsigned long nr,
				  struct page **array);

/* Make each frame of a block that is not compound one of its own. */
void pf_split_page(struct page *page, unsigned int order);

/* The last reference has been dropped: give the block back. */
void pf_release_page(struct page *page);

/* @call wants or drops a reference to a page that has none: the end. */
__attribute__((noreturn)) void pf_refuse_reference(const struct page *page,
						   const char *call);

/* ------------------------------------------------------------------------
 * Frames, addresses, numbers
 * ------------------------------------------------------------------------ */

/* The frame's address; NULL in ZONE_HIGHMEM, unless kmap() has mapped it. */
void *pf_page_address(const struct page *page);

/*
 * The record of the frame at @addr, which must be a frame's permanent address.
 */
struct page *pf_virt_to_page(const void *addr);

/* Whether @addr is one. */
bool pf_virt_addr_valid(const void *addr);

/* Frames that lie side by side have numbers that follow each other. */
unsigned long pf_page_to_pfn(const struct page *page);
struct page *pf_pfn_to_page(unsigned long pfn);

/* Whether there is, or was, a frame of this number. */
bool pf_pfn_valid(unsigned long pfn);

/**
 * pf_virt_to_phys - where the machine has a byte of this process now
 * @addr: any address with memory behind it
 *
 * Asks the system (/proc/self/pagemap), which tells privileged processes
 * (CAP_SYS_ADMIN).  Only what is locked in memory stays there.  Return: the
 * physical address; all ones where it is not told.
 */
uint64_t pf_virt_to_phys(const void *addr);
uint64_t pf_page_to_phys(const struct page *page);

/* ZONE_DMA 0, ZONE_NORMAL 1, ZONE_HIGHMEM 2. */
unsigned int pf_page_zonenum(const struct page *page);

/* Frames of that zone that clients could have, the reserves included. */
unsigned long pf_zone_nr_free(unsigned int zone);

/**
 * pf_pages_check - walk the structures of DMA and HIGHMEM
 *
 * No other thread may allocate or free meanwhile.  Return: true when all is
 * well; else one sentence on stderr says what is not.
 */
bool pf_pages_check(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
