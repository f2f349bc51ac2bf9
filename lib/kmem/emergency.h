/* SPDX-License-Identifier: MIT */
/*
 * emergency.h - memory while nothing of ours may be touched
 */
#ifndef PF_KMEM_EMERGENCY_H
#define PF_KMEM_EMERGENCY_H

#include "kmem/kmem.h"
#include "page/span.h"

/**
 * emergency_alloc - memory straight from the OS
 * @size: bytes, at most PTRDIFF_MAX
 * @align: power of two
 *
 * Reads as zeros.  Takes no lock and touches nothing that another layer has:
 * safe anywhere, in signal handlers too.  Costs a system call and two page
 * faults.  Return: NULL when the OS refuses.
 */
void *emergency_alloc(size_t size, size_t align);

static inline bool is_emergency_addr(const void *addr)
{
	return (const char *)addr >= emergency_start &&
	       (const char *)addr < emergency_end;
}

/* As kmem_usable_size(), for an address of the range. */
enum kmem_status emergency_usable_size(const void *p, size_t *size);

/* Give an object of the range back to the OS; safe anywhere. */
enum kmem_status emergency_free(void *p);

/**
 * emergency_defer - keep an object of another layer, to be freed later
 *
 * Safe anywhere.  It is lost when the OS refuses memory to note it in.
 */
void emergency_defer(void *p);

/*
 * Free what was deferred, by @free_one, which may defer it again, and give what
 * is kept for the next requests to the OS.
 */
void emergency_free_deferred(void (*free_one)(void *p));

/* Whether there is any; cheap. */
bool emergency_has_deferred(void);

/* Live objects of the range, and their bytes. */
void emergency_get_stats(size_t *nr, size_t *bytes);

/* In fork's child: whoever was freeing is not here. */
void emergency_reset(void);

#endif
