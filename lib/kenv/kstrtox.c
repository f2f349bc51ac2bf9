/* SPDX-License-Identifier: MIT */
/*
 * kstrtox.c - numbers from text
 */
#include <linux/ctype.h>
#include <linux/hex.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/overflow.h>

/* Behind "0x" if that is followed by a digit; @base becomes a number. */
static const char *read_base(const char *s, unsigned int *base)
{
	bool is_hex = s[0] == '0' && (s[1] | 0x20) == 'x' &&
		      hex_to_bin((unsigned char)s[2]) >= 0;

	if (*base == 0)
		*base = is_hex ? 16 : s[0] == '0' ? 8 : 10;
	return *base == 16 && is_hex ? s + 2 : s;
}

static unsigned int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? (unsigned int)(c - 'a' + 10) : 36;
}

/* The place behind the digits; *@overflows: the number has wrapped. */
static const char *read_digits(const char *s, unsigned int base,
			       unsigned long long *value, bool *overflows)
{
	*value = 0;
	*overflows = false;
	for (; digit_of(*s) < base; s++) {
		if (check_mul_overflow(*value, (unsigned long long)base, value))
			*overflows = true;
		if (check_add_overflow(*value, (unsigned long long)digit_of(*s),
				       value))
			*overflows = true;
	}
	return s;
}

static int convert(const char *s, unsigned int base, unsigned long long *res)
{
	const char *digits = read_base(s, &base);
	bool overflows;
	const char *end = read_digits(digits, base, res, &overflows);

	if (end == digits)
		return -EINVAL;
	if (overflows)
		return -ERANGE;
	if (*end == '\n')
		end++;
	return *end ? -EINVAL : 0;
}

int pf_kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long value;
	int err = convert(*s == '+' ? s + 1 : s, base, &value);

	if (!err)
		*res = value;
	return err;
}

int pf_kstrtoll(const char *s, unsigned int base, long long *res)
{
	bool is_negative = *s == '-';
	unsigned long long value;
	int err = is_negative ? convert(s + 1, base, &value)
			      : pf_kstrtoull(s, base, &value);

	if (err)
		return err;
	if (value > (unsigned long long)LLONG_MAX + is_negative)
		return -ERANGE;
	*res = (long long)(is_negative ? 0 - value : value);
	return 0;
}

int pf_kstrtobool(const char *s, bool *res)
{
	switch (s ? *s : 0) {
	case 'e':
	case 'E':
	case 'y':
	case 'Y':
	case 't':
	case 'T':
	case '1':
		*res = true;
		return 0;
	case 'd':
	case 'D':
	case 'n':
	case 'N':
	case 'f':
	case 'F':
	case '0':
		*res = false;
		return 0;
	case 'o':
	case 'O':
		if ((s[1] | 0x20) != 'n' && (s[1] | 0x20) != 'f')
			return -EINVAL;
		*res = (s[1] | 0x20) == 'n';
		return 0;
	}
	return -EINVAL;
}

unsigned long long pf_simple_strtoull(const char *s, char **end,
				      unsigned int base)
{
	unsigned long long value;
	bool overflows;

	s = read_base(s, &base);
	s = read_digits(s, base, &value, &overflows);
	if (end)
		*end = (char *)(unsigned long)s;
	return value;
}

unsigned long long pf_memparse(const char *ptr, char **end)
{
	static const char units[] = "kmgtpe";
	char *behind;
	unsigned long long value = pf_simple_strtoull(ptr, &behind, 0);
	unsigned int i;

	for (i = 0; units[i]; i++) {
		if ((*behind | 0x20) != units[i])
			continue;
		value <<= 10 * (i + 1);
		behind++;
		break;
	}
	if (end)
		*end = behind;
	return value;
}
