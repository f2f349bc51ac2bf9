/* SPDX-License-Identifier: MIT */
/*
 * container_of.h - from a member to the structure that holds it
 */
#ifndef PFMALLOC_LINUX_CONTAINER_OF_H
#define PFMALLOC_LINUX_CONTAINER_OF_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/stddef.h>

#define typeof_member(T, m) __typeof__(((T *)0)->m)

#undef container_of
#define container_of(ptr, type, member)                                    \
	__extension__({                                                    \
		_Static_assert(__same_type(*(ptr), ((type *)0)->member) || \
				       __same_type(*(ptr), void),          \
			       "container_of: another type of member");    \
		(type *)((char *)(ptr)-offsetof(type, member));            \
	})

/* The same where @ptr may point to const, which the result keeps. */
#define container_of_const(ptr, type, member) \
	_Generic(ptr, const __typeof__(*(ptr)) *                         \
		 : ((const type *)container_of((ptr), type, member)),    \
		   default                                               \
		 : ((type *)container_of((ptr), type, member)))

#endif
