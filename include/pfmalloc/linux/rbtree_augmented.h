/* SPDX-License-Identifier: MIT */
/*
 * rbtree_augmented.h - trees whose nodes know something of all below them
 *
 * The client's callbacks keep that right: propagate() from a node up to @stop,
 * copy() from a node to the one that takes its place, rotate() where two change
 * their places.
 */
#ifndef PFMALLOC_LINUX_RBTREE_AUGMENTED_H
#define PFMALLOC_LINUX_RBTREE_AUGMENTED_H

#include <linux/rbtree.h>

struct rb_augment_callbacks {
	void (*propagate)(struct rb_node *node, struct rb_node *stop);
	void (*copy)(struct rb_node *old, struct rb_node *new);
	void (*rotate)(struct rb_node *old, struct rb_node *new);
};

pf_api void pf_rb_insert_augmented(struct rb_node *node, struct rb_root *root,
				   const struct rb_augment_callbacks *augment);
pf_api void pf_rb_erase_augmented(struct rb_node *node, struct rb_root *root,
				  const struct rb_augment_callbacks *augment);

/* The client has brought what the nodes above @node know up to date. */
static inline void
rb_insert_augmented(struct rb_node *node, struct rb_root *root,
		    const struct rb_augment_callbacks *augment)
{
	pf_rb_insert_augmented(node, root, augment);
}

static inline void
rb_insert_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
			   bool newleft,
			   const struct rb_augment_callbacks *augment)
{
	if (newleft)
		root->rb_leftmost = node;
	rb_insert_augmented(node, &root->rb_root, augment);
}

static inline void
rb_erase_augmented(struct rb_node *node, struct rb_root *root,
		   const struct rb_augment_callbacks *augment)
{
	pf_rb_erase_augmented(node, root, augment);
}

static inline void
rb_erase_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
			  const struct rb_augment_callbacks *augment)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase_augmented(node, &root->rb_root, augment);
}

/* RBCOMPUTE(node, true) is whether nothing changed. */
#define RB_DECLARE_CALLBACKS(RBSTATIC, RBNAME, RBSTRUCT, RBFIELD, RBAUGMENTED, \
			     RBCOMPUTE)                                        \
	static inline void RBNAME##_propagate(struct rb_node *rb,              \
					      struct rb_node *stop)            \
	{                                                                      \
		while (rb != stop) {                                           \
			RBSTRUCT *node = rb_entry(rb, RBSTRUCT, RBFIELD);      \
                                                                               \
			if (RBCOMPUTE(node, true))                             \
				break;                                         \
			rb = rb_parent(&node->RBFIELD);                        \
		}                                                              \
	}                                                                      \
	static inline void RBNAME##_copy(struct rb_node *rb_old,               \
					 struct rb_node *rb_new)               \
	{                                                                      \
		rb_entry(rb_new, RBSTRUCT, RBFIELD)->RBAUGMENTED =             \
			rb_entry(rb_old, RBSTRUCT, RBFIELD)->RBAUGMENTED;      \
	}                                                                      \
	static void RBNAME##_rotate(struct rb_node *rb_old,                    \
				    struct rb_node *rb_new)                    \
	{                                                                      \
		RBNAME##_copy(rb_old, rb_new);                                 \
		RBCOMPUTE(rb_entry(rb_old, RBSTRUCT, RBFIELD), false);         \
	}                                                                      \
	RBSTATIC const struct rb_augment_callbacks RBNAME = {                  \
		.propagate = RBNAME##_propagate,                               \
		.copy = RBNAME##_copy,                                         \
		.rotate = RBNAME##_rotate,                                     \
	}

/* RBCOMPUTE(node) is the node's own; the largest one below is kept. */
#define RB_DECLARE_CALLBACKS_MAX(RBSTATIC, RBNAME, RBSTRUCT, RBFIELD, RBTYPE,  \
				 RBAUGMENTED, RBCOMPUTE)                       \
	static inline bool RBNAME##_compute_max(RBSTRUCT *node, bool exit)     \
	{                                                                      \
		RBTYPE max = RBCOMPUTE(node);                                  \
		RBSTRUCT *child;                                               \
                                                                               \
		child = rb_entry_safe(node->RBFIELD.rb_left, RBSTRUCT,         \
				      RBFIELD);                                \
		if (child && child->RBAUGMENTED > max)                         \
			max = child->RBAUGMENTED;                              \
		child = rb_entry_safe(node->RBFIELD.rb_right, RBSTRUCT,        \
				      RBFIELD);                                \
		if (child && child->RBAUGMENTED > max)                         \
			max = child->RBAUGMENTED;                              \
		if (exit && node->RBAUGMENTED == max)                          \
			return true;                                           \
		node->RBAUGMENTED = max;                                       \
		return false;                                                  \
	}                                                                      \
	RB_DECLARE_CALLBACKS(RBSTATIC, RBNAME, RBSTRUCT, RBFIELD, RBAUGMENTED, \
			     RBNAME##_compute_max)

#endif
