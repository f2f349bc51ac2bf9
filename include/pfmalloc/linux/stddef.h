/* SPDX-License-Identifier: MIT */
/*
 * stddef.h - offsets and sizes of members
 *
 * libc's headers include <linux/stddef.h>, too: what they look for is read
 * first, from the system's file of that name.
 */
#ifndef PFMALLOC_LINUX_STDDEF_H
#define PFMALLOC_LINUX_STDDEF_H

#include_next <linux/stddef.h>
#include <stdbool.h>
#include <stddef.h>

#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define offsetofend(type, member) \
	(offsetof(type, member) + sizeof_field(type, member))

/* A group of members that has a name of its own, too. */
#define pf_struct_group(tag, name, attrs, members...) \
	union {                                       \
		struct {                              \
			members                       \
		} attrs;                              \
		struct tag {                          \
			members                       \
		} attrs name;                         \
	}
#define struct_group(name, members...) pf_struct_group(, name, , members)
#define struct_group_attr(name, attrs, members...) \
	pf_struct_group(, name, attrs, members)
#define struct_group_tagged(tag, name, members...) \
	pf_struct_group(tag, name, , members)

/* An array without a length where the language does not allow one. */
#define DECLARE_FLEX_ARRAY(type, name) \
	struct {                       \
		struct {               \
		} pf_empty_##name;     \
		type name[];           \
	}

#endif
