/* SPDX-License-Identifier: MIT */
/*
 * pattern.h - blocks that know whose they are
 *
 * A block is filled with words that depend on its id and on the position: one
 * that overlaps another, was moved by a wrong distance or was cleared does not
 * hold its pattern any more.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void pattern_fill(void *block, size_t size, uint64_t id);
bool pattern_holds(const void *block, size_t size, uint64_t id);
bool is_zero(const void *block, size_t size);

#ifdef __cplusplus
}
#endif

#endif
