/* SPDX-License-Identifier: MIT */
/*
 * objects.c - which id an address has, and which ids are free
 *
 * The map from address to id is a tree of three levels with a slot for each
 * 16 bytes of address space.  A slot is touched only by the thread that owns
 * the object at its address: after malloc returned it and before free gives it
 * away.  So slots need no lock; only the growing of the tree does.
 *
 * Free ids form lists, last in first out, one for each thread.  A thread that
 * frees more than it allocates hands some of its ids to a pool, and who has
 * none takes from there: otherwise a producer and a consumer would use up an
 * id for each object.
 */
#include <sys/mman.h>

#include "recording.h"

enum {
	BATCH = 256, /* ids that go to or come from the pool at a time */
};

/* A node of the tree; NULL when there is no memory. */
static void *node_get(void **place, size_t bytes)
{
	void *node = load_acquire(place);
	void *expected = NULL;

	if (likely(node))
		return node;
	node = recording_alloc(bytes);
	if (!node ||
	    __atomic_compare_exchange_n(place, &expected, node, false,
					__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return node;
	munmap(node, bytes);
	return expected;
}

/* The slot of an address; NULL when it cannot have one. */
uint32_t *address_slot(const void *p)
{
	uint64_t granule = (uint64_t)(uintptr_t)p >> 4;
	uint64_t top = granule >> (LEAF_BITS + MID_BITS);
	uint64_t mid = (granule >> LEAF_BITS) & ((1u << MID_BITS) - 1);
	uint32_t **mids;
	uint32_t *leaf;

	if (unlikely(top >> TOP_BITS))
		return NULL;
	mids = node_get((void **)&recording->tops[top], sizeof(void *)
								<< MID_BITS);
	if (unlikely(!mids))
		return NULL;
	leaf = node_get((void **)&mids[mid], sizeof(uint32_t) << LEAF_BITS);
	if (unlikely(!leaf))
		return NULL;
	return &leaf[granule & ((1u << LEAF_BITS) - 1)];
}

/* Up to BATCH ids from the pool. */
static void take_from_pool(struct tracer *t)
{
	uint32_t last, nr = 1;

	recording_lock();
	last = recording->pool;
	if (last) {
		t->free_ids = last;
		while (nr < BATCH && id_record(last - 1)->link) {
			last = id_record(last - 1)->link;
			nr++;
		}
		recording->pool = id_record(last - 1)->link;
		id_record(last - 1)->link = 0;
		t->nr_free_ids = nr;
	}
	recording_unlock();
}

/* The first @nr ids of the thread's list; another thread may take them. */
static void give_to_pool(struct tracer *t, uint32_t nr)
{
	uint32_t first = t->free_ids, last = first;
	uint32_t i;

	if (!nr)
		return;
	for (i = 1; i < nr; i++) {
		id_record(last - 1)->turn |= ID_IS_FOREIGN;
		last = id_record(last - 1)->link;
	}
	id_record(last - 1)->turn |= ID_IS_FOREIGN;
	t->free_ids = id_record(last - 1)->link;
	t->nr_free_ids -= nr;

	recording_lock();
	id_record(last - 1)->link = recording->pool;
	recording->pool = first;
	recording_unlock();
}

static uint32_t id_new(void)
{
	uint32_t id =
		__atomic_fetch_add(&recording->nr_ids, 1, __ATOMIC_RELAXED);

	if (id >= TRACE_MAX_ID - 1 ||
	    !node_get((void **)&recording->ids[id >> ID_BITS],
		      sizeof(struct id_record) << ID_BITS))
		return TRACE_MAX_ID;
	return id;
}

/* An id without an object; TRACE_MAX_ID when there is none. */
uint32_t id_take(struct tracer *t)
{
	uint32_t id;

	if (unlikely(!t->free_ids) && READ_ONCE(recording->pool))
		take_from_pool(t);
	if (unlikely(!t->free_ids))
		return id_new();
	id = t->free_ids - 1;
	t->free_ids = id_record(id)->link;
	t->nr_free_ids--;
	return id;
}

void id_put(struct tracer *t, uint32_t id)
{
	id_record(id)->link = t->free_ids;
	t->free_ids = id + 1;
	if (unlikely(++t->nr_free_ids >= 2 * BATCH))
		give_to_pool(t, BATCH);
}

void id_put_all(struct tracer *t)
{
	give_to_pool(t, t->nr_free_ids);
}
