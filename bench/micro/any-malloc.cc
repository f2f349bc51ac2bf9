// SPDX-License-Identifier: MIT
//
// any-malloc.cc - for micro: whatever malloc the process has is measured
//
// The context of the output names it, and the driver compares.

#include "bench/micro/micro.h"

const char *allocator_problem()
{
	return nullptr;
}
