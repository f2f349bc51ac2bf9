/* SPDX-License-Identifier: MIT */
/*
 * atomic.h - see <linux/atomic.h>
 */
#ifndef PFMALLOC_ASM_ATOMIC_H
#define PFMALLOC_ASM_ATOMIC_H

#include <linux/atomic.h>

#endif
