/* SPDX-License-Identifier: MIT */
/*
 * memory.c - memory goes back: to the OS, to other sizes, to other threads
 *
 * Each test runs in a child of its own, so that its peak and its page faults
 * are its own.  What the test itself needs for its pointers is mapped apart.
 */
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

MEASURES_MEMORY;

static void *map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Sizes from 16 bytes to 64 KiB, most of them small. */
static size_t mixed_size(uint64_t *random)
{
	unsigned int bits = 4 + (unsigned int)(tap_random_next(random) % 12);

	return 16 + tap_random_next(random) % (1UL << bits);
}

static void shuffle(void **blocks, size_t nr, uint64_t *random)
{
	size_t i;

	for (i = nr - 1; i > 0; i--) {
		size_t k = tap_random_next(random) % (i + 1);
		void *block = blocks[i];

		blocks[i] = blocks[k];
		blocks[k] = block;
	}
}

enum {
	NR_HOLDERS = 8,
	HELD_BYTES = 32 << 20,
	MAX_HELD = HELD_BYTES / 64,
};

static pthread_barrier_t step;
static void **tables[NR_HOLDERS];

static void *hold_and_free(void *arg)
{
	intptr_t number = (intptr_t)arg;
	uint64_t random = tap_seed() + (uint64_t)number;
	void **blocks = tables[number];
	size_t bytes = 0;
	size_t nr = 0;
	size_t i;

	pthread_barrier_wait(&step); /* the main thread measures */
	pthread_barrier_wait(&step);
	while (bytes < HELD_BYTES && nr < MAX_HELD) {
		size_t size = mixed_size(&random);

		blocks[nr] = malloc(size);
		memset(blocks[nr], 1, size);
		bytes += size;
		nr++;
	}
	shuffle(blocks, nr, &random);
	for (i = 0; i < nr; i++)
		free(blocks[i]);
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step); /* idle, with full caches */
	return NULL;
}

static void trim_beside_idle_threads(void *arg)
{
	pthread_t threads[NR_HOLDERS];
	size_t before;
	intptr_t i;

	(void)arg;
	pthread_barrier_init(&step, NULL, NR_HOLDERS + 1);
	for (i = 0; i < NR_HOLDERS; i++) {
		tables[i] = map(MAX_HELD * sizeof(void *));
		if (pthread_create(&threads[i], NULL, hold_and_free, (void *)i))
			_exit(1);
	}
	pthread_barrier_wait(&step);
	before = resident_kib();
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step);
	EXPECT_EQ(malloc_trim(0), 1);
	EXPECT_LE(resident_kib(), before + 2 * KIB);
	pthread_barrier_wait(&step);
	for (i = 0; i < NR_HOLDERS; i++)
		pthread_join(threads[i], NULL);
}

TEST(malloc_trim_empties_the_caches_of_idle_threads)
{
	if (!on_pfmalloc())
		SKIP("glibc keeps what lies beside its small caches");
	child_run(50, trim_beside_idle_threads, NULL);
}

struct node {
	struct node *next;
};

/* @bytes in objects of 64, 256 and 1024 bytes, in a list through them. */
static struct node *small_objects(size_t bytes)
{
	static const size_t some[] = {64, 256, 1024};
	struct node *list = NULL;
	size_t i;

	for (i = 0; bytes >= some[i % 3]; i++) {
		struct node *node = malloc(some[i % 3]);

		if (!node)
			break;
		memset(node, 1, some[i % 3]);
		node->next = list;
		list = node;
		bytes -= some[i % 3];
	}
	return list;
}

static void free_objects(struct node *list)
{
	while (list) {
		struct node *next = list->next;

		free(list);
		list = next;
	}
}

static void objects_become_an_array(void *arg)
{
	const size_t bytes = 512 << 20;
	volatile char *array;
	long faults;
	size_t peak;
	size_t i;

	(void)arg;
	free_objects(small_objects(1 << 30));
	array = malloc(bytes);
	if (!EXPECT(array))
		return;
	faults = minor_faults();
	for (i = 0; i < bytes; i += 4096)
		array[i] = 1;
	faults = minor_faults() - faults;
	peak = status_kib("VmHWM");
	EXPECT_LT(faults, 20000); /* of 131072 pages */
	EXPECT_LE(peak, 1126 * KIB);
	tap_note("peak %zu MiB, %ld page faults", peak / KIB, faults);
	free((void *)array);
}

TEST(a_gigabyte_of_freed_objects_serves_an_array_of_half_of_it)
{
	if (!on_pfmalloc())
		SKIP("glibc takes a page fault for each page of the array");
	child_run(50, objects_become_an_array, NULL);
}

