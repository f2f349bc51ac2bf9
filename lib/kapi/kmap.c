/* SPDX-License-Identifier: MIT */
/*
 * kmap.c - windows to frames without an address
 *
 * The common window.  1024 pages of addresses; slots[i] says which frame is
 * shown in the i-th, and page->nr of a frame of ZONE_HIGHMEM the slot, plus 1.
 * A slot's count is the kernel's:
 *
 *	0	nothing is mapped
 *	1	mapped, and nobody uses it
 *	n > 1	n - 1 users
 *
 * A mapping that nobody uses stays, in case that its frame is used again, until
 * the search for a free slot has come to the end of the window; then all of
 * them go at once.  So a mapping and its removal cost a system call each for
 * the frame that is new, and none for one that comes back soon.  A frame may be
 * freed and given out again meanwhile: what is mapped is the same frame.
 *
 * A thread's window.  16 pages, used as a stack: the kernel's
 * kmap_local_page().  The depth is raised before anything is mapped, so a
 * signal handler finds the places above free, and leaves them so.  A place
 * keeps its mapping, too.  Windows outlive their threads and serve later ones.
 *
 * Locking: kmap_lock, inside the gate.  Nobody sleeps in the gate for a slot:
 * the sleeper waits for nr_released to change.
 */
#include "kapi/kmap.h"

#include <pthread.h>

#include "kapi/frames.h"
#include "os/os.h"
#include "slab/gate.h"

#include <pfmalloc/pages.h>

#define NR_SLOTS  1024
#define NR_PLACES 16 /* of a thread */

static struct lock kmap_lock = LOCK_INIT(LOCK_RANK_KMAP);
static char *window;
static struct kmap_slot {
	struct page *page;
	u32 count;
} slots[NR_SLOTS] pf_last;
static u32 cursor; /* the slot that was taken last */
static u32 nr_sleepers;
static u32 nr_released; /* slots that have become unused, ever */

/* The first page of its mapping; the places follow. */
struct local_window {
	struct local_window *next; /* while it has no thread */
	struct local_window *next_of_all;
	u32 depth;
	const struct page *pages[NR_PLACES]; /* what is mapped there */
};

static struct local_window *all_windows;
static __thread struct local_window *my_window
	__attribute__((tls_model("initial-exec")));
static struct local_window *idle;
static u32 idle_lock;

static char *slot_addr(unsigned int slot)
{
	return window + slot * PAGE_SIZE;
}

static bool is_window_addr(const void *addr)
{
	const char *start = load_acquire(&window);

	return start &&
	       (uintptr_t)addr - (uintptr_t)start < NR_SLOTS * PAGE_SIZE;
}

static void check_mapped(int err)
{
	if (err)
		kapi_bug("a page of high memory cannot be mapped: the system "
			 "says %d; have vm.max_map_count or RLIMIT_AS been "
			 "used up, or a descriptor closed?",
			 -err);
}

/* The slots that nobody uses to bare addresses, in as few calls as may be. */
static void flush_locked(void)
{
	unsigned int i, from;

	for (i = 0; i < NR_SLOTS; i++) {
		for (from = i; i < NR_SLOTS && slots[i].count == 1; i++) {
			WRITE_ONCE(slots[i].count, 0);
			WRITE_ONCE(slots[i].page->nr, 0);
			WRITE_ONCE(slots[i].page, NULL);
		}
		if (i > from)
			os_unmap_to_reserve(slot_addr(from),
					    (i - from) * PAGE_SIZE);
	}
}

/* The next slot behind the last one; NR_SLOTS when all are in use. */
static unsigned int find_slot_locked(void)
{
	unsigned int i;

	for (i = 0; i < NR_SLOTS; i++) {
		cursor = (cursor + 1) % NR_SLOTS;
		if (cursor == 0)
			flush_locked();
		if (slots[cursor].count == 0)
			return cursor;
	}
	/* The rest of the window may have been left by now. */
	flush_locked();
	for (i = 0; i < NR_SLOTS; i++) {
		if (slots[i].count == 0) {
			cursor = i;
			return i;
		}
	}
	return NR_SLOTS;
}

static bool make_window_locked(void)
{
	void *addr;

	if (window)
		return true;
	if (os_reserve(&addr, NR_SLOTS * PAGE_SIZE))
		return false;
	store_release(&window, addr);
	return true;
}

