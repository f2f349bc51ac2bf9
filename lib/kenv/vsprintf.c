/* SPDX-License-Identifier: MIT */
/*
 * vsprintf.c - the kernel's formats
 *
 * libc prints numbers and texts, one conversion at a time, into what is left of
 * the buffer; what is here is the walk over the format and "%p" with letters.
 * A plain %p prints the address: the process can see its own.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/find.h>
#include <linux/hex.h>
#include <linux/kernel.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include <dlfcn.h>
#include <stdarg.h>

#undef snprintf /* here libc's */

struct out {
	char *buf;
	size_t size;
	size_t len; /* of the whole text; may be more than fits */
};

/* One conversion: flags, width (0: none), precision (-1: none), length. */
struct spec {
	char flags[8];
	int width;
	int precision;
	char length[4];
	char type;
};

static char *rest(const struct out *out)
{
	return out->len < out->size ? out->buf + out->len : NULL;
}

static size_t room(const struct out *out)
{
	return out->len < out->size ? out->size - out->len : 0;
}

static void put(struct out *out, const char *text, size_t len)
{
	if (room(out))
		memcpy(rest(out), text, min(len, room(out)));
	out->len += len;
}

/* @text, as wide as the conversion says. */
static void put_text(struct out *out, const struct spec *spec, const char *text,
		     size_t len)
{
	size_t width = spec->width > 0 ? (size_t)spec->width : 0;
	bool is_left = strchr(spec->flags, '-');
	size_t i;

	for (i = len; !is_left && i < width; i++)
		put(out, " ", 1);
	put(out, text, len);
	for (i = len; is_left && i < width; i++)
		put(out, " ", 1);
}

static void put_vformat(struct out *out, const char *fmt, va_list args);

static void put_symbol(struct out *out, const struct spec *spec, void *address,
		       bool has_offset)
{
	char text[256];
	Dl_info info;
	int len;

	if (!dladdr(address, &info) || !info.dli_sname)
		len = snprintf(text, sizeof(text), "0x%lx",
			       (unsigned long)address);
	else if (has_offset)
		len = snprintf(
			text, sizeof(text), "%.200s+0x%lx", info.dli_sname,
			(unsigned long)address - (unsigned long)info.dli_saddr);
	else
		len = snprintf(text, sizeof(text), "%.200s", info.dli_sname);
	put_text(out, spec, text, (size_t)len);
}

/* libc does not know those that never leave a kernel. */
static const char *name_of_error(int err)
{
	static const char *const names[] = {
		[ERESTARTSYS - 512] = "ERESTARTSYS",
		[ERESTARTNOINTR - 512] = "ERESTARTNOINTR",
		[ERESTARTNOHAND - 512] = "ERESTARTNOHAND",
		[ENOIOCTLCMD - 512] = "ENOIOCTLCMD",
		[ERESTART_RESTARTBLOCK - 512] = "ERESTART_RESTARTBLOCK",
		[EPROBE_DEFER - 512] = "EPROBE_DEFER",
		[EOPENSTALE - 512] = "EOPENSTALE",
		[ENOPARAM - 512] = "ENOPARAM",
		[EBADHANDLE - 512] = "EBADHANDLE",
		[ENOTSYNC - 512] = "ENOTSYNC",
		[EBADCOOKIE - 512] = "EBADCOOKIE",
		[ENOTSUPP - 512] = "ENOTSUPP",
		[ETOOSMALL - 512] = "ETOOSMALL",
		[ESERVERFAULT - 512] = "ESERVERFAULT",
		[EBADTYPE - 512] = "EBADTYPE",
		[EJUKEBOX - 512] = "EJUKEBOX",
		[EIOCBQUEUED - 512] = "EIOCBQUEUED",
		[ERECALLCONFLICT - 512] = "ERECALLCONFLICT",
		[ENOGRACE - 512] = "ENOGRACE",
	};

	if (err >= 512 && err < 512 + (int)ARRAY_SIZE(names))
		return names[err - 512];
	return strerrorname_np(err);
}

static void put_error(struct out *out, const struct spec *spec, const void *ptr)
{
	char text[32];
	const char *name =
		IS_ERR(ptr) ? name_of_error(-(int)PTR_ERR(ptr)) : NULL;
	int len;

	if (name)
		len = snprintf(text, sizeof(text), "-%s", name);
	else if (IS_ERR(ptr))
		len = snprintf(text, sizeof(text), "%ld", PTR_ERR(ptr));
	else
		len = snprintf(text, sizeof(text), "%p", ptr);
	put_text(out, spec, text, (size_t)len);
}

