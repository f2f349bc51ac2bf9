/* SPDX-License-Identifier: MIT */
/*
 * fork-guest.c - a library that has registered with fork() very early
 *
 * Preloaded behind the malloc under test, its constructor runs first.  So its
 * prepare handler runs last, and its handlers after fork first: everything
 * that malloc does about fork has been done, or is still to be undone.
 */
#include <pthread.h>
#include <stddef.h>

void (*fork_guest_prepare)(void);
void (*fork_guest_parent)(void);
void (*fork_guest_child)(void);

static void prepare(void)
{
	if (fork_guest_prepare)
		fork_guest_prepare();
}

static void parent(void)
{
	if (fork_guest_parent)
		fork_guest_parent();
}

static void child(void)
{
	if (fork_guest_child)
		fork_guest_child();
}

__attribute__((constructor)) static void begin(void)
{
	pthread_atfork(prepare, parent, child);
}
