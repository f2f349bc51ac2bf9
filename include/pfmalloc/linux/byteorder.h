/* SPDX-License-Identifier: MIT */
/*
 * byteorder.h - see <asm/byteorder.h>
 */
#ifndef PFMALLOC_LINUX_BYTEORDER_H
#define PFMALLOC_LINUX_BYTEORDER_H

#include <asm/byteorder.h>

#endif
