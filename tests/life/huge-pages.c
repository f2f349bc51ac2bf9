/* SPDX-License-Identifier: MIT */
/*
 * huge-pages.c - arrays come in huge pages, and what has holes no longer
 *
 * With "thp:always": by themselves, huge pages are for systems on which they are
 * fast, and tests shall do the same everywhere.
 */
#define PRELOAD_WITHOUT_START
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

MEASURES_MEMORY;

__attribute__((constructor(101))) static void start_again(int argc, char **argv)
{
	(void)argc;
	setenv("PFMALLOC_CONF", "thp:always", 1);
	preload_start_again(argv);
}

static bool has_huge_pages(void)
{
	char state[64];

	return file_read("/sys/kernel/mm/transparent_hugepage/enabled", state,
			 sizeof(state)) &&
	       !strstr(state, "[never]");
}

/* Written, and made longer: a page fault for each 2 MiB, not for each 4 KiB, and
 * no work for each step. */
static void a_large_array_grows(void *arg)
{
	size_t usable = 0;
	unsigned int changes = 0;
	const size_t bytes = 64 << 20;
	long faults = minor_faults();
	char *array = malloc(bytes);
	size_t i;

	(void)arg;
	memset(array, 1, bytes);
	for (i = bytes; i < 2 * bytes; i += 100000) {
		array = realloc(array, i + 100000);
		memset(array + i, 1, 100000);
		changes += malloc_usable_size(array) != usable;
		usable = malloc_usable_size(array);
	}
	faults = minor_faults() - faults;
	tap_note("%ld page faults", faults);
	EXPECT_LT(faults, 2000); /* of 32768 pages */
	EXPECT_LE(changes, bytes / (2 << 20) + 1);
	free(array);
}

TEST(large_arrays_come_in_huge_pages)
{
	if (!on_pfmalloc())
		SKIP("glibc leaves that to the system's setting");
	if (!has_huge_pages())
		SKIP("this system has no transparent huge pages");
	child_run(50, a_large_array_grows, NULL);
}

/* How many of the blocks lie in mappings that want huge pages. */
static size_t nr_that_want_huge(void *const *blocks, size_t nr)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	uintptr_t start = 0, end = 0;
	size_t wanted = 0, i;
	char line[512];

	while (smaps && fgets(line, sizeof(line), smaps)) {
		uintptr_t from, to;

		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) ==
		    2) {
			start = from;
			end = to;
		} else if (!strncmp(line, "VmFlags:", 8) &&
			   strstr(line, " hg")) {
			for (i = 0; i < nr; i++)
				wanted += (uintptr_t)blocks[i] - start <
					  end - start;
		}
	}
	if (smaps)
		fclose(smaps);
	return wanted;
}

/* Or khugepaged would fill the holes with memory again. */
static void holes_are_left(void *arg)
{
	enum {
		SIZE = 12000,
		NR = (160 << 20) / SIZE,
		NR_LEFT = NR / 16
	};
	static void *blocks[NR];
	static void *left[NR_LEFT];
	size_t i, nr_left = 0;

	(void)arg;
	for (i = 0; i < NR; i++)
		blocks[i] = memset(malloc(SIZE), 1, SIZE);
	EXPECT_GT(nr_that_want_huge(blocks, NR), 0);
	for (i = 0; i < NR; i++) {
		if (i % 16 == 0 && nr_left < NR_LEFT)
			left[nr_left++] = blocks[i];
		else
			free(blocks[i]);
	}
	malloc_trim(0);
	EXPECT_EQ(nr_that_want_huge(left, nr_left), 0);
	for (i = 0; i < NR; i++)
		blocks[i] = memset(malloc(SIZE), 1, SIZE);
}

TEST(memory_with_holes_wants_no_huge_pages)
{
	if (!on_pfmalloc())
		SKIP("glibc leaves that to the system's setting");
	if (!has_huge_pages())
		SKIP("this system has no transparent huge pages");
	child_run(50, holes_are_left, NULL);
}
