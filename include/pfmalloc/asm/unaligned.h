/* SPDX-License-Identifier: MIT */
/*
 * unaligned.h - see <linux/unaligned.h>, where it is since Linux 6.12
 */
#ifndef PFMALLOC_ASM_UNALIGNED_H
#define PFMALLOC_ASM_UNALIGNED_H

#include <linux/unaligned.h>

#endif
