/* SPDX-License-Identifier: MIT */
/*
 * hardirq.h - see <linux/preempt.h>; nothing interrupts but signals
 */
#ifndef PFMALLOC_LINUX_HARDIRQ_H
#define PFMALLOC_LINUX_HARDIRQ_H

#include <linux/preempt.h>

#define synchronize_irq(irq) ((void)(irq))

#endif
