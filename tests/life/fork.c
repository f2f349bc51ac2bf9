/* SPDX-License-Identifier: MIT */
/*
 * fork.c - fork from many threads, in the middle of everything
 *
 * What must hold: the child can use malloc at once, free everything its parent
 * had and fork again; fork never deadlocks, whichever locks other threads hold
 * (malloc's, stdio's) and wherever a signal handler interrupted malloc; what
 * lies in the caches of threads that the child does not have is not lost.
 */
#include "pattern.h"
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

MEASURES_MEMORY;

enum {
	NR_THREADS = 8,
	NR_SLOTS = 100, /* live blocks of each thread */
};

/*
 * Every thread's live blocks.  A slot is emptied before its block is freed and
 * filled after the allocation, so that a child, which sees the table as of some
 * moment between two instructions, never frees twice.
 */
static void *_Atomic slots[NR_THREADS][NR_SLOTS];
static atomic_bool stop;

static size_t some_size(uint64_t *random)
{
	uint64_t bits = tap_random_next(random);

	if (bits % 500 == 0)
		return 5 << 20;
	if (bits % 50 == 0)
		return (bits >> 10) % 100000;
	return (bits >> 10) % 1000;
}

static void slot_renew(void *_Atomic *slot, uint64_t *random)
{
	size_t size = some_size(random);
	char *p;

	free(atomic_exchange(slot, NULL));
	p = malloc(size);
	if (size)
		p[0] = p[size - 1] = 1;
	atomic_store(slot, p);
}

static void *renew_slots(void *arg)
{
	intptr_t number = (intptr_t)arg;
	uint64_t random = tap_seed() + (uint64_t)number;

	while (!atomic_load(&stop))
		slot_renew(&slots[number][tap_random_next(&random) % NR_SLOTS],
			   &random);
	return NULL;
}

static void free_all_slots(void)
{
	int n;
	int i;

	for (n = 0; n < NR_THREADS; n++)
		for (i = 0; i < NR_SLOTS; i++)
			free(atomic_exchange(&slots[n][i], NULL));
}

static void *allocate_a_little(void *arg)
{
	int i;

	for (i = 0; i < 100; i++)
		free(used(malloc((size_t)i * 100)));
	return arg;
}

static void use_everything(void)
{
	pthread_t thread;
	char *p;
	int i;

	for (i = 0; i < 60; i++) {
		size_t size = (size_t)(i * i * 10 + 1);

		p = calloc(1, size);
		if (!is_zero(p, size))
			_exit(3);
		pattern_fill(p, size, (uint64_t)i);
		p = realloc(p, 2 * size);
		if (!pattern_holds(p, size & ~7UL, (uint64_t)i))
			_exit(4);
		free(p);
	}
	free_all_slots();
	if (pthread_create(&thread, NULL, allocate_a_little, NULL) ||
	    pthread_join(thread, NULL))
		_exit(5);
	malloc_trim(0);
}

/* What a child does: everything that malloc offers, then @depth more forks. */
static void live_as_a_child(int depth)
{
	pid_t pid;

	do {
		use_everything();
		if (depth-- == 0)
			_exit(0);
		pid = fork();
	} while (pid == 0);
	_exit(pid < 0 || !child_succeeded(pid) ? 6 : 0);
}

static void *fork_and_renew(void *arg)
{
	intptr_t number = (intptr_t)arg;
	uint64_t random = tap_seed() + (uint64_t)number;
	int round;
	int i;

	for (round = 0; round < 15; round++) {
		pid_t pid;

		for (i = 0; i < 200; i++)
			slot_renew(&slots[number][i % NR_SLOTS], &random);
		pid = fork();
		if (pid == 0)
			live_as_a_child(round % 5 == 0 ? 2 : 0);
		EXPECT(pid > 0 && child_succeeded(pid));
	}
	return NULL;
}

/*
 * A timer interrupts malloc and free about a thousand times a second, and its
 * handler forks.  (This comes first: the program has one thread still, and
 * glibc's own fork does not take its malloc's locks then.)  Some children exit, some exec, some return from the handler and go on
 * with the interrupted call.
 */
static char true_program[] = "/bin/true";
static volatile sig_atomic_t is_child;
static volatile sig_atomic_t nr_forks;

