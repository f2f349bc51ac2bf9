/* SPDX-License-Identifier: MIT */
/*
 * slab.h - kmalloc() and kmem_caches
 *
 * <pfmalloc/slab.h> says what each call does; here are the kernel's names.
 */
#ifndef PFMALLOC_LINUX_SLAB_H
#define PFMALLOC_LINUX_SLAB_H

#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/version.h>

#include "../slab.h"

#define ZERO_SIZE_PTR	       PF_ZERO_SIZE_PTR
#define ZERO_OR_NULL_PTR(p)    PF_IS_ZERO_OR_NULL(p)
#define KMALLOC_MAX_CACHE_SIZE PF_KMALLOC_MAX_CACHE_SIZE
#define KMALLOC_MAX_SIZE       PF_KMALLOC_MAX_SIZE
#define KMALLOC_MAX_ORDER      10
#define KMALLOC_MIN_SIZE       8
#define KMALLOC_SHIFT_LOW      3
#define KMALLOC_SHIFT_HIGH     13
#define KMALLOC_SHIFT_MAX      22
#define ARCH_KMALLOC_MINALIGN  8
#define ARCH_SLAB_MINALIGN     8
#define SLAB_OBJ_MIN_SIZE      8

#define SLAB_CONSISTENCY_CHECKS ((slab_flags_t)0x00000100u)
#define SLAB_RED_ZONE		((slab_flags_t)0x00000400u)
#define SLAB_POISON		((slab_flags_t)0x00000800u)
#define SLAB_KMALLOC		((slab_flags_t)0x00001000u)
#define SLAB_HWCACHE_ALIGN	((slab_flags_t)PF_SLAB_HWCACHE_ALIGN)
#define SLAB_CACHE_DMA		((slab_flags_t)PF_SLAB_CACHE_DMA)
#define SLAB_CACHE_DMA32	((slab_flags_t)PF_SLAB_CACHE_DMA32)
#define SLAB_STORE_USER		((slab_flags_t)0x00010000u)
#define SLAB_RECLAIM_ACCOUNT	((slab_flags_t)PF_SLAB_RECLAIM_ACCOUNT)
#define SLAB_TEMPORARY		SLAB_RECLAIM_ACCOUNT
#define SLAB_PANIC		((slab_flags_t)PF_SLAB_PANIC)
#define SLAB_TYPESAFE_BY_RCU	((slab_flags_t)PF_SLAB_TYPESAFE_BY_RCU)
#define SLAB_MEM_SPREAD		((slab_flags_t)0x00100000u)
#define SLAB_TRACE		((slab_flags_t)0x00200000u)
#define SLAB_NOLEAKTRACE	((slab_flags_t)0x00800000u)
#define SLAB_NO_MERGE		((slab_flags_t)PF_SLAB_NO_MERGE)
#define SLAB_FAILSLAB		((slab_flags_t)0x02000000u)
#define SLAB_ACCOUNT		((slab_flags_t)PF_SLAB_ACCOUNT)
#define SLAB_KASAN		((slab_flags_t)0x08000000u)
#define SLAB_NO_USER_FLAGS	((slab_flags_t)0x10000000u)

/* ------------------------------------------------------------------------
 * Memory of any size
 * ------------------------------------------------------------------------ */

/* Functions, whose addresses clients pass on. */
static inline void *kmalloc(size_t size, gfp_t gfp)
{
	return pf_kmalloc(size, gfp);
}

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return pf_kmalloc(size, gfp | __GFP_ZERO);
}

static inline void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	return pf_kmalloc_array(n, size, gfp);
}

static inline void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return pf_kmalloc_array(n, size, gfp | __GFP_ZERO);
}

static inline void *kmalloc_node(size_t size, gfp_t gfp, int node)
{
	(void)node;
	return pf_kmalloc(size, gfp);
}

static inline void *kzalloc_node(size_t size, gfp_t gfp, int node)
{
	(void)node;
	return pf_kmalloc(size, gfp | __GFP_ZERO);
}

static inline void *kmalloc_array_node(size_t n, size_t size, gfp_t gfp,
				       int node)
{
	(void)node;
	return pf_kmalloc_array(n, size, gfp);
}

static inline void *kcalloc_node(size_t n, size_t size, gfp_t gfp, int node)
{
	(void)node;
	return pf_kmalloc_array(n, size, gfp | __GFP_ZERO);
}

