/* SPDX-License-Identifier: MIT */
/*
 * slabs.c - slabs of the clients' kmem_caches: made, filled, emptied, given back
 *
 * A slab is a block of pf_alloc_pages(), cut into equal objects, and a record
 * (meta.c) with a byte for each of them.  The first frame's record names it.
 *
 * Invariants, walked by kcache_check_locked():
 *	1. nr_free of a slab is the number of its bytes that are 0, and none of
 *	   them is below `lowest`.
 *	2. A slab is in s->partial if 0 < nr_free < nr_objects, in s->empty if
 *	   nr_free is nr_objects, in no list if it is 0; or it is in s->new.
 *	3. s->nr_empty slabs are in s->empty.
 *	4. Objects in arrays and in s->reserved are marked as cached.
 *
 * Locking.  s->lock; blocks and records come and go without it, outside of the
 * gate.
 */
#include "kapi/slabs.h"

#include "kapi/pages.h"
#include "kapi/range.h"
#include "os/report.h"
#include "pfmalloc/slab.h"

static size_t record_bytes(const struct kcache *s)
{
	return sizeof(struct kslab) + s->nr_objects;
}

static struct kslab *record_new(const struct kcache *s, unsigned int gfp)
{
	/* A fork that has begun since the pages came is waited for. */
	struct tcache *tc =
		may_wait(gfp) ? kapi_enter() : kapi_gate_enter(false);
	size_t bytes = record_bytes(s);
	struct kslab *slab = NULL;

	if (tc) {
		slab = meta_alloc(bytes, may_wait(gfp));
		kapi_gate_leave(tc, may_wait(gfp));
	}
	if (!slab) {
		slab = meta_take_reserve();
		bytes = META_RESERVE_BYTES;
	}
	if (!slab)
		return NULL;
	slab->record_units = (u8)((bytes + META_UNIT - 1) / META_UNIT);
	kapi_note_work();
	return slab;
}

static void construct(struct kslab *slab)
{
	struct kcache *s = slab->cache;
	unsigned int i;

	if (!s->ctor)
		return;
	for (i = 0; i < s->nr_objects; i++)
		s->ctor(kslab_object(slab, i));
}

/* What the page allocator is told of a request for objects. */
static unsigned int slab_gfp(const struct kcache *s, unsigned int gfp)
{
	gfp &= ~(__GFP_ZERO | GFP_ZONEMASK);
	return gfp | s->gfp | __GFP_COMP;
}

/* A slab of free objects, in no list; or NULL. */
struct kslab *kslab_new(struct kcache *s, unsigned int gfp)
{
	struct page *page = pf_alloc_pages(slab_gfp(s, gfp), s->order);
	struct kslab *slab;

	if (!page)
		return NULL;
	slab = record_new(s, gfp);
	if (!slab) {
		pf_free_pages(page, s->order);
		return NULL;
	}
	slab->cache = s;
	slab->page = page;
	slab->order = s->order;
	slab->has_readers = s->flags & PF_SLAB_TYPESAFE_BY_RCU;
	slab->start = pf_page_address(page);
	slab->nr_free = s->nr_objects;
	slab->place = KSLAB_NEW;
	construct(slab);
	page->taken_bits[1] = (u64)(uintptr_t)slab;
	store_release(&page->class, KAPI_SLAB);
	return slab;
}

static void kslab_release(struct kslab *slab)
{
	struct page *page = slab->page;
	unsigned int order = slab->order;

	page->taken_bits[1] = 0;
	store_release(&page->class, 0);
	meta_free(slab, (size_t)slab->record_units * META_UNIT);
	pf_free_pages(page, order);
}

/*
 * kenv/rcu.c.  A program that is linked statically and without it has no
 * readers to wait for.
 */
void pf_call_rcu(void *head, void (*func)(void *head)) pf_weak;

static void release_after_readers(void *head)
{
	kslab_release(container_of(head, struct kslab, rcu));
}

void kslabs_release(struct kslab *slab)
{
	while (slab) {
		struct kslab *next = slab->next;

		if (slab->has_readers && pf_call_rcu)
			pf_call_rcu(&slab->rcu, release_after_readers);
		else
			kslab_release(slab);
		slab = next;
	}
}

void kslab_place_locked(struct kcache *s, struct kslab *slab)
{
	enum kslab_place place = KSLAB_PARTIAL;

	if (slab->nr_free == 0)
		place = KSLAB_FULL;
	else if (slab->nr_free == s->nr_objects)
		place = KSLAB_EMPTY;
	if (place == slab->place)
		return;
	if (slab->place == KSLAB_PARTIAL || slab->place == KSLAB_EMPTY)
		list_del(&slab->link);
	if (place == KSLAB_PARTIAL)
		list_add(&slab->link, &s->partial);
	else if (place == KSLAB_EMPTY)
		list_add(&slab->link, &s->empty);
	s->nr_slabs += slab->place == KSLAB_NEW;
	s->nr_empty += place == KSLAB_EMPTY;
	s->nr_empty -= slab->place == KSLAB_EMPTY;
	slab->place = (u8)place;
}

void kcache_take_new_locked(struct kcache *s)
{
	struct kslab *slab = kslab_take_stack(&s->new);

	while (slab) {
		struct kslab *next = slab->next;

		kslab_place_locked(s, slab);
		slab = next;
	}
}

