/* SPDX-License-Identifier: MIT */
/*
 * span.c - where page frames come from: whole blocks of the direct map
 *
 * What it does.  Frames come online in blocks of 2^10 (4 MiB), lowest
 * addresses first.  A block is in one of these states:
 *
 *	OFFLINE  addresses only; nothing is mapped
 *	IDLE     mapped, nothing behind it, nobody uses it
 *	ONLINE   its frames belong to the zone
 *	FOREIGN  somebody else has mapped something there; never touched
 *
 * Choosing the addresses.  The direct map, the vmalloc area and the emergency
 * range want 10 TiB of addresses in one piece.  They are not reserved: a range
 * between 17 and 25 TiB is taken, which the kernel hands to nobody who does not
 * ask for it (it places mappings from the top of the address space downward, or
 * upward from a third of it, 42 TiB, under `ulimit -s unlimited`), and every
 * mapping is made with MAP_FIXED_NOREPLACE.  So the virtual size of a process
 * is what it uses, a limit on the address space (RLIMIT_AS) counts memory and
 * not plans, and it may be lowered while the program runs.
 *
 * Where that range cannot be mapped (sanitizers and valgrind keep it for
 * themselves, 32-bit systems do not have it), a smaller one is reserved
 * wherever the kernel likes, halving the size until it is granted.
 *
 * Metadata comes online before the frames that it describes, for 64 blocks
 * (256 MiB) at a time: addresses and accounting, no memory until touched.
 *
 * Huge pages.  Blocks of a heap that is not small want them, from the first
 * touch on.  The kernel's khugepaged looks for more all the time: wherever one
 * small page is left in 2 MiB that want a huge one, it fills the rest up.  So a
 * block of which pieces go back to the system, or to a vmap area, wants none any
 * more until all of it is free.
 *
 * Locking.  zone->lock, held by the caller; span_init() runs alone.
 * Not here.  Blocks smaller than 4 MiB (buddy/), vmap areas (vmalloc/).
 */
#include "page/span.h"

#include <errno.h>

#include "os/conf.h"
#include "os/os.h"
#include "os/report.h"

enum block_state {
	OFFLINE,
	IDLE,
	ONLINE,
	FOREIGN
};

#define NR_BLOCKS	(MAX_NR_FRAMES >> MAX_PAGE_ORDER)
#define METADATA_BLOCKS MAP_GROUP_BLOCKS /* whose metadata comes together */
#define MAX_MAP_BLOCKS	16 /* blocks mapped by one call, at most */

/* Blocks that may differ from their neighbours in what they want; each costs two
 * of the process's mappings (vm.max_map_count, 65530) at most. */
#define MAX_SMALL_BLOCKS 8192

/* Up to here a heap is small, and small pages keep it so. */
#define LARGE_HEAP MIB(32)

/*
 * Before span_init() the fast paths must find empty sheaves and a limit of 0:
 * index 0 of the sheaf area is then the last word of this constant.
 */
static void *const empty_sheaf[SHEAF_SLOTS]
	__attribute__((aligned(SHEAF_BYTES)));

struct direct_map direct_map = {
	.base = (char *)empty_sheaf,
};

char *vmalloc_start;
char *vmalloc_end;
char *emergency_start;
char *emergency_end;

static struct {
	size_t first;	     /* number of the first block of frames */
	size_t end;	     /* first one that has never been online */
	size_t limit;	     /* one behind the last */
	size_t metadata_end; /* blocks whose metadata is mapped, exclusive */
	size_t lowest_idle;  /* no IDLE block is below this one */
	size_t nr_idle;
	size_t nr_small;  /* blocks that no longer want huge pages */
	bool is_reserved; /* the addresses are ours by os_reserve() */
} span;

/* By the distance from span.first. */
static struct {
	u8 state : 6;	 /* enum block_state */
	u8 is_huge : 1;	 /* backed by huge pages, where there are any */
	u8 is_small : 1; /* it was, until a part of it went back */
} blocks[NR_BLOCKS] pf_last;

