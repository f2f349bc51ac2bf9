/* SPDX-License-Identifier: MIT */
/*
 * slab.c - slabs as bit maps: which objects of a block are free
 *
 * A frame has 256 granules of 16 bytes, its struct page 256 bits.  A bit is
 * set where an object starts that somebody has.  So an object's bit is found by
 * a shift, no link ever lies in memory that users write to, and a slab has no
 * owner to be asked.  An object that comes back and has no bit is no object, or
 * was freed before: one test for every mistake.
 *
 *	order 1, objects of 1536 bytes, all taken:
 *	frame 0:  granules 0, 96, 192	frame 1:  granules 32, 128
 *	(the third object starts in frame 0 and ends in frame 1)
 *
 * The first frame's struct page speaks for the slab: nr counts the free
 * objects, link is in the cache's list while there are any.
 *
 * Objects are taken from the lowest address upward, so that a slab's memory is
 * touched page by page and what was never needed is never touched.
 *
 * Runs.  What is allocated together is used together, and hardware fetches ahead
 * what lies side by side.  So a cache that grows takes new memory for several
 * slabs at once and keeps what it does not need yet: addresses alone, as nobody
 * has touched it.  Each slab of a run comes and goes on its own.
 *
 * Invariants, walked by slab_check():
 *	1. Each frame of a slab has type PAGE_SLAB, the class, the node and no
 *	   flags, in one word the cache's tag; and the class's byte in the
 *	   byte map.
 *	2. The set bits of a slab's frames and the first frame's nr add up to
 *	   the objects of a slab.
 *	3. Bits are set at multiples of the object size only.
 *	4. A slab is in the list if and only if nr is not 0, and nr is less than
 *	   all objects (a slab that is all free is given back at once).
 *	5. The nr of all slabs in the list add up to the cache's nr_free.
 *	6. Frames of the run have no type and no taken bit.
 *
 * Cost.  Taking n objects reads a word for every 64 granules; putting one back
 * changes a word.  A cache line of mem_map for each frame.
 * Locking.  s->lock.
 * Not here.  The per-thread arrays in front (sheaf.h), their exchange (barn.c).
 */
#include "slab/slab.h"

#include "os/report.h"

#define INVERSE_SHIFT 24

/* Bytes of a frame that a word has the bits of. */
#define WORD_SPAN (64 * GRANULE_BYTES)

/* From here on a word has the bits of two objects at most. */
#define BIG_SIZE 512

/* A thread's and the barn's shares of a class, in bytes. */
#define SHEAF_BYTES_MAX KIB(16)
#define BARN_BYTES_MAX	KIB(32)

/* Of new memory at once: an eighth of what a cache has, 128 KiB at most. */
#define RUN_SHARE 8
#define RUN_PAGES 32

/* Sizes that serve the first requests for smaller ones, see barn.c.  What is
 * larger has a page, or half of it, for itself anyway. */
static const u16 host_sizes[] = {64, 256, 1024};

struct kmem_cache kmalloc_caches[NR_CLASSES];
struct kmem_cache more_caches[NR_NODES - 1][NR_CLASSES] pf_last;

static u16 clamp(size_t n, size_t low, size_t high)
{
	return (u16)(n < low ? low : n > high ? high : n);
}

/* Bits 0, @step, 2 * @step and so on of a word. */
static u64 every_nth_bit(size_t step)
{
	u64 bits = 1;

	for (; step < 64; step *= 2)
		bits |= bits << step;
	return bits;
}

static u8 host_of(unsigned int class)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(host_sizes); i++) {
		if (class_size(class) <= host_sizes[i])
			return (u8)size_to_class(host_sizes[i]);
	}
	return (u8) class;
}

static u32 tag_of_slabs(const struct kmem_cache *s)
{
	const struct page frame = {
		.type = PAGE_SLAB,
		.order = s->node,
		.class = s->class,
	};

	return frame.tag;
}

