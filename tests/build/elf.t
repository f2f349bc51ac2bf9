#!/bin/sh
# SPDX-License-Identifier: MIT
#
# elf.t - what the loader reads in libpfmalloc.so and libpfkernel.so

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

[ -r "$PF_PRELOAD" ] || skip_all "libpfmalloc.so was not built"
command -v "$READELF" >/dev/null 2>&1 || skip_all "there is no readelf"

has()
{
	grep -E "$1" "$2" || { cat "$2"; return 1; }
}

has_no()
{
	! grep -E "$1" "$2"
}

only_libc_is_needed()
{
	sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$tmp/dynamic" |
		grep -Ev '^(libc\.so\.6|libc\.musl-.*|libc\.so|ld-linux.*|ld64?\.so.*)$'
	[ $? -eq 1 ]
}

tls_is_at_most()
{
	size=$($AWK '$1 == "TLS" { print $6 }' "$tmp/segments")
	echo "TLS segment: ${size:-none}"
	[ $((${size:-0})) -le "$1" ]
}

library()
{
	file=$PF_BUILDDIR/.libs/$1.so
	$READELF -dW "$file" >"$tmp/dynamic" &&
		$READELF -lW "$file" >"$tmp/segments" &&
		$READELF -rW "$file" >"$tmp/relocations" || exit 1
	check "$1.so has the name $1.so.0" \
		has "SONAME.*\[$1\.so\.0\]" "$tmp/dynamic"
	check "it needs no library but libc" only_libc_is_needed
	check "it stays when a program closes it" has 'FLAGS.*NODELETE' "$tmp/dynamic"
	check "it is bound at start" \
		has 'BIND_NOW|FLAGS_1.*NOW' "$tmp/dynamic"
	check "its tables are read-only afterwards" has GNU_RELRO "$tmp/segments"
	check "its code is not relocated" has_no TEXTREL "$tmp/dynamic"
	check "its stack is not executable" \
		has 'GNU_STACK.* RW ' "$tmp/segments"
	check "no segment is writable and executable" \
		has_no 'LOAD.* RWE ' "$tmp/segments"
	if [ "$PF_CHECK_BUILD" = yes ]; then
		skip "its thread-local data is at most 256 bytes" \
			"self-checks note which locks each thread holds"
	else
		check "its thread-local data is at most 256 bytes" \
			tls_is_at_most 256
	fi
	check "its thread-local data is found without the loader's help" \
		has_no 'DTPMOD|DTPOFF|TLSDESC' "$tmp/relocations"
	check "it names no folder to look for libraries" \
		has_no 'RPATH|RUNPATH' "$tmp/dynamic"
}

library libpfmalloc
library libpfkernel
finish
