/* SPDX-License-Identifier: MIT */
/*
 * hashtable.h - hash tables of 2^n hlists, of a size that the compiler knows
 */
#ifndef PFMALLOC_LINUX_HASHTABLE_H
#define PFMALLOC_LINUX_HASHTABLE_H

#include <linux/array_size.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/rculist.h>
#include <linux/types.h>

#define DEFINE_HASHTABLE(name, bits)                                        \
	struct hlist_head name[1 << (bits)] = {[0 ...((1 << (bits)) - 1)] = \
						       HLIST_HEAD_INIT}
#define DECLARE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)]

#define HASH_SIZE(name) ARRAY_SIZE(name)
#define HASH_BITS(name) ((unsigned int)ilog2(HASH_SIZE(name)))

#define hash_min(val, bits)                           \
	(sizeof(val) <= 4 ? hash_32((u32)(val), bits) \
			  : hash_long((unsigned long)(val), bits))

static inline void __hash_init(struct hlist_head *ht, unsigned int sz)
{
	unsigned int i;

	for (i = 0; i < sz; i++)
		INIT_HLIST_HEAD(&ht[i]);
}

static inline bool __hash_empty(struct hlist_head *ht, unsigned int sz)
{
	unsigned int i;

	for (i = 0; i < sz; i++) {
		if (!hlist_empty(&ht[i]))
			return false;
	}
	return true;
}

#define hash_init(table)  __hash_init(table, HASH_SIZE(table))
#define hash_empty(table) __hash_empty(table, HASH_SIZE(table))
#define hash_add(table, node, key) \
	hlist_add_head(node, &table[hash_min(key, HASH_BITS(table))])
#define hash_add_rcu(table, node, key) \
	hlist_add_head_rcu(node, &table[hash_min(key, HASH_BITS(table))])

static inline bool hash_hashed(struct hlist_node *node)
{
	return !hlist_unhashed(node);
}

static inline void hash_del(struct hlist_node *node)
{
	hlist_del_init(node);
}

static inline void hash_del_rcu(struct hlist_node *node)
{
	hlist_del_init_rcu(node);
}

/* Every entry; a break leaves one bucket, and @obj is NULL at the end. */
#define hash_for_each(name, bkt, obj, member)                         \
	for ((bkt) = 0, obj = NULL;                                   \
	     obj == NULL && (size_t)(bkt) < HASH_SIZE(name); (bkt)++) \
		hlist_for_each_entry(obj, &name[bkt], member)
#define hash_for_each_rcu(name, bkt, obj, member)                     \
	for ((bkt) = 0, obj = NULL;                                   \
	     obj == NULL && (size_t)(bkt) < HASH_SIZE(name); (bkt)++) \
		hlist_for_each_entry_rcu(obj, &name[bkt], member)
#define hash_for_each_safe(name, bkt, tmp, obj, member)               \
	for ((bkt) = 0, obj = NULL;                                   \
	     obj == NULL && (size_t)(bkt) < HASH_SIZE(name); (bkt)++) \
		hlist_for_each_entry_safe(obj, tmp, &name[bkt], member)

/* Those that may have @key. */
#define hash_for_each_possible(name, obj, member, key) \
	hlist_for_each_entry(obj, &name[hash_min(key, HASH_BITS(name))], member)
#define hash_for_each_possible_rcu(name, obj, member, key, cond...)          \
	hlist_for_each_entry_rcu(obj, &name[hash_min(key, HASH_BITS(name))], \
				 member)
#define hash_for_each_possible_rcu_notrace(name, obj, member, key) \
	hash_for_each_possible_rcu(name, obj, member, key)
#define hash_for_each_possible_safe(name, obj, tmp, member, key) \
	hlist_for_each_entry_safe(                               \
		obj, tmp, &name[hash_min(key, HASH_BITS(name))], member)

#endif
