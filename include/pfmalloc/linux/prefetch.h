/* SPDX-License-Identifier: MIT */
/*
 * prefetch.h - memory that will be needed soon
 */
#ifndef PFMALLOC_LINUX_PREFETCH_H
#define PFMALLOC_LINUX_PREFETCH_H

#include <asm/processor.h>

#endif
