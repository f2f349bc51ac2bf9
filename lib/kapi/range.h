/* SPDX-License-Identifier: MIT */
/*
 * range.h - addresses of the kernel-style API's own
 *
 *	| records | bitmaps |      | vmalloc area: page 0, 1, 2 ...      |
 *
 * Records are small pieces of metadata, of slabs and areas; nobody is given an
 * address beside one.  What follows is for vmalloc.c.  Nothing is mapped, and
 * no address taken, before the first call of a client.
 */
#ifndef PF_KAPI_RANGE_H
#define PF_KAPI_RANGE_H

#include "base/compiler.h"
#include "base/types.h"

struct kapi_range {
	char *records;
	char *records_end;
	char *bitmaps; /* two, one behind the other */
	size_t bitmap_bytes;
	char *vmalloc_start;
	char *vmalloc_end;  /* NULL as long as nothing of this is known */
	size_t nr_pages;    /* of the vmalloc area, in whole blocks */
	struct page *pages; /* their records: span_reserve_records() */
};

extern struct kapi_range kapi_range pf_hidden;

/* Choose the addresses; by kapi_init().  Return: 0 or -errno. */
int kapi_range_init(void);

/* New memory at addresses of the range; 0 or -errno. */
int kapi_map(void *addr, size_t bytes);

/* ---------------------------------------------------------------------- */

#define META_UNIT	   64
#define META_MAX_BYTES	   1024
#define META_RESERVE_BYTES 640 /* the largest record of a slab */

/**
 * meta_alloc - a record
 * @bytes: 1..META_MAX_BYTES
 * @may_wait: whether it may wait for a lock and call the OS
 *
 * Inside the gate.  Return: zeroed, aligned to 64 bytes, or NULL.
 */
void *meta_alloc(size_t bytes, bool may_wait);

/* A record back; safe anywhere, without a lock. */
void meta_free(void *record, size_t bytes);

/*
 * A record of META_RESERVE_BYTES for who can wait for nothing, or NULL; and
 * more of them for the next one, inside the gate.
 */
void *meta_take_reserve(void);
void meta_fill_reserve(void);

/* In fork's child. */
void meta_reset(void);

#endif
