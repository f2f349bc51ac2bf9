/* SPDX-License-Identifier: MIT */
/*
 * random.c - the whole malloc family against a model that cannot be wrong
 *
 * The model is a table of live blocks: address, size, id.  Every block is
 * filled with a pattern of its id, and the pattern is checked before the block
 * is resized or freed.  Each new block is compared with every live block of its
 * thread: two that overlap are seen at once, and between threads the patterns
 * show it.  Threads hand blocks to each other through a shared row of slots.
 */
#include "pattern.h"
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	NR_BLOCKS = 400,
	NR_THREADS = 4,
	NR_EXCHANGED = 64,
	MAX_LIVE_BYTES = 128 << 20, /* of one thread */
};

struct block {
	unsigned char *p;
	size_t size;
	uint64_t id;
};

struct player {
	struct block blocks[NR_BLOCKS];
	size_t live_bytes;
	uint64_t random;
	uint64_t nr_ids;
	int number;
	long nr_steps;
};

static struct player players[NR_THREADS];

/* A slot holds the index + 1 of a parcel, which belongs to whoever took it. */
static struct block parcels[NR_EXCHANGED];
static atomic_int parcel_state[NR_EXCHANGED];

enum {
	PARCEL_EMPTY,
	PARCEL_BUSY,
	PARCEL_FULL
};

static uint64_t draw(struct player *player, uint64_t n)
{
	return tap_random_next(&player->random) % n;
}

/* 0 to 64 MiB: every power of two is half as likely as the one before. */
static size_t random_size(struct player *player)
{
	uint64_t kind = draw(player, 10000);
	unsigned int bits;

	if (kind < 5000)
		return draw(player, 257);
	if (kind < 9000)
		return draw(player, 5000);
	if (kind < 9800)
		return draw(player, 100000);
	bits = 17;
	while (bits < 26 && draw(player, 2))
		bits++;
	return draw(player, 1UL << bits) + 1;
}

static bool overlaps(const struct block *a, const unsigned char *p, size_t size)
{
	return a->p && p < a->p + (a->size ? a->size : 1) &&
	       a->p < p + (size ? size : 1);
}

static bool is_clear_of_others(struct player *player, const struct block *block)
{
	int i;

	for (i = 0; i < NR_BLOCKS; i++) {
		const struct block *other = &player->blocks[i];

		if (other != block && overlaps(other, block->p, block->size)) {
			tap_note("  %p, %zu bytes overlaps %p, %zu bytes",
				 (void *)block->p, block->size,
				 (void *)other->p, other->size);
			return false;
		}
	}
	return true;
}

static bool block_is_intact(const struct block *block)
{
	return pattern_holds(block->p, block->size, block->id);
}

/* False ends the game: what follows would only repeat the failure. */
static bool block_begin(struct player *player, struct block *block,
			unsigned char *p, size_t size)
{
	if (!EXPECT(p)) {
		tap_note("  a request of %zu bytes failed", size);
		return false;
	}
	block->p = p;
	block->size = size;
	block->id = player->nr_ids++ * NR_THREADS + (uint64_t)player->number;
	player->live_bytes += size;
	if (!EXPECT_EQ((uintptr_t)p % 16, 0) ||
	    !EXPECT_GE(malloc_usable_size(p), size) ||
	    !EXPECT(is_clear_of_others(player, block)))
		return false;
	pattern_fill(p, size, block->id);
	return true;
}

static bool block_free(struct player *player, struct block *block)
{
	if (!block->p)
		return true;
	if (!EXPECT(block_is_intact(block))) {
		tap_note("  %p, %zu bytes, id %ju, before free",
			 (void *)block->p, block->size, (uintmax_t)block->id);
		return false;
	}
	errno = 4711;
	free(block->p);
	player->live_bytes -= block->size;
	block->p = NULL;
	return EXPECT_EQ(errno, 4711);
}

static bool block_calloc(struct player *player, struct block *block,
			 size_t size)
{
	size_t nr = 1 + draw(player, 10);
	unsigned char *p = calloc(nr, size / nr + 1);

	return EXPECT(!p || is_zero(p, size)) &&
	       block_begin(player, block, p, size);
}

static bool block_align(struct player *player, struct block *block, size_t size)
{
	size_t alignment = (size_t)8
			   << draw(player, draw(player, 20) ? 10 : 20);
	void *p = NULL;

	switch (draw(player, 4)) {
	case 0:
		p = aligned_alloc(alignment, size);
		break;
	case 1:
		p = memalign(alignment, size);
		break;
	case 2:
		alignment = 4096;
		p = draw(player, 2) ? valloc(size) : pvalloc(size);
		break;
	default:
		EXPECT_EQ(posix_memalign(&p, alignment, size), 0);
	}
	return EXPECT_EQ((uintptr_t)p % alignment, 0) &&
	       block_begin(player, block, p, size);
}

static bool block_new(struct player *player, struct block *block)
{
	size_t size = random_size(player);

	if (player->live_bytes + size > MAX_LIVE_BYTES)
		size %= 1000;
	switch (draw(player, 8)) {
	case 0:
		return block_calloc(player, block, size);
	case 1:
		return block_align(player, block, size);
	case 2:
		return block_begin(player, block, realloc(NULL, size), size);
	default:
		return block_begin(player, block, malloc(size), size);
	}
}

