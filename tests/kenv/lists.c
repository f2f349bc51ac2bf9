/* SPDX-License-Identifier: MIT */
/*
 * lists.c - lists, hash tables, lock-free stacks, sorting
 */
#include <linux/hashtable.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/list_sort.h>
#include <linux/llist.h>
#include <linux/rculist.h>

#include "kenv.h"

struct item {
	int number;
	struct list_head link;
	struct hlist_node hash;
	struct llist_node stack;
};

static struct item items[100];

static void fill(struct list_head *head, int from, int to)
{
	int i;

	INIT_LIST_HEAD(head);
	for (i = from; i < to; i++) {
		items[i].number = i;
		list_add_tail(&items[i].link, head);
	}
}

/* The list as digits. */
static const char *text_of(struct list_head *head)
{
	static char text[128];
	struct item *item;
	size_t at = 0;

	list_for_each_entry(item, head, link) {
		text[at++] = (char)('0' + item->number);
	}
	text[at] = '\0';
	at = 0;
	list_for_each_entry_reverse(item, head, link) {
		at++;
	}
	EXPECT_EQ(at, strlen(text));
	return text;
}

TEST(entries_are_added_at_both_ends_and_moved)
{
	LIST_HEAD(list);
	LIST_HEAD(other);

	EXPECT(list_empty(&list));
	fill(&list, 0, 5);
	EXPECT_STR_EQ(text_of(&list), "01234");
	list_move(&items[3].link, &list);
	EXPECT_STR_EQ(text_of(&list), "30124");
	list_move_tail(&items[3].link, &list);
	EXPECT_STR_EQ(text_of(&list), "01243");
	list_swap(&items[0].link, &items[3].link);
	EXPECT_STR_EQ(text_of(&list), "31240");
	list_swap(&items[2].link, &items[4].link);
	EXPECT_STR_EQ(text_of(&list), "31420");
	list_rotate_left(&list);
	EXPECT_STR_EQ(text_of(&list), "14203");
	list_rotate_to_front(&items[2].link, &list);
	EXPECT_STR_EQ(text_of(&list), "20314");
	list_bulk_move_tail(&list, &items[0].link, &items[3].link);
	EXPECT_STR_EQ(text_of(&list), "21403");
	list_cut_position(&other, &list, &items[1].link);
	EXPECT_STR_EQ(text_of(&other), "21");
	EXPECT_STR_EQ(text_of(&list), "403");
	list_splice_tail_init(&other, &list);
	EXPECT(list_empty(&other));
	EXPECT_STR_EQ(text_of(&list), "40321");
	EXPECT_EQ(list_count_nodes(&list), 5);
}

TEST(the_safe_walk_may_delete)
{
	struct item *item, *next;
	LIST_HEAD(list);

	fill(&list, 0, 8);
	list_for_each_entry_safe(item, next, &list, link) {
		if (item->number % 2)
			list_del(&item->link);
	}
	EXPECT_STR_EQ(text_of(&list), "0246");
	EXPECT(items[1].link.next == LIST_POISON1);
	EXPECT(items[1].link.prev == LIST_POISON2);
	EXPECT(list_is_first(&items[0].link, &list));
	EXPECT(list_is_last(&items[6].link, &list));
	EXPECT(list_first_entry_or_null(&list, struct item, link) == &items[0]);
	INIT_LIST_HEAD(&list);
	EXPECT(!list_first_entry_or_null(&list, struct item, link));
}

static noinline int number_behind(struct item *item, struct list_head *head)
{
	int number = 0;

	list_for_each_entry_continue_rcu(item, head, link) {
		number = number * 10 + item->number;
	}
	return number;
}

TEST(each_walk_begins_and_ends_where_its_name_says)
{
	struct item *item, *next;
	LIST_HEAD(list);
	LIST_HEAD(other);
	int sum;

	fill(&list, 0, 6);
	item = &items[2];
	sum = 0;
	list_for_each_entry_continue(item, &list, link) {
		sum = sum * 10 + item->number;
	}
	EXPECT_EQ(sum, 345);
	item = &items[2];
	sum = 0;
	list_for_each_entry_from(item, &list, link) {
		sum = sum * 10 + item->number;
	}
	EXPECT_EQ(sum, 2345);
	item = &items[2];
	sum = 0;
	list_for_each_entry_continue_reverse(item, &list, link) {
		sum = sum * 10 + item->number;
	}
	EXPECT_EQ(sum, 10);
	item = &items[2];
	sum = 0;
	list_for_each_entry_from_rcu(item, &list, link) {
		sum = sum * 10 + item->number;
	}
	EXPECT_EQ(sum, 2345);
	item = list_prepare_entry(&items[2], &list, link);
	EXPECT_EQ(number_behind(item, &list), 345);
	item = &items[3];
	list_for_each_entry_safe_continue(item, next, &list, link) {
		list_del(&item->link);
	}
	EXPECT_STR_EQ(text_of(&list), "0123");
	item = &items[1];
	list_for_each_entry_safe_from(item, next, &list, link) {
		list_move_tail(&item->link, &other);
		if (item->number == 2)
			break;
	}
	EXPECT_STR_EQ(text_of(&list), "03");
	EXPECT_STR_EQ(text_of(&other), "12");
	list_splice_init(&other, &list);
	EXPECT_STR_EQ(text_of(&list), "1203");
	list_cut_before(&other, &list, &items[0].link);
	EXPECT_STR_EQ(text_of(&other), "12");
	EXPECT_STR_EQ(text_of(&list), "03");
	list_replace_init(&items[3].link, &items[4].link);
	EXPECT_STR_EQ(text_of(&list), "04");
	EXPECT(list_empty(&items[3].link));
	list_for_each_entry_safe_reverse(item, next, &list, link) {
		list_move(&item->link, &other);
	}
	EXPECT_STR_EQ(text_of(&other), "0412");
}

