/* SPDX-License-Identifier: MIT */
/*
 * memory.c - what the library asks of the system's memory
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/os.h"
#include "pattern.h"
#include "unit.h"

#define BYTES (16 * PAGE_SIZE)

/* Addresses that nobody uses, for the test to map at. */
static char *free_addresses(size_t bytes)
{
	void *addr = NULL;

	EXPECT_EQ(os_reserve(&addr, bytes), 0);
	EXPECT_EQ(os_unmap(addr, bytes), 0);
	return addr;
}

static char *new_memory(void)
{
	char *addr = free_addresses(BYTES);

	EXPECT_EQ(os_map_new(addr, BYTES), 0);
	return addr;
}

TEST(pages_are_at_least_frames)
{
	EXPECT_GE(os_page_size(), PAGE_SIZE);
	EXPECT_EQ(os_page_size(), (size_t)sysconf(_SC_PAGESIZE));
}

TEST(new_memory_is_zero_and_can_be_written)
{
	char *addr = new_memory();

	EXPECT(is_zero(addr, BYTES));
	pattern_fill(addr, BYTES, 1);
	EXPECT(pattern_holds(addr, BYTES, 1));
	EXPECT_EQ(os_unmap(addr, BYTES), 0);
	EXPECT(!is_mapped(addr));
}

TEST(an_address_in_use_is_refused)
{
	char *addr = new_memory();

	errno = 0;
	pattern_fill(addr, BYTES, 2);
	EXPECT_EQ(os_map_new(addr, BYTES), -EEXIST);
	EXPECT_EQ(os_map_new(addr - PAGE_SIZE, 2 * PAGE_SIZE), -EEXIST);
	EXPECT_EQ(os_map_new(addr + BYTES - PAGE_SIZE, PAGE_SIZE), -EEXIST);
	EXPECT_EQ(errno, 0);
	EXPECT(pattern_holds(addr, BYTES, 2));
	os_unmap(addr, BYTES);
}

TEST(discarded_memory_reads_as_zeros)
{
	char *addr = new_memory();

	pattern_fill(addr, BYTES, 3);
	EXPECT_EQ(os_discard(addr + PAGE_SIZE, PAGE_SIZE), 0);
	EXPECT_EQ(resident_pages(addr + PAGE_SIZE, PAGE_SIZE), 0);
	EXPECT_EQ(resident_pages(addr, BYTES), 15);
	EXPECT(is_zero(addr + PAGE_SIZE, PAGE_SIZE));
	os_unmap(addr, BYTES);
}

TEST(memory_is_discarded_even_where_madvise_is_refused)
{
	char *addr = new_memory();

	pattern_fill(addr, BYTES, 4);
	os_fail_calls(0, 1);
	EXPECT_EQ(os_discard(addr, BYTES), 0);
	EXPECT_EQ(os_calls_made(), 2);
	os_fail_calls(0, 0);
	EXPECT(is_zero(addr, BYTES));
	os_unmap(addr, BYTES);
}

#define ZEROED MIB(4)

/* Ones, but for zeros from @start on. */
static bool is_zeroed(const char *addr, const char *start, size_t bytes)
{
	return start[-1] == 1 && start[bytes] == 1 && is_zero(start, bytes) &&
	       addr[0] == 1;
}

TEST(old_memory_becomes_zeros)
{
	const size_t all = ZEROED + 2 * PAGE_SIZE;
	const size_t sizes[] = {1,	   PAGE_SIZE + 1, KIB(16),
				KIB(64),   KIB(256),	  KIB(256) + 3,
				KIB(1020), ZEROED - 5,	  ZEROED};
	char *addr = free_addresses(all);
	char *start = addr + PAGE_SIZE;
	size_t i, offset;

	EXPECT_EQ(os_map_new(addr, all), 0);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (offset = 0; offset < 6; offset += 3) {
			memset(addr, 1, all);
			os_zero(start + offset, sizes[i]);
			EXPECT(is_zeroed(addr, start + offset, sizes[i]));
		}
	}
	EXPECT_EQ(os_unmap(addr, all), 0);
}

TEST(memory_that_becomes_zeros_is_not_touched_where_nobody_has)
{
	const size_t all = ZEROED + 2 * PAGE_SIZE;
	char *addr = free_addresses(all);
	char *start = addr + PAGE_SIZE;
	size_t i;

	EXPECT_EQ(os_map_new(addr, all), 0);
	memset(addr, 1, all);
	for (i = 0; i < 200; i++) {
		size_t before;

		EXPECT_EQ(os_discard(start, ZEROED), 0);
		start[random_below(ZEROED)] = 1;
		start[random_below(ZEROED)] = 1;
		os_zero(start, ZEROED);
		before = resident_pages(start, ZEROED);
		EXPECT_LE(before, 2 * 5); /* each 16 KiB, and a probe */
		EXPECT(is_zeroed(addr, start, ZEROED));
	}
	/* Where discarding is refused. */
	EXPECT_EQ(os_discard(start, ZEROED), 0);
	start[MIB(1) + 5] = 1;
	os_fail_calls(0, 1000);
	os_zero(start, ZEROED);
	EXPECT_GT(os_calls_made(), 0);
	os_fail_calls(0, 0);
	EXPECT_EQ(resident_pages(start, ZEROED), ZEROED >> PAGE_SHIFT);
	EXPECT(is_zeroed(addr, start, ZEROED));
	EXPECT_EQ(os_unmap(addr, all), 0);
}

