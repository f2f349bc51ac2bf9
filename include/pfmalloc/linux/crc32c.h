/* SPDX-License-Identifier: MIT */
/*
 * crc32c.h - Castagnoli's polynomial; see <linux/crc32.h>
 */
#ifndef PFMALLOC_LINUX_CRC32C_H
#define PFMALLOC_LINUX_CRC32C_H

#include <linux/crc32.h>

static inline u32 crc32c(u32 crc, const void *p, size_t len)
{
	return __crc32c_le(crc, p, len);
}

#endif
