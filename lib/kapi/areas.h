/* SPDX-License-Identifier: MIT */
/*
 * areas.h - areas of whole pages, for vmalloc.c and vmap.c
 */
#ifndef PF_KAPI_AREAS_H
#define PF_KAPI_AREAS_H

#include "kapi/range.h"
#include "pfmalloc/vmalloc.h"

enum area_kind {
	AREA_MEMORY, /* vmalloc() */
	AREA_MAPPED, /* vmap() of frames that have a file */
};

/* A record (range.h). */
struct varea {
	struct vm_struct vm;
	struct varea *next;
	size_t first;	   /* number of the first page */
	size_t nr_pages;   /* without the guard */
	size_t nr_high;	   /* pages that count against HIGHMEM */
	size_t requested;  /* bytes */
	u8 kind;	   /* enum area_kind */
	bool is_ram;	   /* vm_map_ram() */
	bool has_records;  /* somebody may have looked at its pages */
	bool is_protected; /* its guard is one by mprotect() */
	bool is_huge;
	bool is_unmap; /* ended by vunmap() */
	u32 is_freed;
};

static inline bool is_area_addr(const void *p)
{
	const char *end = load_acquire(&kapi_range.vmalloc_end);

	return (const char *)p < end &&
	       (const char *)p >= kapi_range.vmalloc_start;
}

static inline char *varea_address(size_t index)
{
	return kapi_range.vmalloc_start + (index << PAGE_SHIFT);
}

static inline size_t varea_index(const void *addr)
{
	return (size_t)((const char *)addr - kapi_range.vmalloc_start) >>
	       PAGE_SHIFT;
}

/* The area that starts at page @index, or around @addr; or NULL.  No lock. */
struct varea *varea_starting_at(size_t index);
struct varea *varea_around(const void *addr);

/* The record of a page of @area, made if it is the first time. */
struct page *varea_page(struct varea *area, size_t index);

/**
 * varea_new - an area of @nr_pages with addresses and a guard
 * @caller: for pf_find_vm_area()
 *
 * May sleep.  Return: NULL where there are no addresses, or no memory.
 */
struct varea *varea_new(size_t nr_pages, size_t align, enum area_kind kind,
			unsigned long flags, const void *caller);

/*
 * The area that starts at @addr, which nobody else frees; or NULL.  @is_unmap:
 * what is mapped there goes, its pages stay their owners'.
 */
struct varea *varea_claim(const void *addr, bool is_unmap);

/* The end of a claimed area; later, where @is_atomic, or in a handler. */
void varea_end(struct varea *area, bool is_atomic);

/* vfree() and its kin. */
enum varea_ending {
	VAREA_FREE,
	VAREA_FREE_ATOMIC,
	VAREA_UNMAP,
	VAREA_UNMAP_RAM,
};

void varea_free(const void *addr, enum varea_ending how);

/* ---- views.c ---- */

/* vmap() of frames that have an address.  A record that outlives it. */
struct view {
	struct vm_struct vm;
	struct view *next; /* in its bucket */
	u32 state;
	bool is_ram; /* vm_map_ram() */
};

/*
 * A view of @count pages at @start, which nobody finds before it is published;
 * its flags, pages and is_ram are the caller's to set.  May sleep.  Or NULL.
 */
struct view *view_new(void *start, unsigned int count);
void view_publish(struct view *view);

/*
 * The view that starts at @start, which nobody else ends; or NULL.  Of several,
 * one that vfree() shall put the pages of, unless @is_unmap, or one that it
 * shall not.  And its end.  Safe anywhere.
 */
struct view *view_claim(const void *start, bool is_unmap);
void view_release(struct view *view);

/* A view that has a page at @p, or NULL; safe anywhere. */
struct view *view_around(const void *p);

#endif
