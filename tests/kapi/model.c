/* SPDX-License-Identifier: MIT */
/*
 * model.c - random calls against a shadow that knows what must be true
 *
 * Each slot of the shadow has an object, how it was allocated, how many bytes
 * were asked for, and a byte that all of them have.  Threads have slots of their
 * own and hand some to each other.
 */
#include "slab.h"

#include <pthread.h>

#define NR_SLOTS   256
#define NR_SHARED  64
#define NR_THREADS 4
#define NR_CACHES  6

enum kind {
	KMALLOC,
	KVMALLOC,
	VMALLOC,
	CACHE, /* and the caches behind it */
	NR_KINDS = CACHE + NR_CACHES,
};

struct slot {
	unsigned char *p;
	size_t len;
	unsigned int kind;
	unsigned char byte;
};

static struct kmem_cache *caches[NR_CACHES];
static struct slot *shared[NR_SHARED];
static const unsigned int cache_size[NR_CACHES] = {8, 24, 56, 200, 1000, 5000};

static void construct(void *object)
{
	memset(object, 0xc7, 56);
}

static gfp_t random_gfp(uint64_t *state)
{
	static const gfp_t flags[] = {
		GFP_KERNEL,
		GFP_KERNEL,
		GFP_ATOMIC,
		GFP_NOWAIT,
		GFP_KERNEL_ACCOUNT,
		GFP_NOFS,
		GFP_KERNEL | __GFP_RECLAIMABLE,
	};

	return flags[tap_random_next(state) % ARRAY_SIZE(flags)];
}

/* All magnitudes alike, up to @max. */
static size_t random_size(uint64_t *state, unsigned int max_log)
{
	size_t top = (size_t)1 << (1 + tap_random_next(state) % max_log);

	return 1 + tap_random_next(state) % top;
}

static bool is_whole(const struct slot *slot)
{
	return is_all(slot->p, slot->byte, slot->len);
}

static bool is_constructed_kind(unsigned int kind)
{
	return kind == CACHE + 2;
}

static void fill(struct slot *slot, uint64_t *state)
{
	slot->byte = (unsigned char)tap_random_next(state);
	memset(slot->p, slot->byte, slot->len);
}

static bool take(struct slot *slot, uint64_t *state)
{
	bool is_zero = tap_random_next(state) % 4 == 0;
	gfp_t gfp = random_gfp(state);

	slot->kind = (unsigned int)(tap_random_next(state) % NR_KINDS);
	if (is_constructed_kind(slot->kind))
		is_zero = false;
	if (is_zero)
		gfp |= __GFP_ZERO;
	switch (slot->kind) {
	case KMALLOC:
		slot->len = random_size(state, 17);
		slot->p = kmalloc(slot->len, gfp | __GFP_NOWARN);
		break;
	case KVMALLOC:
		slot->len = random_size(state, 19);
		slot->p = kvmalloc(slot->len, GFP_KERNEL | (gfp & __GFP_ZERO));
		break;
	case VMALLOC:
		slot->len = random_size(state, 18);
		slot->p = vmalloc(slot->len);
		break;
	default:
		slot->len = cache_size[slot->kind - CACHE];
		slot->p = kmem_cache_alloc(caches[slot->kind - CACHE],
					   gfp | __GFP_NOWARN);
	}
	if (!slot->p) {
		/* Only a request that may not sleep may fail here. */
		return EXPECT_EQ(gfp & __GFP_DIRECT_RECLAIM, 0);
	}
	if (is_constructed_kind(slot->kind) &&
	    !EXPECT(is_all(slot->p, 0xc7, slot->len)))
		return false;
	if (is_zero && !EXPECT(is_all(slot->p, 0, slot->len)))
		return false;
	fill(slot, state);
	return true;
}

static bool give(struct slot *slot)
{
	if (!EXPECT(is_whole(slot)))
		return false;
	if (is_constructed_kind(slot->kind))
		memset(slot->p, 0xc7, slot->len);
	switch (slot->kind) {
	case KMALLOC:
		kfree(slot->p);
		break;
	case KVMALLOC:
		kvfree(slot->p);
		break;
	case VMALLOC:
		vfree(slot->p);
		break;
	default:
		kmem_cache_free(caches[slot->kind - CACHE], slot->p);
	}
	slot->p = NULL;
	return true;
}

