/* SPDX-License-Identifier: MIT */
/*
 * class.h - which sizes objects have
 *
 * 16-byte steps up to 128, then four sizes a doubling: 160 192 224 256, 320
 * 384 448 512, ... 2048, and eight: 2304 2560 ... 4096, 4608 ... 8192, for
 * pages of 4 KiB with a header are common; one more, 4368, is what those of
 * SQLite have.  A request between two sizes wastes up to a fifth of the object,
 * less than a tenth on average.  Sizes that are powers of two are aligned to
 * themselves.
 *
 * Class 0 is no size: "this frame is not a slab's".
 */
#ifndef PF_SLAB_CLASS_H
#define PF_SLAB_CLASS_H

#include "base/bits.h"
#include "base/compiler.h"
#include "base/types.h"

#define NR_CLASSES	 42
#define KMALLOC_MIN_SIZE 16
/* The largest object of a slab; what is larger is a page block. */
#define KMALLOC_MAX_CACHE_SIZE 8192

struct class_info {
	u16 size;  /* bytes of an object */
	u16 order; /* log2 of a slab's length in page frames */
};

extern const struct class_info class_info[NR_CLASSES] pf_hidden;

/* Class for (size + 15) / 16, sizes 0..KMALLOC_MAX_CACHE_SIZE. */
extern const u8 class_of_granules[KMALLOC_MAX_CACHE_SIZE / 16 + 1] pf_hidden;

/* The class that serves @size bytes, at most KMALLOC_MAX_CACHE_SIZE. */
static __always_inline unsigned int size_to_class(size_t size)
{
	return class_of_granules[(size + 15) >> 4];
}

static inline size_t class_size(unsigned int class)
{
	return class_info[class].size;
}

#endif