static inline void *kmalloc_nolock(size_t size, gfp_t gfp, int node)
{
	(void)node;
	return pf_kmalloc(size, gfp & ~__GFP_RECLAIM);
}

#define kmalloc_noprof(size, gfp)		   kmalloc(size, gfp)
#define kmalloc_track_caller(size, gfp)		   kmalloc(size, gfp)
#define kmalloc_node_track_caller(size, gfp, node) kmalloc_node(size, gfp, node)

static inline void *krealloc(const void *p, size_t size, gfp_t gfp)
{
	return pf_krealloc(p, size, gfp);
}

static inline void *krealloc_array(void *p, size_t n, size_t size, gfp_t gfp)
{
	return pf_krealloc_array(p, n, size, gfp);
}

static inline void kfree(const void *p)
{
	pf_kfree(p);
}

static inline void kfree_nolock(const void *p)
{
	pf_kfree(p);
}

static inline void kfree_sensitive(const void *p)
{
	pf_kfree_sensitive(p);
}

/* Up to Linux 5.17. */
static inline void kzfree(const void *p)
{
	pf_kfree_sensitive(p);
}

static inline void kfree_bulk(size_t nr, void **objects)
{
	pf_kmem_cache_free_bulk(NULL, nr, objects);
}

static inline size_t ksize(const void *p)
{
	return pf_ksize(p);
}

static inline size_t kmalloc_size_roundup(size_t size)
{
	return pf_kmalloc_size_roundup(size);
}

/* Linux 7.0: by the type of what they are for. */
#define PF_GFP_OR_KERNEL(...) \
	PF_GFP_FIRST(__VA_ARGS__ __VA_OPT__(, ) GFP_KERNEL)
#define PF_GFP_FIRST(gfp, ...) (gfp)
#define kmalloc_obj(VAR_OR_TYPE, ...)                                        \
	((__typeof__(VAR_OR_TYPE) *)kmalloc(sizeof(__typeof__(VAR_OR_TYPE)), \
					    PF_GFP_OR_KERNEL(__VA_ARGS__)))
#define kzalloc_obj(VAR_OR_TYPE, ...)                                        \
	((__typeof__(VAR_OR_TYPE) *)kzalloc(sizeof(__typeof__(VAR_OR_TYPE)), \
					    PF_GFP_OR_KERNEL(__VA_ARGS__)))
#define kmalloc_objs(VAR_OR_TYPE, n, ...)           \
	((__typeof__(VAR_OR_TYPE) *)kmalloc_array(  \
		n, sizeof(__typeof__(VAR_OR_TYPE)), \
		PF_GFP_OR_KERNEL(__VA_ARGS__)))
#define kzalloc_objs(VAR_OR_TYPE, n, ...)                                    \
	((__typeof__(VAR_OR_TYPE) *)kcalloc(n,                               \
					    sizeof(__typeof__(VAR_OR_TYPE)), \
					    PF_GFP_OR_KERNEL(__VA_ARGS__)))
#define kmalloc_flex(VAR_OR_TYPE, FAM, n, ...)      \
	((__typeof__(VAR_OR_TYPE) *)kmalloc(        \
		pf_flex_bytes(VAR_OR_TYPE, FAM, n), \
		PF_GFP_OR_KERNEL(__VA_ARGS__)))
#define kzalloc_flex(VAR_OR_TYPE, FAM, n, ...)      \
	((__typeof__(VAR_OR_TYPE) *)kzalloc(        \
		pf_flex_bytes(VAR_OR_TYPE, FAM, n), \
		PF_GFP_OR_KERNEL(__VA_ARGS__)))
#define kvmalloc_obj(VAR_OR_TYPE, ...)                                        \
	((__typeof__(VAR_OR_TYPE) *)kvmalloc(sizeof(__typeof__(VAR_OR_TYPE)), \
					     PF_GFP_OR_KERNEL(__VA_ARGS__)))
#define kvzalloc_obj(VAR_OR_TYPE, ...)                                        \
	((__typeof__(VAR_OR_TYPE) *)kvzalloc(sizeof(__typeof__(VAR_OR_TYPE)), \
					     PF_GFP_OR_KERNEL(__VA_ARGS__)))
