/* SPDX-License-Identifier: MIT */
/*
 * misuse.c - what must end the process, with the sentence it must end in
 */
#include "slab.h"

/* malloc() of the library, which is not the test's. */
void *pf_malloc(size_t size);
void pf_free(void *p);

static void free_twice(void *arg)
{
	void *p = kmalloc((size_t)arg, GFP_KERNEL);

	kfree(p);
	kfree(p);
}

TEST(an_object_is_freed_once)
{
	expect_abort(free_twice, (void *)100,
		     "BUG: kfree of an object that is already free");
	expect_abort(free_twice, (void *)100, "kmalloc-128, slab at");
	expect_abort(free_twice, (void *)100000, "BUG: kfree of ");
}

static void free_other_twice(void *arg)
{
	struct kmem_cache *s = kmem_cache_create("named", 48, 0, 0, arg);
	void *p[100];
	int i;

	for (i = 0; i < 100; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	for (i = 0; i < 100; i++)
		kmem_cache_free(s, p[i]);
	kmem_cache_free(s, p[3]);
}

TEST(an_object_of_a_cache_is_freed_once_however_long_ago)
{
	expect_abort(free_other_twice, NULL, "already free");
}

static void free_inside(void *arg)
{
	char *p = kmalloc(256, GFP_KERNEL);

	kfree(p + (long)arg);
}

TEST(a_pointer_into_an_object_is_not_freed)
{
	expect_abort(free_inside, (void *)8, "no object's start");
	expect_abort(free_inside, (void *)255,
		     "255 bytes behind its start at 0x");
}

/* Larger than the caches' objects: a block of pages, of NORMAL or of DMA. */
static void free_inside_large(void *arg)
{
	char *p = kmalloc(20000, GFP_KERNEL);

	kfree(p + (long)arg);
}

static void free_inside_large_dma(void *arg)
{
	char *p = kmalloc(20000, GFP_KERNEL | GFP_DMA);

	kfree(p + (long)arg);
}

static void free_large_dma_twice(void *arg)
{
	char *p = kmalloc(20000, GFP_KERNEL | GFP_DMA);

	kfree(p);
	kfree(p + (long)arg);
}

TEST(a_pointer_into_a_large_object_is_not_freed)
{
	expect_abort(free_inside_large, (void *)8,
		     "BUG: kfree of a pointer that is no object's start");
	expect_abort(free_inside_large, (void *)4096,
		     "an object of 32768 bytes, 4096 bytes behind its start at "
		     "0x");
	expect_abort(free_inside_large_dma, (void *)20000,
		     "an object of 32768 bytes, 20000 bytes behind its start "
		     "at 0x");
	expect_abort(free_large_dma_twice, NULL,
		     "kfree of pages that are free, or of alloc_pages()");
}

static void kfree_pages(void *arg)
{
	(void)arg;
	kfree((void *)__get_free_pages(GFP_KERNEL, 1));
}

static void kfree_area(void *arg)
{
	(void)arg;
	kfree(vmalloc(5000));
}

static void kfree_malloc(void *arg)
{
	kfree(kmalloc(1, GFP_KERNEL));
	kfree(pf_malloc((size_t)arg));
}

static void kfree_stack(void *arg)
{
	int local = 0;

	(void)arg;
	kfree(kmalloc(1, GFP_KERNEL));
	kfree(&local);
}

TEST(kfree_says_whose_memory_it_was_given)
{
	expect_abort(kfree_pages, NULL, "of alloc_pages(): use free_pages()");
	expect_abort(kfree_area, NULL, "use vfree() or kvfree()");
	expect_abort(kfree_malloc, (void *)100,
		     "memory of malloc(): use free()");
	expect_abort(kfree_malloc, (void *)100000,
		     "memory of malloc(): use free()");
	expect_abort(kfree_malloc, (void *)(8 << 20),
		     "memory of malloc(): use free()");
	expect_abort(kfree_stack, NULL, "no allocator here owns");
}

static void free_kmalloc(void *arg)
{
	pf_free(kmalloc((size_t)arg, GFP_KERNEL));
}

static void free_area(void *arg)
{
	(void)arg;
	pf_free(vmalloc(5000));
}

TEST(free_says_that_it_is_not_malloc_s)
{
	expect_abort(free_kmalloc, (void *)100, "kfree() frees");
	expect_abort(free_kmalloc, (void *)100000, "kfree() frees");
	expect_abort(free_area, NULL, "vfree() frees");
}

static void ksize_of_malloc(void *arg)
{
	(void)arg;
	kfree(kmalloc(1, GFP_KERNEL));
	ksize(pf_malloc(100));
}

static void ksize_of_freed(void *arg)
{
	void *p = kmalloc((size_t)arg, GFP_KERNEL);

	kfree(p);
	ksize(p);
}

static void ksize_inside(void *arg)
{
	char *p = kmalloc((size_t)arg, GFP_KERNEL);

	ksize(p + 8);
}

TEST(ksize_is_for_objects)
{
	expect_abort(ksize_of_malloc, NULL, "BUG: ksize of memory of malloc()");
	expect_abort(ksize_of_freed, (void *)64,
		     "BUG: ksize of an object that is already free");
	expect_abort(ksize_of_freed, (void *)20000, "BUG: ksize of ");
	expect_abort(ksize_inside, (void *)64,
		     "BUG: ksize of a pointer that is no object's start");
	expect_abort(ksize_inside, (void *)20000,
		     "BUG: ksize of a pointer that is no object's start");
}

static void krealloc_of_freed(void *arg)
{
	void *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	p = krealloc(p, (size_t)arg, GFP_KERNEL);
}

static void kvrealloc_inside(void *arg)
{
	char *p = kmalloc(64, GFP_KERNEL);

	p = kvrealloc(p + 8, (size_t)arg, GFP_KERNEL);
}

TEST(krealloc_is_for_objects_in_use)
{
	expect_abort(krealloc_of_freed, (void *)32,
		     "BUG: krealloc of an object that is already free");
	expect_abort(krealloc_of_freed, (void *)200,
		     "BUG: krealloc of an object that is already free");
	expect_abort(kvrealloc_inside, (void *)32,
		     "BUG: krealloc of a pointer that is no object's start");
}

static void kfree_sensitive_of_freed(void *arg)
{
	void *p = kmalloc(64, GFP_KERNEL);

	(void)arg;
	kfree(p);
	kfree_sensitive(p);
}

TEST(what_is_free_is_not_overwritten)
{
	expect_abort(kfree_sensitive_of_freed, NULL,
		     "BUG: kfree_sensitive of an object that is already free");
}

static void sleep_in_atomic(void *arg)
{
	(void)arg;
	preempt_disable();
	kfree(kmalloc(10, GFP_KERNEL));
	preempt_enable();
}

static void do_not_sleep_in_atomic(void *arg)
{
	(void)arg;
	preempt_disable();
	kfree(kmalloc(10, GFP_ATOMIC));
	preempt_enable();
}

TEST(who_must_not_sleep_must_say_so)
{
	struct ending ending;

	expect_said(sleep_in_atomic, NULL,
		    "sleeping function called from invalid context");
	child_ending(&ending, 30, do_not_sleep_in_atomic, NULL);
	EXPECT_STR_EQ(ending.text, "");
}

static void dump(void *arg)
{
	void *p = kmalloc(20, GFP_KERNEL);

	(void)arg;
	EXPECT(kmem_dump_obj(p));
	EXPECT(!kmem_dump_obj(NULL));
	EXPECT(!kmem_dump_obj(&p));
}

TEST(an_object_can_be_described)
{
	expect_said(dump, NULL, "kmalloc-32, slab at");
}
