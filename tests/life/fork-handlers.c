/* SPDX-License-Identifier: MIT */
/*
 * fork-handlers.c - what a program may do while one of its threads forks
 *
 * Libraries take their locks in fork's prepare handler, stop their threads
 * there, and allocate.  Other threads that hold such a lock, or are to be
 * stopped, are in malloc meanwhile.  Whoever waits for whom, fork() must come
 * to its end.  fork-guest.c stands for such a library.
 */
#define PRELOAD_WITHOUT_START /* start() does it */
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The guest goes behind malloc's library, which is put before what is there. */
__attribute__((constructor(101))) static void start(int argc, char **argv)
{
	const char *preloaded = getenv("LD_PRELOAD");
	char guest[4096];

	(void)argc;
	if ((!preloaded || !strstr(preloaded, "fork-guest")) &&
	    sibling_path(".libs/fork-guest.so", guest, sizeof(guest)))
		setenv("LD_PRELOAD", guest, 1);
	preload_start_again(argv);
}

/* The guest's hook of that name; what it points at is called in fork(). */
static void set_hook(const char *name, void (*function)(void))
{
	void (**hook)(void) = dlsym(RTLD_DEFAULT, name);

	if (EXPECT(hook))
		*hook = function;
}

static void *sleep_for_ever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void start_sleeper(void)
{
	pthread_t thread;

	EXPECT_EQ(pthread_create(&thread, NULL, sleep_for_ever, NULL), 0);
}

static void allocate_and_check(void)
{
	char *blocks[100];
	int i;

	for (i = 0; i < 100; i++) {
		size_t size = (size_t)(i * i * 3 + 1);

		blocks[i] = malloc(size);
		memset(blocks[i], i, size);
	}
	for (i = 0; i < 100; i++) {
		if (blocks[i][i * i * 3] != (char)i)
			_exit(3);
		free(blocks[i]);
	}
}

static void fork_and_wait(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		allocate_and_check();
		_exit(tap_exit_status());
	}
	EXPECT(pid > 0 && child_succeeded(pid));
}

/* Allocation in the handlers themselves. */

static void *kept[200];

static void allocate_much(void)
{
	int i;

	for (i = 0; i < 200; i++) {
		kept[i] = malloc(3000);
		memset(kept[i], i, 3000);
	}
	free(used(malloc(5 << 20)));
}

static void free_much(void)
{
	int i;

	for (i = 0; i < 200; i++) {
		char *bytes = kept[i];

		EXPECT(bytes[0] == (char)i && bytes[2999] == (char)i);
		free(bytes);
	}
}

static void fork_with_allocating_handlers(void *arg)
{
	int i;

	(void)arg;
	set_hook("fork_guest_prepare", allocate_much);
	set_hook("fork_guest_parent", free_much);
	set_hook("fork_guest_child", free_much);
	for (i = 0; i < 20; i++)
		fork_and_wait();
	start_sleeper();
	for (i = 0; i < 20; i++)
		fork_and_wait();
}

TEST(handlers_may_allocate_while_the_library_is_prepared_for_fork)
{
	child_run(30, fork_with_allocating_handlers, NULL);
}

static void take_five_mib(void)
{
	free(used(malloc(5 << 20)));
}

static void *fork_many_times(void *arg)
{
	int i;

	for (i = 0; i < 100; i++)
		fork_and_wait();
	return arg;
}

static void fork_in_several_threads(void *arg)
{
	pthread_t threads[3];

	(void)arg;
	set_hook("fork_guest_prepare", take_five_mib);
	set_hook("fork_guest_parent", take_five_mib);
	threads_start(3, fork_many_times, threads);
	threads_join(3, threads);
}

TEST(handlers_may_allocate_when_several_threads_fork_at_once)
{
	child_run(50, fork_in_several_threads, NULL);
}

/*
 * A lock that a thread holds while it works, and that the prepare handler wants
 * before the fork: the thread must come to the end of its work.
 */
static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool is_preparing;
static atomic_bool is_holding;

static void wait_for(atomic_bool *flag)
{
	while (!atomic_load(flag))
		usleep(100);
}

static void announce_and_lock(void)
{
	atomic_store(&is_preparing, true);
	pthread_mutex_lock(&library_lock);
}

static void unlock(void)
{
	pthread_mutex_unlock(&library_lock);
}

static void build_and_take_down(void)
{
	static void *blocks[6000];
	char *large;
	int i;

	for (i = 0; i < 6000; i++) {
		blocks[i] = malloc((size_t)i % 300 + 1);
		memset(blocks[i], 1, (size_t)i % 300 + 1);
	}
	large = malloc(20 << 20);
	large[0] = large[(20 << 20) - 1] = 1;
	large = realloc(large, 40 << 20);
	EXPECT_EQ(large[(20 << 20) - 1], 1);
	for (i = 0; i < 6000; i++)
		free(blocks[i]);
	free(large);
}

