/* SPDX-License-Identifier: MIT */
/*
 * object.c - objects of the clients' kmem_caches: out of slabs and back
 *
 * What it does.  A slab is a block of pf_alloc_pages(), cut into equal objects.
 * Its record has a byte for each object: free, held in a cache, used, deferred.
 * A thread holds an array of objects per cache, takes from it and puts back to
 * it; an empty one is filled from slabs, half of a full one goes back.  The
 * byte of an object says "used" from the moment a client gets it to the moment
 * it is freed, so a second free, a pointer into the middle, or a free of what
 * was never allocated is found by the call that makes the mistake.
 *
 * Where a call may come from.  Everything runs inside the gate (slab/gate.h),
 * the fast paths too: they cost two plain stores and two loads more, and for
 * that fork() finds every array whole, shrink and destroy can empty the arrays
 * of other threads, and is_busy tells a signal handler that the thread it has
 * interrupted stands in the middle of malloc or of this file.  Such a handler
 * goes to handlers.c.  One that has interrupted the program elsewhere finds
 * is_busy unset, and works with the arrays as anybody; locks it only tries.
 *
 * Cost.  kmalloc(64, GFP_KERNEL) and its kfree(): 173 and 107 instructions on
 * x86-64, no atomic one; a third of it finds the slab of an object.
 * Locking.  None on the fast paths; s->lock to fill and to empty arrays.
 * Not here.  Slabs (slabs.c), which cache (kmalloc.c), making and unmaking caches
 * (cache.c).
 */
#include <string.h>

#include "kapi/range.h"
#include "kapi/slabs.h"
#include "kmem/emergency.h"
#include "os/conf.h"
#include "pfmalloc/slab.h"

#define FIRST_ARRAY 7 /* objects; a record of 64 bytes */
#define TRIES	    100

struct karray *karray_of(struct tcache *tc, const struct kcache *s)
{
	struct karrays *arrays = tc->kapi;
	struct karray **table;

	if (unlikely(!arrays))
		return NULL;
	table = arrays->table[s->id / CACHES_PER_TABLE];
	return likely(table) ? table[s->id % CACHES_PER_TABLE] : NULL;
}

static size_t array_bytes(unsigned int max)
{
	return sizeof(struct karray) + max * sizeof(void *);
}

void karray_free(struct tcache *tc, const struct kcache *s)
{
	struct karrays *arrays = tc->kapi;
	struct karray **array = &arrays->table[s->id / CACHES_PER_TABLE]
					      [s->id % CACHES_PER_TABLE];

	meta_free(*array, array_bytes((*array)->max));
	*array = NULL;
}

/* An array twice as long as the last one; the old one where there is none. */
static struct karray *array_grow(struct tcache *tc, struct kcache *s, bool wait)
{
	struct karrays *arrays = tc->kapi;
	struct karray *old = karray_of(tc, s), *new;
	struct karray ***table;
	unsigned int max = old ? 2U * old->max + 1 : FIRST_ARRAY;

	if (max > s->array_max)
		max = s->array_max;
	if (old && old->max >= max)
		return old;
	if (!arrays) {
		arrays = meta_alloc(sizeof(*arrays), wait);
		if (!arrays)
			return NULL;
		tc->kapi = arrays;
	}
	table = &arrays->table[s->id / CACHES_PER_TABLE];
	if (!*table)
		*table = meta_alloc(CACHES_PER_TABLE * sizeof(**table), wait);
	new = *table ? meta_alloc(array_bytes(max), wait) : NULL;
	if (!new)
		return old;
	new->max = (u16)max;
	if (old) {
		new->nr = old->nr;
		memcpy(new->object, old->object, old->nr * sizeof(void *));
		meta_free(old, array_bytes(old->max));
	}
	(*table)[s->id % CACHES_PER_TABLE] = new;
	return new;
}

static bool lock_cache(struct kcache *s, bool wait)
{
	unsigned int i;

	if (wait) {
		lock_acquire(&s->lock);
		return true;
	}
	for (i = 0; i < TRIES; i++) {
		if (lock_try_acquire(&s->lock))
			return true;
		cpu_relax();
	}
	return false;
}

/* An object out of the slabs, and some more into the thread's array. */
static void *refill(struct tcache *tc, struct kcache *s, bool wait)
{
	struct karray *a = karray_of(tc, s);
	void *object = NULL;
	unsigned int n;

	/* The gate was closed a moment ago, that is why we are here. */
	if (a && a->nr)
		return a->object[--a->nr];
	a = array_grow(tc, s, wait);
	if (!lock_cache(s, wait))
		return NULL;
	if (a && a->max > 1) {
		n = kcache_take_locked(s, a->object, (a->max + 1U) / 2);
		if (n)
			object = a->object[--n];
		a->nr = (u16)n;
	} else {
		kcache_take_locked(s, &object, 1);
	}
	lock_release(&s->lock);
	return object;
}

