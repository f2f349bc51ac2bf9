/* SPDX-License-Identifier: MIT */
/*
 * slabs.h - slabs of the clients' kmem_caches, for object.c and handlers.c
 */
#ifndef PF_KAPI_SLABS_H
#define PF_KAPI_SLABS_H

#include "kapi/cache.h"
#include "slab/gate.h"

/* The number of the object that starts at @p; nr_objects if none does. */
static inline unsigned int kslab_number(const struct kslab *slab, const void *p)
{
	const struct kcache *s = slab->cache;
	size_t offset = (size_t)((const char *)p - slab->start);
	unsigned int n = (unsigned int)(((u64)offset * s->inverse) >> 32);

	if (unlikely((size_t)n * s->size != offset || n >= s->nr_objects))
		return s->nr_objects;
	return n;
}

static inline void *kslab_object(const struct kslab *slab, unsigned int n)
{
	return slab->start + (size_t)n * slab->cache->size;
}

static inline u8 *kslab_state(struct kslab *slab, const void *object)
{
	return &slab->state[kslab_number(slab, object)];
}

/* @slab on top of @stack; *@next is its link there. */
static inline void kslab_push(struct kslab **stack, struct kslab *slab,
			      struct kslab **next)
{
	*next = READ_ONCE(*stack);
	while (!__atomic_compare_exchange_n(stack, next, slab, true,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

static inline struct kslab *kslab_take_stack(struct kslab **stack)
{
	if (!READ_ONCE(*stack))
		return NULL;
	return __atomic_exchange_n(stack, NULL, __ATOMIC_ACQUIRE);
}

static inline void kapi_gate_leave(struct tcache *tc, bool wait)
{
	if (wait)
		gate_leave(tc);
	else
		gate_try_leave(tc);
}

/* The gate, for who may wait and for who may not. */
static inline struct tcache *kapi_gate_enter(bool wait)
{
	if (wait)
		return gate_enter();
	/* Once in a thread's life, and safe within itself: see there. */
	if (unlikely(!thread_heap.tcache) && !thread_heap.has_exited)
		thread_attach();
	return gate_try_enter();
}

/* Something is left to do for the next call that may wait. */
static inline void kapi_note_work(void)
{
	if (!READ_ONCE(kapi_has_work))
		WRITE_ONCE(kapi_has_work, 1);
}

/* ---- slabs.c ---- */

/* A slab of free objects, in no list; or NULL.  Outside of the gate. */
struct kslab *kslab_new(struct kcache *s, unsigned int gfp);

/* The calls below want s->lock held. */

/* To the list where a slab with so many free objects belongs. */
void kslab_place_locked(struct kcache *s, struct kslab *slab);

/* Object @n is free from now on. */
void kslab_set_free_locked(struct kslab *slab, unsigned int n);

/* What was pushed to s->new, to the lists. */
void kcache_take_new_locked(struct kcache *s);

/* Up to @nr free objects, marked as cached: how many.  And back. */
unsigned int kcache_take_locked(struct kcache *s, void **objects,
				unsigned int nr);
void kcache_put_locked(struct kcache *s, void **objects, unsigned int nr);

/* Empty slabs off the list but for @keep, in a stack. */
struct kslab *kcache_take_empty_locked(struct kcache *s, size_t keep);

/* ---- handlers.c ---- */

/* The first object of a new slab, marked as used; or NULL.  Outside of the
 * gate. */
void *kcache_alloc_new(struct kcache *s, unsigned int gfp);

/* An object, marked as used, and one back: safe at any instruction. */
void *kcache_alloc_reserved(struct kcache *s, unsigned int gfp);
void kslab_free_reserved(struct kslab *slab, void *object, u8 *state);

/* The object of this byte is free, which somebody else will see to. */
void kslab_defer(struct kslab *slab, u8 *state);

#endif
