/* SPDX-License-Identifier: MIT */
/*
 * names.c - the kernel's names, each as kernel code uses it
 *
 * FUNCTION(result, name, parameters) holds what the kernel has as a function:
 * its address fits a pointer of the kernel's type.  What the kernel has as a
 * macro is used in a statement.  names.t compiles this file for several
 * versions of the kernel, and runs it.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mempool.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

#define SINCE(major, minor) \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(major, minor, 0))

/* Whether all that was used gave what it should. */
static int nr_wrong;
#define RIGHT(cond)                                               \
	do {                                                      \
		if (!(cond)) {                                    \
			pr_err("line %d: %s\n", __LINE__, #cond); \
			nr_wrong++;                               \
		}                                                 \
	} while (0)

#define FUNCTION(result, name, ...)                           \
	do {                                                  \
		result (*const function)(__VA_ARGS__) = name; \
                                                              \
		RIGHT(function);                              \
	} while (0)

static void page_functions(void)
{
	FUNCTION(struct page *, alloc_pages, gfp_t, unsigned int);
	FUNCTION(struct page *, alloc_pages_node, int, gfp_t, unsigned int);
	FUNCTION(void, __free_pages, struct page *, unsigned int);
	FUNCTION(unsigned long, __get_free_pages, gfp_t, unsigned int);
	FUNCTION(unsigned long, get_zeroed_page, gfp_t);
	FUNCTION(void, free_pages, unsigned long, unsigned int);
	FUNCTION(void *, alloc_pages_exact, size_t, gfp_t);
	FUNCTION(void *, alloc_pages_exact_nid, int, size_t, gfp_t);
	FUNCTION(void, free_pages_exact, void *, size_t);
	FUNCTION(void, split_page, struct page *, unsigned int);
	FUNCTION(int, get_order, unsigned long);
	FUNCTION(void, get_page, struct page *);
	FUNCTION(void, put_page, struct page *);
	FUNCTION(bool, try_get_page, struct page *);
	FUNCTION(int, put_page_testzero, struct page *);
	FUNCTION(int, page_count, const struct page *);
	FUNCTION(int, page_ref_count, const struct page *);
	FUNCTION(unsigned int, compound_order, const struct page *);
	FUNCTION(int, PageCompound, const struct page *);
	FUNCTION(int, PageHead, const struct page *);
	FUNCTION(int, PageTail, const struct page *);
	FUNCTION(struct page *, virt_to_head_page, const void *);
	FUNCTION(struct zone *, page_zone, const struct page *);
	FUNCTION(enum zone_type, page_zonenum, const struct page *);
	FUNCTION(struct folio *, folio_alloc, gfp_t, unsigned int);
	FUNCTION(void, folio_put, struct folio *);
	FUNCTION(unsigned long, totalram_pages, void);
	FUNCTION(unsigned long, nr_free_pages, void);
}

static void page_macros(void)
{
	struct page *pages[4] = {NULL, NULL, NULL, NULL};
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long addr = __get_free_page(GFP_KERNEL);
	void *p = page_address(page);

	RIGHT(virt_to_page(p) == page && page_to_virt(page) == p);
	RIGHT(pfn_to_page(page_to_pfn(page)) == page);
	RIGHT(pfn_valid(page_to_pfn(page)) && virt_addr_valid(p));
	RIGHT(compound_head(page) == page && page_count(page) == 1);
	RIGHT(page_size(page) == PAGE_SIZE && !PageHighMem(page));
	__free_page(page);
	free_page(addr);
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	RIGHT(compound_order(page) == 2 && compound_nr(page) == 4);
	RIGHT(PageCompound(page) && PageTail(page + 1));
	RIGHT(compound_head(page + 3) == page);
	RIGHT(page_folio(page + 3) == (struct folio *)page);
	put_page(page + 1);
	RIGHT(PAGE_ALIGN(PAGE_SIZE + 1) == 2 * PAGE_SIZE);
	RIGHT(offset_in_page(PAGE_SIZE + 3) == 3);
#if SINCE(6, 14)
	RIGHT(alloc_pages_bulk(GFP_KERNEL, 4, pages) == 4);
#else
	RIGHT(alloc_pages_bulk_array(GFP_KERNEL, 4, pages) == 4);
#endif
	release_pages(pages, 4);
#if SINCE(6, 8)
	RIGHT(MAX_PAGE_ORDER == 10 && NR_PAGE_ORDERS == 11);
#else
	RIGHT(MAX_ORDER == (SINCE(6, 4) ? 10 : 11));
#endif
}

static void object_functions(void)
{
	FUNCTION(void *, kmalloc, size_t, gfp_t);
	FUNCTION(void *, kzalloc, size_t, gfp_t);
	FUNCTION(void *, kmalloc_array, size_t, size_t, gfp_t);
	FUNCTION(void *, kcalloc, size_t, size_t, gfp_t);
	FUNCTION(void *, kmalloc_node, size_t, gfp_t, int);
	FUNCTION(void *, kzalloc_node, size_t, gfp_t, int);
	FUNCTION(void *, kmalloc_array_node, size_t, size_t, gfp_t, int);
	FUNCTION(void *, kcalloc_node, size_t, size_t, gfp_t, int);
	FUNCTION(void *, krealloc, const void *, size_t, gfp_t);
	FUNCTION(void *, krealloc_array, void *, size_t, size_t, gfp_t);
	FUNCTION(void, kfree, const void *);
	FUNCTION(void, kfree_sensitive, const void *);
	FUNCTION(void, kzfree, const void *);
	FUNCTION(void, kfree_bulk, size_t, void **);
	FUNCTION(size_t, ksize, const void *);
	FUNCTION(size_t, kmalloc_size_roundup, size_t);
	FUNCTION(void *, kmemdup, const void *, size_t, gfp_t);
	FUNCTION(void *, kmemdup_array, const void *, size_t, size_t, gfp_t);
	FUNCTION(char *, kmemdup_nul, const char *, size_t, gfp_t);
	FUNCTION(char *, kstrdup, const char *, gfp_t);
	FUNCTION(char *, kstrndup, const char *, size_t, gfp_t);
	FUNCTION(const char *, kstrdup_const, const char *, gfp_t);
	FUNCTION(void, kfree_const, const void *);
	FUNCTION(char *, kasprintf, gfp_t, const char *, ...);
	FUNCTION(char *, kvasprintf, gfp_t, const char *, va_list);
	FUNCTION(void *, kvmalloc, size_t, gfp_t);
	FUNCTION(void *, kvzalloc, size_t, gfp_t);
	FUNCTION(void *, kvmalloc_node, size_t, gfp_t, int);
	FUNCTION(void *, kvmalloc_array, size_t, size_t, gfp_t);
	FUNCTION(void *, kvcalloc, size_t, size_t, gfp_t);
	FUNCTION(void, kvfree, const void *);
	FUNCTION(void, kvfree_sensitive, const void *, size_t);
#if SINCE(6, 12)
	FUNCTION(void *, kvrealloc, const void *, size_t, gfp_t);
#else
	FUNCTION(void *, kvrealloc, const void *, size_t, size_t, gfp_t);
#endif
}

struct item {
	struct rcu_head rcu;
	struct list_head link;
	struct hlist_node node;
	char text[32];
};

static void cache_functions(void)
{
	FUNCTION(void *, kmem_cache_alloc, struct kmem_cache *, gfp_t);
	FUNCTION(void *, kmem_cache_zalloc, struct kmem_cache *, gfp_t);
	FUNCTION(void *, kmem_cache_alloc_node, struct kmem_cache *, gfp_t,
		 int);
	FUNCTION(void, kmem_cache_free, struct kmem_cache *, void *);
	FUNCTION(int, kmem_cache_alloc_bulk, struct kmem_cache *, gfp_t, size_t,
		 void **);
	FUNCTION(void, kmem_cache_free_bulk, struct kmem_cache *, size_t,
		 void **);
	FUNCTION(int, kmem_cache_shrink, struct kmem_cache *);
	FUNCTION(void, kmem_cache_destroy, struct kmem_cache *);
	FUNCTION(unsigned int, kmem_cache_size, struct kmem_cache *);
#if SINCE(6, 6)
	FUNCTION(bool, kmem_dump_obj, void *);
#endif
	FUNCTION(struct kmem_cache *, kmem_cache_create_usercopy, const char *,
		 unsigned int, unsigned int, slab_flags_t, unsigned int,
		 unsigned int, void (*)(void *));
#if !SINCE(6, 12)
	FUNCTION(struct kmem_cache *, kmem_cache_create, const char *,
		 unsigned int, unsigned int, slab_flags_t, void (*)(void *));
#endif
}

static void cache_macros(void)
{
	struct kmem_cache *caches[] = {
		kmem_cache_create("five", 40, 8, SLAB_HWCACHE_ALIGN, NULL),
		KMEM_CACHE(item, SLAB_PANIC | SLAB_ACCOUNT),
		KMEM_CACHE_USERCOPY(item, SLAB_RECLAIM_ACCOUNT, text),
#if SINCE(6, 12)
		kmem_cache_create("args", 40,
				  &(struct kmem_cache_args){.align = 16},
				  SLAB_NO_MERGE),
		kmem_cache_create("none", 40, NULL, 0),
#endif
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(caches); i++) {
		void *p[2];

		RIGHT(kmem_cache_alloc_bulk(caches[i], GFP_KERNEL, 2, p) == 2);
		kmem_cache_free_bulk(caches[i], 2, p);
		kmem_cache_destroy(caches[i]);
	}
	RIGHT(ZERO_OR_NULL_PTR(kmalloc(0, GFP_KERNEL)));
}

static void pool_functions(void)
{
	mempool_alloc_t *alloc = mempool_alloc_slab;
	mempool_free_t *free = mempool_free_slab;

	RIGHT(alloc && free);
	FUNCTION(mempool_t *, mempool_create, int, mempool_alloc_t *,
		 mempool_free_t *, void *);
	FUNCTION(mempool_t *, mempool_create_slab_pool, int,
		 struct kmem_cache *);
	FUNCTION(mempool_t *, mempool_create_kmalloc_pool, int, size_t);
	FUNCTION(mempool_t *, mempool_create_page_pool, int, int);
	FUNCTION(int, mempool_init, mempool_t *, int, mempool_alloc_t *,
		 mempool_free_t *, void *);
	FUNCTION(int, mempool_init_slab_pool, mempool_t *, int,
		 struct kmem_cache *);
	FUNCTION(int, mempool_init_kmalloc_pool, mempool_t *, int, size_t);
	FUNCTION(int, mempool_init_page_pool, mempool_t *, int, int);
	FUNCTION(void *, mempool_alloc, mempool_t *, gfp_t);
	FUNCTION(void *, mempool_alloc_preallocated, mempool_t *);
	FUNCTION(void, mempool_free, void *, mempool_t *);
	FUNCTION(int, mempool_resize, mempool_t *, int);
	FUNCTION(void, mempool_destroy, mempool_t *);
	FUNCTION(void, mempool_exit, mempool_t *);
	FUNCTION(bool, mempool_initialized, mempool_t *);
	FUNCTION(bool, mempool_is_saturated, mempool_t *);
	FUNCTION(void *, mempool_kmalloc, gfp_t, void *);
	FUNCTION(void, mempool_kfree, void *, void *);
	FUNCTION(void *, mempool_alloc_pages, gfp_t, void *);
	FUNCTION(void, mempool_free_pages, void *, void *);
}

static unsigned long counts(struct shrinker *s, struct shrink_control *sc)
{
	(void)s;
	return sc->nr_to_scan ? SHRINK_EMPTY : 0;
}

static void shrinker_names(void)
{
#if SINCE(6, 7)
	struct shrinker *s = shrinker_alloc(SHRINKER_NUMA_AWARE, "s-%d", 1);

	FUNCTION(struct shrinker *, shrinker_alloc, unsigned int, const char *,
		 ...);
	FUNCTION(void, shrinker_register, struct shrinker *);
	FUNCTION(void, shrinker_free, struct shrinker *);
	s->count_objects = counts;
	s->scan_objects = counts;
	s->seeks = DEFAULT_SEEKS;
	s->private_data = s;
	shrinker_register(s);
	shrinker_free(s);
#else
	static struct shrinker s = {
		.count_objects = counts,
		.scan_objects = counts,
		.seeks = DEFAULT_SEEKS,
	};

	FUNCTION(void, unregister_shrinker, struct shrinker *);
	RIGHT(register_shrinker(&s, "s-%d", 1) == 0);
	unregister_shrinker(&s);
#endif
}

static void area_functions(void)
{
	FUNCTION(void *, vmalloc, unsigned long);
	FUNCTION(void *, vzalloc, unsigned long);
	FUNCTION(void *, vmalloc_node, unsigned long, int);
	FUNCTION(void *, vzalloc_node, unsigned long, int);
	FUNCTION(void *, vmalloc_user, unsigned long);
	FUNCTION(void *, vmalloc_32, unsigned long);
	FUNCTION(void *, vmalloc_32_user, unsigned long);
	FUNCTION(void *, vmalloc_array, size_t, size_t);
	FUNCTION(void *, vcalloc, size_t, size_t);
	FUNCTION(void *, __vmalloc_array, size_t, size_t, gfp_t);
	FUNCTION(void *, __vcalloc, size_t, size_t, gfp_t);
	FUNCTION(void *, vmalloc_huge, unsigned long, gfp_t);
	FUNCTION(void *, __vmalloc, unsigned long, gfp_t);
	FUNCTION(void *, __vmalloc_node, unsigned long, unsigned long, gfp_t,
		 int, const void *);
#if SINCE(6, 12)
	FUNCTION(void *, vrealloc, const void *, size_t, gfp_t);
#endif
	FUNCTION(void, vfree, const void *);
	FUNCTION(void, vfree_atomic, const void *);
	FUNCTION(void *, vmap, struct page **, unsigned int, unsigned long,
		 pgprot_t);
	FUNCTION(void, vunmap, const void *);
	FUNCTION(void *, vm_map_ram, struct page **, unsigned int, int);
	FUNCTION(void, vm_unmap_ram, const void *, unsigned int);
	FUNCTION(void, vm_unmap_aliases, void);
	FUNCTION(struct page *, vmalloc_to_page, const void *);
	FUNCTION(unsigned long, vmalloc_to_pfn, const void *);
	FUNCTION(bool, is_vmalloc_addr, const void *);
	FUNCTION(struct vm_struct *, find_vm_area, const void *);
	FUNCTION(size_t, get_vm_area_size, const struct vm_struct *);
	FUNCTION(unsigned long, vmalloc_nr_pages, void);
}

static void area_macros(void)
{
	char *p = vmalloc(2 * PAGE_SIZE);

	RIGHT((unsigned long)p >= VMALLOC_START);
	RIGHT((unsigned long)p < VMALLOC_END);
	RIGHT(find_vm_area(p)->flags & VM_ALLOC);
	RIGHT(VM_MAP && VM_USERMAP && VM_NO_GUARD && VM_MAP_PUT_PAGES);
	vfree(p);
}

static void high_memory_functions(void)
{
	FUNCTION(void *, kmap, struct page *);
	FUNCTION(void *, kmap_local_page, const struct page *);
	FUNCTION(void *, kmap_local_folio, const struct folio *, size_t);
	FUNCTION(void *, kmap_atomic, const struct page *);
	FUNCTION(void, kmap_flush_unused, void);
	FUNCTION(void, copy_highpage, struct page *, struct page *);
	FUNCTION(void, clear_highpage, struct page *);
	FUNCTION(void, memcpy_from_page, char *, struct page *, size_t, size_t);
	FUNCTION(void, memcpy_to_page, struct page *, size_t, const char *,
		 size_t);
	FUNCTION(void, memcpy_page, struct page *, size_t, struct page *,
		 size_t, size_t);
	FUNCTION(void, memset_page, struct page *, size_t, int, size_t);
	FUNCTION(void, memzero_page, struct page *, size_t, size_t);
	FUNCTION(void, zero_user, struct page *, unsigned int, unsigned int);
}

static void high_memory_macros(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER);
	void *addr = kmap_local_page(page);

	RIGHT(kmap_to_page(addr) == page);
	kunmap_local(addr);
	addr = kmap_atomic(page);
	kunmap_atomic(addr);
	addr = kmap(page);
	kunmap(page);
	__free_page(page);
}

