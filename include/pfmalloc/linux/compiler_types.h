/* SPDX-License-Identifier: MIT */
/*
 * compiler_types.h - marks on types, and the words of the compiler's headers
 *
 * sparse's address spaces (__user, __iomem ...) are words without effect: a
 * process has one address space.
 */
#ifndef PFMALLOC_LINUX_COMPILER_TYPES_H
#define PFMALLOC_LINUX_COMPILER_TYPES_H

#include <linux/compiler_attributes.h>
#include <linux/kconfig.h>

/* A function or variable of libpfmalloc. */
#define pf_api __attribute__((visibility("default")))

#define __user
#define __kernel
#define __safe
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __nocast
#define __private
#ifndef __bitwise
#define __bitwise
#endif

#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __cond_lock(x, c)	  (c)
#define __acquire(x)		  ((void)0)
#define __release(x)		  ((void)0)
#define __chk_user_ptr(x)	  ((void)(x))
#define __chk_io_ptr(x)		  ((void)(x))
#define ACCESS_PRIVATE(p, member) ((p)->member)

#define noinline_for_stack noinline
#define notrace		   __attribute__((__no_instrument_function__))
#define asmlinkage
#define __latent_entropy
#define __randomize_layout
#define __no_randomize_layout
#define randomized_struct_fields_start
#define randomized_struct_fields_end
#define __no_kcsan
#define __no_kasan_or_inline	__always_inline
#define __no_sanitize_or_inline __always_inline
#define __nocfi
#define __noscs
#define __signed signed

#define __same_type(a, b) \
	__builtin_types_compatible_p(__typeof__(a), __typeof__(b))

/* Whether the machine reads and writes a @t with one instruction. */
#define __native_word(t)                                            \
	(sizeof(t) == sizeof(char) || sizeof(t) == sizeof(short) || \
	 sizeof(t) == sizeof(int) || sizeof(t) == sizeof(long))

#define __unqual_scalar_typeof(x) __typeof__((__typeof__(x))(x))

#endif
