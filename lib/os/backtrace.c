/* SPDX-License-Identifier: MIT */
/*
 * backtrace.c - the call stack of a misuse, by libunwind, opened when needed
 *
 * The library itself needs libc alone.  A report is the last thing a process
 * does, so that is the moment to open libunwind; whatever the loader allocates
 * then comes from the dying thread's own small arena (malloc/last_words.c) and
 * never from the heap that was just found to be damaged.
 *
 * dlopen and its family are weak: in a static program that does not use them
 * there is no loader, and the report comes without a stack.
 */
#include "os/report.h"

#include <dlfcn.h>

#define MAX_FRAMES 64

extern __typeof__(dlopen) dlopen pf_weak;
extern __typeof__(dlsym) dlsym pf_weak;
extern __typeof__(dladdr) dladdr pf_weak;

typedef int backtrace_fn(void **frames, int max);

static void print_frame(unsigned int n, void *address)
{
	Dl_info info;

	if (!dladdr || !dladdr(address, &info)) {
		report_line("  #%u %p", n, address);
		return;
	}
	if (info.dli_sname)
		report_line("  #%u %p %s+0x%lx (%s)", n, address,
			    info.dli_sname,
			    (unsigned long)((char *)address -
					    (char *)info.dli_saddr),
			    info.dli_fname);
	else
		report_line("  #%u %p (%s+0x%lx)", n, address, info.dli_fname,
			    (unsigned long)((char *)address -
					    (char *)info.dli_fbase));
}

void backtrace_print(void)
{
	void *frames[MAX_FRAMES];
	backtrace_fn *unwind;
	void *libunwind;
	int i, nr_frames;

	if (!dlopen || !dlsym)
		return;
	libunwind = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
	if (!libunwind)
		return;
	unwind = (backtrace_fn *)dlsym(libunwind, "unw_backtrace");
	if (!unwind)
		return;
	nr_frames = unwind(frames, MAX_FRAMES);
	for (i = 0; i < nr_frames; i++)
		print_frame((unsigned int)i, frames[i]);
}
