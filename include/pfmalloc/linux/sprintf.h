/* SPDX-License-Identifier: MIT */
/*
 * sprintf.h - the kernel's formats
 *
 * snprintf() and its kin are the library's: all that libc's can do, numbers
 * with a fraction included, and the kernel's %p with a letter behind it
 * (pfmalloc-kenv(7) lists them).  libc's <stdio.h> is read first, so it cannot
 * meet the macros.
 */
#ifndef PFMALLOC_LINUX_SPRINTF_H
#define PFMALLOC_LINUX_SPRINTF_H

#include <linux/types.h>

#include <stdarg.h>
#include <stdio.h>

/* What "%pV" prints: a format and its arguments. */
struct va_format {
	const char *fmt;
	va_list *va;
};

/* The bytes that the whole text has, without NUL, however many fitted. */
pf_api __printf(3, 4) int pf_snprintf(char *buf, size_t size, const char *fmt,
				      ...);
pf_api __printf(3, 0) int pf_vsnprintf(char *buf, size_t size, const char *fmt,
				       va_list args);
/* The bytes that were written, without NUL: at most @size - 1. */
pf_api __printf(3, 4) int pf_scnprintf(char *buf, size_t size, const char *fmt,
				       ...);
pf_api __printf(3, 0) int pf_vscnprintf(char *buf, size_t size, const char *fmt,
					va_list args);

#undef sprintf
#undef snprintf
#undef vsprintf
#undef vsnprintf
#define snprintf(buf, size, ...)	 pf_snprintf(buf, size, __VA_ARGS__)
#define vsnprintf(buf, size, fmt, args)	 pf_vsnprintf(buf, size, fmt, args)
#define sprintf(buf, ...)		 pf_snprintf(buf, INT32_MAX, __VA_ARGS__)
#define vsprintf(buf, fmt, args)	 pf_vsnprintf(buf, INT32_MAX, fmt, args)
#define scnprintf(buf, size, ...)	 pf_scnprintf(buf, size, __VA_ARGS__)
#define vscnprintf(buf, size, fmt, args) pf_vscnprintf(buf, size, fmt, args)

#endif
