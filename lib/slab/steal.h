/* SPDX-License-Identifier: MIT */
/*
 * steal.h - objects out of other threads' sheaves
 */
#ifndef PF_SLAB_STEAL_H
#define PF_SLAB_STEAL_H

#include "slab/barn.h"

/*
 * What layers above do first, outside of the gate: empty caches of their own.
 * NULL for nothing; set once, by their first use.
 */
extern void (*caches_drain_hook)(void) pf_hidden;

/**
 * caches_drain - empty the caches of all threads into slabs and zones
 *
 * Sheaves, barns, page blocks; of threads that sleep, run or have ended.
 * Closes the gate meanwhile: the caller is outside of it.  May sleep; not for
 * signal handlers.  @bad as for barn_free().
 */
void caches_drain(struct bad_free *bad);

#endif
