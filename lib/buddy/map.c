/* SPDX-License-Identifier: MIT */
/*
 * map.c - free frames side by side, lowest addresses first
 *
 * Why the lowest.  Blocks of many lengths leave gaps of many lengths.  Who fills
 * the lowest ones first keeps the highest addresses free, where the gaps then
 * grow together.
 *
 * Where to look.  For each block of 4 MiB there are bounds: nothing longer is
 * free in it.  Who frees frames raises them to the run that these are part of
 * then; a search that has been through the block in vain lowers them to what is
 * true.  Blocks come in groups of 64, which have bounds, too.  So a search goes
 * through blocks of which frames were taken since they were freed, and through the
 * one where it ends.
 *
 * Reading: P. R. Wilson et al., "Dynamic storage allocation: a survey and
 * critical review", IWMM 1995, section 3.5 (address-ordered first fit).
 */
#include "buddy/map.h"

#include "os/report.h"

#define WORD_ORDER 6
#define WORD_BITS  64

static unsigned int index_of(pfn_t pfn)
{
	return pfn % MAX_ORDER_NR_PAGES;
}

/* The frames from @pfn on in one word: their bits, and how many of @nr they are. */
static u64 bits_of(pfn_t pfn, size_t nr, unsigned int *nr_here)
{
	unsigned int shift = pfn % WORD_BITS;
	unsigned int n = WORD_BITS - shift;

	if (n > nr)
		n = (unsigned int)nr;
	*nr_here = n;
	return ~0ULL >> (WORD_BITS - n) << shift;
}

static const u64 *bits_for(const struct block_map *map, bool is_warm)
{
	return is_warm ? map->warm : map->free;
}

/* The first index from @i on whose bit is 1, or with @flip 0; else their number. */
static unsigned int next(const u64 *words, unsigned int i, u64 flip)
{
	unsigned int w = i / WORD_BITS;
	u64 word;

	if (i >= MAX_ORDER_NR_PAGES)
		return MAX_ORDER_NR_PAGES;
	word = (words[w] ^ flip) & ~0ULL << i % WORD_BITS;
	while (!word) {
		if (++w == MAP_WORDS)
			return MAX_ORDER_NR_PAGES;
		word = words[w] ^ flip;
	}
	return w * WORD_BITS + lowest_bit(word);
}

static unsigned int next_set(const u64 *words, unsigned int i)
{
	return next(words, i, 0);
}

static unsigned int next_clear(const u64 *words, unsigned int i)
{
	return next(words, i, ~0ULL);
}

/* One behind the last such index up to @i, or 0. */
static unsigned int behind_last(const u64 *words, unsigned int i, u64 flip)
{
	unsigned int w = i / WORD_BITS;
	u64 word = (words[w] ^ flip) & ~0ULL >> (WORD_BITS - 1 - i % WORD_BITS);

	while (!word) {
		if (w-- == 0)
			return 0;
		word = words[w] ^ flip;
	}
	return w * WORD_BITS + highest_bit(word) + 1;
}

/* The first index of the run that @i is in. */
static unsigned int run_start(const u64 *words, unsigned int i)
{
	return behind_last(words, i, ~0ULL);
}

/* The frames of the largest aligned block in [@start, @end). */
static unsigned int largest_block(unsigned int start, unsigned int end)
{
	unsigned int nr = 1U << ilog2(end - start);

	while (align_up(start, nr) + nr > end)
		nr /= 2;
	return nr;
}

static void raise(u16 *bound, u16 *bound_of_all, unsigned int nr_pages)
{
	if (*bound < nr_pages)
		*bound = (u16)nr_pages;
	if (*bound_of_all < nr_pages) /* others look at it without the lock */
		WRITE_ONCE(*bound_of_all, (u16)nr_pages);
}

/* As long as the run that the frame at @pfn is in now. */
static void raise_bounds(pfn_t pfn, bool is_warm)
{
	pfn_t distance = pfn - direct_map.first_pfn;
	union map_group *group =
		&direct_map.map_groups[distance / MAP_GROUP_PAGES];
	unsigned int b = distance % MAP_GROUP_PAGES >> MAX_PAGE_ORDER;
	const u64 *words = bits_for(map_of(pfn), is_warm);
	unsigned int start = run_start(words, index_of(pfn));
	unsigned int end = next_clear(words, index_of(pfn));

	raise(&group->bound[is_warm][MAP_RUN][b],
	      &group->bound_of_all[is_warm][MAP_RUN], end - start);
	raise(&group->bound[is_warm][MAP_BLOCK][b],
	      &group->bound_of_all[is_warm][MAP_BLOCK],
	      largest_block(start, end));
}

