/* SPDX-License-Identifier: MIT */
/*
 * string.h - libc's string calls, and the kernel's beside them
 */
#ifndef PFMALLOC_LINUX_STRING_H
#define PFMALLOC_LINUX_STRING_H

#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/overflow.h>
#include <linux/types.h>
#include <linux/version.h>

#include <string.h>
#include <strings.h>

/*
 * A copy that always ends in NUL.  Return: its length, or -E2BIG if @src was
 * cut off (or @size is 0).  Two arguments: @dst is an array.
 */
pf_api ssize_t pf_strscpy(char *dst, const char *src, size_t size);
/* The same, and zeros to the end. */
pf_api ssize_t pf_strscpy_pad(char *dst, const char *src, size_t size);

#define PF_STRSCPY_2(dst, src) \
	pf_strscpy(dst, src, sizeof(dst) + (size_t)__must_be_array(dst))
#define PF_STRSCPY_3(dst, src, size) pf_strscpy(dst, src, size)
#define PF_STRSCPY_PAD_2(dst, src) \
	pf_strscpy_pad(dst, src, sizeof(dst) + (size_t)__must_be_array(dst))
#define PF_STRSCPY_PAD_3(dst, src, size)  pf_strscpy_pad(dst, src, size)
#define PF_STRSCPY(_1, _2, _3, name, ...) name
#define strscpy(...) \
	PF_STRSCPY(__VA_ARGS__, PF_STRSCPY_3, PF_STRSCPY_2, )(__VA_ARGS__)
#define strscpy_pad(...)                                              \
	PF_STRSCPY(__VA_ARGS__, PF_STRSCPY_PAD_3, PF_STRSCPY_PAD_2, ) \
	(__VA_ARGS__)

/* libc has these two since glibc 2.38; the macros are for older ones. */
static inline size_t pf_strlcpy(char *dst, const char *src, size_t size)
{
	if (size)
		pf_strscpy(dst, src, size);
	return strlen(src);
}

static inline size_t pf_strlcat(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(dst, size);

	return len + pf_strlcpy(dst + len, src, size - len);
}

#undef strlcpy
#undef strlcat
#define strlcpy(dst, src, size) pf_strlcpy(dst, src, size)
#define strlcat(dst, src, size) pf_strlcat(dst, src, size)

/* Cleared although nobody reads it afterwards. */
static inline void memzero_explicit(void *s, size_t count)
{
	memset(s, 0, count);
	barrier_data(s);
}

/* Every @old in @str becomes @new.  Before Linux 6.5: the end; since: @str. */
static inline char *strreplace(char *str, char old, char new)
{
	char *s;

	for (s = str; *s; s++) {
		if (*s == old)
			*s = new;
	}
	return LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0) ? s : str;
}

static inline char *skip_spaces(const char *str)
{
	while (isspace((unsigned char)*str))
		str++;
	return (char *)(unsigned long)str;
}

/* Blanks off both ends: those behind are overwritten. */
static inline char *strim(char *s)
{
	size_t len = strlen(s);

	while (len && isspace((unsigned char)s[len - 1]))
		s[--len] = '\0';
	return skip_spaces(s);
}

#define strstrip(s) strim(s)

static inline char *strnchr(const char *s, size_t count, int c)
{
	for (; count--; s++) {
		if (*s == (char)c)
			return (char *)(unsigned long)s;
		if (!*s)
			break;
	}
	return NULL;
}

static inline char *strnchrnul(const char *s, size_t count, int c)
{
	while (count-- && *s && *s != (char)c)
		s++;
	return (char *)(unsigned long)s;
}

static inline char *pf_strchrnul(const char *s, int c)
{
	return strnchrnul(s, SIZE_MAX, c);
}
#undef strchrnul
#define strchrnul(s, c) pf_strchrnul(s, c)

static inline char *pf_strnstr(const char *s1, const char *s2, size_t len)
{
	size_t size = strlen(s2);

	for (; size <= len; s1++, len--) {
		if (!strncmp(s1, s2, size))
			return (char *)(unsigned long)s1;
		if (!*s1)
			break;
	}
	return NULL;
}
#undef strnstr
#define strnstr(s1, s2, len) pf_strnstr(s1, s2, len)

