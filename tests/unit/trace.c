/* SPDX-License-Identifier: MIT */
/*
 * trace.c - traces that are cut off or damaged (bench/trace)
 *
 * A small trace of three threads is written with the recorder's own encoder,
 * and then read with its bytes changed.  Whatever is done to it: a sentence, or
 * a play of what is left; under AddressSanitizer not one byte is read beside
 * it, since the bytes lie in a block of their exact length.
 */
#include <stdlib.h>
#include <string.h>

#include "player.h"
#include "unit.h"

#define MAX_PAGES 8

static unsigned char bytes[MAX_PAGES * TRACE_PAGE];
static size_t nr_bytes;
static uint64_t next_seq;

/* A thread's chunk, while it is written. */
struct pen {
	unsigned char *at;
	struct trace_base base;
};

static void begin_trace(void)
{
	struct trace_header *header = (struct trace_header *)bytes;

	memset(bytes, 0, sizeof(bytes));
	memcpy(header->magic, TRACE_MAGIC, sizeof(header->magic));
	header->byte_order = TRACE_BYTE_ORDER;
	nr_bytes = TRACE_PAGE;
	next_seq = 0;
}

static struct pen begin_chunk(uint32_t thread)
{
	struct trace_chunk_header *header = (void *)(bytes + nr_bytes);
	struct pen pen = {(unsigned char *)(header + 1), {next_seq, 0}};

	header->magic = TRACE_CHUNK_MAGIC;
	header->nr_pages = 1;
	header->thread = thread;
	header->first_seq = next_seq;
	nr_bytes += TRACE_PAGE;
	return pen;
}

static void put(struct pen *pen, enum trace_op op, uint32_t id, uint64_t size)
{
	struct trace_event e = {
		.op = (uint8_t)op,
		.id = id,
		.size = size,
		.seq = next_seq++,
		.align_log2 = op == TRACE_ALIGNED ? 7 : 0,
	};

	pen->at = trace_encode(pen->at, &e, &pen->base);
}

/* The object's last operation was another thread's. */
static void put_turn(struct pen *pen, enum trace_op op, uint32_t id,
		     uint64_t size, uint32_t turn)
{
	struct trace_event e = {
		.op = (uint8_t)op,
		.id = id,
		.size = size,
		.seq = next_seq++,
		.turn = turn,
		.has_turn = true,
	};

	pen->at = trace_encode(pen->at, &e, &pen->base);
}

enum {
	NR_OBJECTS = 20,
};

/* Objects go from thread 0 to 1, one comes back, thread 2 is a stranger. */
static void make_trace(void)
{
	struct pen main_thread, other, stranger;
	uint32_t i;

	begin_trace();
	main_thread = begin_chunk(0);
	for (i = 0; i < NR_OBJECTS; i++)
		put(&main_thread, TRACE_MALLOC, i, i * 10);
	put(&main_thread, TRACE_CALLOC, NR_OBJECTS, 3000);
	put(&main_thread, TRACE_START, 1, 0);
	other = begin_chunk(1);
	for (i = 0; i < NR_OBJECTS; i++)
		put_turn(&other, TRACE_FREE, i, 0, 1);
	put(&other, TRACE_MALLOC, 3, 77);
	put_turn(&other, TRACE_REALLOC, NR_OBJECTS, 9900, 1);
	put(&other, TRACE_ALIGNED, 4, 300);
	put(&other, TRACE_FREE, 4, 0);
	put(&other, TRACE_REALLOC, NR_OBJECTS, 50);
	put(&other, TRACE_END, 0, 0);
	stranger = begin_chunk(2);
	put(&stranger, TRACE_MALLOC, 30, 40);
	put_turn(&main_thread, TRACE_FREE, 3, 0, 3);
	put(&main_thread, TRACE_JOIN, 1, 0);
	put(&stranger, TRACE_FREE, 30, 0);
	main_thread = begin_chunk(0);
	for (i = 0; i < NR_OBJECTS; i++)
		put(&main_thread, i ? TRACE_REALLOC : TRACE_MALLOC, 40,
		    i * 100);
}

/* A copy of the first @size bytes, in a block of this length. */
static unsigned char *copy_of(size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);

	memcpy(copy, bytes, size);
	return copy;
}

static void play_quietly(const struct trace *t)
{
	static const struct play_options options = {
		.touch = TOUCH_ALL, .window = 100, .is_verified = true};
	struct play_result result;

	play(t, &options, &result);
}

/* Number of events, or 0 when the trace is refused with a sentence. */
static uint64_t events_of(const unsigned char *copy, size_t size,
			  bool is_played)
{
	struct trace t;
	uint64_t nr_events = 0;

	if (trace_load_bytes(&t, copy, size)) {
		nr_events = t.nr_events;
		EXPECT_GT(nr_events, 0);
		if (is_played && t.peak_bytes < 16 * MIB &&
		    t.max_align_log2 < 20)
			play_quietly(&t);
	} else {
		size_t length = strlen(t.problem);

		EXPECT_GT(length, 10);
		EXPECT_EQ(t.problem[length - 1], '.');
	}
	trace_unload(&t);
	return nr_events;
}

TEST(a_trace_tells_what_it_holds)
{
	struct trace t;

	make_trace();
	if (!EXPECT(trace_load_bytes(&t, bytes, nr_bytes)))
		tap_note("%s", t.problem);
	EXPECT_EQ(t.nr_events,
		  NR_OBJECTS + 2 + NR_OBJECTS + 6 + 4 + NR_OBJECTS);
	EXPECT_EQ(t.nr_left_out, 0);
	EXPECT_EQ(t.nr_threads, 3);
	EXPECT_EQ(t.nr_hand_overs, NR_OBJECTS + 2);
	EXPECT_EQ(t.peak_bytes, 9900 + 77 + 300);
	EXPECT_EQ(t.peak_objects, NR_OBJECTS + 1);
	EXPECT_EQ(t.left_bytes, 50 + 1900);
	EXPECT_EQ(t.left_objects, 2);
	EXPECT_EQ(t.nr_ids, 41);
	play_quietly(&t);
	trace_unload(&t);
}

