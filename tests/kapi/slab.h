/* SPDX-License-Identifier: MIT */
/*
 * slab.h - what the tests of objects and areas share
 *
 * They are written against the kernel's headers, as a client is, and linked
 * with the library as ordinary code; malloc is libc's.
 */
#ifndef KAPI_SLAB_H
#define KAPI_SLAB_H

#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abort.h"
#include "process.h"
#include "tap.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STEPS(n) ((n) / 8)
#else
#define STEPS(n) (n)
#endif

/* A child ends well and says @sentence on stderr. */
static inline bool expect_said(void (*function)(void *arg), void *arg,
			       const char *sentence)
{
	struct ending ending;

	child_ending(&ending, 60, function, arg);
	return EXPECT_EQ(ending.signal, 0) & EXPECT_EQ(ending.status, 0) &
	       EXPECT_STR_HAS(ending.text, sentence);
}

static inline void set_conf(void *conf)
{
	setenv("PFMALLOC_CONF", conf, 1);
}

/*
 * Options are read once in a process: true in a new one with this PFMALLOC_CONF,
 * which runs the test @name alone, and whose success is expected here.
 */
static inline bool has_conf(const char *conf, const char *name)
{
	static struct outcome outcome;
	const char *now = getenv("PFMALLOC_CONF");
	char self[] = "/proc/self/exe", test[128];
	char *argv[] = {self, test, NULL};

	if (now && !strcmp(now, conf))
		return true;
	snprintf(test, sizeof(test), "%s", name);
	program_run(&outcome, 120, argv, set_conf, (void *)(unsigned long)conf);
	expect_success(&outcome, name);
	EXPECT_STR_EQ(outcome.err, "");
	return false;
}

#define WITH_CONF(conf, name)               \
	do {                                \
		if (!has_conf(conf, #name)) \
			return;             \
	} while (0)

/* All @len bytes at @p are @byte. */
static inline bool is_all(const void *p, int byte, size_t len)
{
	return memchr_inv(p, byte, len) == NULL;
}

static inline bool is_aligned(const void *p, size_t align)
{
	return (unsigned long)p % align == 0;
}

#endif
