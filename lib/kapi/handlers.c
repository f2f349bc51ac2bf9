/* SPDX-License-Identifier: MIT */
/*
 * handlers.c - objects for signal handlers that have interrupted us
 *
 * A handler that finds its thread inside the gate touches neither arrays nor
 * locks:
 *
 *	alloc	an object out of s->reserved, by atomic exchange; else a frame
 *		of the page allocator's reserve becomes a slab, whose record is
 *		out of meta.c's reserve; it is pushed to s->new
 *	free	into s->reserved; else the object's byte becomes "deferred" and
 *		its slab is pushed to the stack of such slabs
 *
 * Nobody needs memory to free, and nothing is written into an object.  The next
 * call that may wait takes the stacks over and fills the reserves again
 * (kapi_do_work()).
 *
 * Why a slab does not vanish under a handler.  The object that is freed there
 * is "used" until its byte is set, and keeps the slab.  After that another
 * thread may collect the byte, find the slab empty and give it back, before the
 * handler has pushed it.  So the handler counts itself in nr_pins first and out
 * last, and a slab is only given back when that is 0 and it is in no stack; who
 * sees the byte sees the pin.
 */
#include "kapi/range.h"
#include "kapi/slabs.h"
#include "pfmalloc/slab.h"

u32 kapi_has_work;

/* Slabs with deferred objects, of all caches. */
static struct kslab *deferring;

static void *take_reserved(struct kcache *s)
{
	unsigned int i;

	for (i = 0; i < NR_RESERVED; i++) {
		void *object = READ_ONCE(s->reserved[i]);

		if (object)
			object = __atomic_exchange_n(&s->reserved[i], NULL,
						     __ATOMIC_ACQUIRE);
		if (object)
			return object;
	}
	return NULL;
}

