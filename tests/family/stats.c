/* SPDX-License-Identifier: MIT */
/*
 * stats.c - mallinfo, malloc_info, malloc_stats, mallopt, malloc_trim
 *
 * The numbers are compared with what the test itself allocated: a counter that
 * is only plausible fails.
 */
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <ctype.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

MEASURES_MEMORY;

enum {
	NR_SMALL = 50000,
	SMALL_BYTES = 200,
	NR_PAGES = 100,
	PAGES_BYTES = 20480,
	NR_LARGE = 2,
	LARGE_BYTES = 40 << 20,
	REQUESTED = NR_SMALL * SMALL_BYTES + NR_PAGES * PAGES_BYTES +
		    NR_LARGE * LARGE_BYTES,
};

static void *small[NR_SMALL];
static void *pages[NR_PAGES];
static void *large[NR_LARGE];

static void take(void **blocks, int nr, size_t size)
{
	int i;

	for (i = 0; i < nr; i++)
		blocks[i] = malloc(size);
}

static void give(void **blocks, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		free(blocks[i]);
}

static void take_all(void)
{
	take(small, NR_SMALL, SMALL_BYTES);
	take(pages, NR_PAGES, PAGES_BYTES);
	take(large, NR_LARGE, LARGE_BYTES);
}

static void give_all(void)
{
	give(small, NR_SMALL);
	give(pages, NR_PAGES);
	give(large, NR_LARGE);
}

/* Bytes that the program holds; glibc counts its mmap'ed blocks apart. */
static size_t bytes_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static intmax_t distance(size_t a, size_t b)
{
	return a > b ? (intmax_t)(a - b) : (intmax_t)(b - a);
}

TEST(mallinfo2_counts_what_is_allocated_and_freed)
{
	size_t before = bytes_in_use();
	size_t held;

	take_all();
	held = bytes_in_use() - before;
	EXPECT_GE(held, REQUESTED);
	EXPECT_LE(held, REQUESTED + REQUESTED / 8);
	give_all();
	EXPECT_LE(distance(bytes_in_use(), before), 64 * KIB);
}

TEST(mallinfo2_counts_each_kind_of_block)
{
	size_t before = bytes_in_use();
	size_t held;

	take(small, 10000, 100);
	held = bytes_in_use() - before;
	EXPECT_GE(held, 10000 * 100);
	EXPECT_LE(held, 10000 * 100 * 5 / 4);
	give(small, 10000);
	EXPECT_LE(distance(bytes_in_use(), before), 64 * KIB);

	before = bytes_in_use();
	take(pages, NR_PAGES, PAGES_BYTES);
	held = bytes_in_use() - before;
	EXPECT_GE(held, NR_PAGES * PAGES_BYTES);
	EXPECT_LE(held, NR_PAGES * PAGES_BYTES * 9 / 8);
	give(pages, NR_PAGES);
	EXPECT_LE(distance(bytes_in_use(), before), 64 * KIB);

	before = bytes_in_use();
	take(large, NR_LARGE, LARGE_BYTES);
	held = bytes_in_use() - before;
	EXPECT_GE(held, NR_LARGE * LARGE_BYTES);
	EXPECT_LE(held, NR_LARGE * LARGE_BYTES + 64 * KIB);
	give(large, NR_LARGE);
	EXPECT_LE(distance(bytes_in_use(), before), 64 * KIB);
}

TEST(mallinfo2_counts_large_blocks_one_by_one)
{
	struct mallinfo2 before = mallinfo2();
	struct mallinfo2 held;
	struct mallinfo2 after;

	take(large, NR_LARGE, LARGE_BYTES);
	held = mallinfo2();
	give(large, NR_LARGE);
	after = mallinfo2();
	EXPECT_EQ(held.hblks - before.hblks, NR_LARGE);
	EXPECT_GE(held.hblkhd - before.hblkhd, NR_LARGE * LARGE_BYTES);
	EXPECT_EQ(after.hblks, before.hblks);
	EXPECT_EQ(after.hblkhd, before.hblkhd);
}

