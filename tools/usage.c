/* SPDX-License-Identifier: MIT */
/*
 * usage.c - run a command on libc's malloc and on pfmalloc, and compare
 *
 *	usage [--once] LIBRARY COMMAND [ARGUMENT...]
 *
 * COMMAND runs once as it is and once with LIBRARY in LD_PRELOAD (--once: this
 * second run alone).  Its output goes where it always goes; the comparison is
 * printed to stderr at the end.  The exit status is that of the run on
 * pfmalloc, 128 + n if signal n ended it.
 *
 * Standard input must serve both runs.  A file is rewound.  What comes through
 * a pipe or a socket is handed on as the command takes it and kept in a
 * temporary file; the second run gets what was kept, then the rest.  So
 * `yes | usage LIB head -n 1` ends, and a pipe that nobody writes to or closes
 * stops no command that does not read.  A terminal is left as it is.
 *
 * The numbers are those of wait4(): they include the processes that the
 * command itself waited for, and peak RSS is that of the largest one.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct run {
	double seconds;
	double cpu_seconds;
	long peak_kib;
	long nr_faults;
	int status; /* as the shell shows it */
};

/* Standard input, served twice. */
struct input {
	bool is_stream; /* a pipe or socket, kept in @kept */
	bool is_file;	/* rewound to @start */
	bool at_end;
	off_t start;
	int kept; /* temporary file, all that was read so far */
};

static int child_ended[2]; /* pipe, written by the SIGCHLD handler */

static void __attribute__((noreturn, format(printf, 2, 3)))
die(int status, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("tools/try: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(status);
}

static void on_sigchld(int signal_nr)
{
	int saved_errno = errno;
	ssize_t written = write(child_ended[1], "", 1);

	(void)signal_nr;
	(void)written; /* a full pipe wakes the poll just as well */
	errno = saved_errno;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static double timeval_seconds(struct timeval tv)
{
	return tv.tv_sec + tv.tv_usec / 1e6;
}

static void input_open(struct input *in)
{
	struct stat st;
	FILE *file;

	memset(in, 0, sizeof(*in));
	in->kept = -1;
	if (fstat(STDIN_FILENO, &st))
		return; /* closed: the command finds it closed too */

	if (S_ISREG(st.st_mode)) {
		in->start = lseek(STDIN_FILENO, 0, SEEK_CUR);
		in->is_file = in->start >= 0;
	} else if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) {
		file = tmpfile();
		if (!file)
			die(125, "no temporary file for standard input: %s.",
			    strerror(errno));
		in->kept = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3);
		fclose(file);
		in->is_stream = in->kept >= 0;
	}
}

/* One buffer on its way to the command. */
struct feed {
	char bytes[65536];
	size_t from, to;
	off_t kept_offset; /* how much of what was kept has been sent */
};

/* Refill from what was kept, then from standard input itself. */
static void feed_fill(struct feed *feed, struct input *in)
{
	ssize_t n;

	n = pread(in->kept, feed->bytes, sizeof(feed->bytes),
		  feed->kept_offset);
	if (n <= 0 && !in->at_end) {
		n = read(STDIN_FILENO, feed->bytes, sizeof(feed->bytes));
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			return;
		if (n <= 0) {
			in->at_end = true;
			return;
		}
		if (pwrite(in->kept, feed->bytes, n, feed->kept_offset) != n)
			die(125,
			    "standard input does not fit into a temporary file: %s; use --once.",
			    strerror(errno));
	}
	if (n > 0) {
		feed->from = 0;
		feed->to = n;
		feed->kept_offset += n;
	}
}

static bool feed_has_kept(const struct feed *feed, const struct input *in)
{
	struct stat st;

	return !fstat(in->kept, &st) && feed->kept_offset < st.st_size;
}

/*
 * Hand input to the command through @pipe_fd until the command ends.  Closes
 * @pipe_fd.
 */