static enum block_state state_of(size_t block)
{
	return (enum block_state)blocks[block - span.first].state;
}

static void set_state(size_t block, enum block_state state)
{
	blocks[block - span.first].state = (u8)state & 0x3f;
}

int span_map(void *addr, size_t bytes)
{
	return span.is_reserved ? os_map_over(addr, bytes)
				: os_map_new(addr, bytes);
}

void span_unmap(void *addr, size_t bytes)
{
	if (span.is_reserved)
		os_unmap_to_reserve(addr, bytes);
	else
		os_unmap(addr, bytes);
}

int span_move(void *from, void *to, size_t bytes)
{
	/* In a reservation no hole must open: anybody's mmap could fall in. */
	return span.is_reserved ? os_move_pages(from, to, bytes)
				: os_move_mapping(from, to, bytes);
}

static struct page *block_to_page(size_t block)
{
	return pfn_to_page((pfn_t)(block << MAX_PAGE_ORDER));
}

static size_t page_to_block(const struct page *page)
{
	return page_to_pfn(page) >> MAX_PAGE_ORDER;
}

static void *block_to_virt(size_t block)
{
	return pfn_to_virt((pfn_t)(block << MAX_PAGE_ORDER));
}

/* Metadata is touched here and there: a huge page would be mostly waste. */
static void keep_small_pages(void *addr, size_t bytes)
{
	os_advise_huge(addr, bytes, false);
}

/* Byte map, mem_map and block maps for blocks up to @block. */
static int map_metadata(size_t block)
{
	size_t from = span.metadata_end << MAX_PAGE_ORDER;
	union map_group *group =
		direct_map.map_groups +
		(span.metadata_end - span.first) / METADATA_BLOCKS;
	size_t nr_blocks = METADATA_BLOCKS, nr;
	int err;

	if (block < span.metadata_end)
		return 0;
	if (nr_blocks > span.limit - span.metadata_end)
		nr_blocks = span.limit - span.metadata_end;
	nr = nr_blocks << MAX_PAGE_ORDER;
	err = span_map(group, sizeof(*group));
	if (err)
		return err;
	err = span_map(byte_map() + from, nr);
	if (err)
		goto out_group;
	err = span_map(direct_map.mem_map + from, nr * sizeof(struct page));
	if (err)
		goto out_bytes;
	keep_small_pages(byte_map() + from, nr);
	keep_small_pages(direct_map.mem_map + from, nr * sizeof(struct page));
	span.metadata_end += nr_blocks;
	return 0;

out_bytes:
	span_unmap(byte_map() + from, nr);
out_group:
	span_unmap(group, sizeof(*group));
	return err;
}

/* The fast path of free() reads the byte of any frame below the limit. */
static void set_end(size_t end)
{
	if (end <= span.end)
		return;
	span.end = end;
	store_release(&direct_map.limit, end << MAX_PAGE_ORDER);
}

/*
 * Where a host takes what the system has free, huge pages are slow: they come
 * from just those blocks, and the host must find 512 pages anew for each, while
 * small ones are mostly such as somebody has just used.  Asked when a heap has
 * become large: most never do.
 */
static bool are_huge_pages_fast(void)
{
	static enum {
		UNKNOWN,
		FAST,
		SLOW
	} speed;

	if (READ_ONCE(speed) == UNKNOWN)
		WRITE_ONCE(speed, os_reports_free_memory() ? SLOW : FAST);
	return READ_ONCE(speed) == FAST;
}

bool span_wants_huge(size_t heap_bytes)
{
	if (pf_conf.thp != THP_AUTO)
		return pf_conf.thp == THP_ALWAYS;
	return heap_bytes >= LARGE_HEAP && are_huge_pages_fast();
}

/* Several blocks at once where the heap is large: a call for each is slow. */
static size_t blocks_to_map(size_t block)
{
	size_t nr = (span.end - span.first) / 4;
	size_t i;

	if (nr > MAX_MAP_BLOCKS)
		nr = MAX_MAP_BLOCKS;
	for (i = 1; i < nr; i++) {
		if (block + i >= span.metadata_end || block + i >= span.limit ||
		    state_of(block + i) != OFFLINE)
			break;
	}
	return i;
}

