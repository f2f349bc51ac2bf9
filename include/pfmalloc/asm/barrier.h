/* SPDX-License-Identifier: MIT */
/*
 * barrier.h - order between memory accesses of several threads
 *
 * A process always runs as if on several CPUs, so smp_mb() is mb().
 */
#ifndef PFMALLOC_ASM_BARRIER_H
#define PFMALLOC_ASM_BARRIER_H

#include <linux/compiler.h>

#define mb()  __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define wmb() __atomic_thread_fence(__ATOMIC_RELEASE)

#define smp_mb()  mb()
#define smp_rmb() rmb()
#define smp_wmb() wmb()
#define dma_rmb() rmb()
#define dma_wmb() wmb()
#define dma_mb()  mb()

#define virt_mb()  mb()
#define virt_rmb() rmb()
#define virt_wmb() wmb()

/*
 * An atomic operation that returns a value is a full barrier in the kernel.
 * On x86 the instruction is one; elsewhere it gets one on either side.
 */
#if defined(__x86_64__) || defined(__i386__)
#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic()	barrier()
#else
#define smp_mb__before_atomic() mb()
#define smp_mb__after_atomic()	mb()
#endif
#define smp_mb__after_spinlock()    mb()
#define smp_mb__after_unlock_lock() mb()

#define smp_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define smp_store_mb(var, value)        \
	do {                            \
		WRITE_ONCE(var, value); \
		mb();                   \
	} while (0)

#define smp_cond_load_relaxed(ptr, cond_expr)     \
	__extension__({                           \
		__typeof__(ptr) pf_ptr = (ptr);   \
		__typeof__(*pf_ptr) VAL;          \
		for (;;) {                        \
			VAL = READ_ONCE(*pf_ptr); \
			if (cond_expr)            \
				break;            \
			pf_cpu_relax();           \
		}                                 \
		VAL;                              \
	})
#define smp_cond_load_acquire(ptr, cond_expr)                  \
	__extension__({                                        \
		__typeof__(*(ptr)) pf_value =                  \
			smp_cond_load_relaxed(ptr, cond_expr); \
		__atomic_thread_fence(__ATOMIC_ACQUIRE);       \
		pf_value;                                      \
	})

#define barrier_nospec()	   barrier()
#define smp_read_barrier_depends() barrier()

/* A moment in a loop that waits for another thread. */
static inline void pf_cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ __volatile__("yield" ::: "memory");
#else
	barrier();
#endif
}

#endif