#define kvmalloc_objs(VAR_OR_TYPE, n, ...)          \
	((__typeof__(VAR_OR_TYPE) *)kvmalloc_array( \
		n, sizeof(__typeof__(VAR_OR_TYPE)), \
		PF_GFP_OR_KERNEL(__VA_ARGS__)))
#define kvzalloc_objs(VAR_OR_TYPE, n, ...)                                    \
	((__typeof__(VAR_OR_TYPE) *)kvcalloc(n,                               \
					     sizeof(__typeof__(VAR_OR_TYPE)), \
					     PF_GFP_OR_KERNEL(__VA_ARGS__)))
#define pf_flex_bytes(VAR_OR_TYPE, FAM, n)        \
	size_add(sizeof(__typeof__(VAR_OR_TYPE)), \
		 size_mul(n, sizeof(*((__typeof__(VAR_OR_TYPE) *)NULL)->FAM)))

static inline void *kvmalloc(size_t size, gfp_t gfp)
{
	return pf_kvmalloc(size, gfp);
}

static inline void *kvzalloc(size_t size, gfp_t gfp)
{
	return pf_kvmalloc(size, gfp | __GFP_ZERO);
}

static inline void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	return pf_kvmalloc_array(n, size, gfp);
}

static inline void *kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return pf_kvmalloc_array(n, size, gfp | __GFP_ZERO);
}

static inline void *kvmalloc_node(size_t size, gfp_t gfp, int node)
{
	(void)node;
	return pf_kvmalloc(size, gfp);
}

static inline void *kvzalloc_node(size_t size, gfp_t gfp, int node)
{
	(void)node;
	return pf_kvmalloc(size, gfp | __GFP_ZERO);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
static inline void *kvrealloc(const void *p, size_t size, gfp_t gfp)
{
	return pf_kvrealloc(p, size, gfp);
}
#else
static inline void *kvrealloc(const void *p, size_t old_size, size_t size,
			      gfp_t gfp)
{
	return pf_kvrealloc_old(p, old_size, size, gfp);
}
#endif

static inline void kvfree(const void *p)
{
	pf_kvfree(p);
}

static inline void kvfree_sensitive(const void *p, size_t len)
{
	pf_kvfree_sensitive(p, len);
}

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) pf_kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) pf_kvfree(_T))
DEFINE_FREE(kfree_sensitive, void *, if (_T) pf_kfree_sensitive(_T))

/* ------------------------------------------------------------------------
 * Copies of text; the kernel has them in <linux/string.h>, too
 * ------------------------------------------------------------------------ */

static inline void *kmemdup(const void *p, size_t len, gfp_t gfp)
{
	return pf_kmemdup(p, len, gfp);
}

static inline void *kmemdup_array(const void *p, size_t n, size_t size,
				  gfp_t gfp)
{
	return pf_kmemdup(p, size_mul(n, size), gfp);
}

static inline void *kvmemdup(const void *p, size_t len, gfp_t gfp)
{
	void *copy = pf_kvmalloc(len, gfp);

	return copy ? __builtin_memcpy(copy, p, len) : NULL;
}

static inline char *kmemdup_nul(const char *s, size_t len, gfp_t gfp)
{
	return pf_kmemdup_nul(s, len, gfp);
}

static inline char *kstrdup(const char *s, gfp_t gfp)
{
	return pf_kstrdup(s, gfp);
}

static inline char *kstrndup(const char *s, size_t max, gfp_t gfp)
{
	return pf_kstrndup(s, max, gfp);
}

#define kasprintf  pf_kasprintf
#define kvasprintf pf_kvasprintf

/* A constant of the program's own is not copied. */
extern const char __executable_start[] __attribute__((weak));
extern const char data_start[] __attribute__((weak));

static inline bool pf_is_rodata(const void *p)
{
	return (const char *)p >= __executable_start &&
	       (const char *)p < data_start;
}

static inline const char *kstrdup_const(const char *s, gfp_t gfp)
{
	return pf_is_rodata(s) ? s : pf_kstrdup(s, gfp);
}

static inline void kfree_const(const void *p)
{
	if (!pf_is_rodata(p))
		pf_kfree(p);
}

/* ------------------------------------------------------------------------
 * Caches
 * ------------------------------------------------------------------------ */

