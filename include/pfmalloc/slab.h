/* SPDX-License-Identifier: MIT */
/*
 * slab.h - objects for code that was written for the Linux kernel
 *
 * <pfmalloc/linux/slab.h> has the kernel's names for all this: kmalloc() is
 * pf_kmalloc(), kmem_cache_alloc() is pf_kmem_cache_alloc().  Programs that
 * want both this and their own kmalloc() use the names below.
 *
 * Every allocation takes flags, see <pfmalloc/linux/gfp_types.h>.  With
 * GFP_KERNEL it may sleep and call the system.  With GFP_NOWAIT and GFP_ATOMIC
 * it does not; then it may be called in a signal handler that has interrupted
 * malloc(), free() or any call of this file at any instruction, and it takes
 * what there is: objects and frames that earlier calls have put aside.  A call
 * that frees is as safe, whatever the object was allocated with.
 *
 * Objects are aligned to 8 bytes, and to their size where that is a power of
 * two.  A pointer that is no live object of these calls ends the process with
 * a sentence.  errno is never changed.  pfmalloc-kmem(3) tells more.
 */
#ifndef PFMALLOC_SLAB_H
#define PFMALLOC_SLAB_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "../pfmalloc/linux/gfp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* What kmalloc(0) returns: no memory, and not NULL. */
#define PF_ZERO_SIZE_PTR ((void *)16)
/* NULL or that one. */
#define PF_IS_ZERO_OR_NULL(p) ((unsigned long)(p) <= 16)

/* Up to here an object comes from a cache, above it is a block of pages. */
#define PF_KMALLOC_MAX_CACHE_SIZE 8192UL
/* What is larger cannot be had. */
#define PF_KMALLOC_MAX_SIZE (4UL << 20)

/* ------------------------------------------------------------------------
 * Memory of any size
 * ------------------------------------------------------------------------ */

/**
 * pf_kmalloc - memory for one object
 * @size: bytes; 0 gives PF_ZERO_SIZE_PTR
 * @gfp: __GFP_ZERO, __GFP_DMA, __GFP_RECLAIMABLE, __GFP_ACCOUNT choose what
 *	it is; __GFP_HIGHMEM is refused with a warning and ignored
 *
 * Return: an address; or NULL when there is no memory, or @size is larger than
 * PF_KMALLOC_MAX_SIZE, which is warned of but with __GFP_NOWARN.
 */
void *pf_kmalloc(size_t size, gfp_t gfp);

/* For @nr objects of @size bytes each; NULL where that overflows. */
void *pf_kmalloc_array(size_t nr, size_t size, gfp_t gfp);

/**
 * pf_krealloc - change an object's size
 * @p: object, NULL or PF_ZERO_SIZE_PTR for a new one
 * @size: bytes; 0 frees @p and gives PF_ZERO_SIZE_PTR
 *
 * The object stays where it is as long as it is large enough, and never
 * becomes smaller than it was.  With __GFP_ZERO, which it must have had from
 * the beginning, what was not asked for before reads as zeros.  Return: NULL
 * when there is no memory; @p is as it was then.
 */
void *pf_krealloc(const void *p, size_t size, gfp_t gfp);
void *pf_krealloc_array(void *p, size_t nr, size_t size, gfp_t gfp);

/**
 * pf_kfree - give an object back
 * @p: of pf_kmalloc() or of any kmem_cache; NULL and PF_ZERO_SIZE_PTR are
 *	nothing
 *
 * Safe anywhere, in any signal handler too.
 */
void pf_kfree(const void *p);

/* The same, after its bytes were overwritten with zeros. */
void pf_kfree_sensitive(const void *p);

/* Bytes that the object has; 0 for NULL and PF_ZERO_SIZE_PTR. */
size_t pf_ksize(const void *p);

/* Bytes that an object for @size bytes would have; 0 for 0, SIZE_MAX for
 * SIZE_MAX. */
size_t pf_kmalloc_size_roundup(size_t size);

/* Copies, with a NUL behind it in the second; NULL for NULL. */
void *pf_kmemdup(const void *from, size_t len, gfp_t gfp);
char *pf_kmemdup_nul(const char *from, size_t len, gfp_t gfp);
char *pf_kstrdup(const char *text, gfp_t gfp);
char *pf_kstrndup(const char *text, size_t max, gfp_t gfp);

