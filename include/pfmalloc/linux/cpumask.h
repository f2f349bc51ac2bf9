/* SPDX-License-Identifier: MIT */
/*
 * cpumask.h - which CPUs there are: one a thread
 */
#ifndef PFMALLOC_LINUX_CPUMASK_H
#define PFMALLOC_LINUX_CPUMASK_H

#include <linux/bitmap.h>
#include <linux/smp.h>

#define num_possible_cpus() nr_cpu_ids
#define num_present_cpus()  nr_cpu_ids
#define num_online_cpus()   pf_nr_cpus_seen()
#define cpu_possible(cpu)   ((unsigned int)(cpu) < nr_cpu_ids)
#define cpu_online(cpu)	    ((unsigned int)(cpu) < pf_nr_cpus_seen())

/* Those that no thread has had hold what they were made with. */
#define for_each_possible_cpu(cpu) \
	for ((cpu) = 0; (unsigned int)(cpu) < nr_cpu_ids; (cpu)++)
#define for_each_present_cpu(cpu) for_each_possible_cpu(cpu)
#define for_each_online_cpu(cpu) \
	for ((cpu) = 0; (unsigned int)(cpu) < pf_nr_cpus_seen(); (cpu)++)

#endif
