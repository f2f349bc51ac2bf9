/* SPDX-License-Identifier: MIT */
/*
 * bug.h - see <linux/bug.h>
 */
#ifndef PFMALLOC_ASM_BUG_H
#define PFMALLOC_ASM_BUG_H

#include <linux/bug.h>

#endif
