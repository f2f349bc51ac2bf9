/* SPDX-License-Identifier: MIT */
/*
 * event.h - one event to bytes and back (see format.h)
 *
 * The encoder stores the first byte last: whoever reads the chunk while it is
 * written, or after its writer was killed, finds whole events and then a zero.
 * The decoder believes nothing: it stays inside the chunk whatever the bytes
 * are.  Both are inlined into the recorder and the player; an event costs a
 * few nanoseconds.
 */
#ifndef TRACE_EVENT_H
#define TRACE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "format.h"

struct trace_event {
	uint64_t seq;
	uint64_t size; /* bytes */
	uint32_t id;   /* START, JOIN: the other thread */
	uint32_t turn;
	uint8_t op;
	bool has_turn;
	uint8_t align_log2;
};

/* What the next event is written relative to. */
struct trace_base {
	uint64_t seq; /* the number that goes without saying */
	uint32_t id;
};

static inline bool trace_op_has_object(unsigned int op)
{
	return op >= TRACE_MALLOC && op <= TRACE_FREE;
}

static inline bool trace_op_has_size(unsigned int op)
{
	return op >= TRACE_MALLOC && op <= TRACE_ALIGNED;
}

static inline bool trace_op_allocates(unsigned int op)
{
	return trace_op_has_size(op) && op != TRACE_REALLOC;
}

static inline unsigned char *varint_put(unsigned char *at, uint64_t value)
{
	while (value >= 0x80) {
		*at++ = (unsigned char)(value | 0x80);
		value >>= 7;
	}
	*at++ = (unsigned char)value;
	return at;
}

/* NULL when the varint does not end before @end, or not in 64 bits. */
static inline const unsigned char *
varint_get(const unsigned char *at, const unsigned char *end, uint64_t *value)
{
	unsigned int shift = 0;

	*value = 0;
	while (at < end && shift < 64) {
		*value |= (uint64_t)(*at & 0x7f) << shift;
		if (*at++ < 0x80)
			return at;
		shift += 7;
	}
	return NULL;
}

static inline uint32_t zigzag(uint32_t difference)
{
	return (difference << 1) ^ (0u - (difference >> 31));
}

static inline uint32_t unzigzag(uint32_t value)
{
	return (value >> 1) ^ (0u - (value & 1));
}

/**
 * trace_encode - write @e at @at, where TRACE_MAX_EVENT bytes are free
 * @base: of the chunk; moved on
 *
 * Return: the byte behind the event.
 */
static __always_inline unsigned char *trace_encode(unsigned char *at,
						   const struct trace_event *e,
						   struct trace_base *base)
{
	unsigned char *first = at++;
	unsigned char head = e->op;

	if (unlikely(e->seq != base->seq)) {
		head |= TRACE_HAS_GAP;
		at = varint_put(at, e->seq - base->seq);
	}
	base->seq = e->seq + 1;

	if (trace_op_has_object(e->op)) {
		at = varint_put(at, zigzag(e->id - base->id));
		base->id = e->id;
	} else if (e->op != TRACE_END) {
		at = varint_put(at, e->id);
	}
	if (e->has_turn) {
		head |= TRACE_HAS_TURN;
		at = varint_put(at, e->turn);
	}
	if (trace_op_has_size(e->op))
		at = varint_put(at, e->size);
	if (e->op == TRACE_ALIGNED)
		*at++ = e->align_log2;

	store_release(first, head);
	return at;
}

enum trace_decoded {
	TRACE_EVENT,
	TRACE_CHUNK_END,
	TRACE_INCOMPLETE, /* the bytes end inside an event */
	TRACE_BAD,	  /* no recorder writes this */
};

static inline bool trace_event_is_sane(const struct trace_event *e,
				       uint64_t other, uint64_t turn)
{
	return e->size <= TRACE_MAX_BYTES && turn < TRACE_TURN_MODULUS &&
	       e->align_log2 <= TRACE_MAX_ALIGN && e->id < TRACE_MAX_ID &&
	       (trace_op_has_object(e->op) || other < TRACE_MAX_THREADS);
}

/**
 * trace_decode - read the event at *@at
 * @end: where the chunk's bytes end
 * @base: of the chunk
 *
 * Moves *@at and @base on when it returns TRACE_EVENT, and only then.
 */
static __always_inline enum trace_decoded trace_decode(const unsigned char **at,
						       const unsigned char *end,
						       struct trace_base *base,
						       struct trace_event *e)
{
	const unsigned char *p = *at;
	uint64_t gap = 0, other = 0, turn = 0;
	unsigned char head;

	if (p >= end || !*p)
		return TRACE_CHUNK_END;
	head = *p++;
	e->op = head & TRACE_OP_MASK;
	e->has_turn = head & TRACE_HAS_TURN;
	e->size = 0;
	e->align_log2 = 0;
	if (unlikely(head >= 0x40 || e->op == TRACE_NONE ||
		     e->op >= TRACE_NR_OPS))
		return TRACE_BAD;

	if (head & TRACE_HAS_GAP)
		p = varint_get(p, end, &gap);
	if (p && e->op != TRACE_END)
		p = varint_get(p, end, &other);
	if (p && e->has_turn)
		p = varint_get(p, end, &turn);
	if (p && trace_op_has_size(e->op))
		p = varint_get(p, end, &e->size);
	if (p && e->op == TRACE_ALIGNED) {
		if (p < end)
			e->align_log2 = *p++;
		else
			p = NULL;
	}
	if (unlikely(!p))
		return TRACE_INCOMPLETE;

	e->seq = base->seq + gap;
	e->turn = (uint32_t)turn;
	e->id = (uint32_t)other;
	if (trace_op_has_object(e->op))
		e->id = base->id + unzigzag((uint32_t)other);
	if (unlikely(!trace_event_is_sane(e, other, turn) ||
		     e->seq < base->seq))
		return TRACE_BAD;

	if (trace_op_has_object(e->op))
		base->id = e->id;
	base->seq = e->seq + 1;
	*at = p;
	return TRACE_EVENT;
}

#endif
