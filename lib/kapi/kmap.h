/* SPDX-License-Identifier: MIT */
/*
 * kmap.h - windows to frames without an address, as lib/kapi sees them
 */
#ifndef PF_KAPI_KMAP_H
#define PF_KAPI_KMAP_H

#include <pfmalloc/highmem.h>

#include "base/types.h"

/* The address at which pf_kmap() shows a frame of ZONE_HIGHMEM, or NULL. */
void *kmap_address(const struct page *page);

/* Whether somebody has it mapped by pf_kmap(). */
bool kmap_is_in_use(const struct page *page);

/* The window of pf_kmap(); NULL and NULL before there is one. */
void kmap_range(const char **start, const char **end);

void kmap_fork_child(void);

#endif
