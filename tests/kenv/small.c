/* SPDX-License-Identifier: MIT */
/*
 * small.c - sorting, checksums, hashes, identifiers, bit fields, seqlocks
 */
#include <linux/bit_spinlock.h>
#include <linux/bitfield.h>
#include <linux/bitrev.h>
#include <linux/bsearch.h>
#include <linux/circ_buf.h>
#include <linux/crc32.h>
#include <linux/crc32c.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/lcm.h>
#include <linux/once.h>
#include <linux/percpu_counter.h>
#include <linux/prandom.h>
#include <linux/seqlock.h>
#include <linux/sort.h>
#include <linux/static_key.h>
#include <linux/string_choices.h>
#include <linux/uuid.h>

#include <pthread.h>

#include "kenv.h"

#define NR_THREADS 4
#define NR_SORTED  500

struct record {
	u32 key;
	char rest[7]; /* a size that is no power of two */
};

static unsigned int nr_swaps;

static int by_key(const void *a, const void *b)
{
	u32 left = get_unaligned(&((const struct record *)a)->key);
	u32 right = get_unaligned(&((const struct record *)b)->key);

	return (left > right) - (left < right);
}

static void swap_records(void *a, void *b, int size)
{
	struct record old;

	EXPECT_EQ(size, sizeof(old));
	memcpy(&old, a, sizeof(old));
	memcpy(a, b, sizeof(old));
	memcpy(b, &old, sizeof(old));
	nr_swaps++;
}

/* Each key is in the rest, too: records move whole. */
TEST(arrays_of_every_length_are_sorted)
{
	static struct record records[NR_SORTED];
	struct record *found;
	u32 sum, i, nr;

	for (nr = 0; nr < NR_SORTED; nr += nr < 20 ? 1 : 53) {
		sum = 0;
		for (i = 0; i < nr; i++) {
			records[i].key = (u32)tap_random() % (nr + 1);
			memset(records[i].rest, (int)records[i].key, 7);
			sum += records[i].key;
		}
		sort(records, nr, sizeof(records[0]), by_key,
		     nr % 2 ? swap_records : NULL);
		for (i = 0; i < nr; i++) {
			EXPECT(i == 0 || records[i - 1].key <= records[i].key);
			EXPECT_EQ((u8)records[i].rest[6], (u8)records[i].key);
			sum -= records[i].key;
		}
		EXPECT_EQ(sum, 0);
	}
	EXPECT_GT(nr_swaps, 0);
	found = bsearch(&records[7], records, 10, sizeof(records[0]), by_key);
	EXPECT(found && found->key == records[7].key);
}

TEST(checksums_are_those_of_the_standards)
{
	static const char digits[] = "123456789";

	EXPECT_EQ(~crc32_le(~0U, digits, 9), 0xcbf43926);
	EXPECT_EQ(~crc32c(~0U, digits, 9), 0xe3069283);
	EXPECT_EQ(crc32_be(~0U, digits, 9), 0x0376e6e7);
	EXPECT_EQ(crc32_le(crc32_le(~0U, digits, 4), digits + 4, 5),
		  crc32_le(~0U, digits, 9));
	EXPECT_EQ(bitrev32(0x00000003), 0xc0000000);
	EXPECT_EQ(bitrev8(0x1e), 0x78);
}

TEST(hashes_are_those_of_lookup3)
{
	static const char text[] = "Four score and seven years ago";
	u32 words[4] = {1, 2, 3, 4};

	EXPECT_EQ(jhash("", 0, 0), 0xdeadbeef);
	EXPECT_EQ(jhash(text, 30, 0), 0x17770551);
	EXPECT_EQ(jhash(text, 30, 1), 0xcd628161);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	EXPECT_EQ(jhash2(words, 4, 7), jhash(words, 16, 7));
#endif
	EXPECT_EQ(jhash_3words(1, 2, 3, 7), jhash2(words, 3, 7));
	EXPECT_EQ(jhash_2words(1, 2, 7), jhash2(words, 2, 7));
	EXPECT_EQ(jhash_1word(1, 7), jhash2(words, 1, 7));
}

TEST(identifiers_are_read_and_printed_in_their_order)
{
	static const char text[] = "00112233-4455-6677-8899-aabbccddeeff";
	char back[UUID_STRING_LEN + 1];
	uuid_t uuid, other;
	guid_t guid;

	EXPECT_EQ(uuid_parse(text, &uuid), 0);
	EXPECT_EQ(uuid.b[1], 0x11);
	EXPECT_EQ(guid_parse(text, &guid), 0);
	EXPECT_EQ(guid.b[0], 0x33);
	snprintf(back, sizeof(back), "%pUb", &uuid);
	EXPECT_STR_EQ(back, text);
	snprintf(back, sizeof(back), "%pUl", &guid);
	EXPECT_STR_EQ(back, text);
	other = UUID_INIT(0x00112233, 0x4455, 0x6677, 0x88, 0x99, 0xaa, 0xbb,
			  0xcc, 0xdd, 0xee, 0xff);
	EXPECT(uuid_equal(&uuid, &other));
	EXPECT_EQ(uuid_parse("00112233-4455-6677-8899-aabbccddee", &uuid),
		  -EINVAL);
	uuid_gen(&other);
	EXPECT(!uuid_is_null(&other) && uuid_is_null(&uuid_null));
	EXPECT_EQ(other.b[6] >> 4, 4);
	EXPECT_EQ(other.b[8] >> 6, 2);
	guid_gen(&guid);
	EXPECT_EQ(guid.b[7] >> 4, 4);
}

