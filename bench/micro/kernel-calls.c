/* SPDX-License-Identifier: MIT */
/*
 * kernel-calls.c - loops of the kernel-style calls, for the benchmarks
 *
 * Written against <linux/...> alone, as a client of libpfkernel is: each call
 * goes by its public name into the shared library.
 */
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "bench/micro/kernel-calls.h"

#define NR_LIVE	    8UL	 /* taken at a time when they are checked */
#define MAX_BULK    64UL /* objects, and pages of a view */
#define CACHE_BYTES 192	 /* an object of the cache */

static const char no_memory[] = "an allocation failed";
static const char shares_memory[] = "memory is not what was written to it";

/* The compiler cannot leave the store out. */
static inline void use(void *p)
{
	WRITE_ONCE(*(char *)p, 1);
}

static void fill(void *p, size_t size, unsigned long number)
{
	memset(p, (int)number + 1, size);
}

static bool is_filled(const void *p, size_t size, unsigned long number)
{
	return !memchr_inv(p, (int)number + 1, size);
}

/* Whether @nr that live together are @nr different pieces of memory. */
static const char *check_all(void *const *objects, unsigned long nr,
			     size_t size)
{
	unsigned long i;

	for (i = 0; i < nr; i++) {
		if (!objects[i])
			return no_memory;
		fill(objects[i], size, i);
	}
	for (i = 0; i < nr; i++) {
		if (!is_filled(objects[i], size, i))
			return shares_memory;
	}
	return NULL;
}

static const char *kmalloc_begin(unsigned long size)
{
	void *objects[NR_LIVE];
	const char *wrong;
	unsigned long i;

	for (i = 0; i < NR_LIVE; i++)
		objects[i] = kmalloc(size, GFP_KERNEL);
	wrong = check_all(objects, NR_LIVE, size);
	for (i = 0; i < NR_LIVE; i++) {
		if (is_power_of_2(size) && (unsigned long)objects[i] % size)
			wrong = "kmalloc() of a power of two is not aligned";
		kfree(objects[i]);
	}
	return wrong;
}

static __always_inline const char *pairs(unsigned long size, gfp_t gfp,
					 unsigned long n)
{
	while (n--) {
		void *p = kmalloc(size, gfp);

		if (!p)
			return no_memory;
		use(p);
		kfree(p);
	}
	return NULL;
}

static const char *kmalloc_loop(unsigned long size, unsigned long n)
{
	return pairs(size, GFP_KERNEL, n);
}

const struct kernel_call kmalloc_calls = {kmalloc_begin, kmalloc_loop, NULL};

static const char *atomic_loop(unsigned long size, unsigned long n)
{
	return pairs(size, GFP_ATOMIC, n);
}

const struct kernel_call kmalloc_atomic_calls = {kmalloc_begin, atomic_loop,
						 NULL};

static struct kmem_cache *cache;

/* What the loop writes, too: objects go back as they were constructed. */
static void construct(void *object)
{
	fill(object, CACHE_BYTES, 0);
}

static void cache_end(unsigned long arg)
{
	(void)arg;
	kmem_cache_destroy(cache);
	cache = NULL;
}

static const char *make_cache(void (*ctor)(void *object))
{
	cache = kmem_cache_create("bench-192", CACHE_BYTES, 0, SLAB_NO_MERGE,
				  ctor);
	return cache ? NULL : no_memory;
}

/* Objects of the cache that live together, @nr of MAX_BULK at most. */
static const char *check_cache(unsigned long nr)
{
	void *objects[MAX_BULK];
	const char *wrong;

	if (!kmem_cache_alloc_bulk(cache, GFP_KERNEL, nr, objects))
		return no_memory;
	wrong = check_all(objects, nr, CACHE_BYTES);
	kmem_cache_free_bulk(cache, nr, objects);
	return wrong;
}

static const char *cache_begin(unsigned long arg)
{
	const char *wrong = make_cache(NULL);

	(void)arg;
	return wrong ? wrong : check_cache(NR_LIVE);
}