static int map_blocks(size_t block, size_t nr)
{
	size_t bytes = nr * ZONE_BLOCK_BYTES;
	int err = span_map(block_to_virt(block), bytes);
	bool is_huge = span_wants_huge((block - span.first) * ZONE_BLOCK_BYTES);
	size_t i;

	if (err)
		return err;
	if (os_advise_huge(block_to_virt(block), bytes, is_huge))
		is_huge = false;
	for (i = 0; i < nr; i++) {
		set_state(block + i, IDLE);
		blocks[block + i - span.first].is_huge = is_huge;
	}
	span.nr_idle += nr;
	if (block < span.lowest_idle)
		span.lowest_idle = block;
	set_end(block + nr);
	return 0;
}

/* Bring the lowest OFFLINE block online, and some behind it; 0 or -errno. */
static int grow(void)
{
	size_t block;

	for (block = span.first; block < span.limit; block++) {
		size_t nr;
		int err;

		if (state_of(block) != OFFLINE)
			continue;
		err = map_metadata(block);
		if (err)
			return err;
		nr = blocks_to_map(block);
		err = map_blocks(block, nr);
		if (err == -ENOMEM && nr > 1)
			err = map_blocks(block, 1);
		if (err == -EEXIST && nr > 1)
			err = map_blocks(block, 1);
		if (err != -EEXIST)
			return err;
		set_state(block, FOREIGN);
	}
	return -ENOMEM;
}

static void advise_block(size_t block, bool is_huge)
{
	if (os_advise_huge(block_to_virt(block), ZONE_BLOCK_BYTES, is_huge))
		return;
	blocks[block - span.first].is_huge = is_huge;
	blocks[block - span.first].is_small = !is_huge;
	span.nr_small += is_huge ? -1UL : 1;
}

void span_keep_back(const struct page *page, size_t nr_pages)
{
	size_t block = page_to_block(page);

	if (nr_pages << PAGE_SHIFT < HUGE_BYTES && span_is_huge(page) &&
	    span.nr_small < MAX_SMALL_BLOCKS)
		advise_block(block, false);
}

bool span_is_huge(const struct page *page)
{
	return blocks[page_to_block(page) - span.first].is_huge;
}

struct page *span_take_block(void)
{
	size_t block;

	if (!span.nr_idle && grow())
		return NULL;
	for (block = span.lowest_idle; state_of(block) != IDLE; block++)
		VM_BUG_ON(block >= span.end);
	set_state(block, ONLINE);
	span.lowest_idle = block + 1;
	span.nr_idle--;
	if (blocks[block - span.first].is_small)
		advise_block(block, true);
	return block_to_page(block);
}

void span_give_block(struct page *page)
{
	size_t block = page_to_block(page);

	VM_BUG_ON(state_of(block) != ONLINE);
	set_state(block, IDLE);
	span.nr_idle++;
	if (block < span.lowest_idle)
		span.lowest_idle = block;
	/*
	 * 64 KiB of records, all of type PAGE_NONE, which is what zeros mean.
	 * A refusal costs memory, nothing else.
	 */
	os_discard(page, sizeof(struct page) << MAX_PAGE_ORDER);
}

/* Blocks in a row that nobody uses, mapped or not. */
static bool is_unused_run(size_t block, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (state_of(block + i) != OFFLINE &&
		    state_of(block + i) != IDLE)
			return false;
	}
	return true;
}

static void unclaim_run(size_t block, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (state_of(block + i) == OFFLINE)
			span_unmap(block_to_virt(block + i), ZONE_BLOCK_BYTES);
	}
}

/* Claim the addresses: nobody's mapping may be moved over.  0 or -errno. */
static int claim_run(size_t block, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		int err;

		if (state_of(block + i) != OFFLINE)
			continue;
		err = span_map(block_to_virt(block + i), ZONE_BLOCK_BYTES);
		if (!err)
			continue;
		unclaim_run(block, i);
		if (err == -EEXIST)
			set_state(block + i, FOREIGN);
		return err;
	}
	return 0;
}

