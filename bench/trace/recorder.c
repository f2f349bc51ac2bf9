/* SPDX-License-Identifier: MIT */
/*
 * recorder.c - a preload library that writes down every allocation call
 *
 * It serves the program with libc's own malloc, under the names __libc_malloc
 * and so on that glibc has for this, so it looks nothing up and works from the
 * very first call.  malloc_usable_size is here because a program may be linked
 * with an allocator of its own (redis with jemalloc): its malloc is found here,
 * so must be all that goes with it.
 *
 * Order.  An event's number is drawn when the object belongs to this thread:
 * behind the call that allocates, before the call that frees.  So the events
 * of an object, and of an address, are numbered in the order in which they
 * happened, without a lock.  realloc draws behind the call, but takes the
 * address out of the map before it: as soon as the block has moved, the old
 * address may be another thread's.
 *
 * A call from a signal handler that interrupted the recorder is served and not
 * recorded.  If it frees a known object, the map is wrong until the address is
 * allocated once more: then the missed free is written down first.
 *
 * Cost: the number is one atomic addition, on a line that all threads share;
 * the map and the ids are two or three loads that miss the cache as often as
 * the program's objects do; the event is four bytes or so, in order.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "recording.h"

/* glibc's names. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t nr, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *p);

/* Not in the headers under this name, or not in all versions of glibc. */
size_t malloc_usable_size(void *p);
void *memalign(size_t alignment, size_t size);
void *pvalloc(size_t size);

/* A slot of the map holds an object's id + 1, or a thread with its number. */
#define SLOT_IS_THREAD (1u << 31)

static __thread struct tracer *self;
static __thread bool is_busy; /* in the recorder, or to be left alone */

static pthread_key_t key; /* its destructor sees threads end */
static bool has_key;

/* ------------------------------------------------------------------------- */
/* Entering and leaving */
/* ------------------------------------------------------------------------- */

static void thread_ends(void *rounds);

/* A thread that nobody announced: the first one, or not from pthread_create. */
static pf_cold struct tracer *enter_new_thread(void)
{
	int saved_errno = errno;

	if (!READ_ONCE(recording->is_on)) {
		self = NULL; /* a child's: its parent's memory is wiped */
		if (READ_ONCE(recording->is_off))
			return NULL;
		is_busy = true;
		if (recording_start() && !has_key)
			has_key = !pthread_key_create(&key, thread_ends);
	}
	is_busy = true;
	if (READ_ONCE(recording->is_on)) {
		self = tracer_new();
		if (self && has_key)
			pthread_setspecific(key, (void *)1);
	}
	is_busy = self;
	errno = saved_errno;
	return self;
}

/* The thread's tracer, to be left again; NULL: record nothing. */
static __always_inline struct tracer *enter(void)
{
	if (unlikely(is_busy))
		return NULL;
	if (unlikely(!self || !READ_ONCE(recording->is_on)))
		return enter_new_thread();
	is_busy = true;
	barrier();
	return self;
}

static __always_inline void leave(void)
{
	barrier();
	is_busy = false;
}

/* ------------------------------------------------------------------------- */
/* Events */
/* ------------------------------------------------------------------------- */

static pf_cold bool new_chunk(struct tracer *t, uint64_t seq)
{
	int saved_errno = errno;
	bool is_open = tracer_open_chunk(t, seq);

	errno = saved_errno;
	return is_open;
}

static __always_inline void write_event(struct tracer *t, struct trace_event *e)
{
	if (unlikely(!READ_ONCE(recording->is_on)))
		return;
	e->seq = __atomic_fetch_add(&recording->next_seq, 1, __ATOMIC_RELAXED);
	if (unlikely(t->next >= t->end) && !new_chunk(t, e->seq))
		return;
	t->next = trace_encode(t->next, e, &t->base);
}

static void write_thread_event(struct tracer *t, enum trace_op op,
			       uint32_t other)
{
	struct trace_event e = {.op = (uint8_t)op, .id = other};

	write_event(t, &e);
}

/* The next turn of an object. */
static __always_inline void write_object_event(struct tracer *t,
					       struct trace_event *e)
{
	struct id_record *record = id_record(e->id);
	uint32_t turn = record->turn;

	e->turn = turn & ~ID_IS_FOREIGN;
	if (trace_op_allocates(e->op))
		e->has_turn = turn & ID_IS_FOREIGN;
	else
		e->has_turn = record->link != t->number;
	record->turn = (e->turn + 1) % TRACE_TURN_MODULUS;
	record->link = t->number;
	write_event(t, e);
}

static __always_inline void object_goes(struct tracer *t, uint32_t *slot)
{
	struct trace_event e = {.op = TRACE_FREE, .id = *slot - 1};

	*slot = 0;
	write_object_event(t, &e);
	id_put(t, e.id);
}

