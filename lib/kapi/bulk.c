/* SPDX-License-Identifier: MIT */
/*
 * bulk.c - objects of a cache: one, several at once, and some put aside
 *
 * A client's sheaf is an object of kmalloc with pointers to objects, filled
 * before it is needed and emptied while nothing may fail.
 */
#include <errno.h>

#include "kapi/cache.h"
#include "kmem/emergency.h"
#include "os/report.h"
#include "pfmalloc/slab.h"

static struct kcache *kcache_of(struct kmem_cache *cache)
{
	return (struct kcache *)cache;
}

/* Which zone an object is of is the cache's affair. */
#define ZONE_FLAGS (__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM)

static pf_cold unsigned int without_zone(const struct kcache *s,
					 unsigned int gfp)
{
	unsigned int bad = gfp & ZONE_FLAGS & ~s->gfp;

	if (bad)
		report_line("WARNING: kmem_cache_alloc %s: unexpected gfp: %x, "
			    "ignored; a cache made with SLAB_CACHE_DMA or "
			    "SLAB_CACHE_DMA32 has such objects",
			    s->name, bad);
	return gfp & ~bad;
}

void *pf_kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	struct kcache *s = kcache_of(cache);

	if (unlikely(gfp & ZONE_FLAGS))
		gfp = without_zone(s, gfp);
	if (unlikely(gfp & __GFP_ZERO && s->ctor)) {
		report_line("WARNING: kmem_cache_alloc %s: __GFP_ZERO would "
			    "undo what the constructor did; ignored",
			    s->name);
		gfp &= ~__GFP_ZERO;
	}
	return kcache_alloc(s, gfp);
}

static pf_cold void wrong_cache(const struct kcache *s,
				const struct kslab *slab)
{
	report_line("WARNING: cache_from_obj: Wrong slab cache. %s but object "
		    "is from %s",
		    s->name, slab->cache->name);
}

void pf_kmem_cache_free(struct kmem_cache *cache, void *object)
{
	struct kslab *slab;

	if (unlikely(!object))
		return;
	slab = kslab_of(object);
	if (unlikely(!slab)) {
		if (!is_emergency_addr(object) ||
		    emergency_free(object) != KMEM_OK)
			kapi_report_pointer("kmem_cache_free", object);
		return;
	}
	if (unlikely(slab->cache != kcache_of(cache)))
		wrong_cache(kcache_of(cache), slab);
	kslab_free_object(slab, object);
}

void pf_kmem_cache_free_bulk(struct kmem_cache *cache, size_t nr,
			     void **objects)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (cache)
			pf_kmem_cache_free(cache, objects[i]);
		else
			pf_kfree(objects[i]);
	}
}

unsigned int pf_kmem_cache_alloc_bulk(struct kmem_cache *cache, gfp_t gfp,
				      size_t nr, void **objects)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		objects[i] = pf_kmem_cache_alloc(cache, gfp);
		if (!objects[i]) {
			pf_kmem_cache_free_bulk(cache, i, objects);
			return 0;
		}
	}
	return (unsigned int)nr;
}

struct pf_slab_sheaf {
	unsigned int nr;
	unsigned int room;
	void *object[];
};

static size_t sheaf_bytes(unsigned int room)
{
	return sizeof(struct pf_slab_sheaf) + room * sizeof(void *);
}

static bool fill(struct kmem_cache *cache, gfp_t gfp,
		 struct pf_slab_sheaf *sheaf, unsigned int size)
{
	unsigned int wanted;

	if (sheaf->nr >= size)
		return true;
	wanted = size - sheaf->nr;
	if (!pf_kmem_cache_alloc_bulk(cache, gfp, wanted,
				      sheaf->object + sheaf->nr))
		return false;
	sheaf->nr = size;
	return true;
}

struct pf_slab_sheaf *pf_kmem_cache_prefill_sheaf(struct kmem_cache *cache,
						  gfp_t gfp, unsigned int size)
{
	struct pf_slab_sheaf *sheaf =
		pf_kmalloc(sheaf_bytes(size), gfp & ~(unsigned)__GFP_ZERO);

	if (!sheaf)
		return NULL;
	sheaf->nr = 0;
	sheaf->room = size;
	if (fill(cache, gfp, sheaf, size))
		return sheaf;
	pf_kfree(sheaf);
	return NULL;
}

void *pf_kmem_cache_alloc_from_sheaf(struct kmem_cache *cache, gfp_t gfp,
				     struct pf_slab_sheaf *sheaf)
{
	void *object;

	(void)gfp;
	if (!sheaf->nr) {
		report_line("WARNING: kmem_cache_alloc_from_sheaf %s: the "
			    "sheaf is empty, ask for a larger one",
			    kcache_of(cache)->name);
		return NULL;
	}
	object = sheaf->object[--sheaf->nr];
	if (gfp & __GFP_ZERO && !kcache_of(cache)->ctor)
		__builtin_memset(object, 0, kcache_of(cache)->object_size);
	return object;
}

int pf_kmem_cache_refill_sheaf(struct kmem_cache *cache, gfp_t gfp,
			       struct pf_slab_sheaf **sheaf, unsigned int size)
{
	struct pf_slab_sheaf *old = *sheaf, *new;
	unsigned int i;

	if (size <= old->room)
		return fill(cache, gfp, old, size) ? 0 : -ENOMEM;
	new = pf_kmem_cache_prefill_sheaf(cache, gfp, size);
	if (!new)
		return -ENOMEM;
	for (i = 0; i < old->nr; i++)
		pf_kmem_cache_free(cache, old->object[i]);
	pf_kfree(old);
	*sheaf = new;
	return 0;
}

void pf_kmem_cache_return_sheaf(struct kmem_cache *cache, gfp_t gfp,
				struct pf_slab_sheaf *sheaf)
{
	(void)gfp;
	pf_kmem_cache_free_bulk(cache, sheaf->nr, sheaf->object);
	pf_kfree(sheaf);
}

unsigned int pf_kmem_cache_sheaf_size(const struct pf_slab_sheaf *sheaf)
{
	return sheaf->nr;
}
