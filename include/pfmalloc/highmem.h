/* SPDX-License-Identifier: MIT */
/*
 * highmem.h - addresses, for a while, for frames that have none
 *
 * A frame of ZONE_HIGHMEM is mapped when it is used.  All of these calls take
 * frames of the other zones, too, and give their permanent addresses.
 * <pfmalloc/linux/highmem.h> has the kernel's names, and what is built on them.
 */
#ifndef PFMALLOC_HIGHMEM_H
#define PFMALLOC_HIGHMEM_H

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct page;

/**
 * pf_kmap - map a frame for all threads
 * @page: a frame
 *
 * The window has 1024 places.  A frame that is mapped already gets the same
 * address once more.  When all places are taken, the call sleeps until another
 * thread gives one up.  Not for signal handlers.  Return: the address, until as
 * many calls of pf_kunmap().
 */
void *pf_kmap(struct page *page);

/* Takes the page, not the address.  The mapping may live on, unused. */
void pf_kunmap(struct page *page);

/**
 * pf_kmap_local_page - map a frame for the calling thread
 * @page: a frame
 *
 * A thread has 16 places, given up in the opposite order.  Does not sleep; safe
 * in a signal handler, if the thread has called it before.  Return: the
 * address, for this thread alone, until pf_kunmap_local().
 */
void *pf_kmap_local_page(const struct page *page);

/* @addr: any address in the page that this thread mapped last. */
void pf_kunmap_local(const void *addr);

/* The frame that one of the calls above shows at @addr. */
struct page *pf_kmap_to_page(const void *addr);

/* Take the places of pf_kmap() that nobody uses out of the address space. */
void pf_kmap_flush_unused(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
