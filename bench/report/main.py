# SPDX-License-Identifier: MIT
"""main.py - bench/run, once there is a Python.

Installs and builds what is missing (../setup), runs the jobs, and writes
results.json, report.md and the figures.  The exit status is 0 if all runs were
good, 1 if some failed, 2 if the command makes no sense, 130 after ^C (and
SIGTERM), which ends what runs and writes what there is.
"""

import os
import shlex
import signal
import subprocess
import sys

import allocators
import compare
import machine
import measure
import options as command_line
import plot
import readme
import results as results_file
import suites
import table
from failure import Mistake
from place import Place, Tree
from progress import Progress
from runner import Runner

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
FOLDER = os.path.join(TOP, ".build", "bench")


def set_up(options):
    """Install and build; the folder of the build."""
    if options.build:
        return os.path.abspath(options.build)
    tags = suites.needed_tags(options.only) + options.names
    command = [os.path.join(TOP, "bench", "setup"), FOLDER] + tags
    if subprocess.run(command, stdin=subprocess.DEVNULL).returncode:
        raise Mistake("Without this nothing can be measured.")
    return os.path.join(FOLDER, "build")


def find_allocators(options, place):
    """The Allocators that were asked for, and the static builds beside."""
    version = machine.sources_version(TOP)
    found = [allocators.find(name, place.library, version)
             for name in options.names]
    found += [allocators.of_file(each) for each in options.allocator]
    if len({each.name for each in found}) < len(found):
        raise Mistake("Two allocators have the same name.")
    if not found:
        raise Mistake("Name one allocator at least.")
    return found if options.quick else found + static_builds(found, place)


def static_builds(found, place):
    """micro-NAME-static, for the allocators that have one."""
    return [allocators.Allocator(f"{each.name}-static", None,
                                 "linked statically")
            for each in found
            if os.path.exists(place.built(
                "micro", f"micro-{each.name}-static"))]


def without_out(arguments):
    """The arguments that say what is measured: not where the report goes."""
    kept = list(arguments)
    while "--out" in kept:
        at = kept.index("--out")
        del kept[at:at + 2]
    return [each for each in kept if not each.startswith("--out=")]


def about(here, arguments, options, found):
    """What the report says beside the numbers; @here: the machine."""
    return {"machine": here,
            "versions": {each.name: each.version for each in found},
            "command": shlex.join(["bench/run"] + without_out(arguments)),
            "date": machine.today(), "quick": options.quick,
            "complete": False}


def names_in_use(jobs, found):
    """The allocators that at least one of the jobs takes."""
    return [each for each in found if any(job.takes(each) for job in jobs)]


def write_report(results, folder):
    """report.md and its figures."""
    os.makedirs(folder, exist_ok=True)
    try:
        figures = plot.draw(results, folder)
    except Mistake as mistake:
        print(f"bench/run: {mistake}", file=sys.stderr)
        figures = []
    path = os.path.join(folder, "report.md")
    with open(path, "w", encoding="utf-8") as file:
        file.write(table.report(results, figures))
    print(f"bench/run: the report is {path}", file=sys.stderr)


def measure_all(here, arguments, options, place):
    """Run everything; the Results, also after an interrupt."""
    found = find_allocators(options, place)
    jobs = suites.all_jobs(place, options.only, options.repeat)
    found = names_in_use(jobs, found)
    results = results_file.Results(about(here, arguments, options, found),
                                   [each.name for each in found])
    progress = Progress({(job.suite, job.name):
                         suites.guess_seconds(job, found) for job in jobs})
    progress.say(f"bench/run: {len(jobs)} jobs on {len(found)} allocators; "
                 f"{progress.left()}")
    try:
        Runner(results, found, progress).run_all(jobs)
        results.about["complete"] = True
    except KeyboardInterrupt:
        progress.say("bench/run: interrupted; writing what there is.")
    finally:
        measure.kill_children()
    return results


def run(arguments, options):
    """Measure and report; the exit status."""
    measure.become_subreaper()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    here = machine.describe()  # as it was before something had to be built
    place = Place(TOP, set_up(options), options.quick)
    try:
        results = measure_all(here, arguments, options, place)
    finally:
        place.clean_up()
    folder = options.out or os.path.join(FOLDER, "report")
    os.makedirs(folder, exist_ok=True)
    results.save(os.path.join(folder, "results.json"))
    write_report(results, folder)
    if not results.about["complete"]:
        return 130
    if options.update_readme:
        readme.update(os.path.join(TOP, "README.md"), results)
    return 1 if results.errors else 0


def list_rows(options):
    """Print SUITE/NAME of everything; what is built is known by name."""
    tree = Tree(TOP, options.build or os.path.join(FOLDER, "build"),
                options.quick)
    for suite in suites.SUITES:
        for name in suites.chosen(tree, suite, options.only):
            print(f"{suite}/{name}")
        if suite in suites.BUILT and not suites.rows(tree, suite):
            print(f"bench/run: the rows of {suite} are known once bench/run "
                  f"has built it.", file=sys.stderr)


def main(arguments):
    """The whole program; the exit status."""
    options = command_line.parse(arguments)
    if options.list:
        list_rows(options)
        return 0
    if options.report:
        folder = options.out or os.path.dirname(
            os.path.abspath(options.report))
        write_report(results_file.load(options.report), folder)
        return 0
    if options.compare:
        print(compare.text(*map(results_file.load, options.compare)), end="")
        return 0
    if options.readme:
        readme.update(os.path.join(TOP, "README.md"),
                      results_file.load(options.readme))
        return 0
    return run(arguments, options)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Mistake as mistake:
        print(f"bench/run: {mistake}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
