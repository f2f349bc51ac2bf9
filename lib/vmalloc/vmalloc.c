/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.c - large ranges, contiguous in addresses only
 *
 * What it does.  A request above 4 MiB gets a range of addresses of its own; so do
 * one above 1 MiB for which free frames do not lie side by side, and a page block
 * that outgrows its place.  Behind it lie pages from home and fresh memory, in any
 * order:
 *
 *	| pages from home       | fresh memory | pages from home | fresh ...  |
 *	va_start                                                         + bytes
 *
 * Pages from home.  Warm free blocks of the zone hold memory that is there
 * already.  Their pages are moved to the area by mremap(), which changes page
 * tables and copies nothing: 0.04 ms for 32 MiB, where touching 32 MiB of new
 * memory costs 21 ms in page faults.  The block's own addresses stay mapped
 * and empty (MREMAP_DONTUNMAP).  vfree moves the pages home the same way.
 * Small blocks do not pay: a move costs about what 16 faults cost, so only
 * blocks from HOME_MIN_ORDER up are taken from the zone.
 *
 * A page block that grows by realloc and has no room becomes an area: its pages
 * move there, and its frames are their homes.
 *
 * Short areas, up to 4 MiB, are many, and come and go.  What is new in them has a
 * home from the beginning, cold frames of the zone, but for a rest of less than 128
 * KiB: else each would leave a mapping and 4 MiB of addresses behind.  They grow by
 * 256 KiB, for which one block can be the home.
 *
 * In a longer area fresh memory has no home.  When 128 KiB or more of it are freed
 * they are given one: the mapping is moved to addresses of the direct map that
 * nobody uses, and its frames are the zone's from then on.  So large frees serve
 * the next small requests, and the other way round.
 *
 * Lazily freed areas.  Most programs that free a large array want one like it
 * again.  So the last few areas that were freed stay as they are, and serve a
 * request that they are long enough for; a much longer one sends its end home.
 * They are purged, oldest first, when anybody else needs memory: an area that
 * none of them fits, and the zone before it takes memory that costs page
 * faults (zone->recall).  And when nobody has needed them for a decay period.
 * A short one that was resized goes home at once: what grows starts small again.
 *
 * Addresses are handed out in units of 4 MiB, lowest first.  units[u] is the
 * area that unit u belongs to, so that an address finds its area by a shift.
 * An area is followed by at least one unit of nothing: its guard.
 *
 * A longer one that grows in small steps grows by 256 KiB, too, while there are
 * warm blocks: so much can be moved there, and what is not used costs addresses.
 *
 * Huge pages.  In a heap of 32 MiB and more fresh memory comes in pieces of 2
 * MiB, where these are fast (page/span.c): one page fault instead of 512.  Not
 * where zeros were asked for: such arrays may be tables of which little is ever
 * touched.
 *
 * Invariants, walked by vmalloc_check():
 *	1. All units of an area point at it, and to no other.
 *	2. The blocks on area->homes are PAGE_LENT, in the order of their
 *	   offsets in the area, apart from each other, and add up to home_bytes.
 *	3. The last one ends within bytes; bytes <= (nr_units - 1) * 4 MiB.
 *	4. zone_normal.recall is set while there are lazily freed areas.
 *
 * Falling back.  Without MREMAP_DONTUNMAP (Linux before 5.7, or a filter that
 * refuses it), near vm.max_map_count (each block moved is a mapping of its
 * own), or where mremap fails for any other reason, memory is mapped fresh.
 *
 * Locking.  vmalloc's lock; the zone's inside it.
 * Not here.  Which sizes are areas' (kmem/).
 */
#include "vmalloc/vmalloc.h"

#include <errno.h>
#include <string.h>

#include "buddy/zone.h"
#include "os/conf.h"
#include "os/lock.h"
#include "os/os.h"
#include "os/report.h"
#include "slab/sheaf.h"

#define UNIT_SHIFT 22
#define UNIT_BYTES (1UL << UNIT_SHIFT)

#define HOME_MIN_ORDER 5
#define HOME_MIN_BYTES (PAGE_SIZE << HOME_MIN_ORDER)

static_assert(HOME_MIN_ORDER >= LISTED_ORDER, "");

/* Areas that grow in small steps grow by so much. */
#define GROWTH_BYTES KIB(256)

