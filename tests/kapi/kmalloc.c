/* SPDX-License-Identifier: MIT */
/*
 * kmalloc.c - memory of any size, rule by rule
 */
#include "slab.h"

#include <pthread.h>

#define EXPECT_OBJECT(p) EXPECT(!ZERO_OR_NULL_PTR(p))

static const size_t buckets[] = {8,   16,  32,	 64,   96,   128, 192,
				 256, 512, 1024, 2048, 4096, 8192};

TEST(nothing_is_a_pointer_that_is_not_null)
{
	EXPECT_EQ((unsigned long)kmalloc(0, GFP_KERNEL), 16);
	EXPECT_EQ((unsigned long)kcalloc(0, 5, GFP_KERNEL), 16);
	EXPECT(ZERO_OR_NULL_PTR(kmalloc(0, GFP_KERNEL)));
	EXPECT(ZERO_OR_NULL_PTR(NULL));
	EXPECT_EQ(ksize(ZERO_SIZE_PTR), 0);
	EXPECT_EQ(ksize(NULL), 0);
	kfree(NULL);
	kfree(ZERO_SIZE_PTR);
	kfree_sensitive(NULL);
	kfree_sensitive(ZERO_SIZE_PTR);
}

TEST(a_size_gets_the_smallest_bucket_that_holds_it)
{
	size_t size, i = 0;

	for (size = 1; size <= 8192; size++) {
		void *p = kmalloc(size, GFP_KERNEL);

		if (size > buckets[i])
			i++;
		if (!EXPECT_EQ(ksize(p), buckets[i]))
			return;
		EXPECT_EQ(kmalloc_size_roundup(size), buckets[i]);
		kfree(p);
	}
}

TEST(above_8_kib_it_is_whole_pages_in_powers_of_two)
{
	void *p = kmalloc(8193, GFP_KERNEL);
	void *most = kmalloc(KMALLOC_MAX_SIZE, GFP_KERNEL);

	EXPECT_EQ(ksize(p), 16384);
	EXPECT_EQ(ksize(most), 4 << 20);
	EXPECT_EQ(kmalloc_size_roundup(8193), 16384);
	EXPECT_EQ(kmalloc_size_roundup(100000), 131072);
	EXPECT_EQ(kmalloc_size_roundup(0), 0);
	EXPECT_EQ(kmalloc_size_roundup(SIZE_MAX), SIZE_MAX);
	memset(most, 1, KMALLOC_MAX_SIZE);
	kfree(p);
	kfree(most);
}

TEST(powers_of_two_are_aligned_to_themselves)
{
	size_t size;
	int i;

	for (size = 8; size <= KMALLOC_MAX_SIZE; size *= 2) {
		for (i = 0; i < 3; i++) {
			void *p = kmalloc(size, GFP_KERNEL);

			EXPECT(is_aligned(p, size));
			kfree(p);
		}
	}
}

TEST(other_sizes_are_aligned_to_the_power_of_two_in_them)
{
	void *p[100];
	int i;

	for (i = 0; i < 100; i++) {
		p[i] = kmalloc(i % 2 ? 96 : 192, GFP_KERNEL);
		EXPECT(is_aligned(p[i], i % 2 ? 32 : 64));
	}
	for (i = 0; i < 100; i++)
		kfree(p[i]);
}

