import Grex.Scheduler.Lists

/-! # What every reachable state satisfies -/

set_option autoImplicit false

namespace Grex.Scheduler

/-! ## What the rules say about single holds -/

theorem not_of {t : Task} {h : Hold} (n : notOf t h = true) : ¬ h.task = t :=
  fun e => false_of_not n (by rewrite [e]; exact Task.is_self t)

theorem not_unit {t : Task} {h : Hold} (n : notUnitOf t h = true) : ¬ WorksFor h.task t := false_of_not n
theorem not_verb {t : Task} {h : Hold} (n : notVerbOf t h = true) : ¬ WorksFor t h.task := false_of_not n

theorem no_permit {t : Task} {l : Lock} {h : Hold} (n : noPermit t l h = true) (two : l.tier = 2) (e : h.task = t) :
    ¬ h.lock.tier = 1 := fun one =>
  false_of_not n (and_both (and_both (by rewrite [two]; exact rfl) (by rewrite [one]; exact rfl))
    (by rewrite [e]; exact Task.is_self t))

theorem is_verb {c v : Task} (w : WorksFor c v) : Nat.beq v.unit 0 = true := and_left (and_left (and_left w))
theorem is_unit {c v : Task} (w : WorksFor c v) : ¬ Nat.beq c.unit 0 = true :=
  false_of_not (and_right (and_left (and_left w)))

theorem not_self {t : Task} (w : WorksFor t t) : False := is_unit w (is_verb w)

theorem lower_of_rises {t : Task} {l : Lock} {h : Hold} (r : rises t l h = true)
    (own : h.task = t ∨ WorksFor t h.task) : h.lock.tier < l.tier := by
  have e : (h.task.is t || worksFor t h.task) = true := (match own with
    | .inl e => or_left (by rewrite [e]; exact Task.is_self t)
    | .inr w => or_right w)
  unfold rises at r
  rewrite [e] at r
  exact of_decide_eq_true r

theorem lower_of_mayTry {t : Task} {l : Lock} {h : Hold} (r : mayTry t l h = true)
    (w : WorksFor t h.task) : h.lock.tier < l.tier := by
  have e : h.task.is t = false := not_true (fun k => not_self (by rewrite [Task.eq_of k] at w; exact w))
  unfold mayTry at r
  rewrite [e, w] at r
  exact of_decide_eq_true r

theorem ofTask_self (t : Task) (l : Lock) : ofTask t ⟨t, l⟩ = true := Task.is_self t

/-! ## The invariant -/

structure Inv (permits : Nat → Nat) (s : State) : Prop where
  /-- No lock has more holders than it may have. -/
  bound : ∀ l, count l s.held ≤ cap permits l
  /-- Who waits holds only what is of a lower tier. -/
  order : ∀ t l m, (⟨t, l⟩ : Hold) ∈ s.held → (⟨t, m⟩ : Hold) ∈ s.waiting → l.tier < m.tier
  /-- Who waits for a pack holds no permit. -/
  permit : ∀ t l m, (⟨t, l⟩ : Hold) ∈ s.held → (⟨t, m⟩ : Hold) ∈ s.waiting → m.tier = 2 → ¬ l.tier = 1
  /-- What a unit holds is of a higher tier than what its verb holds. -/
  family : ∀ c v l m, WorksFor c v → (⟨v, l⟩ : Hold) ∈ s.held → (⟨c, m⟩ : Hold) ∈ s.held → l.tier < m.tier
  /-- So is what it waits for. -/
  familyWaits : ∀ c v l m, WorksFor c v → (⟨v, l⟩ : Hold) ∈ s.held → (⟨c, m⟩ : Hold) ∈ s.waiting → l.tier < m.tier
  /-- A verb that waits for a lock has no unit that holds anything. -/
  alone : ∀ c v l m, WorksFor c v → (⟨v, l⟩ : Hold) ∈ s.waiting → (⟨c, m⟩ : Hold) ∈ s.held → False
  /-- Nor one that waits for anything. -/
  aloneWaits : ∀ c v l m, WorksFor c v → (⟨v, l⟩ : Hold) ∈ s.waiting → (⟨c, m⟩ : Hold) ∈ s.waiting → False