static void raise_range(pfn_t pfn, size_t nr, bool is_warm)
{
	pfn_t end = pfn + (pfn_t)nr;

	for (; pfn < end; pfn = (pfn | order_mask(MAX_PAGE_ORDER)) + 1)
		raise_bounds(pfn, is_warm);
}

void map_warm(pfn_t pfn, size_t nr)
{
	pfn_t at = pfn, end = pfn + (pfn_t)nr;
	unsigned int n;

	for (; at < end; at += n) {
		u64 bits = bits_of(at, end - at, &n);

		map_of(at)->warm[index_of(at) / WORD_BITS] |= bits;
	}
	raise_range(pfn, nr, true);
}

void map_add(pfn_t pfn, size_t nr, enum temperature temp)
{
	pfn_t at = pfn, end = pfn + (pfn_t)nr;
	unsigned int n;

	for (; at < end; at += n) {
		u64 bits = bits_of(at, end - at, &n);
		u64 *word = map_of(at)->free + index_of(at) / WORD_BITS;

		VM_BUG_ON(*word & bits); /* free already */
		*word |= bits;
	}
	raise_range(pfn, nr, false);
	if (temp == WARM)
		map_warm(pfn, nr);
}

void map_del(pfn_t pfn, size_t nr)
{
	unsigned int n;

	for (; nr; pfn += n, nr -= n) {
		struct block_map *map = map_of(pfn);
		u64 bits = bits_of(pfn, nr, &n);
		unsigned int w = index_of(pfn) / WORD_BITS;

		map->free[w] &= ~bits;
		map->warm[w] &= ~bits;
	}
}

static unsigned int count(pfn_t pfn, size_t nr, bool is_warm)
{
	unsigned int n, sum = 0;

	for (; nr; pfn += n, nr -= n) {
		u64 bits = bits_of(pfn, nr, &n);
		const u64 *words = bits_for(map_of(pfn), is_warm);

		sum += nr_bits(words[index_of(pfn) / WORD_BITS] & bits);
	}
	return sum;
}

unsigned int map_nr_warm(pfn_t pfn, size_t nr)
{
	return count(pfn, nr, true);
}

struct map_sums map_sums(void)
{
	struct map_sums sums = {0};
	pfn_t pfn;

	for (pfn = direct_map.first_pfn; pfn < direct_map.limit;
	     pfn += 1U << LISTED_ORDER) {
		size_t nr = count(pfn, 1UL << LISTED_ORDER, false);

		sums.nr_free += nr;
		sums.nr_warm += map_nr_warm(pfn, 1UL << LISTED_ORDER);
		sums.nr_listed += nr == 1UL << LISTED_ORDER ? nr : 0;
	}
	return sums;
}

size_t map_nr_in_row(pfn_t pfn, bool is_warm)
{
	unsigned int i = index_of(pfn);

	return next_clear(bits_for(map_of(pfn), is_warm), i) - i;
}

bool map_is_free(pfn_t pfn, size_t nr, bool is_warm)
{
	unsigned int i = index_of(pfn);

	return next_clear(bits_for(map_of(pfn), is_warm), i) >= i + nr;
}

/* The lowest run of one block: its index; or their number, and the true @bound. */
static unsigned int find_run(const u64 *words, size_t nr_pages,
			     unsigned int order, u16 *bound)
{
	unsigned int i = next_set(words, 0), max = 0;

	while (i < MAX_ORDER_NR_PAGES) {
		unsigned int end = next_clear(words, i);
		unsigned int first = (unsigned int)align_up(i, 1UL << order);

		if (first + nr_pages <= end)
			return first;
		if (end - i > max)
			max = end - i;
		i = next_set(words, end);
	}
	*bound = (u16)max;
	return MAX_ORDER_NR_PAGES;
}

