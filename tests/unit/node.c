/* SPDX-License-Identifier: MIT */
/*
 * node.c - who moves to slabs of its own, and whose objects serve whom
 *
 * Each test is a child of its own, with a neighbour: a thread that does what it
 * is told while the main one waits.
 */
#include "slab/node.h"

#include <pthread.h>
#include <string.h>

#include "objects.h"
#include "slab/barn.h"
#include "slab/gate.h"

#define CLASS	      4 /* of 64 bytes */
#define PER_SLAB      64
#define NR_OBJECTS    (40 * PER_SLAB)
#define WAITS_TO_MOVE 64
#define PASSES_A_WAIT 64 /* acquisitions that make up for a wait */

static void *objects[NR_OBJECTS];

enum {
	IDLE,
	WANTED,
	END
};

static struct {
	pthread_t thread;
	u32 state;
	void (*job)(void);
} neighbour;

static struct kmem_cache *cache(unsigned int node)
{
	return cache_of(node, CLASS);
}

static struct tcache *self(void)
{
	return thread_heap.tcache;
}

static void *take(void)
{
	return take_object(CLASS);
}

static void take_many(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		objects[i] = take();
}

static void give_many(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		give_object(objects[i]);
}

static unsigned int node_of(const void *object)
{
	EXPECT_EQ(virt_to_page(object)->type, PAGE_SLAB);
	return virt_to_page(object)->order;
}

/* Both attached, both on node 0, no lodgers of the class. */
static void attach(void)
{
	give_object(take());
}

static void *live(void *arg)
{
	u32 state;

	(void)arg;
	while ((state = load_acquire(&neighbour.state)) != END) {
		if (state == WANTED) {
			neighbour.job();
			store_release(&neighbour.state, IDLE);
		}
		os_wait_turn(0);
	}
	return NULL;
}

static void wait_for_neighbour(void)
{
	while (load_acquire(&neighbour.state) == WANTED)
		os_wait_turn(0);
}

static void tell_neighbour(void (*job)(void))
{
	wait_for_neighbour();
	neighbour.job = job;
	store_release(&neighbour.state, WANTED);
}

static void start(void)
{
	kmem_init();
	cache(0)->nr_lodgers = MAX_LODGERS;
	attach();
	EXPECT_EQ(pthread_create(&neighbour.thread, NULL, live, NULL), 0);
	tell_neighbour(attach);
	wait_for_neighbour();
	EXPECT_EQ(nr_nodes, 1);
}

static void end_neighbour(void)
{
	wait_for_neighbour();
	store_release(&neighbour.state, END);
	pthread_join(neighbour.thread, NULL);
}

static void move(void)
{
	struct tcache *tc = gate_enter();

	node_move(tc);
	gate_leave(tc);
}

static void expect_nothing_left(void)
{
	struct check_report report = {0};
	struct kmem_stats stats;

	kmem_check(&report);
	expect_clean(&report, "kmem_check");
	drain();
	kmem_get_stats(&stats);
	EXPECT_EQ(stats.nr_slab_objects, 0);
	EXPECT_EQ(stats.nr_cached, 0);
	EXPECT_EQ(stats.slab_bytes, 0);
}

static void in_child(void (*body)(void *arg))
{
	EXPECT(child_run(60, body, NULL));
}

/* Who moves, and where to. */

static void move_and_stay(void *arg)
{
	(void)arg;
	kmem_init();
	attach();
	move();
	EXPECT_EQ(self()->node, 0);
	EXPECT_EQ(nr_nodes, 1);
	start();
	EXPECT_EQ(self()->node, 0);
	move();
	EXPECT_EQ(self()->node, 1);
	EXPECT_EQ(nr_nodes, 2);
	EXPECT_EQ(cache(1)->size, class_size(CLASS));
	move(); /* one each: it would only change places */
	tell_neighbour(move);
	wait_for_neighbour();
	EXPECT_EQ(self()->node, 1);
	EXPECT_EQ(nr_nodes, 2);
	end_neighbour();
}

TEST(a_thread_moves_to_a_node_of_its_own_if_it_shares_one)
{
	in_child(move_and_stay);
}

/* For the rest of the child's life; once through the slabs. */
static void take_a_sheaf(void)
{
	unsigned int i;

	for (i = 0; i < SHEAF_MAX; i++)
		take();
}

/* Holds the lock until the main thread sleeps, again and again. */
static u32 nr_rounds;
static u32 round_held;

static void be_in_the_way(void)
{
	struct lock *lock = &cache(0)->lock;
	u32 round;

	for (round = 1; round <= nr_rounds; round++) {
		lock_acquire(lock);
		store_release(&round_held, round);
		while (!(READ_ONCE(lock->word) & LOCK_SLEEPERS))
			os_wait_turn(0);
		lock_release(lock);
		while (load_acquire(&round_held) == round)
			os_wait_turn(0);
	}
}

