/* SPDX-License-Identifier: MIT */
/*
 * pools.c - mempools and shrinkers, rule by rule
 */
#include "slab.h"

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <pthread.h>

/* Elements of a source that can be made to run dry. */
static int nr_left;
static gfp_t gfp_seen[8];
static int nr_seen;

static void *source_alloc(gfp_t gfp, void *data)
{
	int n = __atomic_fetch_add(&nr_seen, 1, __ATOMIC_RELAXED);

	if (n < 8)
		gfp_seen[n] = gfp;
	(void)data;
	if (!nr_left)
		return NULL;
	nr_left--;
	return kmalloc(32, GFP_KERNEL);
}

static void source_free(void *element, void *data)
{
	(void)data;
	nr_left++;
	kfree(element);
}

static mempool_t *pool_of(int nr)
{
	nr_left = nr;
	return mempool_create(nr, source_alloc, source_free, NULL);
}

TEST(a_pool_begins_with_what_it_must_have)
{
	mempool_t *pool = pool_of(5);

	EXPECT_EQ(nr_left, 0);
	EXPECT_EQ(pool->curr_nr, 5);
	EXPECT(mempool_is_saturated(pool));
	mempool_destroy(pool);
	EXPECT_EQ(nr_left, 5);
	mempool_destroy(NULL);
}

static void *fails(gfp_t gfp, void *data)
{
	(void)gfp;
	(void)data;
	return NULL;
}

TEST(a_pool_that_cannot_be_filled_is_none)
{
	mempool_t pool;

	EXPECT(!mempool_create(2, fails, source_free, NULL));
	EXPECT_EQ(mempool_init(&pool, 2, fails, source_free, NULL), -ENOMEM);
	EXPECT(!mempool_initialized(&pool));
	mempool_exit(&pool);
}

TEST(the_source_is_asked_first_and_without_sleeping)
{
	mempool_t *pool = pool_of(1);
	void *p;

	nr_left = 1;
	nr_seen = 0;
	p = mempool_alloc(pool, GFP_KERNEL);
	EXPECT_EQ(pool->curr_nr, 1);
	EXPECT_EQ(nr_seen, 1);
	EXPECT_EQ(gfp_seen[0] & __GFP_DIRECT_RECLAIM, 0);
	EXPECT_EQ(gfp_seen[0] & __GFP_IO, 0);
	EXPECT(gfp_seen[0] & __GFP_NOMEMALLOC);
	EXPECT(gfp_seen[0] & __GFP_NORETRY);
	EXPECT(gfp_seen[0] & __GFP_NOWARN);
	mempool_free(p, pool);
	mempool_destroy(pool);
}

TEST(then_what_is_put_aside_and_then_the_source_with_all_flags)
{
	mempool_t *pool = pool_of(2);
	void *a, *b;

	nr_seen = 0;
	a = mempool_alloc(pool, GFP_KERNEL);
	b = mempool_alloc(pool, GFP_KERNEL);
	EXPECT_EQ(nr_seen, 2);
	EXPECT_EQ(pool->curr_nr, 0);
	EXPECT(!mempool_alloc(pool, GFP_ATOMIC));
	EXPECT(!mempool_alloc_preallocated(pool));
	nr_seen = 0;
	EXPECT(!mempool_alloc(pool, GFP_NOWAIT | __GFP_IO));
	EXPECT_EQ(nr_seen, 2);
	EXPECT(gfp_seen[1] & __GFP_IO);
	mempool_free(a, pool);
	mempool_free(b, pool);
	mempool_free(NULL, pool);
	EXPECT_EQ(pool->curr_nr, 2);
	mempool_destroy(pool);
}

static mempool_t *shared;

static void *free_later(void *element)
{
	msleep(50);
	mempool_free(element, shared);
	return NULL;
}

TEST(who_may_sleep_waits_for_an_element_to_come_back)
{
	pthread_t thread;
	void *a, *b;

	shared = pool_of(1);
	a = mempool_alloc(shared, GFP_KERNEL);
	pthread_create(&thread, NULL, free_later, a);
	b = mempool_alloc(shared, GFP_KERNEL);
	EXPECT(b == a);
	pthread_join(thread, NULL);
	mempool_free(b, shared);
	mempool_destroy(shared);
}

#define ROUNDS 2000

static void *take_and_give(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < ROUNDS; i++)
		mempool_free(mempool_alloc(shared, GFP_KERNEL), shared);
	return NULL;
}

/* Four threads share two elements: nobody waits for ever. */
TEST(no_wake_up_is_lost)
{
	pthread_t threads[4];
	int i;

	shared = pool_of(2);
	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, take_and_give, NULL);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(shared->curr_nr, 2);
	mempool_destroy(shared);
}

