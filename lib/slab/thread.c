/* SPDX-License-Identifier: MIT */
/*
 * thread.c - the caches of a thread: who has them, who gets them next
 *
 * A thread gets caches in its first slow path and loses them in the destructor
 * of a pthread key.  Other destructors may run after ours and allocate: from
 * then on the thread gets caches for the time of one slow path only
 * (has_exited), because nobody would come to take them back.
 *
 * The caches of a thread that has ended keep some objects of each class, for
 * the next thread; what is more goes to the slabs.
 *
 * Programs that start a thousand threads a second find the caches of those
 * that ended: a step of a stack and no new memory.  The stack is pushed to
 * without a lock (R. K. Treiber, 1986), because a thread must be able to end
 * while another one forks: that one may be waiting for it.  Taking from it
 * wants the lock, so that nothing comes back between its load and its exchange.
 *
 * Attaching and detaching block signals: a handler that forks must not find the
 * thread holding the lock that others attach under.
 */
#include "slab/thread.h"

#include <pthread.h>
#include <unistd.h>

#include "os/lock.h"
#include "slab/barn.h"
#include "slab/gate.h"
#include "slab/node.h"

struct tcache *all_tcaches;

static struct lock lock = LOCK_INIT(LOCK_RANK_THREADS);
static struct tcache *idle;
static u32 last_number;
static pthread_key_t key;
static bool has_key;

/* Not beside a fork: the thread ends with its caches as they are then. */
static void settle(struct tcache *tc)
{
	struct bad_free bad = {NULL, OBJECT_OK};

	if (!gate_enter())
		return;
	barn_settle(tc, &bad);
	pcp_drain(&tc->pcp, &zone_normal);
	gate_leave(tc);
	bad_free_keep(&bad);
}

static void thread_exit(void *arg)
{
	struct tcache *tc = arg;

	if (tc != thread_heap.tcache)
		return; /* gone already */
	settle(tc);
	thread_heap.has_exited = true;
	thread_detach();
}

void threads_init(void)
{
	has_key = pthread_key_create(&key, thread_exit) == 0;
}

/*
 * A thread that attaches has no caches yet, and so no name to locks by which
 * fork() could tell whom it waits for.  It waits for nobody, then, while a fork
 * is on its way: false.
 */
static bool acquire_unless_fork(struct lock *wanted)
{
	unsigned int round;

	for (round = 0; !lock_try_acquire(wanted); round++) {
		if (READ_ONCE(gate_mode) == GATE_FORK)
			return false;
		os_wait_turn(round);
	}
	return true;
}

