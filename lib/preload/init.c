/* SPDX-License-Identifier: MIT */
/*
 * init.c - the moment in which the library becomes the process's malloc
 *
 * The first request makes the library ready, whenever that is: the loader and
 * the constructors of other libraries allocate before ours runs.  The
 * constructor does it for programs that never allocate, and registers with
 * fork().  pthread_atfork() runs prepare handlers in reverse order, so ours,
 * registered early, closes the gate after most others have run; those of
 * libraries whose constructors came before this one run while it is closed.
 *
 * Nothing is undone at exit: other threads, and destructors after any of ours,
 * go on using memory.
 */
#include <pthread.h>

#include "kmem/kmem.h"

__attribute__((constructor(101))) static void start(void)
{
	kmem_init();
	pthread_atfork(kmem_fork_prepare, kmem_fork_parent, kmem_fork_child);
}
