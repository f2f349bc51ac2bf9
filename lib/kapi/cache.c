/* SPDX-License-Identifier: MIT */
/*
 * cache.c - making kmem_caches, and unmaking them
 *
 * Layout of a slab.  Objects lie side by side, from the first byte of a block
 * of 2^order frames on.  Of the orders 0 to 3 the smallest one is taken that
 * holds 12 objects and leaves at most a sixteenth over; if there is none, an
 * eighth, then a quarter; then one that holds a single object.  No slab has
 * more than 512 objects.
 *
 *	size 192: order 1 has 42 objects and 128 bytes over
 *	size 700: order 2 has 23 objects and 284 bytes over
 *
 * Merging.  A cache whose objects have the size, alignment and flags of an
 * older one, and no constructor, is that one: fewer slabs are half empty.  A
 * cache counts how often it was made.  PFMALLOC_CONF=slab_nomerge:on, or the
 * flag PF_SLAB_NO_MERGE, keeps each for itself, so that an object given to the
 * wrong one is found.
 *
 * Locking.  kcaches_lock for the list; a cache's own lock inside it.
 */
#include "kapi/cache.h"

#include <errno.h>
#include <string.h>

#include "kapi/pages.h"
#include "kapi/range.h"
#include "kapi/slabs.h"
#include "kapi/vmalloc.h"
#include "kmem/kmem.h"
#include "os/conf.h"
#include "os/os.h"
#include "os/report.h"
#include "pfmalloc/slab.h"
#include "slab/gate.h"
#include "slab/steal.h"

#define CACHE_LINE  64
#define MIN_OBJECTS 12
#define MAX_ROUNDS  1000
#define MAX_ORDER   3 /* but for what is larger than such a slab */

/* A thread's array and a cache's empty slabs, in bytes. */
#define ARRAY_BYTES KIB(16)
#define EMPTY_BYTES KIB(64)
/* Pointers that a record of 512 bytes has room for, and the largest record. */
#define ARRAY_MAX    63
#define CAPACITY_MAX 127

#define KNOWN_FLAGS                                                          \
	(PF_SLAB_HWCACHE_ALIGN | PF_SLAB_CACHE_DMA | PF_SLAB_CACHE_DMA32 |   \
	 PF_SLAB_RECLAIM_ACCOUNT | PF_SLAB_PANIC | PF_SLAB_TYPESAFE_BY_RCU | \
	 PF_SLAB_NO_MERGE | PF_SLAB_ACCOUNT | PF_SLAB_IGNORED)

/* Caches with these are nobody else's. */
#define NEVER_MERGED (PF_SLAB_TYPESAFE_BY_RCU | PF_SLAB_NO_MERGE)
/* Those of a merged cache are the same. */
#define SAME_FLAGS                                                           \
	(PF_SLAB_CACHE_DMA | PF_SLAB_CACHE_DMA32 | PF_SLAB_RECLAIM_ACCOUNT | \
	 PF_SLAB_ACCOUNT)

struct lock kcaches_lock = LOCK_INIT(LOCK_RANK_KAPI);
struct list_head kcaches;

static u64 ids[MAX_CACHES / 64]; /* taken */

static u32 state;
enum {
	NOT_READY,
	STARTING,
	READY,
};

void kcaches_reset(void)
{
	struct kcache *s;

	shrinkers_reset();
	if (state != READY) {
		state = NOT_READY; /* who was at it is not here */
		return;
	}
	lock_reset_orphan(&kcaches_lock);
	for_each_kcache(s) lock_reset_orphan(&s->lock);
	meta_reset();
	kapi_vmalloc_reset();
}

static void recall(void);

static bool start(void)
{
	if (!kapi_range.vmalloc_end && kapi_range_init())
		return false;
	if (!kcaches.next)
		list_init(&kcaches);
	WRITE_ONCE(caches_drain_hook, recall);
	return kmalloc_caches_create();
}

/*
 * The first call of a client.  One that may not wait does it too, unless it has
 * interrupted malloc or another first call: the thread's later ones find
 * everything ready.
 */
