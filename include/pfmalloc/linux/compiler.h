/* SPDX-License-Identifier: MIT */
/*
 * compiler.h - likely(), barrier(), READ_ONCE() and what they are built from
 */
#ifndef PFMALLOC_LINUX_COMPILER_H
#define PFMALLOC_LINUX_COMPILER_H

#include <linux/compiler_types.h>

#include <assert.h> /* its static_assert first, ours over it */
#include <stdbool.h>
#include <stddef.h>

#undef likely
#undef unlikely
#define likely(x)	    __builtin_expect(!!(x), 1)
#define unlikely(x)	    __builtin_expect(!!(x), 0)
#define likely_notrace(x)   likely(x)
#define unlikely_notrace(x) unlikely(x)

#define barrier()		__asm__ __volatile__("" ::: "memory")
#define barrier_data(ptr)	__asm__ __volatile__("" ::"r"(ptr) : "memory")
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))
#define RELOC_HIDE(ptr, off)                                          \
	__extension__({                                               \
		unsigned long pf_address = (unsigned long)(ptr);      \
		OPTIMIZER_HIDE_VAR(pf_address);                       \
		(__typeof__(ptr))(pf_address + (unsigned long)(off)); \
	})

/*
 * One access to a number or pointer, not torn, not repeated, not left out,
 * without order.  The compiler's atomics are what thread sanitizers know.
 */
#define READ_ONCE(x)	 __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#define data_race(expr)	 (expr)

#define __stringify_1(x...) #x
#define __stringify(x...)   __stringify_1(x)

#define PF_PASTE_INNER(a, b) a##b
#define PF_PASTE(a, b)	     PF_PASTE_INNER(a, b)
#define __PASTE(a, b)	     PF_PASTE(a, b)
#define __UNIQUE_ID(prefix)  PF_PASTE(pf_unique_##prefix, __COUNTER__)

/* A constant expression of integer type, as the compiler sees it. */
#define __is_constexpr(x)                                              \
	_Generic((8 ? ((void *)((long)(x)*0l)) : (int *)8), int * : 1, \
		 default : 0)

#ifndef unreachable
#define unreachable() __builtin_unreachable()
#endif

#undef static_assert
#define static_assert(expr, ...) pf_static_assert(expr, ##__VA_ARGS__, #expr)
#define pf_static_assert(expr, text, ...) _Static_assert(expr, text)

#define __must_be_array(a)	 PF_ZERO_OR_BREAK(__same_type((a), &(a)[0]))
#define PF_ZERO_OR_BREAK(broken) ((int)sizeof(struct { int : -!!(broken); }))
#define is_signed_type(type)	 (((type)(-1)) < (type)1)
#define is_unsigned_type(type)	 (!is_signed_type(type))

/* True where the compiler knows that @x is. */
#define statically_true(x) (__builtin_constant_p(x) && (x))
#define const_true(x)	   __builtin_choose_expr(__is_constexpr(x), x, 0)

#define prevent_tail_call_optimization() barrier()
#define ASM_UNREACHABLE
#define annotate_reachable()
#define annotate_unreachable()

#endif
