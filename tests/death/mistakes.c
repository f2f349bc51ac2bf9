/* SPDX-License-Identifier: MIT */
/*
 * mistakes.c - a program that makes one mistake, chosen by name
 *
 *	mistakes double_free_at_once
 *
 * Each mistake says which address it is about ("culprit 0x...") and what it is
 * about to do, commits it, and prints "survived" should nothing have stopped
 * it.  death.c runs them and knows how each must end.
 */
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SMALL = 64,
	PAGES = 20 << 10, /* 5 page frames */
	LARGE = 32 << 20,
	NR_OTHERS = 1024, /* frees of a class that surely flush a sheaf */
};

static void *others[NR_OTHERS];

/* The compiler must not see that what follows is a mistake. */
static void *hidden(void *p)
{
	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

static void *culprit(void *p)
{
	char line[64];
	int size = snprintf(line, sizeof(line), "culprit %#lx\n",
			    (unsigned long)(uintptr_t)p);

	if (write(STDOUT_FILENO, line, (size_t)size) != size)
		_exit(99);
	return hidden(p);
}

static void take_others(size_t size)
{
	int i;

	for (i = 0; i < NR_OTHERS; i++)
		others[i] = hidden(malloc(size));
}

static void free_others(void)
{
	int i;

	for (i = 0; i < NR_OTHERS; i++)
		free(others[i]);
}

static void *filled(size_t size)
{
	void *p = malloc(size);

	memset(p, 1, size);
	return hidden(p);
}

/* Its name must stand in the call stack of the report. */
__attribute__((noipa, visibility("default"))) void
function_with_the_mistake(void *p);

void function_with_the_mistake(void *p)
{
	free(hidden(p));
	__asm__ volatile(""); /* no tail call: this frame must exist */
}

static void double_free_at_once(void)
{
	void *p = culprit(malloc(SMALL));

	free(p);
	free(hidden(p));
}

static void double_free_of_a_tiny_object(void)
{
	void *p = culprit(malloc(1));

	free(p);
	free(hidden(p));
}

static void double_free_of_a_large_object(void)
{
	void *p = culprit(malloc(5000));

	free(p);
	free(hidden(p));
}

static void double_free_a_b_a(void)
{
	void *a = culprit(malloc(SMALL));
	void *b = hidden(malloc(SMALL));

	free(a);
	free(b);
	free(hidden(a));
}

static void double_free_with_a_call_stack(void)
{
	void *p = culprit(malloc(SMALL));

	function_with_the_mistake(p);
	function_with_the_mistake(p);
}

/* By delete, sized: the same object, another door. */
static void double_delete(void)
{
	void (*delete)(void *, size_t);
	void *p = culprit(malloc(SMALL));

	*(void **)&delete = dlsym(RTLD_DEFAULT,
				  sizeof(size_t) == 8 ? "_ZdlPvm" : "_ZdlPvj");
	if (!delete)
		_exit(77);
	delete (p, SMALL);
	delete (hidden(p), SMALL);
}

static void double_free_caught_at_the_flush(void)
{
	void *p;
	int i;

	take_others(SMALL);
	p = culprit(malloc(SMALL));
	free(p);
	for (i = 0; i < 10; i++)
		free(others[i]);
	free(hidden(p));
	for (; i < NR_OTHERS; i++)
		free(others[i]);
}

static void *free_it(void *p)
{
	free(p);
	return NULL;
}

static void double_free_across_threads(void)
{
	pthread_t thread;
	void *p;

	take_others(SMALL);
	p = culprit(malloc(SMALL));
	pthread_create(&thread, NULL, free_it, p);
	pthread_join(thread, NULL);
	free(hidden(p));
	free_others();
	malloc_trim(0); /* the cache of the thread may lie there still */
}

static pthread_barrier_t both;

static void *free_it_and_stay(void *p)
{
	free(p);
	pthread_barrier_wait(&both);
	pthread_barrier_wait(&both);
	return NULL;
}

/* The first free still lies in the other thread's sheaf. */
static void double_free_while_the_other_thread_lives(void)
{
	pthread_t thread;
	void *p;

	take_others(SMALL);
	p = culprit(malloc(SMALL));
	pthread_barrier_init(&both, NULL, 2);
	pthread_create(&thread, NULL, free_it_and_stay, p);
	pthread_barrier_wait(&both);
	free(hidden(p));
	free_others();
	pthread_barrier_wait(&both);
	pthread_join(thread, NULL);
	malloc_trim(0);
}

static void free_of_page_block_twice(void)
{
	void *p = culprit(filled(PAGES));

	free(p);
	free(hidden(p));
}

static void free_of_large_area_twice(void)
{
	void *p = culprit(filled(LARGE));

	free(p);
	free(hidden(p));
}

static void free_inside_small(size_t offset)
{
	char *p;

	take_others(SMALL);
	p = hidden(malloc(SMALL));
	free(culprit(p + offset));
	free_others();
}

static void free_inside_a_small_object(void)
{
	free_inside_small(16);
}

static void free_of_a_small_object_off_by_8(void)
{
	free_inside_small(8);
}

static void free_of_a_small_object_off_by_1(void)
{
	free_inside_small(1);
}

static void free_inside_a_page_block(void)
{
	free(culprit((char *)filled(PAGES) + 4096));
}

static void free_inside_the_first_page_of_a_page_block(void)
{
	free(culprit((char *)filled(PAGES) + 16));
}

static void free_inside_a_large_area(void)
{
	free(culprit((char *)filled(LARGE) + (1 << 20)));
}

static void free_inside_the_first_page_of_a_large_area(void)
{
	free(culprit((char *)filled(LARGE) + 16));
}

/* Far behind the heap, in the part that never was handed out. */
static char *unused_part(void)
{
	uintptr_t p = (uintptr_t)filled(PAGES);

	return (char *)((p & ~(uintptr_t)4095) + (768 << 20));
}

static void free_of_unused_heap(void)
{
	free(culprit(unused_part()));
}

static void realloc_of_unused_heap(void)
{
	free(realloc(culprit(unused_part()), 10));
}

static void realloc_of_freed_page_block(void)
{
	void *p = culprit(filled(PAGES));

	free(p);
	free(realloc(hidden(p), 3 * PAGES));
}

static void realloc_of_freed_large_area(void)
{
	void *p = culprit(filled(LARGE));

	free(p);
	free(realloc(hidden(p), 2 * LARGE));
}

static void realloc_inside_a_page_block(void)
{
	free(realloc(culprit((char *)filled(PAGES) + 4096), 10));
}

static void realloc_inside_a_small_object(void)
{
	free(realloc(culprit((char *)filled(SMALL) + 16), 1000));
}

static void realloc_inside_a_large_area(void)
{
	free(realloc(culprit((char *)filled(LARGE) + 4096), 10));
}

static void usable_size_of_freed_page_block(void)
{
	void *p = culprit(filled(PAGES));

	free(p);
	malloc_usable_size(hidden(p));
}

static void usable_size_inside_a_page_block(void)
{
	malloc_usable_size(culprit((char *)filled(PAGES) + 4096));
}

static void usable_size_inside_a_small_object(void)
{
	malloc_usable_size(culprit((char *)filled(SMALL) + 16));
}

static void usable_size_inside_a_large_area(void)
{
	malloc_usable_size(culprit((char *)filled(LARGE) + 4096));
}

/* Both: what allocates between them may be given the block. */
static void *free_it_twice(void *p)
{
	free(p);
	free(hidden(p));
	return NULL;
}

static void mistake_in_a_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, free_it_twice, culprit(filled(PAGES)));
	pthread_join(thread, NULL);
}

