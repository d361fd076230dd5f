/-!
# The lock protocol of grex, as a transition system

Each part says which Rust code it describes and what it leaves out. `docs/proofs.md` says what is
proved about it, and under which assumptions.
-/

set_option autoImplicit false

namespace Grex.Scheduler

/-! ## Who takes locks

A *task* is what holds locks and waits for them, one thing at a time: a verb (`ops::run`, unit 0), or
one of the units that work for it: a pack's turn in `engine::dispatcher`, or its install in
`engine::install::run` (units 1, 2, ...). A process may run several verbs at once (`grex serve`), so a
task is named by process, run and unit. It is the id in the trace: `4711.1.0`.

Left out: what tasks do apart from locking. -/

structure Task where
  process : Nat
  run : Nat
  unit : Nat

/-- Equality of tasks as the kernel computes it quickly. -/
def Task.is (a b : Task) : Bool := Nat.beq a.unit b.unit && Nat.beq a.run b.run && Nat.beq a.process b.process

/-- Is `c` a unit of the verb `v`? A unit has no units of its own. -/
def worksFor (c v : Task) : Bool :=
  Nat.beq v.unit 0 && !(Nat.beq c.unit 0) && Nat.beq c.run v.run && Nat.beq c.process v.process

abbrev WorksFor (c v : Task) : Prop := worksFor c v = true

/-! ## What is locked

A lock has a tier (`sys::lock::Tier`) and a key. In the program a key is text: for the tiers 0, 2, 3
and 4 the canonical path of what is locked, for permits the run and what is limited. Here it is a
number, one for each text. -/

structure Lock where
  tier : Nat
  key : Nat

def Lock.is (a b : Lock) : Bool := Nat.beq a.key b.key && Nat.beq a.tier b.tier

/-- Tier 0: a workspace, held by a verb that changes something. -/
def workspaceLock (path : Nat) : Lock := ⟨0, path⟩
/-- Tier 1: one of the permits of a run, or of one lane of it (this machine, a host). -/
def permitLock (lane : Nat) : Lock := ⟨1, lane⟩
/-- Tier 2: the pack at one path. -/
def packLock (path : Nat) : Lock := ⟨2, path⟩
/-- Tier 3: a file that several packs write. Git's own locks have this tier in the table of
`docs/proofs.md`; grex neither takes them nor waits for them, so they are not in the model. -/
def fileLock (path : Nat) : Lock := ⟨3, path⟩
/-- Tier 4: one write to the manifest or to the approvals. -/
def manifestLock (path : Nat) : Lock := ⟨4, path⟩

/-- How many tasks may hold a lock at once. Permits are counted, by `engine::scheduler::Limits`;
everything else is for one. -/
def cap (permits : Nat → Nat) (l : Lock) : Nat := if l.tier = 1 then permits l.key else 1

/-! ## States -/

/-- A task together with a lock that it holds, or that it waits for. -/
structure Hold where
  task : Task
  lock : Lock

structure State where
  held : List Hold
  waiting : List Hold

/-- Nobody holds anything. -/
def init : State := ⟨[], []⟩

/-- How many hold `l`. -/
def count (l : Lock) : List Hold → Nat
  | [] => 0
  | h :: hs => match h.lock.is l with
    | true => count l hs + 1
    | false => count l hs

/-- The list without what `p` picks. -/
def drop (p : Hold → Bool) : List Hold → List Hold
  | [] => []
  | h :: hs => match p h with
    | true => drop p hs
    | false => h :: drop p hs

/-- Does `p` say yes to all of the list? -/
def all (p : Hold → Bool) : List Hold → Bool
  | [] => true
  | h :: hs => match p h with
    | true => all p hs
    | false => false

def ofTask (t : Task) (h : Hold) : Bool := h.task.is t
def ofProcess (p : Nat) (h : Hold) : Bool := Nat.beq h.task.process p
def isHold (t : Task) (l : Lock) (h : Hold) : Bool := h.lock.is l && h.task.is t

/-- Is `t` with `l` in the list? -/
def has (t : Task) (l : Lock) : List Hold → Bool
  | [] => false
  | h :: hs => match isHold t l h with
    | true => true
    | false => has t l hs

/-! ## The rules -/

def notOf (t : Task) (h : Hold) : Bool := !(h.task.is t)
def notUnitOf (t : Task) (h : Hold) : Bool := !(worksFor h.task t)
def notVerbOf (t : Task) (h : Hold) : Bool := !(worksFor t h.task)

