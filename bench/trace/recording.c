/* SPDX-License-Identifier: MIT */
/*
 * recording.c - the file of a recording, its chunks, its threads
 *
 * What shall be recorded stands in the environment (bench/record sets it) and
 * is read once:
 *
 *	BENCH_RECORD_FILE      where the trace goes, an absolute path
 *	BENCH_RECORD_PID       the process that is recorded there
 *	BENCH_RECORD_CHILDREN  set: other processes too, in FILE.PID.pft
 *
 * exec keeps the process id, so a program that the process becomes later
 * replaces the trace: a script that ends in `exec program` records program.
 *
 * System calls go through syscall(): open() and pwrite() are cancellation
 * points, and malloc is none.  Nothing here may call malloc; errno is kept by
 * the callers.
 *
 * The program may close every file descriptor, and may then open others under
 * the same number.  Before each use it is checked that ours is still our file;
 * if not, the file is opened again by its name.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recording.h"

/* Until the first start; a child of fork inherits it as it is. */
static struct recording unstarted;
struct recording *recording = &unstarted;

static struct {
	bool is_known;
	bool has_children;
	long pid;
	char path[PATH_MAX];
} wish;

static char path[PATH_MAX + 32]; /* of this process's trace */
static uint32_t pages_of_system; /* one page of the system in TRACE_PAGEs */

void recording_lock(void)
{
	while (__atomic_exchange_n(&recording->lock, 1, __ATOMIC_ACQUIRE))
		syscall(SYS_sched_yield);
}

void recording_unlock(void)
{
	store_release(&recording->lock, 0);
}

/* Zeroed memory, zeroed again in children; NULL when there is none. */
void *recording_alloc(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (madvise(p, bytes, MADV_WIPEONFORK)) {
		munmap(p, bytes);
		return NULL;
	}
	return p;
}

/* Record no more in this process.  The program goes on. */
void recording_stop(int err)
{
	char text[PATH_MAX + 256];
	int length;

	WRITE_ONCE(recording->is_on, false);
	if (__atomic_exchange_n(&recording->is_off, true, __ATOMIC_RELAXED))
		return;
	if (recording->header)
		recording->header->stop_errno = (uint32_t)err;
	length = snprintf(text, sizeof(text),
			  "bench/record: recording to %s stopped: %s.\n", path,
			  strerrordesc_np(err));
	syscall(SYS_write, STDERR_FILENO, text, length);
}

static bool is_our_file(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && st.st_dev == recording->device &&
	       st.st_ino == recording->inode;
}

/* A number that programs do not expect to be free or to get. */
static int move_out_of_the_way(int fd)
{
	static const int lowest[] = {1000, 200};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lowest); i++) {
		int high = fcntl(fd, F_DUPFD_CLOEXEC, lowest[i]);

		if (high >= 0) {
			syscall(SYS_close, fd);
			return high;
		}
	}
	return fd;
}

static int our_open(int flags)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
			      O_RDWR | O_CLOEXEC | flags, 0666);

	return fd < 0 ? fd : move_out_of_the_way(fd);
}

static int our_file(void)
{
	if (!is_our_file(recording->fd)) {
		recording->fd = our_open(0);
		if (recording->fd >= 0 && !is_our_file(recording->fd)) {
			syscall(SYS_close, recording->fd);
			recording->fd = -1;
			errno = ENOENT;
		}
	}
	return recording->fd;
}

/* 32-bit machines that have no 64-bit arguments take the offset in halves. */
#if __SIZEOF_LONG__ == 8
#define OFFSET(offset) (offset)
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OFFSET(offset) (long)(offset), (long)((offset) >> 32)
#else
#define OFFSET(offset) (long)((offset) >> 32), (long)(offset)
#endif

/*
 * Zeros are written, not left out: a full disk is noticed here, by an error,
 * and not by a SIGBUS in the program.
 */
static bool write_zeros(int fd, uint64_t offset, uint64_t bytes)
{
	static const char zeros[4 * TRACE_PAGE];
	struct rlimit limit;

	if (!getrlimit(RLIMIT_FSIZE, &limit) &&
	    offset + bytes > limit.rlim_cur) {
		errno = EFBIG; /* without the signal */
		return false;
	}
	while (bytes > 0) {
		size_t part = bytes < sizeof(zeros) ? bytes : sizeof(zeros);
		long done =
			syscall(SYS_pwrite64, fd, zeros, part, OFFSET(offset));

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		offset += (uint64_t)done;
		bytes -= (uint64_t)done;
	}
	return true;
}

/* New zero bytes at the end of the file, mapped; stops when that fails. */
static void *file_extend(uint32_t nr_pages)
{
	uint64_t bytes = (uint64_t)nr_pages * TRACE_PAGE;
	uint64_t offset = __atomic_fetch_add(&recording->file_bytes, bytes,
					     __ATOMIC_RELAXED);
	void *p = MAP_FAILED;
	int fd;

	recording_lock();
	fd = our_file();
	if (fd >= 0 && write_zeros(fd, offset, bytes))
		p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_POPULATE, fd, (off_t)offset);
	recording_unlock();
	if (p != MAP_FAILED)
		return p;
	recording_stop(errno);
	return NULL;
}

/* The command's arguments, as the kernel has them; as many as fit. */
static uint32_t read_command(char *text, size_t size)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline",
			      O_RDONLY | O_CLOEXEC);
	long done;

	if (fd < 0)
		return 0;
	done = syscall(SYS_read, fd, text, size - 1);
	syscall(SYS_close, fd);
	return done < 0 ? 0 : (uint32_t)done;
}

