/* SPDX-License-Identifier: MIT */
/*
 * pagemap.h - the lock of a page frame
 *
 * Of the page cache there is the lock alone: PG_locked, whose waiters sleep.
 */
#ifndef PFMALLOC_LINUX_PAGEMAP_H
#define PFMALLOC_LINUX_PAGEMAP_H

#include <linux/highmem.h>
#include <linux/mm.h>

pf_api void pf_lock_page(struct page *page);
pf_api void pf_unlock_page(struct page *page);

static inline int trylock_page(struct page *page)
{
	return !test_and_set_bit_lock(PG_locked,
				      pf_page_flags(compound_head(page)));
}

static inline void lock_page(struct page *page)
{
	pf_lock_page(page);
}

static inline void unlock_page(struct page *page)
{
	pf_unlock_page(page);
}

static inline bool folio_trylock(struct folio *folio)
{
	return trylock_page(&folio->page);
}

static inline void folio_lock(struct folio *folio)
{
	pf_lock_page(&folio->page);
}

static inline void folio_unlock(struct folio *folio)
{
	pf_unlock_page(&folio->page);
}

#endif
