# SPDX-License-Identifier: MIT
"""measure.py - run a command to its end, with all that it starts.

The numbers are those of wait4(): they hold the command and every process that
it waited for.  Processes that nobody waited for become children of this one
(prctl), and are waited for, and counted, too.
"""

import ctypes
import os
import resource
import signal
import subprocess
import tempfile
import threading
import time
from collections import namedtuple

from failure import Failure

PR_SET_CHILD_SUBREAPER = 36
LIMIT_S = 600       # a run that takes longer hangs
ORPHAN_LIMIT_S = 10  # for a server that was told to stop
STDERR_LINES = 5    # shown of a run that failed

# elapsed_s: CLOCK_MONOTONIC from before the start to after the end
# cpu_s: user + system; faults: minor page faults
# maxrss_kib: of the largest process; out: stdout
Usage = namedtuple("Usage", "elapsed_s cpu_s faults maxrss_kib out")


def become_subreaper():
    """Orphans of our children become ours."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER,
                                               1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def kill_group(pid):
    """End a command's process group, which bears its pid."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def children():
    """The pids of our own children."""
    with open(f"/proc/self/task/{os.getpid()}/children",
              encoding="ascii") as pids:
        return [int(pid) for pid in pids.read().split()]


def kill_children():
    """End and reap whatever we started, and what that left to us."""
    while True:
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        try:
            os.wait()
        except ChildProcessError:
            return


def reap_orphans(limit_s=ORPHAN_LIMIT_S):
    """Wait for processes that the run left behind; their rusages."""
    usages = []
    deadline = time.monotonic() + limit_s
    while True:
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return usages
        if pid:
            usages.append(usage)
        elif time.monotonic() > deadline:
            names = " ".join(map(command_name, children()))
            kill_children()
            raise Failure(f"The run left processes that do not end: {names}.")
        else:
            time.sleep(0.005)


def command_name(pid):
    """The kernel's short name of a process."""
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8") as comm:
            return comm.read().strip()
    except OSError:
        return str(pid)


def check_status(status, limit_s, err):
    """A Failure if a run did not end with status 0."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        text = f"was ended by {signal.Signals(number).name}"
        if number == signal.SIGKILL:
            text += f" (runs are stopped after {limit_s} s)"
    elif os.WEXITSTATUS(status):
        text = f"ended with status {os.WEXITSTATUS(status)}"
    else:
        return
    err.seek(0)
    said = err.read().decode(errors="replace").strip().splitlines()
    said = " / ".join(line.strip() for line in said[-STDERR_LINES:])
    raise Failure(f"It {text}; on stderr: {said or 'nothing'}.")


def wait_for(process, limit_s):
    """wait4() of a process that is killed with its group after a time."""
    timer = threading.Timer(limit_s, kill_group, [process.pid])
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        timer.cancel()
    process.returncode = status  # Popen shall not wait for it once more
    return status, usage


def cpu_seconds(usage):
    """User and system time of a rusage, s."""
    return usage.ru_utime + usage.ru_stime


def run(command, environment, folder, limit_s=LIMIT_S):
    """Run a command in @folder and measure it; a Failure if it goes wrong."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        try:
            process = subprocess.Popen(
                command, env=environment, cwd=folder, stdout=out, stderr=err,
                stdin=subprocess.DEVNULL, start_new_session=True)
        except OSError as error:
            raise Failure(f"{command[0]} cannot be run: "
                          f"{error.strerror}.") from error
        status, usage = wait_for(process, limit_s)
        elapsed_s = time.monotonic() - began
        orphans = reap_orphans()
        check_status(status, limit_s, err)
        out.seek(0)
        usages = [usage] + orphans
        return Usage(elapsed_s,
                     sum(map(cpu_seconds, usages)),
                     sum(each.ru_minflt for each in usages),
                     max(each.ru_maxrss for each in usages),
                     out.read().decode(errors="replace"))


def check_peak(peak_kib, maxrss_kib):
    """A Failure if the witness and wait4() disagree on the peak RSS of a
    single process.  wait4() cannot tell less than what this process itself
    had when it started the run."""
    slack_kib = 4096 + peak_kib // 20
    own_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if not (peak_kib - slack_kib <= maxrss_kib
            <= max(peak_kib, own_kib) + slack_kib):
        raise Failure(f"Peak RSS is {peak_kib} KiB by VmHWM and {maxrss_kib} "
                      f"KiB by wait4(): one of them is wrong.")
