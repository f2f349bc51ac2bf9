/* SPDX-License-Identifier: MIT */
/*
 * views.c - vmap() of pages that have an address: the record of it
 *
 * Nothing is mapped for such a view: it is the address that the pages have.  So
 * there are only records, which vunmap(), find_vm_area() and the like look for.
 * They may do so in a signal handler, at any instruction, and vfree() ends a
 * view there.  Therefore a record stays in the list of its bucket for ever, and
 * serves the next view whose address has that bucket: lists only grow, at their
 * heads, and no lock is needed to look through one.
 *
 *	state	... -> FREE -> TAKEN -> LIVE -> ENDING -> FREE -> ...
 *
 * It counts these steps, four a round, each an atomic exchange.  Who has found
 * a live view by its address takes it from the very state that he has looked at
 * before, so it has not become another one meanwhile.
 *
 * Which addresses are of views.  The pages of a view are in use by whoever has
 * allocated them, so one look at a frame's record tells most addresses from
 * views: of malloc(), of slabs, of kmalloc().  What is left, pages of
 * alloc_pages(), is looked for in all records, if there are any.
 *
 * Invariant: no more records are in LIVE than nr_live says.
 */
#include "kapi/areas.h"
#include "kapi/cache.h"
#include "slab/gate.h"

#define NR_BUCKETS 64

enum {
	FREE,
	TAKEN,
	LIVE,
	ENDING,
	NR_STATES
};

static struct view *buckets[NR_BUCKETS];
static u32 nr_live;

static struct view **bucket_of(const void *start)
{
	return &buckets[((uintptr_t)start >> PAGE_SHIFT) % NR_BUCKETS];
}

/* From @seen, which is of state @from, to the next one; false if it is not. */
static bool step(struct view *view, u32 seen, u32 from)
{
	return seen % NR_STATES == from &&
	       __atomic_compare_exchange_n(&view->state, &seen, seen + 1, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static struct view *take_free(struct view **bucket)
{
	struct view *view = load_acquire(bucket);

	while (view && !step(view, load_acquire(&view->state), FREE))
		view = view->next;
	return view;
}

static struct view *make(struct view **bucket)
{
	struct tcache *tc = kapi_enter();
	struct view *view;

	if (!tc)
		return NULL;
	view = meta_alloc(sizeof(*view), true);
	if (view) {
		view->state = TAKEN;
		view->next = READ_ONCE(*bucket);
		while (!__atomic_compare_exchange_n(bucket, &view->next, view,
						    true, __ATOMIC_RELEASE,
						    __ATOMIC_RELAXED))
			;
	}
	gate_leave(tc);
	return view;
}

struct view *view_new(void *start, unsigned int count)
{
	struct view **bucket = bucket_of(start);
	struct view *view = take_free(bucket);

	if (!view)
		view = make(bucket);
	if (!view)
		return NULL;
	WRITE_ONCE(view->vm.addr, start);
	WRITE_ONCE(view->vm.size, (size_t)count << PAGE_SHIFT);
	view->vm.nr_pages = count;
	return view;
}

void view_publish(struct view *view)
{
	__atomic_add_fetch(&nr_live, 1, __ATOMIC_RELAXED);
	store_release(&view->state, view->state + 1);
}

/* A view at @start whose flags in @mask are @flags. */
static struct view *claim(const void *start, unsigned long mask,
			  unsigned long flags)
{
	struct view *view;

	for (view = load_acquire(bucket_of(start)); view; view = view->next) {
		u32 seen = load_acquire(&view->state);

		if (READ_ONCE(view->vm.addr) == start &&
		    (READ_ONCE(view->vm.flags) & mask) == flags &&
		    step(view, seen, LIVE))
			return view;
	}
	return NULL;
}

struct view *view_claim(const void *start, bool is_unmap)
{
	struct view *view = claim(start, PF_VM_MAP_PUT_PAGES,
				  is_unmap ? 0 : PF_VM_MAP_PUT_PAGES);

	return view ? view : claim(start, 0, 0);
}

void view_release(struct view *view)
{
	__atomic_sub_fetch(&nr_live, 1, __ATOMIC_RELAXED);
	store_release(&view->state, view->state + 1);
}

static bool is_in(const struct view *view, const void *p)
{
	u32 seen = load_acquire(&view->state);
	uintptr_t start = (uintptr_t)READ_ONCE(view->vm.addr);
	size_t size = READ_ONCE(view->vm.size);

	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* both are of that state */
	return seen % NR_STATES == LIVE && (uintptr_t)p - start < size &&
	       READ_ONCE(view->state) == seen;
}

/* Whether @p lies in a page that its user may have shown to vmap(). */
static bool may_be_shown(const void *p)
{
	const struct page *page = frame_of(p);

	return page && load_acquire(&page->type) == PAGE_CLIENT &&
	       !READ_ONCE(page_head(page)->class);
}

struct view *view_around(const void *p)
{
	unsigned int i;

	if (likely(!READ_ONCE(nr_live)) || !may_be_shown(p))
		return NULL;
	for (i = 0; i < NR_BUCKETS; i++) {
		struct view *view;

		for (view = load_acquire(&buckets[i]); view; view = view->next)
			if (is_in(view, p))
				return view;
	}
	return NULL;
}
