/* SPDX-License-Identifier: MIT */
/*
 * atomic.c - requests that may not sleep, in signal handlers and out of them
 *
 * The storm: threads that allocate and free without pause, by malloc() and by
 * alloc_pages(), are interrupted anywhere by signals whose handler allocates,
 * checks and frees pages.  What it holds is filled with its name, so that a
 * frame that two have at once is found out.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "kapi.h"

#define NR_THREADS 4
#define NR_SLOTS   24

struct slot {
	struct page *page;
	unsigned int order;
	u64 name;
};

/* What a thread's handler holds, and what it has seen. */
static __thread struct {
	struct slot slots[NR_SLOTS];
	u64 state;
	unsigned long nr_taken, nr_refused, nr_wrong;
} mine __attribute__((tls_model("initial-exec")));

static u32 nr_ready, shall_end;
static unsigned long nr_taken, nr_refused, nr_wrong, nr_signals;

static u64 dice(void)
{
	mine.state =
		mine.state * 6364136223846793005ULL + 1442695040888963407ULL;
	return mine.state >> 33;
}

static void give(struct slot *slot)
{
	unsigned int i;

	for (i = 0; i < 1U << slot->order; i++)
		mine.nr_wrong +=
			!frame_is(page_address(slot->page + i), slot->name + i);
	if (slot->order) {
		__free_pages(slot->page, slot->order);
	} else {
		get_page(slot->page);
		put_page(slot->page);
		put_page(slot->page);
	}
	slot->page = NULL;
}

static void take(struct slot *slot)
{
	gfp_t gfp = dice() & 1 ? GFP_ATOMIC : GFP_NOWAIT;
	unsigned int i;

	slot->order = dice() % 4 ? 0 : (unsigned int)dice() % 4;
	slot->name = (u64)(uintptr_t)slot << 20 | (dice() & 0xff000);
	/* GFP_ATOMIC reports its failures, also from a handler. */
	slot->page = alloc_pages(gfp, slot->order);
	if (!slot->page) {
		mine.nr_refused++;
		return;
	}
	mine.nr_taken++;
	for (i = 0; i < 1U << slot->order; i++)
		fill_frame(page_address(slot->page + i), slot->name + i);
}

static void handle(int sig)
{
	int saved = errno;
	int i;

	(void)sig;
	for (i = 0; i < 3; i++) {
		struct slot *slot = &mine.slots[dice() % NR_SLOTS];

		if (slot->page)
			give(slot);
		else
			take(slot);
	}
	mine.nr_wrong += errno != saved;
}

static void allocate_and_free(u64 *state)
{
	static __thread void *objects[64];
	static __thread struct page *pages[16];
	u64 n = *state = *state * 6364136223846793005ULL + 12345;
	void **object = &objects[n >> 33 & 63];
	struct page **page = &pages[n >> 41 & 15];

	pf_free(*object);
	*object =
		pf_malloc((size_t)(n >> 45 & 15) ? (size_t)(n >> 50 & 4095)
						 : (size_t)(n >> 44 & 0xfffff));
	if (n >> 60)
		return;
	if (*page)
		__free_page(*page);
	*page = alloc_page(n >> 59 & 1 ? GFP_KERNEL : GFP_KERNEL | __GFP_ZERO);
	if (*page)
		*(u64 *)page_address(*page) = n;
}

static void *work(void *arg)
{
	u64 state = tap_seed() + (uintptr_t)arg;
	size_t i;

	mine.state = state ^ 0x5555;
	__atomic_fetch_add(&nr_ready, 1, __ATOMIC_SEQ_CST);
	while (!READ_ONCE(shall_end))
		allocate_and_free(&state);
	for (i = 0; i < NR_SLOTS; i++) {
		if (mine.slots[i].page)
			give(&mine.slots[i]);
	}
	__atomic_fetch_add(&nr_taken, mine.nr_taken, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&nr_refused, mine.nr_refused, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&nr_wrong, mine.nr_wrong, __ATOMIC_SEQ_CST);
	return NULL;
}

/* PF_STORM_SECONDS makes it longer. */
static double storm_seconds(void)
{
	const char *text = getenv("PF_STORM_SECONDS");

	return text ? atof(text) : 3;
}

