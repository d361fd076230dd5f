"""Breaks the proofs in ways that have to be noticed, and sees that they are."""

import re
import shutil

from . import library, trace
from .lean import Failed

MODEL = "Grex/Scheduler/Model.lean"
SAFETY = "Grex/Scheduler/Safety.lean"
PROGRESS = "Grex/Scheduler/Progress.lean"

ASKED = "(asked : has t l s.waiting = true)"

BODY = "  no_double_hold (l := packLock path) r (show ¬ 2 = 1 by decide) ha hb"
DOUBLE = "/-- **Two tasks never hold"

RISES = "  match h.task.is t || worksFor t h.task with\n"

# What is broken so that the words in the file do not show it, but Lean's answer does.
BENEATH = [
    ("a `sorry` that Lean finds", [(BODY, "  sorry")], "sorry"),
    ("an axiom that a theorem rests on",
     [(DOUBLE, "axiom cheat : False\n\n" + DOUBLE), (BODY, f"  have _ :={BODY}\n  cheat.elim")], "rests on"),
]

# What is broken, in which file, how, and what the check says then.
BREAKS = [
    ("a `sorry`", SAFETY, BODY, "  sorry", "`sorry`"),
    ("an axiom that nobody uses", SAFETY, "/-! ## The theorems -/", "axiom harmless : True", "`axiom`"),
    ("a theorem that is gone", PROGRESS, "theorem progress {", "theorem progres {", "progress"),
    ("a theorem that says less", SAFETY,
     " : False :=\n  (inv_reach r).permit t _ _ h w rfl rfl",
     " : s.held = [] ∨ True :=\n  .inr ((inv_reach r).permit t _ _ h w rfl rfl).elim", "Statements.lean"),
    ("a wait that ends while somebody else has the lock", MODEL,
     f"{ASKED} (room : count l s.held < cap permits l)", f"{ASKED} (room : count l s.held ≤ cap permits l)", "inv_step"),
    ("a try that succeeds while somebody else has the lock", MODEL,
     "(order : all (mayTry t l) s.held = true) (room : count l s.held < cap permits l)",
     "(order : all (mayTry t l) s.held = true) (room : count l s.held ≤ cap permits l)", "inv_step"),
    ("two holders of everything", MODEL, "then permits l.key else 1", "then permits l.key else 2", "no_double_hold"),
    ("waits in any order", MODEL, RISES + "  | true => decide (h.lock.tier < l.tier)",
     RISES + "  | true => decide (0 ≤ l.tier)", "lower_of_rises"),
    ("waits for one's own tier", MODEL, RISES + "  | true => decide (h.lock.tier < l.tier)",
     RISES + "  | true => decide (h.lock.tier ≤ l.tier)", "lower_of_rises"),
    ("units that wait for what their verb has", MODEL, RISES, "  match h.task.is t with\n", "lower_of_rises"),
    ("waits for a pack with a permit", MODEL, "Nat.beq h.lock.tier 1 && h.task.is t", "Nat.beq h.lock.tier 9 && h.task.is t",
     "no_permit"),
    ("verbs that wait for locks while their units are at work", MODEL,
     " ∧ all (notUnitOf t) s.held = true ∧ all (notUnitOf t) s.waiting = true", " ∧ true = true ∧ true = true",
     "inv_take"),
    ("a run without permits", PROGRESS, "theorem progress {permits : Nat → Nat} (any : ∀ k, 1 ≤ permits k)",
     "theorem progress {permits : Nat → Nat} (any : ∀ k, 0 ≤ permits k)", "progress"),
    ("a model in which nobody gives anything back", MODEL, "(holds : has t l s.held = true)",
     "(holds : has t l s.held = true ∧ False)", "can_release"),
]

