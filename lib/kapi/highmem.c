/* SPDX-License-Identifier: MIT */
/*
 * highmem.c - ZONE_HIGHMEM: frames without a permanent address
 *
 * The frames are pages of a file without a name (memfd).  A window shows one at
 * an address for as long as it is needed (kmap.c, vmap areas), or at several at
 * once: it is the same memory.  So a 32-bit process uses more frames than it
 * has addresses, 64 bytes of record each.
 *
 * Blocks of 4 MiB come online one after another, lowest numbers first, and
 * their records with them.  Frame n of the zone is page n of the file:
 *
 *	NEW	 beyond nr_online: a number only
 *	ONLINE	 its frames are the buddy allocator's, or a client's
 *	RESTING	 all of it was free: its memory has gone back to the system, and
 *		 it waits for its next use on a list
 *
 * A few free blocks are kept, so that not every free costs a system call, and
 * none is given back by who frees, because that may be a signal handler.
 *
 * fork().  The file is shared memory: parent and child see each other's writes
 * to the frames that there are.  The child's allocator forgets the free ones,
 * and takes new frames from a file of its own, which its next block makes.
 *
 * A program may close the file, as daemons do that close all descriptors.  What
 * is mapped stays; nothing else of that file can be mapped any more, so the
 * allocator forgets the free frames in the same way, and the next block makes
 * another file.  A request that may not sleep makes no system call to find out:
 * it may get a frame that cannot be mapped, which ends in a sentence.
 *
 * Invariants, walked by highmem_check():
 *	1. The buddy's blocks are of the process's newest file: own_from or
 *	   above.
 *	2. Frames on its lists are below nr_online.
 * Locking: zone_high.lock.
 */
#include "kapi/zones.h"

#include <errno.h>

#include "buddy/buddy.h"
#include "os/frames.h"
#include "os/os.h"
#include "os/report.h"
#include "page/span.h"

/* Free frames that stay with us: 16 MiB. */
#define KEEP_PAGES (4 * MAX_ORDER_NR_PAGES)

/* Files: the process's, those that it has closed, and its ancestors'. */
#define MAX_FILES 16

#if UINTPTR_MAX > UINT32_MAX
#define MAX_BLOCKS (MAX_NR_FRAMES >> MAX_PAGE_ORDER >> 2) /* 256 GiB */
#else
#define MAX_BLOCKS ((size_t)4096) /* 16 GiB, whose records are 256 MiB */
#endif

static struct zone zone_high = {
	.lock = LOCK_INIT(LOCK_RANK_ZONE),
	.name = "HighMem",
};

static struct page *first; /* record of frame 0; NULL until there are any */
static size_t nr_blocks;   /* that have numbers */
static size_t nr_online;   /* whose records are mapped */
static size_t own_from;	   /* the first one of the newest file */
static struct list_head resting;

static struct {
	size_t first_block;
	struct os_memory_file file;
} files[MAX_FILES] pf_last;
static unsigned int nr_files;
static bool needs_file = true;
static bool must_forget; /* what is free, when the lock is taken next */

size_t highmem_max_pages(void)
{
	return os_page_size() == PAGE_SIZE ? MAX_BLOCKS << MAX_PAGE_ORDER : 0;
}

static size_t index_of(const struct page *page)
{
	return (size_t)(page - first);
}

/* Numbers for as many frames as the zone may have, or as there are. */
static void reserve_numbers(void)
{
	struct kapi_zone_info info;
	struct page *page = NULL;
	size_t nr;

	kapi_zone_info(KAPI_HIGHMEM, &info);
	nr = (info.managed + MAX_ORDER_NR_PAGES - 1) >> MAX_PAGE_ORDER;
	nr = min_size(nr, MAX_BLOCKS);
	lock_acquire(&zone_normal.lock);
	for (; nr; nr /= 2) {
		page = span_reserve_records(nr);
		if (page)
			break;
	}
	lock_release(&zone_normal.lock);
	nr_blocks = nr;
	zone_init(&zone_high);
	list_init(&resting);
	store_release(&first, page);
}

static bool open_file_locked(void)
{
	if (!needs_file)
		return true;
	if (nr_files == MAX_FILES)
		return false;
	if (os_memory_file_make(&files[nr_files].file))
		return false;
	files[nr_files].first_block = nr_online;
	store_release(&nr_files, nr_files + 1); /* others look at it */
	needs_file = false;
	return true;
}

/* A NEW block's records and its room in the file. */
static struct page *start_block_locked(void)
{
	struct page *page = first + (nr_online << MAX_PAGE_ORDER);
	u64 end = (u64)(nr_online + 1) * ZONE_BLOCK_BYTES;

	if (nr_online == nr_blocks || !open_file_locked() ||
	    os_memory_file_extend(&files[nr_files - 1].file, end) ||
	    span_map_records(page, 1))
		return NULL;
	WRITE_ONCE(nr_online, nr_online + 1); /* others look at it */
	return page;
}

static bool bring_block_locked(void)
{
	struct page *page;

	if (list_is_empty(&resting)) {
		page = start_block_locked();
		if (!page)
			return false;
	} else {
		page = list_first_entry(&resting, struct page, link);
		list_del(&page->link);
	}
	zone_high.nr_present += MAX_ORDER_NR_PAGES;
	buddy_free_locked(&zone_high, page, MAX_PAGE_ORDER, WARM);
	return true;
}

