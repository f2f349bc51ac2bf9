/* SPDX-License-Identifier: MIT */
/*
 * rwlock.h - spinlocks that readers share
 */
#ifndef PFMALLOC_LINUX_RWLOCK_H
#define PFMALLOC_LINUX_RWLOCK_H

#include <linux/spinlock.h>

pf_api void pf_read_lock(rwlock_t *lock);
pf_api int pf_read_trylock(rwlock_t *lock);
pf_api void pf_read_unlock(rwlock_t *lock);
pf_api void pf_write_lock(rwlock_t *lock);
pf_api int pf_write_trylock(rwlock_t *lock);
pf_api void pf_write_unlock(rwlock_t *lock);

static inline void rwlock_init(rwlock_t *lock)
{
	*lock = __RW_LOCK_UNLOCKED(lock);
}

#define read_trylock(lock)  pf_read_trylock(lock)
#define write_trylock(lock) pf_write_trylock(lock)

#define PF_DEFINE_RWLOCK_CALLS(side)                         \
	static inline void side##_lock(rwlock_t *lock)       \
	{                                                    \
		pf_##side##_lock(lock);                      \
	}                                                    \
	static inline void side##_unlock(rwlock_t *lock)     \
	{                                                    \
		pf_##side##_unlock(lock);                    \
	}                                                    \
	static inline void side##_lock_irq(rwlock_t *lock)   \
	{                                                    \
		local_irq_disable();                         \
		pf_##side##_lock(lock);                      \
	}                                                    \
	static inline void side##_unlock_irq(rwlock_t *lock) \
	{                                                    \
		pf_##side##_unlock(lock);                    \
		local_irq_enable();                          \
	}                                                    \
	static inline void side##_lock_bh(rwlock_t *lock)    \
	{                                                    \
		local_bh_disable();                          \
		pf_##side##_lock(lock);                      \
	}                                                    \
	static inline void side##_unlock_bh(rwlock_t *lock)  \
	{                                                    \
		pf_##side##_unlock(lock);                    \
		local_bh_enable();                           \
	}
PF_DEFINE_RWLOCK_CALLS(read)
PF_DEFINE_RWLOCK_CALLS(write)

#define read_lock_irqsave(lock, flags) \
	do {                           \
		local_irq_save(flags); \
		pf_read_lock(lock);    \
	} while (0)
#define read_unlock_irqrestore(lock, flags) \
	do {                                \
		pf_read_unlock(lock);       \
		local_irq_restore(flags);   \
	} while (0)
#define write_lock_irqsave(lock, flags) \
	do {                            \
		local_irq_save(flags);  \
		pf_write_lock(lock);    \
	} while (0)
#define write_unlock_irqrestore(lock, flags) \
	do {                                 \
		pf_write_unlock(lock);       \
		local_irq_restore(flags);    \
	} while (0)

DEFINE_LOCK_GUARD_1(read_lock, rwlock_t, read_lock(_T->lock),
		    read_unlock(_T->lock), char unused[0])
DEFINE_LOCK_GUARD_1(write_lock, rwlock_t, write_lock(_T->lock),
		    write_unlock(_T->lock), char unused[0])

#endif
