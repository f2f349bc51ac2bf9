# SPDX-License-Identifier: MIT
"""allocators.py - the allocators that are compared, and where they are."""

import os
import re
import subprocess
from collections import namedtuple

from failure import Failure, Mistake

# name, soname and Debian package; the library of pfmalloc is built.
KNOWN = {
    "glibc": (None, "libc6"),
    "pfmalloc": (None, None),
    "mimalloc": ("libmimalloc.so.2", "libmimalloc2.0"),
    "jemalloc": ("libjemalloc.so.2", "libjemalloc2"),
    "tcmalloc": ("libtcmalloc_minimal.so.4", "libtcmalloc-minimal4"),
    "tbbmalloc": ("libtbbmalloc_proxy.so.2", "libtbbmalloc2"),
}
BASE = "glibc"
OURS = "pfmalloc"

# file: the .so, None for libc's own; version: as people name it
Allocator = namedtuple("Allocator", "name file version")


def is_peer(name):
    """Builds of pfmalloc under further names are no peers, and neither are
    programs linked statically: they are shown and not raced."""
    return not name.startswith(OURS) and not name.endswith("-static")


def package_version(package):
    """'libjemalloc2 5.3.0-1', or '' where dpkg does not know it."""
    try:
        answer = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Package} ${Version}", package],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return ""
    return answer.stdout if answer.returncode == 0 else ""


def loader_cache():
    """The text of ldconfig -p: libraries that the loader finds by name."""
    for program in "/sbin/ldconfig", "ldconfig":
        try:
            return subprocess.run([program, "-p"], stdout=subprocess.PIPE,
                                  text=True).stdout
        except OSError:
            continue
    return ""


def find_library(soname, cache=None):
    """The path of a library, or None."""
    if cache is None:
        cache = loader_cache()
    found = re.search(r"^\s*%s\s.*=>\s*(\S+)" % re.escape(soname), cache,
                      re.MULTILINE)
    return found.group(1) if found else None


def find(name, our_library, our_version):
    """The Allocator of a known name; a Mistake if it is not installed."""
    if name == OURS:
        return Allocator(name, our_library, our_version)
    soname, package = KNOWN[name]
    if soname is None:
        return Allocator(name, None, package_version(package))
    path = find_library(soname)
    if path is None:
        raise Mistake(f"{soname} is not installed: install the package "
                      f"{package}, or name the others with --allocators.")
    return Allocator(name, path, package_version(package))


def of_file(argument):
    """The Allocator of NAME=FILE.so."""
    name, equals, path = argument.partition("=")
    if not equals or not re.fullmatch(r"[A-Za-z0-9._+-]+", name):
        raise Mistake(f"--allocator takes NAME=FILE.so, not {argument}.")
    if name in KNOWN:
        raise Mistake(f"{name} is known already; give {path} another name.")
    path = os.path.abspath(path)
    if not os.path.isfile(path):
        raise Mistake(f"There is no file {path} for the allocator {name}.")
    if re.search(r"[\s:]", path):
        raise Mistake(f"LD_PRELOAD can name no path with a space or a colon "
                      f"in it, such as {path}; copy the file.")
    return Allocator(name, path, path)


def check_object(allocator, path, process):
    """A Failure if @path, the object that malloc came from in @process, is
    not the allocator's."""
    if allocator.file is None:
        is_right = os.path.basename(path) == "libc.so.6"
        wanted = "libc.so.6"
    else:
        is_right = os.path.realpath(path) == os.path.realpath(allocator.file)
        wanted = allocator.file
    if not is_right:
        raise Failure(f"{process} called the malloc of {path}, not that of "
                      f"{wanted}.")
