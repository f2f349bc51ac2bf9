/* SPDX-License-Identifier: MIT */
/*
 * spinlock_types.h - what a spinlock and a reader-writer lock are made of
 */
#ifndef PFMALLOC_LINUX_SPINLOCK_TYPES_H
#define PFMALLOC_LINUX_SPINLOCK_TYPES_H

#include <linux/types.h>

/* 0: free; else the holder's number * 2, and 1 when somebody sleeps. */
typedef struct spinlock {
	u32 word;
} spinlock_t;
typedef spinlock_t raw_spinlock_t;

/* Readers exclude writers only; readers may come in while a writer waits. */
typedef struct pf_rwlock {
	u32 word;  /* readers, or PF_RWLOCK_WRITER; and PF_RWLOCK_SLEEPERS */
	u32 owner; /* the writer's number */
} rwlock_t;

#define PF_RWLOCK_WRITER   0x80000000U
#define PF_RWLOCK_SLEEPERS 0x40000000U

#define __SPIN_LOCK_UNLOCKED(name)     ((spinlock_t){0})
#define __RAW_SPIN_LOCK_UNLOCKED(name) ((raw_spinlock_t){0})
#define __RW_LOCK_UNLOCKED(name)       ((rwlock_t){0, 0})
#define DEFINE_SPINLOCK(x)	       spinlock_t x = {0}
#define DEFINE_RAW_SPINLOCK(x)	       raw_spinlock_t x = {0}
#define DEFINE_RWLOCK(x)	       rwlock_t x = {0, 0}

#endif
