/* SPDX-License-Identifier: MIT */
/*
 * arrays-grow.c - large arrays that grow by realloc
 *
 * What it does.  Two arrays of numbers grow in turns, so that neither lies at
 * the end of the heap: one by half its size, as vectors do, one by 1 MiB, as
 * logs do, to sizes between 1 and 64 MiB.  Each number that realloc must have
 * kept is added up and compared with the sum of what was written.
 *
 * What it finds out.  Whether realloc copies, faults pages in again, or moves
 * them.
 */
#include "workload.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	DEFAULT_THREADS = 1,
	NR_ROUNDS = 10,
};

#define START_BYTES (64 * KIB)
#define STEP_BYTES  (1 * MIB)

struct array {
	uint64_t *numbers;
	size_t room; /* in bytes */
	size_t nr;
	uint64_t sum;
};

static void array_resize(struct array *array, size_t bytes)
{
	array->numbers = must_realloc(array->numbers, bytes);
	array->room = bytes;
}

static void array_fill(struct array *array, struct random *random)
{
	size_t nr = array->room / sizeof(*array->numbers);

	for (; array->nr < nr; array->nr++) {
		uint64_t number = random_next(random);

		array->numbers[array->nr] = number;
		array->sum += number;
	}
}

static void array_free(struct array *array)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < array->nr; i++)
		sum += array->numbers[i];
	if (sum != array->sum)
		workload_fail("The numbers of an array of %zu bytes add up to "
			      "%" PRIu64 ", and those written to %" PRIu64 ".",
			      array->room, sum, array->sum);
	free(array->numbers);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Returns the number of calls of realloc. */
static uint64_t grow_two(struct random *random, size_t final_bytes)
{
	struct array by_half = {0}, by_step = {0};
	uint64_t nr = 0;

	while (by_half.room < final_bytes || by_step.room < final_bytes) {
		if (by_half.room < final_bytes) {
			array_resize(&by_half,
				     smaller(by_half.room + by_half.room / 2 +
						     START_BYTES,
					     final_bytes));
			array_fill(&by_half, random);
			nr++;
		}
		if (by_step.room < final_bytes) {
			array_resize(&by_step,
				     smaller(by_step.room + STEP_BYTES,
					     final_bytes));
			array_fill(&by_step, random);
			nr++;
		}
	}
	array_free(&by_half);
	array_free(&by_step);
	return nr;
}

static void work(struct worker *worker)
{
	uint64_t nr = workload_scaled(NR_ROUNDS);
	uint64_t i;

	for (i = 0; i < nr; i++)
		worker->nr_operations += grow_two(
			&worker->random,
			random_between(&worker->random, 1 * MIB, 64 * MIB));
}

int main(int argc, char **argv)
{
	workload_start(argc, argv, DEFAULT_THREADS);
	workers_run(work);
	return workload_finish();
}
