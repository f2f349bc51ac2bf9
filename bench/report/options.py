# SPDX-License-Identifier: MIT
"""options.py - what bench/run may be asked for."""

import argparse
import re

from allocators import KNOWN
from failure import Mistake

DESCRIPTION = """\
Measures pfmalloc and other allocators in one run and writes a report with
tables and figures.  On a Debian machine everything that is needed is installed
first (as root, or through sudo) and pfmalloc is built in .build/bench.
bench/README.md says what the numbers mean.
"""
EPILOG = """\
examples:
  bench/run                                 everything; it says how long
  bench/run --quick                         a first look, under 2 minutes
  bench/run --only workloads                one suite
  bench/run --only workloads/larson --allocators glibc,pfmalloc --repeat 15
  bench/run --allocator mine=/opt/lib/libmine.so
"""


def parser():
    """The parser of the command line."""
    made = argparse.ArgumentParser(
        prog="bench/run", description=DESCRIPTION, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False)
    add = made.add_argument
    add("--quick", action="store_true",
        help="small inputs, 2 rounds, no idling, under 2 minutes")
    add("--only", action="append", default=[], metavar="REGEX",
        help="rows whose SUITE/NAME it finds; may be given several times")
    add("--allocators", metavar="A,B,C",
        help=f"of {', '.join(KNOWN)} (default: all)")
    add("--allocator", action="append", default=[], metavar="NAME=FILE.so",
        help="one more; may be given several times")
    add("--repeat", type=int, metavar="N",
        help="rounds (default: 7 for workloads, 5 for the others)")
    add("--out", metavar="DIR",
        help="where the report goes (default: .build/bench/report)")
    add("--build", metavar="DIR",
        help="measure this build of pfmalloc; nothing is installed or built")
    add("--list", action="store_true", help="print the rows and end")
    add("--report", metavar="FILE.json",
        help="make the report of an earlier run again, into its folder or "
             "--out")
    add("--compare", metavar="FILE.json", nargs=2,
        help="say on which ratios two earlier runs do not agree")
    add("--update-readme", action="store_true",
        help="write the results into README.md too")
    add("--readme", metavar="FILE.json",
        help="write the results of an earlier run into README.md")
    return made


def parse(arguments):
    """The options; a Mistake if they make no sense."""
    options = parser().parse_args(arguments)
    if options.repeat is not None and options.repeat < 1:
        raise Mistake("--repeat takes a number from 1 up.")
    for pattern in options.only:
        try:
            re.compile(pattern)
        except re.error as error:
            raise Mistake(f"--only {pattern} is no regular expression: "
                          f"{error}.") from error
    options.names = chosen_names(options.allocators)
    return options


def chosen_names(text):
    """The names in --allocators, all without it."""
    if text is None:
        return list(KNOWN)
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in KNOWN:
            raise Mistake(f"There is no allocator {name}; known are "
                          f"{', '.join(KNOWN)}, and others by --allocator "
                          f"NAME=FILE.so.")
    return list(dict.fromkeys(names))
