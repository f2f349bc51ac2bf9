/* SPDX-License-Identifier: MIT */
/*
 * conf.c - the options of PFMALLOC_CONF
 */
#include "os/conf.h"

#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/print.h"
#include "os/report.h"

struct conf pf_conf = {
	.stack = 1,
	.thp = THP_AUTO,
	.decay_ms = 1000,
	.background = 1,
	.foreign = FOREIGN_FORWARD,
	.ioport = IOPORT_AUTO,
	.highmem = UINTPTR_MAX == UINT32_MAX,
};

#define MAX_DECAY_MS 86400000 /* a day */

struct option {
	const char *key;
	u32 *value;
	/* The names of the values 0, 1, 2 ...; none: a number up to max. */
	const char *names[4];
	u32 max;
	u64 *bytes; /* instead of value: a size, with K, M or G behind it */
};

/* Built on the stack of its one user: a static table of pointers would cost
 * every process its relocation, and a page. */
#define OPTIONS                                                                \
	{                                                                      \
		{"stack", &pf_conf.stack, {"off", "on"}, 0},                   \
			{"thp", &pf_conf.thp, {"auto", "always", "never"}, 0}, \
			{"decay_ms", &pf_conf.decay_ms, {NULL}, MAX_DECAY_MS}, \
			{"background", &pf_conf.background, {"off", "on"}, 0}, \
			{"foreign",                                            \
			 &pf_conf.foreign,                                     \
			 {"forward", "abort"},                                 \
			 0},                                                   \
			{"deepbind", &pf_conf.deepbind, {"off", "on"}, 0},     \
			{"ioport",                                             \
			 &pf_conf.ioport,                                      \
			 {"auto", "ioperm", "devport", "sim"},                 \
			 0},                                                   \
			{"highmem", &pf_conf.highmem, {"off", "on"}, 0},       \
			{"kmem_limit", NULL, {NULL}, 0, &pf_conf.kmem_limit},  \
			{"slab_nomerge",                                       \
			 &pf_conf.slab_nomerge,                                \
			 {"off", "on"},                                        \
			 0},                                                   \
			{"init_on_alloc",                                      \
			 &pf_conf.init_on_alloc,                               \
			 {"off", "on"},                                        \
			 0},                                                   \
			{"init_on_free",                                       \
			 &pf_conf.init_on_free,                                \
			 {"off", "on"},                                        \
			 0},                                                   \
	}

/* A piece of the variable's text, not terminated. */
struct word {
	const char *start;
	size_t len;
};

static bool word_is(struct word w, const char *s)
{
	return strlen(s) == w.len && memcmp(s, w.start, w.len) == 0;
}

static void print_word(struct text *line, struct word w)
{
	size_t i;

	for (i = 0; i < w.len; i++)
		text_print(line, "%c", w.start[i]);
}

static bool parse_number(struct word w, u32 max, u32 *value)
{
	u64 n = 0;
	size_t i;

	for (i = 0; i < w.len; i++) {
		if (w.start[i] < '0' || w.start[i] > '9')
			return false;
		n = n * 10 + (u64)(w.start[i] - '0');
		if (n > max)
			return false;
	}
	if (w.len == 0)
		return false;
	*value = (u32)n;
	return true;
}

/* A whole number below 2^32, and what it counts: bytes, KiB, MiB or GiB. */
static bool parse_bytes(struct word w, u64 *bytes)
{
	static const char units[] = "KMG";
	const char *unit = w.len ? strchr(units, w.start[w.len - 1]) : NULL;
	unsigned int shift = 0;
	u32 n;

	if (unit && *unit) {
		shift = 10 * (unsigned int)(unit - units + 1);
		w.len--;
	}
	if (!parse_number(w, UINT32_MAX, &n))
		return false;
	*bytes = (u64)n << shift;
	return true;
}

static bool parse_value(const struct option *option, struct word w)
{
	unsigned int i;

	if (option->bytes)
		return parse_bytes(w, option->bytes);
	if (!option->names[0])
		return parse_number(w, option->max, option->value);
	for (i = 0; i < ARRAY_SIZE(option->names) && option->names[i]; i++) {
		if (word_is(w, option->names[i])) {
			*option->value = i;
			return true;
		}
	}
	return false;
}

static void complain_value(const struct option *option, struct word w)
{
	TEXT(line, 256);
	unsigned int i;

	text_print(&line, "PFMALLOC_CONF: %s cannot be \"", option->key);
	print_word(&line, w);
	text_print(&line, "\"; ");
	if (option->bytes)
		text_print(&line, "give a number of bytes below 4294967296, or "
				  "one with K, M or G behind it");
	else if (!option->names[0])
		text_print(&line, "give a whole number from 0 to %u",
			   option->max);
	for (i = 0; i < ARRAY_SIZE(option->names) && option->names[i]; i++)
		text_print(&line, "%s%s",
			   i ? ", " : "give one of: ", option->names[i]);
	report_line("%s", line.start);
}

static void complain_key(const struct option *options, size_t nr_options,
			 struct word key)
{
	TEXT(line, 256);
	size_t i;

	text_print(&line, "PFMALLOC_CONF: there is no option \"");
	print_word(&line, key);
	text_print(&line, "\"; the options are");
	for (i = 0; i < nr_options; i++)
		text_print(&line, "%s %s", i ? "," : "", options[i].key);
	report_line("%s", line.start);
}

static void parse_pair(struct word key, struct word value)
{
	const struct option options[] = OPTIONS;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (!word_is(key, options[i].key))
			continue;
		if (!parse_value(&options[i], value))
			complain_value(&options[i], value);
		return;
	}
	complain_key(options, ARRAY_SIZE(options), key);
}

static void parse(const char *s)
{
	while (*s) {
		size_t len = strcspn(s, ",");
		size_t key_len = strcspn(s, ":,");
		struct word key = {s, key_len};
		struct word value = {s + len, 0};

		if (key_len < len) {
			value.start = s + key_len + 1;
			value.len = len - key_len - 1;
		}
		if (len)
			parse_pair(key, value);
		s += len;
		if (*s)
			s++;
	}
}

void conf_init(void)
{
	static const char name[] = "PFMALLOC_CONF=";
	char **e = environ;

	if (!e)
		return;
	for (; *e; e++) {
		if (strncmp(*e, name, sizeof(name) - 1) != 0)
			continue;
		if (!getauxval(AT_SECURE))
			parse(*e + sizeof(name) - 1);
		return;
	}
}
