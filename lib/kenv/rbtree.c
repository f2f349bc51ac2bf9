/* SPDX-License-Identifier: MIT */
/*
 * rbtree.c - red-black trees
 *
 * Invariants, which tests/kenv/rbtree.c walks:
 *	1. The root is black.
 *	2. A red node has no red child.
 *	3. Every way from the root to a NULL has the same number of black nodes.
 * So no way is more than twice as long as another.
 *
 * Inserting links a red node: only 2 can be broken, between the node and its
 * parent.  A red uncle: the grandparent's black moves down to both, and the
 * question goes two levels up.  Else one or two rotations end it.
 *
 * Erasing takes out a node with at most one child; one with two children lends
 * its place and colour to its successor first.  If the node that went was
 * black, the ways through its place lack one: the sibling gives one away, if it
 * can, or both sides lack one and the question goes up.
 *
 * "side" says which way is which: the left case is the right one in a mirror.
 * Augmented trees get a callback wherever what lies below a node changes.
 * Reading: L. J. Guibas, R. Sedgewick, "A dichromatic framework for balanced
 * trees", 1978; T. Cormen et al., "Introduction to Algorithms", chapter 13.
 */
#include <linux/compiler.h>
#include <linux/rbtree.h>
#include <linux/rbtree_augmented.h>

#define RED   0UL
#define BLACK 1UL

enum side {
	LEFT,
	RIGHT
};

static void no_propagate(struct rb_node *node, struct rb_node *stop)
{
	(void)node;
	(void)stop;
}

static void no_copy(struct rb_node *old, struct rb_node *new)
{
	(void)old;
	(void)new;
}

static const struct rb_augment_callbacks plain = {no_propagate, no_copy,
						  no_copy};

static bool is_black(const struct rb_node *node)
{
	return !node || node->__rb_parent_color & BLACK;
}

static void set_colour(struct rb_node *node, unsigned long colour)
{
	node->__rb_parent_color = (node->__rb_parent_color & ~BLACK) | colour;
}

static void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color =
		(unsigned long)parent | (node->__rb_parent_color & BLACK);
}

static struct rb_node *child_of(const struct rb_node *node, enum side side)
{
	return side == LEFT ? node->rb_left : node->rb_right;
}

static enum side other(enum side side)
{
	return side == LEFT ? RIGHT : LEFT;
}

/* Which child of @parent @node is; one of both is not NULL. */
static enum side side_of(const struct rb_node *node,
			 const struct rb_node *parent)
{
	return parent->rb_left == node ? LEFT : RIGHT;
}

/* Readers may walk down meanwhile: each pointer changes at once. */
static void set_child(struct rb_node *node, enum side side,
		      struct rb_node *child)
{
	if (side == LEFT)
		WRITE_ONCE(node->rb_left, child);
	else
		WRITE_ONCE(node->rb_right, child);
}

/* @new takes @old's place below @parent, or as the root. */
static void replace_child(struct rb_root *root, struct rb_node *parent,
			  struct rb_node *old, struct rb_node *new)
{
	if (!parent)
		WRITE_ONCE(root->rb_node, new);
	else
		set_child(parent, side_of(old, parent), new);
}

/* @node goes down to @side, and its child of the other side comes up. */
static void rotate(struct rb_root *root, struct rb_node *node, enum side side,
		   const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent = rb_parent(node);
	struct rb_node *up = child_of(node, other(side));
	struct rb_node *middle = child_of(up, side);

	set_child(node, other(side), middle);
	if (middle)
		set_parent(middle, node);
	set_child(up, side, node);
	set_parent(up, parent);
	replace_child(root, parent, node, up);
	set_parent(node, up);
	augment->rotate(node, up);
}

void pf_rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			    const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent;

	while ((parent = rb_parent(node)) && !is_black(parent)) {
		struct rb_node *grandparent = rb_parent(parent);
		enum side side = side_of(parent, grandparent);
		struct rb_node *uncle = child_of(grandparent, other(side));

		if (!is_black(uncle)) {
			set_colour(parent, BLACK);
			set_colour(uncle, BLACK);
			set_colour(grandparent, RED);
			node = grandparent;
			continue;
		}
		if (side_of(node, parent) != side) {
			rotate(root, parent, side, augment);
			parent = node;
		}
		set_colour(parent, BLACK);
		set_colour(grandparent, RED);
		rotate(root, grandparent, other(side), augment);
		break;
	}
	set_colour(root->rb_node, BLACK);
}

