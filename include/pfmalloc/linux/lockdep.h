/* SPDX-License-Identifier: MIT */
/*
 * lockdep.h - what is said about locks
 *
 * Each lock knows its holder: lockdep_assert_held() is checked, always.  The
 * order of locks is not.
 */
#ifndef PFMALLOC_LINUX_LOCKDEP_H
#define PFMALLOC_LINUX_LOCKDEP_H

#include <linux/bug.h>
#include <linux/types.h>

struct lock_class_key {
	char unused[0];
};

struct lockdep_map {
	char unused[0];
};

/* Whether the calling thread holds @lock, a lock of any kind. */
#define lockdep_is_held(lock)                              \
	_Generic((lock), struct spinlock *                 \
		 : pf_spin_is_mine, struct mutex *         \
		 : pf_mutex_is_mine, struct rw_semaphore * \
		 : pf_rwsem_is_held, struct pf_rwlock *    \
		 : pf_rwlock_is_held)(lock)

struct spinlock;
struct mutex;
struct rw_semaphore;
struct pf_rwlock;
pf_api bool pf_spin_is_mine(const struct spinlock *lock);
pf_api bool pf_mutex_is_mine(const struct mutex *lock);
pf_api bool pf_rwsem_is_held(const struct rw_semaphore *sem);
pf_api bool pf_rwlock_is_held(const struct pf_rwlock *lock);

#define lockdep_assert(cond)		WARN_ON(!(cond))
#define lockdep_assert_once(cond)	WARN_ON_ONCE(!(cond))
#define lockdep_assert_held(lock)	lockdep_assert(lockdep_is_held(lock))
#define lockdep_assert_held_write(lock) lockdep_assert_held(lock)
#define lockdep_assert_held_read(lock)	lockdep_assert_held(lock)
#define lockdep_assert_held_once(lock) \
	lockdep_assert_once(lockdep_is_held(lock))
#define lockdep_assert_not_held(lock)		    ((void)(lock))
#define lockdep_assert_none_held_once()		    ((void)0)
#define lockdep_set_class(lock, key)		    ((void)(key))
#define lockdep_set_class_and_name(lock, key, name) ((void)(key), (void)(name))
#define lockdep_set_subclass(lock, sub)		    ((void)(sub))
#define lockdep_set_novalidate_class(lock)	    ((void)(lock))
#define lockdep_register_key(key)		    ((void)(key))
#define lockdep_unregister_key(key)		    ((void)(key))
#define lockdep_init_map(map, name, key, sub)	    ((void)(key))
#define lockdep_off()				    ((void)0)
#define lockdep_on()				    ((void)0)
#define lockdep_hardirqs_enabled()		    true
#define debug_locks				    1
#define SINGLE_DEPTH_NESTING			    1

#endif
