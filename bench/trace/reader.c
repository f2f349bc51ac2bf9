/* SPDX-License-Identifier: MIT */
/*
 * reader.c - read a trace, check it, put its threads' events into one order
 *
 * Two passes over the file.  The first finds the chunks and sorts them by
 * thread.  The second merges the threads by sequence number, with a heap of
 * the threads' next events, and keeps for each id what a player would: is it
 * live, how large, whose turn was the last.
 *
 * Bounds for whatever the bytes say: an id needs an event of three bytes, a
 * thread a START of two bytes or a chunk, so neither can have a number that
 * the size of the file does not allow.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader.h"

#define MAX_CHUNK_PAGES 1024

void *map_zeroed(size_t bytes)
{
	void *p = mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED) {
		fprintf(stderr,
			"replay: there are no %zu bytes of address space for the trace; raise ulimit -v.\n",
			bytes);
		exit(2);
	}
	return p;
}

static pf_printf(2, 3) bool fail(struct trace *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(t->problem, sizeof(t->problem), format, args);
	va_end(args);
	return false;
}

/* ------------------------------------------------------------------------- */
/* Chunks */
/* ------------------------------------------------------------------------- */

static bool check_header(struct trace *t)
{
	const struct trace_header *header = trace_header(t);

	if (t->size < sizeof(*header))
		return fail(
			t,
			"It is too short for a trace: %zu bytes, and the header alone has %zu.",
			t->size, sizeof(*header));
	if (memcmp(header->magic, TRACE_MAGIC, sizeof(header->magic)))
		return fail(
			t,
			"It is no trace: it does not begin with %s. bench/record makes traces.",
			TRACE_MAGIC);
	if (header->byte_order != TRACE_BYTE_ORDER)
		return fail(
			t,
			"It was recorded on a machine with another byte order, or is damaged.");
	if (header->command_bytes > sizeof(header->command))
		return fail(t, "It is damaged: the header is wrong.");
	return true;
}

/*
 * The chunk at @offset.  @nr_pages: to go on by.  Return: 1 for a chunk, 0 for
 * a page that was not used, -1 for something else.
 */
static int read_chunk(const struct trace *t, size_t offset,
		      struct trace_chunk *chunk, uint32_t *nr_pages)
{
	struct trace_chunk_header header = {0};
	size_t rest = t->size - offset;

	memcpy(&header, t->bytes + offset,
	       rest < sizeof(header) ? rest : sizeof(header));
	*nr_pages = 1;
	if (header.magic == 0)
		return 0; /* or its magic was not written any more */
	if (rest < sizeof(header))
		return 0;
	if (header.magic != TRACE_CHUNK_MAGIC || header.nr_pages == 0 ||
	    header.nr_pages > MAX_CHUNK_PAGES || header.unused ||
	    header.thread >= TRACE_MAX_THREADS || header.first_seq >> 62)
		return -1;

	*nr_pages = header.nr_pages;
	chunk->is_cut = (size_t)header.nr_pages * TRACE_PAGE > rest;
	chunk->bytes = t->bytes + offset + sizeof(header);
	chunk->end =
		t->bytes + offset +
		(chunk->is_cut ? rest : (size_t)header.nr_pages * TRACE_PAGE);
	chunk->first_seq = header.first_seq;
	chunk->thread = header.thread;
	return 1;
}

static bool find_chunks(struct trace *t, struct trace_chunk *found)
{
	size_t offset = TRACE_PAGE;
	uint32_t nr_pages;

	while (offset < t->size) {
		struct trace_chunk *chunk = &found[t->nr_chunks];

		switch (read_chunk(t, offset, chunk, &nr_pages)) {
		case 1:
			t->nr_chunks++;
			if (chunk->thread >= t->nr_streams)
				t->nr_streams = chunk->thread + 1;
			break;
		case -1:
			return fail(
				t,
				"It is damaged: what stands at byte %zu is no part of a trace.",
				offset);
		}
		offset += (size_t)nr_pages * TRACE_PAGE;
	}
	return true;
}