static const char *cache_loop(unsigned long arg, unsigned long n)
{
	(void)arg;
	while (n--) {
		void *object = kmem_cache_alloc(cache, GFP_KERNEL);

		if (!object)
			return no_memory;
		use(object);
		kmem_cache_free(cache, object);
	}
	return NULL;
}

const struct kernel_call cache_calls = {cache_begin, cache_loop, cache_end};

/* Each is constructed, and so is one that comes for the second time. */
static const char *cache_ctor_begin(unsigned long arg)
{
	void *objects[NR_LIVE] = {NULL};
	const char *wrong = make_cache(construct);
	unsigned long i;

	(void)arg;
	for (i = 0; i < NR_LIVE && !wrong; i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		if (!objects[i])
			wrong = no_memory;
		else if (!is_filled(objects[i], CACHE_BYTES, 0))
			wrong = "an object is not as it was constructed";
	}
	if (!wrong)
		wrong = check_all(objects, NR_LIVE, CACHE_BYTES);
	for (i = 0; i < NR_LIVE && objects[i]; i++) {
		construct(objects[i]);
		kmem_cache_free(cache, objects[i]);
	}
	return wrong;
}

const struct kernel_call cache_ctor_calls = {cache_ctor_begin, cache_loop,
					     cache_end};

static const char *bulk_begin(unsigned long nr)
{
	const char *wrong = make_cache(NULL);

	if (!wrong && nr > MAX_BULK)
		wrong = "that many objects at a time are not foreseen";
	return wrong ? wrong : check_cache(nr);
}

static const char *bulk_loop(unsigned long nr, unsigned long n)
{
	void *objects[MAX_BULK];
	unsigned long i;

	while (n--) {
		if (!kmem_cache_alloc_bulk(cache, GFP_KERNEL, nr, objects))
			return no_memory;
		for (i = 0; i < nr; i++)
			use(objects[i]);
		kmem_cache_free_bulk(cache, nr, objects);
	}
	return NULL;
}

const struct kernel_call cache_bulk_calls = {bulk_begin, bulk_loop, cache_end};

static const char *pages_begin(unsigned long order)
{
	struct page *pages[NR_LIVE];
	void *addresses[NR_LIVE];
	const char *wrong;
	unsigned long i;

	for (i = 0; i < NR_LIVE; i++) {
		pages[i] = alloc_pages(GFP_KERNEL, (unsigned int)order);
		addresses[i] = pages[i] ? page_address(pages[i]) : NULL;
	}
	wrong = check_all(addresses, NR_LIVE, PAGE_SIZE << order);
	for (i = 0; i < NR_LIVE; i++) {
		if (pages[i])
			__free_pages(pages[i], (unsigned int)order);
	}
	return wrong;
}

static const char *pages_loop(unsigned long order, unsigned long n)
{
	while (n--) {
		struct page *page =
			alloc_pages(GFP_KERNEL, (unsigned int)order);

		if (!page)
			return no_memory;
		use(page_address(page));
		__free_pages(page, (unsigned int)order);
	}
	return NULL;
}

const struct kernel_call pages_calls = {pages_begin, pages_loop, NULL};

static const char *vmalloc_begin(unsigned long nr_pages)
{
	void *areas[NR_LIVE];
	const char *wrong;
	unsigned long i;

	for (i = 0; i < NR_LIVE; i++)
		areas[i] = vmalloc(nr_pages * PAGE_SIZE);
	wrong = check_all(areas, NR_LIVE, nr_pages * PAGE_SIZE);
	for (i = 0; i < NR_LIVE; i++)
		vfree(areas[i]);
	return wrong;
}

/* Every page is written to: the kernel's areas have their pages, too. */
static const char *vmalloc_loop(unsigned long nr_pages, unsigned long n)
{
	unsigned long i;

	while (n--) {
		char *area = vmalloc(nr_pages * PAGE_SIZE);

		if (!area)
			return no_memory;
		for (i = 0; i < nr_pages; i++)
			use(area + i * PAGE_SIZE);
		vfree(area);
	}
	return NULL;
}

