/* SPDX-License-Identifier: MIT */
/*
 * handover.c - threads on a ring, each freeing what the one before allocated
 *
 * What it does.  In each step a thread sends a batch of new objects to the next
 * thread on the ring, and checks and frees a batch of the thread before.  The
 * sizes are the sender's own, 48 bytes to 9 KiB: what a thread frees is never
 * of a size that it allocates.
 *
 * What it finds out.  Memory must come back to the sender.  What is under way
 * is bounded: a thread is never more than CHANNEL_ROOM + 1 batches ahead of the
 * next, and so all of it is less than 40 MiB, however long the program runs; a
 * larger peak is memory that waits with the wrong thread.
 */
#include "workload.h"

#include <stdlib.h>

enum {
	DEFAULT_THREADS = 8,
	NR_STEPS = 3000,
};

#define BATCH_BYTES (64 * KIB)

struct batch {
	size_t nr;
	struct block blocks[];
};

static struct channel *channels; /* the one that each thread receives from */

static size_t smallest_size(unsigned int index)
{
	return (size_t)48 << index % 8;
}

static struct batch *batch_new(struct worker *worker)
{
	size_t smallest = smallest_size(worker->index);
	size_t nr = BATCH_BYTES / smallest;
	struct batch *batch =
		must_malloc(sizeof(*batch) + nr * sizeof(*batch->blocks));
	size_t i;

	batch->nr = nr;
	for (i = 0; i < nr; i++)
		block_alloc(&batch->blocks[i],
			    random_between(&worker->random, smallest,
					   smallest + smallest / 2),
			    worker->nr_operations++);
	worker->nr_operations++;
	return batch;
}

static void batch_free(struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->nr; i++)
		block_free(&batch->blocks[i]);
	free(batch);
}

static void work(struct worker *worker)
{
	unsigned int next = (worker->index + 1) % workload_threads();
	uint64_t nr = workload_scaled(NR_STEPS);
	uint64_t i;

	for (i = 0; i < nr; i++) {
		channel_send(&channels[next], batch_new(worker));
		batch_free(channel_receive(&channels[worker->index]));
	}
}

int main(int argc, char **argv)
{
	unsigned int i;

	workload_start(argc, argv, DEFAULT_THREADS);
	channels = must_calloc(workload_threads(), sizeof(*channels));
	for (i = 0; i < workload_threads(); i++)
		channel_init(&channels[i]);
	workers_run(work);
	for (i = 0; i < workload_threads(); i++)
		channel_exit(&channels[i]);
	free(channels);
	return workload_finish();
}
