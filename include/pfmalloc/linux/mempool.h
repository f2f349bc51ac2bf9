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

static inline mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc,
					mempool_free_t *free, void *data)
{
	return pf_mempool_create(min_nr, alloc, free, data, GFP_KERNEL);
}

static inline mempool_t *mempool_create_node(int min_nr, mempool_alloc_t *alloc,
					     mempool_free_t *free, void *data,
					     gfp_t gfp, int node)
{
	(void)node;
	return pf_mempool_create(min_nr, alloc, free, data, gfp);
}

static inline int mempool_init(mempool_t *pool, int min_nr,
			       mempool_alloc_t *alloc, mempool_free_t *free,
			       void *data)
{
	return pf_mempool_init(pool, min_nr, alloc, free, data, GFP_KERNEL);
}

static inline int mempool_init_node(mempool_t *pool, int min_nr,
				    mempool_alloc_t *alloc,
				    mempool_free_t *free, void *data, gfp_t gfp,
				    int node)
{
	(void)node;
	return pf_mempool_init(pool, min_nr, alloc, free, data, gfp);
}

static inline void mempool_destroy(mempool_t *pool)
{
	pf_mempool_destroy(pool);
}

static inline void mempool_exit(mempool_t *pool)
{
	pf_mempool_exit(pool);
}

static inline int mempool_resize(mempool_t *pool, int min_nr)
{
	return pf_mempool_resize(pool, min_nr);
}

static inline void *mempool_alloc(mempool_t *pool, gfp_t gfp)
{
	return pf_mempool_alloc(pool, gfp);
}

static inline void *mempool_alloc_preallocated(mempool_t *pool)
{
	return pf_mempool_alloc_preallocated(pool);
}

static inline void mempool_free(void *element, mempool_t *pool)
{
	pf_mempool_free(element, pool);
}

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

static inline mempool_t *mempool_create_slab_pool(int min_nr,
						  struct kmem_cache *cache)
{
	return mempool_create(min_nr, mempool_alloc_slab, mempool_free_slab,
			      cache);
}

static inline int mempool_init_slab_pool(mempool_t *pool, int min_nr,
					 struct kmem_cache *cache)
{
	return mempool_init(pool, min_nr, mempool_alloc_slab, mempool_free_slab,
			    cache);
}

static inline mempool_t *mempool_create_kmalloc_pool(int min_nr, size_t size)
{
	return mempool_create(min_nr, mempool_kmalloc, mempool_kfree,
			      (void *)size);
}

static inline int mempool_init_kmalloc_pool(mempool_t *pool, int min_nr,
					    size_t size)
{
	return mempool_init(pool, min_nr, mempool_kmalloc, mempool_kfree,
			    (void *)size);
}

static inline mempool_t *mempool_create_kvmalloc_pool(int min_nr, size_t size)
{
	return mempool_create(min_nr, mempool_kvmalloc, mempool_kvfree,
			      (void *)size);
}

static inline int mempool_init_kvmalloc_pool(mempool_t *pool, int min_nr,
					     size_t size)
{
	return mempool_init(pool, min_nr, mempool_kvmalloc, mempool_kvfree,
			    (void *)size);
}

static inline mempool_t *mempool_create_page_pool(int min_nr, int order)
{
	return mempool_create(min_nr, mempool_alloc_pages, mempool_free_pages,
			      (void *)(long)order);
}

static inline int mempool_init_page_pool(mempool_t *pool, int min_nr, int order)
{
	return mempool_init(pool, min_nr, mempool_alloc_pages,
			    mempool_free_pages, (void *)(long)order);
}

#endif
