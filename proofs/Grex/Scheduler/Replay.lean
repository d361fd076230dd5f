import Grex.Scheduler.Progress

/-! # Does the protocol allow what was recorded?

`accepts` is a function that the kernel can compute. `scripts/check-proofs` turns what real runs have
recorded (`GREX_LOCK_TRACE`) into lists of events, and lets the kernel compute it. -/

set_option autoImplicit false

namespace Grex.Scheduler

/-- The state after an event, if the protocol allows that event. -/
def next (permits : Nat → Nat) (s : State) : Event → Option State
  | .request t l =>
    if Free s t ∧ all (notVerbOf t) s.waiting = true ∧ all (rises t l) s.held = true ∧ all (noPermit t l) s.held = true
    then some ⟨s.held, ⟨t, l⟩ :: s.waiting⟩ else none
  | .grant t l =>
    if has t l s.waiting = true ∧ count l s.held < cap permits l
    then some ⟨⟨t, l⟩ :: s.held, drop (ofTask t) s.waiting⟩ else none
  | .withdraw t l => if has t l s.waiting = true then some ⟨s.held, drop (ofTask t) s.waiting⟩ else none
  | .take t l =>
    if Free s t ∧ all (notVerbOf t) s.waiting = true ∧ all (mayTry t l) s.held = true ∧ count l s.held < cap permits l
    then some ⟨⟨t, l⟩ :: s.held, s.waiting⟩ else none
  | .refuse t l =>
    if Free s t ∧ all (notVerbOf t) s.waiting = true ∧ all (mayTry t l) s.held = true then some s else none
  | .release t l =>
    if Free s t ∧ has t l s.held = true then some ⟨drop (isHold t l) s.held, s.waiting⟩ else none
  | .crash p => some ⟨drop (ofProcess p) s.held, drop (ofProcess p) s.waiting⟩

/-- The state after a list of events. -/
def run (permits : Nat → Nat) : State → List Event → Option State
  | s, [] => some s
  | s, e :: es => match next permits s e with
    | some s' => run permits s' es
    | none => none

/-- Does the protocol allow this trace? -/
def accepts (permits : Nat → Nat) (trace : List Event) : Bool :=
  match run permits init trace with
  | some _ => true
  | none => false

/-! ## What acceptance means -/

theorem ite_some {c : Prop} {d : Decidable c} {A : Type} {x y : A} (h : (if c then some x else none) = some y) : c ∧ x = y :=
  match Decidable.em c with
  | .inl k => by rewrite [if_pos k] at h; exact ⟨k, Option.some.inj h⟩
  | .inr k => by rewrite [if_neg k] at h; exact nomatch h

