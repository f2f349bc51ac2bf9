/* SPDX-License-Identifier: MIT */
/*
 * fork.c - children of a process whose threads use all of the API
 *
 * Each kind of memory has a thread that takes and gives it back without pause,
 * and caches are made and unmade.  Whatever they are in the middle of, a child
 * can do all of it: alone, then with threads of its own.  What is allocated has
 * a byte all over it, which must be there when it is freed.
 *
 * Built twice: with the library as ordinary code and its checks on, and with
 * libpfkernel as any program, which has the library's own fork handlers.
 */
#include "slab.h"

#include <linux/highmem.h>
#include <linux/rcupdate.h>

#include <pfmalloc/pfmalloc.h>
#include <pthread.h>

#define NR_CHILDREN 60
#define NR_SLOTS    16
#define NR_CACHES   4

struct slot {
	void *p;
	size_t len;
	unsigned int number; /* of the cache, or the order of the pages */
	unsigned char byte;
};

/* What one thread has of one kind of memory. */
struct user {
	uint64_t random;
	struct slot slots[NR_SLOTS];
};

static struct kmem_cache *caches[NR_CACHES];
static mempool_t *pools[2];
static bool is_over;

static unsigned int choose(struct user *user, unsigned int nr)
{
	return (unsigned int)(tap_random_next(&user->random) % nr);
}

static gfp_t any_gfp(struct user *user)
{
	static const gfp_t flags[] = {GFP_KERNEL, GFP_KERNEL,
				      GFP_ATOMIC | __GFP_NOWARN, GFP_NOWAIT,
				      GFP_KERNEL | __GFP_ZERO};

	return flags[choose(user, ARRAY_SIZE(flags))];
}

static bool is_whole(const struct slot *slot, const void *p)
{
	return EXPECT(is_all(p, slot->byte, slot->len));
}

static void fill(struct user *user, struct slot *slot, void *p, size_t len)
{
	slot->byte = (unsigned char)choose(user, 256);
	slot->len = len;
	memset(p, slot->byte, len);
}

static void use_objects(struct user *user, struct slot *slot)
{
	size_t len = 1 + choose(user, 1U << (1 + choose(user, 15)));

	if (slot->p && choose(user, 4) == 0) {
		void *p = krealloc(slot->p, len, GFP_KERNEL);

		if (EXPECT(p != NULL)) {
			slot->p = p;
			slot->len = min(len, slot->len);
		}
	} else if (slot->p) {
		is_whole(slot, slot->p);
		kfree(slot->p);
		slot->p = NULL;
	} else {
		slot->p = kmalloc(len, any_gfp(user));
		if (slot->p)
			fill(user, slot, slot->p, len);
	}
}

static void construct(void *object)
{
	memset(object, 0x5a, 48);
}

static void use_caches(struct user *user, struct slot *slot)
{
	if (slot->p) {
		is_whole(slot, slot->p);
		if (slot->number == 0)
			construct(slot->p);
		kmem_cache_free(caches[slot->number], slot->p);
		slot->p = NULL;
		return;
	}
	slot->number = choose(user, NR_CACHES);
	slot->p = kmem_cache_alloc(caches[slot->number],
				   any_gfp(user) & ~__GFP_ZERO);
	if (!slot->p)
		return;
	if (slot->number == 0)
		EXPECT(is_all(slot->p, 0x5a, 48));
	fill(user, slot, slot->p, kmem_cache_size(caches[slot->number]));
}

static void use_areas(struct user *user, struct slot *slot)
{
	size_t len = 1 + choose(user, 40000);

	if (slot->p && choose(user, 4) == 0) {
		void *p = vrealloc(slot->p, len, GFP_KERNEL);

		if (EXPECT(p != NULL)) {
			slot->p = p;
			slot->len = min(len, slot->len);
		}
	} else if (slot->p) {
		is_whole(slot, slot->p);
		if (choose(user, 2))
			vfree(slot->p);
		else
			vfree_atomic(slot->p);
		slot->p = NULL;
	} else {
		slot->p = vmalloc(len);
		if (EXPECT(slot->p != NULL))
			fill(user, slot, slot->p, len);
	}
}

