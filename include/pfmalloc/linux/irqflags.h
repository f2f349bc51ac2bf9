/* SPDX-License-Identifier: MIT */
/*
 * irqflags.h - keep interrupts off
 *
 * There are none; the calls remember what was said, and a call that may sleep
 * is reported meanwhile.
 */
#ifndef PFMALLOC_LINUX_IRQFLAGS_H
#define PFMALLOC_LINUX_IRQFLAGS_H

#include <linux/preempt.h>
#include <linux/typecheck.h>

#define local_irq_save(flags)                          \
	do {                                           \
		(void)typecheck(unsigned long, flags); \
		(flags) = pf_irqs_off(true);           \
	} while (0)
#define local_irq_restore(flags)                       \
	do {                                           \
		(void)typecheck(unsigned long, flags); \
		(void)pf_irqs_off((flags) != 0);       \
	} while (0)
#define local_irq_disable()	   ((void)pf_irqs_off(true))
#define local_irq_enable()	   ((void)pf_irqs_off(false))
#define local_save_flags(flags)	   ((flags) = pf_irqs_are_off())
#define irqs_disabled()		   pf_irqs_are_off()
#define irqs_disabled_flags(flags) ((flags) != 0)

#endif
