/* SPDX-License-Identifier: MIT */
/*
 * unit.c - what the unit tests share
 */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Children of children take threads along; this is what the tests are about. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "die_after_fork=0";
}

static void read_back(int fd, char *text, size_t size)
{
	ssize_t done = pread(fd, text, size - 1, 0);

	text[done > 0 ? done : 0] = '\0';
}

void child_ending(struct ending *ending, unsigned int limit,
		  void (*function)(void *arg), void *arg)
{
	int err = memfd_create("stderr", MFD_CLOEXEC);
	int status = 0;
	pid_t pid;

	memset(ending, 0, sizeof(*ending));
	pid = fork();
	if (pid == 0) {
		dup2(err, STDERR_FILENO);
		alarm(limit);
		function(arg);
		_exit(tap_exit_status());
	}
	if (!EXPECT(pid > 0 && err >= 0))
		return;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		ending->signal = WTERMSIG(status);
	else
		ending->status = WEXITSTATUS(status);
	read_back(err, ending->text, sizeof(ending->text));
	close(err);
}

void die_plainly(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT};
	struct rlimit none = {0, 0};
	size_t i;

	setrlimit(RLIMIT_CORE, &none);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
}

struct call {
	void (*function)(void *arg);
	void *arg;
};

static void call_to_die(void *arg)
{
	struct call *call = arg;

	die_plainly();
	call->function(call->arg);
}

bool expect_abort(void (*function)(void *arg), void *arg, const char *sentence)
{
	struct call call = {function, arg};
	struct ending ending;

	child_ending(&ending, 30, call_to_die, &call);
	return EXPECT_EQ(ending.signal, SIGABRT) &
	       EXPECT_STR_HAS(ending.text, sentence);
}

bool expect_clean(const struct check_report *report, const char *what)
{
	if (check_report_clean(report))
		return true;
	tap_note("%s: %s does not hold for %p, in %s() at line %u; %u facts",
		 what, report->first, report->subject, report->function,
		 report->line, report->nr_failed);
	return EXPECT(check_report_clean(report));
}

size_t resident_pages(const void *addr, size_t bytes)
{
	static unsigned char in_memory[65536];
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t nr = bytes / page;
	size_t resident = 0;
	size_t i;

	if (!EXPECT_LE(nr, sizeof(in_memory)) ||
	    !EXPECT_EQ(mincore((void *)addr, bytes, in_memory), 0))
		return 0;
	for (i = 0; i < nr; i++)
		resident += in_memory[i] & 1;
	return resident;
}

bool is_mapped(const void *addr)
{
	unsigned char in_memory;

	return mincore((void *)addr, 1, &in_memory) == 0;
}
