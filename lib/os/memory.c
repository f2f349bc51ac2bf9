/* SPDX-License-Identifier: MIT */
/*
 * memory.c - mmap, mremap and madvise
 *
 * The calls go through syscall() and not through mmap() and friends: those are
 * names that other preloaded libraries like to replace, and what they put
 * there may call malloc.
 */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/bits.h"
#include "os/fault.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE  103
#endif

#ifdef SYS_mmap2
#define SYS_MMAP SYS_mmap2
#else
#define SYS_MMAP SYS_mmap
#endif

size_t os_page_size(void)
{
	size_t bytes = getauxval(AT_PAGESZ);

	return bytes < PAGE_SIZE ? PAGE_SIZE : bytes;
}

/* A system call that reports its error as a value and leaves errno alone. */
static long call(long number, long a, long b, long c, long d, long e)
{
	int saved = errno;
	long result;

	if (os_call_shall_fail())
		return -ENOMEM;
	result = syscall(number, a, b, c, d, e, 0L);
	if (result == -1) {
		result = -errno;
		errno = saved;
	}
	return result;
}

static int as_error(long result)
{
	return result < 0 && result > -4096 ? (int)result : 0;
}

static long map(void *addr, size_t bytes, int prot, int flags)
{
	return call(SYS_MMAP, (long)addr, (long)bytes, prot,
		    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1);
}

int os_reserve(void **addr, size_t bytes)
{
	long where = map(NULL, bytes, PROT_NONE, MAP_NORESERVE);

	if (as_error(where))
		return as_error(where);
	*addr = (void *)where;
	return 0;
}

int os_map_new(void *addr, size_t bytes)
{
	long where =
		map(addr, bytes, PROT_READ | PROT_WRITE, MAP_FIXED_NOREPLACE);

	if (as_error(where))
		return as_error(where);
	if ((void *)where == addr)
		return 0;
	/* Before Linux 4.17 the flag was unknown and the address a hint. */
	os_unmap((void *)where, bytes);
	return -EEXIST;
}

int os_map_over(void *addr, size_t bytes)
{
	return as_error(map(addr, bytes, PROT_READ | PROT_WRITE, MAP_FIXED));
}

int os_unmap_to_reserve(void *addr, size_t bytes)
{
	return as_error(map(addr, bytes, PROT_NONE, MAP_FIXED | MAP_NORESERVE));
}

int os_unmap(void *addr, size_t bytes)
{
	return as_error(call(SYS_munmap, (long)addr, (long)bytes, 0, 0, 0));
}

int os_discard(void *addr, size_t bytes)
{
	int err = as_error(call(SYS_madvise, (long)addr, (long)bytes,
				MADV_DONTNEED, 0, 0));

	/* A filter that refuses madvise leaves the slower way: map anew. */
	return err ? os_map_over(addr, bytes) : 0;
}

/*
 * What nobody has touched is looked for by probes, a cache line each: four in a
 * long step, one in a short one where that fails.  mincore() would know, but
 * filters of system calls like systemd's @system-service kill for it.
 */
#define LONG_STEP  KIB(256)
#define SHORT_STEP KIB(16)
#define MIN_HOLE   KIB(64)
#define PROBES	   4

static bool is_zero_line(const char *line)
{
	const u64 *word = (const u64 *)line;
	u64 bits = 0;
	size_t i;

	for (i = 0; i < 64 / sizeof(*word); i++)
		bits |= word[i];
	return !bits;
}

static bool looks_untouched(const char *start)
{
	size_t i;

	for (i = 0; i < PROBES; i++) {
		if (!is_zero_line(start + i * (LONG_STEP / PROBES + 9 * 64)))
			return false;
	}
	return true;
}

static char *end_of_hole(char *start, const char *end)
{
	for (;;) {
		size_t left = (size_t)(end - start);

		if (left >= LONG_STEP && looks_untouched(start))
			start += LONG_STEP;
		else if (left >= SHORT_STEP && is_zero_line(start))
			start += SHORT_STEP;
		else
			return start;
	}
}

/* What is wrongly taken for a hole costs page faults. */
void os_zero(void *addr, size_t bytes)
{
	char *start = addr, *end = start + bytes;
	size_t page_size = os_page_size();

	while ((size_t)(end - start) >= SHORT_STEP &&
	       !((uintptr_t)addr % page_size) && page_size <= SHORT_STEP) {
		char *next = end_of_hole(start, end);

		if (next - start < (long)MIN_HOLE ||
		    call(SYS_madvise, (long)start, next - start, MADV_DONTNEED,
			 0, 0)) {
			if (next == start)
				next += SHORT_STEP;
			memset(start, 0, (size_t)(next - start));
		}
		start = next;
	}
	memset(start, 0, (size_t)(end - start));
}