/* The chunks of a thread stay in the order of the file. */
static void sort_chunks(struct trace *t, const struct trace_chunk *found)
{
	uint32_t i, next = 0;

	for (i = 0; i < t->nr_chunks; i++)
		t->streams[found[i].thread].nr_chunks++;
	for (i = 0; i < t->nr_streams; i++) {
		t->streams[i].first_chunk = next;
		next += t->streams[i].nr_chunks;
		t->streams[i].nr_chunks = 0;
	}
	for (i = 0; i < t->nr_chunks; i++) {
		struct trace_stream *stream = &t->streams[found[i].thread];

		t->chunks[stream->first_chunk + stream->nr_chunks++] = found[i];
	}
}

static size_t max_chunks(const struct trace *t)
{
	return t->size / TRACE_PAGE + 1;
}

static bool read_chunks(struct trace *t)
{
	size_t bytes = max_chunks(t) * sizeof(struct trace_chunk);
	struct trace_chunk *found = map_zeroed(bytes);
	bool is_good = find_chunks(t, found);

	if (is_good) {
		t->chunks = map_zeroed(bytes);
		t->streams =
			map_zeroed(TRACE_MAX_THREADS * sizeof(*t->streams));
		sort_chunks(t, found);
	}
	munmap(found, bytes);
	return is_good;
}

/* ------------------------------------------------------------------------- */
/* Merging */
/* ------------------------------------------------------------------------- */

/* A thread that has a next event. */
struct runner {
	struct trace_event event;
	uint32_t thread;
	struct trace_cursor cursor;
};

/* All of them; the lowest sequence number is first. */
struct merge {
	struct runner *runners;
	uint32_t *heap;
	uint32_t nr;
	size_t runner_bytes, heap_bytes;
	uint32_t bad_thread; /* whose bytes cannot be decoded; or none */
};

#define NO_THREAD UINT32_MAX

static uint64_t heap_seq(const struct merge *m, uint32_t i)
{
	return m->runners[m->heap[i]].event.seq;
}

static void heap_swap(struct merge *m, uint32_t i, uint32_t j)
{
	uint32_t saved = m->heap[i];

	m->heap[i] = m->heap[j];
	m->heap[j] = saved;
}

static void heap_sift_down(struct merge *m, uint32_t i)
{
	for (;;) {
		uint32_t child = 2 * i + 1;

		if (child >= m->nr)
			return;
		if (child + 1 < m->nr &&
		    heap_seq(m, child + 1) < heap_seq(m, child))
			child++;
		if (heap_seq(m, i) <= heap_seq(m, child))
			return;
		heap_swap(m, i, child);
		i = child;
	}
}

/* False when the runner has no more events. */
static bool runner_next(struct merge *m, struct runner *runner)
{
	enum trace_decoded decoded =
		cursor_next(&runner->cursor, &runner->event);

	if (decoded == TRACE_BAD)
		m->bad_thread = runner->thread;
	return decoded == TRACE_EVENT;
}

static void merge_init(struct merge *m, const struct trace *t)
{
	uint32_t i, nr = 0;

	m->runner_bytes = (t->nr_streams + 1) * sizeof(*m->runners);
	m->heap_bytes = (t->nr_streams + 1) * sizeof(*m->heap);
	m->runners = map_zeroed(m->runner_bytes);
	m->heap = map_zeroed(m->heap_bytes);
	m->nr = 0;
	m->bad_thread = NO_THREAD;

	for (i = 0; i < t->nr_streams; i++) {
		struct runner *runner = &m->runners[nr];

		cursor_init(&runner->cursor, t, &t->streams[i]);
		runner->thread = i;
		if (runner_next(m, runner))
			m->heap[m->nr++] = nr++;
	}
	for (i = m->nr / 2; i-- > 0;)
		heap_sift_down(m, i);
}

static const struct runner *merge_first(const struct merge *m)
{
	return m->nr ? &m->runners[m->heap[0]] : NULL;
}

