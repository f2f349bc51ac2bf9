#!/bin/sh
# SPDX-License-Identifier: MIT
#
# names.t - names.c, for each kernel that a client may be written for

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

object=$PF_BUILDDIR/pfkernel.o
[ -r "$object" ] || skip_all "pfkernel.o was not built"

build() # VERSION
{
	$CC -O1 -g -std=gnu11 -Wall -Wextra -Werror \
		"-DPF_LINUX_VERSION_CODE=KERNEL_VERSION($1)" \
		-I"$PF_SRCDIR/include/pfmalloc" -o "$tmp/names" \
		"$PF_SRCDIR/tests/kapi/names.c" "$object" -pthread
}

for version in 6,1,0 6,3,0 6,6,0 6,7,0 6,12,0 6,14,0 6,18,0 7,0,0; do
	check "the names of Linux $version are the kernel's" build "$version"
	check "and do what they should" "$tmp/names"
done

finish
