/* SPDX-License-Identifier: MIT */
/*
 * sort.c - heapsort
 *
 * The array as a binary tree: element n has the children 2n + 1 and 2n + 2.
 * First each parent is made not smaller than its children, from the last parent
 * down to the root; then the root, the largest, goes behind the tree, which
 * gets smaller by one and is put right again.
 * Reading: J. Williams, "Algorithm 232: Heapsort", CACM 7(6), 1964.
 */
#include <linux/compiler.h>
#include <linux/sort.h>

struct array {
	char *base;
	size_t size;
	cmp_r_func_t cmp;
	swap_r_func_t swap;
	const void *priv;
};

static char *element(const struct array *array, size_t n)
{
	return array->base + n * array->size;
}

static bool is_less(const struct array *array, size_t a, size_t b)
{
	return array->cmp(element(array, a), element(array, b), array->priv) <
	       0;
}

static void exchange(const struct array *array, size_t a, size_t b)
{
	char *left = element(array, a);
	char *right = element(array, b);
	size_t i;

	if (array->swap) {
		array->swap(left, right, (int)array->size, array->priv);
		return;
	}
	for (i = 0; i < array->size; i++) {
		char byte = left[i];

		left[i] = right[i];
		right[i] = byte;
	}
}

/* Element @at goes down in the tree of @nr until no child is larger. */
static void sift_down(const struct array *array, size_t at, size_t nr)
{
	size_t child;

	while ((child = 2 * at + 1) < nr) {
		if (child + 1 < nr && is_less(array, child, child + 1))
			child++;
		if (!is_less(array, at, child))
			return;
		exchange(array, at, child);
		at = child;
	}
}

void pf_sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp,
	       swap_r_func_t swap, const void *priv)
{
	struct array array = {base, size, cmp, swap, priv};
	size_t n;

	for (n = num / 2; n-- > 0;)
		sift_down(&array, n, num);
	for (n = num; n-- > 1;) {
		exchange(&array, 0, n);
		sift_down(&array, 0, n);
	}
}

struct functions {
	cmp_func_t cmp;
	swap_func_t swap;
};

static int call_cmp(const void *a, const void *b, const void *priv)
{
	const struct functions *functions = priv;

	return functions->cmp(a, b);
}

static void call_swap(void *a, void *b, int size, const void *priv)
{
	const struct functions *functions = priv;

	functions->swap(a, b, size);
}

void pf_sort(void *base, size_t num, size_t size, cmp_func_t cmp,
	     swap_func_t swap)
{
	struct functions functions = {cmp, swap};

	pf_sort_r(base, num, size, call_cmp, swap ? call_swap : NULL,
		  &functions);
}
