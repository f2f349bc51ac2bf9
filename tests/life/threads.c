/* SPDX-License-Identifier: MIT */
/*
 * threads.c - threads that come and go, and malloc while they go
 */
#include "pattern.h"
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

MEASURES_MEMORY;

enum {
	AT_ONCE = 16,
	HANDED = 20
};

static pthread_attr_t small_stack;
static pthread_key_t early_key; /* made before any constructor ran */
static atomic_int nr_destroyed;

static void destroy_and_allocate(void *value);

static void make_early_key(int argc, char **argv, char **envp)
{
	pthread_key_create(&early_key, destroy_and_allocate);
}

__attribute__((section(".preinit_array"), used)) static void (
		*const preinit_entry)(int, char **, char **) = make_early_key;

__attribute__((constructor)) static void make_small_stack(void)
{
	pthread_attr_init(&small_stack);
	pthread_attr_setstacksize(&small_stack, 64 * KIB);
}

/* Starts @nr threads and waits for their end; each gets its number. */
static void run_threads(int nr, void *(*function)(void *))
{
	pthread_t threads[AT_ONCE];
	int i;

	for (i = 0; i < nr; i++)
		if (!EXPECT_EQ(pthread_create(&threads[i], &small_stack,
					      function, (void *)(intptr_t)i),
			       0))
			break;
	while (i-- > 0)
		pthread_join(threads[i], NULL);
}

/* For each of two threads: an object of the main thread's making, and the last
 * one that it has got itself. */
static void *strangers[2];
static void *own[2];
static pthread_barrier_t both;

static void *free_and_allocate(void *arg)
{
	intptr_t number = (intptr_t)arg;
	size_t size = malloc_usable_size(strangers[number]);
	int i;

	free(strangers[number]);
	pthread_barrier_wait(&both); /* both live at the same time */
	for (i = 0; i < 50; i++) {
		own[number] = malloc(size);
		free(own[number]);
	}
	pthread_barrier_wait(&both);
	return NULL;
}

/* By chance now and then: both take their first objects from one slab. */
TEST(threads_do_not_go_on_with_the_neighbours_that_they_have_freed)
{
	int nr_shared = 0, round;

	pthread_barrier_init(&both, NULL, 2);
	for (round = 0; round < 100; round++) {
		size_t size = 16 * (size_t)(1 + round % 3);

		strangers[0] = malloc(size);
		strangers[1] = malloc(size);
		run_threads(2, free_and_allocate);
		nr_shared += (uintptr_t)own[0] / 64 == (uintptr_t)own[1] / 64;
	}
	pthread_barrier_destroy(&both);
	tap_note("%d of 100 pairs of objects in one cache line", nr_shared);
	EXPECT_LT(nr_shared, 10);
}

/* What the threads leave behind for the main thread to free. */
static void *handed_over[AT_ONCE][HANDED];

static void *short_life(void *arg)
{
	intptr_t number = (intptr_t)arg;
	void *blocks[50];
	int i;

	for (i = 0; i < 50; i++) {
		blocks[i] = malloc((size_t)(i * i * 4 + 1));
		pattern_fill(blocks[i], (size_t)(i * i * 4 + 1), (uint64_t)i);
	}
	for (i = 0; i < HANDED; i++) {
		handed_over[number][i] = malloc((size_t)(i + 1) * 100);
		pattern_fill(handed_over[number][i], (size_t)(i + 1) * 100,
			     (uint64_t)(number + i));
	}
	for (i = 0; i < 50; i++) {
		EXPECT(pattern_holds(blocks[i], (size_t)(i * i * 4 + 1),
				     (uint64_t)i));
		free(blocks[i]);
	}
	return NULL;
}

static void free_what_was_handed_over(void)
{
	int n;
	int i;

	for (n = 0; n < AT_ONCE; n++) {
		for (i = 0; i < HANDED; i++) {
			EXPECT(pattern_holds(handed_over[n][i],
					     (size_t)(i + 1) * 100,
					     (uint64_t)(n + i)));
			free(handed_over[n][i]);
		}
	}
}

TEST(ten_thousand_threads_come_and_go_without_a_trace)
{
	size_t before = 0;
	int round;

	for (round = 0; round < 10000 / AT_ONCE; round++) {
		run_threads(AT_ONCE, short_life);
		free_what_was_handed_over();
		if (round == 20)
			before = resident_kib();
	}
	EXPECT_LT(resident_kib(), before + 4 * KIB);
}

static pthread_barrier_t all;

static void *stay_with_all(void *arg)
{
	void *p = malloc(100 + (size_t)(intptr_t)arg % 1000);

	memset(p, 1, 100);
	pthread_barrier_wait(&all);
	free(p);
	pthread_barrier_wait(&all);
	return NULL;
}

TEST(a_thousand_threads_may_live_at_once)
{
	enum {
		NR = 1000
	};
	static pthread_t threads[NR];
	size_t before = resident_kib();
	int i;

	pthread_barrier_init(&all, NULL, NR + 1);
	for (i = 0; i < NR; i++) {
		if (!EXPECT_EQ(pthread_create(&threads[i], &small_stack,
					      stay_with_all,
					      (void *)(intptr_t)i),
			       0))
			_exit(1); /* the barrier cannot be met any more */
	}
	pthread_barrier_wait(&all);
	/* 32 KiB a thread: two pages of stack, the rest for caches. */
	EXPECT_LT(resident_kib(), before + NR * 32);
	pthread_barrier_wait(&all);
	for (i = 0; i < NR; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&all);
}

/*
 * Runs in every round of destructors, so before and after the one of the
 * malloc under test, whatever the order of the keys.
 */
