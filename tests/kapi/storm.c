/* SPDX-License-Identifier: MIT */
/*
 * storm.c - signal handlers that allocate and free, anywhere
 *
 * Four threads malloc, free, kmalloc, kfree and use a cache without pause.  A
 * fifth sends them 10,000 signals a second, of a kind that queues, whose handler
 * does kmalloc() and kfree() with GFP_ATOMIC.  Each object has a pattern that depends
 * on its address and length; whoever frees it looks whether it is still there.
 * Handlers keep some objects, which the program frees, and the other way round.
 *
 * 3 seconds in make check; PF_STORM_SECONDS says otherwise.
 *
 * On x86-64 the same handler also runs between any two instructions, one after
 * another, of the calls that it may interrupt: the processor stops after each.
 */
#include "slab.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

#define NR_THREADS 4
#define NR_SLOTS   64
#define NR_HANDED  16
#define PERIOD_NS  100000

/* malloc() of the library, which is not the test's. */
void *pf_malloc(size_t size);
void pf_free(void *p);

/* At the start of each object, and then bytes that follow from it. */
struct header {
	unsigned long check;
	unsigned int len;
	unsigned int is_cached;
};

static struct kmem_cache *cache;
static void *handed[NR_HANDED];
static bool stop;
static unsigned long nr_signals, nr_failed, nr_wrong;
static __thread uint64_t handlers_random;
static __thread uint64_t random_state;

static unsigned long check_of(const struct header *h)
{
	return ((unsigned long)h * 0x9e3779b97f4a7c15UL) ^ h->len;
}

static void mark(struct header *h, size_t len, bool is_cached)
{
	h->len = (unsigned int)len;
	h->is_cached = is_cached;
	h->check = check_of(h);
	memset(h + 1, (int)(h->check >> 8 & 0xff), len - sizeof(*h));
}

static bool is_right(const struct header *h)
{
	return h->check == check_of(h) &&
	       is_all(h + 1, (int)(h->check >> 8 & 0xff), h->len - sizeof(*h));
}

static void *take(uint64_t *state, gfp_t gfp)
{
	bool is_cached = tap_random_next(state) % 4 == 0;
	size_t len = is_cached ? 120
			       : sizeof(struct header) +
					 tap_random_next(state) % 1000;
	struct header *h =
		is_cached ? kmem_cache_alloc(cache, gfp) : kmalloc(len, gfp);

	if (!h) {
		__atomic_fetch_add(&nr_failed, 1, __ATOMIC_RELAXED);
		return NULL;
	}
	mark(h, len, is_cached);
	return h;
}

static void give(struct header *h)
{
	if (!h)
		return;
	if (!is_right(h))
		__atomic_fetch_add(&nr_wrong, 1, __ATOMIC_RELAXED);
	h->check = 0;
	if (h->is_cached)
		kmem_cache_free(cache, h);
	else
		kfree(h);
}

/* Another one into a place that all threads and handlers know. */
static void hand_over(uint64_t *state, gfp_t gfp)
{
	void **place = &handed[tap_random_next(state) % NR_HANDED];

	give(xchg(place, take(state, gfp)));
}