TEST(a_pool_can_be_resized)
{
	mempool_t *pool = mempool_create_kmalloc_pool(3, 100);
	void *p;

	EXPECT_EQ(mempool_resize(pool, 10), 0);
	EXPECT_EQ(pool->min_nr, 10);
	EXPECT_EQ(pool->curr_nr, 10);
	p = mempool_alloc(pool, GFP_KERNEL);
	EXPECT_EQ(mempool_resize(pool, 2), 0);
	EXPECT_EQ(pool->curr_nr, 2);
	mempool_free(p, pool);
	EXPECT_EQ(pool->curr_nr, 2);
	mempool_destroy(pool);
	EXPECT(pf_kmem_check());
}

static bool stop_using;

/* More than there ever are in the pool; each has its own pattern. */
static void *use(void *arg)
{
	unsigned char byte = (unsigned char)(unsigned long)arg;
	void *p[30];
	int i;

	while (!READ_ONCE(stop_using)) {
		for (i = 0; i < 30; i++) {
			p[i] = mempool_alloc(shared, GFP_NOWAIT);
			if (p[i])
				memset(p[i], byte, 64);
		}
		for (i = 0; i < 30; i++) {
			if (p[i] && !EXPECT(is_all(p[i], byte, 64)))
				return NULL;
			mempool_free(p[i], shared);
		}
	}
	return NULL;
}

static int nr_out; /* of the elements below */

static void *counted_alloc(gfp_t gfp, void *data)
{
	void *p;

	/* Those who may not sleep live on what is put aside. */
	if (!(gfp & __GFP_DIRECT_RECLAIM))
		return NULL;
	p = kmalloc((size_t)data, gfp);
	if (p)
		__atomic_fetch_add(&nr_out, 1, __ATOMIC_RELAXED);
	return p;
}

static void counted_free(void *element, void *data)
{
	(void)data;
	__atomic_fetch_sub(&nr_out, 1, __ATOMIC_RELAXED);
	kfree(element);
}

static void *resize_again_and_again(void *arg)
{
	int i;

	for (i = 0; i < STEPS(2000); i++) {
		EXPECT_EQ(mempool_resize(shared, 1), 0);
		EXPECT_EQ(mempool_resize(shared, 50 + i % 100), 0);
	}
	return arg;
}

TEST(a_pool_is_resized_while_others_use_and_resize_it)
{
	pthread_t users[3], resizers[2];
	long i;

	WRITE_ONCE(stop_using, false);
	nr_out = 0;
	shared = mempool_create(16, counted_alloc, counted_free, (void *)64);
	for (i = 0; i < 3; i++)
		pthread_create(&users[i], NULL, use, (void *)(i + 1));
	for (i = 0; i < 2; i++)
		pthread_create(&resizers[i], NULL, resize_again_and_again,
			       NULL);
	for (i = 0; i < 2; i++)
		pthread_join(resizers[i], NULL);
	WRITE_ONCE(stop_using, true);
	for (i = 0; i < 3; i++)
		pthread_join(users[i], NULL);
	EXPECT_EQ(shared->curr_nr, nr_out);
	EXPECT_EQ(mempool_resize(shared, 5), 0);
	EXPECT_EQ(shared->curr_nr, 5);
	EXPECT_EQ(nr_out, 5);
	mempool_destroy(shared);
	EXPECT_EQ(nr_out, 0);
	EXPECT(pf_kmem_check());
}

/* A pool that is full already when it is to be filled. */
static void *alloc_and_fill(gfp_t gfp, void *data)
{
	static bool is_inside;

	if (!is_inside && shared) {
		is_inside = true;
		mempool_free(counted_alloc(gfp, data), shared);
		is_inside = false;
	}
	return counted_alloc(gfp, data);
}

TEST(what_does_not_fit_into_a_pool_is_freed)
{
	nr_out = 0;
	shared = NULL;
	shared = mempool_create(1, alloc_and_fill, counted_free, (void *)64);
	EXPECT_EQ(nr_out, 1);
	EXPECT_EQ(mempool_resize(shared, 2), 0);
	EXPECT_EQ(shared->curr_nr, 2);
	EXPECT_EQ(nr_out, 2);
	mempool_destroy(shared);
	EXPECT_EQ(nr_out, 0);
}

static mempool_t *owned;
static char *after_the_pool;

/* Who frees the last element frees the pool with it. */
static void free_with_the_pool(void *element, void *data)
{
	(void)data;
	kfree(element);
	if (!owned)
		return;
	mempool_destroy(owned);
	owned = NULL;
	after_the_pool = kzalloc(sizeof(mempool_t), GFP_KERNEL);
}