bool kapi_init(unsigned int gfp)
{
	u32 expected = NOT_READY;
	unsigned int round;

	if (likely(load_acquire(&state) == READY))
		return true;
	if (may_wait(gfp))
		kapi_ready();
	if (!kmem_is_ready() || gate_is_inside())
		return false;
	if (__atomic_compare_exchange_n(&state, &expected, STARTING, false,
					__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		bool is_ready = start();

		store_release(&state, is_ready ? READY : NOT_READY);
		return is_ready;
	}
	for (round = 0; may_wait(gfp) && load_acquire(&state) == STARTING;
	     round++)
		os_wait_turn(round);
	return load_acquire(&state) == READY;
}

/* ------------------------------------------------------------------------
 * Layout
 * ------------------------------------------------------------------------ */

static u32 alignment(u32 size, u32 align, unsigned int flags)
{
	if (flags & PF_SLAB_HWCACHE_ALIGN) {
		u32 line = CACHE_LINE;

		while (size <= line / 2)
			line /= 2;
		if (align < line)
			align = line;
	}
	return (u32)max_size(roundup_pow_of_two(align), 8);
}

static bool fits(u32 size, unsigned int order, unsigned int fraction)
{
	size_t bytes = PAGE_SIZE << order;

	return bytes / size >= MIN_OBJECTS &&
	       bytes / size <= KSLAB_MAX_OBJECTS &&
	       bytes % size <= bytes / fraction;
}

static unsigned int slab_order(u32 size, u32 align)
{
	unsigned int low = order_of_pages(bytes_to_pages(align));
	unsigned int fraction, order;

	for (fraction = 16; fraction >= 4; fraction /= 2) {
		for (order = low; order <= MAX_ORDER; order++) {
			if (fits(size, order, fraction))
				return order;
		}
	}
	order = order_of_pages(bytes_to_pages(size));
	if (order < low)
		order = low;
	/* Several in a slab where that is no waste, up to the largest order. */
	while (order < MAX_ORDER && (PAGE_SIZE << order) % size)
		order++;
	return order;
}

/* Objects in a thread's array. */
static size_t array_length(u32 size, u32 capacity)
{
	if (capacity)
		return min_size(capacity, CAPACITY_MAX);
	return max_size(min_size(ARRAY_BYTES / size, ARRAY_MAX), 2);
}

static void lay_out(struct kcache *s, u32 size,
		    const struct kmem_cache_args *args, unsigned int flags)
{
	size_t nr;

	s->lock.rank = LOCK_RANK_CACHE;
	s->object_size = size;
	s->align = alignment(size, args->align, flags);
	s->size = (u32)align_up(size, s->align);
	s->order = (u8)slab_order(s->size, s->align);
	nr = (PAGE_SIZE << s->order) / s->size;
	s->nr_objects = (u16)min_size(nr, KSLAB_MAX_OBJECTS);
	s->inverse = (u32)(((1ULL << 32) + s->size - 1) / s->size);
	s->array_max = (u16)array_length(s->size, args->sheaf_capacity);
	s->max_empty = (u16)max_size(EMPTY_BYTES / (PAGE_SIZE << s->order), 1);
	s->flags = flags;
	if (flags & PF_SLAB_CACHE_DMA)
		s->gfp |= __GFP_DMA;
	else if (flags & PF_SLAB_CACHE_DMA32)
		s->gfp |= __GFP_DMA32;
	if (flags & PF_SLAB_RECLAIM_ACCOUNT)
		s->gfp |= __GFP_RECLAIMABLE;
	if (flags & PF_SLAB_ACCOUNT)
		s->gfp |= __GFP_ACCOUNT;
	list_init(&s->partial);
	list_init(&s->empty);
}

/* ------------------------------------------------------------------------
 * Making
 * ------------------------------------------------------------------------ */

/* A free id, taken; MAX_CACHES if there is none. */
static unsigned int take_id_locked(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		if (~ids[i]) {
			unsigned int bit = lowest_bit(~ids[i]);

			ids[i] |= 1ULL << bit;
			return i * 64 + bit;
		}
	}
	return MAX_CACHES;
}

static void give_id_locked(unsigned int id)
{
	ids[id / 64] &= ~(1ULL << id % 64);
}

static char *copy_name(const char *name)
{
	size_t len = strnlen(name, META_MAX_BYTES - 1);
	char *copy = meta_alloc(len + 1, true);

	return copy ? memcpy(copy, name, len) : NULL;
}

