/* SPDX-License-Identifier: MIT */
/*
 * linux/ioport.h - the tree of resources under the kernel's names
 *
 * There are two trees, of the I/O ports and of memory.  &ioport_resource and
 * &iomem_resource are their roots, and no constants: they cannot initialise a
 * static variable.  region_intersects() looks at the ports, where the kernel's
 * looks at memory.
 */
#ifndef PFMALLOC_LINUX_IOPORT_H
#define PFMALLOC_LINUX_IOPORT_H

#include <stdbool.h>
#include <linux/types.h>

#include "../ioport.h"

#define ioport_resource (*pf_ioport_root())
#define iomem_resource	(*pf_iomem_root())

#define request_region	     pf_request_region
#define request_muxed_region pf_request_muxed_region
#define release_region	     pf_release_region
#define request_mem_region   pf_request_mem_region
#define release_mem_region   pf_release_mem_region
#define request_resource     pf_request_resource
#define insert_resource	     pf_insert_resource
#define release_resource     pf_release_resource
#define region_intersects    pf_region_intersects

#define IORES_DESC_NONE 0

enum {
	REGION_INTERSECTS = PF_REGION_INTERSECTS,
	REGION_DISJOINT = PF_REGION_DISJOINT,
	REGION_MIXED = PF_REGION_MIXED,
};

#define DEFINE_RES_NAMED(start_, size_, name_, flags_)          \
	(struct resource)                                       \
	{                                                       \
		.start = (start_), .end = (start_) + (size_)-1, \
		.name = (name_), .flags = (flags_),             \
	}
#define DEFINE_RES_IO_NAMED(start_, size_, name_) \
	DEFINE_RES_NAMED((start_), (size_), (name_), IORESOURCE_IO)
#define DEFINE_RES_IO(start_, size_) \
	DEFINE_RES_IO_NAMED((start_), (size_), NULL)

static inline resource_size_t resource_size(const struct resource *res)
{
	return res->end - res->start + 1;
}

static inline unsigned long resource_type(const struct resource *res)
{
	return res->flags & IORESOURCE_TYPE_BITS;
}

/* Whether all of @inner lies in @outer. */
static inline bool resource_contains(const struct resource *outer,
				     const struct resource *inner)
{
	return resource_type(outer) == resource_type(inner) &&
	       outer->start <= inner->start && outer->end >= inner->end;
}

static inline bool resource_overlaps(const struct resource *a,
				     const struct resource *b)
{
	return a->start <= b->end && b->start <= a->end;
}

#endif
