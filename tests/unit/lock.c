/* SPDX-License-Identifier: MIT */
/*
 * lock.c - locks: exclusion, ranks, what fork leaves behind
 */
#include "os/lock.h"

#include <pthread.h>
#include <sched.h>

#include "os/conf.h"
#include "unit.h"

static struct lock low = LOCK_INIT(LOCK_RANK_CACHE);
static struct lock high = LOCK_INIT(LOCK_RANK_ZONE);

TEST(a_lock_is_free_held_and_free_again)
{
	EXPECT_EQ(lock_holder(&low), 0);
	lock_acquire(&low);
	EXPECT(lock_is_mine(&low));
	EXPECT_EQ(lock_holder(&low), lock_my_number());
	lock_release(&low);
	EXPECT(!lock_is_mine(&low));
	EXPECT_EQ(lock_holder(&low), 0);
}

TEST(only_a_free_lock_is_taken_by_trying)
{
	EXPECT(lock_try_acquire(&low));
	EXPECT(!lock_try_acquire(&low));
	lock_release(&low);
	EXPECT(lock_try_acquire(&low));
	lock_release(&low);
}

TEST(ranks_may_rise)
{
	lock_acquire(&low);
	lock_acquire(&high);
	EXPECT(lock_is_mine(&low) && lock_is_mine(&high));
	lock_release(&high);
	lock_release(&low);
}

static void take_downward(void *arg)
{
	(void)arg;
	pf_conf.stack = 0;
	lock_acquire(&high);
	lock_acquire(&low);
}

static void take_twice(void *arg)
{
	static struct lock other = LOCK_INIT(LOCK_RANK_ZONE);

	(void)arg;
	pf_conf.stack = 0;
	lock_acquire(&high);
	lock_acquire(&other);
}

static void release_in_wrong_order(void *arg)
{
	(void)arg;
	pf_conf.stack = 0;
	lock_acquire(&low);
	lock_acquire(&high);
	lock_release(&low);
}

static void release_free_one(void *arg)
{
	(void)arg;
	pf_conf.stack = 0;
	lock_release(&low);
}

TEST(a_rank_that_falls_or_repeats_ends_in_a_sentence)
{
	expect_abort(take_downward, NULL, "pfmalloc: BUG: nr_held && held");
	expect_abort(take_twice, NULL, "pfmalloc: BUG: nr_held && held");
}

TEST(releasing_what_was_not_taken_last_ends_in_a_sentence)
{
	expect_abort(release_in_wrong_order, NULL,
		     "pfmalloc: BUG: nr_held == 0");
	expect_abort(release_free_one, NULL, "pfmalloc: BUG: nr_held == 0");
}

#define NR_THREADS 4

static unsigned long counter; /* not atomic: the lock must do */

struct counting {
	pthread_t thread;
	struct lock_user user;
};

static void *count(void *arg)
{
	struct counting *c = arg;
	unsigned int i;

	lock_self = &c->user;
	for (i = 0; i < STEPS(200000); i++) {
		lock_acquire(&low);
		if (i % 64 == 0) {
			EXPECT_EQ(lock_holder(&low), c->user.number);
			sched_yield(); /* so that others find it held */
		}
		counter++;
		lock_release(&low);
	}
	lock_self = NULL;
	return NULL;
}

TEST(four_threads_count_right_under_a_lock)
{
	static struct counting counting[NR_THREADS];
	unsigned int i;

	counter = 0;
	for (i = 0; i < NR_THREADS; i++) {
		counting[i].user.number = LOCK_ANONYMOUS + 2 * (i + 1);
		EXPECT_EQ(pthread_create(&counting[i].thread, NULL, count,
					 &counting[i]),
			  0);
	}
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(counting[i].thread, NULL);
	EXPECT_EQ(counter, (unsigned long)NR_THREADS * STEPS(200000));
	EXPECT_EQ(low.word, 0);
}

struct sleeper {
	struct lock_user user;
	bool has_it;
};

static void *sleep_on_lock(void *arg)
{
	struct sleeper *s = arg;

	lock_self = &s->user;
	lock_acquire(&low);
	__atomic_store_n(&s->has_it, true, __ATOMIC_RELEASE);
	lock_release(&low);
	lock_self = NULL;
	return NULL;
}

TEST(a_sleeper_is_marked_says_what_it_waits_for_and_is_woken)
{
	struct sleeper s = {{LOCK_ANONYMOUS + 2, NULL}, false};
	pthread_t thread;

	lock_acquire(&low);
	EXPECT_EQ(pthread_create(&thread, NULL, sleep_on_lock, &s), 0);
	while (!(READ_ONCE(low.word) & LOCK_SLEEPERS))
		sched_yield();
	EXPECT(load_acquire(&s.user.waits_for) == &low);
	EXPECT(!__atomic_load_n(&s.has_it, __ATOMIC_ACQUIRE));
	lock_release(&low);
	pthread_join(thread, NULL);
	EXPECT(s.has_it);
	EXPECT(!s.user.waits_for);
	EXPECT_EQ(low.word, 0);
}

static void want_an_orphan(void *arg)
{
	(void)arg;
	pf_conf.stack = 0;
	low.word = 4242;
	high.word = 0;
	lock_keep_orphans();
	lock_reset_orphan(&low);
	lock_reset_orphan(&high);
	lock_acquire(&high);
	lock_release(&high);
	lock_acquire(&low);
}

TEST(a_lock_that_guards_something_half_changed_is_refused_with_a_sentence)
{
	expect_abort(want_an_orphan, NULL,
		     "call exec or _exit in such a child");
}

TEST(a_lock_of_a_thread_that_is_not_here_becomes_free)
{
	struct lock_user me = {LOCK_ANONYMOUS + 2, NULL};
	struct lock lock = LOCK_INIT(LOCK_RANK_ZONE);

	lock.word = (LOCK_ANONYMOUS + 4) | LOCK_SLEEPERS;
	lock_reset_orphan(&lock);
	EXPECT_EQ(lock.word, 0);

	lock.word = LOCK_ANONYMOUS + 4;
	lock_self = &me;
	lock_reset_orphan(&lock);
	EXPECT_EQ(lock.word, 0);

	/* The forking thread's own stays: it goes on in the child. */
	lock.word = me.number;
	lock_reset_orphan(&lock);
	EXPECT_EQ(lock_holder(&lock), me.number);
	lock_self = NULL;
}
