/* SPDX-License-Identifier: MIT */
/*
 * current.h - the running task; see <linux/sched.h>
 */
#ifndef PFMALLOC_ASM_CURRENT_H
#define PFMALLOC_ASM_CURRENT_H

struct task_struct;

__attribute__((visibility("default"))) struct task_struct *pf_current(void);
#define get_current() pf_current()
#define current	      get_current()

#endif