/* Lazily freed areas that are kept.  One that is longer than wanted by a
 * sixteenth is good enough. */
#define MAX_LAZY   16
#define LAZY_SLACK 16

/* Blocks in areas at a time; the system allows 65530 mappings by default. */
#define MAX_LENT_BLOCKS 16384

/* The table of units lies at the start of the range, mapped as it is used. */
#define TABLE_STEP KIB(64)

/* Marks units at which somebody else has mapped something. */
static struct vmap_area foreign;

static struct {
	struct lock lock;
	struct list_head areas;
	struct list_head lazy;	 /* freed areas, the last one first */
	struct list_head unused; /* records of areas that are gone */
	size_t table_bytes;	 /* mapped */
	size_t lowest_free;	 /* no unit below this one is free */
	size_t nr_areas;
	size_t nr_lazy;
	u64 lazy_since_ms; /* the oldest one's freed_ms */
	size_t bytes;	   /* of all areas, lazily freed ones too */
	size_t nr_lent;	   /* blocks on the homes lists */
	bool cannot_move;  /* MREMAP_DONTUNMAP was refused as unknown */
} vm = {
	.lock = LOCK_INIT(LOCK_RANK_VMALLOC),
};

static struct vmap_area **units(void)
{
	return (struct vmap_area **)vmalloc_start;
}

static size_t nr_units(void)
{
	return (size_t)(vmalloc_end - vmalloc_start) >> UNIT_SHIFT;
}

static size_t addr_to_unit(const void *addr)
{
	return (size_t)((const char *)addr - vmalloc_start) >> UNIT_SHIFT;
}

static char *unit_to_addr(size_t unit)
{
	return vmalloc_start + (unit << UNIT_SHIFT);
}

static bool extend_table(size_t unit)
{
	while ((unit + 1) * sizeof(struct vmap_area *) > vm.table_bytes) {
		if (span_map(vmalloc_start + vm.table_bytes, TABLE_STEP))
			return false;
		store_release(&vm.table_bytes, vm.table_bytes + TABLE_STEP);
	}
	return true;
}

struct vmap_area *find_vmap_area(const void *addr)
{
	size_t unit = addr_to_unit(addr);
	struct vmap_area *area;

	if (!is_vmalloc_addr(addr) ||
	    (unit + 1) * sizeof(area) > load_acquire(&vm.table_bytes))
		return NULL;
	area = load_acquire(&units()[unit]);
	return area == &foreign ? NULL : area;
}

/* Free units in a row from @unit on, up to @wanted; the table covers them. */
static size_t free_run(size_t unit, size_t wanted)
{
	size_t n = 0;

	while (n < wanted && !units()[unit + n])
		n++;
	return n;
}

/* The lowest @nr free units whose first address is aligned; or 0. */
static size_t find_units(size_t nr, size_t align)
{
	size_t unit = vm.lowest_free;

	while (unit + nr <= nr_units()) {
		size_t aligned = addr_to_unit(
			(char *)align_up((uintptr_t)unit_to_addr(unit), align));
		size_t n;

		if (aligned + nr > nr_units() ||
		    !extend_table(aligned + nr - 1))
			return 0;
		n = free_run(aligned, nr);
		if (n == nr)
			return aligned;
		unit = aligned + n + 1;
	}
	return 0;
}

static void set_units(size_t unit, size_t nr, struct vmap_area *area)
{
	size_t i;

	for (i = 0; i < nr; i++)
		store_release(&units()[unit + i], area);
	if (!area && unit < vm.lowest_free)
		vm.lowest_free = unit;
	else if (area && unit == vm.lowest_free)
		vm.lowest_free = unit + nr;
}

/* Units for @bytes, and one to guard them. */
static size_t units_for(size_t bytes)
{
	return ((bytes + UNIT_BYTES - 1) >> UNIT_SHIFT) + 1;
}

/*
 * A block that consists of several mappings cannot be moved by one call.  That
 * comes from fresh memory that found its home at the start of a block; one new
 * mapping over all of it, and the next time it can.
 */
static bool heal(struct page *page, size_t bytes)
{
	if (os_map_over(page_to_virt(page), bytes))
		return false;
	zone_free_lent(&zone_normal, page, false);
	return true;
}

