# SPDX-License-Identifier: MIT
"""madeup.py - results that nobody measured, for tests of the report."""

import results

NAMES = ["glibc", "pfmalloc", "mimalloc", "jemalloc"]
MACHINE = {"cpu": "A processor", "cores": 4, "memory_gib": 8.0,
           "kernel": "6.1", "thp": "madvise", "system": "A system",
           "load_at_start": 0.1}


def about(**changes):
    """What stands at the head of a report."""
    return {"machine": MACHINE, "versions": {"glibc": "libc6 2.36"},
            "command": "bench/run --only workloads",
            "date": "2000-01-01 00:00 UTC", "quick": False, "complete": True,
            **changes}


def of_times(rows, names=NAMES, **changes):
    """Results of workloads: {row: {allocator: [seconds, ...]}}."""
    made = results.Results(about(**changes), names)
    for row, runs in rows.items():
        for name, times in runs.items():
            for number, seconds in enumerate(times):
                made.add({"suite": "workloads", "row": row,
                          "allocator": name, "round": number,
                          "values": {"elapsed_s": seconds}})
    return made


def won_and_lost():
    """pfmalloc is best in the row quick, 1.5 times jemalloc in the row slow
    and 3 times glibc in the row slower."""
    return of_times({
        "quick": {"glibc": [2, 2, 2], "pfmalloc": [1, 1, 1],
                  "mimalloc": [2, 2, 2], "jemalloc": [4, 4, 4]},
        "slow": {"glibc": [4, 4, 4], "pfmalloc": [3, 3, 3],
                 "mimalloc": [4, 4, 4], "jemalloc": [2, 2, 2]},
        "slower": {"glibc": [1, 1, 1], "pfmalloc": [3, 3, 3],
                   "mimalloc": [2, 2, 2], "jemalloc": [2, 2, 2]}})