/* A new string by a format of the kernel's. */
char *pf_kasprintf(gfp_t gfp, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *pf_kvasprintf(gfp_t gfp, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/**
 * pf_kvmalloc - memory of any size, from pages side by side or not
 * @size: bytes, at most INT_MAX
 *
 * First as pf_kmalloc(); what is larger than a page and cannot be had so, as
 * pf_vmalloc(), where @gfp lets it sleep.  Freed by pf_kvfree().
 */
void *pf_kvmalloc(size_t size, gfp_t gfp);
void *pf_kvmalloc_array(size_t nr, size_t size, gfp_t gfp);
void *pf_kvrealloc(const void *p, size_t size, gfp_t gfp);
/* Up to Linux 6.11: the caller says what it had, and it never shrinks. */
void *pf_kvrealloc_old(const void *p, size_t old_size, size_t size, gfp_t gfp);
void pf_kvfree(const void *p);
void pf_kvfree_sensitive(const void *p, size_t len);

/* ------------------------------------------------------------------------
 * Caches: objects of one kind
 * ------------------------------------------------------------------------ */

#define PF_SLAB_HWCACHE_ALIGN	0x00002000u
#define PF_SLAB_CACHE_DMA	0x00004000u
#define PF_SLAB_CACHE_DMA32	0x00008000u
#define PF_SLAB_RECLAIM_ACCOUNT 0x00020000u
#define PF_SLAB_PANIC		0x00040000u
#define PF_SLAB_TYPESAFE_BY_RCU 0x00080000u
#define PF_SLAB_NO_MERGE	0x01000000u
#define PF_SLAB_ACCOUNT		0x04000000u
/* Known, and without effect here. */
#define PF_SLAB_IGNORED 0x1ab11d00u

struct kmem_cache;
struct pf_slab_sheaf;

/**
 * pf_kmem_cache_create - a cache of objects of one size
 * @name: for reports; copied; without blanks
 * @size: bytes of an object, 1..PF_KMALLOC_MAX_SIZE
 * @align: a power of two, or 0 for 8
 * @flags: PF_SLAB_...
 * @ctor: called once for each object when its memory is new, not when it is
 *	allocated: a client gives it back as the constructor left it; or NULL
 *
 * May return an older cache whose objects are of the same kind: option
 * slab_nomerge.  May sleep.  Return: NULL with a warning where an argument is
 * wrong, or there is no memory; with PF_SLAB_PANIC the process ends then.
 */
struct kmem_cache *pf_kmem_cache_create(const char *name, unsigned int size,
					unsigned int align, unsigned int flags,
					void (*ctor)(void *object));

/* What a cache may have beside a name, a size and flags: all zeros are the
 * defaults. */
struct kmem_cache_args {
	unsigned int align;
	/* What of an object may be copied to user space; all of it may, here,
	 * but a cache with such a region is not merged with others. */
	unsigned int useroffset;
	unsigned int usersize;
	/* Where a link may lie in a free object.  There is none here. */
	unsigned int freeptr_offset;
	bool use_freeptr_offset;
	void (*ctor)(void *object);
	/* Objects that a thread keeps at most, 1..127; 0 for what 16 KiB are,
	 * but at least 2 and at most 63. */
	unsigned int sheaf_capacity;
};

/**
 * pf_kmem_cache_create_args - the same with all that a cache may have
 * @args: NULL for the defaults
 *
 * A region for user space that is not within the object is ignored with a
 * warning.  A place for a link is for caches with a constructor or
 * PF_SLAB_TYPESAFE_BY_RCU, and must be a pointer's; else the call fails.  A
 * larger sheaf_capacity counts as 127.
 */
struct kmem_cache *pf_kmem_cache_create_args(const char *name,
					     unsigned int size,
					     const struct kmem_cache_args *args,
					     unsigned int flags);

/**
 * pf_kmem_cache_destroy - the end of a cache; NULL is nothing
 *
 * All of its objects must have been freed; where some were not, or that cannot
 * be known because another thread's fork lasts for seconds, a sentence says so
 * and the cache stays as it is.  Waits for readers of a cache with
 * PF_SLAB_TYPESAFE_BY_RCU.  May sleep.
 */
void pf_kmem_cache_destroy(struct kmem_cache *s);

/* Gives back what the cache holds without objects; 0 if that was all, else 1.
 * Empties the arrays of all threads.  May sleep.  pf_trim() does it for all
 * caches; those with PF_SLAB_TYPESAFE_BY_RCU keep 64 KiB of slabs then. */
int pf_kmem_cache_shrink(struct kmem_cache *s);

/* Bytes of an object, as it was asked for. */
unsigned int pf_kmem_cache_size(const struct kmem_cache *s);

void *pf_kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp);

/* Safe anywhere.  NULL is nothing; an object of another cache is warned of, and
 * goes to its own. */
void pf_kmem_cache_free(struct kmem_cache *s, void *object);

/* All @nr objects, or none: the number. */
unsigned int pf_kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t gfp,
				      size_t nr, void **objects);
/* @s is NULL where they are of several caches, or of pf_kmalloc(). */
void pf_kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **objects);

/**
 * pf_kmem_cache_prefill_sheaf - objects put aside, for who must not fail later
 * @size: how many at least
 *
 * pf_kmem_cache_alloc_from_sheaf() takes from it and from nowhere else, and
 * cannot fail before it is empty.  One thread uses a sheaf at a time.  Return:
 * NULL where there is no memory.
 */
struct pf_slab_sheaf *pf_kmem_cache_prefill_sheaf(struct kmem_cache *s,
						  gfp_t gfp, unsigned int size);
void *pf_kmem_cache_alloc_from_sheaf(struct kmem_cache *s, gfp_t gfp,
				     struct pf_slab_sheaf *sheaf);
/* 0, or -ENOMEM with the sheaf as it was. */
int pf_kmem_cache_refill_sheaf(struct kmem_cache *s, gfp_t gfp,
			       struct pf_slab_sheaf **sheaf, unsigned int size);
void pf_kmem_cache_return_sheaf(struct kmem_cache *s, gfp_t gfp,
				struct pf_slab_sheaf *sheaf);
unsigned int pf_kmem_cache_sheaf_size(const struct pf_slab_sheaf *sheaf);

/* What @p is, in one line on stderr: for reports of a client's own. */
bool pf_kmem_dump_obj(void *p);

/* Which version of the caches' invariants does not hold: none, if true.  The
 * other threads must be quiet. */
bool pf_kmem_check(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