static void mappings(void)
{
	unsigned long here = (unsigned long)&nr_wrong;
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int nr = 0;

	FUNCTION(struct vm_area_struct *, find_vma, struct mm_struct *,
		 unsigned long);
	FUNCTION(struct vm_area_struct *, find_vma_prev, struct mm_struct *,
		 unsigned long, struct vm_area_struct **);
	FUNCTION(struct vm_area_struct *, vma_lookup, struct mm_struct *,
		 unsigned long);
	FUNCTION(struct vm_area_struct *, find_vma_intersection,
		 struct mm_struct *, unsigned long, unsigned long);
	FUNCTION(struct vm_area_struct *, vma_next, struct vma_iterator *);
	FUNCTION(struct vm_area_struct *, vma_find, struct vma_iterator *,
		 unsigned long);
	FUNCTION(unsigned long, vma_pages, const struct vm_area_struct *);
	FUNCTION(void, mmap_read_lock, struct mm_struct *);
	FUNCTION(bool, mmap_read_trylock, struct mm_struct *);
	FUNCTION(void, mmap_read_unlock, struct mm_struct *);
	mmap_read_lock(mm);
	{
		VMA_ITERATOR(vmi, mm, 0);

		while ((vma = vma_next(&vmi)))
			nr += vma->vm_start <= here && here < vma->vm_end;
	}
	RIGHT(nr == 1);
	{
		VMA_ITERATOR(vmi, mm, here);

		for_each_vma(vmi, vma)
		{
			RIGHT(vma->vm_end > here);
		}
	}
	RIGHT(nr == 1);
	RIGHT(vma_lookup(mm, here)->vm_flags & VM_WRITE);
	mmap_read_unlock(mm);
}

