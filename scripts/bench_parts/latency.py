"""How many at once, when each round trip takes its time: grex's default against fixed numbers."""

import statistics

from . import bare, operation, report
from .operation import Contestant, Operation
from .world import GREX

MILLISECONDS = 50

FIXED = [4, 8, 16, 32, 64]

# How much longer than with the best fixed number it may take without one.
TARGET = 1.10


def operations(world, grex):
    """Clone and a sync without changes, with each number of jobs."""

    def contestant(jobs):
        label = f"-j {jobs}" if jobs else "default"
        return Contestant(label, GREX, bare.grex_does(world, grex, jobs, "sync"))

    def operation_of(name, **how):
        return Operation(name, contestant(None), [contestant(jobs) for jobs in FIXED], **how)

    return [operation_of("clone", fresh=True), operation_of(bare.UP_TO_DATE)]


def measure(world, grex, runs, facts):
    """Returns the part's lines."""
    measured = operations(world, grex)
    for one in measured:
        operation.measure(world, one, runs)
    labels = [f"`{label}`" if label != "default" else label for label in names(measured)]
    lines = [
        f"### {len(world.packs)} repositories, {MILLISECONDS} ms for each round trip",
        "",
        f"{facts}; over HTTP; timed runs: {runs}. Seconds.",
        "",
        report.row("operation", *labels, "default to best", "target"),
        report.row(*["---"] * (len(labels) + 3)),
    ]
    return [*lines, *(row(one) for one in measured), ""]


def names(measured):
    return [contestant.label for contestant in measured[0].contestants]


def row(one):
    own, *others = [statistics.median(contestant.walls()) for contestant in one.contestants]
    ratio = own / min(others)
    cells = [report.spread(contestant.walls()) for contestant in one.contestants]
    return report.row(one.name, *cells, f"**{ratio:.2f}**", report.verdict(ratio, "≤", TARGET))
