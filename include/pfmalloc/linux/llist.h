/* SPDX-License-Identifier: MIT */
/*
 * llist.h - a stack that needs no lock
 *
 * Any number of threads may add, and take all; llist_del_first() is for one
 * consumer at a time.
 */
#ifndef PFMALLOC_LINUX_LLIST_H
#define PFMALLOC_LINUX_LLIST_H

#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/types.h>

struct llist_head {
	struct llist_node *first;
};

struct llist_node {
	struct llist_node *next;
};

#define LLIST_HEAD_INIT(name) \
	{                     \
		NULL          \
	}
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)

static inline void init_llist_head(struct llist_head *list)
{
	list->first = NULL;
}

static inline void init_llist_node(struct llist_node *node)
{
	WRITE_ONCE(node->next, node);
}

static inline bool llist_on_list(const struct llist_node *node)
{
	return READ_ONCE(node->next) != node;
}

static inline bool llist_empty(const struct llist_head *head)
{
	return !READ_ONCE(head->first);
}

static inline struct llist_node *llist_next(struct llist_node *node)
{
	return node->next;
}

/* A chain at once.  Return: whether the list was empty. */
static inline bool llist_add_batch(struct llist_node *new_first,
				   struct llist_node *new_last,
				   struct llist_head *head)
{
	struct llist_node *first = READ_ONCE(head->first);

	do {
		new_last->next = first;
	} while (!__atomic_compare_exchange_n(&head->first, &first, new_first,
					      false, __ATOMIC_ACQ_REL,
					      __ATOMIC_RELAXED));
	return !first;
}

static inline bool llist_add(struct llist_node *new, struct llist_head *head)
{
	return llist_add_batch(new, new, head);
}

/* The newest first. */
static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return __atomic_exchange_n(&head->first, NULL, __ATOMIC_ACQ_REL);
}

/* For one thread. */
static inline struct llist_node *__llist_del_all(struct llist_head *head)
{
	struct llist_node *first = head->first;

	head->first = NULL;
	return first;
}

static inline struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *first =
		__atomic_load_n(&head->first, __ATOMIC_ACQUIRE);

	while (first && !__atomic_compare_exchange_n(
				&head->first, &first, READ_ONCE(first->next),
				false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		;
	return first;
}

static inline struct llist_node *llist_del_first_init(struct llist_head *head)
{
	struct llist_node *node = llist_del_first(head);

	if (node)
		init_llist_node(node);
	return node;
}

static inline struct llist_node *llist_reverse_order(struct llist_node *head)
{
	struct llist_node *reversed = NULL;

	while (head) {
		struct llist_node *next = head->next;

		head->next = reversed;
		reversed = head;
		head = next;
	}
	return reversed;
}

#define llist_entry(ptr, type, member) container_of(ptr, type, member)
/* NULL stays NULL, wherever the member lies. */
#define pf_llist_entry(ptr, type, member)                            \
	__extension__({                                              \
		struct llist_node *pf_node = (ptr);                  \
		pf_node ? llist_entry(pf_node, type, member) : NULL; \
	})

#define llist_for_each(pos, node) for ((pos) = (node); pos; (pos) = (pos)->next)
#define llist_for_each_safe(pos, n, node) \
	for ((pos) = (node); (pos) && ((n) = (pos)->next, true); (pos) = (n))
#define llist_for_each_entry(pos, node, member)                               \
	for ((pos) = pf_llist_entry((node), __typeof__(*(pos)), member); pos; \
	     (pos) = pf_llist_entry((pos)->member.next, __typeof__(*(pos)),   \
				    member))
#define llist_for_each_entry_safe(pos, n, node, member)                     \
	for (pos = pf_llist_entry((node), __typeof__(*pos), member);        \
	     pos &&                                                         \
	     (n = pf_llist_entry(pos->member.next, __typeof__(*n), member), \
	     true);                                                         \
	     pos = n)

#endif
