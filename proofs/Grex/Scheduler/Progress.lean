import Grex.Scheduler.Safety

/-! # Nobody waits for ever because of the others' waiting

A deadlock is a set of tasks each of which waits for another one of the set. `progress` excludes it:
whoever waits for a lock, going from each task to one that it waits for leads to a task that can go on.

It does not say that a task that can go on does, nor that the one who waits is the one to get the lock
when it is given back: fairness is not in the model. -/

set_option autoImplicit false

namespace Grex.Scheduler

/-- `t` cannot go on before `u` does: directly, or through others, or because they are the same. -/
inductive WaitsOn (s : State) : Task → Task → Prop where
  | self (t : Task) : WaitsOn s t t
  /-- `t` waits for a lock that `u` holds. -/
  | holder {t u w : Task} {l : Lock} : (⟨t, l⟩ : Hold) ∈ s.waiting → (⟨u, l⟩ : Hold) ∈ s.held → WaitsOn s u w → WaitsOn s t w
  /-- `t` is a verb and waits for its unit `c`, which holds a lock. -/
  | holdingUnit {t c w : Task} {m : Lock} : WorksFor c t → (⟨c, m⟩ : Hold) ∈ s.held → WaitsOn s c w → WaitsOn s t w
  /-- `t` is a verb and waits for its unit `c`, which waits for a lock. -/
  | waitingUnit {t c w : Task} {m : Lock} : WorksFor c t → (⟨c, m⟩ : Hold) ∈ s.waiting → WaitsOn s c w → WaitsOn s t w

/-- `u` can go on: the lock that it waits for is to be had, or it can give one back. Neither giving
up nor crashing counts. -/
def CanGoOn (permits : Nat → Nat) (s : State) (u : Task) : Prop :=
  ∃ l, (∃ s', Step permits s (.grant u l) s') ∨ (∃ s', Step permits s (.release u l) s')

/-! ## What a task that holds something may be waiting for -/

theorem is_of {u : Task} {h : Hold} (n : ¬ notOf u h = true) : h.task = u := Task.eq_of (true_of_not n)

/-- It waits for a lock, or it has a unit that holds or waits, or it is free. -/
theorem free_or (s : State) (u : Task) :
    Free s u ∨ (∃ m, (⟨u, m⟩ : Hold) ∈ s.waiting) ∨
      (∃ c, WorksFor c u ∧ ((∃ m, (⟨c, m⟩ : Hold) ∈ s.held) ∨ (∃ m, (⟨c, m⟩ : Hold) ∈ s.waiting))) :=
  match all_or (notOf u) s.waiting with
  | .inr ⟨⟨t, m⟩, mem, no⟩ => .inr (.inl ⟨m, by
      have e : t = u := is_of no
      subst e
      exact mem⟩)
  | .inl idle =>
    match all_or (notUnitOf u) s.held with
    | .inr ⟨⟨c, m⟩, mem, no⟩ => .inr (.inr ⟨c, true_of_not no, .inl ⟨m, mem⟩⟩)
    | .inl held =>
      match all_or (notUnitOf u) s.waiting with
      | .inr ⟨⟨c, m⟩, mem, no⟩ => .inr (.inr ⟨c, true_of_not no, .inr ⟨m, mem⟩⟩)
      | .inl waiting => .inl ⟨idle, held, waiting⟩

theorem free_of_unit {s : State} {c v : Task} (w : WorksFor c v) (idle : all (notOf c) s.waiting = true) : Free s c :=
  have none : ∀ hs, all (notUnitOf c) hs = true := fun hs =>
    match all_or (notUnitOf c) hs with
    | .inl a => a
    | .inr ⟨_, _, no⟩ => absurd (is_verb (true_of_not no)) (is_unit w)
  ⟨idle, none _, none _⟩

theorem can_release {permits : Nat → Nat} {s : State} {u : Task} {l : Lock} (free : Free s u)
    (h : (⟨u, l⟩ : Hold) ∈ s.held) : CanGoOn permits s u :=
  ⟨l, .inr ⟨_, .release s u l free (has_of_mem h)⟩⟩