static void free_record(struct kcache *s)
{
	if (s->name)
		meta_free((char *)s->name, strlen(s->name) + 1);
	meta_free(s, sizeof(*s));
}

static struct kcache *record_new(const char *name)
{
	struct kcache *s = meta_alloc(sizeof(*s), true);

	static_assert(sizeof(*s) <= META_MAX_BYTES, "one record");
	if (!s)
		return NULL;
	s->name = copy_name(name);
	if (s->name)
		return s;
	free_record(s);
	return NULL;
}

/* Whether such a cache may be the same as another one. */
static bool may_merge(const struct kmem_cache_args *args, unsigned int flags)
{
	return !args->ctor && !args->usersize && !args->sheaf_capacity &&
	       !(flags & NEVER_MERGED);
}

static struct kcache *create(const char *name, u32 size,
			     const struct kmem_cache_args *args,
			     unsigned int flags)
{
	struct kcache *s = record_new(name);
	unsigned int id;

	if (!s)
		return NULL;
	lay_out(s, size, args, flags);
	s->ctor = args->ctor;
	s->refcount = 1;
	s->may_merge = may_merge(args, flags);
	lock_acquire(&kcaches_lock);
	id = take_id_locked();
	if (id < MAX_CACHES) {
		s->id = (u16)id;
		list_add(&s->link, &kcaches);
	}
	lock_release(&kcaches_lock);
	if (id < MAX_CACHES)
		return s;
	free_record(s);
	report_line("kmem_cache_create(%s): there are %u caches already, and "
		    "no more can be made",
		    name, MAX_CACHES);
	return NULL;
}

struct kcache *kcache_create(const char *name, unsigned int size,
			     const struct kmem_cache_args *args,
			     unsigned int flags)
{
	struct tcache *tc = kapi_enter();
	struct kcache *s;

	if (!tc)
		return NULL;
	s = create(name, size, args, flags);
	gate_leave(tc);
	return s;
}

/* A cache that makes such objects, with a reference more; or NULL. */
static struct kcache *
find_mergeable(u32 size, const struct kmem_cache_args *args, unsigned int flags)
{
	u32 align = alignment(size, args->align, flags);
	struct kcache *s, *found = NULL;
	struct tcache *tc;

	if (pf_conf.slab_nomerge || !may_merge(args, flags))
		return NULL;
	size = (u32)align_up(size, align);
	tc = kapi_enter();
	if (!tc)
		return NULL;
	lock_acquire(&kcaches_lock);
	for_each_kcache(s)
	{
		/* Room for the word that it may be larger, no more. */
		if (!s->may_merge || !s->refcount || s->size < size ||
		    s->size - size >= sizeof(void *) || s->align % align ||
		    (s->flags ^ flags) & SAME_FLAGS)
			continue;
		found = s;
		s->refcount++;
		s->object_size = (u32)max_size(s->object_size, size);
		break;
	}
	lock_release(&kcaches_lock);
	gate_leave(tc);
	return found;
}

static bool is_freeptr_right(unsigned int size,
			     const struct kmem_cache_args *args,
			     unsigned int flags)
{
	return args->freeptr_offset < size &&
	       args->freeptr_offset % sizeof(void *) == 0 &&
	       (args->ctor || flags & PF_SLAB_TYPESAFE_BY_RCU);
}

static const char *what_is_wrong_with(const char *name, unsigned int size,
				      const struct kmem_cache_args *args,
				      unsigned int flags)
{
	if (!name)
		return "a cache needs a name";
	if (!size)
		return "objects of 0 bytes cannot be told apart";
	if (size > PF_KMALLOC_MAX_SIZE)
		return "an object has 4 MiB at most";
	if (args->align && !is_power_of_two(args->align))
		return "the alignment is a power of two";
	if (args->align > PF_KMALLOC_MAX_SIZE)
		return "the alignment is 4 MiB at most";
	if (flags & ~KNOWN_FLAGS)
		return "there is a flag that is not known";
	if (args->use_freeptr_offset && !is_freeptr_right(size, args, flags))
		return "a place for a free pointer is a pointer's within the "
		       "object, of a cache with SLAB_TYPESAFE_BY_RCU or a "
		       "constructor";
	return NULL;
}

