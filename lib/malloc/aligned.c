/* SPDX-License-Identifier: MIT */
/*
 * aligned.c - memory at multiples of a power of two
 *
 * An object of a slab lies at a multiple of its size from a page boundary, so
 * up to a page's alignment the first class whose size is a multiple of the
 * alignment will do: 100 bytes at 64 come from kmalloc-128.  Above, page blocks
 * are aligned to their order, and vmap areas to 4 MiB or what is asked for.
 */
#include <errno.h>

#include "base/bits.h"
#include "malloc/malloc.h"
#include "os/os.h"
#include "os/report.h"

/* What to ask malloc for, for an object of @size at @align; or 0. */
static size_t slab_size_for(size_t align, size_t size)
{
	unsigned int class;

	size = max_size(size, align);
	if (align > PAGE_SIZE || size > KMALLOC_MAX_CACHE_SIZE)
		return 0;
	for (class = size_to_class(size); class < NR_CLASSES; class ++) {
		if (class_size(class) % align == 0)
			return class_size(class);
	}
	return 0;
}

void *malloc_aligned(size_t align, size_t size)
{
	size_t slab_size;
	bool is_zero = false;

	if (unlikely(report_is_dying()))
		return last_words_alloc(size);
	if (unlikely(size > PTRDIFF_MAX || align > PTRDIFF_MAX))
		return NULL;
	slab_size = slab_size_for(align, size);
	if (slab_size)
		return kmem_alloc(slab_size, kmem_alloc_slow);
	return kmem_alloc_large(size, align, &is_zero);
}

static void *aligned_or_errno(size_t align, size_t size)
{
	void *p = malloc_aligned(align, size);

	if (unlikely(!p))
		errno = ENOMEM;
	return p;
}

void *pf_aligned_alloc(size_t align, size_t size)
{
	if (unlikely(!is_power_of_two(align))) {
		errno = EINVAL;
		return NULL;
	}
	return aligned_or_errno(align, size);
}

void *malloc_memalign(size_t align, size_t size)
{
	if (unlikely(align > SIZE_MAX / 2 + 1)) {
		errno = EINVAL;
		return NULL;
	}
	return aligned_or_errno(roundup_pow_of_two(align), size);
}

int malloc_posix_memalign(void **p, size_t align, size_t size)
{
	void *result;

	if (!is_power_of_two(align) || align % sizeof(void *))
		return EINVAL;
	result = malloc_aligned(align, size);
	if (!result)
		return ENOMEM;
	*p = result;
	return 0;
}

void *malloc_valloc(size_t size)
{
	return aligned_or_errno(os_page_size(), size);
}

void *malloc_pvalloc(size_t size)
{
	size_t page_size = os_page_size();

	if (unlikely(size > PTRDIFF_MAX - page_size)) {
		errno = ENOMEM;
		return NULL;
	}
	size = align_up(size, page_size);
	return aligned_or_errno(page_size, size ? size : page_size);
}
