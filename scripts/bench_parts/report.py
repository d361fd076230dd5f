"""The results as Markdown."""

import datetime
import os
import statistics
import subprocess

MEMORY_TARGET_MB = 40


def section(title, operations, facts):
    """The lines for one world."""
    runs = len(operations[0].grex.costs)
    return [
        f"### {title}",
        "",
        f"{facts}; timed runs: {runs}.",
        "",
        *times(operations),
        "",
        *work(operations),
        "",
    ]


def times(operations):
    rows = [
        "| operation | grex, s | under `xargs -P` | s | ratio | in pairs | CPU | target |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for operation in operations:
        for yardstick in operation.others:
            rows.append(comparison(operation, yardstick))
        if operation.fresh:
            rows += [synced_comparison(operation, yardstick) for yardstick in operation.others]
    return rows


def comparison(operation, yardstick):
    """One row: grex and one yardstick, with the ratio of the medians, the ratios run by run, and
    the ratio of all the CPU time that was used."""
    own, other = operation.grex.walls(), yardstick.walls()
    cpu = [statistics.median(cost.cpu for cost in one.costs) for one in (operation.grex, yardstick)]
    met = "none"
    if yardstick.target is not None:
        met = verdict(ratio(own, other), "≤", yardstick.target)
    cells = operation.name, spread(own), yardstick.label, spread(other), *ratios(own, other)
    return row(*cells, f"{cpu[0] / cpu[1]:.2f}", met)


def synced_comparison(operation, yardstick):
    """The same with everything on the disk, on both sides."""
    own, other = operation.grex.walls(with_sync=True), yardstick.walls(with_sync=True)
    name, label = (f"{text}, then `sync -f`" for text in (operation.name, yardstick.label))
    return row(name, spread(own), label, spread(other), *ratios(own, other), "", "none")


def work(operations):
    rows = [
        "| operation | git processes of grex | peak memory of grex, MB | CPU of grex alone, ms |",
        "| --- | --- | --- | --- |",
    ]
    for operation in operations:
        spawns = ", ".join(f"{count} `{name}`" for name, count in operation.spawns.most_common())
        memory = f"{operation.peak_mb:.1f}; {verdict(operation.peak_mb, '<', MEMORY_TARGET_MB)}"
        own = [cost.own_cpu * 1000 for cost in operation.grex.costs]
        spawns = f"{sum(operation.spawns.values())}: {spawns}" if spawns else "0"
        rows.append(row(operation.name, spawns, memory, spread(own, 0)))
    return rows


def row(*cells):
    return f"| {' | '.join(cells)} |"


def spread(values, digits=2):
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def ratio(own, other):
    return statistics.median(own) / statistics.median(other)


def ratios(own, other):
    pairs = [one / two for one, two in zip(own, other)]
    return f"**{ratio(own, other):.2f}**", f"{min(pairs):.2f} to {max(pairs):.2f}"


def verdict(value, relation, target):
    met = value <= target if relation == "≤" else value < target
    return f"{relation} {target:g}: {'met' if met else '**missed**'}"


def machine(git, top, grex, source):
    """Whatever decides about the numbers. `source` is what grex was built from, if that is known."""

    def said(*argv):
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        return done.stdout.partition("\n")[0] or "unknown"

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    version = said(str(grex), "--version").replace("grex ", "")
    if source:
        version += f" ({said(git, '-C', str(source), 'describe', '--always', '--dirty')})"
    facts = {
        "cores": len(os.sched_getaffinity(0)),
        "memory": f"{memory:.0f} GiB",
        "file system": said("findmnt", "-n", "-o", "FSTYPE", "-T", str(top)),
        "kernel": f"{os.uname().sysname} {os.uname().release.split('-')[0]}",
        "git": said(git, "--version").replace("git version ", ""),
        "grex": version,
        "date": datetime.date.today().isoformat(),
    }
    return "; ".join(f"{name}: {value}" for name, value in facts.items())
