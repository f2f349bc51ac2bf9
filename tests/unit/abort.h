/* SPDX-License-Identifier: MIT */
/*
 * abort.h - children that end in a certain way, with a sentence mostly
 *
 * Apart from unit.h, whose words of lib/base the kernel's headers have, too.
 */
#ifndef UNIT_ABORT_H
#define UNIT_ABORT_H

#include <stdbool.h>

/* How a child ended, and the first bytes that it wrote to stderr. */
struct ending {
	int signal; /* 0 when it exited */
	int status; /* of its exit */
	char text[4096];
};

/*
 * child_ending - run a function in a forked child
 *
 * Unlike child_run() this expects nothing.  A child that is not done after
 * @limit seconds dies of SIGALRM.
 */
void child_ending(struct ending *ending, unsigned int limit,
		  void (*function)(void *arg), void *arg);

/* In a child that a fault shall end: no handler, no core. */
void die_plainly(void);

/* The child must abort, with @sentence on stderr. */
bool expect_abort(void (*function)(void *arg), void *arg, const char *sentence);

#endif
