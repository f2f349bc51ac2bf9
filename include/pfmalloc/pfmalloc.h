/* SPDX-License-Identifier: MIT */
/*
 * pfmalloc.h - the allocator under names of its own
 *
 * A program that preloads libpfmalloc, or links it, gets it as malloc() and
 * free() and needs nothing from here.  These calls are for what the C library
 * has no name for, and for programs that want two allocators side by side.
 *
 * Memory of pf_malloc() and of malloc() is the same when the library is the
 * process's malloc.  Unless said otherwise a call may sleep, is not for signal
 * handlers, and is safe from any number of threads.
 */
#ifndef PFMALLOC_PFMALLOC_H
#define PFMALLOC_PFMALLOC_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/**
 * pf_malloc - memory for one object
 * @size: bytes; 0 is served like 1
 *
 * Return: an address aligned to 16 bytes at least, and to @size where that is a
 * power of two up to 4 MiB; or NULL with errno ENOMEM.
 */
void *pf_malloc(size_t size);

/* The same for @nr objects of @size bytes each, and zeroed. */
void *pf_calloc(size_t nr, size_t size);

/**
 * pf_realloc - change the size of an object, keeping its content
 * @p: object, or NULL for a new one
 * @size: new size in bytes; 0 frees @p and returns NULL
 *
 * Return: the object's address, which may be a new one; or NULL with errno
 * ENOMEM, and @p is as it was.
 */
void *pf_realloc(void *p, size_t size);

/* The same for @nr objects of @size bytes each; ENOMEM if that overflows. */
void *pf_reallocarray(void *p, size_t nr, size_t size);

/**
 * pf_aligned_alloc - memory that starts at a multiple of @align
 * @align: power of two, else NULL with errno EINVAL
 * @size: bytes, any number
 */
void *pf_aligned_alloc(size_t align, size_t size);

/**
 * pf_free - give an object back
 * @p: object, or NULL: then nothing is done
 *
 * Keeps errno.  A pointer that is not the start of a live object ends the
 * process with a sentence that says what it is.
 */
void pf_free(void *p);

/* Bytes that the object at @p has, at least those asked for; 0 for NULL. */
size_t pf_usable_size(const void *p);

/* Bytes that an object for @size bytes would have; 0 if that cannot be had. */
size_t pf_good_size(size_t size);

/**
 * pf_trim - give all memory that is not in use back to the system
 *
 * The caches of all threads included, whatever those threads do meanwhile.
 * Return: bytes given back.
 */
size_t pf_trim(void);

/**
 * pf_check - walk all of the allocator's structures
 *
 * The other threads must not allocate or free meanwhile.  Return: true when
 * all is well; else one sentence on stderr says what is not.
 */
bool pf_check(void);

/* "1.2.3", static. */
const char *pf_version(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
