/* SPDX-License-Identifier: MIT */
/*
 * rbtree.c - red-black trees against a sorted array, their invariants walked
 */
#include <linux/kernel.h>
#include <linux/rbtree.h>
#include <linux/rbtree_augmented.h>

#include "kenv.h"

#define NR_ITEMS 300

struct item {
	struct rb_node node;
	unsigned int key;
	unsigned int nr_below; /* items in its subtree, itself included */
	bool is_in;
};

static struct item items[NR_ITEMS];

static unsigned int count_of(struct rb_node *node)
{
	return node ? rb_entry(node, struct item, node)->nr_below : 0;
}

static bool recount(struct item *item, bool exit)
{
	unsigned int nr = 1 + count_of(item->node.rb_left) +
			  count_of(item->node.rb_right);

	if (exit && item->nr_below == nr)
		return true;
	item->nr_below = nr;
	return false;
}

RB_DECLARE_CALLBACKS(static, counting, struct item, node, nr_below, recount);

static bool is_red(struct rb_node *node)
{
	return node && !(node->__rb_parent_color & 1);
}

/* Black nodes on every way below @node; the three invariants on the way. */
static int walk(struct rb_node *node, struct rb_node *parent)
{
	int left, right;

	if (!node)
		return 0;
	EXPECT(rb_parent(node) == parent);
	if (is_red(node))
		EXPECT(!is_red(node->rb_left) && !is_red(node->rb_right));
	left = walk(node->rb_left, node);
	right = walk(node->rb_right, node);
	EXPECT_EQ(left, right);
	EXPECT_EQ(count_of(node),
		  1 + count_of(node->rb_left) + count_of(node->rb_right));
	return left + !is_red(node);
}

/* In order, forward and backward, the tree is the items that are in. */
static void expect_same(struct rb_root *root)
{
	struct rb_node *node = rb_first(root);
	unsigned int i;

	EXPECT(!is_red(root->rb_node));
	walk(root->rb_node, NULL);
	for (i = 0; i < NR_ITEMS; i++) {
		if (!items[i].is_in)
			continue;
		EXPECT(node == &items[i].node);
		if (node)
			node = rb_next(node);
	}
	EXPECT(!node);
	node = rb_last(root);
	for (i = NR_ITEMS; i-- > 0;) {
		if (!items[i].is_in)
			continue;
		EXPECT(node == &items[i].node);
		if (node)
			node = rb_prev(node);
	}
	EXPECT(!node);
}

static void insert(struct rb_root *root, struct item *item)
{
	struct rb_node **link = &root->rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		struct item *at = rb_entry(*link, struct item, node);

		parent = *link;
		at->nr_below++;
		link = item->key < at->key ? &parent->rb_left
					   : &parent->rb_right;
	}
	item->nr_below = 1;
	rb_link_node(&item->node, parent, link);
	rb_insert_augmented(&item->node, root, &counting);
	item->is_in = true;
}

TEST(random_insertions_and_erasures_keep_order_colours_and_counts)
{
	struct rb_root root = RB_ROOT;
	unsigned int i;

	for (i = 0; i < NR_ITEMS; i++)
		items[i] = (struct item){.key = i};
	EXPECT(RB_EMPTY_ROOT(&root));
	for (i = 0; i < 6000; i++) {
		struct item *item = &items[tap_random() % NR_ITEMS];

		if (item->is_in) {
			rb_erase_augmented(&item->node, &root, &counting);
			item->is_in = false;
		} else {
			insert(&root, item);
		}
		if (i % 16 == 0)
			expect_same(&root);
	}
	for (i = 0; i < NR_ITEMS; i++) {
		if (items[i].is_in)
			rb_erase_augmented(&items[i].node, &root, &counting);
		items[i].is_in = false;
		expect_same(&root);
	}
	EXPECT(RB_EMPTY_ROOT(&root));
}

static bool less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct item, node)->key <
	       rb_entry(b, struct item, node)->key;
}

static int compare(const void *key, const struct rb_node *node)
{
	unsigned int wanted = *(const unsigned int *)key;
	unsigned int has = rb_entry(node, struct item, node)->key;

	return (wanted > has) - (wanted < has);
}

TEST(a_cached_tree_knows_its_first_node)
{
	struct rb_root_cached root = RB_ROOT_CACHED;
	unsigned int lowest = UINT_MAX;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		items[i].key = (unsigned int)(tap_random() % 1000);
		lowest = min(lowest, items[i].key);
		rb_add_cached(&items[i].node, &root, less);
		EXPECT_EQ(rb_entry(rb_first_cached(&root), struct item, node)
				  ->key,
			  lowest);
		EXPECT(rb_first_cached(&root) == rb_first(&root.rb_root));
	}
	for (i = 0; i < 100; i++) {
		rb_erase_cached(rb_first_cached(&root), &root);
		EXPECT(rb_first_cached(&root) == rb_first(&root.rb_root));
	}
	EXPECT(RB_EMPTY_ROOT(&root.rb_root));
}

TEST(nodes_are_found_by_key_with_all_their_equals)
{
	struct rb_root root = RB_ROOT;
	unsigned int key = 7;
	unsigned int nr = 0;
	struct rb_node *node;
	unsigned int i;

	for (i = 0; i < 60; i++) {
		items[i].key = i % 10;
		rb_add(&items[i].node, &root, less);
	}
	rb_for_each(node, &key, &root, compare) {
		EXPECT_EQ(rb_entry(node, struct item, node)->key, 7);
		EXPECT(node == &items[7 + 10 * nr].node);
		nr++;
	}
	EXPECT_EQ(nr, 6);
	key = 11;
	EXPECT(!rb_find(&key, &root, compare));
}

TEST(postorder_gives_children_before_parents_and_each_node_once)
{
	struct rb_root root = RB_ROOT;
	struct item *item, *next;
	unsigned int nr = 0;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		items[i] = (struct item){.key = i};
		rb_add(&items[i].node, &root, less);
	}
	rbtree_postorder_for_each_entry_safe(item, next, &root, node) {
		if (item->node.rb_left)
			EXPECT(rb_entry(item->node.rb_left, struct item, node)
				       ->is_in);
		if (item->node.rb_right)
			EXPECT(rb_entry(item->node.rb_right, struct item, node)
				       ->is_in);
		item->is_in = true;
		nr++;
	}
	EXPECT_EQ(nr, 100);
}

TEST(a_replaced_node_has_the_other_ones_place)
{
	struct rb_root root = RB_ROOT;
	struct item other = {.key = 50};
	unsigned int i;

	for (i = 0; i < 100; i++) {
		items[i] = (struct item){.key = i};
		rb_add(&items[i].node, &root, less);
	}
	rb_replace_node(&items[50].node, &other.node, &root);
	EXPECT(rb_next(&items[49].node) == &other.node);
	EXPECT(rb_prev(&items[51].node) == &other.node);
	RB_CLEAR_NODE(&items[50].node);
	EXPECT(RB_EMPTY_NODE(&items[50].node));
	EXPECT(!rb_next(&items[50].node));
}
