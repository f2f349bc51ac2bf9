/* SPDX-License-Identifier: MIT */
/*
 * deepbind.c - a library that is opened with RTLD_DEEPBIND and the program use
 *	one malloc
 */
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *guest_open_as(int flags)
{
	char path[4096];
	void *guest;

	if (!EXPECT(sibling_path(".libs/deepbind-guest.so", path,
				 sizeof(path))))
		return NULL;
	guest = dlopen(path, flags);
	if (!EXPECT(guest))
		tap_note("  %s", dlerror());
	return guest;
}

static bool has_our_free(void *guest)
{
	void *(*address)(void);

	*(void **)&address = dlsym(guest, "guest_free_address");
	return EXPECT(address) && address() == dlsym(RTLD_DEFAULT, "free");
}

/* Started again by the test about the option, to say what it sees. */
__attribute__((constructor(104))) static void answer(void)
{
	void *guest;

	if (!getenv("DEEPBIND_ANSWER"))
		return;
	guest = guest_open_as(RTLD_NOW | RTLD_DEEPBIND);
	puts(guest && has_our_free(guest) ? "one malloc" : "two mallocs");
	fflush(stdout);
	_exit(guest ? 0 : 1);
}

static void ask_with(void *conf)
{
	setenv("PFMALLOC_CONF", conf, 1);
	setenv("DEEPBIND_ANSWER", "1", 1);
}

static void expect_answer(const char *conf, const char *answer)
{
	static char self[] = "/proc/self/exe";
	char *argv[] = {self, NULL};
	struct outcome outcome;

	program_run(&outcome, 30, argv, ask_with, (void *)(uintptr_t)conf);
	if (expect_success(&outcome, conf))
		EXPECT_STR_HAS(outcome.out, answer);
}

TEST(memory_is_exchanged_with_a_library_opened_with_deepbind)
{
	char *(*duplicate)(const char *);
	void (*release)(void *);
	void *guest;
	char *text;

	if (!on_pfmalloc())
		SKIP("with libc's malloc there is no other one");
	guest = guest_open_as(RTLD_NOW | RTLD_DEEPBIND);
	if (!guest || !EXPECT(has_our_free(guest)))
		return; /* it would abort below */
	*(void **)&duplicate = dlsym(guest, "guest_strdup");
	*(void **)&release = dlsym(guest, "guest_free");
	text = duplicate("from the guest");
	EXPECT_STR_EQ(text, "from the guest");
	free(text);
	release(used(strdup("from the program")));
	EXPECT_EQ(dlclose(guest), 0);
}

TEST(the_option_keeps_the_flag)
{
	if (!on_pfmalloc())
		SKIP("PFMALLOC_CONF is pfmalloc's");
	expect_answer("deepbind:off", "one malloc");
	expect_answer("deepbind:on", "two mallocs");
}

TEST(the_loader_sees_who_opens_a_library)
{
	void *(*open_from_guest)(const char *, int);
	void *guest = guest_open_as(RTLD_NOW), *again;

	if (!guest)
		return;
	*(void **)&open_from_guest = dlsym(guest, "guest_open");
	again = open_from_guest("$ORIGIN/deepbind-guest.so", RTLD_NOW);
	if (!EXPECT_EQ((uintptr_t)again, (uintptr_t)guest))
		tap_note("  %s", dlerror());
	if (again)
		dlclose(again);
	dlclose(guest);
}

TEST(a_library_that_is_missing_is_named)
{
	EXPECT_EQ((uintptr_t)dlopen("/no/such.so", RTLD_NOW | RTLD_DEEPBIND),
		  0);
	EXPECT_STR_HAS(dlerror(), "/no/such.so");
}
