#!/bin/sh
# SPDX-License-Identifier: MIT
#
# symbols.t - the libraries show the names in symbols*.expected and no other
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

# shared NAME LIST... - the shared library
shared()
{
	name=$1
	shift
	library=$PF_BUILDDIR/.libs/$name.so
	if [ ! -r "$library" ]; then
		skip "$name.so shows what is expected" "it was not built"
		return
	fi
	expected "$library" "$@" >"$tmp/expected"
	$NM -D --defined-only "$library" | $AWK '{ print $3 }' |
		LC_ALL=C sort >"$tmp/shown"
	check "$name.so shows what is expected" \
		same "$tmp/expected" "$tmp/shown"
}

# object NAME LIST... - the object, and the archive that holds it
object()
{
	name=$1
	shift
	if [ ! -r "$PF_BUILDDIR/$name.o" ]; then
		skip "$name.o shows the same" "it was not built"
		return
	fi
	expected "$PF_BUILDDIR/$name.o" "$@" >"$tmp/expected"
	$NM -g --defined-only "$PF_BUILDDIR/$name.o" |
		$AWK '{ print $3 }' | LC_ALL=C sort >"$tmp/shown"
	check "$name.o shows the same, and what libc.a asks for" \
		same "$tmp/expected" "$tmp/shown"
	$AR t "$PF_BUILDDIR/lib$name.a" >"$tmp/members"
	echo "$name.o" >"$tmp/one"
	check "lib$name.a holds $name.o alone" \
		diff "$tmp/one" "$tmp/members"
}

shared libpfmalloc symbols.expected symbols-shared.expected
shared libpfkernel symbols.expected symbols-shared.expected \
	symbols-kernel.expected

# A static link needs libc's inner aliases too: a member of libc.a that is
# pulled in for one of them would bring a second malloc.
object pfmalloc symbols.expected symbols-static.expected
object pfkernel symbols.expected symbols-kernel.expected \
	symbols-static.expected

finish
