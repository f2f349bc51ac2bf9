/* SPDX-License-Identifier: MIT */
/*
 * kenv.h - what the tests of the kernel's headers share
 *
 * They include those headers and libc's in one file, as a client's test does.
 */
#ifndef KENV_KENV_H
#define KENV_KENV_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "tap.h"

/* libc's, which <linux/...> may have covered. */
#ifndef READ_ONCE
#error "include the kernel's headers before kenv.h"
#endif

#endif
