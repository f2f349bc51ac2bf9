/* SPDX-License-Identifier: MIT */
/*
 * layer-calls.c - the library's layers, each by itself, for the benchmarks
 *
 * This is linked with the layers below lib/preload, as unit tests are, but with
 * those that the products are made of: the internal assertions are off unless
 * configure was asked for them.  malloc is libc's.
 */
#include "bench/micro/layer-calls.h"

#include <string.h>

#include "kmem/kmem.h"
#include "slab/barn.h"
#include "slab/gate.h"
#include "vmalloc/vmalloc.h"

bool layers_start(void)
{
	kmem_init();
	return kmem_is_ready();
}

/* Page blocks have a type while they live, as those of kmem have. */
static void *as_block(struct page *page, size_t nr_pages)
{
	if (!page)
		return NULL;
	page->nr = (u32)nr_pages;
	store_release(&page->type, PAGE_BLOCK);
	return page_to_virt(page);
}

void *zone_take(size_t nr_pages)
{
	struct tcache *tc = gate_enter();
	void *frames;

	if (!tc)
		return NULL;
	frames =
		as_block(zone_alloc_pages(&zone_normal, nr_pages, 0), nr_pages);
	gate_leave(tc);
	return frames;
}

void zone_give(void *frames, size_t nr_pages)
{
	struct tcache *tc = gate_enter();

	zone_free_pages(&zone_normal, virt_to_page(frames), nr_pages);
	gate_leave(tc);
}

void *pcp_take(size_t nr_pages)
{
	struct tcache *tc = gate_enter();
	void *frames;

	if (!tc)
		return NULL;
	frames =
		as_block(pcp_alloc(&tc->pcp, &zone_normal, nr_pages), nr_pages);
	gate_leave(tc);
	return frames;
}

void pcp_give(void *frames, size_t nr_pages)
{
	struct tcache *tc = gate_enter();

	pcp_free(&tc->pcp, &zone_normal, virt_to_page(frames), nr_pages);
	gate_leave(tc);
}

unsigned int slab_take(size_t size, void **objects, unsigned int nr)
{
	struct kmem_cache *s = &kmalloc_caches[size_to_class(size)];
	struct tcache *tc = gate_enter();
	unsigned int nr_taken;

	if (!tc)
		return 0;
	lock_acquire(&s->lock);
	nr_taken = slab_take_objects(s, &tc->pcp, objects + nr, nr);
	lock_release(&s->lock);
	if (nr_taken < nr)
		memmove(objects, objects + nr - nr_taken,
			nr_taken * sizeof(*objects));
	gate_leave(tc);
	return nr_taken;
}

bool slab_give(size_t size, void **objects, unsigned int nr)
{
	struct tcache *tc = gate_enter();
	struct bad_free bad = {NULL, OBJECT_OK};

	barn_put_objects(tc, size_to_class(size), objects, nr, &bad);
	gate_leave(tc);
	return !bad.object;
}

void *barn_take(size_t size)
{
	struct tcache *tc = gate_enter();
	void *object;

	if (!tc)
		return NULL;
	object = barn_alloc(tc, size_to_class(size));
	gate_leave(tc);
	return object;
}

bool barn_give(size_t size, void *object)
{
	struct bad_free bad = {NULL, OBJECT_OK};
	struct tcache *tc = gate_enter();

	barn_free(tc, size_to_class(size), object, &bad);
	gate_leave(tc);
	return !bad.object;
}

void *kmem_take(size_t size)
{
	return kmem_alloc(size, kmem_alloc_slow);
}

bool kmem_give(void *object)
{
	void *culprit;

	return kmem_free(object) || kmem_free_slow(object, &culprit) == KMEM_OK;
}

void *vmap_take(size_t bytes)
{
	struct tcache *tc = gate_enter();
	bool is_zero;
	void *area;

	if (!tc)
		return NULL;
	area = vmalloc_bytes(bytes, PAGE_SIZE, &is_zero);
	gate_leave(tc);
	return area;
}

void *vmap_resize(void *area, size_t bytes)
{
	struct tcache *tc = gate_enter();
	void *resized = vmalloc_resize(find_vmap_area(area), bytes, true);

	gate_leave(tc);
	return resized;
}

void vmap_give(void *area)
{
	struct tcache *tc = gate_enter();

	vfree_area(find_vmap_area(area));
	gate_leave(tc);
}

void layers_trim(void)
{
	enum kmem_status status;
	void *culprit;

	kmem_trim(&status, &culprit);
}

bool layers_are_sound(void)
{
	struct check_report report = {0};

	return kmem_check(&report);
}
