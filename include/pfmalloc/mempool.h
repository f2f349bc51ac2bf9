/* SPDX-License-Identifier: MIT */
/*
 * mempool.h - a few elements put aside, so that work which frees memory can
 * always go on
 *
 * <pfmalloc/linux/mempool.h> has the kernel's names.  A request that may sleep
 * never fails: when there is no memory and nothing is left of what was put
 * aside, it waits until an element comes back.
 */
#ifndef PFMALLOC_MEMPOOL_H
#define PFMALLOC_MEMPOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "../pfmalloc/linux/gfp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct mempool_slots;

typedef void *(mempool_alloc_t)(gfp_t gfp_mask, void *pool_data);
typedef void(mempool_free_t)(void *element, void *pool_data);

/* Read only for clients. */
typedef struct mempool_s {
	int min_nr;  /* elements that are put aside, at most */
	int curr_nr; /* and now */
	void **elements;
	void *pool_data;
	mempool_alloc_t *alloc;
	mempool_free_t *free;
	int pf_nr_first;	  /* slots in elements */
	unsigned int pf_nr_freed; /* sleepers wait for it to change */
	unsigned int pf_nr_waiting;
	struct mempool_slots *pf_more; /* what it has grown by */
} mempool_t;

/**
 * pf_mempool_create - a pool with @min_nr elements put aside
 * @alloc: makes an element from @data, or returns NULL
 * @free: unmakes one
 *
 * May sleep.  Return: NULL where the elements cannot be had.
 */
mempool_t *pf_mempool_create(int min_nr, mempool_alloc_t *alloc,
			     mempool_free_t *free, void *data, gfp_t gfp);
/* All elements must have come back; NULL is nothing. */
void pf_mempool_destroy(mempool_t *pool);

/* The same for a pool that the client has: 0 or -ENOMEM.  A pool of zeros may
 * be ended, too. */
int pf_mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc,
		    mempool_free_t *free, void *data, gfp_t gfp);
void pf_mempool_exit(mempool_t *pool);

/**
 * pf_mempool_resize - another number of elements put aside, at least 1
 *
 * Others may use and resize the pool meanwhile.  What @alloc cannot give now
 * comes from elements that are freed later.  May sleep.  Return: 0, or -ENOMEM
 * with the pool as it was.
 */
int pf_mempool_resize(mempool_t *pool, int min_nr);

/**
 * pf_mempool_alloc - an element
 * @gfp: as for pf_kmalloc(), without __GFP_ZERO; where it lets the call sleep,
 *	the call does not fail
 *
 * Without sleeping it is as safe as @alloc is, in signal handlers too.
 */
void *pf_mempool_alloc(mempool_t *pool, gfp_t gfp);

/* What is put aside now, and nothing else; or NULL. */
void *pf_mempool_alloc_preallocated(mempool_t *pool);

/* Fills what is put aside first; else as @free does.  NULL is nothing. */
void pf_mempool_free(void *element, mempool_t *pool);

/* Elements of a kmem_cache, of kmalloc with a size, and of pages with an order;
 * that is @data. */
void *pf_mempool_alloc_slab(gfp_t gfp, void *cache);
void pf_mempool_free_slab(void *element, void *cache);
void *pf_mempool_kmalloc(gfp_t gfp, void *size);
void *pf_mempool_kvmalloc(gfp_t gfp, void *size);
void pf_mempool_kfree(void *element, void *size);
void pf_mempool_kvfree(void *element, void *size);
void *pf_mempool_alloc_pages(gfp_t gfp, void *order);
void pf_mempool_free_pages(void *element, void *order);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
