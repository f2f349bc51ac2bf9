/* SPDX-License-Identifier: MIT */
/*
 * gcd.h - the greatest common divisor
 */
#ifndef PFMALLOC_LINUX_GCD_H
#define PFMALLOC_LINUX_GCD_H

#include <linux/compiler.h>

static inline unsigned long __attribute_const__ gcd(unsigned long a,
						    unsigned long b)
{
	while (b) {
		unsigned long rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

#endif
