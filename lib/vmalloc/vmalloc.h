/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.h - large ranges, contiguous in addresses only
 */
#ifndef PF_VMALLOC_VMALLOC_H
#define PF_VMALLOC_VMALLOC_H

#include "base/check.h"
#include "base/list.h"
#include "page/span.h"

struct vmap_area {
	char *va_start;
	size_t bytes;		/* mapped from va_start on */
	size_t home_bytes;	/* of it: pages that came from the zone */
	size_t nr_units;	/* of the address space, guard included */
	struct list_head homes; /* struct page of their blocks, in order */
	struct list_head link;	/* all areas, lazily freed, or free records */
	bool is_lazy;		/* freed, and still whole */
	bool was_resized;	/* since it was allocated */
	u64 freed_ms;		/* lazily freed: os_now_ms() */
};

/* Once, after span_init(). */
void vmalloc_init(void);

/**
 * vmalloc_bytes - a new area
 * @bytes: rounded up to whole pages; not 0
 * @align: power of two; areas are aligned to 4 MiB anyway
 * @is_zero: whether the caller wants zeros; set to whether it has them
 *
 * May sleep.  Not for signal handlers.  Return: NULL when addresses or memory
 * are out.
 */
void *vmalloc_bytes(size_t bytes, size_t align, bool *is_zero);

/*
 * The area that contains @addr, or NULL; safe without a lock for one's own.
 * Lazily freed ones are found, too.
 */
struct vmap_area *find_vmap_area(const void *addr);

static inline bool is_vmalloc_addr(const void *addr)
{
	return (const char *)addr >= vmalloc_start &&
	       (const char *)addr < vmalloc_end;
}

/* Give @area back.  Unless it is short and was resized, or decay_ms is 0, it is lazily
 * freed: whole until zone_recall(). */
void vfree_area(struct vmap_area *area);

/**
 * vmalloc_resize - an area's new length, without copying
 *
 * It may become somewhat longer than asked for.
 * Return: the area's address, which may be a new one, or NULL when that cannot
 * be had; the area is as it was then.
 */
void *vmalloc_resize(struct vmap_area *area, size_t bytes, bool may_move);

/* Bytes that an area may have too many: one that grows gets them in advance. */
size_t vmalloc_slack(const struct vmap_area *area);

/* Whether there are addresses for what can be a page block, too. */
#define VMALLOC_HAS_ROOM (UINTPTR_MAX > UINT32_MAX)

/* Whether areas take pages from home.  Lock-free; no promise. */
bool vmalloc_can_move(void);

/* From here on moving pages costs less than copying them: 12 us for 256 KiB,
 * where faulting in 64 pages takes 0.7 to 3 us each. */
#define VMALLOC_MIN_BYTES KIB(256)

/**
 * vmalloc_from_block - a page block becomes an area, and longer, without copying
 * @page: first frame of a block of VMALLOC_MIN_BYTES at least
 * @bytes: more than it has
 *
 * Return: the area's address, or NULL when that cannot be had; the block is as
 * it was then.
 */
void *vmalloc_from_block(struct page *page, size_t bytes);

/* In fork's child. */
void vmalloc_reset(void);

struct vmalloc_stats {
	size_t nr_areas;
	size_t bytes;
	size_t home_bytes;
	size_t lazy_bytes; /* of lazily freed areas, not in the above */
};
void vmalloc_get_stats(struct vmalloc_stats *stats);

bool vmalloc_check(struct check_report *report);

#endif
