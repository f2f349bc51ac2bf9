/* SPDX-License-Identifier: MIT */
/*
 * tap.c - runs the tests of a program and prints TAP
 *
 * Every line leaves with one write(), so that lines of threads and forked
 * children never mix, and nothing here allocates or goes through stdio.
 *
 * The watchdog is a POSIX timer of its own, because tests use alarm() and
 * setitimer() themselves.  The program leads its own process group, so that a
 * test that hangs takes its forked children with it; should the parent (make,
 * a shell) die first, the kernel sends us SIGTERM.
 */
#include "tap.h"

#include <errno.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum {
	DEFAULT_TIME_LIMIT = 60,
	MAX_FAILURES_PRINTED = 8, /* in one test; a loop may fail a million */
	MAX_LINES_PRINTED = 40,	  /* of one text */
	NAME_BYTES = 256,
};

int tap_errno_at_start;

static struct tap_test *first_test;
static struct tap_test **last_link = &first_test;

static const char *skip_reason;
static unsigned int nr_failures; /* of the running test, in this process */
static unsigned int time_limit;
static unsigned int test_number;
static char test_name[NAME_BYTES];
static pid_t tap_pid;
static timer_t watchdog;
static uint64_t seed;
static uint64_t random_state;

static void print(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static void write_all(const char *text, size_t size)
{
	while (size > 0) {
		ssize_t done = write(STDOUT_FILENO, text, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		text += done;
		size -= (size_t)done;
	}
}

__attribute__((format(printf, 2, 0))) static void
vprint(const char *prefix, const char *format, va_list args)
{
	char line[4096];
	int saved_errno = errno;
	int used = snprintf(line, sizeof(line), "%s", prefix);
	int size = vsnprintf(line + used, sizeof(line) - (size_t)used - 1,
			     format, args);

	if (size < 0)
		size = 0;
	used += size;
	if (used > (int)sizeof(line) - 2)
		used = (int)sizeof(line) - 2;
	line[used++] = '\n';
	write_all(line, (size_t)used);
	errno = saved_errno;
}

static void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprint("", format, args);
	va_end(args);
}

void tap_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprint("# ", format, args);
	va_end(args);
}

void tap_add(struct tap_test *test)
{
	*last_link = test;
	last_link = &test->next;
}

void tap_skip(const char *reason)
{
	skip_reason = reason;
}

int tap_exit_status(void)
{
	return __atomic_load_n(&nr_failures, __ATOMIC_RELAXED) > 0;
}

/* Counts a failure; true when it should still be printed. */
static bool failure_is_printed(void)
{
	unsigned int nr = __atomic_fetch_add(&nr_failures, 1, __ATOMIC_RELAXED);

	if (nr == MAX_FAILURES_PRINTED)
		tap_note("further failures of this test are not printed");
	return nr < MAX_FAILURES_PRINTED;
}

bool tap_check(bool holds, const char *what, const char *file, int line)
{
	if (!holds && failure_is_printed())
		tap_note("%s:%d: expected %s", file, line, what);
	return holds;
}

bool tap_check_num(bool holds, intmax_t left, intmax_t right, const char *what,
		   const char *file, int line)
{
	if (!holds && failure_is_printed())
		tap_note("%s:%d: expected %s, but left is %jd (%#jx) and "
			 "right is %jd (%#jx)",
			 file, line, what, left, (uintmax_t)left, right,
			 (uintmax_t)right);
	return holds;
}

/* A text in the output of a test must not look like TAP itself. */
void tap_note_text(const char *label, const char *text)
{
	int nr_lines = 0;

	while (text && *text && nr_lines++ < MAX_LINES_PRINTED) {
		size_t size = strcspn(text, "\n");

		tap_note("  %s: %.*s", label, (int)size, text);
		text += size + (text[size] == '\n');
	}
}

static bool check_text(bool holds, const char *left, const char *right,
		       const char *what, const char *file, int line)
{
	if (!holds && failure_is_printed()) {
		tap_note("%s:%d: expected %s", file, line, what);
		tap_note_text("left ", left ? left : "(null)");
		tap_note_text("right", right ? right : "(null)");
	}
	return holds;
}

bool tap_check_str(const char *left, const char *right, const char *what,
		   const char *file, int line)
{
	bool equal = left && right ? !strcmp(left, right) : left == right;

	return check_text(equal, left, right, what, file, line);
}

bool tap_check_has(const char *text, const char *part, const char *what,
		   const char *file, int line)
{
	return check_text(text && strstr(text, part), text, part, what, file,
			  line);
}

bool tap_check_match(const char *text, const char *regex, const char *what,
		     const char *file, int line)
{
	regex_t compiled;
	bool matches;

	if (regcomp(&compiled, regex, REG_EXTENDED | REG_NEWLINE | REG_NOSUB)) {
		tap_note("%s:%d: not a regular expression: %s", file, line,
			 regex);
		failure_is_printed();
		return false;
	}
	matches = text && !regexec(&compiled, text, 0, NULL, 0);
	regfree(&compiled);
	return check_text(matches, text, regex, what, file, line);
}