/* Of the bits of a word, those at multiples of 2^@order that so many follow. */
static u64 starts_of(u64 word, unsigned int order)
{
	/* Word by order: a bit at each multiple of 2^order. */
	static const u64 multiples[] = {
		~0ULL,
		0x5555555555555555,
		0x1111111111111111,
		0x0101010101010101,
		0x0001000100010001,
		0x0000000100000001,
	};
	unsigned int k;

	for (k = 0; k < order; k++)
		word &= word >> (1U << k);
	return word & multiples[order];
}

static bool are_all_set(const u64 *word, unsigned int nr)
{
	while (nr && *word == ~0ULL)
		word++, nr--;
	return nr == 0;
}

/* The same for a block of 2^@order frames. */
static unsigned int find_block(const u64 *words, unsigned int order, u16 *bound)
{
	unsigned int step = order > WORD_ORDER ? 1U << (order - WORD_ORDER) : 1;
	unsigned int w;

	for (w = 0; w < MAP_WORDS; w += step) {
		u64 starts;

		if (order >= WORD_ORDER)
			starts = are_all_set(words + w, step);
		else
			starts = starts_of(words[w], order);
		if (starts)
			return w * WORD_BITS + lowest_bit(starts);
	}
	*bound = (u16)(1U << order >> 1);
	return MAX_ORDER_NR_PAGES;
}

struct request {
	size_t nr_pages;
	unsigned int order;
	bool is_warm;
	enum map_shape shape;
};

static unsigned int find_in_block(const struct block_map *map,
				  const struct request *r, u16 *bound)
{
	const u64 *words = bits_for(map, r->is_warm);

	return r->shape == MAP_BLOCK
		       ? find_block(words, r->order, bound)
		       : find_run(words, r->nr_pages, r->order, bound);
}

/* @pfn: that of the group's first frame. */
static pfn_t find_in_group(union map_group *group, pfn_t pfn,
			   const struct request *r)
{
	u16 *bound = group->bound[r->is_warm][r->shape], max = 0;
	unsigned int b;

	for (b = 0; b < MAP_GROUP_BLOCKS; b++, pfn += MAX_ORDER_NR_PAGES) {
		if (bound[b] >= r->nr_pages) {
			unsigned int i =
				find_in_block(map_of(pfn), r, &bound[b]);

			if (i < MAX_ORDER_NR_PAGES)
				return pfn + i;
		}
		if (bound[b] > max)
			max = bound[b];
	}
	WRITE_ONCE(group->bound_of_all[r->is_warm][r->shape], max);
	return 0;
}

pfn_t map_find(size_t nr_pages, unsigned int order, bool is_warm)
{
	struct request r = {nr_pages, order, is_warm,
			    nr_pages == 1UL << order ? MAP_BLOCK : MAP_RUN};
	pfn_t pfn = direct_map.first_pfn, found = 0;
	union map_group *group = direct_map.map_groups;

	for (; pfn < direct_map.limit && !found;
	     pfn += MAP_GROUP_PAGES, group++) {
		if (group->bound_of_all[is_warm][r.shape] >= nr_pages)
			found = find_in_group(group, pfn, &r);
	}
	return found;
}

bool map_may_have_warm(unsigned int order)
{
	pfn_t pfn = direct_map.first_pfn;
	size_t limit = load_acquire(&direct_map.limit);
	const union map_group *group = direct_map.map_groups;

	for (; pfn < limit; pfn += MAP_GROUP_PAGES, group++) {
		if (READ_ONCE(group->bound_of_all[true][MAP_BLOCK]) >=
		    1U << order)
			return true;
	}
	return false;
}

pfn_t map_last_warm(pfn_t end, size_t unit, size_t *nr_pages)
{
	while (end > direct_map.first_pfn) {
		pfn_t block = (end - 1) & ~order_mask(MAX_PAGE_ORDER);
		const u64 *words = map_of(block)->warm;
		unsigned int last = behind_last(words, index_of(end - 1), 0);
		unsigned int first = last ? run_start(words, last - 1) : 0;
		size_t start = align_up(first, unit), stop = last & ~(unit - 1);

		if (start < stop) {
			*nr_pages = stop - start;
			return block + (pfn_t)start;
		}
		end = block + first;
	}
	return 0;
}