static size_t new_size(struct player *player, const struct block *block)
{
	size_t size;

	switch (draw(player, 4)) {
	case 0: /* a little more or less */
		size = block->size + draw(player, 64);
		return size > 32 ? size - 32 : 1;
	case 1: /* grow as vectors do */
		size = block->size + block->size / 2 + 1;
		break;
	case 2:
		return block->size / 2 + 1;
	default:
		size = 1 + random_size(player);
	}
	if (player->live_bytes + size > MAX_LIVE_BYTES)
		return block->size / 4 + 1;
	return size;
}

static bool block_realloc(struct player *player, struct block *block)
{
	size_t size = new_size(player, block);
	size_t kept = size < block->size ? size : block->size;
	unsigned char *p;

	if (!EXPECT(block_is_intact(block)))
		return false;
	if (draw(player, 4))
		p = realloc(block->p, size);
	else
		p = reallocarray(block->p, 1, size);
	if (!EXPECT(p) || !EXPECT(pattern_holds(p, kept & ~7UL, block->id))) {
		tap_note("  realloc from %zu to %zu bytes", block->size, size);
		return false;
	}
	player->live_bytes -= block->size;
	block->p = NULL;
	return block_begin(player, block, p, size);
}

/* Puts the block into a parcel, and takes what lies in another one. */
static bool block_exchange(struct player *player, struct block *block)
{
	int slot = (int)draw(player, NR_EXCHANGED);
	int empty = PARCEL_EMPTY;
	int full = PARCEL_FULL;

	if (block->p && atomic_compare_exchange_strong(&parcel_state[slot],
						       &empty, PARCEL_BUSY)) {
		parcels[slot] = *block;
		player->live_bytes -= block->size;
		block->p = NULL;
		atomic_store(&parcel_state[slot], PARCEL_FULL);
		return true;
	}
	if (!block->p && atomic_compare_exchange_strong(&parcel_state[slot],
							&full, PARCEL_BUSY)) {
		*block = parcels[slot];
		player->live_bytes += block->size;
		atomic_store(&parcel_state[slot], PARCEL_EMPTY);
		return EXPECT(block_is_intact(block));
	}
	return true;
}

static bool play_step(struct player *player)
{
	struct block *block = &player->blocks[draw(player, NR_BLOCKS)];
	uint64_t choice = draw(player, 100);

	if (choice < 10)
		return block_exchange(player, block);
	if (!block->p)
		return block_new(player, block);
	if (choice < 40)
		return block_realloc(player, block);
	return block_free(player, block);
}

static void *play(void *arg)
{
	struct player *player = arg;
	long step;
	int i;

	for (step = 0; step < player->nr_steps; step++) {
		if (!play_step(player)) {
			tap_note("  player %d, step %ld", player->number, step);
			return NULL;
		}
	}
	for (i = 0; i < NR_BLOCKS; i++)
		if (!block_free(player, &player->blocks[i]))
			break;
	return NULL;
}

static void players_init(int nr, long nr_steps)
{
	int i;

	memset(players, 0, sizeof(players));
	for (i = 0; i < nr; i++) {
		players[i].number = i;
		players[i].nr_steps = nr_steps;
		players[i].random = tap_seed() * NR_THREADS + (uint64_t)i;
	}
}

static void free_parcels(void)
{
	int i;

	for (i = 0; i < NR_EXCHANGED; i++) {
		if (atomic_load(&parcel_state[i]) != PARCEL_FULL)
			continue;
		EXPECT(block_is_intact(&parcels[i]));
		free(parcels[i].p);
		atomic_store(&parcel_state[i], PARCEL_EMPTY);
	}
}

TEST(random_operations_in_one_thread)
{
	players_init(1, 60000);
	play(&players[0]);
	free_parcels();
}

TEST(random_operations_in_four_threads_that_exchange_blocks)
{
	pthread_t threads[NR_THREADS];
	int i;

	players_init(NR_THREADS, 30000);
	for (i = 0; i < NR_THREADS; i++)
		pthread_create(&threads[i], NULL, play, &players[i]);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	free_parcels();
}

static atomic_bool stop;

static void *trim_all_the_time(void *arg)
{
	while (!atomic_load(&stop)) {
		malloc_trim(0);
		(void)mallinfo2();
	}
	return arg;
}

TEST(random_operations_while_another_thread_trims)
{
	pthread_t threads[2];
	pthread_t trimmer;
	int i;

	players_init(2, 6000);
	atomic_store(&stop, false);
	pthread_create(&trimmer, NULL, trim_all_the_time, NULL);
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, play, &players[i]);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	atomic_store(&stop, true);
	pthread_join(trimmer, NULL);
	free_parcels();
}

/* All of it was freed: little may stay behind. */
TEST(nothing_is_left_after_random_operations)
{
	size_t held;

	malloc_trim(0);
	held = mallinfo2().uordblks + mallinfo2().hblkhd;
	EXPECT_LT(held, 1 << 20);
}