void kmem_caches_init(unsigned int node)
{
	unsigned int class;

	for (class = 1; class < NR_CLASSES; class ++) {
		struct kmem_cache *s = cache_of(node, class);
		const struct class_info *info = &class_info[class];
		size_t granules = info->size >> GRANULE_SHIFT;

		s->lock.rank = LOCK_RANK_CACHE;
		s->size = info->size;
		s->order = (u8)info->order;
		s->class = (u8) class;
		s->node = (u8)node;
		s->tag = tag_of_slabs(s);
		s->nr_objects = (u16)((PAGE_SIZE << info->order) / info->size);
		s->inverse = (u32)(((1UL << INVERSE_SHIFT) + granules - 1) /
				   granules);
		s->starts = every_nth_bit(granules);
		s->stride = (u16)(64 / granules * granules);
		s->host = host_of(class);
		s->sheaf_max =
			clamp(SHEAF_BYTES_MAX / info->size, 2, SHEAF_MAX);
		s->max_full = clamp(BARN_BYTES_MAX /
					    ((size_t)info->size * s->sheaf_max),
				    1, BARN_MAX);
		list_init(&s->partial);
	}
}

static struct page *slab_of(const struct kmem_cache *s, struct page *page)
{
	pfn_t pfn = page_to_pfn(page) & ~order_mask(s->order);

	return pfn_to_page(pfn);
}

/* How many objects fit into so many granules. */
static unsigned int object_number(const struct kmem_cache *s, u64 granules)
{
	return (unsigned int)((granules * s->inverse) >> INVERSE_SHIFT);
}

static void *granule_to_virt(const struct page *page, size_t granule)
{
	return (char *)page_to_virt(page) + (granule << GRANULE_SHIFT);
}

/* Others look at it without the lock (node_cache()). */
static void set_nr_free(struct kmem_cache *s, size_t nr)
{
	WRITE_ONCE(s->nr_free, nr);
}

static size_t run_length(const struct kmem_cache *s)
{
	size_t nr_pages = (s->nr_slabs / RUN_SHARE) << s->order;

	if (nr_pages >= RUN_PAGES)
		return RUN_PAGES;
	return nr_pages ? 1UL << ilog2(nr_pages) : 0;
}

static bool take_run(struct kmem_cache *s)
{
	size_t nr_pages = run_length(s);
	struct page *page;

	if (nr_pages <= 1U << s->order)
		return false;
	page = zone_alloc_pages(&zone_normal, nr_pages, 0);
	if (!page)
		return false;
	s->run = page;
	s->nr_run = (u16)nr_pages;
	s->is_run_warm = page_is_warm(page);
	return true;
}

/* Warm frames first, wherever they are. */
static struct page *take_frames(struct kmem_cache *s, struct per_cpu_pages *pcp)
{
	unsigned int nr_pages = 1U << s->order;
	struct page *page;

	if (pcp_has_warm(pcp, &zone_normal, nr_pages) ||
	    (!s->nr_run && !take_run(s)))
		return pcp_alloc(pcp, &zone_normal, nr_pages);
	page = s->run;
	s->run += nr_pages;
	s->nr_run = (u16)(s->nr_run - nr_pages);
	return page;
}

void slab_give_run(struct kmem_cache *s)
{
	if (s->nr_run)
		zone_free_unused_pages(&zone_normal, s->run, s->nr_run,
				       s->is_run_warm);
	s->nr_run = 0;
}

static struct page *slab_new(struct kmem_cache *s, struct per_cpu_pages *pcp)
{
	unsigned int nr_pages = 1U << s->order;
	struct page *slab = take_frames(s, pcp);
	unsigned int i;
	pfn_t pfn;

	if (!slab)
		return NULL;
	pfn = page_to_pfn(slab);
	for (i = 0; i < nr_pages; i++) {
		WRITE_ONCE(slab[i].tag, s->tag);
		store_release(&byte_map()[pfn + i], s->class);
	}
	slab->nr = s->nr_objects;
	s->nr_slabs++;
	set_nr_free(s, s->nr_free + s->nr_objects);
	return slab;
}

