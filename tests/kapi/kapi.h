/* SPDX-License-Identifier: MIT */
/*
 * kapi.h - what the tests of the kernel's allocators share
 */
#ifndef KAPI_KAPI_H
#define KAPI_KAPI_H

#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>

#include <pfmalloc/pfmalloc.h>

#include "abort.h"
#include "kenv.h"

/* A child whose library has not begun, with that configuration. */
struct configured {
	const char *conf;
	void (*function)(void);
};

static inline void run_configured(void *arg)
{
	const struct configured *configured = arg;

	setenv("PFMALLOC_CONF", configured->conf, 1);
	configured->function();
	EXPECT(pf_pages_check());
	EXPECT(pf_check());
}

static inline bool with_conf(const char *conf, void (*function)(void))
{
	struct configured configured = {conf, function};

	return EXPECT(child_run(200, run_configured, &configured));
}

/* The library is the process's own after this: not for tests with children. */
static inline bool is_well(void)
{
	return EXPECT(pf_pages_check()) && EXPECT(pf_check());
}

/* Each 64-bit word of a frame says which frame and which word it is. */
static inline void fill_frame(void *addr, u64 name)
{
	u64 *words = addr;
	size_t i;

	for (i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		words[i] = name * 0x9e3779b97f4a7c15ULL + i;
}

static inline bool frame_is(const void *addr, u64 name)
{
	const u64 *words = addr;
	size_t i;

	for (i = 0; i < PAGE_SIZE / sizeof(u64); i++) {
		if (words[i] != name * 0x9e3779b97f4a7c15ULL + i)
			return false;
	}
	return true;
}

static inline bool is_zero(const void *addr, size_t bytes)
{
	const char *p = addr;

	return !bytes || (!p[0] && memcmp(p, p + 1, bytes - 1) == 0);
}

#endif
