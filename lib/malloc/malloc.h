/* SPDX-License-Identifier: MIT */
/*
 * malloc.h - the C rules: errno, size 0, alignment, overflow, realloc
 *
 * The functions behind the names that lib/preload/ exports, under names that
 * collide with nothing, so that unit tests can link them beside libc's.
 */
#ifndef PF_MALLOC_MALLOC_H
#define PF_MALLOC_MALLOC_H

#include <stdio.h>

#include "kmem/kmem.h"
#include "pfmalloc/pfmalloc.h"

/* kmem_alloc_slow() with errno set when there is no memory. */
void *malloc_slow(size_t size);

/* What kmem_free() did not take: frees it, forwards it, or reports it. */
void free_slow(void *p);

static __always_inline void *malloc_fast(size_t size)
{
	return kmem_alloc(size, malloc_slow);
}

static __always_inline void free_fast(void *p)
{
	if (unlikely(!kmem_free(p)))
		free_slow(p);
}

/* As memalign(3) of glibc: an @align that is no power of two is rounded up. */
void *malloc_memalign(size_t align, size_t size);

/* 0, EINVAL or ENOMEM; errno is not touched. */
int malloc_posix_memalign(void **p, size_t align, size_t size);

/* No errno and no check: @align is a power of two. */
void *malloc_aligned(size_t align, size_t size);

void *malloc_valloc(size_t size);
void *malloc_pvalloc(size_t size);

/* What glibc's structs and texts want to know (info.c). */
struct mallinfo;
struct mallinfo2;
void malloc_fill_mallinfo2(struct mallinfo2 *info);
void malloc_print_stats(void);
int malloc_print_info(int options, FILE *out);
int malloc_set_option(int param, int value);

/* foreign.c: a pointer that is not ours, to the allocator it came from. */
void foreign_free(void *p);
void *foreign_realloc(void *p, size_t size);
size_t foreign_usable_size(void *p);

/* badptr.c: one sentence with the facts, the call stack, SIGABRT. */
_Noreturn void report_bad_pointer(const char *operation, const void *p,
				  enum kmem_status status);

/* last_words.c: memory for a thread that is in report_abort(). */
void *last_words_alloc(size_t size);
void *last_words_slow(size_t size); /* after kmem_alloc()'s hot path */
void *last_words_realloc(void *p, size_t size);

#endif