static void *map_locked(struct page *page, int *err)
{
	unsigned int slot = page->nr;

	if (slot) {
		WRITE_ONCE(slots[slot - 1].count, slots[slot - 1].count + 1);
		return slot_addr(slot - 1);
	}
	slot = find_slot_locked();
	if (slot == NR_SLOTS)
		return NULL;
	*err = highmem_map(slot_addr(slot), page);
	if (*err)
		return NULL;
	WRITE_ONCE(slots[slot].page, page);
	store_release(&slots[slot].count, 2);
	WRITE_ONCE(page->nr, slot + 1);
	return slot_addr(slot);
}

static struct tcache *enter(const char *what)
{
	struct tcache *tc = kapi_enter();

	if (likely(tc))
		return tc;
	if (gate_is_inside())
		kapi_bug("%s() in a signal handler that interrupted the "
			 "allocator; kmap_local_page() is for handlers",
			 what);
	if (READ_ONCE(gate_mode) != GATE_OPEN)
		kapi_bug("%s() has waited for two seconds until a fork() is "
			 "over; does a fork handler wait for this thread?",
			 what);
	kapi_bug("%s(): there is no memory for this thread's caches", what);
}

static void *try_map(struct page *page, u32 *seen)
{
	struct tcache *tc = enter("kmap");
	void *addr = NULL;
	bool has_window;
	int err = 0;

	lock_acquire(&kmap_lock);
	*seen = READ_ONCE(nr_released);
	has_window = make_window_locked();
	if (has_window)
		addr = map_locked(page, &err);
	if (!addr)
		__atomic_add_fetch(&nr_sleepers, 1, __ATOMIC_SEQ_CST);
	lock_release(&kmap_lock);
	gate_leave(tc);
	if (!has_window)
		kapi_bug("there are no addresses for the window of kmap()");
	check_mapped(err);
	return addr;
}

void *pf_kmap(struct page *page)
{
	void *addr;
	u32 seen;

	kapi_might_sleep("kmap");
	if (!is_highmem_page(page))
		return pf_page_address(page);
	while (!(addr = try_map(page, &seen))) {
		os_wait(&nr_released, seen);
		__atomic_sub_fetch(&nr_sleepers, 1, __ATOMIC_SEQ_CST);
	}
	return addr;
}

static bool release_locked(struct page *page)
{
	struct kmap_slot *slot = page->nr ? &slots[page->nr - 1] : NULL;

	if (!slot || slot->count < 2)
		return false;
	WRITE_ONCE(slot->count, slot->count - 1);
	if (slot->count == 1)
		__atomic_add_fetch(&nr_released, 1, __ATOMIC_SEQ_CST);
	return true;
}

void pf_kunmap(struct page *page)
{
	struct tcache *tc;
	bool was_mapped;

	if (is_window_addr(page))
		kapi_bug("kunmap(%p): this is the address; kunmap() takes the "
			 "page",
			 (void *)page);
	if (!is_highmem_page(page))
		return;
	tc = enter("kunmap");
	lock_acquire(&kmap_lock);
	was_mapped = release_locked(page);
	lock_release(&kmap_lock);
	gate_leave(tc);
	if (!was_mapped)
		kapi_bug("kunmap() of page %p, which is not mapped by kmap()",
			 (void *)page);
	if (__atomic_load_n(&nr_sleepers, __ATOMIC_SEQ_CST))
		os_wake(&nr_released, 1 << 30);
}

void pf_kmap_flush_unused(void)
{
	struct tcache *tc;

	if (!load_acquire(&window))
		return;
	tc = enter("kmap_flush_unused");
	lock_acquire(&kmap_lock);
	flush_locked();
	lock_release(&kmap_lock);
	gate_leave(tc);
}

/* Under a user's own mapping the slot stays; else the answer may be stale. */
void *kmap_address(const struct page *page)
{
	u32 slot = READ_ONCE(page->nr);

	return slot ? slot_addr(slot - 1) : NULL;
}

bool kmap_is_in_use(const struct page *page)
{
	u32 slot = READ_ONCE(page->nr);

	/* A flush may have given the slot to another frame since. */
	return slot && load_acquire(&slots[slot - 1].count) > 1 &&
	       READ_ONCE(slots[slot - 1].page) == page;
}

void kmap_range(const char **start, const char **end)
{
	*start = load_acquire(&window);
	*end = *start ? *start + NR_SLOTS * PAGE_SIZE : NULL;
}

void kmap_fork_child(void)
{
	lock_reset_orphan(&kmap_lock);
	idle_lock = 0;
	nr_sleepers = 0;
}

static char *place_addr(const struct local_window *w, unsigned int place)
{
	return (char *)(uintptr_t)w + (place + 1) * PAGE_SIZE;
}

