/* SPDX-License-Identifier: MIT */
/*
 * unit.h - what the unit tests share
 *
 * A unit test is linked with the layers below lib/preload as ordinary code and
 * with all of their self-checks (PF_CHECKS); libc serves the test itself.  The
 * library's state is the process's: a test that wants it fresh, or that shall
 * die, runs in a forked child.
 */
#ifndef UNIT_H
#define UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abort.h"
#include "base/check.h"
#include "process.h"
#include "tap.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#else
#define IS_SANITIZED 0
#endif

/* Under ThreadSanitizer a child of many threads cannot start one: "dup thread with used id". */
#ifdef __SANITIZE_THREAD__
#define CHILDREN_HAVE_THREADS 0
#else
#define CHILDREN_HAVE_THREADS 1
#endif

/* Slower builds do a fraction of the random steps. */
#define STEPS(n) (IS_SANITIZED ? (n) / 8 : (n))

/* A number from 0 to @n - 1, from the test's random numbers. */
static inline size_t random_below(size_t n)
{
	return (size_t)(tap_random() % n);
}

static inline size_t random_between(size_t low, size_t high)
{
	return low + random_below(high - low + 1);
}

/* Small numbers more often than large ones: all magnitudes alike. */
static inline size_t random_magnitude(size_t max)
{
	size_t bits = 1;

	while (max >> bits)
		bits++;
	bits = (size_t)1 << random_between(1, bits);
	return 1 + random_below(bits < max ? bits : max);
}

/* A walk over invariants as an expectation that names the false fact. */
bool expect_clean(const struct check_report *report, const char *what);

/* Frames of [@addr, @addr + @bytes) that memory is behind. */
size_t resident_pages(const void *addr, size_t bytes);

/* Whether something is mapped at @addr. */
bool is_mapped(const void *addr);

#endif