/* The memory of a free block to the system. */
static bool rest_block_locked(void)
{
	struct list_head *list =
		&zone_high.free_area[MAX_PAGE_ORDER].list[WARM];
	struct page *page;

	/* In a child that a handler has forked here it is the parent's. */
	if (list_is_empty(list) || READ_ONCE(must_forget))
		return false;
	page = list_last_entry(list, struct page, link);
	if (os_memory_file_discard(&files[nr_files - 1].file,
				   (u64)index_of(page) << PAGE_SHIFT,
				   ZONE_BLOCK_BYTES))
		return false;
	buddy_take_locked(&zone_high, page);
	zone_high.nr_present -= MAX_ORDER_NR_PAGES;
	list_add(&page->link, &resting);
	return true;
}

static bool is_started(bool may_wait)
{
	static u32 state; /* 0: not begun, 1: somebody is at it, 2: done */
	u32 not_begun = 0;
	unsigned int round;

	if (likely(load_acquire(&state) == 2))
		return first != NULL;
	if (!may_wait)
		return false;
	if (__atomic_compare_exchange_n(&state, &not_begun, 1, false,
					__ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
		reserve_numbers();
		store_release(&state, 2);
	}
	for (round = 0; load_acquire(&state) != 2; round++)
		os_wait_turn(round);
	return first != NULL;
}

/* The free frames are not ours any more, and what comes is a new file's. */
static void forget_file_locked(void)
{
	zone_forget_free(&zone_high);
	list_init(&resting);
	own_from = nr_online;
	needs_file = true;
}

static void forget_if_told_locked(void)
{
	if (unlikely(must_forget)) {
		must_forget = false;
		forget_file_locked();
	}
}

static void lock_zone(void)
{
	lock_acquire(&zone_high.lock);
	forget_if_told_locked();
}

static bool try_lock_zone(void)
{
	if (!lock_try_acquire(&zone_high.lock))
		return false;
	forget_if_told_locked();
	return true;
}

static void report_loss(const struct os_memory_file *file)
{
	report_line("the program has closed descriptor %d, which is not its "
		    "own: the pages of high memory behind it are lost; "
		    "closefrom(3) and the like belong before the first page",
		    file->fd);
}

static void look_for_file_locked(void)
{
	if (needs_file || os_memory_file_is_there(&files[nr_files - 1].file))
		return;
	report_loss(&files[nr_files - 1].file);
	forget_file_locked();
}

struct page *highmem_alloc(unsigned int order, bool may_wait)
{
	struct page *page;

	if (!is_started(may_wait))
		return NULL;
	if (may_wait)
		lock_zone();
	else if (!try_lock_zone())
		return NULL;
	if (may_wait)
		look_for_file_locked();
	page = buddy_alloc_locked(&zone_high, order, WARM);
	if (!page && may_wait && bring_block_locked())
		page = buddy_alloc_locked(&zone_high, order, WARM);
	lock_release(&zone_high.lock);
	return page;
}

bool highmem_try_free(struct page *page, size_t nr)
{
	if (!try_lock_zone())
		return false;
	/* Others are lost, or an ancestor's, which may be using them. */
	if (index_of(page) >> MAX_PAGE_ORDER >= own_from)
		buddy_free_range_locked(&zone_high, page_to_pfn(page), nr,
					WARM);
	lock_release(&zone_high.lock);
	return true;
}

void highmem_tidy(void)
{
	if (!load_acquire(&first) || READ_ONCE(zone_high.nr_free[WARM]) <=
					     KEEP_PAGES + MAX_ORDER_NR_PAGES)
		return;
	lock_zone();
	while (zone_high.nr_free[WARM] > KEEP_PAGES && rest_block_locked())
		;
	lock_release(&zone_high.lock);
}

bool is_highmem_page(const struct page *page)
{
	const struct page *records = load_acquire(&first);

	return records && page >= records &&
	       page < records + (READ_ONCE(nr_online) << MAX_PAGE_ORDER);
}

int highmem_map(void *addr, const struct page *page)
{
	size_t index = index_of(page);
	unsigned int i = load_acquire(&nr_files) - 1;
	int err;

	while (files[i].first_block > index >> MAX_PAGE_ORDER)
		i--;
	err = os_memory_file_map(addr, PAGE_SIZE, &files[i].file, index);
	if (err == -EBADF)
		report_loss(&files[i].file);
	return err;
}

void highmem_fork_child(void)
{
	lock_reset_orphan(&zone_high.lock);
	if (!first)
		return;
	/* Not now where a handler forks that has interrupted who holds it. */
	if (zone_high.lock.word)
		must_forget = true;
	else
		forget_file_locked();
}

bool highmem_check(struct check_report *report)
{
	unsigned int order;
	struct page *page;

	if (!load_acquire(&first))
		return check_report_clean(report);
	lock_zone();
	zone_check(&zone_high, report);
	for_each_order(order) {
		list_for_each_entry(
			page, &zone_high.free_area[order].list[WARM], link) {
			size_t block = index_of(page) >> MAX_PAGE_ORDER;

			CHECK(block >= own_from, report, page);
			CHECK(block < nr_online, report, page);
		}
	}
	lock_release(&zone_high.lock);
	return check_report_clean(report);
}
