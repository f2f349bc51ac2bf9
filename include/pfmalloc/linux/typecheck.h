/* SPDX-License-Identifier: MIT */
/*
 * typecheck.h - a warning where a variable is not of the type that is wanted
 */
#ifndef PFMALLOC_LINUX_TYPECHECK_H
#define PFMALLOC_LINUX_TYPECHECK_H

#define typecheck(type, x)                       \
	__extension__({                          \
		type pf_wanted;                  \
		__typeof__(x) pf_given;          \
		(void)(&pf_wanted == &pf_given); \
		1;                               \
	})

#define typecheck_fn(type, function)                   \
	__extension__({                                \
		__typeof__(type) pf_wanted = function; \
		(void)pf_wanted;                       \
	})

#define typecheck_pointer(x) __extension__({ (void)sizeof(*(x)); })

#endif
