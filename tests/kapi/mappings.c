/* SPDX-License-Identifier: MIT */
/*
 * mappings.c - the process's address space, as the kernel shows its own
 */
#include <linux/kthread.h>

#include <sys/mman.h>
#include <unistd.h>

#include "kapi.h"

#define PAGES 16

static char *map(int prot)
{
	char *addr = mmap(NULL, PAGES * PAGE_SIZE, prot,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT(addr != MAP_FAILED);
	return addr;
}

TEST(find_vma_gives_the_first_that_ends_above)
{
	struct mm_struct *mm = current->mm;
	unsigned long hole;
	struct vm_area_struct *vma;
	char *addr = map(PROT_READ | PROT_WRITE);

	/* A hole in the middle makes two of it. */
	hole = (unsigned long)addr + 4 * PAGE_SIZE;
	munmap((void *)hole, 4 * PAGE_SIZE);
	mmap_read_lock(mm);
	vma = find_vma(mm, hole - 1);
	EXPECT(vma && vma->vm_start < hole && vma->vm_end == hole);
	EXPECT(vma_lookup(mm, hole - 1) == vma);
	vma = find_vma(mm, hole);
	EXPECT(vma && vma->vm_start == hole + 4 * PAGE_SIZE);
	EXPECT(vma_lookup(mm, hole) == NULL);
	EXPECT(find_vma_intersection(mm, hole, hole + 4 * PAGE_SIZE) == NULL);
	EXPECT(find_vma_intersection(mm, hole, hole + 4 * PAGE_SIZE + 1) ==
	       vma);
	EXPECT(find_vma(mm, ULONG_MAX - 1) == NULL ||
	       find_vma(mm, ULONG_MAX - 1)->vm_end > ULONG_MAX - 1);
	mmap_read_unlock(mm);
	munmap(addr, PAGES * PAGE_SIZE);
}

TEST(flags_say_what_may_be_done)
{
	char *ro = map(PROT_READ), *rw = map(PROT_READ | PROT_WRITE);
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, (unsigned long)ro);
	EXPECT_EQ(vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC), VM_READ);
	vma = vma_lookup(mm, (unsigned long)rw);
	EXPECT_EQ(vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC | VM_SHARED),
		  VM_READ | VM_WRITE);
	EXPECT(vma_is_anonymous(vma));
	EXPECT(vma->vm_mm == mm);
	vma = vma_lookup(mm, (unsigned long)(uintptr_t)map);
	EXPECT(vma->vm_flags & VM_EXEC);
	EXPECT(!vma_is_anonymous(vma));
	EXPECT_STR_HAS(vma->pf_name, "mappings");
	mmap_read_unlock(mm);
	munmap(ro, PAGES * PAGE_SIZE);
	munmap(rw, PAGES * PAGE_SIZE);
}

TEST(an_iteration_goes_upward_through_all)
{
	struct mm_struct *mm = current->mm;
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	unsigned long last = 0, total = 0;
	int nr = 0, local;
	bool has_stack = false;

	mmap_read_lock(mm);
	for_each_vma(vmi, vma)
	{
		EXPECT(last <= vma->vm_start);
		EXPECT(vma->vm_start < vma->vm_end);
		last = vma->vm_end;
		total += vma_pages(vma);
		has_stack |= range_in_vma(vma, (unsigned long)&local,
					  (unsigned long)(&local + 1));
		nr++;
	}
	EXPECT_EQ(nr, mm->map_count);
	EXPECT_EQ(total, mm->total_vm);
	EXPECT(has_stack);
	mmap_read_unlock(mm);
}

TEST(a_range_has_the_mappings_that_meet_it)
{
	struct mm_struct *mm = current->mm;
	unsigned long addr = (unsigned long)map(PROT_READ);
	struct vm_area_struct *vma;
	VMA_ITERATOR(vmi, mm, addr + PAGE_SIZE);
	int nr = 0;

	mprotect((void *)(addr + 8 * PAGE_SIZE), PAGE_SIZE, PROT_NONE);
	mmap_read_lock(mm);
	for_each_vma_range(vmi, vma, addr + 8 * PAGE_SIZE + 1) nr++;
	EXPECT_EQ(nr, 2);
	mmap_read_unlock(mm);
	munmap((void *)addr, PAGES * PAGE_SIZE);
}

