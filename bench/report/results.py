# SPDX-License-Identifier: MIT
"""results.py - what was measured, kept in a JSON file, and asked for ratios.

The file holds

    format      1
    about       machine, versions, sources, command, date, quick, complete
    allocators  their names, in the order of the tables
    samples     one for each run and row: suite, row, allocator, round and the
                values that were measured (families.py names them and their
                units); round 0 is the first that counts
    errors      one for each run that was none: suite, row, allocator, text
"""

import json

import stats
from allocators import BASE, OURS, is_peer
from failure import Mistake

FORMAT = 1


class Results:
    """All samples of one bench/run."""

    def __init__(self, about, allocators, samples=(), errors=()):
        self.about = about
        self.allocators = list(allocators)
        self.samples = []
        self.errors = list(errors)
        self.index = {}
        for sample in samples:
            self.add(sample)

    def add(self, sample):
        """Take one sample in."""
        self.samples.append(sample)
        rows = self.index.setdefault(sample["suite"], {})
        runs = rows.setdefault(sample["row"], {})
        for measure, value in sample["values"].items():
            runs.setdefault((sample["allocator"], measure),
                            {})[sample["round"]] = value

    def add_error(self, suite, row, allocator, text):
        """Take in that a run was none."""
        self.errors.append({"suite": suite, "row": row,
                            "allocator": allocator, "text": text})

    def drop_job(self, suite, rows, allocator):
        """Forget what an allocator did before it failed."""
        kept = [each for each in self.samples
                if each["suite"] != suite or each["allocator"] != allocator
                or each["row"] not in rows]
        self.samples, self.index = [], {}
        for sample in kept:
            self.add(sample)

    def base(self):
        """The allocator that the others are compared with."""
        return BASE if BASE in self.allocators else self.allocators[0]

    def rows(self, suite, measure):
        """The names of the rows of a suite that have this measure, in the
        order they were measured in."""
        return [row for row, runs in self.index.get(suite, {}).items()
                if any(key[1] == measure for key in runs)]

    def values(self, suite, row, allocator, measure):
        """{round: value}, empty if there is none."""
        runs = self.index.get(suite, {}).get(row, {})
        return runs.get((allocator, measure), {})

    def value(self, suite, row, allocator, measure):
        """The median over the rounds, or None."""
        values = self.values(suite, row, allocator, measure)
        return stats.median(values.values()) if values else None

    def paired(self, suite, row, measure, ours, theirs):
        """{round: ratio} of two allocators."""
        return stats.paired_ratios(
            self.values(suite, row, ours, measure),
            self.values(suite, row, theirs, measure))

    def ratio(self, suite, row, measure, ours, theirs):
        """The stats.Ratio of two allocators, or None."""
        return stats.summary(list(
            self.paired(suite, row, measure, ours, theirs).values()))

    def best_peer(self, suite, row, measure):
        """The name of the peer with the smallest median, or None."""
        medians = {name: self.value(suite, row, name, measure)
                   for name in self.allocators
                   if is_peer(name)}
        medians = {name: value for name, value in medians.items()
                   if value is not None}
        return min(medians, key=medians.get) if medians else None

    def envelope(self, suite, row, measure):
        """(best peer, Ratio of pfmalloc to it), or None."""
        peer = self.best_peer(suite, row, measure)
        if peer is None:
            return None
        ratio = self.ratio(suite, row, measure, OURS, peer)
        return (peer, ratio) if ratio else None

    def mean(self, suite, rows, measure, allocator):
        """The Ratio of the geometric means over @rows to the base."""
        return stats.mean_ratio([
            self.paired(suite, row, measure, allocator, self.base())
            for row in rows])

    def mean_envelope(self, suite, rows, measure):
        """The Ratio of the geometric means over @rows of pfmalloc to each
        row's best peer."""
        return stats.mean_ratio([
            self.paired(suite, row, measure, OURS,
                        self.best_peer(suite, row, measure))
            for row in rows])

    def common_rows(self, suite, measure, allocators):
        """The rows that all of these allocators have: means are over them."""
        return [row for row in self.rows(suite, measure)
                if all(self.values(suite, row, name, measure)
                       for name in allocators)]

    def save(self, path):
        """Write the file."""
        text = json.dumps({"format": FORMAT, "about": self.about,
                           "allocators": self.allocators,
                           "errors": self.errors, "samples": "@"}, indent=1)
        samples = ",\n  ".join(map(json.dumps, self.samples))
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace('"@"', f"[\n  {samples}\n ]", 1) + "\n")


def load(path):
    """The Results in a file; a Mistake if it is none of ours."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except OSError as error:
        raise Mistake(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise Mistake(f"{path} is not JSON: {error}.") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise Mistake(f"{path} was not written by this bench/run.")
    return Results(data["about"], data["allocators"], data["samples"],
                   data["errors"])
