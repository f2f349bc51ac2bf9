/* SPDX-License-Identifier: MIT */
/*
 * last_words.c - memory for a thread that is about to abort
 *
 * A report opens libunwind, and the loader allocates.  It gets pieces of this
 * array, one behind the other, and nothing is ever freed: the heap was just
 * found to be damaged, and its locks may be held by threads that wait for us.
 */
#include <string.h>

#include "malloc/malloc.h"

#define ARENA_BYTES KIB(512)

static char arena[ARENA_BYTES] pf_last __attribute__((aligned(16)));
static size_t used;

void *last_words_alloc(size_t size)
{
	size_t bytes, start;

	if (size > ARENA_BYTES)
		return NULL;
	bytes = align_up(size, 16) + 16;
	start = __atomic_fetch_add(&used, bytes, __ATOMIC_RELAXED);
	if (start + bytes > ARENA_BYTES)
		return NULL;
	*(size_t *)(arena + start) = size;
	return arena + start + 16;
}

void *last_words_slow(size_t size)
{
	kmem_alloc_undo(size);
	return last_words_alloc(size);
}

void *last_words_realloc(void *p, size_t size)
{
	void *new = last_words_alloc(size);
	size_t old_size;

	if ((char *)p >= arena && (char *)p < arena + ARENA_BYTES)
		old_size = *(size_t *)((char *)p - 16);
	else if (kmem_usable_size(p, &old_size) != KMEM_OK)
		return NULL;
	if (new)
		memcpy(new, p, min_size(old_size, size));
	return new;
}