static void ports(void)
{
	unsigned char byte;

	FUNCTION(u8, inb, unsigned long);
	FUNCTION(u16, inw, unsigned long);
	FUNCTION(u32, inl, unsigned long);
	FUNCTION(void, outb, u8, unsigned long);
	FUNCTION(void, outw, u16, unsigned long);
	FUNCTION(void, outl, u32, unsigned long);
	FUNCTION(u8, inb_p, unsigned long);
	FUNCTION(u16, inw_p, unsigned long);
	FUNCTION(u32, inl_p, unsigned long);
	FUNCTION(void, outb_p, u8, unsigned long);
	FUNCTION(void, outw_p, u16, unsigned long);
	FUNCTION(void, outl_p, u32, unsigned long);
	FUNCTION(void, insb, unsigned long, void *, unsigned long);
	FUNCTION(void, insw, unsigned long, void *, unsigned long);
	FUNCTION(void, insl, unsigned long, void *, unsigned long);
	FUNCTION(void, outsb, unsigned long, const void *, unsigned long);
	FUNCTION(void, outsw, unsigned long, const void *, unsigned long);
	FUNCTION(void, outsl, unsigned long, const void *, unsigned long);
	FUNCTION(int, request_resource, struct resource *, struct resource *);
	FUNCTION(int, insert_resource, struct resource *, struct resource *);
	FUNCTION(int, release_resource, struct resource *);
	FUNCTION(resource_size_t, resource_size, const struct resource *);
	FUNCTION(int, ioperm, unsigned long, unsigned long, int);
	pf_ioport_select(PF_IOPORT_SIM);
	RIGHT(pf_ioport_permit() == 0);
	RIGHT(request_region(0x300, 8, "names"));
	outb(7, 0x300);
	insb(0x300, &byte, 1);
	RIGHT(byte == 7 && inb_p(0x300) == 7);
	release_region(0x300, 8);
	RIGHT(request_mem_region(0xfed00000, 0x400, "names"));
	RIGHT(!request_mem_region(0xfed00200, 0x400, "others"));
	release_mem_region(0xfed00000, 0x400);
	RIGHT(request_mem_region(0xfed00200, 0x400, "others"));
	release_mem_region(0xfed00200, 0x400);
	RIGHT(iomem_resource.start == 0 && ioport_resource.end == 0xffff);
}

