/* SPDX-License-Identifier: MIT */
/*
 * percpu-defs.h - see <linux/percpu.h>
 */
#ifndef PFMALLOC_LINUX_PERCPU_DEFS_H
#define PFMALLOC_LINUX_PERCPU_DEFS_H

#include <linux/percpu.h>

#endif
