/* SPDX-License-Identifier: MIT */
/*
 * death.c - every mistake ends in one sentence and SIGABRT
 *
 * The mistakes are committed by the program `mistakes`, each in a process of
 * its own; here stands how it must end.  The sentence must name the very
 * address that the mistake was about.
 */
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define ALREADY_FREE "an object that is already free"
#define NOT_IN_USE   "memory that is not in use"
#define INTO_MIDDLE  "a pointer into the middle of an object"
#define NOT_OURS     "a pointer that no allocator here owns"

/* A freed page block may be a free frame or a part of a larger free block. */
#define GONE "(" ALREADY_FREE "|" NOT_IN_USE ")"

static struct outcome outcome;

static void set_conf(void *conf)
{
	if (conf)
		setenv("PFMALLOC_CONF", conf, 1);
	else
		unsetenv("PFMALLOC_CONF");
}

static bool commit(const char *mistake, const char *conf)
{
	char program[4096];
	char name[64];
	char *argv[] = {program, name, NULL};

	if (!EXPECT(sibling_path("mistakes", program, sizeof(program))))
		return false;
	snprintf(name, sizeof(name), "%s", mistake);
	program_run(&outcome, 20, argv, set_conf, (void *)(uintptr_t)conf);
	return true;
}

static bool died_of_abort(void)
{
	return EXPECT(!outcome.timed_out) &&
	       EXPECT(WIFSIGNALED(outcome.status)) &&
	       EXPECT_EQ(WTERMSIG(outcome.status), SIGABRT);
}

/* The mistake @name ends in "pfmalloc: BUG: @call of @what: 0xculprit". */
static void expect_report(const char *name, const char *call, const char *what)
{
	char sentence[512];
	unsigned long culprit = 0;

	if (!commit(name, "stack:off"))
		return;
	died_of_abort();
	if (!EXPECT_EQ(sscanf(outcome.out, "culprit %lx", &culprit), 1))
		return;
	snprintf(sentence, sizeof(sentence), "^pfmalloc: BUG: %s of %s: %#lx$",
		 call, what, culprit);
	EXPECT_MATCH(outcome.err, sentence);
	EXPECT(!strstr(outcome.out, "survived"));
	/* One sentence: the report is not repeated. */
	if (strstr(outcome.err, "BUG"))
		EXPECT(!strstr(strstr(outcome.err, "BUG") + 1, "BUG"));
}

#define DEATH(mistake, call, what)                            \
	TEST(mistake)                                         \
	{                                                     \
		if (!on_pfmalloc())                           \
			SKIP("the sentences are pfmalloc's"); \
		expect_report(#mistake, call, what);          \
	}

DEATH(double_free_at_once, "free", ALREADY_FREE)
DEATH(double_free_of_a_tiny_object, "free", ALREADY_FREE)
DEATH(double_free_of_a_large_object, "free", ALREADY_FREE)
DEATH(double_free_a_b_a, "free", ALREADY_FREE)
DEATH(double_delete, "free", ALREADY_FREE)
DEATH(double_free_caught_at_the_flush, "free", ALREADY_FREE)
DEATH(double_free_across_threads, "free", ALREADY_FREE)
DEATH(double_free_while_the_other_thread_lives, "free", ALREADY_FREE)
DEATH(free_of_page_block_twice, "free", GONE)
DEATH(free_of_large_area_twice, "free", GONE)
DEATH(free_inside_a_small_object, "free", INTO_MIDDLE)
DEATH(free_of_a_small_object_off_by_8, "free", INTO_MIDDLE)
DEATH(free_of_a_small_object_off_by_1, "free", INTO_MIDDLE)
DEATH(free_inside_a_page_block, "free", INTO_MIDDLE)
DEATH(free_inside_the_first_page_of_a_page_block, "free", INTO_MIDDLE)
DEATH(free_inside_a_large_area, "free", INTO_MIDDLE)
DEATH(free_inside_the_first_page_of_a_large_area, "free", INTO_MIDDLE)
DEATH(free_of_unused_heap, "free", NOT_IN_USE)
DEATH(realloc_of_unused_heap, "realloc", NOT_IN_USE)
DEATH(realloc_of_freed_page_block, "realloc", GONE)
DEATH(realloc_of_freed_large_area, "realloc", GONE)
DEATH(realloc_inside_a_page_block, "realloc", INTO_MIDDLE)
DEATH(realloc_inside_a_small_object, "realloc", INTO_MIDDLE)
DEATH(realloc_inside_a_large_area, "realloc", INTO_MIDDLE)
DEATH(usable_size_of_freed_page_block, "malloc_usable_size", GONE)
DEATH(usable_size_inside_a_page_block, "malloc_usable_size", INTO_MIDDLE)
DEATH(usable_size_inside_a_small_object, "malloc_usable_size", INTO_MIDDLE)
DEATH(usable_size_inside_a_large_area, "malloc_usable_size", INTO_MIDDLE)
DEATH(mistake_in_a_thread, "free", GONE)

TEST(a_mistake_without_stderr_still_aborts)
{
	if (!on_pfmalloc())
		SKIP("a page block is pfmalloc's");
	commit("mistake_without_stderr", NULL);
	died_of_abort();
	EXPECT_STR_EQ(outcome.err, "");
}

TEST(the_report_tells_what_the_pointer_is)
{
	if (!on_pfmalloc())
		SKIP("the facts are pfmalloc's");
	commit("double_free_at_once", "stack:off");
	EXPECT_MATCH(outcome.err, "^pfmalloc:   .*kmalloc-[0-9]+");
	EXPECT_MATCH(outcome.err, "^pfmalloc:   .*slab at 0x[0-9a-f]+");
	EXPECT_MATCH(outcome.err, "^pfmalloc:   .*object [0-9]+ of [0-9]+");
}

TEST(the_call_stack_names_the_function_with_the_mistake)
{
	void *libunwind = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);

	if (!on_pfmalloc())
		SKIP("glibc prints no call stack");
	if (!libunwind)
		SKIP("libunwind is not installed");
	dlclose(libunwind);
	commit("double_free_with_a_call_stack", NULL);
	died_of_abort();
	EXPECT_MATCH(outcome.err, "^pfmalloc: BUG: free of " ALREADY_FREE);
	EXPECT_MATCH(outcome.err, "^pfmalloc:   #0 0x[0-9a-f]+ ");
	EXPECT_MATCH(outcome.err, "^pfmalloc:   #[0-9]+ 0x[0-9a-f]+ "
				  "function_with_the_mistake\\+0x[0-9a-f]+");
	EXPECT_MATCH(outcome.err, "^pfmalloc:   #[0-9]+ 0x[0-9a-f]+ main\\+0x");
}

