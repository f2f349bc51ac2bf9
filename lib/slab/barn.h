/* SPDX-License-Identifier: MIT */
/*
 * barn.h - sheaves exchanged between threads, and filled from slabs
 */
#ifndef PF_SLAB_BARN_H
#define PF_SLAB_BARN_H

#include "slab/slab.h"
#include "slab/thread.h"

/* The calls below are made inside the gate. */

/*
 * The class that shall serve a request for @class, which may be a larger one:
 * the first few objects of a size get no slab of their own.
 */
unsigned int barn_class_for(const struct tcache *tc, unsigned int class);

/* An object when this thread's sheaf of @class has none; or NULL. */
void *barn_alloc(struct tcache *tc, unsigned int class);

/**
 * barn_free - take @object back when this thread's sheaf of @class is full
 * @bad: set when @object, or one that is flushed to make room, is not an
 *	object that could be freed; everything else has been done all the same
 */
void barn_free(struct tcache *tc, unsigned int class, void *object,
	       struct bad_free *bad);

/**
 * barn_settle - the thread ends: what its caches need not hold, to the slabs
 *
 * They wait for another thread, which may have no use for that much.
 */
void barn_settle(struct tcache *tc, struct bad_free *bad);

/* The sheaves of all barns back to slabs. */
void barn_flush(struct tcache *tc, struct bad_free *bad);

/* @nr objects of @class to their slabs, of any node; the array is used up. */
void barn_put_objects(struct tcache *tc, unsigned int class, void **objects,
		      size_t nr, struct bad_free *bad);

#endif
