/* SPDX-License-Identifier: MIT */
/*
 * recording.h - the state of a process that is recorded
 *
 * All of it lies in memory that a forked child finds zeroed (MADV_WIPEONFORK):
 * whatever way a child came into being, it sees a recording that is not on,
 * and cannot write into its parent's chunks.
 *
 *	recording.c  the file, its chunks, the threads
 *	objects.c    which id an address has
 *	recorder.c   libc's names
 */
#ifndef TRACE_RECORDING_H
#define TRACE_RECORDING_H

#include "event.h"

#define LEAF_BITS 16 /* 1 MiB of addresses, 16 bytes a slot */
#define MID_BITS  14 /* 16 GiB */
#define TOP_BITS  14 /* 2^48 */
#define ID_BITS	  16 /* ids in one block */

/* One traced thread. */
struct tracer {
	unsigned char *next; /* where the next event goes */
	unsigned char *end;  /* no event starts behind this */
	struct trace_base base;
	uint32_t number;
	uint32_t free_ids; /* a list: first id + 1 */
	uint32_t nr_free_ids;
	unsigned char *chunk; /* NULL before the first event */
	uint32_t nr_pages;
	void *(*start)(void *arg); /* what pthread_create was given */
	void *arg;
	struct tracer *next_unused;
};

/* What is known of an id. */
struct id_record {
	uint32_t turn; /* of its next operation; ID_IS_FOREIGN */
	uint32_t link; /* live: thread of its last operation; free: next + 1 */
};

#define ID_IS_FOREIGN (1u << 31) /* went through the pool */

struct recording {
	bool is_on;
	bool is_off; /* for good: nothing to record here, or stopped */
	int lock;
	/* Written by every event of every thread: a line of its own. */
	_Alignas(64) uint64_t next_seq;
	_Alignas(64) uint64_t file_bytes;
	int fd;
	uint64_t device, inode; /* the program may close fd and reuse it */
	uint32_t nr_threads, nr_ids;
	uint32_t pool; /* ids that no thread keeps: first + 1 */
	struct trace_header *header;
	struct tracer *unused;
	unsigned char *memory, *memory_end;
	struct id_record *ids[1 << (31 - ID_BITS)];
	uint32_t **tops[1 << TOP_BITS];
	unsigned char has_ended[TRACE_MAX_THREADS]; /* and was not joined */
};

extern struct recording *recording;

/* recording.c */
bool recording_start(void);
void recording_stop(int err);
void *recording_alloc(size_t bytes);
void recording_lock(void);
void recording_unlock(void);
struct tracer *tracer_new(void);
void tracer_put(struct tracer *t);
bool tracer_open_chunk(struct tracer *t, uint64_t seq);

/* objects.c */
uint32_t *address_slot(const void *p);
uint32_t id_take(struct tracer *t);
void id_put(struct tracer *t, uint32_t id);
void id_put_all(struct tracer *t);

static inline struct id_record *id_record(uint32_t id)
{
	return &recording->ids[id >> ID_BITS][id & ((1u << ID_BITS) - 1)];
}

#endif
