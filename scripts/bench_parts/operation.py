"""What is measured: operations, each done by grex and by bare git commands under `xargs -P`."""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import time
from dataclasses import dataclass, field

from . import process
from .world import GREX, XARGS


@dataclass
class Contestant:
    """One way to do an operation, in a workspace of its own kind."""

    label: str
    workspace: str
    argv: list
    stdin: str = "/dev/null"
    # The highest acceptable ratio of grex's time to this one's; None: no target.
    target: float = None
    costs: list = field(default_factory=list)

    def walls(self, with_sync=False):
        return [cost.wall + (cost.then_sync if with_sync else 0) for cost in self.costs]


@dataclass
class Operation:
    """What is done, by grex and by its yardsticks."""

    name: str
    grex: Contestant
    yardsticks: list
    # Into an empty workspace.
    fresh: bool = False
    # After a commit to a tenth of the remotes.
    moved: bool = False
    # With indexes that need not be refreshed.
    refreshed: bool = False
    # From one more run of grex: its git processes by subcommand, and its memory.
    spawns: collections.Counter = field(default_factory=collections.Counter)
    peak_mb: float = 0.0


def all_operations(world, grex, jobs):
    """The operations, in the order in which one leaves what the next one needs."""
    xargs = shutil.which("xargs") or "/usr/bin/xargs"

    def of_grex(verb):
        argv = [str(grex), "-C", str(world.workspace(GREX)), verb, "-j", str(jobs)]
        return Contestant(f"grex {verb}", GREX, argv)

    def yardstick(command, target, label=None):
        lines = world.directories if "{}" in command else world.clones
        take = ["-I", "{}"] if "{}" in command else ["-n", "2"]
        argv = [xargs, "-P", str(jobs), *take, *command.split()]
        return Contestant(label or f"`{command.replace(' -C {}', '')}`", XARGS, argv, lines(XARGS), target)

    # The settings and options that make grex's fetch cheaper, and nothing else of grex.
    settings = "-c gc.auto=0 -c maintenance.auto=false"
    trimmed = f"git -C {{}} {settings} fetch --no-auto-maintenance --no-write-fetch-head -q"
    fetches = [yardstick("git -C {} fetch -q", 0.90), yardstick(trimmed, None, "grex's own `git fetch`")]
    pull = yardstick("git -C {} pull -q --ff-only", None)
    status = yardstick("git -C {} status --porcelain=v2 --branch -z", 1.05)
    return [
        Operation("clone", of_grex("sync"), [yardstick("git clone -q", 1.05)], fresh=True),
        Operation("sync, nothing changed", of_grex("sync"), fetches),
        Operation("sync, 10 % changed", of_grex("sync"), [pull], moved=True),
        Operation("status", of_grex("status"), [status], refreshed=True),
    ]


def run_one(world, operation, contestant, moved, environment=None, watch_memory=False):
    """Brings the workspace into the state before the operation, runs it, and checks the result."""
    if operation.fresh:
        world.empty(contestant.workspace)
    # What earlier runs have written must not be left for this one to wait for.
    os.sync()
    errors = world.top / "stderr"
    environment = environment or world.environment
    cost = process.run(contestant.argv, environment, errors, contestant.stdin, watch_memory)
    if operation.fresh:
        began = time.monotonic()
        subprocess.run(["sync", "-f", str(world.top)], check=True)
        cost.then_sync = time.monotonic() - began
    world.check(contestant.workspace, world.packs if operation.fresh else moved)
    return cost


def measure(world, operation, runs):
    """One run of each contestant that does not count, then the timed ones, taking turns."""
    if operation.refreshed:
        world.refresh_indexes()
    for number in range(-1, runs):
        moved = world.move_a_tenth() if operation.moved else []
        contestants = [operation.grex, *operation.yardsticks]
        turn = number % len(contestants)
        for contestant in contestants[turn:] + contestants[:turn]:
            cost = run_one(world, operation, contestant, moved)
            if number >= 0:
                contestant.costs.append(cost)


def place(world, shim):
    """Installs the shim as git is: grex looks for git's templates beside the git that it uses."""
    program = world.top / "shim/bin/git"
    if not program.exists():
        program.parent.mkdir(parents=True)
        shutil.copy(shim, program)
        shared = pathlib.Path(world.git).resolve().parent.parent / "share/git-core"
        (world.top / "shim/share").mkdir()
        (world.top / "shim/share/git-core").symlink_to(shared)
    return str(program)


def count_work(world, operation, shim):
    """One more run of grex, not timed, for its git processes and its peak memory."""
    log = world.top / "shim.log"
    log.write_text("")
    steering = {"GREX_GIT": place(world, shim), "GIT_SHIM_LOG": str(log), "GIT_SHIM_REAL": world.git}
    moved = world.move_a_tenth() if operation.moved else []
    cost = run_one(world, operation, operation.grex, moved, world.environment | steering, True)
    operation.peak_mb = cost.peak_mb
    for line in log.read_text().splitlines():
        record = json.loads(line)
        if record["event"] == "started":
            operation.spawns[record["subcommand"]] += 1
