/* SPDX-License-Identifier: MIT */
/*
 * emergency.c - memory while nothing of ours may be touched
 *
 * When.  fork() waits for locks of libc, stdio's for one, and for whatever the
 * fork handlers of other libraries wait for: a lock, a thread that shall end.
 * Who holds the lock, or is the thread, may be in malloc().  While the gate is
 * closed for fork nobody may wait for it, then; nor may a request that a signal
 * handler makes in the middle of another one.
 *
 * How.  Each object is a mapping of its own in a range of its own:
 *
 *	claimed address
 *	|            header | object ...             |    whole pages
 *
 * Addresses are claimed upward by one atomic step, and are mapped by
 * MAP_FIXED_NOREPLACE, so that a piece which somebody else has is skipped.
 * Freeing is unmapping.  There is no lock, no list and no table, hence nothing
 * that a child of fork() could find half done.  An object costs a thousand
 * times what a sheaf's costs.  A fork takes a millisecond; where one lasts,
 * objects of one page that were freed serve the next requests, so that mappings
 * do not come and go.
 *
 * What is freed meanwhile and belongs to slabs, zone or vmalloc is noted on
 * pages of pointers, and freed by a later slow path.
 */
#include "kmem/emergency.h"

#include <errno.h>
#include <string.h>

#include "os/os.h"

struct header {
	u64 magic;
	char *start; /* of the mapping */
	char *end;
	u64 unused;
} __attribute__((aligned(32)));

static_assert(sizeof(struct header) == 32, "objects are aligned to it");

#define MAGIC	  0x656d657267656e63ULL
#define FREED	  0x6672656564ULL
#define MAX_TRIES 4096

#define NR_NOTES 506 /* with its header, a page is one page */

/* Pages of notes are never given back: another thread may be reading one. */
struct notes {
	struct notes *next;
	u32 nr_used; /* slots below are likely taken; a hint */
	void *p[NR_NOTES];
};

static struct {
	struct notes *pages;
	u32 has_any;
	u32 is_freeing;
} deferred;

static u64 next_offset;
static size_t nr_live;
static size_t bytes_live;

static u64 magic_of(const struct header *header)
{
	return MAGIC ^ (u64)(uintptr_t)header;
}

/* Addresses that nobody else will be given before the range is through. */
static char *claim(size_t bytes)
{
	size_t room = (size_t)(emergency_end - emergency_start);
	u64 offset = READ_ONCE(next_offset);
	u64 from;

	do {
		from = offset;
		if (bytes > room - from)
			from = 0;
	} while (!__atomic_compare_exchange_n(
		&next_offset, &offset, from + bytes, true, __ATOMIC_RELAXED,
		__ATOMIC_RELAXED));
	return emergency_start + from;
}

/* @bytes of new memory somewhere in a claim of @claimed bytes; or NULL. */
static char *map_somewhere(size_t claimed, size_t align, size_t offset,
			   size_t bytes)
{
	size_t room = (size_t)(emergency_end - emergency_start);
	unsigned int i;

	for (i = 0; i < MAX_TRIES; i++) {
		char *start = claim(claimed);
		int err;

		/* @offset behind the start shall be a multiple of @align. */
		start = (char *)align_up((uintptr_t)start + offset, align) -
			offset;
		err = os_map_new(start, bytes);
		if (!err)
			return start;
		if (err != -EEXIST)
			return NULL;
		/* What is there may be long: over it in steps that double. */
		if (i % 2 && claimed < room / 4)
			claimed *= 2;
	}
	return NULL;
}

/* Mappings of one page whose objects are free. */
static char *spare[128] pf_last;

static char *take_spare(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spare); i++) {
		char *start = READ_ONCE(spare[i]);

		if (start)
			start = __atomic_exchange_n(&spare[i], NULL,
						    __ATOMIC_ACQUIRE);
		if (start)
			return start;
	}
	return NULL;
}

