/* SPDX-License-Identifier: MIT */
/*
 * kstrtox.h - numbers from text, all of it or none
 *
 * A number may have a sign, and one newline behind it.  @base 0 takes "0x" for
 * 16 and "0" for 8.  Return: 0; -EINVAL for what is no number; -ERANGE for one
 * that does not fit.  @res is written on success alone.
 */
#ifndef PFMALLOC_LINUX_KSTRTOX_H
#define PFMALLOC_LINUX_KSTRTOX_H

#include <linux/compiler.h>
#include <linux/types.h>

pf_api int __must_check pf_kstrtoull(const char *s, unsigned int base,
				     unsigned long long *res);
pf_api int __must_check pf_kstrtoll(const char *s, unsigned int base,
				    long long *res);
pf_api int __must_check pf_kstrtobool(const char *s, bool *res);
/* A number with K, M, G, T, P or E behind it; @end: the place behind. */
pf_api unsigned long long pf_memparse(const char *ptr, char **end);
/* strtoull() without errno; overflow wraps. */
pf_api unsigned long long pf_simple_strtoull(const char *s, char **end,
					     unsigned int base);

#define PF_DEFINE_KSTRTO(name, type, wide, convert)                           \
	static inline int __must_check name(const char *s, unsigned int base, \
					    type *res)                        \
	{                                                                     \
		wide value;                                                   \
		int err = convert(s, base, &value);                           \
                                                                              \
		if (err)                                                      \
			return err;                                           \
		if ((wide)(type)value != value)                               \
			return -34; /* ERANGE */                              \
		*res = (type)value;                                           \
		return 0;                                                     \
	}

PF_DEFINE_KSTRTO(kstrtoull, unsigned long long, unsigned long long,
		 pf_kstrtoull)
PF_DEFINE_KSTRTO(kstrtoll, long long, long long, pf_kstrtoll)
PF_DEFINE_KSTRTO(kstrtoul, unsigned long, unsigned long long, pf_kstrtoull)
PF_DEFINE_KSTRTO(kstrtol, long, long long, pf_kstrtoll)
PF_DEFINE_KSTRTO(kstrtouint, unsigned int, unsigned long long, pf_kstrtoull)
PF_DEFINE_KSTRTO(kstrtoint, int, long long, pf_kstrtoll)
PF_DEFINE_KSTRTO(kstrtou64, u64, unsigned long long, pf_kstrtoull)
PF_DEFINE_KSTRTO(kstrtos64, s64, long long, pf_kstrtoll)
PF_DEFINE_KSTRTO(kstrtou32, u32, unsigned long long, pf_kstrtoull)
PF_DEFINE_KSTRTO(kstrtos32, s32, long long, pf_kstrtoll)
PF_DEFINE_KSTRTO(kstrtou16, u16, unsigned long long, pf_kstrtoull)
PF_DEFINE_KSTRTO(kstrtos16, s16, long long, pf_kstrtoll)
PF_DEFINE_KSTRTO(kstrtou8, u8, unsigned long long, pf_kstrtoull)
PF_DEFINE_KSTRTO(kstrtos8, s8, long long, pf_kstrtoll)

static inline int __must_check kstrtobool(const char *s, bool *res)
{
	return pf_kstrtobool(s, res);
}

static inline unsigned long long memparse(const char *ptr, char **end)
{
	return pf_memparse(ptr, end);
}

static inline unsigned long long simple_strtoull(const char *s, char **end,
						 unsigned int base)
{
	return pf_simple_strtoull(s, end, base);
}

static inline unsigned long simple_strtoul(const char *s, char **end,
					   unsigned int base)
{
	return (unsigned long)pf_simple_strtoull(s, end, base);
}

static inline long long simple_strtoll(const char *s, char **end,
				       unsigned int base)
{
	if (*s == '-')
		return -(long long)pf_simple_strtoull(s + 1, end, base);
	return (long long)pf_simple_strtoull(s, end, base);
}

static inline long simple_strtol(const char *s, char **end, unsigned int base)
{
	return (long)simple_strtoll(s, end, base);
}

#endif
