/* SPDX-License-Identifier: MIT */
/*
 * slab.c - slabs as bit maps: which objects of a block are free
 *
 * A frame has 256 granules of 16 bytes, its struct page 256 bits.  A bit is
 * set where a free object starts.  So an object's bit is found by a shift, no
 * link ever lies in memory that users write to, an object that is freed twice
 * is a bit that is set already, and a slab has no owner to be asked.
 *
 *	order 1, objects of 1536 bytes, all free:
 *	frame 0:  granules 0, 96, 192	frame 1:  granules 32, 128
 *	(the third object starts in frame 0 and ends in frame 1)
 *
 * The first frame's struct page speaks for the slab: nr counts the set bits of
 * all frames, link is in the cache's list while there are any.
 *
 * Objects are taken from the lowest address upward, so that a slab's memory is
 * touched page by page and what was never needed is never touched.
 *
 * Invariants, walked by slab_check():
 *	1. Each frame of a slab has type PAGE_SLAB and the class's byte in the
 *	   byte map.
 *	2. The set bits of a slab's frames add up to the first frame's nr.
 *	3. Bits are set at multiples of the object size only.
 *	4. A slab is in the list if and only if nr is not 0, and nr is less than
 *	   all objects (a slab that is all free is given back at once).
 *	5. The nr of all slabs in the list add up to the cache's nr_free.
 *
 * Cost.  Taking n objects reads a word for every 64 granules; putting one back
 * is a multiplication, and one or two cache lines of mem_map for each frame.
 * Locking.  s->lock.
 * Not here.  The per-thread arrays in front (sheaf.h), their exchange (barn.c).
 */
#include "slab/slab.h"

#include "os/report.h"

#define INVERSE_SHIFT 24

/* A thread's and the barn's shares of a class, in bytes. */
#define SHEAF_BYTES_MAX KIB(16)
#define BARN_BYTES_MAX	KIB(64)

struct kmem_cache kmalloc_caches[NR_CLASSES];

static u16 clamp(size_t n, size_t low, size_t high)
{
	return (u16)(n < low ? low : n > high ? high : n);
}

void kmem_caches_init(void)
{
	unsigned int class;

	for (class = 1; class < NR_CLASSES; class ++) {
		struct kmem_cache *s = &kmalloc_caches[class];
		const struct class_info *info = &class_info[class];
		size_t granules = info->size >> GRANULE_SHIFT;

		s->lock.rank = LOCK_RANK_CACHE;
		s->size = info->size;
		s->order = (u8)info->order;
		s->class = (u8) class;
		s->nr_objects = (u16)((PAGE_SIZE << info->order) / info->size);
		s->inverse = (u32)(((1UL << INVERSE_SHIFT) + granules - 1) /
				   granules);
		s->sheaf_max =
			clamp(SHEAF_BYTES_MAX / info->size, 2, SHEAF_MAX);
		s->max_full = clamp(BARN_BYTES_MAX /
					    ((size_t)info->size * s->sheaf_max),
				    1, BARN_MAX);
		list_init(&s->partial);
	}
}

void kmem_caches_reset(void)
{
	unsigned int class;

	for (class = 1; class < NR_CLASSES; class ++)
		lock_reset_orphan(&kmalloc_caches[class].lock);
}

static struct page *slab_of(const struct kmem_cache *s, struct page *page)
{
	pfn_t pfn = page_to_pfn(page) & ~order_mask(s->order);

	return pfn_to_page(pfn);
}

static void *granule_to_virt(const struct page *page, unsigned int granule)
{
	return (char *)page_to_virt(page) + ((size_t)granule << GRANULE_SHIFT);
}

/* Bits 0, @step, 2 * @step and so on of a word. */
static u64 every_nth_bit(size_t step)
{
	u64 bits = 1;

	for (; step < 64; step *= 2)
		bits |= bits << step;
	return bits;
}