static bool keep_spare(char *start)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spare); i++) {
		char *nothing = NULL;

		if (!READ_ONCE(spare[i]) &&
		    __atomic_compare_exchange_n(&spare[i], &nothing, start,
						false, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			return true;
	}
	return false;
}

void *emergency_alloc(size_t size, size_t align)
{
	size_t page_size = os_page_size();
	size_t room = (size_t)(emergency_end - emergency_start);
	size_t offset, bytes;
	struct header *header;
	char *start;

	if (size > room / 4 || align > room / 4)
		return NULL; /* also before the range is known */
	align = max_size(align, sizeof(*header));
	offset = min_size(align, page_size);
	bytes = align_up(offset + max_size(size, 1), page_size);
	start = bytes == page_size ? take_spare() : NULL;
	if (start)
		memset(start, 0, bytes);
	else
		start = map_somewhere(align > page_size ? bytes + align : bytes,
				      max_size(offset, align), offset, bytes);
	if (!start)
		return NULL;
	header = (struct header *)(start + offset) - 1;
	header->start = start;
	header->end = start + bytes;
	store_release(&header->magic, magic_of(header));
	__atomic_fetch_add(&nr_live, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&bytes_live, bytes, __ATOMIC_RELAXED);
	return start + offset;
}

/*
 * The header of @p, if that is an object; else what @p is.  Freed objects leave
 * nothing behind by which to know them; somebody else's mapping does.
 */
static enum kmem_status find_header(const void *p, struct header **header)
{
	size_t page_size = os_page_size();
	uintptr_t page;

	*header = (struct header *)p - 1;
	page = (uintptr_t)*header & ~(uintptr_t)(page_size - 1);
	/* In 32 bits of addresses libc's memory is likely to be here. */
	if (sizeof(p) == 4 && (uintptr_t)p % sizeof(**header) == 16)
		return KMEM_FOREIGN;
	if ((uintptr_t)p % sizeof(**header) ||
	    (char *)*header < emergency_start ||
	    !os_is_mapped((void *)page, page_size))
		return KMEM_NOT_IN_USE;
	if (load_acquire(&(*header)->magic) == magic_of(*header))
		return KMEM_OK;
	return (*header)->magic == FREED ? KMEM_ALREADY_FREE : KMEM_FOREIGN;
}

enum kmem_status emergency_usable_size(const void *p, size_t *size)
{
	struct header *header;
	enum kmem_status status = find_header(p, &header);

	if (status == KMEM_OK)
		*size = (size_t)(header->end - (const char *)p);
	return status;
}

enum kmem_status emergency_free(void *p)
{
	struct header *header;
	enum kmem_status status = find_header(p, &header);
	char *start;
	u64 magic;
	size_t bytes;

	if (status != KMEM_OK)
		return status;
	magic = magic_of(header);
	if (!__atomic_compare_exchange_n(&header->magic, &magic, FREED, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return KMEM_ALREADY_FREE;
	start = header->start;
	bytes = (size_t)(header->end - start);
	__atomic_fetch_sub(&nr_live, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&bytes_live, bytes, __ATOMIC_RELAXED);
	if (bytes == os_page_size() && keep_spare(start))
		WRITE_ONCE(deferred.has_any, 1);
	else
		os_unmap(start, bytes);
	return KMEM_OK;
}

void emergency_get_stats(size_t *nr, size_t *bytes)
{
	*nr = READ_ONCE(nr_live);
	*bytes = READ_ONCE(bytes_live);
}

static bool note_on(struct notes *notes, void *p)
{
	u32 i;

	for (i = READ_ONCE(notes->nr_used); i < NR_NOTES; i++) {
		void *nothing = NULL;

		if (__atomic_compare_exchange_n(&notes->p[i], &nothing, p,
						false, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED)) {
			WRITE_ONCE(notes->nr_used, i + 1);
			return true;
		}
	}
	return false;
}

static struct notes *add_page(void *p)
{
	struct notes *notes = emergency_alloc(sizeof(*notes), sizeof(void *));

	if (!notes)
		return NULL;
	notes->p[0] = p;
	notes->nr_used = 1;
	notes->next = READ_ONCE(deferred.pages);
	while (!__atomic_compare_exchange_n(&deferred.pages, &notes->next,
					    notes, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
	return notes;
}

void emergency_defer(void *p)
{
	struct notes *notes = load_acquire(&deferred.pages);

	while (notes && !note_on(notes, p))
		notes = notes->next;
	if (notes || add_page(p))
		WRITE_ONCE(deferred.has_any, 1);
}

bool emergency_has_deferred(void)
{
	return READ_ONCE(deferred.has_any);
}

static void drop_spares(void)
{
	char *start;

	while ((start = take_spare()))
		os_unmap(start, os_page_size());
}

void emergency_free_deferred(void (*free_one)(void *p))
{
	struct notes *notes;
	u32 i;

	if (__atomic_exchange_n(&deferred.is_freeing, 1, __ATOMIC_ACQUIRE))
		return;
	WRITE_ONCE(deferred.has_any, 0);
	notes = load_acquire(&deferred.pages);
	for (; notes; notes = notes->next) {
		WRITE_ONCE(notes->nr_used, 0);
		for (i = 0; i < NR_NOTES; i++) {
			void *p = __atomic_exchange_n(&notes->p[i], NULL,
						      __ATOMIC_ACQUIRE);

			if (p)
				free_one(p);
		}
	}
	drop_spares();
	store_release(&deferred.is_freeing, 0);
}

void emergency_reset(void)
{
	if (deferred.is_freeing)
		deferred.has_any = 1; /* some of it may be left */
	deferred.is_freeing = 0;
}
