/* SPDX-License-Identifier: MIT */
/*
 * ctype.h - kinds of characters: libc's, in the C locale those of ASCII
 */
#ifndef PFMALLOC_LINUX_CTYPE_H
#define PFMALLOC_LINUX_CTYPE_H

#include <ctype.h>

static inline int isodigit(int c)
{
	return c >= '0' && c <= '7';
}

#endif