static bool take_idle(struct tcache **tc)
{
	if (!acquire_unless_fork(&lock))
		return false;
	*tc = load_acquire(&idle);
	while (*tc &&
	       !__atomic_compare_exchange_n(&idle, tc, (*tc)->next_idle, false,
					    __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
		;
	lock_release(&lock);
	return true;
}

static void give_idle(struct tcache *tc)
{
	tc->next_idle = READ_ONCE(idle);
	while (!__atomic_compare_exchange_n(&idle, &tc->next_idle, tc, true,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

static struct tcache *make(void)
{
	struct tcache *tc = sheaf_area_alloc(sizeof(*tc), acquire_unless_fork);

	if (!tc)
		return NULL;
	tc->locks.number =
		LOCK_ANONYMOUS +
		__atomic_add_fetch(&last_number, 2, __ATOMIC_RELAXED);
	tc->next = READ_ONCE(all_tcaches);
	while (!__atomic_compare_exchange_n(&all_tcaches, &tc->next, tc, true,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
	return tc;
}

static void load_tops(struct tcache *tc)
{
	unsigned int class;

	for (class = 1; class < NR_CLASSES; class ++) {
		WRITE_ONCE(thread_heap.top[class], tc->saved_top[class]);
		tc->saved_top[class] = 0;
		/* The next thread may need less. */
		tc->batch[class] = (u8)(tc->batch[class] / 4);
	}
}

/*
 * A thread may have been stopped for ever right after malloc() had lowered its
 * number, and before it saw that nothing was left.  Where that shows, it is
 * undone: no number stands below the NULL of a full-sized sheaf, or below 0.
 * Elsewhere one slot of the sheaf is not used from then on.
 */
static u32 legal_top(u32 top)
{
	if (top == (u32)-1)
		return 0;
	return top % SHEAF_SLOTS == 1 ? top + 1 : top;
}

static void save_tops(struct tcache *tc, const struct thread_heap *heap)
{
	unsigned int class;

	for (class = 1; class < NR_CLASSES; class ++)
		tc->saved_top[class] = legal_top(READ_ONCE(heap->top[class]));
}

static void clear_tops(void)
{
	unsigned int class;

	for (class = 0; class < NR_CLASSES; class ++)
		WRITE_ONCE(thread_heap.top[class], 0);
}

static void set_ids(struct tcache *tc)
{
	tc->process_id = getpid();
	tc->thread_id = os_thread_id();
}

struct tcache *thread_attach(void)
{
	struct tcache *tc = NULL;
	os_signals saved;

	os_block_signals(&saved);
	/* A signal handler may have come here since the caller looked. */
	tc = thread_heap.tcache;
	if (tc || !gate_enter_anonymous())
		goto out;
	if (take_idle(&tc) && !tc)
		tc = make();
	if (!tc)
		goto out_leave;
	set_ids(tc);
	tc->contention = 0;
	load_tops(tc);
	thread_heap.tcache = tc;
	lock_self = &tc->locks;
	node_enter(tc);
	store_release(&tc->owner, &thread_heap);
out_leave:
	gate_leave_anonymous();
out:
	os_restore_signals(&saved);
	/* May call malloc, which is ready for it now. */
	if (tc && has_key && !thread_heap.has_exited)
		pthread_setspecific(key, tc);
	return tc;
}

void thread_detach(void)
{
	struct tcache *tc = thread_heap.tcache;
	os_signals saved;

	if (!tc)
		return;
	os_block_signals(&saved);
	gate_enter_beside_fork();
	/* Fork's child goes by the owner: these numbers, or the thread's. */
	save_tops(tc, &thread_heap);
	store_release(&tc->owner, NULL);
	clear_tops();
	thread_heap.tcache = NULL;
	lock_self = NULL;
	node_leave(tc);
	give_idle(tc);
	gate_leave_anonymous();
	os_restore_signals(&saved);
}

/*
 * What fork() has copied is a picture of each thread at some instruction, none
 * of them in a slow path.  A sheaf and its number are consistent at every
 * instruction but for the one object that was just being moved.  The stack of
 * idle caches may lack those of a thread that was just ending: it is made anew.
 */
void threads_adopt_orphans(void)
{
	struct tcache *tc;

	lock_reset_orphan(&lock);
	idle = NULL;
	for_each_tcache(tc)
	{
		if (tc->owner == &thread_heap) {
			set_ids(tc); /* they have changed */
			continue;
		}
		if (tc->owner)
			save_tops(tc, tc->owner);
		tc->owner = NULL;
		tc->is_busy = 0;
		tc->is_forking_inside = 0;
		tc->locks.waits_for = NULL;
		give_idle(tc);
	}
	nodes_count_threads();
}

/*
 * A thread that got its first caches in its very last destructor, or left by
 * the bare system call, has ended without giving them back, and its TLS may be
 * gone.  What lies in its sheaves is lost with the numbers; the rest of the
 * caches goes on.  Several may be looking, beside each other's fork.
 */
void threads_find_gone(void)
{
	struct tcache *tc;

	for_each_tcache(tc)
	{
		struct thread_heap *owner = load_acquire(&tc->owner);

		if (!owner || owner == &thread_heap ||
		    os_thread_exists(tc->process_id, tc->thread_id) ||
		    !__atomic_compare_exchange_n(&tc->owner, &owner, NULL,
						 false, __ATOMIC_ACQ_REL,
						 __ATOMIC_RELAXED))
			continue;
		node_leave(tc);
		give_idle(tc);
	}
}
