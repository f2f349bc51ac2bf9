# SPDX-License-Identifier: MIT
"""test_measure.py - runs that are no measurement are refused.

A tree of its own holds made-up workloads and programs, the witness, and a
library under test.
"""

import io
import os
import shutil
import subprocess
import tempfile
import unittest

import madeup
import measure
import suites
import witness
from allocators import Allocator, find_library, of_file
from failure import Failure, Mistake
from jobs import Program, Workload
from place import Place
from progress import Progress
from runner import Runner

BUILD = os.environ.get("PF_BUILDDIR", ".")
SOURCES = os.environ.get("PF_SRCDIR", ".")
LIBRARIES = ["bench/.libs/witness.so", ".libs/libpfmalloc.so"]
GLIBC = Allocator("glibc", None, "")

WORK = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
	char *p = malloc(64 << 20);

	memset(p, 1, 32 << 20);
	%s
	printf("operations 10\\n");
	return p[5] != 1;
}
"""
WORKS = {
    "works": "",
    "fails": "fprintf(stderr, \"I cannot.\\n\"); return 3;",
    "crashes": "abort();",
    "is-silent": "return 0;",
    "is-sudden": "printf(\"operations 10\\n\"); fflush(stdout); _exit(0);",
    "is-lazy": "if (getenv(\"LD_PRELOAD\") && strstr(getenv(\"LD_PRELOAD\"), "
               "\"pfmalloc\")) { printf(\"operations 9\\n\"); return 0; }",
}
OWN_MALLOC = """
#include <stddef.h>
static char memory[80 << 20], *next = memory;
void *malloc(size_t size) { next += size; return next - size; }
void free(void *p) { (void)p; }
"""
NO_MALLOC = "int nothing_of_interest;"


def compile_c(text, output, *options):
    """Compile a text."""
    compiler = os.environ.get("CC", "cc").split()
    subprocess.run(compiler + ["-O1", "-fno-builtin", "-x", "c", "-", "-o",
                               output, *options],
                   input=text, text=True, check=True)


def elf_class(path):
    """1 for 32 bits, 2 for 64."""
    with open(path, "rb") as file:
        return file.read(5)[4]


def are_built(*files):
    """Whether all of these are in the build."""
    return all(os.path.exists(os.path.join(BUILD, each)) for each in files)


@unittest.skipUnless(are_built(*LIBRARIES), "no shared libraries are built")
class Runs(unittest.TestCase):
    """measure.py, witness.py and jobs.py"""

    @classmethod
    def setUpClass(cls):
        measure.become_subreaper()
        cls.tree = tempfile.mkdtemp()
        os.makedirs(os.path.join(cls.tree, "bench", "workloads"))
        os.makedirs(os.path.join(cls.tree, "bench", "programs"))
        for each in LIBRARIES:
            os.makedirs(os.path.dirname(os.path.join(cls.tree, each)),
                        exist_ok=True)
            shutil.copy(os.path.join(BUILD, each),
                        os.path.join(cls.tree, each))
        for name, text in WORKS.items():
            compile_c(WORK % text, cls.path("workloads", name))
        compile_c(WORK % "" + OWN_MALLOC,
                  cls.path("workloads", "has-its-own"), "-rdynamic")
        compile_c(NO_MALLOC, cls.path("no-malloc.so"), "-shared", "-fPIC")

    @classmethod
    def path(cls, *parts):
        """A file of the tree's bench folder."""
        return os.path.join(cls.tree, "bench", *parts)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.tree)

    def setUp(self):
        self.place = Place(self.tree, self.tree)
        self.ours = Allocator("pfmalloc", self.place.library, "")

    def tearDown(self):
        self.place.clean_up()

    def run_work(self, name, allocator):
        """The values of one run of a workload."""
        return Workload(self.place, name, 1).run(allocator)[name]

    def refused(self, words, name, allocator):
        """A run fails, with a sentence that holds the words."""
        with self.assertRaises(Failure) as caught:
            self.run_work(name, allocator)
        self.assertIn(words, str(caught.exception))

    def test_a_good_run_gives_all_values(self):
        # pfmalloc takes huge pages where there are any.
        for allocator, faults in (GLIBC, 100), (self.ours, 40):
            values = self.run_work("works", allocator)
            self.assertGreater(values["elapsed_s"], 0)
            self.assertGreater(values["peak_kib"], 32 << 10)
            self.assertLess(values["peak_kib"], 64 << 10)
            self.assertGreater(values["faults"], faults)

    def test_a_library_without_malloc_is_refused(self):
        name = Allocator("none", self.path("no-malloc.so"), "")
        self.refused("not that of", "works", name)

    def test_a_library_that_cannot_be_loaded_is_refused(self):
        broken = self.path("broken.so")
        with open(broken, "w", encoding="utf-8") as file:
            file.write("This is no library.\n")
        self.refused("not that of", "works", Allocator("x", broken, ""))

    def test_a_workload_with_a_malloc_of_its_own_is_refused(self):
        self.refused("not that of", "has-its-own", self.ours)

    def test_glibc_is_refused_where_another_malloc_serves(self):
        with open(self.place.notes, "w", encoding="utf-8") as file:
            file.write("start\twork\t1\t/lib/libother.so\n"
                       "exit\twork\t1\t9\t9\t-\t9\t0\n")
        with self.assertRaises(Failure):
            witness.judge(*witness.read(self.place.notes), ["work"], GLIBC)

    def test_a_workload_that_fails_is_refused_with_its_words(self):
        self.refused("status 3; on stderr: I cannot.", "fails", GLIBC)

    def test_a_workload_that_crashes_is_refused(self):
        self.refused("SIGABRT", "crashes", self.ours)

    def test_a_workload_that_is_missing_is_refused(self):
        self.refused("cannot be run", "missing", GLIBC)

    def test_a_workload_that_counts_nothing_is_refused(self):
        self.refused("not the number of operations", "is-silent", GLIBC)

    def test_a_workload_without_a_normal_end_is_refused(self):
        self.refused("normal end", "is-sudden", GLIBC)

    def test_allocators_must_do_the_same_work(self):
        job = Workload(self.place, "is-lazy", 1)
        job.run(GLIBC)
        with self.assertRaises(Failure) as caught:
            job.run(self.ours)
        self.assertIn("operations 9, and operations 10",
                      str(caught.exception))

    def test_a_run_that_takes_too_long_is_ended(self):
        with self.assertRaises(Failure) as caught:
            measure.run(["sleep", "1000"], os.environ, "/", limit_s=0.2)
        self.assertIn("stopped after 0.2 s", str(caught.exception))

    def test_a_process_that_is_left_behind_is_ended(self):
        with self.assertRaises(Failure) as caught:
            process = subprocess.Popen(["sleep", "1000"])
            measure.reap_orphans(0.1)
        process.returncode = -9
        self.assertIn("sleep", str(caught.exception))
        self.assertEqual(measure.children(), [])

    def test_peaks_that_disagree_are_refused(self):
        measure.check_peak(1 << 20, (1 << 20) + 1000)
        self.assertRaises(Failure, measure.check_peak, 1 << 20, 1 << 19)
        self.assertRaises(Failure, measure.check_peak, 1 << 20, 1 << 21)

    def test_idling_is_noted_for_the_names_that_shall_idle(self):
        job = Workload(self.place, "works", 1)
        variables = self.place.measured_environment(self.ours, ["works"])
        variables["LD_PRELOAD"] = variables["BENCH_PRELOAD"]
        variables["BENCH_IDLE_MS"] = "1"
        for name, idles in ("works", True), ("work", False):
            variables["BENCH_IDLE_NAMES"] = f"other,{name}"
            open(self.place.notes, "w", encoding="utf-8").close()
            measure.run([self.path("workloads", job.name)], variables, "/")
            _, exits = witness.read(self.place.notes)
            self.assertEqual(exits[0].idle_kib is not None, idles)

    def program(self, name, text):
        """The job of a script."""
        with open(self.path("programs", f"{name}.sh"), "w",
                  encoding="utf-8") as file:
            file.write(text)
        return Program(self.place, name, 1)

    def test_a_program_is_measured_where_it_is_preloaded(self):
        if elf_class(self.place.library) != elf_class(shutil.which("ls")):
            self.skipTest("the system's programs are of another word size")
        job = self.program("preloads", "# measures: ls\n"
                           "[ $1 = prepare ] || LD_PRELOAD=$BENCH_PRELOAD ls")
        job.prepare()
        self.assertIn("preloads", job.run(self.ours))

    def test_a_program_that_is_not_preloaded_is_refused(self):
        job = self.program("forgets", "# measures: ls\nls")
        job.prepare()
        with self.assertRaises(Failure) as caught:
            job.run(self.ours)
        self.assertIn("ls was not seen", str(caught.exception))

    def test_a_program_that_needs_more_than_there_is_is_refused(self):
        job = self.program("needs", "# needs: no-such-program /no/*/file\n"
                           "# measures: ls\n")
        with self.assertRaises(Failure) as caught:
            job.prepare()
        self.assertIn("no-such-program /no/*/file", str(caught.exception))

    def test_who_fails_is_an_error_and_the_others_go_on(self):
        results = madeup.of_times({}, ["none", "pfmalloc"])
        allocators = [Allocator("none", self.path("no-malloc.so"), ""),
                      self.ours]
        line = Progress({("workloads", "works"): 1}, io.StringIO())
        job = Workload(self.place, "works", 2)
        job.idles = False
        Runner(results, allocators, line).run_all([job])
        self.assertEqual([each["allocator"] for each in results.errors],
                         ["none"])
        self.assertEqual({each["allocator"] for each in results.samples},
                         {"pfmalloc"})
        self.assertEqual(len(results.samples), 2)

    def test_rows_are_chosen_by_suite_and_name(self):
        with open(self.path("workloads", "list"), "w",
                  encoding="utf-8") as file:
            file.write("works\tit does\nfails\tit does not\n")
        jobs = suites.all_jobs(self.place, ["workloads/w"], 3)
        self.assertEqual([(job.name, job.rounds) for job in jobs],
                         [("works", 3)])
        self.assertRaises(Mistake, suites.all_jobs, self.place, ["no"], 3)


