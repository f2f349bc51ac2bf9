/* SPDX-License-Identifier: MIT */
/*
 * thread.c - what the library asks of the system about threads
 */
#include "os/thread.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "unit.h"

static u32 word;
static int other_id;

static void *wait_for_word(void *arg)
{
	(void)arg;
	__atomic_store_n(&other_id, os_thread_id(), __ATOMIC_RELEASE);
	while (load_acquire(&word) == 0)
		os_wait(&word, 0);
	return NULL;
}

static pthread_t start_waiter(void)
{
	pthread_t thread;

	__atomic_store_n(&word, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&other_id, 0, __ATOMIC_SEQ_CST);
	EXPECT_EQ(pthread_create(&thread, NULL, wait_for_word, NULL), 0);
	while (!__atomic_load_n(&other_id, __ATOMIC_ACQUIRE))
		sched_yield();
	return thread;
}

static void end_waiter(pthread_t thread)
{
	store_release(&word, 1);
	os_wake(&word, 2);
	pthread_join(thread, NULL);
}

TEST(a_fence_is_granted_to_one_thread)
{
	EXPECT(os_fence_all_threads());
}

TEST(the_thread_has_an_id_and_exists)
{
	EXPECT_EQ(os_thread_id(), getpid());
	EXPECT(os_thread_exists(getpid(), os_thread_id()));
	EXPECT(!os_thread_exists(getpid(), 1)); /* not of this process */
}

TEST(threads_are_counted_as_they_come_and_go)
{
	pthread_t first = start_waiter();
	pthread_t second;
	/* A sanitizer may have started one of its own beside it. */
	size_t before = os_count_threads();

	EXPECT_GE(before, 2);
	EXPECT(IS_SANITIZED || before == 2);
	EXPECT(!os_has_one_thread());
	second = start_waiter();
	EXPECT_EQ(os_count_threads(), before + 1);
	EXPECT(os_thread_exists(getpid(), other_id));
	EXPECT_NE(other_id, os_thread_id());
	end_waiter(second);
	end_waiter(first);
}

TEST(a_fence_is_granted_with_threads_that_sleep)
{
	pthread_t thread = start_waiter();

	EXPECT(os_fence_all_threads());
	end_waiter(thread);
}

TEST(waiting_ends_when_the_value_is_another_or_time_is_up)
{
	__atomic_store_n(&word, 5, __ATOMIC_SEQ_CST);
	os_wait(&word, 4);
	os_wait_ms(&word, 4, 1000000);
	os_wait_ms(&word, 5, 1);
	EXPECT_EQ(word, 5);
}

/*
 * The case that the fences are for: two threads, each stores and then loads
 * what the other one stores, and only one of them has a fence.  At least one
 * must see the other's store, in every round.
 */
static struct {
	u32 mine, its;
	u32 seen_by_it;
	u32 round;
	u32 done;
} dekker;

static void *store_and_load(void *arg)
{
	u32 round;

	(void)arg;
	for (round = 1; round <= STEPS(2000); round++) {
		while (load_acquire(&dekker.round) != round)
			cpu_relax();
		WRITE_ONCE(dekker.its, round);
		barrier(); /* for the compiler alone */
		WRITE_ONCE(dekker.seen_by_it, READ_ONCE(dekker.mine));
		store_release(&dekker.done, round);
	}
	return NULL;
}

TEST(a_fence_orders_threads_that_have_none)
{
	pthread_t thread;
	u32 round;

	EXPECT_EQ(pthread_create(&thread, NULL, store_and_load, NULL), 0);
	for (round = 1; round <= STEPS(2000); round++) {
		u32 seen;

		store_release(&dekker.round, round);
		WRITE_ONCE(dekker.mine, round);
		os_fence_all_threads();
		seen = READ_ONCE(dekker.its);
		while (load_acquire(&dekker.done) != round)
			sched_yield();
		EXPECT(seen == round || READ_ONCE(dekker.seen_by_it) == round);
	}
	pthread_join(thread, NULL);
}

TEST(blocked_signals_wait_until_they_are_restored)
{
	os_signals saved;
	sigset_t pending;

	signal(SIGUSR1, SIG_IGN);
	os_block_signals(&saved);
	signal(SIGUSR1, SIG_DFL);
	raise(SIGUSR1);
	sigpending(&pending);
	EXPECT(sigismember(&pending, SIGUSR1));
	signal(SIGUSR1, SIG_IGN); /* throws it away */
	os_restore_signals(&saved);
	sigpending(&pending);
	EXPECT(!sigismember(&pending, SIGUSR1));
	signal(SIGUSR1, SIG_DFL);
}
