"""The parts of the benchmark, each a function from a `Bench` to the lines of its report."""

import contextlib
import pathlib
import sys
import time
from dataclasses import dataclass, field

from . import against_peers, background, bare, latency, operation, plot, remotes, report, scale, shim, world


@dataclass
class Bench:
    """What all parts need."""

    top: pathlib.Path
    git: str
    grex: pathlib.Path
    shim: pathlib.Path
    # What grex was built from, if that is known.
    source: pathlib.Path
    # As typed: how many of what.
    asked: object
    # Pictures by file name.
    images: dict = field(default_factory=dict)

    def place(self, name):
        """A directory for one part."""
        path = self.top / name
        path.mkdir()
        return path

    def facts(self, jobs=True):
        facts = report.machine(self.git, self.top, self.grex, self.source)
        return f"{facts}; jobs: {self.asked.jobs}" if jobs else facts


def over_file(bench):
    """Against bare git commands, from the file system."""
    made = remotes_for(bench, "file", bench.asked.repositories)
    there = world.make(made.top.parent / "work", made, made.top.as_uri())
    return against_bare(bench, there, "from the file system")


def over_http(bench):
    """Against bare git commands, over HTTP."""
    made = remotes_for(bench, "http", bench.asked.repositories)
    with background.http(made) as (port, refresh):
        base = f"http://127.0.0.1:{port}"
        there = world.make(made.top.parent / "work", made, base, refresh)
        return against_bare(bench, there, "over HTTP")


def against_bare(bench, there, how):
    """All operations in one world."""
    jobs = bench.asked.jobs
    operations = bare.operations(there, bench.grex, jobs)
    for one in operations:
        with saying(f"counting: {one.name}"):
            shim.count(there, one, bench.shim)
        if one.name == bare.UP_TO_DATE:
            own = shim.own_git(there, one, jobs)
            one.others += [own] if own else []
            own or say("grex starts not one git for each pack: there is nothing like it to measure")
    for one in operations:
        with saying(one.name):
            operation.measure(there, one, bench.asked.runs)
    return report.section(f"{len(there.packs)} repositories {how}", operations, bench.facts())


def behind_latency(bench):
    """How many at once, when there is something to wait for."""
    made = remotes_for(bench, "latency", bench.asked.latency_repositories)
    with contextlib.ExitStack() as stack:
        port, refresh = stack.enter_context(background.http(made))
        port = stack.enter_context(background.far_away(port, latency.MILLISECONDS))
        base = f"http://127.0.0.1:{port}"
        there = world.make(made.top.parent / "work", made, base, refresh)
        with saying("behind latency"):
            return latency.measure(there, bench.grex, bench.asked.latency_runs, bench.facts(False))


def with_peers(bench):
    """Against other tools."""
    peers, missing = against_peers.installed(bench.asked.peers, say)
    made = remotes_for(bench, "peers", bench.asked.peer_repositories)
    there = world.make(made.top.parent / "work", made, made.top.as_uri())
    jobs, runs = bench.asked.jobs, bench.asked.peer_runs
    measured = against_peers.measure(there, bench.grex, jobs, peers, runs, saying)
    title = f"{len(there.packs)} repositories from the file system, {jobs} jobs"
    bench.images["benchmarks.svg"] = plot.draw(measured, title)
    return against_peers.section(measured, peers, missing, there, bench.facts(), runs)


def at_scale(bench):
    """What grex itself costs."""
    return scale.measure(bench, saying)


def remotes_for(bench, part, count):
    with saying(f"making {count} repositories for the part {part}"):
        return remotes.make(bench.place(part), bench.git, count, bench.asked.jobs)


def say(what):
    print(f"bench: {what}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def saying(what):
    """Says what is done, and how long it took."""
    began = time.monotonic()
    yield
    say(f"{what} ({time.monotonic() - began:.0f} s)")


MEASURE = {
    "file": over_file,
    "http": over_http,
    "latency": behind_latency,
    "peers": with_peers,
    "scale": at_scale,
}
