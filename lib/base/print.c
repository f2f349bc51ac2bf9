/* SPDX-License-Identifier: MIT */
/*
 * print.c - text into a fixed buffer, without stdio and without allocation
 *
 * The allocator must be able to say what is wrong when nothing around it can
 * be trusted any more: stdio allocates, takes locks and may be what called us.
 * So reports are put together here, in a buffer on the caller's stack.
 */
#include "base/print.h"

static void put(struct text *t, char c)
{
	if (t->len + 1 >= t->size)
		return;
	t->start[t->len++] = c;
	t->start[t->len] = '\0';
}

static void put_string(struct text *t, const char *s)
{
	if (!s)
		s = "(null)";
	while (*s)
		put(t, *s++);
}

static void put_number(struct text *t, unsigned long long n, unsigned int base,
		       unsigned int width, char fill)
{
	char digits[24];
	unsigned int i = 0;

	do {
		digits[i++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	while (width > i) {
		put(t, fill);
		width--;
	}
	while (i)
		put(t, digits[--i]);
}

static unsigned long long next_number(va_list *ap, unsigned int longs,
				      bool is_signed)
{
	if (longs >= 2)
		return va_arg(*ap, unsigned long long);
	if (longs == 1)
		return is_signed ? (unsigned long long)va_arg(*ap, long)
				 : va_arg(*ap, unsigned long);
	return is_signed ? (unsigned long long)va_arg(*ap, int)
			 : va_arg(*ap, unsigned int);
}

/* One conversion, @f behind the %; returns the character after it. */
static const char *convert(struct text *t, const char *f, va_list *ap)
{
	unsigned int width = 0, longs = 0;
	unsigned long long n;
	char fill = ' ';

	if (*f == '0')
		fill = *f++;
	while (*f >= '0' && *f <= '9')
		width = width * 10 + (unsigned int)(*f++ - '0');
	while (*f == 'l' || *f == 'z') {
		longs++;
		f++;
	}
	switch (*f) {
	case 's':
		put_string(t, va_arg(*ap, const char *));
		break;
	case 'c':
		put(t, (char)va_arg(*ap, int));
		break;
	case 'd':
		n = next_number(ap, longs, true);
		if ((long long)n < 0) {
			put(t, '-');
			n = -n;
		}
		put_number(t, n, 10, width, fill);
		break;
	case 'u':
		put_number(t, next_number(ap, longs, false), 10, width, fill);
		break;
	case 'x':
		put_number(t, next_number(ap, longs, false), 16, width, fill);
		break;
	case 'p':
		put_string(t, "0x");
		put_number(t, (uintptr_t)va_arg(*ap, void *), 16, 0, ' ');
		break;
	case '\0':
		return f;
	default:
		put(t, *f);
	}
	return f + 1;
}

void text_vprint(struct text *t, const char *format, va_list ap)
{
	va_list copy;

	va_copy(copy, ap);
	while (*format) {
		if (*format != '%')
			put(t, *format++);
		else
			format = convert(t, format + 1, &copy);
	}
	va_end(copy);
}

void text_print(struct text *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	text_vprint(t, format, ap);
	va_end(ap);
}
