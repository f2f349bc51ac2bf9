/* SPDX-License-Identifier: MIT */
/*
 * steal.c - objects taken out of sheaves that their threads are using
 *
 * Every object's first word says who owns it: 0 while it is free.  The word is
 * changed by compare-and-exchange alone, so an object that was given to two
 * threads, or that came back twice, is found in the very call.
 */
#include "slab/steal.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "buddy/zone.h"
#include "objects.h"
#include "slab/gate.h"
#include "slab/node.h"

#define NR_THREADS   4
#define MAX_HELD     200
#define NR_MAILBOXES 64
#define HANDED_OVER  1000

static void *mailbox[NR_MAILBOXES];
static bool shall_stop;
static bool shall_move;
static u32 nr_ready;

struct worker {
	pthread_t thread;
	u64 id; /* from 1 */
	u64 random;
	unsigned int max_held;
	unsigned int nr_classes; /* classes 1..n are used */
	unsigned int nr_held;
	u64 nr_allocs;
	void *held[MAX_HELD];
};

static size_t draw(struct worker *w, size_t n)
{
	return (size_t)(tap_random_next(&w->random) % n);
}

/* From @from to @to; anything else is somebody else's object. */
static void change_owner(void *object, u64 from, u64 to)
{
	u64 seen = from;

	EXPECT(__atomic_compare_exchange_n((u64 *)object, &seen, to, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
	EXPECT_EQ(seen, from);
}

static void give_back(void *object, u64 owner)
{
	change_owner(object, owner, 0);
	give_object(object);
}

static void take_one(struct worker *w)
{
	unsigned int class = 1 + (unsigned int)draw(w, w->nr_classes);
	void *object = kmem_alloc(class_size(class), kmem_alloc_slow);

	if (!EXPECT(object))
		return;
	change_owner(object, 0, w->id);
	w->held[w->nr_held++] = object;
	w->nr_allocs++;
}

/* To slabs of its own, or of fewer. */
static void move(void)
{
	struct tcache *tc = gate_enter();

	if (!tc)
		return;
	node_move(tc);
	gate_leave(tc);
}

static void *drop_any(struct worker *w)
{
	size_t i = draw(w, w->nr_held);
	void *object = w->held[i];

	w->held[i] = w->held[--w->nr_held];
	return object;
}

/* Into a mailbox; whoever was in there is ours to free. */
static void hand_over(struct worker *w)
{
	void *object = drop_any(w);
	void *other;

	change_owner(object, w->id, HANDED_OVER);
	other = __atomic_exchange_n(&mailbox[draw(w, NR_MAILBOXES)], object,
				    __ATOMIC_ACQ_REL);
	if (other)
		give_back(other, HANDED_OVER);
}

static void step(struct worker *w)
{
	size_t what = draw(w, 16);

	if (w->nr_held == 0 || (what < 8 && w->nr_held < w->max_held))
		take_one(w);
	else if (what == 15)
		hand_over(w);
	else
		give_back(drop_any(w), w->id);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	__atomic_fetch_add(&nr_ready, 1, __ATOMIC_SEQ_CST);
	if (shall_move)
		move();
	while (!__atomic_load_n(&shall_stop, __ATOMIC_ACQUIRE))
		step(w);
	while (w->nr_held)
		give_back(w->held[--w->nr_held], w->id);
	return NULL;
}

static void start_workers(struct worker *workers, unsigned int max_held,
			  unsigned int nr_classes)
{
	unsigned int i;

	__atomic_store_n(&shall_stop, false, __ATOMIC_RELEASE);
	__atomic_store_n(&nr_ready, 0, __ATOMIC_SEQ_CST);
	for (i = 0; i < NR_THREADS; i++) {
		struct worker *w = &workers[i];

		memset(w, 0, sizeof(*w));
		w->id = i + 1;
		w->random = tap_random();
		w->max_held = max_held;
		w->nr_classes = nr_classes;
		EXPECT_EQ(pthread_create(&w->thread, NULL, work, w), 0);
	}
	while (__atomic_load_n(&nr_ready, __ATOMIC_SEQ_CST) < NR_THREADS)
		os_wait_turn(0);
}

static void stop_workers(struct worker *workers)
{
	u64 nr_allocs = 0;
	unsigned int i;

	__atomic_store_n(&shall_stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < NR_THREADS; i++) {
		EXPECT_EQ(pthread_join(workers[i].thread, NULL), 0);
		nr_allocs += workers[i].nr_allocs;
	}
	for (i = 0; i < NR_MAILBOXES; i++) {
		if (mailbox[i])
			give_back(mailbox[i], HANDED_OVER);
		mailbox[i] = NULL;
	}
	tap_note("%llu objects were allocated", (unsigned long long)nr_allocs);
}

static void expect_nothing_lost(void)
{
	struct check_report report = {0};
	struct kmem_stats stats;

	kmem_check(&report);
	expect_clean(&report, "kmem_check");
	kmem_get_stats(&stats);
	EXPECT_EQ(stats.nr_slab_objects, 0);
	drain();
	kmem_get_stats(&stats);
	EXPECT_EQ(stats.nr_cached, 0);
	EXPECT_EQ(stats.slab_bytes, 0);
}

static void steal_for(unsigned int nr_drains, unsigned int max_held,
		      unsigned int nr_classes)
{
	static struct worker workers[NR_THREADS];
	unsigned int i;

	kmem_init();
	start_workers(workers, max_held, nr_classes);
	for (i = 0; i < nr_drains; i++)
		drain();
	stop_workers(workers);
	expect_nothing_lost();
}

TEST(no_object_is_owned_twice_while_others_steal)
{
	steal_for(STEPS(1600), MAX_HELD, NR_CLASSES - 1);
}

/* The top of the sheaf is its bottom, too: owner and taker meet all the time. */
TEST(no_object_is_owned_twice_where_sheaves_are_nearly_empty)
{
	steal_for(STEPS(8000), 2, 1);
}

TEST(no_object_is_owned_twice_where_sheaves_are_half_full)
{
	steal_for(STEPS(8000), 24, 2);
}

/* Each thread frees what others' slabs have, and takes what theirs have free. */
TEST(no_object_is_owned_twice_where_threads_have_slabs_of_their_own)
{
	shall_move = true;
	steal_for(STEPS(1600), MAX_HELD, 8);
	EXPECT_GE(nr_nodes, NR_THREADS);
	shall_move = false;
}

static void *spin(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&shall_stop, __ATOMIC_ACQUIRE))
		cpu_relax();
	return NULL;
}

