/* SPDX-License-Identifier: MIT */
/*
 * abort.h - a child that must end with a sentence
 *
 * Apart from unit.h, whose words of lib/base the kernel's headers have, too.
 */
#ifndef UNIT_ABORT_H
#define UNIT_ABORT_H

#include <stdbool.h>

/* The child must abort, with @sentence on stderr. */
bool expect_abort(void (*function)(void *arg), void *arg, const char *sentence);

#endif