static void slab_release(struct kmem_cache *s, struct per_cpu_pages *pcp,
			 struct page *slab)
{
	unsigned int nr_pages = 1U << s->order;
	pfn_t pfn = page_to_pfn(slab);
	unsigned int i;

	s->nr_slabs--;
	set_nr_free(s, s->nr_free - s->nr_objects);
	for (i = 0; i < nr_pages; i++) {
		WRITE_ONCE(slab[i].tag, 0); /* PAGE_NONE */
		store_release(&byte_map()[pfn + i], 0);
	}
	pcp_free(pcp, &zone_normal, slab, nr_pages);
}

/* Where the first object starts that is in a later word than @granule's. */
static size_t next_word(const struct kmem_cache *s, size_t granule)
{
	size_t next = granule + s->stride;

	return next / 64 == granule / 64 ? next + (s->size >> GRANULE_SHIFT)
					 : next;
}

/* Where objects start in a word, the first of them at @granule; none starts at
 * @end or beyond. */
static u64 starts_in_word(const struct kmem_cache *s, size_t granule,
			  size_t end)
{
	u64 starts = s->starts << granule % 64;

	if (granule / 64 == end / 64)
		starts &= (1ULL << end % 64) - 1;
	return starts;
}

/* Set the bits of free objects in a word, and write down where they are, until
 * there are none or @out has come to @stop.  Return: where @out is then. */
static inline void **take_bits(u64 *word, u64 free, char *start, void **out,
			       void **stop)
{
	u64 left = free;

	hide_value(start); /* one address, not the sum of its parts each time */
	do {
		WRITE_ONCE(*--out, start + (lowest_bit(left) << GRANULE_SHIFT));
		left &= left - 1;
	} while (left && out != stop);
	WRITE_ONCE(*word, *word | (free ^ left));
	return out;
}

/* The same where nothing is taken behind the first free object, as in what was
 * all free: their addresses are a series. */
static inline void **take_series(const struct kmem_cache *s, u64 *word,
				 u64 free, char *start, void **out, void **stop)
{
	unsigned int first = lowest_bit(free), last = highest_bit(free);
	unsigned int nr = object_number(s, last - first) + 1;
	char *object = start + (first << GRANULE_SHIFT);
	size_t size = s->size;

	if (nr > (size_t)(out - stop)) {
		nr = (unsigned int)(out - stop);
		last = first + nr * (unsigned int)(size >> GRANULE_SHIFT) - 1;
		free &= (2ULL << last) - 1;
	}
	stop = out - nr;
	do {
		WRITE_ONCE(*--out, object);
		object += size;
	} while (out != stop);
	WRITE_ONCE(*word, *word | free);
	return out;
}

/* The same of a slab of which nothing is taken. */
static void **take_fresh(const struct kmem_cache *s, struct page *slab,
			 void **out, void **stop)
{
	size_t size = s->size, nr = (size_t)(out - stop);
	char *object = page_to_virt(slab);
	size_t granule, end;

	if (nr > s->nr_objects)
		nr = s->nr_objects;
	end = nr * size >> GRANULE_SHIFT;
	for (granule = 0; granule < end; granule = next_word(s, granule)) {
		struct page *page = slab + granule / GRANULES_PER_PAGE;

		WRITE_ONCE(page->taken_bits[granule / 64 % WORDS_PER_PAGE],
			   starts_in_word(s, granule, end));
	}
	for (stop = out - nr; out != stop; object += size)
		WRITE_ONCE(*--out, object);
	return out;
}

static void **take_small(const struct kmem_cache *s, struct page *slab,
			 void **out, void **stop)
{
	/* The first granule behind the last object. */
	size_t limit = (size_t)s->nr_objects * s->size >> GRANULE_SHIFT;
	size_t granule;

	for (granule = 0; granule < limit && out != stop;
	     granule = next_word(s, granule)) {
		struct page *page = slab + granule / GRANULES_PER_PAGE;
		u64 *word = &page->taken_bits[granule / 64 % WORDS_PER_PAGE];
		u64 starts = starts_in_word(s, granule, limit);
		u64 free = starts & ~*word;
		char *start = granule_to_virt(slab, granule & ~63UL);

		if (!free)
			continue;
		if (free == starts >> lowest_bit(free) << lowest_bit(free))
			out = take_series(s, word, free, start, out, stop);
		else
			out = take_bits(word, free, start, out, stop);
	}
	return out;
}