static void trim_and_ask(void)
{
	struct mallinfo2 info;

	malloc_trim(0);
	info = mallinfo2();
	EXPECT_GT(info.arena, 0);
}

static void (*work_under_the_lock)(void);

static void *hold_the_lock_and_work(void *arg)
{
	pthread_mutex_lock(&library_lock);
	atomic_store(&is_holding, true);
	wait_for(&is_preparing);
	usleep(1000); /* the forking thread is in pthread_mutex_lock() now */
	work_under_the_lock();
	pthread_mutex_unlock(&library_lock);
	return arg;
}

static void fork_beside_a_lock_holder(void *arg)
{
	int i;

	set_hook("fork_guest_prepare", announce_and_lock);
	set_hook("fork_guest_parent", unlock);
	set_hook("fork_guest_child", unlock);
	work_under_the_lock = ((void (**)(void))arg)[0];
	for (i = 0; i < 3; i++) {
		pthread_t thread;

		atomic_store(&is_preparing, false);
		atomic_store(&is_holding, false);
		EXPECT_EQ(pthread_create(&thread, NULL, hold_the_lock_and_work,
					 NULL),
			  0);
		wait_for(&is_holding);
		fork_and_wait();
		pthread_join(thread, NULL);
		allocate_and_check();
	}
}

TEST(who_holds_a_lock_that_fork_waits_for_may_allocate_and_free_anything)
{
	static void (*work[])(void) = {build_and_take_down};

	child_run(50, fork_beside_a_lock_holder, work);
}

TEST(who_holds_a_lock_that_fork_waits_for_may_trim_and_ask_for_numbers)
{
	static void (*work[])(void) = {trim_and_ask};

	child_run(50, fork_beside_a_lock_holder, work);
}

/* A thread that the prepare handler stops and waits for. */
static pthread_t helper;

static void *allocate_until_told(void *arg)
{
	atomic_store(&is_holding, true);
	while (!atomic_load(&is_preparing))
		allocate_and_check();
	allocate_and_check();
	return arg; /* and through the destructors of its caches */
}

static void start_helper(void)
{
	atomic_store(&is_preparing, false);
	atomic_store(&is_holding, false);
	EXPECT_EQ(pthread_create(&helper, NULL, allocate_until_told, NULL), 0);
	wait_for(&is_holding);
}

static void stop_helper(void)
{
	atomic_store(&is_preparing, true);
	pthread_join(helper, NULL);
}

static void fork_and_stop_helpers(void *arg)
{
	int i;

	(void)arg;
	set_hook("fork_guest_prepare", stop_helper);
	set_hook("fork_guest_parent", start_helper);
	start_helper();
	for (i = 0; i < 100; i++)
		fork_and_wait();
	set_hook("fork_guest_prepare", NULL);
	stop_helper();
}

TEST(a_thread_that_fork_waits_for_may_end)
{
	child_run(50, fork_and_stop_helpers, NULL);
}

/* Reclaim beside fork. */
static atomic_bool stop;

static void *allocate_and_trim(void *arg)
{
	while (!atomic_load(&stop)) {
		char *blocks[64];
		int i;

		for (i = 0; i < 64; i++) {
			blocks[i] = malloc(200000);
			memset(blocks[i], 1, 200000);
		}
		for (i = 0; i < 64; i += 2)
			free(blocks[i]);
		malloc_trim(0);
		for (i = 1; i < 64; i += 2)
			free(blocks[i]);
		malloc_trim(0);
	}
	return arg;
}

static void check_whole_and_allocate(void)
{
	bool (*check)(void) = (bool (*)(void))dlsym(RTLD_DEFAULT, "pf_check");
	struct mallinfo2 info;
	char *blocks[40];
	int i;

	if (check && !check())
		_exit(4);
	info = mallinfo2();
	if (!info.arena)
		_exit(5);
	for (i = 0; i < 40; i++) {
		blocks[i] = malloc((size_t)(5000 + i * 30000));
		memset(blocks[i], 1, (size_t)(5000 + i * 30000));
	}
	for (i = 0; i < 40; i++)
		free(blocks[i]);
}

static void fork_beside_trim(void *arg)
{
	pthread_t threads[2];
	int i;

	(void)arg;
	threads_start(2, allocate_and_trim, threads);
	for (i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			check_whole_and_allocate();
			_exit(0);
		}
		if (!EXPECT(pid > 0 && child_succeeded(pid)))
			break;
	}
	atomic_store(&stop, true);
	threads_join(2, threads);
}

TEST(fork_beside_threads_that_give_memory_back_leaves_children_whole)
{
	child_run(55, fork_beside_trim, NULL);
}

/* Threads that have ended without a destructor's run: their TLS is gone. */
static void *leave_without_a_word(void *arg)
{
	free(used(malloc(100)));
	syscall(SYS_exit, 0);
	return arg;
}