/* After os_move_pages() has failed: whether to try that again, ever. */
static void note_refusal(int err)
{
	BUG_ON(err == -EIO); /* a hole in what the user shall get */
	if (err == -EINVAL || err == -ENOSYS || err == -EPERM)
		WRITE_ONCE(vm.cannot_move, true);
}

/* For as many frames as @bytes have, the largest block that is not larger. */
static unsigned int order_within(size_t bytes)
{
	size_t nr_pages = bytes >> PAGE_SHIFT;

	return nr_pages >= MAX_ORDER_NR_PAGES ? MAX_PAGE_ORDER
					      : ilog2(nr_pages);
}

static bool is_short(const struct vmap_area *area)
{
	return area->bytes <= ZONE_BLOCK_BYTES;
}

static void add_home(struct vmap_area *area, struct page *page, size_t offset)
{
	page->area_offset = offset;
	list_add_tail(&page->link, &area->homes);
	area->home_bytes += PAGE_SIZE << page->order;
	WRITE_ONCE(vm.nr_lent, vm.nr_lent + 1);
}

static struct page *take_warm(unsigned int max_order)
{
	return zone_take_warm_block(&zone_normal, HOME_MIN_ORDER, max_order);
}

static struct page *take_cold(unsigned int order)
{
	return zone_take_cold_block(&zone_normal, order, HOME_MIN_ORDER);
}

static void remove_home(struct vmap_area *area, struct page *page)
{
	list_del(&page->link);
	area->home_bytes -= PAGE_SIZE << page->order;
	WRITE_ONCE(vm.nr_lent, vm.nr_lent - 1);
}

/*
 * Blocks of the zone that @take finds into the area from @offset on, as many as
 * fit before @end; fresh memory is mapped there.  Return: the bytes that are still
 * fresh.  *@is_clean turns false when an attempt failed, which may have left pages
 * of the zone in them.
 */
static size_t bring_homes(struct vmap_area *area, size_t offset, size_t end,
			  struct page *(*take)(unsigned int max_order),
			  bool *is_clean)
{
	while (!vm.cannot_move && vm.nr_lent < MAX_LENT_BLOCKS) {
		struct page *page;
		size_t bytes;
		int err;

		if (end - offset < HOME_MIN_BYTES)
			break;
		page = take(order_within(end - offset));
		if (!page)
			break;
		bytes = PAGE_SIZE << page->order;
		err = os_move_pages(page_to_virt(page), area->va_start + offset,
				    bytes);
		if (err == -EFAULT && heal(page, bytes))
			continue;
		if (err) {
			note_refusal(err);
			zone_free_lent(&zone_normal, page, true);
			*is_clean = false;
			break;
		}
		add_home(area, page, offset);
		offset += bytes;
	}
	return end - offset;
}

static void set_bytes(struct vmap_area *area, size_t bytes)
{
	vm.bytes += bytes - area->bytes;
	area->bytes = bytes;
}

static size_t end_of_home(const struct page *page)
{
	return page->area_offset + (PAGE_SIZE << page->order);
}

static int move_home(const struct vmap_area *area, struct page *first,
		     size_t bytes)
{
	return os_move_pages(area->va_start + first->area_offset,
			     page_to_virt(first), bytes);
}

/* A block's pages go home from where they are, or have gone: @err is 0. */
static void end_loan(struct vmap_area *area, struct page *page, int err)
{
	remove_home(area, page);
	if (err && err != -EIO)
		err = move_home(area, page, PAGE_SIZE << page->order);
	/*
	 * Refused: the pages are lost with the area.  A part of them may have
	 * moved, so the frames are not known to be empty.  With nothing mapped
	 * there they stay lent.
	 */
	if (err != -EIO)
		zone_free_lent(&zone_normal, page, true);
}

/* The first of the blocks up to @last that lie side by side in the area and at
 * home, from @offset on. */
static struct page *first_of_run(const struct vmap_area *area,
				 struct page *last, size_t offset)
{
	for (;;) {
		struct page *prev =
			list_last_entry(&last->link, struct page, link);

		if (&prev->link == &area->homes || prev->area_offset < offset ||
		    end_of_home(prev) != last->area_offset ||
		    prev + (1UL << prev->order) != last)
			return last;
		last = prev;
	}
}

/* Where possible by one call. */
static void send_home(struct vmap_area *area, struct page *first,
		      struct page *last)
{
	size_t bytes = end_of_home(last) - first->area_offset;
	int err = first == last ? -EAGAIN : move_home(area, first, bytes);

