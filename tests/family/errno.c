/* SPDX-License-Identifier: MIT */
/*
 * errno.c - what the malloc family does to errno
 *
 * Every failure sets ENOMEM, whichever way the size overflows; success and
 * free leave errno alone.
 */
#include "preload.h"
#include "sizes.h"
#include "tap.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* No call may set this: it is no error number. */
enum {
	UNTOUCHED = 4711
};

/* The call gives NULL and ENOMEM. */
#define EXPECT_NO_MEMORY(call)                                                \
	do {                                                                  \
		errno = 0;                                                    \
		void *result_ = (call);                                       \
		int errno_ = errno;                                           \
		tap_check(!result_, #call " gives NULL", __FILE__, __LINE__); \
		tap_check_num(errno_ == ENOMEM, errno_, ENOMEM,               \
			      #call " sets ENOMEM", __FILE__, __LINE__);      \
	} while (0)

/* The statement leaves errno alone. */
#define EXPECT_ERRNO_KEPT(size, ...)                                       \
	do {                                                               \
		errno = UNTOUCHED;                                         \
		__VA_ARGS__;                                               \
		int errno_ = errno;                                        \
		if (!tap_check_num(errno_ == UNTOUCHED, errno_, UNTOUCHED, \
				   "errno untouched by " #__VA_ARGS__,     \
				   __FILE__, __LINE__))                    \
			tap_note("  with a size of %zu", (size_t)(size));  \
	} while (0)

static const size_t impossible[] = {
	(size_t)PTRDIFF_MAX - 4096, /* legal, but no address space has it */
	(size_t)PTRDIFF_MAX,
	(size_t)PTRDIFF_MAX + 1,
	(size_t)PTRDIFF_MAX + 4097,
	SIZE_MAX - 65536,
	SIZE_MAX - 8192,
	SIZE_MAX - 4096,
	SIZE_MAX - 4095,
	SIZE_MAX - 64,
	SIZE_MAX - 16,
	SIZE_MAX - 15,
	SIZE_MAX - 1,
	SIZE_MAX,
};

enum {
	NR_IMPOSSIBLE = sizeof(impossible) / sizeof(impossible[0])
};

TEST(errno_is_0_when_main_starts)
{
	EXPECT_EQ(tap_errno_at_start, 0);
}

TEST(an_impossible_size_sets_ENOMEM)
{
	int i;

	for (i = 0; i < NR_IMPOSSIBLE; i++) {
		size_t size = opaque(impossible[i]);

		EXPECT_NO_MEMORY(malloc(size));
		EXPECT_NO_MEMORY(calloc(1, size));
		EXPECT_NO_MEMORY(calloc(size, 1));
		EXPECT_NO_MEMORY(realloc(NULL, size));
		EXPECT_NO_MEMORY(reallocarray(NULL, size, 1));
		EXPECT_NO_MEMORY(aligned_alloc(16, size));
		EXPECT_NO_MEMORY(aligned_alloc(64, size));
		EXPECT_NO_MEMORY(aligned_alloc(4096, size));
		EXPECT_NO_MEMORY(memalign(32, size));
		EXPECT_NO_MEMORY(memalign(1 << 20, size));
		EXPECT_NO_MEMORY(valloc(size));
		EXPECT_NO_MEMORY(pvalloc(size));
	}
}

TEST(posix_memalign_returns_ENOMEM_and_leaves_the_pointer)
{
	int i;

	for (i = 0; i < NR_IMPOSSIBLE; i++) {
		void *mark = &i;
		void *p = mark;

		EXPECT_EQ(posix_memalign(&p, 64, opaque(impossible[i])),
			  ENOMEM);
		EXPECT_EQ((uintptr_t)p, (uintptr_t)mark);
		EXPECT_EQ(posix_memalign(&p, 1 << 21, opaque(impossible[i])),
			  ENOMEM);
		EXPECT_EQ((uintptr_t)p, (uintptr_t)mark);
	}
}

/* Of the bits and of the range of size_t. */
#define HALF_BITS (sizeof(size_t) * 4)
#define QUARTER	  (SIZE_MAX / 4 + 1)

TEST(calloc_refuses_a_product_that_overflows)
{
	size_t half = opaque((size_t)1 << HALF_BITS);

	EXPECT_NO_MEMORY(calloc(half, half));	  /* 0 */
	EXPECT_NO_MEMORY(calloc(half, half + 1)); /* wraps to half */
	EXPECT_NO_MEMORY(calloc(opaque(SIZE_MAX), 2));
	EXPECT_NO_MEMORY(calloc(2, opaque(SIZE_MAX / 2 + 1)));
	EXPECT_NO_MEMORY(calloc(opaque(SIZE_MAX), opaque(SIZE_MAX))); /* 1 */
	EXPECT_NO_MEMORY(calloc(opaque(SIZE_MAX / 16 + 2), 16));      /* 16 */
	EXPECT_NO_MEMORY(calloc(opaque(PTRDIFF_MAX), 2));
}

TEST(reallocarray_refuses_a_product_that_overflows_and_keeps_the_block)
{
	size_t half = opaque((size_t)1 << HALF_BITS);
	char *p = malloc(100);

	memset(p, 'x', 100);
	EXPECT_NO_MEMORY(reallocarray(p, half, half));
	EXPECT_NO_MEMORY(reallocarray(p, opaque(SIZE_MAX / 16 + 2), 16));
	EXPECT_NO_MEMORY(reallocarray(p, opaque(SIZE_MAX), 2));
	EXPECT_NO_MEMORY(reallocarray(NULL, half, half));
	EXPECT_EQ(p[0], 'x');
	EXPECT_EQ(p[99], 'x');
	free(p);
}

TEST(realloc_to_an_impossible_size_keeps_the_block)
{
	static const size_t from[] = {1, 100, 5000, 100000, 8 << 20};
	size_t n;
	int i;

	for (n = 0; n < sizeof(from) / sizeof(from[0]); n++) {
		unsigned char *p = malloc(from[n]);

		memset(p, 0xa5, from[n]);
		for (i = 0; i < NR_IMPOSSIBLE; i++)
			EXPECT_NO_MEMORY(realloc(p, opaque(impossible[i])));
		EXPECT_EQ(p[0], 0xa5);
		EXPECT_EQ(p[from[n] - 1], 0xa5);
		free(p);
	}
}

TEST(an_alignment_too_large_for_the_address_space_sets_ENOMEM)
{
	if (sizeof(void *) == 4)
		SKIP("32 bits of addresses have some of each alignment");
	EXPECT_NO_MEMORY(memalign(opaque(QUARTER), 1));
	EXPECT_NO_MEMORY(memalign(opaque(QUARTER), QUARTER));
	EXPECT_NO_MEMORY(aligned_alloc(opaque(QUARTER), 100));
	EXPECT_NO_MEMORY(aligned_alloc(opaque(QUARTER * 2), 100));
	EXPECT_NO_MEMORY(memalign(opaque(QUARTER * 2), SIZE_MAX));
}

TEST(success_and_free_leave_errno_alone)
{
	int i;

	for (i = 0; i < NR_SIZES; i++) {
		size_t size = sizes[i];
		void *p = NULL;
		void *q;

		EXPECT_ERRNO_KEPT(size, p = used(malloc(size)));
		EXPECT_ERRNO_KEPT(size, malloc_usable_size(p));
		EXPECT_ERRNO_KEPT(size, free(p));
		EXPECT_ERRNO_KEPT(size, p = used(calloc(1, size)));
		EXPECT_ERRNO_KEPT(size, p = used(realloc(p, size + 1)));
		EXPECT_ERRNO_KEPT(size, p = used(realloc(p, 2 * size + 1)));
		EXPECT_ERRNO_KEPT(size, p = used(realloc(p, size / 2 + 1)));
		EXPECT_ERRNO_KEPT(size, free(p));
		EXPECT_ERRNO_KEPT(size, q = used(aligned_alloc(64, size)));
		EXPECT_ERRNO_KEPT(size, p = used(memalign(4096, size)));
		EXPECT_ERRNO_KEPT(size, free(q));
		EXPECT_ERRNO_KEPT(size, free(p));
		EXPECT_ERRNO_KEPT(size, p = used(valloc(size)));
		EXPECT_ERRNO_KEPT(size, free(p));
		EXPECT_ERRNO_KEPT(size, p = used(pvalloc(size)));
		EXPECT_ERRNO_KEPT(size, free(p));
		EXPECT_ERRNO_KEPT(size, (void)posix_memalign(&p, 128, size));
		EXPECT_ERRNO_KEPT(size, free(p));
		EXPECT_ERRNO_KEPT(size, p = used(reallocarray(NULL, 1, size)));
		EXPECT_ERRNO_KEPT(size, free(p));
	}
	EXPECT_ERRNO_KEPT(0, free(NULL));
}

/* The path by which memory goes back to the OS keeps errno as well. */
TEST(freeing_a_gigabyte_leaves_errno_alone)
{
	enum {
		NR = sizeof(void *) > 4 ? 16384 : 8192, /* half of it */
		BYTES = 65536
	};
	static void *blocks[NR];
	int i;

	for (i = 0; i < NR; i++) {
		EXPECT_ERRNO_KEPT(BYTES, blocks[i] = used(malloc(BYTES)));
		*(char *)blocks[i] = 1;
	}
	for (i = 0; i < NR; i++)
		EXPECT_ERRNO_KEPT(BYTES, free(blocks[i]));
	EXPECT_ERRNO_KEPT(0, malloc_trim(0));
}

TEST(realloc_to_0_leaves_errno_alone)
{
	int i;

	for (i = 0; i < NR_SIZES; i++) {
		void *p = malloc(sizes[i]);

		EXPECT_ERRNO_KEPT(sizes[i], p = realloc(p, opaque(0)));
		EXPECT_EQ((uintptr_t)p, 0);
	}
}
