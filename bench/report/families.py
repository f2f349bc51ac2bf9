# SPDX-License-Identifier: MIT
"""families.py - the tables of the report: one suite's rows, one measure."""

from collections import namedtuple

# For all of them less is better.
Family = namedtuple("Family", "suite measure title what unit scale")

FAMILIES = [
    Family("workloads", "elapsed_s", "Workloads: time", "time", "s", 1),
    Family("workloads", "cpu_s", "Workloads: processor time",
           "processor time", "s", 1),
    Family("workloads", "peak_kib", "Workloads: peak RSS", "peak RSS",
           "MiB", 1 / 1024),
    Family("workloads", "idle_kib", "Workloads: RSS after 2 s of idling",
           "RSS after idling", "MiB", 1 / 1024),
    Family("workloads", "faults", "Workloads: page faults", "page faults",
           "", 1),
    Family("programs", "elapsed_s", "Programs: time", "time", "s", 1),
    Family("programs", "cpu_s", "Programs: processor time",
           "processor time", "s", 1),
    Family("programs", "peak_kib", "Programs: peak RSS", "peak RSS",
           "MiB", 1 / 1024),
    Family("programs", "idle_kib", "Programs: RSS after 2 s of idling",
           "RSS after idling", "MiB", 1 / 1024),
    Family("programs", "faults", "Programs: page faults", "page faults",
           "", 1),
    Family("micro", "time_ns", "Micro-benchmarks: time of one iteration",
           "time", "ns", 1),
    Family("instructions", "instructions", "Instructions per operation",
           "instructions", "", 1),
    Family("layers", "time_ns", "pfmalloc's layers: time of one iteration",
           "time", "ns", 1),
    Family("kernel", "time_ns", "Kernel-style calls: time of one iteration",
           "time", "ns", 1),
]


def name_of(family):
    """A file name for a family's figure."""
    words = [family.suite]
    if family.what != family.suite:
        words += family.what.lower().split()
    return "-".join(words)


# A number above the first becomes one of the next unit.
LARGER = {"ns": (1000, "µs"), "µs": (1000, "ms"), "ms": (1000, "s"),
          "MiB": (1024, "GiB")}


def quantity(value, family):
    """A value with three significant digits and its unit."""
    value, unit = value * family.scale, family.unit
    while unit in LARGER and value >= LARGER[unit][0]:
        value, unit = value / LARGER[unit][0], LARGER[unit][1]
    is_round = value >= 100 or (not unit and value == int(value))
    text = f"{value:.0f}" if is_round else f"{value:.3g}"
    return f"{text} {unit}".strip()
