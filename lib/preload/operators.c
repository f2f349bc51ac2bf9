/* SPDX-License-Identifier: MIT */
/*
 * operators.c - C++'s operators new and delete, by their mangled names
 *
 * libstdc++'s own call malloc() and would do; these save a call, and a jump
 * through the procedure linkage table, each.
 *
 * The rules ([new.delete.single] of C++17): when there is no memory the
 * new-handler is called, again and again, until there is memory or there is no
 * handler; then std::bad_alloc is thrown, or NULL returned by the nothrow
 * variants.  Both belong to libstdc++, which this library does not link: the
 * names are weak, and where the program's libstdc++ came later, by dlopen(),
 * they are looked up in it at that moment.  Only somebody who calls operator
 * new needs them, and that somebody has libstdc++.
 */
#include <stdlib.h>

#include "malloc/malloc.h"
#include "os/loader.h"
#include "os/report.h"

/* size_t is `unsigned long` (m) or `unsigned int` (j) in mangled names. */
#if UINTPTR_MAX > UINT32_MAX
#define NEW(before, after) before##m##after
#else
#define NEW(before, after) before##j##after
#endif

#define NAME_OF_TEXT(name) #name
#define NAME_OF(name)	   NAME_OF_TEXT(name)

typedef void new_handler_fn(void);

/* std::get_new_handler(), std::__throw_bad_alloc() */
extern new_handler_fn *_ZSt15get_new_handlerv(void) pf_weak;
extern void _ZSt17__throw_bad_allocv(void) pf_weak;

static void *from_libstdcxx(const char *name)
{
	return loader_find("libstdc++.so.6", true, name);
}

static new_handler_fn *get_new_handler(void)
{
	new_handler_fn *(*get)(void) = _ZSt15get_new_handlerv;

	if (!get)
		get = (new_handler_fn * (*)(void))
			from_libstdcxx("_ZSt15get_new_handlerv");
	return get ? get() : NULL;
}

static _Noreturn void throw_bad_alloc(void)
{
	void (*throw)(void) = _ZSt17__throw_bad_allocv;

	if (!throw)
		throw = (void (*)(void))from_libstdcxx(
			"_ZSt17__throw_bad_allocv");
	if (throw)
		throw();
	report_line("BUG: operator new: out of memory, and no libstdc++ to "
		    "throw std::bad_alloc");
	abort();
}

/* Ask the handler until it gives up; NULL then. */
static void *new_handled(size_t size, size_t align)
{
	for (;;) {
		new_handler_fn *handler = get_new_handler();
		void *p;

		if (!handler)
			return NULL;
		handler();
		p = malloc_aligned(align, size);
		if (p)
			return p;
	}
}

static pf_cold void *new_failed(size_t size, size_t align)
{
	void *p = new_handled(size, align);

	if (!p)
		throw_bad_alloc();
	return p;
}

/*
 * The handler may throw std::bad_alloc, and a nothrow operator must make NULL
 * of that, which C cannot.  libstdc++'s nothrow operators can: they call the
 * throwing ones, which are ours, and catch.
 */
static pf_cold void *new_failed_nothrow(size_t size, size_t align)
{
	static const char tag;
	void *theirs;

	if (!get_new_handler())
		return NULL;
	if (align <= 16) {
		theirs = from_libstdcxx(NAME_OF(NEW(_Znw, RKSt9nothrow_t)));
		if (theirs)
			return ((void *(*)(size_t, const void *))theirs)(size,
									 &tag);
	} else {
		theirs = from_libstdcxx(
			NAME_OF(NEW(_Znw, St11align_val_tRKSt9nothrow_t)));
		if (theirs)
			return ((void *(*)(size_t, size_t,
					   const void *))theirs)(size, align,
								 &tag);
	}
	return new_handled(size, align);
}

static pf_noinline void *new_slow(size_t size)
{
	void *p = NULL;

	if (unlikely(report_is_dying()))
		return last_words_slow(size);
	if (likely(size <= PTRDIFF_MAX))
		p = kmem_alloc_slow(size);
	return likely(p) ? p : new_failed(size, 16);
}

static pf_noinline void *new_slow_nothrow(size_t size)
{
	void *p = NULL;

	if (unlikely(report_is_dying()))
		return last_words_slow(size);
	if (likely(size <= PTRDIFF_MAX))
		p = kmem_alloc_slow(size);
	return likely(p) ? p : new_failed_nothrow(size, 16);
}

static void *new_aligned(size_t size, size_t align)
{
	void *p = malloc_aligned(align, size);

	return likely(p) ? p : new_failed(size, align);
}

static void *new_aligned_nothrow(size_t size, size_t align)
{
	void *p = malloc_aligned(align, size);

	return likely(p) ? p : new_failed_nothrow(size, align);
}

#define DEFINE_NEW(op)                                                         \
	pf_export void *NEW(op, )(size_t size);                                \
	pf_export void *NEW(op, )(size_t size)                                 \
	{                                                                      \
		return kmem_alloc(size, new_slow);                             \
	}                                                                      \
	pf_export void *NEW(op, RKSt9nothrow_t)(size_t size, const void *tag); \
	pf_export void *NEW(op, RKSt9nothrow_t)(size_t size, const void *tag)  \
	{                                                                      \
		(void)tag;                                                     \
		return kmem_alloc(size, new_slow_nothrow);                     \
	}                                                                      \
	pf_export void *NEW(op, St11align_val_t)(size_t size, size_t align);   \
	pf_export void *NEW(op, St11align_val_t)(size_t size, size_t align)    \
	{                                                                      \
		return new_aligned(size, align);                               \
	}                                                                      \
	pf_export void *NEW(op, St11align_val_tRKSt9nothrow_t)(                \
		size_t size, size_t align, const void *tag);                   \
	pf_export void *NEW(op, St11align_val_tRKSt9nothrow_t)(                \
		size_t size, size_t align, const void *tag)                    \
	{                                                                      \
		(void)tag;                                                     \
		return new_aligned_nothrow(size, align);                       \
	}

#define DEFINE_DELETE(name, ...)                                                \
	/* Not as a jump to another one that is alike: one more instruction. */ \
	__attribute__((no_icf)) pf_export void name(void *p, ##__VA_ARGS__);    \
	pf_export void name(void *p, ##__VA_ARGS__)                             \
	{                                                                       \
		free_fast(p);                                                   \
	}

#pragma GCC diagnostic ignored "-Wunused-parameter"

DEFINE_NEW(_Znw)
DEFINE_NEW(_Zna)

DEFINE_DELETE(_ZdlPv)
DEFINE_DELETE(_ZdaPv)
DEFINE_DELETE(_ZdlPvRKSt9nothrow_t, const void *tag)
DEFINE_DELETE(_ZdaPvRKSt9nothrow_t, const void *tag)
DEFINE_DELETE(_ZdlPvSt11align_val_t, size_t align)
DEFINE_DELETE(_ZdaPvSt11align_val_t, size_t align)
DEFINE_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, size_t align,
	      const void *tag)
DEFINE_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, size_t align,
	      const void *tag)
DEFINE_DELETE(NEW(_ZdlPv, ), size_t size)
DEFINE_DELETE(NEW(_ZdaPv, ), size_t size)
DEFINE_DELETE(NEW(_ZdlPv, St11align_val_t), size_t size, size_t align)
DEFINE_DELETE(NEW(_ZdaPv, St11align_val_t), size_t size, size_t align)