/* %ph: bytes, blank between; C, D, N: colon, dash, nothing. */
static void put_bytes(struct out *out, const u8 *bytes, int nr, char kind)
{
	char separator = kind == 'C' ? ':' : kind == 'D' ? '-' : ' ';
	int i;

	for (i = 0; i < clamp(nr, 1, 64); i++) {
		char digits[2];

		if (i && kind != 'N')
			put(out, &separator, 1);
		hex_byte_pack(digits, bytes[i]);
		put(out, digits, 2);
	}
}

/* %pM and its kin: 6 bytes; m: nothing between; F: dashes; R: backwards. */
static void put_mac(struct out *out, const u8 *mac, const char *kind)
{
	u8 bytes[6];
	int i;

	for (i = 0; i < 6; i++)
		bytes[i] = kind[1] == 'R' ? mac[5 - i] : mac[i];
	put_bytes(out, bytes, 6,
		  kind[0] == 'm'   ? 'N'
		  : kind[1] == 'F' ? 'D'
				   : 'C');
}

/* %*pb: words of 32 bits; l: a list of ranges. */
static void put_bitmap(struct out *out, const unsigned long *map,
		       unsigned int nbits, bool is_list)
{
	char text[40];
	unsigned int chunk = DIV_ROUND_UP(nbits, 32);
	unsigned int from, to;
	const char *comma = "";
	int len;

	while (!is_list && chunk--) {
		unsigned int bits = min(nbits - chunk * 32, 32U);
		unsigned long word = map[chunk * 32 / BITS_PER_LONG] >>
				     (chunk * 32 % BITS_PER_LONG);

		len = snprintf(text, sizeof(text), "%s%0*lx", comma,
			       (int)DIV_ROUND_UP(bits, 4),
			       word & GENMASK(bits - 1, 0));
		put(out, text, (size_t)len);
		comma = ",";
	}
	for (from = 0; is_list; from = to) {
		from = (unsigned int)find_next_bit(map, nbits, from);
		if (from >= nbits)
			break;
		to = (unsigned int)find_next_zero_bit(map, nbits, from);
		len = snprintf(text, sizeof(text),
			       to - from == 1 ? "%s%u" : "%s%u-%u", comma, from,
			       to - 1);
		put(out, text, (size_t)len);
		comma = ",";
	}
}

static void put_uuid(struct out *out, const u8 *uuid, char kind)
{
	static const u8 little[16] = {3, 2, 1,	0,  5,	4,  7,	6,
				      8, 9, 10, 11, 12, 13, 14, 15};
	bool is_little = kind == 'l' || kind == 'L';
	bool is_upper = kind == 'B' || kind == 'L';
	unsigned int i;

	for (i = 0; i < 16; i++) {
		u8 byte = uuid[is_little ? little[i] : i];
		char digits[2];

		if (i == 4 || i == 6 || i == 8 || i == 10)
			put(out, "-", 1);
		if (is_upper)
			hex_byte_pack_upper(digits, byte);
		else
			hex_byte_pack(digits, byte);
		put(out, digits, 2);
	}
}

/* The letters behind %p that belong to it. */
static int put_pointer(struct out *out, struct spec *spec, const char *kind,
		       void *ptr)
{
	char text[40];
	int len;

	switch (*kind) {
	case 'S':
	case 'B':
		put_symbol(out, spec, ptr, true);
		return kind[1] == 'R' || kind[1] == 'b' ? 2 : 1;
	case 's':
		put_symbol(out, spec, ptr, false);
		return 1;
	case 'e':
		put_error(out, spec, ptr);
		return 1;
	case 'V': {
		const struct va_format *message = ptr;
		va_list args;

		va_copy(args, *message->va);
		put_vformat(out, message->fmt, args);
		va_end(args);
		return 1;
	}
	case 'a': /* phys_addr_t, dma_addr_t: both have 64 bits */
		len = snprintf(text, sizeof(text), "0x%016llx",
			       (unsigned long long)*(phys_addr_t *)ptr);
		put_text(out, spec, text, (size_t)len);
		return kind[1] == 'p' || kind[1] == 'd' ? 2 : 1;
	case 'h':
		put_bytes(out, ptr, spec->width, kind[1]);
		return kind[1] && strchr("CDN", kind[1]) ? 2 : 1;
	case 'M':
	case 'm':
		put_mac(out, ptr, kind);
		return kind[1] == 'F' || kind[1] == 'R' ? 2 : 1;
	case 'b':
		put_bitmap(out, ptr, (unsigned int)max(spec->width, 0),
			   kind[1] == 'l');
		return kind[1] == 'l' ? 2 : 1;
	case 'U':
		put_uuid(out, ptr, kind[1]);
		return kind[1] && strchr("bBlL", kind[1]) ? 2 : 1;
	case 'I':
	case 'i':
		if (kind[1] == '4') {
			const u8 *ip = ptr;

			len = snprintf(text, sizeof(text),
				       *kind == 'I' ? "%u.%u.%u.%u"
						    : "%03u.%03u.%03u.%03u",
				       ip[0], ip[1], ip[2], ip[3]);
			put_text(out, spec, text, (size_t)len);
			return 2;
		}
		break;
	}
	if (*kind == 'x' || *kind == 'K') /* %px, %pK: as %p */
		kind = "x";
	else
		kind = "";
	len = snprintf(text, sizeof(text), "%0*lx", (int)sizeof(ptr) * 2,
		       (unsigned long)ptr);
	put_text(out, spec, text, (size_t)len);
	return *kind == 'x';
}

