/* SPDX-License-Identifier: MIT */
/*
 * player.c - play a trace on the malloc of this process
 *
 * Each thread decodes its own events from the file in memory and calls malloc
 * at once; a table gives the pointer of each id.  All of that is mapped and
 * touched before the clock starts, so faults and memory that are counted are
 * the allocator's, the objects', and the threads' stacks.
 *
 * Three things hold a thread back.  All wait for events with smaller sequence
 * numbers, and the thread with the smallest number that is left waits for
 * nothing: there is no deadlock.
 *	1. An object comes from another thread: its turn must be there.
 *	2. A JOIN: the other thread must have ended.
 *	3. The window: nobody gets more than so many events ahead of the slowest
 *	   thread, as nobody did in the program.  Without it a thread that waited
 *	   for work would run through all of its events at once, and memory that
 *	   was never live together would be.
 *
 * Waiting is spinning, then yielding, then sleeping for 50 us at a time.  The
 * thread that is waited for does nothing for it: no call, no atomic
 * instruction, so a play without hand-overs costs what its mallocs cost.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "player.h"

#define ENDED	    UINT64_MAX
#define STACK_BYTES (256 * 1024)

struct slot {
	void *p;
	uint32_t size; /* UINT32_MAX: at least so many bytes */
	uint32_t turn; /* of the next operation */
};

struct player {
	_Alignas(64) uint64_t at; /* sequence number it is at; ENDED */
	uint64_t limit;		  /* it may go on below this one */
	uint64_t nr_waits;
	const struct trace_stream *stream;
	struct trace_cursor cursor;
	pthread_t thread;
};

static const struct trace *trace;
static struct play_options options;
static struct slot *slots;
static struct player *players;
static bool must_start; /* threads that nobody starts wait for the clock */
static int nr_playing;	/* threads that we started, with events left */
static int nr_alive;	/* and those that stay for the measuring */
static pthread_mutex_t measuring = PTHREAD_MUTEX_INITIALIZER;

/* ------------------------------------------------------------------------- */
/* What can go wrong */
/* ------------------------------------------------------------------------- */

