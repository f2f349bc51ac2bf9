/* SPDX-License-Identifier: MIT */
/*
 * highmem.h - frames that are mapped when they are used
 *
 * <pfmalloc/highmem.h> says what each call promises.
 */
#ifndef PFMALLOC_LINUX_HIGHMEM_H
#define PFMALLOC_LINUX_HIGHMEM_H

#include <linux/bug.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "../highmem.h"

static inline void *kmap(struct page *page)
{
	return pf_kmap(page);
}

static inline void kunmap(const struct page *page)
{
	pf_kunmap((struct page *)(unsigned long)page);
}

static inline struct page *kmap_to_page(const void *addr)
{
	return pf_kmap_to_page(addr);
}

static inline void kmap_flush_unused(void)
{
	pf_kmap_flush_unused();
}

static inline void *kmap_local_page(const struct page *page)
{
	return pf_kmap_local_page(page);
}

#define kunmap_local(addr) pf_kunmap_local(addr)

static inline void *kmap_local_folio(const struct folio *folio, size_t offset)
{
	return (char *)pf_kmap_local_page(&folio->page + offset / PAGE_SIZE) +
	       offset_in_page(offset);
}

/* Old names, which also forbid to sleep. */
static inline void *kmap_atomic(const struct page *page)
{
	preempt_disable();
	return pf_kmap_local_page(page);
}

static inline void pf_kunmap_atomic(const void *addr)
{
	pf_kunmap_local(addr);
	preempt_enable();
}
#define kunmap_atomic(addr) pf_kunmap_atomic(addr)

static inline void clear_highpage(struct page *page)
{
	void *addr = pf_kmap_local_page(page);

	clear_page(addr);
	pf_kunmap_local(addr);
}

static inline void copy_highpage(struct page *to, struct page *from)
{
	void *source = pf_kmap_local_page(from);
	void *target = pf_kmap_local_page(to);

	copy_page(target, source);
	pf_kunmap_local(target);
	pf_kunmap_local(source);
}

static inline void memcpy_from_page(char *to, struct page *page, size_t offset,
				    size_t len)
{
	char *from = pf_kmap_local_page(page);

	BUG_ON(offset + len > PAGE_SIZE);
	memcpy(to, from + offset, len);
	pf_kunmap_local(from);
}

static inline void memcpy_to_page(struct page *page, size_t offset,
				  const char *from, size_t len)
{
	char *to = pf_kmap_local_page(page);

	BUG_ON(offset + len > PAGE_SIZE);
	memcpy(to + offset, from, len);
	pf_kunmap_local(to);
}

static inline void memset_page(struct page *page, size_t offset, int value,
			       size_t len)
{
	char *addr = pf_kmap_local_page(page);

	BUG_ON(offset + len > PAGE_SIZE);
	memset(addr + offset, value, len);
	pf_kunmap_local(addr);
}

static inline void memcpy_page(struct page *to, size_t to_offset,
			       struct page *from, size_t from_offset,
			       size_t len)
{
	char *source = pf_kmap_local_page(from);
	char *target = pf_kmap_local_page(to);

	BUG_ON(to_offset + len > PAGE_SIZE || from_offset + len > PAGE_SIZE);
	memcpy(target + to_offset, source + from_offset, len);
	pf_kunmap_local(target);
	pf_kunmap_local(source);
}

static inline void memzero_page(struct page *page, size_t offset, size_t len)
{
	memset_page(page, offset, 0, len);
}

/* [@start1, @end1) and [@start2, @end2) of the page. */
static inline void zero_user_segments(struct page *page, unsigned int start1,
				      unsigned int end1, unsigned int start2,
				      unsigned int end2)
{
	BUG_ON(end1 > PAGE_SIZE || end2 > PAGE_SIZE);
	if (end1 > start1)
		memzero_page(page, start1, end1 - start1);
	if (end2 > start2)
		memzero_page(page, start2, end2 - start2);
}

static inline void zero_user_segment(struct page *page, unsigned int start,
				     unsigned int end)
{
	zero_user_segments(page, start, end, 0, 0);
}

static inline void zero_user(struct page *page, unsigned int start,
			     unsigned int size)
{
	zero_user_segments(page, start, start + size, 0, 0);
}

#define nr_free_highpages() pf_zone_nr_free(ZONE_HIGHMEM)
#define totalhigh_pages() \
	zone_managed_pages(&pf_node()->node_zones[ZONE_HIGHMEM])

#endif
