/* SPDX-License-Identifier: MIT */
/*
 * smp.h - a thread is a CPU
 *
 * See <linux/percpu.h>.
 */
#ifndef PFMALLOC_LINUX_SMP_H
#define PFMALLOC_LINUX_SMP_H

#include <linux/preempt.h>
#include <linux/types.h>

#define NR_CPUS	   256
#define nr_cpu_ids ((unsigned int)NR_CPUS)

/* The calling thread's CPU, 0 to NR_CPUS - 1. */
pf_api unsigned int pf_smp_processor_id(void);
/* One more than the highest number that a thread has had. */
pf_api unsigned int pf_nr_cpus_seen(void);

#define smp_processor_id()     ((int)pf_smp_processor_id())
#define raw_smp_processor_id() smp_processor_id()
#define get_cpu()	       (preempt_disable(), smp_processor_id())
#define put_cpu()	       preempt_enable()

#endif
