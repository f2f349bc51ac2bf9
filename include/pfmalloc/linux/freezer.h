/* SPDX-License-Identifier: MIT */
/*
 * freezer.h - a process is not frozen
 */
#ifndef PFMALLOC_LINUX_FREEZER_H
#define PFMALLOC_LINUX_FREEZER_H

#include <linux/types.h>

static inline bool try_to_freeze(void)
{
	return false;
}

static inline void set_freezable(void)
{
}

#endif
