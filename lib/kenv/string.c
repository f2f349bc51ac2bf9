/* SPDX-License-Identifier: MIT */
/*
 * string.c - copies of texts
 *
 * Not inline: a compiler that sees the sizes of both sides would warn of a
 * limit that is larger than the source, which the callers mean.
 */
#include <linux/string.h>

ssize_t pf_strscpy(char *dst, const char *src, size_t size)
{
	size_t len;

	if (size == 0 || size > INT_MAX)
		return -E2BIG;
	len = strnlen(src, size);
	if (len < size) {
		memcpy(dst, src, len + 1);
		return (ssize_t)len;
	}
	memcpy(dst, src, size - 1);
	dst[size - 1] = '\0';
	return -E2BIG;
}

ssize_t pf_strscpy_pad(char *dst, const char *src, size_t size)
{
	ssize_t len = pf_strscpy(dst, src, size);

	if (len >= 0)
		memset(dst + len, 0, size - (size_t)len);
	return len;
}
