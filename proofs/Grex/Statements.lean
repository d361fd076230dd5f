import Grex.Scheduler.Replay

/-! # What the theorems say, once more

Each is stated here in full and proved by the theorem of its name alone, so that a theorem cannot come to say
less without this file being changed. -/

set_option autoImplicit false

namespace Grex.Scheduler.Statements

/-- At most as many hold a lock as may: one, or as many as there are permits. -/
example : ∀ (permits : Nat → Nat) (s : State), Reach permits s → ∀ l : Lock,
    count l s.held ≤ (if l.tier = 1 then permits l.key else 1) :=
  fun _ _ r l => at_most_cap r l

/-- Two tasks never hold the lock of one pack path at once. -/
example : ∀ (permits : Nat → Nat) (s : State), Reach permits s → ∀ (path : Nat) (a b : Task),
    (⟨a, ⟨2, path⟩⟩ : Hold) ∈ s.held → (⟨b, ⟨2, path⟩⟩ : Hold) ∈ s.held → a = b :=
  fun _ _ r path _ _ ha hb => no_double_lock (path := path) r ha hb

/-- Nor any other lock that is no permit. -/
example : ∀ (permits : Nat → Nat) (s : State), Reach permits s → ∀ (l : Lock) (a b : Task), ¬ l.tier = 1 →
    (⟨a, l⟩ : Hold) ∈ s.held → (⟨b, l⟩ : Hold) ∈ s.held → a = b :=
  fun _ _ r _ _ _ m ha hb => no_double_hold r m ha hb

/-- Nobody who has a permit waits for a pack. -/
example : ∀ (permits : Nat → Nat) (s : State), Reach permits s → ∀ (t : Task) (path lane : Nat),
    (⟨t, ⟨2, path⟩⟩ : Hold) ∈ s.waiting → ¬ (⟨t, ⟨1, lane⟩⟩ : Hold) ∈ s.held :=
  fun _ _ r _ path lane w h => no_permit_waits (path := path) (lane := lane) r w h

/-- Whoever waits, waits on somebody who can be granted a lock or give one back. -/
example : ∀ (permits : Nat → Nat), (∀ k, 1 ≤ permits k) → ∀ s : State, Reach permits s → ∀ (t : Task) (l : Lock),
    (⟨t, l⟩ : Hold) ∈ s.waiting →
    ∃ u, WaitsOn s t u ∧ ∃ m, (∃ s', Step permits s (.grant u m) s') ∨ (∃ s', Step permits s (.release u m) s') :=
  fun _ any _ r _ _ w => progress any r w

/-- An accepted trace leads to a reachable state, and so does each beginning of it. -/
example : ∀ (permits : Nat → Nat) (a b : List Event), accepts permits (a ++ b) = true →
    ∃ s, run permits init a = some s ∧ Reach permits s :=
  fun _ _ _ h => accepts_sound (accepts_beginning h)

end Grex.Scheduler.Statements