static void *failed(const char *name, unsigned int flags, const char *why)
{
	report_line("kmem_cache_create(%s): %s", name ? name : "(null)", why);
	if (flags & PF_SLAB_PANIC)
		report_abort();
	return NULL;
}

/* As the kernel: a wrong region is none, and no reason to fail. */
static void check_region(const char *name, unsigned int size,
			 struct kmem_cache_args *args)
{
	if (args->usersize ? args->usersize <= size &&
				     args->useroffset <= size - args->usersize
			   : !args->useroffset)
		return;
	report_line("WARNING: kmem_cache_create(%s): useroffset %u and "
		    "usersize %u are not within %u bytes; ignored",
		    name, args->useroffset, args->usersize, size);
	args->useroffset = 0;
	args->usersize = 0;
}

struct kmem_cache *
pf_kmem_cache_create_args(const char *name, unsigned int size,
			  const struct kmem_cache_args *wanted,
			  unsigned int flags)
{
	struct kmem_cache_args args = {0};
	const char *why;
	struct kcache *s;

	if (wanted)
		args = *wanted;
	why = what_is_wrong_with(name, size, &args, flags);
	if (why)
		return failed(name, flags, why);
	check_region(name, size, &args);
	if (strchr(name, ' '))
		report_line("WARNING: kmem_cache_create(%s): a blank in the "
			    "name breaks readers of slabinfo",
			    name);
	if (!kapi_init(GFP_KERNEL))
		return failed(name, flags, "there is no memory");
	s = find_mergeable(size, &args, flags);
	if (!s)
		s = kcache_create(name, size, &args, flags);
	if (!s)
		return failed(name, flags, "there is no memory");
	return (struct kmem_cache *)s;
}

struct kmem_cache *pf_kmem_cache_create(const char *name, unsigned int size,
					unsigned int align, unsigned int flags,
					void (*ctor)(void *object))
{
	struct kmem_cache_args args = {.align = align, .ctor = ctor};

	return pf_kmem_cache_create_args(name, size, &args, flags);
}

/* ------------------------------------------------------------------------
 * Unmaking
 * ------------------------------------------------------------------------ */

/*
 * All arrays of all threads, what was reserved, and what was deferred, back to
 * the slabs of @s, or of all caches.  False where the others cannot be stopped.
 */
static bool drain_all(struct kcache *s)
{
	struct tcache *tc = kapi_enter(); /* so that there are locks' owners */
	os_signals saved;

	if (!tc)
		return false;
	gate_leave(tc);
	if (!gate_close(GATE_QUIET, &saved))
		return false;
	kcache_drain(s);
	gate_open(&saved);
	return true;
}

/* One reference less: whether it was the last one.  False where that cannot be
 * done, because a fork lasts. */
static bool put(struct kcache *s, bool *is_last)
{
	struct tcache *tc = kapi_enter();

	if (!tc)
		return false;
	lock_acquire(&kcaches_lock);
	if (s->refcount) /* or the last time it could not be unmade */
		s->refcount--;
	*is_last = s->refcount == 0;
	lock_release(&kcaches_lock);
	gate_leave(tc);
	return true;
}

static bool release_empty(struct kcache *s, size_t *nr_left)
{
	struct tcache *tc = kapi_enter();
	struct kslab *stack;

	if (!tc)
		return false;
	stack = kcache_take_empty(s, 0);
	*nr_left = s->nr_slabs;
	gate_leave(tc);
	kslabs_release(stack);
	return true;
}

/*
 * Give back all slabs that are empty, and count the others.  False where that
 * cannot be known, because a fork lasts, say.
 */
static bool shrink(struct kcache *s, size_t *nr_left)
{
	unsigned int round = 0;
	size_t nr_empty;

	do {
		if (!drain_all(s) || !release_empty(s, nr_left))
			return false;
		/* A handler is about to leave one of them; in fork's child it
		 * may have been one of a thread that is not there. */
		nr_empty = READ_ONCE(s->nr_empty);
		if (nr_empty)
			os_wait_turn(round++);
	} while (nr_empty && round < MAX_ROUNDS);
	return true;
}

/* kenv/rcu.c */
void pf_rcu_barrier(void) pf_weak;

