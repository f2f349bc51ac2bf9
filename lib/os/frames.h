/* SPDX-License-Identifier: MIT */
/*
 * frames.h - memory with properties that malloc does not ask for
 *
 * How much there is, memory below 4 GiB, memory that stays where it is, memory
 * that can be seen at several addresses.  For lib/kapi.  Each call returns 0 or
 * -errno and leaves errno as it was.
 */
#ifndef PF_OS_FRAMES_H
#define PF_OS_FRAMES_H

#include "base/compiler.h"
#include "base/types.h"

/*
 * Bytes of memory that this process may have: those of the machine, of its
 * control group, or RLIMIT_AS, whichever is least.  Reads files in /proc and
 * /sys; at least 4 MiB.
 */
u64 os_memory_limit(void);

/*
 * Private zeroed memory below 4 GiB, of huge pages where the system keeps some:
 * *@addr is aligned to @bytes, which is a power of two.
 */
int os_map_low(void **addr, size_t bytes);

/* Keep the range in memory; it is filled with pages now.  -EPERM, -ENOMEM. */
int os_lock_memory(void *addr, size_t bytes);

/* Children of fork() have nothing there, and the range is not copied on write. */
int os_keep_from_children(void *addr, size_t bytes);

/*
 * The number of the machine's page frame behind @addr, in units of the
 * machine's page size.  -EPERM where the system does not tell, -ENOENT where
 * there is none.
 */
int os_frame_number(const void *addr, u64 *frame);

/*
 * Memory without an address: pages of a nameless file, which read as zeros and
 * take no room until they are written.  Closed by exec.
 *
 * A program that closes all descriptors, as daemons do, and opens a file may get
 * the number for it.  So each call looks first whether @fd is still the file
 * that was made: -EBADF if it is not, with nothing changed.
 */
struct os_memory_file {
	int fd;
	u64 device, inode;
};

int os_memory_file_make(struct os_memory_file *file);
bool os_memory_file_is_there(const struct os_memory_file *file);
int os_memory_file_extend(const struct os_memory_file *file, u64 bytes);

/* Show its page @page and those behind at @addr, over what we had there. */
int os_memory_file_map(void *addr, size_t bytes,
		       const struct os_memory_file *file, u64 page);

/* Give the memory of a range back; it reads as zeros again. */
int os_memory_file_discard(const struct os_memory_file *file, u64 offset,
			   u64 bytes);

#endif