static void feed_until_exit(struct input *in, int pipe_fd)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	if (!feed)
		die(125, "out of memory.");

	for (;;) {
		bool is_pending = feed->from < feed->to;
		struct pollfd fds[] = {
			{.fd = child_ended[0], .events = POLLIN},
			{.fd = is_pending ? pipe_fd : -1, .events = POLLOUT},
			{.fd = STDIN_FILENO, .events = POLLIN},
		};

		if (!is_pending && pipe_fd >= 0 && feed_has_kept(feed, in)) {
			feed_fill(feed, in);
			continue;
		}
		if (!is_pending && pipe_fd >= 0 && in->at_end) {
			close(pipe_fd);
			pipe_fd = -1;
		}
		if (is_pending || pipe_fd < 0)
			fds[2].fd = -1;

		if (poll(fds, 3, -1) < 0)
			continue; /* EINTR: SIGCHLD has written to its pipe */
		if (fds[0].revents)
			break;
		if (fds[1].revents) {
			ssize_t n = write(pipe_fd, feed->bytes + feed->from,
					  feed->to - feed->from);

			if (n > 0) {
				feed->from += n;
			} else if (errno != EAGAIN && errno != EINTR) {
				close(pipe_fd); /* nobody reads any more */
				pipe_fd = -1;
				feed->from = feed->to = 0;
			}
		}
		if (fds[2].revents)
			feed_fill(feed, in);
	}

	if (pipe_fd >= 0)
		close(pipe_fd);
	free(feed);
}

static void set_preload(const char *library)
{
	const char *others = getenv("LD_PRELOAD");
	char *value;

	if (!others || !*others)
		value = strdup(library);
	else if (asprintf(&value, "%s:%s", library, others) < 0)
		value = NULL;
	if (!value || setenv("LD_PRELOAD", value, 1))
		die(125, "out of memory.");
}

static void __attribute__((noreturn))
exec_command(char **command, const char *library)
{
	int err;

	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (library)
		set_preload(library);
	execvp(command[0], command);

	err = errno;
	fprintf(stderr, "tools/try: %s cannot be run: %s.\n", command[0],
		strerror(err));
	_exit(err == ENOENT ? 127 : 126);
}

/* Run @command, on pfmalloc if @library is not NULL. */
static struct run run_command(char **command, const char *library,
			      struct input *in)
{
	struct rusage usage;
	struct run run;
	double start;
	int pipe_fds[2] = {-1, -1};
	int status;
	char drop;
	pid_t pid;

	if (in->is_file)
		lseek(STDIN_FILENO, in->start, SEEK_SET);
	if (in->is_stream && pipe2(pipe_fds, O_CLOEXEC))
		die(125, "no pipe for standard input: %s.", strerror(errno));

	start = now();
	pid = fork();
	if (pid < 0)
		die(125, "no new process: %s.", strerror(errno));
	if (pid == 0) {
		if (in->is_stream)
			dup2(pipe_fds[0], STDIN_FILENO);
		exec_command(command, library);
	}

	if (in->is_stream) {
		close(pipe_fds[0]);
		fcntl(pipe_fds[1], F_SETFL, O_NONBLOCK);
		feed_until_exit(in, pipe_fds[1]);
	}
	while (wait4(pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			die(125, "the command got lost: %s.", strerror(errno));
	while (read(child_ended[0], &drop, 1) == 1)
		;

	run.seconds = now() - start;
	run.cpu_seconds = timeval_seconds(usage.ru_utime) +
			  timeval_seconds(usage.ru_stime);
	run.peak_kib = usage.ru_maxrss;
	run.nr_faults = usage.ru_minflt + usage.ru_majflt;
	run.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
					 : WEXITSTATUS(status);
	return run;
}

/* The file that execvp() will run, or NULL. */
static char *find_command(const char *name)
{
	const char *path = getenv("PATH");
	char *copy, *rest, *folder, *file;

	if (strchr(name, '/'))
		return strdup(name);
	copy = rest = strdup(path ? path : "/bin:/usr/bin");
	while (rest && (folder = strsep(&rest, ":"))) {
		if (asprintf(&file, "%s/%s", *folder ? folder : ".", name) < 0)
			break;
		if (!access(file, X_OK)) {
			free(copy);
			return file;
		}
		free(file);
	}
	free(copy);
	return NULL;
}

/* An ELF program without a loader to ask LD_PRELOAD of. */
static bool is_static_program(int fd)
{
	ElfW(Ehdr) header;
	ElfW(Phdr) segment;
	bool has_dynamic = false;
	int i;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) ||
	    header.e_phentsize != sizeof(segment))
		return false;

