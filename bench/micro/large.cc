// SPDX-License-Identifier: MIT
//
// large.cc - page blocks whose sizes are no powers of two, and large blocks
//
// Page faults, not instructions, are the cost here: each size is measured with
// nothing written to and with every page written to.  One iteration is one
// allocation and one free.  A first one, with every page written to, is not
// timed: an allocator that keeps memory has some then.

#include "bench/micro/micro.h"

#include <cstdlib>

static bool settle(benchmark::State &state, size_t size)
{
	void *p = std::malloc(size);

	if (!is_memory(state, p))
		return false;
	touch_pages(p, size);
	std::free(p);
	return true;
}

static void block(benchmark::State &state, size_t size, bool is_touched)
{
	if (!settle(state, size))
		return;
	for (auto _ : state) {
		void *p = std::malloc(size);

		if (!is_memory(state, p))
			break;
		if (is_touched)
			touch_pages(p, size);
		else
			benchmark::DoNotOptimize(p);
		std::free(p);
	}
}

// Argument: KiB.
static void page_block(benchmark::State &state, bool is_touched)
{
	block(state, static_cast<size_t>(state.range(0)) << 10, is_touched);
}
BENCHMARK_CAPTURE(page_block, untouched, false)
	->Arg(12)
	->Arg(20)
	->Arg(36)
	->Arg(96)
	->Arg(100)
	->Arg(700)
	->Arg(1536);
BENCHMARK_CAPTURE(page_block, touched, true)
	->Arg(12)
	->Arg(20)
	->Arg(36)
	->Arg(96)
	->Arg(100)
	->Arg(700)
	->Arg(1536);

constexpr size_t NR_BLOCKS = 64;
static const size_t block_kib[] = {12, 20, 36, 100, 700};

// All five sizes, live together, freed in an order that is not theirs.
static void page_blocks_mixed(benchmark::State &state)
{
	static void *blocks[NR_BLOCKS];

	for (auto _ : state) {
		for (size_t i = 0; i < NR_BLOCKS; i++) {
			blocks[i] = std::malloc(block_kib[i % 5] << 10);
			if (!is_memory(state, blocks[i]))
				return;
			touch(blocks[i]);
		}
		for (size_t i = 0; i < NR_BLOCKS; i++)
			std::free(blocks[i * 37 % NR_BLOCKS]);
	}
	state.SetItemsProcessed(state.iterations() *
				static_cast<int64_t>(NR_BLOCKS));
}
BENCHMARK(page_blocks_mixed);

// Argument: MiB.
static void large(benchmark::State &state, bool is_touched)
{
	block(state, static_cast<size_t>(state.range(0)) << 20, is_touched);
}
BENCHMARK_CAPTURE(large, untouched, false)
	->RangeMultiplier(4)
	->Range(4, 256)
	->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(large, touched, true)
	->RangeMultiplier(4)
	->Range(4, 256)
	->Unit(benchmark::kMicrosecond);
