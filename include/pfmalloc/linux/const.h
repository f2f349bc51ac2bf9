/* SPDX-License-Identifier: MIT */
/*
 * const.h - constants that C and assembler share
 */
#ifndef PFMALLOC_LINUX_CONST_H
#define PFMALLOC_LINUX_CONST_H

#include_next <linux/const.h>
#include <linux/compiler.h>

#define UL(x)  _UL(x)
#define ULL(x) _ULL(x)

#endif
