/* SPDX-License-Identifier: MIT */
/*
 * map.c - free frames side by side, lowest addresses first
 *
 * Why the lowest.  Blocks of many lengths leave gaps of many lengths.  Who fills
 * the lowest ones first keeps the highest addresses free, where the gaps then
 * grow together.
 *
 * Where to look.  For each block of 4 MiB there are bounds: nothing longer is
 * free in it.  Who frees frames raises them; a search that has been through the
 * block in vain lowers them to what is true.  Blocks come in groups of 64, which
 * have bounds, too.  So a search goes through blocks in which frames were freed
 * since, and through the one where it ends.
 *
 * Reading: P. R. Wilson et al., "Dynamic storage allocation: a survey and
 * critical review", IWMM 1995, section 3.5 (address-ordered first fit).
 */
#include "buddy/map.h"

#define WORD_ORDER   6
#define WORD_BITS    64
#define GROUP_BLOCKS 64
#define GROUP_PAGES  (GROUP_BLOCKS * MAX_ORDER_NR_PAGES)

/* What is looked for. */
enum shape {
	RUN,   /* any frames side by side */
	BLOCK, /* 2^order frames, aligned to that */
	NR_SHAPES
};

/* In frames; [true] for warm ones, [false] for any. */
static struct group {
	u16 bound[2][NR_SHAPES][GROUP_BLOCKS];
	u16 bound_of_all[2][NR_SHAPES];
} groups[MAX_NR_FRAMES / GROUP_PAGES] pf_last;

static void raise(u16 *bound, u16 *bound_of_all, unsigned int nr_pages)
{
	if (*bound < nr_pages)
		*bound = (u16)nr_pages;
	if (*bound_of_all < nr_pages)
		*bound_of_all = (u16)nr_pages;
}

void map_raise_bounds(pfn_t pfn, unsigned int order, bool is_warm)
{
	pfn_t distance = pfn - direct_map.first_pfn;
	struct group *group = &groups[distance / GROUP_PAGES];
	unsigned int b = distance % GROUP_PAGES >> MAX_PAGE_ORDER;

	raise(&group->bound[is_warm][RUN][b],
	      &group->bound_of_all[is_warm][RUN], MAX_ORDER_NR_PAGES);
	raise(&group->bound[is_warm][BLOCK][b],
	      &group->bound_of_all[is_warm][BLOCK], 1U << order);
}

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

void map_add(pfn_t pfn, size_t nr, enum temperature temp)
{
	unsigned int n;

	for (; nr; pfn += n, nr -= n) {
		struct block_map *map = map_of(pfn);
		u64 bits = bits_of(pfn, nr, &n);
		unsigned int w = index_of(pfn) / WORD_BITS;

		map->free[w] |= bits;
		if (temp == WARM)
			map->warm[w] |= bits;
	}
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

unsigned int map_nr_warm(pfn_t pfn, size_t nr)
{
	unsigned int n, nr_warm = 0;

	for (; nr; pfn += n, nr -= n) {
		u64 bits = bits_of(pfn, nr, &n);

		nr_warm += nr_bits(
			map_of(pfn)->warm[index_of(pfn) / WORD_BITS] & bits);
	}
	return nr_warm;
}

size_t map_nr_free(void)
{
	size_t nr = 0;
	pfn_t pfn;

	for (pfn = direct_map.first_pfn; pfn < direct_map.limit;
	     pfn += MAX_ORDER_NR_PAGES) {
		unsigned int w;

		for (w = 0; w < MAP_WORDS; w++)
			nr += nr_bits(map_of(pfn)->free[w]);
	}
	return nr;
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
	enum shape shape;
};

static unsigned int find_in_block(const struct block_map *map,
				  const struct request *r, u16 *bound)
{
	const u64 *words = bits_for(map, r->is_warm);

	return r->shape == BLOCK
		       ? find_block(words, r->order, bound)
		       : find_run(words, r->nr_pages, r->order, bound);
}

/* @pfn: that of the group's first frame. */
static pfn_t find_in_group(struct group *group, pfn_t pfn,
			   const struct request *r)
{
	u16 *bound = group->bound[r->is_warm][r->shape], max = 0;
	unsigned int b;

	for (b = 0; b < GROUP_BLOCKS; b++, pfn += MAX_ORDER_NR_PAGES) {
		if (bound[b] >= r->nr_pages) {
			unsigned int i =
				find_in_block(map_of(pfn), r, &bound[b]);

			if (i < MAX_ORDER_NR_PAGES)
				return pfn + i;
		}
		if (bound[b] > max)
			max = bound[b];
	}
	group->bound_of_all[r->is_warm][r->shape] = max;
	return 0;
}

pfn_t map_find(size_t nr_pages, unsigned int order, bool is_warm)
{
	struct request r = {nr_pages, order, is_warm,
			    nr_pages == 1UL << order ? BLOCK : RUN};
	pfn_t pfn = direct_map.first_pfn, found = 0;
	struct group *group = groups;

	for (; pfn < direct_map.limit && !found; pfn += GROUP_PAGES, group++) {
		if (group->bound_of_all[is_warm][r.shape] >= nr_pages)
			found = find_in_group(group, pfn, &r);
	}
	return found;
}
