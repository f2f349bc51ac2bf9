# SPDX-License-Identifier: MIT
"""runner.py - all rounds of all jobs, on all allocators.

A job (jobs.py) is something that runs on one allocator at a time and gives
values for one or several rows.  A round before the first is not counted: it
brings files into memory and shows who fails.  (When it is to be quick, that is
one run on the first allocator.)  An allocator that fails at a job is out of
this job; what it did before is forgotten.
"""

from failure import Failure
from schedule import order_of_round


class Runner:
    """Runs jobs and fills Results."""

    def __init__(self, results, allocators, progress):
        self.results = results
        self.allocators = allocators
        self.progress = progress

    def run_all(self, jobs):
        """Every job; an interrupt passes through and leaves what there is."""
        for job in jobs:
            self.progress.start((job.suite, job.name))
            self.run_job(job)

    def run_job(self, job):
        """All rounds of one job."""
        runners = [each for each in self.allocators if job.takes(each)]
        failed_before = len(self.results.errors)
        try:
            self.progress.step("prepares its input")
            job.prepare()
        except Failure as failure:
            for allocator in runners:
                self.fail(job, allocator, failure)
            runners = []
        if job.warm_up:
            first = runners[:1] if job.place.quick else runners
            good = self.round(job, first, None)
            runners = [each for each in runners
                       if each in good or each not in first]
        for number in range(job.rounds):
            runners = self.round(job, runners, number)
        if job.idles:
            runners = self.idle_round(job, runners)
        job.clean_up()
        failed = len(self.results.errors) - failed_before
        what = f"{job.rounds} round{'s' * (job.rounds > 1)}"
        self.progress.finish(f"{what}, {failed} FAILED" if failed else what)

    def round(self, job, runners, number):
        """Each allocator once; those that did not fail.  Round None is not
        counted."""
        good = set()
        what = "warm-up" if number is None else \
            f"round {number + 1} of {job.rounds}"
        for allocator in order_of_round(runners, number or 0):
            self.progress.step(f"{what}, {allocator.name}")
            rows = self.attempt(job, allocator, job.run)
            if rows is None:
                continue
            good.add(allocator.name)
            if number is not None:
                self.add(job, allocator, number, rows)
        return [each for each in runners if each.name in good]

    def idle_round(self, job, runners):
        """Each allocator once, for its size after idling."""
        good = set()
        for allocator in runners:
            self.progress.step(f"idles, {allocator.name}")
            rows = self.attempt(job, allocator, job.run_idle)
            if rows is not None:
                good.add(allocator.name)
                self.add(job, allocator, 0, rows)
        return [each for each in runners if each.name in good]

    def attempt(self, job, allocator, run):
        """{row: values} of one run, or None if it failed."""
        try:
            return run(allocator)
        except Failure as failure:
            self.fail(job, allocator, failure)
            return None

    def fail(self, job, allocator, failure):
        """The allocator is out of the job."""
        self.results.drop_job(job.suite, job.rows, allocator.name)
        self.results.add_error(job.suite, job.name, allocator.name,
                               str(failure))
        self.progress.say(f"{job.suite}/{job.name} on {allocator.name}: "
                          f"FAILED. {failure}")

    def add(self, job, allocator, number, rows):
        """Take the values of one run into the results."""
        for row, values in rows.items():
            self.results.add({"suite": job.suite, "row": row,
                              "allocator": allocator.name, "round": number,
                              "values": values})
