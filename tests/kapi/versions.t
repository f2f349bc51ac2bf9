#!/bin/sh
# SPDX-License-Identifier: MIT
#
# versions.t - names that differ between the kernels a client may be written for

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

# holds VERSION STATEMENT... - each compiles for that kernel, given as 6,1,0
holds()
{
	version=$1
	shift
	{
		echo '#include <linux/highmem.h>'
		echo '#include <linux/mm.h>'
		echo 'void f(struct page *page, struct page **array);'
		echo 'void f(struct page *page, struct page **array) {'
		echo '(void)page; (void)array;'
		printf '%s;\n' "$@"
		echo '}'
	} | $CC "-DPF_LINUX_VERSION_CODE=KERNEL_VERSION($version)" \
		-I"$PF_SRCDIR/include/pfmalloc" -Wall -Wextra -Werror \
		-std=gnu11 -fsyntax-only -x c -
}

check "MAX_ORDER is 11, exclusive, up to Linux 6.3" holds 6,3,0 \
	'_Static_assert(MAX_ORDER == 11, "")' \
	'_Static_assert(MAX_ORDER_NR_PAGES == 1024, "")'
check "MAX_ORDER is 10, inclusive, from 6.4 to 6.7" holds 6,7,0 \
	'_Static_assert(MAX_ORDER == 10, "")' \
	'_Static_assert(MAX_ORDER_NR_PAGES == 1024, "")'
check "from 6.8 on there is MAX_PAGE_ORDER instead" holds 6,8,0 \
	'_Static_assert(MAX_PAGE_ORDER == 10 && NR_PAGE_ORDERS == 11, "")' \
	'enum { MAX_ORDER }'
check "GFP_ATOMIC had a flag of its own up to 6.2" holds 6,1,0 \
	'_Static_assert(GFP_ATOMIC & __GFP_ATOMIC, "")' \
	'_Static_assert((GFP_ATOMIC & ~__GFP_ATOMIC) == 0x820, "")'
check "which is gone from 6.3 on" holds 6,18,0 \
	'_Static_assert(GFP_ATOMIC == 0x820, "")' \
	'enum { __GFP_ATOMIC }'
check "an array is filled by alloc_pages_bulk_array() up to 6.13" \
	holds 6,13,0 'alloc_pages_bulk_array(GFP_KERNEL, 1, array)'
check "and by alloc_pages_bulk() from 6.14 on" holds 6,14,0 \
	'alloc_pages_bulk(GFP_KERNEL, 1, array)'
check "page->flags is a number up to 6.17" holds 6,17,0 \
	'page->flags |= 1UL << PG_dirty'
check "and a structure from 6.18 on" holds 6,18,0 \
	'page->flags.f |= 1UL << PG_dirty'
check "the flags have the kernel's values" holds 6,18,0 \
	'_Static_assert(GFP_KERNEL == 0xcc0, "")' \
	'_Static_assert(GFP_NOWAIT == 0x2800, "")' \
	'_Static_assert(GFP_HIGHUSER == 0x100cc2, "")' \
	'_Static_assert(__GFP_ACCOUNT == 0x400000, "")'

finish
