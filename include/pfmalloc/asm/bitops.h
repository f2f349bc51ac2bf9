/* SPDX-License-Identifier: MIT */
/*
 * bitops.h - see <linux/bitops.h>
 */
#ifndef PFMALLOC_ASM_BITOPS_H
#define PFMALLOC_ASM_BITOPS_H

#include <linux/bitops.h>

#endif
