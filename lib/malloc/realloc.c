/* SPDX-License-Identifier: MIT */
/*
 * realloc.c - a new size, in place where it can be had
 *
 * In place: anything that fits and uses half of the object at least; a page
 * block whose neighbour frames are free.  A vmap area, and a page block of 256
 * KiB or more, grows by mapping more or by moving its pages.  Only what is left
 * is copied.
 */
#include <errno.h>
#include <string.h>

#include "malloc/malloc.h"
#include "os/report.h"

static void *move(void *p, size_t old_size, size_t size)
{
	void *new = malloc_fast(size);

	if (unlikely(!new))
		return NULL;
	memcpy(new, p, min_size(old_size, size));
	free_fast(p);
	return new;
}

static void *grow(void *p, size_t old_size, size_t size)
{
	void *same;

	if (unlikely(size > PTRDIFF_MAX)) {
		errno = ENOMEM;
		return NULL;
	}
	same = kmem_resize(p, size);
	return same ? same : move(p, old_size, size);
}

static void *shrink(void *p, size_t old_size, size_t size)
{
	int saved = errno;
	void *moved;

	if (size > KMALLOC_MAX_CACHE_SIZE) {
		void *same = kmem_resize(p, size);

		if (same)
			return same;
	}
	/* Shrinking cannot fail: without memory to move to, it stays. */
	moved = kmem_good_size(size) < old_size ? move(p, old_size, size) : p;
	if (moved)
		return moved;
	errno = saved;
	return p;
}

static pf_noinline void *realloc_slow(void *p, size_t size)
{
	enum kmem_status status;
	size_t old_size;

	if (unlikely(report_is_dying()))
		return last_words_realloc(p, size);
	status = kmem_usable_size(p, &old_size);
	if (unlikely(status == KMEM_FOREIGN))
		return foreign_realloc(p, size);
	if (unlikely(status != KMEM_OK))
		report_bad_pointer("realloc", p, status);
	if (size == 0) {
		free_fast(p);
		return NULL;
	}
	return size > old_size ? grow(p, old_size, size)
			       : shrink(p, old_size, size);
}

void *pf_realloc(void *p, size_t size)
{
	size_t old_size;

	if (!p)
		return malloc_fast(size);
	old_size = kmem_small_size(p);
	if (likely(old_size && size)) {
		if (size > old_size)
			return move(p, old_size, size);
		if (size >= old_size / 2)
			return p;
	}
	return realloc_slow(p, size);
}

void *pf_reallocarray(void *p, size_t nr, size_t size)
{
	size_t bytes;

	if (unlikely(__builtin_mul_overflow(nr, size, &bytes))) {
		errno = ENOMEM;
		return NULL;
	}
	return pf_realloc(p, bytes);
}
