/* SPDX-License-Identifier: MIT */
/*
 * larson.c - a server whose threads hand their objects on
 *
 * What it does.  Each chain has a table of objects.  A thread replaces objects
 * at random places, starts its successor, which inherits the table, and ends:
 * most objects are freed by another thread than the one that allocated them,
 * which does not exist any more.  The first objects are the main thread's.
 *
 * What it finds out.  Whether memory of threads that ended is used again, and
 * what a thread's start and end cost the allocator.
 *
 * Reading: P. Larson, M. Krishnan, "Memory allocation for long-running server
 * applications", ISMM 1998.
 */
#include "workload.h"

#include <semaphore.h>
#include <stdlib.h>

enum {
	DEFAULT_CHAINS = 4,
	NR_OBJECTS = 5000, /* of a chain */
	SMALLEST = 10,
	LARGEST = 500,
	NR_GENERATIONS = 50,
	REPLACEMENTS = 40000, /* by a generation */
};

struct chain {
	struct block objects[NR_OBJECTS];
	struct random random;
	uint64_t nr_allocated;
	uint64_t generation;
	pthread_t former;
	sem_t ended;
};

static void allocate_object(struct chain *chain, struct block *object)
{
	block_alloc(object, random_between(&chain->random, SMALLEST, LARGEST),
		    chain->nr_allocated++);
}

static void replace_objects(struct chain *chain)
{
	int i;

	for (i = 0; i < REPLACEMENTS; i++) {
		struct block *object = &chain->objects[random_below(
			&chain->random, NR_OBJECTS)];

		block_free(object);
		allocate_object(chain, object);
	}
}

/* Once the successor runs, the chain is its. */
static void *serve(void *argument)
{
	struct chain *chain = argument;
	pthread_t successor;

	replace_objects(chain);

	if (chain->generation > 0)
		thread_join(chain->former);
	chain->former = pthread_self();
	if (++chain->generation < workload_scaled(NR_GENERATIONS))
		thread_start(&successor, serve, chain);
	else
		sem_post(&chain->ended);
	return NULL;
}

static struct chain *chain_new(uint64_t seed)
{
	struct chain *chain = must_calloc(1, sizeof(*chain));
	int i;

	chain->random.state = seed;
	if (sem_init(&chain->ended, 0, 0))
		workload_fail("There is no semaphore for a chain.");
	for (i = 0; i < NR_OBJECTS; i++)
		allocate_object(chain, &chain->objects[i]);
	return chain;
}

static void chain_wait(struct chain *chain)
{
	while (sem_wait(&chain->ended))
		; /* a signal came */
	thread_join(chain->former);
}

static void chain_delete(struct chain *chain)
{
	int i;

	for (i = 0; i < NR_OBJECTS; i++)
		block_free(&chain->objects[i]);
	workload_count(chain->nr_allocated);
	sem_destroy(&chain->ended);
	free(chain);
}

int main(int argc, char **argv)
{
	struct chain **chains;
	unsigned int nr, i;
	pthread_t first;

	workload_start(argc, argv, DEFAULT_CHAINS);
	nr = workload_threads();
	chains = must_calloc(nr, sizeof(struct chain *));

	for (i = 0; i < nr; i++)
		chains[i] = chain_new(i + 1);
	for (i = 0; i < nr; i++)
		thread_start(&first, serve, chains[i]);
	for (i = 0; i < nr; i++)
		chain_wait(chains[i]);
	for (i = 0; i < nr; i++)
		chain_delete(chains[i]);
	free(chains);
	return workload_finish();
}
