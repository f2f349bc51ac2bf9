/* SPDX-License-Identifier: MIT */
/*
 * numa.h - one node
 */
#ifndef PFMALLOC_LINUX_NUMA_H
#define PFMALLOC_LINUX_NUMA_H

#define NUMA_NO_NODE	  (-1)
#define NODES_SHIFT	  0
#define MAX_NUMNODES	  1
#define first_online_node 0

#endif
