/* SPDX-License-Identifier: MIT */
/*
 * task.h - references to tasks; see <linux/sched.h>
 */
#ifndef PFMALLOC_LINUX_SCHED_TASK_H
#define PFMALLOC_LINUX_SCHED_TASK_H

#include <linux/sched.h>

#endif
