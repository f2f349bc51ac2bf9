// SPDX-License-Identifier: MIT
//
// static-pfmalloc.cc - for micro-pfmalloc-static: malloc must be pfmalloc's,
// from inside the program; and what pfmalloc has under names of its own

#include "bench/micro/micro.h"

#include <cstdlib>

#include <malloc.h>
#include <pfmalloc/pfmalloc.h>

#include "bench/micro/origin.h"

// No other allocator rounds all of these sizes as pfmalloc does.
static bool rounds_as_pfmalloc()
{
	for (size_t size : {20, 1000, 5000, 9000, 100000}) {
		void *p = std::malloc(size);
		size_t usable = malloc_usable_size(p);

		std::free(p);
		if (!p || usable != pf_good_size(size))
			return false;
	}
	return true;
}

const char *allocator_problem()
{
	if (!is_in_program("malloc") || !is_in_program("_ZdlPv"))
		return "malloc and operator delete are not those that were "
		       "linked into this program; build it again.";
	if (!is_in_program("pf_malloc") || !rounds_as_pfmalloc())
		return "The malloc in this program is not pfmalloc's; build it "
		       "again.";
	return nullptr;
}

static void pf_pair(benchmark::State &state)
{
	size_t size = static_cast<size_t>(state.range(0));

	for (auto _ : state) {
		void *p = pf_malloc(size);

		if (!is_memory(state, p))
			break;
		touch(p);
		pf_free(p);
	}
}
BENCHMARK(pf_pair)->Arg(16)->Arg(100)->Arg(1024)->Arg(9000)->Arg(100000);

static void pf_good_sizes(benchmark::State &state)
{
	size_t size = static_cast<size_t>(state.range(0));

	for (auto _ : state) {
		benchmark::DoNotOptimize(size);
		benchmark::DoNotOptimize(pf_good_size(size));
	}
}
BENCHMARK(pf_good_sizes)->Arg(100)->Arg(9000);

static void pf_usable_sizes(benchmark::State &state)
{
	void *p = pf_malloc(static_cast<size_t>(state.range(0)));

	if (!is_memory(state, p))
		return;
	for (auto _ : state)
		benchmark::DoNotOptimize(pf_usable_size(p));
	pf_free(p);
}
BENCHMARK(pf_usable_sizes)->Arg(100)->Arg(9000)->Arg(8 << 20);

// What giving memory back costs; the touching that goes before is not counted.
static void pf_trim_touched(benchmark::State &state)
{
	size_t size = static_cast<size_t>(state.range(0)) << 20;

	for (auto _ : state) {
		state.PauseTiming();
		void *p = pf_malloc(size);

		if (!is_memory(state, p))
			break;
		touch_pages(p, size);
		pf_free(p);
		state.ResumeTiming();
		if (pf_trim() < size) {
			fail(state, "pf_trim() kept memory that was free");
			break;
		}
	}
}
BENCHMARK(pf_trim_touched)->Arg(1)->Arg(16)->Arg(64);
