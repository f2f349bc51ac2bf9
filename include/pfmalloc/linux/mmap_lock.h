/* SPDX-License-Identifier: MIT */
/*
 * mmap_lock.h - keep a picture of the address space
 *
 * The lock does not keep other threads from mapping memory: the process has its
 * mappings from the system.  To take it is to look: the mappings as they are at
 * that moment are what find_vma() and the like tell this thread, and their
 * records stay until it gives the lock up.  Who looks holds the lock itself.
 * Taking it may sleep, reads a file in /proc, and allocates by malloc().
 */
#ifndef PFMALLOC_LINUX_MMAP_LOCK_H
#define PFMALLOC_LINUX_MMAP_LOCK_H

#include <linux/compiler.h>
#include <linux/mm_types.h>

pf_api void pf_mmap_lock(struct mm_struct *mm, bool is_write);
pf_api int pf_mmap_trylock(struct mm_struct *mm, bool is_write);
pf_api void pf_mmap_unlock(struct mm_struct *mm, bool is_write);
pf_api void pf_mmap_assert_locked(struct mm_struct *mm);

static inline void mmap_read_lock(struct mm_struct *mm)
{
	pf_mmap_lock(mm, false);
}

/* Signals do not end the wait. */
static inline int __must_check mmap_read_lock_killable(struct mm_struct *mm)
{
	pf_mmap_lock(mm, false);
	return 0;
}

static inline bool mmap_read_trylock(struct mm_struct *mm)
{
	return pf_mmap_trylock(mm, false);
}

static inline void mmap_read_unlock(struct mm_struct *mm)
{
	pf_mmap_unlock(mm, false);
}

static inline void mmap_write_lock(struct mm_struct *mm)
{
	pf_mmap_lock(mm, true);
}

static inline int __must_check mmap_write_lock_killable(struct mm_struct *mm)
{
	pf_mmap_lock(mm, true);
	return 0;
}

static inline bool mmap_write_trylock(struct mm_struct *mm)
{
	return pf_mmap_trylock(mm, true);
}

static inline void mmap_write_unlock(struct mm_struct *mm)
{
	pf_mmap_unlock(mm, true);
}

#define mmap_assert_locked(mm)	     pf_mmap_assert_locked(mm)
#define mmap_assert_write_locked(mm) pf_mmap_assert_locked(mm)

#endif
