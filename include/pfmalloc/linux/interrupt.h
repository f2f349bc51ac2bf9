/* SPDX-License-Identifier: MIT */
/*
 * interrupt.h - what files include for in_interrupt() and local_bh_disable()
 */
#ifndef PFMALLOC_LINUX_INTERRUPT_H
#define PFMALLOC_LINUX_INTERRUPT_H

#include <linux/bottom_half.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>

#endif
