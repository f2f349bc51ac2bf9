/* SPDX-License-Identifier: MIT */
/*
 * backtrace.c - the call stack of a misuse, by libunwind, opened when needed
 *
 * A report is the last thing a process does, so that is the moment to open
 * libunwind; whatever the loader allocates then comes from the dying thread's
 * own small arena (malloc/last_words.c) and never from the heap that was just
 * found to be damaged.
 */
#include "os/loader.h"
#include "os/report.h"

#define MAX_FRAMES 64

typedef int backtrace_fn(void **frames, int max);

static void print_frame(unsigned int n, void *address)
{
	struct loader_place place;

	loader_place(address, &place);
	if (!place.object)
		report_line("  #%u %p", n, address);
	else if (place.symbol)
		report_line("  #%u %p %s+0x%zx (%s)", n, address, place.symbol,
			    place.offset, place.object);
	else
		report_line("  #%u %p (%s+0x%zx)", n, address, place.object,
			    place.offset);
}

void backtrace_print(void)
{
	void *frames[MAX_FRAMES];
	backtrace_fn *unwind;
	int i, nr_frames;

	unwind = (backtrace_fn *)loader_find("libunwind.so.8", false,
					     "unw_backtrace");
	if (!unwind)
		return;
	nr_frames = unwind(frames, MAX_FRAMES);
	for (i = 0; i < nr_frames; i++)
		print_frame((unsigned int)i, frames[i]);
}
