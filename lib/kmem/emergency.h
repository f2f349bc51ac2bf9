/* SPDX-License-Identifier: MIT */
/*
 * emergency.h - memory while the gate is closed for fork
 */
#ifndef PF_KMEM_EMERGENCY_H
#define PF_KMEM_EMERGENCY_H

#include "slab/thread.h"

/**
 * emergency_alloc - whole page frames, without a lock
 * @nr_pages: at least 1
 *
 * What comes back is an ordinary page block.  Safe anywhere.  Return: NULL when
 * the reserve is used up; wait for the gate then.
 */
void *emergency_alloc(size_t nr_pages);

/* Keep @p for emergency_refill(); false when there is no place for it. */
bool emergency_free(void *p);

/**
 * emergency_refill - a full reserve, and what was freed meanwhile freed
 * @free_one: frees one object
 *
 * Called outside the gate, when it has opened again and when a process gets
 * its second thread: with one thread the gate is never closed.
 */
void emergency_refill(void (*free_one)(void *p));

/* Whether emergency_refill() has something to do; cheap. */
bool emergency_is_low(void);

/* Bytes of the reserve that nobody has got yet. */
size_t emergency_bytes(void);

/* In fork's child: whoever was refilling is not here. */
void emergency_reset(void);

#endif
