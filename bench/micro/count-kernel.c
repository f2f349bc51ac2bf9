/* SPDX-License-Identifier: MIT */
/*
 * count-kernel.c - operations of the kernel-style calls, for count
 *
 * Beside malloc's in one program, which is linked with pfkernel.o.
 */
#include <linux/bug.h>
#include <linux/slab.h>

#include "bench/micro/count.h"

static void use(void *p)
{
	BUG_ON(!p);
	WRITE_ONCE(*(char *)p, 1);
}

static void kmalloc_pairs(size_t size, unsigned long n, gfp_t gfp)
{
	void *live = kmalloc(size, gfp);

	while (n--) {
		void *p = kmalloc(size, gfp);

		use(p);
		kfree(p);
	}
	kfree(live);
}

static void kmallocs(size_t size, unsigned long n)
{
	kmalloc_pairs(size, n, GFP_KERNEL);
}

static void atomic_kmallocs(size_t size, unsigned long n)
{
	kmalloc_pairs(size, n, GFP_ATOMIC);
}

static void cache_pairs(size_t size, unsigned long n)
{
	static struct kmem_cache *cache;
	void *live;

	if (!cache)
		cache = kmem_cache_create("count", (unsigned int)size, 0,
					  SLAB_NO_MERGE | SLAB_PANIC, NULL);
	live = kmem_cache_alloc(cache, GFP_KERNEL);
	while (n--) {
		void *p = kmem_cache_alloc(cache, GFP_KERNEL);

		use(p);
		kmem_cache_free(cache, p);
	}
	kmem_cache_free(cache, live);
}

/* clang-format off */
const struct operation more_operations[] = {
	{"kmalloc-64", kmallocs, 64},
	{"kmalloc-atomic-64", atomic_kmallocs, 64},
	{"kmem-cache-192", cache_pairs, 192},
	{NULL, NULL, 0},
};
/* clang-format on */
