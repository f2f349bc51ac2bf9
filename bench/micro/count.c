/* SPDX-License-Identifier: MIT */
/*
 * count.c - one operation of the malloc family, N times, and nothing else
 *
 *	count NAME N	N times
 *	count NAME N M	N times, and M times more in counted_operations()
 *	count --list	the names
 *
 * For counting instructions: bench/micro/instructions runs it under callgrind,
 * which counts what is executed in counted_operations() and in all that is
 * called from there.  The first N operations are for the allocator to settle,
 * and for the dynamic linker to find the functions.
 *
 * So that every run executes the same instructions, there is one thread, the
 * random order is the same one each time, and time stands still: allocators
 * that give memory back after a while would otherwise do so whenever the
 * machine is slow.
 *
 * The operations:
 *	pair-SIZE	 malloc, write to it, free
 *	calloc-100	 calloc, write to it, free
 *	aligned-64-100	 posix_memalign of 100 bytes at 64, write, free
 *	realloc-grow	 one block from 16 bytes to 64 KiB by doubling, free
 *	batch-100-ORDER-SIZE  a hundred live at once, freed in this order; one
 *			 operation is one block of it: N is a multiple of 100
 *	new-delete	 new and delete of an object of 48 bytes
 * and where count is linked with count-kernel.c:
 *	kmalloc-64, kmalloc-atomic-64  kmalloc, write to it, kfree
 *	kmem-cache-192	 the same with an object of a kmem_cache
 *
 * One object of the operation's size lives all the while, as in any program: an
 * allocator that has to give up its last page for the size each time, and to
 * set it up again, would be measured at that.
 *
 * The loop around them is counted too: 5 to 12 instructions.  The last lines
 * are the object that malloc came from and the number of operations.
 */
#include "bench/micro/count.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "bench/micro/origin.h"

#define BATCH 100

static void *blocks[BATCH];
static unsigned int shuffled[BATCH];

static void fail(const char *sentence)
{
	fprintf(stderr, "count: %s\n", sentence);
	exit(1);
}

/* What the allocator's libraries find as well: they come after the program. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	now->tv_sec = 1000000;
	now->tv_nsec = 0;
	return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	(void)zone;
	now->tv_sec = 1000000;
	now->tv_usec = 0;
	return 0;
}

/* The compiler knows nothing about @p afterwards, nor what is written there. */
static inline void use(void *p)
{
	if (!p)
		fail("An allocation failed.");
	*(char *)p = 1;
	__asm__ volatile("" : : "r"(p) : "memory");
}

static void pairs(size_t size, unsigned long n)
{
	while (n--) {
		void *p = malloc(size);

		use(p);
		free(p);
	}
}

static void callocs(size_t size, unsigned long n)
{
	while (n--) {
		void *p = calloc(1, size);

		use(p);
		free(p);
	}
}

static void aligned(size_t size, unsigned long n)
{
	while (n--) {
		void *p = NULL;

		if (posix_memalign(&p, 64, size))
			fail("posix_memalign() failed.");
		use(p);
		free(p);
	}
}

static void grow(size_t last, unsigned long n)
{
	while (n--) {
		void *p = NULL;
		size_t size;

		for (size = 16; size <= last; size *= 2) {
			p = realloc(p, size);
			use(p);
		}
		free(p);
	}
}

static void allocate_batch(size_t size)
{
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		blocks[i] = malloc(size);
		use(blocks[i]);
	}
}

static unsigned long batches_of(unsigned long n)
{
	if (n % BATCH)
		fail("For a batch, N must be a multiple of 100.");
	return n / BATCH;
}

static void lifo(size_t size, unsigned long n)
{
	unsigned long nr = batches_of(n);
	unsigned int i;

	while (nr--) {
		allocate_batch(size);
		for (i = BATCH; i-- > 0;)
			free(blocks[i]);
	}
}

static void fifo(size_t size, unsigned long n)
{
	unsigned long nr = batches_of(n);
	unsigned int i;

	while (nr--) {
		allocate_batch(size);
		for (i = 0; i < BATCH; i++)
			free(blocks[i]);
	}
}

