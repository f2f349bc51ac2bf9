#!/bin/sh
# SPDX-License-Identifier: MIT
#
# example.t - tests/examples/rtc as it is, on the simulator and without it

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

rtc=$PF_BUILDDIR/tests/examples/rtc
plugin=$PF_BUILDDIR/tests/ioport/.libs/plugin.so
[ -x "$rtc" ] || skip_all "the example was not built"

now()
{
	date -u '+%Y-%m-%d %H:%M:%S'
}

simulated()
{
	env PFMALLOC_CONF=ioport:sim LD_LIBRARY_PATH="$PF_BUILDDIR/.libs" \
		"$@" "$rtc"
}

# Between the second before it and the second after it.
tells_the_time()
{
	before=$(now)
	said=$(simulated LD_PRELOAD="$plugin") || return
	after=$(now)
	printf '%s\n' "$before" "$said" "$after" >"$tmp/times"
	cat "$tmp/times"
	LC_ALL=C sort -c "$tmp/times"
}
check "with a model of the clock it tells the time" tells_the_time

# A bus without devices is plain registers, which are 0.
reads_zeros()
{
	said=$(simulated) && echo "$said" && [ "$said" = "0000-00-00 00:00:00" ]
}
check "without a model it reads the registers" reads_zeros

# A user without privileges gets neither ioperm nor /dev/port.
unprivileged=
if [ "$(id -u)" -eq 0 ]; then
	unprivileged="setpriv --reuid=65534 --regid=65534 --clear-groups"
fi
is_refused()
{
	cp "$rtc" "$tmp/rtc" && chmod 755 "$tmp" "$tmp/rtc" || return
	LD_LIBRARY_PATH=$PF_BUILDDIR/.libs $unprivileged "$tmp/rtc" \
		2>"$tmp/stderr"
	[ $? -eq 1 ] || { cat "$tmp/stderr"; return 1; }
	cat "$tmp/stderr"
	sed -n 1p "$tmp/stderr" >"$tmp/first" &&
	grep -Eq '^pfmalloc: ports 0070-0071 cannot be had: ioperm says ' \
		"$tmp/first" &&
	grep -Eq 'E(PERM|NOSYS): .*; /dev/port says E(ACCES|NOENT); ' \
		"$tmp/first" &&
	grep -q '; PFMALLOC_CONF=ioport:sim simulates them$' "$tmp/first" &&
	sed -n 2p "$tmp/stderr" | grep -q '^rtc: the ports of the clock: '
}
if [ -n "$unprivileged" ] && ! $unprivileged true 2>/dev/null; then
	skip "without privileges it says why not" "setpriv does not work here"
elif ! $unprivileged test -r "$PF_BUILDDIR/.libs/libpfkernel.so.0"; then
	skip "without privileges it says why not" \
		"others may not read the build folder"
else
	check "without privileges it says why not" is_refused
fi

finish
