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

struct task_struct;

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

/* The calling thread's task is @task, which no exit of the thread frees. */
void kenv_become(struct task_struct *task);
struct task_struct *kenv_task_new(void);

/* All of @text on stderr; errno is kept. */
void kenv_write(const char *text, unsigned long len);

#endif
