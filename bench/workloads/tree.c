/* SPDX-License-Identifier: MIT */
/*
 * tree.c - binary trees: allocate everything, free everything
 *
 * What it does.  One tree of a million nodes lives from the beginning to the
 * end.  Beside it trees of growing depth are built, walked and freed, the
 * smaller the more of them, so that each depth costs the same.
 *
 * How it is checked.  A node holds its number, the root 1, the children of n 2n
 * and 2n + 1, as in a heap; the sum of a complete tree's numbers is known.
 *
 * The shape is that of GCBench (J. Ellis, P. Kovac, H. Boehm) and of the
 * binary-trees programs that came from it.
 */
#include "workload.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	DEFAULT_THREADS = 1,
	LONG_LIVED_DEPTH = 19, /* 2^20 - 1 nodes */
	LOWEST_DEPTH = 4,
	HIGHEST_DEPTH = 18,
	DEPTH_STEP = 2,
	NR_HIGHEST = 4, /* trees of the highest depth */
};

struct node {
	struct node *left;
	struct node *right;
	uint64_t number;
};

static struct node *tree_new(uint64_t number, unsigned int depth)
{
	struct node *node = must_malloc(sizeof(*node));

	node->number = number;
	node->left = depth ? tree_new(2 * number, depth - 1) : NULL;
	node->right = depth ? tree_new(2 * number + 1, depth - 1) : NULL;
	return node;
}

static uint64_t tree_sum(const struct node *node)
{
	if (!node)
		return 0;
	return node->number + tree_sum(node->left) + tree_sum(node->right);
}

static void tree_free(struct node *node)
{
	if (!node)
		return;
	tree_free(node->left);
	tree_free(node->right);
	free(node);
}

static uint64_t nodes_of_depth(unsigned int depth)
{
	return (2ULL << depth) - 1;
}

static void tree_check(const struct node *tree, unsigned int depth)
{
	uint64_t nr = nodes_of_depth(depth);
	uint64_t expected = nr * (nr + 1) / 2;
	uint64_t sum = tree_sum(tree);

	if (sum != expected)
		workload_fail("The numbers in a tree of depth %u add up to "
			      "%" PRIu64 " and not to %" PRIu64 ".",
			      depth, sum, expected);
}

static uint64_t build_and_free(unsigned int depth, uint64_t nr_trees)
{
	uint64_t i;

	for (i = 0; i < nr_trees; i++) {
		struct node *tree = tree_new(1, depth);

		tree_check(tree, depth);
		tree_free(tree);
	}
	return nr_trees * nodes_of_depth(depth);
}

static void work(struct worker *worker)
{
	struct node *long_lived = tree_new(1, LONG_LIVED_DEPTH);
	uint64_t nr_operations = nodes_of_depth(LONG_LIVED_DEPTH);
	unsigned int depth;

	for (depth = LOWEST_DEPTH; depth <= HIGHEST_DEPTH; depth += DEPTH_STEP)
		nr_operations += build_and_free(
			depth, workload_scaled((uint64_t)NR_HIGHEST
					       << (HIGHEST_DEPTH - depth)));
	tree_check(long_lived, LONG_LIVED_DEPTH);
	tree_free(long_lived);
	worker->nr_operations = nr_operations;
}

int main(int argc, char **argv)
{
	workload_start(argc, argv, DEFAULT_THREADS);
	workers_run(work);
	return workload_finish();
}