/* The lowest run of @nr blocks that could be claimed, or 0. */
static size_t find_and_claim_run(size_t nr)
{
	size_t block = span.first;

	while (block + nr <= span.limit) {
		int err;

		if (!is_unused_run(block, nr)) {
			block++;
			continue;
		}
		while (span.metadata_end < block + nr) {
			if (map_metadata(span.metadata_end))
				return 0;
		}
		err = claim_run(block, nr);
		if (!err)
			return block;
		if (err != -EEXIST)
			return 0;
	}
	return 0;
}

struct page *span_adopt_blocks(size_t nr)
{
	size_t block, i;

	block = find_and_claim_run(nr);
	if (!block)
		return NULL;
	for (i = 0; i < nr; i++) {
		span.nr_idle -= state_of(block + i) == IDLE;
		set_state(block + i, ONLINE);
	}
	set_end(block + nr);
	return block_to_page(block);
}

void span_disown_blocks(struct page *page, size_t nr)
{
	size_t block = page_to_block(page);
	size_t i;

	span_unmap(block_to_virt(block), nr * ZONE_BLOCK_BYTES);
	for (i = 0; i < nr; i++)
		set_state(block + i, OFFLINE);
}

size_t span_release_idle(void)
{
	size_t released = 0;
	size_t block;

	for (block = span.lowest_idle; span.nr_idle && block < span.end;
	     block++) {
		if (state_of(block) != IDLE)
			continue;
		span_unmap(block_to_virt(block), ZONE_BLOCK_BYTES);
		set_state(block, OFFLINE);
		span.nr_idle--;
		released += ZONE_BLOCK_BYTES;
	}
	span.lowest_idle = span.end;
	return released;
}

#define RECORDS_BYTES (sizeof(struct page) << MAX_PAGE_ORDER)

/*
 * 64 bits: the numbers at the end of the direct map, whose frames will then
 * never come online.  32 bits have none to spare; there any record whose
 * distance from mem_map is a number of whole blocks has a pfn, modulo 2^32.
 */
#if UINTPTR_MAX > UINT32_MAX
struct page *span_reserve_records(size_t nr_blocks)
{
	size_t lowest = max_size(span.end, span.metadata_end);

	if (span.limit - lowest < nr_blocks)
		return NULL;
	span.limit -= nr_blocks;
	return block_to_page(span.limit);
}
#else
struct page *span_reserve_records(size_t nr_blocks)
{
	uintptr_t shift = (uintptr_t)direct_map.mem_map % RECORDS_BYTES;
	void *base;

	if (nr_blocks >= (SIZE_MAX >> 1) / RECORDS_BYTES ||
	    os_reserve(&base, (nr_blocks + 1) * RECORDS_BYTES))
		return NULL;
	return (struct page *)(align_up((uintptr_t)base - shift,
					RECORDS_BYTES) +
			       shift);
}
#endif

int span_map_records(struct page *page, size_t nr_blocks)
{
	int err = span_map(page, nr_blocks * RECORDS_BYTES);

	if (!err)
		keep_small_pages(page, nr_blocks * RECORDS_BYTES);
	return err;
}

#if UINTPTR_MAX > UINT32_MAX
#define DIRECT_MAP_BYTES (MAX_NR_FRAMES << PAGE_SHIFT)
#define MAX_RESERVED	 (DIRECT_MAP_BYTES >> 4)
#define EMERGENCY_SHARE	 8
#define VMALLOC_BYTES	 (DIRECT_MAP_BYTES * 8)
#define EMERGENCY_BYTES	 DIRECT_MAP_BYTES
#define PLACE_LOWEST	 (17UL << 40)
#define PLACE_STEP	 (1UL << 30)
#define PLACE_STEPS	 (8UL << 10) /* 8 TiB in steps of 1 GiB */
#else
#define DIRECT_MAP_BYTES (MAX_NR_FRAMES << PAGE_SHIFT)
#define MAX_RESERVED	 DIRECT_MAP_BYTES /* and as much for vmap areas */
#define EMERGENCY_SHARE	 2		  /* others will use it, too */
#endif

