/* SPDX-License-Identifier: MIT */
/*
 * unaligned.h - numbers at any address, in either order of bytes
 */
#ifndef PFMALLOC_LINUX_UNALIGNED_H
#define PFMALLOC_LINUX_UNALIGNED_H

#include <asm/byteorder.h>
#include <linux/types.h>

/* A packed member tells the compiler that it may lie anywhere. */
#define get_unaligned(ptr)                                                \
	__extension__({                                                   \
		const struct {                                            \
			__typeof__(*(ptr)) x;                             \
		} __attribute__((__packed__, __may_alias__)) *pf_packed = \
			(const void *)(ptr);                              \
		pf_packed->x;                                             \
	})
#define put_unaligned(val, ptr)                                           \
	do {                                                              \
		struct {                                                  \
			__typeof__(*(ptr)) x;                             \
		} __attribute__((__packed__, __may_alias__)) *pf_packed = \
			(void *)(ptr);                                    \
		pf_packed->x = (val);                                     \
	} while (0)

#define PF_DEFINE_UNALIGNED(bits, order)                                     \
	static inline u##bits get_unaligned_##order##bits(const void *p)     \
	{                                                                    \
		return order##bits##_to_cpu(                                 \
			get_unaligned((const __##order##bits *)p));          \
	}                                                                    \
	static inline void put_unaligned_##order##bits(u##bits val, void *p) \
	{                                                                    \
		put_unaligned(cpu_to_##order##bits(val),                     \
			      (__##order##bits *)p);                         \
	}
PF_DEFINE_UNALIGNED(16, le)
PF_DEFINE_UNALIGNED(32, le)
PF_DEFINE_UNALIGNED(64, le)
PF_DEFINE_UNALIGNED(16, be)
PF_DEFINE_UNALIGNED(32, be)
PF_DEFINE_UNALIGNED(64, be)

static inline u32 get_unaligned_be24(const void *p)
{
	const u8 *byte = (const u8 *)p;

	return (u32)byte[0] << 16 | (u32)byte[1] << 8 | byte[2];
}

static inline u32 get_unaligned_le24(const void *p)
{
	const u8 *byte = (const u8 *)p;

	return (u32)byte[2] << 16 | (u32)byte[1] << 8 | byte[0];
}

static inline void put_unaligned_be24(u32 val, void *p)
{
	u8 *byte = (u8 *)p;

	byte[0] = (u8)(val >> 16);
	byte[1] = (u8)(val >> 8);
	byte[2] = (u8)val;
}

static inline void put_unaligned_le24(u32 val, void *p)
{
	u8 *byte = (u8 *)p;

	byte[0] = (u8)val;
	byte[1] = (u8)(val >> 8);
	byte[2] = (u8)(val >> 16);
}

#endif
