/* SPDX-License-Identifier: MIT */
/*
 * kmalloc.c - memory of any size: which cache serves it, and what it may become
 *
 * Sizes up to 8 KiB have caches of 8 16 32 64 96 128 192 256 512 1k 2k 4k and
 * 8k bytes, in four kinds: kmalloc-N, kmalloc-rcl-N (__GFP_RECLAIMABLE),
 * dma-kmalloc-N (GFP_DMA) and kmalloc-cg-N (__GFP_ACCOUNT).  What is larger is
 * a block of pages, whose first frame has the mark KAPI_LARGE.
 *
 * All bytes of a zeroed object are zeroed, not only those asked for, so that
 * krealloc() with __GFP_ZERO may use the rest.
 */
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "base/print.h"
#include "kapi/cache.h"
#include "kapi/pages.h"
#include "kapi/slabs.h"
#include "kapi/vmalloc.h"
#include "kmem/emergency.h"
#include "os/conf.h"
#include "os/report.h"
#include "pfmalloc/slab.h"
#include "pfmalloc/vmalloc.h"

enum kmalloc_type {
	KMALLOC_NORMAL,
	KMALLOC_RECLAIM,
	KMALLOC_DMA,
	KMALLOC_CGROUP,
	NR_KMALLOC_TYPES
};

static const u16 bucket_size[] = {8,   16,  32,	  64,	96,   128, 192,
				  256, 512, 1024, 2048, 4096, 8192};
#define NR_BUCKETS ARRAY_SIZE(bucket_size)

static struct kcache *kmalloc_cache[NR_KMALLOC_TYPES][NR_BUCKETS];

static const struct {
	const char *prefix;
	unsigned int flags;
} kmalloc_kind[] = {
	[KMALLOC_NORMAL] = {"kmalloc", PF_SLAB_NO_MERGE},
	[KMALLOC_RECLAIM] = {"kmalloc-rcl",
			     PF_SLAB_NO_MERGE | PF_SLAB_RECLAIM_ACCOUNT},
	[KMALLOC_DMA] = {"dma-kmalloc", PF_SLAB_NO_MERGE | PF_SLAB_CACHE_DMA},
	[KMALLOC_CGROUP] = {"kmalloc-cg", PF_SLAB_NO_MERGE | PF_SLAB_ACCOUNT},
};

bool kmalloc_caches_create(void)
{
	unsigned int type, i;

	for (type = 0; type < NR_KMALLOC_TYPES; type++) {
		for (i = 0; i < NR_BUCKETS; i++) {
			u32 size = bucket_size[i];
			struct kmem_cache_args args = {.align = size & -size};
			TEXT(name, 32);

			text_print(&name, size < 1024 ? "%s-%u" : "%s-%uk",
				   kmalloc_kind[type].prefix,
				   size < 1024 ? size : size / 1024);
			if (kmalloc_cache[type][i])
				continue;
			kmalloc_cache[type][i] =
				kcache_create(name.start, size, &args,
					      kmalloc_kind[type].flags);
			if (!kmalloc_cache[type][i])
				return false;
		}
	}
	return true;
}

static enum kmalloc_type type_of(unsigned int gfp)
{
	if (likely(!(gfp & (__GFP_DMA | __GFP_RECLAIMABLE | __GFP_ACCOUNT))))
		return KMALLOC_NORMAL;
	if (gfp & __GFP_DMA)
		return KMALLOC_DMA;
	return gfp & __GFP_RECLAIMABLE ? KMALLOC_RECLAIM : KMALLOC_CGROUP;
}

/* The bucket of @size, 1..8192: 96 and 192 stand between powers of two. */
static unsigned int bucket_of(size_t size)
{
	unsigned int log;

	if (size <= 8)
		return 0;
	log = ilog2(size - 1) + 1; /* 2^log is not below it */
	if (log <= 6)
		return log - 3;
	if (log == 7)
		return size <= 96 ? 4 : 5;
	if (log == 8)
		return size <= 192 ? 6 : 7;
	return log - 1;
}

static unsigned int order_of(size_t size)
{
	return order_of_pages(bytes_to_pages(size));
}

static void *alloc_large(size_t size, unsigned int gfp)
{
	unsigned int order = order_of(size);
	struct page *page;

	if (unlikely(pf_conf.init_on_alloc))
		gfp |= __GFP_ZERO;
	page = pf_alloc_pages(gfp | __GFP_COMP, order);
	if (!page)
		return NULL;
	page->taken_bits[1] = order;
	store_release(&page->class, KAPI_LARGE);
	return pf_page_address(page);
}

/* The first frame of kmalloc's block that starts at @p, or NULL. */
static struct page *large_of(const void *p)
{
	struct page *page;