# Traces, as lines of task, tier, key and event, and whether the protocol allows them.
PERMITS = {1: 2}
TRACES = [
    ("one after the other", True, "1.1.0 2 p take|1.1.0 2 p release|2.1.0 2 p take|2.1.0 2 p release"),
    ("two holders of a pack", False, "1.1.0 2 p take|2.1.0 2 p take"),
    ("two holders after a wait", False, "1.1.0 0 w take|2.1.0 0 w request|2.1.0 0 w grant"),
    ("the tiers the wrong way round", False, "1.1.0 4 m take|1.1.0 2 p take"),
    ("a wait for a pack with a permit", False, "1.1.1 1 n request|1.1.1 1 n grant|1.1.1 2 p request"),
    ("three holders of two permits", False, "1.1.1 1 n take|1.1.2 1 n take|1.1.3 1 n take"),
    ("the holder was killed", True, "1.1.1 2 p take|1 crash|2.1.0 2 p take|2.1.0 2 p release"),
    ("a lock that is never given back", None, "1.1.0 2 p take"),
]


def broken_copy(lean, sources, out, work, file, changes):
    """A copy of the library with changes in one file, and a directory to compile it into."""
    broken, into = work / "broken", work / "broken-out"
    for place in (broken, into):
        shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(sources, broken, ignore=shutil.ignore_patterns(".lake"))
    text = (broken / file).read_text(encoding="utf-8")
    for old, new in changes:
        if old not in text:
            raise Failed(f"the self-test does not find what it breaks in {file}: {old}")
        text = text.replace(old, new)
    (broken / file).write_text(text, encoding="utf-8")
    lean.begin(out, into)
    return broken, into


def build(lean, broken, into):
    """As the check does, but without a look at the words in the sources."""
    lean.build(broken, into)
    library.axioms(lean, into)


def check(lean, sources, out, work, say):
    """Fails if anything that is broken passes."""
    for name, file, old, new, word in BREAKS:
        broken, into = broken_copy(lean, sources, out, work, file, [(old, new)])
        must_fail(name, word, lambda: library.check(lean, broken, into), say, broken)
    for name, changes, word in BENEATH:
        broken, into = broken_copy(lean, sources, out, work, SAFETY, changes)
        must_fail(name, word, lambda: build(lean, broken, into), say)
    for name, is_allowed, lines in TRACES:
        path = work / "trace.jsonl"
        path.write_text("".join(f"{as_json(line)}\n" for line in lines.split("|")), encoding="utf-8")
        if is_allowed is not None:
            trace.check(lean, out, path, is_allowed)
        if not is_allowed:
            must_fail(f"a trace: {name}", "", lambda: trace.check(lean, out, path, True), say)


def must_fail(name, word, attempt, say, sources=None):
    """Fails unless the attempt does, for the reason that is expected: a word of the answer, or the name of what
    does not hold any more."""
    try:
        attempt()
    except Failed as failed:
        broken = broken_names(str(failed), sources) if sources else []
        if word not in str(failed) and word not in broken:
            raise Failed(f"{name} was noticed for another reason ({', '.join(broken)}): {failed}") from failed
        say(f"noticed: {name}" + (f" ({', '.join(broken)})" if broken else ""))
        return
    raise Failed(f"the check does not notice {name}")


def broken_names(text, sources):
    """The theorems in which Lean found errors."""
    names = []
    for file, line in re.findall(r"^(\S+\.lean):(\d+):\d+: error", text, flags=re.MULTILINE):
        above = (sources / file).read_text(encoding="utf-8").splitlines()[:int(line)]
        found = [match.group(1) for match in map(re.compile(r"(?:theorem|def) (\S+)").match, above) if match]
        names += [name for name in found[-1:] if name not in names]
    return names


def as_json(line):
    """A line of a trace from its short form."""
    words = line.split()
    if len(words) == 2:
        return f'{{"task": "{words[0]}", "event": "{words[1]}"}}'
    task, tier, key, event = words
    permits = f', "permits": {PERMITS[1]}' if tier == "1" else ""
    return f'{{"task": "{task}", "tier": {tier}, "key": "{key}", "event": "{event}"{permits}}}'