/* The chain as a number. */
static int number_of(struct hlist_head *head)
{
	struct hlist_node **link = &head->first;
	struct item *item;
	int number = 0;

	hlist_for_each_entry(item, head, hash) {
		EXPECT(item->hash.pprev == link);
		link = &item->hash.next;
		number = number * 10 + item->number;
	}
	return number;
}

TEST(a_chain_is_changed_at_any_place)
{
	struct hlist_node *next;
	struct item *item;
	HLIST_HEAD(chain);
	HLIST_HEAD(other);
	int i;

	for (i = 1; i < 8; i++) {
		items[i].number = i;
		INIT_HLIST_NODE(&items[i].hash);
	}
	hlist_add_head(&items[2].hash, &chain);
	hlist_add_before(&items[1].hash, &items[2].hash);
	hlist_add_behind(&items[4].hash, &items[2].hash);
	hlist_add_before_rcu(&items[3].hash, &items[4].hash);
	hlist_add_tail_rcu(&items[5].hash, &chain);
	EXPECT_EQ(number_of(&chain), 12345);
	hlist_replace_rcu(&items[3].hash, &items[6].hash);
	hlist_add_behind_rcu(&items[7].hash, &items[5].hash);
	EXPECT_EQ(number_of(&chain), 126457);
	hlist_del_init(&items[1].hash);
	EXPECT(hlist_unhashed(&items[1].hash));
	hlist_del_init(&items[1].hash); /* nothing */
	hlist_for_each_entry_safe(item, next, &chain, hash) {
		if (item->number % 2)
			hlist_del(&item->hash);
	}
	EXPECT_EQ(number_of(&chain), 264);
	item = &items[2];
	hlist_for_each_entry_continue(item, hash) {
		EXPECT_NE(item->number, 2);
	}
	EXPECT_EQ(hlist_count_nodes(&chain), 3);
	hlist_move_list(&chain, &other);
	hlist_add_head(&items[1].hash, &chain);
	hlist_splice_init(&other, &items[4].hash, &chain);
	EXPECT(hlist_empty(&other));
	EXPECT_EQ(number_of(&chain), 2641);
}

static int by_tens(void *priv, const struct list_head *a,
		   const struct list_head *b)
{
	(void)priv;
	return list_entry(a, struct item, link)->number / 10 >
	       list_entry(b, struct item, link)->number / 10;
}

TEST(sorting_is_stable)
{
	struct item *item;
	LIST_HEAD(list);
	int tens = 0, before = -1;
	int i;

	for (i = 0; i < 100; i++) {
		items[i].number = (i * 37 % 10) * 10 + i / 10;
		list_add_tail(&items[i].link, &list);
	}
	list_sort(NULL, &list, by_tens);
	list_for_each_entry(item, &list, link) {
		if (item->number / 10 != tens)
			before = -1;
		tens = item->number / 10;
		EXPECT_GE(item->number % 10, before);
		before = item->number % 10;
	}
	EXPECT_EQ(tens, 9);
	EXPECT_EQ(list_count_nodes(&list), 100);
}

TEST(a_hash_table_finds_what_was_added_and_no_more)
{
	DEFINE_HASHTABLE(table, 4);
	struct hlist_node *next;
	struct item *item;
	int bucket, nr;
	int i;

	EXPECT(hash_empty(table));
	EXPECT_EQ(HASH_BITS(table), 4);
	for (i = 0; i < 100; i++) {
		items[i].number = i;
		hash_add(table, &items[i].hash, i);
	}
	for (i = 0; i < 100; i++) {
		nr = 0;
		hash_for_each_possible(table, item, hash, i) {
			nr += item->number == i;
		}
		EXPECT_EQ(nr, 1);
	}
	hash_for_each_safe(table, bucket, next, item, hash) {
		if (item->number % 3)
			hash_del(&item->hash);
	}
	nr = 0;
	hash_for_each(table, bucket, item, hash) {
		EXPECT_EQ(item->number % 3, 0);
		nr++;
	}
	EXPECT_EQ(nr, 34);
	EXPECT(!hash_hashed(&items[1].hash));
}

TEST(an_rcu_list_keeps_the_way_forward_of_a_deleted_entry)
{
	struct item *item;
	LIST_HEAD(list);
	int nr = 0;

	fill(&list, 0, 5);
	rcu_read_lock();
	list_for_each_entry_rcu(item, &list, link) {
		if (item->number == 2)
			list_del_rcu(&item->link);
		nr++;
	}
	rcu_read_unlock();
	EXPECT_EQ(nr, 5);
	EXPECT_STR_EQ(text_of(&list), "0134");
	list_replace_rcu(&items[3].link, &items[2].link);
	EXPECT_STR_EQ(text_of(&list), "0124");
}

TEST(a_lock_free_stack_gives_the_newest_first)
{
	struct llist_node *all;
	LLIST_HEAD(stack);
	struct item *item;
	int expected = 4;
	int i;

	for (i = 0; i < 5; i++) {
		items[i].number = i;
		EXPECT_EQ(llist_add(&items[i].stack, &stack), i == 0);
	}
	EXPECT(llist_del_first(&stack) == &items[4].stack);
	llist_add(&items[4].stack, &stack);
	all = llist_del_all(&stack);
	EXPECT(llist_empty(&stack));
	llist_for_each_entry(item, all, stack) {
		EXPECT_EQ(item->number, expected--);
	}
	EXPECT_EQ(expected, -1);
	EXPECT(llist_reverse_order(all) == &items[0].stack);
}