/* And back: the frames of a freed array serve small objects. */
static void an_array_becomes_objects(void *arg)
{
	char *array = malloc(256 << 20);
	struct node *list;
	size_t peak;

	(void)arg;
	memset(array, 1, 256 << 20);
	free(array);
	list = small_objects(230 << 20);
	peak = status_kib("VmHWM");
	EXPECT_LE(peak, 300 * KIB);
	free_objects(list);
}

TEST(a_freed_array_serves_small_objects)
{
	child_run(50, an_array_becomes_objects, NULL);
}

/* The system's setting: "always", "madvise" or "never". */
static bool huge_pages_are(const char *setting)
{
	char state[64] = "";
	FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");

	if (file) {
		if (!fgets(state, sizeof(state), file))
			state[0] = '\0';
		fclose(file);
	}
	return strstr(state, setting);
}

enum {
	NR_GROWING = 8,
	GROWN_BYTES = 3500 << 10,
};

/* By an eighth at a time, in turns, so that each stands in the others' way. */
static void arrays_grow(void *arg)
{
	char *arrays[NR_GROWING] = {NULL};
	size_t all = (size_t)NR_GROWING * GROWN_BYTES;
	size_t before = status_kib("VmRSS"), peak;
	long faults = minor_faults();
	size_t bytes = 0, wanted, i;

	(void)arg;
	for (wanted = 65536; wanted <= GROWN_BYTES; wanted += wanted / 8) {
		for (i = 0; i < NR_GROWING; i++) {
			arrays[i] = realloc(arrays[i], wanted);
			memset(arrays[i] + bytes, (int)i + 1, wanted - bytes);
		}
		bytes = wanted;
	}
	faults = minor_faults() - faults;
	peak = status_kib("VmHWM") - before;
	tap_note("%ld page faults, %zu KiB", faults, peak);
	EXPECT_LT(faults, all / 4096 * 5 / 4);
	EXPECT_LT(peak, all / 1024 * 5 / 4);
	for (i = 0; i < NR_GROWING; i++) {
		const char *a = arrays[i];

		EXPECT_EQ(a[0], (int)i + 1);
		EXPECT(memcmp(a, a + 1, bytes - 1) == 0);
		free(arrays[i]);
	}
}

TEST(arrays_that_grow_are_not_there_twice)
{
	if (sizeof(void *) < 8)
		SKIP("a 32-bit machine has no addresses to spare for that");
	child_run(50, arrays_grow, NULL);
}

static size_t nr_mappings(void)
{
	FILE *file = fopen("/proc/self/maps", "r");
	size_t nr = 0;
	int c;

	if (!file)
		return 0;
	while ((c = getc(file)) != EOF)
		nr += c == '\n';
	fclose(file);
	return nr;
}

/* What an array leaves behind serves the next one; addresses and all. */
static void arrays_grow_and_go(void *arg)
{
	enum {
		NR = 100,
		SHORT = 300000,
		LONG = 700000
	};
	static char *arrays[NR];
	size_t mappings = nr_mappings();
	size_t before = status_kib("VmSize");
	int round, i;

	(void)arg;
	for (round = 0; round < 30; round++) {
		for (i = 0; i < NR; i++) {
			arrays[i] = malloc(SHORT);
			memset(arrays[i], i, SHORT);
		}
		for (i = 0; i < NR; i++) {
			arrays[i] = realloc(arrays[i], LONG);
			memset(arrays[i] + SHORT, i, LONG - SHORT);
		}
		for (i = 0; i < NR; i++)
			free(arrays[i]);
	}
	mappings = nr_mappings() - mappings;
	tap_note("%zu mappings more, peak %zu KiB", mappings,
		 status_kib("VmHWM"));
	EXPECT_LT(mappings, 100);
	EXPECT_LT(status_kib("VmSize") - before, 3ul * NR * LONG / 1024);
}

TEST(arrays_that_grow_and_go_leave_nothing_behind)
{
	child_run(50, arrays_grow_and_go, NULL);
}

/* Hardly touched, and freed in an order that is not theirs. */
static void blocks_come_and_go(void *arg)
{
	enum {
		NR = 64
	};
	static const size_t sizes[] = {12, 20, 36, 100, 700};
	static char *blocks[NR];
	size_t before = status_kib("VmRSS");
	int round, i;

	(void)arg;
	for (round = 0; round < 5000; round++) {
		for (i = 0; i < NR; i++) {
			blocks[i] = malloc(sizes[i % 5] * KIB);
			blocks[i][0] = 1;
		}
		for (i = 0; i < NR; i++)
			free(blocks[i * 37 % NR]);
	}
	tap_note("%zu KiB more than %zu", status_kib("VmHWM") - before, before);
	EXPECT_LE(status_kib("VmHWM"), before + 12 * KIB);
}

