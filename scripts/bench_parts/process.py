"""Runs a command and says what it cost. Linux only."""

import os
import pathlib
import re
import time
from dataclasses import dataclass


class Failed(Exception):
    """A command that failed, or did not do what it says."""


@dataclass
class Cost:
    """What one run took, in seconds and megabytes."""

    # Wall clock.
    wall: float
    # CPU, user and system, of the command and everything it started and waited for.
    cpu: float
    # CPU of the command's own process, all its threads, without what it started.
    own_cpu: float
    # The most memory of the command's own process; 0 unless it was watched.
    peak_mb: float = 0.0
    # Wall clock of writing out what the command has left unwritten; 0 unless that was asked.
    then_sync: float = 0.0


def run(
    argv,
    environment,
    errors,
    stdin="/dev/null",
    output="/dev/null",
    watch_memory=False,
    accept=(0,),
):
    """Runs a command to its end, its standard error in the file `errors`. Watching its memory
    disturbs it a little: not for timed runs. `accept`: the exit codes that are no failures."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, str(stdin), os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, str(errors), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ]
    began = time.monotonic()
    pid = os.posix_spawn(argv[0], argv, environment, file_actions=actions)
    peak = watch(pid) if watch_memory else 0.0
    # It has ended, and is not yet waited for: only then can its clock be read.
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    wall = time.monotonic() - began
    own_cpu = time.clock_gettime(process_clock(pid))
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) not in accept:
        said = errors.read_text(errors="replace")[-4000:]
        raise Failed(f"{' '.join(argv)} ended with status {status}:\n{said}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, own_cpu, peak)


def process_clock(pid):
    """Linux's clock for the CPU time of one process, all its threads, in nanoseconds."""
    return (~pid << 3) | 2


def watch(pid):
    """Waits for the end of a process; returns the most memory that it has held.

    `VmHWM` is the high-water mark of the program itself, looked at each half millisecond.
    `ru_maxrss` would also count its children, and what it was before its `exec`."""
    status, peak = pathlib.Path(f"/proc/{pid}/status"), 0.0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        peak = max(peak, int(found.group(1)) * 1024 / 1e6 if found else 0.0)
        time.sleep(0.0005)
    return peak
