/* SPDX-License-Identifier: MIT */
/*
 * loader.h - names of other libraries, looked up when they are needed
 *
 * The library needs libc and nothing else; what more it can use is found here.
 * In a static program there is no loader to ask, and every answer is NULL.  Not
 * for hot paths, nor under a lock: the loader has locks of its own.
 */
#ifndef PF_OS_LOADER_H
#define PF_OS_LOADER_H

#include "base/types.h"

/* @symbol of @library, which is opened unless @only_if_loaded; or NULL. */
void *loader_find(const char *library, bool only_if_loaded, const char *symbol);

/* What @symbol would be if this library did not define it; or NULL. */
void *loader_find_next(const char *symbol);

struct loader_place {
	const char *object; /* path of the file, or NULL */
	const char *symbol; /* name before the address, or NULL */
	size_t offset;	    /* from the symbol, or else from the object */
};

/* Where @address lies. */
void loader_place(void *address, struct loader_place *place);

#endif
