/* SPDX-License-Identifier: MIT */
/*
 * caches.c - kmem_caches, rule by rule
 */
#include "slab.h"

#include <linux/completion.h>
#include <linux/delay.h>
#include <pthread.h>
#include <sched.h>

struct item {
	long number;
	char text[40];
};

static struct kmem_cache *cache_of(unsigned int size, unsigned int align)
{
	return kmem_cache_create("some", size, align, SLAB_NO_MERGE, NULL);
}

static void alloc_and_free(struct kmem_cache *s, unsigned int nr)
{
	static void *p[300];
	unsigned int i;

	for (i = 0; i < nr; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	for (i = 0; i < nr; i++)
		kmem_cache_free(s, p[i]);
}

TEST(objects_come_and_go)
{
	struct kmem_cache *s = KMEM_CACHE(item, SLAB_NO_MERGE);
	struct item *p[1000];
	int i;

	if (!EXPECT(s != NULL))
		return;
	EXPECT_EQ(kmem_cache_size(s), sizeof(struct item));
	for (i = 0; i < 1000; i++) {
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
		memset(p[i], i & 0xff, sizeof(*p[i]));
	}
	for (i = 0; i < 1000; i++) {
		EXPECT(is_all(p[i], i & 0xff, sizeof(*p[i])));
		kmem_cache_free(s, p[i]);
	}
	EXPECT(pf_kmem_check());
	kmem_cache_destroy(s);
}

TEST(no_objects_overlap)
{
	unsigned int size;

	for (size = 1; size < 3000; size += 61) {
		struct kmem_cache *s = cache_of(size, 0);
		char *p[200];
		int i, j;

		for (i = 0; i < 200; i++) {
			p[i] = kmem_cache_alloc(s, GFP_KERNEL);
			memset(p[i], i, size);
			EXPECT(is_aligned(p[i], 8));
		}
		for (i = 0; i < 200; i++) {
			if (!EXPECT(is_all(p[i], i, size)))
				return;
		}
		for (j = 0; j < 200; j++)
			kmem_cache_free(s, p[j]);
		kmem_cache_destroy(s);
	}
}

TEST(alignment_is_what_was_asked_for)
{
	unsigned int align;

	for (align = 1; align <= 16384; align *= 2) {
		struct kmem_cache *s = cache_of(40, align);
		void *p[10];
		int i;

		for (i = 0; i < 10; i++) {
			p[i] = kmem_cache_alloc(s, GFP_KERNEL);
			EXPECT(is_aligned(p[i], align));
		}
		for (i = 0; i < 10; i++)
			kmem_cache_free(s, p[i]);
		kmem_cache_destroy(s);
	}
}

TEST(cache_lines_are_halved_for_small_objects)
{
	static const unsigned int sizes[][2] = {{100, 64}, {33, 64}, {32, 32},
						{17, 32},  {16, 16}, {3, 8}};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct kmem_cache *s = kmem_cache_create(
			"lines", sizes[i][0], 0,
			SLAB_HWCACHE_ALIGN | SLAB_NO_MERGE, NULL);
		void *a = kmem_cache_alloc(s, GFP_KERNEL);
		void *b = kmem_cache_alloc(s, GFP_KERNEL);

		EXPECT(is_aligned(a, sizes[i][1]));
		EXPECT(is_aligned(b, sizes[i][1]));
		kmem_cache_free(s, a);
		kmem_cache_free(s, b);
		kmem_cache_destroy(s);
	}
}

TEST(large_objects_have_slabs_of_their_own)
{
	struct kmem_cache *s = cache_of(KMALLOC_MAX_SIZE, 0);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);

	if (EXPECT(p != NULL))
		memset(p, 1, KMALLOC_MAX_SIZE);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static int nr_constructed;

static void construct(void *object)
{
	struct item *item = object;

	nr_constructed++;
	item->number = 4711;
}

