/* SPDX-License-Identifier: MIT */
/*
 * list.c - circular doubly linked lists
 */
#include "base/list.h"

#include "unit.h"

struct member {
	int number;
	struct list_head link;
};

#define MAX_MEMBERS 16

/* Digits of the members, first to last; 0 for an empty list. */
static int digits(struct list_head *head)
{
	struct member *m;
	int n = 0;

	list_for_each_entry(m, head, link)
		n = n * 10 + m->number;
	return n;
}

static int digits_backward(const struct list_head *head)
{
	const struct list_head *link;
	int n = 0;

	for (link = head->prev; link != head; link = link->prev)
		n = n * 10 + list_entry(link, struct member, link)->number;
	return n;
}

TEST(a_new_list_is_empty)
{
	struct list_head constant = LIST_HEAD_INIT(constant);
	struct list_head head;

	list_init(&head);
	EXPECT(list_is_empty(&head));
	EXPECT(list_is_empty(&constant));
	EXPECT_EQ(digits(&head), 0);
}

TEST(members_stand_in_the_order_of_adding)
{
	struct member m[] = {{.number = 1}, {.number = 2}, {.number = 3}};
	struct list_head head = LIST_HEAD_INIT(head);

	list_add(&m[1].link, &head);
	list_add(&m[0].link, &head);
	list_add_tail(&m[2].link, &head);
	EXPECT_EQ(digits(&head), 123);
	EXPECT_EQ(digits_backward(&head), 321);
	EXPECT(list_first_entry(&head, struct member, link) == &m[0]);
	EXPECT(list_last_entry(&head, struct member, link) == &m[2]);
	EXPECT(!list_is_empty(&head));
}

TEST(a_deleted_link_points_nowhere)
{
	struct member m[] = {{.number = 1}, {.number = 2}, {.number = 3}};
	struct list_head head = LIST_HEAD_INIT(head);
	unsigned int i;

	for (i = 0; i < 3; i++)
		list_add_tail(&m[i].link, &head);
	list_del(&m[1].link);
	EXPECT_EQ(digits(&head), 13);
	EXPECT_EQ(digits_backward(&head), 31);
	EXPECT(!m[1].link.next && !m[1].link.prev);
	list_del(&m[0].link);
	list_del(&m[2].link);
	EXPECT(list_is_empty(&head));
}

TEST(a_member_moves_from_list_to_list)
{
	struct member m[] = {{.number = 1}, {.number = 2}, {.number = 3}};
	struct list_head from = LIST_HEAD_INIT(from);
	struct list_head to = LIST_HEAD_INIT(to);
	unsigned int i;

	for (i = 0; i < 3; i++)
		list_add_tail(&m[i].link, &from);
	list_move(&m[2].link, &to);
	list_move(&m[0].link, &to);
	list_move_tail(&m[1].link, &to);
	EXPECT(list_is_empty(&from));
	EXPECT_EQ(digits(&to), 132);
	list_move_tail(&m[0].link, &to); /* within one list, too */
	EXPECT_EQ(digits(&to), 321);
}

TEST(members_may_be_deleted_while_the_safe_loop_runs)
{
	struct member m[MAX_MEMBERS];
	struct list_head head = LIST_HEAD_INIT(head);
	struct member *pos, *next;
	unsigned int i;

	for (i = 0; i < MAX_MEMBERS; i++) {
		m[i].number = (int)i % 10;
		list_add_tail(&m[i].link, &head);
	}
	list_for_each_entry_safe(pos, next, &head, link) {
		if (pos->number != 7)
			list_del(&pos->link);
	}
	EXPECT_EQ(digits(&head), 7);
}
