#!/bin/sh
# SPDX-License-Identifier: MIT
#
# bench.t - bench/run refuses wrong runs, and its report says what was measured
#
# Nothing is timed here: the numbers are made up, and the runs are of programs
# that do what must be noticed.

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

command -v python3 >/dev/null || skip_all "python3 is not installed"
export PF_SRCDIR PF_BUILDDIR CC
python3 -B "$PF_SRCDIR/tests/bench/tap.py"
