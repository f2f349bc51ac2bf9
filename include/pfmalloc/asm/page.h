/* SPDX-License-Identifier: MIT */
/*
 * page.h - pages of 4096 bytes, their addresses and records
 *
 * A page is the allocator's frame, also on machines whose own pages are larger.
 */
#ifndef PFMALLOC_ASM_PAGE_H
#define PFMALLOC_ASM_PAGE_H

#include <linux/const.h>
#include <linux/types.h>

#include "../pages.h"

#undef PAGE_SHIFT
#undef PAGE_SIZE
#undef PAGE_MASK
#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

#define clear_page(addr)	    __builtin_memset((addr), 0, PAGE_SIZE)
#define copy_page(to, from)	    __builtin_memcpy((to), (from), PAGE_SIZE)
#define clear_user_page(addr, v, p) clear_page(addr)

#define virt_to_page(addr)    pf_virt_to_page((const void *)(addr))
#define page_to_virt(page)    pf_page_address(page)
#define page_to_pfn(page)     pf_page_to_pfn(page)
#define pfn_to_page(pfn)      pf_pfn_to_page(pfn)
#define pfn_valid(pfn)	      pf_pfn_valid(pfn)
#define virt_to_pfn(addr)     page_to_pfn(virt_to_page(addr))
#define pfn_to_virt(pfn)      page_to_virt(pfn_to_page(pfn))
#define virt_addr_valid(addr) pf_virt_addr_valid((const void *)(addr))

/* Where the machine has it: all ones where the system does not tell. */
#define page_to_phys(page) ((phys_addr_t)pf_page_to_phys(page))
#define virt_to_phys(addr) ((phys_addr_t)pf_virt_to_phys((const void *)(addr)))
#define __pa(addr)	   virt_to_phys(addr)

/* The smallest order whose block has @size bytes; of 0, nothing sensible. */
static __always_inline int get_order(unsigned long size)
{
	size = (size - 1) >> PAGE_SHIFT;
	return size ? (int)(8 * sizeof(long)) - __builtin_clzl(size) : 0;
}

#endif
