/* SPDX-License-Identifier: MIT */
/*
 * kernel-calls.h - loops of the kernel-style calls, for the benchmarks
 *
 * The kernel's headers are C, so the loops that are measured stand in a C file,
 * which is compiled as a client's is; kernel.cc names the rows.
 */
#ifndef BENCH_MICRO_KERNEL_CALLS_H
#define BENCH_MICRO_KERNEL_CALLS_H

#ifdef __cplusplus
extern "C" {
#endif

/* @arg: the row's number: bytes, an order, pages or objects. */
struct kernel_call {
	/*
	 * Takes some at a time and writes all of each: they must keep what was
	 * written.  Leaves what the loop needs.  Return: NULL, or a sentence.
	 */
	const char *(*begin)(unsigned long arg);

	/* Takes one, writes to it, gives it back: @n times. */
	const char *(*loop)(unsigned long arg, unsigned long n);

	/* Gives back what begin() left; NULL if that is nothing. */
	void (*end)(unsigned long arg);
};

extern const struct kernel_call kmalloc_calls;
extern const struct kernel_call kmalloc_atomic_calls;
extern const struct kernel_call cache_calls;
extern const struct kernel_call cache_ctor_calls;
extern const struct kernel_call cache_bulk_calls; /* one is @arg objects */
extern const struct kernel_call pages_calls;
extern const struct kernel_call vmalloc_calls;
extern const struct kernel_call vmap_calls;
extern const struct kernel_call kmap_highmem_calls;
extern const struct kernel_call kmap_lowmem_calls;

#ifdef __cplusplus
}
#endif

#endif
