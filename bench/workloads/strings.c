/* SPDX-License-Identifier: MIT */
/*
 * strings.c - an interpreter for which everything is a string
 *
 * What it does.  A small stack language: numbers are their decimal digits,
 * blocks of code are the text between brackets, which is read anew each time it
 * is run, and variables and words are in hash tables with strings as keys that
 * double in size as they fill.  The program below makes up pages of text out of
 * random words, splits them and counts each word.
 *
 * How it is checked.  The same counts are made in C, with an array: all must
 * agree, and so must the length of all text.
 *
 *	"text" 12 [ code ]	push a string
 *	dup swap drop		as in Forth
 *	add mul mod		numbers:  a b -- c
 *	cat upper length	strings:  a b -- ab; a -- A; a -- digits
 *	split			text separator -- part ... part digits
 *	each			part ... part digits [ code ] --
 *	times			[ code ] digits --
 *	store fetch		value name --; name -- value or 0
 *	define			[ code ] name --
 *
 * The shape is that of perlbench and of the scripting languages in the
 * literature on allocators.
 */
#include "workload.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	DEFAULT_THREADS = 1,
	NR_PAGES = 500,
	NR_LINES = 20,
	NR_WORDS = 20, /* of a line */
	VOCABULARY = 100000,
	FIRST_BUCKETS = 8,
	FIRST_STACK = 16,
	DIGITS = 21, /* of a 64-bit number, with its end */
};

#define FACTOR	16807
#define MODULUS 2147483647

/* clang-format off */
static const char prelude[] =
	"[ \"seed\" fetch 16807 mul 2147483647 mod dup \"seed\" store ]"
	"	\"random\" define "
	"[ \"word\" random 100000 mod cat \" \" cat ] \"word\" define "
	"[ \"\" [ word cat ] 20 times ] \"line\" define "
	"[ \"\" [ line cat ] 20 times ] \"page\" define "
	"[ dup fetch 1 add swap store ] \"tally\" define "
	"[ dup length \"letters\" fetch add \"letters\" store ]"
	"	\"measure\" define ";
/* clang-format on */

static const char page_program[] = "page upper measure \" \" split "
				   "[ tally ] each";

struct entry {
	struct entry *next;
	char *key;
	char *value;
};

struct table {
	struct entry **buckets;
	size_t nr_buckets; /* a power of two */
	size_t nr_entries;
};

struct interpreter {
	struct table variables;
	struct table words;
	char **stack;
	size_t depth;
	size_t room;
	uint64_t nr_allocated;
};

static void run_text(struct interpreter *in, const char *text);

static char *string_new(struct interpreter *in, const char *start,
			size_t length)
{
	char *string = must_malloc(length + 1);

	in->nr_allocated++;
	memcpy(string, start, length);
	string[length] = '\0';
	return string;
}

static char *string_copy(struct interpreter *in, const char *string)
{
	return string_new(in, string, strlen(string));
}

/* FNV-1a */
static size_t string_hash(const char *string)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *string; string++)
		hash = (hash ^ (unsigned char)*string) * 0x100000001b3;
	return (size_t)(hash ^ hash >> 32);
}

static struct entry **table_bucket(const struct table *table, const char *key)
{
	return &table->buckets[string_hash(key) & (table->nr_buckets - 1)];
}

static struct entry *table_find(const struct table *table, const char *key)
{
	struct entry *entry;

	if (!table->nr_buckets)
		return NULL;
	for (entry = *table_bucket(table, key); entry; entry = entry->next)
		if (strcmp(entry->key, key) == 0)
			return entry;
	return NULL;
}

static void table_link(struct table *table, struct entry *entry)
{
	struct entry **bucket = table_bucket(table, entry->key);

	entry->next = *bucket;
	*bucket = entry;
}

static void table_double(struct interpreter *in, struct table *table)
{
	struct table larger = *table;
	struct entry *entry, *next;
	size_t i;

	larger.nr_buckets = table->nr_buckets ? 2 * table->nr_buckets
					      : (size_t)FIRST_BUCKETS;
	larger.buckets = must_calloc(larger.nr_buckets, sizeof(struct entry *));
	in->nr_allocated++;
	for (i = 0; i < table->nr_buckets; i++) {
		for (entry = table->buckets[i]; entry; entry = next) {
			next = entry->next;
			table_link(&larger, entry);
		}
	}
	free(table->buckets);
	*table = larger;
}

/* Both strings are the table's from now on. */
static void table_set(struct interpreter *in, struct table *table, char *key,
		      char *value)
{
	struct entry *entry = table_find(table, key);

	if (entry) {
		free(key);
		free(entry->value);
		entry->value = value;
		return;
	}
	if (table->nr_entries == table->nr_buckets)
		table_double(in, table);
	entry = must_malloc(sizeof(*entry));
	in->nr_allocated++;
	entry->key = key;
	entry->value = value;
	table_link(table, entry);
	table->nr_entries++;
}