KERNEL_ROWS = {
    "kmalloc": [8, 64, 192, 256, 1024, 4096, 8192, 65536],
    "kmalloc_atomic": [64],
    "kmem_cache": [192],
    "kmem_cache_ctor": [192],
    "kmem_cache_bulk": [16],
    "alloc_pages": [0, 1, 3, 9],
    "vmalloc": [1, 16, 1024],
    "vmap": [16],
    "kmap_local": ["highmem", "lowmem"],
}


@unittest.skipUnless(are_built("bench/micro/kernel", *LIBRARIES),
                     "google-benchmark is not installed")
class KernelRows(unittest.TestCase):
    """micro.py's rows of the kernel-style calls"""

    def setUp(self):
        self.place = Place(SOURCES, BUILD, quick=True)
        self.ours = Allocator("pfmalloc", self.place.library, "")
        self.jobs = suites.jobs_of(self.place, "kernel",
                                   suites.rows(self.place, "kernel"), 1)

    def tearDown(self):
        self.place.clean_up()

    def test_each_kernel_style_call_has_its_rows_and_they_run(self):
        rows = {job.name: job.rows for job in self.jobs}
        self.assertEqual(rows, {call: [f"{call}/{each}" for each in numbers]
                                for call, numbers in KERNEL_ROWS.items()})
        for job in self.jobs:
            self.assertFalse(job.takes(GLIBC))
            for row, values in job.run(self.ours).items():
                self.assertGreater(values["time_ns"], 0, row)

    def test_without_highmem_its_rows_fail_with_a_sentence(self):
        if elf_class(self.place.library) == 1:
            self.skipTest("32 bits have the zone by themselves")
        run = subprocess.run(
            [self.place.built("micro", "kernel"), "--benchmark_filter=^vmap",
             "--benchmark_min_time=0.001"], env=self.place.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertIn("set PFMALLOC_CONF=highmem:on", run.stdout)

    def test_another_library_than_the_builds_is_refused(self):
        job = self.jobs[0]
        job.check_allocator(self.ours, {"malloc": os.path.join(
            BUILD, ".libs", "libpfkernel.so")})
        self.assertRaises(Failure, job.check_allocator, self.ours,
                          {"malloc": self.place.library})


COUNT = os.path.join(BUILD, "bench/micro/count-pfkernel-static")


@unittest.skipUnless(os.path.exists(COUNT), "no C++ compiler is installed")
class KernelOperations(unittest.TestCase):
    """count with the kernel-style calls"""

    def test_kernel_style_operations_stand_beside_mallocs_and_run(self):
        names = suites.lines_of([COUNT, "--list"])
        for name in ["pair-64", "kmalloc-64", "kmalloc-atomic-64",
                     "kmem-cache-192"]:
            self.assertIn(name, names)
            said = suites.lines_of([COUNT, name, "100", "200"])
            self.assertEqual(said[-1], "operations 300")


class Libraries(unittest.TestCase):
    """allocators.py"""

    def test_the_loader_is_asked_for_whole_names(self):
        cache = ("\tlibmi.so.2.0 (libc6,x86-64) => /lib/wrong\n"
                 "\tlibmi.so.2 (libc6,x86-64) => /lib/right\n")
        self.assertEqual(find_library("libmi.so.2", cache), "/lib/right")
        self.assertIsNone(find_library("libmi.so", cache))

    def test_a_further_allocator_must_be_a_file_with_a_name(self):
        for argument in ("mine", "mine=/no/such/file", "=" + __file__,
                         "glibc=" + __file__):
            self.assertRaises(Mistake, of_file, argument)
        self.assertEqual(of_file("mine=" + __file__).name, "mine")


if __name__ == "__main__":
    unittest.main()
