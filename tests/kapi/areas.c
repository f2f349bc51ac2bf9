/* SPDX-License-Identifier: MIT */
/*
 * areas.c - vmalloc and vmap, rule by rule
 */
#include "slab.h"

#include <sys/mman.h>

#include <linux/highmem.h>
#include <pthread.h>

/* The range of a 32-bit process has 32,768 pages, guards included. */
#define NR_AREAS  (sizeof(long) == 8 ? 32768 : 8192)
#define MAX_AREAS 32768

TEST(an_area_is_whole_zeroed_pages)
{
	static const unsigned long sizes[] = {1, 4096, 4097, 100000, 5 << 20};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *p = vmalloc(sizes[i]);

		EXPECT(is_aligned(p, 4096));
		EXPECT(is_vmalloc_addr(p));
		EXPECT(is_all(p, 0, PAGE_ALIGN(sizes[i])));
		memset(p, 1, PAGE_ALIGN(sizes[i]));
		vfree(p);
	}
	EXPECT_EQ(vmalloc_nr_pages(), 0);
	EXPECT(pf_kmem_check());
}

static void ask_for_nothing(void *arg)
{
	(void)arg;
	EXPECT(!vmalloc(0));
	EXPECT(!vmalloc(SIZE_MAX / 4));
	EXPECT(!__vmalloc(4096, GFP_ATOMIC));
}

TEST(nothing_and_too_much_are_refused_with_a_warning)
{
	expect_said(ask_for_nothing, NULL, "vmalloc error: size 0,");
	expect_said(ask_for_nothing, NULL,
		    sizeof(long) == 8 ? ", exceeds total pages"
				      : ", failed to allocate");
	expect_said(ask_for_nothing, NULL, "the caller may not sleep");
}

TEST(an_overflow_is_null)
{
	EXPECT(!vmalloc_array(SIZE_MAX / 2 + 1, 2));
	EXPECT(!vcalloc(SIZE_MAX / 2 + 1, 2));
}

static void touch(void *p)
{
	die_plainly();
	*(volatile char *)p = 1;
}

static void expect_fault(void *p)
{
	struct ending ending;

	child_ending(&ending, 30, touch, p);
	EXPECT_EQ(ending.signal, SIGSEGV);
}

TEST(behind_an_area_is_a_guard)
{
	char *p = vmalloc(8192);

	expect_fault(p + 8192);
	p[8191] = 1;
	vfree(p);
}

TEST(a_freed_area_faults)
{
	char *p = vmalloc(8192);

	p[0] = 1;
	vfree(p);
	expect_fault(p);
	expect_fault(p + 8191);
}

TEST(alignment_is_what_was_asked_for)
{
	unsigned long align;

	for (align = 1; align <= 1 << 22; align *= 4) {
		void *p = __vmalloc_node(10000, align, GFP_KERNEL, 0, NULL);

		EXPECT(is_aligned(p, align));
		vfree(p);
	}
}

static int nr_mappings(void)
{
	static char text[1 << 20];
	FILE *file = fopen("/proc/self/maps", "r");
	int nr = 0;

	while (fgets(text, sizeof(text), file))
		nr++;
	fclose(file);
	return nr;
}

TEST(thousands_of_areas_of_one_page_are_few_mappings)
{
	static char *p[MAX_AREAS];
	int before = nr_mappings();
	int i;

	for (i = 0; i < NR_AREAS; i++) {
		p[i] = vmalloc(4096);
		if (!EXPECT(p[i] != NULL))
			return;
		*(int *)p[i] = i;
	}
	EXPECT_EQ(vmalloc_nr_pages(), NR_AREAS);
	EXPECT_LT(nr_mappings() - before, 100);
	tap_note("%d mappings more", nr_mappings() - before);
	for (i = 0; i < NR_AREAS; i++) {
		if (!EXPECT_EQ(*(int *)p[i], i))
			return;
		vfree(p[i]);
	}
	EXPECT_EQ(vmalloc_nr_pages(), 0);
	EXPECT(pf_kmem_check());
}

