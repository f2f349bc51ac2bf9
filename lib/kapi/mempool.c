/* SPDX-License-Identifier: MIT */
/*
 * mempool.c - a few elements put aside
 *
 * What is put aside lies in slots that elements are taken from and put into by
 * atomic exchange: no lock, so that both may happen in a signal handler that
 * has interrupted either.
 *
 * Counting.  Who puts an element aside counts it in curr_nr before it fills a
 * slot, and not beyond min_nr; who takes one empties its slot before it counts
 * it out.  So the elements in slots are never more than curr_nr says, curr_nr
 * is never more than there are slots, and who was counted in finds one that is
 * empty.
 *
 * Resizing happens beside all of that.  Slots never go away before the pool
 * does: a pool that grows beyond those it has gets another block of them, and
 * one that shrinks leaves some unused.
 *
 *	created with 4, resized to 10, 2, 8:	4 + 6 slots
 *
 * A request tries, in this order: its allocation function without sleeping;
 * what is put aside; the function once more, with all that the caller allows;
 * and then it sleeps until an element comes back, five seconds at a time,
 * because memory may come free elsewhere meanwhile.
 *
 * A sleeper reads pf_nr_freed, tries, and sleeps while that is what it was; who
 * frees an element changes pf_nr_freed after it, then looks for sleepers.
 */
#include "pfmalloc/mempool.h"

#include <errno.h>
#include <limits.h>

#include "base/compiler.h"
#include "base/types.h"
#include "kapi/kapi.h"
#include "kapi/pages.h"
#include "os/report.h"
#include "os/thread.h"
#include "pfmalloc/slab.h"

#define TICK_MS 5000

/* Slots beyond those that the pool began with. */
struct mempool_slots {
	struct mempool_slots *next;
	int nr;
	void *elements[];
};

/* The block behind @block; the first of them where that is NULL. */
static struct mempool_slots *next_slots(const mempool_t *pool,
					const struct mempool_slots *block)
{
	return block ? block->next : load_acquire(&pool->pf_more);
}

static void *take_from(void **slots, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		void *element = READ_ONCE(slots[i]);

		if (element)
			element = __atomic_exchange_n(&slots[i], NULL,
						      __ATOMIC_ACQUIRE);
		if (element)
			return element;
	}
	return NULL;
}

