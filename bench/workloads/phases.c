/* SPDX-License-Identifier: MIT */
/*
 * phases.c - phases with sizes of their own, each leaving a little behind
 *
 * What it does.  A phase allocates 16 MiB of objects around one size.  When the
 * next phase has done the same with another size, most of the former phase's
 * objects are freed; one of sixteen, at random places, lives on for nine more
 * phases.
 *
 * What it finds out.  Fragmentation: whether memory that served one size serves
 * another, although a few objects are left in it.  What is alive is two phases
 * and the leftovers of eight, 40 MiB, and a table for each, 24 bytes a block.
 *
 * Reading: P. Wilson, M. Johnstone, M. Neely, D. Boles, "Dynamic storage
 * allocation: a survey and critical review", IWMM 1995, on phases.
 */
#include "workload.h"

#include <stdlib.h>

enum {
	DEFAULT_THREADS = 1,
	NR_PHASES = 30,
	LEFT_SHARE = 16, /* one of so many */
};

#define PHASE_BYTES (16 * MIB)

static const size_t typical_sizes[] = {
	48, 2000, 120, 30000, 24, 700, 9000, 300, 100000, 64,
};

enum {
	NR_SIZES = sizeof(typical_sizes) / sizeof(*typical_sizes)
};

struct phase {
	struct block *blocks;
	size_t nr;
};

static void phase_run(struct worker *worker, struct phase *phase,
		      size_t typical)
{
	size_t i;

	phase->nr = PHASE_BYTES / typical;
	phase->blocks = must_malloc(phase->nr * sizeof(*phase->blocks));
	for (i = 0; i < phase->nr; i++)
		block_alloc(&phase->blocks[i],
			    random_between(&worker->random,
					   typical - typical / 4,
					   typical + typical / 4),
			    worker->nr_operations++);
	worker->nr_operations++;
}

static void phase_free_most(struct worker *worker, struct phase *phase)
{
	size_t nr_left = 0;
	size_t i;

	for (i = 0; i < phase->nr; i++) {
		if (random_below(&worker->random, LEFT_SHARE) == 0)
			phase->blocks[nr_left++] = phase->blocks[i];
		else
			block_free(&phase->blocks[i]);
	}
	phase->nr = nr_left;
	phase->blocks = must_realloc(phase->blocks,
				     (nr_left + 1) * sizeof(*phase->blocks));
	worker->nr_operations++;
}

static void phase_free(struct phase *phase)
{
	size_t i;

	for (i = 0; i < phase->nr; i++)
		block_free(&phase->blocks[i]);
	free(phase->blocks);
	*phase = (struct phase){0};
}

static void work(struct worker *worker)
{
	uint64_t nr = workload_scaled(NR_PHASES);
	struct phase phases[NR_SIZES] = {0};
	uint64_t i;

	for (i = 0; i < nr; i++) {
		phase_free(&phases[i % NR_SIZES]);
		phase_run(worker, &phases[i % NR_SIZES],
			  typical_sizes[i % NR_SIZES]);
		if (i)
			phase_free_most(worker, &phases[(i - 1) % NR_SIZES]);
	}
	for (i = 0; i < NR_SIZES; i++)
		phase_free(&phases[i]);
}

int main(int argc, char **argv)
{
	workload_start(argc, argv, DEFAULT_THREADS);
	workers_run(work);
	return workload_finish();
}
