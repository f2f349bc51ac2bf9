/* SPDX-License-Identifier: MIT */
/*
 * tap.h - tests that read as sentences and report in TAP
 *
 * A test is a body with a sentence for a name:
 *
 *	TEST(free_merges_with_the_other_half)
 *	{
 *		EXPECT_EQ(free_blocks(zone, 3), 1);
 *	}
 *
 * It registers itself before main() and runs in the order of the file.  tap.c
 * brings main(): it prints the plan, runs every test (or those named on the
 * command line) in this one process and prints ok or not ok for each.
 *
 * A failed expectation prints the place and the values, and the test goes on:
 * each EXPECT is an expression that is true when it holds, so a body that
 * cannot go on writes `if (!EXPECT(p)) return;`.  Expectations may be used
 * from threads and from forked children; a child reports its own failures as
 * its exit status (tap_exit_status()).
 *
 * The harness itself never allocates: it may run inside a test of malloc.
 * EXPECT_MATCH is the exception, regcomp() allocates.
 *
 * A test that does not end in its time limit (60 seconds, or what it asks for
 * with TIME_LIMIT) ends the whole program and its process group with a
 * sentence.  Random tests draw from tap_random(), whose seed is printed and
 * can be given back with PF_SEED.
 */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tap_test {
	const char *name;
	void (*run)(void);
	struct tap_test *next;
};

void tap_add(struct tap_test *test);
void tap_skip(const char *reason);
void tap_time_limit(unsigned int seconds);
bool tap_check(bool holds, const char *what, const char *file, int line);
bool tap_check_num(bool holds, intmax_t left, intmax_t right, const char *what,
		   const char *file, int line);
bool tap_check_str(const char *left, const char *right, const char *what,
		   const char *file, int line);
bool tap_check_has(const char *text, const char *part, const char *what,
		   const char *file, int line);
bool tap_check_match(const char *text, const char *regex, const char *what,
		     const char *file, int line);

/* A line of explanation in the output, printed at once. */
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A text of many lines, each one printed as "# label: line". */
void tap_note_text(const char *label, const char *text);

/* 0 when no expectation failed in this process since the test began, else 1. */
int tap_exit_status(void);

/* The number that repeats this run, and numbers that follow from it. */
uint64_t tap_seed(void);
uint64_t tap_random(void);
uint64_t tap_random_next(uint64_t *state);

/* errno as main() found it. */
extern int tap_errno_at_start;

#define TEST(name)                                                      \
	static void test_##name(void);                                  \
	static struct tap_test tap_##name = {#name, test_##name, NULL}; \
	__attribute__((constructor)) static void tap_add_##name(void)   \
	{                                                               \
		tap_add(&tap_##name);                                   \
	}                                                               \
	static void test_##name(void)

#define SKIP(reason)              \
	do {                      \
		tap_skip(reason); \
		return;           \
	} while (0)

#define TIME_LIMIT(seconds) tap_time_limit(seconds)

#define EXPECT(cond) tap_check((cond), #cond, __FILE__, __LINE__)

#define TAP_COMPARE(a, op, b)                                                  \
	__extension__({                                                        \
		intmax_t tap_a = (intmax_t)(a);                                \
		intmax_t tap_b = (intmax_t)(b);                                \
		tap_check_num(tap_a op tap_b, tap_a, tap_b, #a " " #op " " #b, \
			      __FILE__, __LINE__);                             \
	})

#define EXPECT_EQ(a, b) TAP_COMPARE(a, ==, b)
#define EXPECT_NE(a, b) TAP_COMPARE(a, !=, b)
#define EXPECT_LE(a, b) TAP_COMPARE(a, <=, b)
#define EXPECT_LT(a, b) TAP_COMPARE(a, <, b)
#define EXPECT_GE(a, b) TAP_COMPARE(a, >=, b)
#define EXPECT_GT(a, b) TAP_COMPARE(a, >, b)

#define EXPECT_STR_EQ(a, b) \
	tap_check_str((a), (b), #a " equals " #b, __FILE__, __LINE__)
#define EXPECT_STR_HAS(text, part)                                        \
	tap_check_has((text), (part), #text " contains " #part, __FILE__, \
		      __LINE__)
#define EXPECT_MATCH(text, regex)                                            \
	tap_check_match((text), (regex), #text " matches " #regex, __FILE__, \
			__LINE__)

#ifdef __cplusplus
}
#endif

#endif