static void handler(int sig)
{
	gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN;
	void *p[4];
	int i;

	(void)sig;
	__atomic_fetch_add(&nr_signals, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 4; i++)
		p[i] = take(&handlers_random, gfp);
	for (i = 0; i < 4; i++)
		give(p[i]);
	hand_over(&handlers_random, gfp);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* One signal after another for so long, each when it is due. */
static void send_signals(const pthread_t *threads, unsigned int seconds)
{
	uint64_t due = now_ns(), end = due + seconds * 1000000000ULL;
	unsigned int i;

	for (i = 0; due < end; i++, due += PERIOD_NS) {
		while (now_ns() < due)
			sched_yield();
		pthread_kill(threads[i % NR_THREADS], SIGRTMIN);
	}
}

static void *storm(void *arg)
{
	static __thread void *objects[NR_SLOTS], *mallocs[NR_SLOTS];
	int i;

	random_state = tap_seed() + (uint64_t)(unsigned long)arg;
	handlers_random = ~random_state;
	while (!READ_ONCE(stop)) {
		uint64_t r = tap_random_next(&random_state);

		i = (int)(r % NR_SLOTS);
		give(objects[i]);
		objects[i] = take(&random_state, GFP_KERNEL);
		pf_free(mallocs[i]);
		mallocs[i] = pf_malloc(r >> 8 & 0x3fff);
		*(char *)mallocs[i] = 1;
		if (r >> 32 & 1)
			hand_over(&random_state, GFP_KERNEL);
		if ((r >> 33 & 0x3ff) == 0)
			kfree(kmalloc(20000, GFP_KERNEL));
	}
	for (i = 0; i < NR_SLOTS; i++) {
		give(objects[i]);
		pf_free(mallocs[i]);
	}
	return NULL;
}

/* ThreadSanitizer would take minutes: it has many instructions for one. */
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define TRAP_FLAG "0x100"
#define NR_DONE	  20

static unsigned long nr_steps;
static void *kept[8];

/* The interrupted instruction's successor is the next to be interrupted. */
static void step_handler(int sig)
{
	void **place = &kept[nr_steps++ % 8];

	(void)sig;
	give(*place);
	*place = take(&handlers_random, GFP_ATOMIC | __GFP_NOWARN);
}

static void step_begin(void)
{
	__asm__ volatile("pushfq; orq $" TRAP_FLAG ", (%%rsp); popfq" ::
				 : "memory", "cc");
}

static void step_end(void)
{
	__asm__ volatile("pushfq; andq $~" TRAP_FLAG ", (%%rsp); popfq" ::
				 : "memory", "cc");
}

/*
 * Enough of each to go through full and empty arrays, and new slabs.  Nothing
 * that blocks signals: a step there would end the process.
 */
static void do_all(void)
{
	static void *p[NR_DONE];
	int i;

	for (i = 0; i < NR_DONE; i++)
		p[i] = kmalloc(512, GFP_KERNEL);
	for (i = 0; i < NR_DONE; i++)
		kfree(p[i]);
	for (i = 0; i < NR_DONE; i++)
		p[i] = pf_malloc(300);
	for (i = 0; i < NR_DONE; i++)
		pf_free(p[i]);
	for (i = 0; i < NR_DONE; i++)
		p[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	for (i = 0; i < NR_DONE; i++)
		kmem_cache_free(cache, p[i]);
	kfree(kmalloc(20000, GFP_KERNEL));
	pf_free(pf_malloc(1 << 20));
	__free_pages(alloc_pages(GFP_KERNEL, 2), 2);
	vfree(vmalloc(4096));
}

TEST(handlers_allocate_and_free_after_each_instruction)
{
	struct sigaction action = {.sa_handler = step_handler};
	int i;

	TIME_LIMIT(300);
	cache = kmem_cache_create("step", 120, 0, SLAB_NO_MERGE, NULL);
	kfree(kmalloc(1, GFP_KERNEL));
	handlers_random = tap_seed();
	nr_wrong = 0;
	sigaction(SIGTRAP, &action, NULL);
	step_begin();
	do_all();
	step_end();
	signal(SIGTRAP, SIG_IGN);
	for (i = 0; i < 8; i++)
		give(kept[i]);
	tap_note("%lu steps, %lu requests failed", nr_steps, nr_failed);
	EXPECT_EQ(nr_wrong, 0);
	EXPECT_GT(nr_steps, 50000);
	EXPECT_LT(nr_failed, nr_steps / 10);
	EXPECT(pf_kmem_check());
	EXPECT_EQ(kmem_cache_shrink(cache), 0);
	kmem_cache_destroy(cache);
	nr_failed = 0;
}
#endif

TEST(handlers_allocate_and_free_whatever_they_interrupt)
{
	const char *seconds = getenv("PF_STORM_SECONDS");
	unsigned int duration = seconds ? (unsigned int)atoi(seconds) : 3;
	struct sigaction action = {.sa_handler = handler,
				   .sa_flags = SA_RESTART};
	pthread_t threads[NR_THREADS];
	long i;

	TIME_LIMIT(4 * duration + 60);
	cache = kmem_cache_create("storm", 120, 0, SLAB_NO_MERGE, NULL);
	sigaction(SIGRTMIN, &action, NULL);
	for (i = 0; i < NR_THREADS; i++)
		pthread_create(&threads[i], NULL, storm, (void *)i);
	send_signals(threads, duration);
	WRITE_ONCE(stop, true);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < NR_HANDED; i++)
		give(handed[i]);
	tap_note("%lu signals, %lu requests of handlers failed", nr_signals,
		 nr_failed);
	EXPECT_EQ(nr_wrong, 0);
	EXPECT_GT(nr_signals, 0);
	EXPECT_LT(nr_failed, nr_signals / 10 + 100);
	EXPECT(pf_kmem_check());
	EXPECT_EQ(kmem_cache_shrink(cache), 0);
	kmem_cache_destroy(cache);
}