TEST(a_field_is_got_and_set_by_its_mask)
{
	__le32 wire = cpu_to_le32(0xffff0000);
	u32 reg = 0x3a5;

	EXPECT_EQ(FIELD_GET(GENMASK(7, 4), reg), 0xa);
	EXPECT_EQ(FIELD_PREP(GENMASK(15, 8), 0x7f), 0x7f00);
	EXPECT(FIELD_FIT(GENMASK(7, 4), 15) && !FIELD_FIT(GENMASK(7, 4), 16));
	EXPECT_EQ(FIELD_MAX(GENMASK(7, 4)), 15);
	FIELD_MODIFY(GENMASK(7, 4), &reg, 1);
	EXPECT_EQ(reg, 0x315);
	EXPECT_EQ(u32_get_bits(reg, 0xf00), 3);
	EXPECT_EQ(u32_replace_bits(reg, 7, 0xf00), 0x715);
	le32p_replace_bits(&wire, 0x12, 0xff00);
	EXPECT_EQ(le32_to_cpu(wire), 0xffff1200);
	EXPECT_EQ(FIELD_PREP_CONST(0xf0, 3), 0x30);
}

static DEFINE_SEQLOCK(seqlock);
static unsigned long first, second; /* always equal for a reader */
static bool is_over;

static void *reads_pair(void *arg)
{
	(void)arg;
	while (!READ_ONCE(is_over)) {
		unsigned long a, b;
		unsigned int seq;

		do {
			seq = read_seqbegin(&seqlock);
			a = READ_ONCE(first);
			b = READ_ONCE(second);
		} while (read_seqretry(&seqlock, seq));
		EXPECT_EQ(a, b);
	}
	return NULL;
}

TEST(a_reader_of_a_seqlock_sees_no_half_of_a_change)
{
	pthread_t threads[NR_THREADS];
	unsigned long flags;
	int seq = 1;
	int i;

	threads_start(NR_THREADS, reads_pair, threads);
	for (i = 0; i < 50000; i++) {
		write_seqlock_irqsave(&seqlock, flags);
		WRITE_ONCE(first, first + 1);
		if (i % 4096 == 0)
			yield(); /* a writer may be preempted */
		WRITE_ONCE(second, second + 1);
		write_sequnlock_irqrestore(&seqlock, flags);
	}
	WRITE_ONCE(is_over, true);
	threads_join(NR_THREADS, threads);
	read_seqbegin_or_lock(&seqlock, &seq);
	EXPECT(spin_is_locked(&seqlock.lock));
	EXPECT(!need_seqretry(&seqlock, seq));
	done_seqretry(&seqlock, seq);
	EXPECT(!spin_is_locked(&seqlock.lock));
}

static unsigned long lock_word = 0x10;
static unsigned long counted;
static struct percpu_counter counter;
static int nr_inits;

static void init(int by)
{
	nr_inits += by;
}

static void *counts(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 5000; i++) {
		bit_spin_lock(3, &lock_word);
		counted++;
		bit_spin_unlock(3, &lock_word);
		percpu_counter_inc(&counter);
		DO_ONCE(init, 1);
		EXPECT_EQ(nr_inits, 1);
	}
	return NULL;
}

TEST(a_bit_is_a_lock_and_once_is_once)
{
	pthread_t threads[NR_THREADS];

	EXPECT_EQ(percpu_counter_init(&counter, 7, 0), 0);
	threads_start(NR_THREADS, counts, threads);
	threads_join(NR_THREADS, threads);
	EXPECT_EQ(counted, NR_THREADS * 5000);
	EXPECT_EQ(lock_word, 0x10);
	EXPECT_EQ(percpu_counter_sum(&counter), NR_THREADS * 5000 + 7);
	EXPECT_EQ(percpu_counter_compare(&counter, 7), 1);
}

static DEFINE_STATIC_KEY_FALSE(is_debugging);

TEST(the_rest_is_what_its_name_says)
{
	struct rnd_state state, again;
	u32 value;

	EXPECT_EQ(lcm(4, 6), 12);
	EXPECT_EQ(lcm(0, 6), 0);
	EXPECT_EQ(lcm_not_zero(0, 6), 6);
	EXPECT_EQ(CIRC_CNT(2, 14, 16), 4);
	EXPECT_EQ(CIRC_SPACE(2, 14, 16), 11);
	EXPECT_EQ(CIRC_CNT_TO_END(2, 14, 16), 2);
	EXPECT_EQ(CIRC_SPACE_TO_END(2, 0, 16), 13);
	EXPECT(!static_branch_unlikely(&is_debugging));
	static_branch_enable(&is_debugging);
	EXPECT(static_branch_unlikely(&is_debugging));
	EXPECT(static_key_enabled(&is_debugging));
	EXPECT_STR_EQ(str_enabled_disabled(true), "enabled");
	prandom_seed_state(&state, 5);
	again = state;
	value = prandom_u32_state(&state);
	EXPECT_NE(prandom_u32_state(&state), value);
	EXPECT_EQ(prandom_u32_state(&again), value);
}