TEST(stack_off_leaves_the_call_stack_out)
{
	if (!on_pfmalloc())
		SKIP("PFMALLOC_CONF is pfmalloc's");
	commit("double_free_with_a_call_stack", "stack:off");
	died_of_abort();
	EXPECT_MATCH(outcome.err, "^pfmalloc: BUG: free of " ALREADY_FREE);
	EXPECT(!strstr(outcome.err, "#0"));
	EXPECT(!strstr(outcome.err, "function_with_the_mistake"));
}

TEST(memory_of_libc_goes_back_to_libc)
{
	commit("free_of_libc_memory", NULL);
	expect_success(&outcome, "free of libc's memory to be forwarded");
	EXPECT_STR_HAS(outcome.out, "survived");
	EXPECT_STR_EQ(outcome.err, "");
}

TEST(realloc_of_libc_memory_keeps_its_content)
{
	commit("realloc_of_libc_memory", NULL);
	expect_success(&outcome, "realloc of libc's memory to be forwarded");
	EXPECT_STR_HAS(outcome.out, "survived");
}

TEST(usable_size_of_libc_memory_is_what_libc_says)
{
	commit("usable_size_of_libc_memory", NULL);
	expect_success(&outcome, "malloc_usable_size to be forwarded");
	EXPECT_STR_HAS(outcome.out, "survived");
}

TEST(foreign_abort_refuses_memory_of_libc)
{
	unsigned long culprit = 0;
	char sentence[256];

	if (!on_pfmalloc())
		SKIP("PFMALLOC_CONF is pfmalloc's");
	commit("free_of_libc_memory", "foreign:abort");
	died_of_abort();
	EXPECT_EQ(sscanf(outcome.out, "culprit %lx", &culprit), 1);
	snprintf(sentence, sizeof(sentence),
		 "^pfmalloc: BUG: free of " NOT_OURS ": %#lx$", culprit);
	EXPECT_MATCH(outcome.err, sentence);

	commit("realloc_of_libc_memory", "foreign:abort");
	died_of_abort();
	EXPECT_MATCH(outcome.err,
		     "^pfmalloc: BUG: realloc of " NOT_OURS ": 0x");

	commit("usable_size_of_libc_memory", "foreign:abort");
	died_of_abort();
	EXPECT_MATCH(outcome.err,
		     "^pfmalloc: BUG: malloc_usable_size of " NOT_OURS ": 0x");
}

TEST(free_of_the_stack_aborts_whoever_says_so)
{
	commit("free_of_the_stack", NULL);
	died_of_abort();
	EXPECT(!strstr(outcome.out, "survived"));
}

TEST(a_configuration_mistake_is_named_and_the_program_goes_on)
{
	static const char *const bad[][2] = {
		{"nonsense:1", "nonsense"},
		{"stack:maybe", "maybe"},
		{"thp:sometimes", "sometimes"},
		{"decay_ms:soon", "soon"},
		{"background:7", "background"},
		{"foreign", "foreign"},
		{"deepbind:never", "never"},
		{"ioport:iopl", "iopl"},
		{"stack:off,colour:red,thp:never", "colour"},
	};
	size_t i;

	if (!on_pfmalloc())
		SKIP("PFMALLOC_CONF is pfmalloc's");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		commit("none", bad[i][0]);
		expect_success(&outcome, "the program to go on");
		EXPECT_MATCH(outcome.err, "^pfmalloc: ");
		EXPECT_STR_HAS(outcome.err, bad[i][1]);
	}
	commit("none", "nonsense:1");
	for (i = 0; i < 6; i++) {
		static const char *const keys[] = {"stack",    "thp",
						   "decay_ms", "background",
						   "foreign",  "ioport"};
		EXPECT_STR_HAS(outcome.err, keys[i]);
	}
}

TEST(a_right_configuration_is_silent)
{
	static const char *const good[] = {
		"",
		"stack:on",
		"stack:off,thp:auto",
		"thp:always,decay_ms:0,background:off,foreign:forward",
		"thp:never,decay_ms:100000,background:on,foreign:abort",
		"deepbind:on,deepbind:off",
		"ioport:auto,ioport:ioperm,ioport:devport,ioport:sim",
	};
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		commit("none", good[i]);
		expect_success(&outcome, "the program to run");
		EXPECT_STR_EQ(outcome.err, "");
	}
}