/* They need 11 MiB of addresses, and have touched a page each. */
TEST(blocks_of_many_lengths_stay_where_they_are)
{
	child_run(50, blocks_come_and_go, NULL);
}

struct buffer {
	char *start;
	size_t size;
};

/* 8 to 256 KiB, each octave as frequent as the others. */
static size_t buffer_size(uint64_t *random)
{
	size_t octave = (size_t)8 * KIB << tap_random_next(random) % 5;

	return octave + tap_random_next(random) % octave;
}

static void buffers_come_and_go(void *arg)
{
	enum {
		NR = 2000,
		NR_STEPS = 50000,
	};
	static struct buffer buffers[NR];
	size_t before = status_kib("VmRSS"), live = 0, peak = 0, grown;
	uint64_t random = tap_seed();
	int i;

	(void)arg;
	for (i = 0; i < NR_STEPS; i++) {
		struct buffer *b = &buffers[tap_random_next(&random) % NR];

		free(b->start);
		live -= b->size;
		b->size = buffer_size(&random);
		b->start = memset(malloc(b->size), 1, b->size);
		live += b->size;
		peak = live > peak ? live : peak;
	}
	grown = status_kib("VmHWM") - before;
	tap_note("%zu KiB for %zu", grown, peak / KIB);
	EXPECT_LE(grown, peak / KIB * 5 / 4);
}

/* The gaps between them are a fourth of what is in use at most. */
TEST(buffers_of_many_lengths_leave_small_gaps)
{
	child_run(50, buffers_come_and_go, NULL);
}

/* Of a table that starts as zeros little may ever be touched. */
static void a_large_table_is_touched_here_and_there(void *arg)
{
	const size_t bytes = 256 << 20;
	size_t before = status_kib("VmRSS");
	int round;

	(void)arg;
	for (round = 0; round < 3; round++) {
		volatile char *table = calloc(1, bytes);
		size_t i;

		for (i = 0; i < bytes; i += 1 << 20) {
			EXPECT_EQ(table[i], 0);
			table[i] = 1;
		}
		EXPECT_LE(status_kib("VmRSS"), before + 3 * KIB);
		free((void *)table);
	}
}

TEST(large_tables_of_zeros_come_in_small_pages)
{
	if (huge_pages_are("[always]"))
		SKIP("this system gives huge pages to everybody");
	child_run(50, a_large_table_is_touched_here_and_there, NULL);
}

/*
 * Sizes change over time: 64 MiB of one size are freed before the next size
 * comes.  Memory must follow.
 */
static void phases_of_sizes(void *arg)
{
	static const size_t phase[] = {48, 700, 3000, 12000, 40000, 300000, 96};
	enum {
		BYTES = 64 << 20
	};
	void **blocks = map(BYTES / 48 * sizeof(void *));
	uint64_t random = tap_seed();
	size_t extra = status_kib("VmHWM");
	size_t p;
	size_t i;

	(void)arg;
	for (p = 0; p < sizeof(phase) / sizeof(phase[0]); p++) {
		size_t nr = BYTES / phase[p];

		for (i = 0; i < nr; i++)
			blocks[i] = memset(malloc(phase[p]), 1, phase[p]);
		shuffle(blocks, nr, &random);
		for (i = 0; i < nr; i++)
			free(blocks[i]);
	}
	EXPECT_LE(status_kib("VmHWM"), extra + 100 * KIB);
}

TEST(memory_of_one_size_serves_the_next)
{
	child_run(50, phases_of_sizes, NULL);
}

enum {
	RING = 1024,
	NR_PASSED = 1000000
};

static void *_Atomic ring[RING];

static void *produce(void *arg)
{
	uint64_t random = tap_seed();
	size_t i;

	(void)arg;
	for (i = 0; i < NR_PASSED; i++) {
		size_t size = 16 + tap_random_next(&random) % 1000;
		char *p = malloc(size);

		p[0] = p[size - 1] = 1;
		while (atomic_load(&ring[i % RING]))
			sched_yield();
		atomic_store(&ring[i % RING], p);
	}
	return NULL;
}

static void consume(void)
{
	size_t i;

	for (i = 0; i < NR_PASSED; i++) {
		void *p;

		while (!(p = atomic_exchange(&ring[i % RING], NULL)))
			sched_yield();
		free(p);
	}
}

static void produce_and_consume(void *arg)
{
	size_t before = resident_kib();
	pthread_t producer;

	(void)arg;
	pthread_create(&producer, NULL, produce, NULL);
	consume();
	pthread_join(producer, NULL);
	EXPECT_LT(status_kib("VmHWM"), before + 8 * KIB);
}

