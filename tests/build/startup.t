#!/bin/sh
# SPDX-License-Identifier: MIT
#
# startup.t - a program starts with no more page faults than under libmimalloc
#
# Page faults are counted, not timed, so they may be tested.  Medians of 21
# runs: where the kernel puts stack and libraries moves single runs by a few.

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

startup=$PF_BUILDDIR/bench/startup
mimalloc=$(ldconfig -p 2>/dev/null | sed -n 's/.*libmimalloc\.so\.2 .*=> //p' |
	head -n 1)

faults() # LIBRARY COMMAND... - the median
{
	library=$1
	shift
	"$startup" 21 "$library" -- "$@" | $AWK 'END { print $7 }'
}

compare() # NAME COMMAND...
{
	name=$1
	shift
	ours=$(faults "$PF_PRELOAD" "$@")
	theirs=$(faults "$mimalloc" "$@")
	note "$name: $ours page faults, under libmimalloc $theirs"
	check "$name starts with no more page faults than under libmimalloc" \
		test "${ours:-1000000}" -le "${theirs:-0}"
}

if [ "$PF_CHECK_BUILD" = yes ]; then
	skip "page faults of a start" "this build carries assertions"
elif [ -z "$mimalloc" ]; then
	skip "page faults of a start" "libmimalloc2.0 is not installed"
else
	compare "true" /bin/true
	compare "a shell" /bin/sh -c :
fi
finish
