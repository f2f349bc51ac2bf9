/* SPDX-License-Identifier: MIT */
/*
 * cache.h - see <linux/cache.h>
 */
#ifndef PFMALLOC_ASM_CACHE_H
#define PFMALLOC_ASM_CACHE_H

#include <linux/cache.h>

#endif