static __always_inline bool slot_has_object(const uint32_t *slot)
{
	return slot && *slot && !(*slot & SLOT_IS_THREAD);
}

static pf_cold void stop(int err)
{
	int saved_errno = errno;

	recording_stop(err);
	errno = saved_errno;
}

/* @p is about to be the object @e->id: the slot for it, or NULL. */
static __always_inline uint32_t *slot_for_object(struct tracer *t, void *p)
{
	uint32_t *slot = address_slot(p);

	if (unlikely(!slot))
		stop(ENOMEM);
	else if (unlikely(slot_has_object(slot)))
		object_goes(t, slot); /* its free was missed */
	return slot;
}

/* @p has been allocated. */
static __always_inline void object_comes(struct tracer *t, enum trace_op op,
					 void *p, size_t size,
					 unsigned int align_log2)
{
	uint32_t *slot = slot_for_object(t, p);
	struct trace_event e = {
		.op = (uint8_t)op,
		.size = size,
		.align_log2 = (uint8_t)align_log2,
	};

	if (unlikely(!slot))
		return;
	e.id = id_take(t);
	if (unlikely(e.id == TRACE_MAX_ID)) {
		stop(ENOMEM);
		return;
	}
	*slot = e.id + 1;
	write_object_event(t, &e);
}

/* ------------------------------------------------------------------------- */
/* malloc and its family */
/* ------------------------------------------------------------------------- */

pf_export void *malloc(size_t size)
{
	struct tracer *t = enter();
	void *p = __libc_malloc(size);

	if (likely(t)) {
		if (likely(p))
			object_comes(t, TRACE_MALLOC, p, size, 0);
		leave();
	}
	return p;
}

pf_export void *calloc(size_t nr, size_t size)
{
	struct tracer *t = enter();
	void *p = __libc_calloc(nr, size);

	if (likely(t)) {
		if (likely(p))
			object_comes(t, TRACE_CALLOC, p, nr * size, 0);
		leave();
	}
	return p;
}

pf_export void free(void *p)
{
	struct tracer *t;
	uint32_t *slot;

	if (!p)
		return;
	t = enter();
	if (likely(t)) {
		slot = address_slot(p);
		if (likely(slot_has_object(slot)))
			object_goes(t, slot);
		leave();
	}
	__libc_free(p);
}

/* The known object at @slot gets another size, and may move. */
static void *realloc_known(struct tracer *t, uint32_t *slot, void *p,
			   size_t size)
{
	struct trace_event e = {
		.op = TRACE_REALLOC, .id = *slot - 1, .size = size};
	uint32_t *new_slot;
	void *q;

	if (size == 0) {
		object_goes(t, slot);
		return __libc_realloc(p, 0);
	}
	*slot = 0;
	q = __libc_realloc(p, size);
	if (unlikely(!q)) {
		*slot = e.id + 1; /* nothing has changed */
		return NULL;
	}
	new_slot = slot_for_object(t, q);
	if (likely(new_slot)) {
		*new_slot = e.id + 1;
		write_object_event(t, &e);
	}
	return q;
}

pf_export void *realloc(void *p, size_t size)
{
	struct tracer *t = enter();
	uint32_t *slot;
	void *q;

	if (unlikely(!t))
		return __libc_realloc(p, size);
	slot = p ? address_slot(p) : NULL;
	if (slot_has_object(slot)) {
		q = realloc_known(t, slot, p, size);
	} else {
		q = __libc_realloc(p, size);
		if (q)
			object_comes(t, TRACE_MALLOC, q, size, 0);
	}
	leave();
	return q;
}

pf_export void *reallocarray(void *p, size_t nr, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(nr, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, bytes);
}

/* The power of two that libc makes of an alignment. */
static unsigned int log2_of_alignment(size_t alignment)
{
	unsigned int log2 = 0;

	while (log2 < TRACE_MAX_ALIGN && (size_t)1 << log2 < alignment)
		log2++;
	return log2;
}

pf_export void *memalign(size_t alignment, size_t size)
{
	struct tracer *t = enter();
	void *p = __libc_memalign(alignment, size);

	if (likely(t)) {
		if (likely(p))
			object_comes(t, TRACE_ALIGNED, p, size,
				     log2_of_alignment(alignment));
		leave();
	}
	return p;
}

pf_export void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

pf_export int posix_memalign(void **place, size_t alignment, size_t size)
{
	int saved_errno = errno;
	void *p;

	if (alignment % sizeof(void *) || !alignment ||
	    alignment & (alignment - 1))
		return EINVAL;
	p = memalign(alignment, size);
	errno = saved_errno;
	if (!p)
		return ENOMEM;
	*place = p;
	return 0;
}

pf_export void *valloc(size_t size)
{
	return memalign((size_t)sysconf(_SC_PAGESIZE), size);
}