	page = (uintptr_t)p % PAGE_SIZE ? NULL : frame_of(p);
	return page && load_acquire(&page->class) == KAPI_LARGE ? page : NULL;
}

static void free_large(struct page *page, void *p)
{
	unsigned int order = (unsigned int)page->taken_bits[1];
	u8 class = KAPI_LARGE;

	/* Of two who free it one gets further. */
	if (!__atomic_compare_exchange_n(&page->class, &class, 0, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		kapi_report_pointer("kfree", p);
	page->taken_bits[1] = 0;
	if (unlikely(pf_conf.init_on_free))
		memset(p, 0, PAGE_SIZE << order);
	pf_free_pages(page, order);
}

static pf_cold void *too_large(size_t size, unsigned int gfp)
{
	if (!(gfp & __GFP_NOWARN))
		report_line("WARNING: kmalloc of %zu bytes: more than %lu "
			    "cannot be had in one piece, vmalloc() can",
			    size, PF_KMALLOC_MAX_SIZE);
	return NULL;
}

static pf_cold unsigned int without_bad_flags(unsigned int gfp)
{
	unsigned int bad = gfp & (__GFP_HIGHMEM | __GFP_DMA32);

	report_line("WARNING: unexpected gfp: %x in a request for objects, "
		    "ignored: slabs have addresses",
		    bad);
	return gfp & ~bad;
}

void *pf_kmalloc(size_t size, gfp_t gfp)
{
	struct kcache *s;

	if (unlikely(gfp & (__GFP_HIGHMEM | __GFP_DMA32)))
		gfp = without_bad_flags(gfp);
	if (unlikely(size > PF_KMALLOC_MAX_CACHE_SIZE)) {
		if (size > PF_KMALLOC_MAX_SIZE)
			return too_large(size, gfp);
		return kapi_init(gfp) ? alloc_large(size, gfp) : NULL;
	}
	if (unlikely(!size))
		return PF_ZERO_SIZE_PTR;
	s = kmalloc_cache[type_of(gfp)][bucket_of(size)];
	if (unlikely(!s)) {
		if (!kapi_init(gfp))
			return NULL;
		s = kmalloc_cache[type_of(gfp)][bucket_of(size)];
	}
	return kcache_alloc(s, gfp);
}

void *pf_kmalloc_array(size_t nr, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (unlikely(__builtin_mul_overflow(nr, size, &bytes)))
		return NULL;
	return pf_kmalloc(bytes, gfp);
}

static pf_cold void free_other(void *p, const char *call)
{
	struct page *page = large_of(p);

	if (page)
		free_large(page, p);
	else if (!is_emergency_addr(p) || emergency_free(p) != KMEM_OK)
		kapi_report_pointer(call, p);
}

void pf_kfree(const void *p)
{
	void *object = (void *)(uintptr_t)p;
	struct kslab *slab;

	if (unlikely(PF_IS_ZERO_OR_NULL(p)))
		return;
	slab = kslab_of(p);
	if (likely(slab))
		kslab_free_object(slab, object);
	else
		free_other(object, "kfree");
}

/* Bytes of the object that starts at @p, not nothing, for @call. */
static size_t size_of(const void *p, const char *call)
{
	struct kslab *slab = kslab_of(p);
	struct page *page;
	size_t size;

	if (slab) {
		unsigned int n = kslab_number(slab, p);

		if (unlikely(n == slab->cache->nr_objects ||
			     READ_ONCE(slab->state[n]) != OBJECT_IS_USED))
			kapi_report_object(call, slab, p);
		return slab->cache->flags & PF_SLAB_TYPESAFE_BY_RCU
			       ? slab->cache->object_size
			       : slab->cache->size;
	}
	page = large_of(p);
	if (page)
		return PAGE_SIZE << page->taken_bits[1];
	if (is_emergency_addr(p) && emergency_usable_size(p, &size) == KMEM_OK)
		return size;
	kapi_report_pointer(call, p);
}

size_t pf_ksize(const void *p)
{
	return PF_IS_ZERO_OR_NULL(p) ? 0 : size_of(p, "ksize");
}

size_t pf_kmalloc_size_roundup(size_t size)
{
	if (size == 0 || size == SIZE_MAX)
		return size;
	if (size <= PF_KMALLOC_MAX_CACHE_SIZE)
		return bucket_size[bucket_of(size)];
	if (size > PF_KMALLOC_MAX_SIZE)
		return size;
	return PAGE_SIZE << order_of(size);
}

/* The compiler must not leave out what nobody reads any more. */
static void zero_explicitly(void *p, size_t len)
{
	memset(p, 0, len);
	__asm__ __volatile__("" : : "r"(p) : "memory");
}

void pf_kfree_sensitive(const void *p)
{
	if (PF_IS_ZERO_OR_NULL(p))
		return;
	zero_explicitly((void *)(uintptr_t)p, size_of(p, "kfree_sensitive"));
	pf_kfree(p);
}

void *pf_krealloc(const void *p, size_t size, gfp_t gfp)
{
	void *old = (void *)(uintptr_t)p;
	size_t old_size;
	void *new;

	if (!size) {
		pf_kfree(p);
		return PF_ZERO_SIZE_PTR;
	}
	if (PF_IS_ZERO_OR_NULL(p))
		return pf_kmalloc(size, gfp);
	old_size = size_of(p, "krealloc");
	if (size <= old_size) {
		if (gfp & __GFP_ZERO)
			memset((char *)old + size, 0, old_size - size);
		return old;
	}
	new = pf_kmalloc(size, gfp);
	if (!new)
		return NULL;
	memcpy(new, old, old_size);
	pf_kfree(old);
	return new;
}

void *pf_krealloc_array(void *p, size_t nr, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(nr, size, &bytes))
		return NULL;
	return pf_krealloc(p, bytes, gfp);
}

/* ------------------------------------------------------------------------
 * Copies
 * ------------------------------------------------------------------------ */

void *pf_kmemdup(const void *from, size_t len, gfp_t gfp)
{
	void *copy = from ? pf_kmalloc(len, gfp) : NULL;

	return copy && len ? memcpy(copy, from, len) : copy;
}

char *pf_kmemdup_nul(const char *from, size_t len, gfp_t gfp)
{
	char *copy = from ? pf_kmalloc(len + 1, gfp) : NULL;

	if (!copy)
		return NULL;
	memcpy(copy, from, len);
	copy[len] = '\0';
	return copy;
}

char *pf_kstrdup(const char *text, gfp_t gfp)
{
	return text ? pf_kmemdup(text, strlen(text) + 1, gfp) : NULL;
}

char *pf_kstrndup(const char *text, size_t max, gfp_t gfp)
{
	return text ? pf_kmemdup_nul(text, strnlen(text, max), gfp) : NULL;
}

/* ------------------------------------------------------------------------
 * kmalloc, or vmalloc where that is too much to ask for
 * ------------------------------------------------------------------------ */

/* For the first try, of what an area would do for as well: no great effort. */
static unsigned int first_gfp(size_t size, unsigned int gfp)
{
	if (size <= PAGE_SIZE)
		return gfp;
	if (!(gfp & __GFP_RETRY_MAYFAIL))
		gfp |= __GFP_NORETRY;
	return (gfp & ~__GFP_NOFAIL) | __GFP_NOWARN;
}

void *pf_kvmalloc(size_t size, gfp_t gfp)
{
	void *p = pf_kmalloc(size, first_gfp(size, gfp));

	if (p || size <= PAGE_SIZE || !may_wait(gfp))
		return p;
	if (size > INT_MAX) {
		if (!(gfp & __GFP_NOWARN))
			report_line("WARNING: kvmalloc of %zu bytes: more "
				    "than INT_MAX is likely a mistake",
				    size);
		return NULL;
	}
	return pf_vmalloc_gfp(size, 1, gfp | __GFP_HIGHMEM);
}

void *pf_kvmalloc_array(size_t nr, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(nr, size, &bytes))
		return NULL;
	return pf_kvmalloc(bytes, gfp);
}

