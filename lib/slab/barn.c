/* SPDX-License-Identifier: MIT */
/*
 * barn.c - sheaves exchanged between threads, and filled from slabs
 *
 * The barn of a class is a short list of sheaves with objects in them.  A
 * thread whose sheaf is full puts it there and takes an empty one; a thread
 * whose sheaf is empty takes one from there.  One short lock moves up to 62
 * objects, whoever they came from: programs in which one thread allocates and
 * another frees live on this.  Where threads have slabs of their own (node.c), a
 * full sheaf goes to the barn of the node that its last object is from.
 *
 * Growth.  A sheaf starts with room for a few objects and doubles each time it
 * turns out too small, up to the class's share of memory (s->sheaf_max): small
 * programs keep few objects in reserve.  Room is made by moving the objects
 * down.
 *
 * Lodgers.  A slab costs a page as soon as one object of it is used, and small
 * programs use many sizes a few times each.  So the first objects of a size are
 * objects of 64, 256 or 1024 bytes; a size that is asked for more often gets
 * slabs of its own.
 *
 * Strangers.  What a thread frees before it has anything of that size, or
 * anything at all, is another thread's.  In its sheaf the thread would get it
 * back at once, in a cache line with objects that the other one still writes to
 * (passive false sharing); so it goes to its slab.
 *
 * What is in a sheaf, from its top down to the NULL, are objects, all of them;
 * how many is not written anywhere.
 */
#include "slab/barn.h"

#include "slab/node.h"

#define FIRST_BATCH 4

/* Empty sheaves that a barn keeps, for the pool's lock is one for all. */
#define MAX_EMPTY 8

/* Objects of a class that the caches of a thread that has ended may keep. */
#define IDLE_BYTES_MAX KIB(4)

/* Of a sheaf: nothing but objects from its top down to the first NULL. */
static unsigned int count_objects(const struct kmem_cache *s, u32 top)
{
	void **slots = sheaf_slots();
	unsigned int n = 0;

	if (top % SHEAF_SLOTS == 0 && slots[top - s->sheaf_max])
		return s->sheaf_max;
	while (slots[top - 1 - n])
		n++;
	return n;
}

static unsigned int grown(const struct kmem_cache *s, unsigned int n)
{
	n = n ? 2 * n : FIRST_BATCH;
	return n > s->sheaf_max ? s->sheaf_max : n;
}

static void clear(u32 slot, u32 end)
{
	void **slots = sheaf_slots();

	for (; slot < end; slot++)
		WRITE_ONCE(slots[slot], NULL);
}

/* A sheaf for @s, of the pool: what @s makes no use of is NULL from here on. */
static u32 new_sheaf(const struct kmem_cache *s)
{
	u32 end = sheaf_alloc();

	if (end)
		clear(sheaf_first_slot(end) + 1, end - s->sheaf_max);
	return end;
}

/* Nothing below @top in its sheaf: one NULL for malloc(), all for steal.c. */
static void clear_below(const struct kmem_cache *s, u32 top)
{
	clear(sheaf_end(top) - s->sheaf_max, top);
}

/* An empty sheaf with room for @room objects: where its top stands. */
static u32 make_empty(const struct kmem_cache *s, u32 end, unsigned int room)
{
	clear_below(s, end - room);
	return end - room;
}

void barn_put_objects(struct tcache *tc, unsigned int class, void **objects,
		      size_t nr, struct bad_free *bad)
{
	while (nr) {
		struct kmem_cache *s = node_of_object(class, objects[0]);
		size_t nr_others;

		node_lock(tc, s);
		nr_others = slab_put_objects(s, &tc->pcp, objects, nr, bad);
		lock_release(&s->lock);
		/* Not even the first: somebody has written to its record. */
		if (unlikely(nr_others == nr)) {
			bad_free_remember(bad, *objects++, OBJECT_WRONG_CLASS);
			nr_others--;
		}
		nr = nr_others;
	}
}

/*
 * The objects of a sheaf, whose end is @end and which nobody else can see, to
 * their slabs: those of @s, then, without its lock, those of other nodes.
 */
static void flush_sheaf_unlock(struct kmem_cache *s, struct tcache *tc, u32 end,
			       struct bad_free *bad)
{
	unsigned int n = count_objects(s, end);
	void **objects = &sheaf_slots()[end - n];
	size_t nr_others = slab_put_objects(s, &tc->pcp, objects, n, bad);