/* Reads what stands between "%" and the type.  Return: the type's place. */
static const char *read_spec(const char *fmt, struct spec *spec, va_list *args)
{
	size_t nr = 0;

	memset(spec, 0, sizeof(*spec));
	spec->precision = -1;
	for (; *fmt && strchr("-+ #0", *fmt); fmt++) {
		if (nr < sizeof(spec->flags) - 2)
			spec->flags[nr++] = *fmt;
	}
	if (*fmt == '*') {
		spec->width = va_arg(*args, int);
		fmt++;
		if (spec->width < 0) {
			spec->width = -spec->width;
			spec->flags[nr] = '-';
		}
	} else {
		while (isdigit((unsigned char)*fmt))
			spec->width = spec->width * 10 + (*fmt++ - '0');
	}
	if (*fmt == '.') {
		spec->precision = 0;
		if (*++fmt == '*') {
			spec->precision = va_arg(*args, int);
			fmt++;
		}
		while (isdigit((unsigned char)*fmt))
			spec->precision = spec->precision * 10 + (*fmt++ - '0');
	}
	for (nr = 0; *fmt && strchr("hlLqjzt", *fmt); fmt++) {
		if (nr < sizeof(spec->length) - 2)
			spec->length[nr++] = *fmt;
	}
	spec->type = *fmt;
	return fmt;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

/* libc prints one conversion of a value of any type. */
#define PUT(value)                                                            \
	do {                                                                  \
		int pf_len = snprintf(rest(out), room(out), fmt, spec->width, \
				      spec->precision, value);                \
		if (pf_len > 0)                                               \
			out->len += (size_t)pf_len;                           \
	} while (0)

static void put_value(struct out *out, const struct spec *spec, va_list *args)
{
	char fmt[32];

	snprintf(fmt, sizeof(fmt), "%%%s*.*%s%c", spec->flags, spec->length,
		 spec->type);
	if (spec->type == 's') {
		const char *text = va_arg(*args, const char *);

		PUT(text ? text : "(null)");
	} else if (strchr("eEfFgGaA", spec->type)) {
		if (spec->length[0] == 'L')
			PUT(va_arg(*args, long double));
		else
			PUT(va_arg(*args, double));
	} else if (spec->length[0] == 'l' && spec->length[1] == 'l') {
		PUT(va_arg(*args, long long));
	} else {
		switch (spec->length[0]) {
		case 'L':
		case 'q':
			fmt[strlen(fmt) - 2] = 'q';
			PUT(va_arg(*args, long long));
			break;
		case 'j':
			PUT(va_arg(*args, intmax_t));
			break;
		case 'l':
		case 'z':
		case 't':
			PUT(va_arg(*args, long));
			break;
		default:
			PUT(va_arg(*args, int));
		}
	}
}

#pragma GCC diagnostic pop

static void put_vformat(struct out *out, const char *fmt, va_list given)
{
	va_list args;

	va_copy(args, given);
	while (*fmt) {
		size_t plain = strcspn(fmt, "%");
		struct spec spec;

		put(out, fmt, plain);
		fmt += plain;
		if (!*fmt)
			break;
		fmt = read_spec(fmt + 1, &spec, &args);
		if (!spec.type)
			break;
		fmt++;
		if (spec.type == '%') {
			put(out, "%", 1);
		} else if (spec.type == 'p') {
			fmt += put_pointer(out, &spec, fmt,
					   va_arg(args, void *));
		} else if (strchr("diouxXcseEfFgGaA", spec.type)) {
			put_value(out, &spec, &args);
		} else { /* what is not known ends the text, %n above all */
			WARN_ONCE(1, "printk: %%%c is not supported\n",
				  spec.type);
			break;
		}
	}
	va_end(args);
}

int pf_vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out out = {buf, size, 0};

	put_vformat(&out, fmt, args);
	if (size)
		buf[min(out.len, size - 1)] = '\0';
	return (int)out.len;
}

int pf_vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int len = pf_vsnprintf(buf, size, fmt, args);

	if ((size_t)len < size)
		return len;
	return size ? (int)(size - 1) : 0;
}

int pf_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = pf_vsnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

int pf_scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = pf_vscnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}
