/* SPDX-License-Identifier: MIT */
/*
 * err.h - an error number in the place of a pointer
 *
 * The last page of addresses holds no object, so its 4095 highest addresses
 * can stand for -1 to -MAX_ERRNO.
 */
#ifndef PFMALLOC_LINUX_ERR_H
#define PFMALLOC_LINUX_ERR_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

#define MAX_ERRNO 4095

#define IS_ERR_VALUE(x) \
	unlikely((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)

static inline void *__must_check ERR_PTR(long error)
{
	return (void *)error;
}

#define ERR_PTR_PCPU(error)  ((void __percpu *)ERR_PTR(error))
#define PTR_ERR_PCPU(ptr)    PTR_ERR((const void *)(ptr))
#define IS_ERR_PCPU(ptr)     IS_ERR((const void *)(ptr))
#define IOMEM_ERR_PTR(error) ((void __iomem *)ERR_PTR(error))

static inline long __must_check PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

static inline bool __must_check IS_ERR(const void *ptr)
{
	return IS_ERR_VALUE((unsigned long)ptr);
}

static inline bool __must_check IS_ERR_OR_NULL(const void *ptr)
{
	return unlikely(!ptr) || IS_ERR_VALUE((unsigned long)ptr);
}

/* The error again, for a function that returns another type of pointer. */
static inline void *__must_check ERR_CAST(const void *ptr)
{
	return (void *)(unsigned long)ptr;
}

static inline int __must_check PTR_ERR_OR_ZERO(const void *ptr)
{
	return IS_ERR(ptr) ? (int)PTR_ERR(ptr) : 0;
}

#endif
