/* SPDX-License-Identifier: MIT */
/*
 * bitrev.h - bits in the other order
 */
#ifndef PFMALLOC_LINUX_BITREV_H
#define PFMALLOC_LINUX_BITREV_H

#include <linux/swab.h>
#include <linux/types.h>

static inline u8 bitrev8(u8 byte)
{
	byte = (u8)(byte >> 4 | byte << 4);
	byte = (u8)((byte & 0xcc) >> 2 | (byte & 0x33) << 2);
	return (u8)((byte & 0xaa) >> 1 | (byte & 0x55) << 1);
}

static inline u16 bitrev16(u16 x)
{
	return (u16)(bitrev8((u8)x) << 8 | bitrev8((u8)(x >> 8)));
}

static inline u32 bitrev32(u32 x)
{
	return (u32)bitrev16((u16)x) << 16 | bitrev16((u16)(x >> 16));
}

#endif
