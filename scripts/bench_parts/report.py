"""The results as Markdown."""

import datetime
import os
import statistics
import subprocess

BEGIN, END = "<!-- results begin -->", "<!-- results end -->"

MEMORY_TARGET_MIB = 40


def section(world, operations, jobs, root):
    """The lines for one number of repositories."""
    runs = len(operations[0].grex.costs)
    return [
        f"### {len(world.packs)} repositories",
        "",
        f"{machine(world, root)}; jobs: {jobs}; timed runs: {runs}.",
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
        for yardstick in operation.yardsticks:
            rows.append(comparison(operation, yardstick))
        if operation.fresh:
            rows += [synced_comparison(operation, yardstick) for yardstick in operation.yardsticks]
    return rows


def comparison(operation, yardstick):
    """One row: grex and one yardstick, with the ratio of the medians, the ratios run by run, and
    the ratio of all the CPU time that was used."""
    own, other = operation.grex.walls(), yardstick.walls()
    cpu = [statistics.median(cost.cpu for cost in one.costs) for one in (operation.grex, yardstick)]
    target = "none" if yardstick.target is None else verdict(ratio(own, other), "≤", yardstick.target)
    return row(operation.name, spread(own), yardstick.label, spread(other), *ratios(own, other), f"{cpu[0] / cpu[1]:.2f}", target)


def synced_comparison(operation, yardstick):
    """The same with everything on the disk, on both sides."""
    own, other = operation.grex.walls(with_sync=True), yardstick.walls(with_sync=True)
    label = f"{yardstick.label}, then `sync -f`"
    return row(f"{operation.name}, then `sync -f`", spread(own), label, spread(other), *ratios(own, other), "", "none")


def work(operations):
    rows = [
        "| operation | git processes that grex starts | peak memory of grex, MiB | CPU of grex alone, ms |",
        "| --- | --- | --- | --- |",
    ]
    for operation in operations:
        spawns = ", ".join(f"{count} `{name}`" for name, count in operation.spawns.most_common())
        memory = f"{operation.peak_mib:.1f}; {verdict(operation.peak_mib, '<', MEMORY_TARGET_MIB)}"
        own = [cost.own_cpu * 1000 for cost in operation.grex.costs]
        rows.append(row(operation.name, f"{sum(operation.spawns.values())}: {spawns}", memory, spread(own, 0)))
    return rows


def row(*cells):
    return f"| {' | '.join(cells)} |"


def spread(values, digits=2):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def ratio(own, other):
    return statistics.median(own) / statistics.median(other)


def ratios(own, other):
    pairs = [one / two for one, two in zip(own, other)]
    return f"**{ratio(own, other):.2f}**", f"{min(pairs):.2f} to {max(pairs):.2f}"


def verdict(value, relation, target):
    met = value <= target if relation == "≤" else value < target
    return f"{relation} {target:g}: {'met' if met else '**missed**'}"


def machine(world, root):
    """Whatever decides about the numbers."""

    def said(*argv):
        return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    facts = {
        "cores": len(os.sched_getaffinity(0)),
        "memory": f"{memory:.0f} GiB",
        "file system": said("findmnt", "-n", "-o", "FSTYPE", "-T", str(world.top)) or "unknown",
        "kernel": f"{os.uname().sysname} {os.uname().release.split('-')[0]}",
        "git": said(world.git, "--version").replace("git version ", ""),
        "grex": said(world.git, "-C", str(root), "describe", "--always", "--dirty") or "unknown",
        "date": datetime.date.today().isoformat(),
    }
    return "; ".join(f"{name}: {value}" for name, value in facts.items())


def write_into(path, report):
    """Replaces what stands between the two marks in a document."""
    before, begin, rest = path.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"bench: {path} lacks the lines {BEGIN} and {END}")
    path.write_text(f"{before}{begin}\n{report}\n{end}{after}")
