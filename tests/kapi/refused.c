/* SPDX-License-Identifier: MIT */
/*
 * refused.c - mistakes of clients of the page allocator, and their sentences
 */
#include "kapi.h"

static void free_twice(void *arg)
{
	struct page *page = alloc_page(GFP_KERNEL);

	(void)arg;
	__free_page(page);
	__free_page(page);
}

TEST(a_page_is_not_freed_twice)
{
	expect_abort(free_twice, NULL,
		     "not a page that alloc_pages() has given");
}

static void free_with_order(void *arg)
{
	__free_pages(alloc_pages(GFP_KERNEL, 2), (unsigned int)(long)arg);
}

TEST(a_block_is_freed_with_its_order)
{
	expect_abort(free_with_order, (void *)1L,
		     "with order 1; it was allocated with order 2");
	expect_abort(free_with_order, (void *)3L,
		     "with order 3; it was allocated with order 2");
}

static void free_tail(void *arg)
{
	(void)arg;
	__free_page(alloc_pages(GFP_KERNEL | __GFP_COMP, 2) + 1);
}

static void free_inside(void *arg)
{
	(void)arg;
	__free_page(alloc_pages(GFP_KERNEL, 2) + 1);
}

TEST(a_block_is_freed_by_its_first_frame)
{
	expect_abort(free_tail, NULL,
		     "not the first frame of its compound page");
	expect_abort(free_inside, NULL, "nobody has a reference to it");
}

static void get_free(void *arg)
{
	struct page *page = alloc_page(GFP_KERNEL);

	(void)arg;
	__free_page(page);
	get_page(page);
}

static void put_free(void *arg)
{
	struct page *page = alloc_page(GFP_KERNEL);

	(void)arg;
	__free_page(page);
	put_page(page);
}

TEST(what_is_free_has_no_references)
{
	expect_abort(get_free, NULL, "nobody has a reference to it");
	expect_abort(put_free, NULL, "BUG: put_page() of page ");
}

static void free_wild(void *arg)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page((struct page *)((unsigned long)page + (unsigned long)arg));
}

TEST(what_is_no_page_is_not_looked_at)
{
	expect_abort(free_wild, (void *)(1UL << 30), "no struct page is there");
	expect_abort(free_wild, (void *)8, "no struct page is there");
	expect_abort(free_wild, (void *)-(1UL << 30),
		     "no struct page is there");
}

static void split_compound(void *arg)
{
	(void)arg;
	split_page(alloc_pages(GFP_KERNEL | __GFP_COMP, 2), 2);
}

TEST(a_compound_page_is_not_split)
{
	expect_abort(split_compound, NULL, "split_page() of page");
}

static void free_malloced(void *arg)
{
	(void)arg;
	free_page((unsigned long)pf_malloc(4096));
}

static void free_stack(void *arg)
{
	char on_stack[64];

	(void)arg;
	free_page((unsigned long)on_stack);
}

TEST(only_pages_are_freed_as_pages)
{
	expect_abort(free_malloced, NULL,
		     "not a page that alloc_pages() has given");
	expect_abort(free_stack, NULL, "not the permanent address of a frame");
}

static void pf_free_page(void *arg)
{
	(void)arg;
	pf_free((void *)__get_free_page(GFP_KERNEL));
}

static void pf_free_tail(void *arg)
{
	(void)arg;
	pf_free((void *)(__get_free_pages(GFP_KERNEL, 3) + 5 * PAGE_SIZE));
}

static void pf_free_dma(void *arg)
{
	(void)arg;
	pf_free((void *)__get_free_page(GFP_KERNEL | GFP_DMA));
}

TEST(pages_are_not_freed_by_free)
{
	expect_abort(pf_free_dma, NULL,
		     "a page of alloc_pages(), which __free_pages() frees");
	expect_abort(pf_free_page, NULL,
		     "a page of alloc_pages(), which __free_pages() frees");
	expect_abort(pf_free_tail, NULL,
		     "a page of alloc_pages(), which __free_pages() frees");
}

