/* SPDX-License-Identifier: MIT */
/*
 * print.c - text into a fixed buffer
 */
#include "base/print.h"

#include <limits.h>
#include <string.h>

#include "unit.h"

#define EXPECT_PRINTS(expected, ...)                 \
	do {                                         \
		TEXT(t_, 128);                       \
		text_print(&t_, __VA_ARGS__);        \
		EXPECT_STR_EQ(t_.start, expected);   \
		EXPECT_EQ(t_.len, strlen(expected)); \
	} while (0)

TEST(text_without_conversions_is_copied)
{
	EXPECT_PRINTS("a plain text", "a plain text");
	EXPECT_PRINTS("100%", "100%%");
}

TEST(strings_and_characters_are_inserted)
{
	EXPECT_PRINTS("<abc>", "<%s>", "abc");
	EXPECT_PRINTS("<>", "<%s>", "");
	EXPECT_PRINTS("xyz", "%c%c%c", 'x', 'y', 'z');
}

TEST(a_missing_string_is_named)
{
	const char *volatile nothing = NULL;

	EXPECT_PRINTS("(null)", "%s", nothing);
}

TEST(numbers_of_all_lengths_are_printed)
{
	EXPECT_PRINTS("0", "%d", 0);
	EXPECT_PRINTS("-7", "%d", -7);
	EXPECT_PRINTS("-2147483648", "%d", INT_MIN);
	EXPECT_PRINTS("2147483647", "%d", INT_MAX);
	EXPECT_PRINTS("4294967295", "%u", UINT_MAX);
	EXPECT_PRINTS("-9223372036854775808", "%lld", LLONG_MIN);
	EXPECT_PRINTS("18446744073709551615", "%llu", ULLONG_MAX);
	EXPECT_PRINTS("-5 5", "%ld %lu", -5L, 5UL);
	EXPECT_PRINTS("4096", "%zu", (size_t)4096);
	EXPECT_PRINTS("-3", "%zd", (ssize_t)-3);
}

TEST(hexadecimal_numbers_are_printed)
{
	EXPECT_PRINTS("ff", "%x", 255U);
	EXPECT_PRINTS("ffffffffffffffff", "%llx", ULLONG_MAX);
	EXPECT_PRINTS("deadbeef", "%lx", 0xdeadbeefUL);
	EXPECT_PRINTS("0", "%llx", 0ULL);
	EXPECT_PRINTS("0xdeadb000", "%p", (void *)0xdeadb000);
	EXPECT_PRINTS("0x0", "%p", (void *)0);
}

TEST(numbers_are_filled_up_to_their_width)
{
	EXPECT_PRINTS("    42", "%6u", 42U);
	EXPECT_PRINTS("000042", "%06u", 42U);
	EXPECT_PRINTS("000000ab", "%08x", 0xabU);
	EXPECT_PRINTS("123456", "%3u", 123456U);
}

TEST(later_text_is_appended)
{
	TEXT(line, 32);

	text_print(&line, "one %d", 1);
	text_print(&line, ", two %d", 2);
	EXPECT_STR_EQ(line.start, "one 1, two 2");
}

TEST(what_does_not_fit_is_cut_off)
{
	TEXT(line, 8);

	text_print(&line, "12345%u", 67890U);
	EXPECT_STR_EQ(line.start, "1234567");
	EXPECT_EQ(line.len, 7);
	text_print(&line, "more");
	EXPECT_STR_EQ(line.start, "1234567");
}

TEST(nothing_is_written_behind_the_buffer)
{
	char bytes[16];
	struct text t = {bytes, 8, 0};

	memset(bytes, 'X', sizeof(bytes));
	text_print(&t, "%s %p %020d", "a long string", (void *)bytes, 5);
	EXPECT_EQ(bytes[7], '\0');
	EXPECT_EQ(bytes[8], 'X');
}

TEST(a_format_that_ends_in_the_middle_is_survived)
{
	static const char *const formats[] = {"a%", "a%l", "a%05", "a%-"};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		TEXT(line, 16);
		const char *volatile format = formats[i];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
		text_print(&line, format);
#pragma GCC diagnostic pop
		EXPECT_EQ(line.start[0], 'a');
		EXPECT_LE(line.len, 2);
	}
}
