/* SPDX-License-Identifier: MIT */
/*
 * kmem.h - memory of any size: which layer serves it, which layer owns it
 *
 *	up to 8 KiB	an object of a slab
 *	up to 4 MiB	a page block, exact to the frame; from 1 MiB on an area
 *			where free frames do not lie side by side
 *	above		a vmap area, and a block of 256 KiB that outgrows its
 *			place
 *
 * No C rules here: errno is never touched, size 0 is a small size like any
 * other, and what is wrong with a pointer is returned, not reported.
 */
#ifndef PF_KMEM_KMEM_H
#define PF_KMEM_KMEM_H

#include "base/check.h"
#include "slab/slab.h"

#define KMEM_MAX_BLOCK ZONE_BLOCK_BYTES

/* What a pointer is, or what is wrong with it. */
enum kmem_status {
	KMEM_OK,
	KMEM_FOREIGN,	   /* not an address of ours */
	KMEM_ALREADY_FREE, /* an object, but a free one */
	KMEM_INTERIOR,	   /* inside an object, not its start */
	KMEM_NOT_IN_USE,   /* ours, and nobody was ever given it */
	KMEM_CLIENT_PAGE,  /* a frame of alloc_pages(): lib/kapi's */
};

/* Make the library ready; idempotent, safe from any thread at any time. */
void kmem_init(void);

/* The same without waiting for another thread.  Return: whether it is ready. */
bool kmem_try_init(void);

/* Whether it is: not before kmem_init(), and never if the OS refused then. */
bool kmem_is_ready(void);

/**
 * kmem_alloc - @size bytes; the hot path of every allocation
 * @slow: what to do when the thread's sheaf has no object or @size is too
 *	large for one: kmem_alloc_slow(), with or without C rules around it
 *
 * Cost: at most 15 instructions on x86-64, watched by tests/build/fastpath.t.
 */
static __always_inline void *kmem_alloc(size_t size, void *(*slow)(size_t size))
{
	if (likely(size <= KMALLOC_MAX_CACHE_SIZE)) {
		void *object = sheaf_pop(size_to_class(size));

		if (likely(object))
			return object;
	}
	return slow(size);
}

/**
 * kmem_alloc_slow - the rest of kmem_alloc()
 *
 * Only ever called by it: the number of the sheaf that was found empty is one
 * too low.  May sleep.  Return: NULL when the OS refuses memory.
 */
void *kmem_alloc_slow(size_t size);

/* Instead of kmem_alloc_slow(), for who has the memory from elsewhere. */
static inline void kmem_alloc_undo(size_t size)
{
	if (size <= KMALLOC_MAX_CACHE_SIZE)
		sheaf_undo_pop(size_to_class(size));
}

/**
 * kmem_free - the hot path of every free
 *
 * Return: false when kmem_free_slow() must be called.  Cost: at most 18
 * instructions on x86-64, with the look at the last two objects freed.
 */
static __always_inline bool kmem_free(void *p)
{
	size_t pfn = virt_to_pfn(p);

	if (unlikely(pfn >= HOT_LOAD(direct_map.limit)))
		return false;
	return sheaf_push(HOT_LOAD(byte_map()[pfn]), p);
}

/**
 * kmem_alloc_large - more than KMALLOC_MAX_CACHE_SIZE bytes, or aligned so
 * @size: bytes, at most PTRDIFF_MAX
 * @align: power of two
 * @is_zero: whether the caller wants zeros; set to whether it has them
 */
void *kmem_alloc_large(size_t size, size_t align, bool *is_zero);

/**
 * kmem_free_slow - free what sheaf_push() did not take
 * @p: any pointer, NULL too
 * @culprit: with a status other than KMEM_OK, the pointer that it is about:
 *	@p, or one that was freed earlier and found wrong now
 */
enum kmem_status kmem_free_slow(void *p, void **culprit);

