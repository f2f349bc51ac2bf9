/* SPDX-License-Identifier: MIT */
/*
 * mempool.c - a few elements put aside
 *
 * What is put aside is an array of slots that elements are taken from and put
 * into by atomic exchange: no lock, so that both may happen in a signal handler
 * that has interrupted either.
 *
 * A request tries, in this order: its allocation function without sleeping;
 * what is put aside; the function once more, with all that the caller allows;
 * and then it sleeps until an element comes back, five seconds at a time,
 * because memory may come free elsewhere meanwhile.
 *
 * An element that comes back goes into the first empty slot.  A sleeper counts
 * itself, then looks once more, then sleeps while pf_nr_freed is what it was;
 * who frees fills the slot, changes pf_nr_freed, then looks for sleepers.
 */
#include "pfmalloc/mempool.h"

#include <errno.h>

#include "base/compiler.h"
#include "base/types.h"
#include "kapi/kapi.h"
#include "kapi/pages.h"
#include "os/report.h"
#include "os/thread.h"
#include "pfmalloc/slab.h"

#define TICK_MS 5000

static void *take(mempool_t *pool)
{
	int i;

	for (i = 0; i < pool->min_nr; i++) {
		void *element = READ_ONCE(pool->elements[i]);

		if (element)
			element = __atomic_exchange_n(&pool->elements[i], NULL,
						      __ATOMIC_ACQUIRE);
		if (!element)
			continue;
		__atomic_fetch_sub(&pool->curr_nr, 1, __ATOMIC_RELAXED);
		return element;
	}
	return NULL;
}

static bool put(mempool_t *pool, void *element)
{
	int i;

	if (READ_ONCE(pool->curr_nr) >= pool->min_nr)
		return false;
	for (i = 0; i < pool->min_nr; i++) {
		void *nothing = NULL;

		if (READ_ONCE(pool->elements[i]) ||
		    !__atomic_compare_exchange_n(
			    &pool->elements[i], &nothing, element, false,
			    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
			continue;
		__atomic_fetch_add(&pool->curr_nr, 1, __ATOMIC_RELAXED);
		return true;
	}
	return false;
}

void *pf_mempool_alloc_preallocated(mempool_t *pool)
{
	return take(pool);
}

static void wait_for_element(mempool_t *pool)
{
	u32 seen = __atomic_load_n(&pool->pf_nr_freed, __ATOMIC_SEQ_CST);

	__atomic_fetch_add(&pool->pf_nr_waiting, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&pool->curr_nr, __ATOMIC_SEQ_CST) == 0)
		os_wait_ms(&pool->pf_nr_freed, seen, TICK_MS);
	__atomic_fetch_sub(&pool->pf_nr_waiting, 1, __ATOMIC_SEQ_CST);
}

void *pf_mempool_alloc(mempool_t *pool, gfp_t gfp)
{
	unsigned int all, first;

	if (unlikely(gfp & __GFP_ZERO)) {
		report_line("WARNING: mempool_alloc: __GFP_ZERO is not for "
			    "elements that are used again; ignored");
		gfp &= ~__GFP_ZERO;
	}
	if (gfp & __GFP_DIRECT_RECLAIM)
		kapi_might_sleep("mempool_alloc");
	all = gfp | __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
	first = all & ~(__GFP_DIRECT_RECLAIM | __GFP_IO);
	for (;;) {
		void *element = pool->alloc(first, pool->pool_data);

		if (likely(element))
			return element;
		element = take(pool);
		if (element)
			return element;
		if (first != all) {
			first = all;
			continue;
		}
		if (!(gfp & __GFP_DIRECT_RECLAIM))
			return NULL;
		wait_for_element(pool);
		first = all;
	}
}

void pf_mempool_free(void *element, mempool_t *pool)
{
	if (unlikely(!element))
		return;
	if (likely(!put(pool, element))) {
		pool->free(element, pool->pool_data);
		return;
	}
	__atomic_fetch_add(&pool->pf_nr_freed, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&pool->pf_nr_waiting, __ATOMIC_SEQ_CST))
		os_wake(&pool->pf_nr_freed, 1);
}

