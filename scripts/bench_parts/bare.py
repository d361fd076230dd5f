"""The yardstick: what grex does, done by bare commands under `xargs -P`."""

import shutil

from .operation import TRACE, Contestant, Operation
from .world import GREX, XARGS

# Target ratios of grex's time to that of the bare commands.
CLONE, FETCH, OWN_GIT, PULL, STATUS, EXEC = 0.95, 0.80, 1.03, 0.80, 0.95, 0.70

UP_TO_DATE, TENTH = "sync, nothing changed", "sync, 10 % changed"


def grex_does(world, grex, jobs, *verb):
    """grex at work in its workspace; without `jobs` it decides itself how many at once."""
    parallel = ["-j", str(jobs)] if jobs else []
    return [str(grex), "-C", str(world.workspace(GREX)), *parallel, *verb]


def xargs(jobs, *argv):
    """The start of every yardstick."""
    return [shutil.which("xargs") or "/usr/bin/xargs", "-P", str(jobs), *argv]


def operations(world, grex, jobs):
    """The operations, in the order in which one leaves what the next one needs."""
    tracer = trace_command(world)

    def of_grex(*verb):
        traced = grex_does(world, grex, jobs, *verb[:-1], tracer) if verb[0] == "exec" else None
        argv = grex_does(world, grex, jobs, *verb)
        return Contestant(f"`grex {' '.join(verb)}`", GREX, argv, traced_argv=traced)

    def each_directory(label, target, *argv):
        """Runs `argv` for each pack, the pack's directory in place of `{}` or at its end."""
        take = ["-I", "{}"] if "{}" in argv else ["-n", "1"]
        full = xargs(jobs, *take, *argv)
        traced = [word.replace("true", tracer) for word in argv]
        traced = xargs(jobs, *take, *traced) if traced != list(argv) else None
        stdin = world.directories(XARGS)
        return Contestant(label, XARGS, full, stdin, target, traced)

    def git(target, *argv):
        return each_directory(f"`git {' '.join(argv)}`", target, "git", "-C", "{}", *argv)

    clone = xargs(jobs, "-n", "2", "git", "clone", "-q")
    clone = Contestant("`git clone -q`", XARGS, clone, world.clones(XARGS), CLONE)
    look = git(STATUS, "status", "--porcelain=v2", "--branch", "-z")
    shell = each_directory("one `sh` each: `cd DIR && true`", EXEC, "sh", "-c", 'cd "$1" && true', "-")
    no_shell = each_directory("`env -C DIR true`", None, "env", "-C", "{}", "true")
    # What the program alone costs. It is in no pack, and so leaves no trace there.
    nowhere = xargs(jobs, "-n", "1", "true")
    nowhere = Contestant("`true`, going nowhere", XARGS, nowhere, world.directories(XARGS))
    return [
        Operation("clone", of_grex("sync"), [clone], fresh=True),
        Operation(UP_TO_DATE, of_grex("sync"), [git(FETCH, "fetch", "-q")]),
        Operation(TENTH, of_grex("sync"), [git(PULL, "pull", "-q", "--ff-only")], moved=True),
        Operation("status", of_grex("status"), [look], looks=True),
        Operation("exec true", of_grex("exec", "true"), [shell, no_shell, nowhere]),
    ]


def trace_command(world):
    """A program that leaves a trace in the directory where it runs."""
    program = world.top / "leave-a-trace"
    program.write_text(f"#!/bin/sh\n: > {TRACE}\n")
    program.chmod(0o755)
    return str(program)
