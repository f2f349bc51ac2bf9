/* SPDX-License-Identifier: MIT */
/*
 * time.h - libc's struct timespec, and the kernel's
 */
#ifndef PFMALLOC_LINUX_TIME_H
#define PFMALLOC_LINUX_TIME_H

#include <linux/time64.h>

#include <time.h>

#endif