static void storm(void)
{
	struct sigaction action = {.sa_handler = handle,
				   .sa_flags = SA_RESTART};
	pthread_t threads[NR_THREADS];
	double end = seconds() + storm_seconds();

	pf_free(pf_malloc(1)); /* the library is ready before its threads */
	sigaction(SIGUSR1, &action, NULL);
	threads_start(NR_THREADS, work, threads);
	while (READ_ONCE(nr_ready) < NR_THREADS)
		usleep(1000);
	while (seconds() < end) {
		pthread_kill(threads[nr_signals % NR_THREADS], SIGUSR1);
		nr_signals++;
		usleep(50);
	}
	WRITE_ONCE(shall_end, 1);
	threads_join(NR_THREADS, threads);
	tap_note("%lu signals, %lu blocks taken in handlers, %lu refused",
		 nr_signals, nr_taken, nr_refused);
	EXPECT_EQ(nr_wrong, 0);
	EXPECT_GT(nr_taken, 0);
	__free_page(alloc_page(GFP_KERNEL)); /* frees what was deferred */
}

TEST(handlers_allocate_and_free_wherever_they_interrupt)
{
	TIME_LIMIT(300);
	with_conf("kmem_limit:1G", storm);
}

TEST(also_where_memory_is_short)
{
	TIME_LIMIT(300);
	with_conf("kmem_limit:4M", storm);
}

static void first_of_all(void)
{
	struct page *page = alloc_page(GFP_ATOMIC);

	EXPECT(page);
	fill_frame(page_address(page), 1);
	__free_page(page);
}

TEST(the_first_request_may_be_one_that_cannot_sleep)
{
	with_conf("", first_of_all);
}

static void *in_thread(void *arg)
{
	struct page *page = alloc_page(GFP_NOWAIT);

	EXPECT(page);
	__free_page(page);
	return arg;
}

static void first_of_a_thread(void)
{
	pthread_t thread;

	__free_page(alloc_page(GFP_KERNEL));
	pthread_create(&thread, NULL, in_thread, NULL);
	pthread_join(thread, NULL);
}

TEST(the_first_request_of_a_thread_too)
{
	with_conf("", first_of_a_thread);
}

static void take_the_reserve(void)
{
	struct page *pages[400];
	int i, nr = 0;

	__free_page(alloc_page(GFP_KERNEL));
	for (i = 0; i < 400; i++) {
		pages[nr] = alloc_page(GFP_ATOMIC | __GFP_NOWARN);
		if (!pages[nr])
			break;
		fill_frame(page_address(pages[nr]), (u64)nr);
		nr++;
	}
	EXPECT_GE(nr, 64); /* what the reserve has */
	for (i = 0; i < nr; i++) {
		EXPECT(frame_is(page_address(pages[i]), (u64)i));
		__free_page(pages[i]);
	}
	/* The next one that may sleep fills it again. */
	__free_page(alloc_page(GFP_KERNEL));
	for (i = 0; i < 64; i++) {
		pages[i] = alloc_page(GFP_ATOMIC);
		EXPECT(pages[i]);
	}
	for (i = 0; i < 64; i++)
		__free_page(pages[i]);
}

TEST(a_reserve_is_there_and_is_filled_again)
{
	with_conf("", take_the_reserve);
}

static void dma_and_high(void)
{
	struct page *page;

	/* Zones that have been used before serve who cannot sleep, too. */
	__free_page(alloc_page(GFP_KERNEL | GFP_DMA));
	__free_page(alloc_page(GFP_HIGHUSER));
	page = alloc_page(GFP_ATOMIC | GFP_DMA);
	EXPECT(page && page_zonenum(page) == ZONE_DMA);
	__free_page(page);
	page = alloc_page(GFP_ATOMIC | __GFP_HIGHMEM);
	EXPECT(page && page_zonenum(page) == ZONE_HIGHMEM);
	__free_page(page);
}

TEST(other_zones_serve_who_cannot_sleep)
{
	with_conf("kmem_limit:256M,highmem:on", dma_and_high);
}