static bool put_reserved(struct kcache *s, void *object)
{
	unsigned int i;

	for (i = 0; i < NR_RESERVED; i++) {
		void *nothing = NULL;

		if (!READ_ONCE(s->reserved[i]) &&
		    __atomic_compare_exchange_n(&s->reserved[i], &nothing,
						object, false, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			return true;
	}
	return false;
}

void kslab_defer(struct kslab *slab, u8 *state)
{
	__atomic_fetch_add(&slab->nr_pins, 1, __ATOMIC_ACQ_REL);
	store_release(state, OBJECT_IS_DEFERRED);
	if (!__atomic_exchange_n(&slab->is_deferring, 1, __ATOMIC_ACQ_REL))
		kslab_push(&deferring, slab, &slab->next_deferring);
	__atomic_fetch_sub(&slab->nr_pins, 1, __ATOMIC_RELEASE);
	kapi_note_work();
}

/* How many objects a new slab shall have for handlers, beside its first. */
static unsigned int nr_wanted(struct kcache *s)
{
	unsigned int n = 0, i;

	if (!READ_ONCE(s->wants_reserved))
		return 0;
	for (i = 0; i < NR_RESERVED; i++)
		n += !READ_ONCE(s->reserved[i]);
	return n < s->nr_objects ? n : s->nr_objects - 1U;
}

/*
 * The first object of a new slab, and some more of it for the next handler.
 * From the push on the slab is everybody's; its first object keeps it.
 */
void *kcache_alloc_new(struct kcache *s, unsigned int gfp)
{
	struct kslab *slab = kslab_new(s, gfp);
	unsigned int nr, i;

	if (!slab)
		return NULL;
	nr = 1 + nr_wanted(s);
	slab->state[0] = OBJECT_IS_USED;
	for (i = 1; i < nr; i++)
		slab->state[i] = OBJECT_IS_CACHED;
	slab->nr_free = (u16)(s->nr_objects - nr);
	slab->lowest = (u16)nr;
	kslab_push(&s->new, slab, &slab->next);
	for (i = 1; i < nr; i++) {
		if (!put_reserved(s, kslab_object(slab, i)))
			kslab_defer(slab, &slab->state[i]);
	}
	return slab->start;
}

void *kcache_alloc_reserved(struct kcache *s, unsigned int gfp)
{
	void *object;

	WRITE_ONCE(s->wants_reserved, true);
	kapi_note_work();
	object = take_reserved(s);
	if (!object) {
		/* Who may wait is here because of a fork, and will be served. */
		if (may_wait(gfp))
			gfp |= __GFP_NOWARN;
		return kcache_alloc_new(s, gfp & ~__GFP_DIRECT_RECLAIM);
	}
	WRITE_ONCE(*kslab_state(kslab_of(object), object), OBJECT_IS_USED);
	return object;
}

void kslab_free_reserved(struct kslab *slab, void *object, u8 *state)
{
	struct kcache *s = slab->cache;

	if (READ_ONCE(s->wants_reserved)) {
		WRITE_ONCE(*state, OBJECT_IS_CACHED);
		if (put_reserved(s, object))
			return;
	}
	kslab_defer(slab, state);
}

static void fill_reserved_locked(struct kcache *s)
{
	unsigned int i;

	for (i = 0; i < NR_RESERVED; i++) {
		void *nothing = NULL;
		void *object;

		if (READ_ONCE(s->reserved[i]))
			continue;
		if (!kcache_take_locked(s, &object, 1))
			return;
		if (!__atomic_compare_exchange_n(
			    &s->reserved[i], &nothing, object, false,
			    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
			kcache_put_locked(s, &object, 1);
	}
}

static void collect_locked(struct kslab *slab)
{
	struct kcache *s = slab->cache;
	unsigned int i;

	for (i = 0; i < s->nr_objects; i++) {
		if (load_acquire(&slab->state[i]) != OBJECT_IS_DEFERRED)
			continue;
		kslab_set_free_locked(slab, i);
	}
	if (slab->place != KSLAB_NEW)
		kslab_place_locked(s, slab);
}

static void collect_deferred(void)
{
	struct kslab *slab = kslab_take_stack(&deferring);

	while (slab) {
		struct kslab *next = slab->next_deferring;
		struct kcache *s = slab->cache;

		lock_acquire(&s->lock);
		__atomic_exchange_n(&slab->is_deferring, 0, __ATOMIC_ACQ_REL);
		collect_locked(slab);
		lock_release(&s->lock);
		slab = next;
	}
}

/* Return: slabs that are to be given back. */
static struct kslab *fill_reserves(void)
{
	struct kslab *all = NULL;
	struct kcache *s;

	meta_fill_reserve();
	lock_acquire(&kcaches_lock);
	for_each_kcache(s)
	{
		struct kslab *slab, *next;

		if (!s->refcount)
			continue; /* it is being unmade */
		if (!READ_ONCE(s->wants_reserved) &&
		    !(s->flags & PF_SLAB_TYPESAFE_BY_RCU))
			continue;
		lock_acquire(&s->lock);
		if (READ_ONCE(s->wants_reserved))
			fill_reserved_locked(s);
		slab = kcache_take_empty_locked(s, s->max_empty);
		lock_release(&s->lock);
		for (; slab; slab = next) {
			next = slab->next;
			slab->next = all;
			all = slab;
		}
	}
	lock_release(&kcaches_lock);
	return all;
}

void kapi_do_work(void)
{
	struct tcache *tc = gate_enter();
	struct kslab *stack;

	if (!tc)
		return;
	WRITE_ONCE(kapi_has_work, 0);
	collect_deferred();
	stack = fill_reserves();
	gate_leave(tc);
	kslabs_release(stack);
	frames_tidy();
}

static void drain_array_locked(struct tcache *tc, struct kcache *s)
{
	struct karray *a = karray_of(tc, s);

	if (!a)
		return;
	kcache_put_locked(s, a->object, a->nr);
	a->nr = 0;
	if (!s->refcount)
		karray_free(tc, s);
}

static void drain_cache(struct kcache *s)
{
	struct tcache *tc;
	void *object;

	lock_acquire(&s->lock);
	kcache_take_new_locked(s);
	for_each_tcache(tc) drain_array_locked(tc, s);
	while ((object = take_reserved(s)))
		kcache_put_locked(s, &object, 1);
	lock_release(&s->lock);
	if (s->refcount && READ_ONCE(s->wants_reserved))
		kapi_note_work();
}

void kcache_drain(struct kcache *s)
{
	collect_deferred();
	if (s) {
		drain_cache(s);
		return;
	}
	lock_acquire(&kcaches_lock);
	for_each_kcache(s) drain_cache(s);
	lock_release(&kcaches_lock);
}
