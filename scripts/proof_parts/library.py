"""Checks the library: it compiles without a warning, and its theorems are there and rest on nothing else."""

import re

from .lean import Failed

# What has to be there. Grex/Statements.lean says what each of them says.
THEOREMS = [
    "Grex.Scheduler.at_most_cap",
    "Grex.Scheduler.no_double_hold",
    "Grex.Scheduler.no_double_lock",
    "Grex.Scheduler.no_permit_waits",
    "Grex.Scheduler.progress",
    "Grex.Scheduler.accepts_sound",
    "Grex.Scheduler.accepts_beginning",
    "Grex.Scheduler.accepts_excludes",
    "Grex.Scheduler.run_join",
    "Grex.Scheduler.accepts_of_run",
    "Grex.Scheduler.leadsTo_sound",
    "Grex.Scheduler.forbids_sound",
    "Grex.Scheduler.refused",
    "Grex.Scheduler.accepts_not",
]

# Lean's own, and harmless.
AXIOMS = {"propext", "Quot.sound"}

# What has no place in a proof, or makes the kernel believe somebody else.
FORBIDDEN = re.compile(
    r"\b(sorry|sorryAx|admit|axiom|opaque|unsafe|partial|native_decide|ofReduceBool|implemented_by"
    r"|extern|csimp|skipKernelTC|debug)\b")

CONTROL = "import Grex\ntheorem control : 1 = 2 := rfl\n"


def check(lean, sources, out):
    """Compiles the library into `out`; returns what each theorem rests on, as lines."""
    for file in sorted([sources / "Grex.lean", *(sources / "Grex").rglob("*.lean")]):
        forbid(file, sources)
    lean.build(sources, out)
    control = out / "Control.lean"
    control.write_text(CONTROL, encoding="utf-8")
    if lean.lean(out, control).returncode == 0:
        raise Failed("this Lean accepts 1 = 2")
    return axioms(lean, out)


def forbid(file, sources):
    """Refuses a source with a word in it that could make a proof out of nothing."""
    text = re.sub(r"/-.*?-/|--[^\n]*", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = FORBIDDEN.search(text)
    if found:
        raise Failed(f"{file.relative_to(sources)} has `{found.group()}` in it")


def axioms(lean, out):
    """Asks Lean for the axioms under each theorem."""
    probe = out / "Probe.lean"
    questions = "".join(f"#print axioms {theorem}\n" for theorem in THEOREMS)
    probe.write_text(f"import Grex\n{questions}", encoding="utf-8")
    said = lean.lean(out, probe)
    text = " ".join(said.stdout.split())
    answers = []
    for theorem in THEOREMS:
        name = re.escape(f"'{theorem}'")
        if re.search(f"{name} does not depend on any axioms", text):
            answers.append(f"{theorem}: no axioms")
            continue
        found = re.search(name + r" depends on axioms: \[([^\]]*)\]", text)
        if not found:
            raise Failed(f"{theorem} is missing:\n{said.stdout}")
        under = set(found.group(1).replace(" ", "").split(","))
        if not under <= AXIOMS:
            raise Failed(f"{theorem} rests on {', '.join(sorted(under - AXIOMS))}")
        answers.append(f"{theorem}: {', '.join(sorted(under))}")
    return answers
