/* SPDX-License-Identifier: MIT */
/*
 * node.c - sets of kmalloc caches, for threads that would wait for each other
 *
 * All threads use one set of caches, node 0: what one of them has freed serves
 * the others, and a slab is shared before a second one is made.  Batches that
 * are larger than sheaves and barn go through the slabs, under the cache's lock,
 * and there threads that use the same sizes at the same time wait for each
 * other, or sleep, where the one that holds the lock has lost its processor.
 * And threads that take turns at the same slabs write to the same cache lines
 * and touch the same new pages, in the slabs and in their objects.
 *
 * So a thread that often waits or takes turns moves to another node, to caches
 * with locks, slabs and a barn of their own.  Threads that never meet stay
 * together, be they hundreds.  A slab belongs to a node for as long as it is one
 * (its frames' page->order says to which), and its objects go back to it, whoever
 * frees them.
 *
 * Often: one acquisition of CONTENDED_SHARE, or of TURN_SHARE, and as many more as
 * weigh CONTENDED_MAX.
 *
 * Memory.  Before a thread's own node takes memory from the system, the free
 * objects of another serve it, if they are worth that the two meet again: a 64th
 * of the zone's memory; those of nodes without threads, which nobody else would
 * use, before any new slab is made.
 *
 * Locking.  One lock for those that move, taken before those of caches; it
 * guards nr_nodes.  nr_threads are atomic: a thread must be able to end beside a
 * fork.
 */
#include "slab/node.h"

/* Acquisitions that weigh as much as one with a wait, and as one by turns. */
#define CONTENDED_SHARE 64
#define TURN_SHARE	32
#define CONTENDED_MAX	(64 * CONTENDED_SHARE)

/* Free objects that serve another node, of the zone's memory. */
#define MUCH_SHARE 64

u32 nr_nodes = 1;

static struct lock lock = LOCK_INIT(LOCK_RANK_NODES);
static u32 nr_threads[NR_NODES];

static bool has_objects(const struct kmem_cache *s, size_t nr)
{
	return READ_ONCE(s->nr_full) || READ_ONCE(s->nr_free) >= nr;
}

static bool has_much(const struct kmem_cache *s)
{
	return READ_ONCE(s->nr_free) * s->size >=
	       READ_ONCE(zone_normal.nr_present) * PAGE_SIZE / MUCH_SHARE;
}

/* Read without a lock: whoever comes first to these objects gets them. */
struct kmem_cache *node_find_cache(const struct tcache *tc, unsigned int class)
{
	struct kmem_cache *own = own_cache(tc, class);
	size_t nr = tc->batch[class] ? tc->batch[class] : 1;
	bool is_cold;
	u32 i;

	if (has_objects(own, nr))
		return own;
	/* Whether a new slab would want memory that costs page faults. */
	is_cold = !pcp_has_warm(&tc->pcp, &zone_normal, 1UL << own->order);
	for (i = 0; i < load_acquire(&nr_nodes); i++) {
		struct kmem_cache *s = cache_of(i, class);
		bool is_unused = !READ_ONCE(nr_threads[i]);

		/* Others write to theirs all the time: a glance costs. */
		if (s == own || !(is_unused || is_cold))
			continue;
		if (has_objects(s, nr) && (is_unused || has_much(s)))
			return s;
	}
	return own;
}

/* It pays only where fewer threads share the new node, this one counted. */
void node_move(struct tcache *tc)
{
	u32 i, best = tc->node;

	tc->contention = 0;
	lock_acquire(&lock);
	for (i = 0; i < NR_NODES; i++) {
		if (READ_ONCE(nr_threads[i]) < READ_ONCE(nr_threads[best]))
			best = i;
	}
	if (READ_ONCE(nr_threads[best]) + 1 < READ_ONCE(nr_threads[tc->node])) {
		if (best == nr_nodes) {
			kmem_caches_init(best);
			store_release(&nr_nodes, best + 1);
		}
		node_leave(tc);
		tc->node = (u8)best;
		node_enter(tc);
	}
	lock_release(&lock);
}

void node_wait(struct tcache *tc, struct kmem_cache *s)
{
	tc->contention += CONTENDED_SHARE;
	lock_acquire(&s->lock);
}

void node_note_taker(struct tcache *tc, struct kmem_cache *s)
{
	if (s->last_taker == tc->locks.number)
		return;
	if (s->last_taker)
		tc->contention += TURN_SHARE;
	s->last_taker = tc->locks.number;
}

bool node_is_contended(const struct tcache *tc)
{
	return tc->contention >= CONTENDED_MAX;
}

void node_enter(const struct tcache *tc)
{
	__atomic_fetch_add(&nr_threads[tc->node], 1, __ATOMIC_RELAXED);
}

void node_leave(const struct tcache *tc)
{
	__atomic_fetch_sub(&nr_threads[tc->node], 1, __ATOMIC_RELAXED);
}

struct kmem_cache *node_find_object(unsigned int class, const void *object)
{
	const struct page *page = virt_to_page(object);
	u32 node =
		READ_ONCE(page->type) == PAGE_SLAB ? READ_ONCE(page->order) : 0;

	/* What is no object may be in a frame that changes meanwhile. */
	return cache_of(node < load_acquire(&nr_nodes) ? node : 0, class);
}

void nodes_reset(void)
{
	unsigned int class;
	u32 i;

	lock_reset_orphan(&lock);
	for (i = 0; i < nr_nodes; i++) {
		for (class = 1; class < NR_CLASSES; class ++)
			lock_reset_orphan(&cache_of(i, class)->lock);
	}
}

void nodes_count_threads(void)
{
	struct tcache *tc;
	u32 i;

	for (i = 0; i < NR_NODES; i++)
		nr_threads[i] = 0;
	for_each_tcache(tc)
	{
		if (tc->owner)
			node_enter(tc);
	}
}