static pf_cold __attribute__((noreturn))
pf_printf(1, 2) void give_up(const char *format, ...)
{
	char text[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (write(STDERR_FILENO, text, (size_t)length) != length)
		_exit(3);
	_exit(1);
}

static pf_cold __attribute__((noreturn)) void
allocation_failed(const struct trace_event *e)
{
	give_up("replay: event %" PRIu64 ", %" PRIu64
		" bytes with alignment 2^%u: the allocator has no memory; the trace has at most %" PRIu64
		" bytes live at once.\n",
		e->seq, e->size, e->align_log2, trace->peak_bytes);
}

static pf_cold __attribute__((noreturn)) void
memory_is_wrong(const struct trace_event *e, const char *what)
{
	give_up("replay: event %" PRIu64 ", object %" PRIu32 ": %s.\n", e->seq,
		e->id, what);
}

/* ------------------------------------------------------------------------- */
/* Using the memory */
/* ------------------------------------------------------------------------- */

static unsigned char mark_of(uint32_t id)
{
	return (unsigned char)(id * 167 + 1);
}

/* Write the bytes of an object from @from on, the others hold their marks. */
static __always_inline void touch(unsigned char *p, size_t from, size_t size,
				  unsigned char mark)
{
	size_t offset;

	if (options.touch == TOUCH_NONE || size == 0)
		return;
	if (options.touch == TOUCH_FIRST) {
		*p = mark;
		return;
	}
	if (from < TOUCH_WHOLE)
		memset(p + from, mark,
		       (size < TOUCH_WHOLE ? size : TOUCH_WHOLE) -
			       (size < from ? size : from));
	offset = from < TOUCH_WHOLE ? TOUCH_WHOLE : from & ~(TRACE_PAGE - 1ul);
	for (; offset < size; offset += TRACE_PAGE)
		p[offset] = mark;
	p[size - 1] = mark;
}

/* Is it @value wherever touch() writes, but for the last byte? */
static bool holds(const unsigned char *p, size_t size, unsigned char value)
{
	size_t whole = size < TOUCH_WHOLE ? size : TOUCH_WHOLE;
	size_t i;

	if (size == 0)
		return true;
	if (*p != value || memcmp(p, p + 1, whole - 1))
		return false;
	for (i = TOUCH_WHOLE; i < size; i += TRACE_PAGE)
		if (p[i] != value)
			return false;
	return true;
}

static bool holds_marks(const unsigned char *p, size_t size, unsigned char mark)
{
	if (options.touch == TOUCH_NONE)
		return true;
	if (options.touch == TOUCH_FIRST && size > 1)
		size = 1;
	return holds(p, size, mark);
}

static void verify_new(const struct trace_event *e, void *p)
{
	size_t align = e->op == TRACE_ALIGNED ? (size_t)1 << e->align_log2
					      : _Alignof(max_align_t);

	if (e->size < align && e->op != TRACE_ALIGNED)
		align = 1; /* C lets small objects be aligned for their size */
	if ((uintptr_t)p & (align - 1))
		memory_is_wrong(e, "the memory is not aligned");
	if (malloc_usable_size(p) < e->size)
		memory_is_wrong(e, "the memory is less than was asked for");
	if (e->op == TRACE_CALLOC && !holds(p, e->size, 0))
		memory_is_wrong(e,
				"the memory came from calloc and is not zero");
}

/* The first @size bytes of an object that was touched. */
static void verify_old(const struct trace_event *e, const void *p, size_t size)
{
	if (p && !holds_marks(p, size, mark_of(e->id)))
		memory_is_wrong(
			e, "the memory does not hold what was written to it");
}

/* ------------------------------------------------------------------------- */
/* Waiting */
/* ------------------------------------------------------------------------- */

static void wait_a_little(unsigned int *round)
{
	const struct timespec a_while = {.tv_nsec = 50 * 1000};

	if (*round < 100)
		cpu_relax();
	else if (*round < 200)
		sched_yield();
	else
		nanosleep(&a_while, NULL);
	++*round;
}

static pf_cold void wait_for_turn(struct player *player,
				  const struct slot *slot, uint32_t turn)
{
	unsigned int round = 0;

	player->nr_waits++;
	while (load_acquire(&slot->turn) != turn)
		wait_a_little(&round);
}

/* Threads that are not started yet are as far as the one that starts them. */
static uint64_t slowest(void)
{
	uint64_t least = ENDED;
	uint32_t i;

	for (i = 0; i < trace->nr_streams; i++) {
		uint64_t at = READ_ONCE(players[i].at);

		if (at < least)
			least = at;
	}
	return least;
}

static pf_cold void wait_for_window(struct player *player, uint64_t seq)
{
	unsigned int round = 0;

	for (;;) {
		uint64_t least = slowest();

		player->limit = least > ENDED - options.window
					? ENDED
					: least + options.window;
		if (seq < player->limit)
			break;
		player->nr_waits += round == 0;
		wait_a_little(&round);
	}
}

static pf_cold void wait_for_end(struct player *player,
				 const struct player *other)
{
	unsigned int round = 0;

	player->nr_waits += load_acquire(&other->at) != ENDED;
	while (load_acquire(&other->at) != ENDED)
		wait_a_little(&round);
}

/* ------------------------------------------------------------------------- */
/* Playing */
/* ------------------------------------------------------------------------- */

static uint32_t capped(uint64_t size)
{
	return size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
}

static void *allocate(const struct trace_event *e)
{
	size_t alignment = (size_t)1 << e->align_log2;
	void *p;

	switch (e->op) {
	case TRACE_MALLOC:
		return malloc(e->size);
	case TRACE_CALLOC:
		return calloc(1, e->size);
	default:
		if (alignment < sizeof(void *))
			alignment = sizeof(void *);
		return posix_memalign(&p, alignment, e->size) ? NULL : p;
	}
}

static __always_inline void play_alloc(const struct trace_event *e,
				       struct slot *slot)
{
	void *p = allocate(e);

	if (unlikely(!p && e->size))
		allocation_failed(e);
	if (unlikely(options.is_verified) && p)
		verify_new(e, p);
	if (likely(p))
		touch(p, 0, e->size, mark_of(e->id));
	slot->p = p;
	slot->size = capped(e->size);
}

static void play_realloc(const struct trace_event *e, struct slot *slot)
{
	uint32_t size = capped(e->size);
	void *p;

	if (unlikely(options.is_verified))
		verify_old(e, slot->p, slot->size);
	p = realloc(slot->p, e->size);
	if (unlikely(!p && e->size))
		allocation_failed(e);
	if (unlikely(options.is_verified))
		verify_old(e, p, size < slot->size ? size : slot->size);
	if (likely(p))
		touch(p, slot->size, e->size, mark_of(e->id));
	slot->p = p;
	slot->size = size;
}

static __always_inline void play_object_event(struct player *player,
					      const struct trace_event *e)
{
	struct slot *slot = &slots[e->id];

	if (e->has_turn && load_acquire(&slot->turn) != e->turn)
		wait_for_turn(player, slot, e->turn);
	if (e->op == TRACE_FREE) {
		if (unlikely(options.is_verified))
			verify_old(e, slot->p, slot->size);
		free(slot->p);
		slot->p = NULL;
	} else if (e->op == TRACE_REALLOC) {
		play_realloc(e, slot);
	} else {
		play_alloc(e, slot);
	}
	store_release(&slot->turn, (slot->turn + 1) % TRACE_TURN_MODULUS);
}

static void *run_player(void *player);

static void start_player(struct player *player)
{
	pthread_attr_t attr;
	int err;

	WRITE_ONCE(player->at, player->stream->nr_events
				       ? player->stream->first_seq
				       : ENDED);
	__atomic_fetch_add(&nr_playing, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&nr_alive, 1, __ATOMIC_RELAXED);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (!player->stream->is_joined)
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&player->thread, &attr, run_player, player);
	pthread_attr_destroy(&attr);
	if (err)
		give_up("replay: a thread cannot be started: %s.\n",
			strerrordesc_np(err));
}

