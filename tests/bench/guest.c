/* SPDX-License-Identifier: MIT */
/*
 * guest.c - a program to record, that knows what it does
 *
 *	guest known FILE    a fixed order of calls in three threads; writes to
 *	                    FILE what a dump of the trace must say, see note()
 *	guest storm SEED    four threads that hand objects to each other
 *	guest MANNER        allocates, then ends: exit, _exit, abort, kill, exec,
 *	                    fork, close, full, threads
 *
 * The notes name objects by letters, the trace by numbers; the test finds out
 * which is which.  Between two calls of malloc(MARK) nothing else allocates.
 */
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PRELOAD_WITHOUT_START /* it is recorded as it is */
#include "preload.h"

#include "guest.h"

static char notes[8192];
static size_t notes_used;

static void __attribute__((format(printf, 1, 2))) note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	notes_used += (size_t)vsnprintf(
		notes + notes_used, sizeof(notes) - notes_used, format, args);
	va_end(args);
}

static void save_notes(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (fd < 0 || write(fd, notes, notes_used) != (ssize_t)notes_used)
		_exit(3);
	close(fd);
}

/* ------------------------------------------------------------------------- */
/* Known calls */
/* ------------------------------------------------------------------------- */

static sem_t go[3]; /* which thread may run */
static char *a, *b, *c, *d, *e, *f;

static void pass_to(int thread)
{
	sem_post(&go[thread]);
}

static void wait_for(int thread)
{
	while (sem_wait(&go[thread]))
		;
}

static void *second(void *arg)
{
	(void)arg;
	wait_for(2);
	note("t2 free b\n");
	free(b);
	note("t2 realloc c 70000\n");
	c = used(realloc(c, 70000));
	note("t2 malloc f 0\n");
	f = used(malloc(0));
	note("t2 end\n");
	return NULL;
}

static void *first(void *arg)
{
	pthread_t thread;

	(void)arg;
	wait_for(1);
	note("t1 free a\n");
	free(a);
	note("t1 aligned d 300 align 512\n");
	d = used(aligned_alloc(512, 300));
	note("t1 start t2\n");
	pthread_create(&thread, NULL, second, NULL);
	pass_to(2);
	pthread_join(thread, NULL);
	note("t1 join t2\n");
	note("t1 realloc c 100\n");
	c = used(realloc(c, 100));
	pass_to(0);
	wait_for(1);
	note("t1 end\n");
	return NULL;
}

static void aligned_calls(void)
{
	void *p;

	note("t0 aligned g 40 align 64\n");
	if (posix_memalign(&p, 64, 40))
		_exit(3);
	note("t0 free g\n");
	free(used(p));
	note("t0 aligned h 50 align 128\n");
	p = used(memalign(128, 50));
	note("t0 free h\n");
	free(p);
	note("t0 aligned i 60 align 4096\n");
	p = used(valloc(60));
	note("t0 free i\n");
	free(p);
	note("t0 aligned j 4096 align 4096\n");
	p = used(pvalloc(60));
	note("t0 free j\n");
	free(p);
}

static void realloc_chain(void)
{
	size_t size;
	char *p = NULL;

	for (size = 10; size < 500000; size = size * 5 / 2) {
		note("t0 %s k %zu\n", p ? "realloc" : "malloc", size);
		p = used(realloc(p, size));
	}
	note("t0 realloc k 480\n");
	p = used(reallocarray(p, 40, 12));
	note("t0 free k\n");
	if (realloc(p, 0))
		_exit(3);
}

static void calls_that_are_no_events(void)
{
	void *p;

	free(NULL);
	if (used(malloc(opaque(SIZE_MAX / 2 + 1))) ||
	    used(calloc(opaque(SIZE_MAX / 2), 4)) ||
	    used(reallocarray(NULL, opaque(SIZE_MAX / 2), 4)) ||
	    !posix_memalign(&p, 24, 100))
		_exit(3);
}

static int known(const char *path)
{
	pthread_t thread;
	int i;

	for (i = 0; i < 3; i++)
		sem_init(&go[i], 0, 0);
	free(used(malloc(MARK)));

	note("t0 malloc a 1000\n");
	a = used(malloc(1000));
	note("t0 malloc b 17\n");
	b = used(malloc(17));
	note("t0 calloc c 1200\n");
	c = used(calloc(100, 12));
	note("t0 start t1\n");
	pthread_create(&thread, NULL, first, NULL);
	aligned_calls();
	calls_that_are_no_events();
	pass_to(1);
	wait_for(0);
	realloc_chain();
	pass_to(1);
	pthread_join(thread, NULL);
	note("t0 join t1\n");
	note("t0 free d\n");
	free(d);
	note("t0 malloc e 5000000\n");
	e = used(malloc(5000000));
	note("t0 free f\n");
	free(f);
	note("t0 free e\n");
	free(e);

	free(used(malloc(MARK)));
	save_notes(path);
	return 0;
}