/* (name, size, align, flags, ctor); since Linux 6.12 (name, size, &args, flags),
 * too. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define PF_CREATE_5(name, size, align, flags, ctor) \
	pf_kmem_cache_create(name, size, align, flags, ctor)
#define PF_CREATE_4(name, size, args, flags) \
	pf_kmem_cache_create_args(name, size, args, flags)
#define PF_CREATE(_1, _2, _3, _4, _5, macro, ...) macro
#define kmem_cache_create(...)                                     \
	PF_CREATE(__VA_ARGS__, PF_CREATE_5, PF_CREATE_4, unused, ) \
	(__VA_ARGS__)
#else
static inline struct kmem_cache *
kmem_cache_create(const char *name, unsigned int size, unsigned int align,
		  slab_flags_t flags, void (*ctor)(void *object))
{
	return pf_kmem_cache_create(name, size, align, flags, ctor);
}
#endif

static inline struct kmem_cache *
kmem_cache_create_usercopy(const char *name, unsigned int size,
			   unsigned int align, slab_flags_t flags,
			   unsigned int useroffset, unsigned int usersize,
			   void (*ctor)(void *object))
{
	struct kmem_cache_args args = {
		.align = align,
		.useroffset = useroffset,
		.usersize = usersize,
		.ctor = ctor,
	};

	return pf_kmem_cache_create_args(name, size, &args, flags);
}

#define KMEM_CACHE(pf_struct, flags)                               \
	pf_kmem_cache_create(#pf_struct, sizeof(struct pf_struct), \
			     __alignof__(struct pf_struct), flags, NULL)
#define KMEM_CACHE_USERCOPY(pf_struct, flags, field)                       \
	kmem_cache_create_usercopy(#pf_struct, sizeof(struct pf_struct),   \
				   __alignof__(struct pf_struct), flags,   \
				   offsetof(struct pf_struct, field),      \
				   sizeof(((struct pf_struct *)0)->field), \
				   NULL)

static __always_inline void kmem_cache_destroy(struct kmem_cache *s)
{
	pf_kmem_cache_destroy(s);
}

static inline int kmem_cache_shrink(struct kmem_cache *s)
{
	return pf_kmem_cache_shrink(s);
}

static inline unsigned int kmem_cache_size(struct kmem_cache *s)
{
	return pf_kmem_cache_size(s);
}

static inline void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp)
{
	return pf_kmem_cache_alloc(s, gfp);
}

static inline void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t gfp)
{
	return pf_kmem_cache_alloc(s, gfp | __GFP_ZERO);
}

static inline void *kmem_cache_alloc_node(struct kmem_cache *s, gfp_t gfp,
					  int node)
{
	(void)node;
	return pf_kmem_cache_alloc(s, gfp);
}

#define kmem_cache_alloc_noprof(s, gfp) kmem_cache_alloc(s, gfp)
#define kmem_cache_alloc_lru(s, lru, gfp) \
	((void)(lru), pf_kmem_cache_alloc(s, gfp))

static inline void kmem_cache_free(struct kmem_cache *s, void *object)
{
	pf_kmem_cache_free(s, object);
}

static inline int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t gfp,
					size_t n, void **p)
{
	return (int)pf_kmem_cache_alloc_bulk(s, gfp, n, p);
}

static inline void kmem_cache_free_bulk(struct kmem_cache *s, size_t n,
					void **p)
{
	pf_kmem_cache_free_bulk(s, n, p);
}

static inline bool kmem_dump_obj(void *p)
{
	return pf_kmem_dump_obj(p);
}

static inline bool kmem_valid_obj(void *p)
{
	return pf_kmem_dump_obj(p);
}

#define slab_sheaf pf_slab_sheaf
#define kmem_cache_prefill_sheaf(s, gfp, size) \
	pf_kmem_cache_prefill_sheaf(s, gfp, size)
#define kmem_cache_alloc_from_sheaf(s, gfp, sheaf) \
	pf_kmem_cache_alloc_from_sheaf(s, gfp, sheaf)
#define kmem_cache_refill_sheaf(s, gfp, sheaf, size) \
	pf_kmem_cache_refill_sheaf(s, gfp, sheaf, size)
#define kmem_cache_return_sheaf(s, gfp, sheaf) \
	pf_kmem_cache_return_sheaf(s, gfp, sheaf)
#define kmem_cache_sheaf_size(sheaf) pf_kmem_cache_sheaf_size(sheaf)

#define slab_is_available() true

#endif