TEST(who_takes_the_lock_sees_what_is_there_then)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *old;
	unsigned long addr;

	mmap_read_lock(mm);
	old = find_vma(mm, 0);
	addr = (unsigned long)map(PROT_READ);
	mmap_read_lock(mm); /* once more: a new look */
	EXPECT(vma_lookup(mm, addr) != NULL);
	mmap_read_unlock(mm);
	EXPECT_LT(old->vm_start, old->vm_end); /* still there */
	mmap_read_unlock(mm);
	munmap((void *)addr, PAGES * PAGE_SIZE);
	mmap_write_lock(mm);
	EXPECT(vma_lookup(mm, addr) == NULL);
	EXPECT(!mmap_read_trylock(mm));
	mmap_write_unlock(mm);
}

static struct vm_area_struct *vma_of(const void *addr)
{
	return vma_lookup(current->mm, (unsigned long)addr);
}

static void look_at_contents(void)
{
	struct page *normal = alloc_page(GFP_KERNEL);
	struct page *dma = alloc_page(GFP_KERNEL | GFP_DMA);
	struct page *high = alloc_page(GFP_HIGHUSER);
	void *object = pf_malloc(100), *large = pf_malloc(8 << 20);
	void *window = kmap(high);
	struct mm_struct *mm = current->mm;
	char text[64];
	int local;

	memset(large, 1, 4096);
	mmap_read_lock(mm);
	EXPECT(vma_of(page_address(normal))->pf_contents & PF_VMA_NORMAL);
	EXPECT_EQ(vma_of(page_address(dma))->pf_contents, PF_VMA_DMA);
	EXPECT_EQ(vma_of(window)->pf_contents, PF_VMA_HIGHMEM);
	EXPECT(vma_of(object)->pf_contents & PF_VMA_SLAB);
	EXPECT(vma_of(large)->pf_contents & PF_VMA_VMALLOC);
	EXPECT(vma_of(normal)->pf_contents & PF_VMA_MEM_MAP);
	EXPECT_EQ(vma_of(&local)->pf_contents, 0);
	EXPECT_EQ(pf_vma_contents_text(vma_of(window), text, sizeof(text)), 7);
	EXPECT_STR_EQ(text, "highmem");
	pf_vma_contents_text(vma_of(object), text, sizeof(text));
	EXPECT_STR_HAS(text, "normal slab");
	EXPECT_EQ(pf_vma_contents_text(vma_of(window), text, 5), 7);
	EXPECT_STR_EQ(text, "high");
	mmap_read_unlock(mm);
	kunmap(high);
	__free_page(normal);
	__free_page(dma);
	__free_page(high);
	pf_free(object);
	pf_free(large);
}

TEST(a_mapping_says_what_of_the_allocators_is_in_it)
{
	with_conf("kmem_limit:256M,highmem:on", look_at_contents);
}

TEST(anonymous_is_what_is_no_file_and_not_the_systems)
{
	struct mm_struct *mm = current->mm;
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	int nr_vdso = 0, local;

	mmap_read_lock(mm);
	EXPECT(vma_is_anonymous(vma_of(&local)));
	for_each_vma(vmi, vma)
	{
		if (vma->pf_name[0] == '/' || !strncmp(vma->pf_name, "[v", 2))
			EXPECT(!vma_is_anonymous(vma));
		nr_vdso += !strcmp(vma->pf_name, "[vdso]");
	}
	EXPECT_EQ(nr_vdso, 1);
	mmap_read_unlock(mm);
}

static u32 shall_end, nr_ready;