TEST(memory_stays_bounded_between_producer_and_consumer)
{
	child_run(50, produce_and_consume, NULL);
}

/* Every thread is a producer for the next one. */
enum {
	NR_RING_THREADS = 4,
	ROUNDS = 200,
	BATCH = 1000
};

static void *batches[NR_RING_THREADS][BATCH];

static void *allocate_and_free_for_another(void *arg)
{
	intptr_t number = (intptr_t)arg;
	intptr_t other = (number + 1) % NR_RING_THREADS;
	int round;
	int i;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < BATCH; i++)
			batches[number][i] =
				memset(malloc((size_t)i + 1), 1, 1);
		pthread_barrier_wait(&step);
		for (i = 0; i < BATCH; i++)
			free(batches[other][i]);
		pthread_barrier_wait(&step);
	}
	return NULL;
}

static void free_in_a_circle(void *arg)
{
	size_t before = resident_kib();
	pthread_t threads[NR_RING_THREADS];
	intptr_t i;

	(void)arg;
	pthread_barrier_init(&step, NULL, NR_RING_THREADS);
	for (i = 0; i < NR_RING_THREADS; i++)
		pthread_create(&threads[i], NULL, allocate_and_free_for_another,
			       (void *)i);
	for (i = 0; i < NR_RING_THREADS; i++)
		pthread_join(threads[i], NULL);
	EXPECT_LT(status_kib("VmHWM"), before + 12 * KIB);
}

TEST(memory_stays_bounded_when_threads_free_in_a_circle)
{
	child_run(50, free_in_a_circle, NULL);
}

static atomic_bool stop;

static void *sleep_until_the_end(void *arg)
{
	struct timespec a_while = {0, 20 * 1000 * 1000};

	while (!atomic_load(&stop))
		nanosleep(&a_while, NULL);
	return arg;
}

/* Time itself is what is tested here: nothing but sleep after the last free. */
static void free_and_sleep(void *arg)
{
	struct timespec a_while = {0, 50 * 1000 * 1000};
	size_t bytes = 512 << 20;
	double began;
	pthread_t sleeper;
	size_t full;

	(void)arg;
	pthread_create(&sleeper, NULL, sleep_until_the_end, NULL);
	free_objects(small_objects(bytes / 2));
	free(memset(malloc(bytes / 4), 1, bytes / 4));
	free_objects(small_objects(bytes));
	free(memset(malloc(bytes / 4), 1, bytes / 4));
	full = status_kib("VmHWM");
	EXPECT_GE(full, bytes / KIB);

	began = seconds();
	while (resident_kib() > full / 20 && seconds() < began + 5)
		nanosleep(&a_while, NULL);
	tap_note("%zu MiB after %.2f seconds of sleep", resident_kib() / KIB,
		 seconds() - began);
	EXPECT_LE(resident_kib(), full / 20);
	atomic_store(&stop, true);
	pthread_join(sleeper, NULL);
}

TEST(freed_memory_goes_back_while_the_program_sleeps)
{
	if (!on_pfmalloc())
		SKIP("glibc gives memory back in a call of free only");
	child_run(50, free_and_sleep, NULL);
}

/* A thread that waits for work for ever keeps nothing of what it freed. */
static void *free_and_wait(void *arg)
{
	(void)arg;
	free_objects(small_objects(32 << 20));
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step);
	return NULL;
}

static void idle_pool(void *arg)
{
	struct timespec a_while = {0, 50 * 1000 * 1000};
	pthread_t threads[NR_HOLDERS];
	size_t before = resident_kib();
	double began;
	intptr_t i;

	(void)arg;
	pthread_barrier_init(&step, NULL, NR_HOLDERS + 1);
	for (i = 0; i < NR_HOLDERS; i++)
		pthread_create(&threads[i], NULL, free_and_wait, NULL);
	pthread_barrier_wait(&step);
	began = seconds();
	while (resident_kib() > before + 8 * KIB && seconds() < began + 5)
		nanosleep(&a_while, NULL);
	EXPECT_LE(resident_kib(), before + 8 * KIB);
	pthread_barrier_wait(&step);
	for (i = 0; i < NR_HOLDERS; i++)
		pthread_join(threads[i], NULL);
}

TEST(an_idle_pool_of_threads_gives_its_memory_back)
{
	if (!on_pfmalloc())
		SKIP("glibc gives memory back in a call of free only");
	child_run(50, idle_pool, NULL);
}

/* unshare() and setns() need it, and libc's and libstdc++'s shortcuts. */
TEST(a_program_with_one_thread_stays_one)
{
	free_objects(small_objects(64 << 20));
	malloc_trim(0);
	free_objects(small_objects(64 << 20));
	EXPECT_EQ(status_kib("Threads"), 1);
}
