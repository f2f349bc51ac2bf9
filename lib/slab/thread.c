/* SPDX-License-Identifier: MIT */
/*
 * thread.c - the caches of a thread: who has them, who gets them next
 *
 * A thread gets caches in its first slow path and loses them in the destructor
 * of a pthread key.  Other destructors may run after ours and allocate: so the
 * key is set again until the last round, and whatever comes later still gets
 * caches for the time of one slow path only (has_exited).
 *
 * Programs that start a thousand threads a second find the caches of those
 * that ended: a list operation, no system call, no new memory.
 */
#include "slab/thread.h"

#include <limits.h>
#include <pthread.h>

#include "os/lock.h"
#include "slab/gate.h"

struct tcache *all_tcaches;

static struct lock lock = LOCK_INIT(LOCK_RANK_THREADS);
static struct tcache *idle;
static size_t nr_attached;
static pthread_key_t key;
static bool has_key;

static void thread_exit(void *arg)
{
	struct tcache *tc = arg;

	if (tc != thread_heap.tcache)
		return; /* gone already */
	if (++tc->exit_rounds < PTHREAD_DESTRUCTOR_ITERATIONS &&
	    pthread_setspecific(key, tc) == 0)
		return;
	thread_heap.has_exited = true;
	thread_detach();
}

void threads_init(void)
{
	has_key = pthread_key_create(&key, thread_exit) == 0;
}

static struct tcache *take_idle(void)
{
	struct tcache *tc;

	lock_acquire(&lock);
	tc = idle;
	if (tc)
		idle = tc->next_idle;
	nr_attached++;
	lock_release(&lock);
	return tc;
}

static void give_idle(struct tcache *tc)
{
	lock_acquire(&lock);
	if (tc) {
		tc->next_idle = idle;
		idle = tc;
	}
	nr_attached--;
	lock_release(&lock);
}

static struct tcache *make(void)
{
	struct tcache *tc = sheaf_area_alloc(sizeof(*tc));

	if (!tc)
		return NULL;
	lock_acquire(&lock);
	tc->next = all_tcaches;
	store_release(&all_tcaches, tc);
	lock_release(&lock);
	return tc;
}

static void load_tops(struct tcache *tc)
{
	unsigned int class;

	for (class = 1; class < NR_CLASSES; class++)
		WRITE_ONCE(thread_heap.top[class], tc->saved_top[class]);
}

static void save_tops(struct tcache *tc, struct thread_heap *heap)
{
	unsigned int class;

	for (class = 1; class < NR_CLASSES; class++) {
		tc->saved_top[class] = READ_ONCE(heap->top[class]);
		WRITE_ONCE(heap->top[class], 0);
	}
}

struct tcache *thread_attach(void)
{
	struct tcache *tc;

	if (!gate_enter_anonymous())
		return NULL;
	tc = take_idle();
	if (!tc)
		tc = make();
	if (!tc) {
		give_idle(NULL);
		gate_leave_anonymous();
		return NULL;
	}
	tc->exit_rounds = 0;
	load_tops(tc);
	thread_heap.tcache = tc;
	store_release(&tc->owner, &thread_heap);
	gate_leave_anonymous();
	/* May call malloc, which is ready for it now. */
	if (has_key && !thread_heap.has_exited)
		pthread_setspecific(key, tc);
	return thread_heap.tcache;
}

void thread_detach(void)
{
	struct tcache *tc = thread_heap.tcache;

	if (!tc)
		return;
	while (!gate_enter_anonymous())
		os_yield(); /* a fork, in a thread that is on its way out */
	save_tops(tc, &thread_heap);
	thread_heap.tcache = NULL;
	store_release(&tc->owner, NULL);
	give_idle(tc);
	gate_leave_anonymous();
}

/*
 * What fork() has copied is a picture of each thread at some instruction, none
 * of them in a slow path.  A sheaf and its number are consistent at every
 * instruction but for the one object that was just being moved.
 */
void threads_adopt_orphans(void)
{
	struct tcache *tc;

	for_each_tcache(tc) {
		struct thread_heap *owner = tc->owner;

		if (!owner || owner == &thread_heap)
			continue;
		save_tops(tc, owner);
		tc->owner = NULL;
		tc->is_busy = 0;
		give_idle(tc);
	}
}

size_t threads_attached(void)
{
	return READ_ONCE(nr_attached);
}
