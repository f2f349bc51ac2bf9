/* SPDX-License-Identifier: MIT */
/*
 * threadchurn.c - many threads that come and go, each allocating a little
 *
 * What it does.  The main thread keeps up to --threads threads alive, starts
 * the next when the oldest has ended, and frees what it left: each allocates
 * some hundred objects, frees half of them and leaves the other half as its
 * result.
 *
 * What it finds out.  What a thread's first malloc and its end cost, and
 * whether the memory of thousands of threads that are gone adds up.
 */
#include "workload.h"

#include <stdlib.h>

enum {
	DEFAULT_ALIVE = 8,
	NR_THREADS = 12000,
	NR_OBJECTS = 120, /* of a thread, an even number */
	SMALLEST = 16,
	NR_DOUBLINGS = 8, /* up to 4 KiB */
};

struct task {
	pthread_t thread;
	struct random random;
	struct block left[NR_OBJECTS / 2];
};

static void *task_main(void *argument)
{
	struct task *task = argument;
	struct block dropped[NR_OBJECTS / 2];
	uint64_t id = task->random.state;
	int i;

	for (i = 0; i < NR_OBJECTS / 2; i++) {
		block_alloc(
			&dropped[i],
			random_power_law(&task->random, SMALLEST, NR_DOUBLINGS),
			id + (uint64_t)i);
		block_alloc(
			&task->left[i],
			random_power_law(&task->random, SMALLEST, NR_DOUBLINGS),
			id - (uint64_t)i);
	}
	for (i = 0; i < NR_OBJECTS / 2; i++)
		block_free(&dropped[i]);
	return NULL;
}

static struct task *task_start(uint64_t seed)
{
	struct task *task = must_malloc(sizeof(*task));

	task->random.state = seed;
	thread_start(&task->thread, task_main, task);
	return task;
}

static void task_end(struct task *task)
{
	int i;

	thread_join(task->thread);
	for (i = 0; i < NR_OBJECTS / 2; i++)
		block_free(&task->left[i]);
	free(task);
	workload_count(NR_OBJECTS + 1);
}

int main(int argc, char **argv)
{
	struct task **tasks;
	unsigned int alive;
	uint64_t nr, i;

	workload_start(argc, argv, DEFAULT_ALIVE);
	nr = workload_scaled(NR_THREADS);
	alive = workload_threads();
	tasks = must_calloc(alive, sizeof(struct task *));

	for (i = 0; i < nr + alive; i++) {
		struct task **place = &tasks[i % alive];

		if (*place)
			task_end(*place);
		*place = i < nr ? task_start(i + 1) : NULL;
	}
	free(tasks);
	return workload_finish();
}
