/* SPDX-License-Identifier: MIT */
/*
 * mm.h - references to page frames, and the mappings of the process
 *
 * There is one address space, the process's: current->mm.  Its mappings are
 * what the system says (/proc/self/maps) at the moment in which
 * mmap_read_lock() is taken, each with what the allocator has in it
 * (pf_contents).  Their vm_file is NULL; pf_name has the path.
 */
#ifndef PFMALLOC_LINUX_MM_H
#define PFMALLOC_LINUX_MM_H

#include <linux/align.h>
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mmap_lock.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
#include <linux/page_ref.h>
#include <linux/pfn.h>
#include <linux/sched.h>

#define PAGE_ALIGN(addr)      ALIGN(addr, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(addr) ALIGN_DOWN(addr, PAGE_SIZE)
#define PAGE_ALIGNED(addr)    IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
#define offset_in_page(p)     ((unsigned long)(p) & ~PAGE_MASK)
#define offset_in_folio(folio, p) \
	((unsigned long)(p) &     \
	 ((unsigned long)folio_nr_pages(folio) * PAGE_SIZE - 1))

/* ------------------------------------------------------------------------
 * References
 * ------------------------------------------------------------------------ */

static inline struct folio *virt_to_folio(const void *x)
{
	return page_folio(virt_to_page(x));
}

static inline struct page *virt_to_head_page(const void *x)
{
	return compound_head(virt_to_page(x));
}

/* One more; there must be one already. */
static inline void folio_get(struct folio *folio)
{
	if (unlikely(folio_ref_count(folio) <= 0))
		pf_refuse_reference(&folio->page, "get_page()");
	folio_ref_inc(folio);
}

static inline void get_page(struct page *page)
{
	folio_get(page_folio(page));
}

/* One more, unless there is none. */
static inline __must_check bool try_get_page(struct page *page)
{
	struct page *head = compound_head(page);

	if (WARN_ON_ONCE(page_ref_count(head) <= 0))
		return false;
	page_ref_inc(head);
	return true;
}

/* True when it was the last: the page is the caller's to free. */
static inline int put_page_testzero(struct page *page)
{
	if (unlikely(page_ref_count(page) <= 0))
		pf_refuse_reference(page, "put_page()");
	return page_ref_dec_and_test(page);
}

static inline int folio_put_testzero(struct folio *folio)
{
	return put_page_testzero(&folio->page);
}

static inline bool get_page_unless_zero(struct page *page)
{
	return page_ref_add_unless(page, 1, 0);
}

static inline void folio_put(struct folio *folio)
{
	if (folio_put_testzero(folio))
		pf_release_page(&folio->page);
}

static inline void folio_put_refs(struct folio *folio, int refs)
{
	if (unlikely(folio_ref_count(folio) < refs))
		pf_refuse_reference(&folio->page, "folio_put_refs()");
	if (page_ref_sub_and_test(&folio->page, refs))
		pf_release_page(&folio->page);
}

static inline void put_page(struct page *page)
{
	folio_put(page_folio(page));
}

static inline void release_pages(struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		put_page(pages[i]);
}

/* The first reference to a frame that has none: of a block's rest, say. */
static inline void set_page_refcounted(struct page *page)
{
	BUG_ON(PageTail(page));
	BUG_ON(page_ref_count(page));
	set_page_count(page, 1);
}

static inline void split_page(struct page *page, unsigned int order)
{
	pf_split_page(page, order);
}

static inline unsigned long page_private(const struct page *page)
{
	return page->private;
}

static inline void set_page_private(struct page *page, unsigned long private)
{
	page->private = private;
}

static inline void *folio_get_private(struct folio *folio)
{
	return (void *)folio->private;
}

static inline int page_mapcount(const struct page *page)
{
	return atomic_read(&page->_mapcount) + 1;
}

static inline pgoff_t page_index(struct page *page)
{
	return page->index;
}

#define page_address(page)	  pf_page_address(page)
#define lowmem_page_address(page) pf_page_address(page)
#define folio_address(folio)	  page_address(&(folio)->page)
#define folio_pfn(folio)	  page_to_pfn(&(folio)->page)
#define pfn_folio(pfn)		  page_folio(pfn_to_page(pfn))
#define nth_page(page, n)	  ((page) + (n))
#define page_size(page)		  (PAGE_SIZE << compound_order(page))
#define page_shift(page)	  (PAGE_SHIFT + compound_order(page))
#define folio_size(folio)	  (PAGE_SIZE << folio_order(folio))
#define folio_shift(folio)	  (PAGE_SHIFT + folio_order(folio))

static inline enum zone_type page_zonenum(const struct page *page)
{
	return (enum zone_type)pf_page_zonenum(page);
}

static inline struct zone *page_zone(const struct page *page)
{
	return &pf_node()->node_zones[page_zonenum(page)];
}

static inline enum zone_type folio_zonenum(const struct folio *folio)
{
	return page_zonenum(&folio->page);
}

static inline struct zone *folio_zone(const struct folio *folio)
{
	return page_zone(&folio->page);
}

