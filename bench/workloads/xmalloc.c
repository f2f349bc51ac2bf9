/* SPDX-License-Identifier: MIT */
/*
 * xmalloc.c - batches of objects, allocated by one thread, freed by another
 *
 * What it does.  In each pair of threads one allocates, writes and sends
 * batches of objects, the other checks and frees them.  No object is ever freed
 * by its own thread.  At most CHANNEL_ROOM batches are under way.
 *
 * What it finds out.  How memory comes back to the thread that needs it.  An
 * allocator that leaves it with the thread that freed it grows without end.
 *
 * Reading: C. Lever, D. Boreham, "malloc() performance in a multithreaded
 * Linux environment", USENIX 2000.
 */
#include "workload.h"

#include <stdlib.h>

enum {
	DEFAULT_THREADS = 2,
	BATCH = 200,
	NR_BATCHES = 40000, /* of a pair */
	SMALLEST = 16,
	NR_DOUBLINGS = 6, /* up to 1 KiB */
};

struct batch {
	struct block blocks[BATCH];
};

static struct channel *channels; /* one for each pair */

static void produce(struct worker *worker, struct channel *channel)
{
	uint64_t nr = workload_scaled(NR_BATCHES);
	uint64_t i;
	int k;

	for (i = 0; i < nr; i++) {
		struct batch *batch = must_malloc(sizeof(*batch));

		for (k = 0; k < BATCH; k++)
			block_alloc(&batch->blocks[k],
				    random_power_law(&worker->random, SMALLEST,
						     NR_DOUBLINGS),
				    i * BATCH + (uint64_t)k);
		channel_send(channel, batch);
	}
	worker->nr_operations = nr * (BATCH + 1);
}

static void consume(struct channel *channel)
{
	uint64_t nr = workload_scaled(NR_BATCHES);
	uint64_t i;
	int k;

	for (i = 0; i < nr; i++) {
		struct batch *batch = channel_receive(channel);

		for (k = 0; k < BATCH; k++)
			block_free(&batch->blocks[k]);
		free(batch);
	}
}

static void work(struct worker *worker)
{
	struct channel *channel = &channels[worker->index / 2];

	if (worker->index % 2)
		consume(channel);
	else
		produce(worker, channel);
}

int main(int argc, char **argv)
{
	unsigned int nr_pairs, i;

	workload_start(argc, argv, DEFAULT_THREADS);
	if (workload_threads() % 2)
		workload_fail("Producers and consumers come in pairs; "
			      "give an even number of threads.");
	nr_pairs = workload_threads() / 2;
	channels = must_calloc(nr_pairs, sizeof(*channels));

	for (i = 0; i < nr_pairs; i++)
		channel_init(&channels[i]);
	workers_run(work);
	for (i = 0; i < nr_pairs; i++)
		channel_exit(&channels[i]);
	free(channels);
	return workload_finish();
}
