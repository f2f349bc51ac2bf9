/* SPDX-License-Identifier: MIT */
/*
 * dlopened.c - the library opened by a program that runs on libc's malloc
 *
 * This program is not preloaded: it opens the library that PF_PRELOAD names,
 * uses both mallocs side by side, and closes it while its memory and threads
 * that used it are still there.
 */
#include "pattern.h"
#include "process.h"
#include "tap.h"

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct malloc_family {
	void *handle;
	void *(*malloc)(size_t);
	void (*free)(void *);
	void *(*realloc)(void *, size_t);
	void *(*calloc)(size_t, size_t);
	size_t (*usable_size)(void *);
	int (*trim)(size_t);
};

static struct malloc_family ours;

static bool family_open(struct malloc_family *family)
{
	const char *path = getenv("PF_PRELOAD");

	family->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!EXPECT(family->handle)) {
		tap_note("  %s", dlerror());
		return false;
	}
	*(void **)&family->malloc = dlsym(family->handle, "malloc");
	*(void **)&family->free = dlsym(family->handle, "free");
	*(void **)&family->realloc = dlsym(family->handle, "realloc");
	*(void **)&family->calloc = dlsym(family->handle, "calloc");
	*(void **)&family->usable_size =
		dlsym(family->handle, "malloc_usable_size");
	*(void **)&family->trim = dlsym(family->handle, "malloc_trim");
	return EXPECT(family->malloc && family->malloc != malloc);
}

static bool have_library(void)
{
	const char *path = getenv("PF_PRELOAD");

	return path && *path;
}

#define NEEDS_LIBRARY()                                      \
	do {                                                 \
		if (!have_library())                         \
			SKIP("PF_PRELOAD names no library"); \
	} while (0)

static void use_both(struct malloc_family *family)
{
	size_t size;

	for (size = 1; size < 20 << 20; size = size * 2 + 1) {
		char *p = family->malloc(size);
		char *q = malloc(size);
		char *r = family->calloc(1, size);

		pattern_fill(p, size, 1);
		pattern_fill(q, size, 2);
		EXPECT(is_zero(r, size));
		EXPECT_GE(family->usable_size(p), size);
		p = family->realloc(p, size + 100);
		q = realloc(q, size + 100);
		EXPECT(pattern_holds(p, size & ~7UL, 1));
		EXPECT(pattern_holds(q, size & ~7UL, 2));
		family->free(p);
		free(q);
		family->free(r);
	}
}

TEST(the_library_is_used_beside_libc)
{
	NEEDS_LIBRARY();
	if (!family_open(&ours))
		return;
	use_both(&ours);
	ours.trim(0);
	EXPECT_EQ(dlclose(ours.handle), 0);
}

TEST(libc_memory_freed_by_the_library_goes_back_to_libc)
{
	void *p;
	int i;

	NEEDS_LIBRARY();
	if (!family_open(&ours))
		return;
	for (i = 0; i < 10000; i++)
		ours.free(malloc(3000));
	p = malloc(100);
	strcpy(p, "kept");
	p = ours.realloc(p, 10000);
	EXPECT_STR_EQ(p, "kept");
	ours.free(p);
	p = malloc(777);
	EXPECT_EQ(ours.usable_size(p), malloc_usable_size(p));
	free(p);
	dlclose(ours.handle);
}

TEST(memory_and_functions_outlive_dlclose)
{
	char *p;

	NEEDS_LIBRARY();
	if (!family_open(&ours))
		return;
	p = ours.malloc(5000);
	pattern_fill(p, 5000, 3);
	EXPECT_EQ(dlclose(ours.handle), 0);
	EXPECT(pattern_holds(p, 5000, 3));
	ours.free(p);
	use_both(&ours);
}

static pthread_barrier_t closed;

static void *use_across_dlclose(void *arg)
{
	void *p = ours.malloc((size_t)(intptr_t)arg * 100 + 1);

	pthread_barrier_wait(&closed);
	pthread_barrier_wait(&closed);
	ours.free(p);
	ours.free(ours.malloc(100));
	return NULL;
}

TEST(threads_go_on_and_end_after_dlclose)
{
	enum {
		NR = 32
	};
	pthread_t threads[NR];
	int round;
	int i;

	NEEDS_LIBRARY();
	for (round = 0; round < 20; round++) {
		if (!family_open(&ours))
			return;
		pthread_barrier_init(&closed, NULL, NR + 1);
		for (i = 0; i < NR; i++)
			if (!EXPECT_EQ(pthread_create(&threads[i], NULL,
						      use_across_dlclose,
						      (void *)(intptr_t)i),
				       0))
				exit(1);
		pthread_barrier_wait(&closed);
		EXPECT_EQ(dlclose(ours.handle), 0);
		pthread_barrier_wait(&closed);
		for (i = 0; i < NR; i++)
			pthread_join(threads[i], NULL);
		pthread_barrier_destroy(&closed);
	}
}

TEST(fork_and_exit_after_dlclose)
{
	int status = -1;
	pid_t pid;

	NEEDS_LIBRARY();
	if (!family_open(&ours))
		return;
	dlclose(ours.handle);
	pid = fork();
	if (pid == 0) {
		use_both(&ours);
		exit(tap_exit_status());
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(status, 0);
}
