/* SPDX-License-Identifier: MIT */
/*
 * foreign.c - pointers that are not ours
 *
 * They come from libc's own malloc: memory from before we were there, from
 * libraries that were opened with RTLD_DEEPBIND, from code that calls libc's
 * functions by their internal names.  So they go to the next malloc in link
 * order.  Looking for that is safe here: the dynamic loader allocates only for
 * error messages, and this is no hot path.
 */
#include "malloc/malloc.h"
#include "os/conf.h"
#include "os/loader.h"

static void *next(const char *name, const char *operation, void *p)
{
	void *function = NULL;

	if (pf_conf.foreign == FOREIGN_FORWARD && !kmem_is_clients_area(p))
		function = loader_find_next(name);
	if (!function)
		report_bad_pointer(operation, p, KMEM_FOREIGN);
	if (kmem_far_page(p))
		report_bad_pointer(operation, p, KMEM_CLIENT_PAGE);
	return function;
}

void foreign_free(void *p)
{
	((void (*)(void *))next("free", "free", p))(p);
}

void *foreign_realloc(void *p, size_t size)
{
	return ((void *(*)(void *, size_t))next("realloc", "realloc", p))(p,
									  size);
}

size_t foreign_usable_size(void *p)
{
	return ((size_t(*)(void *))next("malloc_usable_size",
					"malloc_usable_size", p))(p);
}
