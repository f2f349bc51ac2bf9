/* SPDX-License-Identifier: MIT */
/*
 * dlopen.c - libraries that are opened with RTLD_DEEPBIND get our malloc, too
 *
 * Such a library looks for names in itself and in what it needs first, so its
 * free is the C library's, which aborts at the first string that another part of
 * the process has allocated: PHP opens all of its extensions like that.  A
 * preloaded library cannot come before that scope.  So the flag is left out, as
 * on systems whose C library has no such flag; "deepbind:on" leaves it in, for
 * libraries that share names with the program and no memory.
 *
 * Not for static links: what these open is linked to a C library of its own.
 */
#include <dlfcn.h>

#include "base/compiler.h"
#include "os/conf.h"
#include "os/loader.h"

typedef void *(*dlopen_fn)(const char *path, int flags);

/*
 * The loader asks where its caller's code lies, for $ORIGIN, RUNPATH and the
 * namespace.  So this is a jump and no call, whatever the compiler is told.
 */
#if defined(__clang__)
#define TAIL_CALL __attribute__((musttail))
#define TAIL_CALLS
#else
#define TAIL_CALL
#define TAIL_CALLS __attribute__((optimize("O2")))
#endif

#ifdef RTLD_DEEPBIND
pf_export TAIL_CALLS void *dlopen(const char *path, int flags)
{
	static dlopen_fn next;
	dlopen_fn open = READ_ONCE(next);

	if (unlikely(!open)) {
		open = (dlopen_fn)loader_find_next("dlopen");
		if (!open)
			return NULL; /* dlerror() says why */
		WRITE_ONCE(next, open);
	}
	if (!pf_conf.deepbind)
		flags &= ~RTLD_DEEPBIND;
	TAIL_CALL return open(path, flags);
}
#endif