/* ------------------------------------------------------------------------- */
/* A storm */
/* ------------------------------------------------------------------------- */

enum {
	NR_THREADS = 4,
	NR_PLACES = 300,
	NR_STEPS = 8000,
};

static void *places[NR_PLACES];

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static void *one_more(uint64_t *state)
{
	size_t size = (size_t)1 << next_random(state) % 14;

	size += next_random(state) % size;
	switch (next_random(state) % 8) {
	case 0:
		return calloc(1, size);
	case 1:
		return memalign((size_t)16 << next_random(state) % 6, size);
	case 2:
		return realloc(malloc(size), size * 2);
	default:
		return malloc(size);
	}
}

/* What a thread puts into a place, any thread may take out. */
static void *storm_thread(void *arg)
{
	uint64_t state = (uint64_t)(uintptr_t)arg;
	int i;

	for (i = 0; i < NR_STEPS; i++) {
		void *p = used(one_more(&state));

		p = __atomic_exchange_n(
			&places[next_random(&state) % NR_PLACES], p,
			__ATOMIC_ACQ_REL);
		if (p && next_random(&state) % 4 == 0)
			p = used(realloc(p, 1 + next_random(&state) % 3000));
		free(p);
	}
	return NULL;
}

static int storm(const char *seed)
{
	pthread_t threads[NR_THREADS];
	uintptr_t i;
	int round;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < NR_THREADS; i++)
			pthread_create(
				&threads[i], NULL, storm_thread,
				(void *)(strtoul(seed, NULL, 10) * 100 + i));
		for (i = 0; i < NR_THREADS; i++)
			pthread_join(threads[i], NULL);
	}
	return 0;
}

/* ------------------------------------------------------------------------- */
/* Ends */
/* ------------------------------------------------------------------------- */

/* COUNT events of their own kind: the test looks for them. */
static void count_up(void)
{
	int i;

	for (i = 0; i < COUNT; i++)
		used(malloc(COUNTED));
}

static void __attribute__((noreturn)) * sleeper(void *arg)
{
	sem_t *ready = arg;

	used(malloc(COUNTED + 1));
	sem_post(ready);
	for (;;)
		pause();
}

static void start_sleeper(void)
{
	pthread_t thread;
	sem_t ready;

	sem_init(&ready, 0, 0);
	pthread_create(&thread, NULL, sleeper, &ready);
	while (sem_wait(&ready))
		;
}

static void fork_and_go_on(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		int i;

		for (i = 0; i < COUNT; i++)
			used(malloc(COUNTED_IN_CHILD));
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* Every descriptor is closed, and the numbers serve other files. */
static void close_everything(void)
{
	int fd;

	for (fd = 0; fd < 2000; fd++)
		close(fd);
	for (fd = 0; fd < 2000; fd++)
		if (open("/dev/null", O_RDWR) < 0)
			break;
}

static void limit_file_size(void)
{
	const struct rlimit limit = {16384, 16384};

	setrlimit(RLIMIT_FSIZE, &limit);
}

static int nr_lived;

static void *short_life(void *arg)
{
	used(malloc(COUNTED));
	__atomic_fetch_add(&nr_lived, 1, __ATOMIC_RELEASE);
	return arg;
}

static void many_threads(void)
{
	pthread_t thread;
	int i;

	for (i = 0; i < COUNT / 10; i++) {
		pthread_create(&thread, NULL, short_life, NULL);
		if (i % 2)
			pthread_join(thread, NULL);
		else
			pthread_detach(thread);
	}
	while (__atomic_load_n(&nr_lived, __ATOMIC_ACQUIRE) < COUNT / 10)
		sched_yield();
}

int main(int argc, char **argv)
{
	const char *manner = argc > 1 ? argv[1] : "";

	if (!strcmp(manner, "known"))
		return known(argv[2]);
	if (!strcmp(manner, "storm"))
		return storm(argv[2]);
	if (!strcmp(manner, "threads")) {
		many_threads();
		return 0;
	}

	start_sleeper();
	if (!strcmp(manner, "close"))
		close_everything();
	if (!strcmp(manner, "full"))
		limit_file_size();
	if (!strcmp(manner, "fork"))
		fork_and_go_on();
	count_up();
	if (!strcmp(manner, "_exit"))
		_exit(0);
	if (!strcmp(manner, "abort"))
		abort();
	if (!strcmp(manner, "kill"))
		raise(SIGKILL);
	if (!strcmp(manner, "exec"))
		execl("/proc/self/exe", argv[0], "exit", NULL);
	return 0;
}