/* Hardly ever two objects have their bits in one word: look at each of them. */
static void **take_big(const struct kmem_cache *s, struct page *slab,
		       void **out, void **stop)
{
	size_t size = s->size, limit = s->nr_objects * size;
	char *start = page_to_virt(slab);
	size_t offset;

	for (offset = 0; offset < limit && out != stop; offset += size) {
		u64 *word =
			&slab[offset >> PAGE_SHIFT]
				 .taken_bits[offset % PAGE_SIZE / WORD_SPAN];
		u64 bit = 1ULL << (offset >> GRANULE_SHIFT) % 64;

		if (*word & bit)
			continue;
		WRITE_ONCE(*word, *word | bit);
		WRITE_ONCE(*--out, start + offset);
	}
	return out;
}

/* Up to @nr objects of one slab, to end[-1], end[-2] and so on. */
static unsigned int take_from_slab(struct kmem_cache *s, struct page *slab,
				   void **end, unsigned int nr)
{
	void **stop = end - nr, **out;
	unsigned int n;

	if (s->size >= BIG_SIZE)
		out = take_big(s, slab, end, stop);
	else if (slab->nr == s->nr_objects)
		out = take_fresh(s, slab, end, stop);
	else
		out = take_small(s, slab, end, stop);
	n = (unsigned int)(end - out);

	slab->nr -= n;
	set_nr_free(s, s->nr_free - n);
	return n;
}

unsigned int slab_take_objects(struct kmem_cache *s, struct per_cpu_pages *pcp,
			       void **end, unsigned int nr)
{
	struct page *slab;
	unsigned int n = 0;

	VM_BUG_ON(!lock_is_mine(&s->lock));
	while (n < nr && !list_is_empty(&s->partial)) {
		slab = list_first_entry(&s->partial, struct page, link);
		n += take_from_slab(s, slab, end - n, nr - n);
		if (!slab->nr)
			list_del(&slab->link);
	}
	/* Rather fewer objects than memory nobody asked for, but for threads
	 * that ask for very many. */
	while (n < nr && (!n || nr >= s->sheaf_max)) {
		slab = slab_new(s, pcp);
		if (!slab)
			break;
		n += take_from_slab(s, slab, end - n, nr - n);
		if (slab->nr)
			list_add(&slab->link, &s->partial);
	}
	return n;
}

/* Number of the object that starts at @addr, or nr_objects if none does. */
static unsigned int object_index(const struct kmem_cache *s,
				 const struct page *slab, const void *addr,
				 bool *is_start)
{
	size_t offset =
		(size_t)((const char *)addr - (const char *)page_to_virt(slab));
	unsigned int index = object_number(s, offset >> GRANULE_SHIFT);

	*is_start = (size_t)index * s->size == offset && index < s->nr_objects;
	return index;
}

struct bad_free kept_bad_free;

void bad_free_remember(struct bad_free *bad, void *object, enum bad_object kind)
{
	if (bad->object)
		return;
	bad->object = object;
	bad->kind = kind;
}

static enum bad_object inspect_frame(const struct kmem_cache *s,
				     const struct page *page)
{
	if (unlikely(page->type != PAGE_SLAB))
		return OBJECT_ALREADY_FREE;
	if (unlikely(page->class != s->class))
		return OBJECT_WRONG_CLASS;
	return OBJECT_OK;
}

/* @nr objects have been set free in @slab, one after another. */
static void count_put(struct kmem_cache *s, struct per_cpu_pages *pcp,
		      struct page *slab, unsigned int nr)
{
	unsigned int before = slab->nr;

	slab->nr = before + nr;
	set_nr_free(s, s->nr_free + nr);
	if (before + nr < s->nr_objects) {
		if (!before)
			list_add(&slab->link, &s->partial);
		return;
	}
	if (before)
		list_del(&slab->link);
	slab_release(s, pcp, slab);
}

