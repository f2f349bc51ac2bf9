/* SPDX-License-Identifier: MIT */
/*
 * print.h - text into a fixed buffer, without stdio and without allocation
 */
#ifndef PF_BASE_PRINT_H
#define PF_BASE_PRINT_H

#include <stdarg.h>

#include "base/compiler.h"
#include "base/types.h"

/* A line being put together; what does not fit is cut off. */
struct text {
	char *start;
	size_t size; /* bytes in the buffer, the final NUL included */
	size_t len;  /* bytes used, without the NUL */
};

#define TEXT(name, bytes)          \
	char name##_buffer[bytes]; \
	struct text name = {name##_buffer, sizeof(name##_buffer), 0}

/**
 * text_print - append formatted text
 * @t: where to
 * @format: %s %c %d %u %x %p %%, with l, ll or z before d, u and x, and a
 *	width with or without a leading 0 before any number
 *
 * Safe in a signal handler; touches nothing but @t.
 */
void text_print(struct text *t, const char *format, ...) pf_printf(2, 3);
void text_vprint(struct text *t, const char *format, va_list ap);

#endif
