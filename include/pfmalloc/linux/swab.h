/* SPDX-License-Identifier: MIT */
/*
 * swab.h - bytes in the other order
 */
#ifndef PFMALLOC_LINUX_SWAB_H
#define PFMALLOC_LINUX_SWAB_H

#include_next <linux/swab.h>
#include <linux/types.h>

#define swab16(x)  ((u16)__builtin_bswap16((u16)(x)))
#define swab32(x)  ((u32)__builtin_bswap32((u32)(x)))
#define swab64(x)  ((u64)__builtin_bswap64((u64)(x)))
#define swahw32(x) ((u32)(x) << 16 | (u32)(x) >> 16)
#define swab16p(p) swab16(*(p))
#define swab32p(p) swab32(*(p))
#define swab64p(p) swab64(*(p))
#define swab16s(p) ((void)(*(p) = swab16(*(p))))
#define swab32s(p) ((void)(*(p) = swab32(*(p))))
#define swab64s(p) ((void)(*(p) = swab64(*(p))))

#endif