/*
 * Once, and again from the handler's end: a timer that repeats would leave the
 * interrupted code no time where fork takes longer than its period.
 */
static void interrupt_soon(void)
{
	struct itimerval soon = {{0, 0}, {0, 200 + (nr_forks * 397) % 800}};

	setitimer(ITIMER_REAL, &soon, NULL);
}

static void fork_in_the_handler(int signal_number)
{
	static char *const argv[] = {true_program, NULL};
	static char *const envp[] = {NULL};
	int saved_errno = errno;
	int kind = (int)nr_forks % 4;
	int status;
	pid_t pid;

	(void)signal_number;
	if (is_child)
		return;
	pid = fork();
	if (pid == 0) {
		is_child = 1;
		if (kind == 0)
			execve(true_program, argv, envp);
		if (kind <= 1)
			_exit(0);
		errno = saved_errno;
		return; /* into the call that was interrupted */
	}
	if (pid > 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (status)
			_exit(9);
		nr_forks++;
	}
	interrupt_soon();
	errno = saved_errno;
}

static void allocate_until(double deadline, uint64_t seed)
{
	static void *blocks[256];
	uint64_t random = seed;
	int left = -1;
	unsigned int i;

	memset(blocks, 0, sizeof(blocks));
	while (left) {
		for (i = 0; i < 100; i++) {
			void **block = &blocks[tap_random_next(&random) % 256];

			free(*block);
			*block = malloc(some_size(&random));
		}
		if (is_child && left < 0)
			left = 3; /* goes on for a while, then ends well */
		else if (is_child)
			left--;
		else if (seconds() > deadline)
			break;
	}
	if (is_child)
		_exit(0);
	for (i = 0; i < 256; i++)
		free(blocks[i]);
}

static void be_interrupted(void *arg)
{
	struct sigaction action = {.sa_handler = fork_in_the_handler,
				   .sa_flags = SA_RESTART};
	struct itimerval off = {{0, 0}, {0, 0}};

	(void)arg;
	sigaction(SIGALRM, &action, NULL);
	interrupt_soon();
	do {
		allocate_until(seconds() + 2, tap_seed());
	} while (!is_child && nr_forks < 20); /* on a busy machine */
	setitimer(ITIMER_REAL, &off, NULL);
	if (is_child)
		_exit(0); /* of a fork after the loop */
}

TEST(fork_in_a_signal_handler_that_interrupted_malloc)
{
	child_run(30, be_interrupted, NULL);
}

static void be_interrupted_among_threads(void *arg)
{
	pthread_t threads[3];
	sigset_t alarm_only;

	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm_only, NULL);
	atomic_store(&stop, false);
	threads_start(3, renew_slots, threads);
	pthread_sigmask(SIG_UNBLOCK, &alarm_only, NULL);
	be_interrupted(arg);
	atomic_store(&stop, true);
	threads_join(3, threads);
}

TEST(fork_in_a_signal_handler_beside_other_threads)
{
	if (!on_pfmalloc())
		SKIP("glibc's fork waits for the lock of the malloc that its "
		     "handler interrupted");
	child_run(30, be_interrupted_among_threads, NULL);
}

/*
 * Threads that are told to fork by signals, in the middle of slow paths: two
 * at once wait for each other, and trim waits for both.
 */
static atomic_int nr_told;

static void fork_as_told(int signal_number)
{
	int saved_errno = errno;
	pid_t pid = fork();

	(void)signal_number;
	if (pid == 0) {
		int i;

		/* From the slow paths: the thread may be in a fast one. */
		for (i = 0; i < 300; i++)
			free(used(malloc(9000 + (size_t)i * 100)));
		pid = fork();
		if (pid == 0)
			_exit(0);
		_exit(!child_succeeded(pid));
	}
	if (!child_succeeded(pid))
		_exit(9);
	atomic_fetch_add(&nr_told, 1);
	errno = saved_errno;
}

static void *stay_in_slow_paths(void *arg)
{
	while (!atomic_load(&stop)) {
		void *blocks[200];
		int i;

		for (i = 0; i < 200; i++)
			blocks[i] = malloc(20000);
		for (i = 0; i < 200; i++)
			free(blocks[i]);
	}
	return arg;
}