static void table_free(struct table *table)
{
	struct entry *entry, *next;
	size_t i;

	for (i = 0; i < table->nr_buckets; i++) {
		for (entry = table->buckets[i]; entry; entry = next) {
			next = entry->next;
			free(entry->key);
			free(entry->value);
			free(entry);
		}
	}
	free(table->buckets);
}

static void push(struct interpreter *in, char *string)
{
	if (in->depth == in->room) {
		in->room = in->room ? 2 * in->room : (size_t)FIRST_STACK;
		in->stack = must_realloc(in->stack, in->room * sizeof(char *));
		in->nr_allocated++;
	}
	in->stack[in->depth++] = string;
}

static char *pop(struct interpreter *in)
{
	if (!in->depth)
		workload_fail("The interpreted program takes a string from an "
			      "empty stack.");
	return in->stack[--in->depth];
}

static void push_number(struct interpreter *in, uint64_t number)
{
	char digits[DIGITS];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);

	push(in, string_new(in, digits, (size_t)length));
}

static uint64_t parse_number(const char *text)
{
	char *end;
	uint64_t number = strtoull(text, &end, 10);

	if (end == text || *end)
		workload_fail("The interpreted program takes \"%s\" for a "
			      "number.",
			      text);
	return number;
}

static uint64_t pop_number(struct interpreter *in)
{
	char *text = pop(in);
	uint64_t number = parse_number(text);

	free(text);
	return number;
}

static void word_dup(struct interpreter *in)
{
	char *string = pop(in);

	push(in, string);
	push(in, string_copy(in, string));
}

static void word_swap(struct interpreter *in)
{
	char *upper = pop(in);
	char *lower = pop(in);

	push(in, upper);
	push(in, lower);
}

static void word_drop(struct interpreter *in)
{
	free(pop(in));
}

static void word_add(struct interpreter *in)
{
	uint64_t right = pop_number(in);

	push_number(in, pop_number(in) + right);
}

static void word_mul(struct interpreter *in)
{
	uint64_t right = pop_number(in);

	push_number(in, pop_number(in) * right);
}

static void word_mod(struct interpreter *in)
{
	uint64_t right = pop_number(in);

	if (!right)
		workload_fail("The interpreted program divides by zero.");
	push_number(in, pop_number(in) % right);
}

static void word_cat(struct interpreter *in)
{
	char *right = pop(in);
	char *left = pop(in);
	size_t length = strlen(left);

	left = must_realloc(left, length + strlen(right) + 1);
	in->nr_allocated++;
	strcpy(left + length, right);
	free(right);
	push(in, left);
}

static void word_upper(struct interpreter *in)
{
	char *string = pop(in);
	char *letter;

	for (letter = string; *letter; letter++)
		*letter = (char)toupper((unsigned char)*letter);
	push(in, string);
}

static void word_length(struct interpreter *in)
{
	char *string = pop(in);

	push_number(in, strlen(string));
	free(string);
}

/* Empty parts are left out. */
static void word_split(struct interpreter *in)
{
	char *separators = pop(in);
	char *text = pop(in);
	const char *at = text;
	uint64_t nr = 0;

	for (at += strspn(at, separators); *at; at += strspn(at, separators)) {
		size_t length = strcspn(at, separators);

		push(in, string_new(in, at, length));
		nr++;
		at += length;
	}
	free(text);
	free(separators);
	push_number(in, nr);
}

/* Each part is on top of the stack when the code runs, which takes it. */
static void word_each(struct interpreter *in)
{
	char *code = pop(in);
	uint64_t nr = pop_number(in);

	while (nr--)
		run_text(in, code);
	free(code);
}

static void word_times(struct interpreter *in)
{
	uint64_t nr = pop_number(in);
	char *code = pop(in);

	while (nr--)
		run_text(in, code);
	free(code);
}

static void word_store(struct interpreter *in)
{
	char *name = pop(in);

	table_set(in, &in->variables, name, pop(in));
}

static void word_fetch(struct interpreter *in)
{
	char *name = pop(in);
	struct entry *entry = table_find(&in->variables, name);

	push(in, string_copy(in, entry ? entry->value : "0"));
	free(name);
}

static void word_define(struct interpreter *in)
{
	char *name = pop(in);

	table_set(in, &in->words, name, pop(in));
}

