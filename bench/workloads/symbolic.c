/* SPDX-License-Identifier: MIT */
/*
 * symbolic.c - symbolic differentiation: many small objects that die young
 *
 * What it does.  Random expressions in x and y are differentiated by x and
 * simplified, twice.  Each step builds a new tree and frees the old one; nodes
 * are 16 to some 100 bytes and grow by realloc while arguments are added.
 *
 * How it is checked.  Every tree is evaluated at a random point modulo a prime,
 * together with its derivative (by dual numbers, which know nothing of trees):
 * the differentiated tree's value must be that derivative, and simplification
 * must not change a value.
 *
 * The shape is that of cfrac and espresso in the literature: B. Zorn,
 * D. Grunwald, "Evaluating models of memory allocation", 1992.
 */
#include "workload.h"

#include <inttypes.h>
#include <stdlib.h>

#define PRIME 2147483647u /* products fit into 64 bits */

enum {
	DEFAULT_THREADS = 1,
	NR_EXPRESSIONS = 1200,
	DEPTH = 4,
	NR_DERIVATIVES = 2,
};

enum kind {
	NUMBER,
	VARIABLE,
	SUM,
	PRODUCT,
	POWER
};
enum variable {
	X,
	Y
};

struct node {
	enum kind kind;
	unsigned int nr_arguments;
	uint64_t value; /* number; enum variable; exponent of a POWER */
	struct node *arguments[];
};

/* A value and its derivative by x. */
struct dual {
	uint64_t value;
	uint64_t slope;
};

struct point {
	uint64_t x;
	uint64_t y;
};

struct algebra {
	struct random *random;
	uint64_t nr_allocated;
};

static struct node *node_new(struct algebra *algebra, enum kind kind,
			     uint64_t value)
{
	struct node *node = must_malloc(sizeof(*node));

	algebra->nr_allocated++;
	node->kind = kind;
	node->nr_arguments = 0;
	node->value = value;
	return node;
}

static struct node *node_append(struct algebra *algebra, struct node *node,
				struct node *argument)
{
	unsigned int nr = node->nr_arguments + 1;

	node = must_realloc(node, sizeof(*node) + nr * sizeof(node));
	algebra->nr_allocated++;
	node->arguments[node->nr_arguments++] = argument;
	return node;
}

static void tree_free(struct node *node)
{
	unsigned int i;

	for (i = 0; i < node->nr_arguments; i++)
		tree_free(node->arguments[i]);
	free(node);
}

static struct node *tree_copy(struct algebra *algebra, const struct node *node)
{
	struct node *copy = node_new(algebra, node->kind, node->value);
	unsigned int i;

	for (i = 0; i < node->nr_arguments; i++)
		copy = node_append(algebra, copy,
				   tree_copy(algebra, node->arguments[i]));
	return copy;
}

static struct node *random_leaf(struct algebra *algebra)
{
	uint64_t choice = random_below(algebra->random, 8);

	if (choice < 4)
		return node_new(algebra, VARIABLE, X);
	if (choice < 6)
		return node_new(algebra, VARIABLE, Y);
	return node_new(algebra, NUMBER, random_below(algebra->random, 10));
}

static struct node *random_tree(struct algebra *algebra, int depth)
{
	static const enum kind kinds[] = {SUM, SUM, PRODUCT, PRODUCT, POWER};
	enum kind kind = kinds[random_below(algebra->random, 5)];
	struct node *node;
	size_t nr;

	if (!depth)
		return random_leaf(algebra);
	node = node_new(algebra, kind, 0);
	if (kind == POWER)
		node->value = random_between(algebra->random, 0, 4);
	nr = kind == POWER ? 1 : random_between(algebra->random, 2, 4);
	while (nr--)
		node = node_append(algebra, node,
				   random_tree(algebra, depth - 1));
	return node;
}

static uint64_t times(uint64_t a, uint64_t b)
{
	return a * b % PRIME;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	return (a + b) % PRIME;
}

static struct dual dual_times(struct dual a, struct dual b)
{
	return (struct dual){
		times(a.value, b.value),
		plus(times(a.slope, b.value), times(a.value, b.slope))};
}

static struct dual evaluate(const struct node *node, struct point at)
{
	struct dual sum = {0, 0}, product = {1, 0};
	unsigned int i;
	uint64_t n;

	switch (node->kind) {
	case NUMBER:
		return (struct dual){node->value, 0};
	case VARIABLE:
		return (struct dual){node->value == X ? at.x : at.y,
				     node->value == X};
	case SUM:
		for (i = 0; i < node->nr_arguments; i++) {
			struct dual term = evaluate(node->arguments[i], at);

			sum.value = plus(sum.value, term.value);
			sum.slope = plus(sum.slope, term.slope);
		}
		return sum;
	case PRODUCT:
		for (i = 0; i < node->nr_arguments; i++)
			product = dual_times(product,
					     evaluate(node->arguments[i], at));
		return product;
	case POWER:
		sum = evaluate(node->arguments[0], at);
		for (n = 0; n < node->value; n++)
			product = dual_times(product, sum);
		return product;
	}
	workload_fail("A node of a tree has no kind: %d.", (int)node->kind);
}

static struct node *derive(struct algebra *algebra, const struct node *node);

/* (f g h)' = f' g h + f g' h + f g h' */
static struct node *derive_product(struct algebra *algebra,
				   const struct node *node)
{
	struct node *sum = node_new(algebra, SUM, 0);
	unsigned int i, j;

	for (i = 0; i < node->nr_arguments; i++) {
		struct node *term = node_new(algebra, PRODUCT, 0);

		for (j = 0; j < node->nr_arguments; j++) {
			const struct node *factor = node->arguments[j];

			term = node_append(algebra, term,
					   i == j ? derive(algebra, factor)
						  : tree_copy(algebra, factor));
		}
		sum = node_append(algebra, sum, term);
	}
	return sum;
}

