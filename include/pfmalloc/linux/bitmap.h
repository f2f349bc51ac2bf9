/* SPDX-License-Identifier: MIT */
/*
 * bitmap.h - arrays of bits as sets
 *
 * The bits behind the last one of the last word are nobody's: results may set
 * them, and no call looks at them.
 */
#ifndef PFMALLOC_LINUX_BITMAP_H
#define PFMALLOC_LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/string.h>
#include <linux/types.h>

#define BITMAP_FIRST_WORD_MASK(start) (~0UL << ((start) & (BITS_PER_LONG - 1)))
#define BITMAP_LAST_WORD_MASK(nbits)  (~0UL >> (-(nbits) & (BITS_PER_LONG - 1)))
#define bitmap_size(nbits)	      (BITS_TO_LONGS(nbits) * sizeof(unsigned long))

/* These need <linux/slab.h>. */
#define bitmap_alloc(nbits, flags)                            \
	((unsigned long *)kmalloc_array(BITS_TO_LONGS(nbits), \
					sizeof(unsigned long), flags))
#define bitmap_zalloc(nbits, flags)                                            \
	((unsigned long *)kcalloc(BITS_TO_LONGS(nbits), sizeof(unsigned long), \
				  flags))
#define bitmap_free(bitmap) kfree(bitmap)

static inline void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0, bitmap_size(nbits));
}

static inline void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0xff, bitmap_size(nbits));
}

static inline void bitmap_copy(unsigned long *dst, const unsigned long *src,
			       unsigned int nbits)
{
	memcpy(dst, src, bitmap_size(nbits));
}

/* The bits of word @i that count. */
static inline unsigned long pf_bitmap_mask(unsigned int i, unsigned int nbits)
{
	return i == nbits / BITS_PER_LONG ? BITMAP_LAST_WORD_MASK(nbits) : ~0UL;
}

#define PF_DEFINE_BITMAP_OP(name, expression)                     \
	static inline bool bitmap_##name(                         \
		unsigned long *dst, const unsigned long *src1,    \
		const unsigned long *src2, unsigned int nbits)    \
	{                                                         \
		unsigned long any = 0;                            \
		unsigned int i;                                   \
                                                                  \
		for (i = 0; i < BITS_TO_LONGS(nbits); i++) {      \
			dst[i] = (expression);                    \
			any |= dst[i] & pf_bitmap_mask(i, nbits); \
		}                                                 \
		return any;                                       \
	}
PF_DEFINE_BITMAP_OP(and, src1[i] & src2[i])
PF_DEFINE_BITMAP_OP(or, src1[i] | src2[i])
PF_DEFINE_BITMAP_OP(xor, src1[i] ^ src2[i])
PF_DEFINE_BITMAP_OP(andnot, src1[i] & ~src2[i])

#define PF_DEFINE_BITMAP_TEST(name, offence)                        \
	static inline bool bitmap_##name(const unsigned long *src1, \
					 const unsigned long *src2, \
					 unsigned int nbits)        \
	{                                                           \
		unsigned int i;                                     \
                                                                    \
		for (i = 0; i < BITS_TO_LONGS(nbits); i++) {        \
			if ((offence)&pf_bitmap_mask(i, nbits))     \
				return false;                       \
		}                                                   \
		return true;                                        \
	}
PF_DEFINE_BITMAP_TEST(equal, src1[i] ^ src2[i])
PF_DEFINE_BITMAP_TEST(subset, src1[i] & ~src2[i])
PF_DEFINE_BITMAP_TEST(pf_disjoint, src1[i] & src2[i])

static inline bool bitmap_intersects(const unsigned long *src1,
				     const unsigned long *src2,
				     unsigned int nbits)
{
	return !bitmap_pf_disjoint(src1, src2, nbits);
}

static inline void bitmap_complement(unsigned long *dst,
				     const unsigned long *src,
				     unsigned int nbits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = ~src[i];
}

static inline bool bitmap_empty(const unsigned long *src, unsigned int nbits)
{
	return find_first_bit(src, nbits) == nbits;
}

static inline bool bitmap_full(const unsigned long *src, unsigned int nbits)
{
	return find_first_zero_bit(src, nbits) == nbits;
}

static inline unsigned int bitmap_weight(const unsigned long *src,
					 unsigned int nbits)
{
	unsigned int weight = 0;
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(nbits); i++)
		weight += (unsigned int)hweight_long(src[i] &
						     pf_bitmap_mask(i, nbits));
	return weight;
}

static inline void bitmap_set(unsigned long *map, unsigned int start,
			      unsigned int nbits)
{
	while (nbits--)
		__set_bit(start++, map);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start,
				unsigned int nbits)
{
	while (nbits--)
		__clear_bit(start++, map);
}

/*
 * @nr zero bits side by side from @start on, of which the first, moved by
 * @align_offset, is a multiple of @align_mask + 1.
 */
static inline unsigned long bitmap_find_next_zero_area_off(
	unsigned long *map, unsigned long size, unsigned long start,
	unsigned int nr, unsigned long align_mask, unsigned long align_offset)
{
	for (;;) {
		unsigned long index = find_next_zero_bit(map, size, start);
		unsigned long taken;

		index = ((index + align_offset + align_mask) & ~align_mask) -
			align_offset;
		if (index + nr > size)
			return index + nr;
		taken = find_next_bit(map, index + nr, index);
		if (taken >= index + nr)
			return index;
		start = taken + 1;
	}
}

#define bitmap_find_next_zero_area(map, size, start, nr, align_mask) \
	bitmap_find_next_zero_area_off(map, size, start, nr, align_mask, 0)

/* A block of 2^@order bits at a multiple of its length; -ENOMEM (-12). */
static inline int bitmap_find_free_region(unsigned long *bitmap,
					  unsigned int bits, int order)
{
	unsigned long mask = (1UL << order) - 1;
	unsigned long at =
		bitmap_find_next_zero_area(bitmap, bits, 0, 1U << order, mask);

	if (at + mask >= bits)
		return -12;
	bitmap_set(bitmap, (unsigned int)at, 1U << order);
	return (int)at;
}

static inline void bitmap_release_region(unsigned long *bitmap,
					 unsigned int pos, int order)
{
	bitmap_clear(bitmap, pos, 1U << order);
}

#endif