/* Asked by advice that changes nothing, which wants the range without holes. */
bool os_is_mapped(void *addr, size_t bytes)
{
	int saved = errno;
	bool has_holes = syscall(SYS_madvise, addr, bytes, MADV_NORMAL) == -1 &&
			 errno == ENOMEM;

	errno = saved;
	return !has_holes;
}

static bool fill_holes(void *start, size_t bytes)
{
	size_t step = os_page_size();
	char *addr = start;
	size_t i;
	int err;

	if (os_is_mapped(addr, bytes))
		return true;
	err = os_map_new(addr, bytes);
	if (err != -EEXIST)
		return !err;
	for (i = 0; i < bytes; i += step) {
		if (!os_is_mapped(addr + i, step) && os_map_new(addr + i, step))
			return false;
	}
	return true;
}

/*
 * Older kernels unmap the target first and look at the source then: a refusal,
 * of a range that consists of several mappings for one, may leave a hole.  Linux
 * 6.17 and later move several mappings one after another, and may stop between.
 */
static int move(void *from, void *to, size_t bytes, long flags)
{
	int err;

	if (os_move_shall_tear())
		err = os_unmap(to, bytes) ? -EINVAL : -EFAULT;
	else
		err = as_error(call(SYS_mremap, (long)from, (long)bytes,
				    (long)bytes, flags, (long)to));
	return !err || fill_holes(to, bytes) ? err : -EIO;
}

int os_move_pages(void *from, void *to, size_t bytes)
{
	return move(from, to, bytes,
		    MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP);
}

int os_move_mapping(void *from, void *to, size_t bytes)
{
	return move(from, to, bytes, MREMAP_MAYMOVE | MREMAP_FIXED);
}

/* Of free page reporting (mm/page_reporting.c of Linux 5.14 and later): the
 * smallest order of blocks that are reported, -1 when nobody wants to know. */
#define REPORTING_ORDER \
	"/sys/module/page_reporting/parameters/page_reporting_order"

bool os_reports_free_memory(void)
{
	char text[4] = "";
	long fd, len;

	fd = call(SYS_openat, AT_FDCWD, (long)REPORTING_ORDER,
		  O_RDONLY | O_CLOEXEC, 0, 0);
	if (fd < 0)
		return false;
	len = call(SYS_read, fd, (long)text, (long)sizeof(text), 0, 0);
	call(SYS_close, fd, 0, 0, 0, 0);
	/* A number from 0 to 10, and the end of the line. */
	if (len == 3)
		return text[0] == '1' && text[1] == '0';
	return len == 2 && text[0] >= '0' && text[0] <= '9';
}

int os_advise_huge(void *addr, size_t bytes, bool wanted)
{
	return as_error(call(SYS_madvise, (long)addr, (long)bytes,
			     wanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE, 0, 0));
}

int os_guard(void *addr, size_t bytes)
{
	if (os_guard_shall_fail())
		return -EINVAL;
	return as_error(call(SYS_madvise, (long)addr, (long)bytes,
			     MADV_GUARD_INSTALL, 0, 0));
}

int os_unguard(void *addr, size_t bytes)
{
	return as_error(call(SYS_madvise, (long)addr, (long)bytes,
			     MADV_GUARD_REMOVE, 0, 0));
}

int os_protect(void *addr, size_t bytes, bool may_access)
{
	long prot = may_access ? PROT_READ | PROT_WRITE : PROT_NONE;

	return as_error(
		call(SYS_mprotect, (long)addr, (long)bytes, prot, 0, 0));
}

unsigned int os_nr_cpus(void)
{
	u64 mask[16] = {0};
	unsigned int nr = 0, i;

	if (call(SYS_sched_getaffinity, 0, sizeof(mask), (long)mask, 0, 0) < 0)
		return 1;
	for (i = 0; i < ARRAY_SIZE(mask); i++)
		nr += nr_bits(mask[i]);
	return nr ? nr : 1;
}

u64 os_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (u64)now.tv_sec * 1000 + (u64)now.tv_nsec / 1000000;
}

u64 os_random(void)
{
	const char *bytes = (const char *)getauxval(AT_RANDOM);
	u64 mixed = (u64)getpid();

	if (bytes) /* at no alignment */
		memcpy(&mixed, bytes + sizeof(mixed), sizeof(mixed));

	/* A step of splitmix64 (Steele, Lea, Flood 2014): the raw bytes are the
	 * stack protector's secret and must not show in addresses. */
	mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
	mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
	return mixed ^ (mixed >> 31);
}
