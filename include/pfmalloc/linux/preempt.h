/* SPDX-License-Identifier: MIT */
/*
 * preempt.h - sections that must not sleep
 *
 * A thread cannot be kept from being preempted.  What these calls do is count,
 * so that a call that may sleep in such a section is found.  A thread is a CPU
 * of its own (see <linux/percpu.h>): nobody else runs on it.
 */
#ifndef PFMALLOC_LINUX_PREEMPT_H
#define PFMALLOC_LINUX_PREEMPT_H

#include <linux/compiler.h>
#include <linux/types.h>

/* +1 and -1 to the calling thread's number of sections that must not sleep. */
pf_api void pf_preempt_add(int n);
pf_api int pf_preempt_count(void);
pf_api unsigned long pf_irqs_off(bool is_off); /* what it was before */
pf_api bool pf_irqs_are_off(void);
/* 1 while a timer's or call_rcu()'s function runs; 2 for local_bh_disable(). */
pf_api void pf_softirq_add(int n);
pf_api int pf_softirq_count(void);

#define preempt_disable()	    pf_preempt_add(1)
#define preempt_enable()	    pf_preempt_add(-1)
#define preempt_disable_notrace()   preempt_disable()
#define preempt_enable_notrace()    preempt_enable()
#define preempt_enable_no_resched() preempt_enable()
#define preempt_check_resched()	    ((void)0)
#define preempt_count()		    pf_preempt_count()
#define preemptible()		    (preempt_count() == 0 && !pf_irqs_are_off())
#define in_atomic()		    (preempt_count() != 0)
#define in_softirq()		    (pf_softirq_count() != 0)
#define in_serving_softirq()	    ((pf_softirq_count() & 1) != 0)
#define in_interrupt()		    in_softirq()
#define in_hardirq()		    false
#define in_irq()		    in_hardirq()
#define in_nmi()		    false
#define in_task()		    (!in_serving_softirq())
#define softirq_count()		    pf_softirq_count()
#define irq_count()		    pf_softirq_count()

#endif