static void lists(void)
{
	static LIST_HEAD(list);
	static HLIST_HEAD(hlist);
	struct item a, b, *item;
	int nr = 0;

	FUNCTION(void, list_add, struct list_head *, struct list_head *);
	FUNCTION(void, list_add_tail, struct list_head *, struct list_head *);
	FUNCTION(void, list_del, struct list_head *);
	FUNCTION(void, list_del_init, struct list_head *);
	FUNCTION(void, list_move, struct list_head *, struct list_head *);
	FUNCTION(void, list_splice_init, struct list_head *,
		 struct list_head *);
	FUNCTION(int, list_empty, const struct list_head *);
	FUNCTION(void, INIT_LIST_HEAD, struct list_head *);
	FUNCTION(void, hlist_add_head, struct hlist_node *,
		 struct hlist_head *);
	FUNCTION(void, hlist_del, struct hlist_node *);
	FUNCTION(int, hlist_empty, const struct hlist_head *);
	list_add(&a.link, &list);
	list_add_tail_rcu(&b.link, &list);
	hlist_add_head(&a.node, &hlist);
	list_for_each_entry(item, &list, link)
		nr++;
	hlist_for_each_entry(item, &hlist, node)
		nr++;
	RIGHT(nr == 3 && list_first_entry(&list, struct item, link) == &a);
	RIGHT(container_of(&a.node, struct item, node) == &a);
}