	for (i = 0; i < header.e_phnum; i++) {
		if (pread(fd, &segment, sizeof(segment),
			  header.e_phoff + i * sizeof(segment)) !=
		    sizeof(segment))
			return false;
		if (segment.p_type == PT_INTERP)
			has_dynamic = true;
	}
	return !has_dynamic;
}

/* Say so where the preload cannot reach the command. */
static void warn_of_unreachable(const char *name)
{
	char *file = find_command(name);
	struct stat st;
	int fd;

	if (!file)
		die(127, "there is no command %s.", name);
	if (!stat(file, &st) && (st.st_mode & S_ISUID) && getuid() != 0)
		fprintf(stderr,
			"tools/try: %s is set-user-ID: the loader does not preload pfmalloc into it.\n",
			file);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (is_static_program(fd))
			fprintf(stderr,
				"tools/try: %s is linked statically: LD_PRELOAD has no effect on it.\n",
				file);
		close(fd);
	}
	free(file);
}

static void print_change(double before, double after)
{
	if (before > 0)
		fprintf(stderr, "%+9.1f %%", 100 * (after - before) / before);
	fputc('\n', stderr);
}

static void print_comparison(const struct run *libc, const struct run *ours)
{
	fprintf(stderr, "\n%-22s%14s%14s%11s\n", "", "glibc", "pfmalloc",
		"change");
	fprintf(stderr, "%-22s%12.3f s%12.3f s", "time", libc->seconds,
		ours->seconds);
	print_change(libc->seconds, ours->seconds);
	fprintf(stderr, "%-22s%12.3f s%12.3f s", "processor time",
		libc->cpu_seconds, ours->cpu_seconds);
	print_change(libc->cpu_seconds, ours->cpu_seconds);
	fprintf(stderr, "%-22s%10ld KiB%10ld KiB", "peak RSS", libc->peak_kib,
		ours->peak_kib);
	print_change(libc->peak_kib, ours->peak_kib);
	fprintf(stderr, "%-22s%14ld%14ld", "page faults", libc->nr_faults,
		ours->nr_faults);
	print_change(libc->nr_faults, ours->nr_faults);
	if (libc->status != ours->status)
		fprintf(stderr, "%-22s%14d%14d\n", "exit status", libc->status,
			ours->status);
}

static void print_alone(const struct run *ours)
{
	fprintf(stderr, "\n%-22s%14s\n", "", "pfmalloc");
	fprintf(stderr, "%-22s%12.3f s\n", "time", ours->seconds);
	fprintf(stderr, "%-22s%12.3f s\n", "processor time", ours->cpu_seconds);
	fprintf(stderr, "%-22s%10ld KiB\n", "peak RSS", ours->peak_kib);
	fprintf(stderr, "%-22s%14ld\n", "page faults", ours->nr_faults);
}

static bool was_interrupted(const struct run *run)
{
	return run->status == 128 + SIGINT || run->status == 128 + SIGQUIT;
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_sigchld,
				   .sa_flags = SA_NOCLDSTOP};
	bool once = argc > 1 && !strcmp(argv[1], "--once");
	char **command = argv + 2 + once;
	const char *library = argv[1 + once];
	struct run libc, ours;
	struct input in;

	if (argc < 3 + once)
		die(125, "usage: usage [--once] LIBRARY COMMAND [ARGUMENT...]");
	if (access(library, R_OK))
		die(125, "%s cannot be read: %s.", library, strerror(errno));

	warn_of_unreachable(command[0]);
	input_open(&in);
	if (once)
		in.is_stream = false;
	if (pipe2(child_ended, O_CLOEXEC | O_NONBLOCK))
		die(125, "no pipe: %s.", strerror(errno));
	sigaction(SIGCHLD, &action, NULL);
	signal(SIGINT, SIG_IGN); /* the keyboard's, meant for the command */
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);

	if (!once) {
		libc = run_command(command, NULL, &in);
		if (was_interrupted(&libc))
			return libc.status;
	}
	ours = run_command(command, library, &in);
	if (was_interrupted(&ours))
		return ours.status;

	if (once)
		print_alone(&ours);
	else
		print_comparison(&libc, &ours);
	return ours.status;
}