static void merge_step(struct merge *m)
{
	if (!runner_next(m, &m->runners[m->heap[0]]))
		m->heap[0] = m->heap[--m->nr];
	heap_sift_down(m, 0);
}

static void merge_exit(struct merge *m)
{
	munmap(m->runners, m->runner_bytes);
	munmap(m->heap, m->heap_bytes);
}

void trace_visit(const struct trace *t,
		 void (*visit)(const struct trace_event *e, uint32_t thread,
			       void *arg),
		 void *arg)
{
	struct merge merge;
	uint64_t i;

	merge_init(&merge, t);
	for (i = 0; i < t->nr_events; i++) {
		const struct runner *runner = merge_first(&merge);

		visit(&runner->event, runner->thread, arg);
		merge_step(&merge);
	}
	merge_exit(&merge);
}

/* ------------------------------------------------------------------------- */
/* Checking */
/* ------------------------------------------------------------------------- */

struct object {
	uint64_t size;
	uint32_t turn;	 /* of its next operation */
	uint32_t thread; /* of its last operation, + 1; 0: no operation yet */
	bool is_live;
};

struct check {
	struct trace *t;
	struct object *objects;
	size_t nr_objects, object_bytes;
	uint64_t live_bytes, live_objects;
};

static void count_live(struct check *c, uint64_t bytes_more,
		       uint64_t bytes_less, int objects_more)
{
	c->live_bytes += bytes_more - bytes_less;
	c->live_objects += (uint64_t)(int64_t)objects_more;
	if (c->live_bytes > c->t->peak_bytes)
		c->t->peak_bytes = c->live_bytes;
	if (c->live_objects > c->t->peak_objects)
		c->t->peak_objects = c->live_objects;
}

static const char *check_object(struct check *c, const struct trace_event *e,
				uint32_t thread)
{
	struct object *object;

	if (e->id >= c->nr_objects)
		return "has an object number that the file is too small for";
	object = &c->objects[e->id];
	if (trace_op_allocates(e->op) == object->is_live)
		return object->is_live ? "allocates an object that is live"
				       : "is about an object that is not live";
	if (e->has_turn ? e->turn != object->turn
			: object->thread && object->thread != thread + 1)
		return "is not this thread's turn";

	if (object->thread && object->thread != thread + 1)
		c->t->nr_hand_overs++;
	object->turn = (object->turn + 1) % TRACE_TURN_MODULUS;
	object->thread = thread + 1;
	if (e->id >= c->t->nr_ids)
		c->t->nr_ids = e->id + 1;
	if (e->align_log2 > c->t->max_align_log2)
		c->t->max_align_log2 = e->align_log2;

	if (e->op == TRACE_FREE)
		count_live(c, 0, object->size, -1);
	else if (e->op == TRACE_REALLOC)
		count_live(c, e->size, object->size, 0);
	else
		count_live(c, e->size, 0, 1);
	object->size = e->size;
	object->is_live = e->op != TRACE_FREE;
	return NULL;
}

static const char *check_start(struct check *c, uint32_t other, uint32_t thread)
{
	struct trace_stream *stream = &c->t->streams[other];

	if (other == 0 || other == thread || stream->is_started ||
	    stream->nr_events)
		return "starts a thread that runs already";
	if (other > c->t->size)
		return "has a thread number that the file is too small for";
	stream->is_started = true;
	if (other >= c->t->nr_streams)
		c->t->nr_streams = other + 1;
	return NULL;
}

static const char *check_join(struct check *c, uint32_t other)
{
	struct trace_stream *stream = &c->t->streams[other];

	if (!stream->has_ended || stream->is_joined)
		return "joins a thread that has not ended or was joined";
	stream->is_joined = true;
	return NULL;
}

/* NULL, or what is wrong with the event. */
static const char *check_event(struct check *c, const struct runner *runner)
{
	struct trace_stream *stream = &c->t->streams[runner->thread];
	const struct trace_event *e = &runner->event;

	if (stream->has_ended)
		return "comes after the end of its thread";
	switch (e->op) {
	case TRACE_START:
		return check_start(c, e->id, runner->thread);
	case TRACE_JOIN:
		return check_join(c, e->id);
	case TRACE_END:
		stream->has_ended = true;
		return NULL;
	default:
		return check_object(c, e, runner->thread);
	}
}

