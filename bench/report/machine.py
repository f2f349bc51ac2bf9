# SPDX-License-Identifier: MIT
"""machine.py - where and from what the numbers come."""

import os
import platform
import re
import subprocess
import time


def read_text(path):
    """A small file's text, or '' if there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def line_value(text, key):
    """What stands behind KEY and a colon or equals sign; '' if nothing."""
    found = re.search(r"^%s\s*[:=]\s*(.*)$" % re.escape(key), text,
                      re.MULTILINE)
    return found.group(1).strip().strip('"') if found else ""


def memory_gib():
    """The machine's memory, GiB."""
    kib = line_value(read_text("/proc/meminfo"), "MemTotal").split()
    return round(int(kib[0]) / 2 ** 20, 1) if kib else 0


def huge_page_mode():
    """Which of always, madvise, never transparent huge pages have."""
    text = read_text("/sys/kernel/mm/transparent_hugepage/enabled")
    found = re.search(r"\[(\w+)\]", text)
    return found.group(1) if found else "none"


def describe():
    """What the report says about the machine."""
    return {
        "cpu": line_value(read_text("/proc/cpuinfo"), "model name")
        or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": memory_gib(),
        "kernel": platform.release(),
        "thp": huge_page_mode(),
        "system": line_value(read_text("/etc/os-release"), "PRETTY_NAME"),
        "load_at_start": os.getloadavg()[0],
    }


def sources_version(top):
    """git describe of the sources, or configure.ac's version."""
    answer = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", top, "describe", "--always",
         "--tags", "--dirty"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if answer.returncode == 0:
        return answer.stdout.strip()
    found = re.search(r"AC_INIT\(\[pfmalloc\], \[(.*?)\]\)",
                      read_text(os.path.join(top, "configure.ac")))
    return found.group(1) if found else "unknown"


def today():
    """The date and time, UTC."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