static void use_pages(struct user *user, struct slot *slot)
{
	if (slot->p) {
		struct page *page = slot->p;

		is_whole(slot, page_address(page));
		get_page(page);
		__free_pages(page, slot->number);
		put_page(page);
		slot->p = NULL;
		return;
	}
	slot->number = choose(user, 4);
	slot->p = alloc_pages(any_gfp(user) | __GFP_COMP, slot->number);
	if (slot->p)
		fill(user, slot, page_address(slot->p),
		     PAGE_SIZE << slot->number);
}

static void *map(struct user *user, struct page *page, bool *is_local)
{
	*is_local = choose(user, 2);
	return *is_local ? kmap_local_page(page) : kmap(page);
}

static void unmap(struct page *page, void *addr, bool is_local)
{
	if (is_local)
		kunmap_local(addr);
	else
		kunmap(page);
}

static void use_high_pages(struct user *user, struct slot *slot)
{
	bool is_local;
	void *addr;

	if (slot->p) {
		addr = map(user, slot->p, &is_local);
		is_whole(slot, addr);
		unmap(slot->p, addr, is_local);
		__free_page(slot->p);
		slot->p = NULL;
		return;
	}
	slot->p = alloc_page(GFP_HIGHUSER);
	if (!EXPECT(slot->p != NULL))
		return;
	EXPECT(PageHighMem((struct page *)slot->p));
	addr = map(user, slot->p, &is_local);
	fill(user, slot, addr, PAGE_SIZE);
	unmap(slot->p, addr, is_local);
}

static void use_pools(struct user *user, struct slot *slot)
{
	if (slot->p) {
		is_whole(slot, slot->p);
		mempool_free(slot->p, pools[slot->number]);
		slot->p = NULL;
	} else if (choose(user, 16) == 0) {
		EXPECT_EQ(mempool_resize(pools[choose(user, 2)],
					 1 + (int)choose(user, 20)),
			  0);
	} else {
		slot->number = choose(user, 2);
		slot->p = mempool_alloc(pools[slot->number],
					any_gfp(user) & ~__GFP_ZERO);
		if (slot->p)
			fill(user, slot, slot->p, 64);
	}
}

static unsigned long count_none(struct shrinker *s, struct shrink_control *sc)
{
	(void)s;
	(void)sc;
	return SHRINK_EMPTY;
}

/* Caches and shrinkers come and go. */
static void use_makers(struct user *user, struct slot *slot)
{
	unsigned int size = 1 + choose(user, 3000), i, nr = choose(user, 30);
	struct kmem_cache *s = kmem_cache_create(
		"passing", size, 0,
		choose(user, 2) ? SLAB_NO_MERGE : SLAB_TYPESAFE_BY_RCU, NULL);
	struct shrinker *shrinker = shrinker_alloc(0, "passing");
	void *p[30];

	(void)slot;
	if (!EXPECT(s != NULL) || !EXPECT(shrinker != NULL))
		return;
	shrinker->count_objects = count_none;
	shrinker_register(shrinker);
	for (i = 0; i < nr; i++)
		p[i] = memset(kmem_cache_alloc(s, GFP_KERNEL), 1, size);
	pf_shrink_slab(GFP_KERNEL, 0);
	kmem_cache_free_bulk(s, nr, p);
	kmem_cache_shrink(caches[choose(user, NR_CACHES)]);
	kmem_cache_destroy(s);
	shrinker_free(shrinker);
}

static void (*const uses[])(struct user *user, struct slot *slot) = {
	use_objects, use_caches, use_areas,	 use_pages,
	use_pools,   use_makers, use_high_pages,
};
#define NR_USES ((int)ARRAY_SIZE(uses))

static void use_one(struct user *user, int use)
{
	uses[use](user, &user->slots[choose(user, NR_SLOTS)]);
}

