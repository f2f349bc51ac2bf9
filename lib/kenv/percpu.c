/* SPDX-License-Identifier: MIT */
/*
 * percpu.c - copies of variables, one a CPU; a thread is a CPU
 *
 * Allocated variables.  Each is NR_CPUS pieces of UNIT bytes apart, in one
 * mapping that the system fills when it is touched:
 *
 *	base   cpu 0 | cpu 1 | ...  | cpu 255
 *	        + offset of the variable in its piece
 *
 * so a pointer is cpu 0's copy, and cpu n's lies n * UNIT behind it.  Pieces are
 * cut from the front, and cleared and kept in a list by size when they are
 * given back.
 *
 * Variables of DEFINE_PER_CPU lie in a section of the program or shared object.
 * The section itself is nobody's copy but the pattern: an area, found by the
 * section's address, has a copy for each CPU, made when it is first asked for.
 */
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/string.h>

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "kenv/kenv.h"

#define UNIT	  (1UL << 20) /* bytes for each CPU's allocated variables */
#define MAX_ALIGN 4096UL

struct area {
	struct area *next;
	char *start;
	char *copies[NR_CPUS];
};

/* A piece that is in use or free; the list is in the order of addresses. */
struct piece {
	struct piece *next;
	unsigned long offset;
	unsigned long size;
	bool is_used;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct area *areas;
static struct piece *pieces;
static char *base;

void percpu_fork_prepare(void)
{
	pthread_mutex_lock(&lock);
}

void percpu_fork_done(void)
{
	pthread_mutex_unlock(&lock);
}

static struct area *find_area(const char *start)
{
	struct area *area = __atomic_load_n(&areas, __ATOMIC_ACQUIRE);

	while (area && area->start != start)
		area = area->next;
	return area;
}

/* The lock is held. */
static char *make_copy(char *start, unsigned int cpu, size_t size)
{
	struct area *area = find_area(start);
	char *copy;

	if (!area) {
		area = calloc(1, sizeof(*area));
		if (!area)
			panic("no memory for per-cpu variables");
		area->start = start;
		area->next = areas;
		__atomic_store_n(&areas, area, __ATOMIC_RELEASE);
	}
	copy = area->copies[cpu];
	if (copy)
		return copy;
	if (posix_memalign((void **)&copy, 64, ALIGN(size, 64)))
		panic("no memory for per-cpu variables");
	memcpy(copy, start, size);
	__atomic_store_n(&area->copies[cpu], copy, __ATOMIC_RELEASE);
	return copy;
}

void *pf_per_cpu_ptr(const void *ptr, unsigned int cpu, char *start, char *stop)
{
	unsigned long offset = (unsigned long)ptr - (unsigned long)start;
	struct area *area;
	char *copy;

	BUG_ON(cpu >= NR_CPUS);
	if (!start || (const char *)ptr < start || (const char *)ptr >= stop)
		return (char *)(unsigned long)ptr + cpu * UNIT;
	area = find_area(start);
	copy = area ? __atomic_load_n(&area->copies[cpu], __ATOMIC_ACQUIRE)
		    : NULL;
	if (unlikely(!copy)) {
		pthread_mutex_lock(&lock);
		copy = make_copy(start, cpu, (size_t)(stop - start));
		pthread_mutex_unlock(&lock);
	}
	return copy + offset;
}

static bool map_base(void)
{
	void *addr;

	if (base)
		return true;
	addr = mmap(NULL, NR_CPUS * UNIT, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (addr == MAP_FAILED)
		return false;
	pieces = calloc(1, sizeof(*pieces));
	if (!pieces) {
		munmap(addr, NR_CPUS * UNIT);
		return false;
	}
	pieces->size = UNIT;
	base = addr;
	return true;
}

/* @piece keeps @size bytes, and a new one has what is behind. */
static bool split(struct piece *piece, unsigned long size)
{
	struct piece *rest;

	if (piece->size == size)
		return true;
	rest = calloc(1, sizeof(*rest));
	if (!rest)
		return false;
	rest->next = piece->next;
	rest->offset = piece->offset + size;
	rest->size = piece->size - size;
	piece->next = rest;
	piece->size = size;
	return true;
}

static struct piece *take_piece(unsigned long size, unsigned long align)
{
	struct piece *piece;

	for (piece = pieces; piece; piece = piece->next) {
		unsigned long gap = ALIGN(piece->offset, align) - piece->offset;

		if (piece->is_used || piece->size < gap + size)
			continue;
		if (gap) {
			if (!split(piece, gap))
				return NULL;
			piece = piece->next;
		}
		if (!split(piece, size))
			return NULL;
		piece->is_used = true;
		return piece;
	}
	return NULL;
}

void *pf_alloc_percpu(size_t size, size_t align)
{
	struct piece *piece = NULL;

	if (WARN(!size || size > UNIT || !align || align & (align - 1) ||
			 align > MAX_ALIGN,
		 "illegal size (%zu) or align (%zu) for percpu allocation\n",
		 size, align))
		return NULL;
	pthread_mutex_lock(&lock);
	if (map_base())
		piece = take_piece(ALIGN(size, 8), max(align, (size_t)8));
	pthread_mutex_unlock(&lock);
	return piece ? base + piece->offset : NULL;
}

static void merge_with_next(struct piece *piece)
{
	struct piece *next = piece->next;

	if (piece->is_used || !next || next->is_used)
		return;
	piece->size += next->size;
	piece->next = next->next;
	free(next);
}

/* Of every CPU, for_each_possible_cpu() gives them all; what is 0 stays 0. */
static void clear_copies(const struct piece *piece)
{
	unsigned int cpu;

	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		char *copy = base + cpu * UNIT + piece->offset;

		if (!mem_is_zero(copy, piece->size))
			memset(copy, 0, piece->size);
	}
}

void pf_free_percpu(void *ptr)
{
	unsigned long offset = (unsigned long)ptr - (unsigned long)base;
	struct piece *before = NULL;
	struct piece *piece;

	if (!ptr)
		return;
	pthread_mutex_lock(&lock);
	for (piece = pieces; piece && piece->offset != offset;
	     piece = piece->next)
		before = piece;
	if (!piece || !piece->is_used)
		panic("free_percpu() of %p, which alloc_percpu() did not give",
		      ptr);
	clear_copies(piece);
	piece->is_used = false;
	merge_with_next(piece);
	if (before)
		merge_with_next(before);
	pthread_mutex_unlock(&lock);
}
