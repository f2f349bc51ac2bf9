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
 * is a multiplication, one or two cache lines of mem_map.
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

static void set_free_bits(struct kmem_cache *s, struct page *slab)
{
	size_t step = s->size >> GRANULE_SHIFT;
	size_t granule = 0;
	unsigned int i;

	for (i = 0; i < s->nr_objects; i++, granule += step) {
		struct page *page = slab + granule / GRANULES_PER_PAGE;
		size_t g = granule % GRANULES_PER_PAGE;

		page->free_bits[g / 64] |= 1ULL << (g % 64);
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
		unsigned int w;

		WRITE_ONCE(slab[i].type, PAGE_SLAB);
		slab[i].class = s->class;
		for (w = 0; w < WORDS_PER_PAGE; w++)
			slab[i].free_bits[w] = 0;
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

/* Up to @nr objects of one slab. */
static unsigned int take_from_slab(struct kmem_cache *s, struct page *slab,
				   void **out, unsigned int nr)
{
	unsigned int nr_words = WORDS_PER_PAGE << s->order;
	unsigned int n = 0;
	unsigned int w;

	for (w = 0; w < nr_words && n < nr; w++) {
		struct page *page = slab + w / WORDS_PER_PAGE;
		unsigned int granule = w % WORDS_PER_PAGE * 64;
		u64 bits = page->free_bits[w % WORDS_PER_PAGE];

		while (bits && n < nr) {
			out[n++] = granule_to_virt(page,
						   granule + lowest_bit(bits));
			bits &= bits - 1;
		}
		WRITE_ONCE(page->free_bits[w % WORDS_PER_PAGE], bits);
	}
	slab->nr -= n;
	s->nr_free -= n;
	if (slab->nr == 0)
		list_del(&slab->link);
	return n;
}

unsigned int slab_take_objects(struct kmem_cache *s, struct per_cpu_pages *pcp,
			       void **out, unsigned int nr)
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
			out + n, nr - n);
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

enum bad_object slab_put_object(struct kmem_cache *s, struct per_cpu_pages *pcp,
				void *object)
{
	struct page *page = virt_to_page(object);
	struct page *slab = slab_of(s, page);
	size_t granule = (uintptr_t)object % PAGE_SIZE >> GRANULE_SHIFT;
	u64 bit = 1ULL << (granule % 64);
	bool is_start;

	VM_BUG_ON(!lock_is_mine(&s->lock));
	if (unlikely(page->type != PAGE_SLAB))
		return OBJECT_ALREADY_FREE;
	if (unlikely(page->class != s->class))
		return OBJECT_WRONG_CLASS;
	object_index(s, slab, object, &is_start);
	if (unlikely(!is_start))
		return OBJECT_INTERIOR;
	if (unlikely(page->free_bits[granule / 64] & bit))
		return OBJECT_ALREADY_FREE;

	WRITE_ONCE(page->free_bits[granule / 64],
		   page->free_bits[granule / 64] | bit);
	s->nr_free++;
	if (slab->nr++ == 0)
		list_add(&slab->link, &s->partial);
	if (slab->nr == s->nr_objects)
		slab_release(s, pcp, slab);
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
