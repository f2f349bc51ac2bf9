// SPDX-License-Identifier: MIT
//
// batches.cc - a thousand blocks live at once; and blocks that change threads
//
// One iteration is a batch; items_per_second counts blocks.  The pointers are
// kept in memory that is not the allocator's.

#include "bench/micro/micro.h"

#include <cstdlib>
#include <sched.h>

static thread_local void *blocks[BATCH];

static void free_blocks(enum order order)
{
	for (size_t i = 0; i < BATCH; i++)
		std::free(blocks[batch_index(order, i)]);
}

static bool allocate_blocks(benchmark::State &state, size_t size)
{
	for (size_t i = 0; i < BATCH; i++) {
		blocks[i] = std::malloc(size);
		if (!is_memory(state, blocks[i])) {
			while (i--)
				std::free(blocks[i]);
			return false;
		}
		touch(blocks[i]);
	}
	return true;
}

static void batch(benchmark::State &state, enum order order)
{
	size_t size = static_cast<size_t>(state.range(0));

	for (auto _ : state) {
		if (!allocate_blocks(state, size))
			break;
		free_blocks(order);
	}
	state.SetItemsProcessed(state.iterations() *
				static_cast<int64_t>(BATCH));
}
BENCHMARK_CAPTURE(batch, fifo, FIFO)->Arg(32)->Arg(100)->Arg(1000)->Arg(9000);
BENCHMARK_CAPTURE(batch, lifo, LIFO)->Arg(32)->Arg(100)->Arg(1000)->Arg(9000);
BENCHMARK_CAPTURE(batch, random, RANDOM)
	->Arg(32)
	->Arg(100)
	->Arg(1000)
	->Arg(9000);
BENCHMARK_CAPTURE(batch, fifo_threads, FIFO)
	->Arg(100)
	->ThreadRange(1, 8)
	->UseRealTime();
BENCHMARK_CAPTURE(batch, random_threads, RANDOM)
	->Arg(100)
	->ThreadRange(1, 8)
	->UseRealTime();

// A ring with one writer and one reader: each has a counter of its own, on a
// cache line of its own.
namespace
{
constexpr size_t RING = 256;

struct ring {
	void *slots[RING];
	alignas(64) size_t nr_written;
	alignas(64) size_t nr_read;
};

ring hand_over;

void wait_turn(unsigned int round)
{
	if (round > 50) // more threads than processors
		sched_yield();
}

void ring_put(void *p)
{
	size_t at = hand_over.nr_written;

	for (unsigned int round = 0;
	     at - __atomic_load_n(&hand_over.nr_read, __ATOMIC_ACQUIRE) == RING;
	     round++)
		wait_turn(round);
	hand_over.slots[at % RING] = p;
	__atomic_store_n(&hand_over.nr_written, at + 1, __ATOMIC_RELEASE);
}

void *ring_get()
{
	size_t at = hand_over.nr_read;
	void *p;

	for (unsigned int round = 0;
	     __atomic_load_n(&hand_over.nr_written, __ATOMIC_ACQUIRE) == at;
	     round++)
		wait_turn(round);
	p = hand_over.slots[at % RING];
	__atomic_store_n(&hand_over.nr_read, at + 1, __ATOMIC_RELEASE);
	return p;
}

bool produce_one(benchmark::State &state, size_t size)
{
	void *p = std::malloc(size);

	if (p)
		touch(p);
	ring_put(p); // NULL ends the consumer too
	return is_memory(state, p);
}

bool consume_one(benchmark::State &state)
{
	void *p = ring_get();

	if (!is_memory(state, p))
		return false;
	touch(p);
	std::free(p);
	return true;
}
} // namespace

// Thread 0 allocates, thread 1 frees; both have as many iterations.
static void producer_consumer(benchmark::State &state)
{
	size_t size = static_cast<size_t>(state.range(0));
	bool is_producer = state.thread_index() == 0;

	for (auto _ : state) {
		if (!(is_producer ? produce_one(state, size)
				  : consume_one(state)))
			break;
	}
	if (is_producer)
		state.SetItemsProcessed(state.iterations());
}
BENCHMARK(producer_consumer)
	->Arg(64)
	->Arg(1000)
	->Arg(9000)
	->Threads(2)
	->UseRealTime();