static void play_join(struct player *player, struct player *other)
{
	wait_for_end(player, other);
	pthread_join(other->thread, NULL);
}

static void play_stream(struct player *player)
{
	uint64_t left = player->stream->nr_events;
	struct trace_event e;

	for (; left; left--) {
		if (unlikely(cursor_next(&player->cursor, &e) != TRACE_EVENT))
			give_up("replay: the trace changed while it was played.\n");
		WRITE_ONCE(player->at, e.seq);
		if (unlikely(e.seq >= player->limit))
			wait_for_window(player, e.seq);
		if (likely(trace_op_has_object(e.op)))
			play_object_event(player, &e);
		else if (e.op == TRACE_START)
			start_player(&players[e.id]);
		else if (e.op == TRACE_JOIN)
			play_join(player, &players[e.id]);
	}
	store_release(&player->at, ENDED);
}

/*
 * A thread that lived when the program ended is there until all is measured:
 * an allocator may treat a process with one thread otherwise.
 */
static void *run_player(void *arg)
{
	struct player *player = arg;
	bool has_ended = player->stream->has_ended;

	while (READ_ONCE(must_start))
		sched_yield();
	play_stream(player);
	__atomic_fetch_sub(&nr_playing, 1, __ATOMIC_RELEASE);
	if (!has_ended) {
		pthread_mutex_lock(&measuring);
		pthread_mutex_unlock(&measuring);
	}
	__atomic_fetch_sub(&nr_alive, 1, __ATOMIC_RELEASE); /* the last step */
	return NULL;
}

