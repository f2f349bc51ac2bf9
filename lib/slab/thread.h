/* SPDX-License-Identifier: MIT */
/*
 * thread.h - the caches of a thread: who has them, who gets them next
 */
#ifndef PF_SLAB_THREAD_H
#define PF_SLAB_THREAD_H

#include "buddy/pcp.h"
#include "os/lock.h"
#include "slab/sheaf.h"

/*
 * What hangs off thread_heap.tcache.  Lives for ever once made: when its
 * thread exits it waits, sheaves and all, for the next one.  Only the thread
 * itself touches it, inside the gate, or whoever has closed the gate for trim.
 */
struct tcache {
	struct tcache *next;	   /* all of them, for for_each_tcache() */
	struct tcache *next_idle;  /* those without a thread, in a stack */
	struct thread_heap *owner; /* the thread's TLS, NULL without thread */
	struct lock_user locks;	   /* the thread, to the locks it takes */
	u32 is_busy;		   /* the thread is in a slow path */
	u32 is_forking_inside;	   /* and its signal handler is in fork() */
	bool is_guest;		   /* see gate_try_enter_as_guest() */
	int process_id;		   /* the process and the thread, */
	int thread_id;		   /* to the OS */
	u8 node;		   /* whose caches the thread uses */
	u32 contention;		   /* how often it waits for them, see node.c */
	u64 nr_slow;		   /* slow paths taken */
	void *kapi;		   /* what kapi/ keeps for the thread */
	struct per_cpu_pages pcp;
	u32 saved_top[NR_CLASSES]; /* while there is no thread, else 0 */
	u8 batch[NR_CLASSES];	   /* objects for the next refill */
};

extern struct tcache *all_tcaches pf_hidden;

#define for_each_tcache(tc) \
	for (tc = load_acquire(&all_tcaches); tc; tc = tc->next)

/* Once, when the library starts. */
void threads_init(void);

/**
 * thread_attach - caches for the calling thread
 *
 * Takes those that an earlier thread has left, or makes new ones.  Return: NULL
 * when fork has closed the gate or memory is out.
 */
struct tcache *thread_attach(void);

/* The calling thread's caches to the list of idle ones. */
void thread_detach(void);

/* In fork's child: the caches of all threads but the calling one are idle. */
void threads_adopt_orphans(void);

/* Take the caches of threads that have ended unnoticed; the gate is closed. */
void threads_find_gone(void);

#endif