TEST(freed_addresses_and_memory_come_back)
{
	size_t before;
	int i;

	if (STEPS(8) < 8)
		SKIP("a sanitizer has memory of its own for each page");
	vfree(vmalloc(64 << 20));
	before = resident_kib();
	for (i = 0; i < 200; i++) {
		char *p = vmalloc(16 << 20);

		if (!EXPECT(p != NULL))
			return;
		memset(p, 1, 16 << 20);
		vfree(p);
	}
	EXPECT_LT(resident_kib(), before + 64 * KIB);
}

TEST(each_page_has_a_struct_page_at_its_address)
{
	char *p = vmalloc(3 * 4096);
	int i;

	for (i = 0; i < 3; i++) {
		struct page *page = vmalloc_to_page(p + i * 4096 + 100);

		EXPECT(page_address(page) == p + i * 4096);
		EXPECT(pfn_to_page(vmalloc_to_pfn(p + i * 4096)) == page);
		EXPECT_EQ(page_to_pfn(page), vmalloc_to_pfn(p + i * 4096));
		EXPECT_EQ(page_count(page), 1);
	}
	EXPECT(!vmalloc_to_page(p + 3 * 4096)); /* the guard */
	vfree(p);
	EXPECT(!vmalloc_to_page(p));
}

TEST(a_reference_keeps_a_page_of_a_freed_area)
{
	char *p = vmalloc(2 * 4096);
	struct page *page = vmalloc_to_page(p + 4096);
	int i;

	memset(p, 7, 2 * 4096);
	get_page(page);
	vfree(p);
	for (i = 0; i < 10; i++)
		vfree(vmalloc(16 << 20)); /* purges */
	EXPECT(is_all(page_address(page), 7, 4096));
	put_page(page);
	for (i = 0; i < 10; i++)
		vfree(vmalloc(16 << 20));
	EXPECT(pf_kmem_check());
}

TEST(an_area_is_found_by_any_address_in_it)
{
	char *p = vmalloc(3 * 4096);
	struct vm_struct *area = find_vm_area(p + 10000);

	if (EXPECT(area != NULL)) {
		EXPECT(area->addr == p);
		EXPECT_EQ(area->size, 4 * 4096);
		EXPECT_EQ(get_vm_area_size(area), 3 * 4096);
		EXPECT_EQ(area->nr_pages, 3);
		EXPECT(area->flags & VM_ALLOC);
		EXPECT(area->pages[2] == vmalloc_to_page(p + 8192));
	}
	EXPECT(!find_vm_area(p + 3 * 4096));
	EXPECT(!find_vm_area(&area));
	vfree(p);
	EXPECT(!find_vm_area(p));
}

TEST(an_area_is_a_mapping_of_the_process)
{
	char *p = vmalloc(4096);
	struct vm_area_struct *vma;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, (unsigned long)p);
	if (EXPECT(vma != NULL))
		EXPECT_EQ(vma->pf_contents & PF_VMA_VMALLOC, PF_VMA_VMALLOC);
	mmap_read_unlock(current->mm);
	vfree(p);
}

/* lib/os/fault.h */
extern void os_refuse_guards(bool shall_refuse);

#define NR_GUARDED   8192 /* areas whose guard is a mapping of its own */
#define NR_UNGUARDED 1000

