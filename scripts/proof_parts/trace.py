"""Turns traces of locks into Lean. The kernel judges; nothing here has to be believed but that the events in
the term are those of the file, in its order, with one number for each task's part and each key.

A trace is a file of JSON lines: {"task": "PROCESS.RUN.UNIT", "tier": 0..4, "key": TEXT, "event": NAME}, for
permits with "permits": N, and {"task": "PROCESS", "event": "crash"}.
"""

import concurrent.futures
import json
import os
import pathlib
import tempfile

from .lean import Failed

# Events in one piece: what the kernel is given at once.
PIECE = 40

FIELDS = {"task", "tier", "key", "event"}
EVENTS = ("request", "grant", "withdraw", "take", "refuse", "release")


class Trace:
    """The events of a file, in numbers."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.keys = {}
        self.permits = {}
        self.events = []
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                self.events.append(self.event(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Failed(f"{path}:{number}: {line[:200]}: {error}") from error

    def event(self, line):
        """One event: its name, its task, its lock."""
        task = tuple(int(part) for part in line["task"].split("."))
        if line["event"] == "crash" and set(line) == {"task", "event"} and len(task) == 1:
            return ("crash", task[0], None)
        if line["event"] not in EVENTS or set(line) - {"permits"} != FIELDS or len(task) != 3:
            raise ValueError("no event")
        if line["tier"] not in range(5) or (line["tier"] == 1) != ("permits" in line):
            raise ValueError("no lock")
        name = (line["tier"], line["key"])
        # One number for each key, whatever its tier.
        lock = (line["tier"], self.keys.setdefault(line["key"], len(self.keys) + 1))
        if line["tier"] == 1 and self.permits.setdefault(lock[1], line["permits"]) != line["permits"]:
            raise ValueError(f"the number of permits of {name} has changed")
        return (line["event"], task, lock)


class State:
    """What the model says of the state, to name the states between pieces. Should this be wrong, the kernel
    refuses the piece."""

    def __init__(self):
        self.held, self.waiting = [], []

    def apply(self, event):
        """The state after an event that the rules allow."""
        name, task, lock = event
        if name == "request":
            self.waiting = [(task, lock), *self.waiting]
        if name in ("grant", "withdraw"):
            self.waiting = [hold for hold in self.waiting if hold[0] != task]
        if name in ("grant", "take"):
            self.held = [(task, lock), *self.held]
        if name == "release":
            self.held = [hold for hold in self.held if hold != (task, lock)]
        if name == "crash":
            self.held = [hold for hold in self.held if hold[0][0] != task]
            self.waiting = [hold for hold in self.waiting if hold[0][0] != task]

    def allows(self, event, permits):
        """Whether the model's rules allow an event: where to look for the end of a trace that is refused."""
        name, task, lock = event
        if name == "crash":
            return True

        def works_for(unit, verb):
            return verb[2] == 0 and unit[2] != 0 and unit[:2] == verb[:2]

        asked = (task, lock) in self.waiting
        if name == "withdraw":
            return asked
        holders = sum(hold[1] == lock for hold in self.held)
        room = holders < (permits.get(lock[1], 1) if lock[0] == 1 else 1)
        if name == "grant":
            return asked and room
        waiting = [hold[0] for hold in self.waiting]
        units = [hold[0] for hold in self.held] + waiting
        free = task not in waiting and not any(works_for(unit, task) for unit in units)
        if name == "release":
            return free and (task, lock) in self.held
        own = [held for holder, held in self.held if holder == task]
        above = [held for holder, held in self.held if works_for(task, holder)]
        allowed = free and not any(works_for(task, verb) for verb in waiting)
        allowed = allowed and all(held[0] < lock[0] for held in above)
        if name == "request":
            no_permit = lock[0] != 2 or all(held[0] != 1 for held in own)
            return allowed and no_permit and all(held[0] < lock[0] for held in own)
        allowed = allowed and all(held[0] <= lock[0] and held != lock for held in own)
        return allowed and (name == "refuse" or room)


class Names:
    """Short names for tasks, locks and holds, so that Lean reads each of them once."""

    def __init__(self):
        self.known = {}
        self.lines = []

    def name(self, letter, kind, value, text):
        """The name of a value, which is defined when it is first needed."""
        name = self.known.get((letter, value))
        if name is None:
            name = self.known[letter, value] = f"{letter}{len(self.known)}"
            self.lines.append(f"def {name} : {kind} := {text(value)}")
        return name

    def task(self, task):
        """The name of a task."""
        return self.name("t", "Task", task, numbers)

    def lock(self, lock):
        """The name of a lock."""
        return self.name("l", "Lock", lock, numbers)

    def hold(self, hold):
        """The name of a task with a lock."""
        return self.name("h", "Hold", hold, lambda hold: f"⟨{self.task(hold[0])}, {self.lock(hold[1])}⟩")

    def event(self, event):
        """An event as Lean writes it."""
        name, task, lock = event
        if name == "crash":
            return f".crash {task}"
        return f".{name} {self.task(task)} {self.lock(lock)}"

    def state(self, state):
        """A state as Lean writes it."""
        lists = (", ".join(map(self.hold, holds)) for holds in (state.held, state.waiting))
        return "⟨[" + "], [".join(lists) + "]⟩"

    def drain(self):
        """The definitions since the last time."""
        lines, self.lines = self.lines, []
        return lines