static enum bad_object kind_of_mistake(const struct kmem_cache *s,
				       const struct page *slab,
				       const void *addr)
{
	bool is_start;

	object_index(s, slab, addr, &is_start);
	return is_start ? OBJECT_ALREADY_FREE : OBJECT_INTERIOR;
}

/* Granules from @start to @object; 64 or more for what does not start on a
 * granule of that word. */
static size_t granules_between(const char *start, const void *object)
{
	size_t offset = (size_t)((const char *)object - start);

	/* Rotated: what is not a whole granule makes it large. */
	return offset >> GRANULE_SHIFT |
	       offset << (8 * sizeof(offset) - GRANULE_SHIFT);
}

/*
 * Clear the bits of objects in the same word as the first one, which is in @page.
 * Return: how many of them there are in a row; 0 when the first is none.
 */
static inline size_t put_row(struct page *page, void **objects, size_t nr)
{
	uintptr_t first = (uintptr_t)objects[0];
	u64 *word = &page->taken_bits[first % PAGE_SIZE / WORD_SPAN];
	char *start = (char *)objects[0] - first % WORD_SPAN;
	u64 bits = *word;
	size_t i;

	for (i = 0; i < nr; i++) {
		size_t granule = granules_between(start, objects[i]);

		if (granule >= 64 || !(bits >> granule & 1))
			break;
		bits ^= 1ULL << granule;
	}
	WRITE_ONCE(*word, bits);
	return i;
}

/* The same for those in a row that are in @page, as the first one is. */
static inline size_t put_rows(struct page *page, void **objects, size_t nr)
{
	uintptr_t frame = (uintptr_t)objects[0] / PAGE_SIZE;
	size_t i = 0, n;

	do {
		n = put_row(page, objects + i, nr - i);
		i += n;
	} while (n && i < nr && (uintptr_t)objects[i] / PAGE_SIZE == frame);
	return i;
}

/* The same for one of which hardly another one has its bit in the same word. */
static inline size_t put_one(struct page *page, const void *object)
{
	size_t granule = (uintptr_t)object % PAGE_SIZE >> GRANULE_SHIFT;
	u64 *word = &page->taken_bits[granule / 64];
	u64 bit = 1ULL << granule % 64;

	if (!(*word & bit) || (uintptr_t)object % GRANULE_BYTES)
		return 0;
	WRITE_ONCE(*word, *word & ~bit);
	return 1;
}

/* Objects that are being put back: those of one slab, so far. */
struct put {
	struct kmem_cache *s;
	struct per_cpu_pages *pcp;
	struct page *slab;
	unsigned int nr; /* of it */
	void **objects;
	size_t nr_others;
	struct bad_free *bad;
};

static void end_slab(const struct put *put)
{
	if (put->nr)
		count_put(put->s, put->pcp, put->slab, put->nr);
}

static inline void put_in_slab(struct put *put, struct page *slab, size_t nr)
{
	if (slab != put->slab) {
		end_slab(put);
		put->slab = slab;
		put->nr = 0;
	}
	put->nr += (unsigned int)nr;
}

/* What lies in no slab of the cache, or in another node's. */
static pf_noinline void put_stranger(struct put *put, const struct page *page,
				     void *object)
{
	enum bad_object kind = inspect_frame(put->s, page);

	if (kind == OBJECT_OK && page->tag == put->s->tag)
		kind = kind_of_mistake(
			put->s, slab_of(put->s, virt_to_page(object)), object);
	if (kind == OBJECT_OK)
		put->objects[put->nr_others++] = object;
	else
		bad_free_remember(put->bad, object, kind);
}

static void put_big(struct put *put, void **objects, size_t nr)
{
	struct kmem_cache *s = put->s;
	pfn_t mask = order_mask(s->order);
	u32 tag = s->tag;
	size_t i;

	for (i = 0; i < nr; i++) {
		struct page *page = virt_to_page(objects[i]);

		if (likely(page->tag == tag && put_one(page, objects[i])))
			put_in_slab(put, page - (page_to_pfn(page) & mask), 1);
		else
			put_stranger(put, page, objects[i]);
	}
}

