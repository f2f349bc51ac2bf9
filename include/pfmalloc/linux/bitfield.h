/* SPDX-License-Identifier: MIT */
/*
 * bitfield.h - numbers in some bits of a larger one, which a mask names
 *
 * 	FIELD_GET(GENMASK(7, 4), 0x3a5)	is 0xa
 *
 * A mask has its bits side by side.  A constant that is none, or a constant
 * value that does not fit, does not compile where the optimizer runs.
 */
#ifndef PFMALLOC_LINUX_BITFIELD_H
#define PFMALLOC_LINUX_BITFIELD_H

#include <asm/byteorder.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

#define __bf_shf(mask)	(__builtin_ffsll((long long)(mask)) - 1)
#define pf_bf_low(mask) ((mask) & (0ULL - (mask)))
#define pf_bf_is_mask(mask) \
	((mask) != 0 && (((mask) + pf_bf_low(mask)) & (mask)) == 0)
#define pf_bf_check(mask, val)                                              \
	do {                                                                \
		BUILD_BUG_ON_MSG(                                           \
			__builtin_constant_p(mask) &&                       \
				!pf_bf_is_mask((unsigned long long)(mask)), \
			"the mask's bits are not side by side");            \
		BUILD_BUG_ON_MSG(__builtin_constant_p(mask) &&              \
					 __builtin_constant_p(val) &&       \
					 ((unsigned long long)(mask) >>     \
						  __bf_shf(mask) &          \
					  (unsigned long long)(val)) !=     \
						 (unsigned long long)(val), \
				 "the value does not fit in the field");    \
	} while (0)

#define FIELD_MAX(mask) ((__typeof__(mask))((mask) >> __bf_shf(mask)))
#define FIELD_FIT(mask, val)                                           \
	(!((((__typeof__(mask))(val)) << __bf_shf(mask)) & ~(mask)) && \
	 (unsigned long long)(val) <= (unsigned long long)FIELD_MAX(mask))
#define FIELD_PREP(mask, val)                               \
	__extension__({                                     \
		pf_bf_check(mask, val);                     \
		(__typeof__(mask))(((__typeof__(mask))(val) \
				    << __bf_shf(mask)) &    \
				   (mask));                 \
	})
#define FIELD_PREP_CONST(mask, val)                                       \
	(BUILD_BUG_ON_ZERO((mask) == 0) +                                 \
	 BUILD_BUG_ON_ZERO(((mask) >> __bf_shf(mask) & (val)) != (val)) + \
	 ((__typeof__(mask))(val) << __bf_shf(mask)))
#define FIELD_GET(mask, reg)                                            \
	__extension__({                                                 \
		pf_bf_check(mask, 0U);                                  \
		(__typeof__(mask))(((reg) & (mask)) >> __bf_shf(mask)); \
	})
#define FIELD_MODIFY(mask, reg_p, val)                                        \
	__extension__({                                                       \
		pf_bf_check(mask, val);                                       \
		*(reg_p) &= (__typeof__(*(reg_p)))~(mask);                    \
		*(reg_p) |= ((__typeof__(*(reg_p)))(val) << __bf_shf(mask)) & \
			    (mask);                                           \
	})

/* Of a type, in the machine's order or another; @field is the mask. */
#define PF_DEFINE_FIELD(name, type, base, to, from)                            \
	static inline base name##_get_bits(type v, base field)                 \
	{                                                                      \
		return (base)((from(v) & field) >> __bf_shf(field));           \
	}                                                                      \
	static inline type name##_encode_bits(base v, base field)              \
	{                                                                      \
		return to((base)((base)(v << __bf_shf(field)) & field));       \
	}                                                                      \
	static inline type name##_replace_bits(type old, base val, base field) \
	{                                                                      \
		return (type)((old & ~to(field)) |                             \
			      name##_encode_bits(val, field));                 \
	}                                                                      \
	static inline void name##p_replace_bits(type *p, base val, base field) \
	{                                                                      \
		*p = name##_replace_bits(*p, val, field);                      \
	}
#define pf_bf_same(x) (x)
PF_DEFINE_FIELD(u8, u8, u8, pf_bf_same, pf_bf_same)
PF_DEFINE_FIELD(u16, u16, u16, pf_bf_same, pf_bf_same)
PF_DEFINE_FIELD(u32, u32, u32, pf_bf_same, pf_bf_same)
PF_DEFINE_FIELD(u64, u64, u64, pf_bf_same, pf_bf_same)
PF_DEFINE_FIELD(le16, __le16, u16, cpu_to_le16, le16_to_cpu)
PF_DEFINE_FIELD(le32, __le32, u32, cpu_to_le32, le32_to_cpu)
PF_DEFINE_FIELD(le64, __le64, u64, cpu_to_le64, le64_to_cpu)
PF_DEFINE_FIELD(be16, __be16, u16, cpu_to_be16, be16_to_cpu)
PF_DEFINE_FIELD(be32, __be32, u32, cpu_to_be32, be32_to_cpu)
PF_DEFINE_FIELD(be64, __be64, u64, cpu_to_be64, be64_to_cpu)

#endif