static void use_areas_without_madvise(void *arg)
{
	static char *areas[NR_GUARDED + NR_UNGUARDED];
	int before = nr_mappings();
	unsigned int i;
	char *p = NULL;

	(void)arg;
	os_refuse_guards(true);
	for (i = 0; i < ARRAY_SIZE(areas); i++) {
		areas[i] = vmalloc(PAGE_SIZE);
		if (!EXPECT(areas[i] != NULL))
			return;
		memset(areas[i], (int)i, PAGE_SIZE);
	}
	EXPECT_LT(nr_mappings(), before + 2 * NR_GUARDED + 100);
	expect_fault(areas[0] + PAGE_SIZE);
	expect_fault(areas[NR_GUARDED - 1] + PAGE_SIZE);
	/* The page behind the others is nobody's. */
	for (i = NR_GUARDED; i < ARRAY_SIZE(areas); i++)
		memset(areas[i] + PAGE_SIZE, 0xff, PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(areas); i++) {
		if (!EXPECT(is_all(areas[i], (int)(i & 0xff), PAGE_SIZE)))
			return;
	}
	EXPECT(pf_kmem_check());
	vfree(areas[0]);
	EXPECT(is_all(areas[0], 0, PAGE_SIZE)); /* reads as zeros, if at all */
	for (i = 1; i < ARRAY_SIZE(areas); i++)
		vfree(areas[i]);
	for (i = 0; i < 20; i++)
		vfree(vmalloc(16 << 20)); /* purges */
	EXPECT_LT(nr_mappings(), before + 100);
	for (i = 0; i < 100; i++) {
		p = vmalloc(3 * PAGE_SIZE);
		EXPECT(is_all(p, 0, 3 * PAGE_SIZE));
		memset(p, 1, 3 * PAGE_SIZE);
	}
	expect_fault(p + 3 * PAGE_SIZE);
	EXPECT(pf_kmem_check());
}

TEST(where_the_system_has_no_guard_pages_mappings_are)
{
	EXPECT(child_run(60, use_areas_without_madvise, NULL));
}

TEST(vrealloc_keeps_what_is_there)
{
	char *p = vrealloc(NULL, 5000, GFP_KERNEL);
	char *same;

	memset(p, 4, 5000);
	same = vrealloc(p, 8192, GFP_KERNEL | __GFP_ZERO);
	EXPECT(same == p);
	EXPECT(is_all(p, 4, 5000));
	EXPECT(is_all(p + 5000, 0, 3192));
	p = vrealloc(p, 100000, GFP_KERNEL);
	EXPECT(is_all(p, 4, 5000));
	p = vrealloc(p, 3000, GFP_KERNEL | __GFP_ZERO);
	p = vrealloc(p, 6000, GFP_KERNEL | __GFP_ZERO);
	EXPECT(is_all(p, 4, 3000));
	EXPECT(is_all(p + 3000, 0, 3000));
	EXPECT(!vrealloc(p, 0, GFP_KERNEL));
	EXPECT_EQ(vmalloc_nr_pages(), 0);
}

TEST(huge_areas_are_aligned_to_huge_pages)
{
	char *p = vmalloc_huge(5 << 20, GFP_KERNEL);

	EXPECT(is_aligned(p, 2 << 20));
	memset(p, 1, 5 << 20);
	vfree(p);
	p = vmalloc_user(4096);
	EXPECT(find_vm_area(p)->flags & VM_USERMAP);
	vfree(p);
}

TEST(vfree_atomic_is_done_by_the_next_call)
{
	char *p = vmalloc(4096);

	vfree_atomic(p);
	EXPECT_EQ(vmalloc_nr_pages(), 1);
	vfree(vmalloc(4096));
	EXPECT_EQ(vmalloc_nr_pages(), 0);
}

static void free_wrong(void *arg)
{
	char *p = vmalloc(8192);

	(void)arg;
	vfree(NULL);
	vfree(p + 1);
	vfree(p + 4096);
	vfree(p);
	vfree(p);
	vunmap(p + 4096);
}

TEST(what_is_no_area_is_not_freed)
{
	expect_said(free_wrong, NULL, "Trying to vfree() bad address (0x");
	expect_said(free_wrong, NULL,
		    "Trying to vfree() nonexistent vm area (0x");
	expect_said(free_wrong, NULL,
		    "Trying to vunmap() nonexistent vm area (0x");
}

TEST(vmap_of_pages_side_by_side_is_a_view)
{
	struct page *block = alloc_pages(GFP_KERNEL, 2);
	struct page *pages[4];
	char *p;
	int i;

	for (i = 0; i < 4; i++)
		pages[i] = block + i;
	p = vmap(pages, 4, VM_MAP, PAGE_KERNEL);
	EXPECT(p == page_address(block));
	vunmap(p);
	__free_pages(block, 2);
}