/* The ways through @node, a child of @parent or NULL, lack a black node. */
static void add_black(struct rb_root *root, struct rb_node *node,
		      struct rb_node *parent,
		      const struct rb_augment_callbacks *augment)
{
	while (parent && is_black(node)) {
		enum side side = side_of(node, parent);
		struct rb_node *sibling = child_of(parent, other(side));

		if (!is_black(sibling)) {
			set_colour(sibling, BLACK);
			set_colour(parent, RED);
			rotate(root, parent, side, augment);
			sibling = child_of(parent, other(side));
		}
		if (is_black(child_of(sibling, LEFT)) &&
		    is_black(child_of(sibling, RIGHT))) {
			set_colour(sibling, RED);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (is_black(child_of(sibling, other(side)))) {
			set_colour(child_of(sibling, side), BLACK);
			set_colour(sibling, RED);
			rotate(root, sibling, other(side), augment);
			sibling = child_of(parent, other(side));
		}
		set_colour(sibling, parent->__rb_parent_color & BLACK);
		set_colour(parent, BLACK);
		set_colour(child_of(sibling, other(side)), BLACK);
		rotate(root, parent, side, augment);
		return;
	}
	if (node)
		set_colour(node, BLACK);
}

/*
 * @node's successor, which has no left child, takes its place.  *@parent and
 * *@child are where it went from.  Return: whether a black node went there.
 */
static bool replace_by_successor(struct rb_root *root, struct rb_node *node,
				 struct rb_node **parent,
				 struct rb_node **child,
				 const struct rb_augment_callbacks *augment)
{
	struct rb_node *successor = node->rb_right;
	bool was_black;

	while (successor->rb_left)
		successor = successor->rb_left;
	was_black = is_black(successor);
	*child = successor->rb_right;
	*parent = rb_parent(successor);
	if (*parent == node) {
		*parent = successor;
	} else {
		set_child(*parent, LEFT, *child);
		if (*child)
			set_parent(*child, *parent);
		set_child(successor, RIGHT, node->rb_right);
		set_parent(node->rb_right, successor);
	}
	set_child(successor, LEFT, node->rb_left);
	set_parent(node->rb_left, successor);
	successor->__rb_parent_color = node->__rb_parent_color;
	replace_child(root, rb_parent(node), node, successor);
	augment->copy(node, successor);
	if (*parent != successor)
		augment->propagate(*parent, successor);
	augment->propagate(successor, NULL);
	return was_black;
}

void pf_rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			   const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent, *child;
	bool was_black;

	if (node->rb_left && node->rb_right) {
		was_black = replace_by_successor(root, node, &parent, &child,
						 augment);
	} else {
		was_black = is_black(node);
		child = node->rb_left ? node->rb_left : node->rb_right;
		parent = rb_parent(node);
		replace_child(root, parent, node, child);
		if (child)
			set_parent(child, parent);
		augment->propagate(parent, NULL);
	}
	if (was_black)
		add_black(root, child, parent, augment);
}

void pf_rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	pf_rb_insert_augmented(node, root, &plain);
}

void pf_rb_erase(struct rb_node *node, struct rb_root *root)
{
	pf_rb_erase_augmented(node, root, &plain);
}

static struct rb_node *far_end(struct rb_node *node, enum side side)
{
	while (node && child_of(node, side))
		node = child_of(node, side);
	return node;
}

struct rb_node *pf_rb_end(const struct rb_root *root, bool first)
{
	return far_end(root->rb_node, first ? LEFT : RIGHT);
}

struct rb_node *pf_rb_step(const struct rb_node *node, bool forward)
{
	enum side side = forward ? RIGHT : LEFT;
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (child_of(node, side))
		return far_end(child_of(node, side), other(side));
	while ((parent = rb_parent(node)) && side_of(node, parent) == side)
		node = parent;
	return parent;
}

void pf_rb_replace_node(struct rb_node *victim, struct rb_node *new,
			struct rb_root *root)
{
	struct rb_node *parent = rb_parent(victim);

	*new = *victim;
	if (victim->rb_left)
		set_parent(victim->rb_left, new);
	if (victim->rb_right)
		set_parent(victim->rb_right, new);
	smp_mb(); /* a reader that finds it finds its children */
	replace_child(root, parent, victim, new);
}

/* The first node below @node without children. */
static struct rb_node *deepest(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return node;
}

struct rb_node *pf_rb_first_postorder(const struct rb_root *root)
{
	return deepest(root->rb_node);
}

struct rb_node *pf_rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent;

	if (!node)
		return NULL;
	parent = rb_parent(node);
	if (parent && node == parent->rb_left && parent->rb_right)
		return deepest(parent->rb_right);
	return parent;
}
