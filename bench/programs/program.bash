# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# program.bash - the frame of a real program under measurement
#
#	bash NAME.sh prepare DIR [quick]
#	bash NAME.sh run DIR
#
# NAME.sh sources this file, defines the functions prepare and run, which work
# in DIR, and ends with program_main "$@".
#
#	prepare	makes the input, always the same bytes, without any allocator
#		preloaded.
#	run	runs the program on that input, with the libraries in
#		BENCH_PRELOAD preloaded into it and into nothing else (neither
#		the shell nor load generators), and leaves the input as it
#		was.  It prints what must be the same in each run: preparing
#		ends with a run on the program's own malloc, whose output is
#		what all later ones must print.
#
# The line "# needs:" in NAME.sh names programs and files that must be
# installed, "# measures:" the short names of the processes that the allocator
# must have been seen in.

set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC PATH=/usr/bin:/bin:/usr/sbin:/sbin
unset LD_PRELOAD

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../tests/programs/server.sh"

program=$(basename "$0" .sh)
preload=${BENCH_PRELOAD-}
as_user=()
difference_lines=20

fail()
{
	echo "$program: $*" >&2
	exit 1
}

# under_test COMMAND... - with the allocator
under_test()
{
	LD_PRELOAD=$preload "$@"
}

# start_under_test COMMAND... - in the background; sets server to its pid
start_under_test()
{
	"${as_user[@]}" env LD_PRELOAD="$preload" "$@" &
	# shellcheck disable=SC2034 # used by server.sh
	server=$!
}

# size FULL QUICK - the one of the two that DIR was prepared for
size()
{
	case $(<mode) in
	full) echo "$1" ;;
	quick) echo "$2" ;;
	esac
}

# Unix sockets in DIR have names of at most 107 bytes.
need_short_path()
{
	[ ${#PWD} -le 80 ] ||
		fail "$PWD is too long a path for Unix sockets in it;" \
			"give a shorter one."
}

check_needs()
{
	local name

	# no quotes: a path may hold wildcards
	# shellcheck disable=SC2013
	for name in $(sed -n 's/^# needs: *//p' "$0"); do
		case $name in
		*/*) [ -e "$name" ] ;;
		*) type -P "$name" >/dev/null ;;
		esac || fail "$name is not installed;" \
			"tests/programs/install installs it."
	done
}

prepare_directory()
{
	mkdir -p "$1"
	cd "$1"
	[ -z "$(ls -A)" ] ||
		fail "The input is prepared in an empty directory, and $1" \
			"is not empty."
	echo "${2:-full}" >mode
	prepare
	preload='' run >expected
	touch prepared
}

run_in_directory()
{
	cd "$1" 2>/dev/null || fail "There is no directory $1."
	[ -e prepared ] || fail "In $1 is no input; prepare makes it."
	run >printed
	cmp -s expected printed || {
		diff -a expected printed | head -n "$difference_lines" >&2 || true
		fail "The output is not what the run on the program's own" \
			"malloc printed; see $PWD/expected and printed."
	}
}

program_main()
{
	check_needs
	case "${1-} $# ${3-quick}" in
	"prepare "[23]" quick") prepare_directory "$2" "${3-full}" ;;
	"run 2 quick") run_in_directory "$2" ;;
	*) fail "usage: $program.sh prepare DIR [quick], or run DIR" ;;
	esac
}
