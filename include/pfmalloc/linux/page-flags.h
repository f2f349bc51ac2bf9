/* SPDX-License-Identifier: MIT */
/*
 * page-flags.h - what a client says of its frame, and compound pages
 *
 * The flags are the client's alone, but for PG_head, and nothing happens when
 * they are set: lock_page() is in <linux/pagemap.h>.  They are 0 in a new
 * frame.  Which frames belong together is in the allocator's members of struct
 * page.
 */
#ifndef PFMALLOC_LINUX_PAGE_FLAGS_H
#define PFMALLOC_LINUX_PAGE_FLAGS_H

#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/mm_types.h>

enum pageflags {
	PG_locked,
	PG_writeback,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_head,
	PG_waiters,
	PG_active,
	PG_workingset,
	PG_owner_priv_1,
	PG_owner_2,
	PG_arch_1,
	PG_reserved,
	PG_private,
	PG_private_2,
	PG_reclaim,
	PG_swapbacked,
	PG_unevictable,
	PG_mlocked,
	PG_error,
	__NR_PAGEFLAGS,
	PG_checked = PG_owner_priv_1,
	PG_mappedtodisk = PG_owner_2,
};

#define PF_PAGE_HEAD 2 /* in page->pf_state */

static inline int PageTail(const struct page *page)
{
	return (int)(READ_ONCE(page->compound_head) & 1);
}

static inline int PageHead(const struct page *page)
{
	return !!(READ_ONCE(page->pf_state) & PF_PAGE_HEAD);
}

static inline int PageCompound(const struct page *page)
{
	return PageHead(page) || PageTail(page);
}

static inline unsigned long pf_compound_head(const struct page *page)
{
	unsigned long head = READ_ONCE(page->compound_head);

	return head & 1 ? head - 1 : (unsigned long)page;
}

/* A const page has a const head. */
#define compound_head(page) ((__typeof__(page))pf_compound_head(page))
#define page_folio(p) \
	(_Generic((p),                                            \
		 const struct page *: (const struct folio *)      \
				      pf_compound_head(p),        \
		 struct page *: (struct folio *)pf_compound_head(p)))
#define folio_page(folio, n) (&(folio)->page + (n))

/* 0, too, for a single frame and for a tail. */
static inline unsigned int compound_order(const struct page *page)
{
	return PageHead(page) ? page->pf_order : 0;
}

static inline unsigned long compound_nr(const struct page *page)
{
	return 1UL << compound_order(page);
}

static inline unsigned int folio_order(const struct folio *folio)
{
	return compound_order(&folio->page);
}

static inline long folio_nr_pages(const struct folio *folio)
{
	return (long)compound_nr(&folio->page);
}

/*
 * Page, SetPage, ClearPage, TestSetPage, TestClearPage, and with underscores
 * not atomic; the same for folios.
 */
#define PF_PAGEFLAG(Name, name)                                            \
	static inline int Page##Name(const struct page *page)              \
	{                                                                  \
		return test_bit(PG_##name, pf_page_flags(page));           \
	}                                                                  \
	static inline void SetPage##Name(struct page *page)                \
	{                                                                  \
		set_bit(PG_##name, pf_page_flags(page));                   \
	}                                                                  \
	static inline void ClearPage##Name(struct page *page)              \
	{                                                                  \
		clear_bit(PG_##name, pf_page_flags(page));                 \
	}                                                                  \
	static inline void __SetPage##Name(struct page *page)              \
	{                                                                  \
		__set_bit(PG_##name, pf_page_flags(page));                 \
	}                                                                  \
	static inline void __ClearPage##Name(struct page *page)            \
	{                                                                  \
		__clear_bit(PG_##name, pf_page_flags(page));               \
	}                                                                  \
	static inline int TestSetPage##Name(struct page *page)             \
	{                                                                  \
		return test_and_set_bit(PG_##name, pf_page_flags(page));   \
	}                                                                  \
	static inline int TestClearPage##Name(struct page *page)           \
	{                                                                  \
		return test_and_clear_bit(PG_##name, pf_page_flags(page)); \
	}                                                                  \
	static inline bool folio_test_##name(const struct folio *folio)    \
	{                                                                  \
		return Page##Name(&folio->page);                           \
	}                                                                  \
	static inline void folio_set_##name(struct folio *folio)           \
	{                                                                  \
		SetPage##Name(&folio->page);                               \
	}                                                                  \
	static inline void folio_clear_##name(struct folio *folio)         \
	{                                                                  \
		ClearPage##Name(&folio->page);                             \
	}                                                                  \
	static inline bool folio_test_set_##name(struct folio *folio)      \
	{                                                                  \
		return TestSetPage##Name(&folio->page);                    \
	}                                                                  \
	static inline bool folio_test_clear_##name(struct folio *folio)    \
	{                                                                  \
		return TestClearPage##Name(&folio->page);                  \
	}

/* clang-format off */
PF_PAGEFLAG(Locked, locked)
PF_PAGEFLAG(Writeback, writeback)
PF_PAGEFLAG(Referenced, referenced)
PF_PAGEFLAG(Uptodate, uptodate)
PF_PAGEFLAG(Dirty, dirty)
PF_PAGEFLAG(LRU, lru)
PF_PAGEFLAG(Active, active)
PF_PAGEFLAG(Workingset, workingset)
PF_PAGEFLAG(OwnerPriv1, owner_priv_1)
PF_PAGEFLAG(Checked, checked)
PF_PAGEFLAG(MappedToDisk, mappedtodisk)
PF_PAGEFLAG(Reserved, reserved)
PF_PAGEFLAG(Private, private)
PF_PAGEFLAG(Private2, private_2)
PF_PAGEFLAG(Reclaim, reclaim)
PF_PAGEFLAG(SwapBacked, swapbacked)
PF_PAGEFLAG(Unevictable, unevictable)
PF_PAGEFLAG(Mlocked, mlocked)
PF_PAGEFLAG(Error, error)
/* clang-format on */

static inline int page_has_private(struct page *page)
{
	return PagePrivate(page) || PagePrivate2(page);
}

#define PageHighMem(page) (pf_page_zonenum(page) == 2)

#endif