TEST(mallinfo2_adds_up)
{
	int round;

	for (round = 0; round < 3; round++) {
		struct mallinfo2 info = mallinfo2();

		EXPECT_EQ(info.arena, info.uordblks + info.fordblks);
		EXPECT_LE(info.keepcost, info.fordblks);
		if (round == 0)
			take_all();
		else if (round == 1)
			give_all();
	}
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

TEST(mallinfo_says_the_same_as_mallinfo2)
{
	struct mallinfo old = mallinfo();
	struct mallinfo2 new = mallinfo2();

	EXPECT_EQ((unsigned int)old.arena, new.arena);
	EXPECT_EQ((unsigned int)old.uordblks, new.uordblks);
	EXPECT_EQ((unsigned int)old.fordblks, new.fordblks);
	EXPECT_EQ((unsigned int)old.hblks, new.hblks);
	EXPECT_EQ((unsigned int)old.hblkhd, new.hblkhd);
}

#pragma GCC diagnostic pop

/*
 * A reader for the XML of malloc_info: elements, attributes in double quotes,
 * white space, nothing else.  It counts what it sees and stops at the first
 * mistake.
 */
struct xml {
	const char *at;
	const char *mistake;
	int nr_heaps;
	int nr_system;
	int nr_total;
	int nr_aspace;
	char open[16][32];
	int depth;
	size_t last_current; /* of <system type="current" size="..."/> */
	size_t last_rest;    /* of <total type="rest" ... size="..."/> */
	size_t last_mmap;    /* of <total type="mmap" ... size="..."/> */
};

static const char *const known_elements[] = {
	"malloc", "heap",   "sizes",  "size",
	"total",  "system", "aspace", "unsorted",
};

static bool mistake(struct xml *xml, const char *what)
{
	xml->mistake = what;
	return false;
}

static void skip_space(struct xml *xml)
{
	while (isspace((unsigned char)*xml->at))
		xml->at++;
}

static bool read_name(struct xml *xml, char *name, size_t size)
{
	size_t i = 0;

	while ((isalnum((unsigned char)*xml->at) || *xml->at == '_') &&
	       i < size - 1)
		name[i++] = *xml->at++;
	name[i] = '\0';
	return i > 0 || mistake(xml, "a name is missing");
}

static bool read_value(struct xml *xml, char *value, size_t size)
{
	size_t i = 0;

	if (xml->at[0] != '=' || xml->at[1] != '"')
		return mistake(xml, "an attribute without =\"");
	for (xml->at += 2; *xml->at && *xml->at != '"'; xml->at++) {
		if (*xml->at == '<')
			return mistake(xml, "a < in an attribute");
		if (i < size - 1)
			value[i++] = *xml->at;
	}
	value[i] = '\0';
	if (!*xml->at)
		return mistake(xml, "an attribute does not end");
	xml->at++;
	return true;
}

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static bool is_known(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(known_elements) / sizeof(*known_elements); i++)
		if (!strcmp(name, known_elements[i]))
			return true;
	return false;
}

static void count_element(struct xml *xml, const char *name, const char *type,
			  size_t size)
{
	xml->nr_heaps += !strcmp(name, "heap");
	xml->nr_system += !strcmp(name, "system");
	xml->nr_total += !strcmp(name, "total");
	xml->nr_aspace += !strcmp(name, "aspace");
	if (!strcmp(name, "system") && !strcmp(type, "current"))
		xml->last_current = size;
	if (!strcmp(name, "total") && !strcmp(type, "rest"))
		xml->last_rest = size;
	if (!strcmp(name, "total") && !strcmp(type, "mmap"))
		xml->last_mmap = size;
}

