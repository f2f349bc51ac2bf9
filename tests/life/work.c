/* SPDX-License-Identifier: MIT */
/*
 * work.c - a program that does real work with malloc, and checks it
 *
 * It runs where something is scarce or refused: under ulimit -v, under a
 * seccomp filter, with each mode of huge pages.  Every block carries a pattern
 * that is checked before it is freed.  It needs about 100 MiB and a fifth of a
 * second, uses threads and fork, and ends with "work done" and status 0, or
 * with a sentence and status 1.
 */
#include "pattern.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NR_BLOCKS = 256,
	NR_STEPS = 1500,
	NR_THREADS = 4
};

struct block {
	void *p;
	size_t size;
	uint64_t id;
};

struct worker {
	struct block blocks[NR_BLOCKS];
	uint64_t random;
};

static struct worker workers[NR_THREADS];

static void fail(const char *what)
{
	dprintf(STDERR_FILENO, "work: %s\n", what);
	_exit(1);
}

static uint64_t random_next(struct worker *worker)
{
	uint64_t x = worker->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return worker->random = x;
}

/* Mostly small, now and then up to 1 MiB. */
static size_t random_size(struct worker *worker)
{
	unsigned int bits = 4 + (unsigned int)(random_next(worker) % 8);

	if (random_next(worker) % 200 == 0)
		bits = 20;
	else if (random_next(worker) % 20 == 0)
		bits = 15;
	return 1 + random_next(worker) % (1UL << bits);
}

static void block_take(struct worker *worker, struct block *block)
{
	block->size = random_size(worker);
	block->id = random_next(worker);
	switch (random_next(worker) % 4) {
	case 0:
		block->p = calloc(1, block->size);
		if (block->p && !is_zero(block->p, block->size))
			fail("calloc gave memory that is not zero");
		break;
	case 1:
		block->p = memalign((size_t)16 << random_next(worker) % 9,
				    block->size);
		break;
	default:
		block->p = malloc(block->size);
	}
	if (!block->p)
		fail("an allocation of at most 1 MiB failed");
	pattern_fill(block->p, block->size, block->id);
}

static void block_give(struct block *block)
{
	if (block->p && !pattern_holds(block->p, block->size, block->id))
		fail("a block was overwritten");
	free(block->p);
	block->p = NULL;
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	int i;

	for (i = 0; i < NR_STEPS; i++) {
		struct block *block =
			&worker->blocks[random_next(worker) % NR_BLOCKS];

		block_give(block);
		block_take(worker, block);
	}
	for (i = 0; i < NR_BLOCKS; i++)
		block_give(&worker->blocks[i]);
	return NULL;
}

static void work_in_threads(void)
{
	pthread_attr_t attr;
	pthread_t threads[NR_THREADS];
	int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 256 << 10);
	for (i = 0; i < NR_THREADS; i++) {
		workers[i].random = (uint64_t)i + 1;
		if (pthread_create(&threads[i], &attr, work, &workers[i]))
			fail("a thread cannot be started");
	}
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_attr_destroy(&attr);
}

static void work_with_large_blocks(void)
{
	char *p = malloc(16 << 20);
	char *q = calloc(1, 24 << 20);

	if (!p || !q)
		fail("16 and 24 MiB cannot be allocated");
	if (!is_zero(q, 24 << 20))
		fail("calloc of 24 MiB is not zero");
	pattern_fill(p, 16 << 20, 1);
	free(q);
	p = realloc(p, 32 << 20);
	if (!p || !pattern_holds(p, 16 << 20, 1))
		fail("a realloc from 16 to 32 MiB lost the content");
	memset(p + (16 << 20), 1, 16 << 20);
	p = realloc(p, 100000);
	if (!p || !pattern_holds(p, 100000, 1))
		fail("a realloc from 32 MiB to 100000 lost the content");
	free(p);
}

static void work_in_a_child(void)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		fail("fork failed");
	if (pid == 0) {
		work(&workers[0]);
		work_in_threads();
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		fail("the child failed");
}

int main(void)
{
	int i;

	workers[0].random = 88172645463325252;
	work(&workers[0]);
	work_with_large_blocks();
	work_in_threads();
	malloc_trim(0);
	for (i = 0; i < NR_BLOCKS; i++)
		block_take(&workers[0], &workers[0].blocks[i]);
	work_in_a_child();
	work_with_large_blocks();
	for (i = 0; i < NR_BLOCKS; i++)
		block_give(&workers[0].blocks[i]);
	malloc_trim(0);
	puts("work done");
	return 0;
}
