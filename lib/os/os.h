/* SPDX-License-Identifier: MIT */
/*
 * os.h - everything that the library asks of the operating system's memory
 *
 * This header is the whole contract.  Each call returns 0 or -errno and leaves
 * errno as it was; none allocates, takes a lock or can come back into malloc.
 * Addresses and lengths are multiples of the machine's page size.
 */
#ifndef PF_OS_OS_H
#define PF_OS_OS_H

#include "base/compiler.h"
#include "base/types.h"

/* The machine's page size in bytes, at least PAGE_SIZE; read at run time. */
size_t os_page_size(void);

/* Addresses only, nothing behind them, anywhere: *@addr is set on success. */
int os_reserve(void **addr, size_t bytes);

/* Private zeroed memory at exactly @addr; -EEXIST where something is mapped. */
int os_map_new(void *addr, size_t bytes);

/* The same over a range that os_reserve() or os_map_new() gave us before. */
int os_map_over(void *addr, size_t bytes);

/* Memory back to bare addresses, for a range inside an os_reserve(). */
int os_unmap_to_reserve(void *addr, size_t bytes);

/* Memory and addresses back to the system. */
int os_unmap(void *addr, size_t bytes);

/*
 * Give the memory back and keep the mapping: the range reads as zeros
 * afterwards, and touching it costs a page fault each.
 */
int os_discard(void *addr, size_t bytes);

/*
 * Make the range read as zeros: any address, any length.  Where it looks as if
 * nobody had touched 64 KiB or more since they were zeros, they are discarded.
 */
void os_zero(void *addr, size_t bytes);

/*
 * Move the pages at @from to @to without copying, over whatever we had mapped
 * there.  @from stays mapped and empty.  -EINVAL before Linux 5.7.
 * -EIO: refused, and nothing is mapped at @to any more.
 */
int os_move_pages(void *from, void *to, size_t bytes);

/* The same where @from shall not stay mapped. */
int os_move_mapping(void *from, void *to, size_t bytes);

/* Whether every page of the range is mapped, by whomever; a system call. */
bool os_is_mapped(void *addr, size_t bytes);

/*
 * Whether this is a virtual machine that tells its host what memory is free: the
 * host takes such memory away, in blocks as large as huge pages.  Reads a file of
 * the system; what cannot be read says no.
 */
bool os_reports_free_memory(void);

/* Whether the system may back the range with huge pages (2 MiB on x86-64). */
int os_advise_huge(void *addr, size_t bytes, bool wanted);

/*
 * Pages that fault when they are touched, whatever was there, without a mapping
 * of their own; and pages that do not, and read as zeros.  -EINVAL before Linux
 * 6.13.
 */
int os_guard(void *addr, size_t bytes);
int os_unguard(void *addr, size_t bytes);

/* The same by a mapping of their own; what is there stays. */
int os_protect(void *addr, size_t bytes, bool may_access);

/* Processors that the system has, at least 1. */
unsigned int os_nr_cpus(void);

/* Milliseconds of a clock that never goes back; as cheap as a load or two. */
u64 os_now_ms(void);

/* 64 bits that differ from run to run (AT_RANDOM): no security hangs on them. */
u64 os_random(void);

#endif
