/* SPDX-License-Identifier: MIT */
/*
 * poison.h - bytes and addresses that say "this is dead"
 *
 * The list poisons are no addresses on 64-bit machines, and below the lowest
 * page that Linux maps on 32-bit ones: whoever follows them faults at once.
 */
#ifndef PFMALLOC_LINUX_POISON_H
#define PFMALLOC_LINUX_POISON_H

#if __SIZEOF_LONG__ == 8
#define POISON_POINTER_DELTA 0xdead000000000000UL
#else
#define POISON_POINTER_DELTA 0UL
#endif

#define LIST_POISON1 ((void *)(0x100 + POISON_POINTER_DELTA))
#define LIST_POISON2 ((void *)(0x122 + POISON_POINTER_DELTA))

#define POISON_INUSE 0x5a
#define POISON_FREE  0x6b
#define POISON_END   0xa5
#define PAGE_POISON  0xaa

#endif