pf_export void *pvalloc(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes;

	if (__builtin_add_overflow(size, page - 1, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return memalign(page, bytes & ~(page - 1));
}

/*
 * libc's own, not that of an allocator that the program is linked with.  Before
 * glibc 2.34 the functions of threads are in a library of their own.
 */
static void *libc_function(const char *name)
{
	bool was_busy = is_busy;
	void *libc, *function;

	is_busy = true; /* the loader may allocate */
	libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
	function = libc ? dlsym(libc, name) : NULL;
	if (!function)
		function = dlsym(RTLD_NEXT, name);
	is_busy = was_busy;
	return function;
}

pf_export size_t malloc_usable_size(void *p)
{
	static size_t (*usable_size)(void *);

	if (!READ_ONCE(usable_size))
		WRITE_ONCE(usable_size, libc_function("malloc_usable_size"));
	return usable_size(p);
}

/* A program that allocates nothing has a trace too: one without events. */
__attribute__((constructor)) static void begin(void)
{
	if (enter())
		leave();
}

/* ------------------------------------------------------------------------- */
/* Threads */
/* ------------------------------------------------------------------------- */

/*
 * The slot of a thread's descriptor tells its number to who joins it.  Creator
 * and thread both set it: either may be the first to tell somebody.
 */
static void set_thread_slot(pthread_t thread, uint32_t number)
{
	uint32_t *slot = address_slot((void *)(uintptr_t)thread);

	if (slot)
		*slot = number | SLOT_IS_THREAD;
}

/*
 * Destructors of other keys may still free memory.  They run at most
 * PTHREAD_DESTRUCTOR_ITERATIONS times, ours asks for all of them and ends the
 * thread's record in the last.  What libc itself frees after that is missed,
 * and noticed when its address is used again.
 */
static void thread_ends(void *rounds)
{
	uintptr_t round = (uintptr_t)rounds;
	struct tracer *t;

	if (round < PTHREAD_DESTRUCTOR_ITERATIONS) {
		pthread_setspecific(key, (void *)(round + 1));
		return;
	}
	t = enter();
	if (!t)
		return;
	write_thread_event(t, TRACE_END, 0);
	store_release(&recording->has_ended[t->number], 1);
	self = NULL;
	tracer_put(t); /* and stay busy: nothing of this thread any more */
}

static void *thread_starts(void *arg)
{
	struct tracer *t = arg;
	void *(*start)(void *) = t->start;
	void *start_arg = t->arg;

	is_busy = true;
	self = t;
	set_thread_slot(pthread_self(), t->number);
	if (has_key)
		pthread_setspecific(key, (void *)1);
	leave();
	return start(start_arg);
}

typedef int create_function(pthread_t *, const pthread_attr_t *,
			    void *(*)(void *), void *);

static int create_recorded(struct tracer *t, create_function *create,
			   pthread_t *thread, const pthread_attr_t *attr,
			   void *(*start)(void *), void *arg)
{
	struct tracer *child = tracer_new();
	uint32_t number;
	int err;

	if (!child)
		return create(thread, attr, start, arg);
	number = child->number; /* it may have ended when create returns */
	child->start = start;
	child->arg = arg;
	write_thread_event(t, TRACE_START, number);
	err = create(thread, attr, thread_starts, child);
	if (err)
		tracer_put(child);
	else
		set_thread_slot(*thread, number);
	return err;
}

/* libc allocates in here; a player's pthread_create will do so by itself. */
pf_export int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			     void *(*start)(void *), void *arg)
{
	static create_function *create;
	struct tracer *t = enter();
	int err;

	if (!READ_ONCE(create))
		WRITE_ONCE(create, libc_function("pthread_create"));
	if (!t)
		return create(thread, attr, start, arg);
	err = create_recorded(t, create, thread, attr, start, arg);
	leave();
	return err;
}

static uint32_t number_of_thread(pthread_t thread)
{
	struct tracer *t = enter();
	uint32_t *slot = NULL;
	uint32_t number = TRACE_MAX_THREADS;

	if (t) {
		slot = address_slot((void *)(uintptr_t)thread);
		if (slot && *slot & SLOT_IS_THREAD)
			number = *slot & ~SLOT_IS_THREAD;
		leave();
	}
	return number;
}

pf_export int pthread_join(pthread_t thread, void **result)
{
	static int (*join)(pthread_t, void **);
	uint32_t number = number_of_thread(thread);
	struct tracer *t;
	int err;

	if (!READ_ONCE(join))
		WRITE_ONCE(join, libc_function("pthread_join"));
	err = join(thread, result);
	if (err || number >= TRACE_MAX_THREADS)
		return err;
	t = enter();
	if (!t)
		return err;
	if (__atomic_exchange_n(&recording->has_ended[number], 0,
				__ATOMIC_ACQUIRE))
		write_thread_event(t, TRACE_JOIN, number);
	leave();
	return err;
}
