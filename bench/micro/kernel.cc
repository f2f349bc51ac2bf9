// SPDX-License-Identifier: MIT
//
// kernel.cc - what the kernel-style calls cost, by their public names
//
// An iteration takes one, writes to it and gives it back.  The number in a row's
// name is that of bytes, of pages or of objects; of alloc_pages it is the order.
//
//	kmalloc, kmalloc_atomic	 kmalloc() with GFP_KERNEL and GFP_ATOMIC, kfree()
//	kmem_cache, kmem_cache_ctor  an object of a cache, without and with a
//				 constructor
//	kmem_cache_bulk		 so many objects of 192 bytes at a time
//	alloc_pages		 a block of 2^order pages
//	vmalloc			 an area; each of its pages is written to
//	vmap			 a view of pages of ZONE_HIGHMEM
//	kmap_local		 a page that has no address, and one that has
//
// Before a row is measured, some are taken at a time: they must be different
// memory and keep what is written to them.  PFMALLOC_CONF=highmem:on makes
// ZONE_HIGHMEM on 64 bits; the rows that need it fail without.

#include "bench/micro/kernel-calls.h"

#include "bench/micro/micro.h"

const char *allocator_problem()
{
	return nullptr;
}

// So many calls of the C function's loop at a time cost a call and a branch.
constexpr int64_t AT_A_TIME = 64;

static void measure(benchmark::State &state, const struct kernel_call &calls,
		    unsigned long arg)
{
	const char *wrong = calls.begin(arg);

	while (!wrong && state.KeepRunningBatch(AT_A_TIME))
		wrong = calls.loop(arg, AT_A_TIME);
	if (calls.end)
		calls.end(arg);
	if (wrong)
		return fail(state, wrong);
	state.SetItemsProcessed(state.iterations());
}

static unsigned long number_of(const benchmark::State &state)
{
	return static_cast<unsigned long>(state.range(0));
}

static void kmalloc(benchmark::State &state)
{
	measure(state, kmalloc_calls, number_of(state));
}
BENCHMARK(kmalloc)
	->Arg(8)
	->Arg(64)
	->Arg(192)
	->Arg(256)
	->Arg(1024)
	->Arg(4096)
	->Arg(8192)
	->Arg(65536);

static void kmalloc_atomic(benchmark::State &state)
{
	measure(state, kmalloc_atomic_calls, number_of(state));
}
BENCHMARK(kmalloc_atomic)->Arg(64);

static void kmem_cache(benchmark::State &state)
{
	measure(state, cache_calls, number_of(state));
}
BENCHMARK(kmem_cache)->Arg(192);

static void kmem_cache_ctor(benchmark::State &state)
{
	measure(state, cache_ctor_calls, number_of(state));
}
BENCHMARK(kmem_cache_ctor)->Arg(192);

static void kmem_cache_bulk(benchmark::State &state)
{
	measure(state, cache_bulk_calls, number_of(state));
}
BENCHMARK(kmem_cache_bulk)->Arg(16);

static void alloc_pages(benchmark::State &state)
{
	measure(state, pages_calls, number_of(state));
}
BENCHMARK(alloc_pages)->Arg(0)->Arg(1)->Arg(3)->Arg(9);

static void vmalloc(benchmark::State &state)
{
	measure(state, vmalloc_calls, number_of(state));
}
BENCHMARK(vmalloc)->Arg(1)->Arg(16)->Arg(1024);

static void vmap(benchmark::State &state)
{
	measure(state, vmap_calls, number_of(state));
}
BENCHMARK(vmap)->Arg(16);

static void kmap_local(benchmark::State &state, const struct kernel_call &calls)
{
	measure(state, calls, 1);
}
BENCHMARK_CAPTURE(kmap_local, highmem, kmap_highmem_calls);
BENCHMARK_CAPTURE(kmap_local, lowmem, kmap_lowmem_calls);
