// SPDX-License-Identifier: MIT
//
// pairs.cc - allocate one block, write to it, free it
//
// The shortest path that an allocator has: the block that was freed last is
// had again.  One iteration is one pair.  Another block of the size lives all
// the while, as in any program: an allocator that has to give up its last page
// for the size each time, and to set it up again, would be measured at that.

#include "bench/micro/micro.h"

#include <cstdlib>
#include <new>

namespace
{
class live_block
{
      public:
	explicit live_block(size_t size) : p(std::malloc(size))
	{
		benchmark::DoNotOptimize(p);
	}
	~live_block()
	{
		std::free(p);
	}
	live_block(const live_block &) = delete;
	live_block &operator=(const live_block &) = delete;

      private:
	void *p;
};
} // namespace

static void pair(benchmark::State &state)
{
	size_t size = static_cast<size_t>(state.range(0));
	live_block live(size);

	for (auto _ : state) {
		void *p = std::malloc(size);

		if (!is_memory(state, p))
			break;
		touch(p);
		std::free(p);
	}
}
BENCHMARK(pair)->RangeMultiplier(2)->Range(8, 32768);
BENCHMARK(pair)->Arg(24)->Arg(100)->Arg(300)->Arg(1000)->Arg(3000)->Arg(5000);
BENCHMARK(pair)->Arg(9000)->Arg(40000)->Arg(100000)->Arg(300000);
BENCHMARK(pair)
	->Name("pair_threads")
	->ArgsProduct({{16, 100, 1024, 9000}})
	->ThreadRange(1, 8)
	->UseRealTime();

static void zeroed(benchmark::State &state)
{
	size_t size = static_cast<size_t>(state.range(0));
	live_block live(size);

	for (auto _ : state) {
		void *p = std::calloc(1, size);

		if (!is_memory(state, p))
			break;
		touch(p);
		std::free(p);
	}
}
BENCHMARK(zeroed)->Name("calloc")->Arg(16)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(zeroed)->Name("calloc")->Arg(100000)->Arg(1 << 20)->Arg(16 << 20);

// Arguments: alignment, size.
static void aligned(benchmark::State &state)
{
	size_t align = static_cast<size_t>(state.range(0));
	size_t size = static_cast<size_t>(state.range(1));
	live_block live(size);

	for (auto _ : state) {
		void *p = nullptr;

		if (posix_memalign(&p, align, size) || !is_memory(state, p)) {
			fail(state, "posix_memalign() failed");
			break;
		}
		touch(p);
		std::free(p);
	}
}
BENCHMARK(aligned)->ArgsProduct({{64, 4096}, {100, 1000, 10000}});

// Without the "new" of the language, which the compiler may leave out.
static void sized_new_delete(benchmark::State &state)
{
	size_t size = static_cast<size_t>(state.range(0));
	live_block live(size);

	for (auto _ : state) {
		void *p = ::operator new(size, std::nothrow);

		if (!is_memory(state, p))
			break;
		touch(p);
		::operator delete(p, size);
	}
}
BENCHMARK(sized_new_delete)->Arg(16)->Arg(100)->Arg(1000)->Arg(9000);

struct node {
	node *next;
	long value[5];
};

// What a container does: the size is known when the program is compiled.
static void new_delete_node(benchmark::State &state)
{
	live_block live(sizeof(node));

	for (auto _ : state) {
		node *p = new node;

		benchmark::DoNotOptimize(p);
		touch(p);
		delete p;
	}
}
BENCHMARK(new_delete_node);
