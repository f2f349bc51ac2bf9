/* SPDX-License-Identifier: MIT */
/*
 * find.h - search bits in arrays of words
 *
 * Return: the bit's number, or @size (or more) where there is none.
 */
#ifndef PFMALLOC_LINUX_FIND_H
#define PFMALLOC_LINUX_FIND_H

#include <linux/bitops.h>
#include <linux/minmax.h>

/* The first bit from @start that is set in (@a & @b) ^ @flip. */
static inline unsigned long pf_find_bit(const unsigned long *a,
					const unsigned long *b,
					unsigned long flip_b,
					unsigned long flip, unsigned long size,
					unsigned long start)
{
	unsigned long at = start / BITS_PER_LONG;
	unsigned long mask = ~0UL << start % BITS_PER_LONG;

	if (start >= size)
		return size;
	for (; at * BITS_PER_LONG < size; at++, mask = ~0UL) {
		unsigned long word = a[at];

		if (b)
			word &= b[at] ^ flip_b;
		word = (word ^ flip) & mask;
		if (word)
			return min(at * BITS_PER_LONG + __ffs(word), size);
	}
	return size;
}

static inline unsigned long find_next_bit(const unsigned long *addr,
					  unsigned long size,
					  unsigned long offset)
{
	return pf_find_bit(addr, NULL, 0, 0, size, offset);
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr,
					       unsigned long size,
					       unsigned long offset)
{
	return pf_find_bit(addr, NULL, 0, ~0UL, size, offset);
}

static inline unsigned long find_next_and_bit(const unsigned long *a,
					      const unsigned long *b,
					      unsigned long size,
					      unsigned long offset)
{
	return pf_find_bit(a, b, 0, 0, size, offset);
}

static inline unsigned long find_next_andnot_bit(const unsigned long *a,
						 const unsigned long *b,
						 unsigned long size,
						 unsigned long offset)
{
	return pf_find_bit(a, b, ~0UL, 0, size, offset);
}

#define find_first_bit(addr, size)	find_next_bit(addr, size, 0)
#define find_first_zero_bit(addr, size) find_next_zero_bit(addr, size, 0)
#define find_first_and_bit(a, b, size)	find_next_and_bit(a, b, size, 0)

static inline unsigned long find_last_bit(const unsigned long *addr,
					  unsigned long size)
{
	unsigned long at;

	for (at = size; at-- > 0;) {
		if (test_bit(at, addr))
			return at;
		/* A word without bits below this one is passed over at once. */
		if (!(addr[BIT_WORD(at)]
		      << (BITS_PER_LONG - 1 - at % BITS_PER_LONG)))
			at -= at % BITS_PER_LONG;
	}
	return size;
}

/* Bit number @n from 0 of those that are set. */
static inline unsigned long find_nth_bit(const unsigned long *addr,
					 unsigned long size, unsigned long n)
{
	unsigned long bit = find_first_bit(addr, size);

	while (n-- && bit < size)
		bit = find_next_bit(addr, size, bit + 1);
	return bit;
}

#define for_each_set_bit(bit, addr, size)                                  \
	for ((bit) = 0;                                                    \
	     (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); \
	     (bit)++)
#define for_each_set_bit_from(bit, addr, size)                               \
	for (; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); \
	     (bit)++)
#define for_each_clear_bit(bit, addr, size)                                \
	for ((bit) = 0; (bit) = find_next_zero_bit((addr), (size), (bit)), \
	    (bit) < (size);                                                \
	     (bit)++)
#define for_each_clear_bit_from(bit, addr, size)                  \
	for (; (bit) = find_next_zero_bit((addr), (size), (bit)), \
	       (bit) < (size);                                    \
	     (bit)++)

#endif