static void nofail_alone(void *arg)
{
	(void)arg;
	setenv("PFMALLOC_CONF", "kmem_limit:16M,highmem:off", 1);
	for (;;)
		alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 1);
}

TEST(without_hope_nofail_ends_with_a_sentence)
{
#ifdef __SANITIZE_THREAD__
	SKIP("the sanitizer has a thread of its own, which could free some");
#endif
	expect_abort(nofail_alone, NULL, "out of memory: a __GFP_NOFAIL");
}

static void kunmap_address(void *arg)
{
	struct page *page;

	(void)arg;
	setenv("PFMALLOC_CONF", "highmem:on", 1);
	page = alloc_page(GFP_HIGHUSER);
	kunmap((struct page *)kmap(page));
}

TEST(kunmap_takes_the_page)
{
	expect_abort(kunmap_address, NULL, "kunmap() takes the page");
}

static void kunmap_twice(void *arg)
{
	struct page *page;

	(void)arg;
	setenv("PFMALLOC_CONF", "highmem:on", 1);
	page = alloc_page(GFP_HIGHUSER);
	kmap(page);
	kunmap(page);
	kunmap(page);
}

TEST(a_page_is_unmapped_as_often_as_it_was_mapped)
{
	expect_abort(kunmap_twice, NULL, "which is not mapped by kmap()");
}

static void unmap_first(void *arg)
{
	void *first;

	(void)arg;
	setenv("PFMALLOC_CONF", "highmem:on", 1);
	first = kmap_local_page(alloc_page(GFP_HIGHUSER));
	kmap_local_page(alloc_page(GFP_HIGHUSER));
	kunmap_local(first);
}

static void map_seventeen(void *arg)
{
	int i;

	(void)arg;
	setenv("PFMALLOC_CONF", "highmem:on", 1);
	for (i = 0; i < 17; i++)
		kmap_local_page(alloc_page(GFP_HIGHUSER));
}

static void unmap_by_the_wrong_name(void *arg)
{
	(void)arg;
	setenv("PFMALLOC_CONF", "highmem:on", 1);
	kunmap_local(kmap(alloc_page(GFP_HIGHUSER)));
}

static void *unmap_anothers(void *addr)
{
	kunmap_local(addr);
	return NULL;
}

static void unmap_in_another_thread(void *arg)
{
	pthread_t thread;

	(void)arg;
	setenv("PFMALLOC_CONF", "highmem:on", 1);
	pthread_create(&thread, NULL, unmap_anothers,
		       kmap_local_page(alloc_page(GFP_HIGHUSER)));
	pthread_join(thread, NULL);
}

TEST(a_thread_unmaps_what_it_has_mapped_itself)
{
	expect_abort(unmap_in_another_thread, NULL,
		     "another thread has mapped this");
}

TEST(local_mappings_are_a_stack_of_sixteen)
{
	expect_abort(unmap_first, NULL, "the last one mapped goes first");
	expect_abort(map_seventeen, NULL, "16 pages mapped and no place left");
	expect_abort(unmap_by_the_wrong_name, NULL,
		     "kmap() has mapped this, and kunmap() unmaps it");
}

static void free_mapped(void *arg)
{
	struct page *page;

	(void)arg;
	setenv("PFMALLOC_CONF", "highmem:on", 1);
	page = alloc_page(GFP_HIGHUSER);
	kmap(page);
	__free_page(page);
}

TEST(a_page_is_unmapped_before_it_is_freed)
{
	expect_abort(free_mapped, NULL, "is freed while kmap() has it mapped");
}

static void look_without_lock(void *arg)
{
	(void)arg;
	find_vma(current->mm, 0);
}

static void unlock_without_lock(void *arg)
{
	(void)arg;
	mmap_read_unlock(current->mm);
}

TEST(mappings_are_looked_at_under_the_lock)
{
	expect_abort(look_without_lock, NULL, "without mmap_read_lock()");
	expect_abort(unlock_without_lock, NULL, "who does not hold the lock");
}