/*
 * With too few processors the taker is interrupted between two slots for long
 * enough that the owner empties and fills them again.  A mistake that was made:
 * the upper one was kept and the lower one left, beneath a NULL.
 */
TEST(nothing_is_lost_beneath_a_slot_that_was_taken)
{
	pthread_t spinners[2];
	unsigned int i;

	__atomic_store_n(&shall_stop, false, __ATOMIC_RELEASE);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(pthread_create(&spinners[i], NULL, spin, NULL), 0);
	steal_for(STEPS(30000), 6, 1);
	for (i = 0; i < 2; i++)
		pthread_join(spinners[i], NULL);
}

struct sleeper {
	pthread_t thread;
	u32 state; /* 0, 1: has freed all and sleeps, 2: may end */
	void *objects[100];
};

static void *free_and_sleep(void *arg)
{
	struct sleeper *s = arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(s->objects); i++) {
		s->objects[i] = kmem_alloc(64, kmem_alloc_slow);
		if (EXPECT(s->objects[i]))
			change_owner(s->objects[i], 0, 1);
	}
	for (i = 0; i < ARRAY_SIZE(s->objects); i++)
		give_back(s->objects[i], 1);
	store_release(&s->state, 1);
	while (load_acquire(&s->state) == 1)
		os_wait_turn(0);
	/* Its sheaf is as good as before. */
	for (i = 0; i < ARRAY_SIZE(s->objects); i++) {
		s->objects[i] = kmem_alloc(64, kmem_alloc_slow);
		if (EXPECT(s->objects[i]))
			change_owner(s->objects[i], 0, 1);
	}
	for (i = 0; i < ARRAY_SIZE(s->objects); i++)
		give_back(s->objects[i], 1);
	return NULL;
}

TEST(a_thread_that_sleeps_loses_all_it_holds_and_goes_on)
{
	struct sleeper s = {0};
	struct kmem_stats stats;

	kmem_init();
	EXPECT_EQ(pthread_create(&s.thread, NULL, free_and_sleep, &s), 0);
	while (load_acquire(&s.state) == 0)
		os_wait_turn(0);
	kmem_get_stats(&stats);
	EXPECT_GE(stats.nr_cached, 4);
	drain();
	kmem_get_stats(&stats);
	EXPECT_EQ(stats.nr_cached, 0);
	EXPECT_EQ(stats.slab_bytes, 0);

	store_release(&s.state, 2);
	pthread_join(s.thread, NULL);
	expect_nothing_lost();
}

/* Threads attach, exit and leave their sheaves to the next one meanwhile. */
static void *short_life(void *arg)
{
	struct worker *w = arg;
	unsigned int i;

	for (i = 0; i < 300; i++)
		step(w);
	while (w->nr_held)
		give_back(w->held[--w->nr_held], w->id);
	return NULL;
}

TEST(nothing_is_lost_when_threads_end_while_others_steal)
{
	static struct worker workers[NR_THREADS];
	unsigned int round, i;

	kmem_init();
	for (round = 0; round < STEPS(400); round++) {
		for (i = 0; i < NR_THREADS; i++) {
			struct worker *w = &workers[i];

			memset(w, 0, sizeof(*w));
			w->id = i + 1;
			w->random = tap_random();
			w->max_held = 60;
			w->nr_classes = 4;
			EXPECT_EQ(
				pthread_create(&w->thread, NULL, short_life, w),
				0);
		}
		drain();
		for (i = 0; i < NR_THREADS; i++)
			pthread_join(workers[i].thread, NULL);
	}
	for (i = 0; i < NR_MAILBOXES; i++) {
		if (mailbox[i])
			give_back(mailbox[i], HANDED_OVER);
		mailbox[i] = NULL;
	}
	expect_nothing_lost();
}
