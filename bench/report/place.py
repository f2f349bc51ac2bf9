# SPDX-License-Identifier: MIT
"""place.py - where things are, and what a measured process finds around it."""

import os
import shutil
import tempfile

from failure import Mistake

IDLE_MS = 2000
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


class Tree:
    """The sources and a build of them, which may be missing."""

    def __init__(self, sources, build, quick=False):
        self.sources = sources
        self.build = build
        self.quick = quick

    def source(self, *parts):
        """A file of the sources."""
        return os.path.join(self.sources, "bench", *parts)

    def built(self, *parts):
        """A file of the build."""
        return os.path.join(self.build, "bench", *parts)


class Place(Tree):
    """These, and a scratch folder for the runs.

    The folder is one that other users may enter, and holds a copy of the
    libraries that were built: a server that gives up root may not be able to
    read the build."""

    def __init__(self, sources, build, quick=False):
        super().__init__(sources, build, quick)
        self.scratch = tempfile.mkdtemp(prefix="pf-bench.")
        os.chmod(self.scratch, 0o755)
        if any(each in self.scratch for each in " :\t"):
            raise Mistake("LD_PRELOAD can name no path with a space or a "
                          "colon in it; set TMPDIR to another folder.")
        self.witness = self.copy_library("bench/.libs/witness.so")
        self.library = self.copy_library(".libs/libpfmalloc.so")
        self.notes = os.path.join(self.scratch, "witness")

    def copy_library(self, path):
        """The path of a copy of a library that was built."""
        built = os.path.join(self.build, path)
        if not os.path.isfile(built):
            raise Mistake(f"{built} is missing: build it first.")
        copy = os.path.join(self.scratch, os.path.basename(path))
        shutil.copy(built, copy)
        os.chmod(copy, 0o755)
        return copy

    def clean_up(self):
        """Nothing stays behind."""
        shutil.rmtree(self.scratch, ignore_errors=True)

    def fresh_folder(self, name):
        """An empty folder of this name in the scratch folder."""
        path = os.path.join(self.scratch, name)
        shutil.rmtree(path, ignore_errors=True)
        os.mkdir(path)
        return path

    def environment(self):
        """The variables of every run, the same ones on every machine: nothing
        of the caller's environment tunes one of the allocators."""
        home, tmp = self.fresh_folder("home"), self.fresh_folder("tmp")
        os.chmod(tmp, 0o1777)
        return {"PATH": PATH, "HOME": home, "TMPDIR": tmp,
                "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def preload(self, allocator):
        """The value of LD_PRELOAD: the witness, then the allocator."""
        return ":".join(filter(None, [self.witness, allocator.file]))

    def measured_environment(self, allocator, idle_names=()):
        """The variables of a run on an allocator, and an empty file for the
        witness.  Processes called one of @idle_names idle at their end."""
        with open(self.notes, "w", encoding="utf-8"):
            os.chmod(self.notes, 0o666)
        variables = self.environment()
        variables["BENCH_PRELOAD"] = self.preload(allocator)
        variables["BENCH_WITNESS"] = self.notes
        if idle_names:
            variables["BENCH_IDLE_MS"] = str(IDLE_MS)
            variables["BENCH_IDLE_NAMES"] = ",".join(idle_names)
        return variables
