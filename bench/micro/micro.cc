// SPDX-License-Identifier: MIT
//
// micro.cc - small measurements of one allocator, by google-benchmark
//
// The program is run once per allocator, under LD_PRELOAD; two more are linked
// with an allocator of their own.  It takes google-benchmark's options
// (--benchmark_filter, --benchmark_out_format=json ...) and names the object
// that malloc came from in the output's context, as "malloc" and, for operator
// new, "new".
//
// An allocation that fails, an option that nobody knows and a filter that
// leaves nothing over end it with status 1.
//
//	pairs.cc     allocate one, free it
//	batches.cc   allocate a thousand, free them; between threads too
//	realloc.cc   one block that grows
//	large.cc     page blocks and large blocks

#include "bench/micro/micro.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "bench/micro/origin.h"

static bool has_failed;

void fail(benchmark::State &state, const char *sentence)
{
	__atomic_store_n(&has_failed, true, __ATOMIC_RELAXED);
	state.SkipWithError(sentence);
}

// std::shuffle differs between libraries; the generator does not.
static std::array<uint16_t, BATCH> make_shuffled()
{
	std::array<uint16_t, BATCH> index;
	std::minstd_rand generator(1);

	for (size_t i = 0; i < BATCH; i++)
		index[i] = static_cast<uint16_t>(i);
	for (size_t i = BATCH - 1; i > 0; i--)
		std::swap(index[i], index[generator() % (i + 1)]);
	return index;
}

static const std::array<uint16_t, BATCH> shuffled = make_shuffled();

size_t batch_index(enum order order, size_t i)
{
	switch (order) {
	case FIFO:
		return i;
	case LIFO:
		return BATCH - 1 - i;
	case RANDOM:
		break;
	}
	return shuffled[i];
}

static void note_origin(const char *key, const char *function)
{
	const char *object = object_of(function);

	benchmark::AddCustomContext(key, object ? object : "nowhere");
}

int main(int argc, char **argv)
{
	const char *problem = allocator_problem();

	if (problem) {
		std::fprintf(stderr, "%s: %s\n", argv[0], problem);
		return 1;
	}
	benchmark::Initialize(&argc, argv);
	if (benchmark::ReportUnrecognizedArguments(argc, argv))
		return 1;
	note_origin("malloc", "malloc");
	note_origin("new", sizeof(size_t) == 8 ? "_Znwm" : "_Znwj");
	if (!benchmark::RunSpecifiedBenchmarks()) {
		std::fprintf(stderr,
			     "%s: No benchmark has such a name; "
			     "--benchmark_list_tests lists them.\n",
			     argv[0]);
		return 1;
	}
	benchmark::Shutdown();
	return has_failed;
}
