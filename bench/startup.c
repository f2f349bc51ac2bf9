/* SPDX-License-Identifier: MIT */
/*
 * startup.c - what it costs to start a program under a preloaded malloc
 *
 *	startup RUNS LIBRARY... -- COMMAND [ARGUMENT...]
 *
 * Runs COMMAND under each LIBRARY in turn, RUNS times round: A B C A B C, so
 * that a machine whose speed drifts slows all of them down alike.  "none" is
 * libc's own malloc.  Prints for each the median and the quartiles of the time
 * from fork to exit, in microseconds, the ratio to the first library, taken
 * pair by pair, and the median of the minor page faults, which are exact but
 * for the place where the kernel puts stack and libraries.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define MAX_LIBRARIES 8
#define MAX_RUNS      10000

struct sample {
	double us;
	double faults;
};

static struct sample samples[MAX_LIBRARIES][MAX_RUNS];

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void fail(const char *what)
{
	fprintf(stderr, "startup: %s\n", what);
	exit(2);
}

static struct sample run(const char *library, char **command)
{
	static char path[] = "PATH=/usr/bin:/bin";
	char preload[4096] = "LD_PRELOAD=";
	char *environment[] = {path, preload, NULL};
	double began = now_us();
	struct rusage usage;
	int status;
	pid_t pid;

	if (strcmp(library, "none") == 0)
		environment[1] = NULL;
	else
		strncat(preload, library, sizeof(preload) - 20);
	if (posix_spawn(&pid, command[0], NULL, NULL, command, environment))
		fail("the command cannot be started; give its full path");
	if (wait4(pid, &status, 0, &usage) != pid || status)
		fail("the command failed");
	return (struct sample){now_us() - began, (double)usage.ru_minflt};
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The @share quantile of @values, which get sorted. */
static double quantile(double *values, int nr, double share)
{
	qsort(values, (size_t)nr, sizeof(*values), compare);
	return values[(int)((nr - 1) * share)];
}

static void print_row(const char *name, int library, int nr)
{
	static double us[MAX_RUNS], ratio[MAX_RUNS], faults[MAX_RUNS];
	int i;

	for (i = 0; i < nr; i++) {
		us[i] = samples[library][i].us;
		ratio[i] = us[i] / samples[0][i].us;
		faults[i] = samples[library][i].faults;
	}
	printf("%8.1f %8.1f %8.1f   %5.3f %5.3f %5.3f   %6.0f   %s\n",
	       quantile(us, nr, 0.25), quantile(us, nr, 0.5),
	       quantile(us, nr, 0.75), quantile(ratio, nr, 0.25),
	       quantile(ratio, nr, 0.5), quantile(ratio, nr, 0.75),
	       quantile(faults, nr, 0.5), name);
}

int main(int argc, char **argv)
{
	int nr_runs = argc > 1 ? atoi(argv[1]) : 0;
	int nr_libraries = 0;
	char **command;
	int i, k;

	while (2 + nr_libraries < argc && strcmp(argv[2 + nr_libraries], "--"))
		nr_libraries++;
	command = argv + 3 + nr_libraries;
	if (nr_runs < 1 || nr_runs > MAX_RUNS || nr_libraries < 1 ||
	    nr_libraries > MAX_LIBRARIES || 3 + nr_libraries >= argc)
		fail("usage: startup RUNS LIBRARY... -- COMMAND [ARGUMENT...]");

	for (k = 0; k < nr_libraries; k++)
		run(argv[2 + k], command); /* into the page cache */
	for (i = 0; i < nr_runs; i++)
		for (k = 0; k < nr_libraries; k++)
			samples[k][i] = run(argv[2 + k], command);

	printf("    time in us (quartiles)   ratio to the first   faults\n");
	for (k = 0; k < nr_libraries; k++)
		print_row(argv[2 + k], k, nr_runs);
	return 0;
}
