/* SPDX-License-Identifier: MIT */
/*
 * hash_table.c - a table of names that is read without locks
 *
 * A kernel module: entries of a kmem_cache in hash chains, and on a list in the
 * order of their coming; writers under a spinlock, readers under RCU, entries
 * freed after a grace period.
 */
#define pr_fmt(fmt) "hash_table: " fmt

#include <linux/errno.h>
#include <linux/hashtable.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define NAME_BITS 6
#define NAME_LEN  24

struct name {
	struct hlist_node hash;
	struct list_head all;
	struct rcu_head rcu;
	u32 key;
	unsigned long value;
	char text[NAME_LEN];
};

static unsigned int nr_names = 1000;
module_param(nr_names, uint, 0444);
MODULE_PARM_DESC(nr_names, "how many names are put in");

static DEFINE_HASHTABLE(names, NAME_BITS);
static LIST_HEAD(names_in_order);
static DEFINE_SPINLOCK(names_lock);
static struct kmem_cache *name_cache;

static u32 key_of(const char *text)
{
	u32 key = 2166136261u;

	while (*text)
		key = (key ^ (u8)*text++) * 16777619u;
	return key;
}

/* The caller is in rcu_read_lock(), or holds names_lock. */
static struct name *name_find(const char *text)
{
	u32 key = key_of(text);
	struct name *name;

	hash_for_each_possible_rcu(names, name, hash, key,
				   lockdep_is_held(&names_lock)) {
		if (name->key == key && !strcmp(name->text, text))
			return name;
	}
	return NULL;
}

static int name_add(const char *text, unsigned long value)
{
	struct name *name;

	if (strlen(text) >= NAME_LEN)
		return -ENAMETOOLONG;
	name = kmem_cache_zalloc(name_cache, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	strscpy(name->text, text, sizeof(name->text));
	name->key = key_of(text);
	name->value = value;

	spin_lock(&names_lock);
	if (name_find(text)) {
		spin_unlock(&names_lock);
		kmem_cache_free(name_cache, name);
		return -EEXIST;
	}
	hash_add_rcu(names, &name->hash, name->key);
	list_add_tail_rcu(&name->all, &names_in_order);
	spin_unlock(&names_lock);
	return 0;
}

static void name_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(name_cache, container_of(head, struct name, rcu));
}

static int name_del(const char *text)
{
	struct name *name;

	spin_lock(&names_lock);
	name = name_find(text);
	if (name) {
		hash_del_rcu(&name->hash);
		list_del_rcu(&name->all);
	}
	spin_unlock(&names_lock);
	if (!name)
		return -ENOENT;
	call_rcu(&name->rcu, name_free_rcu);
	return 0;
}

static int name_value(const char *text, unsigned long *value)
{
	struct name *name;
	int err = -ENOENT;

	rcu_read_lock();
	name = name_find(text);
	if (name) {
		*value = name->value;
		err = 0;
	}
	rcu_read_unlock();
	return err;
}

static void names_free(void)
{
	struct name *name, *next;

	list_for_each_entry_safe(name, next, &names_in_order, all) {
		hash_del_rcu(&name->hash);
		list_del_rcu(&name->all);
		call_rcu(&name->rcu, name_free_rcu);
	}
	rcu_barrier();
	kmem_cache_destroy(name_cache);
}

static int names_fill(void)
{
	char text[NAME_LEN];
	unsigned int i;
	int err;

	for (i = 0; i < nr_names; i++) {
		snprintf(text, sizeof(text), "name-%u", i);
		err = name_add(text, i);
		if (err)
			return err;
	}
	return 0;
}

/* Every third one goes; what is left must be right, and in order. */
static int names_test(void)
{
	unsigned long value, before = 0;
	char text[NAME_LEN];
	struct name *name;
	unsigned int i;

	for (i = 0; i < nr_names; i += 3) {
		snprintf(text, sizeof(text), "name-%u", i);
		if (name_del(text) || name_del(text) != -ENOENT)
			return -EINVAL;
	}
	for (i = 0; i < nr_names; i++) {
		int err;

		snprintf(text, sizeof(text), "name-%u", i);
		err = name_value(text, &value);
		if (i % 3 ? err || value != i : err != -ENOENT)
			return -EINVAL;
	}
	rcu_read_lock();
	list_for_each_entry_rcu(name, &names_in_order, all) {
		if (name->value < before) {
			rcu_read_unlock();
			return -EINVAL;
		}
		before = name->value;
	}
	rcu_read_unlock();
	return name_add("name-1", 0) == -EEXIST ? 0 : -EINVAL;
}

static int __init hash_table_init(void)
{
	int err;

	name_cache = kmem_cache_create("names", sizeof(struct name), 0,
				       SLAB_HWCACHE_ALIGN, NULL);
	if (!name_cache)
		return -ENOMEM;
	err = names_fill();
	if (!err && nr_names > 1)
		err = names_test();
	if (err) {
		pr_err("failed: %d\n", err);
		names_free();
		return err;
	}
	pr_info("%u names, every third one deleted\n", nr_names);
	return 0;
}

static void __exit hash_table_exit(void)
{
	names_free();
	pr_info("gone\n");
}

module_init(hash_table_init);
module_exit(hash_table_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("a hash table with RCU readers");
