/* SPDX-License-Identifier: MIT */
/*
 * count.h - between count.c and its parts in C++ and in the kernel's C
 */
#ifndef BENCH_MICRO_COUNT_H
#define BENCH_MICRO_COUNT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct operation {
	const char *name;
	void (*run)(size_t size, unsigned long n);
	size_t size;
};

/* Up to one without a name: a program that is linked with them has these, too. */
extern const struct operation more_operations[] __attribute__((weak));

/* @n times @operation; what is executed in here is counted. */
void counted_operations(const struct operation *operation, unsigned long n);

/* @n objects by the language's own new and delete, one after the other. */
void new_delete(unsigned long n);

#ifdef __cplusplus
}
#endif

#endif
