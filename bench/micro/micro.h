/* SPDX-License-Identifier: MIT */
/*
 * micro.h - what the files of the google-benchmark programs share
 */
#ifndef BENCH_MICRO_MICRO_H
#define BENCH_MICRO_MICRO_H

#include <stddef.h>
#include <stdint.h>

#include <benchmark/benchmark.h>

/*
 * What is wrong with the allocator that this program got, or NULL.  Each
 * program has a definition of its own: micro takes any malloc, the ones that
 * are linked with an allocator must have got that one.
 */
const char *allocator_problem();

/* End the benchmark with an error, and the program with status 1. */
void fail(benchmark::State &state, const char *sentence);

/* Whether @p is memory.  If not, the benchmark has failed: leave its loop. */
inline bool is_memory(benchmark::State &state, void *p)
{
	if (__builtin_expect(p != nullptr, 1))
		return true;
	fail(state, "an allocation failed");
	return false;
}

/* Write to the first byte, so that the memory is really had. */
inline void touch(void *p)
{
	*static_cast<volatile char *>(p) = 1;
	benchmark::ClobberMemory();
}

/* The same for each page of @size bytes. */
inline void touch_pages(void *p, size_t size)
{
	for (size_t at = 0; at < size; at += 4096)
		static_cast<volatile char *>(p)[at] = 1;
	benchmark::ClobberMemory();
}

/* In which order a batch of blocks is freed. */
enum order {
	FIFO,
	LIFO,
	RANDOM
};

constexpr size_t BATCH = 1000;

/* Which block of a batch is freed as the @i-th one; the same in each run. */
size_t batch_index(enum order order, size_t i);

#endif
