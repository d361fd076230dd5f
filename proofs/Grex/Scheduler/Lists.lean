import Grex.Scheduler.Model

/-! # What the functions on lists of holds do

Nothing here is about the protocol. -/

set_option autoImplicit false

namespace Grex.Scheduler

/-! ## Truth values -/

theorem not_true {b : Bool} (n : ¬ b = true) : b = false :=
  match b, n with
  | false, _ => rfl
  | true, n => absurd rfl n

theorem false_of_not {b : Bool} (h : (!b) = true) : ¬ b = true :=
  match b, h with
  | false, _ => fun k => nomatch k

theorem true_of_not {b : Bool} (h : ¬ (!b) = true) : b = true :=
  match b, h with
  | true, _ => rfl
  | false, h => absurd rfl h

theorem and_left {a b : Bool} (h : (a && b) = true) : a = true :=
  match a, h with
  | true, _ => rfl

theorem and_right {a b : Bool} (h : (a && b) = true) : b = true :=
  match a, h with
  | true, h => h

theorem and_both {a b : Bool} (h : a = true) (k : b = true) : (a && b) = true := by
  rewrite [h, k]
  exact rfl

theorem or_left {a b : Bool} (h : a = true) : (a || b) = true := by
  rewrite [h]
  exact rfl

theorem or_right {a b : Bool} (h : b = true) : (a || b) = true :=
  match a, h with
  | true, _ => rfl
  | false, h => h

/-! ## Equality -/

theorem beq_same : (n : Nat) → Nat.beq n n = true
  | 0 => rfl
  | .succ n => beq_same n

theorem same_of_beq : {n m : Nat} → Nat.beq n m = true → n = m
  | 0, 0, _ => rfl
  | 0, .succ _, h => nomatch (show false = true from h)
  | .succ _, 0, h => nomatch (show false = true from h)
  | .succ n, .succ m, h => congrArg Nat.succ (same_of_beq (n := n) (m := m) h)

theorem Task.is_self (t : Task) : t.is t = true := and_both (and_both (beq_same _) (beq_same _)) (beq_same _)

theorem Task.eq_of {a b : Task} (h : a.is b = true) : a = b :=
  match a, b, same_of_beq (and_right h), same_of_beq (and_right (and_left h)), same_of_beq (and_left (and_left h)) with
  | ⟨_, _, _⟩, ⟨_, _, _⟩, rfl, rfl, rfl => rfl

theorem Lock.is_self (l : Lock) : l.is l = true := and_both (beq_same _) (beq_same _)

theorem Lock.eq_of {a b : Lock} (h : a.is b = true) : a = b :=
  match a, b, same_of_beq (and_right h), same_of_beq (and_left h) with
  | ⟨_, _⟩, ⟨_, _⟩, rfl, rfl => rfl

instance : DecidableEq Task := fun a b =>
  match k : a.is b with
  | true => isTrue (Task.eq_of k)
  | false => isFalse (fun e => by
      rewrite [e, Task.is_self] at k
      exact nomatch k)

instance : DecidableEq Lock := fun a b =>
  match k : a.is b with
  | true => isTrue (Lock.eq_of k)
  | false => isFalse (fun e => by
      rewrite [e, Lock.is_self] at k
      exact nomatch k)

/-! ## Lists -/

theorem count_same {l : Lock} {h : Hold} {hs : List Hold} (e : h.lock = l) : count l (h :: hs) = count l hs + 1 := by
  show (match h.lock.is l with
    | true => count l hs + 1
    | false => count l hs) = _
  rewrite [e, Lock.is_self]
  exact rfl

theorem count_other {l : Lock} {h : Hold} {hs : List Hold} (e : ¬ h.lock = l) : count l (h :: hs) = count l hs := by
  show (match h.lock.is l with
    | true => count l hs + 1
    | false => count l hs) = _
  rewrite [not_true (fun k => e (Lock.eq_of k))]
  exact rfl

theorem count_new (t : Task) (l : Lock) (hs : List Hold) : count l (⟨t, l⟩ :: hs) = count l hs + 1 := count_same rfl

