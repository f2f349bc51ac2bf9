/* SPDX-License-Identifier: MIT */
/*
 * resource.h - ranges that lie in each other or apart
 *
 * Nothing here takes a lock, allocates or knows of hardware.
 */
#ifndef PF_IOPORT_RESOURCE_H
#define PF_IOPORT_RESOURCE_H

#include "base/check.h"
#include "base/compiler.h"
#include "base/types.h"
#include "pfmalloc/ioport.h"

#define LAST_PORT 0xffff

/**
 * resource_add - put @res directly below @parent
 *
 * Return: NULL, or the resource that is in the way: a child of @parent, or
 * @parent itself where @res is not within it.
 */
struct resource *resource_add(struct resource *parent, struct resource *res);

/**
 * resource_add_innermost - put @res below the innermost resource around it
 *
 * Goes down from @root through resources that are not busy.  Return: as
 * resource_add().
 */
struct resource *resource_add_innermost(struct resource *root,
					struct resource *res);

/**
 * resource_insert - put @res somewhere below @parent, around what lies in it
 *
 * Return: NULL, or the resource whose border @res crosses.
 */
struct resource *resource_insert(struct resource *parent, struct resource *res);

/* Take @res out, with all below it; false if it is in no tree. */
bool resource_del(struct resource *res);

/* The same, but its children stay where they are, one level up. */
bool resource_del_alone(struct resource *res);

/* The next one by start, a parent before its children; or NULL. */
struct resource *resource_next(const struct resource *root,
			       const struct resource *res);

/* The innermost resource around @port, @root at the outside. */
struct resource *resource_around(struct resource *root, resource_size_t port);

/* pf_region_intersects() below @root. */
enum pf_region resource_intersects(const struct resource *root,
				   const struct resource *wanted);

/* Walk the tree below @root: sorted, apart, within their parents. */
bool resource_check(struct resource *root, struct check_report *report);

#endif