	while (first != last) {
		struct page *page = first;

		first = list_first_entry(&first->link, struct page, link);
		end_loan(area, page, err);
	}
	end_loan(area, last, err);
}

/*
 * Fresh memory gets a home, if there is one to be had.  A piece that is too
 * small to be moved to an area again does not: each would take a whole block
 * of addresses, and a program that takes and frees 4.5 MB in a circle leaves
 * such a piece every time.  Nor does what a short area has.
 */
static void settle_fresh(struct vmap_area *area, size_t offset, size_t end)
{
	if (end - offset >= HOME_MIN_BYTES && !is_short(area))
		zone_adopt_pages(&zone_normal, area->va_start + offset,
				 end - offset);
}

/* A block becomes two homes. */
static void halve_home(struct page *page)
{
	struct page *half = zone_split_lent(&zone_normal, page);

	half->area_offset = end_of_home(page);
	list_add(&half->link, &page->link);
	WRITE_ONCE(vm.nr_lent, vm.nr_lent + 1);
}

/*
 * Give back the area's memory behind @offset; up to 128 KiB stay of a block that
 * lies across it.  What was not moved away is unmapped; in a reservation the whole
 * range turns into bare addresses again.
 */
static void cut(struct vmap_area *area, size_t offset)
{
	size_t end = area->bytes;

	while (!list_is_empty(&area->homes)) {
		struct page *last =
			list_last_entry(&area->homes, struct page, link);
		size_t last_end = end_of_home(last);
		struct page *first;

		if (last_end > offset && last->area_offset < offset) {
			if (last->order > HOME_MIN_ORDER) {
				halve_home(last);
				continue;
			}
			offset = last_end;
		}
		if (last_end <= offset)
			break;
		settle_fresh(area, last_end, end);
		first = first_of_run(area, last, offset);
		end = first->area_offset;
		send_home(area, first, last);
	}
	settle_fresh(area, offset, end);
	if (area->bytes > offset)
		span_unmap(area->va_start + offset, area->bytes - offset);
	set_bytes(area, offset);
}

static void list_area(struct vmap_area *area)
{
	area->was_resized = false;
	list_add(&area->link, &vm.areas);
	vm.nr_areas++;
}

static void unlist_area(struct vmap_area *area)
{
	list_del(&area->link);
	vm.nr_areas--;
}

static bool recall(u32 min_age_ms);

static struct vmap_area *oldest_lazy(void)
{
	if (list_is_empty(&vm.lazy))
		return NULL;
	return list_last_entry(&vm.lazy, struct vmap_area, link);
}

/* After each change of the list. */
static void note_oldest_lazy(void)
{
	struct vmap_area *oldest = oldest_lazy();

	if (oldest)
		WRITE_ONCE(vm.lazy_since_ms, oldest->freed_ms);
	WRITE_ONCE(zone_normal.recall, oldest ? recall : NULL);
}

static void list_lazy(struct vmap_area *area)
{
	area->is_lazy = true;
	area->freed_ms = os_now_ms();
	list_add(&area->link, &vm.lazy);
	WRITE_ONCE(vm.nr_lazy, vm.nr_lazy + 1);
	note_oldest_lazy();
}

static void unlist_lazy(struct vmap_area *area)
{
	area->is_lazy = false;
	list_del(&area->link);
	WRITE_ONCE(vm.nr_lazy, vm.nr_lazy - 1);
	note_oldest_lazy();
}

/* Nothing is left of @area but its record. */
static void destroy(struct vmap_area *area)
{
	cut(area, 0);
	set_units(addr_to_unit(area->va_start), area->nr_units, NULL);
	list_add(&area->link, &vm.unused);
}

static void purge(struct vmap_area *area)
{
	unlist_lazy(area);
	destroy(area);
}

/* Where there are too many: the oldest, but short ones are soon made again. */
static void purge_cheapest(void)
{
	struct vmap_area *area, *cheapest = NULL;

	list_for_each_entry(area, &vm.lazy, link) {
		if (is_short(area) || !cheapest || !is_short(cheapest))
			cheapest = area;
	}
	purge(cheapest);
}

static bool purge_oldest(void)
{
	struct vmap_area *area = oldest_lazy();

	if (area)
		purge(area);
	return area;
}

