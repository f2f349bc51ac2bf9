/* SPDX-License-Identifier: MIT */
/*
 * rbtree.h - balanced trees whose nodes lie inside their members
 *
 * The client walks down, links its node where the search ended, and asks for
 * the colours: comparing is inlined in its code.  lib/kenv/rbtree.c has the
 * theory.  Nothing here locks.
 */
#ifndef PFMALLOC_LINUX_RBTREE_H
#define PFMALLOC_LINUX_RBTREE_H

#include <linux/container_of.h>
#include <linux/rbtree_types.h>
#include <linux/rcupdate.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define rb_parent(r)		    ((struct rb_node *)((r)->__rb_parent_color & ~3UL))
#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member)                          \
	__extension__({                                           \
		__typeof__(ptr) pf_node = (ptr);                  \
		pf_node ? rb_entry(pf_node, type, member) : NULL; \
	})

#define RB_EMPTY_ROOT(root) (READ_ONCE((root)->rb_node) == NULL)
/* A node that is in no tree is its own parent. */
#define RB_EMPTY_NODE(node) ((node)->__rb_parent_color == (unsigned long)(node))
#define RB_CLEAR_NODE(node) ((node)->__rb_parent_color = (unsigned long)(node))

pf_api void pf_rb_insert_color(struct rb_node *node, struct rb_root *root);
pf_api void pf_rb_erase(struct rb_node *node, struct rb_root *root);
pf_api struct rb_node *pf_rb_step(const struct rb_node *node, bool forward);
pf_api struct rb_node *pf_rb_end(const struct rb_root *root, bool first);
pf_api void pf_rb_replace_node(struct rb_node *victim, struct rb_node *new,
			       struct rb_root *root);
pf_api struct rb_node *pf_rb_first_postorder(const struct rb_root *root);
pf_api struct rb_node *pf_rb_next_postorder(const struct rb_node *node);

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **rb_link)
{
	node->__rb_parent_color = (unsigned long)parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*rb_link = node;
}

static inline void rb_link_node_rcu(struct rb_node *node,
				    struct rb_node *parent,
				    struct rb_node **rb_link)
{
	node->__rb_parent_color = (unsigned long)parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	rcu_assign_pointer(*rb_link, node);
}

static inline void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	pf_rb_insert_color(node, root);
}

static inline void rb_erase(struct rb_node *node, struct rb_root *root)
{
	pf_rb_erase(node, root);
}

static inline struct rb_node *rb_next(const struct rb_node *node)
{
	return pf_rb_step(node, true);
}

static inline struct rb_node *rb_prev(const struct rb_node *node)
{
	return pf_rb_step(node, false);
}

static inline struct rb_node *rb_first(const struct rb_root *root)
{
	return pf_rb_end(root, true);
}

static inline struct rb_node *rb_last(const struct rb_root *root)
{
	return pf_rb_end(root, false);
}

/* @new gets @victim's place and colour; both must compare alike. */
static inline void rb_replace_node(struct rb_node *victim, struct rb_node *new,
				   struct rb_root *root)
{
	pf_rb_replace_node(victim, new, root);
}

static inline void rb_replace_node_rcu(struct rb_node *victim,
				       struct rb_node *new,
				       struct rb_root *root)
{
	pf_rb_replace_node(victim, new, root);
}

static inline struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return pf_rb_first_postorder(root);
}

static inline struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	return pf_rb_next_postorder(node);
}

#define rb_first_cached(root) ((root)->rb_leftmost)

static inline void rb_insert_color_cached(struct rb_node *node,
					  struct rb_root_cached *root,
					  bool leftmost)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_color(node, &root->rb_root);
}

static inline struct rb_node *rb_erase_cached(struct rb_node *node,
					      struct rb_root_cached *root)
{
	struct rb_node *leftmost = NULL;

	if (root->rb_leftmost == node)
		leftmost = root->rb_leftmost = rb_next(node);
	rb_erase(node, &root->rb_root);
	return leftmost;
}

static inline void rb_replace_node_cached(struct rb_node *victim,
					  struct rb_node *new,
					  struct rb_root_cached *root)
{
	if (root->rb_leftmost == victim)
		root->rb_leftmost = new;
	rb_replace_node(victim, new, &root->rb_root);
}

/* Children before parents: the body may free @pos, and not erase it. */
#define rbtree_postorder_for_each_entry_safe(pos, n, root, field)            \
	for (pos = rb_entry_safe(rb_first_postorder(root), __typeof__(*pos), \
				 field);                                     \
	     pos && (n = rb_entry_safe(rb_next_postorder(&pos->field),       \
				       __typeof__(*pos), field),             \
		    1);                                                      \
	     pos = n)

/* Behind its equals. */
static inline void rb_add(struct rb_node *node, struct rb_root *tree,
			  bool (*less)(struct rb_node *,
				       const struct rb_node *))
{
	struct rb_node **link = &tree->rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		parent = *link;
		link = less(node, parent) ? &parent->rb_left
					  : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
	rb_insert_color(node, tree);
}

/* Return: @node if it is the first one now. */
static inline struct rb_node *
rb_add_cached(struct rb_node *node, struct rb_root_cached *tree,
	      bool (*less)(struct rb_node *, const struct rb_node *))
{
	rb_add(node, &tree->rb_root, less);
	if (tree->rb_leftmost && !less(node, tree->rb_leftmost))
		return NULL;
	tree->rb_leftmost = node;
	return node;
}

/* The one that is there, or NULL after @node was added. */
static inline struct rb_node *
rb_find_add(struct rb_node *node, struct rb_root *tree,
	    int (*cmp)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &tree->rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		int order = cmp(node, *link);

		parent = *link;
		if (order == 0)
			return parent;
		link = order < 0 ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
	rb_insert_color(node, tree);
	return NULL;
}

static inline struct rb_node *
rb_find(const void *key, const struct rb_root *tree,
	int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = tree->rb_node;

	while (node) {
		int order = cmp(key, node);

		if (order == 0)
			return node;
		node = order < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/* The first of those that match. */
static inline struct rb_node *
rb_find_first(const void *key, const struct rb_root *tree,
	      int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = tree->rb_node;
	struct rb_node *match = NULL;

	while (node) {
		int order = cmp(key, node);

		if (order == 0)
			match = node;
		node = order <= 0 ? node->rb_left : node->rb_right;
	}
	return match;
}

static inline struct rb_node *
rb_next_match(const void *key, struct rb_node *node,
	      int (*cmp)(const void *key, const struct rb_node *))
{
	node = rb_next(node);
	return node && cmp(key, node) == 0 ? node : NULL;
}

#define rb_for_each(node, key, tree, cmp)                          \
	for ((node) = rb_find_first((key), (tree), (cmp)); (node); \
	     (node) = rb_next_match((key), (node), (cmp)))

#endif
