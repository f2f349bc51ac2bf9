/* SPDX-License-Identifier: MIT */
/*
 * kasprintf.c - new strings by the kernel's formats
 */
#include <linux/gfp_types.h>
#include <linux/sprintf.h>

#include <pfmalloc/slab.h>

char *pf_kvasprintf(gfp_t gfp, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = pf_vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = len < 0 ? NULL : pf_kmalloc((size_t)len + 1, gfp);
	if (text)
		pf_vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

char *pf_kasprintf(gfp_t gfp, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = pf_kvasprintf(gfp, format, args);
	va_end(args);
	return text;
}
