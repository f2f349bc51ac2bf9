/* SPDX-License-Identifier: MIT */
/*
 * sort.h - arrays in order
 *
 * In place, without memory, in n log n steps even for the worst array; what
 * compares equal may change its order.
 */
#ifndef PFMALLOC_LINUX_SORT_H
#define PFMALLOC_LINUX_SORT_H

#include <linux/types.h>

/**
 * pf_sort_r - sort @num elements of @size bytes
 * @cmp: below, at or above 0 when its first element belongs before, with or
 *	behind the second
 * @swap: exchanges two elements; NULL: as bytes
 * @priv: for both
 */
pf_api void pf_sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp,
		      swap_r_func_t swap, const void *priv);
pf_api void pf_sort(void *base, size_t num, size_t size, cmp_func_t cmp,
		    swap_func_t swap);

#define sort_r(base, num, size, cmp, swap, priv) \
	pf_sort_r(base, num, size, cmp, swap, priv)
#define sort(base, num, size, cmp, swap) pf_sort(base, num, size, cmp, swap)
#define sort_r_nonatomic(base, num, size, cmp, swap, priv) \
	pf_sort_r(base, num, size, cmp, swap, priv)
#define sort_nonatomic(base, num, size, cmp, swap) \
	pf_sort(base, num, size, cmp, swap)

#endif