static bool create_file(void)
{
	struct trace_header *header;
	struct stat st;

	/* Not truncated: somebody may have the old one open. */
	if (syscall(SYS_unlinkat, AT_FDCWD, path, 0) && errno != ENOENT)
		return false;
	recording->fd = our_open(O_CREAT | O_EXCL);
	if (recording->fd < 0 || fstat(recording->fd, &st))
		return false;
	recording->device = st.st_dev;
	recording->inode = st.st_ino;

	header = file_extend(pages_of_system);
	if (!header)
		return false;
	header->byte_order = TRACE_BYTE_ORDER;
	header->pid = (uint32_t)syscall(SYS_getpid);
	header->command_bytes =
		read_command(header->command, sizeof(header->command));
	memcpy(header->magic, TRACE_MAGIC, sizeof(header->magic));
	recording->header = header;
	return true;
}

static void read_wish(void)
{
	const char *file = getenv("BENCH_RECORD_FILE");
	const char *pid = getenv("BENCH_RECORD_PID");

	if (file && file[0] == '/' && strlen(file) < sizeof(wish.path))
		strcpy(wish.path, file);
	wish.pid = pid ? strtol(pid, NULL, 10) : 0;
	wish.has_children = getenv("BENCH_RECORD_CHILDREN");
	wish.is_known = true;
}

/* Sets @path; false when this process is not to be recorded. */
static bool choose_path(void)
{
	long pid = syscall(SYS_getpid);
	int length = (int)strlen(wish.path);

	if (!length)
		return false;
	if (pid == wish.pid) {
		strcpy(path, wish.path);
		return true;
	}
	if (length > 4 && !strcmp(wish.path + length - 4, ".pft"))
		length -= 4;
	snprintf(path, sizeof(path), "%.*s.%ld.pft", length, wish.path, pid);
	return wish.has_children;
}

static bool have_memory(void)
{
	struct recording *fresh;

	if (recording != &unstarted)
		return true; /* a child: wiped, but there */
	fresh = recording_alloc(sizeof(*fresh));
	if (!fresh)
		return false;
	WRITE_ONCE(recording, fresh);
	return true;
}

/**
 * recording_start - begin, if this process is to be recorded
 *
 * Called by the first allocation of a process; before libc is set up, and in
 * a thread that comes while another one starts, it does nothing yet.
 */
bool recording_start(void)
{
	static int is_starting;

	if (!environ || __atomic_exchange_n(&is_starting, 1, __ATOMIC_ACQUIRE))
		return false;
	if (!wish.is_known)
		read_wish();
	if (!recording->is_off && !recording->is_on) {
		pages_of_system = (uint32_t)sysconf(_SC_PAGESIZE) / TRACE_PAGE;
		if (!choose_path())
			WRITE_ONCE(recording->is_off, true);
		else if (!have_memory() || !create_file())
			recording_stop(errno);
		else
			store_release(&recording->is_on, true);
	}
	store_release(&is_starting, 0);
	return recording->is_on;
}

/* A thread to record; NULL when there can be no more. */
struct tracer *tracer_new(void)
{
	struct tracer *t;

	recording_lock();
	t = recording->unused;
	if (t) {
		recording->unused = t->next_unused;
	} else {
		if (recording->memory == recording->memory_end) {
			size_t bytes = 512 * sizeof(*t);

			recording->memory = recording_alloc(bytes);
			recording->memory_end = recording->memory;
			if (recording->memory)
				recording->memory_end += bytes;
		}
		t = (struct tracer *)recording->memory;
		if (t)
			recording->memory += sizeof(*t);
	}
	if (t && recording->nr_threads < TRACE_MAX_THREADS) {
		memset(t, 0, sizeof(*t));
		t->number = recording->nr_threads++;
	} else {
		t = NULL;
	}
	recording_unlock();
	if (!t)
		recording_stop(ENOMEM);
	return t;
}

/* The thread has ended, or did not begin. */
void tracer_put(struct tracer *t)
{
	if (t->chunk)
		munmap(t->chunk, (size_t)t->nr_pages * TRACE_PAGE);
	id_put_all(t);
	recording_lock();
	t->next_unused = recording->unused;
	recording->unused = t;
	recording_unlock();
}

/*
 * Chunks grow from one page, for programs with many short threads, to
 * TRACE_MAX_CHUNK.
 */
bool tracer_open_chunk(struct tracer *t, uint64_t seq)
{
	struct trace_chunk_header *header;
	uint32_t nr_pages = t->nr_pages ? 2 * t->nr_pages : 1;

	if (nr_pages > TRACE_MAX_CHUNK / TRACE_PAGE)
		nr_pages = TRACE_MAX_CHUNK / TRACE_PAGE;
	if (nr_pages < pages_of_system)
		nr_pages = pages_of_system;
	if (t->chunk)
		munmap(t->chunk, (size_t)t->nr_pages * TRACE_PAGE);

	header = file_extend(nr_pages);
	t->chunk = (unsigned char *)header;
	if (!header)
		return false;
	header->nr_pages = nr_pages;
	header->thread = t->number;
	header->first_seq = seq;
	store_release(&header->magic, TRACE_CHUNK_MAGIC);

	t->nr_pages = nr_pages;
	t->next = (unsigned char *)(header + 1);
	t->end = t->chunk + (size_t)nr_pages * TRACE_PAGE - TRACE_MAX_EVENT;
	t->base = (struct trace_base){.seq = seq};
	return true;
}