static void shuffle(void)
{
	unsigned long long state = 1;
	unsigned int i;

	for (i = 0; i < BATCH; i++)
		shuffled[i] = i;
	for (i = BATCH - 1; i > 0; i--) {
		unsigned int other, saved = shuffled[i];

		state = state * 6364136223846793005ULL + 1442695040888963407ULL;
		other = (unsigned int)(state >> 33) % (i + 1);
		shuffled[i] = shuffled[other];
		shuffled[other] = saved;
	}
}

static void random_order(size_t size, unsigned long n)
{
	unsigned long nr = batches_of(n);
	unsigned int i;

	while (nr--) {
		allocate_batch(size);
		for (i = 0; i < BATCH; i++)
			free(blocks[shuffled[i]]);
	}
}

static void new_deletes(size_t size, unsigned long n)
{
	(void)size;
	new_delete(n);
}

/* clang-format off */
static const struct operation operations[] = {
	{"pair-16", pairs, 16},
	{"pair-32", pairs, 32},
	{"pair-64", pairs, 64},
	{"pair-100", pairs, 100},
	{"pair-128", pairs, 128},
	{"pair-256", pairs, 256},
	{"pair-512", pairs, 512},
	{"pair-1000", pairs, 1000},
	{"pair-1024", pairs, 1024},
	{"pair-2048", pairs, 2048},
	{"pair-4096", pairs, 4096},
	{"pair-8192", pairs, 8192},
	{"pair-16384", pairs, 16384},
	{"pair-65536", pairs, 65536},
	{"calloc-100", callocs, 100},
	{"aligned-64-100", aligned, 100},
	{"realloc-grow", grow, 65536},
	{"batch-100-lifo-32", lifo, 32},
	{"batch-100-fifo-32", fifo, 32},
	{"batch-100-random-32", random_order, 32},
	{"batch-100-lifo-1000", lifo, 1000},
	{"batch-100-fifo-1000", fifo, 1000},
	{"batch-100-random-1000", random_order, 1000},
	{"new-delete", new_deletes, 48},
};
/* clang-format on */

#define NR_OPERATIONS (sizeof(operations) / sizeof(operations[0]))

/* NULL is before the first and after the last. */
static const struct operation *next_operation(const struct operation *operation)
{
	if (!operation)
		return operations;
	if (++operation == operations + NR_OPERATIONS)
		operation = more_operations;
	return operation && operation->name ? operation : NULL;
}

static const struct operation *find_operation(const char *name)
{
	const struct operation *operation = NULL;

	while ((operation = next_operation(operation))) {
		if (strcmp(operation->name, name) == 0)
			return operation;
	}
	fail("There is no such operation; count --list prints their names.");
	return NULL;
}

static unsigned long number(const char *text)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || n == 0)
		fail("N must be a number from 1 up.");
	return n;
}

/* The name is callgrind's: it stays a function, and there is one of it. */
__attribute__((noinline, noclone)) void
counted_operations(const struct operation *operation, unsigned long n)
{
	operation->run(operation->size, n);
	__asm__ volatile(""); /* no jump to run(): that would be a return */
}

static void list_operations(void)
{
	const struct operation *operation = NULL;

	while ((operation = next_operation(operation)))
		puts(operation->name);
}

int main(int argc, char **argv)
{
	const struct operation *operation;
	unsigned long n, nr_counted;
	const char *object;
	void *live;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		list_operations();
		return 0;
	}
	if (argc != 3 && argc != 4)
		fail("usage: count NAME N [M], or count --list");
	operation = find_operation(argv[1]);
	n = number(argv[2]);
	nr_counted = argc == 4 ? number(argv[3]) : 0;
	shuffle();

	live = malloc(operation->size);
	use(live);
	operation->run(operation->size, n);
	if (nr_counted)
		counted_operations(operation, nr_counted);
	free(live);

	object = object_of("malloc");
	printf("malloc\t%s\noperations %lu\n", object ? object : "nowhere",
	       n + nr_counted);
	return 0;
}
