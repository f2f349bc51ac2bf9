#!/bin/sh
# SPDX-License-Identifier: MIT
#
# headers.t - each of the kernel's headers compiles alone, and among libc's

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

cd "$PF_SRCDIR/include/pfmalloc" || exit 1
headers=$(find linux asm -name '*.h' | LC_ALL=C sort)
libc="stdlib.h string.h pthread.h errno.h sys/types.h stdint.h endian.h
	limits.h time.h signal.h sched.h unistd.h sys/param.h sys/sysinfo.h"

# works COMPILER... - it is there and finds libc
works()
{
	printf '#include <stdlib.h>\n#include <pthread.h>\n' |
		"$@" -fsyntax-only -x c - >/dev/null 2>&1
}

each_alone() # COMPILER...
{
	status=0
	for header in $headers; do
		printf '#include <%s>\n#include <%s>\n' "$header" "$header" |
			"$@" -I. -Wall -Wextra -Werror -fsyntax-only -x c - ||
			{ echo "<$header> does not compile alone"; status=1; }
	done
	return $status
}

all_together() # BEFORE AFTER COMPILER...
{
	before=$1
	after=$2
	shift 2
	for header in $before $headers $after; do
		printf '#include <%s>\n' "$header"
	done | "$@" -I. -Wall -Wextra -Werror -fsyntax-only -x c -
}

for compiler in gcc clang; do
	for machine in "" -m32; do
		command="$compiler${machine:+ }$machine"
		if ! works $command; then
			skip "headers by $command" "it does not compile here"
			continue
		fi
		for standard in gnu11 gnu17; do
			check "each header compiles alone: $command -std=$standard" \
				each_alone $command -std=$standard
			check "all of them before libc's: $command -std=$standard" \
				all_together "" "$libc" $command -std=$standard
			check "all of them after libc's: $command -std=$standard" \
				all_together "$libc" "" $command -std=$standard
		done
	done
done

printf '#include <stdatomic.h>\n#include <linux/atomic.h>\n' |
	$CC -I. -fsyntax-only -x c - 2>"$tmp/said"
[ $? -ne 0 ] && grep -q 'use one of them in a file' "$tmp/said"
result $? "<stdatomic.h> before <linux/atomic.h> is refused with a sentence"

finish
