/* SPDX-License-Identifier: MIT */
/*
 * byteorder.h - numbers as this machine, and as the wire, has them
 *
 * libc's headers may include <asm/byteorder.h>: the system's is read first.
 */
#ifndef PFMALLOC_ASM_BYTEORDER_H
#define PFMALLOC_ASM_BYTEORDER_H

#include_next <asm/byteorder.h>
#include <linux/swab.h>
#include <linux/types.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define pf_le(bits, x) ((u##bits)(x))
#define pf_be(bits, x) swab##bits(x)
#else
#define pf_le(bits, x) swab##bits(x)
#define pf_be(bits, x) ((u##bits)(x))
#endif

#define cpu_to_le16(x) ((__le16)pf_le(16, x))
#define cpu_to_le32(x) ((__le32)pf_le(32, x))
#define cpu_to_le64(x) ((__le64)pf_le(64, x))
#define cpu_to_be16(x) ((__be16)pf_be(16, x))
#define cpu_to_be32(x) ((__be32)pf_be(32, x))
#define cpu_to_be64(x) ((__be64)pf_be(64, x))
#define le16_to_cpu(x) pf_le(16, x)
#define le32_to_cpu(x) pf_le(32, x)
#define le64_to_cpu(x) pf_le(64, x)
#define be16_to_cpu(x) pf_be(16, x)
#define be32_to_cpu(x) pf_be(32, x)
#define be64_to_cpu(x) pf_be(64, x)

#define cpu_to_le16p(p) cpu_to_le16(*(p))
#define cpu_to_le32p(p) cpu_to_le32(*(p))
#define cpu_to_le64p(p) cpu_to_le64(*(p))
#define cpu_to_be16p(p) cpu_to_be16(*(p))
#define cpu_to_be32p(p) cpu_to_be32(*(p))
#define cpu_to_be64p(p) cpu_to_be64(*(p))
#define le16_to_cpup(p) le16_to_cpu(*(p))
#define le32_to_cpup(p) le32_to_cpu(*(p))
#define le64_to_cpup(p) le64_to_cpu(*(p))
#define be16_to_cpup(p) be16_to_cpu(*(p))
#define be32_to_cpup(p) be32_to_cpu(*(p))
#define be64_to_cpup(p) be64_to_cpu(*(p))

#define cpu_to_le16s(p) ((void)(*(p) = pf_le(16, *(p))))
#define cpu_to_le32s(p) ((void)(*(p) = pf_le(32, *(p))))
#define cpu_to_le64s(p) ((void)(*(p) = pf_le(64, *(p))))
#define cpu_to_be16s(p) ((void)(*(p) = pf_be(16, *(p))))
#define cpu_to_be32s(p) ((void)(*(p) = pf_be(32, *(p))))
#define cpu_to_be64s(p) ((void)(*(p) = pf_be(64, *(p))))
#define le16_to_cpus(p) cpu_to_le16s(p)
#define le32_to_cpus(p) cpu_to_le32s(p)
#define le64_to_cpus(p) cpu_to_le64s(p)
#define be16_to_cpus(p) cpu_to_be16s(p)
#define be32_to_cpus(p) cpu_to_be32s(p)
#define be64_to_cpus(p) cpu_to_be64s(p)

static inline void le16_add_cpu(__le16 *var, u16 val)
{
	*var = cpu_to_le16(le16_to_cpu(*var) + val);
}

static inline void le32_add_cpu(__le32 *var, u32 val)
{
	*var = cpu_to_le32(le32_to_cpu(*var) + val);
}

static inline void be32_add_cpu(__be32 *var, u32 val)
{
	*var = cpu_to_be32(be32_to_cpu(*var) + val);
}

#endif
