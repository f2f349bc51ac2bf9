/* SPDX-License-Identifier: MIT */
/*
 * types.h - the kernel's small types
 *
 * u64 is unsigned long long everywhere, as in the kernel: it is printed with
 * %llu.  libc's uint64_t is unsigned long on 64-bit machines; both have the
 * same size, and only printf formats tell them apart.
 */
#ifndef PFMALLOC_LINUX_TYPES_H
#define PFMALLOC_LINUX_TYPES_H

#ifndef __SANE_USERSPACE_TYPES__
#define __SANE_USERSPACE_TYPES__ /* long long on every architecture */
#endif
#include_next <linux/types.h>
#include <linux/compiler_types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

typedef unsigned short umode_t;
typedef unsigned int gfp_t;
typedef unsigned int slab_flags_t;
typedef unsigned int fmode_t;
typedef unsigned long pgoff_t;
typedef unsigned long irq_hw_number_t;
typedef u64 sector_t;
typedef u64 phys_addr_t;
typedef u64 dma_addr_t;
typedef phys_addr_t resource_size_t;
typedef s64 ktime_t;
typedef s64 time64_t;
typedef u64 timeu64_t;
typedef unsigned long cycles_t;

/* <linux/atomic.h> has their operations. */
typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter __attribute__((__aligned__(8)));
} atomic64_t;

#define ATOMIC_INIT(i) \
	{              \
		(i)    \
	}
#define ATOMIC64_INIT(i) \
	{                \
		(i)      \
	}

typedef struct {
	long counter;
} atomic_long_t;

#define ATOMIC_LONG_INIT(i) \
	{                   \
		(i)         \
	}

#if __SIZEOF_LONG__ == 8
#define BITS_PER_LONG 64
#else
#define BITS_PER_LONG 32
#endif
#define BITS_PER_LONG_LONG 64
#define BITS_PER_BYTE	   8

#define BITS_PER_TYPE(type) (sizeof(type) * BITS_PER_BYTE)
#define BITS_TO_LONGS(nr)   (((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BITS_TO_U64(nr)	    (((nr) + 63) / 64)
#define BITS_TO_U32(nr)	    (((nr) + 31) / 32)
#define BITS_TO_BYTES(nr)   (((nr) + 7) / 8)

#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

/* What call_rcu() and task work queue up. */
struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *head);
};
#define rcu_head callback_head

typedef void (*rcu_callback_t)(struct rcu_head *head);
typedef void (*call_rcu_func_t)(struct rcu_head *head, rcu_callback_t func);

typedef void (*swap_r_func_t)(void *a, void *b, int size, const void *priv);
typedef void (*swap_func_t)(void *a, void *b, int size);
typedef int (*cmp_r_func_t)(const void *a, const void *b, const void *priv);
typedef int (*cmp_func_t)(const void *a, const void *b);

#endif
