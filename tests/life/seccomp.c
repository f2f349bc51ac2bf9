/* SPDX-License-Identifier: MIT */
/*
 * seccomp.c - optional system calls refused by a filter
 *
 * Containers and sandboxes refuse calls with EPERM or ENOSYS.  The program
 * `work` must do its work without each of the calls that an allocator could
 * want beyond mmap, munmap, mprotect and futex, and without all of them.
 */
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct call {
	const char *name;
	long number;
	bool only_enosys; /* glibc itself gives up on EPERM */
};

#define CALL(name)                       \
	{                                \
#name, SYS_##name, false \
	}

static const struct call calls[] = {
	CALL(madvise),
	CALL(mremap),
	CALL(membarrier),
	CALL(getrandom),
	CALL(prctl),
	CALL(sched_getaffinity),
	CALL(sched_setaffinity),
	CALL(sched_yield),
	CALL(sched_getparam),
	CALL(sched_setscheduler),
	CALL(getcpu),
	CALL(mincore),
	CALL(mlock),
	CALL(munlock),
	CALL(sysinfo),
	CALL(prlimit64),
	CALL(process_madvise),
	CALL(memfd_create),
	CALL(userfaultfd),
	CALL(set_mempolicy),
	CALL(mbind),
	CALL(clock_nanosleep),
	CALL(timer_create),
	CALL(tgkill),
	CALL(uname),
	CALL(readlink),
	CALL(openat2),
	{"rseq", SYS_rseq, false},
	{"clone3", SYS_clone3, true},
};

enum {
	NR_CALLS = sizeof(calls) / sizeof(calls[0]),
	MAX_FILTER = 64
};

struct refusal {
	int first;
	int last;
	int error;
};

static void filter_install(void *arg)
{
	const struct refusal *refusal = arg;
	struct sock_filter filter[MAX_FILTER + 3];
	struct sock_fprog program = {.filter = filter};
	unsigned short n = 0;
	int i;

	filter[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (i = refusal->first; i <= refusal->last; i++) {
		bool skipped = calls[i].only_enosys && refusal->error != ENOSYS;

		if (skipped)
			continue;
		filter[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K,
			(unsigned int)calls[i].number, 0, 1);
		filter[n++] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K,
			SECCOMP_RET_ERRNO | (unsigned int)refusal->error);
	}
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						   SECCOMP_RET_ALLOW);
	program.len = n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		dprintf(STDERR_FILENO, "no seccomp: %s\n", strerror(errno));
		_exit(77);
	}
}

static void work_without(int first, int last, int error, const char *name)
{
	static struct outcome outcome;
	struct refusal refusal = {first, last, error};
	char work[4096];
	char *argv[] = {work, NULL};
	char what[256];

	if (!EXPECT(sibling_path("work", work, sizeof(work))))
		return;
	program_run(&outcome, 60, argv, filter_install, &refusal);
	if (outcome.status == 77 << 8)
		SKIP("this system has no seccomp filters");
	snprintf(what, sizeof(what), "work with %s refused by error %d", name,
		 error);
	if (!expect_success(&outcome, what))
		tap_note("  %s", what);
	EXPECT_STR_EQ(outcome.err, "");
}

static void work_without_each(int error)
{
	int i;

	for (i = 0; i < NR_CALLS; i++)
		work_without(i, i, error, calls[i].name);
}

TEST(work_is_done_with_each_optional_call_refused_by_EPERM)
{
	TIME_LIMIT(120);
	work_without_each(EPERM);
}

TEST(work_is_done_with_each_optional_call_refused_by_ENOSYS)
{
	TIME_LIMIT(120);
	work_without_each(ENOSYS);
}

TEST(work_is_done_with_all_optional_calls_refused)
{
	work_without(0, NR_CALLS - 1, EPERM, "all optional calls");
	work_without(0, NR_CALLS - 1, ENOSYS, "all optional calls");
}
