/* SPDX-License-Identifier: MIT */
/*
 * list.h - circular doubly linked lists whose links lie inside their members
 *
 * The head is a link too: an empty list points at itself, so that adding and
 * deleting have no special case.  A deleted link points nowhere (NULL), which
 * makes a second deletion fault at once instead of corrupting a list.
 */
#ifndef PF_BASE_LIST_H
#define PF_BASE_LIST_H

#include "base/compiler.h"
#include "base/types.h"

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

#define LIST_HEAD_INIT(name)     \
	{                        \
		&(name), &(name) \
	}

static inline void list_init(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_is_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline void list_insert(struct list_head *link, struct list_head *prev,
			       struct list_head *next)
{
	link->next = next;
	link->prev = prev;
	next->prev = link;
	prev->next = link;
}

static inline void list_add(struct list_head *link, struct list_head *head)
{
	list_insert(link, head, head->next);
}

static inline void list_add_tail(struct list_head *link, struct list_head *head)
{
	list_insert(link, head->prev, head);
}

static inline void list_del(struct list_head *link)
{
	link->next->prev = link->prev;
	link->prev->next = link->next;
	link->next = NULL;
	link->prev = NULL;
}

static inline void list_move(struct list_head *link, struct list_head *head)
{
	list_del(link);
	list_add(link, head);
}

static inline void list_move_tail(struct list_head *link,
				  struct list_head *head)
{
	list_del(link);
	list_add_tail(link, head);
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(head, type, member) \
	list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) \
	list_entry((head)->prev, type, member)

#define list_for_each_entry(pos, head, member)                       \
	for (pos = list_first_entry(head, __typeof__(*pos), member); \
	     &pos->member != (head);                                 \
	     pos = list_first_entry(&pos->member, __typeof__(*pos), member))

/* As list_for_each_entry(), where the body may delete @pos. */
#define list_for_each_entry_safe(pos, tmp, head, member)                    \
	for (pos = list_first_entry(head, __typeof__(*pos), member),        \
	    tmp = list_first_entry(&pos->member, __typeof__(*pos), member); \
	     &pos->member != (head); pos = tmp,                             \
	    tmp = list_first_entry(&tmp->member, __typeof__(*tmp), member))

#endif
