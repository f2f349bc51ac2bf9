/* SPDX-License-Identifier: MIT */
/*
 * class.c - the size classes, as tables
 *
 * The order of a class's slabs is the smallest that wastes at most an eighth
 * of the slab at its end and holds at least 4 objects.  A slab's memory is
 * touched object by object, so a larger order costs addresses and not memory;
 * but the slab is given back only when all of its objects are free.
 */
#include "slab/class.h"

/* clang-format off */
const struct class_info class_info[NR_CLASSES] = {
	{ 0, 0 },
	{   16, 0 }, {   32, 0 }, {   48, 0 }, {   64, 0 },
	{   80, 0 }, {   96, 0 }, {  112, 0 }, {  128, 0 },
	{  160, 0 }, {  192, 0 }, {  224, 0 }, {  256, 0 },
	{  320, 0 }, {  384, 0 }, {  448, 0 }, {  512, 0 },
	{  640, 0 }, {  768, 0 }, {  896, 1 }, { 1024, 0 },
	{ 1280, 1 }, { 1536, 1 }, { 1792, 2 }, { 2048, 1 },
	{ 2304, 2 }, { 2560, 2 }, { 2816, 3 }, { 3072, 2 },
	{ 3328, 3 }, { 3584, 3 }, { 3840, 2 }, { 4096, 2 },
	{ 4368, 4 },
	{ 4608, 3 }, { 5120, 3 }, { 5632, 4 }, { 6144, 3 },
	{ 6656, 4 }, { 7168, 3 }, { 7680, 3 }, { 8192, 3 },
};

/* Four sizes a doubling, the doubling that ends at 16 * 4 * n bytes. */
#define DOUBLING(n, class)                        \
	[2 * (n) + 1           ... 5 * (n) / 2] = (class),     \
	[5 * (n) / 2 + 1       ... 3 * (n)]     = (class) + 1, \
	[3 * (n) + 1           ... 7 * (n) / 2] = (class) + 2, \
	[7 * (n) / 2 + 1       ... 4 * (n)]     = (class) + 3

/* Eight sizes, of @first granules and more up to 4 * n. */
#define LONG_DOUBLING(n, first, class)                  \
	[(first)          ...  9 * (n) / 4] = (class),     \
	[ 9 * (n) / 4 + 1 ... 10 * (n) / 4] = (class) + 1, \
	[10 * (n) / 4 + 1 ... 11 * (n) / 4] = (class) + 2, \
	[11 * (n) / 4 + 1 ... 12 * (n) / 4] = (class) + 3, \
	[12 * (n) / 4 + 1 ... 13 * (n) / 4] = (class) + 4, \
	[13 * (n) / 4 + 1 ... 14 * (n) / 4] = (class) + 5, \
	[14 * (n) / 4 + 1 ... 15 * (n) / 4] = (class) + 6, \
	[15 * (n) / 4 + 1 ... 16 * (n) / 4] = (class) + 7

const u8 class_of_granules[KMALLOC_MAX_CACHE_SIZE / 16 + 1] = {
	[0] = 1, [1] = 1, [2] = 2, [3] = 3, [4] = 4,
	[5] = 5, [6] = 6, [7] = 7, [8] = 8,
	DOUBLING(4, 9),
	DOUBLING(8, 13),
	DOUBLING(16, 17),
	DOUBLING(32, 21),
	LONG_DOUBLING(64, 129, 25),
	[257 ... 273] = 33,
	LONG_DOUBLING(128, 274, 34),
};
/* clang-format on */
