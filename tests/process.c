/* SPDX-License-Identifier: MIT */
/*
 * process.c - what a test asks about its process, and children of a test
 */
#include "process.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t done = 0;

	if (fd < 0)
		return false;
	while (used < size - 1) {
		done = read(fd, text + used, size - 1 - used);
		if (done <= 0)
			break;
		used += (size_t)done;
	}
	close(fd);
	text[used] = '\0';
	return done >= 0;
}

bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text));
	close(fd);
	return done == (ssize_t)strlen(text);
}

long file_number(const char *path)
{
	char text[64];

	if (!file_read(path, text, sizeof(text)))
		return -1;
	return strtol(text, NULL, 10);
}

size_t resident_kib(void)
{
	char text[256];
	unsigned long total;
	unsigned long resident;

	if (!file_read("/proc/self/statm", text, sizeof(text)) ||
	    sscanf(text, "%lu %lu", &total, &resident) != 2)
		return 0;
	return resident * ((size_t)sysconf(_SC_PAGESIZE) / KIB);
}

long minor_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

size_t status_kib(const char *field)
{
	char text[8192];
	const char *line = text;
	size_t size = strlen(field);

	if (!file_read("/proc/self/status", text, sizeof(text)))
		return 0;
	while (line) {
		if (!strncmp(line, field, size) && line[size] == ':')
			return strtoul(line + size + 1, NULL, 10);
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return 0;
}

/* A file that everybody can open; its content plays no part. */
static int lock_open(void)
{
	return open("/proc/sys/vm/overcommit_memory", O_RDONLY | O_CLOEXEC);
}

void machine_lock_shared(void)
{
	int saved_errno = errno;
	int fd = lock_open();

	while (fd >= 0 && flock(fd, LOCK_SH) && errno == EINTR)
		;
	errno = saved_errno;
}

/* Return: what machine_unlock() takes, or -1. */
int machine_lock(void)
{
	struct timespec a_while = {0, 20 * 1000 * 1000};
	double deadline = seconds() + 60;
	int fd = lock_open();

	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		nanosleep(&a_while, NULL);
		if (seconds() < deadline)
			continue;
		close(fd);
		return -1;
	}
	return fd;
}

void machine_unlock(int lock)
{
	close(lock);
}

double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool sibling_path(const char *name, char *path, size_t size)
{
	char self[4096];
	ssize_t used = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (used < 0)
		return false;
	self[used] = '\0';
	slash = strrchr(self, '/');
	*slash = '\0';
	snprintf(path, size, "%s/%s", self, name);
	return access(path, R_OK) == 0;
}

bool child_succeeded(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (WIFSIGNALED(status))
		tap_note("a child died of signal %d", WTERMSIG(status));
	return status == 0;
}

void threads_start(int nr, void *(*function)(void *), pthread_t *threads)
{
	int i;

	for (i = 0; i < nr; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, function,
					 (void *)(intptr_t)i),
			  0);
}

