/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.h - memory that is contiguous in addresses only
 *
 * <pfmalloc/vmalloc.h> says what each call does; here are the kernel's names.
 */
#ifndef PFMALLOC_LINUX_VMALLOC_H
#define PFMALLOC_LINUX_VMALLOC_H

#include <linux/compiler.h>
#include <linux/gfp_types.h>
#include <linux/mm_types.h>
#include <linux/numa.h>
#include <linux/overflow.h>
#include <linux/types.h>

#include "../vmalloc.h"

#define VM_IOREMAP	     0x00000001
#define VM_ALLOC	     PF_VM_ALLOC
#define VM_MAP		     PF_VM_MAP
#define VM_USERMAP	     PF_VM_USERMAP
#define VM_DMA_COHERENT	     0x00000010
#define VM_UNINITIALIZED     0x00000020
#define VM_NO_GUARD	     PF_VM_NO_GUARD
#define VM_KASAN	     0x00000080
#define VM_FLUSH_RESET_PERMS 0x00000100
#define VM_MAP_PUT_PAGES     PF_VM_MAP_PUT_PAGES
#define VM_ALLOW_HUGE_VMAP   PF_VM_ALLOW_HUGE_VMAP

#define VMALLOC_START ((unsigned long)pf_vmalloc_start())
#define VMALLOC_END   ((unsigned long)pf_vmalloc_end())
#define VMALLOC_TOTAL (VMALLOC_END - VMALLOC_START)

/* Inline at all times: an area's record has the address of who asked for it. */
static __always_inline void *vmalloc(unsigned long size)
{
	return pf_vmalloc(size);
}

static __always_inline void *vzalloc(unsigned long size)
{
	return pf_vmalloc(size);
}

static __always_inline void *vmalloc_node(unsigned long size, int node)
{
	(void)node;
	return pf_vmalloc(size);
}

static __always_inline void *vzalloc_node(unsigned long size, int node)
{
	(void)node;
	return pf_vmalloc(size);
}

static __always_inline void *vmalloc_user(unsigned long size)
{
	return pf_vmalloc_user(size);
}

static __always_inline void *vmalloc_32(unsigned long size)
{
	return pf_vmalloc(size);
}

static __always_inline void *vmalloc_32_user(unsigned long size)
{
	return pf_vmalloc_user(size);
}

static __always_inline void *vmalloc_array(size_t n, size_t size)
{
	return pf_vmalloc_array(n, size, GFP_KERNEL);
}

static __always_inline void *vcalloc(size_t n, size_t size)
{
	return pf_vmalloc_array(n, size, GFP_KERNEL);
}

static __always_inline void *__vmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	return pf_vmalloc_array(n, size, gfp);
}

static __always_inline void *__vcalloc(size_t n, size_t size, gfp_t gfp)
{
	return pf_vmalloc_array(n, size, gfp);
}

static __always_inline void *vmalloc_huge(unsigned long size, gfp_t gfp)
{
	return pf_vmalloc_huge(size, gfp);
}

static __always_inline void *vmalloc_huge_node(unsigned long size, gfp_t gfp,
					       int node)
{
	(void)node;
	return pf_vmalloc_huge(size, gfp);
}

static __always_inline void *__vmalloc(unsigned long size, gfp_t gfp)
{
	return pf_vmalloc_gfp(size, 1, gfp);
}

static __always_inline void *__vmalloc_node(unsigned long size,
					    unsigned long align, gfp_t gfp,
					    int node, const void *caller)
{
	(void)node;
	(void)caller;
	return pf_vmalloc_gfp(size, align, gfp);
}

static __always_inline void *vrealloc(const void *p, size_t size, gfp_t gfp)
{
	return pf_vrealloc(p, size, gfp);
}

#define vmalloc_noprof(size) vmalloc(size)

static inline void vfree(const void *addr)
{
	pf_vfree(addr);
}

static inline void vfree_atomic(const void *addr)
{
	pf_vfree_atomic(addr);
}

static __always_inline void *vmap(struct page **pages, unsigned int count,
				  unsigned long flags, pgprot_t prot)
{
	(void)prot;
	return pf_vmap(pages, count, flags);
}

static inline void vunmap(const void *addr)
{
	pf_vunmap(addr);
}

static __always_inline void *vm_map_ram(struct page **pages, unsigned int count,
					int node)
{
	(void)node;
	return pf_vm_map_ram(pages, count);
}

static inline void vm_unmap_ram(const void *addr, unsigned int count)
{
	pf_vm_unmap_ram(addr, count);
}

/* Nothing is left of a view when it has ended. */
static inline void vm_unmap_aliases(void)
{
}

static inline bool is_vmalloc_addr(const void *p)
{
	return pf_is_vmalloc_addr(p);
}

static inline int is_vmalloc_or_module_addr(const void *p)
{
	return pf_is_vmalloc_addr(p);
}

static inline struct page *vmalloc_to_page(const void *addr)
{
	return pf_vmalloc_to_page(addr);
}

static inline unsigned long vmalloc_to_pfn(const void *addr)
{
	return pf_vmalloc_to_pfn(addr);
}

static inline struct vm_struct *find_vm_area(const void *addr)
{
	return pf_find_vm_area(addr);
}

static inline unsigned long vmalloc_nr_pages(void)
{
	return pf_vmalloc_nr_pages();
}

static inline size_t get_vm_area_size(const struct vm_struct *area)
{
	if (area->flags & VM_NO_GUARD)
		return area->size;
	return area->size - 4096;
}

#endif