/* Gives back what is there, and nothing more. */
static void end_use(struct user *user, int use)
{
	int i;

	for (i = 0; i < NR_SLOTS; i++) {
		while (user->slots[i].p)
			uses[use](user, &user->slots[i]);
	}
}

static void *use_until_over(void *arg)
{
	int use = (int)(long)arg;
	struct user user = {.random = tap_seed() + (uint64_t)use};

	while (!READ_ONCE(is_over))
		use_one(&user, use);
	end_use(&user, use);
	return NULL;
}

static void *use_all(void *arg)
{
	static __thread struct user users[NR_USES];
	int i, use;

	for (use = 0; use < NR_USES; use++) {
		users[use] = (struct user){
			.random = tap_seed() + (unsigned long)arg,
		};
		for (i = 0; i < (uses[use] == use_makers ? 2 : 40); i++)
			use_one(&users[use], use);
	}
	for (use = 0; use < NR_USES; use++)
		end_use(&users[use], use);
	return NULL;
}

static void expect_well(void)
{
	EXPECT(pf_kmem_check());
	EXPECT(pf_pages_check());
	EXPECT(pf_check());
}

static void grandchild(void *arg)
{
	use_all(arg);
	expect_well();
}

static void child(void *arg)
{
	pthread_t threads[2];

	use_all(arg);
	expect_well();
	threads_start(2, use_all, threads);
	threads_join(2, threads);
	expect_well();
	EXPECT(child_run(60, grandchild, arg));
}

static void begin(void)
{
	static const slab_flags_t flags[NR_CACHES] = {
		0, SLAB_NO_MERGE, SLAB_TYPESAFE_BY_RCU, SLAB_HWCACHE_ALIGN};
	static const unsigned int sizes[NR_CACHES] = {48, 100, 700, 5000};
	int i;

	for (i = 0; i < NR_CACHES; i++)
		caches[i] = kmem_cache_create("forked", sizes[i], 0, flags[i],
					      i ? NULL : construct);
	pools[0] = mempool_create_kmalloc_pool(4, 64);
	pools[1] = mempool_create_slab_pool(4, caches[1]);
	is_over = false;
}

static void end(void)
{
	int i;

	mempool_destroy(pools[0]);
	mempool_destroy(pools[1]);
	rcu_barrier();
	expect_well();
	for (i = 0; i < NR_CACHES; i++) {
		EXPECT_EQ(kmem_cache_shrink(caches[i]), 0);
		kmem_cache_destroy(caches[i]);
	}
}

#ifdef PF_LINKED
static void hold_still_at_fork(void)
{
}
#else
/* What lib/preload does where it is malloc. */
void kmem_fork_prepare(void);
void kmem_fork_parent(void);
void kmem_fork_child(void);

static void hold_still_at_fork(void)
{
	pthread_atfork(kmem_fork_prepare, kmem_fork_parent, kmem_fork_child);
}
#endif

static void *make_children(void *arg)
{
	long i;

	for (i = 0; i < STEPS(NR_CHILDREN); i++) {
		if (!EXPECT(child_run(120, child, (void *)(i + 1000))))
			break;
	}
	return arg;
}

TEST(children_of_a_busy_process_can_do_all_of_it)
{
	pthread_t threads[NR_USES];

#ifdef __SANITIZE_ADDRESS__
	SKIP("AddressSanitizer's own locks stay taken in such a child");
#endif
#ifdef __SANITIZE_THREAD__
	SKIP("ThreadSanitizer allows no thread in such a child");
#endif
	TIME_LIMIT(600); /* of this process and of the one that it starts */
	WITH_CONF("highmem:on", children_of_a_busy_process_can_do_all_of_it);
	hold_still_at_fork();
	begin();
	threads_start(NR_USES, use_until_over, threads);
	make_children(NULL);
	WRITE_ONCE(is_over, true);
	threads_join(NR_USES, threads);
	end();
}
