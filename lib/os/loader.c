/* SPDX-License-Identifier: MIT */
/*
 * loader.c - names of other libraries, looked up when they are needed
 *
 * dlsym and dladdr are weak, so that a static link does not fetch them for our
 * sake.  dlopen is not even named: the linker warns every user of libc.a who
 * does that.
 */
#include "os/loader.h"

#include <dlfcn.h>

#include "base/compiler.h"

extern __typeof__(dlsym) dlsym pf_weak;
extern __typeof__(dladdr) dladdr pf_weak;

void *loader_find(const char *library, bool only_if_loaded, const char *symbol)
{
	void *(*open)(const char *, int) = NULL;
	void *handle;

	if (dlsym)
		open = (void *(*)(const char *, int))dlsym(RTLD_DEFAULT,
							   "dlopen");
	if (!open)
		return NULL;
	handle = open(library, RTLD_LAZY | (only_if_loaded ? RTLD_NOLOAD : 0));
	return handle ? dlsym(handle, symbol) : NULL;
}

void *loader_find_next(const char *symbol)
{
	return dlsym ? dlsym(RTLD_NEXT, symbol) : NULL;
}

void loader_place(void *address, struct loader_place *place)
{
	Dl_info info;

	*place = (struct loader_place){0};
	if (!dladdr || !dladdr(address, &info))
		return;
	place->object = info.dli_fname;
	place->symbol = info.dli_sname;
	place->offset = (size_t)((char *)address -
				 (char *)(info.dli_sname ? info.dli_saddr
							 : info.dli_fbase));
}
