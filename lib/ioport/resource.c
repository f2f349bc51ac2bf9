/* SPDX-License-Identifier: MIT */
/*
 * resource.c - ranges that lie in each other or apart
 *
 * What it does.  Resources form a tree: a child lies in its parent, siblings
 * lie apart, in the order of their starts.  With a bus that somebody has
 * described, and two drivers:
 *
 *	PCI IO                 0000-ffff       the root
 *	  PCI Bus 0000:00      0000-0cf7       not busy: room for others
 *	    rtc                0070-0071       busy: a driver's
 *	    keyboard           0060-0060
 *
 * Three ways in.  resource_add() takes no for an answer: directly below this
 * one, or not at all.  resource_add_innermost() is for who does not know the
 * tree: a request for 0040-0043 goes below the bus.  resource_insert() is for
 * who knows of a parent later than of its children: it puts a resource around
 * those that are there.  None of them cuts: what crosses a border is refused.
 *
 * Invariants, walked by resource_check():
 *	1. start <= end.
 *	2. A child lies within its parent, and its parent field says so.
 *	3. Each sibling starts above the end of the one before.
 *
 * Cost.  A walk over the siblings on each level.
 * Locking.  The callers'.
 */
#include "ioport/resource.h"

static bool is_within(const struct resource *inner,
		      const struct resource *outer)
{
	return inner->start <= inner->end && inner->start >= outer->start &&
	       inner->end <= outer->end;
}

static bool is_same_range(const struct resource *a, const struct resource *b)
{
	return a->start == b->start && a->end == b->end;
}

/* The link to the first child of @parent that does not end below @start. */
static struct resource **find_link(struct resource *parent,
				   resource_size_t start)
{
	struct resource **link = &parent->child;

	while (*link && (*link)->end < start)
		link = &(*link)->sibling;
	return link;
}

struct resource *resource_add(struct resource *parent, struct resource *res)
{
	struct resource **link;

	if (!is_within(res, parent))
		return parent;
	link = find_link(parent, res->start);
	if (*link && (*link)->start <= res->end)
		return *link;
	res->parent = parent;
	res->sibling = *link;
	*link = res;
	return NULL;
}

struct resource *resource_add_innermost(struct resource *root,
					struct resource *res)
{
	struct resource *parent = root;
	struct resource *conflict;

	while ((conflict = resource_add(parent, res))) {
		if (conflict == parent || conflict->flags & IORESOURCE_BUSY)
			break;
		parent = conflict;
	}
	return conflict;
}

/*
 * The children of @parent from *@link on that overlap @res become @res's own;
 * the one that crosses its border is returned, and nothing has changed.
 */
static struct resource *adopt(struct resource *parent, struct resource **link,
			      struct resource *res)
{
	struct resource *first = *link;
	struct resource *last = NULL;
	struct resource *next;

	for (next = first; next && next->start <= res->end;
	     next = next->sibling) {
		if (!is_within(next, res))
			return next;
		last = next;
	}
	*link = res;
	res->parent = parent;
	res->sibling = next;
	res->child = first;
	last->sibling = NULL;
	for (next = first; next; next = next->sibling)
		next->parent = res;
	return NULL;
}

struct resource *resource_insert(struct resource *parent, struct resource *res)
{
	struct resource *conflict;

	while ((conflict = resource_add(parent, res))) {
		if (conflict == parent || conflict == res)
			return conflict;
		/* It goes into what is wider, and around what is not. */
		if (!is_within(res, conflict) || is_same_range(res, conflict))
			return adopt(parent, find_link(parent, res->start),
				     res);
		parent = conflict;
	}
	return NULL;
}

/* The link that leads to @res, or NULL if none does. */
static struct resource **link_to(struct resource *res)
{
	struct resource **link;

	if (!res->parent)
		return NULL;
	for (link = &res->parent->child; *link; link = &(*link)->sibling) {
		if (*link == res)
			return link;
	}
	return NULL;
}

bool resource_del(struct resource *res)
{
	struct resource **link = link_to(res);

	if (!link)
		return false;
	*link = res->sibling;
	res->parent = NULL;
	res->sibling = NULL;
	return true;
}

bool resource_del_alone(struct resource *res)
{
	struct resource **link = link_to(res);
	struct resource *child;

	if (!link)
		return false;
	*link = res->child;
	for (child = res->child; child; child = child->sibling) {
		child->parent = res->parent;
		link = &child->sibling;
	}
	*link = res->sibling;
	res->parent = NULL;
	res->sibling = NULL;
	res->child = NULL;
	return true;
}

struct resource *resource_next(const struct resource *root,
			       const struct resource *res)
{
	if (res->child)
		return res->child;
	while (res != root && !res->sibling)
		res = res->parent;
	return res == root ? NULL : res->sibling;
}

struct resource *resource_around(struct resource *root, resource_size_t port)
{
	struct resource *res = root;
	struct resource *child;

	while ((child = *find_link(res, port)) && child->start <= port)
		res = child;
	return res;
}

static bool matches(const struct resource *res, const struct resource *wanted)
{
	return (res->flags & wanted->flags) == wanted->flags &&
	       (!wanted->desc || res->desc == wanted->desc);
}

struct cover {
	bool by_matching, by_other;
};

/* What of [@start, @end] the resources from @first on cover, and with what. */
static void cover_range(const struct resource *first, resource_size_t start,
			resource_size_t end, const struct resource *wanted,
			bool in_other, struct cover *cover)
{
	const struct resource *res;

	for (res = first; res && res->start <= end; res = res->sibling) {
		if (res->end < start)
			continue;
		if (in_other && res->start > start)
			cover->by_other = true;
		if (matches(res, wanted))
			cover->by_matching = true;
		else
			cover_range(res->child,
				    start > res->start ? start : res->start,
				    end < res->end ? end : res->end, wanted,
				    true, cover);
		if (res->end >= end)
			return;
		start = res->end + 1;
	}
	if (in_other)
		cover->by_other = true; /* of what is left, nothing matches */
}

enum pf_region resource_intersects(const struct resource *root,
				   const struct resource *wanted)
{
	struct cover cover = {false, false};

	cover_range(root->child, wanted->start, wanted->end, wanted, false,
		    &cover);
	if (!cover.by_matching)
		return PF_REGION_DISJOINT;
	return cover.by_other ? PF_REGION_MIXED : PF_REGION_INTERSECTS;
}

bool resource_check(struct resource *root, struct check_report *report)
{
	const struct resource *res = root;

	while ((res = resource_next(root, res))) {
		CHECK(res->start <= res->end, report, res);
		CHECK(res->parent, report, res);
		CHECK(is_within(res, res->parent), report, res);
		CHECK(!res->child || res->child->parent == res, report, res);
		if (!res->sibling)
			continue;
		CHECK(res->sibling->start > res->end, report, res);
		CHECK(res->sibling->parent == res->parent, report, res);
	}
	return check_report_clean(report);
}