static void destroy_and_allocate(void *value)
{
	intptr_t round = *(intptr_t *)value;
	void *blocks[64];
	int i;

	for (i = 0; i < 64; i++) {
		blocks[i] = malloc((size_t)i * 50);
		memset(blocks[i], 1, (size_t)i * 50);
	}
	for (i = 0; i < 64; i++)
		free(blocks[i]);
	free(value);

	atomic_fetch_add(&nr_destroyed, 1);
	if (round < PTHREAD_DESTRUCTOR_ITERATIONS - 1) {
		intptr_t *again = malloc(sizeof(*again));

		*again = round + 1;
		pthread_setspecific(early_key, again);
	}
}

static void *leave_a_value(void *arg)
{
	intptr_t *value = malloc(sizeof(*value));

	(void)arg;
	*value = 0;
	pthread_setspecific(early_key, value);
	free(malloc(100));
	return NULL;
}

TEST(malloc_works_in_every_round_of_key_destructors)
{
	size_t before = 0;
	int round;

	for (round = 0; round < 100; round++) {
		atomic_store(&nr_destroyed, 0);
		run_threads(AT_ONCE, leave_a_value);
		EXPECT_EQ(atomic_load(&nr_destroyed),
			  AT_ONCE * PTHREAD_DESTRUCTOR_ITERATIONS);
		if (round == 10)
			before = resident_kib();
	}
	EXPECT_LT(resident_kib(), before + 2 * KIB);
}

static pthread_key_t late_keys[100];

static void free_late_value(void *value)
{
	free(realloc(value, 5000));
	atomic_fetch_add(&nr_destroyed, 1);
}

static void *leave_late_values(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 100; i++)
		pthread_setspecific(late_keys[i], malloc((size_t)i * 30));
	return NULL;
}

TEST(keys_made_late_may_free_and_allocate_too)
{
	int i;

	for (i = 0; i < 100; i++)
		EXPECT_EQ(pthread_key_create(&late_keys[i], free_late_value),
			  0);
	atomic_store(&nr_destroyed, 0);
	run_threads(AT_ONCE, leave_late_values);
	EXPECT_EQ(atomic_load(&nr_destroyed), AT_ONCE * 100);
	for (i = 0; i < 100; i++)
		pthread_key_delete(late_keys[i]);
}

/* A thread that never called malloc meets it in its destructor first. */
static void *only_in_the_destructor(void *arg)
{
	static char value[1];

	(void)arg;
	pthread_setspecific(late_keys[0], value);
	return NULL;
}

static void allocate_first(void *value)
{
	void *p = malloc(1000);

	(void)value;
	memset(p, 1, 1000);
	free(p);
	atomic_fetch_add(&nr_destroyed, 1);
}

TEST(a_thread_may_call_malloc_first_when_it_ends)
{
	size_t before = 0;
	int round;

	pthread_key_create(&late_keys[0], allocate_first);
	atomic_store(&nr_destroyed, 0);
	for (round = 0; round < 200; round++) {
		run_threads(AT_ONCE, only_in_the_destructor);
		if (round == 10)
			before = resident_kib();
	}
	EXPECT_EQ(atomic_load(&nr_destroyed), 200 * AT_ONCE);
	EXPECT_LT(resident_kib(), before + 2 * KIB);
	pthread_key_delete(late_keys[0]);
}

static void *take_and_be_cancelled(void *arg)
{
	void *volatile p;

	(void)arg;
	for (;;) {
		p = malloc(300);
		free(p);
		pthread_testcancel();
	}
	return NULL;
}

TEST(a_cancelled_thread_leaves_malloc_usable)
{
	int round;

	for (round = 0; round < 500; round++) {
		pthread_t thread;

		if (!EXPECT_EQ(pthread_create(&thread, &small_stack,
					      take_and_be_cancelled, NULL),
			       0))
			return;
		free(malloc(300));
		pthread_cancel(thread);
		pthread_join(thread, NULL);
	}
	EXPECT(true);
}

/* Detached threads may still run their destructors when the next one starts. */
static atomic_int nr_ended;

static void *detached_life(void *arg)
{
	void *p = malloc((size_t)(intptr_t)arg % 5000);

	free(used(p));
	atomic_fetch_add(&nr_ended, 1);
	return NULL;
}

TEST(detached_threads_come_and_go)
{
	pthread_attr_t attr;
	int nr = 0;
	int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * KIB);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (i = 0; i < 3000; i++) {
		pthread_t thread;

		nr += !pthread_create(&thread, &attr, detached_life,
				      (void *)(intptr_t)i);
	}
	EXPECT_GT(nr, 0);
	while (atomic_load(&nr_ended) < nr)
		sched_yield();
	pthread_attr_destroy(&attr);
}

/* glibc's setuid() has every thread answer; the library may have one, too. */
static void set_user_id(void *arg)
{
	static char *blocks[40];
	pthread_t thread;
	int i;

	(void)arg;
	pthread_barrier_init(&all, NULL, 2);
	pthread_create(&thread, &small_stack, stay_with_all, NULL);
	pthread_barrier_wait(&all);
	for (i = 0; i < 40; i++) {
		blocks[i] = malloc(MIB);
		memset(blocks[i], 1, MIB);
	}
	if (on_pfmalloc()) /* a heap of this size is worth a thread */
		EXPECT_EQ(status_kib("Threads"), 3);
	EXPECT_EQ(setuid(getuid()), 0);
	EXPECT_EQ(setgid(getgid()), 0);
	for (i = 0; i < 40; i++)
		free(blocks[i]);
	pthread_barrier_wait(&all);
	pthread_join(thread, NULL);
}

TEST(user_and_group_can_be_set_in_a_program_with_threads)
{
	child_run(20, set_user_id, NULL);
}
