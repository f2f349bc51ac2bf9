/* SPDX-License-Identifier: MIT */
/*
 * numbers.c - bits, rounding, overflow, atomics, references
 */
#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/refcount.h>
#include <linux/sizes.h>
#include <linux/unaligned.h>
#include <linux/version.h>

#include "kenv.h"

TEST(min_and_max_evaluate_once_and_mix_with_constants)
{
	int calls = 0;
	size_t size = 5;
	u8 byte = 200;

	EXPECT_EQ(min(calls++, 7), 0);
	EXPECT_EQ(calls, 1);
	EXPECT_EQ(max(size, 7), 7);
	EXPECT_EQ(min(byte, 100), 100);
	EXPECT_EQ(clamp(15, 0, 10), 10);
	EXPECT_EQ(max3(1, 9, 4), 9);
	EXPECT_EQ(min_t(u8, size + 295, 100), 44);
	EXPECT_EQ(min_not_zero(0, 4), 4);
}

TEST(masks_and_logarithms_are_exact)
{
	unsigned int i;

	EXPECT_EQ(GENMASK(7, 4), 0xf0);
	EXPECT_EQ(GENMASK_ULL(63, 60), 0xf000000000000000ULL);
	EXPECT_EQ(GENMASK(BITS_PER_LONG - 1, 0), ~0UL);
	EXPECT_EQ(BIT_ULL(40), 1ULL << 40);
	for (i = 0; i < 63; i++) {
		EXPECT_EQ(ilog2(1ULL << i), i);
		EXPECT_EQ(fls64(1ULL << i), i + 1);
		EXPECT_EQ(__ffs64(1ULL << i), i);
	}
	EXPECT_EQ(fls(0), 0);
	EXPECT_EQ(roundup_pow_of_two(5), 8);
	EXPECT_EQ(rounddown_pow_of_two(5), 4);
	EXPECT_EQ(order_base_2(9), 4);
	EXPECT(is_power_of_2(64) && !is_power_of_2(0) && !is_power_of_2(65));
	EXPECT_EQ(get_count_order(9), 4);
	EXPECT_EQ(rol32(0x80000001, 4), 0x18);
	EXPECT_EQ(ror8(0x01, 1), 0x80);
	EXPECT_EQ(sign_extend32(0xff, 7), -1);
	EXPECT_EQ(hweight64(~0ULL), 64);
}

TEST(rounding_is_that_of_its_name)
{
	u64 n = 1000000007ULL * 3;

	EXPECT_EQ(ALIGN(5, 8), 8);
	EXPECT_EQ(ALIGN_DOWN(15, 8), 8);
	EXPECT(IS_ALIGNED(4096, SZ_4K));
	EXPECT_EQ(DIV_ROUND_UP(10, 4), 3);
	EXPECT_EQ(DIV_ROUND_CLOSEST(-7, 2), -4);
	EXPECT_EQ(roundup(10, 7), 14);
	EXPECT_EQ(round_up(10, 8), 16);
	EXPECT_EQ(do_div(n, 1000000007U), 0);
	EXPECT_EQ(n, 3);
	EXPECT_EQ(mul_u64_u32_div(1ULL << 60, 6, 3), 1ULL << 61);
	EXPECT_EQ(mul_u64_u64_shr(1ULL << 63, 1ULL << 40, 63), 1ULL << 40);
	EXPECT_EQ(int_sqrt64(~0ULL), 0xffffffff);
	EXPECT_EQ(int_sqrt(99), 9);
	EXPECT_EQ(abs(-5L), 5);
	EXPECT_EQ(abs_diff(3U, 5U), 2);
}

struct flexible {
	u32 nr;
	u64 array[];
};

TEST(sizes_saturate_and_overflow_is_seen)
{
	struct flexible *p = NULL;
	int sum;
	u8 byte;

	EXPECT(check_add_overflow(INT_MAX, 1, &sum));
	EXPECT_EQ(sum, INT_MIN);
	EXPECT(!check_mul_overflow(15, 17, &byte));
	EXPECT(check_mul_overflow(16, 16, &byte));
	EXPECT(check_sub_overflow(0U, 1U, &byte));
	EXPECT(check_shl_overflow(1, 31, &sum));
	EXPECT(!check_shl_overflow(1, 30, &sum));
	EXPECT(array_size(SIZE_MAX, 2) == SIZE_MAX);
	EXPECT(size_sub(SIZE_MAX, 1) == SIZE_MAX);
	EXPECT_EQ(struct_size(p, array, 3), sizeof(*p) + 24);
	EXPECT(struct_size(p, array, SIZE_MAX / 8 + 1) == SIZE_MAX);
}

