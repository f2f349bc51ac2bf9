/* SPDX-License-Identifier: MIT */
/*
 * player.h - play a trace on the malloc of this process
 */
#ifndef TRACE_PLAYER_H
#define TRACE_PLAYER_H

#include "reader.h"

enum touch {
	TOUCH_NONE,  /* no byte is written */
	TOUCH_FIRST, /* the first byte of each object */
	TOUCH_ALL,   /* up to TOUCH_WHOLE wholly, then a byte a page */
};

#define TOUCH_WHOLE 4096

struct play_options {
	enum touch touch;
	uint64_t window;  /* events that a thread may be ahead; 0: any number */
	bool is_verified; /* check what malloc gives, and what it keeps */
	uint64_t idle_ms; /* to sleep at the end, for rss_idle */
};

struct play_result {
	double seconds;
	uint64_t nr_waits; /* times that a thread had to wait for another */
	/* KiB; before: with everything prepared and nothing played */
	long rss_before, rss_peak, rss_end, rss_freed, rss_idle;
	long faults; /* minor and major, while it was played */
};

/**
 * play - make the calls of @t, each thread's in a thread of its own
 *
 * @t has been loaded.  The caller is the trace's thread 0.  Afterwards what the
 * program left behind is freed (rss_freed is measured then).  An allocation
 * that fails, and with is_verified memory that is not as it should be, ends the
 * process with a sentence.
 */
void play(const struct trace *t, const struct play_options *options,
	  struct play_result *result);

#endif
