/* SPDX-License-Identifier: MIT */
/*
 * early.c - malloc before libc is ready, and after main has returned
 *
 * The stages, earliest first: an ifunc resolver of the program (while ld.so
 * still relocates it), the preinit_array (before any constructor), constructors
 * of the program and of another preloaded library.  What they allocate is used
 * and freed much later.
 */
#include "pattern.h"
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stage {
	void *small;
	void *zero;
	void *pages;
	void *large;
	void *aligned;
	bool done;
};

static struct stage resolver;
static struct stage preinit;
static struct stage first_constructor;

/* No libc function but malloc's: not even memset is relocated in a resolver. */
static void touch(void *p, size_t size)
{
	volatile char *bytes = p;
	size_t i;

	for (i = 0; i < size; i += 64)
		bytes[i] = (char)(i / 64);
}

static void stage_run(struct stage *stage)
{
	void *p;
	int i;

	stage->small = malloc(100);
	stage->zero = calloc(10, 1000);
	stage->pages = malloc(50000);
	stage->large = malloc(8 << 20);
	stage->aligned = memalign(4096, 100);
	touch(stage->small, 100);
	touch(stage->pages, 50000);
	touch(stage->large, 8 << 20);
	for (i = 0; i < 1000; i++) {
		p = malloc((size_t)i * 10);
		p = realloc(p, (size_t)i * 20 + 1);
		free(p);
	}
	stage->done = true;
}

static bool is_touched(void *p, size_t size)
{
	char *bytes = p;
	size_t i;

	for (i = 0; i < size; i += 64)
		if (bytes[i] != (char)(i / 64))
			return false;
	return true;
}

static void expect_stage_is_sound(struct stage *stage)
{
	if (!EXPECT(stage->done))
		return;
	EXPECT(is_touched(stage->small, 100));
	EXPECT(is_touched(stage->pages, 50000));
	EXPECT(is_touched(stage->large, 8 << 20));
	EXPECT(is_zero(stage->zero, 10000));
	EXPECT_EQ((uintptr_t)stage->aligned % 4096, 0);
	EXPECT_GE(malloc_usable_size(stage->small), 100);
	free(stage->small);
	free(stage->zero);
	free(stage->aligned);
	free(realloc(stage->pages, 100000));
	free(realloc(stage->large, 100));
}

static int answer(void)
{
	return 42;
}

/* This runs before the stack protector and errno of a thread are set up. */
__attribute__((optimize("no-stack-protector"))) static int (
	*resolve_answer(void))(void)
{
	stage_run(&resolver);
	return answer;
}

int resolved_answer(void) __attribute__((ifunc("resolve_answer")));

static void before_constructors(int argc, char **argv, char **envp)
{
	(void)argc;
	(void)argv;
	(void)envp;
	stage_run(&preinit);
}

__attribute__((section(".preinit_array"),
	       used)) static void (*const preinit_entry)(int, char **,
							 char **) =
	before_constructors;

__attribute__((constructor(102))) static void constructor_of_the_program(void)
{
	stage_run(&first_constructor);
}

TEST(malloc_works_in_an_ifunc_resolver)
{
	EXPECT_EQ(resolved_answer(), 42);
	expect_stage_is_sound(&resolver);
}

TEST(malloc_works_in_the_preinit_array)
{
	expect_stage_is_sound(&preinit);
}

TEST(malloc_works_in_a_constructor)
{
	expect_stage_is_sound(&first_constructor);
}

struct order {
	const char *guest;
	bool guest_first;
};

static void preload_both(void *arg)
{
	const struct order *order = arg;
	const char *library = getenv("PF_PRELOAD");
	char value[8192];

	if (!library)
		snprintf(value, sizeof(value), "%s", order->guest);
	else if (order->guest_first)
		snprintf(value, sizeof(value), "%s:%s", order->guest, library);
	else
		snprintf(value, sizeof(value), "%s:%s", library, order->guest);
	setenv("LD_PRELOAD", value, 1);
}

TEST(another_preloaded_library_may_use_malloc_before_and_after_us)
{
	static struct outcome outcome;
	char guest[4096];
	char work[4096];
	char *argv[] = {work, NULL};
	struct order order = {guest, false};

	if (!EXPECT(sibling_path(".libs/early-guest.so", guest,
				 sizeof(guest))) ||
	    !EXPECT(sibling_path("work", work, sizeof(work))))
		return;
	program_run(&outcome, 30, argv, preload_both, &order);
	expect_success(&outcome, "the guest behind us to work");
	EXPECT_STR_EQ(outcome.err, "");
	order.guest_first = true;
	program_run(&outcome, 30, argv, preload_both, &order);
	expect_success(&outcome, "the guest before us to work");
	EXPECT_STR_EQ(outcome.err, "");
}

static void bind_now(void *arg)
{
	setenv("LD_BIND_NOW", "1", 1);
	(void)arg;
}

static void minimal_environment(void *arg)
{
	const char *preload = getenv("LD_PRELOAD");
	char *copy = preload ? strdup(preload) : NULL;

	clearenv();
	if (copy)
		setenv("LD_PRELOAD", copy, 1);
	(void)arg;
}

TEST(a_program_starts_with_bind_now_and_with_an_empty_environment)
{
	static struct outcome outcome;
	char work[4096];
	char *argv[] = {work, NULL};

	if (!EXPECT(sibling_path("work", work, sizeof(work))))
		return;
	program_run(&outcome, 30, argv, bind_now, NULL);
	expect_success(&outcome, "a start with LD_BIND_NOW");
	program_run(&outcome, 30, argv, minimal_environment, NULL);
	expect_success(&outcome, "a start with an empty environment");
}