static void mistake_without_stderr(void)
{
	void *p = culprit(filled(PAGES));

	close(STDERR_FILENO);
	free(p);
	free(hidden(p));
}

/* A handle of libc finds libc's own functions, not those before it. */
static void *libc_symbol(const char *name)
{
	void *libc = dlopen("libc.so.6", RTLD_NOW);
	void *symbol = libc ? dlsym(libc, name) : NULL;

	if (!symbol)
		_exit(99);
	return symbol;
}

static void *libc_malloc(size_t size)
{
	void *(*function)(size_t);

	*(void **)&function = libc_symbol("malloc");
	return hidden(function(size));
}

static void free_of_libc_memory(void)
{
	int i;

	free(culprit(libc_malloc(SMALL)));
	for (i = 0; i < 1000; i++) {
		free(hidden(libc_malloc(SMALL)));
		free(hidden(libc_malloc(PAGES)));
		free(hidden(libc_malloc(LARGE)));
	}
}

static void realloc_of_libc_memory(void)
{
	char *p = libc_malloc(SMALL);
	char *q;

	memset(p, 'x', SMALL);
	q = realloc(culprit(p), 3 * PAGES);
	if (!q || q[0] != 'x' || q[SMALL - 1] != 'x')
		_exit(98);
	q[3 * PAGES - 1] = 1;
	free(q);
	if (realloc(culprit(libc_malloc(SMALL)), 0))
		_exit(97);
}