theorem count_le_cons (l : Lock) (h : Hold) (hs : List Hold) : count l hs ≤ count l (h :: hs) :=
  match Decidable.em (h.lock = l) with
  | .inl e => by rewrite [count_same e]; exact Nat.le.step Nat.le.refl
  | .inr e => by rewrite [count_other e]; exact Nat.le.refl

theorem drop_yes {p : Hold → Bool} {h : Hold} {hs : List Hold} (e : p h = true) : drop p (h :: hs) = drop p hs := by
  show (match p h with
    | true => drop p hs
    | false => h :: drop p hs) = _
  rewrite [e]
  exact rfl

theorem drop_no {p : Hold → Bool} {h : Hold} {hs : List Hold} (e : ¬ p h = true) : drop p (h :: hs) = h :: drop p hs := by
  show (match p h with
    | true => drop p hs
    | false => h :: drop p hs) = _
  rewrite [not_true e]
  exact rfl

theorem count_drop (p : Hold → Bool) (l : Lock) : (hs : List Hold) → count l (drop p hs) ≤ count l hs
  | [] => Nat.le.refl
  | h :: hs =>
    match Decidable.em (p h = true) with
    | .inl e => by
      rewrite [drop_yes e]
      exact Nat.le_trans (count_drop p l hs) (count_le_cons l h hs)
    | .inr e => by
      rewrite [drop_no e]
      exact (match Decidable.em (h.lock = l) with
        | .inl k => by
          rewrite [count_same k, count_same k]
          exact Nat.succ_le_succ (count_drop p l hs)
        | .inr k => by
          rewrite [count_other k, count_other k]
          exact count_drop p l hs)

theorem mem_drop {p : Hold → Bool} {x : Hold} : {hs : List Hold} → x ∈ drop p hs → x ∈ hs ∧ ¬ p x = true
  | [], m => nomatch m
  | h :: hs, m =>
    match Decidable.em (p h = true) with
    | .inl e => by
      rewrite [drop_yes e] at m
      exact ⟨.tail h (mem_drop m).1, (mem_drop m).2⟩
    | .inr e => by
      rewrite [drop_no e] at m
      exact (match m with
        | .head _ => ⟨.head _, e⟩
        | .tail _ k => ⟨.tail h (mem_drop k).1, (mem_drop k).2⟩)

theorem all_yes {p : Hold → Bool} {h : Hold} {hs : List Hold} (e : p h = true) : all p (h :: hs) = all p hs := by
  show (match p h with
    | true => all p hs
    | false => false) = _
  rewrite [e]
  exact rfl

theorem all_no {p : Hold → Bool} {h : Hold} {hs : List Hold} (e : ¬ p h = true) : all p (h :: hs) = false := by
  show (match p h with
    | true => all p hs
    | false => false) = _
  rewrite [not_true e]
  exact rfl

/-- What holds of all holds of each. -/
theorem of_all {p : Hold → Bool} {x : Hold} : {hs : List Hold} → all p hs = true → x ∈ hs → p x = true
  | h :: hs, a, m =>
    match Decidable.em (p h = true) with
    | .inl e => by
      rewrite [all_yes e] at a
      exact (match m with
        | .head _ => e
        | .tail _ k => of_all a k)
    | .inr e => by
      rewrite [all_no e] at a
      exact nomatch a

/-- If it does not hold of all, there is one. -/
theorem all_or (p : Hold → Bool) : (hs : List Hold) → all p hs = true ∨ ∃ x, x ∈ hs ∧ ¬ p x = true
  | [] => .inl rfl
  | h :: hs =>
    match Decidable.em (p h = true) with
    | .inr e => .inr ⟨h, .head _, e⟩
    | .inl e =>
      match all_or p hs with
      | .inl a => .inl (by rewrite [all_yes e]; exact a)
      | .inr ⟨x, m, n⟩ => .inr ⟨x, .tail h m, n⟩

theorem has_yes {t : Task} {l : Lock} {h : Hold} {hs : List Hold} (e : isHold t l h = true) : has t l (h :: hs) = true := by
  show (match isHold t l h with
    | true => true
    | false => has t l hs) = _
  rewrite [e]
  exact rfl

theorem has_no {t : Task} {l : Lock} {h : Hold} {hs : List Hold} (e : ¬ isHold t l h = true) :
    has t l (h :: hs) = has t l hs := by
  show (match isHold t l h with
    | true => true
    | false => has t l hs) = _
  rewrite [not_true e]
  exact rfl

