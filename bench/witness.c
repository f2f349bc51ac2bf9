/* SPDX-License-Identifier: MIT */
/*
 * witness.c - every measured process notes whose malloc it calls and its size
 *
 * Preloaded before the allocator under test by bench/run.  A process appends
 * one line to the file that BENCH_WITNESS names when it starts, and one when it
 * ends, the fields separated by tabs:
 *
 *	start  name  pid  object that malloc comes from
 *	exit   name  pid  peak RSS  RSS  RSS after idling, or -  minor faults
 *	       major faults
 *
 * with sizes in KiB.  If BENCH_IDLE_MS is set, and BENCH_IDLE_NAMES, names
 * between commas, has the name of the process, then the process idles so long
 * before its exit line.
 *
 * The start line is found the way the dynamic linker finds malloc for the
 * program; so a program that lost LD_PRELOAD on its way, or was linked with a
 * malloc of its own, is seen.  A program that is not position-independent may
 * give malloc an address of its own, an undefined symbol with a value, that
 * leads to the malloc in use: that one is the next after this library.
 *
 * The exit line is written by a destructor: after the program's own atexit
 * handlers and static destructors, before those of the libraries and of the
 * allocator, which comes later in LD_PRELOAD.  A process that ends by _exit()
 * or a signal has no exit line; a forked child has one without a start line.
 *
 * What it does to what it measures: it runs inside the process, so nothing here
 * allocates, no file stays open, errno is kept.  Programs overwrite their
 * arguments and environment (to change their title, as servers do), so all that
 * is needed at the end is copied at the start.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static char witness_path[PATH_MAX];
static char name[NAME_MAX];
static long idle_ms;

/* One write() keeps the lines of processes that start together apart. */
static void append_line(const char *line, int length)
{
	int fd = open(witness_path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0)
		return; /* the reader misses the line, which is an error there */
	if (write(fd, line, length) != length)
		errno = EIO;
	close(fd);
}

static const char *object_of_malloc(void)
{
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (!dladdr1((void *)malloc, &info, (void **)&symbol, RTLD_DL_SYMENT))
		return "nowhere";
	if (symbol && symbol->st_shndx == SHN_UNDEF &&
	    !dladdr(dlsym(RTLD_NEXT, "malloc"), &info))
		return "nowhere";
	return info.dli_fname;
}

/* Is @word one of the words between commas in @list? */
static bool is_listed(const char *word, const char *list)
{
	size_t length = strlen(word);

	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (!strncmp(list, word, length) &&
		    (list[length] == ',' || !list[length]))
			return true;
	}
	return false;
}

/* The text of /proc/self/status, or "". */
static void read_status(char *text, size_t size)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t length = 0;

	if (fd >= 0) {
		length = read(fd, text, size - 1);
		close(fd);
	}
	text[length > 0 ? length : 0] = '\0';
}

/* The number behind "KEY:" in a text of lines, or -1. */
static long status_kib(const char *text, const char *key)
{
	const char *line = strstr(text, key);

	return line ? strtol(line + strlen(key), NULL, 10) : -1;
}

static void idle(void)
{
	struct timespec left = {idle_ms / 1000, idle_ms % 1000 * 1000000};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

__attribute__((constructor)) static void note_start(void)
{
	const char *path = getenv("BENCH_WITNESS");
	const char *ms = getenv("BENCH_IDLE_MS");
	const char *idlers = getenv("BENCH_IDLE_NAMES");
	char line[PATH_MAX + NAME_MAX + 64];
	int saved_errno = errno;

	if (!path || strlen(path) >= sizeof(witness_path))
		return;
	strcpy(witness_path, path);
	strncpy(name, program_invocation_short_name, sizeof(name) - 1);
	if (ms && idlers && is_listed(name, idlers))
		idle_ms = strtol(ms, NULL, 10);

	append_line(line, snprintf(line, sizeof(line), "start\t%s\t%d\t%s\n",
				   name, (int)getpid(), object_of_malloc()));
	errno = saved_errno;
}

__attribute__((destructor)) static void note_exit(void)
{
	char line[NAME_MAX + 256], idle_rss[32] = "-", text[4096];
	struct rusage usage;
	long peak, rss;

	if (!*witness_path)
		return;

	getrusage(RUSAGE_SELF, &usage);
	read_status(text, sizeof(text));
	peak = status_kib(text, "\nVmHWM:");
	rss = status_kib(text, "\nVmRSS:");
	if (idle_ms > 0) {
		idle();
		read_status(text, sizeof(text));
		snprintf(idle_rss, sizeof(idle_rss), "%ld",
			 status_kib(text, "\nVmRSS:"));
	}
	append_line(line, snprintf(line, sizeof(line),
				   "exit\t%s\t%d\t%ld\t%ld\t%s\t%ld\t%ld\n",
				   name, (int)getpid(), peak, rss, idle_rss,
				   usage.ru_minflt, usage.ru_majflt));
}