def numbers(values):
    """A task or a lock as Lean writes it."""
    return "⟨" + ", ".join(map(str, values)) + "⟩"


def permits_term(permits):
    """The function from lanes to how many permits they have."""
    if not permits:
        return "fun _ => 1"
    text = "1"
    for lane, count in sorted(permits.items()):
        text = f"if lane = {lane} then {count} else {text}"
    return f"fun lane => {text}"


def source(trace, accept):
    """The Lean file that proves that the protocol accepts the trace and leaves nothing held, or that it
    refuses it."""
    state, pieces, rest = State(), [], list(trace.events)
    allowed = 0
    for event in rest:
        if not state.allows(event, trace.permits):
            break
        state.apply(event)
        allowed += 1
    if accept and allowed < len(rest):
        line = trace.path.read_text(encoding="utf-8").splitlines()[allowed]
        raise Failed(f"{trace.path}:{allowed + 1}: the protocol refuses {line}")
    if accept and (state.held or state.waiting):
        raise Failed(f"{trace.path} ends with {len(state.held)} locks held, {len(state.waiting)} waited for")
    if not accept and allowed == len(rest):
        raise Failed(f"{trace.path}: the protocol accepts it")
    lines = ["import Grex", "open Grex.Scheduler", "namespace Trace",
             f"def permits : Nat → Nat := {permits_term(trace.permits)}", "def s0 : State := init"]
    state, names = State(), Names()
    for start in range(0, allowed, PIECE):
        number = len(pieces)
        piece = rest[start:min(start + PIECE, allowed)]
        for event in piece:
            state.apply(event)
        pieces.append(f"p{number}")
        events, after = ", ".join(map(names.event, piece)), names.state(state)
        lines += [*names.drain(), f"def p{number} : List Event := [{events}]",
                  f"def s{number + 1} : State := {after}",
                  f"theorem q{number} : leadsTo permits s{number} p{number} s{number + 1} = true := by decide +kernel"]
    whole, proof = "[]", "rfl"
    for number in reversed(range(len(pieces))):
        whole = f"(p{number} ++ {whole})"
        proof = f"(run_join (leadsTo_sound q{number}) {proof})"
    last = f"s{len(pieces)}"
    if accept:
        lines += [f"theorem ends : run permits init {whole} = some {last} := {proof}",
                  f"theorem empty : {last} = init := rfl",
                  f"theorem verdict : accepts permits {whole} = true := accepts_of_run ends"]
    else:
        broken = names.event(rest[allowed])
        lines += [*names.drain(), f"def broken : Event := {broken}",
                  f"theorem forbidden : forbids permits {last} broken = true := by decide +kernel",
                  f"theorem verdict (rest : List Event) : accepts permits ({whole} ++ broken :: rest) = false :=",
                  f"  accepts_not (refused (m := {last}) {proof} (forbids_sound forbidden))"]
    lines += ["end Trace", "#print axioms Trace.verdict", ""]
    return "\n".join(lines)


def check_all(lean, out, files, say):
    """Lets Lean judge several traces, each with whether it is to be accepted; returns how many events they have."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        judged = [workers.submit(check, lean, out, file, accept) for file, accept in files]
        for (file, accept), sizes in zip(files, judged):
            events, keys = sizes.result()
            say(f"{file}: {'accepted' if accept else 'refused'}, {events} events about {keys} locks")
        return sum(sizes.result()[0] for sizes in judged)


def check(lean, out, path, accept):
    """Lets Lean judge a trace; returns how many events it has, and how many keys."""
    trace = Trace(path)
    if not trace.events:
        raise Failed(f"{path} has no events")
    with tempfile.TemporaryDirectory(dir=out) as place:
        file = pathlib.Path(place) / "Trace.lean"
        file.write_text(source(trace, accept), encoding="utf-8")
        said = lean.lean(out, file)
    if said.returncode or "'Trace.verdict' does not depend on any axioms" not in said.stdout:
        raise Failed(f"{path}: Lean does not confirm it:\n{said.stdout[:4000]}")
    return len(trace.events), len(trace.keys)