static void *look_all_the_time(void *arg)
{
	struct mm_struct *mm = current->mm;
	bool is_write = arg;

	__atomic_fetch_add(&nr_ready, 1, __ATOMIC_SEQ_CST);
	while (!READ_ONCE(shall_end)) {
		if (is_write) {
			mmap_write_lock(mm);
			mmap_write_unlock(mm);
		} else {
			mmap_read_lock(mm);
			mmap_read_unlock(mm);
		}
	}
	return NULL;
}

static void look_in_child(void *arg)
{
	struct mm_struct *mm = current->mm;

	(void)arg;
	mmap_read_lock(mm);
	EXPECT(vma_of(&mm));
	mmap_read_unlock(mm);
	mmap_write_lock(mm);
	EXPECT(vma_of(&mm));
	mmap_write_unlock(mm);
}

TEST(a_child_of_threads_that_look_can_look)
{
	pthread_t threads[3];
	int i;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	SKIP("a sanitizer's own locks are held in such a child");
#endif
	shall_end = 0;
	nr_ready = 0;
	for (i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, look_all_the_time,
			       i ? NULL : threads);
	while (READ_ONCE(nr_ready) < 3)
		usleep(1000);
	for (i = 0; i < 30; i++) {
		if (!EXPECT(child_run(20, look_in_child, NULL)))
			break;
	}
	WRITE_ONCE(shall_end, 1);
	threads_join(3, threads);
}

static void go_on_looking(void *arg)
{
	struct mm_struct *mm = current->mm;

	if (arg) {
		EXPECT(!mmap_read_trylock(mm));
		EXPECT(vma_of(&mm));
		mmap_write_unlock(mm);
	} else {
		EXPECT(!mmap_write_trylock(mm));
		mmap_read_unlock(mm);
		EXPECT(vma_of(&mm));
		EXPECT(!mmap_write_trylock(mm));
		mmap_read_unlock(mm);
	}
	look_in_child(NULL);
}

TEST(a_child_holds_what_its_thread_held)
{
	struct mm_struct *mm = current->mm;

	mmap_read_lock(mm);
	mmap_read_lock(mm);
	EXPECT(child_run(20, go_on_looking, NULL));
	mmap_read_unlock(mm);
	mmap_read_unlock(mm);
	mmap_write_lock(mm);
	EXPECT(child_run(20, go_on_looking, mm));
	mmap_write_unlock(mm);
}

static void *hold(void *arg)
{
	mmap_read_lock(current->mm);
	__atomic_fetch_add(&nr_ready, 1, __ATOMIC_SEQ_CST);
	while (!READ_ONCE(shall_end))
		usleep(1000);
	EXPECT(vma_of(&arg));
	mmap_read_unlock(current->mm);
	return NULL;
}

TEST(looks_beside_a_holder_leave_no_memory_behind)
{
	pthread_t thread;
	size_t before;
	int i;

#ifdef __SANITIZE_ADDRESS__
	SKIP("the sanitizer keeps what was freed");
#endif
	shall_end = 0;
	nr_ready = 0;
	pthread_create(&thread, NULL, hold, NULL);
	while (!READ_ONCE(nr_ready))
		usleep(1000);
	before = resident_kib();
	for (i = 0; i < 3000; i++) {
		mmap_read_lock(current->mm);
		mmap_read_unlock(current->mm);
	}
	EXPECT_LT(resident_kib(), before + 4 * KIB);
	WRITE_ONCE(shall_end, 1);
	pthread_join(thread, NULL);
}

static int kthread(void *arg)
{
	WRITE_ONCE(*(bool *)arg,
		   current->mm == NULL && current->active_mm != NULL);
	while (!kthread_should_stop())
		usleep(1000);
	return 0;
}

TEST(a_kthread_has_no_address_space_of_its_own)
{
	bool has_none = false;
	struct task_struct *task = kthread_run(kthread, &has_none, "none");

	while (!READ_ONCE(has_none))
		usleep(1000);
	kthread_stop(task);
	EXPECT(current->mm != NULL);
}
