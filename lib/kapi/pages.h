/* SPDX-License-Identifier: MIT */
/*
 * pages.h - page frames for clients, as the rest of lib/kapi sees them
 *
 * <pfmalloc/pages.h> has the calls that programs use.  These are for slabs,
 * vmap areas and reclaim; see there for what is not said here.
 */
#ifndef PF_KAPI_PAGES_H
#define PF_KAPI_PAGES_H

#include <stdbool.h>

struct page;

/*
 * A block of 2^@order frames, as the kernel's alloc_pages(); see
 * <pfmalloc/pages.h>.  Enters the gate itself, so it is called outside of it;
 * with flags that do not allow to sleep it is safe anywhere.
 */
struct page *pf_alloc_pages(unsigned int gfp, unsigned int order);

/* Drops one reference; the last one gives the block back.  Safe anywhere. */
void pf_free_pages(struct page *page, unsigned int order);

/* The frame's address; NULL for a frame of ZONE_HIGHMEM that is not kmapped. */
void *pf_page_address(const struct page *page);

/**
 * kapi_reclaim - call the shrinkers
 * @gfp: of the request that needs the memory; without __GFP_DIRECT_RECLAIM, or
 *	within another reclaim of this thread, nothing is done
 * @nr_pages: frames wanted
 *
 * May sleep.  Return: frames that came free meanwhile, about.
 */
unsigned long kapi_reclaim(unsigned int gfp, unsigned long nr_pages);

/*
 * After @nr_fruitless rounds of reclaim, 1 or more, for a request of @nr_pages
 * frames that goes on: other threads may be about to free something, and get
 * time.  Without any, a request that could only wait for ever ends the process.
 */
void kapi_wait_for_memory(unsigned int nr_fruitless, unsigned long nr_pages);

#endif
