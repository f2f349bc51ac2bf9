/* SPDX-License-Identifier: MIT */
/*
 * preload.c - starting a test program again on the malloc under test
 *
 * ld.so only warns about a library that it cannot preload, and the test would
 * then pass or fail on libc's malloc.  So the second start looks up who serves
 * malloc and compares the file with PF_PRELOAD.
 */
#define PRELOAD_WITHOUT_START /* not by being linked: by the include */
#include "preload.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_under_test;

static void bail_out(const char *what, const char *name)
{
	printf("Bail out! %s %s\n", what, name);
	fflush(stdout);
	_exit(99);
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat stat_a;
	struct stat stat_b;

	if (stat(a, &stat_a) || stat(b, &stat_b))
		return false;
	return stat_a.st_dev == stat_b.st_dev && stat_a.st_ino == stat_b.st_ino;
}

/* LD_PRELOAD of the caller (another preloaded library, say) stays. */
static void preload_add(const char *library)
{
	const char *others = getenv("LD_PRELOAD");
	char value[8192];

	snprintf(value, sizeof(value), "%s%s%s", library, others ? ":" : "",
		 others ? others : "");
	setenv("LD_PRELOAD", value, 1);
}

void preload_start_again(char **argv)
{
	const char *library = getenv("PF_PRELOAD");
	const char *preloaded = getenv("LD_PRELOAD");
	int saved_errno = errno;
	Dl_info info;

	if (!library || !*library)
		return;

	if (!preloaded || !strstr(preloaded, library)) {
		preload_add(library);
		execv("/proc/self/exe", argv);
		bail_out("cannot start again under", library);
	}

	if (!dladdr(dlsym(RTLD_DEFAULT, "malloc"), &info) ||
	    !is_same_file(info.dli_fname, library))
		bail_out("malloc does not come from", library);
	is_under_test = true;
	errno = saved_errno;
}

bool on_pfmalloc(void)
{
	return is_under_test;
}
