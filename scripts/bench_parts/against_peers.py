"""grex against other tools: the same operations, in turns, in one table."""

import statistics
import subprocess

from . import bare, operation, process, report
from .operation import Operation
from .peers import ALL

GREX_ROW, BARE_ROW = "grex", "bare git under `xargs -P`"


def installed(home, say):
    """The tools that are in `home`, or can be put there; and why the others cannot."""
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    peers, missing = [], {}
    for peer in (kind(home) for kind in ALL):
        try:
            if not peer.installed():
                say(f"installing {peer.name}")
                peer.install()
            peers.append(peer)
        except (subprocess.CalledProcessError, OSError) as error:
            said = getattr(error, "stderr", None) or str(error).encode()
            last = said.decode(errors="replace").strip().splitlines()[-1]
            missing[peer.name] = f"cannot be installed: {last}"
    return peers, missing


def operations(world, grex, jobs, peers):
    """grex's operations, the first yardstick of each, and every tool that has such a one."""
    tracer = bare.trace_command(world)
    for peer in peers:
        peer.prepare(world, world.fresh_checkout(peer.name))
        world.empty(peer.name)
        if not peer.clone(jobs):
            fill(world, peer.name, jobs)
    measured = []
    for one in bare.operations(world, grex, jobs):
        others = one.others[:1] + [
            contestant for peer in peers if (contestant := enters(peer, world, one, jobs, tracer))
        ]
        how = {"fresh": one.fresh, "moved": one.moved, "looks": one.looks}
        measured.append(Operation(one.name, one.grex, others, **how))
    return measured


def fill(world, name, jobs):
    """Clones all packs for a tool that cannot."""
    argv = bare.xargs(jobs, "-n", "2", "git", "clone", "-q")
    process.run(argv, world.environment, world.top / "stderr", world.clones(name))


def enters(peer, world, one, jobs, tracer):
    """A tool as a contestant, if it has this operation."""
    if one.name == "exec true":
        argv, traced = peer.execute(jobs, "true"), peer.execute(jobs, tracer)
    else:
        verbs = {"clone": peer.clone, "status": peer.status}
        argv, traced = verbs.get(one.name, peer.sync)(jobs), None
    return peer.contestant(world, argv, traced) if argv else None


def measure(world, grex, jobs, peers, runs, saying):
    """Measures everything; returns the operations."""
    measured = operations(world, grex, jobs, peers)
    for one in measured:
        with saying(f"{one.name}, with {len(one.others)} others"):
            operation.measure(world, one, runs, indulgent=True)
    # A tool that leaves new commits behind may well be quick where there are none.
    by = {one.name: one for one in measured}
    idle, moved = by[bare.UP_TO_DATE], by[bare.TENTH]
    idle.others = [other for other in idle.others if other.label not in moved.left_out]
    return measured


def table(measured):
    """A row for each tool: medians, and their ratios to the bare commands. In operations where
    another tool was faster than grex, that one is marked."""
    names = [GREX_ROW, BARE_ROW]
    for one in measured:
        names += [other.label for other in one.others[1:] if other.label not in names]
    rows = [
        report.row("tool", *(one.name for one in measured)),
        report.row(*["---"] * (len(measured) + 1)),
    ]
    medians = [by_name(one) for one in measured]
    for name in names:
        rows.append(report.row(name, *(cell(median, name) for median in medians)))
    return rows


def by_name(one):
    """The median of each contestant in one operation."""
    names = [GREX_ROW, BARE_ROW, *(other.label for other in one.others[1:])]
    return {
        name: statistics.median(contestant.walls())
        for name, contestant in zip(names, one.contestants)
    }


def cell(medians, name):
    if name not in medians:
        return ""
    text = f"{medians[name]:.2f} s; {medians[name] / medians[BARE_ROW]:.2f}"
    return f"{text} **faster**" if name in faster_than_grex(medians) else text


def faster_than_grex(medians):
    """The other tools that took less time, or as little."""
    names = (name for name in medians if name not in (GREX_ROW, BARE_ROW))
    return [name for name in names if medians[name] <= medians[GREX_ROW]]


def verdict(measured):
    """Whether grex is faster than every other tool in every operation."""
    beaten = [f"{name} ({one.name})" for one in measured for name in faster_than_grex(by_name(one))]
    return f"**missed**: {', '.join(beaten)}" if beaten else "met"


def section(measured, peers, missing, world, facts, runs):
    """The part's lines."""
    tools = [f"{peer.name} {peer.version()} (jobs: {peer.parallelism})" for peer in peers]
    out = [f"{name}: {why}" for name, why in missing.items()]
    for one in measured:
        out += [f"{label}, {one.name}: {why}" for label, why in one.left_out.items()]
    return [
        f"### {len(world.packs)} repositories from the file system, other tools",
        "",
        f"{facts}; timed runs: {runs}.",
        "",
        f"{'; '.join(tools)}.",
        "",
        "![For each operation, a bar for each tool](images/benchmarks.svg)",
        "",
        *table(measured),
        "",
        f"Target: faster than each of them in each operation: {verdict(measured)}.",
        "",
        f"Left out: {'; '.join(out) or 'nothing'}.",
        "",
    ]
