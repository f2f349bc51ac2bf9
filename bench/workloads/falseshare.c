/* SPDX-License-Identifier: MIT */
/*
 * falseshare.c - threads that write to small objects of one thread's making
 *
 * What it does.  In each round the main thread allocates one small object for
 * each thread, one after the other, and hands them over.  The thread writes to
 * its object (which lies beside the others': no allocator can help that), frees
 * it, and then allocates, writes many times and frees objects of its own.
 *
 * What it finds out.  Passive false sharing: an allocator that gives a thread
 * the freed object again lets the threads write to one cache line for the rest
 * of the round, and each write waits for the other core.  Active false sharing:
 * the same with objects that were never handed over.
 *
 * The shapes are cache-scratch and cache-thrash: E. Berger, K. McKinley,
 * R. Blumofe, P. Wilson, "Hoard: a scalable memory allocator for multithreaded
 * applications", ASPLOS 2000.
 */
#include "workload.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	DEFAULT_THREADS = 2,
	NR_ROUNDS = 100,
	NR_OBJECTS = 5000, /* of a thread in a round */
	NR_WRITES = 500,   /* to an object */
};

static const size_t sizes[] = {8, 16, 24, 32};

enum {
	NR_SIZES = sizeof(sizes) / sizeof(*sizes)
};

static void **handed_over; /* an object for each thread */
static size_t round_size;

/* volatile: each of these is a store. */
static void write_and_free(void *object)
{
	volatile uint64_t *counter = object;
	int i;

	*counter = 0;
	for (i = 0; i < NR_WRITES; i++)
		*counter = *counter + 1;
	if (*counter != NR_WRITES)
		workload_fail("An object that was counted up %d times holds "
			      "%" PRIu64 ".",
			      NR_WRITES, *counter);
	free(object);
}

static void work(struct worker *worker)
{
	int i;

	write_and_free(handed_over[worker->index]);
	for (i = 0; i < NR_OBJECTS; i++)
		write_and_free(must_malloc(round_size));
	worker->nr_operations = NR_OBJECTS;
}

static void run_round(void)
{
	unsigned int nr = workload_threads();
	unsigned int i;

	for (i = 0; i < nr; i++)
		handed_over[i] = must_malloc(round_size);
	workload_count(nr);
	workers_run(work);
}

int main(int argc, char **argv)
{
	uint64_t nr, i;

	workload_start(argc, argv, DEFAULT_THREADS);
	nr = workload_scaled(NR_ROUNDS);
	handed_over = must_calloc(workload_threads(), sizeof(void *));
	for (i = 0; i < nr; i++) {
		round_size = sizes[i % NR_SIZES];
		run_round();
	}
	free(handed_over);
	return workload_finish();
}
