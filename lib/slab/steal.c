/* SPDX-License-Identifier: MIT */
/*
 * steal.c - objects out of other threads' sheaves, without their help
 *
 * What it does.  A thread that sleeps holds objects in its sheaves, each of
 * which may keep a slab from being given back.  Asking the thread to return
 * them does not work: it sleeps.  So they are taken, while the thread may wake
 * and use the same sheaf at any instruction, with no atomic operation on its
 * side.  The gate is closed, so that the thread can be on a hot path only.
 *
 * How.  The owner works at the top of the sheaf, the taker at the bottom.
 *
 *	owner, malloc:  top = i       owner, free:  slot[i] = object
 *	                load slot[i]                top = i + 1
 *
 *	taker:  object = exchange(slot[i], NULL)
 *	        fence in every thread
 *	        taken if top > i and slot[i] is still NULL, else put back
 *
 * Why it is right.  Say the owner has loaded the object that the taker holds,
 * that is, before the exchange.  Its store top = i came before that load in
 * its program, and the fence has made it visible: the taker sees top <= i,
 * unless the owner has freed something into slot i again since, and then it
 * sees that in the slot.  Both times the taker puts the object back, if the
 * slot is still NULL: above the top, where nobody looks at it.  If on the
 * other hand the owner's load comes after the exchange, it finds NULL, takes
 * the slow path, and waits at the gate until all this is over; then it looks
 * at the slot again (barn_alloc()), and finds what was put back, or NULL.
 *
 * So a NULL in the middle of a sheaf means "nothing from here down", as the
 * NULL at its bottom always did.  And every slot below the lowest object is
 * NULL (clear_below()), for the owner's number may be one too low when it is
 * read here: malloc() lowers it first and finds out then that nothing is left.
 *
 * Where the system cannot fence other threads, only the caller's caches and
 * those without a thread are emptied.
 */
#include "slab/steal.h"

#include "os/thread.h"
#include "slab/gate.h"

void (*caches_drain_hook)(void);

struct loot {
	u32 slot[SHEAF_MAX];
	void *object[SHEAF_MAX];
	unsigned int nr;
};

static void take(u32 top, struct loot *loot)
{
	void **slots = sheaf_slots();
	u32 bottom;

	loot->nr = 0;
	/* None, or none and a malloc() that is about to find that out. */
	if (!top || top == (u32)-1)
		return;
	for (bottom = top; bottom > sheaf_first_slot(top) + 1; bottom--) {
		if (!READ_ONCE(slots[bottom - 1]))
			break;
	}
	for (; bottom < top; bottom++) {
		void *object = __atomic_exchange_n(&slots[bottom], NULL,
						   __ATOMIC_ACQ_REL);

		if (!object)
			continue;
		loot->slot[loot->nr] = bottom;
		loot->object[loot->nr++] = object;
	}
}

/*
 * Put back what the owner may have taken; keep the rest.  From the bottom up,
 * and no further than the first that is not kept: the owner may have filled
 * that slot again before the one above it was taken, and what is beneath a NULL
 * is forgotten.
 */
static void settle(const u32 *owners_top, struct loot *loot)
{
	void **slots = sheaf_slots();
	unsigned int i, kept = 0;

	for (i = 0; i < loot->nr; i++) {
		u32 slot = loot->slot[i];
		void *object = loot->object[i];
		void *nothing = NULL;
		u32 top = load_acquire(owners_top);

		if (kept == i && top > slot && top <= sheaf_end(slot + 1) &&
		    load_acquire(&slots[slot]) == NULL) {
			loot->object[kept++] = object;
			continue;
		}
		__atomic_compare_exchange_n(&slots[slot], &nothing, object,
					    false, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED);
	}
	loot->nr = kept;
}

/* Of one class, from a thread that is alive. */
static void steal_class(struct tcache *self, struct tcache *victim,
			unsigned int class, struct bad_free *bad)
{
	struct thread_heap *owner = victim->owner;
	struct loot loot;

	take(load_acquire(&owner->top[class]), &loot);
	if (!loot.nr)
		return;
	if (!os_fence_all_threads()) {
		static const u32 nowhere;

		settle(&nowhere, &loot); /* puts all of it back */
		return;
	}
	settle(&owner->top[class], &loot);
	barn_put_objects(self, class, loot.object, loot.nr, bad);
}

/* From the caller's own caches, or from those that wait for a thread. */
static void drain_quiet(struct tcache *self, u32 *tops, struct bad_free *bad)
{
	unsigned int class;

	for (class = 1; class < NR_CLASSES; class ++) {
		struct loot loot;

		if (!tops[class])
			continue;
		take(tops[class], &loot);
		barn_put_objects(self, class, loot.object, loot.nr, bad);
		sheaf_free(tops[class]);
		WRITE_ONCE(tops[class], 0);
	}
}

static void drain_one(struct tcache *self, struct tcache *tc,
		      struct bad_free *bad)
{
	struct thread_heap *owner;
	unsigned int class;

	owner = tc->owner;
	if (owner == &thread_heap) {
		drain_quiet(self, thread_heap.top, bad);
	} else if (!owner) {
		drain_quiet(self, tc->saved_top, bad);
	} else {
		for (class = 1; class < NR_CLASSES; class ++)
			steal_class(self, tc, class, bad);
	}
	for (class = 1; class < NR_CLASSES; class ++)
		tc->batch[class] = 0;
	if (tc != self)
		pcp_drain(&tc->pcp, &zone_normal);
}

void caches_drain(struct bad_free *bad)
{
	struct tcache *self, *tc;
	os_signals saved;

	if (READ_ONCE(caches_drain_hook))
		caches_drain_hook();
	self = thread_heap.tcache;
	if (!self)
		self = thread_attach();
	if (!self)
		return;
	if (!gate_close(GATE_QUIET, &saved))
		goto out;
	threads_find_gone();
	for_each_tcache(tc) drain_one(self, tc, bad);
	barn_flush(self, bad);
	pcp_drain(&self->pcp, &zone_normal);
	gate_open(&saved);
out:
	if (thread_heap.has_exited)
		thread_detach();
}
