/* SPDX-License-Identifier: MIT */
/*
 * layout.h - where the members of struct page are, in bytes
 *
 * The record of a frame is declared twice: as the allocator's (page/page.h),
 * and as the client's (<pfmalloc/linux/mm_types.h>), whose words would collide
 * with those of lib/base.  frames.c compares the first with these numbers, and
 * report.c the second.
 */
#ifndef PF_KAPI_LAYOUT_H
#define PF_KAPI_LAYOUT_H

#include <stdint.h>

enum {
	LAYOUT_PRIVATE = 0,
	LAYOUT_MAPPING = 8,
	LAYOUT_INDEX = 16,
	LAYOUT_REFCOUNT = 24,
	LAYOUT_MAPCOUNT = 28,
	LAYOUT_LINK = 32, /* lru and compound_head, too */
	LAYOUT_TYPE = LAYOUT_LINK + 2 * sizeof(void *),
	LAYOUT_ORDER = LAYOUT_TYPE + 1,
	LAYOUT_CLASS = LAYOUT_TYPE + 2,
	LAYOUT_STATE = LAYOUT_TYPE + 3,
	LAYOUT_NR = LAYOUT_TYPE + 4,
	LAYOUT_FLAGS = 56,
};

/*
 * What a compound page serves, in its first frame's page->class; 0 for none of
 * the allocator's business.
 */
enum {
	KAPI_SLAB = 0xf1,  /* the objects of a kmem_cache; mapping: its record */
	KAPI_LARGE = 0xf2, /* one object of kmalloc(); mapping: its order */
};

#endif