/-- Steps that only take entries away keep it. -/
theorem Inv.less {permits : Nat → Nat} {s s' : State} (i : Inv permits s)
    (fewer : ∀ l, count l s'.held ≤ count l s.held)
    (held : ∀ h, h ∈ s'.held → h ∈ s.held) (waiting : ∀ h, h ∈ s'.waiting → h ∈ s.waiting) : Inv permits s' where
  bound l := Nat.le_trans (fewer l) (i.bound l)
  order t l m h w := i.order t l m (held _ h) (waiting _ w)
  permit t l m h w := i.permit t l m (held _ h) (waiting _ w)
  family c v l m k h w := i.family c v l m k (held _ h) (held _ w)
  familyWaits c v l m k h w := i.familyWaits c v l m k (held _ h) (waiting _ w)
  alone c v l m k h w := i.alone c v l m k (waiting _ h) (held _ w)
  aloneWaits c v l m k h w := i.aloneWaits c v l m k (waiting _ h) (waiting _ w)

theorem bound_cons {permits : Nat → Nat} {t : Task} {l : Lock} {hs : List Hold}
    (bound : ∀ k, count k hs ≤ cap permits k) (room : count l hs < cap permits l) (k : Lock) :
    count k (⟨t, l⟩ :: hs) ≤ cap permits k :=
  match Decidable.em (l = k) with
  | .inl e => by
    subst e
    rewrite [count_new]
    exact room
  | .inr e => by
    rewrite [count_other (h := ⟨t, l⟩) e]
    exact bound k

theorem inv_request {permits : Nat → Nat} {s : State} {t : Task} {l : Lock} (i : Inv permits s) (free : Free s t)
    (verb : all (notVerbOf t) s.waiting = true)
    (order : all (rises t l) s.held = true) (permit : all (noPermit t l) s.held = true) :
    Inv permits ⟨s.held, ⟨t, l⟩ :: s.waiting⟩ where
  bound := i.bound
  order := fun t' k m h w => match w with
    | .head _ => lower_of_rises (of_all order h) (.inl rfl)
    | .tail _ w => i.order t' k m h w
  permit := fun t' k m h w two => match w with
    | .head _ => no_permit (of_all permit h) two rfl
    | .tail _ w => i.permit t' k m h w two
  family := i.family
  familyWaits := fun c v k m f h w => match w with
    | .head _ => lower_of_rises (of_all order h) (.inr f)
    | .tail _ w => i.familyWaits c v k m f h w
  alone := fun c v k m f w h => match w with
    | .head _ => not_unit (of_all free.2.1 h) f
    | .tail _ w => i.alone c v k m f w h
  aloneWaits := fun c v k m f w x => match w with
    | .head _ => match x with
      | .head _ => not_self f
      | .tail _ x => not_unit (of_all free.2.2 x) f
    | .tail _ w => match x with
      | .head _ => not_verb (of_all verb w) f
      | .tail _ x => i.aloneWaits c v k m f w x

theorem inv_grant {permits : Nat → Nat} {s : State} {t : Task} {l : Lock} (i : Inv permits s)
    (asked : (⟨t, l⟩ : Hold) ∈ s.waiting) (room : count l s.held < cap permits l) :
    Inv permits ⟨⟨t, l⟩ :: s.held, drop (ofTask t) s.waiting⟩ where
  bound := bound_cons i.bound room
  order := fun t' k m h w => match h with
    | .head _ => absurd (ofTask_self _ m) (mem_drop w).2
    | .tail _ h => i.order t' k m h (mem_drop w).1
  permit := fun t' k m h w two => match h with
    | .head _ => absurd (ofTask_self _ m) (mem_drop w).2
    | .tail _ h => i.permit t' k m h (mem_drop w).1 two
  family := fun c v k m f hv hc => match hv with
    | .head _ => match hc with
      | .head _ => (not_self f).elim
      | .tail _ hc => (i.alone c _ _ m f asked hc).elim
    | .tail _ hv => match hc with
      | .head _ => i.familyWaits _ v k _ f hv asked
      | .tail _ hc => i.family c v k m f hv hc
  familyWaits := fun c v k m f h w => match h with
    | .head _ => (i.aloneWaits c _ _ m f asked (mem_drop w).1).elim
    | .tail _ h => i.familyWaits c v k m f h (mem_drop w).1
  alone := fun c v k m f w h => match h with
    | .head _ => i.aloneWaits _ v k _ f (mem_drop w).1 asked
    | .tail _ h => i.alone c v k m f (mem_drop w).1 h
  aloneWaits := fun c v k m f w x => i.aloneWaits c v k m f (mem_drop w).1 (mem_drop x).1

theorem inv_take {permits : Nat → Nat} {s : State} {t : Task} {l : Lock} (i : Inv permits s) (free : Free s t)
    (verb : all (notVerbOf t) s.waiting = true) (order : all (mayTry t l) s.held = true)
    (room : count l s.held < cap permits l) : Inv permits ⟨⟨t, l⟩ :: s.held, s.waiting⟩ where
  bound := bound_cons i.bound room
  order := fun t' k m h w => match h with
    | .head _ => (not_of (of_all free.1 w) rfl).elim
    | .tail _ h => i.order t' k m h w
  permit := fun t' k m h w two => match h with
    | .head _ => (not_of (of_all free.1 w) rfl).elim
    | .tail _ h => i.permit t' k m h w two
  family := fun c v k m f hv hc => match hv with
    | .head _ => match hc with
      | .head _ => (not_self f).elim
      | .tail _ hc => absurd f (not_unit (of_all free.2.1 hc))
    | .tail _ hv => match hc with
      | .head _ => lower_of_mayTry (of_all order hv) f
      | .tail _ hc => i.family c v k m f hv hc
  familyWaits := fun c v k m f h w => match h with
    | .head _ => absurd f (not_unit (of_all free.2.2 w))
    | .tail _ h => i.familyWaits c v k m f h w
  alone := fun c v k m f w h => match h with
    | .head _ => absurd f (not_verb (of_all verb w))
    | .tail _ h => i.alone c v k m f w h
  aloneWaits := i.aloneWaits

theorem inv_step {permits : Nat → Nat} {s s' : State} {e : Event} (i : Inv permits s) : Step permits s e s' → Inv permits s'
  | .request _ _ _ free verb order permit => inv_request i free verb order permit
  | .grant _ _ _ asked room => inv_grant i (mem_of_has asked) room
  | .withdraw _ _ _ _ => i.less (fun _ => Nat.le.refl) (fun _ h => h) (fun _ w => (mem_drop w).1)
  | .take _ _ _ free verb order room => inv_take i free verb order room
  | .refuse _ _ _ _ _ _ => i
  | .release _ _ _ _ _ => i.less (fun l => count_drop _ l _) (fun _ h => (mem_drop h).1) (fun _ w => w)
  | .crash _ _ => i.less (fun l => count_drop _ l _) (fun _ h => (mem_drop h).1) (fun _ w => (mem_drop w).1)

theorem inv_init (permits : Nat → Nat) : Inv permits init where
  bound _ := Nat.zero_le _
  order _ _ _ m _ := nomatch m
  permit _ _ _ m _ := nomatch m
  family _ _ _ _ _ m _ := nomatch m
  familyWaits _ _ _ _ _ m _ := nomatch m
  alone _ _ _ _ _ m _ := nomatch m
  aloneWaits _ _ _ _ _ m _ := nomatch m

theorem inv_reach {permits : Nat → Nat} {s : State} : Reach permits s → Inv permits s
  | .init => inv_init permits
  | .step r st => inv_step (inv_reach r) st

/-! ## The theorems -/

/-- No lock ever has more holders than it may have: one, or for permits as many as there are. -/
theorem at_most_cap {permits : Nat → Nat} {s : State} (r : Reach permits s) (l : Lock) :
    count l s.held ≤ cap permits l := (inv_reach r).bound l

/-- Two tasks never hold one lock at once, unless it is a permit. -/
theorem no_double_hold {permits : Nat → Nat} {s : State} (r : Reach permits s) {l : Lock} (mutex : ¬ l.tier = 1)
    {a b : Task} (ha : (⟨a, l⟩ : Hold) ∈ s.held) (hb : (⟨b, l⟩ : Hold) ∈ s.held) : a = b :=
  match Decidable.em (a = b) with
  | .inl e => e
  | .inr ne =>
    have one : cap permits l = 1 := if_neg mutex
    (Nat.not_succ_le_self 1
      (Nat.le_trans (two_le_count ne ha hb) (by rewrite [← one]; exact at_most_cap r l))).elim

/-- **Two tasks never hold the lock of one pack path at once**, in one process or in several. -/
theorem no_double_lock {permits : Nat → Nat} {s : State} (r : Reach permits s) {path : Nat}
    {a b : Task} (ha : (⟨a, packLock path⟩ : Hold) ∈ s.held) (hb : (⟨b, packLock path⟩ : Hold) ∈ s.held) : a = b :=
  no_double_hold (l := packLock path) r (show ¬ 2 = 1 by decide) ha hb

/-- Who waits for a pack holds no permit: packs that others hold never use up the permits of a run. -/
theorem no_permit_waits {permits : Nat → Nat} {s : State} (r : Reach permits s) {t : Task} {path lane : Nat}
    (w : (⟨t, packLock path⟩ : Hold) ∈ s.waiting) (h : (⟨t, permitLock lane⟩ : Hold) ∈ s.held) : False :=
  (inv_reach r).permit t _ _ h w rfl rfl

end Grex.Scheduler
