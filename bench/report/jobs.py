# SPDX-License-Identifier: MIT
"""jobs.py - what runs on one allocator at a time, and what it measured.

A job has a suite and a name, the rows that it gives values for, a number of
rounds, whether a warm-up round goes before them and whether it runs once more
to idle at its end.  run(allocator) returns {row: {measure: value}} or raises a
Failure.
"""

import glob
import os
import re
import shutil

import measure
import witness
from failure import Failure


class Job:
    """What jobs have in common."""

    warm_up = True
    idles = False

    def __init__(self, place, suite, name, rounds):
        self.place = place
        self.suite = suite
        self.name = name
        self.rows = [name]
        self.rounds = rounds

    def takes(self, allocator):
        """Can the job run on this allocator?"""
        return not allocator.name.endswith("-static")

    def prepare(self):
        """Make what the runs read; not measured."""

    def clean_up(self):
        """Remove it."""


class Workload(Job):
    """One of bench/workloads."""

    def __init__(self, place, name, rounds):
        super().__init__(place, "workloads", name, rounds)
        self.idles = not place.quick
        self.operations = None

    def measured(self, allocator, idle_names):
        """(usage, exits) of one run."""
        command = [self.place.built("workloads", self.name)]
        if self.place.quick:
            command.append("--quick")
        variables = self.place.measured_environment(allocator, idle_names)
        variables["LD_PRELOAD"] = variables["BENCH_PRELOAD"]
        usage = measure.run(command, variables, self.place.scratch)
        self.check_operations(usage.out)
        starts, exits = witness.read(self.place.notes)
        return usage, witness.judge(starts, exits, [self.name], allocator)

    def check_operations(self, out):
        """All allocators must have done the same work."""
        lines = out.strip().splitlines()
        last = lines[-1] if lines else ""
        if not re.fullmatch(r"operations [1-9]\d*", last):
            raise Failure(f"Its last line is \"{last}\", not the number of "
                          f"operations.")
        if self.operations not in (None, last):
            raise Failure(f"It did {last}, and {self.operations} before.")
        self.operations = last

    def run(self, allocator):
        usage, exits = self.measured(allocator, [])
        peak_kib = witness.peak_kib(exits)
        measure.check_peak(peak_kib, usage.maxrss_kib)
        return {self.name: values_of(usage, peak_kib)}

    def run_idle(self, allocator):
        _, exits = self.measured(allocator, [self.name])
        return {self.name: {"idle_kib": witness.idle_kib(exits)}}


def values_of(usage, peak_kib):
    """What is kept of a timed run."""
    return {"elapsed_s": round(usage.elapsed_s, 6),
            "cpu_s": round(usage.cpu_s, 6),
            "peak_kib": peak_kib, "faults": usage.faults}


class Program(Job):
    """One of bench/programs: a real program with a fixed input."""

    def __init__(self, place, name, rounds):
        super().__init__(place, "programs", name, rounds)
        self.idles = not place.quick
        self.script = place.source("programs", f"{name}.sh")
        self.measures = self.header("measures").split()
        self.folder = None

    def header(self, key):
        """What stands behind "# KEY:" in the script."""
        with open(self.script, encoding="utf-8") as lines:
            for line in lines:
                if line.startswith(f"# {key}:"):
                    return line.partition(":")[2].strip()
        return ""

    def missing(self):
        """The programs and files that it needs and that are not there; names
        with a slash may hold wildcards."""
        path = self.place.environment()["PATH"]
        return [name for name in self.header("needs").split()
                if not (glob.glob(name) if "/" in name
                        else shutil.which(name, path=path))]

    def prepare(self):
        if not self.measures:
            raise Failure("Its script has no line \"# measures:\".")
        missing = self.missing()
        if missing:
            raise Failure(f"Not installed: {' '.join(missing)}; "
                          f"bench/packages lists the packages.")
        self.folder = self.place.fresh_folder("input")
        command = ["bash", self.script, "prepare", self.folder]
        if self.place.quick:
            command.append("quick")
        measure.run(command, self.place.environment(), self.folder)

    def clean_up(self):
        shutil.rmtree(os.path.join(self.place.scratch, "input"),
                      ignore_errors=True)

    def measured(self, allocator, idle_names):
        """(usage, exits) of one run."""
        usage = measure.run(
            ["bash", self.script, "run", self.folder],
            self.place.measured_environment(allocator, idle_names),
            self.folder)
        starts, exits = witness.read(self.place.notes)
        return usage, witness.judge(starts, exits, self.measures, allocator)

    def run(self, allocator):
        usage, exits = self.measured(allocator, [])
        return {self.name: values_of(usage, witness.peak_kib(exits))}

    def run_idle(self, allocator):
        _, exits = self.measured(allocator, self.measures)
        return {self.name: {"idle_kib": witness.idle_kib(exits)}}
