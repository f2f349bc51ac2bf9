/* SPDX-License-Identifier: MIT */
/*
 * sizes.h - request sizes that reach every part of an allocator
 *
 * Small objects, page blocks and large areas, each with its edges: the sizes
 * around powers of two and around whole pages, up to 64 MiB.
 */
#ifndef SIZES_H
#define SIZES_H

#include <stddef.h>

/* clang-format off */
static const size_t sizes[] = {
	0,	   1,	     7,	       8,	 9,	   15,
	16,	   17,	     24,       31,	 32,	   33,
	48,	   63,	     64,       65,	 100,	   127,
	128,	   129,	     200,      255,	 256,	   257,
	384,	   500,	     512,      513,	 1000,	   1023,
	1024,	   1025,     1536,     2047,	 2048,	   2049,
	3000,	   4000,     4095,     4096,	 4097,	   5000,
	6144,	   8000,     8191,     8192,	 8193,	   10000,
	12288,	   16384,    16385,    20480,	 32768,	   40000,
	65535,	   65536,    65537,    100000,	 131072,   131073,
	200000,	   262144,   300000,   524288,	 700000,   1048575,
	1048576,   1048577,  1500000,  2097152,	 2097153,  3000000,
	4194303,   4194304,  4194305,  5000000,	 8388608,  10000000,
	16777216,  25000000, 33554432, 33554433, 50000000, 67108863,
	67108864,
};
/* clang-format on */

enum {
	NR_SIZES = sizeof(sizes) / sizeof(sizes[0])
};

#endif
