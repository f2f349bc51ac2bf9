/* SPDX-License-Identifier: MIT */
/*
 * crc32.h - cyclic redundancy checks of 32 bits
 *
 * The remainder alone: callers start with ~0 and invert the result where their
 * format says so.
 */
#ifndef PFMALLOC_LINUX_CRC32_H
#define PFMALLOC_LINUX_CRC32_H

#include <linux/bitrev.h>
#include <linux/types.h>

#define CRC32_POLY_LE  0xedb88320U
#define CRC32_POLY_BE  0x04c11db7U
#define CRC32C_POLY_LE 0x82f63b78U

/* The lowest bit first; _be: the highest. */
pf_api u32 pf_crc32_le(u32 crc, const void *p, size_t len, u32 poly);
pf_api u32 pf_crc32_be(u32 crc, const void *p, size_t len);

static inline u32 crc32_le(u32 crc, const void *p, size_t len)
{
	return pf_crc32_le(crc, p, len, CRC32_POLY_LE);
}

static inline u32 crc32_be(u32 crc, const void *p, size_t len)
{
	return pf_crc32_be(crc, p, len);
}

static inline u32 __crc32c_le(u32 crc, const void *p, size_t len)
{
	return pf_crc32_le(crc, p, len, CRC32C_POLY_LE);
}

#define crc32(seed, data, length)  crc32_le(seed, data, length)
#define ether_crc_le(length, data) crc32_le(~0U, data, length)
#define ether_crc(length, data)	   bitrev32(crc32_le(~0U, data, length))

#endif
