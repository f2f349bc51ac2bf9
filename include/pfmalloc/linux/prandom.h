/* SPDX-License-Identifier: MIT */
/*
 * prandom.h - random numbers that a seed repeats
 *
 * Reading: P. L'Ecuyer, "Tables of Maximally-Equidistributed Combined LFSR
 * Generators", 1999.
 */
#ifndef PFMALLOC_LINUX_PRANDOM_H
#define PFMALLOC_LINUX_PRANDOM_H

#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/types.h>

struct rnd_state {
	__u32 s1, s2, s3, s4;
};

#define pf_lfsr(s, up, down, mask, left) \
	((((s) & (mask)) << (left)) ^ ((((s) << (up)) ^ (s)) >> (down)))

static inline u32 prandom_u32_state(struct rnd_state *state)
{
	state->s1 = pf_lfsr(state->s1, 6U, 13U, ~1U, 18U);
	state->s2 = pf_lfsr(state->s2, 2U, 27U, ~7U, 2U);
	state->s3 = pf_lfsr(state->s3, 13U, 21U, ~15U, 7U);
	state->s4 = pf_lfsr(state->s4, 3U, 12U, ~127U, 13U);
	return state->s1 ^ state->s2 ^ state->s3 ^ state->s4;
}

static inline void prandom_bytes_state(struct rnd_state *state, void *buf,
				       size_t nbytes)
{
	u8 *at = (u8 *)buf;

	while (nbytes) {
		u32 value = prandom_u32_state(state);
		size_t i;

		for (i = 0; i < 4 && nbytes; i++, nbytes--, value >>= 8)
			*at++ = (u8)value;
	}
}

/* A part of the state below @min would stay 0 for ever. */
static inline u32 pf_seed(u32 x, u32 min)
{
	return x < min ? x + min : x;
}

static inline void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	u32 i = (u32)((seed >> 32) ^ (seed << 10) ^ seed);

	state->s1 = pf_seed(i, 2);
	state->s2 = pf_seed(i, 8);
	state->s3 = pf_seed(i, 16);
	state->s4 = pf_seed(i, 128);
}

static inline u32 next_pseudo_random32(u32 seed)
{
	return seed * 1664525 + 1013904223;
}

#endif
