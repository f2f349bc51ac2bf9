/* SPDX-License-Identifier: MIT */
/*
 * timer.h - functions that are called at a time
 *
 * Timers run one after the other on a thread of their own, which starts with
 * the first one that is armed.  There a function must not sleep; it may arm its
 * own timer again.  libc's timer_delete() of POSIX timers keeps its meaning:
 * the type of the argument decides.
 */
#ifndef PFMALLOC_LINUX_TIMER_H
#define PFMALLOC_LINUX_TIMER_H

#include <linux/jiffies.h>
#include <linux/rbtree_types.h>
#include <linux/types.h>

#include <time.h>

struct timer_list {
	struct rb_node node; /* in the tree of armed timers, by time */
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;
	bool is_armed;
};

#define TIMER_DEFERRABLE 0x00080000
#define TIMER_PINNED	 0x00100000
#define TIMER_IRQSAFE	 0x00200000

#define __TIMER_INITIALIZER(fn, timer_flags)              \
	{                                                 \
		.function = (fn), .flags = (timer_flags), \
	}
#define DEFINE_TIMER(name, fn) \
	struct timer_list name = __TIMER_INITIALIZER(fn, 0)

static inline void timer_setup(struct timer_list *timer,
			       void (*function)(struct timer_list *timer),
			       unsigned int flags)
{
	timer->function = function;
	timer->flags = flags;
	timer->is_armed = false;
}

#define timer_setup_on_stack(timer, fn, flags) timer_setup(timer, fn, flags)

/* Return: whether it was armed before. */
pf_api int pf_mod_timer(struct timer_list *timer, unsigned long expires);
pf_api int pf_mod_timer_pending(struct timer_list *timer,
				unsigned long expires);
pf_api int pf_timer_reduce(struct timer_list *timer, unsigned long expires);
pf_api void pf_add_timer(struct timer_list *timer);
pf_api int pf_timer_delete(struct timer_list *timer);
/* Not armed, and its function does not run; not to be called by that. */
pf_api int pf_timer_delete_sync(struct timer_list *timer);
/* -1 if the function runs. */
pf_api int pf_try_to_del_timer_sync(struct timer_list *timer);
/* The same, and it cannot be armed again. */
pf_api int pf_timer_shutdown(struct timer_list *timer, bool sync);

static inline int timer_pending(const struct timer_list *timer)
{
	return __atomic_load_n(&timer->is_armed, __ATOMIC_RELAXED);
}

static inline void add_timer(struct timer_list *timer)
{
	pf_add_timer(timer);
}

static inline int mod_timer(struct timer_list *timer, unsigned long expires)
{
	return pf_mod_timer(timer, expires);
}

static inline int mod_timer_pending(struct timer_list *timer,
				    unsigned long expires)
{
	return pf_mod_timer_pending(timer, expires);
}

static inline int timer_reduce(struct timer_list *timer, unsigned long expires)
{
	return pf_timer_reduce(timer, expires);
}

static inline int del_timer(struct timer_list *timer)
{
	return pf_timer_delete(timer);
}

static inline int del_timer_sync(struct timer_list *timer)
{
	return pf_timer_delete_sync(timer);
}

static inline int timer_delete_sync(struct timer_list *timer)
{
	return pf_timer_delete_sync(timer);
}

static inline int try_to_del_timer_sync(struct timer_list *timer)
{
	return pf_try_to_del_timer_sync(timer);
}

static inline int timer_delete_sync_try(struct timer_list *timer)
{
	return pf_try_to_del_timer_sync(timer);
}

static inline int timer_shutdown(struct timer_list *timer)
{
	return pf_timer_shutdown(timer, false);
}

static inline int timer_shutdown_sync(struct timer_list *timer)
{
	return pf_timer_shutdown(timer, true);
}

static inline void destroy_timer_on_stack(struct timer_list *timer)
{
	(void)timer;
}

#define timer_destroy_on_stack(timer) destroy_timer_on_stack(timer)

#define timer_delete(timer)                   \
	_Generic((timer), struct timer_list * \
		 : pf_timer_delete, default   \
		 : (timer_delete))(timer)

#define from_timer(var, timer, member) \
	container_of(timer, __typeof__(*var), member)
#define timer_container_of(var, timer, member) \
	container_of(timer, __typeof__(*var), member)

#include <linux/container_of.h>

#endif
