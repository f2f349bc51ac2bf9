/* SPDX-License-Identifier: MIT */
/*
 * early-guest.c - a library that is preloaded beside the malloc under test
 *
 * Its constructor and destructor use malloc: before and after those of the
 * malloc under test, depending on the order in LD_PRELOAD.
 */
#include <stdlib.h>
#include <string.h>

static void *from_the_constructor;

__attribute__((constructor)) static void begin(void)
{
	void *p = calloc(100, 100);

	from_the_constructor = malloc(1000);
	memset(from_the_constructor, 1, 1000);
	free(p);
}

__attribute__((destructor)) static void end(void)
{
	free(realloc(from_the_constructor, 100000));
}
