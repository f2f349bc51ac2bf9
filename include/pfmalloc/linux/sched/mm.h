/* SPDX-License-Identifier: MIT */
/*
 * mm.h - what a task's allocations may do, and references to address spaces
 */
#ifndef PFMALLOC_LINUX_SCHED_MM_H
#define PFMALLOC_LINUX_SCHED_MM_H

#include <linux/atomic.h>
#include <linux/gfp_types.h>
#include <linux/mm_types.h>
#include <linux/sched.h>

/* For who is called to free memory: it gets some from below the watermarks. */
#define PF_DEFINE_MEMALLOC(name, flag)                                  \
	static inline unsigned int memalloc_##name##_save(void)         \
	{                                                               \
		unsigned int old = current->flags & (flag);             \
                                                                        \
		current->flags |= (flag);                               \
		return old;                                             \
	}                                                               \
	static inline void memalloc_##name##_restore(unsigned int old)  \
	{                                                               \
		current->flags =                                        \
			(current->flags & ~(unsigned int)(flag)) | old; \
	}
PF_DEFINE_MEMALLOC(noreclaim, PF_MEMALLOC)
PF_DEFINE_MEMALLOC(nofs, PF_MEMALLOC_NOFS)
PF_DEFINE_MEMALLOC(noio, PF_MEMALLOC_NOIO)

/* @flags without what the task must not do now. */
static inline gfp_t current_gfp_context(gfp_t flags)
{
	unsigned int task_flags = current->flags;

	if (task_flags & PF_MEMALLOC_NOIO)
		flags &= ~(__GFP_IO | __GFP_FS);
	else if (task_flags & PF_MEMALLOC_NOFS)
		flags &= ~__GFP_FS;
	return flags;
}

static inline void might_alloc(gfp_t gfp)
{
	if (gfp & __GFP_DIRECT_RECLAIM)
		might_sleep();
}

static inline void mmget(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_users);
}

static inline bool mmget_not_zero(struct mm_struct *mm)
{
	return atomic_inc_not_zero(&mm->mm_users);
}

/* The process's address space ends with the process. */
static inline void mmput(struct mm_struct *mm)
{
	atomic_dec(&mm->mm_users);
}

static inline void mmgrab(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_count);
}

static inline void mmdrop(struct mm_struct *mm)
{
	atomic_dec(&mm->mm_count);
}

static inline struct mm_struct *get_task_mm(struct task_struct *task)
{
	if (task->mm)
		mmget(task->mm);
	return task->mm;
}

#endif
