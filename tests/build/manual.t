#!/bin/sh
# SPDX-License-Identifier: MIT
#
# manual.t - the man pages are well formed and speak of what there is

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

cd "$PF_SRCDIR" || exit 1
pages="lib/ioport/pfmalloc-ioport.3 lib/kapi/pfmalloc-kmem.3
	lib/kenv/pfmalloc-kenv.7 lib/malloc/pfmalloc.3 lib/os/pfmalloc.conf.5
	lib/preload/pfmalloc.7"

for page in $pages; do
	if command -v mandoc >/dev/null 2>&1; then
		# Style hints of one mandoc are not those of the next.
		check "$page has no mistakes" mandoc -Tlint -W warning "$page"
	else
		skip "$page has no mistakes" "mandoc is not installed"
	fi
done

# missing_functions HEADER PAGE - each function that HEADER declares is in PAGE
missing_functions()
{
	status=0
	found=
	for name in $(grep -ohE '\<pf_[a-z0-9_]+\(' "$1" |
		tr -d '(' | LC_ALL=C sort -u); do
		grep -qE "(^| )$name( |\$)" "$2" || {
			echo "$name is not in $2"
			status=1
		}
		found=yes
	done
	[ "$found" = yes ] || status=1
	return $status
}
check "pfmalloc(3) has every function of its header" \
	missing_functions include/pfmalloc/pfmalloc.h lib/malloc/pfmalloc.3
check "pfmalloc-ioport(3) has every function of its header" \
	missing_functions include/pfmalloc/ioport.h lib/ioport/pfmalloc-ioport.3
for header in highmem mempool pages shrinker slab vmalloc; do
	check "pfmalloc-kmem(3) has every function of <pfmalloc/$header.h>" \
		missing_functions include/pfmalloc/$header.h \
		lib/kapi/pfmalloc-kmem.3
done

finish
