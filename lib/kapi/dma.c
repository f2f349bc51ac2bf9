/* SPDX-License-Identifier: MIT */
/*
 * dma.c - ZONE_DMA: frames that lie below 4 GiB and stay in memory
 *
 * 16 MiB, mapped by the first request for them, of huge pages where the system
 * keeps some for that (vm.nr_hugepages) or makes them by itself.  Their
 * addresses fit into 32 bits, in this process; where the machine has its frames
 * is another matter, and pf_page_to_phys() asks the system.  mlock() keeps them
 * there: a device that was told an address finds the same frame, as long as the
 * system does not move it to make room for huge pages
 * (vm.compact_unevictable_allowed).
 *
 * fork().  After it the first of the two that writes to a page gets another
 * frame.  That must not be the parent, whose device writes to the one that it
 * was told.  So children have nothing there (MADV_DONTFORK) and the frames stay
 * the parent's alone; a child maps memory of its own at the same addresses, which
 * is empty.  Its pages are in use as they were in the parent, their content is
 * zeros.
 *
 * Locking takes RLIMIT_MEMLOCK or a privilege.  Without it the zone works all
 * the same, unlocked, and a sentence says so.  A child locks its own memory when
 * it asks for some.
 *
 * Their records are taken by span_reserve_records(), in four whole blocks:
 *
 *	first record    + i * 4096 bytes of address  =  base + i * PAGE_SIZE
 *
 * Locking: zone_dma.lock.
 */
#include "kapi/zones.h"

#include <errno.h>

#include "buddy/buddy.h"
#include "os/frames.h"
#include "os/os.h"
#include "os/report.h"
#include "page/span.h"

#define DMA_BYTES  MIB(16)
#define DMA_PAGES  (DMA_BYTES >> PAGE_SHIFT)
#define DMA_BLOCKS (DMA_PAGES >> MAX_PAGE_ORDER)

static struct zone zone_dma = {
	.lock = LOCK_INIT(LOCK_RANK_ZONE),
	.name = "DMA",
};

static char *base;	   /* of the frames; NULL until there are any */
static struct page *first; /* record of the first one */
static bool is_refused;	   /* the system does not give any */
static bool is_locked;
static bool is_kept;   /* from children */
static u32 needs_lock; /* the child's own is not locked yet */
static bool is_gone;   /* a child, which could not map its own */

static void lock_in_memory(void)
{
	static const char sentence[] =
		"GFP_DMA: the system refuses to lock 16 MiB in memory, so "
		"these frames may be moved or swapped; raise RLIMIT_MEMLOCK "
		"(ulimit -l 16384)";

	is_locked = os_lock_memory(base, DMA_BYTES) == 0;
	if (!is_locked)
		report_line("%s", sentence);
}

static void advise(void)
{
	os_advise_huge(base, DMA_BYTES, true);
	is_kept = os_keep_from_children(base, DMA_BYTES) == 0;
}

/* The records come from the span, whose lock is below ours in rank. */
static struct page *make_records(void)
{
	struct page *page;

	lock_acquire(&zone_normal.lock);
	page = span_reserve_records(DMA_BLOCKS);
	lock_release(&zone_normal.lock);
	if (page && span_map_records(page, DMA_BLOCKS))
		page = NULL;
	return page;
}

static void come_online(void)
{
	static u32 is_starting;
	struct page *records;
	void *frames;
	size_t i;

	if (__atomic_exchange_n(&is_starting, 1, __ATOMIC_ACQUIRE))
		return;
	records = make_records();
	if (!records || os_map_low(&frames, DMA_BYTES)) {
		store_release(&is_refused, true);
		return;
	}
	base = frames;
	advise();
	lock_in_memory();
	lock_acquire(&zone_dma.lock);
	zone_init(&zone_dma);
	zone_dma.nr_present = DMA_PAGES;
	for (i = 0; i < DMA_BLOCKS; i++)
		buddy_free_locked(&zone_dma, records + (i << MAX_PAGE_ORDER),
				  MAX_PAGE_ORDER, WARM);
	lock_release(&zone_dma.lock);
	store_release(&first, records);
}

/* Others may be at it: their start takes a few milliseconds. */
static bool is_online(bool may_wait)
{
	unsigned int round;

	if (likely(load_acquire(&first)))
		return true;
	if (!may_wait)
		return false;
	come_online();
	for (round = 0; !load_acquire(&first); round++) {
		if (load_acquire(&is_refused))
			return false;
		os_wait_turn(round);
	}
	return true;
}

struct page *dma_alloc(unsigned int order, bool may_wait)
{
	struct page *page;

	if (!is_online(may_wait) || is_gone)
		return NULL;
	if (may_wait && unlikely(READ_ONCE(needs_lock)) &&
	    __atomic_exchange_n(&needs_lock, 0, __ATOMIC_RELAXED))
		lock_in_memory();
	if (may_wait)
		lock_acquire(&zone_dma.lock);
	else if (!lock_try_acquire(&zone_dma.lock))
		return NULL;
	page = buddy_alloc_locked(&zone_dma, order, WARM);
	lock_release(&zone_dma.lock);
	return page;
}

bool dma_try_free(struct page *page, size_t nr)
{
	if (is_gone)
		return true; /* the parent's: there is nothing here */
	if (!lock_try_acquire(&zone_dma.lock))
		return false;
	buddy_free_range_locked(&zone_dma, page_to_pfn(page), nr, WARM);
	lock_release(&zone_dma.lock);
	return true;
}

bool is_dma_page(const struct page *page)
{
	const struct page *records = load_acquire(&first);

	return records && page >= records && page < records + DMA_PAGES;
}

bool is_dma_addr(const void *addr)
{
	return load_acquire(&first) &&
	       (uintptr_t)addr - (uintptr_t)base < DMA_BYTES;
}

void *dma_page_to_virt(const struct page *page)
{
	return base + ((size_t)(page - first) << PAGE_SHIFT);
}

struct page *dma_virt_to_page(const void *addr)
{
	return first + ((size_t)((const char *)addr - base) >> PAGE_SHIFT);
}

void dma_range(const char **start, const char **end)
{
	bool is_there = load_acquire(&first) != NULL;

	*start = is_there ? base : NULL;
	*end = is_there ? base + DMA_BYTES : NULL;
}

/* Where the system has refused the advice there are copies already. */
void dma_fork_child(void)
{
	int err;

	lock_reset_orphan(&zone_dma.lock);
	if (!base)
		return;
	err = os_map_new(base, DMA_BYTES);
	if (err && (is_kept || err != -EEXIST)) {
		zone_forget_free(&zone_dma);
		is_gone = true;
		return;
	}
	advise();
	needs_lock = is_locked;
}

bool dma_check(struct check_report *report)
{
	if (!load_acquire(&first))
		return check_report_clean(report);
	lock_acquire(&zone_dma.lock);
	zone_check(&zone_dma, report);
	lock_release(&zone_dma.lock);
	return check_report_clean(report);
}
