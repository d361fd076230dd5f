"""What grex itself costs, and how that grows: start, long manifests, many packs."""

import pathlib
import shutil
import statistics
import subprocess
import sys

from . import bare, farm, process, report
from .world import GREX

STARTS = 200
START_MS, BINARY_MB = 3, 12
FOLD_S, LIST_S, COMPACT_S = 1, 1.2, 3
SMALL, LARGE = 1_000, 10_000
LIST_MS, OWN_CPU_MS = 15, 50
# How much more a pack may cost among many than among few.
GROWTH = 1.2


def measure(bench, saying):
    """Returns the part's lines."""
    top = bench.place("scale")
    with saying("start"):
        rows = start(bench)
    with saying(f"a manifest of {farm.EVENTS:,} events"):
        rows += manifest(bench, top / "events")
    costs = {}
    for count, runs in ((SMALL, 3), (LARGE, 1)):
        with saying(f"{count:,} packs"):
            there = farm.packs(top / str(count), bench.git, count)
            costs[count] = many(there, bench.grex, bench.asked.jobs, runs)
    rows += in_a_thousand(costs[SMALL])
    return [
        "### Scale",
        "",
        f"{bench.facts()}.",
        "",
        *table("what", "measured", "target", rows=rows),
        "",
        *growth(costs),
        "",
    ]


def table(*head, rows):
    return [report.row(*cells) for cells in (head, ["---"] * len(head), *rows)]


def judged(what, values, unit, relation, target, digits=1):
    """A row with a target for the median."""
    verdict = report.verdict(statistics.median(values), relation, target)
    text = report.spread(values, digits) if len(values) > 1 else f"{values[0]:.{digits}f}"
    return what, f"{text} {unit}", verdict


def start(bench):
    program = pathlib.Path(__file__).with_name("startup.py")

    def took(*argv):
        argv = [sys.executable, "-I", "-S", str(program), str(STARTS), *argv]
        done = subprocess.run(argv, capture_output=True, text=True, check=True)
        return [float(line) for line in done.stdout.split()]

    size = bench.grex.stat().st_size / 1e6
    own, git = took(str(bench.grex), "--version"), took(bench.git, "--version")
    what = f"`grex --version`, {STARTS} times (`git --version`: {statistics.median(git):.1f} ms)"
    return [
        judged(what, own, "ms", "<", START_MS),
        judged("the program's size", [size], "MB", "<", BINARY_MB),
    ]


def manifest(bench, top):
    """Verbs that read a million events. To list a single pack takes hardly more than the reading."""
    source = top / "manifest"
    source.parent.mkdir()
    farm.long_manifest(source)
    place = top / "workspace"

    def took(*verb):
        place.mkdir(exist_ok=True)
        shutil.copy(source, place / "grex.jsonl")
        argv = [str(bench.grex), "-C", str(place), *verb]
        environment = {"HOME": str(top), "PATH": "/usr/local/bin:/usr/bin:/bin"}
        return process.run(argv, environment, top / "stderr", accept=(0, 7)).wall

    def row(what, target, *verb):
        took(*verb)
        return judged(what, [took(*verb) for _ in range(3)], "s", "<", target, 2)

    size = source.stat().st_size / 1e6
    title = f"{farm.EVENTS:,} events ({size:.0f} MB) that declare {farm.EVENT_PACKS:,} packs"
    return [
        row(f"{title}: `ls` of one of them", FOLD_S, "ls", "--filter", farm.pack(0)),
        row("the same: `ls`", LIST_S, "ls"),
        row("the same: `doctor --compact`", COMPACT_S, "doctor", "--compact"),
    ]


def many(there, grex, jobs, runs):
    """The costs of each verb, after one run that is not counted and whose memory is watched."""
    costs = {}
    for verb in ("ls", "status", "sync"):
        argv = bare.grex_does(there, grex, jobs, verb)
        errors = there.top / "stderr"
        first = process.run(argv, there.environment, errors, watch_memory=True)
        repeats = 20 if verb == "ls" else runs
        costs[verb] = [process.run(argv, there.environment, errors) for _ in range(repeats)]
        for cost in costs[verb]:
            cost.peak_mb = first.peak_mb
    there.check(GREX, there.packs)
    return costs


def in_a_thousand(costs):
    walls = [cost.wall * 1000 for cost in costs["ls"]]
    own = [cost.own_cpu * 1000 for cost in costs["sync"]]
    title = f"{SMALL:,} packs"
    what = f"{title}: CPU of grex alone in a sync without changes"
    peak = max(costs[verb][0].peak_mb for verb in costs)
    return [
        judged(f"{title}: `ls`", walls, "ms", "<", LIST_MS),
        judged(what, own, "ms", "<", OWN_CPU_MS),
        judged(f"{title}: peak memory of grex", [peak], "MB", "<", report.MEMORY_TARGET_MB),
    ]


def growth(costs):
    """What ten times as many packs cost."""
    rows = []
    for verb in costs[SMALL]:
        for what, of in (("time", lambda cost: cost.wall), ("CPU alone", lambda cost: cost.own_cpu)):
            few, many_ = (statistics.median(map(of, costs[count][verb])) for count in costs)
            factor = (many_ / LARGE) / (few / SMALL)
            cells = f"`{verb}`, {what}", f"{few * 1000:.0f} ms", f"{many_ * 1000:.0f} ms"
            peaks = (f"{costs[count][verb][0].peak_mb:.1f}" for count in costs)
            rows.append((*cells, f"**{factor:.2f}**, {report.verdict(factor, '≤', GROWTH)}", *peaks))
    head = "verb", f"{SMALL:,} packs", f"{LARGE:,} packs", "each pack costs, times"
    return table(*head, f"peak memory, MB: {SMALL:,}", f"{LARGE:,}", rows=rows)
