/* SPDX-License-Identifier: MIT */
/*
 * zones.h - which zone a request comes from, and how far down it may go
 */
#ifndef PF_KAPI_ZONES_H
#define PF_KAPI_ZONES_H

#include "buddy/zone.h"
#include "kapi/kapi.h"

/* How far below the marks a request may go (flags of zones_charge()). */
#define ALLOC_WMARK_LOW	   0x01 /* the low mark counts, else the min mark */
#define ALLOC_MIN_RESERVE  0x02 /* to a half of it */
#define ALLOC_NON_BLOCK	   0x04 /* and a quarter of that less */
#define ALLOC_OOM	   0x08 /* nothing else has helped: to a half */
#define ALLOC_NO_WATERMARK 0x10 /* to the last frame */

/* Sets up the marks; called once, by kapi_ready(). */
void zones_init(void);

/*
 * The highest zone that @gfp allows, or -1 for flags that contradict each
 * other.
 */
int zone_of_gfp(unsigned int gfp);

/* The zone a frame is of. */
unsigned int zone_of_page(const struct page *page);

/**
 * zones_charge - count @nr frames as given out, if the marks allow it
 * @zone: they will come from this one
 * @highest: the request could have used this one
 * @flags: ALLOC_...
 *
 * Return: false, with nothing counted, when too few would be left.  Any
 * context.
 */
bool zones_charge(unsigned int zone, unsigned int highest, size_t nr,
		  unsigned int flags);
void zones_uncharge(unsigned int zone, size_t nr);

/* Frames given out. */
size_t zones_nr_used(unsigned int zone);

/*
 * Zones whose frames are not in the direct map.  All of their blocks are warm,
 * which keeps buddy.c from giving them to the span.
 */

/*
 * dma.c: 16 MiB below 4 GiB, locked, no child's.  The calls return NULL or false when
 * another thread has the lock and @may_wait is false.
 */
struct page *dma_alloc(unsigned int order, bool may_wait);
bool dma_try_free(struct page *page, size_t nr);
bool is_dma_page(const struct page *page);
bool is_dma_addr(const void *addr);
void *dma_page_to_virt(const struct page *page);
struct page *dma_virt_to_page(const void *addr);
void dma_range(const char **start, const char **end);
void dma_fork_child(void);

/* highmem.c: pages of a file without a name, mapped by kmap.c. */
struct page *highmem_alloc(unsigned int order, bool may_wait);
bool highmem_try_free(struct page *page, size_t nr);
/* Free blocks beyond a few to the system; for who may make system calls. */
void highmem_tidy(void);
bool is_highmem_page(const struct page *page);
/* Show its content at @addr, an address of a window; 0 or -errno. */
int highmem_map(void *addr, const struct page *page);
void highmem_fork_child(void);
/* Frames that there can be; 0 on a machine whose pages are no frames. */
size_t highmem_max_pages(void);

/* Invariants of their buddies; they must be quiet. */
bool dma_check(struct check_report *report);
bool highmem_check(struct check_report *report);

#endif
