/* SPDX-License-Identifier: MIT */
/*
 * mempool.h - a few elements put aside
 *
 * <pfmalloc/mempool.h> says what each call does; here are the kernel's names.
 */
#ifndef PFMALLOC_LINUX_MEMPOOL_H
#define PFMALLOC_LINUX_MEMPOOL_H

#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "../mempool.h"

#define mempool_create(min_nr, alloc, free, data) \
	pf_mempool_create(min_nr, alloc, free, data, GFP_KERNEL)
#define mempool_create_node(min_nr, alloc, free, data, gfp, node) \
	((void)(node), pf_mempool_create(min_nr, alloc, free, data, gfp))
#define mempool_init(pool, min_nr, alloc, free, data) \
	pf_mempool_init(pool, min_nr, alloc, free, data, GFP_KERNEL)
#define mempool_init_node(pool, min_nr, alloc, free, data, gfp, node) \
	((void)(node), pf_mempool_init(pool, min_nr, alloc, free, data, gfp))
#define mempool_destroy(pool)		 pf_mempool_destroy(pool)
#define mempool_exit(pool)		 pf_mempool_exit(pool)
#define mempool_resize(pool, min_nr)	 pf_mempool_resize(pool, min_nr)
#define mempool_alloc(pool, gfp)	 pf_mempool_alloc(pool, gfp)
#define mempool_alloc_preallocated(pool) pf_mempool_alloc_preallocated(pool)
#define mempool_free(element, pool)	 pf_mempool_free(element, pool)

static inline bool mempool_initialized(mempool_t *pool)
{
	return pool->elements != NULL;
}

static inline bool mempool_is_saturated(mempool_t *pool)
{
	return READ_ONCE(pool->curr_nr) >= pool->min_nr;
}

#define mempool_alloc_slab  pf_mempool_alloc_slab
#define mempool_free_slab   pf_mempool_free_slab
#define mempool_kmalloc	    pf_mempool_kmalloc
#define mempool_kfree	    pf_mempool_kfree
#define mempool_kvmalloc    pf_mempool_kvmalloc
#define mempool_kvfree	    pf_mempool_kvfree
#define mempool_alloc_pages pf_mempool_alloc_pages
#define mempool_free_pages  pf_mempool_free_pages

#define mempool_create_slab_pool(min_nr, cache) \
	mempool_create(min_nr, mempool_alloc_slab, mempool_free_slab, cache)
#define mempool_init_slab_pool(pool, min_nr, cache) \
	mempool_init(pool, min_nr, mempool_alloc_slab, mempool_free_slab, cache)
#define mempool_create_kmalloc_pool(min_nr, size)              \
	mempool_create(min_nr, mempool_kmalloc, mempool_kfree, \
		       (void *)(unsigned long)(size))
#define mempool_init_kmalloc_pool(pool, min_nr, size)              \
	mempool_init(pool, min_nr, mempool_kmalloc, mempool_kfree, \
		     (void *)(unsigned long)(size))
#define mempool_create_kvmalloc_pool(min_nr, size)               \
	mempool_create(min_nr, mempool_kvmalloc, mempool_kvfree, \
		       (void *)(unsigned long)(size))
#define mempool_init_kvmalloc_pool(pool, min_nr, size)               \
	mempool_init(pool, min_nr, mempool_kvmalloc, mempool_kvfree, \
		     (void *)(unsigned long)(size))
#define mempool_create_page_pool(min_nr, order)                         \
	mempool_create(min_nr, mempool_alloc_pages, mempool_free_pages, \
		       (void *)(unsigned long)(order))
#define mempool_init_page_pool(pool, min_nr, order)                         \
	mempool_init(pool, min_nr, mempool_alloc_pages, mempool_free_pages, \
		     (void *)(unsigned long)(order))

#endif