/*
 * Objects that were allocated together come back together: a frame's record is
 * looked up once for all those in a row that lie in it, a slab's count changes
 * once for all those in a row that it has.
 */
static void put_small(struct put *put, void **objects, size_t nr)
{
	struct kmem_cache *s = put->s;
	pfn_t mask = order_mask(s->order);
	u32 tag = s->tag;
	size_t i = 0, n;

	for (; i < nr; i += n) {
		struct page *page = virt_to_page(objects[i]);

		n = 0;
		if (likely(page->tag == tag))
			n = put_rows(page, objects + i, nr - i);
		if (likely(n)) {
			put_in_slab(put, page - (page_to_pfn(page) & mask), n);
		} else {
			put_stranger(put, page, objects[i]);
			n = 1;
		}
	}
}

size_t slab_put_objects(struct kmem_cache *s, struct per_cpu_pages *pcp,
			void **objects, size_t nr, struct bad_free *bad)
{
	struct put put = {
		.s = s,
		.pcp = pcp,
		.objects = objects,
		.bad = bad,
	};

	VM_BUG_ON(!lock_is_mine(&s->lock));
	if (s->size < BIG_SIZE)
		put_small(&put, objects, nr);
	else
		put_big(&put, objects, nr);
	end_slab(&put);
	return put.nr_others;
}

void slab_describe(const void *addr, struct object_facts *facts)
{
	struct page *page = virt_to_page(addr);
	unsigned int class = byte_map()[virt_to_pfn(addr)];
	struct kmem_cache *s = &kmalloc_caches[class]; /* as good as any */
	struct page *slab = slab_of(s, page);
	bool is_start;

	facts->s = s;
	facts->slab = page_to_virt(slab);
	facts->index = object_index(s, slab, addr, &is_start);
	facts->object = NULL;
	facts->is_free = false;
	if (facts->index >= s->nr_objects)
		return;
	facts->object = (char *)facts->slab + (size_t)facts->index * s->size;
	if (is_start)
		facts->is_free = !slab_is_taken(addr);
}

static void check_slab(struct kmem_cache *s, struct page *slab,
		       struct check_report *report)
{
	unsigned int nr_taken = 0;
	unsigned int i, w;

	for (i = 0; i < 1U << s->order; i++) {
		struct page *page = slab + i;

		CHECK(page->type == PAGE_SLAB, report, page);
		CHECK(page->class == s->class, report, page);
		CHECK(page->order == s->node, report, page);
		CHECK(page->tag == s->tag, report, page);
		CHECK(byte_map()[page_to_pfn(page)] == s->class, report, page);
		for (w = 0; w < WORDS_PER_PAGE; w++) {
			u64 bits = page->taken_bits[w];

			for (; bits; bits &= bits - 1) {
				size_t g = w * 64 + lowest_bit(bits);
				bool is_start;

				object_index(s, slab, granule_to_virt(page, g),
					     &is_start);
				CHECK(is_start, report, page);
				nr_taken++;
			}
		}
	}
	CHECK(slab->nr + nr_taken == s->nr_objects, report, slab);
	CHECK(nr_taken > 0 && slab->nr > 0, report, slab);
}

bool slab_check(struct kmem_cache *s, struct check_report *report)
{
	size_t nr_free = 0;
	struct page *slab;
	unsigned int i;

	lock_acquire(&s->lock);
	list_for_each_entry(slab, &s->partial, link) {
		check_slab(s, slab, report);
		nr_free += slab->nr;
	}
	CHECK(nr_free == s->nr_free, report, s);
	for (i = 0; i < s->nr_run; i++) {
		CHECK(s->run[i].type == PAGE_NONE, report, s->run + i);
		CHECK(page_has_no_bits(s->run + i), report, s->run + i);
	}
	lock_release(&s->lock);
	return check_report_clean(report);
}
