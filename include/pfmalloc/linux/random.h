/* SPDX-License-Identifier: MIT */
/*
 * random.h - random numbers of the system
 */
#ifndef PFMALLOC_LINUX_RANDOM_H
#define PFMALLOC_LINUX_RANDOM_H

#include_next <linux/random.h>
#include <linux/types.h>

/* May be called in any context that is no signal handler. */
pf_api void pf_get_random_bytes(void *buf, size_t len);
/* 0 to @ceil - 1, all alike; 0 for 0. */
pf_api u32 pf_get_random_u32_below(u32 ceil);

static inline void get_random_bytes(void *buf, size_t len)
{
	pf_get_random_bytes(buf, len);
}

static inline int get_random_bytes_wait(void *buf, size_t len)
{
	pf_get_random_bytes(buf, len);
	return 0;
}

static inline int wait_for_random_bytes(void)
{
	return 0;
}

#define PF_DEFINE_RANDOM(name, type)                        \
	static inline type get_random_##name(void)          \
	{                                                   \
		type value;                                 \
                                                            \
		pf_get_random_bytes(&value, sizeof(value)); \
		return value;                               \
	}
PF_DEFINE_RANDOM(u8, u8)
PF_DEFINE_RANDOM(u16, u16)
PF_DEFINE_RANDOM(u32, u32)
PF_DEFINE_RANDOM(u64, u64)
PF_DEFINE_RANDOM(int, unsigned int)
PF_DEFINE_RANDOM(long, unsigned long)

static inline u32 get_random_u32_below(u32 ceil)
{
	return pf_get_random_u32_below(ceil);
}

static inline u32 get_random_u32_above(u32 floor)
{
	return floor + 1 + pf_get_random_u32_below((u32)-1 - floor);
}

static inline u32 get_random_u32_inclusive(u32 floor, u32 ceil)
{
	return floor == 0 && ceil == (u32)-1
		       ? get_random_u32()
		       : floor + pf_get_random_u32_below(ceil - floor + 1);
}

static inline u32 prandom_u32_max(u32 ceil)
{
	return pf_get_random_u32_below(ceil);
}

#endif
