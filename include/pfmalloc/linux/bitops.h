/* SPDX-License-Identifier: MIT */
/*
 * bitops.h - bits of words, and of arrays of words
 *
 * Bit nr of an array is bit nr % BITS_PER_LONG of its word nr / BITS_PER_LONG.
 * Names with two underscores are not atomic; those that test and change order
 * all memory accesses around them; the other atomic ones order none.
 */
#ifndef PFMALLOC_LINUX_BITOPS_H
#define PFMALLOC_LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include <asm/barrier.h>
#include <strings.h> /* ffs() */

/* The lowest and highest set bit, from 0; @word must not be 0. */
static inline unsigned long __ffs(unsigned long word)
{
	return (unsigned long)__builtin_ctzl(word);
}

static inline unsigned long __fls(unsigned long word)
{
	return BITS_PER_LONG - 1 - (unsigned long)__builtin_clzl(word);
}

#define ffz(x) __ffs(~(x))

static inline unsigned long __ffs64(u64 word)
{
	return (unsigned long)__builtin_ctzll(word);
}

/* The highest set bit, from 1; 0 for 0. */
static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline unsigned int fls_long(unsigned long l)
{
	return l ? (unsigned int)__fls(l) + 1 : 0;
}

#define hweight8(w)	((unsigned int)__builtin_popcount((u8)(w)))
#define hweight16(w)	((unsigned int)__builtin_popcount((u16)(w)))
#define hweight32(w)	((unsigned int)__builtin_popcount((u32)(w)))
#define hweight64(w)	((unsigned long)__builtin_popcountll((u64)(w)))
#define hweight_long(w) ((unsigned long)__builtin_popcountl(w))

/* log2, rounded up; -1 for 0. */
static inline int get_count_order(unsigned int count)
{
	return count ? fls(count - 1) : -1;
}

static inline int get_count_order_long(unsigned long count)
{
	return count ? (int)fls_long(count - 1) : -1;
}

#define PF_DEFINE_ROTATE(bits)                                            \
	static inline u##bits rol##bits(u##bits word, unsigned int shift) \
	{                                                                 \
		shift &= bits - 1;                                        \
		return (u##bits)(word << shift |                          \
				 word >> (-shift & (bits - 1)));          \
	}                                                                 \
	static inline u##bits ror##bits(u##bits word, unsigned int shift) \
	{                                                                 \
		shift &= bits - 1;                                        \
		return (u##bits)(word >> shift |                          \
				 word << (-shift & (bits - 1)));          \
	}
PF_DEFINE_ROTATE(8)
PF_DEFINE_ROTATE(16)
PF_DEFINE_ROTATE(32)
PF_DEFINE_ROTATE(64)

static inline s32 sign_extend32(u32 value, int index)
{
	return (s32)(value << (31 - index)) >> (31 - index);
}

static inline s64 sign_extend64(u64 value, int index)
{
	return (s64)(value << (63 - index)) >> (63 - index);
}

static inline void __set_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static inline void __clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static inline void __change_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

static inline bool test_bit(unsigned long nr,
			    const volatile unsigned long *addr)
{
	return READ_ONCE(addr[BIT_WORD(nr)]) & BIT_MASK(nr);
}

static inline bool test_bit_acquire(unsigned long nr,
				    const volatile unsigned long *addr)
{
	return __atomic_load_n(&addr[BIT_WORD(nr)], __ATOMIC_ACQUIRE) &
	       BIT_MASK(nr);
}

static inline bool __test_and_set_bit(unsigned long nr,
				      volatile unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	__set_bit(nr, addr);
	return old;
}

static inline bool __test_and_clear_bit(unsigned long nr,
					volatile unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	__clear_bit(nr, addr);
	return old;
}

static inline bool __test_and_change_bit(unsigned long nr,
					 volatile unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	__change_bit(nr, addr);
	return old;
}

#define PF_DEFINE_BITOP(name, op, mask)                                        \
	static inline void name##_bit(unsigned long nr,                        \
				      volatile unsigned long *addr)            \
	{                                                                      \
		__atomic_fetch_##op(&addr[BIT_WORD(nr)], mask,                 \
				    __ATOMIC_RELAXED);                         \
	}                                                                      \
	static inline bool test_and_##name##_bit(unsigned long nr,             \
						 volatile unsigned long *addr) \
	{                                                                      \
		unsigned long old;                                             \
                                                                               \
		smp_mb__before_atomic();                                       \
		old = __atomic_fetch_##op(&addr[BIT_WORD(nr)], mask,           \
					  __ATOMIC_SEQ_CST);                   \
		smp_mb__after_atomic();                                        \
		return old & BIT_MASK(nr);                                     \
	}
PF_DEFINE_BITOP(set, or, BIT_MASK(nr))
PF_DEFINE_BITOP(clear, and, ~BIT_MASK(nr))
PF_DEFINE_BITOP(change, xor, BIT_MASK(nr))

static inline bool test_and_set_bit_lock(unsigned long nr,
					 volatile unsigned long *addr)
{
	return __atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr),
				 __ATOMIC_ACQUIRE) &
	       BIT_MASK(nr);
}

static inline void clear_bit_unlock(unsigned long nr,
				    volatile unsigned long *addr)
{
	__atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr),
			   __ATOMIC_RELEASE);
}

static inline void __clear_bit_unlock(unsigned long nr,
				      volatile unsigned long *addr)
{
	clear_bit_unlock(nr, addr);
}

static inline void assign_bit(long nr, volatile unsigned long *addr, bool value)
{
	if (value)
		set_bit((unsigned long)nr, addr);
	else
		clear_bit((unsigned long)nr, addr);
}

static inline void __assign_bit(long nr, volatile unsigned long *addr,
				bool value)
{
	if (value)
		__set_bit((unsigned long)nr, addr);
	else
		__clear_bit((unsigned long)nr, addr);
}

#include <linux/find.h>

#endif