/*
 * Chunks may be lost anywhere: what rests on a lost event is not played.  Every
 * length is tried where something stands, and some of those among zeros.
 */
TEST(a_trace_cut_off_anywhere_is_its_prefix)
{
	uint64_t before = 0;
	size_t size;

	make_trace();
	for (size = 0; size <= nr_bytes;
	     size += size % TRACE_PAGE < 256 || size % 64 ? 1 : 64) {
		unsigned char *copy = copy_of(size);
		uint64_t nr = events_of(copy, size, size % 16 == 0);

		free(copy);
		if (!EXPECT_GE(nr, before) ||
		    !EXPECT(size > TRACE_PAGE || nr == 0))
			break;
		before = nr;
	}
	EXPECT_EQ(before, next_seq);
}

/* Seven of eight times where something stands: at the beginning of a page. */
static void flip(unsigned char *copy, size_t size)
{
	size_t at = random_below(size);

	if (random_below(8))
		at = random_below(size / TRACE_PAGE) * TRACE_PAGE +
		     random_below(100);
	copy[at] ^= (unsigned char)(1u << random_below(8));
}

TEST(flipped_bits_are_refused_or_played)
{
	unsigned long i, nr_refused = 0;

	make_trace();
	for (i = 0; i < STEPS(16000u); i++) {
		unsigned char *copy = copy_of(nr_bytes);
		size_t nr_flips = random_between(1, 4);

		while (nr_flips--)
			flip(copy, nr_bytes);
		nr_refused += events_of(copy, nr_bytes, i % 8 == 0) == 0;
		free(copy);
	}
	tap_note("%lu of %lu were refused", nr_refused, i);
	EXPECT_GT(nr_refused, i / 20);
}

TEST(random_bytes_behind_a_good_header_do_no_harm)
{
	unsigned long i;
	size_t at;

	for (i = 0; i < STEPS(4000u); i++) {
		unsigned char *copy;

		begin_trace();
		begin_chunk(0);
		for (at = TRACE_PAGE + sizeof(struct trace_chunk_header);
		     at < nr_bytes; at++)
			bytes[at] = (unsigned char)random_below(256);
		copy = copy_of(nr_bytes);
		events_of(copy, nr_bytes, true);
		free(copy);
	}
}

static void expect_problem(const char *sentence)
{
	struct trace t;

	EXPECT(!trace_load_bytes(&t, bytes, nr_bytes));
	EXPECT_STR_HAS(t.problem, sentence);
	trace_unload(&t);
}

TEST(what_no_program_can_have_done_is_named)
{
	struct pen pen;

	begin_trace();
	pen = begin_chunk(0);
	put(&pen, TRACE_MALLOC, 1, 10);
	put(&pen, TRACE_MALLOC, 1, 10);
	expect_problem("allocates an object that is live");

	begin_trace();
	pen = begin_chunk(0);
	put(&pen, TRACE_FREE, 1, 0);
	expect_problem("is about an object that is not live");

	begin_trace();
	pen = begin_chunk(0);
	put(&pen, TRACE_MALLOC, 1, 10);
	put_turn(&pen, TRACE_FREE, 1, 0, 7);
	expect_problem("is not this thread's turn");

	begin_trace();
	pen = begin_chunk(0);
	put(&pen, TRACE_MALLOC, 1, 10);
	pen = begin_chunk(1);
	put(&pen, TRACE_FREE, 1, 0);
	expect_problem("is not this thread's turn");

	begin_trace();
	pen = begin_chunk(0);
	put(&pen, TRACE_JOIN, 1, 0);
	expect_problem("joins a thread that has not ended");

	begin_trace();
	pen = begin_chunk(0);
	put(&pen, TRACE_START, 0, 0);
	expect_problem("starts a thread that runs already");

	begin_trace();
	pen = begin_chunk(0);
	put(&pen, TRACE_END, 0, 0);
	put(&pen, TRACE_MALLOC, 0, 10);
	expect_problem("comes after the end of its thread");

	begin_trace();
	begin_chunk(0);
	expect_problem("holds no event");
}

/* The event after a lost one may rest on it. */
TEST(events_behind_a_lost_one_are_left_out)
{
	struct pen pen;
	struct trace t;

	begin_trace();
	pen = begin_chunk(0);
	put(&pen, TRACE_MALLOC, 0, 10);
	next_seq++;
	put(&pen, TRACE_MALLOC, 1, 10);
	put(&pen, TRACE_FREE, 5, 0);
	EXPECT(trace_load_bytes(&t, bytes, nr_bytes));
	EXPECT_EQ(t.nr_events, 1);
	EXPECT_EQ(t.nr_left_out, 2);
	EXPECT_EQ(t.left_bytes, 10);
	trace_unload(&t);
}

TEST(numbers_of_any_length_come_back)
{
	unsigned int bits;

	for (bits = 0; bits < 64; bits++) {
		uint64_t value = (1ull << bits) - (bits & 1), back = ~value;
		unsigned char text[16];
		unsigned char *end = varint_put(text, value);

		EXPECT(varint_get(text, end, &back) == end);
		EXPECT(back == value);
		EXPECT(!varint_get(text, end - 1, &back));
		EXPECT(unzigzag(zigzag((uint32_t)value)) == (uint32_t)value);
	}
}
