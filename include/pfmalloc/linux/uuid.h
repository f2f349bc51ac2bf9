/* SPDX-License-Identifier: MIT */
/*
 * uuid.h - universally unique identifiers
 *
 * A uuid_t is in the order of its text; a guid_t has its first three numbers
 * with the lowest byte first.
 */
#ifndef PFMALLOC_LINUX_UUID_H
#define PFMALLOC_LINUX_UUID_H

#include <linux/errno.h>
#include <linux/hex.h>
#include <linux/random.h>
#include <linux/types.h>

#define UUID_SIZE	16
#define UUID_STRING_LEN 36

typedef struct {
	__u8 b[UUID_SIZE];
} guid_t;

typedef struct {
	__u8 b[UUID_SIZE];
} uuid_t;

#define GUID_INIT(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                    \
	((guid_t){{(a)&0xff, ((a) >> 8) & 0xff, ((a) >> 16) & 0xff,           \
		   ((a) >> 24) & 0xff, (b)&0xff, ((b) >> 8) & 0xff, (c)&0xff, \
		   ((c) >> 8) & 0xff, (d0), (d1), (d2), (d3), (d4), (d5),     \
		   (d6), (d7)}})
#define UUID_INIT(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                    \
	((uuid_t){{((a) >> 24) & 0xff, ((a) >> 16) & 0xff, ((a) >> 8) & 0xff, \
		   (a)&0xff, ((b) >> 8) & 0xff, (b)&0xff, ((c) >> 8) & 0xff,  \
		   (c)&0xff, (d0), (d1), (d2), (d3), (d4), (d5), (d6), (d7)}})

static const guid_t guid_null __attribute__((__unused__));
static const uuid_t uuid_null __attribute__((__unused__));

/* The place of the text's n-th byte. */
static inline unsigned int pf_uuid_place(unsigned int n, bool is_guid)
{
	static const u8 little[8] = {3, 2, 1, 0, 5, 4, 7, 6};

	return is_guid && n < 8 ? little[n] : n;
}

/* Eight digits, a dash, four, a dash, four, a dash, four, a dash, twelve. */
static inline bool uuid_is_valid(const char *uuid)
{
	unsigned int i;

	for (i = 0; i < UUID_STRING_LEN; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (uuid[i] != '-')
				return false;
		} else if (hex_to_bin((unsigned char)uuid[i]) < 0) {
			return false;
		}
	}
	return true;
}

static inline int pf_uuid_parse(const char *text, u8 *bytes, bool is_guid)
{
	unsigned int n;

	if (!uuid_is_valid(text))
		return -EINVAL;
	for (n = 0; n < UUID_SIZE; n++, text += 2) {
		if (*text == '-')
			text++;
		bytes[pf_uuid_place(n, is_guid)] =
			(u8)(hex_to_bin((unsigned char)text[0]) << 4 |
			     hex_to_bin((unsigned char)text[1]));
	}
	return 0;
}

/* Version 4, variant 1: the rest is random. */
static inline void pf_uuid_gen(u8 *bytes, bool is_guid)
{
	u8 *version = &bytes[pf_uuid_place(6, is_guid)];

	pf_get_random_bytes(bytes, UUID_SIZE);
	*version = (u8)((*version & 0x0f) | 0x40);
	bytes[8] = (u8)((bytes[8] & 0x3f) | 0x80);
}

#define PF_DEFINE_UUID(name, is_guid)                                      \
	static inline bool name##_equal(const name##_t *u1,                \
					const name##_t *u2)                \
	{                                                                  \
		return !__builtin_memcmp(u1, u2, sizeof(*u1));             \
	}                                                                  \
	static inline void name##_copy(name##_t *dst, const name##_t *src) \
	{                                                                  \
		__builtin_memcpy(dst, src, sizeof(*dst));                  \
	}                                                                  \
	static inline void import_##name(name##_t *dst, const __u8 *src)   \
	{                                                                  \
		__builtin_memcpy(dst, src, sizeof(*dst));                  \
	}                                                                  \
	static inline void export_##name(__u8 *dst, const name##_t *src)   \
	{                                                                  \
		__builtin_memcpy(dst, src, sizeof(*src));                  \
	}                                                                  \
	static inline bool name##_is_null(const name##_t *u)               \
	{                                                                  \
		return name##_equal(u, &name##_null);                      \
	}                                                                  \
	static inline void name##_gen(name##_t *u)                         \
	{                                                                  \
		pf_uuid_gen(u->b, is_guid);                                \
	}                                                                  \
	static inline void generate_random_##name(unsigned char bytes[16]) \
	{                                                                  \
		pf_uuid_gen(bytes, is_guid);                               \
	}                                                                  \
	static inline int __must_check name##_parse(const char *text,      \
						    name##_t *u)           \
	{                                                                  \
		return pf_uuid_parse(text, u->b, is_guid);                 \
	}
PF_DEFINE_UUID(guid, true)
PF_DEFINE_UUID(uuid, false)

#endif
