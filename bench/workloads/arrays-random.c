/* SPDX-License-Identifier: MIT */
/*
 * arrays-random.c - large arrays, allocated, written and freed in random order
 *
 * What it does.  A few places hold arrays of 1 to 64 MiB, small ones more
 * frequent than large ones.  Again and again the array of a random place is
 * checked and freed, and one of another size is allocated there and written.
 *
 * What it finds out.  Whether large memory is used again without a page fault
 * for each of its pages, and how much is kept that fits nothing.
 */
#include "workload.h"

#include <stdlib.h>

enum {
	DEFAULT_THREADS = 1,
	NR_PLACES = 16,
	NR_ARRAYS = 400,
	NR_DOUBLINGS = 6, /* up to 64 MiB */
};

static void work(struct worker *worker)
{
	uint64_t nr = workload_scaled(NR_ARRAYS);
	struct block arrays[NR_PLACES] = {0};
	uint64_t i;

	for (i = 0; i < nr; i++) {
		struct block *array =
			&arrays[random_below(&worker->random, NR_PLACES)];

		if (array->start)
			block_free(array);
		block_alloc(array,
			    random_power_law(&worker->random, 1 * MIB,
					     NR_DOUBLINGS),
			    i);
	}
	for (i = 0; i < NR_PLACES; i++)
		if (arrays[i].start)
			block_free(&arrays[i]);
	worker->nr_operations = nr;
}

int main(int argc, char **argv)
{
	workload_start(argc, argv, DEFAULT_THREADS);
	workers_run(work);
	return workload_finish();
}
