/* SPDX-License-Identifier: MIT */
/*
 * lcm.h - the least common multiple
 */
#ifndef PFMALLOC_LINUX_LCM_H
#define PFMALLOC_LINUX_LCM_H

#include <linux/gcd.h>

/* 0 if one of them is. */
static inline unsigned long lcm(unsigned long a, unsigned long b)
{
	return a && b ? a / gcd(a, b) * b : 0;
}

/* The other one if one of them is 0. */
static inline unsigned long lcm_not_zero(unsigned long a, unsigned long b)
{
	unsigned long multiple = lcm(a, b);

	return multiple ? multiple : b ? b : a;
}

#endif