static void *from_kmalloc(gfp_t gfp, void *data)
{
	(void)data;
	return kmalloc(32, gfp);
}

TEST(a_pool_is_not_looked_at_behind_its_source)
{
	mempool_t *pool =
		mempool_create(1, from_kmalloc, free_with_the_pool, NULL);
	void *element = mempool_alloc(pool, GFP_KERNEL);
	unsigned int i, nr_changed = 0;

	owned = pool;
	mempool_free(element, pool);
	EXPECT_EQ((void *)after_the_pool, (void *)pool);
	for (i = 0; i < sizeof(mempool_t); i++)
		nr_changed += after_the_pool[i] != 0;
	EXPECT_EQ(nr_changed, 0);
	kfree(after_the_pool);
}

TEST(elements_are_objects_or_pages)
{
	struct kmem_cache *s = kmem_cache_create("pool", 80, 0, 0, NULL);
	mempool_t *slab = mempool_create_slab_pool(4, s);
	mempool_t *pages = mempool_create_page_pool(4, 1);
	mempool_t *large = mempool_create_kvmalloc_pool(2, 5 << 20);
	struct page *page = mempool_alloc(pages, GFP_KERNEL);
	char *p = mempool_alloc(slab, GFP_KERNEL);

	memset(p, 1, 80);
	memset(page_address(page), 1, 8192);
	mempool_free(p, slab);
	mempool_free(page, pages);
	mempool_destroy(slab);
	mempool_destroy(pages);
	mempool_destroy(large);
	kmem_cache_destroy(s);
}

static void zero_from_pool(void *arg)
{
	mempool_t *pool = mempool_create_kmalloc_pool(1, 10);

	(void)arg;
	mempool_free(mempool_alloc(pool, GFP_KERNEL | __GFP_ZERO), pool);
}

TEST(a_pool_does_not_zero)
{
	expect_said(zero_from_pool, NULL, "__GFP_ZERO is not for elements");
}

/* ------------------------------------------------------------------------
 * Shrinkers
 * ------------------------------------------------------------------------ */

static unsigned long nr_objects, nr_asked, largest_portion, smallest_portion;
static bool says_stop;

static unsigned long count(struct shrinker *s, struct shrink_control *sc)
{
	(void)s;
	(void)sc;
	return nr_objects ? nr_objects : SHRINK_EMPTY;
}

static unsigned long scan(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long nr = min(sc->nr_to_scan, nr_objects);

	(void)s;
	nr_asked++;
	if (says_stop)
		return SHRINK_STOP;
	largest_portion = max(largest_portion, sc->nr_to_scan);
	smallest_portion = min(smallest_portion, sc->nr_to_scan);
	nr_objects -= nr;
	return nr;
}

static struct shrinker *shrinker_of(unsigned long nr)
{
	struct shrinker *s = shrinker_alloc(0, "test-%d", 1);

	s->count_objects = count;
	s->scan_objects = scan;
	nr_objects = nr;
	nr_asked = 0;
	largest_portion = 0;
	smallest_portion = ~0UL;
	says_stop = false;
	shrinker_register(s);
	return s;
}

TEST(a_shrinker_is_asked_for_its_share)
{
	struct shrinker *s = shrinker_of(4096);

	EXPECT_EQ(pf_shrink_slab(GFP_KERNEL, 2), 4096 / 4 * 4 / 2);
	EXPECT_EQ(nr_objects, 2048);
	EXPECT_EQ(largest_portion, 128);
	EXPECT_EQ(pf_shrink_slab(GFP_KERNEL, 0), 2048);
	EXPECT_EQ(nr_objects, 0);
	nr_asked = 0;
	pf_shrink_slab(GFP_KERNEL, 0);
	EXPECT_EQ(nr_asked, 0); /* SHRINK_EMPTY */
	shrinker_free(s);
	EXPECT_EQ(pf_shrink_slab(GFP_KERNEL, 0), 0);
}

static void register_twice(void *arg)
{
	struct shrinker *s = shrinker_of(4096);

	(void)arg;
	shrinker_register(s);
	EXPECT_EQ(pf_shrink_slab(GFP_KERNEL, 2), 2048);
	shrinker_free(s);
	EXPECT_EQ(pf_shrink_slab(GFP_KERNEL, 0), 0);
}

TEST(a_shrinker_that_is_registered_twice_is_asked_once)
{
	expect_said(register_twice, NULL,
		    "register_shrinker of one that is registered");
}

