# SPDX-License-Identifier: MIT
"""micro.py - the jobs of bench/micro: single operations."""

import json
import os
import re

import measure
import witness
from allocators import OURS
from failure import Failure
from jobs import Job

NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def row_of(test):
    """The name of a row, of google-benchmark's name of the test; that it
    measures the time on the clock is said of all of them."""
    return test.replace("/real_time", "")


def pattern_of(row):
    """The extended regular expression of the tests of a row."""
    literal = re.sub(r"([.^$*+?()\[\]{}|\\])", r"\\\1", row)
    return literal.replace("/threads", "(/real_time)?/threads") + \
        "(/real_time)?"


def same_object(path, other):
    """Is it one file?"""
    return os.path.realpath(path) == os.path.realpath(other)


class Micro(Job):
    """Some rows of bench/micro/micro, which names the malloc that it got."""

    warm_up = False  # google-benchmark tries each row before it counts
    suite = "micro"

    def __init__(self, place, name, rows, rounds):
        super().__init__(place, self.suite, name, rounds)
        self.rows = rows

    def program(self, allocator):
        """The program for an allocator."""
        suffix = f"-{allocator.name}" if allocator.name.endswith("-static") \
            else ""
        return self.place.built("micro", f"micro{suffix}")

    def takes(self, allocator):
        return super().takes(allocator) or \
            os.path.exists(self.program(allocator))

    def command(self, allocator, output):
        """Run exactly these rows."""
        names = "|".join(map(pattern_of, self.rows))
        seconds = 0.01 if self.place.quick else 0.05
        return [self.program(allocator), f"--benchmark_filter=^({names})$",
                f"--benchmark_min_time={seconds}",
                f"--benchmark_out={output}",
                "--benchmark_out_format=json"]

    def variables(self, allocator):
        """The environment of a run."""
        variables = self.place.measured_environment(allocator)
        if not allocator.name.endswith("-static"):
            variables["LD_PRELOAD"] = variables["BENCH_PRELOAD"]
        return variables

    def run(self, allocator):
        output = os.path.join(self.place.scratch, "micro.json")
        measure.run(self.command(allocator, output),
                    self.variables(allocator), self.place.scratch)
        with open(output, encoding="utf-8") as file:
            data = json.load(file)
        self.check_allocator(allocator, data["context"])
        return self.times(data["benchmarks"])

    def check_allocator(self, allocator, context):
        """A Failure if the program did not use the allocator."""
        program = os.path.basename(self.program(allocator))
        if not allocator.name.endswith("-static"):
            starts, exits = witness.read(self.place.notes)
            witness.judge(starts, exits, [program], allocator)
        elif not same_object(context.get("malloc", ""),
                             self.program(allocator)):
            raise Failure(f"{program} called the malloc of "
                          f"{context.get('malloc')}, not its own.")

    def times(self, benchmarks):
        """{row: time of one iteration, ns}."""
        rows = {}
        for each in benchmarks:
            if each.get("error_occurred"):
                raise Failure(f"{each['name']}: {each['error_message']}.")
            rows[row_of(each["name"])] = {
                "time_ns": each["real_time"] * NANOSECONDS[each["time_unit"]]}
        missing = [row for row in self.rows if row not in rows]
        if missing:
            raise Failure(f"No time came for {' '.join(missing)}.")
        return rows


class Layers(Micro):
    """Rows of bench/micro/layers: pfmalloc's layers below malloc, which no
    other allocator has."""

    suite = "layers"

    def takes(self, allocator):
        return allocator.name == OURS

    def program(self, allocator):
        return self.place.built("micro", "layers")

    def check_allocator(self, allocator, context):
        """The layers are linked into the program; malloc is not called."""


class Kernel(Layers):
    """Rows of bench/micro/kernel: the kernel-style calls by their names, on
    the library that the program is linked with."""

    suite = "kernel"

    def variables(self, allocator):
        """With the zone that 64 bits have when it is asked for."""
        return dict(self.place.environment(), PFMALLOC_CONF="highmem:on")

    def program(self, allocator):
        return self.place.built("micro", "kernel")

    def check_allocator(self, allocator, context):
        """A Failure unless it is the library of this build."""
        library = os.path.join(self.place.build, ".libs", "libpfkernel.so")
        if not same_object(context.get("malloc", ""), library):
            raise Failure(f"kernel was served by {context.get('malloc')}, not "
                          f"by {library}.")


class Instructions(Job):
    """One operation of bench/micro/instructions: a count, the same in every
    run, so once is enough.  The script checks whose malloc was called."""

    warm_up = False

    def __init__(self, place, name):
        super().__init__(place, "instructions", name, 1)

    def program(self, allocator):
        """The program linked with an allocator."""
        return self.place.built("micro", f"count-{allocator.name}")

    def takes(self, allocator):
        return super().takes(allocator) or \
            os.path.exists(self.program(allocator))

    def choice(self, allocator):
        """How the script is told which allocator to use."""
        if allocator.name.endswith("-static"):
            return ["--static", f"{allocator.name}={self.program(allocator)}"]
        if allocator.file is None:
            return ["--allocator", allocator.name]
        return ["--allocator", f"{allocator.name}={allocator.file}"]

    def run(self, allocator):
        usage = measure.run(
            [self.place.source("micro", "instructions"),
             "--build", self.place.build,
             "--only", f"^{re.escape(self.name)}$"] + self.choice(allocator),
            self.place.environment(), self.place.scratch)
        for line in usage.out.splitlines():
            fields = line.split("\t")
            if fields[:2] == [self.name, allocator.name]:
                return {self.name: {"instructions": float(fields[2])}}
        raise Failure(f"bench/micro/instructions counted nothing for "
                      f"{self.name} on {allocator.name}.")