TEST(a_view_is_known_by_any_address_in_it)
{
	struct page *block = alloc_pages(GFP_KERNEL, 2);
	struct page *pages[] = {block, block + 1, block + 2};
	char *p, *object = kmalloc(100, GFP_KERNEL);
	struct vm_struct *area;

	EXPECT(!is_vmalloc_addr(page_address(block)));
	p = vmap(pages, 3, VM_MAP, PAGE_KERNEL);
	EXPECT(is_vmalloc_addr(p) && is_vmalloc_addr(p + 3 * PAGE_SIZE - 1));
	EXPECT(!is_vmalloc_addr(p - 1) && !is_vmalloc_addr(p + 3 * PAGE_SIZE));
	EXPECT(!is_vmalloc_addr(object) && !is_vmalloc_addr(&p));
	EXPECT(vmalloc_to_page(p + PAGE_SIZE + 5) == block + 1);
	EXPECT_EQ(vmalloc_to_pfn(p + 2 * PAGE_SIZE), page_to_pfn(block + 2));
	area = find_vm_area(p + PAGE_SIZE);
	if (EXPECT(area != NULL)) {
		EXPECT(area->addr == p);
		EXPECT_EQ(get_vm_area_size(area), 3 * PAGE_SIZE);
		EXPECT_EQ(area->nr_pages, 3);
		EXPECT(area->flags & VM_MAP);
		EXPECT(area->pages[2] == block + 2);
	}
	vunmap(p);
	EXPECT(!is_vmalloc_addr(p) && !vmalloc_to_page(p) && !find_vm_area(p));
	p = vm_map_ram(pages, 3, 0);
	EXPECT(is_vmalloc_addr(p) && !find_vm_area(p));
	vm_unmap_ram(p, 3);
	__free_pages(block, 2);
	kfree(object);
}

TEST(views_of_one_page_end_one_by_one)
{
	struct page *block = alloc_pages(GFP_KERNEL, 1);
	struct page *pages[] = {block, block + 1};
	char *all = vmap(pages, 2, VM_MAP, PAGE_KERNEL);
	char *same = vmap(pages, 2, VM_MAP, PAGE_KERNEL);
	char *second = vmap(pages + 1, 1, VM_MAP, PAGE_KERNEL);

	EXPECT(same == all && second == all + PAGE_SIZE);
	vunmap(all);
	EXPECT(is_vmalloc_addr(all + PAGE_SIZE));
	vunmap(second);
	EXPECT(is_vmalloc_addr(all + PAGE_SIZE));
	vunmap(same);
	EXPECT(!is_vmalloc_addr(all + PAGE_SIZE) && !is_vmalloc_addr(all));
	__free_pages(block, 1);
}

static void *show_and_end(void *arg)
{
	struct page *block = alloc_pages(GFP_KERNEL, 1);
	struct page *pages[] = {block, block + 1};
	long wrong = (long)arg;
	int i;

	for (i = 0; i < STEPS(20000); i++) {
		char *p = vmap(pages + i % 2, 2 - i % 2, VM_MAP, PAGE_KERNEL);

		wrong += !is_vmalloc_addr((char *)page_address(block + 1) + 9);
		vunmap(p);
		wrong += is_vmalloc_addr((char *)page_address(block + 1) + 9);
	}
	__free_pages(block, 1);
	return (void *)wrong;
}

TEST(threads_have_views_apart)
{
	pthread_t threads[4];
	void *wrong;
	int i;

	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, show_and_end, NULL);
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], &wrong);
		EXPECT(!wrong);
	}
}

/* lib/slab/gate.h, whose words collide with the kernel's. */
extern void *kapi_enter(void);

