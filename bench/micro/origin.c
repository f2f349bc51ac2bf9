/* SPDX-License-Identifier: MIT */
/*
 * origin.c - which object a function of this process comes from
 *
 * A benchmark that names an allocator must know that it measured that one.  The
 * dynamic linker is asked the way it serves the program and all of its
 * libraries: the first definition in the order of loading.
 *
 * A program that is not position-independent may give a function an address of
 * its own, an undefined symbol with a value, that leads to the one in use.
 * That one is the next after the program.
 */
#include "bench/micro/origin.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static bool find(const char *function, Dl_info *info)
{
	void *address = dlsym(RTLD_DEFAULT, function);
	const ElfW(Sym) *symbol = NULL;

	if (!address ||
	    !dladdr1(address, info, (void **)&symbol, RTLD_DL_SYMENT))
		return false;
	if (symbol && symbol->st_shndx == SHN_UNDEF)
		return dladdr(dlsym(RTLD_NEXT, function), info);
	return true;
}

static bool is_program(const Dl_info *info)
{
	Dl_info own;

	return dladdr((void *)object_of, &own) &&
	       own.dli_fbase == info->dli_fbase;
}

bool is_in_program(const char *function)
{
	Dl_info info;

	return find(function, &info) && is_program(&info);
}

const char *object_of(const char *function)
{
	static char program[PATH_MAX];
	Dl_info info;
	ssize_t length;

	if (!find(function, &info))
		return NULL;
	if (!is_program(&info))
		return info.dli_fname;
	/* the linker knows the program by the name that it was called by */
	length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (length < 0)
		return info.dli_fname;
	program[length] = '\0';
	return program;
}
