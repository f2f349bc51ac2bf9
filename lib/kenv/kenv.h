/* SPDX-License-Identifier: MIT */
/*
 * kenv.h - what the files of lib/kenv share, and what they ask of lib/os
 *
 * lib/kenv is written against the headers that it serves,
 * include/pfmalloc/linux.  Those define the kernel's words (u64, likely(),
 * container_of() ...) in the kernel's way and lib/base in its own, so the two
 * never meet in one file: os.c alone includes lib/os, behind these calls in
 * plain C.
 *
 * The layer is a client of the process's malloc and of libc's threads, like
 * any program.  None of it runs, and no page of its data is touched, before a
 * program calls it.
 */
#ifndef PF_KENV_KENV_H
#define PF_KENV_KENV_H

#include <stdbool.h>
#include <stdint.h>

struct rcu_head;
struct task_struct;
struct timer_list;

/* Sleep while *@word is @value, @ms milliseconds at most; wake up to @count. */
void kenv_wait(uint32_t *word, uint32_t value);
void kenv_wait_ms(uint32_t *word, uint32_t value, unsigned int ms);
void kenv_wake(uint32_t *word, int count);

/* A turn of a loop that waits for another thread, from 0. */
void kenv_wait_turn(unsigned int round);

int kenv_thread_id(void);
void kenv_stack(void); /* on stderr, if wanted */
_Noreturn void kenv_abort(void);

/* A lock's word: free, or its holder and whether somebody sleeps. */
void kenv_lock(uint32_t *word, const char *what);
bool kenv_trylock(uint32_t *word);
void kenv_unlock(uint32_t *word, const char *what);
bool kenv_is_mine(const uint32_t *word);

/* @function for each task of the process, in the order of their making. */
void kenv_for_each_task(void (*function)(struct task_struct *task, void *arg),
			void *arg);

/* The thread behind *@thread, which runs @main for ever: started if need be. */
void kenv_service(struct task_struct **thread, int (*main)(void *unused),
		  const char *name);

/*
 * fork() takes all locks before, in the order of this list, and gives them up
 * in the parent.  The child has one thread: each file forgets the others there.
 */
void workqueue_fork_prepare(void);
void workqueue_fork_parent(void);
void workqueue_fork_child(void);
void timer_fork_prepare(void);
void timer_fork_parent(void);
void timer_fork_child(void);
void rcu_fork_prepare(void);
void rcu_fork_parent(void);
void rcu_fork_child(void);
void module_fork_prepare(void);
void module_fork_done(void);
void percpu_fork_prepare(void);
void percpu_fork_done(void);
void kthread_fork_prepare(void);
void kthread_fork_done(void);
void printk_fork_prepare(void);
void printk_fork_done(void);
void once_fork_child(void);
void wait_fork_child(void);

/* In fork's child: the thread of @task is not here; who stops it goes on. */
void kthread_is_lost(struct task_struct *task);

/* There, too: the timer is armed no more, or call_rcu() has forgotten it. */
void kenv_delayed_work_lost(struct timer_list *timer);
void kenv_rcu_work_lost(struct rcu_head *head);

/* queue_rcu_work()'s function of call_rcu(). */
void kenv_rcu_work_ready(struct rcu_head *head);

/*
 * Under their locks: whether their thread is about to put a work on its list,
 * for which it needs the work queues' lock.  It is short, so fork waits for it.
 */
bool timer_hands_work_on(void);
bool rcu_hands_work_on(void);

/* The calling thread's task, if it has one yet: safe anywhere. */
struct task_struct *kenv_task(void);

/* The calling thread's task is @task, which no exit of the thread frees. */
void kenv_become(struct task_struct *task);
struct task_struct *kenv_task_new(void);
void kenv_thread_ends(struct task_struct *task);

/* All of @text on stderr; errno is kept. */
void kenv_write(const char *text, unsigned long len);

#endif