/* ------------------------------------------------------------------------- */
/* Before and after */
/* ------------------------------------------------------------------------- */

/* A field of /proc/self/status in KiB. */
static long status_kib(const char *field)
{
	static char text[8192];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t done = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *line;

	if (fd >= 0)
		close(fd);
	if (done <= 0)
		give_up("replay: /proc/self/status cannot be read; is /proc mounted?\n");
	text[done] = '\0';
	line = strstr(text, field);
	if (!line)
		give_up("replay: /proc/self/status has no %s.\n", field);
	return strtol(line + strlen(field), NULL, 10);
}

static long rss_now(void)
{
	return status_kib("\nVmRSS:");
}

/* So that the highest mark is that of the play. */
static void forget_peak(void)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "5", 1) != 1)
		give_up("replay: /proc/self/clear_refs cannot be written: %s; peak RSS cannot be measured.\n",
			strerrordesc_np(errno));
	close(fd);
}

static long faults_now(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Every page is there before the clock starts. */
static void *map_touched(size_t bytes)
{
	unsigned char *p = map_zeroed(bytes);
	size_t i;

	for (i = 0; i < bytes; i += TRACE_PAGE)
		*(volatile unsigned char *)(p + i) = 0;
	return p;
}

/* Slots that a hundred thousand threads and a million ids need: some MiB. */
static void prepare(void)
{
	uint32_t i;

	slots = map_touched(trace->nr_ids * sizeof(*slots));
	players = map_touched(trace->nr_streams * sizeof(*players));
	for (i = 0; i < trace->nr_streams; i++) {
		players[i].stream = &trace->streams[i];
		players[i].at = ENDED;
		players[i].limit = options.window ? 0 : ENDED;
		cursor_init(&players[i].cursor, trace, &trace->streams[i]);
	}
	players[0].at = players[0].stream->first_seq;
}

/* Threads that the recorder saw without seeing their start. */
static void start_strangers(void)
{
	uint32_t i;

	for (i = 1; i < trace->nr_streams; i++)
		if (players[i].stream->nr_events &&
		    !players[i].stream->is_started)
			start_player(&players[i]);
}

static void wait_for_none(const int *nr_threads)
{
	unsigned int round = 0;

	while (load_acquire(nr_threads))
		wait_a_little(&round);
}

static void free_what_is_left(void)
{
	uint32_t i;

	for (i = 0; i < trace->nr_ids; i++)
		free(slots[i].p);
}

static void sleep_ms(uint64_t ms)
{
	const struct timespec time = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	nanosleep(&time, NULL);
}

void play(const struct trace *t, const struct play_options *play_options,
	  struct play_result *result)
{
	double began;
	uint32_t i;

	trace = t;
	options = *play_options;
	memset(result, 0, sizeof(*result));
	prepare();
	must_start = true;
	pthread_mutex_lock(&measuring);
	start_strangers();

	result->rss_before = rss_now();
	forget_peak();
	result->faults = faults_now();
	began = now();
	WRITE_ONCE(must_start, false);
	play_stream(&players[0]);
	wait_for_none(&nr_playing);
	result->seconds = now() - began;
	result->faults = faults_now() - result->faults;
	result->rss_peak = status_kib("\nVmHWM:");
	result->rss_end = rss_now();

	free_what_is_left();
	result->rss_freed = rss_now();
	sleep_ms(options.idle_ms);
	result->rss_idle = rss_now();
	pthread_mutex_unlock(&measuring);
	wait_for_none(&nr_alive);
	for (i = 0; i < t->nr_streams; i++)
		result->nr_waits += players[i].nr_waits;
	munmap(slots, t->nr_ids * sizeof(*slots));
	munmap(players, t->nr_streams * sizeof(*players));
}