/* All objects are free, and nothing else is: a word at a time. */
static void set_free_bits(struct kmem_cache *s, struct page *slab)
{
	size_t step = s->size >> GRANULE_SHIFT;
	size_t end = step * s->nr_objects; /* the first granule of no object */
	size_t first = 0; /* in this word that an object starts at, or beyond */
	size_t over = 64 % step;
	u64 pattern = every_nth_bit(step);
	size_t w;

	for (w = 0; w < (size_t)WORDS_PER_PAGE << s->order; w++) {
		struct page *page = slab + w / WORDS_PER_PAGE;
		u64 bits = first < 64 ? pattern << first : 0;

		if (w * 64 + 64 > end)
			bits = w * 64 < end ? bits & ((1ULL << end % 64) - 1)
					    : 0;
		page->free_bits[w % WORDS_PER_PAGE] = bits;
		first = first >= over ? first - over : first + step - over;
	}
}

static struct page *slab_new(struct kmem_cache *s, struct per_cpu_pages *pcp)
{
	unsigned int nr_pages = 1U << s->order;
	struct page *slab = pcp_alloc(pcp, &zone_normal, nr_pages);
	unsigned int i;
	pfn_t pfn;

	if (!slab)
		return NULL;
	pfn = page_to_pfn(slab);
	for (i = 0; i < nr_pages; i++) {
		WRITE_ONCE(slab[i].type, PAGE_SLAB);
		slab[i].class = s->class;
		store_release(&byte_map()[pfn + i], s->class);
	}
	set_free_bits(s, slab);
	slab->nr = s->nr_objects;
	list_add(&slab->link, &s->partial);
	s->nr_slabs++;
	s->nr_free += s->nr_objects;
	return slab;
}

static void slab_release(struct kmem_cache *s, struct per_cpu_pages *pcp,
			 struct page *slab)
{
	unsigned int nr_pages = 1U << s->order;
	pfn_t pfn = page_to_pfn(slab);
	unsigned int i;

	list_del(&slab->link);
	s->nr_slabs--;
	s->nr_free -= s->nr_objects;
	for (i = 0; i < nr_pages; i++) {
		WRITE_ONCE(slab[i].type, PAGE_NONE);
		slab[i].class = 0;
		store_release(&byte_map()[pfn + i], 0);
	}
	pcp_free(pcp, &zone_normal, slab, nr_pages);
}

/* Up to @nr objects of one slab, to end[-1], end[-2] and so on. */
static unsigned int take_from_slab(struct kmem_cache *s, struct page *slab,
				   void **end, unsigned int nr)
{
	unsigned int nr_words = WORDS_PER_PAGE << s->order;
	void **out = end;
	unsigned int w, n;

	for (w = 0; w < nr_words && out > end - nr; w++) {
		struct page *page = slab + w / WORDS_PER_PAGE;
		unsigned int granule = w % WORDS_PER_PAGE * 64;
		u64 bits = page->free_bits[w % WORDS_PER_PAGE];
		char *start;

		if (!bits)
			continue;
		start = granule_to_virt(page, granule);
		do {
			size_t g = lowest_bit(bits);

			WRITE_ONCE(*--out, start + (g << GRANULE_SHIFT));
			bits &= bits - 1;
		} while (bits && out > end - nr);
		WRITE_ONCE(page->free_bits[w % WORDS_PER_PAGE], bits);
	}
	n = (unsigned int)(end - out);
	slab->nr -= n;
	s->nr_free -= n;
	if (slab->nr == 0)
		list_del(&slab->link);
	return n;
}

unsigned int slab_take_objects(struct kmem_cache *s, struct per_cpu_pages *pcp,
			       void **end, unsigned int nr)
{
	unsigned int n = 0;

	VM_BUG_ON(!lock_is_mine(&s->lock));
	while (n < nr) {
		if (list_is_empty(&s->partial)) {
			/* Rather fewer objects than memory nobody asked for. */
			if (n || !slab_new(s, pcp))
				break;
		}
		n += take_from_slab(
			s, list_first_entry(&s->partial, struct page, link),
			end - n, nr - n);
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
	u64 granule = offset >> GRANULE_SHIFT;
	unsigned int index =
		(unsigned int)((granule * s->inverse) >> INVERSE_SHIFT);

	*is_start = (size_t)index * s->size == offset && index < s->nr_objects;
	return index;
}

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
	if (!nr)
		return;
	s->nr_free += nr;
	if (slab->nr == 0)
		list_add(&slab->link, &s->partial);
	slab->nr += nr;
	if (slab->nr == s->nr_objects)
		slab_release(s, pcp, slab);
}

/*
 * Objects that were allocated together come back together: what is known of a
 * slab is kept from one object to the next.
 */