/*
 * Before kmem_free_slow(), too: a page block to the thread's own lists.  Return:
 * false when @p is none, or the lists are full; any pointer will do.
 */
bool kmem_free_block(void *p);

/* Bytes of the slab's object that starts at @p; 0 where there is none. */
static __always_inline size_t kmem_small_size(const void *p)
{
	size_t pfn = virt_to_pfn(p);
	u8 class;

	if (unlikely(pfn >= HOT_LOAD(direct_map.limit)))
		return 0;
	class = HOT_LOAD(byte_map()[pfn]);
	return class && slab_is_taken(p) ? class_size(class) : 0;
}

/* Bytes that the object at @p has; *@size is 0 unless KMEM_OK. */
enum kmem_status kmem_usable_size(const void *p, size_t *size);

/**
 * kmem_resize - change a large object's size where it is, or by moving pages
 * @p: start of a live object
 * @size: new size in bytes, more than KMALLOC_MAX_CACHE_SIZE
 *
 * Return: its address, which may have changed, or NULL with nothing changed:
 * then it wants a new object and a copy.
 */
void *kmem_resize(void *p, size_t size);

/* The size that an object for @size bytes would have; 0 if there is none. */
size_t kmem_good_size(size_t size);

/**
 * kmem_trim - all memory that nobody uses back to the OS
 *
 * Empties the caches of all threads.  May sleep for as long as that takes.
 * Return: bytes given back; *@culprit and the status as kmem_free_slow().
 */
size_t kmem_trim(enum kmem_status *status, void **culprit);

/*
 * The OS refuses memory: give back whatever we have, so that it may think
 * again.  Outside of the gate.  Return: whether there was anything.
 */
bool kmem_find_memory(void);

/*
 * After an allocation, outside the gate: what the next ones will profit from.
 */
void kmem_look_ahead(void);

/*
 * What layers above want to do in fork's child before the gate opens; NULL for
 * nothing.  Set once, by their first use.
 */
extern void (*kmem_fork_child_hook)(void) pf_hidden;

/* The record of a client's frame that is not in the direct map, or NULL; set
 * once, as above. */
extern struct page *(*kmem_far_page_hook)(const void *p)pf_hidden;

static inline struct page *kmem_far_page(const void *p)
{
	return kmem_far_page_hook ? kmem_far_page_hook(p) : NULL;
}

/* Where a layer above has areas that are not malloc's; set once, with it. */
extern char *kmem_clients_start pf_hidden;
extern char *kmem_clients_end pf_hidden;

static inline bool kmem_is_clients_area(const void *p)
{
	return (const char *)p >= kmem_clients_start &&
	       (const char *)p < kmem_clients_end;
}

/* fork(): before, after in the parent, after in the child. */
void kmem_fork_prepare(void);
void kmem_fork_parent(void);
void kmem_fork_child(void);

/* Walks every structure, but where gate_is_torn(); others must be quiet. */
bool kmem_check(struct check_report *report);

struct kmem_stats {
	size_t nr_slab_objects; /* live: not in slabs' bits, not in sheaves */
	size_t slab_bytes_live;
	size_t slab_bytes; /* frames of slabs */
	size_t nr_cached;  /* objects in sheaves */
	size_t cached_bytes;
	size_t block_bytes;	/* frames of page blocks, live */
	size_t free_warm_bytes; /* free frames with memory behind them */
	size_t free_cold_bytes; /* free frames without */
	size_t nr_areas;	/* vmap areas, and objects of the emergency */
	size_t area_bytes;
	size_t lazy_bytes;     /* of areas that are free, and whole */
	size_t present_bytes;  /* frames that are online */
	size_t metadata_bytes; /* mem_map and byte map of these frames */
	size_t returned_bytes; /* given back to the OS, ever */
};

/*
 * Stops all slow paths for that moment.  Zeros where gate_is_torn(), and in a
 * signal handler that interrupted a slow path.
 */
void kmem_get_stats(struct kmem_stats *stats);

#endif