static void count_event(struct trace *t, const struct runner *runner)
{
	struct trace_stream *stream = &t->streams[runner->thread];

	if (stream->nr_events++ == 0) {
		stream->first_seq = runner->event.seq;
		t->nr_threads++;
	}
	t->nr_of_op[runner->event.op]++;
	t->nr_events++;
}

static bool check_all(struct check *c, struct merge *merge)
{
	const struct runner *runner;
	const char *problem;

	for (; (runner = merge_first(merge)); merge_step(merge)) {
		if (runner->event.seq < c->t->nr_events)
			return fail(c->t,
				    "It is damaged: thread %" PRIu32
				    " has an event %" PRIu64
				    ", and so has another, or itself before.",
				    runner->thread, runner->event.seq);
		if (runner->event.seq > c->t->nr_events)
			break;
		problem = check_event(c, runner);
		if (problem)
			return fail(c->t,
				    "It is damaged: event %" PRIu64
				    " (thread %" PRIu32 ") %s.",
				    runner->event.seq, runner->thread, problem);
		count_event(c->t, runner);
	}
	for (; merge_first(merge); merge_step(merge))
		c->t->nr_left_out++;
	if (merge->bad_thread != NO_THREAD)
		return fail(c->t,
			    "It is damaged: the events of thread %" PRIu32
			    " cannot be decoded.",
			    merge->bad_thread);
	return true;
}

static bool check_trace(struct trace *t)
{
	struct check check = {.t = t, .nr_objects = t->size / 3};
	struct merge merge;
	bool is_good;

	check.object_bytes = check.nr_objects * sizeof(*check.objects);
	check.objects = map_zeroed(check.object_bytes);
	merge_init(&merge, t);
	is_good = check_all(&check, &merge);
	t->left_bytes = check.live_bytes;
	t->left_objects = check.live_objects;
	merge_exit(&merge);
	munmap(check.objects, check.object_bytes);
	return is_good;
}

bool trace_load_bytes(struct trace *t, const void *bytes, size_t size)
{
	memset(t, 0, sizeof(*t));
	t->bytes = bytes;
	t->size = size;
	if (!check_header(t) || !read_chunks(t) || !check_trace(t))
		return false;
	if (!t->nr_events)
		return fail(
			t,
			"It holds no event: nothing was recorded, or the file is cut off.");
	return true;
}

static bool read_all(struct trace *t, int fd, char *bytes, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t done = read(fd, bytes + used, size - used);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return fail(t, "It cannot be read: %s.",
				    strerrordesc_np(errno));
		if (done == 0)
			return fail(
				t,
				"It became shorter while it was read; wait until its program has ended.");
		used += (size_t)done;
	}
	return true;
}

/* A copy in memory: who writes to the file later does not disturb us. */
bool trace_load(struct trace *t, const char *path)
{
	struct stat st;
	char *bytes = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is_read = false;

	memset(t, 0, sizeof(*t));
	if (fd < 0 || fstat(fd, &st)) {
		fail(t, "It cannot be opened: %s.", strerrordesc_np(errno));
	} else if (!S_ISREG(st.st_mode)) {
		fail(t, "It is not a regular file.");
	} else {
		bytes = map_zeroed((size_t)st.st_size);
		is_read = read_all(t, fd, bytes, (size_t)st.st_size);
	}
	if (fd >= 0)
		close(fd);
	return is_read && trace_load_bytes(t, bytes, (size_t)st.st_size);
}

void trace_unload(struct trace *t)
{
	if (t->chunks)
		munmap(t->chunks, max_chunks(t) * sizeof(*t->chunks));
	if (t->streams)
		munmap(t->streams, TRACE_MAX_THREADS * sizeof(*t->streams));
	t->chunks = NULL;
	t->streams = NULL;
}