TEST(bitmaps_are_searched_word_by_word)
{
	DECLARE_BITMAP(map, 200);
	DECLARE_BITMAP(other, 200);
	unsigned long bit, nr = 0;

	bitmap_zero(map, 200);
	EXPECT(bitmap_empty(map, 200));
	EXPECT_EQ(find_first_bit(map, 200), 200);
	EXPECT_EQ(find_last_bit(map, 200), 200);
	bitmap_set(map, 60, 10);
	__set_bit(199, map);
	EXPECT_EQ(find_first_bit(map, 200), 60);
	EXPECT_EQ(find_last_bit(map, 200), 199);
	EXPECT_EQ(find_next_bit(map, 200, 70), 199);
	EXPECT_EQ(find_next_zero_bit(map, 200, 60), 70);
	EXPECT_EQ(find_nth_bit(map, 200, 3), 63);
	EXPECT_EQ(bitmap_weight(map, 200), 11);
	for_each_set_bit(bit, map, 200)
		nr += bit;
	EXPECT_EQ(nr, 645 + 199);
	EXPECT_EQ(bitmap_find_next_zero_area(map, 200, 50, 20, 7), 72);
	EXPECT_EQ(bitmap_find_next_zero_area(map, 200, 190, 20, 0), 210);
	bitmap_complement(other, map, 200);
	EXPECT(!bitmap_intersects(map, other, 200));
	EXPECT(!bitmap_and(other, map, other, 200));
	EXPECT(test_and_clear_bit(60, map));
	EXPECT(!test_and_clear_bit(60, map));
	EXPECT(!test_and_set_bit(60, map));
}

TEST(atomics_return_what_their_names_say)
{
	atomic_t v = ATOMIC_INIT(5);
	atomic64_t wide = ATOMIC64_INIT(1LL << 40);
	int old = 4;

	EXPECT_EQ(atomic_add_return(3, &v), 8);
	EXPECT_EQ(atomic_fetch_sub(3, &v), 8);
	EXPECT_EQ(atomic_cmpxchg(&v, 4, 9), 5);
	EXPECT(!atomic_try_cmpxchg(&v, &old, 9));
	EXPECT_EQ(old, 5);
	EXPECT(atomic_try_cmpxchg(&v, &old, 1));
	EXPECT(!atomic_add_unless(&v, 1, 1));
	EXPECT_EQ(atomic_dec_if_positive(&v), 0);
	EXPECT_EQ(atomic_dec_if_positive(&v), -1);
	EXPECT_EQ(atomic_read(&v), 0);
	EXPECT(!atomic_inc_not_zero(&v));
	EXPECT(atomic_dec_unless_positive(&v));
	EXPECT(atomic_inc_and_test(&v));
	atomic_set(&v, INT_MAX);
	EXPECT_EQ(atomic_inc_return(&v), INT_MIN);
	EXPECT_EQ(atomic64_fetch_add(1, &wide), 1LL << 40);
	EXPECT_EQ(atomic64_xchg(&wide, 3), (1LL << 40) + 1);
}

TEST(a_reference_count_saturates_instead_of_wrapping)
{
	refcount_t r = REFCOUNT_INIT(1);

	EXPECT(refcount_inc_not_zero(&r));
	EXPECT(!refcount_dec_and_test(&r));
	EXPECT(refcount_dec_and_test(&r));
	EXPECT(!refcount_inc_not_zero(&r));
	refcount_inc(&r); /* from 0: a use after free */
	EXPECT_EQ((int)refcount_read(&r), REFCOUNT_SATURATED);
	EXPECT(!refcount_dec_and_test(&r));
	EXPECT_EQ((int)refcount_read(&r), REFCOUNT_SATURATED);
	refcount_set(&r, INT_MAX);
	refcount_inc(&r);
	EXPECT_EQ((int)refcount_read(&r), REFCOUNT_SATURATED);
}

static int nr_released;

static void release(struct kref *kref)
{
	(void)kref;
	nr_released++;
}

TEST(an_object_is_released_by_its_last_reference)
{
	struct kref kref;

	kref_init(&kref);
	kref_get(&kref);
	EXPECT_EQ(kref_put(&kref, release), 0);
	EXPECT_EQ(nr_released, 0);
	EXPECT_EQ(kref_put(&kref, release), 1);
	EXPECT_EQ(nr_released, 1);
}

TEST(an_error_travels_as_a_pointer)
{
	void *p = ERR_PTR(-ENOMEM);

	EXPECT(IS_ERR(p));
	EXPECT_EQ(PTR_ERR(p), -ENOMEM);
	EXPECT(!IS_ERR(NULL) && IS_ERR_OR_NULL(NULL));
	EXPECT(!IS_ERR(&p));
	EXPECT_EQ(PTR_ERR_OR_ZERO(&p), 0);
}

TEST(bytes_have_the_order_that_is_asked_for)
{
	u8 bytes[8] = {0, 1, 2, 3, 4, 5, 6, 7};

	EXPECT_EQ(get_unaligned_be32(bytes + 1), 0x01020304);
	EXPECT_EQ(get_unaligned_le16(bytes + 1), 0x0201);
	EXPECT_EQ(be64_to_cpu(get_unaligned((__be64 *)bytes)),
		  0x0001020304050607ULL);
	put_unaligned_be16(0xabcd, bytes + 1);
	EXPECT_EQ(bytes[1], 0xab);
	EXPECT_EQ(cpu_to_be32(le32_to_cpu(cpu_to_le32(1))), cpu_to_be32(1));
}

TEST(the_version_is_the_newest_unless_the_client_says_otherwise)
{
	EXPECT_EQ(LINUX_VERSION_CODE, KERNEL_VERSION(6, 18, 0));
	EXPECT_EQ(KERNEL_VERSION(6, 1, 300), KERNEL_VERSION(6, 1, 255));
}