	lock_release(&s->lock);
	barn_put_objects(tc, s->class, objects, nr_others, bad);
}

/* The one that was put there last: its objects are the likeliest in a cache. */
static u32 take_full_locked(struct kmem_cache *s)
{
	u16 nr = s->nr_full;

	if (!nr)
		return 0;
	WRITE_ONCE(s->nr_full, (u16)(nr - 1));
	return s->full[nr - 1];
}

/* An empty sheaf for one that is full; 0 where there is none. */
static u32 take_empty_locked(struct kmem_cache *s)
{
	u32 end = s->empty;

	if (!end)
		return new_sheaf(s);
	s->empty = *sheaf_link(end);
	s->nr_empty--;
	return end;
}

static bool put_empty_locked(struct kmem_cache *s, u32 end)
{
	if (s->nr_empty == MAX_EMPTY)
		return false;
	*sheaf_link(end) = s->empty;
	s->empty = end;
	s->nr_empty++;
	return true;
}

/* Put a full sheaf into the barn.  The oldest makes room: its end, or 0. */
static u32 put_full_locked(struct kmem_cache *s, u32 end)
{
	u32 oldest = 0;
	unsigned int i;

	if (s->nr_full == s->max_full) {
		oldest = s->full[0];
		for (i = 1; i < s->nr_full; i++)
			s->full[i - 1] = s->full[i];
		WRITE_ONCE(s->nr_full, (u16)(s->nr_full - 1));
	}
	s->full[s->nr_full] = end;
	WRITE_ONCE(s->nr_full, (u16)(s->nr_full + 1));
	return oldest;
}

/* Fill the sheaf that ends at @end; the lowest address is popped first. */
static unsigned int refill_locked(struct kmem_cache *s, struct tcache *tc,
				  u32 end)
{
	unsigned int n = grown(s, tc->batch[s->class]);

	tc->batch[s->class] = (u8)n;
	/* No new slabs for another node: its objects are all we came for. */
	if (s->node != tc->node && s->nr_free && n > s->nr_free)
		n = (unsigned int)s->nr_free;
	n = slab_take_objects(s, &tc->pcp, &sheaf_slots()[end], n);
	clear_below(s, end - n);
	return n;
}

/* No room for a sheaf: one object, straight from its slab. */
static void *alloc_one(struct kmem_cache *s, struct tcache *tc)
{
	void *object = NULL;

	node_lock(tc, s);
	slab_take_objects(s, &tc->pcp, &object + 1, 1);
	lock_release(&s->lock);
	return object;
}

unsigned int barn_class_for(const struct tcache *tc, unsigned int class)
{
	struct kmem_cache *s = &kmalloc_caches[class];
	u8 nr_lodgers;

	/* What other threads write to is not looked at more than that often. */
	if (tc->batch[class] || s->host == class)
		return class;
	nr_lodgers = READ_ONCE(s->nr_lodgers);
	if (nr_lodgers == MAX_LODGERS)
		return class;
	/* Threads that meet here may add up to fewer. */
	WRITE_ONCE(s->nr_lodgers, (u8)(nr_lodgers + 1));
	return s->host;
}

void *barn_alloc(struct tcache *tc, unsigned int class)
{
	u32 top = thread_heap.top[class];
	struct kmem_cache *s;
	u32 full, end;
	void *object;
	bool is_kept;

	if (unlikely(node_is_contended(tc)))
		node_move(tc);
	s = node_cache(tc, class);
	if (top) {
		/* Someone who took from this sheaf may have put one back. */
		object = sheaf_slots()[top - 1];
		if (object) {
			WRITE_ONCE(thread_heap.top[class], top - 1);
			return object;
		}
		end = sheaf_end(top);
	} else {
		end = new_sheaf(s);
		if (!end)
			return alloc_one(s, tc);
	}

	node_lock(tc, s);
	full = take_full_locked(s);
	if (!full && !os_has_one_thread())
		node_note_taker(tc, s);
	if (!full && refill_locked(s, tc, end))
		full = end;
	is_kept = full == end || put_empty_locked(s, end);
	lock_release(&s->lock);
	if (!is_kept)
		sheaf_free(end);
	if (!full) {
		WRITE_ONCE(thread_heap.top[class], 0);
		return NULL;
	}
	object = sheaf_slots()[full - 1];
	WRITE_ONCE(thread_heap.top[class], full - 1);
	return object;
}