/* Behind "<name": attributes up to > or />. */
static bool read_attributes(struct xml *xml, const char *name, bool *is_empty)
{
	char key[32];
	char value[64];
	char type[64] = "";
	size_t size = 0;

	for (;;) {
		skip_space(xml);
		*is_empty = *xml->at == '/';
		if (*is_empty)
			xml->at++;
		if (*xml->at == '>')
			break;
		if (*is_empty)
			return mistake(xml, "a / without >");
		if (!read_name(xml, key, sizeof(key)) ||
		    !read_value(xml, value, sizeof(value)))
			return false;
		if (!strcmp(key, "type"))
			strcpy(type, value);
		else if (!is_number(value))
			return mistake(xml, "an attribute that is no number");
		if (!strcmp(key, "size"))
			size = strtoul(value, NULL, 10);
		if (!strcmp(key, "nr") && atoi(value) != xml->nr_heaps)
			return mistake(xml, "heaps are not numbered 0, 1, 2");
	}
	xml->at++;
	count_element(xml, name, type, size);
	return true;
}

static bool read_element(struct xml *xml)
{
	bool is_end = xml->at[1] == '/';
	bool is_empty;
	char name[32];

	xml->at += 1 + is_end;
	if (!read_name(xml, name, sizeof(name)))
		return false;
	if (!is_known(name))
		return mistake(xml, "an element that glibc's schema lacks");
	if (is_end) {
		if (*xml->at++ != '>')
			return mistake(xml, "an end tag without >");
		if (!xml->depth || strcmp(xml->open[--xml->depth], name))
			return mistake(xml, "an end tag of another element");
		return true;
	}
	if (xml->depth == 0 && strcmp(name, "malloc"))
		return mistake(xml, "the root is not <malloc>");
	if (!read_attributes(xml, name, &is_empty))
		return false;
	if (!is_empty)
		strcpy(xml->open[xml->depth++], name);
	return xml->depth < 15 || mistake(xml, "too deep");
}

static bool read_document(struct xml *xml)
{
	do {
		skip_space(xml);
		if (*xml->at != '<')
			return mistake(xml, "text between elements");
		if (!read_element(xml))
			return false;
	} while (xml->depth > 0);
	skip_space(xml);
	return !*xml->at || mistake(xml, "text after </malloc>");
}

/* Reads what malloc_info() writes now into @xml; the test frees the text. */
static char *read_malloc_info(struct xml *xml)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	EXPECT_EQ(malloc_info(0, file), 0);
	fclose(file);
	memset(xml, 0, sizeof(*xml));
	xml->at = text;
	if (!EXPECT(read_document(xml))) {
		tap_note("  %s, before: %.60s", xml->mistake, xml->at);
		tap_note_text("xml", text);
	}
	return text;
}

TEST(malloc_info_writes_the_XML_of_glibc)
{
	struct xml xml;
	char *text;

	take_all();
	text = read_malloc_info(&xml);
	EXPECT_STR_HAS(text, "<malloc version=\"1\">");
	EXPECT_GE(xml.nr_heaps, 1);
	/* a heap has 2 <total>, 2 <system>, 2 <aspace>; the end has 3, 2, 2 */
	EXPECT_GE(xml.nr_total, 5);
	EXPECT_GE(xml.nr_system, 4);
	EXPECT_GE(xml.nr_aspace, 4);
	EXPECT_EQ(xml.nr_system % 2, 0);
	EXPECT_EQ(xml.nr_aspace % 2, 0);
	EXPECT_STR_HAS(text, "<sizes>");
	EXPECT_STR_HAS(text, "<total type=\"mmap\" count=");
	EXPECT_STR_HAS(text, "<system type=\"max\" size=");
	EXPECT_STR_HAS(text, "<aspace type=\"mprotect\" size=");
	free(text);
	give_all();
}

