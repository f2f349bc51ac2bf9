/* SPDX-License-Identifier: MIT */
/*
 * reader.h - a trace in memory, checked
 *
 * trace_load() reads the whole file and plays it once without memory, in the
 * order of its sequence numbers.  After that it is known that every event can
 * be played: ids that are allocated are free, ids that are freed live, turns
 * are right, threads start before they run and have ended when they are
 * joined.  So the player checks nothing.
 *
 * A file that was cut off, or whose program was killed, lacks events; the
 * prefix before the first missing number is what is left to play.
 *
 * Nothing here calls malloc: what is measured later shall not meet our blocks.
 */
#ifndef TRACE_READER_H
#define TRACE_READER_H

#include "event.h"

struct trace_chunk {
	const unsigned char *bytes, *end;
	uint64_t first_seq;
	uint32_t thread;
	bool is_cut; /* by the end of the file */
};

/* One thread's events. */
struct trace_stream {
	uint32_t first_chunk, nr_chunks;
	uint64_t nr_events; /* to play */
	uint64_t first_seq; /* of its first event */
	bool is_started;    /* by a START */
	bool has_ended;	    /* by an END */
	bool is_joined;
};

struct trace {
	const unsigned char *bytes;
	size_t size;
	struct trace_chunk *chunks; /* sorted by thread */
	uint32_t nr_chunks;
	struct trace_stream *streams;
	uint32_t nr_streams; /* the highest thread number + 1 */
	uint32_t nr_threads; /* that have events */
	uint32_t nr_ids;

	uint64_t nr_events; /* to play */
	uint64_t nr_of_op[TRACE_NR_OPS];
	uint64_t nr_left_out;	/* behind the first missing event */
	uint64_t peak_bytes;	/* live at once, as asked for */
	uint64_t peak_objects;	/* live at once */
	uint64_t left_bytes;	/* live at the end */
	uint64_t left_objects;	/* live at the end */
	uint64_t nr_hand_overs; /* turns taken over from another thread */

	unsigned int max_align_log2;

	char problem[512]; /* a sentence */
};

/* Where a thread is in its events. */
struct trace_cursor {
	const struct trace_chunk *chunk, *chunks_end;
	const unsigned char *at;
	struct trace_base base;
};

/**
 * trace_load - read and check
 *
 * Return: false with a sentence in @t->problem.  @t may be given to
 * trace_unload() in either case.
 */
bool trace_load(struct trace *t, const char *path);

/* The same for bytes in memory, which must stay and are not released. */
bool trace_load_bytes(struct trace *t, const void *bytes, size_t size);
void trace_unload(struct trace *t);

static inline const struct trace_header *trace_header(const struct trace *t)
{
	return (const struct trace_header *)t->bytes;
}

/* Calls @visit for every event that is to be played, in their order. */
void trace_visit(const struct trace *t,
		 void (*visit)(const struct trace_event *e, uint32_t thread,
			       void *arg),
		 void *arg);

/* Zeroed memory by mmap; ends the program when there is none. */
void *map_zeroed(size_t bytes);

static inline void cursor_open_chunk(struct trace_cursor *c)
{
	c->at = c->chunk->bytes;
	c->base = (struct trace_base){.seq = c->chunk->first_seq};
}

static inline void cursor_init(struct trace_cursor *c, const struct trace *t,
			       const struct trace_stream *stream)
{
	c->chunk = t->chunks + stream->first_chunk;
	c->chunks_end = c->chunk + stream->nr_chunks;
	c->at = NULL;
	if (c->chunk < c->chunks_end)
		cursor_open_chunk(c);
}

/* The next event of the thread; TRACE_CHUNK_END: there is none. */
static __always_inline enum trace_decoded cursor_next(struct trace_cursor *c,
						      struct trace_event *e)
{
	enum trace_decoded decoded;

	while (c->chunk < c->chunks_end) {
		decoded = trace_decode(&c->at, c->chunk->end, &c->base, e);
		if (likely(decoded == TRACE_EVENT))
			return decoded;
		if (decoded != TRACE_CHUNK_END) {
			if (decoded == TRACE_INCOMPLETE && c->chunk->is_cut)
				return TRACE_CHUNK_END;
			return TRACE_BAD;
		}
		if (++c->chunk < c->chunks_end)
			cursor_open_chunk(c);
	}
	return TRACE_CHUNK_END;
}

#endif
