/* SPDX-License-Identifier: MIT */
/*
 * array_size.h - ARRAY_SIZE(), which refuses pointers
 */
#ifndef PFMALLOC_LINUX_ARRAY_SIZE_H
#define PFMALLOC_LINUX_ARRAY_SIZE_H

#include <linux/compiler.h>

#undef ARRAY_SIZE
#define ARRAY_SIZE(arr) \
	(sizeof(arr) / sizeof((arr)[0]) + (size_t)__must_be_array(arr))

#endif