/* splitmix64: any state is a good state. */
uint64_t tap_random_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

uint64_t tap_random(void)
{
	return tap_random_next(&random_state);
}

uint64_t tap_seed(void)
{
	return seed;
}

static void seed_init(void)
{
	const char *given = getenv("PF_SEED");
	struct timespec now;

	if (given) {
		seed = strtoull(given, NULL, 0);
	} else {
		clock_gettime(CLOCK_REALTIME, &now);
		seed = ((uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 20 ^
			(uint64_t)getpid() << 40) %
		       1000000000;
	}
	random_state = seed;
}

static void watchdog_set(unsigned int seconds)
{
	struct itimerspec when = {{0, 0}, {(time_t)seconds, 0}};

	timer_settime(watchdog, 0, &when, NULL);
}

void tap_time_limit(unsigned int seconds)
{
	time_limit = seconds;
	if (getpid() == tap_pid)
		watchdog_set(seconds);
}

static void on_watchdog(int signal_number)
{
	(void)signal_number;
	tap_note("still running after %u seconds: a deadlock or an endless "
		 "loop; the program and its children are ended",
		 time_limit);
	print("not ok %u - %s", test_number, test_name);
	if (getpgrp() == tap_pid)
		kill(-tap_pid, SIGKILL);
	_exit(1);
}

/* The handler was reset by SA_RESETHAND: returning repeats the crash. */
static void on_crash(int signal_number, siginfo_t *info, void *context)
{
	(void)context;
	if (getpid() == tap_pid) {
		tap_note("died of signal %d (%s) at address %p", signal_number,
			 sigabbrev_np(signal_number), info->si_addr);
		print("not ok %u - %s", test_number, test_name);
	} else {
		tap_note("child %d died of signal %d (%s) at address %p",
			 getpid(), signal_number, sigabbrev_np(signal_number),
			 info->si_addr);
	}
	if (signal_number == SIGABRT)
		raise(SIGABRT);
}

static void signals_init(void)
{
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
				 .sigev_signo = SIGRTMAX - 1};
	struct sigaction action = {.sa_handler = on_watchdog};
	size_t i;

	sigaction(SIGRTMAX - 1, &action, NULL);
	timer_create(CLOCK_MONOTONIC, &event, &watchdog);

	action.sa_sigaction = on_crash;
	action.sa_flags = SA_SIGINFO | SA_RESETHAND | SA_NODEFER;
	for (i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
		struct sigaction before;

		/* A sanitizer has handlers of its own, which tell more. */
		sigaction(crashes[i], NULL, &before);
		if (before.sa_handler == SIG_DFL)
			sigaction(crashes[i], &action, NULL);
	}
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* free_keeps_errno is printed as "free keeps errno". */
static void set_name(const char *name)
{
	size_t i;

	for (i = 0; name[i] && i + 1 < sizeof(test_name); i++)
		test_name[i] = name[i] == '_' ? ' ' : name[i];
	test_name[i] = '\0';
}

static bool name_is(const char *wanted, const char *name)
{
	for (; *wanted && *name; wanted++, name++)
		if (*wanted != *name && !(*wanted == ' ' && *name == '_'))
			return false;
	return *wanted == *name;
}

static bool is_chosen(const struct tap_test *test, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (name_is(*names, test->name))
			return true;
	return false;
}

static bool run(const struct tap_test *test)
{
	double began = seconds_now();
	double took;

	set_name(test->name);
	skip_reason = NULL;
	nr_failures = 0;
	tap_time_limit(DEFAULT_TIME_LIMIT);
	test->run();
	watchdog_set(0);

	took = seconds_now() - began;
	if (took > 1.0)
		tap_note("took %.1f seconds", took);
	if (nr_failures)
		print("not ok %u - %s", test_number, test_name);
	else if (skip_reason)
		print("ok %u - %s # SKIP %s", test_number, test_name,
		      skip_reason);
	else
		print("ok %u - %s", test_number, test_name);
	return !nr_failures;
}

static int list_tests(void)
{
	const struct tap_test *test;

	for (test = first_test; test; test = test->next)
		print("%s", test->name);
	return 0;
}

int main(int argc, char **argv)
{
	int errno_now = errno;
	const struct tap_test *test;
	unsigned int nr_tests = 0;
	bool good = true;

	tap_errno_at_start = errno_now;
	if (argc > 1 && !strcmp(argv[1], "--list"))
		return list_tests();

	for (test = first_test; test; test = test->next)
		nr_tests += is_chosen(test, argv + 1);
	if (!nr_tests) {
		print("Bail out! no test has that name; --list prints them");
		return 99;
	}

	tap_pid = getpid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setpgid(0, 0);
	signals_init();
	seed_init();
	print("1..%u", nr_tests);
	tap_note("seed %llu (PF_SEED=%llu repeats this run)",
		 (unsigned long long)seed, (unsigned long long)seed);

	for (test = first_test; test; test = test->next) {
		if (!is_chosen(test, argv + 1))
			continue;
		test_number++;
		good &= run(test);
	}
	return !good;
}