/* The thread is inside the gate, as if this were a handler in a slow path. */
static void end_views_inside(void *arg)
{
	struct page **kept = kmalloc_array(1, sizeof(*kept), GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL);
	struct page *pages[] = {page};
	char *p, *q;

	p = vmap(pages, 1, VM_MAP, PAGE_KERNEL);
	kept[0] = page;
	get_page(page);
	q = vmap(kept, 1, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	EXPECT(q == p);
	kapi_enter();
	if (arg)
		vfree_atomic(q);
	else
		vfree(q);
	vunmap(p);
	_exit(page_count(page) != 1 || is_vmalloc_addr(p));
}

TEST(a_view_ends_in_a_handler_too)
{
	struct ending ending;
	long i;

	for (i = 0; i < 2; i++) {
		child_ending(&ending, 30, end_views_inside, (void *)i);
		EXPECT_EQ(ending.signal, 0);
		EXPECT_EQ(ending.status, 0);
		EXPECT_STR_EQ(ending.text, "");
	}
}

static void *free_later(void *block)
{
	usleep(100000);
	__free_pages(block, MAX_PAGE_ORDER);
	return NULL;
}

TEST(nofail_waits_for_the_pages_of_an_area)
{
	struct page *block = NULL, *next;
	pthread_t thread;
	void *p;

	WITH_CONF("kmem_limit:64M,highmem:off",
		  nofail_waits_for_the_pages_of_an_area);
	while ((next = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN |
					   __GFP_MEMALLOC,
				   MAX_PAGE_ORDER)))
		block = block ? block : next; /* of NORMAL */
	while (alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN))
		;
	pthread_create(&thread, NULL, free_later, block);
	p = __vmalloc(64 * PAGE_SIZE, GFP_KERNEL | __GFP_NOFAIL);
	EXPECT(p != NULL);
	pthread_join(thread, NULL);
	vfree(p);
}

static void vmap_scattered(void *arg)
{
	struct page *block = alloc_pages(GFP_KERNEL, 2);
	struct page *pages[2] = {block + 2, block};

	(void)arg;
	EXPECT(!vmap(pages, 2, VM_MAP, PAGE_KERNEL));
	EXPECT(!vmap(pages, 0, VM_MAP, PAGE_KERNEL));
}

TEST(vmap_of_pages_with_addresses_apart_is_refused)
{
	expect_said(vmap_scattered, NULL,
		    "pages with an address of their own have no second one");
}

TEST(highmem_is_seen_at_several_addresses)
{
	struct page *pages[5];
	char *p, *q, *addr;
	int i;

	WITH_CONF("highmem:on", highmem_is_seen_at_several_addresses);
	for (i = 0; i < 5; i++)
		pages[i] = alloc_page(GFP_HIGHUSER);
	EXPECT(PageHighMem(pages[0]));
	swap(pages[0], pages[4]);
	p = vmap(pages, 5, VM_MAP, PAGE_KERNEL);
	q = vm_map_ram(pages, 5, 0);
	if (!EXPECT(p != NULL) || !EXPECT(q != NULL))
		return;
	EXPECT(is_vmalloc_addr(p));
	for (i = 0; i < 5; i++)
		memset(p + i * 4096, i + 1, 4096);
	for (i = 0; i < 5; i++) {
		EXPECT(is_all(q + i * 4096, i + 1, 4096));
		EXPECT(vmalloc_to_page(p + i * 4096) == pages[i]);
		addr = kmap_local_page(pages[i]);
		EXPECT(is_all(addr, i + 1, 4096));
		memset(addr, 0x70 + i, 4096);
		kunmap_local(addr);
		EXPECT(is_all(p + i * 4096, 0x70 + i, 4096));
	}
	EXPECT(find_vm_area(p) != NULL);
	EXPECT(!find_vm_area(q));
	vm_unmap_ram(q, 5);
	vunmap(p);
	for (i = 0; i < 5; i++)
		__free_page(pages[i]);
	/* The addresses are ordinary memory again. */
	for (i = 0; i < 2000; i++) {
		p = vmalloc(5 * 4096);
		EXPECT(is_all(p, 0, 5 * 4096));
		memset(p, 1, 5 * 4096);
		vfree(p);
	}
	EXPECT(pf_kmem_check());
}

