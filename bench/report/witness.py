# SPDX-License-Identifier: MIT
"""witness.py - what ../witness.c wrote, read and judged."""

from collections import namedtuple

from allocators import check_object
from failure import Failure

Start = namedtuple("Start", "name pid malloc")
# sizes in KiB, idle_kib is None without idling; page faults
Exit = namedtuple("Exit", "name pid peak_kib rss_kib idle_kib minor major")


def read(path):
    """The (starts, exits) of all processes of one run."""
    starts, exits = [], []
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            kind, *fields = line.rstrip("\n").split("\t")
            if kind == "start" and len(fields) == 3:
                starts.append(Start(*fields))
            elif kind == "exit" and len(fields) == 7:
                exits.append(read_exit(fields))
            else:
                raise Failure(f"The witness wrote a line that nobody "
                              f"understands: {line.strip()}.")
    return starts, exits


def read_exit(fields):
    """An Exit of the fields of its line."""
    name, pid, peak, rss, idle, minor, major = fields
    return Exit(name, pid, int(peak), int(rss),
                None if idle == "-" else int(idle), int(minor), int(major))


def judge(starts, exits, names, allocator):
    """The exits of the processes called @names; a Failure if one of these
    names was not seen, or did not use @allocator, or none came to its end."""
    for name in names:
        if name not in {start.name for start in starts}:
            raise Failure(f"{name} was not seen to start under "
                          f"{allocator.name}: LD_PRELOAD did not reach it.")
    for start in starts:
        if start.name in names:
            check_object(allocator, start.malloc, start.name)
    measured = [end for end in exits if end.name in names]
    if not measured:
        raise Failure(f"{' '.join(names)} did not come to a normal end: no "
                      f"peak RSS is known.")
    if any(end.peak_kib <= 0 for end in measured):
        raise Failure("The kernel does not tell VmHWM in /proc/self/status.")
    return measured


def peak_kib(exits):
    """Peak RSS of the largest process, KiB."""
    return max(end.peak_kib for end in exits)


def idle_kib(exits):
    """RSS after idling of the largest process, KiB; a Failure if none
    idled."""
    sizes = [end.idle_kib for end in exits if end.idle_kib is not None]
    if not sizes or min(sizes) < 0:
        raise Failure("No process idled at its end.")
    return max(sizes)
