/* SPDX-License-Identifier: MIT */
/*
 * process.h - what a test asks about its process, and children of a test
 *
 * Nothing here allocates, so that a number read before and after a step is
 * about that step alone.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	KIB = 1024,
	MIB = 1024 * 1024,
};

/* Memory of this process in KiB, now. */
size_t resident_kib(void);

/* Page faults of this process so far, without I/O. */
long minor_faults(void);

/*
 * A number of /proc/self/status, "VmHWM" in KiB or "Threads", say; 0 when it is
 * missing.
 */
size_t status_kib(const char *field);

/* A number alone in a file; -1 when it cannot be read. */
long file_number(const char *path);

/* Puts @text into @path; false when that is refused. */
bool file_write(const char *path, const char *text);

/* Reads at most @size - 1 bytes of @path as a string; false on error. */
bool file_read(const char *path, char *text, size_t size);

/*
 * Some tests change settings of the whole machine (the mode of huge pages,
 * overcommit) for a moment, and others measure memory: they must not meet.
 * A program that measures says MEASURES_MEMORY once; a test that changes calls
 * machine_lock() and machine_unlock(), and is skipped when no moment without
 * measuring comes for a minute.
 */
int machine_lock(void);
void machine_unlock(int lock);
void machine_lock_shared(void);

#define MEASURES_MEMORY                                                     \
	__attribute__((constructor(103))) static void measures_memory(void) \
	{                                                                   \
		machine_lock_shared();                                      \
	}                                                                   \
	struct measures_memory_

/* Seconds of the monotonic clock. */
double seconds(void);

/*
 * A program that lies in the folder of this one: @name is joined to the folder
 * of /proc/self/exe.  False when it was not built.
 */
bool sibling_path(const char *name, char *path, size_t size);

/*
 * child_run - fork and run a function in the child
 *
 * The child ends with the status of its own expectations.  One that does not
 * end after @limit seconds is killed and fails the test.
 * Return: true when the child ended with status 0.
 */
bool child_run(unsigned int limit, void (*function)(void *arg), void *arg);

/* Waits for a child; false, with a note, unless it exited with 0. */
bool child_succeeded(pid_t pid);

/* @nr threads, each called with its number from 0; and their ends. */
void threads_start(int nr, void *(*function)(void *), pthread_t *threads);
void threads_join(int nr, const pthread_t *threads);

/* How a program ended, and the first bytes of what it wrote. */
struct outcome {
	int status; /* as waitpid() gives it */
	bool timed_out;
	char out[4096];
	char err[16384];
};

/*
 * program_run - run a program to its end and keep what it prints
 * @limit: seconds after which it is killed
 * @prepare: called in the child before exec; NULL for nothing
 */
void program_run(struct outcome *outcome, unsigned int limit,
		 char *const argv[], void (*prepare)(void *arg), void *arg);

/* Runs the program "work" beside this one; it must do its work. */
void expect_work_is_done(void (*prepare)(void *arg), void *arg,
			 const char *what);

/* Fails the test, with the program's output, unless it exited with 0. */
bool expect_success(const struct outcome *outcome, const char *what);

#ifdef __cplusplus
}
#endif

#endif