TEST(malloc_info_tells_true_numbers)
{
	struct xml before;
	struct xml held;
	size_t small_bytes = NR_SMALL * SMALL_BYTES;

	free(read_malloc_info(&before));
	take(small, NR_SMALL, SMALL_BYTES);
	take(large, NR_LARGE, LARGE_BYTES);
	free(read_malloc_info(&held));

	/* in use = system - free, and large blocks are counted apart */
	EXPECT_GE((held.last_current - held.last_rest),
		  (before.last_current - before.last_rest) + small_bytes);
	EXPECT_LE((held.last_current - held.last_rest),
		  (before.last_current - before.last_rest) +
			  small_bytes * 5 / 4);
	EXPECT_GE(held.last_mmap - before.last_mmap, NR_LARGE * LARGE_BYTES);
	EXPECT_LE(held.last_mmap - before.last_mmap,
		  NR_LARGE * LARGE_BYTES + 64 * KIB);
	give(small, NR_SMALL);
	give(large, NR_LARGE);
}

TEST(malloc_info_refuses_options)
{
	EXPECT_NE(malloc_info(1, stdout), 0);
}

static void stats_to_stderr(void *arg)
{
	int fd = *(int *)arg;

	dup2(fd, STDERR_FILENO);
	malloc_stats();
}

/* The layout of the text is nobody's contract; what is in use must be there. */
static bool has_number_near(const char *text, size_t wanted)
{
	while (*text) {
		char *end;

		text += strcspn(text, "0123456789");
		if (distance(strtoul(text, &end, 10), wanted) < 64 * KIB)
			return true;
		text = end;
	}
	return false;
}

TEST(malloc_stats_prints_true_numbers_to_stderr)
{
	char text[8192];
	size_t in_use;
	ssize_t size;
	int fds[2];

	if (!EXPECT_EQ(pipe(fds), 0))
		return;
	take(small, NR_SMALL, SMALL_BYTES);
	in_use = bytes_in_use();
	child_run(10, stats_to_stderr, &fds[1]);
	give(small, NR_SMALL);
	close(fds[1]);
	size = read(fds[0], text, sizeof(text) - 1);
	close(fds[0]);
	text[size > 0 ? size : 0] = '\0';

	if (!EXPECT(has_number_near(text, in_use)))
		tap_note_text("stderr", text);
}

TEST(mallopt_takes_what_programs_ask_for)
{
	void *p;

	EXPECT_EQ(mallopt(M_MMAP_THRESHOLD, 1 << 20), 1);
	EXPECT_EQ(mallopt(M_TRIM_THRESHOLD, 1 << 20), 1);
	EXPECT_EQ(mallopt(M_TOP_PAD, 1 << 16), 1);
	EXPECT_EQ(mallopt(M_MMAP_MAX, 1000), 1);
	EXPECT_EQ(mallopt(M_ARENA_MAX, 2), 1);
	EXPECT_EQ(mallopt(M_ARENA_TEST, 2), 1);
	EXPECT_EQ(mallopt(M_CHECK_ACTION, 3), 1);
	EXPECT_EQ(mallopt(M_MXFAST, 64), 1);
	p = malloc(100000);
	EXPECT(p);
	free(p);
}

static void dirty_64_mib(void)
{
	enum {
		NR = 1 << 16
	};
	static void *blocks[NR];
	int i;

	for (i = 0; i < NR; i++) {
		blocks[i] = malloc(1000);
		memset(blocks[i], 1, 1000);
	}
	/* Every other one first, the way glibc cannot simply cut the top. */
	for (i = 0; i < NR; i += 2)
		free(blocks[i]);
	for (i = 1; i < NR; i += 2)
		free(blocks[i]);
}

TEST(malloc_trim_gives_memory_back_and_returns_1)
{
	size_t before;

	malloc_trim(0);
	before = resident_kib();
	/* the table of pointers stays */
	dirty_64_mib();
	EXPECT_EQ(malloc_trim(0), 1);
	EXPECT_LT(resident_kib(), before + 2 * KIB);
}

TEST(malloc_trim_returns_0_when_there_is_nothing_to_give)
{
	if (!on_pfmalloc())
		SKIP("glibc counts pages that it gave back before");
	malloc_trim(0);
	EXPECT_EQ(malloc_trim(0), 0);
}