static void usable_size_of_libc_memory(void)
{
	size_t (*function)(void *);
	void *p = culprit(libc_malloc(1000));

	*(void **)&function = libc_symbol("malloc_usable_size");
	if (malloc_usable_size(p) != function(p) || function(p) < 1000)
		_exit(98);
	free(p);
}

static void free_of_the_stack(void)
{
	char buffer[64] __attribute__((aligned(16)));

	free(culprit(buffer));
}

static const struct {
	const char *name;
	void (*commit)(void);
} mistakes[] = {
#define MISTAKE(name)       \
	{                   \
#name, name \
	}
	MISTAKE(double_free_at_once),
	MISTAKE(double_free_of_a_tiny_object),
	MISTAKE(double_free_of_a_large_object),
	MISTAKE(double_free_a_b_a),
	MISTAKE(double_free_with_a_call_stack),
	MISTAKE(double_delete),
	MISTAKE(double_free_caught_at_the_flush),
	MISTAKE(double_free_across_threads),
	MISTAKE(double_free_while_the_other_thread_lives),
	MISTAKE(free_of_page_block_twice),
	MISTAKE(free_of_large_area_twice),
	MISTAKE(free_inside_a_small_object),
	MISTAKE(free_of_a_small_object_off_by_8),
	MISTAKE(free_of_a_small_object_off_by_1),
	MISTAKE(free_inside_a_page_block),
	MISTAKE(free_inside_the_first_page_of_a_page_block),
	MISTAKE(free_inside_a_large_area),
	MISTAKE(free_inside_the_first_page_of_a_large_area),
	MISTAKE(free_of_unused_heap),
	MISTAKE(realloc_of_unused_heap),
	MISTAKE(realloc_of_freed_page_block),
	MISTAKE(realloc_of_freed_large_area),
	MISTAKE(realloc_inside_a_page_block),
	MISTAKE(realloc_inside_a_small_object),
	MISTAKE(realloc_inside_a_large_area),
	MISTAKE(usable_size_of_freed_page_block),
	MISTAKE(usable_size_inside_a_page_block),
	MISTAKE(usable_size_inside_a_small_object),
	MISTAKE(usable_size_inside_a_large_area),
	MISTAKE(mistake_in_a_thread),
	MISTAKE(mistake_without_stderr),
	MISTAKE(free_of_libc_memory),
	MISTAKE(realloc_of_libc_memory),
	MISTAKE(usable_size_of_libc_memory),
	MISTAKE(free_of_the_stack),
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc == 2 && i < sizeof(mistakes) / sizeof(*mistakes);
	     i++) {
		if (strcmp(argv[1], mistakes[i].name))
			continue;
		mistakes[i].commit();
		if (write(STDOUT_FILENO, "survived\n", 9) != 9)
			_exit(99);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "none"))
		return 0;
	fprintf(stderr, "mistakes: no mistake of that name\n");
	return 99;
}
