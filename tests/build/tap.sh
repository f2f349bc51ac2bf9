# SPDX-License-Identifier: MIT
#
# tests/build/tap.sh - TAP for tests in shell
#
#	. "$PF_SRCDIR/tests/build/tap.sh"
#	check "the library is there" test -e "$PF_PRELOAD"
#	skip "the manual has no mistakes" "mandoc is not installed"
#	finish

nr_tests=0

# Run from the source tree by hand, too.
: "${PF_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${PF_BUILDDIR:=$PF_SRCDIR}"
: "${PF_PRELOAD:=$PF_BUILDDIR/.libs/libpfmalloc.so}"
: "${AWK:=awk}" "${CC:=cc}" "${NM:=nm}" "${OBJDUMP:=objdump}"
: "${READELF:=readelf}" "${AR:=ar}" "${PKG_CONFIG:=pkg-config}"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/pfmalloc.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

# result STATUS SENTENCE - STATUS 0: it holds
result()
{
	nr_tests=$((nr_tests + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' $nr_tests "$2"
	else
		printf 'not ok %d - %s\n' $nr_tests "$2"
	fi
}

# check SENTENCE COMMAND... - it holds if the command succeeds; what the
# command says is shown if it does not
check()
{
	sentence=$1
	shift
	"$@" >"$tmp/said" 2>&1
	status=$?
	result $status "$sentence"
	[ $status -eq 0 ] || sed 's/^/# /' "$tmp/said"
}

skip()
{
	nr_tests=$((nr_tests + 1))
	printf 'ok %d - %s # SKIP %s\n' $nr_tests "$1" "$2"
}

# skip_all REASON
skip_all()
{
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

# The exit status is for tests that broke off; what failed is in the lines.
finish()
{
	printf '1..%d\n' $nr_tests
	exit 0
}