static const struct builtin {
	const char *name;
	void (*run)(struct interpreter *in);
} builtins[] = {
	{"dup", word_dup},	 {"swap", word_swap},	{"drop", word_drop},
	{"add", word_add},	 {"mul", word_mul},	{"mod", word_mod},
	{"cat", word_cat},	 {"upper", word_upper}, {"split", word_split},
	{"length", word_length}, {"each", word_each},	{"times", word_times},
	{"store", word_store},	 {"fetch", word_fetch}, {"define", word_define},
};

static void run_word(struct interpreter *in, const char *word)
{
	struct entry *defined;
	size_t i;

	for (i = 0; i < sizeof(builtins) / sizeof(*builtins); i++) {
		if (strcmp(word, builtins[i].name) == 0) {
			builtins[i].run(in);
			return;
		}
	}
	defined = table_find(&in->words, word);
	if (!defined)
		workload_fail("The interpreted program calls \"%s\", which is "
			      "not defined.",
			      word);
	run_text(in, defined->value);
}

/* The text up to the bracket that belongs to the one before @text. */
static size_t block_length(const char *text)
{
	const char *at = text;
	int level = 1;

	for (; *at; at++) {
		level += (*at == '[') - (*at == ']');
		if (!level)
			return (size_t)(at - text);
	}
	workload_fail("The interpreted program lacks a bracket.");
}

static const char *run_token(struct interpreter *in, const char *at)
{
	size_t length;
	char *word;

	if (*at == '"') {
		length = strcspn(at + 1, "\"");
		push(in, string_new(in, at + 1, length));
		return at + length + 2;
	}
	if (*at == '[') {
		length = block_length(at + 1);
		push(in, string_new(in, at + 1, length));
		return at + length + 2;
	}
	length = strcspn(at, " \t");
	word = string_new(in, at, length);
	if (isdigit((unsigned char)*word)) {
		push(in, word);
	} else {
		run_word(in, word);
		free(word);
	}
	return at + length;
}

static void run_text(struct interpreter *in, const char *text)
{
	const char *at = text;

	for (at += strspn(at, " \t"); *at; at += strspn(at, " \t"))
		at = run_token(in, at);
}

/* What the program must have counted. */
struct expected {
	uint64_t nr_letters;
	uint64_t nr_words;
	uint32_t counts[VOCABULARY];
};

static void expect_pages(struct expected *expected, uint64_t seed,
			 uint64_t nr_pages)
{
	uint64_t nr = nr_pages * NR_LINES * NR_WORDS;
	char word[DIGITS + 6];

	for (; nr; nr--) {
		seed = seed * FACTOR % MODULUS;
		if (!expected->counts[seed % VOCABULARY]++)
			expected->nr_words++;
		expected->nr_letters += (uint64_t)snprintf(word, sizeof(word),
							   "WORD%" PRIu64 " ",
							   seed % VOCABULARY);
	}
}

static uint64_t variable(const struct interpreter *in, const char *name)
{
	struct entry *entry = table_find(&in->variables, name);

	return entry ? parse_number(entry->value) : 0;
}

static void must_count(const struct interpreter *in, const char *name,
		       uint64_t expected)
{
	uint64_t counted = variable(in, name);

	if (counted != expected)
		workload_fail("The interpreted program counted %" PRIu64
			      " of \"%s\", and there were %" PRIu64 ".",
			      counted, name, expected);
}

static void compare(const struct interpreter *in,
		    const struct expected *expected)
{
	const size_t nr_others = 2; /* seed and letters */
	char name[DIGITS + 6];
	unsigned int i;

	for (i = 0; i < VOCABULARY; i++) {
		snprintf(name, sizeof(name), "WORD%u", i);
		must_count(in, name, expected->counts[i]);
	}
	must_count(in, "letters", expected->nr_letters);
	if (in->variables.nr_entries != expected->nr_words + nr_others)
		workload_fail("The table has %zu keys, and %" PRIu64
			      " were put there.",
			      in->variables.nr_entries,
			      expected->nr_words + nr_others);
	if (in->depth)
		workload_fail("The interpreted program left %zu strings.",
			      in->depth);
}

static void work(struct worker *worker)
{
	struct expected *expected = must_calloc(1, sizeof(*expected));
	uint64_t nr_pages = workload_scaled(NR_PAGES);
	uint64_t seed = worker->index + 1;
	struct interpreter in = {0};
	uint64_t i;

	expect_pages(expected, seed, nr_pages);

	run_text(&in, prelude);
	push_number(&in, seed);
	run_text(&in, "\"seed\" store");
	for (i = 0; i < nr_pages; i++)
		run_text(&in, page_program);
	compare(&in, expected);

	table_free(&in.variables);
	table_free(&in.words);
	free(in.stack);
	free(expected);
	worker->nr_operations = in.nr_allocated + 1;
}

int main(int argc, char **argv)
{
	workload_start(argc, argv, DEFAULT_THREADS);
	workers_run(work);
	return workload_finish();
}