static void *trim_and_count(void *arg)
{
	sigset_t told;

	sigemptyset(&told);
	sigaddset(&told, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &told, NULL);
	while (!atomic_load(&stop)) {
		malloc_trim(0);
		EXPECT_GT(mallinfo2().arena, 0);
		usleep(100);
	}
	return arg;
}

static void tell_to_fork(int nr_forking, int nr_trimming)
{
	pthread_t threads[3];
	double until = seconds() + 4;

	signal(SIGUSR1, fork_as_told);
	atomic_store(&stop, false);
	threads_start(nr_forking, stay_in_slow_paths, threads);
	threads_start(nr_trimming, trim_and_count, threads + nr_forking);
	while (seconds() < until) {
		int i;

		for (i = 0; i < nr_forking; i++)
			pthread_kill(threads[i], SIGUSR1);
		usleep(1000);
	}
	atomic_store(&stop, true);
	threads_join(nr_forking + nr_trimming, threads);
	EXPECT_GT(atomic_load(&nr_told), 50);
}

static void tell_two_threads(void *arg)
{
	(void)arg;
	tell_to_fork(2, 0);
}

TEST(two_threads_fork_in_handlers_that_both_interrupted_malloc)
{
	if (!on_pfmalloc())
		SKIP("glibc's fork waits for a lock that its handler holds");
	child_run(40, tell_two_threads, NULL);
}

static void tell_threads_beside_trim(void *arg)
{
	(void)arg;
	tell_to_fork(2, 1);
}

TEST(threads_fork_in_handlers_beside_malloc_trim_and_mallinfo)
{
	if (!on_pfmalloc())
		SKIP("glibc's fork waits for a lock that its handler holds");
	child_run(40, tell_threads_beside_trim, NULL);
}

TEST(children_of_a_fork_storm_free_everything_and_fork_again)
{
	pthread_t threads[NR_THREADS];

	threads_start(NR_THREADS, fork_and_renew, threads);
	threads_join(NR_THREADS, threads);
	free_all_slots();
}

TEST(one_thread_forks_while_others_allocate)
{
	pthread_t threads[3];
	int round;

	atomic_store(&stop, false);
	threads_start(3, renew_slots, threads);
	for (round = 0; round < 60; round++) {
		pid_t pid = fork();

		if (pid == 0)
			live_as_a_child(round % 20 == 0);
		if (!EXPECT(pid > 0 && child_succeeded(pid)))
			break;
	}
	atomic_store(&stop, true);
	threads_join(3, threads);
	free_all_slots();
}

/* stdio takes its locks around malloc: fork must not take them the other way */
static void *hammer_stdio(void *arg)
{
	intptr_t number = (intptr_t)arg;

	while (!atomic_load(&stop)) {
		char *text = NULL;
		char *line = NULL;
		size_t size = 0;
		FILE *file = open_memstream(&text, &size);

		fprintf(file, "%0*d\n", (int)(number * 700 + 10), 7);
		fclose(file);
		file = fmemopen(text, size, "r");
		size = 0;
		if (getline(&line, &size, file) < 10)
			abort();
		fclose(file);
		free(line);
		free(text);

		file = fopen("/dev/null", "w");
		if (!file)
			continue;
		setvbuf(file, NULL, _IOFBF, 4096);
		fprintf(file, "%d %s\n", (int)number, "a line");
		fclose(file);
		file = fopen("/proc/self/statm", "r");
		if (file) {
			line = NULL;
			size = 0;
			while (getline(&line, &size, file) > 0)
				;
			free(line);
			fclose(file);
		}
	}
	return NULL;
}

static void use_stdio(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	int i;

	for (i = 0; i < 1000; i++)
		fprintf(file, "%d ", i);
	fclose(file);
	if (size != 3890)
		_exit(7);
	free(text);
	file = fopen("/dev/null", "w");
	if (!file || fprintf(file, "x") != 1 || fclose(file))
		_exit(8);
}

static void *fork_beside_stdio(void *arg)
{
	int round;

	(void)arg;
	for (round = 0; round < 150; round++) {
		pid_t pid = fork();

		if (pid == 0) {
			use_stdio();
			free(used(malloc(1000)));
			_exit(0);
		}
		if (!EXPECT(pid > 0 && child_succeeded(pid)))
			break;
	}
	return NULL;
}