TEST(less_than_a_portion_is_remembered)
{
	struct shrinker *s = shrinker_of(1000);

	EXPECT_EQ(pf_shrink_slab(GFP_KERNEL, 5), 0); /* 62 */
	EXPECT_EQ(nr_asked, 0);
	EXPECT_EQ(pf_shrink_slab(GFP_KERNEL, 5), 0); /* 124 */
	EXPECT_EQ(pf_shrink_slab(GFP_KERNEL, 5), 128);
	s->batch = 10;
	EXPECT_GT(pf_shrink_slab(GFP_KERNEL, 5), 10);
	EXPECT_EQ(smallest_portion, 10);
	shrinker_free(s);
}

TEST(stop_ends_the_round)
{
	struct shrinker *s = shrinker_of(10000);

	says_stop = true;
	EXPECT_EQ(pf_shrink_slab(GFP_KERNEL, 0), 0);
	EXPECT_EQ(nr_asked, 1);
	shrinker_free(s);
}

/* A cache of pages that grows until memory runs short. */
struct hoard {
	struct list_head list;
	char bytes[4096 - sizeof(struct list_head)];
};

static LIST_HEAD(hoards);
static unsigned long nr_hoards, nr_given_back;
static DEFINE_MUTEX(hoard_lock);

static unsigned long hoard_count(struct shrinker *s, struct shrink_control *sc)
{
	(void)s;
	(void)sc;
	return nr_hoards;
}

static unsigned long hoard_scan(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long nr = 0;

	(void)s;
	if (!mutex_trylock(&hoard_lock))
		return SHRINK_STOP;
	for (; nr < sc->nr_to_scan && !list_empty(&hoards); nr++) {
		struct hoard *hoard =
			list_first_entry(&hoards, struct hoard, list);

		list_del(&hoard->list);
		kfree(hoard);
		nr_hoards--;
	}
	nr_given_back += nr;
	mutex_unlock(&hoard_lock);
	return nr;
}

TEST(shrinkers_are_asked_when_memory_runs_out)
{
	struct shrinker *s;
	int i;

	WITH_CONF("kmem_limit:32M", shrinkers_are_asked_when_memory_runs_out);
	s = shrinker_alloc(0, "hoard");
	s->count_objects = hoard_count;
	s->scan_objects = hoard_scan;
	shrinker_register(s);
	/* 64 MiB where there are 32. */
	for (i = 0; i < 16384; i++) {
		struct hoard *hoard =
			kmalloc(sizeof(*hoard), GFP_KERNEL | __GFP_NOWARN);

		if (!EXPECT(hoard != NULL))
			return;
		mutex_lock(&hoard_lock);
		list_add_tail(&hoard->list, &hoards);
		nr_hoards++;
		mutex_unlock(&hoard_lock);
	}
	EXPECT_GT(nr_given_back, 8192);
	EXPECT_GT(nr_hoards, 1000);
	/* Areas count, too. */
	nr_given_back = 0;
	EXPECT(vmalloc(20 << 20) != NULL);
	EXPECT_GT(nr_given_back, 0);
}

static unsigned long wait_count(struct shrinker *s, struct shrink_control *sc)
{
	(void)s;
	(void)sc;
	msleep(50);
	return 0;
}

static void *shrink_now(void *arg)
{
	(void)arg;
	pf_shrink_slab(GFP_KERNEL, 0);
	return NULL;
}

TEST(a_shrinker_ends_when_nobody_is_in_it)
{
	static struct shrinker *s;
	pthread_t thread;

	s = shrinker_alloc(0, "slow");
	s->count_objects = wait_count;
	s->scan_objects = scan;
	shrinker_register(s);
	pthread_create(&thread, NULL, shrink_now, NULL);
	msleep(10);
	shrinker_free(s);
	pthread_join(thread, NULL);
}

/* What lib/preload does where it is malloc. */
void kmem_fork_prepare(void);
void kmem_fork_parent(void);

static bool is_asked;

static unsigned long count_slowly(struct shrinker *s, struct shrink_control *sc)
{
	(void)s;
	(void)sc;
	WRITE_ONCE(is_asked, true);
	msleep(50);
	return 0;
}

/* Who asks gives up waiting for a fork after two seconds. */
TEST(a_shrinker_ends_after_a_fork_that_lasted)
{
	struct shrinker *s = shrinker_of(0);
	pthread_t thread;

	s->count_objects = count_slowly;
	is_asked = false;
	pthread_create(&thread, NULL, shrink_now, NULL);
	while (!READ_ONCE(is_asked))
		msleep(1);
	kmem_fork_prepare();
	pthread_join(thread, NULL);
	kmem_fork_parent();
	shrinker_free(s);
}