TEST(more_than_4_mib_is_refused)
{
	EXPECT(!kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	EXPECT(!kmalloc(SIZE_MAX, GFP_KERNEL | __GFP_NOWARN));
}

static void ask_for_too_much(void *arg)
{
	(void)arg;
	EXPECT(!kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
}

static void ask_for_highmem(void *arg)
{
	(void)arg;
	kfree(kmalloc(100, GFP_KERNEL | __GFP_HIGHMEM));
}

TEST(what_cannot_be_is_warned_of)
{
	expect_said(ask_for_too_much, NULL,
		    "WARNING: kmalloc of 4194305 bytes");
	expect_said(ask_for_highmem, NULL, "unexpected gfp: 2");
}

TEST(a_product_that_overflows_is_null)
{
	size_t half = SIZE_MAX / 2 + 1;

	EXPECT(!kmalloc_array(half, 2, GFP_KERNEL));
	EXPECT(!kcalloc(half, 2, GFP_KERNEL));
	EXPECT(!kvmalloc_array(half, 2, GFP_KERNEL));
	EXPECT(!kvcalloc(half, 2, GFP_KERNEL));
	EXPECT(!krealloc_array(NULL, half, 2, GFP_KERNEL));
}

TEST(zeroed_memory_is_zeroed_to_the_end_of_its_bucket)
{
	int round, size;

	for (round = 0; round < 3; round++) {
		for (size = 1; size < 20000; size += 97) {
			char *p = kzalloc((size_t)size, GFP_KERNEL);

			if (!EXPECT(is_all(p, 0, ksize(p))))
				return;
			memset(p, 0xff, ksize(p));
			kfree(p);
		}
	}
}

TEST(krealloc_stays_while_it_fits)
{
	char *p = kmalloc(100, GFP_KERNEL);

	memset(p, 7, 100);
	EXPECT(krealloc(p, 128, GFP_KERNEL) == p);
	EXPECT(krealloc(p, 1, GFP_KERNEL) == p);
	EXPECT_EQ(ksize(p), 128);
	EXPECT(is_all(p, 7, 100));
	kfree(p);
}

TEST(krealloc_copies_when_it_moves)
{
	char *p = kmalloc(100, GFP_KERNEL);
	char *more;

	memset(p, 7, 100);
	more = krealloc(p, 5000, GFP_KERNEL);
	EXPECT(more != p);
	EXPECT_EQ(ksize(more), 8192);
	EXPECT(is_all(more, 7, 100));
	more = krealloc(more, 100000, GFP_KERNEL);
	EXPECT(is_all(more, 7, 100));
	kfree(more);
}

TEST(krealloc_of_nothing_allocates_and_to_nothing_frees)
{
	void *p = krealloc(NULL, 10, GFP_KERNEL);

	EXPECT_EQ(ksize(p), 16);
	EXPECT_EQ((unsigned long)krealloc(p, 0, GFP_KERNEL), 16);
	p = krealloc(ZERO_SIZE_PTR, 10, GFP_KERNEL);
	EXPECT_OBJECT(p);
	kfree(p);
}

TEST(krealloc_that_fails_leaves_the_object)
{
	char *p = kmalloc(64, GFP_KERNEL);

	memset(p, 9, 64);
	EXPECT(!krealloc(p, KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	EXPECT(!krealloc_array(p, SIZE_MAX, 2, GFP_KERNEL));
	EXPECT(is_all(p, 9, 64));
	kfree(p);
}

TEST(krealloc_zeroes_what_was_not_asked_for_before)
{
	char *p = kzalloc(40, GFP_KERNEL);

	memset(p, 5, 40);
	p = krealloc(p, 20, GFP_KERNEL | __GFP_ZERO);
	p = krealloc(p, 60, GFP_KERNEL | __GFP_ZERO);
	EXPECT(is_all(p, 5, 20));
	EXPECT(is_all(p + 20, 0, 40));
	p = krealloc(p, 600, GFP_KERNEL | __GFP_ZERO);
	EXPECT(is_all(p, 5, 20));
	EXPECT(is_all(p + 20, 0, 580));
	kfree(p);
}

TEST(kfree_sensitive_leaves_zeros_behind)
{
	char *p = kmalloc(64, GFP_KERNEL);

	memset(p, 0x5e, 64);
	kfree_sensitive(p);
	EXPECT(is_all(p, 0, 64)); /* nobody has it yet */
}

TEST(kinds_of_memory_have_buckets_of_their_own)
{
	void *normal = kmalloc(64, GFP_KERNEL);
	void *reclaimable = kmalloc(64, GFP_KERNEL | __GFP_RECLAIMABLE);
	void *accounted = kmalloc(64, GFP_KERNEL_ACCOUNT);

	EXPECT((unsigned long)normal / 4096 !=
	       (unsigned long)reclaimable / 4096);
	EXPECT((unsigned long)normal / 4096 != (unsigned long)accounted / 4096);
	EXPECT((unsigned long)accounted / 4096 !=
	       (unsigned long)reclaimable / 4096);
	kfree(normal);
	kfree(reclaimable);
	kfree(accounted);
}

TEST(dma_memory_lies_below_4_gib)
{
	void *small = kmalloc(100, GFP_KERNEL | GFP_DMA);
	void *large = kmalloc(100000, GFP_KERNEL | GFP_DMA);

	if (!EXPECT_OBJECT(small) || !EXPECT_OBJECT(large))
		return;
	EXPECT_LT((unsigned long)small, 1ULL << 32);
	EXPECT_LT((unsigned long)large, 1ULL << 32);
	memset(large, 1, 100000);
	EXPECT_EQ(ksize(small), 128);
	kfree(small);
	kfree(large);
}

TEST(texts_are_copied)
{
	char *copy = kstrdup("hello", GFP_KERNEL);
	char *some = kstrndup("hello", 3, GFP_KERNEL);
	char *nul = kmemdup_nul("hello", 4, GFP_KERNEL);
	char *bytes = kmemdup("hello", 6, GFP_KERNEL);
	char *printed = kasprintf(GFP_KERNEL, "%s-%d", "a", 42);

	EXPECT_STR_EQ(copy, "hello");
	EXPECT_STR_EQ(some, "hel");
	EXPECT_STR_EQ(nul, "hell");
	EXPECT_STR_EQ(bytes, "hello");
	EXPECT_STR_EQ(printed, "a-42");
	EXPECT(!kstrdup(NULL, GFP_KERNEL));
	kfree(copy);
	kfree(some);
	kfree(nul);
	kfree(bytes);
	kfree(printed);
}

TEST(a_constant_is_not_copied)
{
	static const char text[] = "constant";
	char variable[] = "variable";
	const char *same = kstrdup_const(text, GFP_KERNEL);
	const char *copy = kstrdup_const(variable, GFP_KERNEL);

	EXPECT(same == text);
	EXPECT(copy != variable);
	EXPECT_STR_EQ(copy, "variable");
	kfree_const(same);
	kfree_const(copy);
}

TEST(kvmalloc_takes_pages_where_kmalloc_cannot)
{
	char *small = kvmalloc(100, GFP_KERNEL);
	char *large = kvmalloc(5 << 20, GFP_KERNEL);
	char *zeros = kvzalloc(5 << 20, GFP_KERNEL);

	EXPECT(!is_vmalloc_addr(small));
	EXPECT(is_vmalloc_addr(large));
	memset(large, 1, 5 << 20);
	EXPECT(is_all(zeros, 0, 5 << 20));
	kvfree(small);
	kvfree(large);
	kvfree(zeros);
	kvfree(NULL);
	EXPECT(!kvmalloc(5 << 20, GFP_ATOMIC | __GFP_NOWARN));
	EXPECT(!kvmalloc(1UL + INT_MAX, GFP_KERNEL | __GFP_NOWARN));
}

TEST(kvrealloc_goes_from_one_to_the_other)
{
	char *p = kvmalloc(1000, GFP_KERNEL);
	int i;

	memset(p, 3, 1000);
	for (i = 0; i < 3; i++) {
		p = kvrealloc(p, 3000UL << (6 * i), GFP_KERNEL);
		if (!EXPECT_OBJECT(p))
			return;
		EXPECT(is_all(p, 3, 1000));
	}
	EXPECT(is_vmalloc_addr(p));
	EXPECT(kvrealloc(p, 100, GFP_KERNEL) == p);
	kvfree(p);
}

static unsigned long nr_counted;

static unsigned long count_calls(struct shrinker *s, struct shrink_control *sc)
{
	(void)s;
	(void)sc;
	nr_counted++;
	return 0;
}

static unsigned long scan_nothing(struct shrinker *s, struct shrink_control *sc)
{
	(void)s;
	(void)sc;
	return SHRINK_STOP;
}

/*
 * Of zone NORMAL nothing is left; areas come from HIGHMEM.  Sixteen rounds are
 * those of a request that is to be served whatever it takes; a first try makes
 * one, and another one where it is kswapd's turn.
 */
TEST(kvrealloc_asks_the_shrinkers_no_more_than_kvmalloc)
{
	struct shrinker *s;
	unsigned long nr;
	void *p;

	WITH_CONF("highmem:on,kmem_limit:64M",
		  kvrealloc_asks_the_shrinkers_no_more_than_kvmalloc);
	p = kmalloc(100, GFP_KERNEL);
	s = shrinker_alloc(0, "counts");
	s->count_objects = count_calls;
	s->scan_objects = scan_nothing;
	shrinker_register(s);
	while (alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN))
		;
	EXPECT(is_vmalloc_addr(kvmalloc(30000, GFP_KERNEL)));
	nr_counted = 0;
	EXPECT(is_vmalloc_addr(kvmalloc(30000, GFP_KERNEL)));
	nr = nr_counted;
	nr_counted = 0;
	EXPECT(is_vmalloc_addr(kvrealloc(p, 30000, GFP_KERNEL)));
	EXPECT_LE(nr_counted, 2 * nr);
	shrinker_free(s);
}

TEST(objects_are_made_by_type)
{
	struct point {
		int x, y;
	};
	struct flex {
		int nr;
		u64 tail[];
	};
	struct point *one = kzalloc_obj(*one, GFP_KERNEL);
	struct point *many = kmalloc_objs(struct point, 10);
	struct flex *flex = kmalloc_flex(*flex, tail, 10, GFP_KERNEL);

	EXPECT_EQ(one->x, 0);
	EXPECT_EQ(ksize(many), 96);
	EXPECT_EQ(ksize(flex), 96);
	kfree(one);
	kfree(many);
	kfree(flex);
}

TEST(free_at_the_end_of_the_block)
{
	void *text __free(kfree) = kstrdup("x", GFP_KERNEL);

	EXPECT_OBJECT(text);
}

TEST(a_bulk_of_any_objects_is_freed)
{
	void *p[4] = {kmalloc(8, GFP_KERNEL), kmalloc(9000, GFP_KERNEL), NULL,
		      kmalloc(300, GFP_KERNEL)};

	kfree_bulk(4, p);
	EXPECT(pf_kmem_check());
}

TEST(an_rcu_head_is_enough_to_free)
{
	struct late {
		long data[10];
		struct rcu_head rcu;
	};
	struct late *one = kmalloc(sizeof(*one), GFP_KERNEL);
	struct late *big = kvmalloc(6 << 20, GFP_KERNEL);

	kfree_rcu(one, rcu);
	kvfree_rcu(big, rcu);
	kfree_rcu_mightsleep(kmalloc(10, GFP_KERNEL));
	rcu_barrier();
	EXPECT_EQ(vmalloc_nr_pages(), 0);
	EXPECT(pf_kmem_check());
}

/* Without may-sleep flags: under a spinlock, say. */
TEST(atomic_requests_are_served_by_the_thousand)
{
	static void *p[100000];
	int i, nr = 0;

	for (i = 0; i < 100000; i++) {
		p[i] = kmalloc(64, GFP_ATOMIC);
		nr += p[i] != NULL;
	}
	EXPECT_EQ(nr, 100000);
	for (i = 0; i < 100000; i++)
		kfree(p[i]);
	EXPECT(pf_kmem_check());
}

static void first_call_is_atomic(void *arg)
{
	void *p = kmalloc(100, GFP_ATOMIC);

	(void)arg;
	EXPECT_OBJECT(p);
	kfree(p);
}

TEST(the_first_call_may_be_an_atomic_one)
{
	struct ending ending;

	child_ending(&ending, 60, first_call_is_atomic, NULL);
	EXPECT_EQ(ending.status, 0);
}

#define NR_PASSED 20000

static void *passed[NR_PASSED];

static void *free_passed(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < NR_PASSED; i++) {
		void *p;

		while (!(p = smp_load_acquire(&passed[i])))
			sched_yield();
		if (!is_all(p, i & 0xff, 48))
			return p;
		kfree(p);
	}
	return NULL;
}

TEST(one_thread_frees_what_another_allocates)
{
	pthread_t thread;
	void *wrong;
	int i;

	pthread_create(&thread, NULL, free_passed, NULL);
	for (i = 0; i < NR_PASSED; i++) {
		void *p = kmalloc(48, GFP_KERNEL);

		memset(p, i & 0xff, 48);
		smp_store_release(&passed[i], p);
	}
	pthread_join(thread, &wrong);
	EXPECT(!wrong);
	EXPECT(pf_kmem_check());
}
