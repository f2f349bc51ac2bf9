/* SPDX-License-Identifier: MIT */
/*
 * hash.h - a multiplication that spreads keys over the upper bits
 *
 * The factor is 2^n divided by the golden ratio, made odd.
 * Reading: D. Knuth, The Art of Computer Programming, vol. 3, section 6.4.
 */
#ifndef PFMALLOC_LINUX_HASH_H
#define PFMALLOC_LINUX_HASH_H

#include <linux/types.h>

#define GOLDEN_RATIO_32 0x61C88647U
#define GOLDEN_RATIO_64 0x61C8864680B583EBULL
#if BITS_PER_LONG == 64
#define GOLDEN_RATIO_PRIME   GOLDEN_RATIO_64
#define hash_long(val, bits) hash_64(val, bits)
#else
#define GOLDEN_RATIO_PRIME   GOLDEN_RATIO_32
#define hash_long(val, bits) hash_32(val, bits)
#endif

static inline u32 __hash_32(u32 val)
{
	return val * GOLDEN_RATIO_32;
}

/* @bits from 1 to 32. */
static inline u32 hash_32(u32 val, unsigned int bits)
{
	return __hash_32(val) >> (32 - bits);
}

static inline u32 hash_64(u64 val, unsigned int bits)
{
#if BITS_PER_LONG == 64
	return (u32)(val * GOLDEN_RATIO_64 >> (64 - bits));
#else
	return hash_32((u32)val ^ __hash_32((u32)(val >> 32)), bits);
#endif
}

static inline u32 hash_ptr(const void *ptr, unsigned int bits)
{
	return hash_long((unsigned long)ptr, bits);
}

static inline u32 hash32_ptr(const void *ptr)
{
	unsigned long val = (unsigned long)ptr;

	return (u32)(val ^ (u64)val >> 32);
}

#endif
