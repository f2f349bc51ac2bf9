/* SPDX-License-Identifier: MIT */
/*
 * cxx-late.c - a C program that opens libstdc++ at run time
 *
 * The operators of the malloc under test are in the program from its start,
 * libstdc++ comes with dlopen and in a scope of its own: the operators must
 * still find its new-handler and throw its std::bad_alloc.
 */
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

static void *guest(void)
{
	static void *handle;
	char path[4096];

	if (handle)
		return handle;
	if (!EXPECT(sibling_path(".libs/cxx-guest.so", path, sizeof(path))))
		return NULL;
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!EXPECT(handle))
		tap_note("  %s", dlerror());
	return handle;
}

static int guest_call(const char *name)
{
	int (*function)(void);

	if (!guest())
		return 0;
	*(void **)&function = dlsym(guest(), name);
	return EXPECT(function) && function();
}

/* size_t in a mangled name: unsigned long, or unsigned int. */
#if __SIZEOF_SIZE_T__ == 8
#define SIZE_LETTER "m"
#else
#define SIZE_LETTER "j"
#endif

TEST(the_operators_are_there_without_libstdcxx)
{
	void *(*new)(size_t);
	void (*delete)(void *);

	if (!on_pfmalloc())
		SKIP("glibc has no operators");
	EXPECT_EQ((uintptr_t)dlsym(RTLD_DEFAULT, "_ZSt9terminatev"), 0);
	*(void **)&new = dlsym(RTLD_DEFAULT, "_Znw" SIZE_LETTER);
	*(void **)&delete = dlsym(RTLD_DEFAULT, "_ZdlPv");
	if (!EXPECT(new &&delete))
		return;
	delete (used(new (100)));
}

TEST(nothrow_new_works_without_libstdcxx)
{
	void *(*new)(size_t, const void *);

	if (!on_pfmalloc())
		SKIP("glibc has no operators");
	*(void **)&new =
		dlsym(RTLD_DEFAULT, "_Znw" SIZE_LETTER "RKSt9nothrow_t");
	if (!EXPECT(new))
		return;
	EXPECT_EQ((uintptr_t) new (opaque(SIZE_MAX), ""), 0);
	free(used(new (100, "")));
}

TEST(a_plug_in_in_cxx_works)
{
	EXPECT(guest_call("guest_works"));
}

TEST(bad_alloc_reaches_a_plug_in)
{
	EXPECT(guest_call("guest_catches_bad_alloc"));
}

TEST(the_new_handler_of_a_plug_in_is_called)
{
	EXPECT(guest_call("guest_handler_is_called"));
}

TEST(nothrow_new_in_a_plug_in_gives_nullptr)
{
	EXPECT(guest_call("guest_nothrow_is_null"));
}
