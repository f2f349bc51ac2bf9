/* SPDX-License-Identifier: MIT */
/*
 * hex.h - bytes as hexadecimal digits and back
 */
#ifndef PFMALLOC_LINUX_HEX_H
#define PFMALLOC_LINUX_HEX_H

#include <linux/errno.h>
#include <linux/types.h>

#define hex_asc_lo(x)	    ("0123456789abcdef"[(x)&0x0f])
#define hex_asc_hi(x)	    ("0123456789abcdef"[((x)&0xf0) >> 4])
#define hex_asc_upper_lo(x) ("0123456789ABCDEF"[(x)&0x0f])
#define hex_asc_upper_hi(x) ("0123456789ABCDEF"[((x)&0xf0) >> 4])

static inline char *hex_byte_pack(char *buf, u8 byte)
{
	*buf++ = hex_asc_hi(byte);
	*buf++ = hex_asc_lo(byte);
	return buf;
}

static inline char *hex_byte_pack_upper(char *buf, u8 byte)
{
	*buf++ = hex_asc_upper_hi(byte);
	*buf++ = hex_asc_upper_lo(byte);
	return buf;
}

/* The digit's value, or -1. */
static inline int hex_to_bin(unsigned char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	ch |= 0x20;
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* @count bytes from 2 * @count digits; 0 or -EINVAL. */
static inline int __must_check hex2bin(u8 *dst, const char *src, size_t count)
{
	while (count--) {
		int high = hex_to_bin((unsigned char)*src++);
		int low;

		if (high < 0)
			return -EINVAL;
		low = hex_to_bin((unsigned char)*src++);
		if (low < 0)
			return -EINVAL;
		*dst++ = (u8)(high << 4 | low);
	}
	return 0;
}

/* 2 * @count digits, no NUL; the place behind them. */
static inline char *bin2hex(char *dst, const void *src, size_t count)
{
	const unsigned char *byte = (const unsigned char *)src;

	while (count--)
		dst = hex_byte_pack(dst, *byte++);
	return dst;
}

static inline bool mac_pton(const char *s, u8 *mac)
{
	int i;

	for (i = 0; i < 6; i++, s += 3) {
		if (hex_to_bin((unsigned char)s[0]) < 0 ||
		    hex_to_bin((unsigned char)s[1]) < 0 ||
		    (i < 5 && s[2] != ':'))
			return false;
	}
	for (s -= 18, i = 0; i < 6; i++, s += 3)
		mac[i] = (u8)(hex_to_bin((unsigned char)s[0]) << 4 |
			      hex_to_bin((unsigned char)s[1]));
	return true;
}

#endif
