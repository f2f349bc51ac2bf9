/* SPDX-License-Identifier: MIT */
/*
 * malloc.c - malloc, calloc, free, and what they owe the C standard
 *
 * Failure sets errno to ENOMEM.  Success, and free() always, leave errno as it
 * was: the layers below never touch it (os/memory.c).
 */
#include <config.h>

#include "malloc/malloc.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "os/os.h"
#include "os/report.h"

static void *no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

void *malloc_slow(size_t size)
{
	void *p;

	if (unlikely(report_is_dying()))
		return last_words_slow(size);
	if (unlikely(size > PTRDIFF_MAX))
		return no_memory();
	p = kmem_alloc_slow(size);
	return likely(p) ? p : no_memory();
}

void *pf_malloc(size_t size)
{
	return malloc_fast(size);
}

/* From here on it pays to look for what nobody has touched. */
#define SPARSE_MIN KIB(512)

/* Zeroed memory above the slabs' sizes: the OS may have zeroed it already. */
static pf_noinline void *calloc_large(size_t size)
{
	bool is_zero = true;
	void *p;

	if (unlikely(report_is_dying()))
		return last_words_alloc(size);
	if (unlikely(size > PTRDIFF_MAX))
		return no_memory();
	p = kmem_alloc_large(size, PAGE_SIZE, &is_zero);
	if (unlikely(!p))
		return no_memory();
	if (is_zero)
		return p;
	if (size < SPARSE_MIN)
		return memset(p, 0, size);
	os_zero(p, size);
	return p;
}

void *pf_calloc(size_t nr, size_t size)
{
	size_t bytes;
	void *p;

	if (unlikely(__builtin_mul_overflow(nr, size, &bytes)))
		return no_memory();
	if (unlikely(bytes > KMALLOC_MAX_CACHE_SIZE))
		return calloc_large(bytes);
	p = malloc_fast(bytes);
	return likely(p) ? memset(p, 0, bytes) : NULL;
}

void free_slow(void *p)
{
	enum kmem_status status;
	void *culprit;

	if (unlikely(report_is_dying()) || kmem_free_block(p))
		return;
	status = kmem_free_slow(p, &culprit);
	if (likely(status == KMEM_OK))
		return;
	if (status == KMEM_FOREIGN)
		foreign_free(p);
	else
		report_bad_pointer("free", culprit, status);
}

void pf_free(void *p)
{
	free_fast(p);
}

size_t pf_usable_size(const void *p)
{
	enum kmem_status status;
	size_t size;

	if (!p)
		return 0;
	status = kmem_usable_size(p, &size);
	if (likely(status == KMEM_OK))
		return size;
	if (status == KMEM_FOREIGN)
		return foreign_usable_size((void *)p);
	report_bad_pointer("malloc_usable_size", p, status);
}

size_t pf_good_size(size_t size)
{
	return kmem_good_size(size);
}

size_t pf_trim(void)
{
	enum kmem_status status;
	void *culprit;
	size_t bytes = kmem_trim(&status, &culprit);

	if (unlikely(status != KMEM_OK))
		report_bad_pointer("free", culprit, status);
	return bytes;
}

bool pf_check(void)
{
	struct check_report report = {0};

	kmem_init();
	if (kmem_check(&report))
		return true;
	report_line("pf_check: %s does not hold for %p, in %s() at line %u; "
		    "%u facts in all",
		    report.first, (void *)report.subject, report.function,
		    report.line, report.nr_failed);
	return false;
}

const char *pf_version(void)
{
	return PACKAGE_VERSION;
}