static bool put_into(void **slots, int nr, void *element)
{
	int i;

	for (i = 0; i < nr; i++) {
		void *nothing = NULL;

		if (!READ_ONCE(slots[i]) &&
		    __atomic_compare_exchange_n(&slots[i], &nothing, element,
						false, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			return true;
	}
	return false;
}

static void *take(mempool_t *pool)
{
	struct mempool_slots *block = NULL;
	void *element = take_from(pool->elements, pool->pf_nr_first);

	while (!element && (block = next_slots(pool, block)))
		element = take_from(block->elements, block->nr);
	if (element)
		__atomic_fetch_sub(&pool->curr_nr, 1, __ATOMIC_RELEASE);
	return element;
}

/* One more, unless there are enough. */
static bool count_in(mempool_t *pool)
{
	int nr = READ_ONCE(pool->curr_nr);

	do {
		if (nr >= load_acquire(&pool->min_nr))
			return false;
	} while (!__atomic_compare_exchange_n(&pool->curr_nr, &nr, nr + 1, true,
					      __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

static bool put(mempool_t *pool, void *element)
{
	struct mempool_slots *block = NULL;

	if (!count_in(pool))
		return false;
	/* Another slot may be emptied and this one filled meanwhile. */
	while (!put_into(block ? block->elements : pool->elements,
			 block ? block->nr : pool->pf_nr_first, element))
		block = next_slots(pool, block);
	return true;
}

void *pf_mempool_alloc_preallocated(mempool_t *pool)
{
	return take(pool);
}

static void *try_all(mempool_t *pool, unsigned int gfp)
{
	unsigned int first = gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_IO);
	void *element = pool->alloc(first, pool->pool_data);

	if (unlikely(!element))
		element = take(pool);
	if (unlikely(!element) && first != gfp)
		element = pool->alloc(gfp, pool->pool_data);
	return element;
}

static void *wait_for_element(mempool_t *pool, unsigned int gfp)
{
	void *element;

	__atomic_fetch_add(&pool->pf_nr_waiting, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		u32 seen =
			__atomic_load_n(&pool->pf_nr_freed, __ATOMIC_SEQ_CST);

		element = try_all(pool, gfp);
		if (element)
			break;
		os_wait_ms(&pool->pf_nr_freed, seen, TICK_MS);
	}
	__atomic_fetch_sub(&pool->pf_nr_waiting, 1, __ATOMIC_SEQ_CST);
	return element;
}

void *pf_mempool_alloc(mempool_t *pool, gfp_t gfp)
{
	unsigned int all;
	void *element;

	if (unlikely(gfp & __GFP_ZERO)) {
		report_line("WARNING: mempool_alloc: __GFP_ZERO is not for "
			    "elements that are used again; ignored");
		gfp &= ~__GFP_ZERO;
	}
	if (gfp & __GFP_DIRECT_RECLAIM)
		kapi_might_sleep("mempool_alloc");
	all = gfp | __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
	element = try_all(pool, all);
	if (likely(element) || !(gfp & __GFP_DIRECT_RECLAIM))
		return element;
	return wait_for_element(pool, all);
}

static bool is_waited_for(mempool_t *pool)
{
	return __atomic_load_n(&pool->pf_nr_waiting, __ATOMIC_SEQ_CST);
}

/* All of them: the first may be served by the source, and leave an element. */
static void wake_waiters(mempool_t *pool)
{
	__atomic_fetch_add(&pool->pf_nr_freed, 1, __ATOMIC_SEQ_CST);
	if (is_waited_for(pool))
		os_wake(&pool->pf_nr_freed, INT_MAX);
}

/*
 * The source may end the pool with its last element: it is not looked at
 * afterwards, unless somebody waits in it.
 */
static void give_to_source(mempool_t *pool, void *element)
{
	bool is_there = is_waited_for(pool);

	pool->free(element, pool->pool_data);
	if (is_there)
		wake_waiters(pool);
}

void pf_mempool_free(void *element, mempool_t *pool)
{
	if (unlikely(!element))
		return;
	if (unlikely(put(pool, element)))
		wake_waiters(pool);
	else
		give_to_source(pool, element);
}

/* False where the allocation function fails. */
static bool fill(mempool_t *pool, gfp_t gfp)
{
	while (READ_ONCE(pool->curr_nr) < READ_ONCE(pool->min_nr)) {
		void *element = pool->alloc(gfp, pool->pool_data);

		if (!element)
			return false;
		pf_mempool_free(element, pool);
	}
	return true;
}

static int at_least_one(int nr)
{
	return nr > 1 ? nr : 1;
}

int pf_mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc,
		    mempool_free_t *free, void *data, gfp_t gfp)
{
	*pool = (mempool_t){
		.min_nr = at_least_one(min_nr),
		.pf_nr_first = at_least_one(min_nr),
		.pool_data = data,
		.alloc = alloc,
		.free = free,
	};
	pool->elements = pf_kmalloc_array((size_t)pool->min_nr, sizeof(void *),
					  (gfp & ~__GFP_ACCOUNT) | __GFP_ZERO);
	if (!pool->elements)
		return -ENOMEM;
	if (fill(pool, gfp))
		return 0;
	pf_mempool_exit(pool);
	return -ENOMEM;
}

void pf_mempool_exit(mempool_t *pool)
{
	struct mempool_slots *block, *next;
	void *element;

	if (!pool->elements)
		return;
	while ((element = take(pool)))
		pool->free(element, pool->pool_data);
	for (block = pool->pf_more; block; block = next) {
		next = block->next;
		pf_kfree(block);
	}
	pool->pf_more = NULL;
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

/* Slots for @min_nr elements; false where there is no memory for more. */
static bool make_room(mempool_t *pool, int min_nr)
{
	struct mempool_slots *block = NULL, *more;
	int nr = pool->pf_nr_first;

	while ((block = next_slots(pool, block)))
		nr += block->nr;
	if (nr >= min_nr)
		return true;
	nr = min_nr - nr;
	more = pf_kmalloc(sizeof(*more) + (size_t)nr * sizeof(void *),
			  GFP_KERNEL | __GFP_ZERO);
	if (!more)
		return false;
	more->nr = nr;
	more->next = READ_ONCE(pool->pf_more);
	while (!__atomic_compare_exchange_n(&pool->pf_more, &more->next, more,
					    true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
	return true;
}

int pf_mempool_resize(mempool_t *pool, int min_nr)
{
	void *element;

	min_nr = at_least_one(min_nr);
	if (!make_room(pool, min_nr))
		return -ENOMEM;
	store_release(&pool->min_nr, min_nr);
	while (READ_ONCE(pool->curr_nr) > READ_ONCE(pool->min_nr) &&
	       (element = take(pool)))
		pool->free(element, pool->pool_data);
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