theorem has_of_mem {t : Task} {l : Lock} : {hs : List Hold} → (⟨t, l⟩ : Hold) ∈ hs → has t l hs = true
  | h :: hs, m =>
    match Decidable.em (isHold t l h = true) with
    | .inl e => has_yes e
    | .inr e => by
      rewrite [has_no e]
      exact (match m with
        | .head _ => absurd (and_both (Lock.is_self l) (Task.is_self t)) e
        | .tail _ k => has_of_mem k)

theorem mem_of_has {t : Task} {l : Lock} : {hs : List Hold} → has t l hs = true → (⟨t, l⟩ : Hold) ∈ hs
  | h :: hs, m =>
    match Decidable.em (isHold t l h = true) with
    | .inl e => match h, Lock.eq_of (and_left e), Task.eq_of (and_right e) with
      | ⟨_, _⟩, rfl, rfl => .head _
    | .inr e => by
      rewrite [has_no e] at m
      exact .tail h (mem_of_has m)

theorem one_le_count {t : Task} {l : Lock} : {hs : List Hold} → (⟨t, l⟩ : Hold) ∈ hs → 1 ≤ count l hs
  | _ :: hs, .head _ => by rewrite [count_new]; exact Nat.succ_le_succ (Nat.zero_le _)
  | h :: hs, .tail _ m => Nat.le_trans (one_le_count m) (count_le_cons l h hs)

theorem two_le_count {a b : Task} {l : Lock} (ne : ¬ a = b) :
    {hs : List Hold} → (⟨a, l⟩ : Hold) ∈ hs → (⟨b, l⟩ : Hold) ∈ hs → 2 ≤ count l hs
  | h :: hs, m, m' => match h, m, m' with
    | _, .head _, m' => match m' with
      | .head _ => absurd rfl ne
      | .tail _ k => by rewrite [count_new]; exact Nat.succ_le_succ (one_le_count k)
    | h, .tail _ k, m' => match h, m' with
      | _, .head _ => by rewrite [count_new]; exact Nat.succ_le_succ (one_le_count k)
      | h, .tail _ k' => Nat.le_trans (two_le_count ne k k') (count_le_cons l h hs)

theorem mem_of_count {l : Lock} : {hs : List Hold} → 1 ≤ count l hs → ∃ t, (⟨t, l⟩ : Hold) ∈ hs
  | [], k => absurd k (Nat.not_succ_le_zero 0)
  | h :: hs, k =>
    match Decidable.em (h.lock = l) with
    | .inl e => ⟨h.task, by subst e; exact .head _⟩
    | .inr e =>
      match mem_of_count (hs := hs) (by rewrite [count_other e] at k; exact k) with
      | ⟨t, m⟩ => ⟨t, .tail h m⟩

/-- Some number is as great as every tier in the list. -/
theorem exists_bound : (hs : List Hold) → ∃ n, ∀ h, h ∈ hs → h.lock.tier ≤ n
  | [] => ⟨0, fun _ m => nomatch m⟩
  | g :: hs =>
    match exists_bound hs with
    | ⟨n, top⟩ =>
      match Decidable.em (g.lock.tier ≤ n) with
      | .inl le => ⟨n, fun h m => match h, m with | _, .head _ => le | h, .tail _ k => top h k⟩
      | .inr gt => ⟨g.lock.tier, fun h m => match h, m with
          | _, .head _ => Nat.le.refl
          | h, .tail _ k => Nat.le_trans (top h k) (Nat.le_of_lt (Nat.lt_of_not_le gt))⟩

theorem le_plus (a : Nat) : (n : Nat) → n ≤ a + n
  | 0 => Nat.zero_le _
  | .succ n => Nat.succ_le_succ (le_plus a n)

theorem succ_plus (a : Nat) : (n : Nat) → Nat.succ a + n = Nat.succ (a + n)
  | 0 => rfl
  | .succ n => congrArg Nat.succ (succ_plus a n)

theorem plus_le_plus {a b : Nat} (h : a ≤ b) : (n : Nat) → a + n ≤ b + n
  | 0 => h
  | .succ n => Nat.succ_le_succ (plus_le_plus h n)

end Grex.Scheduler