void threads_join(int nr, const pthread_t *threads)
{
	int i;

	for (i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
}

/*
 * A pidfd becomes readable when the process ends.  Without one (Linux < 5.3)
 * the watchdog of the test is the only limit.
 */
static bool wait_with_limit(pid_t pid, unsigned int limit, int *status)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ended = {.fd = fd, .events = POLLIN};
	double deadline = seconds() + limit;
	bool in_time = true;

	while (fd >= 0) {
		double left = deadline - seconds();
		int nr = poll(&ended, 1, left > 0 ? (int)(left * 1000) : 0);

		if (nr < 0 && errno == EINTR)
			continue;
		in_time = nr > 0;
		break;
	}
	if (!in_time)
		kill(-pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	if (fd >= 0)
		close(fd);
	return in_time;
}

static bool report_status(int status, bool in_time, unsigned int limit)
{
	if (!in_time)
		tap_note("the child did not end in %u seconds", limit);
	else if (WIFSIGNALED(status))
		tap_note("the child died of signal %d (%s)", WTERMSIG(status),
			 sigabbrev_np(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		tap_note("the child exited with %d", WEXITSTATUS(status));
	return in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/*
 * A child leads a group of its own, so that its children end with it, and ends
 * when we do.
 */
static void become_a_child(void)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

bool child_run(unsigned int limit, void (*function)(void *arg), void *arg)
{
	int status = 0;
	bool in_time;
	pid_t pid = fork();

	if (pid < 0) {
		tap_note("fork: %s", strerror(errno));
		return EXPECT(pid >= 0);
	}
	if (pid == 0) {
		become_a_child();
		function(arg);
		_exit(tap_exit_status());
	}
	in_time = wait_with_limit(pid, limit, &status);
	return tap_check(report_status(status, in_time, limit),
			 "the child to succeed", __FILE__, __LINE__);
}

/* Reads until both pipes are closed or the time is up. */
static bool collect(struct outcome *outcome, int out, int err, double deadline)
{
	struct pollfd fds[2] = {{.fd = out, .events = POLLIN},
				{.fd = err, .events = POLLIN}};
	char *text[2] = {outcome->out, outcome->err};
	size_t room[2] = {sizeof(outcome->out) - 1, sizeof(outcome->err) - 1};
	int i;

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		double left = deadline - seconds();
		int nr = poll(fds, 2, left > 0 ? (int)(left * 1000) : 0);

		if (nr < 0 && errno == EINTR)
			continue;
		if (nr <= 0)
			return false;
		for (i = 0; i < 2; i++) {
			char rest[4096];
			bool is_full = room[i] == 0;
			ssize_t done;

			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			done = read(fds[i].fd, is_full ? rest : text[i],
				    is_full ? sizeof(rest) : room[i]);
			if (done <= 0) {
				fds[i].fd = -1;
			} else if (!is_full) {
				text[i] += done;
				room[i] -= (size_t)done;
			}
		}
	}
	return true;
}

void program_run(struct outcome *outcome, unsigned int limit,
		 char *const argv[], void (*prepare)(void *arg), void *arg)
{
	double deadline = seconds() + limit;
	int out[2];
	int err[2];
	pid_t pid;

	memset(outcome, 0, sizeof(*outcome));
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) {
		tap_note("pipe: %s", strerror(errno));
		outcome->status = 255 << 8;
		return;
	}
	pid = fork();
	if (pid == 0) {
		become_a_child();
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		if (prepare)
			prepare(arg);
		execv(argv[0], argv);
		dprintf(STDERR_FILENO, "exec of %s: %s\n", argv[0],
			strerror(errno));
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	if (!collect(outcome, out[0], err[0], deadline)) {
		outcome->timed_out = true;
		kill(-pid, SIGKILL);
	}
	if (!wait_with_limit(pid, limit, &outcome->status))
		outcome->timed_out = true;
	close(out[0]);
	close(err[0]);
}

bool expect_success(const struct outcome *outcome, const char *what)
{
	bool good = !outcome->timed_out && WIFEXITED(outcome->status) &&
		    WEXITSTATUS(outcome->status) == 0;

	if (!good) {
		report_status(outcome->status, !outcome->timed_out, 0);
		tap_note_text("stdout", outcome->out);
		tap_note_text("stderr", outcome->err);
	}
	return tap_check(good, what, __FILE__, __LINE__);
}

void expect_work_is_done(void (*prepare)(void *arg), void *arg,
			 const char *what)
{
	static struct outcome outcome;
	char work[4096];
	char *argv[] = {work, NULL};

	if (!EXPECT(sibling_path("work", work, sizeof(work))))
		return;
	program_run(&outcome, 50, argv, prepare, arg);
	expect_success(&outcome, what);
	EXPECT_STR_EQ(outcome.out, "work done\n");
	EXPECT_STR_EQ(outcome.err, "");
}