TEST(a_constructor_runs_once_for_an_object_and_not_for_an_allocation)
{
	struct kmem_cache *s = kmem_cache_create(
		"constructed", sizeof(struct item), 0, 0, construct);
	struct item *p[10];
	int round, i, before;

	nr_constructed = 0;
	for (i = 0; i < 10; i++) {
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
		EXPECT_EQ(p[i]->number, 4711);
	}
	before = nr_constructed;
	EXPECT_GE(before, 10);
	for (round = 0; round < 100; round++) {
		for (i = 0; i < 10; i++) {
			strcpy(p[i]->text, "used");
			kmem_cache_free(s, p[i]);
		}
		for (i = 0; i < 10; i++) {
			p[i] = kmem_cache_alloc(s, GFP_KERNEL);
			EXPECT_EQ(p[i]->number, 4711);
		}
	}
	EXPECT_EQ(nr_constructed, before);
	for (i = 0; i < 10; i++)
		kmem_cache_free(s, p[i]);
	kmem_cache_destroy(s);
}

TEST(zeroing_is_for_objects_without_constructor)
{
	struct kmem_cache *s = cache_of(100, 0);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);

	memset(p, 1, 100);
	kmem_cache_free(s, p);
	p = kmem_cache_zalloc(s, GFP_KERNEL);
	EXPECT(is_all(p, 0, 100));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void zero_constructed(void *arg)
{
	struct kmem_cache *s = kmem_cache_create(
		"constructed", sizeof(struct item), 0, 0, construct);
	struct item *p = kmem_cache_zalloc(s, GFP_KERNEL);

	(void)arg;
	EXPECT_EQ(p->number, 4711);
}

TEST(a_constructed_object_is_not_zeroed)
{
	expect_said(zero_constructed, NULL, "undo what the constructor did");
}

TEST(arguments_can_be_a_structure)
{
	struct kmem_cache_args args = {.align = 256, .ctor = construct};
	struct kmem_cache *s = kmem_cache_create("args", sizeof(struct item),
						 &args, SLAB_NO_MERGE);
	struct kmem_cache *plain = kmem_cache_create("plain", 24, NULL, 0);
	struct item *p = kmem_cache_alloc(s, GFP_KERNEL);

	EXPECT(is_aligned(p, 256));
	EXPECT_EQ(p->number, 4711);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	kmem_cache_destroy(plain);
}

static void create_wrong(void *arg)
{
	(void)arg;
	EXPECT(!kmem_cache_create(NULL, 10, 0, 0, NULL));
	EXPECT(!kmem_cache_create("huge", KMALLOC_MAX_SIZE + 1, 0, 0, NULL));
	EXPECT(!kmem_cache_create("flags", 10, 0, 0x80000000, NULL));
	EXPECT(!kmem_cache_create("align", 10, 24, 0, NULL));
	kmem_cache_destroy(kmem_cache_create("a b", 10, 0, 0, NULL));
}

TEST(wrong_arguments_are_refused_with_a_sentence)
{
	expect_said(create_wrong, NULL, "a cache needs a name");
	expect_said(create_wrong, NULL, "huge): an object has 4 MiB at most");
	expect_said(create_wrong, NULL, "a flag that is not known");
	expect_said(create_wrong, NULL, "the alignment is a power of two");
	expect_said(create_wrong, NULL, "a blank in the name");
}

/* Frames that a thread and the cache keep of @nr objects of 64 KiB. */
static unsigned long nr_kept(struct kmem_cache *s, unsigned int nr)
{
	unsigned long before = pf_zone_nr_free(ZONE_NORMAL);

	alloc_and_free(s, nr);
	pf_shrink_slab(GFP_KERNEL, 0);
	return before - pf_zone_nr_free(ZONE_NORMAL);
}