/*
 * The older half of a full array back to its slabs.  Slabs that are empty then
 * and more than the cache keeps: to *@stack, to be given back outside.
 */
static bool flush_half(struct kcache *s, struct karray *a, struct kslab **stack)
{
	unsigned int nr = (a->nr + 1U) / 2;

	if (!lock_cache(s, false))
		return false;
	kcache_put_locked(s, a->object, nr);
	/* Readers are waited for by a thread, which is not started here. */
	if (!(s->flags & PF_SLAB_TYPESAFE_BY_RCU))
		*stack = kcache_take_empty_locked(s, s->max_empty);
	else if (s->nr_empty > s->max_empty)
		kapi_note_work();
	lock_release(&s->lock);
	a->nr = (u16)(a->nr - nr);
	memmove(a->object, a->object + nr, a->nr * sizeof(void *));
	return true;
}

/* Fork has closed the gate, or a handler must have memory all the same. */
static void *alloc_outside(struct kcache *s)
{
	void *object = emergency_alloc(s->object_size,
				       max_size(s->align, sizeof(void *)));

	if (object && s->ctor)
		s->ctor(object);
	return object;
}

static void *alloc_slow(struct kcache *s, unsigned int gfp)
{
	bool wait = may_wait(gfp);
	bool was_open = gate_is_open();
	struct tcache *tc;
	void *object;

	if (wait && READ_ONCE(kapi_has_work))
		kapi_do_work();
	tc = kapi_gate_enter(wait);
	if (tc) {
		object = refill(tc, s, wait);
		if (object)
			WRITE_ONCE(*kslab_state(kslab_of(object), object),
				   OBJECT_IS_USED);
		kapi_gate_leave(tc, wait);
		if (!object)
			object = kcache_alloc_new(s, gfp);
		if (object || (wait && was_open && gate_is_open()))
			return object;
	}
	object = kcache_alloc_reserved(s, gfp);
	if (!object && wait)
		object = alloc_outside(s);
	return object;
}

static bool wants_zeros(const struct kcache *s, unsigned int gfp)
{
	if (gfp & __GFP_ZERO)
		return true;
	return unlikely(pf_conf.init_on_alloc) && !s->ctor &&
	       !(s->flags & PF_SLAB_TYPESAFE_BY_RCU);
}

void *kcache_alloc(struct kcache *s, unsigned int gfp)
{
	struct tcache *tc;
	void *object = NULL;
	struct karray *a;

	if (likely(may_wait(gfp)))
		kapi_might_sleep("kmem_cache_alloc");
	tc = gate_try_enter();
	if (likely(tc)) {
		a = karray_of(tc, s);
		if (likely(a && a->nr)) {
			object = a->object[--a->nr];
			WRITE_ONCE(*kslab_state(kslab_of(object), object),
				   OBJECT_IS_USED);
		}
		gate_try_leave(tc);
	}
	if (unlikely(!object)) {
		object = alloc_slow(s, gfp);
		if (unlikely(!object))
			return NULL;
	} else if (unlikely(READ_ONCE(kapi_has_work)) && may_wait(gfp)) {
		kapi_do_work();
	}
	return wants_zeros(s, gfp) ? memset(object, 0, s->object_size) : object;
}

/* The array is full, or there is none. */
static bool free_slow(struct tcache *tc, struct kcache *s, void *object,
		      struct kslab **stack)
{
	struct karray *a = array_grow(tc, s, false);

	if (!a || (a->nr == a->max && !flush_half(s, a, stack)))
		return false;
	a->object[a->nr++] = object;
	return true;
}

void kslab_free_object(struct kslab *slab, void *object)
{
	struct kcache *s = slab->cache;
	unsigned int n = kslab_number(slab, object);
	struct kslab *stack = NULL;
	struct tcache *tc;
	struct karray *a;
	u8 *state;

	if (unlikely(n == s->nr_objects ||
		     READ_ONCE(slab->state[n]) != OBJECT_IS_USED))
		kapi_report_object("kfree", slab, object);
	state = &slab->state[n];
	if (unlikely(pf_conf.init_on_free) && !s->ctor &&
	    !(s->flags & PF_SLAB_TYPESAFE_BY_RCU))
		memset(object, 0, s->object_size);
	tc = kapi_gate_enter(false);
	if (unlikely(!tc)) {
		kslab_free_reserved(slab, object, state);
		return;
	}
	WRITE_ONCE(*state, OBJECT_IS_CACHED);
	a = karray_of(tc, s);
	if (likely(a && a->nr < a->max))
		a->object[a->nr++] = object;
	else if (!free_slow(tc, s, object, &stack))
		kslab_defer(slab, state);
	gate_try_leave(tc);
	if (unlikely(stack))
		kslabs_release(stack);
}