static void lose_threads_and_go_on(void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;
	int i;

	(void)arg;
	pthread_attr_init(&attr);
	/* Beyond what libc keeps of stacks: unmapped when it is joined. */
	pthread_attr_setstacksize(&attr, 64 << 20);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(pthread_create(&thread, &attr, leave_without_a_word,
					 NULL),
			  0);
		pthread_join(thread, NULL);
		if (i == 0)
			fork_and_wait();
		if (i == 1)
			EXPECT_GT(mallinfo2().arena, 0);
		if (i == 2)
			malloc_trim(0);
		allocate_and_check();
	}
}

TEST(threads_that_leave_by_the_bare_system_call_do_no_harm)
{
	child_run(30, lose_threads_and_go_on, NULL);
}

/* A library that starts its thread again in the child, before all is set up. */
static pthread_t started_in_the_child;

static void *allocate_for_a_while(void *arg)
{
	int i;

	for (i = 0; i < 50; i++)
		allocate_and_check();
	return arg;
}

static void start_in_the_child(void)
{
	pthread_create(&started_in_the_child, NULL, allocate_for_a_while, NULL);
	usleep(500);
}

static void fork_and_start_threads(void *arg)
{
	int i;

	(void)arg;
	set_hook("fork_guest_child", start_in_the_child);
	allocate_and_check();
	for (i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			pthread_t thread;

			threads_start(1, allocate_for_a_while, &thread);
			threads_join(1, &thread);
			threads_join(1, &started_in_the_child);
			check_whole_and_allocate();
			_exit(0);
		}
		if (!EXPECT(pid > 0 && child_succeeded(pid)))
			break;
	}
}

TEST(handlers_may_start_threads_in_the_child)
{
	child_run(50, fork_and_start_threads, NULL);
}

static void fork_within(void)
{
	set_hook("fork_guest_prepare", NULL);
	fork_and_wait();
	set_hook("fork_guest_prepare", fork_within);
}

static void fork_in_a_fork_handler(void *arg)
{
	int *nr_threads = arg;
	sigset_t blocked;

	if (*nr_threads > 1)
		start_sleeper();
	set_hook("fork_guest_prepare", fork_within);
	fork_and_wait();
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	EXPECT(!sigismember(&blocked, SIGTERM));
	malloc_trim(0);
	allocate_and_check();
}

TEST(a_fork_handler_may_fork_and_signals_are_as_before)
{
	int one = 1, two = 2;

	child_run(30, fork_in_a_fork_handler, &one);
	child_run(30, fork_in_a_fork_handler, &two);
}

/* setuid() waits for an answer of every thread, one that forks included. */
static void *set_user_id_under_the_lock(void *arg)
{
	while (!atomic_load(&stop)) {
		pthread_mutex_lock(&library_lock);
		EXPECT_EQ(setuid(getuid()), 0);
		pthread_mutex_unlock(&library_lock);
	}
	return arg;
}

static void fork_beside_setuid(void *arg)
{
	pthread_t thread;
	int i;

	(void)arg;
	set_hook("fork_guest_prepare", announce_and_lock);
	set_hook("fork_guest_parent", unlock);
	set_hook("fork_guest_child", unlock);
	threads_start(1, set_user_id_under_the_lock, &thread);
	for (i = 0; i < 300; i++)
		fork_and_wait();
	atomic_store(&stop, true);
	threads_join(1, &thread);
}

TEST(a_thread_may_set_its_user_id_while_another_forks)
{
	child_run(40, fork_beside_setuid, NULL);
}

/*
 * One thread forks in a handler that interrupted malloc, and waits for a lock
 * in a fork handler before malloc's; the other one has that lock, forks, and
 * waits for malloc.
 */
static atomic_int nr_forks;

static void fork_here(int signal_number)
{
	(void)signal_number;
	fork_and_wait();
	atomic_fetch_add(&nr_forks, 1);
}

static void *allocate_large(void *arg)
{
	while (!atomic_load(&stop))
		free(used(malloc(20000)));
	return arg;
}

static void *fork_plainly(void *arg)
{
	while (!atomic_load(&stop))
		fork_and_wait();
	return arg;
}

static void fork_crosswise(void *arg)
{
	pthread_t threads[2];
	double until = seconds() + 5;

	(void)arg;
	pthread_atfork(announce_and_lock, unlock, unlock);
	signal(SIGUSR1, fork_here);
	threads_start(1, allocate_large, threads);
	threads_start(1, fork_plainly, threads + 1);
	while (seconds() < until || atomic_load(&nr_forks) < 5) {
		pthread_kill(threads[0], SIGUSR1);
		usleep(5000);
	}
	atomic_store(&stop, true);
	threads_join(2, threads);
}

TEST(two_forks_that_wait_for_each_others_locks_come_to_an_end)
{
	if (!on_pfmalloc())
		SKIP("glibc's fork waits for a lock that its handler holds");
	child_run(50, fork_crosswise, NULL);
}
