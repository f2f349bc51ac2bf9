/* SPDX-License-Identifier: MIT */
/*
 * stringify.h - __stringify(), the text of an expanded macro
 */
#ifndef PFMALLOC_LINUX_STRINGIFY_H
#define PFMALLOC_LINUX_STRINGIFY_H

#include <linux/compiler.h>

#define FILE_LINE __FILE__ ":" __stringify(__LINE__)

#endif
