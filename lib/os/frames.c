/* SPDX-License-Identifier: MIT */
/*
 * frames.c - how much memory there is, and memory with special properties
 *
 * System calls go through syscall(), as in memory.c, so that no other preloaded
 * library comes between.
 */
#include "os/frames.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/print.h"
#include "os/fault.h"
#include "os/os.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 1U
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

#define MIN_MEMORY MIB(4)

static long as_result(long result, int saved)
{
	if (result == -1)
		result = -errno;
	errno = saved;
	return result;
}

/* The beginning of a file as a string; false when it cannot be read. */
static bool read_file(const char *path, char *text, size_t size)
{
	int saved = errno;
	long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	long len = -1;

	if (fd >= 0) {
		len = syscall(SYS_read, (int)fd, text, size - 1);
		syscall(SYS_close, (int)fd);
	}
	errno = saved;
	if (len < 0)
		return false;
	text[len] = '\0';
	return true;
}

/* A number at the beginning of a file; "max", or no file: none. */
static u64 file_number(const char *path)
{
	char text[32];
	u64 n = 0;
	size_t i;

	if (!read_file(path, text, sizeof(text)) || text[0] < '0' ||
	    text[0] > '9')
		return UINT64_MAX;
	for (i = 0; text[i] >= '0' && text[i] <= '9'; i++)
		n = n * 10 + (u64)(text[i] - '0');
	return n;
}

static u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

/* @group is the process's path in the hierarchy, "/a/b"; its parents count. */
static u64 group_limit(const char *root, char *group, const char *file)
{
	u64 limit = UINT64_MAX;

	for (;;) {
		TEXT(path, 512);
		char *slash;

		text_print(&path, "%s%s/%s", root, group, file);
		limit = min_u64(limit, file_number(path.start));
		slash = strrchr(group, '/');
		if (!slash)
			return limit;
		*slash = '\0';
	}
}

/* Ends @text at its first colon.  Return: what is behind. */
static char *cut(char *text)
{
	char *colon = strchrnul(text, ':');

	if (!*colon)
		return colon;
	*colon = '\0';
	return colon + 1;
}

/*
 * Lines of /proc/self/cgroup are "number:controllers:path"; the path may have
 * colons.  The unified hierarchy has number 0; an old one may have the
 * controller "memory".
 */
static u64 cgroup_limit(void)
{
	u64 limit = UINT64_MAX;
	char text[2048];
	char *line, *next;

	if (!read_file("/proc/self/cgroup", text, sizeof(text)))
		return limit;
	for (line = text; *line; line = next) {
		char *end = strchrnul(line, '\n');
		char *controllers, *path;

		next = *end ? end + 1 : end;
		*end = '\0';
		controllers = cut(line);
		path = cut(controllers);
		if (strcmp(line, "0") == 0)
			limit = min_u64(limit, group_limit("/sys/fs/cgroup",
							   path, "memory.max"));
		else if (strcmp(controllers, "memory") == 0)
			limit = min_u64(limit,
					group_limit("/sys/fs/cgroup/memory",
						    path,
						    "memory.limit_in_bytes"));
	}
	return limit;
}

u64 os_memory_limit(void)
{
	int saved = errno;
	struct rlimit rlimit;
	struct sysinfo info;
	u64 bytes = cgroup_limit();

	if (sysinfo(&info) == 0)
		bytes = min_u64(bytes, (u64)info.totalram * info.mem_unit);
	if (getrlimit(RLIMIT_AS, &rlimit) == 0 &&
	    rlimit.rlim_cur != RLIM_INFINITY)
		bytes = min_u64(bytes, (u64)rlimit.rlim_cur);
	errno = saved;
	return bytes < MIN_MEMORY ? MIN_MEMORY : bytes;
}

#ifdef SYS_mmap2
#define SYS_MMAP     SYS_mmap2
#define OFFSET_SHIFT 0 /* the offset is in units of 4096 bytes */
#else
#define SYS_MMAP     SYS_mmap
#define OFFSET_SHIFT PAGE_SHIFT
#endif

static int map(void *addr, size_t bytes, int flags, int fd, u64 page)
{
	int saved = errno;
	long where;

	if (os_call_shall_fail())
		return -ENOMEM;
	where = as_result(syscall(SYS_MMAP, addr, bytes, PROT_READ | PROT_WRITE,
				  flags, fd, (long)(page << OFFSET_SHIFT)),
			  saved);
	if (where < 0 && where > -4096)
		return (int)where;
	if ((void *)where == addr)
		return 0;
	os_unmap((void *)where, bytes);
	return -EEXIST;
}

