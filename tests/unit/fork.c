/* SPDX-License-Identifier: MIT */
/*
 * fork.c - a child can use everything, whatever the parent's threads did
 *
 * Here nobody has registered with fork(): the test calls what lib/preload/
 * registers, as pthread_atfork() would.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmem/emergency.h"
#include "malloc/malloc.h"
#include "os/conf.h"
#include "pattern.h"
#include "slab/gate.h"
#include "unit.h"

#define NR_THREADS 3

static bool shall_stop;

static void register_with_fork(void)
{
	static bool is_registered;

	if (is_registered)
		return;
	is_registered = true;
	kmem_init();
	/* It starts a thread whenever it likes.  That takes locks of the
	 * sanitizers' allocators, which GCC's do not hold while they fork. */
	if (IS_SANITIZED)
		pf_conf.background = 0;
	pthread_atfork(kmem_fork_prepare, kmem_fork_parent, kmem_fork_child);
}

static size_t size_of(u64 random)
{
	static const size_t sizes[] = {1,    64,    200,    3000,
				       9000, 70000, 300000, 4500000};

	return sizes[random % 64 < 60 ? random % 5 : random % 8];
}

/* @nr objects come and go; false when one was not its owner's alone. */
static void use_memory(u64 seed, unsigned int nr)
{
	void *p[8] = {NULL};
	size_t size[8];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		unsigned int k = (unsigned int)(tap_random_next(&seed) % 8);

		if (p[k]) {
			EXPECT(pattern_holds(p[k], min_size(size[k], 64), k));
			pf_free(p[k]);
		}
		size[k] = size_of(tap_random_next(&seed));
		p[k] = pf_malloc(size[k]);
		if (EXPECT(p[k]))
			pattern_fill(p[k], min_size(size[k], 64), k);
	}
	for (i = 0; i < 8; i++)
		pf_free(p[i]);
}

static void *work(void *arg)
{
	u64 seed = (u64)(uintptr_t)arg;

	while (!__atomic_load_n(&shall_stop, __ATOMIC_ACQUIRE))
		use_memory(seed++, 50);
	return NULL;
}

static void *work_once(void *arg)
{
	use_memory((u64)(uintptr_t)arg, 200);
	return NULL;
}

static void expect_whole(void)
{
	struct check_report report = {0};

	kmem_check(&report);
	expect_clean(&report, "kmem_check");
}

static void use_threads(u64 seed)
{
	pthread_t threads[2];
	unsigned int i;

	for (i = 0; i < 2; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, work_once,
					 (void *)(uintptr_t)(seed + i)),
			  0);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

/* Everything: all layers, threads of its own, trim, a child of its own. */
static void use_everything(u64 seed, bool with_child)
{
	expect_whole();
	use_memory(seed, 300);
	if (CHILDREN_HAVE_THREADS)
		use_threads(seed);
	pf_trim();
	expect_whole();
	if (with_child) {
		pid_t pid = fork();
		int status = 0;

		if (pid == 0) {
			use_everything(seed + 7, false);
			_exit(tap_exit_status());
		}
		EXPECT_EQ(waitpid(pid, &status, 0), pid);
		EXPECT_EQ(status, 0);
	}
}

static void fork_once(u64 seed)
{
	char *mine = pf_malloc(1000);
	int status = 0;
	pid_t pid;

	pattern_fill(mine, 1000, seed);
	pid = fork();
	if (pid == 0) {
		alarm(40);
		EXPECT(pattern_holds(mine, 1000, seed));
		pf_free(mine);
		use_everything(seed, seed % 4 == 0);
		_exit(tap_exit_status());
	}
	EXPECT_GT(pid, 0);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	EXPECT(pattern_holds(mine, 1000, seed));
	pf_free(mine);
}

TEST(a_child_of_one_thread_can_use_everything)
{
	register_with_fork();
	use_memory(1, 300);
	fork_once(4);
	expect_whole();
}

TEST(a_child_of_a_process_with_busy_threads_can_use_everything)
{
	pthread_t threads[NR_THREADS];
	unsigned int i;

	register_with_fork();
	__atomic_store_n(&shall_stop, false, __ATOMIC_RELEASE);
	for (i = 0; i < NR_THREADS; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, work,
					 (void *)(uintptr_t)tap_random()),
			  0);
	for (i = 0; i < STEPS(80); i++)
		fork_once(tap_random());
	__atomic_store_n(&shall_stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	expect_whole();
	pf_trim();
}

/* Held by the whole process, they could only be lost with their threads. */
static void *hold_and_sleep(void *arg)
{
	u32 *state = arg;
	void *p[60];
	unsigned int i;

	for (i = 0; i < 60; i++)
		p[i] = pf_malloc(64);
	for (i = 0; i < 60; i++)
		pf_free(p[i]);
	__atomic_store_n(state, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(state, __ATOMIC_ACQUIRE) == 1)
		sched_yield();
	return NULL;
}

static void expect_no_orphans(void *arg)
{
	struct kmem_stats stats;

	(void)arg;
	pf_trim();
	kmem_get_stats(&stats);
	EXPECT_EQ(stats.nr_slab_objects, 0);
	EXPECT_EQ(stats.nr_cached, 0);
	EXPECT_EQ(stats.slab_bytes, 0);
	expect_whole();
}

