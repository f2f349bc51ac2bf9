/* SPDX-License-Identifier: MIT */
/*
 * loader.c - malloc while the loader works: dynamic TLS, dlopen, dlclose
 */
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

MEASURES_MEMORY;

enum {
	NR_THREADS = 64
};

static int (*guest_use)(int);
static pthread_barrier_t everybody;
static pthread_attr_t small_stack;

__attribute__((constructor)) static void make_small_stack(void)
{
	pthread_attr_init(&small_stack);
	pthread_attr_setstacksize(&small_stack, 256 * KIB);
}

static void *guest_open(void)
{
	char path[4096];
	void *guest;

	if (!EXPECT(sibling_path(".libs/tls-guest.so", path, sizeof(path))))
		return NULL;
	guest = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!EXPECT(guest)) {
		tap_note("  %s", dlerror());
		return NULL;
	}
	*(void **)&guest_use = dlsym(guest, "tls_guest_use");
	return guest;
}

/*
 * Everybody touches the data for the first time at the same moment, and has
 * it until the last has touched it: each round needs as much memory.
 */
static void *use_tls(void *arg)
{
	int number = (int)(intptr_t)arg;

	if (number % 2)
		free(used(malloc(100)));
	pthread_barrier_wait(&everybody);
	EXPECT_EQ(guest_use(number), 0);
	pthread_barrier_wait(&everybody);
	free(used(malloc(1000)));
	return NULL;
}

static void use_from_all_threads(void)
{
	pthread_t threads[NR_THREADS];
	int i;

	pthread_barrier_init(&everybody, NULL, NR_THREADS);
	for (i = 0; i < NR_THREADS; i++)
		if (!EXPECT_EQ(pthread_create(&threads[i], &small_stack,
					      use_tls, (void *)(intptr_t)i),
			       0))
			exit(1);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&everybody);
}

TEST(threads_touch_large_thread_local_data_at_the_same_time)
{
	void *guest = guest_open();
	int round;

	for (round = 0; guest && round < 10; round++)
		use_from_all_threads();
	if (guest)
		dlclose(guest);
}

TEST(a_plug_in_with_thread_local_data_is_opened_and_closed_many_times)
{
	size_t before = 0;
	int round;

	for (round = 0; round < 40; round++) {
		void *guest = guest_open();

		if (!guest)
			return;
		use_from_all_threads();
		EXPECT_EQ(dlclose(guest), 0);
		if (round == 10)
			before = resident_kib();
	}
	EXPECT_LT(resident_kib(), before + 4 * KIB);
}

/* Threads that were there before the plug-in get its data late. */
static pthread_barrier_t opened;

static void *wait_and_use_tls(void *arg)
{
	void *p = malloc(5000);

	pthread_barrier_wait(&opened);
	pthread_barrier_wait(&opened);
	EXPECT_EQ(guest_use((int)(intptr_t)arg), 0);
	free(p);
	return NULL;
}

TEST(threads_older_than_a_plug_in_use_its_thread_local_data)
{
	pthread_t threads[NR_THREADS];
	void *guest;
	int i;

	pthread_barrier_init(&opened, NULL, NR_THREADS + 1);
	for (i = 0; i < NR_THREADS; i++)
		if (!EXPECT_EQ(pthread_create(&threads[i], &small_stack,
					      wait_and_use_tls,
					      (void *)(intptr_t)i),
			       0))
			exit(1);
	pthread_barrier_wait(&opened);
	guest = guest_open();
	if (!guest)
		exit(1);
	pthread_barrier_wait(&opened);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	dlclose(guest);
	pthread_barrier_destroy(&opened);
}

static atomic_bool stop;

static void *allocate_meanwhile(void *arg)
{
	unsigned int i;

	for (i = 0; !atomic_load(&stop); i++)
		free(used(malloc(i * 31 % 10000)));
	return arg;
}

TEST(libraries_are_opened_while_threads_allocate)
{
	static const char *const names[] = {"libm.so.6", "libresolv.so.2",
					    "libutil.so.1", "libnsl.so.1"};
	pthread_t threads[2];
	int opened_once = 0;
	int i;

	atomic_store(&stop, false);
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, allocate_meanwhile, NULL);
	for (i = 0; i < 400; i++) {
		void *library = dlopen(names[i % 4], RTLD_NOW);

		if (library) {
			opened_once++;
			dlclose(library);
		} else {
			/* the text of the error is allocated, too */
			EXPECT(dlerror());
		}
		EXPECT_EQ((uintptr_t)dlopen("/no/such/library.so", RTLD_NOW),
			  0);
		EXPECT_STR_HAS(dlerror(), "/no/such/library.so");
	}
	EXPECT_GT(opened_once, 0);
	atomic_store(&stop, true);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}