static void numbers(void)
{
	size_t size;

	FUNCTION(void *, ERR_PTR, long);
	FUNCTION(long, PTR_ERR, const void *);
	FUNCTION(bool, IS_ERR, const void *);
	FUNCTION(bool, IS_ERR_OR_NULL, const void *);
	FUNCTION(size_t, size_add, size_t, size_t);
	FUNCTION(size_t, size_mul, size_t, size_t);
	FUNCTION(u64, div_u64, u64, u32);
	FUNCTION(u64, div64_u64, u64, u64);
	FUNCTION(unsigned long, int_sqrt, unsigned long);
	RIGHT(check_mul_overflow((size_t)~0UL, (size_t)2, &size));
	RIGHT(!check_add_overflow((size_t)1, (size_t)2, &size) && size == 3);
	RIGHT(array_size(2, 3) == 6 && array3_size(2, 3, 4) == 24);
	RIGHT(DIV_ROUND_UP(7, 2) == 4 && round_up(5, 4) == 8);
	RIGHT(min(1, 2) == 1 && max(1, 2) == 2 && clamp(5, 1, 3) == 3);
	RIGHT(min_t(u8, 3, 4) == 3 && max3(1, 2, 3) == 3);
	RIGHT(ilog2(1024) == 10 && is_power_of_2(64));
	RIGHT(roundup_pow_of_two(5) == 8 && rounddown_pow_of_two(5) == 4);
	RIGHT(ALIGN(5, 8) == 8 && IS_ALIGNED(16, 8));
}