TEST(a_child_gets_what_lies_in_the_sheaves_of_threads_it_has_not)
{
	pthread_t thread;
	u32 state = 0;

	register_with_fork();
	EXPECT_EQ(pthread_create(&thread, NULL, hold_and_sleep, &state), 0);
	while (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == 0)
		sched_yield();
	child_run(30, expect_no_orphans, NULL);
	__atomic_store_n(&state, 2, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
}

/* Two threads fork at once; both close the gate, one opens it last. */
static void *fork_often(void *arg)
{
	unsigned int i;

	(void)arg;
	for (i = 0; i < STEPS(40); i++) {
		pid_t pid = fork();
		int status = 0;

		if (pid == 0) {
			alarm(40);
			use_memory(i, 100);
			_exit(tap_exit_status());
		}
		EXPECT_EQ(waitpid(pid, &status, 0), pid);
		EXPECT_EQ(status, 0);
		use_memory(i, 20);
	}
	return NULL;
}

TEST(several_threads_may_fork_at_once)
{
	pthread_t threads[NR_THREADS];
	unsigned int i;

	register_with_fork();
	for (i = 0; i < NR_THREADS; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, fork_often, NULL),
			  0);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	expect_whole();
}

/* While the gate is closed for fork other threads are served, too. */
static void *allocate_in_the_dark(void *arg)
{
	void **p = arg;
	size_t i;

	for (i = 0; i < 20; i++) {
		p[i] = pf_malloc(100 + i * 300);
		if (EXPECT(p[i]))
			pattern_fill(p[i], 100 + i * 300, i);
	}
	for (i = 0; i < 10; i++)
		pf_free(p[i]);
	return NULL;
}

TEST(threads_are_served_while_fork_keeps_the_gate_closed)
{
	static void *p[20];
	pthread_t thread;
	size_t i;

	register_with_fork();
	kmem_fork_prepare();
	EXPECT_EQ(pthread_create(&thread, NULL, allocate_in_the_dark, p), 0);
	pthread_join(thread, NULL);
	kmem_fork_parent();
	for (i = 10; i < 20; i++) {
		EXPECT(pattern_holds(p[i], 100 + i * 300, i));
		pf_free(p[i]);
	}
	expect_whole();
}

/* A signal handler that interrupted a slow path, and what it may ask for. */
TEST(a_request_within_a_request_is_served_from_outside)
{
	struct tcache *tc;
	void *p = pf_malloc(20000);
	os_signals saved;
	void *q;

	register_with_fork();
	tc = gate_enter();
	q = pf_malloc(20000);
	EXPECT(is_emergency_addr(q));
	EXPECT(!gate_close(GATE_QUIET, &saved));
	EXPECT_EQ(pf_trim(), 0);
	pf_free(p);
	EXPECT(emergency_has_deferred());
	pf_free(q);
	EXPECT(tc->is_busy);
	gate_leave(tc);
	expect_whole();
}

/*
 * Two threads that fork in the middle of slow paths.  Each stands inside the
 * gate, as a signal handler would find it.
 */
static struct {
	pthread_barrier_t inside;
	int status[2];
} torn;

static void live_torn(void)
{
	struct kmem_stats stats;
	pid_t pid;
	int status = 0;

	EXPECT(gate_is_torn());
	use_memory(1, 3000);
	EXPECT(is_emergency_addr(pf_malloc(20000)));
	EXPECT_EQ(pf_trim(), 0);
	kmem_get_stats(&stats);
	if (CHILDREN_HAVE_THREADS)
		use_threads(7);
	pid = fork();
	if (pid == 0) {
		EXPECT(gate_is_torn());
		use_memory(2, 300);
		_exit(tap_exit_status());
	}
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
}

static void *fork_inside(void *arg)
{
	intptr_t number = (intptr_t)arg;
	void *mine = pf_malloc(20000);
	struct tcache *tc = gate_enter();
	pid_t pid;

	pthread_barrier_wait(&torn.inside);
	pid = fork();
	if (pid == 0) {
		alarm(40);
		pf_free(mine);
		live_torn();
		gate_leave(tc);
		use_memory(3, 300);
		_exit(tap_exit_status());
	}
	EXPECT_EQ(waitpid(pid, &torn.status[number], 0), pid);
	/* Both are in fork() until here: neither has waited for the other. */
	pthread_barrier_wait(&torn.inside);
	gate_leave(tc);
	pf_free(mine);
	return NULL;
}

TEST(two_threads_may_fork_in_the_middle_of_slow_paths)
{
	pthread_t threads[2];

	register_with_fork();
	pthread_barrier_init(&torn.inside, NULL, 2);
	threads_start(2, fork_inside, threads);
	threads_join(2, threads);
	pthread_barrier_destroy(&torn.inside);
	EXPECT_EQ(torn.status[0], 0);
	EXPECT_EQ(torn.status[1], 0);
	EXPECT(!gate_is_torn());
	expect_whole();
	fork_once(5);
}