/* Room for @room objects more, by moving the objects of a full sheaf down. */
static u32 make_room(u32 end, unsigned int n, unsigned int room)
{
	void **slots = sheaf_slots();
	unsigned int i;

	for (i = n; i > 0; i--)
		WRITE_ONCE(slots[end - room - i], slots[end - i]);
	return end - room;
}

/*
 * Give the full sheaf that ends at @end away, to the node that its last object
 * is from: there somebody allocates what is freed here.  Where the new top
 * stands.  The new sheaf is the barn's oldest, flushed, or one from the pool
 * while the barn has room; without either this sheaf is flushed itself.
 */
static u32 exchange_full(struct tcache *tc, unsigned int class, u32 end,
			 unsigned int room, struct bad_free *bad)
{
	struct kmem_cache *s = node_of_object(class, sheaf_slots()[end - 1]);
	u32 oldest = 0, empty = 0;

	/* In a child of fork() without this thread it shall not be here, too. */
	WRITE_ONCE(thread_heap.top[class], 0);
	node_lock(tc, s);
	if (s->nr_full < s->max_full)
		empty = take_empty_locked(s);
	if (empty || s->nr_full == s->max_full)
		oldest = put_full_locked(s, end);
	else
		oldest = end;
	if (oldest)
		flush_sheaf_unlock(s, tc, oldest, bad);
	else
		lock_release(&s->lock);
	if (empty)
		end = empty;
	else if (oldest)
		end = oldest;
	return make_empty(s, end, room);
}

static void push(unsigned int class, u32 top, void *object)
{
	store_release(&sheaf_slots()[top], object);
	WRITE_ONCE(thread_heap.top[class], top + 1);
}

static bool is_among_the_last(u32 top, const void *object)
{
	void **slot = sheaf_slots() + top;

	return slot[-1] == object || (slot[-1] && slot[-2] == object);
}

void barn_free(struct tcache *tc, unsigned int class, void *object,
	       struct bad_free *bad)
{
	struct kmem_cache *s = own_cache(tc, class);
	u32 top = thread_heap.top[class];
	unsigned int n;

	if (!top) {
		barn_put_objects(tc, class, &object, 1, bad);
		top = new_sheaf(s);
		if (top)
			WRITE_ONCE(thread_heap.top[class],
				   make_empty(s, top, grown(s, 0)));
		return;
	}
	if (is_among_the_last(top, object)) {
		bad_free_remember(bad, object, OBJECT_ALREADY_FREE);
		return;
	}
	if (top % SHEAF_SLOTS == 0) {
		n = count_objects(s, top);
		if (n < s->sheaf_max)
			top = make_room(top, n, grown(s, n) - n);
		else
			top = exchange_full(tc, class, top, n, bad);
	}
	push(class, top, object);
}

static void settle(struct kmem_cache *s, struct tcache *tc,
		   struct bad_free *bad)
{
	u32 top = thread_heap.top[s->class];
	unsigned int keep = (unsigned int)(IDLE_BYTES_MAX / s->size);
	unsigned int n = top ? count_objects(s, top) : 0;

	if (n <= keep)
		return;
	/* In a child of fork() they shall not be here and there. */
	WRITE_ONCE(thread_heap.top[s->class], 0);
	barn_put_objects(tc, s->class, &sheaf_slots()[top - n], n - keep, bad);
	clear_below(s, top - keep);
	WRITE_ONCE(thread_heap.top[s->class], top);
}

void barn_settle(struct tcache *tc, struct bad_free *bad)
{
	unsigned int class;

	for (class = 1; class < NR_CLASSES; class ++)
		settle(own_cache(tc, class), tc, bad);
}

static void flush_barn(struct kmem_cache *s, struct tcache *tc,
		       struct bad_free *bad)
{
	for (;;) {
		u32 end;

		lock_acquire(&s->lock);
		end = take_full_locked(s);
		if (!end)
			break;
		flush_sheaf_unlock(s, tc, end, bad);
		sheaf_free(end);
	}
	while (s->nr_empty)
		sheaf_free(take_empty_locked(s));
	slab_give_run(s);
	lock_release(&s->lock);
}

void barn_flush(struct tcache *tc, struct bad_free *bad)
{
	unsigned int class;
	u32 node;

	for (node = 0; node < READ_ONCE(nr_nodes); node++) {
		for (class = 1; class < NR_CLASSES; class ++)
			flush_barn(cache_of(node, class), tc, bad);
	}
}