static void lock_and_release(void)
{
	node_lock(self(), cache(0));
	lock_release(&cache(0)->lock);
}

static void wait_times(u32 nr)
{
	u32 round;

	nr_rounds = nr;
	store_release(&round_held, 0);
	tell_neighbour(be_in_the_way);
	for (round = 1; round <= nr; round++) {
		while (load_acquire(&round_held) != round)
			os_wait_turn(0);
		lock_and_release();
		store_release(&round_held, 0);
	}
	wait_for_neighbour();
}

static void wait_often(void *arg)
{
	unsigned int i;

	(void)arg;
	start();
	wait_times(WAITS_TO_MOVE - 1);
	EXPECT(!node_is_contended(self()));
	for (i = 0; i < PASSES_A_WAIT; i++)
		lock_and_release();
	wait_times(1);
	EXPECT(!node_is_contended(self()));
	wait_times(1);
	EXPECT(node_is_contended(self()));
	take_a_sheaf();
	EXPECT_EQ(self()->node, 1);
	EXPECT(!node_is_contended(self()));
	end_neighbour();
}

TEST(a_thread_moves_when_it_waits_at_one_of_64_acquisitions)
{
	in_child(wait_often);
}

static void take_turns(void *arg)
{
	unsigned int i;

	(void)arg;
	start();
	for (i = 0; i < 2 * WAITS_TO_MOVE; i++)
		take_a_sheaf();
	EXPECT_EQ(nr_nodes, 1);
	for (i = 0; i < WAITS_TO_MOVE / 2; i++) {
		take_a_sheaf();
		tell_neighbour(take_a_sheaf);
		wait_for_neighbour();
	}
	EXPECT_EQ(nr_nodes, 1);
	for (i = 0; i < 2 * WAITS_TO_MOVE; i++) {
		take_a_sheaf();
		tell_neighbour(take_a_sheaf);
		wait_for_neighbour();
	}
	EXPECT_EQ(nr_nodes, 2);
	end_neighbour();
}

TEST(a_thread_moves_when_it_takes_turns_at_slabs)
{
	in_child(take_turns);
}

/* Whose objects serve whom. */

static void mix(void *arg)
{
	unsigned int i, from[2] = {0, 0};

	(void)arg;
	start();
	take_many(NR_OBJECTS / 2);
	move();
	/* First those in the sheaf, and those of node 0, without memory. */
	for (i = NR_OBJECTS / 2; i < NR_OBJECTS; i++)
		objects[i] = take();
	for (i = 0; i < NR_OBJECTS; i++)
		from[node_of(objects[i])]++;
	EXPECT_GE(from[0], NR_OBJECTS / 2);
	EXPECT_GE(from[1], NR_OBJECTS / 4);
	EXPECT_GT(cache(0)->nr_slabs, 0);
	EXPECT_GT(cache(1)->nr_slabs, 0);
	for (i = NR_OBJECTS - 1; i > 0; i--) {
		unsigned int k = (unsigned int)random_below(i + 1);
		void *object = objects[i];

		objects[i] = objects[k];
		objects[k] = object;
	}
	give_many(NR_OBJECTS);
	expect_nothing_left();
	EXPECT_EQ(cache(0)->nr_slabs, 0);
	EXPECT_EQ(cache(1)->nr_slabs, 0);
	end_neighbour();
}

TEST(objects_go_back_to_the_slabs_of_their_nodes)
{
	in_child(mix);
}

/* Slabs of node 0 with free objects, one of each taken; we are on node 1. */
static void leave_free_objects(void)
{
	unsigned int i, nr_kept = 0;

	take_many(NR_OBJECTS);
	for (i = 0; i < NR_OBJECTS; i++) {
		if (i % (PER_SLAB / 2))
			give_object(objects[i]);
		else
			objects[nr_kept++] = objects[i];
	}
	memset(objects + nr_kept, 0, (NR_OBJECTS - nr_kept) * sizeof(*objects));
	drain();
	EXPECT_GE(cache(0)->nr_free, NR_OBJECTS / 2);
	move();
	EXPECT_EQ(self()->node, 1);
}

static bool has_warm_memory(void)
{
	return pcp_nr_pages(&self()->pcp) || zone_normal.nr_free[WARM];
}

static void make_warm_memory(void)
{
	void *block = kmem_alloc(KIB(64), kmem_alloc_slow);

	if (EXPECT(block))
		memset(block, 1, KIB(64));
	give_object(block);
	EXPECT(has_warm_memory());
}

