/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.h - memory that is contiguous in addresses only
 *
 * <pfmalloc/linux/vmalloc.h> has the kernel's names.  An area has whole pages
 * and is followed by a page that faults, and so does the area itself from the
 * moment it is freed until its addresses are used again.  New areas read as
 * zeros.  None of these calls changes errno; they may sleep, and are not for
 * signal handlers, unless said otherwise.  pfmalloc-kmem(3) tells more.
 */
#ifndef PFMALLOC_VMALLOC_H
#define PFMALLOC_VMALLOC_H

#include <stdbool.h>
#include <stddef.h>

#include "../pfmalloc/linux/gfp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct page;

/* An area, as pf_find_vm_area() shows it; read only. */
struct vm_struct {
	struct vm_struct *next; /* the allocator's */
	void *addr;
	unsigned long size; /* bytes, the guard page included */
	unsigned long flags;
	struct page **pages; /* of the area, in order; or NULL */
	unsigned int nr_pages;
	unsigned long long phys_addr; /* 0: there is no ioremap() */
	const void *caller;	      /* who asked for it */
};

/* flags */
#define PF_VM_ALLOC	      0x00000002UL /* vmalloc() */
#define PF_VM_MAP	      0x00000004UL /* vmap() */
#define PF_VM_USERMAP	      0x00000008UL /* vmalloc_user() */
#define PF_VM_NO_GUARD	      0x00000040UL
#define PF_VM_MAP_PUT_PAGES   0x00000200UL /* vfree() puts the pages, too */
#define PF_VM_ALLOW_HUGE_VMAP 0x00000400UL

/**
 * pf_vmalloc_gfp - a new area
 * @size: bytes, rounded up to whole pages; 0, and more than the machine's
 *	memory, give NULL with a warning
 * @align: a power of two; what is below a page is a page
 * @gfp: GFP_KERNEL and the like: a request that may not sleep gets NULL
 *
 * Return: the address, or NULL.
 */
void *pf_vmalloc_gfp(unsigned long size, unsigned long align, gfp_t gfp);

/* GFP_KERNEL, and a page's alignment; the second for @nr objects. */
void *pf_vmalloc(unsigned long size);
void *pf_vmalloc_array(size_t nr, size_t size, gfp_t gfp);

/* Marked for user space: PF_VM_USERMAP. */
void *pf_vmalloc_user(unsigned long size);

/* Of huge pages (2 MiB on x86-64) where the size is worth it and the system
 * has them. */
void *pf_vmalloc_huge(unsigned long size, gfp_t gfp);

/* As pf_krealloc(), for an area: size 0 frees it and gives NULL. */
void *pf_vrealloc(const void *p, size_t size, gfp_t gfp);

/* The end of an area; NULL is nothing, what is no area is warned of.  Within a
 * signal handler the next call does it, and so it always is in the second.  What
 * pf_vmap() shows at the pages' own address ends at once.  Safe anywhere. */
void pf_vfree(const void *addr);
void pf_vfree_atomic(const void *addr);

/**
 * pf_vmap - pages side by side in addresses
 * @pages: of pf_alloc_pages(), of an area, or of ZONE_HIGHMEM
 * @count: how many
 * @flags: PF_VM_MAP, PF_VM_MAP_PUT_PAGES
 *
 * What is written here is seen there: pages of ZONE_HIGHMEM get a second
 * address.  Others have one for good, so they must lie side by side already,
 * and the result is the address that they have, without a guard page.  Return:
 * NULL with a warning where neither holds.
 */
void *pf_vmap(struct page **pages, unsigned int count, unsigned long flags);
void pf_vunmap(const void *addr);

/* The same without a record that pf_find_vm_area() finds. */
void *pf_vm_map_ram(struct page **pages, unsigned int count);
void pf_vm_unmap_ram(const void *addr, unsigned int count);

/* Whether @p is an address of the range for areas, or in what pf_vmap() shows
 * now; safe anywhere. */
bool pf_is_vmalloc_addr(const void *p);
void *pf_vmalloc_start(void);
void *pf_vmalloc_end(void);

/* The page at an address of an area, whose page_address() is that address, or of
 * pf_vmap(); NULL elsewhere. */
struct page *pf_vmalloc_to_page(const void *addr);
unsigned long pf_vmalloc_to_pfn(const void *addr);

/* The area around @addr, or NULL.  Its pages array is made by this call. */
struct vm_struct *pf_find_vm_area(const void *addr);

/* Pages in areas now. */
unsigned long pf_vmalloc_nr_pages(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