static void forget(struct kcache *s)
{
	struct tcache *tc = kapi_enter();

	if (!tc)
		return; /* a fork: the record is lost, its slabs are not */
	lock_acquire(&kcaches_lock);
	list_del(&s->link);
	give_id_locked(s->id);
	lock_release(&kcaches_lock);
	free_record(s);
	gate_leave(tc);
}

/* Shrink, and once more when what others were about to free has come. */
static bool empty(struct kcache *s, size_t *nr_left)
{
	if (s->flags & PF_SLAB_TYPESAFE_BY_RCU && pf_rcu_barrier)
		pf_rcu_barrier();
	if (!shrink(s, nr_left))
		return false;
	if (!*nr_left || !pf_rcu_barrier)
		return true;
	pf_rcu_barrier(); /* kfree_rcu() */
	return shrink(s, nr_left);
}

void pf_kmem_cache_destroy(struct kmem_cache *cache)
{
	struct kcache *s = (struct kcache *)cache;
	bool is_last, is_seen;
	size_t nr_left = 0;

	if (!s)
		return;
	is_seen = put(s, &is_last);
	if (is_seen && !is_last)
		return;
	if (is_seen)
		is_seen = empty(s, &nr_left);
	if (!is_seen) {
		report_line("kmem_cache_destroy %s: a fork lasts, or a thread "
			    "has stopped, and what they hold of the cache "
			    "cannot be seen: it stays",
			    s->name);
		return;
	}
	if (nr_left) {
		report_line("kmem_cache_destroy %s: Slab cache still has "
			    "objects when called from %p",
			    s->name, __builtin_return_address(0));
		return;
	}
	if (s->flags & PF_SLAB_TYPESAFE_BY_RCU && pf_rcu_barrier)
		pf_rcu_barrier(); /* the slabs' records name the cache */
	forget(s);
}

/* Of all caches but those with one of @flags. */
static void give_back_but(unsigned int flags)
{
	struct kslab *stack = NULL, *slab, *next;
	struct tcache *tc = kapi_enter();
	struct kcache *s;

	if (!tc)
		return;
	lock_acquire(&kcaches_lock);
	for_each_kcache(s)
	{
		if (s->flags & flags)
			continue;
		for (slab = kcache_take_empty(s, 0); slab; slab = next) {
			next = slab->next;
			slab->next = stack;
			stack = slab;
		}
	}
	lock_release(&kcaches_lock);
	gate_leave(tc);
	kslabs_release(stack);
}

/* What lies in the calling thread's own arrays stays there. */
void kcaches_give_back(void)
{
	if (load_acquire(&state) == READY)
		give_back_but(0);
}

/*
 * caches_drain_hook: the system refuses memory, or is to get back what can be
 * spared.  Readers of slabs are waited for by a thread, which must not be
 * started here: a malloc() may have come here that starts one.
 */
static void recall(void)
{
	if (load_acquire(&state) != READY || !drain_all(NULL))
		return;
	give_back_but(PF_SLAB_TYPESAFE_BY_RCU);
	kapi_note_work(); /* and the next call sees to those */
}

int pf_kmem_cache_shrink(struct kmem_cache *cache)
{
	size_t nr_left;

	return !shrink((struct kcache *)cache, &nr_left) || nr_left;
}

unsigned int pf_kmem_cache_size(const struct kmem_cache *cache)
{
	return ((const struct kcache *)cache)->object_size;
}

bool kcaches_check(struct check_report *report)
{
	struct kcache *s;

	lock_acquire(&kcaches_lock);
	for_each_kcache(s)
	{
		lock_acquire(&s->lock);
		kcache_check_locked(s, report);
		lock_release(&s->lock);
	}
	lock_release(&kcaches_lock);
	return check_report_clean(report);
}

bool pf_kmem_check(void)
{
	struct check_report report = {0};
	struct tcache *tc;

	if (!kapi_init(GFP_KERNEL))
		return true;
	tc = kapi_enter();
	if (!tc)
		return true;
	kcaches_check(&report);
	kapi_vmalloc_check(&report);
	gate_leave(tc);
	if (check_report_clean(&report))
		return true;
	report_line("pf_kmem_check: %s does not hold for %p, in %s() at line "
		    "%u; %u facts in all",
		    report.first, (void *)(uintptr_t)report.subject,
		    report.function, report.line, report.nr_failed);
	return false;
}