static void use_up_warm_memory(void)
{
	while (has_warm_memory())
		EXPECT(kmem_alloc(1024, kmem_alloc_slow));
}

static void serve_without_threads(void *arg)
{
	size_t nr_free;

	(void)arg;
	start();
	leave_free_objects();
	end_neighbour();
	make_warm_memory();
	nr_free = cache(0)->nr_free;
	EXPECT_EQ(node_of(take()), 0);
	EXPECT_LT(cache(0)->nr_free, nr_free);
	while (cache(0)->nr_free >= SHEAF_MAX)
		EXPECT_EQ(node_of(take()), 0);
	EXPECT_EQ(cache(1)->nr_slabs, 0);
}

TEST(objects_of_nodes_without_threads_are_used_before_a_new_slab_is_made)
{
	in_child(serve_without_threads);
}

/* On node 0, beside the memory that there is. */
static bool is_much_free(void)
{
	return cache(0)->nr_free * class_size(CLASS) >=
	       zone_normal.nr_present * PAGE_SIZE / 64;
}

static void serve_with_threads(void *arg)
{
	size_t nr_free;

	(void)arg;
	start();
	leave_free_objects();
	make_warm_memory();
	nr_free = cache(0)->nr_free;
	EXPECT_EQ(node_of(take()), 1);
	EXPECT_EQ(cache(0)->nr_free, nr_free);
	EXPECT_EQ(cache(1)->nr_slabs, 1);

	use_up_warm_memory();
	EXPECT(is_much_free());
	while (is_much_free())
		take();
	EXPECT_EQ(cache(1)->nr_slabs, 1);
	/* The little that is left is not worth that threads meet. */
	nr_free = cache(0)->nr_free;
	EXPECT_GE(nr_free, SHEAF_MAX);
	while (cache(1)->nr_slabs == 1)
		take();
	EXPECT_EQ(cache(0)->nr_free, nr_free);
	end_neighbour();
}

TEST(objects_of_nodes_with_threads_are_used_before_memory_of_the_system)
{
	in_child(serve_with_threads);
}

/* Mistakes, and fork. */

static struct bad_free put(void **list, size_t nr)
{
	struct bad_free bad = {NULL, OBJECT_OK};
	struct tcache *tc = gate_enter();

	barn_put_objects(tc, CLASS, list, nr, &bad);
	gate_leave(tc);
	return bad;
}

static void free_wrongly(void *arg)
{
	void *object, *other, *list[4];
	struct bad_free bad;

	(void)arg;
	start();
	object = take();
	other = kmem_alloc(class_size(CLASS + 1), kmem_alloc_slow);
	move();
	EXPECT_EQ(node_of(object), 0);

	list[0] = (char *)object + 16;
	bad = put(list, 1);
	EXPECT_EQ(bad.kind, OBJECT_INTERIOR);
	/* A record that somebody has written to. */
	list[0] = object;
	virt_to_page(object)->flags = 1;
	bad = put(list, 1);
	EXPECT_EQ(bad.kind, OBJECT_WRONG_CLASS);
	virt_to_page(object)->flags = 0;

	list[0] = other;
	bad = put(list, 1);
	EXPECT_EQ(bad.kind, OBJECT_WRONG_CLASS);
	EXPECT(bad.object == other);

	list[0] = object;
	list[1] = take();
	list[2] = object;
	list[3] = take();
	bad = put(list, 4);
	EXPECT(bad.object == object);
	EXPECT_EQ(bad.kind, OBJECT_ALREADY_FREE);
	give_object(other);
	expect_nothing_left();
	/* Now there is no slab of any node in its place. */
	list[0] = object;
	bad = put(list, 1);
	EXPECT_EQ(bad.kind, OBJECT_ALREADY_FREE);
	end_neighbour();
}

TEST(mistakes_are_found_from_any_node)
{
	in_child(free_wrongly);
}

static void hold_lock(void)
{
	lock_acquire(&cache(1)->lock);
}

static void release_lock(void)
{
	lock_release(&cache(1)->lock);
}

static void go_on_in_child(void *arg)
{
	(void)arg;
	kmem_fork_child();
	EXPECT_EQ(self()->node, 1);
	take_many(NR_OBJECTS);
	give_many(NR_OBJECTS);
	move(); /* alone */
	EXPECT_EQ(self()->node, 1);
}

static void fork_on_node(void *arg)
{
	(void)arg;
	start();
	move();
	tell_neighbour(hold_lock);
	wait_for_neighbour();
	kmem_fork_prepare();
	EXPECT(child_run(60, go_on_in_child, NULL));
	kmem_fork_parent();
	tell_neighbour(release_lock);
	end_neighbour();
}

TEST(a_child_of_fork_has_all_nodes_and_one_thread)
{
	in_child(fork_on_node);
}