/* Without what a grown array would keep that came back to a smaller one. */
static bool fill(mempool_t *pool, gfp_t gfp)
{
	while (pool->curr_nr < pool->min_nr) {
		void *element = pool->alloc(gfp, pool->pool_data);

		if (!element)
			return false;
		put(pool, element);
	}
	return true;
}

static void **slots_new(int nr, gfp_t gfp)
{
	return pf_kmalloc_array((size_t)nr, sizeof(void *),
				(gfp & ~__GFP_ACCOUNT) | __GFP_ZERO);
}

int pf_mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc,
		    mempool_free_t *free, void *data, gfp_t gfp)
{
	*pool = (mempool_t){
		.min_nr = min_nr > 1 ? min_nr : 1,
		.pool_data = data,
		.alloc = alloc,
		.free = free,
	};
	pool->elements = slots_new(pool->min_nr, gfp);
	if (!pool->elements)
		return -ENOMEM;
	if (fill(pool, gfp))
		return 0;
	pf_mempool_exit(pool);
	return -ENOMEM;
}

void pf_mempool_exit(mempool_t *pool)
{
	void *element;

	if (!pool->elements)
		return;
	while ((element = take(pool)))
		pool->free(element, pool->pool_data);
	pf_kfree(pool->elements);
	pool->elements = NULL;
}

mempool_t *pf_mempool_create(int min_nr, mempool_alloc_t *alloc,
			     mempool_free_t *free, void *data, gfp_t gfp)
{
	mempool_t *pool = pf_kmalloc(sizeof(*pool), gfp);

	if (!pool)
		return NULL;
	if (pf_mempool_init(pool, min_nr, alloc, free, data, gfp) == 0)
		return pool;
	pf_kfree(pool);
	return NULL;
}

void pf_mempool_destroy(mempool_t *pool)
{
	if (!pool)
		return;
	pf_mempool_exit(pool);
	pf_kfree(pool);
}

int pf_mempool_resize(mempool_t *pool, int min_nr)
{
	void **old = pool->elements;
	int old_nr = pool->min_nr, i;
	void **new;

	if (min_nr < 1)
		min_nr = 1;
	new = slots_new(min_nr, GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	pool->elements = new;
	pool->min_nr = min_nr;
	pool->curr_nr = 0;
	for (i = 0; i < old_nr; i++) {
		if (old[i])
			pf_mempool_free(old[i], pool);
	}
	pf_kfree(old);
	/* As the kernel: what cannot be had now comes back by and by. */
	fill(pool, GFP_KERNEL | __GFP_NOWARN);
	return 0;
}

void *pf_mempool_alloc_slab(gfp_t gfp, void *cache)
{
	return pf_kmem_cache_alloc(cache, gfp);
}

void pf_mempool_free_slab(void *element, void *cache)
{
	pf_kmem_cache_free(cache, element);
}

void *pf_mempool_kmalloc(gfp_t gfp, void *size)
{
	return pf_kmalloc((size_t)size, gfp);
}

void *pf_mempool_kvmalloc(gfp_t gfp, void *size)
{
	return pf_kvmalloc((size_t)size, gfp);
}

void pf_mempool_kfree(void *element, void *size)
{
	(void)size;
	pf_kfree(element);
}

void pf_mempool_kvfree(void *element, void *size)
{
	(void)size;
	pf_kvfree(element);
}

void *pf_mempool_alloc_pages(gfp_t gfp, void *order)
{
	return pf_alloc_pages(gfp, (unsigned int)(size_t)order);
}

void pf_mempool_free_pages(void *element, void *order)
{
	pf_free_pages(element, (unsigned int)(size_t)order);
}
