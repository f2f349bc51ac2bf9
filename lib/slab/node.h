/* SPDX-License-Identifier: MIT */
/*
 * node.h - sets of kmalloc caches, for threads that would wait for each other
 */
#ifndef PF_SLAB_NODE_H
#define PF_SLAB_NODE_H

#include "slab/slab.h"
#include "slab/thread.h"

/* Nodes that have caches: 0 to nr_nodes - 1. */
extern u32 nr_nodes pf_hidden;

static inline struct kmem_cache *own_cache(const struct tcache *tc,
					   unsigned int class)
{
	return cache_of(tc->node, class);
}

/* The calls below are made inside the gate, with no lock held. */

/*
 * Where objects of @class are taken from when the thread's sheaf has none: its
 * own node's cache, or another one that has as many free objects as it took
 * last, where the own one would want memory.
 */
struct kmem_cache *node_find_cache(const struct tcache *tc, unsigned int class);

static inline struct kmem_cache *node_cache(const struct tcache *tc,
					    unsigned int class)
{
	if (likely(READ_ONCE(nr_nodes) == 1))
		return &kmalloc_caches[class];
	return node_find_cache(tc, class);
}

/* The cache whose slab an object of @class belongs to. */
struct kmem_cache *node_find_object(unsigned int class, const void *object);

static inline struct kmem_cache *node_of_object(unsigned int class,
						const void *object)
{
	if (likely(READ_ONCE(nr_nodes) == 1))
		return &kmalloc_caches[class];
	return node_find_object(class, object);
}

/* Whether the thread is in the way of others so often that it should move. */
bool node_is_contended(const struct tcache *tc);

/* To the node with the fewest threads, if that is better than the own one. */
void node_move(struct tcache *tc);

/* Somebody has the lock: wait for it. */
void node_wait(struct tcache *tc, struct kmem_cache *s);

static inline void node_lock(struct tcache *tc, struct kmem_cache *s)
{
	if (os_has_one_thread())
		lock_acquire(&s->lock);
	else if (unlikely(!lock_try_acquire(&s->lock)))
		node_wait(tc, s);
	else
		tc->contention -= tc->contention > 0;
}

/* The thread takes objects out of slabs of @s, whose lock it has. */
void node_note_taker(struct tcache *tc, struct kmem_cache *s);

/* A thread has got the caches @tc, or has left them. */
void node_enter(const struct tcache *tc);
void node_leave(const struct tcache *tc);

/* In fork's child: locks that others held, and threads that are not here. */
void nodes_reset(void);
void nodes_count_threads(void);

#endif
