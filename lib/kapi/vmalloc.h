/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.h - areas, as the other files of this folder see them
 */
#ifndef PF_KAPI_VMALLOC_H
#define PF_KAPI_VMALLOC_H

#include "base/check.h"
#include "base/types.h"

struct page;

/* Bytes that the area at @p was asked for; 0 if none starts there. */
size_t vmalloc_size(const void *p);

/* Where the page of an area is, if @page is one; else NULL.  Safe anywhere. */
void *vmalloc_page_address(const struct page *page);

/* Whether @page is the record of a page of the range that is mapped. */
bool vmalloc_page_is_mapped(const struct page *page);

/* Pages that all zones have together. */
size_t vmalloc_total_pages(void);

/* In fork's child. */
void kapi_vmalloc_reset(void);

bool kapi_vmalloc_check(struct check_report *report);

#endif
