"""Checks that the Rust code and the proofs name each other: `// proof: NAME`, at the code that a definition
or a theorem of the library speaks about, and NAME in the library."""

import re

from .lean import Failed

TAG = re.compile(r"^\s*// proof: (\S+)\s*$", re.MULTILINE)
DECLARED = re.compile(r"^(?:theorem|def|abbrev|structure|inductive) (\S+)", re.MULTILINE)
CONSTRUCTOR = re.compile(r"^  \| (\w+)", re.MULTILINE)
NAMESPACE = re.compile(r"^namespace (\S+)", re.MULTILINE)

# What the model says of the program, and so has to be somewhere in it.
WANTED = {f"Grex.Scheduler.{name}" for name in (
    "workspaceLock", "packLock", "fileLock", "manifestLock", "cap", "WorksFor", "rises", "noPermit", "mayTry",
    "Step.request", "Step.grant", "Step.withdraw", "Step.take", "Step.refuse", "Step.release",
    "no_double_lock")}


def declared(sources):
    """All names that the library declares."""
    names = set()
    for file in (sources / "Grex").rglob("*.lean"):
        text = file.read_text(encoding="utf-8")
        space = NAMESPACE.search(text)
        prefix = f"{space.group(1)}." if space else ""
        names |= {prefix + name for name in DECLARED.findall(text)}
        for part in re.split(r"^(?=inductive )", text, flags=re.MULTILINE)[1:]:
            owner = DECLARED.match(part).group(1)
            body = part.split("\n\n", 1)[0]
            names |= {f"{prefix}{owner}.{name}" for name in CONSTRUCTOR.findall(body)}
    return names


def check(root, sources):
    """Returns how many tags there are."""
    known, used, count = declared(sources), set(), 0
    for file in sorted((root / "src").rglob("*.rs")):
        for name in TAG.findall(file.read_text(encoding="utf-8")):
            count += 1
            used.add(name)
            if name not in known:
                raise Failed(f"{file.relative_to(root)} names {name}, which proofs/ does not have")
    for name in sorted(WANTED - used):
        raise Failed(f"no code says `// proof: {name}`")
    return count
