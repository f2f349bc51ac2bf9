// SPDX-License-Identifier: MIT
//
// layers.cc - what each layer of the library costs by itself
//
//	zone     blocks from the free lists: split, merge, the zone's lock
//	pcp      blocks from the thread's own lists
//	slab     objects from the bits of slabs, under the cache's lock
//	barn     objects by way of sheaves that are exchanged and refilled
//	kmem     what malloc and free are, without the rules of C
//	vmap     large ranges: pages that are moved
//
// Each benchmark gives back what it took, and the structures are walked at its
// end: one that was left unsound ends with an error.

#include "bench/micro/layer-calls.h"

#include "bench/micro/micro.h"

static void finish(benchmark::State &state, size_t nr_items)
{
	state.SetItemsProcessed(state.iterations() *
				static_cast<int64_t>(nr_items));
	if (!layers_are_sound())
		fail(state, "the allocator's structures are damaged");
	layers_trim();
}

const char *allocator_problem()
{
	return layers_start() ? nullptr : "The system refuses memory.";
}

// A whole block that is free and has memory behind it: small ones are split off
// it and merge with it again.
static bool warm_zone(benchmark::State &state)
{
	void *frames = zone_take(1024);

	if (!is_memory(state, frames))
		return false;
	touch_pages(frames, size_t{4} << 20);
	zone_give(frames, 1024);
	return true;
}

static void zone_pages(benchmark::State &state, size_t nr_pages)
{
	if (!warm_zone(state))
		return;
	for (auto _ : state) {
		void *frames = zone_take(nr_pages);

		if (!is_memory(state, frames))
			return;
		zone_give(frames, nr_pages);
	}
	finish(state, 1);
}

// Argument: the order.
static void zone_order(benchmark::State &state)
{
	zone_pages(state, size_t{1} << state.range(0));
}
BENCHMARK(zone_order)->DenseRange(0, 10);

// The same for numbers of frames that are no powers of two.
static void zone_frames(benchmark::State &state)
{
	zone_pages(state, static_cast<size_t>(state.range(0)));
}
BENCHMARK(zone_frames)->Arg(3)->Arg(5)->Arg(9)->Arg(25)->Arg(175);

// Blocks of one order that live together, so that buddies have to wait for
// each other before they merge.
static void zone_batch(benchmark::State &state)
{
	constexpr size_t NR = 64;
	size_t nr_pages = size_t{1} << state.range(0);
	void *frames[NR];

	for (auto _ : state) {
		for (size_t i = 0; i < NR; i++) {
			frames[i] = zone_take(nr_pages);
			if (!is_memory(state, frames[i]))
				return;
		}
		for (size_t i = 0; i < NR; i++)
			zone_give(frames[i * 37 % NR], nr_pages);
	}
	finish(state, NR);
}
BENCHMARK(zone_batch)->DenseRange(0, 10);

static void pcp_pair(benchmark::State &state)
{
	size_t nr_pages = static_cast<size_t>(state.range(0));

	for (auto _ : state) {
		void *frames = pcp_take(nr_pages);

		if (!is_memory(state, frames))
			return;
		pcp_give(frames, nr_pages);
	}
	finish(state, 1);
}
BENCHMARK(pcp_pair)->Arg(1)->Arg(2)->Arg(3)->Arg(5)->Arg(8)->Arg(16)->Arg(17);

// Slabs give what they have, which may be less than was asked for.
static bool take_objects(size_t size, void **objects, unsigned int nr)
{
	unsigned int nr_taken = 0;

	while (nr_taken < nr) {
		unsigned int n =
			slab_take(size, objects + nr_taken, nr - nr_taken);

		if (n == 0)
			return false;
		nr_taken += n;
	}
	return true;
}

// A sheaf's worth of objects at a time.
static void slab_batch(benchmark::State &state)
{
	constexpr unsigned int NR = 30;
	size_t size = static_cast<size_t>(state.range(0));
	void *objects[NR];

	for (auto _ : state) {
		if (!take_objects(size, objects, NR))
			return fail(state, "an allocation failed");
		benchmark::ClobberMemory();
		if (!slab_give(size, objects, NR))
			return fail(state, "a slab did not know its objects");
	}
	finish(state, NR);
}
BENCHMARK(slab_batch)->Arg(32)->Arg(112)->Arg(1024);

static void barn_batch(benchmark::State &state, enum order order)
{
	size_t size = static_cast<size_t>(state.range(0));
	static void *objects[BATCH];

	for (auto _ : state) {
		for (size_t i = 0; i < BATCH; i++) {
			objects[i] = barn_take(size);
			if (!is_memory(state, objects[i]))
				return;
		}
		for (size_t i = 0; i < BATCH; i++) {
			if (!barn_give(size, objects[batch_index(order, i)]))
				return fail(state, "the barn found a mistake");
		}
	}
	finish(state, BATCH);
}
BENCHMARK_CAPTURE(barn_batch, fifo, FIFO)->Arg(32)->Arg(112)->Arg(1024);
BENCHMARK_CAPTURE(barn_batch, random, RANDOM)->Arg(32)->Arg(112)->Arg(1024);

static void kmem_pair(benchmark::State &state)
{
	size_t size = static_cast<size_t>(state.range(0));

	for (auto _ : state) {
		void *object = kmem_take(size);

		if (!is_memory(state, object))
			return;
		benchmark::DoNotOptimize(object);
		if (!kmem_give(object))
			return fail(state, "an object was not known as one");
	}
	finish(state, 1);
}
BENCHMARK(kmem_pair)->Arg(16)->Arg(100)->Arg(1024)->Arg(9000)->Arg(100000);

static bool take_and_give_area(benchmark::State &state, size_t bytes,
			       bool is_touched)
{
	void *area = vmap_take(bytes);

	if (!is_memory(state, area))
		return false;
	if (is_touched)
		touch_pages(area, bytes);
	vmap_give(area);
	return true;
}

// Argument: MiB.  Untouched: addresses and page moves.  Touched: all of its
// pages come back warm, and are moved into the next one.
static void vmap_pair(benchmark::State &state, bool is_touched)
{
	size_t bytes = static_cast<size_t>(state.range(0)) << 20;

	if (!take_and_give_area(state, bytes, is_touched))
		return;
	for (auto _ : state) {
		if (!take_and_give_area(state, bytes, is_touched))
			return;
	}
	finish(state, 1);
}
BENCHMARK_CAPTURE(vmap_pair, untouched, false)
	->RangeMultiplier(4)
	->Range(8, 256)
	->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(vmap_pair, touched, true)
	->RangeMultiplier(4)
	->Range(8, 256)
	->Unit(benchmark::kMicrosecond);

// From 8 MiB to the argument, by doubling, nothing written.
static void vmap_growth(benchmark::State &state)
{
	size_t last = static_cast<size_t>(state.range(0)) << 20;

	for (auto _ : state) {
		size_t bytes = size_t{8} << 20;
		void *area = vmap_take(bytes);

		if (!is_memory(state, area))
			return;
		while ((bytes *= 2) <= last) {
			area = vmap_resize(area, bytes);
			if (!is_memory(state, area))
				return;
		}
		vmap_give(area);
	}
	finish(state, 1);
}
BENCHMARK(vmap_growth)->Arg(64)->Arg(256)->Unit(benchmark::kMicrosecond);