/* What is freed when an array is full is half of it. */
TEST(a_sheaf_has_the_capacity_that_was_asked_for)
{
	static const struct {
		unsigned int capacity, least, most;
	} cases[] = {{0, 1, 2}, {1, 0, 1}, {20, 10, 20}, {1000, 63, 127}};
	size_t i;

	kfree(kmalloc(1, GFP_KERNEL));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct kmem_cache_args args = {.sheaf_capacity =
						       cases[i].capacity};
		struct kmem_cache *s =
			kmem_cache_create("sheaves", 65536, &args, 0);
		unsigned long nr = nr_kept(s, 300);

		EXPECT_GE(nr, 16UL * cases[i].least);
		EXPECT_LE(nr, 16UL * cases[i].most);
		kmem_cache_destroy(s);
	}
}

TEST(a_cache_with_sheaves_or_a_region_for_users_is_nobody_elses)
{
	struct kmem_cache_args sheaves = {.sheaf_capacity = 8};
	struct kmem_cache_args region = {.useroffset = 8, .usersize = 16};
	struct kmem_cache *a = kmem_cache_create("a", 1000, 0, 0, NULL);
	struct kmem_cache *b = kmem_cache_create("b", 1000, &sheaves, 0);
	struct kmem_cache *c = kmem_cache_create("c", 1000, &region, 0);
	struct kmem_cache *d =
		kmem_cache_create_usercopy("d", 1000, 0, 0, 8, 16, NULL);
	struct kmem_cache *e = kmem_cache_create("e", 1000, NULL, 0);

	EXPECT(a != b);
	EXPECT(a != c);
	EXPECT(b != c);
	EXPECT(a != d);
	EXPECT(c != d);
	EXPECT(a == e);
	kmem_cache_destroy(a);
	kmem_cache_destroy(b);
	kmem_cache_destroy(c);
	kmem_cache_destroy(d);
	kmem_cache_destroy(e);
}

static void bad_freeptr(void *arg)
{
	struct kmem_cache_args args = {.use_freeptr_offset = true};

	(void)arg;
	EXPECT(!kmem_cache_create("a", 100, &args, 0));
	args.freeptr_offset = 100;
	EXPECT(!kmem_cache_create("b", 100, &args, SLAB_TYPESAFE_BY_RCU));
	args.freeptr_offset = 12;
	EXPECT(!kmem_cache_create("c", 100, &args, SLAB_TYPESAFE_BY_RCU) ||
	       sizeof(void *) == 4);
	args.freeptr_offset = 16;
	EXPECT(kmem_cache_create("d", 100, &args, SLAB_TYPESAFE_BY_RCU));
}

static void bad_region(void *arg)
{
	struct kmem_cache_args args = {.useroffset = 90, .usersize = 20};

	(void)arg;
	EXPECT(kmem_cache_create("region", 100, &args, 0));
}

static void no_region(void *arg)
{
	(void)arg;
	EXPECT(kmem_cache_create_usercopy("region", 100, 0, 0, 90, 0, NULL));
	EXPECT(kmem_cache_create_usercopy("region", 100, 0, 0, 90, 10, NULL));
}

TEST(the_other_arguments_are_checked_as_the_kernel_does)
{
	expect_said(bad_freeptr, NULL,
		    "kmem_cache_create(a): a place for a free pointer");
	expect_said(bad_freeptr, NULL,
		    "kmem_cache_create(b): a place for a free pointer");
	expect_said(bad_region, NULL,
		    "WARNING: kmem_cache_create(region): useroffset 90 and "
		    "usersize 20 are not within 100 bytes; ignored");
	expect_said(no_region, NULL, "useroffset 90 and usersize 0");
}

static void alloc_dma(void *arg)
{
	struct kmem_cache *s = cache_of(100, 0);
	void *p = kmem_cache_alloc(s, (gfp_t)(unsigned long)arg);

	EXPECT_EQ(page_zonenum(virt_to_page(p)), ZONE_NORMAL);
	kmem_cache_free(s, p);
}

