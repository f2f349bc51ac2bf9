/* SPDX-License-Identifier: MIT */
/*
 * lru_cache.c - a cache that gives memory back when the system wants some
 *
 * A kernel module: pages of text by number, the least recently used last; a
 * shrinker frees from that end.
 */
#define pr_fmt(fmt) "lru_cache: " fmt

#include <linux/errno.h>
#include <linux/hashtable.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/version.h>

#define ENTRY_BYTES 512

struct entry {
	struct hlist_node hash;
	struct list_head lru;
	unsigned long number;
	char data[ENTRY_BYTES];
};

static DEFINE_HASHTABLE(entries, 8);
static LIST_HEAD(lru); /* the most recently used first */
static DEFINE_MUTEX(cache_lock);
static unsigned long nr_entries, nr_hits, nr_misses;

static struct entry *entry_find(unsigned long number)
{
	struct entry *entry;

	lockdep_assert_held(&cache_lock);
	hash_for_each_possible(entries, entry, hash, number) {
		if (entry->number == number)
			return entry;
	}
	return NULL;
}

static void entry_free(struct entry *entry)
{
	hash_del(&entry->hash);
	list_del(&entry->lru);
	nr_entries--;
	kfree(entry);
}

static struct entry *entry_new(unsigned long number)
{
	struct entry *entry = kmalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return NULL;
	entry->number = number;
	memset(entry->data, (int)(number & 0xff), sizeof(entry->data));
	hash_add(entries, &entry->hash, number);
	list_add(&entry->lru, &lru);
	nr_entries++;
	return entry;
}

/* The first byte of entry @number, made if it is not there; or -ENOMEM. */
static int cache_read(unsigned long number)
{
	struct entry *entry;
	int byte = -ENOMEM;

	mutex_lock(&cache_lock);
	entry = entry_find(number);
	if (entry) {
		nr_hits++;
		list_move(&entry->lru, &lru);
	} else {
		nr_misses++;
		entry = entry_new(number);
	}
	if (entry)
		byte = (unsigned char)entry->data[0];
	mutex_unlock(&cache_lock);
	return byte;
}

static unsigned long cache_count(struct shrinker *shrink,
				 struct shrink_control *sc)
{
	unsigned long nr = READ_ONCE(nr_entries);

	return nr ? nr : SHRINK_EMPTY;
}

/* An allocation under the lock may come here: then there is nothing to have. */
static unsigned long cache_scan(struct shrinker *shrink,
				struct shrink_control *sc)
{
	struct entry *entry, *next;
	unsigned long nr_freed = 0;

	if (!mutex_trylock(&cache_lock))
		return SHRINK_STOP;
	list_for_each_entry_safe_reverse(entry, next, &lru, lru) {
		if (nr_freed >= sc->nr_to_scan)
			break;
		entry_free(entry);
		nr_freed++;
	}
	mutex_unlock(&cache_lock);
	return nr_freed;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
static struct shrinker *cache_shrinker;

static int shrinker_add(void)
{
	cache_shrinker = shrinker_alloc(0, "lru_cache");
	if (!cache_shrinker)
		return -ENOMEM;
	cache_shrinker->count_objects = cache_count;
	cache_shrinker->scan_objects = cache_scan;
	shrinker_register(cache_shrinker);
	return 0;
}

static void shrinker_del(void)
{
	shrinker_free(cache_shrinker);
}
#else
static struct shrinker cache_shrinker = {
	.count_objects = cache_count,
	.scan_objects = cache_scan,
	.seeks = DEFAULT_SEEKS,
};

static int shrinker_add(void)
{
	return register_shrinker(&cache_shrinker, "lru_cache");
}

static void shrinker_del(void)
{
	unregister_shrinker(&cache_shrinker);
}
#endif

static void cache_free_all(void)
{
	struct entry *entry, *next;

	mutex_lock(&cache_lock);
	list_for_each_entry_safe(entry, next, &lru, lru)
		entry_free(entry);
	mutex_unlock(&cache_lock);
	WARN_ON(nr_entries);
}

/* 200 entries, the first 50 used again, 150 taken: the 50 must be left. */
static int cache_test(void)
{
	struct shrink_control sc = {.gfp_mask = GFP_KERNEL, .nr_to_scan = 150};
	unsigned long i;

	for (i = 0; i < 200; i++) {
		if (cache_read(i) != (int)(i & 0xff))
			return -ENOMEM;
	}
	for (i = 0; i < 50; i++)
		cache_read(i);
	if (cache_scan(NULL, &sc) != 150 || nr_entries != 50)
		return -EINVAL;
	nr_misses = 0;
	for (i = 0; i < 50; i++)
		cache_read(i);
	return nr_misses ? -EINVAL : 0;
}

static int __init lru_cache_init(void)
{
	int err = shrinker_add();

	if (err)
		return err;
	err = cache_test();
	if (err) {
		shrinker_del();
		cache_free_all();
		return err;
	}
	pr_info("%lu entries, %lu hits\n", nr_entries, nr_hits);
	return 0;
}

static void __exit lru_cache_exit(void)
{
	shrinker_del();
	cache_free_all();
}

module_init(lru_cache_init);
module_exit(lru_cache_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("an LRU cache with a shrinker");