void pf_kvfree(const void *p)
{
	if (pf_is_vmalloc_addr(p))
		pf_vfree(p);
	else
		pf_kfree(p);
}

static size_t kv_size(const void *p)
{
	return pf_is_vmalloc_addr(p) ? vmalloc_size(p) : pf_ksize(p);
}

void pf_kvfree_sensitive(const void *p, size_t len)
{
	if (PF_IS_ZERO_OR_NULL(p))
		return;
	zero_explicitly((void *)(uintptr_t)p, len);
	pf_kvfree(p);
}

static void *kv_move(const void *p, size_t old_size, size_t size, gfp_t gfp)
{
	void *new = pf_kvmalloc(size, gfp);

	if (!new)
		return NULL;
	if (old_size)
		memcpy(new, p, min_size(old_size, size));
	pf_kvfree(p);
	return new;
}

void *pf_kvrealloc(const void *p, size_t size, gfp_t gfp)
{
	void *new;

	if (pf_is_vmalloc_addr(p))
		return pf_vrealloc(p, size, gfp);
	new = pf_krealloc(p, size, first_gfp(size, gfp));
	if (new || size <= PAGE_SIZE)
		return new;
	return kv_move(p, PF_IS_ZERO_OR_NULL(p) ? 0 : kv_size(p), size, gfp);
}

void *pf_kvrealloc_old(const void *p, size_t old_size, size_t size, gfp_t gfp)
{
	if (old_size >= size)
		return (void *)(uintptr_t)p;
	return kv_move(p, old_size, size, gfp);
}
