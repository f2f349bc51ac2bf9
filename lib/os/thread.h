/* SPDX-License-Identifier: MIT */
/*
 * thread.h - what the library asks of the operating system about threads
 */
#ifndef PF_OS_THREAD_H
#define PF_OS_THREAD_H

#include <sys/single_threaded.h>

#include "base/compiler.h"
#include "base/types.h"

/*
 * True as long as libc has made no second thread.  It turns false before that
 * thread runs, in the thread that makes it, so a section that began under
 * "one thread" has ended before anybody can disturb it.
 */
static inline bool os_has_one_thread(void)
{
	return __libc_single_threaded;
}

/* Sleep while *@word is @value; may return early.  Wake up to @count. */
void os_wait(u32 *word, u32 value);
void os_wait_ms(u32 *word, u32 value, unsigned int ms);
void os_wake(u32 *word, int count);

/* Sleep for so long; may return early. */
void os_sleep_ms(unsigned int ms);

/*
 * Let others run, in a loop that waits for them; @round counts the loop's turns
 * from 0.  Yields first and sleeps later: the one waited for may have a lower
 * priority than the caller.
 */
void os_wait_turn(unsigned int round);

/* The calling thread's id; a system call. */
int os_thread_id(void);

/* Whether that process, this one but for a child of vfork(), has that thread. */
bool os_thread_exists(int process_id, int thread_id);

/* Threads of this process, the caller included; at least 1. */
size_t os_count_threads(void);

/*
 * All signals held back, for sections that a handler must not interrupt; but
 * for libc's own that must not wait.
 */
typedef u64 os_signals;
void os_block_signals(os_signals *saved);
void os_restore_signals(const os_signals *saved);

/**
 * os_fence_all_threads - a full memory barrier in each thread of the process
 *
 * Return: false where the system has no such call or refuses it; nothing was
 * ordered then.  Costs an interrupt for each processor that runs one of our
 * threads, and once a few milliseconds to register.
 */
bool os_fence_all_threads(void);

#endif