static void texts(void)
{
	char text[8];

	RIGHT(strscpy(text, "seven and more", sizeof(text)) == -E2BIG);
	RIGHT(scnprintf(text, sizeof(text), "%d", 7) == 1);
	RIGHT(strim(text) == text && !strcmp(text, "7"));
	RIGHT(memchr_inv("aab", 'a', 3) && strstarts("prefix", "pre"));
}

static int runs(void *arg)
{
	complete(arg);
	while (!kthread_should_stop())
		usleep_range(100, 200);
	return 0;
}

static void threads(void)
{
	static DEFINE_SPINLOCK(spinlock);
	static DEFINE_MUTEX(mutex);
	static DECLARE_RWSEM(rwsem);
	static DECLARE_COMPLETION(completion);
	struct task_struct *task;
	unsigned long flags;

	FUNCTION(void, wait_for_completion, struct completion *);
	FUNCTION(unsigned long, wait_for_completion_timeout,
		 struct completion *, unsigned long);
	FUNCTION(void, complete, struct completion *);
	FUNCTION(int, mutex_trylock, struct mutex *);
	FUNCTION(void, mutex_unlock, struct mutex *);
	FUNCTION(void, down_read, struct rw_semaphore *);
	FUNCTION(void, up_write, struct rw_semaphore *);
	FUNCTION(int, kthread_stop, struct task_struct *);
	FUNCTION(bool, kthread_should_stop, void);
	FUNCTION(void, synchronize_rcu, void);
	FUNCTION(void, rcu_barrier, void);
	spin_lock_irqsave(&spinlock, flags);
	spin_unlock_irqrestore(&spinlock, flags);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	down_write(&rwsem);
	up_write(&rwsem);
	task = kthread_run(runs, &completion, "names");
	RIGHT(!IS_ERR(task));
	wait_for_completion(&completion);
	RIGHT(kthread_stop(task) == 0);
}

