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
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

extern bool reserve_has_deferred(void);

static void *allocate_as_guest(void *arg)
{
	static struct page *pages[2000];
	unsigned int order;
	u64 i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = alloc_page(GFP_ATOMIC);
		if (!EXPECT(pages[i] != NULL))
			return NULL;
		fill_frame(page_address(pages[i]), i);
	}
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		EXPECT(frame_is(page_address(pages[i]), i));
		__free_page(pages[i]);
	}
	EXPECT(!reserve_has_deferred());
	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		pages[0] = alloc_pages(GFP_NOWAIT, order);
		EXPECT(pages[0] != NULL);
		__free_pages(pages[0], order);
	}
	EXPECT(!reserve_has_deferred());
	return arg;
}

static void thread_without_caches(void)
{
	pthread_t thread;
	int i;

	__free_page(alloc_page(GFP_KERNEL));
	for (i = 0; i < 3; i++) {
		pthread_create(&thread, NULL, allocate_as_guest, NULL);
		pthread_join(thread, NULL);
	}
}

TEST(a_thread_that_never_slept_gets_what_there_is_too)
{
	with_conf("", thread_without_caches);
}

/* As lib/preload does it. */
extern void kmem_fork_prepare(void);
extern void kmem_fork_parent(void);
extern void kmem_fork_child(void);

static u32 nr_forks, nr_bad_children, is_child;

/* Forks in the middle of whatever; the child goes on there, and ends later. */
static void fork_here(int sig)
{
	int saved = errno, status = 0;
	pid_t pid;

	(void)sig;
	if (READ_ONCE(is_child))
		return;
	pid = fork();
	if (pid == 0) {
		alarm(30);
		WRITE_ONCE(is_child, 1);
		handle(0);
		return;
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		WRITE_ONCE(nr_bad_children, nr_bad_children + 1);
	WRITE_ONCE(nr_forks, nr_forks + 1);
	errno = saved;
}

/* Calls that may not sleep, and nothing else. */
static void *guest(void *arg)
{
	unsigned int nr_left = 200;
	struct page *pages[8] = {NULL};
	u64 state = tap_seed() + (uintptr_t)arg;

	mine.state = state ^ 0x5555;
	__atomic_fetch_add(&nr_ready, 1, __ATOMIC_SEQ_CST);
	while (!READ_ONCE(shall_end) && nr_left) {
		u64 n = state = state * 6364136223846793005ULL + 12345;
		struct page **page = &pages[n >> 33 & 7];
		unsigned int order = (unsigned int)(n >> 40 & 3);

		if (*page)
			__free_pages(*page, compound_order(*page));
		*page = alloc_pages(GFP_NOWAIT | __GFP_COMP, order);
		if (*page)
			fill_frame(page_address(*page), n);
		nr_left -= READ_ONCE(is_child);
	}
	if (READ_ONCE(is_child)) { /* its first thread is this one */
		struct page *page = alloc_page(GFP_KERNEL);

		_exit(!page || mine.nr_wrong || !pf_pages_check() ||
		      !pf_check());
	}
	for (nr_left = 0; nr_left < 8; nr_left++) {
		if (pages[nr_left])
			__free_pages(pages[nr_left],
				     compound_order(pages[nr_left]));
	}
	for (nr_left = 0; nr_left < NR_SLOTS; nr_left++) {
		if (mine.slots[nr_left].page)
			give(&mine.slots[nr_left]);
	}
	__atomic_fetch_add(&nr_wrong, mine.nr_wrong, __ATOMIC_SEQ_CST);
	return NULL;
}

static void storm_of_guests(void)
{
	struct sigaction action = {.sa_handler = handle,
				   .sa_flags = SA_RESTART};
	pthread_t threads[NR_THREADS];
	double end = seconds() + storm_seconds();

	pthread_atfork(kmem_fork_prepare, kmem_fork_parent, kmem_fork_child);
	__free_page(alloc_page(GFP_KERNEL));
	sigaction(SIGUSR1, &action, NULL);
	action.sa_handler = fork_here;
	sigaction(SIGUSR2, &action, NULL);
	threads_start(NR_THREADS, guest, threads);
	while (READ_ONCE(nr_ready) < NR_THREADS)
		usleep(1000);
	while (seconds() < end) {
		nr_signals++;
		pthread_kill(threads[nr_signals % NR_THREADS],
			     nr_signals % NR_THREADS ? SIGUSR1 : SIGUSR2);
		usleep(50);
	}
	WRITE_ONCE(shall_end, 1);
	threads_join(NR_THREADS, threads);
	tap_note("%lu signals, %u forks in handlers", nr_signals, nr_forks);
	EXPECT_EQ(nr_wrong, 0);
	EXPECT_EQ(nr_bad_children, 0);
	EXPECT_GT(nr_forks, 0);
	__free_page(alloc_page(GFP_KERNEL));
}

TEST(threads_without_caches_are_interrupted_and_forked_anywhere)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	SKIP("a sanitizer's own locks are held in such a child");
#endif
	TIME_LIMIT(300);
	with_conf("kmem_limit:1G", storm_of_guests);
}

struct silent {
	bool has_caches, is_well;
};

/* In this mode the first system call but for four ends the process. */
static void *without_system_calls(void *arg)
{
	struct silent *silent = arg;
	struct page *page;
	unsigned int i;

	if (silent->has_caches)
		__free_page(alloc_page(GFP_KERNEL));
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	for (i = 0; i < 200; i++) {
		page = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, i % 5);
		if (page)
			__free_pages(page, i % 5);
	}
	page = alloc_page(GFP_ATOMIC | __GFP_HIGHMEM | __GFP_ZERO);
	if (page && page_zonenum(page) == ZONE_NORMAL &&
	    is_zero(page_address(page), PAGE_SIZE))
		WRITE_ONCE(silent->is_well, true);
	syscall(SYS_exit, 0);
	return NULL;
}

static void forbid_system_calls(void)
{
	struct silent silent[] = {{.has_caches = false}, {.has_caches = true}};
	pthread_t thread;
	int i;

	__free_page(alloc_page(GFP_HIGHUSER));
	for (i = 0; i < 2; i++) {
		pthread_create(&thread, NULL, without_system_calls, &silent[i]);
		pthread_join(thread, NULL);
		EXPECT(silent[i].is_well);
	}
}

TEST(who_cannot_sleep_makes_no_system_call)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	SKIP("a sanitizer makes some of its own");
#endif
	with_conf("kmem_limit:256M,highmem:on", forbid_system_calls);
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
