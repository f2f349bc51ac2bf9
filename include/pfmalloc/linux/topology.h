/* SPDX-License-Identifier: MIT */
/*
 * topology.h - which node a CPU belongs to: node 0
 */
#ifndef PFMALLOC_LINUX_TOPOLOGY_H
#define PFMALLOC_LINUX_TOPOLOGY_H

#include <linux/numa.h>
#include <linux/smp.h>

static inline int numa_node_id(void)
{
	return 0;
}

static inline int numa_mem_id(void)
{
	return 0;
}

static inline int cpu_to_node(int cpu)
{
	(void)cpu;
	return 0;
}

#endif