static bool is_due(u64 since_ms, u32 min_age_ms)
{
	return !min_age_ms || os_now_ms() - since_ms >= min_age_ms;
}

/* zone_normal.recall */
static bool recall(u32 min_age_ms)
{
	struct vmap_area *area;
	bool purged = false;

	if (!is_due(READ_ONCE(vm.lazy_since_ms), min_age_ms))
		return false;
	lock_acquire(&vm.lock);
	area = oldest_lazy();
	if (area && is_due(area->freed_ms, min_age_ms)) {
		size_t nr_pages = area->bytes >> PAGE_SHIFT;

		purge(area);
		if (min_age_ms)
			zone_note_unneeded(&zone_normal, nr_pages);
		purged = true;
	}
	lock_release(&vm.lock);
	return purged;
}

/*
 * Claim @bytes of new mapped addresses, and those of lazily freed areas where
 * there are no others.  Return: the first unit, or 0.
 */
static size_t claim(size_t bytes, size_t align, size_t nr)
{
	for (;;) {
		size_t unit = find_units(nr, align);
		int err = unit ? span_map(unit_to_addr(unit), bytes) : -ENOMEM;

		if (!err)
			return unit;
		if (err == -EEXIST)
			set_units(unit, nr, &foreign);
		else if (!purge_oldest())
			return 0;
	}
}

static bool wants_huge(void)
{
	size_t nr_pages = READ_ONCE(zone_normal.nr_present) -
			  READ_ONCE(zone_normal.nr_lent);

	return span_wants_huge(vm.bytes + (nr_pages << PAGE_SHIFT));
}

/* New memory of the area from @offset on: what there is, else fresh. */
static bool fill(struct vmap_area *area, size_t offset, bool may_be_huge)
{
	bool is_clean = true;
	size_t before = area->home_bytes;
	size_t fresh;

	do {
		fresh = bring_homes(area, offset, area->bytes, take_warm,
				    &is_clean);
		offset = area->bytes - fresh;
	} while (fresh >= HOME_MIN_BYTES && purge_oldest());
	if (fresh)
		zone_make_room(&zone_normal, fresh >> PAGE_SHIFT,
			       HOME_MIN_ORDER);
	if (is_short(area))
		bring_homes(area, offset, area->bytes, take_cold, &is_clean);
	else if (fresh >= HUGE_BYTES && may_be_huge && wants_huge())
		os_advise_huge(area->va_start + area->bytes - fresh, fresh,
			       true);
	return is_clean && area->home_bytes == before;
}

void vmalloc_init(void)
{
	size_t table = nr_units() * sizeof(struct vmap_area *);

	list_init(&vm.areas);
	list_init(&vm.lazy);
	list_init(&vm.unused);
	/* The table itself comes first. */
	vm.lowest_free = (table + UNIT_BYTES - 1) >> UNIT_SHIFT;
}

static bool acquire_pool(struct lock *lock)
{
	lock_acquire(lock);
	return true;
}

static struct vmap_area *new_record(void)
{
	struct vmap_area *area = NULL;

	lock_acquire(&vm.lock);
	if (!list_is_empty(&vm.unused)) {
		area = list_first_entry(&vm.unused, struct vmap_area, link);
		list_del(&area->link);
	}
	lock_release(&vm.lock);
	return area ? area : sheaf_area_alloc(sizeof(*area), acquire_pool);
}

void vmalloc_reset(void)
{
	lock_reset_orphan(&vm.lock);
}

static void shrink(struct vmap_area *area, size_t bytes)
{
	size_t nr;

	cut(area, bytes);
	nr = units_for(area->bytes);
	set_units(addr_to_unit(area->va_start) + nr, area->nr_units - nr, NULL);
	area->nr_units = nr;
}

/* Lazily freed areas in the way of one that grows. */
static void purge_units(size_t unit, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		struct vmap_area *area = units()[unit + i];

		if (area && area->is_lazy)
			purge(area);
	}
}

