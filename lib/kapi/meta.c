/* SPDX-License-Identifier: MIT */
/*
 * meta.c - records of slabs, areas and caches, far from what users write to
 *
 * A record has 1 to 16 units of 64 bytes.  Each length has a list of records
 * that came back, linked through their first words; new ones are cut from the
 * end of what is mapped.  Nothing is ever unmapped: a thread may look at a
 * record that was just given back (slab/steal.c and object.c do), and finds a
 * record.
 *
 * Giving back takes no lock, because kfree() may run in a signal handler: a
 * stack that is only pushed to, and taken as a whole (R. K. Treiber, 1986).
 * The reserve is an array whose slots are taken and filled by exchange.
 */
#include <string.h>

#include "kapi/range.h"
#include "os/lock.h"
#include "os/os.h"

#define MAX_UNITS  (META_MAX_BYTES / META_UNIT)
#define GROW_BYTES MIB(4)
/* Mapped for who may not map: records for 16 MiB of slabs. */
#define AHEAD_BYTES MIB(2)
#define NR_RESERVE  32

struct record {
	struct record *next;
};

static struct {
	struct lock lock;
	size_t used;   /* bytes cut off so far */
	size_t mapped; /* bytes */
	struct record *free[MAX_UNITS + 1];
} pool = {
	.lock = LOCK_INIT(LOCK_RANK_META),
};

static struct record *returned[MAX_UNITS + 1];
static void *reserve[NR_RESERVE];

static size_t units_of(size_t bytes)
{
	return (bytes + META_UNIT - 1) / META_UNIT;
}

/* Addresses; there is memory behind them when they are used. */
static bool map_locked(void)
{
	char *end = kapi_range.records + pool.mapped;

	if (end + GROW_BYTES > kapi_range.records_end ||
	    kapi_map(end, GROW_BYTES))
		return false;
	pool.mapped += GROW_BYTES;
	return true;
}

static struct record *cut_locked(size_t units, bool may_wait)
{
	size_t bytes = units * META_UNIT;
	char *record = kapi_range.records + pool.used;

	if (pool.used + bytes > pool.mapped && !(may_wait && map_locked()))
		return NULL;
	pool.used += bytes;
	return (struct record *)record;
}

static struct record *take_locked(size_t units, bool may_wait)
{
	struct record *record = pool.free[units];

	if (!record && READ_ONCE(returned[units]))
		record = __atomic_exchange_n(&returned[units], NULL,
					     __ATOMIC_ACQUIRE);
	if (!record)
		return cut_locked(units, may_wait);
	pool.free[units] = record->next;
	return record;
}

void *meta_alloc(size_t bytes, bool may_wait)
{
	size_t units = units_of(bytes);
	struct record *record;

	if (may_wait)
		lock_acquire(&pool.lock);
	else if (!lock_try_acquire(&pool.lock))
		return NULL;
	record = take_locked(units, may_wait);
	lock_release(&pool.lock);
	return record ? memset(record, 0, units * META_UNIT) : NULL;
}

void meta_free(void *p, size_t bytes)
{
	struct record **stack = &returned[units_of(bytes)];
	struct record *record = p;

	record->next = READ_ONCE(*stack);
	while (!__atomic_compare_exchange_n(stack, &record->next, record, true,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

void *meta_take_reserve(void)
{
	size_t i;

	for (i = 0; i < NR_RESERVE; i++) {
		void *record = READ_ONCE(reserve[i]);

		if (record)
			record = __atomic_exchange_n(&reserve[i], NULL,
						     __ATOMIC_ACQUIRE);
		if (record)
			return memset(record, 0, META_RESERVE_BYTES);
	}
	return NULL;
}

void meta_fill_reserve(void)
{
	size_t i;

	lock_acquire(&pool.lock);
	if (pool.mapped - pool.used < AHEAD_BYTES)
		map_locked();
	lock_release(&pool.lock);
	for (i = 0; i < NR_RESERVE; i++) {
		void *nothing = NULL;
		void *record;

		if (READ_ONCE(reserve[i]))
			continue;
		record = meta_alloc(META_RESERVE_BYTES, true);
		if (!record)
			return;
		if (!__atomic_compare_exchange_n(&reserve[i], &nothing, record,
						 false, __ATOMIC_RELEASE,
						 __ATOMIC_RELAXED))
			meta_free(record, META_RESERVE_BYTES);
	}
}

void meta_reset(void)
{
	lock_reset_orphan(&pool.lock);
}
