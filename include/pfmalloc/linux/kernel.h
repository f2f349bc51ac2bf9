/* SPDX-License-Identifier: MIT */
/*
 * kernel.h - the odds and ends that most files use
 *
 * libc's <sys/sysinfo.h> includes <linux/kernel.h> for struct sysinfo.
 */
#ifndef PFMALLOC_LINUX_KERNEL_H
#define PFMALLOC_LINUX_KERNEL_H

#include_next <linux/kernel.h>
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/hex.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/stddef.h>
#include <linux/stringify.h>
#include <linux/typecheck.h>
#include <linux/types.h>
#include <linux/wordpart.h>

#define STACK_MAGIC	   0xdeadbeef
#define PTR_IF(cond, ptr)  ((cond) ? (ptr) : NULL)
#define u64_to_user_ptr(x) ((void __user *)(uintptr_t)(x))
#define REBUILD_DUE_TO_FTRACE_MCOUNT_RECORD

/* Says that the caller may sleep here, and reports if it must not. */
pf_api void pf_might_sleep(const char *what);
#define might_sleep() pf_might_sleep(__func__)
#define might_sleep_if(cond)           \
	do {                           \
		if (cond)              \
			might_sleep(); \
	} while (0)
#define might_fault()	  ((void)0)
#define cant_sleep()	  ((void)0)
#define non_block_start() ((void)0)
#define non_block_end()	  ((void)0)

#define trace_printk(fmt, ...) printk(KERN_DEBUG fmt, ##__VA_ARGS__)

#endif
