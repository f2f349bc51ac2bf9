/* SPDX-License-Identifier: MIT */
/*
 * processor.h - cpu_relax()
 */
#ifndef PFMALLOC_ASM_PROCESSOR_H
#define PFMALLOC_ASM_PROCESSOR_H

#include <asm/barrier.h>

#define cpu_relax() pf_cpu_relax()
#ifndef prefetch
#define prefetch(x)  __builtin_prefetch(x)
#define prefetchw(x) __builtin_prefetch(x, 1)
#endif

#endif
