#!/bin/sh
# SPDX-License-Identifier: MIT
#
# symbols.t - the libraries show the names in symbols.expected and no other
#
# A name too many can collide with a name of the program; a name too few lets
# a malloc of ours meet a free of libc's.

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

# expected LIBRARY LIST... - the lists have the manglings of 64-bit machines
expected()
{
	library=$1
	shift
	(cd "$PF_SRCDIR/tests/build" && sed '/^#/d; /^$/d' "$@") |
	if $READELF -hW "$library" | grep -q 'Class: *ELF32'; then
		sed 's/^\(_Zn[aw]\)m/\1j/; s/^\(_Zd[al]Pv\)m/\1j/'
	else
		cat
	fi | LC_ALL=C sort
}

same()
{
	diff "$1" "$2" && return
	echo "< is expected, > is shown"
	return 1
}

if [ -r "$PF_PRELOAD" ]; then
	expected "$PF_PRELOAD" symbols.expected >"$tmp/expected"
	$NM -D --defined-only "$PF_PRELOAD" | $AWK '{ print $3 }' |
		LC_ALL=C sort >"$tmp/shown"
	check "libpfmalloc.so shows what is expected" \
		same "$tmp/expected" "$tmp/shown"
else
	skip "libpfmalloc.so shows what is expected" "it was not built"
fi

# A static link needs libc's inner aliases too: a member of libc.a that is
# pulled in for one of them would bring a second malloc.
if [ -r "$PF_BUILDDIR/pfmalloc.o" ]; then
	expected "$PF_BUILDDIR/pfmalloc.o" symbols.expected \
		symbols-static.expected >"$tmp/expected"
	$NM -g --defined-only "$PF_BUILDDIR/pfmalloc.o" |
		$AWK '{ print $3 }' | LC_ALL=C sort >"$tmp/shown"
	check "pfmalloc.o shows the same, and what libc.a asks for" \
		same "$tmp/expected" "$tmp/shown"
	$AR t "$PF_BUILDDIR/libpfmalloc.a" >"$tmp/members"
	echo pfmalloc.o >"$tmp/one"
	check "libpfmalloc.a holds pfmalloc.o alone" \
		diff "$tmp/one" "$tmp/members"
else
	skip "pfmalloc.o shows the same" "it was not built"
fi

finish