/* Another size for what can have one. */
static bool resize(struct slot *slot, uint64_t *state)
{
	size_t len = random_size(state, slot->kind == KMALLOC ? 17 : 19);
	void *p;

	if (slot->kind == KMALLOC)
		p = krealloc(slot->p, len, GFP_KERNEL);
	else if (slot->kind == KVMALLOC)
		p = kvrealloc(slot->p, len, GFP_KERNEL);
	else if (slot->kind == VMALLOC)
		p = vrealloc(slot->p, len, GFP_KERNEL);
	else
		return true;
	if (!EXPECT(p != NULL))
		return false;
	slot->p = p;
	if (!EXPECT(is_all(slot->p, slot->byte, min(len, slot->len))))
		return false;
	slot->len = len;
	fill(slot, state);
	return true;
}

/* Put one slot where others find it, and take what was there. */
static void exchange(struct slot *slot, uint64_t *state)
{
	size_t i = tap_random_next(state) % NR_SHARED;
	struct slot *mine = kmalloc(sizeof(*mine), GFP_KERNEL);
	struct slot *theirs;

	*mine = *slot;
	theirs = xchg(&shared[i], mine);
	slot->p = NULL;
	if (theirs) {
		*slot = *theirs;
		kfree(theirs);
	}
}

static bool step(struct slot *slot, uint64_t *state)
{
	unsigned int what = tap_random_next(state) % 16;

	if (!slot->p)
		return take(slot, state);
	if (what == 0)
		exchange(slot, state);
	else if (what < 4)
		return resize(slot, state);
	else
		return give(slot);
	return true;
}

static void *run(void *arg)
{
	static __thread struct slot slots[NR_SLOTS];
	uint64_t state = tap_seed() + (uint64_t)(unsigned long)arg;
	int i;

	for (i = 0; i < STEPS(40000); i++) {
		if (!step(&slots[tap_random_next(&state) % NR_SLOTS], &state))
			return slots;
		if (i % 5000 == 0 && arg == NULL)
			kmem_cache_shrink(caches[i / 5000 % NR_CACHES]);
	}
	for (i = 0; i < NR_SLOTS; i++) {
		if (slots[i].p && !give(&slots[i]))
			return slots;
	}
	return NULL;
}

static void start(void)
{
	int i;

	for (i = 0; i < NR_CACHES; i++)
		caches[i] = kmem_cache_create("model", cache_size[i], 0,
					      i == 4 ? SLAB_TYPESAFE_BY_RCU
						     : SLAB_NO_MERGE,
					      i == 2 ? construct : NULL);
}

static void end(void)
{
	int i;

	for (i = 0; i < NR_SHARED; i++) {
		if (!shared[i])
			continue;
		give(shared[i]);
		kfree(shared[i]);
		shared[i] = NULL;
	}
	EXPECT(pf_kmem_check());
	for (i = 0; i < NR_CACHES; i++) {
		EXPECT_EQ(kmem_cache_shrink(caches[i]), 0);
		kmem_cache_destroy(caches[i]);
	}
	EXPECT_EQ(vmalloc_nr_pages(), 0);
}

TEST(one_thread_agrees_with_the_model)
{
	start();
	EXPECT(!run(NULL));
	end();
}

TEST(four_threads_agree_with_the_model)
{
	pthread_t threads[NR_THREADS];
	void *wrong;
	long i;

	TIME_LIMIT(300);
	start();
	for (i = 0; i < NR_THREADS; i++)
		pthread_create(&threads[i], NULL, run, (void *)i);
	for (i = 0; i < NR_THREADS; i++) {
		pthread_join(threads[i], &wrong);
		EXPECT(!wrong);
	}
	end();
}

static void run_in_child(void *arg)
{
	(void)arg;
	EXPECT(!run((void *)99L));
	EXPECT(pf_kmem_check());
}

static bool stop;

static void *run_until_stop(void *arg)
{
	while (!READ_ONCE(stop)) {
		if (run(arg))
			return arg;
	}
	return NULL;
}

/* What lib/preload does where it is malloc. */
void kmem_fork_prepare(void);
void kmem_fork_parent(void);
void kmem_fork_child(void);

/* While others are in the middle of anything. */
TEST(children_of_fork_agree_with_the_model)
{
	pthread_t threads[2];
	struct ending ending;
	void *wrong;
	long i;

	TIME_LIMIT(300);
	pthread_atfork(kmem_fork_prepare, kmem_fork_parent, kmem_fork_child);
	start();
	stop = false;
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, run_until_stop,
			       (void *)(i + 1));
	for (i = 0; i < 4; i++) {
		child_ending(&ending, 120, run_in_child, NULL);
		EXPECT_EQ(ending.signal, 0);
		EXPECT_EQ(ending.status, 0);
		EXPECT_STR_EQ(ending.text, "");
	}
	WRITE_ONCE(stop, true);
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], &wrong);
		EXPECT(!wrong);
	}
	end();
}
