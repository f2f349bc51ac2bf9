/* SPDX-License-Identifier: MIT */
/*
 * workload.h - what the workloads share
 *
 *	NAME [--quick] [--threads N] [--scale X]
 *
 * A workload does a fixed amount of work: the numbers of blocks, their sizes
 * and the order of the calls come from generators with fixed seeds, one for
 * each thread, and do not depend on time.  So two allocators can be compared
 * by how long it takes.  --scale multiplies how often something is done, not
 * how much memory is in use at a time; --quick is --scale 0.1.
 *
 * Blocks are written when they are allocated and checked before they are
 * freed: the first word of each cache line and the last word of the block hold
 * a value made of the block's id and of the position.  A block that overlaps
 * another, or was moved wrongly, ends the program with status 1 and a
 * sentence.  At the end everything is freed, and the last line of stdout is
 * "operations N", the number of blocks that were asked for.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)

/* The frame of a workload's main(). */
void workload_start(int argc, char **argv, unsigned int default_threads);
unsigned int workload_threads(void);
uint64_t workload_scaled(uint64_t full);
void workload_count(uint64_t nr_operations);
int workload_finish(void);

/* Ends the program: a sentence on stderr, status 1.  Callable by any thread. */
void workload_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn, cold));

/* malloc and its family, for callers that cannot go on without memory. */
void *must_malloc(size_t size);
void *must_calloc(size_t nr, size_t size);
void *must_realloc(void *block, size_t size);

/* splitmix64 (Steele, Lea, Flood 2014): neighbouring seeds, as threads have
 * them, give sequences that have nothing to do with each other. */
struct random {
	uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static inline uint64_t random_below(struct random *random, uint64_t bound)
{
	return (uint64_t)(((random_next(random) >> 32) * bound) >> 32);
}

static inline size_t random_between(struct random *random, size_t from,
				    size_t to)
{
	return from + (size_t)random_below(random, to - from + 1);
}

/* Each doubling of size is half as frequent: 2^k * @smallest .. twice that,
 * k = 0 .. @nr_doublings - 1. */
static inline size_t random_power_law(struct random *random, size_t smallest,
				      unsigned int nr_doublings)
{
	uint64_t bits = random_next(random) | 1ULL << (nr_doublings - 1);
	size_t octave = smallest << __builtin_ctzll(bits);

	return octave + (size_t)random_below(random, octave);
}

/* A thread of a workload. */
struct worker {
	unsigned int index;
	struct random random;
	uint64_t nr_operations;
};

/* Runs @work in workload_threads() threads, which start together, and adds
 * their operations to the workload's. */
void workers_run(void (*work)(struct worker *worker));

void thread_start(pthread_t *thread, void *(*run)(void *), void *argument);
void thread_join(pthread_t thread);

/* A block, and what is needed to check it; sizes are 8 bytes and more. */
struct block {
	void *start;
	size_t size;
	uint64_t id;
};

enum {
	LINE_BYTES = 64,
	WORD_BYTES = 8
};

void block_is_wrong(const struct block *block, size_t position)
	__attribute__((noreturn, cold));

static inline uint64_t block_word(const struct block *block, size_t position)
{
	return (block->id ^ position) * 0xd1342543de82ef95 + block->size;
}

static inline void block_write(const struct block *block)
{
	unsigned char *bytes = block->start;
	size_t last = block->size - WORD_BYTES;
	size_t i;

	for (i = 0; i + WORD_BYTES <= last; i += LINE_BYTES)
		memcpy(bytes + i, &(uint64_t){block_word(block, i)},
		       WORD_BYTES);
	memcpy(bytes + last, &(uint64_t){block_word(block, last)}, WORD_BYTES);
}

static inline void block_check(const struct block *block)
{
	const unsigned char *bytes = block->start;
	size_t last = block->size - WORD_BYTES;
	uint64_t word;
	size_t i;

	for (i = 0; i + WORD_BYTES <= last; i += LINE_BYTES) {
		memcpy(&word, bytes + i, WORD_BYTES);
		if (word != block_word(block, i))
			block_is_wrong(block, i);
	}
	memcpy(&word, bytes + last, WORD_BYTES);
	if (word != block_word(block, last))
		block_is_wrong(block, last);
}

void block_alloc(struct block *block, size_t size, uint64_t id);
void block_free(struct block *block);

/* A queue of pointers between threads, of a fixed length: who sends waits
 * while it is full, who receives waits while it is empty. */
#define CHANNEL_ROOM 32

struct channel {
	pthread_mutex_t lock;
	pthread_cond_t not_full;
	pthread_cond_t not_empty;
	unsigned int first;
	unsigned int nr;
	void *messages[CHANNEL_ROOM];
};

void channel_init(struct channel *channel);
void channel_exit(struct channel *channel);
void channel_send(struct channel *channel, void *message);
void *channel_receive(struct channel *channel);

#endif
