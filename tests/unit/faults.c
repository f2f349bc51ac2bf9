/* SPDX-License-Identifier: MIT */
/*
 * faults.c - each call of the OS fails in turn
 *
 * A child lets n memory calls pass and has the next one refused, or all from
 * there on; then it does a bit of everything.  NULL is a right answer to any
 * request.  What it did get must be its own, keep its content, and leave all
 * structures whole.  The first n that no run reaches is the end.
 */
#include "os/fault.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "malloc/malloc.h"
#include "os/conf.h"
#include "pattern.h"
#include "unit.h"

struct object {
	char *p;
	size_t size;
	u64 id;
};

/* Sizes of every layer; what is refused is simply not there. */
static const size_t sizes[] = {
	1,    100,   1000,   8192,   5000,    16,      8193,	20000,
	1000, 90000, 200000, 600000, 4194305, 4500000, 2100000,
};

#define NR_SIZES      ARRAY_SIZE(sizes)
#define NR_LESS_SIZES (NR_SIZES - 3) /* without the largest */
#define NR_OBJECTS    (2 * NR_SIZES)

/* Large objects are sampled: a page's worth at both ends. */
static void fill(const struct object *o)
{
	size_t part = min_size(o->size, PAGE_SIZE);

	pattern_fill(o->p, part, o->id);
	if (o->size > 2 * part)
		pattern_fill(o->p + o->size - part, part, o->id + 1);
}

static bool holds(const struct object *o, size_t size)
{
	size_t part = min_size(o->size, PAGE_SIZE);

	if (size < part)
		part = size & ~(size_t)7; /* the pattern's words are of 8 */
	return pattern_holds(o->p, part, o->id) &&
	       (size < o->size || o->size <= 2 * PAGE_SIZE ||
		pattern_holds(o->p + o->size - part, part, o->id + 1));
}

static void take(struct object *o, size_t size, u64 id, bool is_calloc)
{
	o->size = size;
	o->id = id;
	o->p = is_calloc ? pf_calloc(1, size) : pf_malloc(size);
	if (!o->p)
		return;
	if (is_calloc) {
		size_t part = min_size(size, PAGE_SIZE);

		EXPECT(is_zero(o->p, part));
		EXPECT(is_zero(o->p + size - part, part));
	}
	fill(o);
}

static void change(struct object *o, size_t size)
{
	char *p;

	if (!o->p)
		return;
	p = pf_realloc(o->p, size);
	if (!p) {
		EXPECT(holds(o, o->size)); /* it is as it was */
		return;
	}
	o->p = p;
	EXPECT(holds(o, size));
	o->size = size;
	fill(o);
}

static void drop(struct object *o)
{
	if (!o->p)
		return;
	EXPECT(holds(o, o->size));
	pf_free(o->p);
	o->p = NULL;
}

static void work(u64 id, size_t nr_sizes)
{
	struct object objects[NR_OBJECTS];
	size_t nr = 2 * nr_sizes;
	unsigned int i;

	for (i = 0; i < nr; i++)
		take(&objects[i], sizes[i % nr_sizes], id + i * 16, i % 5 == 2);
	for (i = 0; i < nr; i += 2)
		drop(&objects[i]);
	for (i = 1; i < nr; i += 2)
		change(&objects[i], sizes[(i * 5) % nr_sizes]);
	for (i = 0; i < nr; i += 2)
		take(&objects[i], sizes[(i * 3) % nr_sizes], id + i * 16 + 7,
		     i % 8 == 0);
	pf_trim();
	for (i = 1; i < nr; i += 4)
		change(&objects[i], objects[i].size * 2 + 1);
	for (i = 0; i < nr; i++)
		drop(&objects[i]);
	pf_free(pf_aligned_alloc(MIB(1), 100));
	pf_free(pf_aligned_alloc(MIB(32), 100));
}

static void *work_in_thread(void *arg)
{
	work((u64)(uintptr_t)arg, NR_LESS_SIZES);
	return NULL;
}

static void expect_whole(void)
{
	struct check_report report = {0};
	struct kmem_stats stats;

	kmem_check(&report);
	expect_clean(&report, "kmem_check");
	kmem_get_stats(&stats);
	EXPECT_EQ(stats.nr_slab_objects, 0);
	EXPECT_EQ(stats.nr_areas, 0);
	EXPECT_EQ(stats.block_bytes, 0);
}

struct run {
	long n;
	long count;
	long *calls_made; /* shared with the parent */
};

static void work_with_faults(void *arg)
{
	struct run *run = arg;
	pthread_t threads[2];
	unsigned int i;

	pf_conf.background = 0; /* its calls would come at any time */
	os_fail_calls(run->n, run->count);
	work(1 << 16, NR_SIZES);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, work_in_thread,
					 (void *)(uintptr_t)((i + 2) << 16)),
			  0);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	/* Memory is back: all must work now. */
	*run->calls_made = os_calls_made();
	expect_whole();
	os_fail_calls(LONG_MAX, 0);
	work(9 << 16, NR_SIZES);
	expect_whole();
}

static bool survives(struct run *run)
{
	struct ending ending;

	child_ending(&ending, 30, work_with_faults, run);
	if (ending.signal == 0 && ending.status == 0)
		return true;
	tap_note("call %ld and %ld more refused", run->n, run->count - 1);
	tap_note_text("stderr", ending.text);
	return EXPECT_EQ(ending.signal, 0) & EXPECT_EQ(ending.status, 0);
}

static void fail_in_turn(long count)
{
	long *calls_made = mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct run run = {0, count, calls_made};
	unsigned int nr_failed = 0;
	bool was_reached;

	if (!EXPECT(calls_made != MAP_FAILED))
		return;
	do {
		nr_failed += !survives(&run);
		was_reached = *calls_made > run.n;
		run.n += IS_SANITIZED ? random_between(1, 15) : 1;
	} while (was_reached && nr_failed < 3);
	tap_note("a run makes %ld calls", *calls_made);
	EXPECT_GT(run.n, 100);
	munmap(calls_made, sizeof(long));
}

TEST(any_one_call_of_the_os_may_fail)
{
	fail_in_turn(1);
}

TEST(the_os_may_refuse_everything_from_any_call_on)
{
	fail_in_turn(LONG_MAX / 2);
}
