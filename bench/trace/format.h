/* SPDX-License-Identifier: MIT */
/*
 * format.h - a trace of allocation calls, byte for byte
 *
 * A trace (FILE.pft) is one header page and then chunks.  A chunk holds events
 * of one thread, in the order of that thread, and can be decoded alone.  All
 * numbers in structs are in the byte order of the machine that recorded.
 *
 *	page 0           struct trace_header, then PROGRAM's arguments
 *	page n..n+k-1    struct trace_chunk_header, then events, then zeros
 *	...
 *
 * The recorder writes through a shared mapping, so what it has written is in
 * the file however the program ends.  The price: the file is always "open".
 * A chunk ends at its first zero byte, or where its pages end.  A page in the
 * place of a chunk that begins with zeros was reserved and not used yet.
 *
 * An event is
 *
 *	1 byte	op in bits 0..3, TRACE_HAS_GAP, TRACE_HAS_TURN; bits 6, 7 are 0
 *	varint	with TRACE_HAS_GAP: sequence number - (that of the event before + 1)
 *	varint	the object: id - id of the event before, zigzag; or for START
 *		and JOIN the number of the other thread; nothing for END
 *	varint	with TRACE_HAS_TURN: the turn
 *	varint	size in bytes: MALLOC, CALLOC (the product), REALLOC, ALIGNED
 *	1 byte	log2 of the alignment: ALIGNED
 *
 * A varint has 7 bits a byte, the lowest first; bit 7 says that more follow.
 * Zigzag maps 0, -1, 1, -2 ... to 0, 1, 2, 3 ...  The first event of a chunk
 * counts from the chunk's first_seq (without a gap it has just that number)
 * and from id 0.
 *
 * Order.  Every event of the process has a number of its own, 0, 1, 2 ...,
 * taken after an object came into being and before it goes: sorting by it
 * gives one order in which the calls may have run one by one.  A missing
 * number is an event that was lost with the end of the program; what follows
 * it may rest on it and is not played.
 *
 * Objects.  An id stands for one object from its allocation to its free, and
 * is then used again.  REALLOC keeps the id.  Each operation on an id is one
 * turn, counted from 0 for each id, modulo TRACE_TURN_MODULUS.  An event whose
 * id was last operated on by another thread tells its turn, so that a player
 * can wait for the turn before; without it the turn before was the same
 * thread's.  (Telling it where it is not needed is allowed.)
 *
 * Threads.  Numbers count from 0, the thread that called first.  START stands
 * in the thread that called pthread_create, before it, and no event of the new
 * thread is earlier; a failed pthread_create leaves a START without events.
 * A
 * thread with events and no START came into being in another way.  END is the
 * last event of a thread that ended before the program.  JOIN follows
 * pthread_join, in its caller, and the other thread has ended.
 *
 * Not in a trace: free(NULL), calls that failed, calls inside pthread_create
 * and inside signal handlers that interrupted the recorder.
 */
#ifndef TRACE_FORMAT_H
#define TRACE_FORMAT_H

#include <stdint.h>

#include "base/compiler.h"

#define TRACE_MAGIC	   "PFTRACE1"
#define TRACE_CHUNK_MAGIC  0x43544650u /* "PFTC" on a little-endian machine */
#define TRACE_BYTE_ORDER   0x01020304u
#define TRACE_PAGE	   4096u
#define TRACE_MAX_CHUNK	   (16 * TRACE_PAGE)
#define TRACE_MAX_EVENT	   48 /* bytes, with room to spare */
#define TRACE_MAX_THREADS  (1u << 20)
#define TRACE_MAX_ID	   (1u << 31)
#define TRACE_MAX_BYTES	   (1ull << 47) /* of one object */
#define TRACE_MAX_ALIGN	   46		/* log2 */
#define TRACE_TURN_MODULUS (1u << 31)

enum trace_op {
	TRACE_NONE,    /* the chunk holds no more */
	TRACE_MALLOC,  /* id, size */
	TRACE_CALLOC,  /* id, size */
	TRACE_REALLOC, /* id, size; the object lives */
	TRACE_ALIGNED, /* id, size, alignment */
	TRACE_FREE,    /* id */
	TRACE_START,   /* thread */
	TRACE_END,
	TRACE_JOIN, /* thread */
	TRACE_NR_OPS,
};

#define TRACE_OP_MASK  0x0f
#define TRACE_HAS_GAP  0x10
#define TRACE_HAS_TURN 0x20

struct trace_header {
	char magic[8];
	uint32_t byte_order;
	uint32_t pid;
	uint32_t stop_errno; /* recording stopped because of this; or 0 */
	uint32_t command_bytes;
	char command[TRACE_PAGE - 24]; /* arguments, each one ended by 0 */
};

struct trace_chunk_header {
	uint32_t magic; /* written last */
	uint32_t nr_pages;
	uint32_t thread;
	uint32_t unused;
	uint64_t first_seq;
};

static_assert(sizeof(struct trace_header) == TRACE_PAGE, "one page");
static_assert(sizeof(struct trace_chunk_header) == 24, "no padding");

#endif
