/* SPDX-License-Identifier: MIT */
/*
 * shrinker.h - who can give memory back, and is asked when it runs short
 *
 * <pfmalloc/linux/shrinker.h> has the kernel's names.  A shrinker is asked how
 * many objects it could free, and then to free some of them, in the thread of
 * an allocation that may sleep.
 */
#ifndef PFMALLOC_SHRINKER_H
#define PFMALLOC_SHRINKER_H

#include "../pfmalloc/linux/gfp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* What a shrinker is told. */
struct shrink_control {
	gfp_t gfp_mask; /* of the allocation */
	int nid;	/* 0 */
	unsigned long nr_to_scan;
	unsigned long nr_scanned; /* it may set how many it has looked at */
	void *memcg;		  /* NULL */
};

#define PF_SHRINK_STOP	 (~0UL)	    /* cannot free anything now */
#define PF_SHRINK_EMPTY	 (~0UL - 1) /* has nothing */
#define PF_DEFAULT_SEEKS 2

/*
 * Made by pf_shrinker_alloc(), or the client's own; the client sets the first
 * six members.  Each function may allocate, but not sleep for a lock that its
 * callers hold while they allocate.
 */
struct shrinker {
	/* How many could be freed; 0 or PF_SHRINK_EMPTY for none. */
	unsigned long (*count_objects)(struct shrinker *shrinker,
				       struct shrink_control *sc);
	/* Free up to sc->nr_to_scan: how many were, or PF_SHRINK_STOP. */
	unsigned long (*scan_objects)(struct shrinker *shrinker,
				      struct shrink_control *sc);
	long batch; /* objects a call; 0 for 128 */
	int seeks;  /* what an object costs to make again; 0 for nothing */
	unsigned int flags;
	void *private_data;

	/* The allocator's. */
	struct shrinker *pf_next;
	unsigned long pf_nr_deferred;
	unsigned int pf_users;
	unsigned int pf_state;
};

/* A shrinker with PF_DEFAULT_SEEKS, not yet asked; or NULL. */
struct shrinker *pf_shrinker_alloc(unsigned int flags, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* It is asked from now on.  One that is already is warned of. */
void pf_shrinker_register(struct shrinker *shrinker);

/* Waits until nobody asks it, and ends it; NULL is nothing.  Not within its own
 * functions. */
void pf_shrinker_free(struct shrinker *shrinker);

/* Up to Linux 6.6, for a shrinker that the client has: 0. */
int pf_register_shrinker(struct shrinker *shrinker);
void pf_unregister_shrinker(struct shrinker *shrinker);

/**
 * pf_shrink_slab - ask all of them once
 * @gfp: as if for such an allocation
 * @priority: 12 for a little to 0 for all that they have
 *
 * Return: objects freed.
 */
unsigned long pf_shrink_slab(gfp_t gfp, int priority);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
