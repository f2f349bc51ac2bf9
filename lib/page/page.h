/* SPDX-License-Identifier: MIT */
/*
 * page.h - the record of a page frame, and how frames, records and addresses
 *	    are turned into each other
 *
 * The direct map is one range of addresses that starts at direct_map.base:
 *
 *	base                                                      base + 1 TiB
 *	| sheaf area | byte map | mem_map | block maps | page frames .. |
 *	               [pfn]:     [pfn]:    [group]:     ^ first_pfn
 *	               u8         page      map_group
 *
 * A pfn is (address - base) >> 12, so a frame's number is a subtraction and a
 * shift, its byte and its record one more addition each.  The metadata lies in
 * the same range and has pfns too; they are below first_pfn, their bytes in the
 * byte map are 0, and nobody is ever given such a frame.
 *
 * Only what is used of the range is mapped (span.c): a process that needs 4 MiB
 * has a virtual size of 4 MiB and a little metadata more.
 */
#ifndef PF_PAGE_PAGE_H
#define PF_PAGE_PAGE_H

#include "base/bits.h"
#include "base/compiler.h"
#include "base/list.h"
#include "base/types.h"

#define GRANULE_SHIFT	  4 /* objects start on multiples of 16 bytes */
#define GRANULE_BYTES	  (1 << GRANULE_SHIFT)
#define GRANULES_PER_PAGE (PAGE_SIZE >> GRANULE_SHIFT)
#define WORDS_PER_PAGE	  (GRANULES_PER_PAGE / 64)

enum page_type {
	PAGE_NONE,   /* inside a block: the block's first frame tells */
	PAGE_BUDDY,  /* first frame of a free block in a zone */
	PAGE_PCP,    /* first frame of a free block that a thread holds */
	PAGE_SLAB,   /* frame of a slab, first or not */
	PAGE_BLOCK,  /* first frame of a page block that somebody allocated */
	PAGE_LENT,   /* first frame of a block whose pages are in a vmap area */
	PAGE_CLIENT, /* frame that a client of lib/kapi has, first or not */
};

/* page->flags */
#define PAGE_WARM 1 /* there may be memory behind the frames, and old data */

struct page {
	/*
	 * Slab: bit g is set while an object that starts at granule g of this
	 * frame is out: a user's, or in a sheaf.  16 bytes a granule, 256
	 * granules a frame.  Client's frame: the client's (kapi/layout.h).
	 * Else zeros.
	 */
	u64 taken_bits[WORDS_PER_PAGE];
	/* Free block: in its zone's or thread's list.  Slab: in its cache's
	 * list of slabs with free objects.  Lent: in its vmap area's list. */
	struct list_head link;
	union {
		struct {
			u8 type;  /* enum page_type */
			u8 order; /* first frames: log2 of the block's length in
				   * frames; slab: the node of its cache */
			u8 class; /* slab: the cache's number in the byte map */
			u8 flags; /* slab: 0 */
		};
		u32 tag; /* all four, to be compared */
	};
	/* Page block and pcp: frames; slab's first frame: objects set free */
	u32 nr;
#if UINTPTR_MAX == UINT32_MAX
	u32 pad[2];
#endif
	union {
		u64 area_offset; /* lent: where in the vmap area its pages are,
				  * bytes */
		u32 nr_warm;	 /* free block: its frames that are warm */
	};
};

static_assert(sizeof(struct page) == 64, "one cache line a frame");

#define MAP_WORDS (MAX_ORDER_NR_PAGES / 64)

/* Of the frames of a block of 4 MiB a bit each: buddy/map.h. */
struct block_map {
	u64 free[MAP_WORDS]; /* in the zone, and not fresh */
	u64 warm[MAP_WORDS]; /* and warm */
};

#define MAP_GROUP_BLOCKS 64
#define MAP_GROUP_PAGES	 (MAP_GROUP_BLOCKS * MAX_ORDER_NR_PAGES)
#define MAP_GROUP_BYTES	 KIB(64) /* whole pages, however large they are */

/* What map.c looks for. */
enum map_shape {
	MAP_RUN,   /* any frames side by side */
	MAP_BLOCK, /* 2^order frames, aligned to that */
	NR_MAP_SHAPES
};

/* The bounds come first: a small process touches one page of this. */
union map_group {
	struct {
		/* In frames; [true] for warm ones, [false] for any. */
		u16 bound[2][NR_MAP_SHAPES][MAP_GROUP_BLOCKS];
		u16 bound_of_all[2][NR_MAP_SHAPES];
		struct block_map maps[MAP_GROUP_BLOCKS];
	};
	char bytes[MAP_GROUP_BYTES];
};

static_assert(sizeof(union map_group) == MAP_GROUP_BYTES, "");

#if UINTPTR_MAX > UINT32_MAX
#define SHEAF_AREA_BYTES MIB(256)
#define MAX_NR_FRAMES	 (1UL << 28) /* 1 TiB */
#else
#define SHEAF_AREA_BYTES MIB(4)
#define MAX_NR_FRAMES	 (1UL << 18) /* 1 GiB */
#endif

/* A sheaf (slab/sheaf.h): this many pointers, a power of two. */
#define SHEAF_SLOTS 64
#define SHEAF_BYTES (SHEAF_SLOTS * sizeof(void *))

/* This much of the sheaf area is mapped from the start. */
#define SHEAF_AREA_FIRST_BYTES KIB(256)

/* The byte map's distance from the base is a constant of the instruction. */
#define BYTE_MAP_OFFSET SHEAF_AREA_BYTES

struct direct_map {
	char *base;
	size_t limit; /* frames whose byte may be read: 0 before the start */
	struct page *mem_map;
	union map_group *map_groups;
	pfn_t first_pfn; /* the first frame that is memory */
	pfn_t end_pfn;	 /* the last one that can come online, exclusive */
};

extern struct direct_map direct_map pf_hidden;

/* The byte of a frame: 0, or the number of the kmalloc cache that cut it. */
static __always_inline u8 *byte_map(void)
{
	return (u8 *)direct_map.base + BYTE_MAP_OFFSET;
}

static __always_inline size_t virt_to_pfn(const void *addr)
{
	return ((uintptr_t)addr - (uintptr_t)direct_map.base) >> PAGE_SHIFT;
}

static inline struct page *pfn_to_page(pfn_t pfn)
{
	return direct_map.mem_map + pfn;
}

static inline pfn_t page_to_pfn(const struct page *page)
{
	return (pfn_t)(page - direct_map.mem_map);
}

static inline void *pfn_to_virt(pfn_t pfn)
{
	return direct_map.base + ((size_t)pfn << PAGE_SHIFT);
}

static inline void *page_to_virt(const struct page *page)
{
	return pfn_to_virt(page_to_pfn(page));
}

static inline struct page *virt_to_page(const void *addr)
{
	return pfn_to_page((pfn_t)virt_to_pfn(addr));
}

/* Whether @addr lies in a frame that has been online. */
static inline bool is_direct_map_addr(const void *addr)
{
	size_t pfn = virt_to_pfn(addr);

	return pfn < READ_ONCE(direct_map.limit) && pfn >= direct_map.first_pfn;
}

/* As of all frames that are no slab's. */
static inline bool page_has_no_bits(const struct page *page)
{
	unsigned int w;

	for (w = 0; w < WORDS_PER_PAGE; w++) {
		if (page->taken_bits[w])
			return false;
	}
	return true;
}

static inline bool page_is_warm(const struct page *page)
{
	return page->flags & PAGE_WARM;
}

#endif