static bool grow_in_place(struct vmap_area *area, size_t bytes)
{
	size_t unit = addr_to_unit(area->va_start);
	size_t old_bytes = area->bytes;
	size_t nr = units_for(bytes);
	size_t old = area->nr_units;

	if (nr > old) {
		if (unit + nr > nr_units() || !extend_table(unit + nr - 1))
			return false;
		purge_units(unit + old, nr - old);
		if (free_run(unit + old, nr - old) < nr - old)
			return false;
	}
	if (span_map(area->va_start + area->bytes, bytes - area->bytes))
		return false;
	if (nr > old)
		set_units(unit + old, nr - old, area);
	area->nr_units = max_size(nr, old);
	set_bytes(area, bytes);
	fill(area, old_bytes, true);
	return true;
}

static bool is_much_longer(const struct vmap_area *area, size_t bytes)
{
	return area->bytes - bytes > bytes / LAZY_SLACK;
}

/* The shortest lazily freed area that will do, or NULL. */
static struct vmap_area *find_lazy(size_t bytes, size_t align)
{
	struct vmap_area *area, *best = NULL;

	list_for_each_entry(area, &vm.lazy, link) {
		if (area->bytes < bytes || (uintptr_t)area->va_start % align)
			continue;
		if (!best || area->bytes < best->bytes)
			best = area;
	}
	return best;
}

/*
 * Cut @area down to about @bytes.  Where 128 KiB are too many the last block goes
 * home as a whole, and other memory comes for it.  Return: false when that cannot
 * be had.
 */
static bool shorten(struct vmap_area *area, size_t bytes)
{
	if (!is_much_longer(area, bytes))
		return true;
	shrink(area, bytes);
	if (!is_much_longer(area, bytes))
		return true;
	shrink(area,
	       list_last_entry(&area->homes, struct page, link)->area_offset);
	return grow_in_place(area, bytes);
}

static struct vmap_area *reuse_lazy(size_t bytes, size_t align)
{
	struct vmap_area *area;

	if (!READ_ONCE(vm.nr_lazy))
		return NULL;
	lock_acquire(&vm.lock);
	area = find_lazy(bytes, align);
	if (area) {
		unlist_lazy(area);
		if (shorten(area, bytes)) {
			list_area(area);
		} else {
			destroy(area);
			area = NULL;
		}
	}
	lock_release(&vm.lock);
	return area;
}

/* @area is new, and has nothing yet but its addresses. */
static void start_area(struct vmap_area *area, size_t unit, size_t nr,
		       size_t bytes)
{
	area->va_start = unit_to_addr(unit);
	area->bytes = 0;
	set_bytes(area, bytes);
	area->home_bytes = 0;
	area->nr_units = nr;
	list_init(&area->homes);
	list_area(area);
	set_units(unit, nr, area);
}

static struct vmap_area *new_area(size_t bytes, size_t align, bool *is_zero)
{
	struct vmap_area *area = new_record();
	size_t nr = units_for(bytes);
	size_t unit;

	if (!area)
		return NULL;
	lock_acquire(&vm.lock);
	unit = claim(bytes, align, nr);
	if (!unit) {
		list_add(&area->link, &vm.unused);
		lock_release(&vm.lock);
		return NULL;
	}
	start_area(area, unit, nr, bytes);
	*is_zero = fill(area, 0, !*is_zero);
	lock_release(&vm.lock);
	return area;
}

void *vmalloc_bytes(size_t bytes, size_t align, bool *is_zero)
{
	struct vmap_area *area;

	bytes = align_up(bytes, os_page_size());
	if (align < UNIT_BYTES)
		align = UNIT_BYTES;
	if (units_for(bytes) > nr_units())
		return NULL;
	area = reuse_lazy(bytes, align);
	if (area)
		*is_zero = false;
	else
		area = new_area(bytes, align, is_zero);
	return area ? area->va_start : NULL;
}

static bool stays_whole(const struct vmap_area *area)
{
	return pf_conf.decay_ms && area->bytes >= HOME_MIN_BYTES &&
	       !(is_short(area) && area->was_resized);
}

void vfree_area(struct vmap_area *area)
{
	lock_acquire(&vm.lock);
	unlist_area(area);
	if (stays_whole(area)) {
		if (vm.nr_lazy == MAX_LAZY)
			purge_cheapest();
		list_lazy(area);
	} else {
		destroy(area);
	}
	lock_release(&vm.lock);
}

static bool is_zero(const char *p, size_t bytes)
{
	const u64 *word = (const u64 *)p;
	size_t i;

	for (i = 0; i < bytes / sizeof(*word); i++) {
		if (word[i])
			return false;
	}
	return true;
}

