/* SPDX-License-Identifier: MIT */
/*
 * slab.h - caches of objects of one size
 */
#ifndef PF_SLAB_SLAB_H
#define PF_SLAB_SLAB_H

#include "base/check.h"
#include "buddy/pcp.h"
#include "os/lock.h"
#include "slab/sheaf.h"

#define BARN_MAX    8 /* sheaves in a barn, at most */
#define MAX_LODGERS 8 /* objects of a size that a larger one serves */

#define NR_NODES 16 /* sets of caches, see node.h */

struct kmem_cache {
	struct lock lock;
	u32 size; /* bytes of an object, a multiple of 16 */
	u16 nr_objects;
	u8 order;
	u8 class;
	u32 inverse; /* granule number * inverse >> 24 is the object's */
	u64 starts;  /* of 64 granules, those at which an object starts */
	u16 stride;  /* granules of the objects that fit into 64 */

	u8 host;       /* the class that serves the first requests */
	u8 nr_lodgers; /* objects that it has given so */
	u8 node;       /* of what set this is one */
	u32 tag;       /* of its slabs' frames */
	u16 sheaf_max; /* objects in a sheaf, at most */

	/* The barn: sheaves with objects, by their end numbers, oldest first. */
	u16 nr_full;
	u16 max_full;
	u32 full[BARN_MAX];

	/* Sheaves with nothing in them, for the next full ones: a stack. */
	u32 empty;
	u32 nr_empty;

	/* Frames side by side that the next slabs are cut from. */
	struct page *run;
	u16 nr_run;
	bool is_run_warm;

	u32 last_taker; /* thread that took objects out of slabs last */
	struct list_head partial; /* slabs with free objects in their bits */
	size_t nr_slabs;
	size_t nr_free; /* objects free in the bits of all slabs */
};

/* Those of node 0, and those that few processes have; apart, for the pages. */
extern struct kmem_cache kmalloc_caches[NR_CLASSES] pf_hidden;
extern struct kmem_cache more_caches[NR_NODES - 1][NR_CLASSES] pf_hidden;

static inline struct kmem_cache *cache_of(unsigned int node, unsigned int class)
{
	return node ? &more_caches[node - 1][class] : &kmalloc_caches[class];
}

/* The caches of a node, once. */
void kmem_caches_init(unsigned int node);

/* What was wrong with an object that came back. */
enum bad_object {
	OBJECT_OK,
	OBJECT_ALREADY_FREE,
	OBJECT_INTERIOR, /* not the start of an object */
	OBJECT_WRONG_CLASS,
};

/* An object that should not have come back; the first one is remembered. */
struct bad_free {
	void *object; /* NULL: none */
	enum bad_object kind;
};

void bad_free_remember(struct bad_free *bad, void *object,
		       enum bad_object kind);

/*
 * Emptying caches may find one in a call that has nothing to do with it, and
 * has nobody to tell.  It is kept here, and the next free says so.
 */
extern struct bad_free kept_bad_free pf_hidden;

static inline void bad_free_keep(const struct bad_free *bad)
{
	if (unlikely(bad->object) && !kept_bad_free.object)
		kept_bad_free = *bad;
}

/* The calls below want s->lock held. */

/**
 * slab_take_objects - free objects from slabs, lowest addresses first
 * @s: the cache
 * @pcp: the thread's page blocks, for a new slab
 * @end: where to: end[-1] is the lowest one, as in a sheaf
 * @nr: how many are wanted
 *
 * Return: how many there are, 0 only when the OS refuses memory.
 */
unsigned int slab_take_objects(struct kmem_cache *s, struct per_cpu_pages *pcp,
			       void **end, unsigned int nr);

/**
 * slab_put_objects - objects back to their slabs, in any order
 * @objects: those of other nodes' slabs, which stay as they are, come first then
 * @bad: set when one of them could not be freed; all others have been
 *
 * A slab that is all free goes back to @pcp.
 *
 * Return: how many objects of other nodes there are.
 */
size_t slab_put_objects(struct kmem_cache *s, struct per_cpu_pages *pcp,
			void **objects, size_t nr, struct bad_free *bad);

/* What is kept for slabs to come back to the zone. */
void slab_give_run(struct kmem_cache *s);

/* Whether an object starts at @addr, in a frame of a slab, that is not free in
 * it.  Lock-free. */
static inline bool slab_is_taken(const void *addr)
{
	const struct page *page = virt_to_page(addr);
	size_t granule = (uintptr_t)addr % PAGE_SIZE >> GRANULE_SHIFT;

	return READ_ONCE(page->taken_bits[granule / 64]) >> (granule % 64) &
		       1 &&
	       (uintptr_t)addr % GRANULE_BYTES == 0;
}

/* What can be said of a pointer into a slab's frames. */
struct object_facts {
	struct kmem_cache *s;
	void *slab;   /* address of the slab */
	void *object; /* start of the object around the pointer, or NULL */
	unsigned int index; /* the object's number in the slab */
	bool is_free;	    /* in the slab; not if a sheaf has it */
};

/* Lock-free, for reports: a torn picture is possible, a crash is not. */
void slab_describe(const void *addr, struct object_facts *facts);

/* Takes the lock itself; the cache must be quiet otherwise. */
bool slab_check(struct kmem_cache *s, struct check_report *report);

#endif
