/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.h - memory that is contiguous in addresses only
 *
 * <pfmalloc/vmalloc.h> says what each call does; here are the kernel's names.
 */
#ifndef PFMALLOC_LINUX_VMALLOC_H
#define PFMALLOC_LINUX_VMALLOC_H

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

#define vmalloc(size)		      pf_vmalloc(size)
#define vzalloc(size)		      pf_vmalloc(size)
#define vmalloc_noprof(size)	      pf_vmalloc(size)
#define vmalloc_node(size, node)      ((void)(node), pf_vmalloc(size))
#define vzalloc_node(size, node)      ((void)(node), pf_vmalloc(size))
#define vmalloc_user(size)	      pf_vmalloc_user(size)
#define vmalloc_32(size)	      pf_vmalloc(size)
#define vmalloc_32_user(size)	      pf_vmalloc_user(size)
#define vmalloc_array(n, size)	      pf_vmalloc_array(n, size, GFP_KERNEL)
#define vcalloc(n, size)	      pf_vmalloc_array(n, size, GFP_KERNEL)
#define __vmalloc_array(n, size, gfp) pf_vmalloc_array(n, size, gfp)
#define __vcalloc(n, size, gfp)	      pf_vmalloc_array(n, size, gfp)
#define vmalloc_huge(size, gfp)	      pf_vmalloc_huge(size, gfp)
#define vmalloc_huge_node(size, gfp, node) \
	((void)(node), pf_vmalloc_huge(size, gfp))
#define __vmalloc(size, gfp) pf_vmalloc_gfp(size, 1, gfp)
#define __vmalloc_node(size, align, gfp, node, caller) \
	((void)(node), (void)(caller), pf_vmalloc_gfp(size, align, gfp))
#define vrealloc(p, size, gfp) pf_vrealloc(p, size, gfp)

/* A function, whose address clients pass on. */
static inline void vfree(const void *addr)
{
	pf_vfree(addr);
}

#define vfree_atomic(addr) pf_vfree_atomic(addr)
#define vmap(pages, count, flags, prot) \
	((void)(prot), pf_vmap(pages, count, flags))
#define vunmap(addr) pf_vunmap(addr)
#define vm_map_ram(pages, count, node) \
	((void)(node), pf_vm_map_ram(pages, count))
#define vm_unmap_ram(addr, count) pf_vm_unmap_ram(addr, count)
#define vm_unmap_aliases()	  ((void)0)

#define is_vmalloc_addr(p)	     pf_is_vmalloc_addr(p)
#define is_vmalloc_or_module_addr(p) pf_is_vmalloc_addr(p)
#define vmalloc_to_page(addr)	     pf_vmalloc_to_page(addr)
#define vmalloc_to_pfn(addr)	     pf_vmalloc_to_pfn(addr)
#define find_vm_area(addr)	     pf_find_vm_area(addr)
#define vmalloc_nr_pages()	     pf_vmalloc_nr_pages()

static inline size_t get_vm_area_size(const struct vm_struct *area)
{
	if (area->flags & VM_NO_GUARD)
		return area->size;
	return area->size - 4096;
}

#endif
