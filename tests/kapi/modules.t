#!/bin/sh
# SPDX-License-Identifier: MIT
#
# modules.t - kernel modules as they are, built against our headers and run

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

modules=$PF_SRCDIR/tests/examples/kernel
object=$PF_BUILDDIR/pfkernel.o
[ -r "$object" ] || skip_all "pfkernel.o was not built"

build() # MODULE VERSION...
{
	module=$1
	shift
	$CC -O1 -g -std=gnu11 -Wall -Wno-unused-parameter -DPF_MODULE_MAIN "$@" \
		-I"$PF_SRCDIR/include/pfmalloc" -o "$tmp/$module" \
		"$modules/$module.c" "$object" -pthread
}

says() # PATTERN COMMAND...
{
	pattern=$1
	shift
	"$@" >"$tmp/output" 2>&1
	status=$?
	cat "$tmp/output"
	[ $status -eq 0 ] && grep -q "$pattern" "$tmp/output"
}

try() # MODULE PATTERN ARGUMENT...
{
	module=$1
	pattern=$2
	shift 2
	for version in 6,18,0 6,1,0; do
		check "$module is built for Linux $version" build "$module" \
			"-DPF_LINUX_VERSION_CODE=KERNEL_VERSION($version)"
		check "$module runs, as for Linux $version" \
			says "$pattern" "$tmp/$module" "$@"
	done
}

try hash_table '1000 names, every third one deleted'
try hash_table '30000 names' nr_names=30000
try lru_cache '50 entries, 100 hits'
try ring_buffer '20000 records'
try ring_buffer '3000 records' nr_records=3000 ring_bytes=8388608
try driver 'memory-2000: 1000 blocks written, 2000 read'

finish