/* Up to @nr objects of @slab, lowest first, marked as cached. */
static unsigned int take_from_locked(struct kslab *slab, void **objects,
				     unsigned int nr)
{
	unsigned int n = 0;
	u16 i = slab->lowest;

	for (; n < nr && slab->nr_free; i++) {
		VM_BUG_ON(i >= slab->cache->nr_objects);
		if (READ_ONCE(slab->state[i]) != OBJECT_IS_FREE)
			continue;
		WRITE_ONCE(slab->state[i], OBJECT_IS_CACHED);
		objects[n++] = kslab_object(slab, i);
		slab->nr_free--;
	}
	slab->lowest = i;
	kslab_place_locked(slab->cache, slab);
	return n;
}

void kslab_set_free_locked(struct kslab *slab, unsigned int n)
{
	WRITE_ONCE(slab->state[n], OBJECT_IS_FREE);
	slab->nr_free++;
	if (n < slab->lowest)
		slab->lowest = (u16)n;
}

unsigned int kcache_take_locked(struct kcache *s, void **objects,
				unsigned int nr)
{
	unsigned int n = 0;

	kcache_take_new_locked(s);
	while (n < nr) {
		struct list_head *list =
			list_is_empty(&s->partial) ? &s->empty : &s->partial;

		if (list_is_empty(list))
			break;
		n += take_from_locked(
			list_first_entry(list, struct kslab, link), objects + n,
			nr - n);
	}
	return n;
}

/* @nr cached objects back to their slabs. */
void kcache_put_locked(struct kcache *s, void **objects, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct kslab *slab = kslab_of(objects[i]);
		unsigned int n = kslab_number(slab, objects[i]);

		BUG_ON(slab->cache != s || slab->state[n] != OBJECT_IS_CACHED);
		kslab_set_free_locked(slab, n);
		if (slab->place != KSLAB_NEW)
			kslab_place_locked(s, slab);
	}
}

static bool is_pinned(const struct kslab *slab)
{
	return load_acquire(&slab->nr_pins) ||
	       load_acquire(&slab->is_deferring);
}

/* Empty slabs off the list but for @keep, in a stack. */
struct kslab *kcache_take_empty_locked(struct kcache *s, size_t keep)
{
	struct kslab *stack = NULL;
	struct kslab *slab, *next;

	if (s->nr_empty <= keep)
		return NULL;
	list_for_each_entry_safe(slab, next, &s->empty, link) {
		if (s->nr_empty <= keep)
			break;
		if (is_pinned(slab))
			continue;
		list_del(&slab->link);
		s->nr_empty--;
		s->nr_slabs--;
		slab->next = stack;
		stack = slab;
	}
	return stack;
}

struct kslab *kcache_take_empty(struct kcache *s, size_t keep)
{
	struct kslab *stack;

	lock_acquire(&s->lock);
	kcache_take_new_locked(s);
	stack = kcache_take_empty_locked(s, keep);
	lock_release(&s->lock);
	return stack;
}

static void check_slab(const struct kslab *slab, enum kslab_place place,
		       struct check_report *report)
{
	const struct kcache *s = slab->cache;
	unsigned int nr_free = 0, i;

	for (i = 0; i < s->nr_objects; i++) {
		CHECK(slab->state[i] <= OBJECT_IS_DEFERRED, report, slab);
		nr_free += slab->state[i] == OBJECT_IS_FREE;
		CHECK(i >= slab->lowest || slab->state[i] != OBJECT_IS_FREE,
		      report, slab);
	}
	CHECK(nr_free == slab->nr_free, report, slab);
	CHECK(slab->place == place, report, slab);
	CHECK(place == KSLAB_EMPTY ? nr_free == s->nr_objects
				   : nr_free > 0 && nr_free < s->nr_objects,
	      report, slab);
	CHECK(kslab_of(slab->start) == slab, report, slab);
}

static void check_cached(struct kcache *s, const void *object,
			 struct check_report *report)
{
	struct kslab *slab = kslab_of(object);

	CHECK(slab && slab->cache == s, report, object);
	if (slab)
		CHECK(*kslab_state(slab, object) == OBJECT_IS_CACHED, report,
		      object);
}

bool kcache_check_locked(struct kcache *s, struct check_report *report)
{
	const struct kslab *slab;
	struct tcache *tc;
	size_t nr_empty = 0;
	unsigned int i;

	list_for_each_entry(slab, &s->partial, link)
		check_slab(slab, KSLAB_PARTIAL, report);
	list_for_each_entry(slab, &s->empty, link) {
		check_slab(slab, KSLAB_EMPTY, report);
		nr_empty++;
	}
	CHECK(nr_empty == s->nr_empty, report, s);
	CHECK(nr_empty <= s->nr_slabs, report, s);
	for_each_tcache(tc)
	{
		struct karray *a = karray_of(tc, s);

		for (i = 0; a && i < a->nr; i++)
			check_cached(s, a->object[i], report);
	}
	for (i = 0; i < NR_RESERVED; i++) {
		if (s->reserved[i])
			check_cached(s, s->reserved[i], report);
	}
	return check_report_clean(report);
}