static void give_window(void *arg)
{
	struct local_window *w = arg;
	unsigned int round;

	if (w->depth)
		kapi_warn("a thread ends with %u pages mapped by "
			  "kmap_local_page()",
			  w->depth);
	w->depth = 0;
	my_window = NULL;
	for (round = 0; __atomic_exchange_n(&idle_lock, 1, __ATOMIC_ACQUIRE);
	     round++)
		os_wait_turn(round);
	w->next = idle;
	WRITE_ONCE(idle, w);
	store_release(&idle_lock, 0);
}

/* Without waiting: a handler may have interrupted who holds the lock. */
static struct local_window *take_idle(void)
{
	struct local_window *w;

	if (!READ_ONCE(idle) ||
	    __atomic_exchange_n(&idle_lock, 1, __ATOMIC_ACQUIRE))
		return NULL;
	w = idle;
	if (w)
		WRITE_ONCE(idle, w->next);
	store_release(&idle_lock, 0);
	return w;
}

static pthread_key_t key;
static bool has_key;

static void make_key(void)
{
	has_key = pthread_key_create(&key, give_window) == 0;
}

static void push_window(struct local_window *w)
{
	w->next_of_all = READ_ONCE(all_windows);
	while (!__atomic_compare_exchange_n(&all_windows, &w->next_of_all, w,
					    true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
}

static pf_noinline struct local_window *first_use(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct local_window *w = take_idle();

	if (!w) {
		void *addr;

		if (os_reserve(&addr, (NR_PLACES + 1) * PAGE_SIZE) ||
		    os_map_over(addr, PAGE_SIZE))
			kapi_bug("there are no addresses for a thread's window "
				 "of kmap_local_page()");
		w = addr;
		push_window(w);
	}
	my_window = w;
	pthread_once(&once, make_key);
	if (has_key)
		pthread_setspecific(key, w);
	return w;
}

void *pf_kmap_local_page(const struct page *page)
{
	struct local_window *w;
	unsigned int place;

	if (!is_highmem_page(page))
		return pf_page_address(page);
	w = my_window ? my_window : first_use();
	place = w->depth;
	if (place == NR_PLACES)
		kapi_bug("kmap_local_page(): this thread has %u pages mapped "
			 "and no place left; each needs its kunmap_local()",
			 place);
	WRITE_ONCE(w->depth, place + 1);
	barrier();
	if (w->pages[place] != page) {
		WRITE_ONCE(w->pages[place], NULL);
		barrier();
		check_mapped(highmem_map(place_addr(w, place), page));
		barrier();
		WRITE_ONCE(w->pages[place], page);
	}
	return place_addr(w, place);
}

/* The place of @addr in the thread's window, or -1. */
static int place_of(const struct local_window *w, const void *addr)
{
	size_t offset;

	if (!w)
		return -1;
	offset = (uintptr_t)addr - (uintptr_t)w;
	if (offset < PAGE_SIZE || offset >= (NR_PLACES + 1) * PAGE_SIZE)
		return -1;
	return (int)(offset >> PAGE_SHIFT) - 1;
}

static bool is_anothers(const void *addr)
{
	const struct local_window *w = load_acquire(&all_windows);

	while (w && place_of(w, addr) < 0)
		w = w->next_of_all;
	return w;
}

void pf_kunmap_local(const void *addr)
{
	struct local_window *w = my_window;
	int place = place_of(w, addr);

	if (place < 0) {
		if (is_window_addr(addr))
			kapi_bug(
				"kunmap_local(%p): kmap() has mapped this, and "
				"kunmap() unmaps it",
				(void *)(uintptr_t)addr);
		if (!pf_virt_addr_valid(addr) && is_anothers(addr))
			kapi_bug("kunmap_local(%p): another thread has mapped "
				 "this, which alone may unmap it",
				 (void *)(uintptr_t)addr);
		return; /* a permanent address */
	}
	if ((u32)place + 1 != w->depth)
		kapi_bug("kunmap_local(%p): not the page that this thread "
			 "mapped last; the last one mapped goes first",
			 (void *)(uintptr_t)addr);
	barrier();
	WRITE_ONCE(w->depth, (u32)place);
}

struct page *pf_kmap_to_page(const void *addr)
{
	int place = place_of(my_window, addr);
	struct page *page;
	size_t slot;

	if (place >= 0)
		return (struct page *)(uintptr_t)my_window->pages[place];
	if (!is_window_addr(addr))
		return pf_virt_to_page(addr);
	slot = (uintptr_t)addr - (uintptr_t)window;
	slot >>= PAGE_SHIFT;
	page = READ_ONCE(slots[slot].page);
	if (!page)
		kapi_bug("kmap_to_page(%p): nothing is mapped there",
			 (void *)(uintptr_t)addr);
	return page;
}