#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE)

/* From the top down: programs and their heaps are at the bottom. */
int os_map_low(void **addr, size_t bytes)
{
	static const int kinds[] = {ANONYMOUS | MAP_HUGETLB, ANONYMOUS};
	size_t kind;
	u64 place;

	for (kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
		for (place = (1ULL << 32) - 2 * bytes; place > MIB(64);
		     place -= bytes) {
			void *where = (void *)(uintptr_t)place;
			int err = map(where, bytes, kinds[kind], -1, 0);

			if (!err) {
				*addr = where;
				return 0;
			}
			if (err != -EEXIST && kinds[kind] & MAP_HUGETLB)
				break;
		}
	}
	return -ENOMEM;
}

int os_lock_memory(void *addr, size_t bytes)
{
	int saved = errno;

	if (os_call_shall_fail())
		return -ENOMEM;
	return (int)as_result(syscall(SYS_mlock, addr, bytes), saved);
}

int os_keep_from_children(void *addr, size_t bytes)
{
	int saved = errno;

	if (os_call_shall_fail())
		return -ENOMEM;
	return (int)as_result(syscall(SYS_madvise, addr, bytes, MADV_DONTFORK),
			      saved);
}

/* An entry of pagemap: bits 0 to 54 the frame, bit 63 that there is one. */
int os_frame_number(const void *addr, u64 *frame)
{
	u64 entry = 0;
	int saved = errno;
	u64 offset = (uintptr_t)addr / os_page_size() * sizeof(entry);
	long fd = syscall(SYS_openat, AT_FDCWD, "/proc/self/pagemap",
			  O_RDONLY | O_CLOEXEC, 0);
	ssize_t len = -1;

	if (fd >= 0) {
		len = pread((int)fd, &entry, sizeof(entry), (off_t)offset);
		syscall(SYS_close, (int)fd);
	}
	errno = saved;
	if (len != (ssize_t)sizeof(entry))
		return -EPERM;
	if (!(entry >> 63))
		return -ENOENT;
	*frame = entry & ((1ULL << 55) - 1);
	return *frame ? 0 : -EPERM;
}

/* What @fd is, or -EBADF. */
static int identify(int fd, struct os_memory_file *file)
{
	int saved = errno;
	struct stat stat;
	int err = fstat(fd, &stat) ? -EBADF : 0;

	errno = saved;
	if (err)
		return err;
	file->fd = fd;
	file->device = stat.st_dev;
	file->inode = stat.st_ino;
	return 0;
}

int os_memory_file_make(struct os_memory_file *file)
{
	int saved = errno;
	long fd;

	if (os_call_shall_fail())
		return -ENOMEM;
	fd = syscall(SYS_memfd_create, "pfmalloc-highmem",
		     MFD_CLOEXEC | MFD_NOEXEC_SEAL);
	if (fd < 0) /* before Linux 6.3 */
		fd = syscall(SYS_memfd_create, "pfmalloc-highmem", MFD_CLOEXEC);
	fd = as_result(fd, saved);
	return fd < 0 ? (int)fd : identify((int)fd, file);
}

bool os_memory_file_is_there(const struct os_memory_file *file)
{
	struct os_memory_file now;

	return !identify(file->fd, &now) && now.device == file->device &&
	       now.inode == file->inode;
}

int os_memory_file_extend(const struct os_memory_file *file, u64 bytes)
{
	int saved = errno;
	struct stat stat;

	if (!os_memory_file_is_there(file))
		return -EBADF;
	/* Never shorter: who forks in a handler may be behind its parent. */
	if (fstat(file->fd, &stat) == 0 && (u64)stat.st_size >= bytes)
		return 0;
	return (int)as_result(ftruncate(file->fd, (off_t)bytes), saved);
}

int os_memory_file_map(void *addr, size_t bytes,
		       const struct os_memory_file *file, u64 page)
{
	if (!os_memory_file_is_there(file))
		return -EBADF;
	return map(addr, bytes, MAP_SHARED | MAP_FIXED, file->fd, page);
}

int os_memory_file_discard(const struct os_memory_file *file, u64 offset,
			   u64 bytes)
{
	int saved = errno;

	if (!os_memory_file_is_there(file))
		return -EBADF;
	return (int)as_result(
		fallocate(file->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  (off_t)offset, (off_t)bytes),
		saved);
}
