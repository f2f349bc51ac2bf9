/* SPDX-License-Identifier: MIT */
/*
 * div64.h - do_div(): the quotient in place, the remainder as value
 */
#ifndef PFMALLOC_ASM_DIV64_H
#define PFMALLOC_ASM_DIV64_H

#include <linux/types.h>

#define do_div(n, base)                                  \
	__extension__({                                  \
		u32 pf_base = (u32)(base);               \
		u32 pf_rest = (u32)((u64)(n) % pf_base); \
		(n) = (u64)(n) / pf_base;                \
		pf_rest;                                 \
	})

#endif
