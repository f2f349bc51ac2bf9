/* SPDX-License-Identifier: MIT */
/*
 * lifetimes.c - objects of all sizes, most of which die young
 *
 * What it does.  Sizes are 16 bytes to 64 KiB, each doubling half as frequent
 * as the one before.  Of eight objects seven live until a few dozen more have
 * been allocated; the eighth takes the place of a random one of the many that
 * live long.  Each thread works on its own.
 *
 * What it finds out.  The cost of an ordinary program's mixture, and what long
 * lives that are scattered among short ones do to the size of the heap.
 *
 * Reading: D. Barrett, B. Zorn, "Using lifetime predictors to improve memory
 * allocation performance", PLDI 1993, for the mixture.
 */
#include "workload.h"

#include <stdlib.h>

enum {
	DEFAULT_THREADS = 2,
	NR_OBJECTS = 5000000, /* of a thread */
	NR_LONG = 200000,
	NR_SHORT = 64,
	LONG_SHARE = 8, /* one of so many */
	SMALLEST = 16,
	NR_DOUBLINGS = 12,
};

static struct block *random_place(struct random *random, struct block *young,
				  struct block *old)
{
	if (random_below(random, LONG_SHARE) == 0)
		return &old[random_below(random, NR_LONG)];
	return &young[random_below(random, NR_SHORT)];
}

static void free_all(struct block *blocks, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (blocks[i].start)
			block_free(&blocks[i]);
	free(blocks);
}

static void work(struct worker *worker)
{
	struct block *young = must_calloc(NR_SHORT, sizeof(*young));
	struct block *old = must_calloc(NR_LONG, sizeof(*old));
	uint64_t nr = workload_scaled(NR_OBJECTS);
	uint64_t i;

	for (i = 0; i < nr; i++) {
		struct block *block = random_place(&worker->random, young, old);

		if (block->start)
			block_free(block);
		block_alloc(block,
			    random_power_law(&worker->random, SMALLEST,
					     NR_DOUBLINGS),
			    i);
	}
	free_all(young, NR_SHORT);
	free_all(old, NR_LONG);
	worker->nr_operations = nr + 2;
}

int main(int argc, char **argv)
{
	workload_start(argc, argv, DEFAULT_THREADS);
	workers_run(work);
	return workload_finish();
}
