/* SPDX-License-Identifier: MIT */
/*
 * reclaimer.h - the thread that gives memory back while the program sleeps
 */
#ifndef PF_SLAB_RECLAIMER_H
#define PF_SLAB_RECLAIMER_H

#include "base/types.h"

/**
 * reclaimer_wanted - whether reclaimer_start() has something to do; cheap
 *
 * Only in processes that have several threads already: a process with one must
 * be able to unshare(), setns() and run without atomics, and stays alone.
 */
bool reclaimer_wanted(void);

/*
 * Start it.  Called from malloc()'s slow path with nothing held, never from
 * free(): libc calls free() under the lock that pthread_create() takes.
 */
void reclaimer_start(void);

/* In fork's child there is no such thread. */
void reclaimer_reset(void);

#endif