/*
 * The move of a range failed.  Since Linux 6.17 a part of several mappings may
 * have moved by then: that is at @to already, and at @from there is nothing any
 * more, or zeros.  What has not moved are zeros at @to.
 */
static void copy_what_is_left(char *to, char *from, size_t bytes)
{
	bool is_whole = os_is_mapped(from, bytes);
	size_t step = os_page_size();
	size_t i;

	for (i = 0; i < bytes; i += step) {
		if ((is_whole || os_is_mapped(from + i, step)) &&
		    !is_zero(from + i, step))
			memcpy(to + i, from + i, step);
	}
}

static void move_fresh(char *to, char *from, size_t bytes)
{
	if (bytes && span_move(from, to, bytes))
		copy_what_is_left(to, from, bytes);
}

/*
 * Move all that is mapped to @to, where as much is mapped already.  A piece
 * that cannot be moved is copied, and is fresh memory then.
 */
static void move_area(struct vmap_area *area, char *to)
{
	char *from = area->va_start;
	struct page *page, *next;
	size_t done = 0;

	list_for_each_entry_safe(page, next, &area->homes, link) {
		size_t offset = page->area_offset;

		move_fresh(to + done, from + done, offset - done);
		done = end_of_home(page);
		if (span_move(from + offset, to + offset, done - offset) == 0)
			continue;
		copy_what_is_left(to + offset, from + offset, done - offset);
		send_home(area, page, page);
	}
	move_fresh(to + done, from + done, area->bytes - done);
	area->va_start = to;
}

/* Arrays that grow go on growing: room for half as much again.  Return: the
 * first of @*nr units, or 0. */
static size_t claim_room(size_t bytes, size_t *nr)
{
	size_t unit;

	*nr = units_for(bytes + bytes / 2);
	unit = claim(bytes, UNIT_BYTES, *nr);
	if (unit)
		return unit;
	*nr = units_for(bytes);
	return claim(bytes, UNIT_BYTES, *nr);
}

static bool grow_elsewhere(struct vmap_area *area, size_t bytes)
{
	size_t old_unit = addr_to_unit(area->va_start);
	size_t old_nr = area->nr_units, old_bytes = area->bytes;
	char *from = area->va_start;
	size_t nr;
	size_t unit = claim_room(bytes, &nr);

	if (!unit)
		return false;
	set_units(unit, nr, area);
	area->nr_units = nr;
	move_area(area, unit_to_addr(unit));
	span_unmap(from, old_bytes);
	set_units(old_unit, old_nr, NULL);
	set_bytes(area, bytes);
	fill(area, old_bytes, true);
	return true;
}

/* The length that an array gets which has to grow to @bytes: a short one in blocks
 * that can be moved to an area again. */
static size_t room_for(size_t old_bytes, size_t bytes)
{
	if (bytes <= ZONE_BLOCK_BYTES)
		return min_size(
			old_bytes + align_up(bytes - old_bytes, GROWTH_BYTES),
			ZONE_BLOCK_BYTES);
	if (wants_huge())
		return align_up(bytes, HUGE_BYTES);
	if (READ_ONCE(zone_normal.nr_free[WARM]))
		return max_size(bytes, old_bytes + GROWTH_BYTES);
	return bytes;
}

size_t vmalloc_slack(const struct vmap_area *area)
{
	return !is_short(area) && wants_huge() ? HUGE_BYTES : GROWTH_BYTES;
}

void *vmalloc_resize(struct vmap_area *area, size_t bytes, bool may_move)
{
	void *addr = NULL;

	bytes = align_up(bytes, os_page_size());
	if (units_for(bytes) > nr_units())
		return NULL;
	lock_acquire(&vm.lock);
	if (bytes > area->bytes)
		bytes = room_for(area->bytes, bytes);
	if (bytes <= area->bytes) {
		shrink(area, bytes);
		addr = area->va_start;
	} else if (grow_in_place(area, bytes) ||
		   (may_move && grow_elsewhere(area, bytes))) {
		addr = area->va_start;
	}
	area->was_resized |= addr != NULL;
	lock_release(&vm.lock);
	return addr;
}

