/* SPDX-License-Identifier: MIT */
/*
 * cleanup.h - what happens when a variable goes out of scope
 *
 *	guard(mutex)(&lock);
 *	char *text __free(kfree) = kstrdup(...);
 */
#ifndef PFMALLOC_LINUX_CLEANUP_H
#define PFMALLOC_LINUX_CLEANUP_H

#include <linux/compiler.h>
#include <linux/err.h>

#define DEFINE_FREE(name, type, free_expr)         \
	static inline void pf_free_##name(void *p) \
	{                                          \
		type _T = *(type *)p;              \
		free_expr;                         \
	}
#define __free(name) __cleanup(pf_free_##name)

/* The pointer, which will not be freed by its scope any more. */
#define no_free_ptr(p)                    \
	__extension__({                   \
		__auto_type pf_ptr = (p); \
		(p) = NULL;               \
		pf_ptr;                   \
	})
#define return_ptr(p)	       return no_free_ptr(p)
#define retain_and_null_ptr(p) ((void)no_free_ptr(p))

#define DEFINE_CLASS(name, type, exit_expr, init_expr, init_args...) \
	typedef type class_##name##_t;                               \
	static inline void class_##name##_destructor(type *p)        \
	{                                                            \
		type _T = *p;                                        \
		exit_expr;                                           \
	}                                                            \
	static inline type class_##name##_constructor(init_args)     \
	{                                                            \
		type t = init_expr;                                  \
		return t;                                            \
	}
#define CLASS(name, var)                                            \
	class_##name##_t var __cleanup(class_##name##_destructor) = \
		class_##name##_constructor

#define DEFINE_GUARD(name, type, lock_expr, unlock_expr)                 \
	DEFINE_CLASS(                                                    \
		name, type, if (_T) { unlock_expr; }, ({                 \
			lock_expr;                                       \
			_T;                                              \
		}),                                                      \
		type _T)                                                 \
	static inline void *class_##name##_lock_ptr(class_##name##_t *p) \
	{                                                                \
		return (void *)*p;                                       \
	}
/*
 * @cond says of _RET, the value of @lock_expr, whether the lock was taken;
 * without it a value that is not 0 means yes.
 */
#define PF_GUARD_COND(_1, cond, ...) cond
#define DEFINE_GUARD_COND(name, ext, lock_expr, cond...)                       \
	typedef class_##name##_t class_##name##ext##_t;                        \
	static inline void class_##name##ext##_destructor(class_##name##_t *p) \
	{                                                                      \
		class_##name##_destructor(p);                                  \
	}                                                                      \
	static inline class_##name##_t class_##name##ext##_constructor(        \
		class_##name##_t _T)                                           \
	{                                                                      \
		long _RET = _T ? (long)(lock_expr) : 0;                        \
		bool pf_is_taken = _T && (PF_GUARD_COND(, ##cond, _RET));      \
		(void)_RET;                                                    \
		return pf_is_taken ? _T : NULL;                                \
	}                                                                      \
	static inline void *class_##name##ext##_lock_ptr(class_##name##_t *p)  \
	{                                                                      \
		return (void *)*p;                                             \
	}

/* A lock that has no argument. */
#define DEFINE_LOCK_GUARD_0(name, lock_expr, unlock_expr)                  \
	typedef struct {                                                   \
		void *lock;                                                \
	} class_##name##_t;                                                \
	static inline void class_##name##_destructor(class_##name##_t *_T) \
	{                                                                  \
		(void)_T;                                                  \
		unlock_expr;                                               \
	}                                                                  \
	static inline void *class_##name##_lock_ptr(class_##name##_t *_T)  \
	{                                                                  \
		return _T->lock;                                           \
	}                                                                  \
	static inline class_##name##_t class_##name##_constructor(void)    \
	{                                                                  \
		class_##name##_t t = {(void *)1};                          \
		lock_expr;                                                 \
		return t;                                                  \
	}
/* A lock with members that it needs again to unlock. */
#define DEFINE_LOCK_GUARD_1(name, type, lock_expr, unlock_expr, members...) \
	typedef struct {                                                    \
		type *lock;                                                 \
		members;                                                    \
	} class_##name##_t;                                                 \
	static inline void class_##name##_destructor(class_##name##_t *_T)  \
	{                                                                   \
		if (_T->lock) {                                             \
			unlock_expr;                                        \
		}                                                           \
	}                                                                   \
	static inline void *class_##name##_lock_ptr(class_##name##_t *_T)   \
	{                                                                   \
		return _T->lock;                                            \
	}                                                                   \
	static inline class_##name##_t class_##name##_constructor(type *l)  \
	{                                                                   \
		class_##name##_t t = {.lock = l}, *_T = &t;                 \
		lock_expr;                                                  \
		return t;                                                   \
	}

/* The same lock, taken by @lock_expr if it can be had. */
#define DEFINE_LOCK_GUARD_1_COND(name, ext, lock_expr, cond...)                \
	typedef class_##name##_t class_##name##ext##_t;                        \
	static inline void class_##name##ext##_destructor(                     \
		class_##name##_t *_T)                                          \
	{                                                                      \
		class_##name##_destructor(_T);                                 \
	}                                                                      \
	static inline void *class_##name##ext##_lock_ptr(class_##name##_t *_T) \
	{                                                                      \
		return _T->lock;                                               \
	}                                                                      \
	static inline class_##name##_t class_##name##ext##_constructor(        \
		__typeof__(((class_##name##_t *)0)->lock) l)                   \
	{                                                                      \
		class_##name##_t t = {.lock = l}, *_T = &t;                    \
		long _RET = l ? (long)(lock_expr) : 0;                         \
		(void)_RET;                                                    \
		if (l && !(PF_GUARD_COND(, ##cond, _RET)))                     \
			_T->lock = NULL;                                       \
		return t;                                                      \
	}

/* Until the end of the block. */
#define guard(name) CLASS(name, __UNIQUE_ID(guard))

/* For the statement behind it. */
#define scoped_guard(name, args...) \
	pf_scoped_guard(name, __UNIQUE_ID(scope), __UNIQUE_ID(again), args)
#define pf_scoped_guard(name, scope, again, args...)  \
	for (CLASS(name, scope)(args), *again = NULL; \
	     !again && class_##name##_lock_ptr(&scope); again = (void *)1)
/* @fail is done when the lock was not taken. */
#define scoped_cond_guard(name, fail, args...)               \
	pf_scoped_cond_guard(name, fail, __UNIQUE_ID(scope), \
			     __UNIQUE_ID(again), args)
#define pf_scoped_cond_guard(name, fail, scope, again, args...) \
	for (CLASS(name, scope)(args), *again = NULL; !again;   \
	     again = (void *)1)                                 \
		if (!class_##name##_lock_ptr(&scope)) {         \
			fail;                                   \
		} else

#endif
