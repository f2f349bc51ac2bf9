/* SPDX-License-Identifier: MIT */
/*
 * bsearch.h - an element of a sorted array: libc's bsearch()
 */
#ifndef PFMALLOC_LINUX_BSEARCH_H
#define PFMALLOC_LINUX_BSEARCH_H

#include <linux/types.h>

#include <stdlib.h>

#define __inline_bsearch(key, base, num, size, cmp) \
	bsearch(key, base, num, size, cmp)

#endif
