/* SPDX-License-Identifier: MIT */
/*
 * reclaimer.c - the thread that gives memory back while the program sleeps
 *
 * Decay runs on the program's own calls (buddy/reclaim.c).  A program that
 * frees a gigabyte and then waits for requests makes no calls.  So a program
 * with several threads and a heap worth it gets one more, which looks once a
 * decay period:
 *
 *	- blocks that nobody has needed for a period go back to the OS;
 *	- when no thread has been on a slow path since the last look, the caches
 *	  are emptied too (steal.c), once, and everything free goes back.
 *
 * It ends itself when there has been nothing to do for a while, and when it is
 * alone with one other thread: a program that has returned to one thread must
 * look like one.  malloc() starts it again when it is wanted, not too often.
 */
#include "slab/reclaimer.h"

#include <errno.h>
#include <pthread.h>
#include <sys/prctl.h>

#include "buddy/zone.h"
#include "os/conf.h"
#include "os/os.h"
#include "os/thread.h"
#include "slab/gate.h"
#include "slab/steal.h"

#define WORTH_PAGES	4096 /* 16 MiB: below, there is little to win */
#define MAX_QUIET_LOOKS 10
#define STACK_BYTES	KIB(64)
#define REST_PERIODS	10

static u32 is_running;
static u64 not_before; /* os_now_ms(): no new thread until then */

bool reclaimer_wanted(void)
{
	return READ_ONCE(zone_normal.nr_present) >= WORTH_PAGES &&
	       !os_has_one_thread() && !READ_ONCE(is_running) &&
	       pf_conf.background && os_now_ms() >= READ_ONCE(not_before);
}

/* Not again for some periods: there is no thread to be had, or no need. */
static void rest(void)
{
	u64 period = pf_conf.decay_ms < 100 ? 100 : pf_conf.decay_ms;

	WRITE_ONCE(not_before, os_now_ms() + REST_PERIODS * period);
	WRITE_ONCE(is_running, 0);
}

static u64 count_slow_paths(void)
{
	struct tcache *tc;
	u64 n = 0;

	for_each_tcache(tc) n += READ_ONCE(tc->nr_slow);
	return n;
}

static void give_all_back(void)
{
	struct bad_free bad = {NULL, OBJECT_OK};
	struct tcache *tc;

	caches_drain(&bad);
	bad_free_keep(&bad);
	tc = gate_enter();
	if (!tc)
		return;
	zone_reclaim(&zone_normal, SIZE_MAX);
	gate_leave(tc);
}

static void decay(void)
{
	struct tcache *tc = gate_enter();

	if (!tc)
		return;
	zone_decay(&zone_normal);
	gate_leave(tc);
}

static void *reclaimer(void *arg)
{
	u64 seen = count_slow_paths();
	unsigned int nr_quiet = 0;

	(void)arg;
	prctl(PR_SET_NAME, "pfmalloc", 0, 0, 0);
	while (nr_quiet < MAX_QUIET_LOOKS && os_count_threads() > 2) {
		u64 now_seen;

		os_sleep_ms(pf_conf.decay_ms ? pf_conf.decay_ms : 1);
		now_seen = count_slow_paths();
		if (now_seen != seen) {
			decay();
			now_seen = count_slow_paths();
			nr_quiet = 0;
		} else if (nr_quiet++ == 0) {
			give_all_back();
			now_seen = count_slow_paths();
		}
		seen = now_seen;
	}
	rest();
	return NULL;
}

void reclaimer_start(void)
{
	pthread_attr_t attr;
	os_signals saved;
	pthread_t thread;
	int saved_errno = errno;
	u32 is_free = 0;

	if (!__atomic_compare_exchange_n(&is_running, &is_free, 1, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return;
	if (os_count_threads() < 2 || pthread_attr_init(&attr)) {
		rest();
		return;
	}
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	/* The program's signals are none of this thread's business. */
	os_block_signals(&saved);
	if (pthread_create(&thread, &attr, reclaimer, NULL))
		rest();
	os_restore_signals(&saved);
	pthread_attr_destroy(&attr);
	errno = saved_errno;
}

void reclaimer_reset(void)
{
	is_running = 0;
}