void slab_put_objects(struct kmem_cache *s, struct per_cpu_pages *pcp,
		      void **objects, size_t nr, struct bad_free *bad)
{
	size_t size = s->size, slab_bytes = 0;
	struct page *slab = NULL;
	char *start = NULL;
	unsigned int nr_put = 0;
	size_t i;

	VM_BUG_ON(!lock_is_mine(&s->lock));
	for (i = 0; i < nr; i++) {
		size_t offset = (size_t)((char *)objects[i] - start);
		size_t granule, index;
		u64 *word, bit;

		if (offset >= slab_bytes) {
			struct page *page = virt_to_page(objects[i]);
			enum bad_object kind;

			count_put(s, pcp, slab, nr_put);
			nr_put = 0;
			slab_bytes = 0;
			kind = inspect_frame(s, page);
			if (unlikely(kind != OBJECT_OK)) {
				bad_free_remember(bad, objects[i], kind);
				continue;
			}
			slab = slab_of(s, page);
			slab_bytes = PAGE_SIZE << s->order;
			start = page_to_virt(slab);
			offset = (size_t)((char *)objects[i] - start);
		}
		granule = offset >> GRANULE_SHIFT;
		index = (granule * s->inverse) >> INVERSE_SHIFT;
		if (unlikely(index * size != offset ||
			     index >= s->nr_objects)) {
			bad_free_remember(bad, objects[i], OBJECT_INTERIOR);
			continue;
		}
		word = &slab[granule / GRANULES_PER_PAGE]
				.free_bits[granule / 64 % WORDS_PER_PAGE];
		bit = 1ULL << (granule % 64);
		if (unlikely(*word & bit)) {
			bad_free_remember(bad, objects[i], OBJECT_ALREADY_FREE);
			continue;
		}
		WRITE_ONCE(*word, *word | bit);
		nr_put++;
	}
	count_put(s, pcp, slab, nr_put);
}

enum bad_object slab_inspect(const struct kmem_cache *s, const void *addr)
{
	struct page *page = virt_to_page(addr);
	size_t granule = (uintptr_t)addr % PAGE_SIZE >> GRANULE_SHIFT;
	bool is_start;

	object_index(s, slab_of(s, page), addr, &is_start);
	if (!is_start)
		return OBJECT_INTERIOR;
	if (READ_ONCE(page->free_bits[granule / 64]) >> (granule % 64) & 1)
		return OBJECT_ALREADY_FREE;
	return OBJECT_OK;
}

void slab_describe(const void *addr, struct object_facts *facts)
{
	struct page *page = virt_to_page(addr);
	struct kmem_cache *s = &kmalloc_caches[byte_map()[virt_to_pfn(addr)]];
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
	if (is_start) {
		size_t g = (uintptr_t)addr % PAGE_SIZE >> GRANULE_SHIFT;

		facts->is_free =
			READ_ONCE(page->free_bits[g / 64]) >> (g % 64) & 1;
	}
}

static void check_slab(struct kmem_cache *s, struct page *slab,
		       struct check_report *report)
{
	unsigned int nr_free = 0;
	unsigned int i, w;

	for (i = 0; i < 1U << s->order; i++) {
		struct page *page = slab + i;

		CHECK(page->type == PAGE_SLAB, report, page);
		CHECK(page->class == s->class, report, page);
		CHECK(byte_map()[page_to_pfn(page)] == s->class, report, page);
		for (w = 0; w < WORDS_PER_PAGE; w++) {
			u64 bits = page->free_bits[w];

			for (; bits; bits &= bits - 1) {
				bool is_start;

				object_index(s, slab,
					     granule_to_virt(
						     page,
						     w * 64 + lowest_bit(bits)),
					     &is_start);
				CHECK(is_start, report, page);
				nr_free++;
			}
		}
	}
	CHECK(nr_free == slab->nr, report, slab);
	CHECK(nr_free > 0 && nr_free < s->nr_objects, report, slab);
}

bool slab_check(struct kmem_cache *s, struct check_report *report)
{
	size_t nr_free = 0;
	struct page *slab;

	lock_acquire(&s->lock);
	list_for_each_entry(slab, &s->partial, link) {
		check_slab(s, slab, report);
		nr_free += slab->nr;
	}
	CHECK(nr_free == s->nr_free, report, s);
	lock_release(&s->lock);
	return check_report_clean(report);
}