/* The frames of a block are homes at the start of @area now. */
static void lend_block(struct vmap_area *area, struct page *page, size_t nr)
{
	size_t offset = 0;

	while (nr) {
		unsigned int order = order_at(page_to_pfn(page), nr);

		zone_lend_block(&zone_normal, page, order);
		add_home(area, page, offset);
		page += 1UL << order;
		offset += PAGE_SIZE << order;
		nr -= 1UL << order;
	}
}

/* The pages of a block, which lie side by side, to the start of @area. */
static void move_block(struct vmap_area *area, struct page *page, size_t nr)
{
	char *from = page_to_virt(page);
	int err;

	lend_block(area, page, nr);
	err = os_move_pages(from, area->va_start, nr << PAGE_SHIFT);
	if (!err)
		return;
	note_refusal(err);
	copy_what_is_left(area->va_start, from, nr << PAGE_SHIFT);
	while (!list_is_empty(&area->homes)) {
		page = list_first_entry(&area->homes, struct page, link);
		remove_home(area, page);
		zone_free_lent(&zone_normal, page, true);
	}
}

bool vmalloc_can_move(void)
{
	return !READ_ONCE(vm.cannot_move) &&
	       READ_ONCE(vm.nr_lent) < MAX_LENT_BLOCKS;
}

static bool is_worth_an_area(const struct page *page, size_t bytes)
{
	return vmalloc_can_move() &&
	       (VMALLOC_HAS_ROOM || bytes > ZONE_BLOCK_BYTES) &&
	       ((uintptr_t)page_to_virt(page) | page->nr << PAGE_SHIFT) %
			       os_page_size() ==
		       0;
}

void *vmalloc_from_block(struct page *page, size_t bytes)
{
	struct vmap_area *area = new_record();
	size_t nr_pages = page->nr;
	size_t unit = 0, nr;

	if (!area)
		return NULL;
	lock_acquire(&vm.lock);
	bytes = room_for(nr_pages << PAGE_SHIFT,
			 align_up(bytes, os_page_size()));
	if (units_for(bytes) <= nr_units() && is_worth_an_area(page, bytes))
		unit = claim_room(bytes, &nr);
	if (unit) {
		start_area(area, unit, nr, bytes);
		area->was_resized = true;
		move_block(area, page, nr_pages);
		fill(area, nr_pages << PAGE_SHIFT, true);
	} else {
		list_add(&area->link, &vm.unused);
	}
	lock_release(&vm.lock);
	return unit ? unit_to_addr(unit) : NULL;
}

void vmalloc_get_stats(struct vmalloc_stats *stats)
{
	struct vmap_area *area;

	*stats = (struct vmalloc_stats){0};
	lock_acquire(&vm.lock);
	list_for_each_entry(area, &vm.areas, link) {
		stats->bytes += area->bytes;
		stats->home_bytes += area->home_bytes;
	}
	list_for_each_entry(area, &vm.lazy, link)
		stats->lazy_bytes += area->bytes;
	stats->nr_areas = vm.nr_areas;
	lock_release(&vm.lock);
}

static void check_area(struct vmap_area *area, struct check_report *report)
{
	size_t unit = addr_to_unit(area->va_start);
	size_t home_bytes = 0, end = 0;
	struct page *page;
	size_t i;

	for (i = 0; i < area->nr_units; i++)
		CHECK(units()[unit + i] == area, report, area);
	list_for_each_entry(page, &area->homes, link) {
		CHECK(page->type == PAGE_LENT, report, page);
		CHECK(page->area_offset >= end, report, page);
		end = end_of_home(page);
		home_bytes += PAGE_SIZE << page->order;
	}
	CHECK(home_bytes == area->home_bytes, report, area);
	CHECK(end <= area->bytes, report, area);
	CHECK(area->bytes <= (area->nr_units - 1) * UNIT_BYTES, report, area);
}

bool vmalloc_check(struct check_report *report)
{
	struct vmap_area *area;

	lock_acquire(&vm.lock);
	list_for_each_entry(area, &vm.areas, link) {
		CHECK(!area->is_lazy, report, area);
		check_area(area, report);
	}
	list_for_each_entry(area, &vm.lazy, link) {
		CHECK(area->is_lazy, report, area);
		check_area(area, report);
	}
	CHECK(!zone_normal.recall == list_is_empty(&vm.lazy), report, &vm);
	lock_release(&vm.lock);
	return check_report_clean(report);
}
