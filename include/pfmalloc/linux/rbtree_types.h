/* SPDX-License-Identifier: MIT */
/*
 * rbtree_types.h - what a red-black tree is made of
 */
#ifndef PFMALLOC_LINUX_RBTREE_TYPES_H
#define PFMALLOC_LINUX_RBTREE_TYPES_H

#include <linux/types.h>

/* The lowest bit of a parent's address is the node's colour: 1 is black. */
struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
} __attribute__((__aligned__(sizeof(long))));

struct rb_root {
	struct rb_node *rb_node;
};

/* With the first node at hand. */
struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

#define RB_ROOT	       ((struct rb_root){NULL})
#define RB_ROOT_CACHED ((struct rb_root_cached){{NULL}, NULL})

#endif
