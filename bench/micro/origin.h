/* SPDX-License-Identifier: MIT */
/*
 * origin.h - which object a function of this process comes from
 */
#ifndef BENCH_MICRO_ORIGIN_H
#define BENCH_MICRO_ORIGIN_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The path of the object that serves calls of @function, static; or NULL. */
const char *object_of(const char *function);

/* Whether that object is the program itself. */
bool is_in_program(const char *function);

#ifdef __cplusplus
}
#endif

#endif
