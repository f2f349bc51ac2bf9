/* SPDX-License-Identifier: MIT */
/*
 * math64.h - 64-bit division, as 32-bit kernels must write it
 */
#ifndef PFMALLOC_LINUX_MATH64_H
#define PFMALLOC_LINUX_MATH64_H

#include <asm/div64.h>
#include <linux/math.h>
#include <linux/types.h>

#define div64_long(x, y) div64_s64((x), (y))
#define div64_ul(x, y)	 div64_u64((x), (y))

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = (u32)(dividend % divisor);
	return dividend / divisor;
}

static inline s64 div_s64_rem(s64 dividend, s32 divisor, s32 *remainder)
{
	*remainder = (s32)(dividend % divisor);
	return dividend / divisor;
}

static inline u64 div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline s64 div64_s64(s64 dividend, s64 divisor)
{
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

/* For small quotients. */
static inline u32 iter_div_u64_rem(u64 dividend, u32 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return (u32)(dividend / divisor);
}

#define DIV64_U64_ROUND_UP(n, d)      div64_u64((n) + (d)-1, (d))
#define DIV64_U64_ROUND_CLOSEST(n, d) div64_u64((n) + (d) / 2, (d))
#define DIV_U64_ROUND_UP(n, d)	      div_u64((n) + (d)-1, (d))
#define DIV_U64_ROUND_CLOSEST(n, d)   div_u64((n) + (u64)(d) / 2, (d))

static inline u64 mul_u32_u32(u32 a, u32 b)
{
	return (u64)a * b;
}

/* The upper half of a 128-bit product is kept while it is shifted. */
static inline u64 mul_u64_u64_shr(u64 a, u64 b, unsigned int shift)
{
#ifdef __SIZEOF_INT128__
	return (u64)((unsigned __int128)a * b >> shift);
#else
	u64 ll = (u64)(u32)a * (u32)b;
	u64 lh = (u64)(u32)a * (b >> 32);
	u64 hl = (a >> 32) * (u64)(u32)b;
	u64 middle = (ll >> 32) + (u32)lh + (u32)hl;
	u64 low = middle << 32 | (u32)ll;
	u64 high = (a >> 32) * (b >> 32) + (lh >> 32) + (hl >> 32) +
		   (middle >> 32);

	if (shift == 0)
		return low;
	if (shift >= 64)
		return high >> (shift - 64);
	return high << (64 - shift) | low >> shift;
#endif
}

static inline u64 mul_u64_u32_shr(u64 a, u32 mul, unsigned int shift)
{
	return mul_u64_u64_shr(a, mul, shift);
}

static inline u64 mul_u64_u32_div(u64 a, u32 mul, u32 divisor)
{
	u64 high = (a >> 32) * mul;
	u64 low = (u64)(u32)a * mul;

	high += low >> 32;
	low = (high % divisor) << 32 | (u32)low;
	return (high / divisor << 32) + low / divisor;
}

#endif