theorem next_sound {permits : Nat → Nat} {s s' : State} : {e : Event} → next permits s e = some s' → Step permits s e s'
  | .request t l, h => match ite_some h with | ⟨⟨a, b, c, d⟩, e⟩ => by subst e; exact .request s t l a b c d
  | .grant t l, h => match ite_some h with | ⟨⟨a, b⟩, e⟩ => by subst e; exact .grant s t l a b
  | .withdraw t l, h => match ite_some h with | ⟨a, e⟩ => by subst e; exact .withdraw s t l a
  | .take t l, h => match ite_some h with | ⟨⟨a, b, c, d⟩, e⟩ => by subst e; exact .take s t l a b c d
  | .refuse t l, h => match ite_some h with | ⟨⟨a, b, c⟩, e⟩ => by subst e; exact .refuse s t l a b c
  | .release t l, h => match ite_some h with | ⟨⟨a, b⟩, e⟩ => by subst e; exact .release s t l a b
  | .crash p, h => match s', Option.some.inj h with | _, rfl => .crash s p

theorem run_sound {permits : Nat → Nat} : {s s' : State} → {trace : List Event} → Reach permits s →
    run permits s trace = some s' → Reach permits s'
  | _, _, [], r, h => by cases h; exact r
  | s, s', e :: es, r, h => by
    unfold run at h
    exact (match k : next permits s e, h with
      | some m, h => run_sound (.step r (next_sound k)) h)

/-- **An accepted trace is a run of the protocol**: it leads to a reachable state. -/
theorem accepts_sound {permits : Nat → Nat} {trace : List Event} (h : accepts permits trace = true) :
    ∃ s, run permits init trace = some s ∧ Reach permits s := by
  unfold accepts at h
  exact (match k : run permits init trace, h with
    | some s, _ => ⟨s, rfl, run_sound .init k⟩)

theorem run_some {permits : Nat → Nat} {s m : State} {e : Event} {es : List Event} (h : next permits s e = some m) :
    run permits s (e :: es) = run permits m es := by
  show (match next permits s e with
    | some s' => run permits s' es
    | none => none) = run permits m es
  rewrite [h]
  exact rfl

theorem run_none {permits : Nat → Nat} {s : State} {e : Event} {es : List Event} (h : next permits s e = none) :
    run permits s (e :: es) = none := by
  show (match next permits s e with
    | some s' => run permits s' es
    | none => none) = none
  rewrite [h]
  exact rfl

theorem run_split {permits : Nat → Nat} : {s e : State} → {a b : List Event} →
    run permits s (a ++ b) = some e → ∃ m, run permits s a = some m ∧ run permits m b = some e
  | s, _, [], _, h => ⟨s, rfl, h⟩
  | s, e, x :: a, b, h =>
    have h : run permits s (x :: (a ++ b)) = some e := h
    match k : next permits s x with
    | none => by rewrite [run_none k] at h; exact nomatch h
    | some m => by
      rewrite [run_some k] at h
      rewrite [run_some k]
      exact run_split h

/-- So does each beginning of it: what holds of reachable states holds all along. -/
theorem accepts_beginning {permits : Nat → Nat} {a b : List Event} (h : accepts permits (a ++ b) = true) :
    accepts permits a = true :=
  match accepts_sound h with
  | ⟨_, k, _⟩ => match run_split k with
    | ⟨m, k, _⟩ => by unfold accepts; rewrite [k]; exact rfl

/-- At no point of an accepted trace have two tasks the lock of one pack path. -/
theorem accepts_excludes {permits : Nat → Nat} {a b : List Event} (h : accepts permits (a ++ b) = true) {s : State}
    (k : run permits init a = some s) {path : Nat} {t u : Task}
    (ht : (⟨t, packLock path⟩ : Hold) ∈ s.held) (hu : (⟨u, packLock path⟩ : Hold) ∈ s.held) : t = u :=
  match accepts_sound (accepts_beginning h) with
  | ⟨_, k', r⟩ => by
    rewrite [k] at k'
    cases k'
    exact no_double_lock r ht hu

/-! ## Long traces, piece by piece

The script names the states between the pieces, and the kernel computes that each piece leads from one to the
next. That the script names the right ones need not be believed. -/

def sameHolds : List Hold → List Hold → Bool
  | [], [] => true
  | a :: as, b :: bs => isHold b.task b.lock a && sameHolds as bs
  | _, _ => false

/-- Does the piece lead from `s` to `e`? -/
def leadsTo (permits : Nat → Nat) (s : State) (piece : List Event) (e : State) : Bool :=
  match run permits s piece with
  | some m => if sameHolds m.held e.held = true then sameHolds m.waiting e.waiting else false
  | none => false

/-- Is the event against the rules in `s`? -/
def forbids (permits : Nat → Nat) (s : State) (e : Event) : Bool :=
  match next permits s e with
  | some _ => false
  | none => true

theorem Hold.eq_of {a b : Hold} (l : a.lock = b.lock) (t : a.task = b.task) : a = b :=
  match a, b, l, t with
  | ⟨_, _⟩, ⟨_, _⟩, rfl, rfl => rfl

theorem sameHolds_sound : {as bs : List Hold} → sameHolds as bs = true → as = bs
  | [], [], _ => rfl
  | a :: as, b :: bs, h => by
    have h : (isHold b.task b.lock a && sameHolds as bs) = true := h
    have e : isHold b.task b.lock a = true := and_left h
    rewrite [Hold.eq_of (Lock.eq_of (and_left e)) (Task.eq_of (and_right e)), sameHolds_sound (and_right h)]
    exact rfl
  | [], _ :: _, h => nomatch h
  | _ :: _, [], h => nomatch h

theorem leadsTo_sound {permits : Nat → Nat} {s e : State} {piece : List Event} (h : leadsTo permits s piece e = true) :
    run permits s piece = some e := by
  unfold leadsTo at h
  exact (match k : run permits s piece, h with
    | some m, h =>
      match Decidable.em (sameHolds m.held e.held = true) with
      | .inl y => by
        have h : (if sameHolds m.held e.held = true then sameHolds m.waiting e.waiting else false) = true := h
        rewrite [if_pos y] at h
        exact (match m, e, sameHolds_sound y, sameHolds_sound h with
          | ⟨_, _⟩, ⟨_, _⟩, rfl, rfl => rfl)
      | .inr n => by
        have h : (if sameHolds m.held e.held = true then sameHolds m.waiting e.waiting else false) = true := h
        rewrite [if_neg n] at h
        exact nomatch h)

theorem forbids_sound {permits : Nat → Nat} {s : State} {e : Event} (h : forbids permits s e = true) :
    next permits s e = none := by
  unfold forbids at h
  exact (match k : next permits s e, h with
    | none, _ => rfl)

theorem run_join {permits : Nat → Nat} : {s m e : State} → {a b : List Event} →
    run permits s a = some m → run permits m b = some e → run permits s (a ++ b) = some e
  | _, _, _, [], _, h, k => by cases h; exact k
  | s, m, e, x :: a, b, h, k =>
    match n : next permits s x with
    | none => by rewrite [run_none n] at h; exact nomatch h
    | some s' => by
      rewrite [run_some n] at h
      show run permits s (x :: (a ++ b)) = some e
      rewrite [run_some n]
      exact run_join h k

theorem accepts_of_run {permits : Nat → Nat} {trace : List Event} {s : State} (h : run permits init trace = some s) :
    accepts permits trace = true := by
  unfold accepts
  rewrite [h]
  exact rfl

/-- A trace is refused as soon as one event is. -/
theorem refused {permits : Nat → Nat} : {s m : State} → {a b : List Event} → {e : Event} →
    run permits s a = some m → next permits m e = none → run permits s (a ++ e :: b) = none
  | _, _, [], _, _, h, k => by cases h; exact run_none k
  | s, m, x :: a, b, e, h, k =>
    match n : next permits s x with
    | none => by rewrite [run_none n] at h; exact nomatch h
    | some s' => by
      rewrite [run_some n] at h
      show run permits s (x :: (a ++ e :: b)) = none
      rewrite [run_some n]
      exact refused h k

theorem accepts_not {permits : Nat → Nat} {trace : List Event} (h : run permits init trace = none) :
    accepts permits trace = false := by
  unfold accepts
  rewrite [h]
  exact rfl

end Grex.Scheduler
