/* SPDX-License-Identifier: MIT */
/*
 * compiler.h - what the compiler is told, under the names the kernel uses
 *
 * Every compiler-specific trick of the library is defined here and nowhere
 * else.  The rest of the code is C11 with these words.
 */
#ifndef PF_BASE_COMPILER_H
#define PF_BASE_COMPILER_H

#include <assert.h> /* static_assert */
#include <stddef.h>

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#undef __always_inline /* glibc's <sys/cdefs.h> has one without `static` */
#define __always_inline inline __attribute__((always_inline))
#define pf_noinline	__attribute__((noinline))
#define pf_cold		__attribute__((noinline, cold))
#define pf_export	__attribute__((visibility("default")))
#define pf_hidden	__attribute__((visibility("hidden")))
#define pf_weak		__attribute__((weak))
/*
 * For arrays of which a small process uses little: behind all other variables
 * (the linker sorts by this name), which so have fewer pages between them.
 */
#define pf_last		__attribute__((section(".bss.zz_last")))
/* Apart from all that is not written to by those who write to this. */
#define pf_own_line	__attribute__((aligned(64)))
#define pf_printf(f, a) __attribute__((format(printf, f, a)))

/* 1 in builds that carry the O(1) self-checks, 0 in release builds. */
#ifdef PF_CHECKS
#define PF_CHECK_BUILD 1
#else
#define PF_CHECK_BUILD 0
#endif

/* Order for the compiler only; no instruction. */
#define barrier() __asm__ __volatile__("" ::: "memory")

/* Makes the compiler forget what it has derived from @x; no instruction. */
#define hide_value(x) __asm__("" : "+r"(x))

/* One access, not torn and not repeated, without order. */
#define READ_ONCE(x)	 __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)

/* A load that sees what was written before the matching store. */
#define load_acquire(p)	    __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr)-offsetof(type, member)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline void cpu_relax(void)
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
