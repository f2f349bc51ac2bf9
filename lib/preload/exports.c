/* SPDX-License-Identifier: MIT */
/*
 * exports.c - libc's names
 *
 * The only file that defines them.  One object holds the whole family and
 * libc's internal aliases, so that a static link takes all of it from here and
 * none from libc.a.
 */
#include <malloc.h>
#include <stdlib.h>

#include "malloc/malloc.h"

/* Older and newer names that the headers of this system may not declare. */
void cfree(void *p);
void free_sized(void *p, size_t size);
void free_aligned_sized(void *p, size_t align, size_t size);
size_t malloc_good_size(size_t size);

pf_export void *malloc(size_t size)
{
	return malloc_fast(size);
}

pf_export void free(void *p)
{
	free_fast(p);
}

pf_export void *calloc(size_t nr, size_t size)
{
	return pf_calloc(nr, size);
}

pf_export void *realloc(void *p, size_t size)
{
	return pf_realloc(p, size);
}

pf_export void *reallocarray(void *p, size_t nr, size_t size)
{
	return pf_reallocarray(p, nr, size);
}

pf_export void *aligned_alloc(size_t align, size_t size)
{
	return pf_aligned_alloc(align, size);
}

pf_export int posix_memalign(void **p, size_t align, size_t size)
{
	return malloc_posix_memalign(p, align, size);
}

pf_export void *memalign(size_t align, size_t size)
{
	return malloc_memalign(align, size);
}

pf_export void *valloc(size_t size)
{
	return malloc_valloc(size);
}

pf_export void *pvalloc(size_t size)
{
	return malloc_pvalloc(size);
}

pf_export size_t malloc_usable_size(void *p)
{
	return pf_usable_size(p);
}

pf_export size_t malloc_good_size(size_t size)
{
	return pf_good_size(size);
}

/* The sizes are hints: what the object is, its frame's byte says. */
pf_export void free_sized(void *p, size_t size)
{
	(void)size;
	free_fast(p);
}

pf_export void free_aligned_sized(void *p, size_t align, size_t size)
{
	(void)align;
	(void)size;
	free_fast(p);
}

pf_export void cfree(void *p)
{
	free_fast(p);
}

pf_export int malloc_trim(size_t pad)
{
	(void)pad;
	return pf_trim() > 0;
}

pf_export int mallopt(int param, int value)
{
	return malloc_set_option(param, value);
}

pf_export struct mallinfo2 mallinfo2(void)
{
	struct mallinfo2 info;

	malloc_fill_mallinfo2(&info);
	return info;
}

/* The ints of the old struct wrap, as glibc's do. */
pf_export struct mallinfo mallinfo(void)
{
	struct mallinfo2 info;

	malloc_fill_mallinfo2(&info);
	return (struct mallinfo){
		.arena = (int)info.arena,
		.ordblks = (int)info.ordblks,
		.smblks = (int)info.smblks,
		.hblks = (int)info.hblks,
		.hblkhd = (int)info.hblkhd,
		.fsmblks = (int)info.fsmblks,
		.uordblks = (int)info.uordblks,
		.fordblks = (int)info.fordblks,
		.keepcost = (int)info.keepcost,
	};
}

pf_export void malloc_stats(void)
{
	malloc_print_stats();
}

pf_export int malloc_info(int options, FILE *out)
{
	return malloc_print_info(options, out);
}

/*
 * Names by which other members of libc.a call their malloc.  With all of them
 * here the linker has no reason to fetch libc's.
 */
#define ALIAS_OF(name) pf_export __attribute__((alias(#name), copy(name)))

void *__libc_malloc(size_t size) ALIAS_OF(malloc);
void __libc_free(void *p) ALIAS_OF(free);
void *__libc_calloc(size_t nr, size_t size) ALIAS_OF(calloc);
void *__libc_realloc(void *p, size_t size) ALIAS_OF(realloc);
void *__libc_memalign(size_t align, size_t size) ALIAS_OF(memalign);
void *__libc_valloc(size_t size) ALIAS_OF(valloc);
void *__libc_pvalloc(size_t size) ALIAS_OF(pvalloc);
void *__libc_reallocarray(void *p, size_t nr, size_t size)
	ALIAS_OF(reallocarray);
int __posix_memalign(void **p, size_t align, size_t size)
	ALIAS_OF(posix_memalign);
int __libc_mallopt(int param, int value) ALIAS_OF(mallopt);
