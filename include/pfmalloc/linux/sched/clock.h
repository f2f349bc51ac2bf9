/* SPDX-License-Identifier: MIT */
/*
 * clock.h - see <linux/timekeeping.h>
 */
#ifndef PFMALLOC_LINUX_SCHED_CLOCK_H
#define PFMALLOC_LINUX_SCHED_CLOCK_H

#include <linux/timekeeping.h>

#endif