TEST(fork_beside_threads_in_stdio_does_not_deadlock)
{
	pthread_t writers[4];
	pthread_t forkers[2];

	atomic_store(&stop, false);
	threads_start(4, hammer_stdio, writers);
	threads_start(2, fork_beside_stdio, forkers);
	threads_join(2, forkers);
	atomic_store(&stop, true);
	threads_join(4, writers);
}

/* Locks and allocates on both sides of fork, as libraries' handlers do. */
static void *prepared;
static atomic_int nr_handlers;

static void allocate_before_fork(void)
{
	prepared = malloc(1000);
	memset(prepared, 1, 1000);
	free(malloc(100000));
	atomic_fetch_add(&nr_handlers, 1);
}

static void free_after_fork(void)
{
	free(realloc(prepared, 3000));
	free(malloc(100));
	atomic_fetch_add(&nr_handlers, 1);
}

static void fork_with_handlers(void *arg)
{
	pthread_t threads[4];
	int round;

	(void)arg;
	pthread_atfork(allocate_before_fork, free_after_fork, free_after_fork);
	atomic_store(&stop, false);
	threads_start(4, renew_slots, threads);
	for (round = 0; round < 50; round++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(atomic_load(&nr_handlers) < 2);
		EXPECT(pid > 0 && child_succeeded(pid));
	}
	atomic_store(&stop, true);
	threads_join(4, threads);
	EXPECT_EQ(atomic_load(&nr_handlers), 100);
}

TEST(fork_handlers_of_the_program_may_allocate)
{
	child_run(50, fork_with_handlers, NULL);
}

/*
 * Two hundred generations, each with threads whose caches are full when the
 * next one is forked.  What they hold is free memory: it must be found again.
 */
enum {
	NR_GENERATIONS = 200,
	CHAIN_THREADS = 4,
	CHAIN_BLOCKS = 1000
};

static pthread_barrier_t filled;

static void *fill_the_caches(void *arg)
{
	static void *blocks[CHAIN_THREADS][CHAIN_BLOCKS];
	intptr_t number = (intptr_t)arg;
	int i;

	for (i = 0; i < CHAIN_BLOCKS; i++) {
		size_t size = (size_t)(i % 100) * 40 + 16;

		blocks[number][i] = malloc(size);
		memset(blocks[number][i], 1, size);
	}
	for (i = 0; i < CHAIN_BLOCKS; i++)
		free(blocks[number][i]);
	pthread_barrier_wait(&filled);
	for (;;)
		pause();
	return NULL;
}

static void run_generations(void *arg)
{
	size_t first_kib = 0;
	int number = 0;
	pid_t pid;

	(void)arg;
	do {
		pthread_t threads[CHAIN_THREADS];

		pthread_barrier_init(&filled, NULL, CHAIN_THREADS + 1);
		threads_start(CHAIN_THREADS, fill_the_caches, threads);
		pthread_barrier_wait(&filled);
		if (number == 5)
			first_kib = resident_kib();
		if (number++ == NR_GENERATIONS) {
			EXPECT_LT(resident_kib(), first_kib + 8 * KIB);
			_exit(tap_exit_status());
		}
		pid = fork();
	} while (pid == 0);
	_exit(pid < 0 || !child_succeeded(pid));
}

TEST(caches_of_dead_threads_are_found_again_in_the_child)
{
	if (!on_pfmalloc())
		SKIP("glibc loses the caches of dead threads");
	child_run(50, run_generations, NULL);
}

/* Each child leaves a block half-way: the parent's threads own nothing there. */
TEST(a_child_may_fork_from_a_new_thread)
{
	pthread_t threads[NR_THREADS];
	pid_t pid;

	atomic_store(&stop, false);
	threads_start(NR_THREADS, renew_slots, threads);
	pid = fork();
	if (pid == 0) {
		pthread_t thread;

		pthread_create(&thread, NULL, fork_beside_stdio, NULL);
		pthread_join(thread, NULL);
		_exit(tap_exit_status());
	}
	EXPECT(pid > 0 && child_succeeded(pid));
	atomic_store(&stop, true);
	threads_join(NR_THREADS, threads);
	free_all_slots();
}