TEST(the_cache_decides_of_which_zone_its_objects_are)
{
	static const slab_flags_t flags[] = {SLAB_CACHE_DMA, SLAB_CACHE_DMA32};
	size_t i;

	expect_said(alloc_dma, (void *)(unsigned long)(GFP_KERNEL | GFP_DMA),
		    "WARNING: kmem_cache_alloc some: ");
	expect_said(alloc_dma, (void *)(unsigned long)(GFP_ATOMIC | GFP_DMA32),
		    "WARNING: kmem_cache_alloc some: ");
	expect_said(alloc_dma,
		    (void *)(unsigned long)(GFP_KERNEL | __GFP_HIGHMEM),
		    "WARNING: kmem_cache_alloc some: ");
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		struct kmem_cache *s =
			kmem_cache_create("dma", 100, 0, flags[i], NULL);
		void *p = kmem_cache_alloc(s, GFP_KERNEL);
		void *q = kmem_cache_alloc(
			s, GFP_KERNEL | (i ? GFP_DMA32 : GFP_DMA));

		EXPECT_EQ(page_zonenum(virt_to_page(p)), ZONE_DMA);
		EXPECT_EQ(page_zonenum(virt_to_page(q)), ZONE_DMA);
		kmem_cache_free(s, p);
		kmem_cache_free(s, q);
		kmem_cache_destroy(s);
	}
}

static void create_or_panic(void *arg)
{
	(void)arg;
	kmem_cache_create("huge", KMALLOC_MAX_SIZE + 1, 0, SLAB_PANIC, NULL);
}

TEST(a_cache_that_must_be_ends_the_process_when_it_cannot)
{
	expect_abort(create_or_panic, NULL, "kmem_cache_create(huge)");
}

