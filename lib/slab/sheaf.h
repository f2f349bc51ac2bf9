/* SPDX-License-Identifier: MIT */
/*
 * sheaf.h - arrays of cached object pointers, and the two hot paths on them
 *
 * A sheaf is 64 slots, 512 bytes on 64-bit machines, aligned to its size:
 *
 *	slot   0     1 ..        b    b+1 ..     top-1   top ..        63
 *	     | link | NULL ...  NULL | objects ...      | free, any value |
 *
 * Slots have numbers, counted from the start of the sheaf area, so that a
 * thread's state of one class is a single 32-bit number: the slot that the
 * next free() fills.  Two facts make the hot paths short:
 *
 *	- the slot below the lowest object is NULL, so "empty" is the NULL that
 *	  malloc() loaded anyway;
 *	- a sheaf ends on a multiple of 64, so "full" is a test of six bits.
 *
 * Number 0 is both: the slot below it is NULL, and its six bits are 0.  A
 * thread without caches has 0 everywhere and needs no test of its own, nor
 * does class 0, the class of what is not a slab's.
 *
 * Taking from another thread.  Trim and reclaim empty the sheaves of threads
 * that sleep (steal.c).  For that, malloc() first lowers its number and then
 * loads the slot, and free() first stores the slot and then raises its number;
 * the compiler is held to that order here, the processor by the taker's fence.
 */
#ifndef PF_SLAB_SHEAF_H
#define PF_SLAB_SHEAF_H

#include "base/compiler.h"
#include "base/types.h"
#include "page/page.h"
#include "slab/class.h"

#define SHEAF_MAX  (SHEAF_SLOTS - 2) /* objects: not the link, not the NULL */
#define NR_SHEAVES (SHEAF_AREA_BYTES / SHEAF_BYTES - 1)

struct lock;
struct tcache;

/*
 * What a thread has in its TLS: all zero for a thread that has no caches.
 * Initial-exec, so that it is one load away and never allocated lazily.
 */
struct thread_heap {
	u32 top[NR_CLASSES]; /* number of the slot that the next free() fills */
	struct tcache *tcache;
	bool has_exited; /* our destructor has run for the last time */
	bool is_torn;	 /* forks, and another thread is in a slow path */
	u8 closed_depth; /* times this thread has closed the gate */
};

static_assert(sizeof(struct thread_heap) <= 256, "the TLS budget");

extern __thread struct thread_heap thread_heap pf_hidden
	__attribute__((tls_model("initial-exec")));

/* The first SHEAF_BYTES of the area are zero for ever; slot 0 follows. */
static __always_inline void **slot_address(char *base, size_t slot, long plus)
{
	return (void **)(base + (long)SHEAF_BYTES +
			 plus * (long)sizeof(void *) + slot * sizeof(void *));
}

static __always_inline void **sheaf_slots(void)
{
	return slot_address(direct_map.base, 0, 0);
}

/*
 * The thread's number of a class: loaded, raised, lowered.  On x86-64 the
 * segment, the thread's offset and the class are one address of one
 * instruction, where the compiler would add them up first.
 */
#if defined(__x86_64__) && !defined(__ILP32__) && !defined(__SANITIZE_THREAD__)
#define HOT_LOAD(x)	(x)
#define HOT_STORE(x, v) ((x) = (v))

static __always_inline size_t hot_offset(void)
{
	size_t offset;

	static_assert(offsetof(struct thread_heap, top) == 0, "no addition");
	__asm__("movq thread_heap@gottpoff(%%rip), %0" : "=r"(offset));
	return offset;
}

static __always_inline size_t hot_top(size_t heap, size_t class)
{
	size_t top;

	__asm__ volatile("movl %%fs:(%1,%2,4), %k0"
			 : "=r"(top)
			 : "r"(heap), "r"(class));
	return top;
}

static __always_inline void hot_top_raise(size_t heap, size_t class)
{
	__asm__ volatile("incl %%fs:(%0,%1,4)"
			 :
			 : "r"(heap), "r"(class)
			 : "memory", "cc");
}

static __always_inline void hot_top_lower(size_t heap, size_t class)
{
	__asm__ volatile("decl %%fs:(%0,%1,4)"
			 :
			 : "r"(heap), "r"(class)
			 : "memory", "cc");
}
#else
#define HOT_LOAD(x)	READ_ONCE(x)
#define HOT_STORE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELEASE)

static __always_inline size_t hot_offset(void)
{
	return 0;
}

static __always_inline size_t hot_top(size_t heap, size_t class)
{
	(void)heap;
	return READ_ONCE(thread_heap.top[class]);
}

static __always_inline void hot_top_raise(size_t heap, size_t class)
{
	u32 *top = &thread_heap.top[class];

	(void)heap;
	store_release(top, *top + 1);
}

static __always_inline void hot_top_lower(size_t heap, size_t class)
{
	u32 *top = &thread_heap.top[class];

	(void)heap;
	WRITE_ONCE(*top, *top - 1);
	barrier();
}
#endif

static inline u32 sheaf_first_slot(u32 top)
{
	return (top - 1) & ~(u32)(SHEAF_SLOTS - 1);
}

static inline u32 sheaf_end(u32 top)
{
	return sheaf_first_slot(top) + SHEAF_SLOTS;
}

/**
 * sheaf_pop - an object of @class from this thread's sheaf
 *
 * Return: NULL when there is none; the number is one too low then, and
 * sheaf_undo_pop() must follow.  Cost: two loads, a decrement, one test.
 * Watched by tests/build/fastpath.t.
 */
static __always_inline void *sheaf_pop(unsigned int class)
{
	size_t heap = hot_offset();
	size_t slot = hot_top(heap, class);

	hot_top_lower(heap, class);
	return HOT_LOAD(sheaf_slots()[slot - 1]);
}

static inline void sheaf_undo_pop(unsigned int class)
{
	WRITE_ONCE(thread_heap.top[class], thread_heap.top[class] + 1);
}

/**
 * sheaf_push - @object back into this thread's sheaf of @class
 *
 * Return: false when the sheaf is full, or when @object is one of the last two
 * that were freed; nothing has changed then.
 */
static __always_inline bool sheaf_push(unsigned int class, void *object)
{
	size_t heap = hot_offset();
	size_t slot = hot_top(heap, class);
	char *base = direct_map.base;

	if (unlikely(!(slot % SHEAF_SLOTS)))
		return false;
	/* Hidden values: three addresses, not one sum that is used thrice. */
	if (unlikely(HOT_LOAD(*slot_address(base, slot, -1)) == object))
		return false;
	hide_value(base);
	hide_value(slot);
	if (unlikely(HOT_LOAD(*slot_address(base, slot, -2)) == object))
		return false;
	hide_value(base);
	hide_value(slot);
	HOT_STORE(*slot_address(base, slot, 0), object);
	hot_top_raise(heap, class);
	return true;
}

/* Number of the end slot of a new sheaf with nothing in it, or 0. */
u32 sheaf_alloc(void);
void sheaf_free(u32 top);

/*
 * @bytes of metadata that lives for ever, zeroed; or NULL.  @acquire takes the
 * pool's lock, or refuses to wait for it: false.
 */
void *sheaf_area_alloc(size_t bytes, bool (*acquire)(struct lock *lock));

/* In fork's child. */
void sheaf_pool_reset(void);

/* Link of a sheaf that is on a list: the end number of the next one, or 0. */
static inline u32 *sheaf_link(u32 top)
{
	return (u32 *)&sheaf_slots()[sheaf_first_slot(top)];
}

#endif
