/* SPDX-License-Identifier: MIT */
/*
 * shrinker.c - asking clients to give memory back
 *
 * Each shrinker says how many objects it has, and is asked to look at a part:
 * at priority p, four objects for each 2^p * seeks that it has, and what was
 * left over before, in portions of its batch.
 *
 *	1000 objects, seeks 2, priority 2:	1000 / 4 * 4 / 2 = 500
 *
 * What is less than a portion is remembered, so that a shrinker with few
 * objects is asked in the end.
 *
 * The walk.  A shrinker that is being asked counts its users; it stays on the
 * list, and whoever takes it off waits until there are none.  So no lock is
 * held while a client's function runs, which may register others.
 *
 * After the clients' the slabs that nobody uses are given back.
 */
#include "pfmalloc/shrinker.h"

#include <stdarg.h>

#include "kapi/cache.h"
#include "kapi/kapi.h"
#include "os/report.h"
#include "os/thread.h"
#include "pfmalloc/slab.h"
#include "slab/gate.h"

#define BATCH 128

enum shrinker_state {
	SHRINKER_UNREGISTERED,
	SHRINKER_REGISTERED,
	SHRINKER_GOING,
};

static struct lock list_lock = LOCK_INIT(LOCK_RANK_KAPI);
static struct shrinker *first;

/* Inside the gate, as every lock is taken; false during a fork. */
static struct tcache *lock_list(void)
{
	struct tcache *tc = kapi_enter();

	if (tc)
		lock_acquire(&list_lock);
	return tc;
}

static void unlock_list(struct tcache *tc)
{
	lock_release(&list_lock);
	gate_leave(tc);
}

void shrinkers_reset(void)
{
	struct shrinker *s;

	lock_reset_orphan(&list_lock);
	for (s = first; s; s = s->pf_next)
		s->pf_users = 0; /* who asked it is not here */
}

static unsigned long ask(struct shrinker *s, struct shrink_control *sc,
			 unsigned long nr_objects, unsigned long wanted)
{
	unsigned long batch = s->batch > 0 ? (unsigned long)s->batch : BATCH;
	unsigned long nr_freed = 0;

	/* All that there is, where that is less than a portion. */
	while (wanted >= batch || wanted >= nr_objects) {
		unsigned long nr = wanted < batch ? wanted : batch;
		unsigned long freed;

		if (!nr)
			break;
		sc->nr_to_scan = nr;
		sc->nr_scanned = nr;
		freed = s->scan_objects(s, sc);
		if (freed == PF_SHRINK_STOP)
			break;
		nr_freed += freed;
		wanted -= sc->nr_scanned < wanted ? sc->nr_scanned : wanted;
	}
	__atomic_fetch_add(&s->pf_nr_deferred, wanted, __ATOMIC_RELAXED);
	return nr_freed;
}

static unsigned long shrink_one(struct shrinker *s, unsigned int gfp,
				int priority)
{
	struct shrink_control sc = {.gfp_mask = gfp};
	unsigned long nr = s->count_objects(s, &sc);
	unsigned long wanted;

	if (nr == 0 || nr == PF_SHRINK_EMPTY)
		return 0;
	wanted = s->seeks > 0 ? (nr >> priority) * 4 / (unsigned long)s->seeks
			      : nr / 2;
	wanted += __atomic_exchange_n(&s->pf_nr_deferred, 0, __ATOMIC_RELAXED);
	if (wanted > 2 * nr)
		wanted = 2 * nr;
	return ask(s, &sc, nr, wanted);
}

/* The first one that is asked, from @s on, with a user more; or NULL. */
static struct shrinker *get_from_locked(struct shrinker *s)
{
	while (s && s->pf_state != SHRINKER_REGISTERED)
		s = s->pf_next;
	if (s)
		__atomic_fetch_add(&s->pf_users, 1, __ATOMIC_RELAXED);
	return s;
}

/* A user less, without the lock; none, in the child of one that forked. */
static void put(struct shrinker *s)
{
	unsigned int nr = READ_ONCE(s->pf_users);

	while (nr &&
	       !__atomic_compare_exchange_n(&s->pf_users, &nr, nr - 1, true,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

/* The one behind @s, which has a user less then; or the first one. */
static struct shrinker *next_of(struct shrinker *s)
{
	struct tcache *tc = lock_list();
	struct shrinker *next = NULL;

	if (tc)
		next = get_from_locked(s ? s->pf_next : first);
	if (s)
		put(s);
	if (tc)
		unlock_list(tc);
	return next;
}

static unsigned long shrink_all(unsigned int gfp, int priority)
{
	unsigned long nr_freed = 0;
	struct shrinker *s;

	for (s = next_of(NULL); s; s = next_of(s))
		nr_freed += shrink_one(s, gfp, priority);
	if (!priority)
		kcaches_give_back();
	return nr_freed;
}

unsigned long pf_shrink_slab(gfp_t gfp, int priority)
{
	return shrink_all(gfp, priority);
}

struct shrinker *pf_shrinker_alloc(unsigned int flags, const char *format, ...)
{
	struct shrinker *s = pf_kmalloc(sizeof(*s), GFP_KERNEL | __GFP_ZERO);

	(void)format; /* the name is for debugfs */
	if (!s)
		return NULL;
	s->flags = flags;
	s->seeks = PF_DEFAULT_SEEKS;
	return s;
}

/* Its own members tell nothing: a client's shrinker may hold anything. */
static bool is_listed_locked(const struct shrinker *s)
{
	const struct shrinker *other = first;

	while (other && other != s)
		other = other->pf_next;
	return other != NULL;
}

static void add_locked(struct shrinker *s)
{
	s->pf_users = 0;
	s->pf_nr_deferred = 0;
	s->pf_state = SHRINKER_REGISTERED;
	s->pf_next = first;
	first = s;
}

void pf_shrinker_register(struct shrinker *s)
{
	struct tcache *tc;
	bool is_listed;

	kapi_ready();
	tc = lock_list();
	if (!tc)
		return;
	is_listed = is_listed_locked(s);
	if (!is_listed)
		add_locked(s);
	unlock_list(tc);
	if (is_listed)
		report_line("WARNING: register_shrinker of one that is "
			    "registered already: %p; once is enough",
			    (void *)s);
	__atomic_store_n(&kapi_shrink, shrink_all, __ATOMIC_RELEASE);
}

/* Off the list if nobody asks it now. */
static bool try_remove(struct shrinker *s)
{
	struct tcache *tc = lock_list();
	struct shrinker **link;
	bool is_gone;

	if (!tc)
		return false;
	s->pf_state = SHRINKER_GOING;
	is_gone = load_acquire(&s->pf_users) == 0;
	for (link = &first; is_gone && *link; link = &(*link)->pf_next) {
		if (*link == s) {
			*link = s->pf_next;
			break;
		}
	}
	unlock_list(tc);
	return is_gone;
}

void pf_unregister_shrinker(struct shrinker *s)
{
	unsigned int round;

	if (s->pf_state == SHRINKER_UNREGISTERED)
		return;
	/* In a child whose gate never opens nobody asks it any more. */
	for (round = 0; !try_remove(s) && !gate_is_torn(); round++)
		os_wait_turn(round);
	s->pf_state = SHRINKER_UNREGISTERED;
}

void pf_shrinker_free(struct shrinker *s)
{
	if (!s)
		return;
	pf_unregister_shrinker(s);
	pf_kfree(s);
}

int pf_register_shrinker(struct shrinker *s)
{
	pf_shrinker_register(s);
	return 0;
}