/-- `t` is at work itself: it waits for no lock, and none of its units is at work. A verb that has
units at work does nothing but wait for them to end (`dispatcher::Dispatcher::run`). -/
abbrev Free (s : State) (t : Task) : Prop :=
  all (notOf t) s.waiting = true ∧ all (notUnitOf t) s.held = true ∧ all (notUnitOf t) s.waiting = true

/-- Rule for waiting: what `t` has, and what its verb has, is of a lower tier than `l`. -/
def rises (t : Task) (l : Lock) (h : Hold) : Bool :=
  match h.task.is t || worksFor t h.task with
  | true => decide (h.lock.tier < l.tier)
  | false => true

/-- Rule for waiting: nobody waits for a pack who has a permit (`unit::holding_pack` and
`transaction::install` only try, and go back into the queue). -/
def noPermit (t : Task) (l : Lock) (h : Hold) : Bool :=
  !(Nat.beq l.tier 2 && Nat.beq h.lock.tier 1 && h.task.is t)

/-- Rule for trying: as `rises`, but other locks of the same tier may be there, as in
`sys::lock::hold_all`. -/
def mayTry (t : Task) (l : Lock) (h : Hold) : Bool :=
  match h.task.is t, worksFor t h.task with
  | true, _ => decide (h.lock.tier ≤ l.tier) && !(h.lock.is l)
  | false, true => decide (h.lock.tier < l.tier)
  | false, false => true

/-! ## Events, and the steps that the protocol allows

* `request`, `grant`, `withdraw`: a task begins to wait; its wait ends with the lock, or without (the
  time is over, the run is cancelled, or `hold_all` begins another round, in which it tries). Waiting
  is asking again and again (`sys::lock::hold_all`), or standing in the queue of
  `engine::scheduler::Scheduler`, which is how all permits are had.
* `take`, `refuse`: a task tries, and has the lock or not. Nothing is said about when it may be
  refused: a `doctor` that looks at a lock is in the way for a moment too.
* `release`: a lock is given back, or ends because the directory that it is about is moved away.
* `crash`: a process ends at any point, whatever it holds; the system takes its locks.

Left out: time, fairness, and the order in which those who wait come to their turn. -/

inductive Event where
  | request (t : Task) (l : Lock)
  | grant (t : Task) (l : Lock)
  | withdraw (t : Task) (l : Lock)
  | take (t : Task) (l : Lock)
  | refuse (t : Task) (l : Lock)
  | release (t : Task) (l : Lock)
  | crash (process : Nat)

inductive Step (permits : Nat → Nat) : State → Event → State → Prop where
  | request (s : State) (t : Task) (l : Lock)
      (free : Free s t) (verb : all (notVerbOf t) s.waiting = true)
      (order : all (rises t l) s.held = true) (permit : all (noPermit t l) s.held = true) :
      Step permits s (.request t l) ⟨s.held, ⟨t, l⟩ :: s.waiting⟩
  | grant (s : State) (t : Task) (l : Lock)
      (asked : has t l s.waiting = true) (room : count l s.held < cap permits l) :
      Step permits s (.grant t l) ⟨⟨t, l⟩ :: s.held, drop (ofTask t) s.waiting⟩
  | withdraw (s : State) (t : Task) (l : Lock) (asked : has t l s.waiting = true) :
      Step permits s (.withdraw t l) ⟨s.held, drop (ofTask t) s.waiting⟩
  | take (s : State) (t : Task) (l : Lock)
      (free : Free s t) (verb : all (notVerbOf t) s.waiting = true)
      (order : all (mayTry t l) s.held = true) (room : count l s.held < cap permits l) :
      Step permits s (.take t l) ⟨⟨t, l⟩ :: s.held, s.waiting⟩
  | refuse (s : State) (t : Task) (l : Lock)
      (free : Free s t) (verb : all (notVerbOf t) s.waiting = true)
      (order : all (mayTry t l) s.held = true) :
      Step permits s (.refuse t l) s
  | release (s : State) (t : Task) (l : Lock)
      (free : Free s t) (holds : has t l s.held = true) :
      Step permits s (.release t l) ⟨drop (isHold t l) s.held, s.waiting⟩
  | crash (s : State) (p : Nat) :
      Step permits s (.crash p) ⟨drop (ofProcess p) s.held, drop (ofProcess p) s.waiting⟩

/-- The states that a run can be in, whatever its processes do. -/
inductive Reach (permits : Nat → Nat) : State → Prop where
  | init : Reach permits init
  | step {s s' : State} {e : Event} : Reach permits s → Step permits s e s' → Reach permits s'

end Grex.Scheduler
