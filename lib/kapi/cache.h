/* SPDX-License-Identifier: MIT */
/*
 * cache.h - the clients' kmem_caches, as the files of this folder see them
 *
 * What <pfmalloc/slab.h> calls struct kmem_cache is a struct kcache here:
 * lib/slab has the name for malloc's own caches.
 */
#ifndef PF_KAPI_CACHE_H
#define PF_KAPI_CACHE_H

#include "base/check.h"
#include "base/list.h"
#include "kapi/frames.h"
#include "kapi/layout.h"
#include "os/lock.h"
#include "page/page.h"
#include "pfmalloc/linux/gfp_types.h"
#include "slab/thread.h"

#define KSLAB_MAX_OBJECTS 512
#define NR_RESERVED	  16 /* objects of a cache, for signal handlers */

/* What an object is doing; a byte of its slab's record. */
enum object_state {
	OBJECT_IS_FREE,	    /* in its slab */
	OBJECT_IS_CACHED,   /* in a thread's array, or reserved */
	OBJECT_IS_USED,	    /* the client has it */
	OBJECT_IS_DEFERRED, /* freed where nothing more could be done */
};

enum kslab_place {
	KSLAB_FULL, /* no object is free in it: in no list */
	KSLAB_PARTIAL,
	KSLAB_EMPTY,
	KSLAB_NEW, /* in the stack of those that a cache has not looked at */
};

/* A record (range.h). */
struct kslab {
	union {
		struct list_head link; /* in a list of its cache */
		struct {
			void *next;
			void (*func)(void *head);
		} rcu; /* when it is given back */
	};
	struct kcache *cache;
	struct page *page;  /* the first frame */
	char *start;	    /* of object 0 */
	struct kslab *next; /* in s->new, or in a stack of released ones */
	struct kslab *next_deferring; /* in the stack of those, meanwhile */
	u16 nr_free;		      /* objects in OBJECT_IS_FREE */
	u16 lowest;		      /* no object below this number is free */
	u8 place;		      /* enum kslab_place */
	/* For its end, which its cache may not live to see: */
	u8 order;
	u8 record_units;  /* of META_UNIT */
	bool has_readers; /* SLAB_TYPESAFE_BY_RCU */
	u32 is_deferring; /* in the stack of slabs with deferred ones */
	u32 nr_pins;	  /* handlers that are about to put it there */
	u8 state[];	  /* enum object_state, by number */
};

struct kcache {
	struct lock lock;
	u32 size; /* from one object to the next */
	u32 object_size;
	u32 align;
	u32 inverse; /* offset * inverse >> 32 is the object's number */
	u16 nr_objects;
	u16 array_max; /* objects in a thread's array, at most */
	u16 max_empty; /* slabs kept without a used object */
	u16 id;
	u8 order;
	bool may_merge;
	unsigned int flags; /* SLAB_... */
	unsigned int gfp;   /* for its slabs, beside the request's */
	unsigned int refcount;
	void (*ctor)(void *object);
	const char *name;
	struct list_head link; /* all caches, newest first */

	struct list_head partial, empty;
	size_t nr_slabs, nr_empty;
	struct kslab *new; /* a stack that anybody pushes to */

	bool wants_reserved; /* a handler has asked this cache */
	void *reserved[NR_RESERVED];
};

/* Objects that a thread holds of one cache. */
struct karray {
	u16 nr;
	u16 max;
	void *object[];
};

#define CACHES_PER_TABLE 64
#define NR_TABLES	 64
#define MAX_CACHES	 (CACHES_PER_TABLE * NR_TABLES)

/* What hangs off tcache->kapi: by a cache's id. */
struct karrays {
	struct karray **table[NR_TABLES];
};

/* Something was deferred or used up: the next call that may wait sees to it. */
extern u32 kapi_has_work pf_hidden;

/* Make the layer ready.  False when that cannot be done here and now. */
bool kapi_init(unsigned int gfp);

static inline bool may_wait(unsigned int gfp)
{
	return gfp & __GFP_DIRECT_RECLAIM;
}

/* ---- object.c ---- */

void *kcache_alloc(struct kcache *s, unsigned int gfp);

/* The record of a frame at @p, of any zone that has addresses; or NULL. */
static inline struct page *frame_of(const void *p)
{
	if (likely(is_direct_map_addr(p)))
		return virt_to_page(p);
	return is_dma_addr(p) ? dma_virt_to_page(p) : NULL;
}

/* The slab whose frames @p lies in, or NULL. */
static inline struct kslab *kslab_of(const void *p)
{
	struct page *page = frame_of(p);

	if (unlikely(!page))
		return NULL;
	page = page_head(page);
	if (unlikely(READ_ONCE(page->class) != KAPI_SLAB))
		return NULL;
	return (struct kslab *)(uintptr_t)page->taken_bits[1];
}

bool kcache_check_locked(struct kcache *s, struct check_report *report);

/* An object of @slab, by whatever name; ends the process if it is none. */
void kslab_free_object(struct kslab *slab, void *object);

/* A thread's array of @s, or NULL; and the end of one that is empty, which is
 * nobody's business but the thread's, or who has closed the gate. */
struct karray *karray_of(struct tcache *tc, const struct kcache *s);
void karray_free(struct tcache *tc, const struct kcache *s);

/* All that was deferred, reserved or held in arrays of @s back to its slabs,
 * and of all caches where @s is NULL; the gate is closed, or one thread is
 * there.  The arrays of a cache without references are freed: the next cache
 * with its id may want longer or shorter ones. */
void kcache_drain(struct kcache *s);

/* Slabs without objects, in a stack, taken off the cache; and given back. */
struct kslab *kcache_take_empty(struct kcache *s, size_t keep);
void kslabs_release(struct kslab *stack);

/* What handlers have left to do; inside no gate, and may wait. */
void kapi_do_work(void);

/* ---- cache.c ---- */

struct kmem_cache_args;
struct kcache *kcache_create(const char *name, unsigned int size,
			     const struct kmem_cache_args *args,
			     unsigned int flags);

/* In fork's child. */
void kcaches_reset(void);
void shrinkers_reset(void);

/* Slabs that nobody uses back to the page allocator; outside of the gate. */
void kcaches_give_back(void);

/* Walks all caches; the others must be quiet. */
bool kcaches_check(struct check_report *report);

extern struct lock kcaches_lock pf_hidden;
extern struct list_head kcaches pf_hidden;

#define for_each_kcache(s) list_for_each_entry(s, &kcaches, link)

/* ---- kmalloc.c ---- */

bool kmalloc_caches_create(void);

/* ---- misuse.c ---- */

/* @p was given to @call, is in @slab, and no object that the client has. */
_Noreturn void kapi_report_object(const char *call, struct kslab *slab,
				  const void *p);

/* @p was given to @call, which wants what kmalloc() has given. */
_Noreturn void kapi_report_pointer(const char *call, const void *p);

#endif