static inline int page_to_nid(const struct page *page)
{
	(void)page;
	return 0;
}

/* Frames of all zones: what there may be, and what is left. */
pf_api unsigned long pf_totalram_pages(void);
pf_api unsigned long pf_nr_free_pages(void);

static inline unsigned long totalram_pages(void)
{
	return pf_totalram_pages();
}

static inline unsigned long nr_free_pages(void)
{
	return pf_nr_free_pages();
}

/* ------------------------------------------------------------------------
 * Mappings
 * ------------------------------------------------------------------------ */

#define VM_NONE	     0x00000000
#define VM_READ	     0x00000001
#define VM_WRITE     0x00000002
#define VM_EXEC	     0x00000004
#define VM_SHARED    0x00000008
#define VM_MAYREAD   0x00000010
#define VM_MAYWRITE  0x00000020
#define VM_MAYEXEC   0x00000040
#define VM_MAYSHARE  0x00000080
#define VM_GROWSDOWN 0x00000100 /* the first thread's stack */

/* pf_contents: what of the allocator's lies in the mapping. */
#define PF_VMA_NORMAL	 0x001 /* frames of ZONE_NORMAL */
#define PF_VMA_DMA	 0x002 /* frames of ZONE_DMA */
#define PF_VMA_HIGHMEM	 0x004 /* the window of kmap() */
#define PF_VMA_SLAB	 0x008 /* slabs of malloc(), among frames of NORMAL */
#define PF_VMA_VMALLOC	 0x010 /* areas of the vmalloc range */
#define PF_VMA_MEM_MAP	 0x020 /* records of frames */
#define PF_VMA_BYTE_MAP	 0x040 /* a byte for each frame */
#define PF_VMA_SHEAVES	 0x080 /* caches of threads */
#define PF_VMA_EMERGENCY 0x100 /* what was allocated while a thread forked */

/* The first mapping that ends above @addr, which may begin above it, too. */
pf_api struct vm_area_struct *pf_find_vma(struct mm_struct *mm,
					  unsigned long addr);
pf_api struct vm_area_struct *pf_find_vma_prev(struct mm_struct *mm,
					       unsigned long addr,
					       struct vm_area_struct **pprev);

/*
 * The names of @vma's contents, separated by blanks: "normal slab".  Return:
 * the length of the whole text, without the NUL.
 */
pf_api size_t pf_vma_contents_text(const struct vm_area_struct *vma, char *text,
				   size_t size);

static inline struct vm_area_struct *find_vma(struct mm_struct *mm,
					      unsigned long addr)
{
	return pf_find_vma(mm, addr);
}

static inline struct vm_area_struct *
find_vma_prev(struct mm_struct *mm, unsigned long addr,
	      struct vm_area_struct **pprev)
{
	return pf_find_vma_prev(mm, addr, pprev);
}

/* The mapping that contains @addr, or NULL. */
static inline struct vm_area_struct *vma_lookup(struct mm_struct *mm,
						unsigned long addr)
{
	struct vm_area_struct *vma = pf_find_vma(mm, addr);

	return vma && vma->vm_start <= addr ? vma : NULL;
}

/* The first mapping that has a byte of [@start, @end), or NULL. */
static inline struct vm_area_struct *find_vma_intersection(struct mm_struct *mm,
							   unsigned long start,
							   unsigned long end)
{
	struct vm_area_struct *vma = pf_find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

static inline struct vm_area_struct *
find_exact_vma(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = vma_lookup(mm, start);

	return vma && vma->vm_start == start && vma->vm_end == end ? vma : NULL;
}

static inline bool range_in_vma(struct vm_area_struct *vma, unsigned long start,
				unsigned long end)
{
	return vma && vma->vm_start <= start && end <= vma->vm_end;
}

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

static inline bool vma_is_anonymous(struct vm_area_struct *vma)
{
	return vma->pf_is_anonymous;
}

/* Where an iteration over the mappings is. */
struct vma_iterator {
	struct mm_struct *mm;
	unsigned long addr;
};

#define VMA_ITERATOR(name, mm_, addr_) \
	struct vma_iterator name = {(mm_), (addr_)}

static inline void vma_iter_init(struct vma_iterator *vmi, struct mm_struct *mm,
				 unsigned long addr)
{
	vmi->mm = mm;
	vmi->addr = addr;
}

static inline struct vm_area_struct *vma_find(struct vma_iterator *vmi,
					      unsigned long max)
{
	struct vm_area_struct *vma = pf_find_vma(vmi->mm, vmi->addr);

	if (!vma || vma->vm_start >= max)
		return NULL;
	vmi->addr = vma->vm_end;
	return vma;
}

static inline struct vm_area_struct *vma_next(struct vma_iterator *vmi)
{
	return vma_find(vmi, ULONG_MAX);
}

static inline unsigned long vma_iter_addr(struct vma_iterator *vmi)
{
	return vmi->addr;
}

#define for_each_vma(vmi, vma) while (((vma) = vma_next(&(vmi))) != NULL)
#define for_each_vma_range(vmi, vma, end) \
	while (((vma) = vma_find(&(vmi), (end))) != NULL)

#endif