TEST(moved_pages_leave_an_empty_mapping)
{
	char *from = new_memory();
	char *to = new_memory();
	int err;

	pattern_fill(from, BYTES, 5);
	err = os_move_pages(from, to, BYTES);
	if (err == -EINVAL)
		SKIP("the kernel has no MREMAP_DONTUNMAP");
	EXPECT_EQ(err, 0);
	EXPECT(pattern_holds(to, BYTES, 5));
	EXPECT_EQ(resident_pages(from, BYTES), 0);
	EXPECT(is_zero(from, BYTES));
	from[0] = 1; /* and it can be written */
	os_unmap(from, BYTES);
	os_unmap(to, BYTES);
}

TEST(a_moved_mapping_leaves_nothing)
{
	char *from = new_memory();
	char *to = new_memory();

	pattern_fill(from, BYTES, 6);
	EXPECT_EQ(os_move_mapping(from, to, BYTES), 0);
	EXPECT(pattern_holds(to, BYTES, 6));
	EXPECT(!is_mapped(from));
	os_unmap(to, BYTES);
}

TEST(reserved_addresses_become_memory_and_addresses_again)
{
	void *addr;

	EXPECT_EQ(os_reserve(&addr, BYTES), 0);
	EXPECT_EQ(os_map_over(addr, BYTES), 0);
	pattern_fill(addr, BYTES, 7);
	EXPECT_EQ(os_unmap_to_reserve(addr, BYTES), 0);
	EXPECT(is_mapped(addr)); /* for the kernel; nobody can touch it */
	EXPECT_EQ(os_map_new(addr, BYTES), -EEXIST);
	EXPECT_EQ(os_map_over(addr, BYTES), 0);
	EXPECT(is_zero(addr, BYTES));
	os_unmap(addr, BYTES);
}

TEST(errors_are_values_and_errno_stays)
{
	void *addr;

	errno = 77;
	EXPECT_EQ(os_reserve(&addr, SIZE_MAX - MIB(1) + 1), -ENOMEM);
	EXPECT_EQ(os_unmap((void *)1, PAGE_SIZE), -EINVAL);
	EXPECT_LT(
		os_move_mapping((void *)PAGE_SIZE, (void *)MIB(64), PAGE_SIZE),
		0);
	EXPECT_EQ(errno, 77);
}

TEST(the_nth_call_fails_and_those_behind_it_as_wanted)
{
	char *addr = new_memory();

	os_fail_calls(1, 2);
	EXPECT_EQ(os_map_over(addr, BYTES), 0);
	EXPECT_EQ(os_map_over(addr, BYTES), -ENOMEM);
	EXPECT_EQ(os_map_over(addr, BYTES), -ENOMEM);
	EXPECT_EQ(os_map_over(addr, BYTES), 0);
	EXPECT_EQ(os_calls_made(), 4);
	os_fail_calls(0, 0);
	os_unmap(addr, BYTES);
}

TEST(a_move_that_tore_its_target_leaves_both_ends_mapped)
{
	char *from = new_memory();
	char *to = new_memory();

	from[0] = 1;
	os_tear_moves(true);
	EXPECT_EQ(os_move_pages(from, to, BYTES), -EFAULT);
	EXPECT_EQ(os_move_mapping(from, to, BYTES), -EFAULT);
	EXPECT_EQ(from[0], 1);
	EXPECT(is_zero(to, BYTES));
	/* Nothing can be mapped there again, either. */
	os_fail_calls(1, 1);
	EXPECT_EQ(os_move_pages(from, to, BYTES), -EIO);
	EXPECT(!os_is_mapped(to, BYTES));
	EXPECT(os_is_mapped(from, BYTES));
	os_fail_calls(0, 0);
	os_tear_moves(false);
	os_unmap(from, BYTES);
}

/* The file's number, by other means. */
TEST(a_system_that_reports_free_memory_says_so)
{
	long order = file_number("/sys/module/page_reporting/parameters/"
				 "page_reporting_order");
	bool is_reported = order >= 0 && order <= 10;
	long i;

	tap_note("the smallest order of blocks that are reported is %ld",
		 order);
	EXPECT_EQ(os_reports_free_memory(), is_reported);
	for (i = 0; i < 2; i++) { /* opening it and reading it */
		os_fail_calls(i, 1);
		EXPECT(!os_reports_free_memory());
	}
	os_fail_calls(0, 0);
}

TEST(the_clock_does_not_go_back)
{
	u64 before = os_now_ms();
	unsigned int i;

	for (i = 0; i < 10000; i++) {
		u64 now = os_now_ms();

		EXPECT_LE(before, now);
		before = now;
	}
}