TEST(equal_caches_are_one)
{
	struct kmem_cache *a = kmem_cache_create("a", 1000, 0, 0, NULL);
	struct kmem_cache *b = kmem_cache_create("b", 996, 0, 0, NULL);
	struct kmem_cache *c = kmem_cache_create("c", 992, 0, 0, NULL);
	struct kmem_cache *d =
		kmem_cache_create("d", 1000, 0, SLAB_ACCOUNT, NULL);
	struct kmem_cache *e =
		kmem_cache_create("e", 1000, 0, SLAB_NO_MERGE, NULL);
	struct kmem_cache *f =
		kmem_cache_create("f", 1000, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	struct kmem_cache *g = kmem_cache_create("g", 1000, 0, 0, construct);

	EXPECT(a == b);
	EXPECT(a != c);
	EXPECT(a != d);
	EXPECT(a != e);
	EXPECT(a != f);
	EXPECT(a != g);
	kmem_cache_destroy(a); /* one reference of two */
	kmem_cache_free(b, kmem_cache_alloc(b, GFP_KERNEL));
	kmem_cache_destroy(b);
	kmem_cache_destroy(c);
	kmem_cache_destroy(d);
	kmem_cache_destroy(e);
	kmem_cache_destroy(f);
	kmem_cache_destroy(g);
}

TEST(slab_nomerge_keeps_each_for_itself)
{
	struct kmem_cache *a, *b;

	WITH_CONF("slab_nomerge:on", slab_nomerge_keeps_each_for_itself);
	a = kmem_cache_create("a", 1000, 0, 0, NULL);
	b = kmem_cache_create("b", 1000, 0, 0, NULL);
	EXPECT(a != b);
}

TEST(a_bulk_is_all_or_nothing)
{
	struct kmem_cache *s = cache_of(100, 0);
	void *p[500];
	int i;

	EXPECT_EQ(kmem_cache_alloc_bulk(s, GFP_KERNEL, 500, p), 500);
	for (i = 0; i < 500; i++)
		memset(p[i], 1, 100);
	kmem_cache_free_bulk(s, 500, p);
	EXPECT(pf_kmem_check());
	kmem_cache_destroy(s);
}

TEST(a_bulk_that_fails_gives_back_what_it_had)
{
	struct kmem_cache *s;
	static void *p[4000];

	WITH_CONF("kmem_limit:32M", a_bulk_that_fails_gives_back_what_it_had);
	s = cache_of(65536, 0);
	EXPECT_EQ(
		kmem_cache_alloc_bulk(
			s, GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 4000, p),
		0);
	EXPECT_EQ(kmem_cache_shrink(s), 0); /* none of them is left */
	EXPECT_EQ(kmem_cache_alloc_bulk(s, GFP_KERNEL, 100, p), 100);
	kmem_cache_free_bulk(s, 100, p);
}

TEST(shrink_gives_back_what_is_empty_and_tells_what_is_left)
{
	struct kmem_cache *s = cache_of(100, 0);
	void *one = kmem_cache_alloc(s, GFP_KERNEL);

	EXPECT_EQ(kmem_cache_shrink(s), 1);
	kmem_cache_free(s, one);
	EXPECT_EQ(kmem_cache_shrink(s), 0);
	EXPECT(pf_kmem_check());
	kmem_cache_destroy(s);
}

static pthread_barrier_t barrier;

static void *hoard(void *cache)
{
	void *p[100];
	int i;

	for (i = 0; i < 100; i++)
		p[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	for (i = 0; i < 100; i++)
		kmem_cache_free(cache, p[i]);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

struct waits_for_readers {
	struct rcu_head rcu;
	int number;
};

static void free_by_rcu_and_destroy(void *arg)
{
	struct kmem_cache *s =
		kmem_cache_create("by_rcu", sizeof(struct waits_for_readers), 0,
				  SLAB_NO_MERGE, NULL);
	struct waits_for_readers *object = kmem_cache_alloc(s, GFP_KERNEL);

	(void)arg;
	kfree_rcu(object, rcu);
	kmem_cache_destroy(s);
	_exit(0);
}

TEST(destroy_waits_for_objects_that_kfree_rcu_has)
{
	struct ending ending;

	child_ending(&ending, 60, free_by_rcu_and_destroy, NULL);
	EXPECT_EQ(ending.signal, 0);
	EXPECT_STR_EQ(ending.text, "");
}

static bool destroyed;

static void *shrink_all(void *arg)
{
	while (!READ_ONCE(destroyed))
		pf_shrink_slab(GFP_KERNEL, 0);
	return arg;
}

/* What the shrinker is about to give back was a cache's that is gone. */
TEST(caches_come_and_go_beside_the_shrinker)
{
	static const unsigned int sizes[] = {64, 700, 3000, 9000, 40000};
	static void *objects[400];
	pthread_t thread;
	unsigned int round, i;

	WRITE_ONCE(destroyed, false);
	pthread_create(&thread, NULL, shrink_all, NULL);
	for (round = 0; round < STEPS(2000); round++) {
		unsigned int size = sizes[round % ARRAY_SIZE(sizes)];
		unsigned int nr = min(400U, 400000 / size);
		struct kmem_cache *s = kmem_cache_create(
			"passing", size, 0,
			SLAB_NO_MERGE | (round % 2 ? SLAB_TYPESAFE_BY_RCU : 0),
			NULL);

		for (i = 0; i < nr; i++) {
			objects[i] = kmem_cache_alloc(s, GFP_KERNEL);
			*(char *)objects[i] = 1;
		}
		for (i = 0; i < nr; i++)
			kmem_cache_free(s, objects[i]);
		kmem_cache_destroy(s);
	}
	WRITE_ONCE(destroyed, true);
	pthread_join(thread, NULL);
	EXPECT(pf_kmem_check());
}

TEST(shrink_and_destroy_empty_the_arrays_of_other_threads)
{
	struct kmem_cache *s = cache_of(100, 0);
	pthread_t threads[3];
	int i;

	pthread_barrier_init(&barrier, NULL, 4);
	for (i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, hoard, s);
	pthread_barrier_wait(&barrier);
	EXPECT_EQ(kmem_cache_shrink(s), 0);
	kmem_cache_destroy(s);
	pthread_barrier_wait(&barrier);
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	EXPECT(pf_kmem_check());
}

/* A thread keeps two objects of such a size. */
TEST(the_next_cache_has_arrays_of_its_own_size)
{
	struct kmem_cache *s = cache_of(64, 0);
	unsigned long before;
	int i;

	for (i = 0; i < 5; i++)
		alloc_and_free(s, 300);
	kmem_cache_destroy(s);
	s = cache_of(1 << 20, 0);
	before = pf_zone_nr_free(ZONE_NORMAL);
	alloc_and_free(s, 60);
	pf_shrink_slab(GFP_KERNEL, 0);
	EXPECT_LE(before - pf_zone_nr_free(ZONE_NORMAL), 3 * 256);
	kmem_cache_destroy(s);
}

/* What lib/preload does where it is malloc. */
void kmem_fork_prepare(void);
void kmem_fork_parent(void);

static struct completion fork_may_begin, fork_may_end;
static bool fork_has_begun;

static void *fork_slowly(void *arg)
{
	wait_for_completion(&fork_may_begin);
	kmem_fork_prepare();
	WRITE_ONCE(fork_has_begun, true);
	wait_for_completion(&fork_may_end);
	kmem_fork_parent();
	return arg;
}

static void begin_fork(struct rcu_head *head)
{
	(void)head;
	complete(&fork_may_begin);
	while (!READ_ONCE(fork_has_begun))
		sched_yield();
}

static void destroy_beside_fork(void *arg)
{
	struct kmem_cache *s =
		kmem_cache_create("unseen", 64, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	static struct rcu_head head;
	pthread_t thread;

	(void)arg;
	init_completion(&fork_may_begin);
	init_completion(&fork_may_end);
	pthread_create(&thread, NULL, fork_slowly, NULL);
	kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
	call_rcu(&head, begin_fork); /* which destroy waits for */
	kmem_cache_destroy(s);
	complete(&fork_may_end);
	pthread_join(thread, NULL);
	_exit(tap_exit_status());
}

TEST(destroy_does_not_say_what_it_has_not_seen)
{
	struct ending ending;

	child_ending(&ending, 60, destroy_beside_fork, NULL);
	EXPECT_EQ(ending.signal, 0);
	EXPECT(!strstr(ending.text, "still has objects"));
	EXPECT_STR_HAS(ending.text, "kmem_cache_destroy unseen: ");
}

static void destroy_used(void *arg)
{
	struct kmem_cache *s = cache_of(100, 0);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);

	(void)arg;
	kmem_cache_destroy(s);
	memset(p, 1, 100); /* it is still there */
	kmem_cache_destroy(NULL);
}

TEST(a_cache_with_objects_is_not_destroyed)
{
	expect_said(destroy_used, NULL,
		    "kmem_cache_destroy some: Slab cache still has objects "
		    "when called from 0x");
}

static void free_across(void *arg)
{
	struct kmem_cache *a =
		kmem_cache_create("first", 100, 0, SLAB_NO_MERGE, NULL);
	struct kmem_cache *b =
		kmem_cache_create("second", 100, 0, SLAB_NO_MERGE, NULL);
	void *p = kmem_cache_alloc(a, GFP_KERNEL);

	(void)arg;
	kmem_cache_free(b, p);
	EXPECT_EQ(kmem_cache_shrink(a), 0); /* it went home */
	EXPECT_EQ(kmem_cache_shrink(b), 0);
}

TEST(an_object_of_another_cache_is_reported_and_goes_home)
{
	expect_said(free_across, NULL,
		    "cache_from_obj: Wrong slab cache. second but object is "
		    "from first");
}

TEST(kfree_takes_objects_of_any_cache)
{
	struct kmem_cache *s = cache_of(100, 0);

	kfree(kmem_cache_alloc(s, GFP_KERNEL));
	kmem_cache_free(s, NULL);
	EXPECT_EQ(kmem_cache_shrink(s), 0);
	kmem_cache_destroy(s);
}

TEST(a_sheaf_has_what_was_put_into_it)
{
	struct kmem_cache *s = cache_of(100, 0);
	struct slab_sheaf *sheaf = kmem_cache_prefill_sheaf(s, GFP_KERNEL, 40);
	void *p[40];
	int i;

	EXPECT_EQ(kmem_cache_sheaf_size(sheaf), 40);
	for (i = 0; i < 40; i++) {
		p[i] = kmem_cache_alloc_from_sheaf(s, GFP_ATOMIC, sheaf);
		EXPECT(p[i] != NULL);
	}
	EXPECT_EQ(kmem_cache_sheaf_size(sheaf), 0);
	EXPECT_EQ(kmem_cache_refill_sheaf(s, GFP_KERNEL, &sheaf, 50), 0);
	EXPECT_EQ(kmem_cache_sheaf_size(sheaf), 50);
	kmem_cache_return_sheaf(s, GFP_KERNEL, sheaf);
	for (i = 0; i < 40; i++)
		kmem_cache_free(s, p[i]);
	EXPECT_EQ(kmem_cache_shrink(s), 0);
	kmem_cache_destroy(s);
}

/* A reader in a section may look at an object that was freed and used again,
 * but never at a page that is something else. */
TEST(pages_of_a_typesafe_cache_outlive_readers)
{
	struct kmem_cache *s =
		kmem_cache_create("typesafe", sizeof(struct item), 0,
				  SLAB_TYPESAFE_BY_RCU, construct);
	struct item *p = kmem_cache_alloc(s, GFP_KERNEL);
	struct page *page = virt_to_head_page(p);

	rcu_read_lock();
	kmem_cache_free(s, p);
	kmem_cache_shrink(s);
	usleep(20000);
	EXPECT_EQ(p->number, 4711);
	EXPECT_EQ(page_count(page), 1);
	rcu_read_unlock();
	kmem_cache_destroy(s);
	EXPECT(pf_kmem_check());
}

static void expect_zeros(bool on_alloc)
{
	struct kmem_cache *s = cache_of(100, 0), *constructed;
	struct item *item;
	char *p;
	int i;

	for (i = 0; i < 100; i++) {
		p = kmem_cache_alloc(s, GFP_KERNEL);
		if (on_alloc)
			EXPECT(is_all(p, 0, 100));
		memset(p, 1, 100);
		kmem_cache_free(s, p);
		if (!on_alloc)
			EXPECT(is_all(p, 0, 100));
	}
	constructed = kmem_cache_create("c", sizeof(*item), 0, 0, construct);
	item = kmem_cache_alloc(constructed, GFP_KERNEL);
	EXPECT_EQ(item->number, 4711);
	kmem_cache_free(constructed, item);
	EXPECT_EQ(item->number, 4711);
}

TEST(init_on_alloc_gives_zeros)
{
	WITH_CONF("init_on_alloc:on", init_on_alloc_gives_zeros);
	expect_zeros(true);
}

TEST(init_on_free_leaves_zeros)
{
	static const gfp_t zones[] = {GFP_KERNEL, GFP_KERNEL | GFP_DMA};
	size_t i;

	WITH_CONF("init_on_free:on", init_on_free_leaves_zeros);
	expect_zeros(false);
	/* Larger than the caches' objects: a block of pages. */
	for (i = 0; i < ARRAY_SIZE(zones); i++) {
		char *p = kmalloc(100000, zones[i]);

		memset(p, 1, 100000);
		kfree(p);
		EXPECT(is_all(p, 0, 100000));
	}
}

TEST(many_caches_come_and_go)
{
	static struct kmem_cache *s[300];
	int round, i;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 300; i++) {
			s[i] = cache_of((unsigned int)i + 1, 0);
			kmem_cache_free(s[i],
					kmem_cache_alloc(s[i], GFP_KERNEL));
		}
		EXPECT(pf_kmem_check());
		for (i = 0; i < 300; i++)
			kmem_cache_destroy(s[i]);
	}
}

static void use_in_child(void *arg)
{
	struct kmem_cache *s = arg;
	void *p[200];
	int i;

	for (i = 0; i < 200; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	for (i = 0; i < 200; i++)
		kmem_cache_free(s, p[i]);
	kfree(kmalloc(100000, GFP_KERNEL));
	vfree(vmalloc(100000));
	EXPECT(pf_kmem_check());
	kmem_cache_destroy(s);
}

TEST(a_child_of_fork_uses_all_of_it)
{
	struct kmem_cache *s = cache_of(100, 0);
	struct ending ending;

	kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
	child_ending(&ending, 60, use_in_child, s);
	EXPECT_EQ(ending.signal, 0);
	EXPECT_EQ(ending.status, 0);
	EXPECT_STR_EQ(ending.text, "");
	kmem_cache_destroy(s);
}

/* lib/malloc: what malloc_trim() does. */
size_t pf_trim(void);

/*
 * 100 caches, each of which keeps 64 KiB of empty slabs, and four objects in
 * each of two threads.
 */
TEST(a_trim_empties_caches_and_the_arrays_of_all_threads)
{
	static struct kmem_cache *caches[100];
	size_t before, resident;
	static void *p[40];
	pthread_t thread;
	int i, j;

	kfree(kmalloc(1, GFP_KERNEL));
	pf_trim();
	before = pf_zone_nr_free(ZONE_NORMAL);
	for (i = 0; i < 100; i++) {
		caches[i] = cache_of(4096, 0);
		for (j = 0; j < 40; j++)
			p[j] = memset(kmem_cache_alloc(caches[i], GFP_KERNEL),
				      1, 4096);
		for (j = 0; j < 40; j++)
			kmem_cache_free(caches[i], p[j]);
	}
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, hoard, caches[0]);
	pthread_barrier_wait(&barrier);
	EXPECT_GT(before, pf_zone_nr_free(ZONE_NORMAL) + 1000);
	resident = resident_kib();
	EXPECT_GT(pf_trim(), 0);
	EXPECT_EQ(pf_zone_nr_free(ZONE_NORMAL), before);
	EXPECT_GT(resident, resident_kib() + 4 * KIB);
	EXPECT(pf_kmem_check());
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	for (i = 0; i < 100; i++)
		kmem_cache_destroy(caches[i]);
}

/* 24 MiB, so that it is worth a thread of the library's. */
TEST(the_reclaim_thread_empties_caches_while_the_program_sleeps)
{
	static void *p[6000];
	struct kmem_cache *s;
	unsigned long before, lowest;
	pthread_t thread;
	int i;

	WITH_CONF("decay_ms:20",
		  the_reclaim_thread_empties_caches_while_the_program_sleeps);
	s = cache_of(4096, 0);
	pthread_barrier_init(&barrier, NULL, 2);
	before = pf_zone_nr_free(ZONE_NORMAL);
	pthread_create(&thread, NULL, hoard, s);
	pthread_barrier_wait(&barrier);
	for (i = 0; i < 6000; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	lowest = pf_zone_nr_free(ZONE_NORMAL);
	for (i = 0; i < 6000; i++)
		kmem_cache_free(s, p[i]);
	EXPECT_GT(before, lowest);
	/* It rests when nothing has happened for some time: wake it. */
	for (i = 1; pf_zone_nr_free(ZONE_NORMAL) < before; i++) {
		msleep(10);
		if (i % 50 == 0)
			__free_page(alloc_page(GFP_KERNEL));
	}
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	kmem_cache_destroy(s);
}