/* Lay out sheaf area, byte map, mem_map, block maps and frames from @base up. */
static void lay_out(char *base, size_t nr_frames)
{
	size_t byte_map_bytes = align_up(nr_frames, KIB(64));
	size_t offset = BYTE_MAP_OFFSET + byte_map_bytes;

	direct_map.mem_map = (struct page *)(base + offset);
	offset += align_up(nr_frames * sizeof(struct page), KIB(64));
	direct_map.map_groups = (union map_group *)(base + offset);
	offset += align_up(nr_frames, MAP_GROUP_PAGES) / MAP_GROUP_PAGES *
		  sizeof(union map_group);
	/* The byte map's share of the metadata is whole pages, too. */
	offset = align_up(offset, max_size(ZONE_BLOCK_BYTES,
					   os_page_size() << PAGE_SHIFT));
	direct_map.first_pfn = (pfn_t)(offset >> PAGE_SHIFT);
	direct_map.end_pfn = (pfn_t)nr_frames;
	span.first = direct_map.first_pfn >> MAX_PAGE_ORDER;
	span.end = span.first;
	span.lowest_idle = span.first;
	span.limit = nr_frames >> MAX_PAGE_ORDER;
	span.metadata_end = span.first;
}

/* The first piece of each kind of metadata, for the layout at @base. */
static int map_first(char *base)
{
	size_t bytes = span.first << MAX_PAGE_ORDER;
	int err;

	err = span_map(base, SHEAF_AREA_FIRST_BYTES);
	if (err)
		return err;
	/* The bytes of the metadata's own frames: read, never written. */
	err = span_map(base + BYTE_MAP_OFFSET, bytes);
	if (err)
		goto out_sheaves;
	direct_map.base = base;
	err = map_metadata(span.first);
	if (!err)
		return 0;

	direct_map.base = (char *)empty_sheaf;
	span_unmap(base + BYTE_MAP_OFFSET, bytes);
out_sheaves:
	span_unmap(base, SHEAF_AREA_FIRST_BYTES);
	return err;
}

static int init_reserved(void)
{
	size_t bytes = MAX_RESERVED;
	void *base;
	int err;

	span.is_reserved = true;
	for (; bytes > 4 * SHEAF_AREA_BYTES; bytes /= 2) {
		size_t vmalloc_bytes = bytes;
		size_t emergency_bytes = bytes / EMERGENCY_SHARE;
		char *aligned;

		err = os_reserve(&base, bytes + vmalloc_bytes +
						emergency_bytes +
						2 * ZONE_BLOCK_BYTES);
		if (err)
			continue;
		aligned = (char *)align_up((uintptr_t)base, ZONE_BLOCK_BYTES);
		lay_out(aligned, bytes >> PAGE_SHIFT);
		vmalloc_start = aligned + bytes;
		vmalloc_end = vmalloc_start + vmalloc_bytes;
		emergency_start = vmalloc_end;
		emergency_end = emergency_start + emergency_bytes;
		/* This is not reserved any more, just ours to try. */
		os_unmap(emergency_start, emergency_bytes);
		return map_first(aligned);
	}
	return -ENOMEM;
}

int span_init(void)
{
#if UINTPTR_MAX > UINT32_MAX
	u64 place = PLACE_LOWEST + os_random() % PLACE_STEPS * PLACE_STEP;
	char *base = (char *)place;

	lay_out(base, MAX_NR_FRAMES);
	if (map_first(base) == 0) {
		vmalloc_start = base + DIRECT_MAP_BYTES;
		vmalloc_end = vmalloc_start + VMALLOC_BYTES;
		emergency_start = vmalloc_end;
		emergency_end = emergency_start + EMERGENCY_BYTES;
		return 0;
	}
#endif
	return init_reserved();
}
