"""What grex asks of git, as the git-shim writes it down."""

import json
import pathlib
import shlex
import shutil

from . import bare
from .operation import Contestant, run_one
from .world import GREX, XARGS


def count(world, operation, shim):
    """One run of grex, not timed, for its git processes and its peak memory."""
    log = world.top / "shim.log"
    log.write_text("")
    steering = {"GIT_SHIM_LOG": str(log), "GIT_SHIM_REAL": world.remotes.git}
    steering["GREX_GIT"] = place(world, shim)
    moved = world.move_a_tenth() if operation.moved else []
    environment = world.environment | steering
    cost = run_one(world, operation, operation.grex, moved, environment, watch_memory=True)
    operation.peak_mb = cost.peak_mb
    records = [json.loads(line) for line in log.read_text().splitlines()]
    operation.records = [record for record in records if record["event"] == "started"]
    operation.spawns.update(record["subcommand"] for record in operation.records)


def place(world, shim):
    """Installs the shim as git is: grex looks for git's templates beside the git that it uses."""
    program = world.top / "shim/bin/git"
    if not program.exists():
        program.parent.mkdir(parents=True)
        shutil.copy(shim, program)
        shared = pathlib.Path(world.remotes.git).resolve().parent.parent / "share/git-core"
        (world.top / "shim/share").mkdir()
        (world.top / "shim/share/git-core").symlink_to(shared)
    return str(program)


def own_git(world, operation, jobs):
    """The yardstick that costs what grex's own git commands cost: the very commands that grex
    started, for the other workspace. None unless grex started one for each pack."""
    name, number = (operation.spawns.most_common(1) or [("", 0)])[0]
    if number != len(world.packs):
        return None
    started = [record for record in operation.records if record["subcommand"] == name]
    own, other = (str(world.workspace(name)) for name in (GREX, XARGS))
    lines = []
    for record in started:
        argv = record["argv"]
        if "-C" not in argv:
            argv = ["-C", record["repository"], *argv]
        # xargs reads quotes as a shell does.
        lines.append(" ".join(shlex.quote(word.replace(own, other)) for word in argv))
    variables = started[0]["environment"].items() - world.environment.items()
    # One of them names a directory of the pack's; the first pack's costs what all cost.
    steering = [f"{name}={value.replace(own, other)}" for name, value in sorted(variables)]
    steering = [one for one in steering if not one.startswith("GIT_SHIM_")]
    argv = ["/usr/bin/env", *steering, *bare.xargs(jobs, "-L", "1", world.remotes.git)]
    stdin = world.list("own-commands", lines)
    return Contestant(f"grex's own `git {name}`", XARGS, argv, str(stdin), bare.OWN_GIT)
