/* SPDX-License-Identifier: MIT */
/*
 * percpu.h - see <linux/percpu.h>
 */
#ifndef PFMALLOC_ASM_PERCPU_H
#define PFMALLOC_ASM_PERCPU_H

#include <linux/percpu.h>

#endif
