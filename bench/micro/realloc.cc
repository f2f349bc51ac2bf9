// SPDX-License-Identifier: MIT
//
// realloc.cc - one block that grows, as strings and arrays do
//
// One iteration is the whole growth and the free at its end.  What was added
// is written to, page by page.

#include "bench/micro/micro.h"

#include <cstdlib>

static void touch_added(void *p, size_t old, size_t size)
{
	touch(static_cast<char *>(p) + old);
	touch_pages(static_cast<char *>(p) + old, size - old);
}

// realloc() @*p from @old to @size bytes; when that fails it is freed.
static bool grow(benchmark::State &state, void **p, size_t old, size_t size)
{
	void *grown = std::realloc(*p, size);

	if (!is_memory(state, grown)) {
		std::free(*p);
		return false;
	}
	benchmark::DoNotOptimize(grown);
	touch_added(grown, old, size);
	*p = grown;
	return true;
}

static bool grow_doubling(benchmark::State &state, size_t first, size_t last)
{
	void *p = nullptr;

	for (size_t size = first, old = 0; size <= last; size *= 2) {
		if (!grow(state, &p, old, size))
			return false;
		old = size;
	}
	std::free(p);
	return true;
}

static bool grow_by_steps(benchmark::State &state, size_t step, size_t last)
{
	void *p = nullptr;

	for (size_t size = step; size <= last; size += step) {
		if (!grow(state, &p, size - step, size))
			return false;
	}
	std::free(p);
	return true;
}

// Arguments: the first and the last size.
static void realloc_doubling(benchmark::State &state)
{
	size_t first = static_cast<size_t>(state.range(0));
	size_t last = static_cast<size_t>(state.range(1));

	for (auto _ : state) {
		if (!grow_doubling(state, first, last))
			break;
	}
}
BENCHMARK(realloc_doubling)->Args({16, 8192})->Args({16, 65536});
BENCHMARK(realloc_doubling)->Args({65536, 64 << 20});

// Arguments: the step and the last size.
static void realloc_steps(benchmark::State &state)
{
	size_t step = static_cast<size_t>(state.range(0));
	size_t last = static_cast<size_t>(state.range(1));

	for (auto _ : state) {
		if (!grow_by_steps(state, step, last))
			break;
	}
}
BENCHMARK(realloc_steps)->Args({1024, 256 << 10})->Args({1 << 20, 64 << 20});
