/* SPDX-License-Identifier: MIT */
/*
 * list_sort.h - a stable merge sort of a list
 */
#ifndef PFMALLOC_LINUX_LIST_SORT_H
#define PFMALLOC_LINUX_LIST_SORT_H

#include <linux/list.h>

typedef int (*list_cmp_func_t)(void *priv, const struct list_head *a,
			       const struct list_head *b);

/* Two chains that end in NULL into one; of equals those of @a come first. */
static inline struct list_head *pf_list_merge(void *priv, list_cmp_func_t cmp,
					      struct list_head *a,
					      struct list_head *b)
{
	struct list_head *first = NULL;
	struct list_head **end = &first;

	while (a && b) {
		struct list_head **from = cmp(priv, a, b) <= 0 ? &a : &b;

		*end = *from;
		end = &(*from)->next;
		*from = *end;
	}
	*end = a ? a : b;
	return first;
}

/* @cmp > 0: @a belongs behind @b.  n log n comparisons, no memory. */
static inline void list_sort(void *priv, struct list_head *head,
			     list_cmp_func_t cmp)
{
	struct list_head *sorted[8 * sizeof(size_t)] = {NULL};
	struct list_head *rest = head->next;
	struct list_head *all = NULL;
	size_t i;

	if (list_empty(head))
		return;
	head->prev->next = NULL;
	while (rest) { /* as a binary counter: sorted[i] has 2^i or none */
		struct list_head *run = rest;

		rest = rest->next;
		run->next = NULL;
		for (i = 0; sorted[i]; i++) {
			run = pf_list_merge(priv, cmp, sorted[i], run);
			sorted[i] = NULL;
		}
		sorted[i] = run;
	}
	for (i = 0; i < sizeof(sorted) / sizeof(sorted[0]); i++)
		all = pf_list_merge(priv, cmp, sorted[i], all);
	INIT_LIST_HEAD(head);
	while (all) {
		rest = all->next;
		list_add_tail(all, head);
		all = rest;
	}
}

#endif