/-! ## The way to a task that can go on

From a wait on one tier the way leads to a wait on a higher one, or ends. `n` is how many tiers may be
above. -/

theorem progress_within {permits : Nat → Nat} (any : ∀ k, 1 ≤ permits k) {s : State} (i : Inv permits s) :
    (n : Nat) → {t : Task} → {l : Lock} → (⟨t, l⟩ : Hold) ∈ s.waiting →
    (∀ h, h ∈ s.waiting → h.lock.tier ≤ l.tier + n) → ∃ u, WaitsOn s t u ∧ CanGoOn permits s u
  | n, t, l, w, top =>
    -- A wait on a higher tier is nearer to the end.
    have higher : ∀ {c : Task} {m : Lock}, (⟨c, m⟩ : Hold) ∈ s.waiting → l.tier < m.tier →
        ∃ u, WaitsOn s c u ∧ CanGoOn permits s u := fun {c m} w' lt =>
      match n, top with
      | 0, top => absurd lt (Nat.not_lt_of_le (top _ w'))
      | .succ n, top => progress_within any i n w' (fun h mem =>
          Nat.le_trans (top h mem) (by
            have le : Nat.succ l.tier + n ≤ m.tier + n := plus_le_plus lt n
            rewrite [succ_plus] at le
            exact le))
    match Decidable.em (count l s.held < cap permits l) with
    | .inl room => ⟨t, .self t, l, .inl ⟨_, .grant s t l (has_of_mem w) room⟩⟩
    | .inr full =>
      have held : 1 ≤ count l s.held := Nat.le_trans (one_le_cap any l) (Nat.le_of_not_lt full)
      match mem_of_count held with
      | ⟨u, hu⟩ =>
        match free_or s u with
        | .inl free => ⟨u, .holder w hu (.self u), can_release free hu⟩
        | .inr (.inl ⟨m, w'⟩) =>
          match higher w' (i.order u l m hu w') with
          | ⟨x, way, go⟩ => ⟨x, .holder w hu way, go⟩
        | .inr (.inr ⟨c, f, .inr ⟨m, w'⟩⟩) =>
          match higher w' (i.familyWaits c u l m f hu w') with
          | ⟨x, way, go⟩ => ⟨x, .holder w hu (.waitingUnit f w' way), go⟩
        | .inr (.inr ⟨c, f, .inl ⟨m, hc⟩⟩) =>
          match all_or (notOf c) s.waiting with
          | .inl idle => ⟨c, .holder w hu (.holdingUnit f hc (.self c)), can_release (free_of_unit f idle) hc⟩
          | .inr ⟨⟨c', k⟩, w', no⟩ =>
            have e : c' = c := is_of no
            have w' : (⟨c, k⟩ : Hold) ∈ s.waiting := by rewrite [← e]; exact w'
            match higher w' (i.familyWaits c u l k f hu w') with
            | ⟨x, way, go⟩ => ⟨x, .holder w hu (.holdingUnit f hc way), go⟩
where
  one_le_cap {permits : Nat → Nat} (any : ∀ k, 1 ≤ permits k) (l : Lock) : 1 ≤ cap permits l :=
    match Decidable.em (l.tier = 1) with
    | .inl e => by unfold cap; rewrite [if_pos e]; exact any l.key
    | .inr e => by unfold cap; rewrite [if_neg e]; exact Nat.le.refl

/-- **No deadlock.** Whoever waits for a lock waits, directly or through others, on a task that can go
on, as long as every run has a permit at all. -/
theorem progress {permits : Nat → Nat} (any : ∀ k, 1 ≤ permits k) {s : State} (r : Reach permits s)
    {t : Task} {l : Lock} (w : (⟨t, l⟩ : Hold) ∈ s.waiting) : ∃ u, WaitsOn s t u ∧ CanGoOn permits s u :=
  match exists_bound s.waiting with
  | ⟨n, top⟩ => progress_within any (inv_reach r) n w (fun h m => Nat.le_trans (top h m) (le_plus l.tier n))

end Grex.Scheduler
