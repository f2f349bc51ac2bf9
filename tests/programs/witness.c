/* SPDX-License-Identifier: MIT */
/*
 * witness.c - every process notes whose malloc it calls
 *
 * Preloaded beside the allocator under test.  When a program starts, one line
 * goes to the file that PF_WITNESS names: the program's name, a tab, and the
 * path of the object that its malloc comes from, found the way the dynamic
 * linker finds it for the program.  So a program that lost LD_PRELOAD on its
 * way, or was linked with a malloc of its own, is seen.
 *
 * A program that is not position-independent may give malloc an address of its
 * own, an undefined symbol with a value, that leads to the malloc in use.  That
 * one is the next after this library, which LD_PRELOAD names first.
 *
 * It runs inside every program under test: nothing here allocates, no file
 * stays open, errno is kept, and one write() per line keeps the lines of
 * processes that start together apart.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void note(const char *path, const char *object)
{
	char line[PATH_MAX + NAME_MAX];
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	int length;

	if (fd < 0)
		return;

	length = snprintf(line, sizeof(line), "%s\t%s\n",
			  program_invocation_short_name, object);
	/* a line that is lost fails the test: its reader misses the program */
	if (write(fd, line, length) != length)
		errno = EIO;
	close(fd);
}

static const char *object_of_malloc(void)
{
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (!dladdr1((void *)malloc, &info, (void **)&symbol, RTLD_DL_SYMENT))
		return "nowhere";
	if (symbol && symbol->st_shndx == SHN_UNDEF &&
	    !dladdr(dlsym(RTLD_NEXT, "malloc"), &info))
		return "nowhere";
	return info.dli_fname;
}

__attribute__((constructor)) static void witness(void)
{
	const char *path = getenv("PF_WITNESS");
	int saved_errno = errno;

	if (path)
		note(path, object_of_malloc());
	errno = saved_errno;
}