const struct kernel_call vmalloc_calls = {vmalloc_begin, vmalloc_loop, NULL};

static struct page *frames[MAX_BULK];

static void free_frames(unsigned long nr)
{
	unsigned long i;

	for (i = 0; i < nr; i++) {
		if (frames[i])
			__free_page(frames[i]);
		frames[i] = NULL;
	}
}

/* Pages that have no address: a view of others would be no mapping. */
static const char *take_highmem(unsigned long nr)
{
	unsigned long i;

	if (nr > MAX_BULK)
		return "that many pages in a view are not foreseen";
	for (i = 0; i < nr; i++) {
		frames[i] = alloc_page(GFP_HIGHUSER);
		if (!frames[i])
			return no_memory;
		if (!PageHighMem(frames[i]))
			return "there is no ZONE_HIGHMEM: set "
			       "PFMALLOC_CONF=highmem:on";
	}
	return NULL;
}

/* The page shows what was written by another address, and the reverse. */
static bool is_shown(struct page *page, char *view, unsigned long number)
{
	char *addr = kmap_local_page(page);
	bool is_good;

	fill(addr, PAGE_SIZE, number);
	is_good = is_filled(view, PAGE_SIZE, number);
	fill(view, PAGE_SIZE, number + 1);
	is_good = is_good && is_filled(addr, PAGE_SIZE, number + 1);
	kunmap_local(addr);
	return is_good;
}

static const char *vmap_begin(unsigned long nr)
{
	const char *wrong = take_highmem(nr);
	unsigned long i;
	char *view;

	if (wrong)
		return wrong;
	view = vmap(frames, (unsigned int)nr, VM_MAP, PAGE_KERNEL);
	if (!view)
		return no_memory;
	for (i = 0; i < nr; i++) {
		if (!is_shown(frames[i], view + i * PAGE_SIZE, i))
			wrong = "a view does not show its pages";
	}
	for (i = 0; i < nr; i++) {
		if (!is_filled(view + i * PAGE_SIZE, PAGE_SIZE, i + 1))
			wrong = shares_memory;
	}
	vunmap(view);
	return wrong;
}

static const char *vmap_loop(unsigned long nr, unsigned long n)
{
	while (n--) {
		char *view =
			vmap(frames, (unsigned int)nr, VM_MAP, PAGE_KERNEL);

		if (!view)
			return no_memory;
		use(view);
		vunmap(view);
	}
	return NULL;
}

const struct kernel_call vmap_calls = {vmap_begin, vmap_loop, free_frames};

/* One page is mapped; two at a time are two pages. */
static const char *check_kmap(void)
{
	char *first = kmap_local_page(frames[0]);
	char *second = kmap_local_page(frames[1]);
	void *const both[] = {first, second};
	const char *wrong = check_all(both, 2, PAGE_SIZE);

	kunmap_local(second);
	kunmap_local(first);
	return wrong;
}

static void kmap_end(unsigned long arg)
{
	(void)arg;
	free_frames(2);
}

static const char *kmap_highmem_begin(unsigned long arg)
{
	const char *wrong = take_highmem(2);

	(void)arg;
	return wrong ? wrong : check_kmap();
}

static const char *kmap_lowmem_begin(unsigned long arg)
{
	(void)arg;
	frames[0] = alloc_page(GFP_KERNEL);
	frames[1] = alloc_page(GFP_KERNEL);
	return frames[0] && frames[1] ? check_kmap() : no_memory;
}

static const char *kmap_loop(unsigned long arg, unsigned long n)
{
	(void)arg;
	while (n--) {
		void *addr = kmap_local_page(frames[0]);

		use(addr);
		kunmap_local(addr);
	}
	return NULL;
}

const struct kernel_call kmap_highmem_calls = {kmap_highmem_begin, kmap_loop,
					       kmap_end};
const struct kernel_call kmap_lowmem_calls = {kmap_lowmem_begin, kmap_loop,
					      kmap_end};