static void atomics(void)
{
	refcount_t refs = REFCOUNT_INIT(1);
	atomic64_t wide = ATOMIC64_INIT(1);
	atomic_t a = ATOMIC_INIT(1);

	FUNCTION(int, atomic_read, const atomic_t *);
	FUNCTION(void, atomic_set, atomic_t *, int);
	FUNCTION(void, atomic_inc, atomic_t *);
	FUNCTION(bool, atomic_dec_and_test, atomic_t *);
	FUNCTION(int, atomic_cmpxchg, atomic_t *, int, int);
	FUNCTION(s64, atomic64_read, const atomic64_t *);
	FUNCTION(s64, atomic64_add_return, s64, atomic64_t *);
	FUNCTION(bool, refcount_inc_not_zero, refcount_t *);
	FUNCTION(bool, refcount_dec_and_test, refcount_t *);
	RIGHT(atomic_add_return(2, &a) == 3);
	RIGHT(atomic64_inc_return(&wide) == 2);
	RIGHT(refcount_dec_and_test(&refs));
}

static void times(void)
{
	unsigned long begin = jiffies;
	u32 number;

	FUNCTION(ktime_t, ktime_get, void);
	FUNCTION(s64, ktime_to_ns, const ktime_t);
	FUNCTION(unsigned long, msecs_to_jiffies, const unsigned int);
	FUNCTION(unsigned int, jiffies_to_msecs, const unsigned long);
	FUNCTION(void, msleep, unsigned int);
	FUNCTION(void, get_random_bytes, void *, size_t);
	FUNCTION(u32, get_random_u32, void);
	FUNCTION(u64, get_random_u64, void);
	udelay(1);
	get_random_bytes(&number, sizeof(number));
	RIGHT(get_random_u32() != get_random_u32() ||
	      get_random_u32() != get_random_u32());
	RIGHT(!time_before(jiffies, begin));
}

static void readers(void)
{
	struct item __rcu *shared = NULL;
	struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);

	rcu_assign_pointer(shared, item);
	rcu_read_lock();
	RIGHT(rcu_dereference(shared) == item);
	rcu_read_unlock();
	kfree_rcu(item, rcu);
	rcu_barrier();
}

int main(void)
{
	page_functions();
	page_macros();
	object_functions();
	cache_functions();
	cache_macros();
	pool_functions();
	shrinker_names();
	area_functions();
	area_macros();
	high_memory_functions();
	high_memory_macros();
	mappings();
	ports();
	lists();
	numbers();
	texts();
	threads();
	atomics();
	times();
	readers();
	return nr_wrong != 0;
}
