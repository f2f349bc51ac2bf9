/* SPDX-License-Identifier: MIT */
/*
 * compiler_attributes.h - what the compiler is told of functions and data
 *
 * Names that libc's <sys/cdefs.h> has, too, are taken after it was read, so
 * that the order of inclusion plays no part.
 */
#ifndef PFMALLOC_LINUX_COMPILER_ATTRIBUTES_H
#define PFMALLOC_LINUX_COMPILER_ATTRIBUTES_H

#include <sys/types.h> /* reads libc's own attribute names */

#undef __always_inline
#define __always_inline inline __attribute__((__always_inline__))

#ifndef __has_attribute
#define __has_attribute(x) 0
#endif

#define __alias(symbol)	     __attribute__((__alias__(#symbol)))
#define __aligned(x)	     __attribute__((__aligned__(x)))
#define __aligned_largest    __attribute__((__aligned__))
#define __alloc_size(x, ...) __attribute__((__alloc_size__(x, ##__VA_ARGS__)))
#define __assume_aligned(a, ...) \
	__attribute__((__assume_aligned__(a, ##__VA_ARGS__)))
#define __cleanup(func) __attribute__((__cleanup__(func)))
#define __cold		__attribute__((__cold__))
#define __deprecated
#define __flatten	   __attribute__((__flatten__))
#define __gnu_inline	   __attribute__((__gnu_inline__))
#define __malloc	   __attribute__((__malloc__))
#define __mode(x)	   __attribute__((__mode__(x)))
#define __must_check	   __attribute__((__warn_unused_result__))
#define __naked		   __attribute__((__naked__))
#define noinline	   __attribute__((__noinline__))
#define __noreturn	   __attribute__((__noreturn__))
#define __packed	   __attribute__((__packed__))
#define __printf(a, b)	   __attribute__((__format__(printf, a, b)))
#define __scanf(a, b)	   __attribute__((__format__(scanf, a, b)))
#define __section(section) __attribute__((__section__(section)))
#define __always_unused	   __attribute__((__unused__))
#define __maybe_unused	   __attribute__((__unused__))
#define __used		   __attribute__((__used__))
#define __weak		   __attribute__((__weak__))
#define __visible	   __attribute__((__externally_visible__))

#undef __attribute_const__ /* glibc's is the same in other words */
#define __attribute_const__ __attribute__((__const__))
#undef __pure
#define __pure __attribute__((__pure__))

#if __has_attribute(__fallthrough__)
#define fallthrough __attribute__((__fallthrough__))
#else
#define fallthrough \
	do {        \
	} while (0)
#endif

#if __has_attribute(__designated_init__)
#define __designated_init __attribute__((__designated_init__))
#else
#define __designated_init
#endif

#if __has_attribute(__nonstring__)
#define __nonstring __attribute__((__nonstring__))
#else
#define __nonstring
#endif

#if __has_attribute(__copy__)
#define __copy(symbol) __attribute__((__copy__(symbol)))
#else
#define __copy(symbol)
#endif

#if __has_attribute(__no_sanitize_address__)
#define __no_sanitize_address __attribute__((__no_sanitize_address__))
#else
#define __no_sanitize_address
#endif

#ifndef __counted_by
#define __counted_by(member)
#endif
#define __counted_by_le(member) __counted_by(member)
#define __counted_by_be(member) __counted_by(member)

#endif