/* The first @c, or the end. */
static inline void *memscan(void *addr, int c, size_t size)
{
	void *found = memchr(addr, c, size);

	return found ? found : (char *)addr + size;
}

/* The first byte that is not @c, or NULL. */
static inline void *memchr_inv(const void *start, int c, size_t bytes)
{
	const unsigned char *p = (const unsigned char *)start;

	for (; bytes--; p++) {
		if (*p != (unsigned char)c)
			return (void *)(unsigned long)p;
	}
	return NULL;
}

static inline bool mem_is_zero(const void *s, size_t n)
{
	return !memchr_inv(s, 0, n);
}

#define PF_DEFINE_MEMSET(name, type)                        \
	static inline void *name(type *s, type v, size_t n) \
	{                                                   \
		size_t i;                                   \
                                                            \
		for (i = 0; i < n; i++)                     \
			s[i] = v;                           \
		return s;                                   \
	}
PF_DEFINE_MEMSET(memset16, u16)
PF_DEFINE_MEMSET(memset32, u32)
PF_DEFINE_MEMSET(memset64, u64)
PF_DEFINE_MEMSET(memset_l, unsigned long)

static inline void *memset_p(void **p, void *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = v;
	return p;
}

/* Whether @str begins with @prefix: its length, or 0. */
static inline size_t str_has_prefix(const char *str, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(str, prefix, len) == 0 ? len : 0;
}

static inline bool strstarts(const char *str, const char *prefix)
{
	return strncmp(str, prefix, strlen(prefix)) == 0;
}

/* Equal but for one newline at the end. */
static inline bool sysfs_streq(const char *s1, const char *s2)
{
	while (*s1 && *s1 == *s2) {
		s1++;
		s2++;
	}
	if (*s1 == *s2)
		return true;
	return (!*s1 && *s2 == '\n' && !s2[1]) ||
	       (*s1 == '\n' && !s1[1] && !*s2);
}

/* The place of @string among @n, which a NULL may end; -EINVAL. */
static inline int match_string(const char *const *array, size_t n,
			       const char *string)
{
	size_t i;

	for (i = 0; i < n && array[i]; i++) {
		if (!strcmp(array[i], string))
			return (int)i;
	}
	return -EINVAL;
}

static inline int __sysfs_match_string(const char *const *array, size_t n,
				       const char *str)
{
	size_t i;

	for (i = 0; i < n && array[i]; i++) {
		if (sysfs_streq(array[i], str))
			return (int)i;
	}
	return -EINVAL;
}
#define sysfs_match_string(array, str) \
	__sysfs_match_string(array, ARRAY_SIZE(array), str)

static inline const char *kbasename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static inline void memcpy_and_pad(void *dest, size_t dest_len, const void *src,
				  size_t count, int pad)
{
	if (count > dest_len)
		count = dest_len;
	memcpy(dest, src, count);
	memset((char *)dest + count, pad, dest_len - count);
}

/* A text into an array that need not end in NUL. */
#define strtomem_pad(dest, src, pad)                                       \
	memcpy_and_pad(dest, sizeof(dest) + (size_t)__must_be_array(dest), \
		       src, strnlen(src, sizeof(dest)), pad)
#define strtomem(dest, src) \
	((void)memcpy(dest, src, strnlen(src, sizeof(dest))))
#define memtostr(dest, src)                                \
	do {                                               \
		size_t pf_len = strnlen(src, sizeof(src)); \
		if (pf_len > sizeof(dest) - 1)             \
			pf_len = sizeof(dest) - 1;         \
		memcpy(dest, src, pf_len);                 \
		(dest)[pf_len] = '\0';                     \
	} while (0)

#define memset_after(obj, v, member)                                       \
	memset((u8 *)(obj) + offsetofend(__typeof__(*(obj)), member), (v), \
	       sizeof(*(obj)) - offsetofend(__typeof__(*(obj)), member))
#define memset_startat(obj, v, member)                                  \
	memset((u8 *)(obj) + offsetof(__typeof__(*(obj)), member), (v), \
	       sizeof(*(obj)) - offsetof(__typeof__(*(obj)), member))

#define unsafe_memcpy(dst, src, bytes, why) memcpy(dst, src, bytes)

#include <linux/stddef.h>

#endif
