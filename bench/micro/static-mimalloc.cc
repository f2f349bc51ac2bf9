// SPDX-License-Identifier: MIT
//
// static-mimalloc.cc - for micro-mimalloc-static: malloc must be mimalloc's,
// from inside the program

#include "bench/micro/micro.h"

#include <cstdlib>

#include "bench/micro/origin.h"

// Declared here, because mimalloc's header may belong to another version.
extern "C" bool mi_is_in_heap_region(const void *p);

static bool is_served_by_mimalloc()
{
	void *p = std::malloc(100);
	bool is_served = p && mi_is_in_heap_region(p);

	std::free(p);
	return is_served;
}

const char *allocator_problem()
{
	if (!is_in_program("malloc") || !is_in_program("_ZdlPv"))
		return "malloc and operator delete are not those that were "
		       "linked into this program; configure again with a "
		       "mimalloc.o that overrides malloc.";
	if (!is_served_by_mimalloc())
		return "The malloc in this program is not mimalloc's; configure "
		       "again with a mimalloc.o that overrides malloc.";
	return nullptr;
}