/* (f^n)' = n f^(n-1) f' */
static struct node *derive_power(struct algebra *algebra,
				 const struct node *node)
{
	struct node *product = node_new(algebra, PRODUCT, 0);
	struct node *power;

	if (!node->value) {
		product->kind = NUMBER;
		return product;
	}
	power = node_append(algebra, node_new(algebra, POWER, node->value - 1),
			    tree_copy(algebra, node->arguments[0]));
	product = node_append(algebra, product,
			      node_new(algebra, NUMBER, node->value));
	product = node_append(algebra, product, power);
	return node_append(algebra, product,
			   derive(algebra, node->arguments[0]));
}

static struct node *derive(struct algebra *algebra, const struct node *node)
{
	struct node *sum;
	unsigned int i;

	switch (node->kind) {
	case NUMBER:
		return node_new(algebra, NUMBER, 0);
	case VARIABLE:
		return node_new(algebra, NUMBER, node->value == X);
	case SUM:
		sum = node_new(algebra, SUM, 0);
		for (i = 0; i < node->nr_arguments; i++)
			sum = node_append(algebra, sum,
					  derive(algebra, node->arguments[i]));
		return sum;
	case PRODUCT:
		return derive_product(algebra, node);
	case POWER:
		return derive_power(algebra, node);
	}
	workload_fail("A node of a tree has no kind: %d.", (int)node->kind);
}

static struct node *simplify(struct algebra *algebra, struct node *node);

struct folded {
	struct node *node; /* the arguments that are no numbers */
	uint64_t number;   /* all that are, in one */
};

static void fold(struct algebra *algebra, struct folded *folded,
		 struct node *argument)
{
	enum kind kind = folded->node->kind;
	unsigned int i;

	if (argument->kind == NUMBER) {
		folded->number =
			kind == SUM ? plus(folded->number, argument->value)
				    : times(folded->number, argument->value);
		free(argument);
	} else if (argument->kind == kind) {
		for (i = 0; i < argument->nr_arguments; i++)
			fold(algebra, folded, argument->arguments[i]);
		free(argument);
	} else {
		folded->node = node_append(algebra, folded->node, argument);
	}
}

/* Numbers in one, nested sums in sums and products in products opened up. */
static struct node *simplify_list(struct algebra *algebra, struct node *node)
{
	uint64_t neutral = node->kind == SUM ? 0 : 1;
	struct folded folded = {node_new(algebra, node->kind, 0), neutral};
	struct node *only;
	unsigned int i;

	for (i = 0; i < node->nr_arguments; i++)
		fold(algebra, &folded, simplify(algebra, node->arguments[i]));
	free(node);

	if (folded.node->kind == PRODUCT && !folded.number) {
		tree_free(folded.node);
		return node_new(algebra, NUMBER, 0);
	}
	if (folded.number != neutral || !folded.node->nr_arguments)
		folded.node =
			node_append(algebra, folded.node,
				    node_new(algebra, NUMBER, folded.number));
	if (folded.node->nr_arguments > 1)
		return folded.node;
	only = folded.node->arguments[0];
	free(folded.node);
	return only;
}

static struct node *simplify_power(struct algebra *algebra, struct node *node)
{
	struct node *base = simplify(algebra, node->arguments[0]);
	uint64_t exponent = node->value;

	node->arguments[0] = base;
	if (exponent == 0) {
		tree_free(node);
		return node_new(algebra, NUMBER, 1);
	}
	if (exponent == 1) {
		free(node);
		return base;
	}
	return node;
}

/* The tree that it returns takes the place of @node. */
static struct node *simplify(struct algebra *algebra, struct node *node)
{
	switch (node->kind) {
	case NUMBER:
	case VARIABLE:
		return node;
	case SUM:
	case PRODUCT:
		return simplify_list(algebra, node);
	case POWER:
		return simplify_power(algebra, node);
	}
	workload_fail("A node of a tree has no kind: %d.", (int)node->kind);
}

static void must_be(const char *what, uint64_t value, uint64_t expected)
{
	if (value != expected)
		workload_fail("%s has the value %" PRIu64 " and not %" PRIu64
			      " modulo %u.",
			      what, value, expected, PRIME);
}

/* The derivative takes the place of @tree. */
static struct node *differentiate(struct algebra *algebra, struct node *tree)
{
	struct point at = {random_below(algebra->random, PRIME),
			   random_below(algebra->random, PRIME)};
	struct node *derivative = derive(algebra, tree);
	uint64_t expected = evaluate(tree, at).slope;

	tree_free(tree);
	must_be("A derivative", evaluate(derivative, at).value, expected);
	derivative = simplify(algebra, derivative);
	must_be("A simplified derivative", evaluate(derivative, at).value,
		expected);
	return derivative;
}

static void work(struct worker *worker)
{
	struct algebra algebra = {&worker->random, 0};
	uint64_t nr = workload_scaled(NR_EXPRESSIONS);
	uint64_t i;
	int n;

	for (i = 0; i < nr; i++) {
		struct node *tree = random_tree(&algebra, DEPTH);

		for (n = 0; n < NR_DERIVATIVES; n++)
			tree = differentiate(&algebra, tree);
		tree_free(tree);
	}
	worker->nr_operations = algebra.nr_allocated;
}

int main(int argc, char **argv)
{
	workload_start(argc, argv, DEFAULT_THREADS);
	workers_run(work);
	return workload_finish();
}
