/* SPDX-License-Identifier: MIT */
/*
 * stop.c - exec, vfork, posix_spawn, and exit with threads running
 */
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <malloc.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NR_THREADS = 4
};

extern char **environ;

static char work_path[4096];
static atomic_int nr_running;
static atomic_bool stop;

static void *allocate_for_ever(void *arg)
{
	void *blocks[64] = {NULL};
	unsigned int i = (unsigned int)(uintptr_t)arg;

	atomic_fetch_add(&nr_running, 1);
	for (; !atomic_load(&stop); i++) {
		free(blocks[i % 64]);
		blocks[i % 64] = malloc(i * 37 % 20000);
	}
	for (i = 0; i < 64; i++)
		free(blocks[i]);
	return NULL;
}

static void start_threads(pthread_t *threads)
{
	int i;

	atomic_store(&nr_running, 0);
	atomic_store(&stop, false);
	for (i = 0; i < NR_THREADS; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, allocate_for_ever,
					 (void *)(intptr_t)i),
			  0);
	while (atomic_load(&nr_running) < NR_THREADS)
		sched_yield();
}

static void stop_threads(pthread_t *threads)
{
	int i;

	atomic_store(&stop, true);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
}

static bool have_work(void)
{
	return EXPECT(sibling_path("work", work_path, sizeof(work_path)));
}

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

TEST(vfork_and_exec_beside_running_threads)
{
	static char *const argv[] = {work_path, NULL};
	pthread_t threads[NR_THREADS];
	void *volatile p = malloc(100);
	volatile int i;

	if (!have_work())
		return;
	start_threads(threads);
	for (i = 0; i < 2; i++) {
		pid_t pid = vfork();

		if (pid == 0) {
			close(STDOUT_FILENO);
			execv(work_path, argv);
			_exit(127);
		}
		p = realloc(p, (size_t)(i + 1) * 10000);
		EXPECT_EQ(status_of(pid), 0);
	}
	for (i = 0; i < 300; i++) {
		pid_t pid = vfork();

		if (pid == 0)
			_exit(0);
		free(used(malloc((size_t)i * 100)));
		EXPECT_EQ(status_of(pid), 0);
	}
	stop_threads(threads);
	free(p);
}

TEST(posix_spawn_and_system_beside_running_threads)
{
	char *const argv[] = {work_path, NULL};
	posix_spawn_file_actions_t actions;
	pthread_t threads[NR_THREADS];
	int i;

	if (!have_work())
		return;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addclose(&actions, STDOUT_FILENO);
	start_threads(threads);
	for (i = 0; i < 2; i++) {
		pid_t pid;

		if (EXPECT_EQ(posix_spawn(&pid, work_path, &actions, NULL, argv,
					  environ),
			      0))
			EXPECT_EQ(status_of(pid), 0);
		EXPECT_EQ(system("exit 3"), 3 << 8);
	}
	stop_threads(threads);
	posix_spawn_file_actions_destroy(&actions);
}

static void exec_beside_threads(void *arg)
{
	static char *const argv[] = {work_path, NULL};
	pthread_t threads[NR_THREADS];

	(void)arg;
	start_threads(threads);
	close(STDOUT_FILENO);
	execv(work_path, argv);
}

TEST(exec_while_threads_allocate)
{
	int i;

	if (!have_work())
		return;
	for (i = 0; i < 5; i++)
		child_run(20, exec_beside_threads, NULL);
}

static void *kept;

static void allocate_at_exit(void)
{
	int i;

	for (i = 0; i < 100; i++)
		free(used(malloc((size_t)i * 1000)));
	free(realloc(kept, 100000));
}

static void exit_beside_threads(void *arg)
{
	pthread_t threads[NR_THREADS];

	(void)arg;
	kept = malloc(100);
	atexit(allocate_at_exit);
	start_threads(threads);
	exit(tap_exit_status());
}

TEST(exit_while_threads_allocate)
{
	int i;

	for (i = 0; i < 50; i++)
		if (!child_run(10, exit_beside_threads, NULL))
			break;
}

static void *exit_from_a_thread(void *arg)
{
	free(used(malloc(100)));
	exit(tap_exit_status());
	return arg;
}

static void let_a_thread_exit(void *arg)
{
	pthread_t threads[NR_THREADS];
	pthread_t thread;

	(void)arg;
	kept = malloc(100);
	atexit(allocate_at_exit);
	start_threads(threads);
	pthread_create(&thread, NULL, exit_from_a_thread, NULL);
	allocate_for_ever(NULL);
}

TEST(exit_from_a_thread_while_main_allocates)
{
	int i;

	for (i = 0; i < 30; i++)
		if (!child_run(10, let_a_thread_exit, NULL))
			break;
}

static void *outlive_main(void *arg)
{
	int i;

	pthread_join(*(pthread_t *)arg, NULL);
	for (i = 0; i < 1000; i++)
		free(used(malloc((size_t)i * 10)));
	_exit(tap_exit_status());
}

static void leave_main_early(void *arg)
{
	static pthread_t main_thread;
	pthread_t thread;

	(void)arg;
	main_thread = pthread_self();
	free(used(malloc(100)));
	pthread_create(&thread, NULL, outlive_main, &main_thread);
	pthread_exit(NULL);
}

TEST(the_main_thread_may_end_before_the_others)
{
	int i;

	for (i = 0; i < 20; i++)
		if (!child_run(10, leave_main_early, NULL))
			break;
}
