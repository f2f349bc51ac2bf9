# SPDX-License-Identifier: MIT
"""suites.py - which jobs there are, and which of them were asked for."""

import os
import re
import subprocess

from failure import Mistake
from jobs import Program, Workload
from micro import Instructions, Kernel, Layers, Micro, row_of
from place import IDLE_MS

SUITES = ["workloads", "programs", "instructions", "micro", "layers", "kernel"]
BUILT = ["instructions", "micro", "layers", "kernel"]  # know their rows

# How often a job is repeated, and a first guess of what one run takes, s; the
# guess serves the estimate of the time that is left, and is soon replaced.
ROUNDS = {"workloads": 7, "programs": 5, "micro": 5, "layers": 5,
          "kernel": 5}
QUICK_ROUNDS = 2
GUESS_S = {"workloads": 0.9, "programs": 2, "instructions": 0.7, "micro": 1,
           "layers": 1, "kernel": 1}
QUICK_GUESS_S = {"workloads": 0.12, "programs": 0.4, "instructions": 2,
                 "micro": 1, "layers": 1, "kernel": 1}

# What of the long suites is left when it is to be quick.
QUICK_ROWS = {
    "instructions": r"^(pair-100|batch-100-random-32)$",
    "micro": r"^(pair/(16|100|1000|9000|100000)|pair_threads/100/threads:2|"
             r"batch/random/(100|1000)|producer_consumer/1000/threads:2|"
             r"calloc/1000|aligned/64/100|sized_new_delete/100|"
             r"realloc_doubling/16/8192|page_block/touched/(12|100)|"
             r"large/touched/4)$",
    "layers": r"^kmem_pair/",
    "kernel": r"^(kmalloc/(64|1024|65536)|kmalloc_atomic/64|kmem_cache/192|"
              r"alloc_pages/(0|9)|vmalloc/16|vmap/16|kmap_local/highmem)$",
}


def lines_of(command):
    """What a program that lists its rows prints; nothing if it was not
    built."""
    try:
        answer = subprocess.run(command, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
    except OSError:
        return []
    if answer.returncode:
        raise Mistake(f"{' '.join(command)} ended with status "
                      f"{answer.returncode}: {answer.stderr.strip()}")
    return answer.stdout.split("\n")[:-1]


def workload_names(place):
    """The first word of each line of bench/workloads/list."""
    try:
        with open(place.source("workloads", "list"),
                  encoding="utf-8") as lines:
            return [line.split()[0] for line in lines if line.strip()]
    except OSError:
        return []


def program_names(place):
    """The scripts in bench/programs that say what they measure."""
    folder = place.source("programs")
    names = [name[:-3] for name in sorted(os.listdir(folder))
             if name.endswith(".sh")] if os.path.isdir(folder) else []
    return [name for name in names
            if Program(place, name, 1).header("measures")]


def rows(place, suite):
    """The names of all rows of a suite."""
    if suite == "workloads":
        return workload_names(place)
    if suite == "programs":
        return program_names(place)
    if suite == "instructions":
        return lines_of([place.built("micro", "count"), "--list"])
    tests = lines_of([place.built("micro", suite), "--benchmark_list_tests"])
    return list(map(row_of, tests))


def chosen(place, suite, patterns):
    """The rows of a suite that one of the patterns finds, all without any."""
    names = rows(place, suite)
    names = [name for name in names if not patterns or
             any(re.search(each, f"{suite}/{name}") for each in patterns)]
    if place.quick and suite in QUICK_ROWS:
        few = [name for name in names if re.search(QUICK_ROWS[suite], name)]
        return few or names
    return names


def groups(names):
    """{first part: [name, ...]} of names with slashes."""
    found = {}
    for name in names:
        found.setdefault(name.split("/")[0], []).append(name)
    return found


def jobs_of(place, suite, names, rounds):
    """The jobs for some rows of a suite."""
    if suite == "workloads":
        return [Workload(place, name, rounds) for name in names]
    if suite == "programs":
        return [Program(place, name, rounds) for name in names]
    if suite == "instructions":
        return [Instructions(place, name) for name in names]
    kind = {"micro": Micro, "layers": Layers, "kernel": Kernel}[suite]
    return [kind(place, group, members, rounds)
            for group, members in groups(names).items()]


def all_jobs(place, patterns, repeat):
    """The jobs that were asked for; a Mistake if there are none."""
    jobs = []
    for suite in SUITES:
        rounds = repeat or \
            (QUICK_ROUNDS if place.quick else ROUNDS.get(suite))
        names = chosen(place, suite, patterns)
        jobs += jobs_of(place, suite, names, rounds)
    if not jobs:
        raise Mistake("Nothing has such a name; bench/run --list lists what "
                      "there is.")
    return jobs


def guess_seconds(job, allocators):
    """What a job will take, all rounds and allocators, s."""
    guess = QUICK_GUESS_S if job.place.quick else GUESS_S
    one = guess[job.suite]
    if job.suite in ("micro", "layers", "kernel"):
        one *= len(job.rows) / 8
    takers = sum(1 for each in allocators if job.takes(each))
    nr_runs = takers * job.rounds
    if job.warm_up:
        nr_runs += 1 if job.place.quick else takers
    idle = takers * (one + IDLE_MS / 1000) if job.idles else 0
    return one * nr_runs + idle or one


def needed_tags(patterns):
    """The suites that the patterns may find something in; bench/packages
    lists packages by suite."""
    if not patterns:
        return SUITES
    named = [suite for suite in SUITES
             if any(suite in each for each in patterns)]
    return named or SUITES