TEST(vfree_puts_the_pages_that_vmap_was_given)
{
	struct page **pages = kvmalloc_array(4, sizeof(*pages), GFP_KERNEL);
	struct page *block = alloc_pages(GFP_KERNEL, 2);
	char *p;
	int i;

	split_page(block, 2);
	for (i = 0; i < 4; i++)
		pages[i] = block + i;
	get_page(block);
	p = vmap(pages, 4, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	vfree(p);
	EXPECT_EQ(page_count(block), 1);
	put_page(block);
}

TEST(vfree_atomic_puts_the_pages_that_vmap_was_given)
{
	struct page **pages = kmalloc_array(2, sizeof(*pages), GFP_KERNEL);
	struct page *page = alloc_pages(GFP_KERNEL, 1);

	split_page(page, 1);
	get_page(page);
	pages[0] = page;
	pages[1] = page + 1;
	vfree_atomic(vmap(pages, 2, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL));
	vfree(vmalloc(PAGE_SIZE));
	EXPECT_EQ(page_count(page), 1);
	put_page(page);
}

TEST(vunmap_leaves_the_pages_that_vmap_was_given)
{
	struct page **pages = kmalloc_array(2, sizeof(*pages), GFP_KERNEL);
	struct page *page = alloc_pages(GFP_KERNEL, 1);

	split_page(page, 1);
	pages[0] = page;
	pages[1] = page + 1;
	vunmap(vmap(pages, 2, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL));
	EXPECT_EQ(page_count(page), 1);
	__free_page(page);
	__free_page(page + 1);
	kfree(pages);
}

TEST(vunmap_of_a_view_leaves_the_area_that_it_shows)
{
	char *area = vmalloc(2 * PAGE_SIZE);
	struct page *pages[] = {vmalloc_to_page(area),
				vmalloc_to_page(area + PAGE_SIZE)};
	char *view = vmap(pages, 2, VM_MAP, PAGE_KERNEL);

	strcpy(area, "here");
	EXPECT_STR_EQ(view, "here");
	vunmap(view);
	EXPECT_STR_EQ(area, "here");
	EXPECT(find_vm_area(area));
	vfree(area);
}

static void use_areas_around_mlockall(void *arg)
{
	static char *areas[100];
	int i;

	(void)arg;
	for (i = 0; i < 100; i++)
		areas[i] = vmalloc(4 * PAGE_SIZE);
	for (i = 0; i < 100; i++)
		vfree(areas[i]);
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		_exit(0); /* it may not */
	vfree(vmalloc(PAGE_SIZE));
	munlockall();
	for (i = 0; i < 12000; i++) {
		char *area = vmalloc(4 * PAGE_SIZE);

		memset(area, 1, 4 * PAGE_SIZE);
		vfree(area);
	}
	_exit(0);
}

TEST(freed_areas_are_whole_again_after_mlockall)
{
	struct ending ending;

	child_ending(&ending, 60, use_areas_around_mlockall, NULL);
	EXPECT_EQ(ending.signal, 0);
	EXPECT_EQ(ending.status, 0);
}

static void *come_and_go(void *arg)
{
	uint64_t state = (uint64_t)(unsigned long)arg + tap_seed();
	char *p[16] = {NULL};
	int i;

	for (i = 0; i < STEPS(4000); i++) {
		unsigned int slot = tap_random_next(&state) % 16;
		unsigned long bytes = 1 + tap_random_next(&state) % 100000;

		if (p[slot] && *p[slot] != (char)slot)
			return p[slot];
		vfree(p[slot]);
		p[slot] = vmalloc(bytes);
		memset(p[slot], (int)slot, bytes);
	}
	for (i = 0; i < 16; i++)
		vfree(p[i]);
	return NULL;
}

TEST(threads_have_areas_apart)
{
	pthread_t threads[4];
	void *wrong;
	long i;

	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, come_and_go, (void *)i);
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], &wrong);
		EXPECT(!wrong);
	}
	EXPECT_EQ(vmalloc_nr_pages(), 0);
	EXPECT(pf_kmem_check());
}
