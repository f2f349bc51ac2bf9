/* SPDX-License-Identifier: MIT */
/*
 * thread.c - futex, membarrier, thread ids
 */
#include "os/thread.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* linux/membarrier.h has these since 4.14; the numbers are ABI. */
#define FENCE_PRIVATE	       (1 << 3)
#define FENCE_PRIVATE_REGISTER (1 << 4)

static void futex_wait(u32 *word, u32 value, const struct timespec *timeout)
{
	int saved = errno;

	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, timeout, NULL, 0);
	errno = saved;
}

void os_wait(u32 *word, u32 value)
{
	futex_wait(word, value, NULL);
}

void os_wait_ms(u32 *word, u32 value, unsigned int ms)
{
	struct timespec timeout = {
		.tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	futex_wait(word, value, &timeout);
}

void os_sleep_ms(unsigned int ms)
{
	static u32 never; /* changes */

	os_wait_ms(&never, 0, ms);
}

void os_wake(u32 *word, int count)
{
	int saved = errno;

	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
	errno = saved;
}

#define YIELDS 100

void os_wait_turn(unsigned int round)
{
	static const struct timespec a_moment = {0, 100000};
	int saved = errno;

	if (round < YIELDS)
		syscall(SYS_sched_yield);
	else
		clock_nanosleep(CLOCK_MONOTONIC, 0, &a_moment, NULL);
	errno = saved;
}

int os_thread_id(void)
{
	return (int)syscall(SYS_gettid);
}

bool os_thread_exists(int process_id, int thread_id)
{
	int saved = errno;
	bool exists = syscall(SYS_tgkill, process_id, thread_id, 0) == 0 ||
		      errno != ESRCH;

	errno = saved;
	return exists;
}

size_t os_count_threads(void)
{
	struct stat tasks;
	int saved = errno;
	size_t nr = 1;

	/* A directory's links: itself, its parent's entry, one a subfolder. */
	if (stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink > 2)
		nr = tasks.st_nlink - 2;
	errno = saved;
	return nr;
}

#if defined(__x86_64__) || defined(__i386__)
/*
 * Taking a page away makes the kernel interrupt each processor that runs one
 * of our threads, to forget the page's translation; the interrupt is a fence.
 */
static bool fence_by_unmapping(void)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return false;
	WRITE_ONCE(*page, 1);
	return munmap(page, 4096) == 0;
}
#else
static bool fence_by_unmapping(void)
{
	return false;
}
#endif

bool os_fence_all_threads(void)
{
	int saved = errno;
	bool done;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (os_has_one_thread())
		return true;
	done = syscall(SYS_membarrier, FENCE_PRIVATE, 0, 0) == 0;
	if (!done && errno == EPERM) {
		/* Not registered yet. */
		syscall(SYS_membarrier, FENCE_PRIVATE_REGISTER, 0, 0);
		done = syscall(SYS_membarrier, FENCE_PRIVATE, 0, 0) == 0;
	}
	if (!done)
		done = fence_by_unmapping();
	errno = saved;
	return done;
}

/* By it glibc tells all threads of a setuid(), and waits for their answers. */
#define SIGSETXID 33

void os_block_signals(os_signals *saved)
{
	u64 all = ~(1ULL << (SIGSETXID - 1));

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, saved, sizeof(*saved));
}

void os_restore_signals(const os_signals *saved)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, saved, NULL, sizeof(*saved));
}
