/* SPDX-License-Identifier: MIT */
/*
 * workload.c - what the workloads share: options, threads, blocks, queues
 */
#include "workload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_THREADS 256
#define MAX_SCALE   1000.0
#define QUICK_SCALE 0.1

static const char *workload_name;
static unsigned int nr_threads;
static double scale = 1.0;
static uint64_t nr_operations;

void workload_fail(const char *format, ...)
{
	va_list arguments;

	flockfile(stderr);
	fprintf(stderr, "%s: ", workload_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	_exit(1); /* exit() is not for several threads at once */
}

static void fail_usage(const char *what)
{
	fprintf(stderr,
		"%s: %s\n"
		"usage: %s [--quick] [--threads N] [--scale X]\n"
		"  --threads N  1 to %d (here: %u unless told)\n"
		"  --scale X    do X times as much, up to %.0f\n"
		"  --quick      the same as --scale %.1f\n",
		workload_name, what, workload_name, MAX_THREADS, nr_threads,
		MAX_SCALE, QUICK_SCALE);
	exit(2);
}

static unsigned int parse_threads(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < 1 || value > MAX_THREADS)
		fail_usage("--threads takes a number of threads.");
	return (unsigned int)value;
}

static double parse_scale(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value > 0 && value <= MAX_SCALE))
		fail_usage("--scale takes a positive number.");
	return value;
}

static const char *value_of_option(char **argv, int i)
{
	if (!argv[i + 1])
		fail_usage("The last option lacks its value.");
	return argv[i + 1];
}

void workload_start(int argc, char **argv, unsigned int default_threads)
{
	int i;

	workload_name =
		strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	nr_threads = default_threads;
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--quick") == 0)
			scale = QUICK_SCALE;
		else if (strcmp(argv[i], "--threads") == 0)
			nr_threads = parse_threads(value_of_option(argv, i++));
		else if (strcmp(argv[i], "--scale") == 0)
			scale = parse_scale(value_of_option(argv, i++));
		else
			fail_usage("This is not an option of a workload.");
	}
}

unsigned int workload_threads(void)
{
	return nr_threads;
}

/* @full times the scale, 1 at least. */
uint64_t workload_scaled(uint64_t full)
{
	uint64_t scaled = (uint64_t)((double)full * scale + 0.5);

	return scaled ? scaled : 1;
}

void workload_count(uint64_t nr)
{
	nr_operations += nr;
}

/* Returns main()'s status. */
int workload_finish(void)
{
	printf("operations %" PRIu64 "\n", nr_operations);
	if (fflush(stdout))
		workload_fail("The number of operations cannot be written.");
	return 0;
}

static void *checked(void *block, size_t size)
{
	if (!block)
		workload_fail("The allocator has no %zu bytes; free memory or "
			      "give a smaller --threads.",
			      size);
	return block;
}

void *must_malloc(size_t size)
{
	return checked(malloc(size), size);
}

void *must_calloc(size_t nr, size_t size)
{
	return checked(calloc(nr, size), nr * size);
}

void *must_realloc(void *block, size_t size)
{
	return checked(realloc(block, size), size);
}

void thread_start(pthread_t *thread, void *(*run)(void *), void *argument)
{
	int err = pthread_create(thread, NULL, run, argument);

	if (err)
		workload_fail("A thread cannot be started: %s.", strerror(err));
}

void thread_join(pthread_t thread)
{
	int err = pthread_join(thread, NULL);

	if (err)
		workload_fail("A thread cannot be joined: %s.", strerror(err));
}

/* Apart by two cache lines, because of the adjacent line prefetcher. */
struct seat {
	_Alignas(2 * LINE_BYTES) struct worker worker;
	pthread_t thread;
	pthread_barrier_t *start;
	void (*work)(struct worker *worker);
};

static struct seat seats[MAX_THREADS];

static void *worker_main(void *argument)
{
	struct seat *seat = argument;

	pthread_barrier_wait(seat->start);
	seat->work(&seat->worker);
	return NULL;
}

void workers_run(void (*work)(struct worker *worker))
{
	pthread_barrier_t start;
	unsigned int i;

	if (pthread_barrier_init(&start, NULL, nr_threads))
		workload_fail("There is no barrier to start threads at.");
	for (i = 0; i < nr_threads; i++) {
		seats[i].worker =
			(struct worker){.index = i, .random = {i + 1}};
		seats[i].start = &start;
		seats[i].work = work;
		thread_start(&seats[i].thread, worker_main, &seats[i]);
	}
	for (i = 0; i < nr_threads; i++) {
		thread_join(seats[i].thread);
		nr_operations += seats[i].worker.nr_operations;
	}
	pthread_barrier_destroy(&start);
}

void block_is_wrong(const struct block *block, size_t position)
{
	uint64_t word;

	memcpy(&word, (unsigned char *)block->start + position, WORD_BYTES);
	workload_fail("The block of %zu bytes at %p holds %016" PRIx64
		      " at byte %zu, and %016" PRIx64 " was written there.",
		      block->size, block->start, word, position,
		      block_word(block, position));
}

void block_alloc(struct block *block, size_t size, uint64_t id)
{
	block->start = must_malloc(size);
	block->size = size;
	block->id = id;
	block_write(block);
}

void block_free(struct block *block)
{
	block_check(block);
	free(block->start);
	block->start = NULL;
}

void channel_init(struct channel *channel)
{
	memset(channel, 0, sizeof(*channel));
	if (pthread_mutex_init(&channel->lock, NULL) ||
	    pthread_cond_init(&channel->not_full, NULL) ||
	    pthread_cond_init(&channel->not_empty, NULL))
		workload_fail("There is no lock for a queue.");
}

void channel_exit(struct channel *channel)
{
	if (channel->nr)
		workload_fail("A queue ends with %u messages in it.",
			      channel->nr);
	pthread_cond_destroy(&channel->not_empty);
	pthread_cond_destroy(&channel->not_full);
	pthread_mutex_destroy(&channel->lock);
}

void channel_send(struct channel *channel, void *message)
{
	pthread_mutex_lock(&channel->lock);
	while (channel->nr == CHANNEL_ROOM)
		pthread_cond_wait(&channel->not_full, &channel->lock);
	channel->messages[(channel->first + channel->nr++) % CHANNEL_ROOM] =
		message;
	pthread_cond_signal(&channel->not_empty);
	pthread_mutex_unlock(&channel->lock);
}

void *channel_receive(struct channel *channel)
{
	void *message;

	pthread_mutex_lock(&channel->lock);
	while (!channel->nr)
		pthread_cond_wait(&channel->not_empty, &channel->lock);
	message = channel->messages[channel->first];
	channel->first = (channel->first + 1) % CHANNEL_ROOM;
	channel->nr--;
	pthread_cond_signal(&channel->not_full);
	pthread_mutex_unlock(&channel->lock);
	return message;
}
