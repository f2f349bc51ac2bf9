/* SPDX-License-Identifier: MIT */
/*
 * types.h - the small scalars that every layer shares
 */
#ifndef PF_BASE_TYPES_H
#define PF_BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

/* Index of a page frame: frame 0 starts at the base of the direct map. */
typedef u32 pfn_t;

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

/* The largest block of the buddy allocator, inclusive: 2^10 frames, 4 MiB. */
#define MAX_PAGE_ORDER	   10
#define NR_PAGE_ORDERS	   11
#define MAX_ORDER_NR_PAGES (1U << MAX_PAGE_ORDER)
#define ZONE_BLOCK_BYTES   (PAGE_SIZE << MAX_PAGE_ORDER)

#define KIB(n) ((size_t)(n) << 10)
#define MIB(n) ((size_t)(n) << 20)

/* A transparent huge page of the system. */
#define HUGE_BYTES MIB(2)

static inline size_t align_up(size_t n, size_t align)
{
	return (n + align - 1) & ~(align - 1);
}

static inline size_t align_down(size_t n, size_t align)
{
	return n & ~(align - 1);
}

static inline bool is_power_of_two(size_t n)
{
	return n && !(n & (n - 1));
}

/* Bytes to whole page frames, rounded up; @bytes at most PTRDIFF_MAX. */
static inline size_t bytes_to_pages(size_t bytes)
{
	return (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline size_t max_size(size_t a, size_t b)
{
	return a > b ? a : b;
}

#endif
