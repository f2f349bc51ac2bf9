/* SPDX-License-Identifier: MIT */
/*
 * linux/io.h - port I/O under the kernel's names
 */
#ifndef PFMALLOC_LINUX_IO_H
#define PFMALLOC_LINUX_IO_H

#include <linux/types.h>

#include "../asm/io.h"

#endif
