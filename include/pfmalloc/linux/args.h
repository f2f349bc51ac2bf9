/* SPDX-License-Identifier: MIT */
/*
 * args.h - how many arguments a macro was given
 */
#ifndef PFMALLOC_LINUX_ARGS_H
#define PFMALLOC_LINUX_ARGS_H

#define PF_ARGS_16(_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, \
		   _14, _15, n, ...)                                           \
	n
#define COUNT_ARGS(X...) \
	PF_ARGS_16(, ##X, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)

#define PF_CONCATENATE(a, b) a##b
#define CONCATENATE(a, b)    PF_CONCATENATE(a, b)

#endif
