/* SPDX-License-Identifier: MIT */
/*
 * rculist.h - lists that are read while they are changed
 *
 * Writers exclude each other by a lock.  Readers walk in rcu_read_lock(): they
 * see an entry whole or not at all.  A deleted entry keeps its way forward, and
 * is freed after a grace period.
 */
#ifndef PFMALLOC_LINUX_RCULIST_H
#define PFMALLOC_LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#define list_next_rcu(list)   (*((struct list_head __rcu **)(&(list)->next)))
#define hlist_first_rcu(head) (*((struct hlist_node __rcu **)(&(head)->first)))
#define hlist_next_rcu(node)  (*((struct hlist_node __rcu **)(&(node)->next)))

static inline void INIT_LIST_HEAD_RCU(struct list_head *list)
{
	INIT_LIST_HEAD(list);
}

static inline void pf_list_add_rcu(struct list_head *new,
				   struct list_head *prev,
				   struct list_head *next)
{
	new->next = next;
	new->prev = prev;
	rcu_assign_pointer(list_next_rcu(prev), new);
	next->prev = new;
}

static inline void list_add_rcu(struct list_head *new, struct list_head *head)
{
	pf_list_add_rcu(new, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head *new,
				     struct list_head *head)
{
	pf_list_add_rcu(new, head->prev, head);
}

static inline void list_del_rcu(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->prev = (struct list_head *)LIST_POISON2;
}

static inline void list_replace_rcu(struct list_head *old,
				    struct list_head *new)
{
	new->next = old->next;
	new->prev = old->prev;
	rcu_assign_pointer(list_next_rcu(new->prev), new);
	new->next->prev = new;
	old->prev = (struct list_head *)LIST_POISON2;
}

/*
 * All entries of @list to the front of @head; @sync waits until no reader is on
 * the way in @list.
 */
static inline void list_splice_init_rcu(struct list_head *list,
					struct list_head *head,
					void (*sync)(void))
{
	struct list_head *first = list->next;
	struct list_head *last = list->prev;
	struct list_head *at = head->next;

	if (list_empty(list))
		return;
	INIT_LIST_HEAD(list);
	sync();
	last->next = at;
	rcu_assign_pointer(list_next_rcu(head), first);
	first->prev = head;
	at->prev = last;
}

#define list_entry_rcu(ptr, type, member) \
	container_of(rcu_dereference_raw(ptr), type, member)
#define list_first_or_null_rcu(ptr, type, member)                          \
	__extension__({                                                    \
		struct list_head *pf_head = (ptr);                         \
		struct list_head *pf_first =                               \
			rcu_dereference_raw(pf_head->next);                \
		pf_first != pf_head ? container_of(pf_first, type, member) \
				    : NULL;                                \
	})
#define list_next_or_null_rcu(head, ptr, type, member)                        \
	__extension__({                                                       \
		struct list_head *pf_head = (head);                           \
		struct list_head *pf_next = rcu_dereference_raw((ptr)->next); \
		pf_next != pf_head ? container_of(pf_next, type, member)      \
				   : NULL;                                    \
	})

/* @cond...: the lock that also allows to walk; not looked at. */
#define list_for_each_entry_rcu(pos, head, member, cond...)                \
	for (pos = list_entry_rcu((head)->next, __typeof__(*pos), member); \
	     &pos->member != (head);                                       \
	     pos = list_entry_rcu(pos->member.next, __typeof__(*pos), member))
#define list_for_each_entry_lockless(pos, head, member) \
	list_for_each_entry_rcu(pos, head, member)
#define list_for_each_entry_srcu(pos, head, member, cond) \
	list_for_each_entry_rcu(pos, head, member)
#define list_for_each_entry_continue_rcu(pos, head, member)                    \
	for (pos = list_entry_rcu(pos->member.next, __typeof__(*pos), member); \
	     &pos->member != (head);                                           \
	     pos = list_entry_rcu(pos->member.next, __typeof__(*pos), member))
#define list_for_each_entry_from_rcu(pos, head, member)                 \
	for (; &(pos)->member != (head);                                \
	     pos = list_entry_rcu(pos->member.next, __typeof__(*(pos)), \
				  member))

static inline void hlist_del_rcu(struct hlist_node *n)
{
	__hlist_del(n);
	WRITE_ONCE(n->pprev, (struct hlist_node **)LIST_POISON2);
}

static inline void hlist_del_init_rcu(struct hlist_node *n)
{
	if (!hlist_unhashed(n)) {
		__hlist_del(n);
		WRITE_ONCE(n->pprev, NULL);
	}
}

static inline void hlist_add_head_rcu(struct hlist_node *n,
				      struct hlist_head *h)
{
	struct hlist_node *first = h->first;

	n->next = first;
	WRITE_ONCE(n->pprev, &h->first);
	rcu_assign_pointer(hlist_first_rcu(h), n);
	if (first)
		WRITE_ONCE(first->pprev, &n->next);
}

static inline void hlist_add_before_rcu(struct hlist_node *n,
					struct hlist_node *next)
{
	WRITE_ONCE(n->pprev, next->pprev);
	n->next = next;
	rcu_assign_pointer(*n->pprev, n);
	WRITE_ONCE(next->pprev, &n->next);
}

static inline void hlist_add_behind_rcu(struct hlist_node *n,
					struct hlist_node *prev)
{
	n->next = prev->next;
	WRITE_ONCE(n->pprev, &prev->next);
	rcu_assign_pointer(hlist_next_rcu(prev), n);
	if (n->next)
		WRITE_ONCE(n->next->pprev, &n->next);
}

static inline void hlist_add_tail_rcu(struct hlist_node *n,
				      struct hlist_head *h)
{
	struct hlist_node *last = h->first;

	while (last && last->next)
		last = last->next;
	if (last)
		hlist_add_behind_rcu(n, last);
	else
		hlist_add_head_rcu(n, h);
}

static inline void hlist_replace_rcu(struct hlist_node *old,
				     struct hlist_node *new)
{
	new->next = old->next;
	WRITE_ONCE(new->pprev, old->pprev);
	rcu_assign_pointer(*new->pprev, new);
	if (new->next)
		WRITE_ONCE(new->next->pprev, &new->next);
	WRITE_ONCE(old->pprev, (struct hlist_node **)LIST_POISON2);
}

#define pf_hlist_entry_rcu(place, pos, member) \
	hlist_entry_safe(rcu_dereference_raw(place), __typeof__(*(pos)), member)

#define hlist_for_each_entry_rcu(pos, head, member, cond...)            \
	for (pos = pf_hlist_entry_rcu((head)->first, pos, member); pos; \
	     pos = pf_hlist_entry_rcu((pos)->member.next, pos, member))
#define hlist_for_each_entry_rcu_notrace(pos, head, member) \
	hlist_for_each_entry_rcu(pos, head, member)
#define hlist_for_each_entry_rcu_bh(pos, head, member) \
	hlist_for_each_entry_rcu(pos, head, member)
#define hlist_for_each_entry_srcu(pos, head, member, cond) \
	hlist_for_each_entry_rcu(pos, head, member)
#define hlist_for_each_entry_continue_rcu(pos, member)                       \
	for (pos = pf_hlist_entry_rcu((pos)->member.next, pos, member); pos; \
	     pos = pf_hlist_entry_rcu((pos)->member.next, pos, member))
#define hlist_for_each_entry_from_rcu(pos, member) \
	for (; pos; pos = pf_hlist_entry_rcu((pos)->member.next, pos, member))

#endif
