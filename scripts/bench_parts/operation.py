"""How an operation is measured: contestants take turns, and each must really have done it."""

import collections
import os
import subprocess
import time
from dataclasses import dataclass, field

from . import process

# What a command that is run in each pack leaves there, to show that it was.
TRACE = "bench-was-here"


@dataclass
class Contestant:
    """One way to do an operation, in a workspace of its own kind."""

    label: str
    workspace: str
    argv: list
    stdin: str = "/dev/null"
    # The highest acceptable ratio of grex's time to this one's; None: no target.
    target: float = None
    # The same with a command that leaves a trace, where nothing else would show that it was run.
    traced_argv: list = None
    costs: list = field(default_factory=list)

    def walls(self, with_sync=False):
        return [cost.wall + (cost.then_sync if with_sync else 0) for cost in self.costs]


@dataclass
class Operation:
    """What is done, by grex and by others."""

    name: str
    grex: Contestant
    others: list
    # Into an empty workspace.
    fresh: bool = False
    # After a commit to a tenth of the remotes.
    moved: bool = False
    # Only looks: with indexes that need not be refreshed, and shown to notice a change.
    looks: bool = False
    # From one more run of grex: its git processes by subcommand, how they were started, and its
    # memory.
    spawns: collections.Counter = field(default_factory=collections.Counter)
    records: list = field(default_factory=list)
    peak_mb: float = 0.0
    # Why which other was not measured.
    left_out: dict = field(default_factory=dict)

    @property
    def contestants(self):
        return [self.grex, *self.others]


def run_one(world, operation, contestant, moved=(), environment=None, **how):
    """Brings the workspace into the state before the operation, runs it, and checks the result."""
    if operation.fresh:
        world.empty(contestant.workspace)
    # What earlier runs have written must not be left for this one to wait for.
    os.sync()
    errors = world.top / "stderr"
    environment = environment or world.environment
    cost = process.run(contestant.argv, environment, errors, contestant.stdin, **how)
    if operation.fresh:
        began = time.monotonic()
        subprocess.run(["sync", "-f", str(world.top)], check=True)
        cost.then_sync = time.monotonic() - began
    world.check(contestant.workspace, world.packs if operation.fresh else moved)
    return cost


def measure(world, operation, runs, indulgent=False):
    """One run of each contestant that does not count, then the timed ones, taking turns. An
    indulgent measurement goes on without another one that fails."""
    if operation.looks:
        world.refresh_indexes({contestant.workspace for contestant in operation.contestants})
    for number in range(-1, runs):
        moved = world.move_a_tenth() if operation.moved else []
        turn = max(number, 0) % len(operation.contestants)
        for contestant in operation.contestants[turn:] + operation.contestants[:turn]:
            try:
                if number < 0:
                    show_that_it_works(world, operation, contestant)
                cost = run_one(world, operation, contestant, moved)
            except process.Failed as error:
                if not indulgent or contestant is operation.grex:
                    raise
                operation.left_out[contestant.label] = str(error).strip().splitlines()[-1]
                operation.others.remove(contestant)
            else:
                contestant.costs += [cost] if number >= 0 else []


def show_that_it_works(world, operation, contestant):
    """A command that does nothing, and one that only looks, are fast: neither must be measured."""
    if contestant.traced_argv:
        process.run(contestant.traced_argv, world.environment, world.top / "stderr", contestant.stdin)
        for pack in world.packs:
            trace = world.directory(contestant.workspace, pack) / TRACE
            if not trace.exists():
                raise process.Failed(f"it ran nothing in {pack}")
            trace.unlink()
    if operation.looks:
        trace = world.directory(contestant.workspace, world.packs[-1]) / TRACE
        before = said_by(world, contestant)
        trace.touch()
        after = said_by(world, contestant)
        trace.unlink()
        if before == after:
            raise process.Failed("it did not notice a new file")


def said_by(world, contestant):
    """What a contestant prints, its lines in one order."""
    output = world.top / "stdout"
    process.run(contestant.argv, world.environment, world.top / "stderr", contestant.stdin, output)
    return sorted(output.read_bytes().replace(b"\0", b"\n").splitlines())
