/* SPDX-License-Identifier: MIT */
/*
 * buffers.c - a server's buffers, of 8 to 256 KiB, that come and go at random
 *
 * What it does.  Two thousand places; each step frees the buffer of one of them,
 * and mostly puts another there.  Lengths are as many bytes as somebody had to
 * send: every octave is as frequent as the others, and any length within it.
 *
 * What it finds out.  Fragmentation above the sizes that slabs and thread caches
 * serve: how large are the gaps between buffers of many lengths that live
 * equally long.  What is alive is 110 MiB, by what is written to.
 */
#include "workload.h"

#include <stdlib.h>

enum {
	DEFAULT_THREADS = 1,
	NR_PLACES = 2000,
	NR_STEPS = 50000,
	NR_OCTAVES = 5,
	EMPTY_SHARE = 3, /* one of so many is not followed by another */
};

#define SHORTEST (8 * KIB)

static size_t random_length(struct random *random)
{
	size_t octave = SHORTEST << random_below(random, NR_OCTAVES);

	return random_between(random, octave, 2 * octave);
}

static void step(struct worker *worker, struct block *place)
{
	bool was_empty = !place->start;

	if (!was_empty)
		block_free(place);
	*place = (struct block){0};
	if (was_empty || random_below(&worker->random, EMPTY_SHARE))
		block_alloc(place, random_length(&worker->random),
			    worker->nr_operations++);
}

static void work(struct worker *worker)
{
	struct block *places = must_calloc(NR_PLACES, sizeof(*places));
	uint64_t nr = workload_scaled(NR_STEPS), i;

	for (i = 0; i < nr; i++)
		step(worker, &places[random_below(&worker->random, NR_PLACES)]);
	for (i = 0; i < NR_PLACES; i++) {
		if (places[i].start)
			block_free(&places[i]);
	}
	free(places);
}

int main(int argc, char **argv)
{
	workload_start(argc, argv, DEFAULT_THREADS);
	workers_run(work);
	return workload_finish();
}
