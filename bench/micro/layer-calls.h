/* SPDX-License-Identifier: MIT */
/*
 * layer-calls.h - the library's layers, each by itself, for the benchmarks
 *
 * The library's headers are C and use words that C++ keeps for itself; what
 * layer-calls.cc measures is therefore wrapped here.  Each call enters and leaves
 * the gate as the library's own slow paths do.  Frames are named by their
 * addresses.
 */
#ifndef BENCH_MICRO_LAYER_CALLS_H
#define BENCH_MICRO_LAYER_CALLS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Make the library ready; false if the system refuses memory. */
bool layers_start(void);

/* buddy/zone: @nr_pages frames side by side, from the zone's free lists. */
void *zone_take(size_t nr_pages);
void zone_give(void *frames, size_t nr_pages);

/* buddy/pcp: the same, from the lists that the thread keeps close. */
void *pcp_take(size_t nr_pages);
void pcp_give(void *frames, size_t nr_pages);

/*
 * slab/slab: objects of the class for @size, from slabs, under the cache's
 * lock.  The taker returns how many it got, the giver
 * whether all of them were objects.
 */
unsigned int slab_take(size_t size, void **objects, unsigned int nr);
bool slab_give(size_t size, void **objects, unsigned int nr);

/* slab/barn: one object, by way of the thread's sheaf and the barn. */
void *barn_take(size_t size);
bool barn_give(size_t size, void *object);

/* kmem: what malloc and free are, without the rules of C around them. */
void *kmem_take(size_t size);
bool kmem_give(void *object);

/* vmalloc: a range that is contiguous in addresses only. */
void *vmap_take(size_t bytes);
void *vmap_resize(void *area, size_t bytes);
void vmap_give(void *area);

/* Everything that is free back to the system. */
void layers_trim(void);

/* Whether all structures are as they should be. */
bool layers_are_sound(void);

#ifdef __cplusplus
}
#endif

#endif
