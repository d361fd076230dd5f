prelude
set_option autoImplicit false
set_option linter.all false
universe u v w

/-! ## Names the kernel, the elaborator and the code generator refer to -/
unsafe axiom lcErased : Type
unsafe axiom lcAny : Type
unsafe axiom lcVoid : Type
unsafe axiom lcProof {p : Prop} : p
unsafe axiom lcCast {A : Sort u} {B : Sort v} (a : A) : B
unsafe axiom lcUnreachable {A : Sort u} : A

set_option bootstrap.inductiveCheckResultingUniverse false in
inductive PUnit : Sort u where | unit : PUnit
abbrev Unit : Type := PUnit
@[match_pattern] abbrev Unit.unit : Unit := PUnit.unit

@[inline] def id {A : Sort u} (a : A) : A := a

inductive True : Prop where | intro : True
inductive False : Prop
def False.elim {C : Sort u} (h : False) : C := False.rec (fun _ => C) h
def Not (p : Prop) : Prop := p → False
def absurd {p : Prop} {C : Sort v} (h : p) (n : Not p) : C := False.elim (n h)

inductive Eq {A : Sort u} : A → A → Prop where | refl (a : A) : Eq a a
@[match_pattern] def rfl {A : Sort u} {a : A} : Eq a a := Eq.refl a
abbrev Eq.ndrec.{u1, u2} {A : Sort u2} {a : A} {motive : A → Sort u1} (m : motive a) {b : A} (h : Eq a b) : motive b :=
  Eq.rec (motive := fun x _ => motive x) m h
theorem Eq.subst {A : Sort u} {motive : A → Prop} {a b : A} (h : Eq a b) (m : motive a) : motive b := Eq.ndrec m h
theorem Eq.symm {A : Sort u} {a b : A} (h : Eq a b) : Eq b a := Eq.ndrec (motive := fun x => Eq x a) (Eq.refl a) h
theorem Eq.trans {A : Sort u} {a b c : A} (h : Eq a b) (k : Eq b c) : Eq a c := Eq.ndrec (motive := fun x => Eq a x) h k
abbrev Eq.ndrec_symm.{u1, u2} {A : Sort u2} {a : A} {motive : A → Sort u1} (m : motive a) {b : A} (h : Eq b a) : motive b :=
  Eq.ndrec m (Eq.symm h)
def cast {A B : Sort u} (h : Eq A B) (a : A) : B := Eq.rec (motive := fun X _ => X) a h
def Eq.mp {A B : Sort u} (h : Eq A B) (a : A) : B := cast h a
def Eq.mpr {A B : Sort u} (h : Eq A B) (b : B) : A := cast (Eq.symm h) b
theorem congrArg {A : Sort u} {B : Sort v} {a b : A} (f : A → B) (h : Eq a b) : Eq (f a) (f b) :=
  Eq.ndrec (motive := fun x => Eq (f a) (f x)) (Eq.refl (f a)) h
theorem congrFun {A : Sort u} {B : A → Sort v} {f g : (x : A) → B x} (h : Eq f g) (a : A) : Eq (f a) (g a) :=
  Eq.rec (motive := fun (x : (x : A) → B x) _ => Eq (f a) (x a)) (Eq.refl (f a)) h
theorem congr {A : Sort u} {B : Sort v} {f g : A → B} {a b : A} (h : Eq f g) (k : Eq a b) : Eq (f a) (g b) :=
  Eq.trans (congrFun h a) (congrArg g k)
inductive HEq : {A : Sort u} → A → {B : Sort u} → B → Prop where | refl {A : Sort u} (a : A) : HEq a a
@[match_pattern] protected def HEq.rfl {A : Sort u} {a : A} : HEq a a := HEq.refl a
theorem eq_of_heq {A : Sort u} {a b : A} (h : HEq a b) : Eq a b :=
  have go : (A B : Sort u) → (a : A) → (b : B) → HEq a b → (k : Eq A B) → Eq (cast k a) b :=
    fun _ _ _ _ h => HEq.rec (fun _ => Eq.refl _) h
  go A A a b h (Eq.refl A)
theorem heq_of_eq {A : Sort u} {a b : A} (h : Eq a b) : HEq a b := Eq.ndrec (motive := fun x => HEq a x) (HEq.refl a) h

abbrev Ne {A : Sort u} (a b : A) : Prop := Not (Eq a b)
theorem Ne.symm {A : Sort u} {a b : A} (h : Ne a b) : Ne b a := fun k => h (Eq.symm k)

structure And (a b : Prop) : Prop where
  intro ::
  left : a
  right : b
inductive Or (a b : Prop) : Prop where
  | inl (h : a) : Or a b
  | inr (h : b) : Or a b
structure Iff (a b : Prop) : Prop where
  intro ::
  mp : a → b
  mpr : b → a
inductive Exists {A : Sort u} (p : A → Prop) : Prop where
  | intro (w : A) (h : p w) : Exists p

structure PProd (A : Sort u) (B : Sort v) where
  fst : A
  snd : B
structure MProd (A B : Type u) where
  fst : A
  snd : B
structure Prod (A : Type u) (B : Type v) where
  fst : A
  snd : B
inductive PSum (A : Sort u) (B : Sort v) where
  | inl (a : A) : PSum A B
  | inr (b : B) : PSum A B
set_option genCtorIdx false in
inductive Bool : Type where | false : Bool | true : Bool
export Bool (false true)
set_option genCtorIdx false in
inductive Decidable (p : Prop) : Type where
  | isFalse (h : Not p) : Decidable p
  | isTrue (h : p) : Decidable p
attribute [class] Decidable

@[reducible] def DecidableEq (A : Sort u) := (a b : A) → Decidable (Eq a b)
@[inline_if_reduce, nospecialize] def Decidable.decide (p : Prop) [h : Decidable p] : Bool :=
  h.casesOn (fun _ => false) (fun _ => true)
export Decidable (isTrue isFalse decide)
@[macro_inline] def cond {A : Sort u} (c : Bool) (x y : A) : A := match c with | .true => x | .false => y
@[macro_inline] def ite {A : Sort u} (c : Prop) [h : Decidable c] (t e : A) : A := match h with
  | isTrue _ => t
  | isFalse _ => e
@[macro_inline] def dite {A : Sort u} (c : Prop) [h : Decidable c] (t : c → A) (e : Not c → A) : A := match h with
  | isTrue h => t h
  | isFalse h => e h
@[macro_inline] def and (x y : Bool) : Bool := match x with | .false => false | .true => y
@[macro_inline] def or (x y : Bool) : Bool := match x with | .true => true | .false => y
@[inline] def not (x : Bool) : Bool := match x with | .true => false | .false => true

structure PULift.{r, s} (A : Sort s) : Sort (max s 1 r) where
  up ::
  down : A
structure PSigma {A : Sort u} (B : A → Sort v) where
  fst : A
  snd : B fst
@[reducible] def outParam (A : Sort u) : Sort u := A
set_option genCtorIdx false in
inductive Nat : Type where
  | zero : Nat
  | succ (n : Nat) : Nat

class OfNat (A : Type u) (_ : Nat) where
  ofNat : A
@[default_instance 100] instance instOfNatNat (n : Nat) : OfNat Nat n := ⟨n⟩
class Inhabited (A : Sort u) where
  default : A
export Inhabited (default)
instance instInhabitedNat : Inhabited Nat := ⟨.zero⟩
class inductive Nonempty (A : Sort u) : Prop where
  | intro (val : A) : Nonempty A
instance {A : Sort u} [Inhabited A] : Nonempty A := ⟨default⟩
class HAdd (A : Type u) (B : Type v) (C : outParam (Type w)) where hAdd : A → B → C
class HSub (A : Type u) (B : Type v) (C : outParam (Type w)) where hSub : A → B → C
class HMul (A : Type u) (B : Type v) (C : outParam (Type w)) where hMul : A → B → C
class HAppend (A : Type u) (B : Type v) (C : outParam (Type w)) where hAppend : A → B → C
class Add (A : Type u) where add : A → A → A
class Sub (A : Type u) where sub : A → A → A
class Mul (A : Type u) where mul : A → A → A
class Append (A : Type u) where append : A → A → A
class LT (A : Type u) where lt : A → A → Prop
class LE (A : Type u) where le : A → A → Prop
class BEq (A : Type u) where beq : A → A → Bool
class Membership (A : outParam (Type u)) (C : Type v) where mem : C → A → Prop
@[default_instance] instance instHAdd {A : Type u} [Add A] : HAdd A A A := ⟨Add.add⟩
@[default_instance] instance instHSub {A : Type u} [Sub A] : HSub A A A := ⟨Sub.sub⟩
@[default_instance] instance instHMul {A : Type u} [Mul A] : HMul A A A := ⟨Mul.mul⟩
@[default_instance] instance instHAppendOfAppend {A : Type u} [Append A] : HAppend A A A := ⟨Append.append⟩
@[reducible] def GT.gt {A : Type u} [LT A] (a b : A) : Prop := LT.lt b a
@[reducible] def GE.ge {A : Type u} [LE A] (a b : A) : Prop := LE.le b a

@[extern "lean_nat_add"] protected def Nat.add : Nat → Nat → Nat
  | n, .zero => n
  | n, .succ m => .succ (Nat.add n m)
@[extern "lean_nat_pred"] def Nat.pred : Nat → Nat
  | .zero => .zero
  | .succ n => n
@[extern "lean_nat_sub"] protected def Nat.sub : Nat → Nat → Nat
  | n, .zero => n
  | n, .succ m => Nat.pred (Nat.sub n m)
@[extern "lean_nat_mul"] protected def Nat.mul : Nat → Nat → Nat
  | _, .zero => .zero
  | n, .succ m => Nat.add (Nat.mul n m) n
@[extern "lean_nat_dec_eq"] def Nat.beq : Nat → Nat → Bool
  | .zero, .zero => true
  | .zero, .succ _ => false
  | .succ _, .zero => false
  | .succ n, .succ m => Nat.beq n m
@[extern "lean_nat_dec_le"] def Nat.ble : Nat → Nat → Bool
  | .zero, _ => true
  | .succ _, .zero => false
  | .succ n, .succ m => Nat.ble n m
attribute [match_pattern] Nat.add Add.add HAdd.hAdd
instance instAddNat : Add Nat := ⟨Nat.add⟩
instance instSubNat : Sub Nat := ⟨Nat.sub⟩
instance instMulNat : Mul Nat := ⟨Nat.mul⟩
protected inductive Nat.le (n : Nat) : Nat → Prop where
  | refl : Nat.le n n
  | step {m : Nat} : Nat.le n m → Nat.le n (.succ m)
instance instLENat : LE Nat := ⟨Nat.le⟩
protected def Nat.lt (n m : Nat) : Prop := Nat.le (.succ n) m
instance instLTNat : LT Nat := ⟨Nat.lt⟩
theorem Bool.absurd_ft {P : Prop} (h : Eq false true) : P :=
  False.elim (Eq.ndrec (a := false) (motive := fun b => Bool.rec (motive := fun _ => Prop) True False b) True.intro h)
theorem Nat.eq_of_beq_eq_true (n m : Nat) : Eq (Nat.beq n m) true → Eq n m :=
  Nat.rec (motive := fun n => (m : Nat) → Eq (Nat.beq n m) true → Eq n m)
    (fun m => Nat.rec (motive := fun m => Eq (Nat.beq .zero m) true → Eq Nat.zero m) (fun _ => rfl) (fun _ _ h => Bool.absurd_ft h) m)
    (fun n ih m => Nat.rec (motive := fun m => Eq (Nat.beq (.succ n) m) true → Eq (Nat.succ n) m) (fun h => Bool.absurd_ft h)
      (fun m _ h => congrArg Nat.succ (ih m h)) m) n m
theorem Nat.beq_self (n : Nat) : Eq (Nat.beq n n) true :=
  Nat.rec (motive := fun n => Eq (Nat.beq n n) true) rfl (fun _ ih => ih) n
theorem Nat.beq_of_eq {n m : Nat} (h : Eq n m) : Eq (Nat.beq n m) true :=
  Eq.ndrec (motive := fun x => Eq (Nat.beq n x) true) (Nat.beq_self n) h
theorem noConfusion_of_Nat {A : Sort u} (f : A → Nat) {a b : A} (h : Eq a b) :
    Bool.rec (motive := fun _ => Prop) False True (Nat.beq (f a) (f b)) :=
  Eq.ndrec (a := true) (motive := fun x => Bool.rec (motive := fun _ => Prop) False True x) True.intro (Eq.symm (Nat.beq_of_eq (congrArg f h)))
@[extern "lean_nat_dec_eq"] def Nat.decEq (n m : Nat) : Decidable (Eq n m) :=
  Bool.rec (motive := fun b => Eq (Nat.beq n m) b → Decidable (Eq n m))
    (fun h => isFalse (fun k => Bool.absurd_ft (Eq.trans (Eq.symm h) (Nat.beq_of_eq k))))
    (fun h => isTrue (Nat.eq_of_beq_eq_true n m h)) (Nat.beq n m) rfl
instance instDecidableEqNat : DecidableEq Nat := Nat.decEq

attribute [gen_constructor_elims] Bool Nat Decidable

class SizeOf (A : Sort u) where sizeOf : A → Nat
export SizeOf (sizeOf)
instance (priority := 100) instSizeOfDefault (A : Sort u) : SizeOf A := ⟨fun _ => 0⟩
@[reducible] def namedPattern {A : Sort u} (x a : A) (_h : Eq x a) : A := a
@[never_extract] axiom sorryAx (A : Sort u) (synthetic : Bool) : A
axiom propext {a b : Prop} : Iff a b → Eq a b
theorem Eq.propIntro {a b : Prop} (f : a → b) (g : b → a) : Eq a b := propext ⟨f, g⟩
class CoeT (A : Sort u) (_ : A) (B : Sort v) where coe : B
class CoeFun (A : Sort u) (F : outParam (A → Sort v)) where coe : (f : A) → F f
class CoeSort (A : Sort u) (B : outParam (Sort v)) where coe : A → B
class CoeDep (A : Sort u) (_ : A) (B : Sort v) where coe : B
theorem Lean.injEq_helper {P Q R : Prop} (f : P → Q → R) (h : And P Q) : R := f h.left h.right
gen_injective_theorems% Nat
gen_injective_theorems% Prod
gen_injective_theorems% PProd
def Function.const {A : Sort u} (B : Sort v) (a : A) : B → A := fun _ => a
def Function.comp {A : Sort u} {B : Sort v} {C : Sort w} (f : B → C) (g : A → B) : A → C := fun x => f (g x)
set_option checkBinderAnnotations false in
abbrev inferInstance {A : Sort u} [i : A] : A := i
theorem of_decide_eq_true {p : Prop} [inst : Decidable p] (h : Eq (decide p) true) : p :=
  match inst, h with
  | isTrue k, _ => k
theorem of_decide_eq_false {p : Prop} [inst : Decidable p] (h : Eq (decide p) false) : Not p :=
  match inst, h with
  | isFalse k, _ => k
theorem decide_eq_true {p : Prop} [inst : Decidable p] (h : p) : Eq (decide p) true :=
  match inst with
  | isTrue _ => rfl
  | isFalse k => absurd h k
theorem Iff.refl (a : Prop) : Iff a a := ⟨fun h => h, fun h => h⟩
theorem Iff.rfl {a : Prop} : Iff a a := Iff.refl a
theorem Iff.symm {a b : Prop} (h : Iff a b) : Iff b a := ⟨h.mpr, h.mp⟩
theorem Iff.trans {a b c : Prop} (h : Iff a b) (k : Iff b c) : Iff a c := ⟨fun x => k.mp (h.mp x), fun x => h.mpr (k.mpr x)⟩
theorem And.symm {a b : Prop} (h : And a b) : And b a := ⟨h.right, h.left⟩
def And.elim {a b : Prop} {C : Sort u} (f : a → b → C) (h : And a b) : C := f h.left h.right
theorem Or.elim {a b c : Prop} (h : Or a b) (f : a → c) (g : b → c) : c := match h with | .inl x => f x | .inr y => g y
theorem Or.symm {a b : Prop} (h : Or a b) : Or b a := match h with | .inl x => .inr x | .inr y => .inl y
theorem Exists.elim {A : Sort u} {p : A → Prop} {b : Prop} (h : Exists p) (f : (a : A) → p a → b) : b := match h with | ⟨w, k⟩ => f w k
theorem False.elim' {p : Prop} (h : False) : p := False.elim h
theorem trivial : True := True.intro
theorem Decidable.em (p : Prop) [inst : Decidable p] : Or p (Not p) := match inst with | isTrue h => .inl h | isFalse h => .inr h

inductive Option (A : Type u) where
  | none : Option A
  | some (a : A) : Option A
export Option (none some)
inductive List (A : Type u) where
  | nil : List A
  | cons (head : A) (tail : List A) : List A

/-! ## Just enough of the syntax types to declare notation.  Layouts and names are those the
compiled elaborator reads; the bodies marked `extern` run the compiled code of the same name. -/
inductive Char : Type where | mk (v : Nat)
structure String where
  data : List Char
structure Substring.Raw where
  str : String
  startPos : Nat
  stopPos : Nat
structure String.Pos.Raw where
  byteIdx : Nat
structure Array (A : Type u) where
  toList : List A
@[extern "lean_mk_empty_array_with_capacity"] def Array.mkEmpty {A : Type u} (c : @& Nat) : Array A := ⟨.nil⟩
@[extern "lean_array_push"] def Array.push {A : Type u} (a : Array A) (x : A) : Array A := ⟨List.cons x a.toList⟩
namespace Lean
inductive Name where
  | anonymous : Name
  | str (pre : Name) (s : String)
  | num (pre : Name) (i : Nat)
instance : Inhabited Name := ⟨.anonymous⟩
abbrev SyntaxNodeKind := Name
inductive SourceInfo where
  | original (leading : Substring.Raw) (pos : String.Pos.Raw) (trailing : Substring.Raw) (endPos : String.Pos.Raw)
  | synthetic (pos endPos : String.Pos.Raw) (canonical : Bool)
  | none
inductive Syntax.Preresolved where
  | namespace (ns : Name)
  | decl (n : Name) (fields : List String)
inductive Syntax where
  | missing : Syntax
  | node (info : SourceInfo) (kind : SyntaxNodeKind) (args : Array Syntax)
  | atom (info : SourceInfo) (val : String)
  | ident (info : SourceInfo) (rawVal : Substring.Raw) (val : Name) (preresolved : List Syntax.Preresolved)
instance : Inhabited Syntax := ⟨.missing⟩
@[extern "own"] opaque Name.mkSimple (s : String) : Name
@[extern "own"] opaque Name.mkStr1 (s₁ : String) : Name
@[extern "own"] opaque Name.mkStr2 (s₁ s₂ : String) : Name
@[extern "own"] opaque Name.mkStr3 (s₁ s₂ s₃ : String) : Name
@[extern "own"] opaque Name.mkStr4 (s₁ s₂ s₃ s₄ : String) : Name
@[extern "own"] opaque Name.mkStr5 (s₁ s₂ s₃ s₄ s₅ : String) : Name
@[extern "own"] opaque Syntax.getArg (stx : Syntax) (i : Nat) : Syntax
@[extern "own"] opaque mkCIdent (n : Name) : Syntax
@[extern "own"] opaque mkIdent (n : Name) : Syntax
@[extern "own"] opaque mkNode (k : SyntaxNodeKind) (args : Array Syntax) : Syntax
@[extern "own"] opaque mkNullNode (args : Array Syntax) : Syntax
@[extern "own"] opaque mkAtom (s : String) : Syntax
@[extern "own"] opaque Syntax.mkApp (f : Syntax) (args : Array Syntax) : Syntax

inductive ParserDescr where
  | const (name : Name)
  | unary (name : Name) (p : ParserDescr)
  | binary (name : Name) (p q : ParserDescr)
  | node (kind : SyntaxNodeKind) (prec : Nat) (p : ParserDescr)
  | trailingNode (kind : SyntaxNodeKind) (prec lhsPrec : Nat) (p : ParserDescr)
  | symbol (val : String)
  | nonReservedSymbol (val : String) (includeIdent : Bool)
  | cat (catName : Name) (rbp : Nat)
  | parser (declName : Name)
  | nodeWithAntiquot (name : String) (kind : SyntaxNodeKind) (p : ParserDescr)
  | sepBy (p : ParserDescr) (sep : String) (psep : ParserDescr) (allowTrailingSep : Bool)
  | sepBy1 (p : ParserDescr) (sep : String) (psep : ParserDescr) (allowTrailingSep : Bool)
abbrev TrailingParserDescr := ParserDescr

structure Macro.Context where
  own : Syntax
  hidden : Syntax
structure Macro.State where
  own : Syntax
  hidden : Syntax
inductive Macro.Exception where
  | error (ref : Syntax) (msg : String)
  | unsupportedSyntax
end Lean
inductive EStateM.Result (E S A : Type) where
  | ok (a : A) (s : S)
  | error (e : E) (s : S)
instance : Inhabited Lean.Macro.State := ⟨⟨.missing, .missing⟩⟩
instance {E S A : Type} [Inhabited A] [Inhabited S] : Inhabited (EStateM.Result E S A) := ⟨.ok default default⟩
namespace Lean
def Macro : Type := Syntax → Macro.Context → Macro.State → EStateM.Result Macro.Exception Macro.State Syntax
end Lean
open Lean
@[inline] def app1 (f : Name) (a : Syntax) : Syntax := Syntax.mkApp (mkCIdent f) (Array.push (Array.mkEmpty 1) a)
@[inline] def app2 (f : Name) (a b : Syntax) : Syntax := Syntax.mkApp (mkCIdent f) (Array.push (Array.push (Array.mkEmpty 2) a) b)


@[extern "own"] opaque Lean.Syntax.getNumArgs (stx : Syntax) : Nat
namespace Lean.Own
@[inline] def ok (t : Syntax) (s : Macro.State) : EStateM.Result Macro.Exception Macro.State Syntax := .ok t s
@[inline] def arr1 (a : Syntax) : Array Syntax := Array.push (Array.mkEmpty 1) a
@[inline] def arr2 (a b : Syntax) : Array Syntax := Array.push (arr1 a) b
@[inline] def arr3 (a b c : Syntax) : Array Syntax := Array.push (arr2 a b) c
@[inline] def arr4 (a b c d : Syntax) : Array Syntax := Array.push (arr3 a b c) d
/-- `binop% f a b` and `binrel% f a b`, the elaborator's own nodes for arithmetic and relations. -/
def binop (f : Name) (a b : Syntax) : Syntax := mkNode `Lean.Parser.Term.binop (arr4 (mkAtom "binop%") (mkCIdent f) a b)
def binrel (f : Name) (a b : Syntax) : Syntax := mkNode `Lean.Parser.Term.binrel (arr4 (mkAtom "binrel%") (mkCIdent f) a b)
def lam (x body : Syntax) : Syntax :=
  mkNode `Lean.Parser.Term.fun (arr2 (mkAtom "fun")
    (mkNode `Lean.Parser.Term.basicFun (arr4 (mkNullNode (arr1 x)) (mkNullNode (Array.mkEmpty 0)) (mkAtom "=>") body)))
def lamT (x ty body : Syntax) : Syntax :=
  mkNode `Lean.Parser.Term.fun (arr2 (mkAtom "fun")
    (mkNode `Lean.Parser.Term.basicFun (arr4 (mkNullNode (arr1
      (mkNode `Lean.Parser.Term.typeAscription (Array.push (arr4 (mkAtom "(") x (mkAtom ":") (mkNullNode (arr1 ty))) (mkAtom ")")))))
      (mkNullNode (Array.mkEmpty 0)) (mkAtom "=>") body)))
def listFold (xs : Syntax) : Nat → Syntax → Syntax
  | .zero, acc => acc
  | .succ n, acc =>
    -- separators sit at odd places, elements at even ones
    cond (odd (.succ n)) (listFold xs n (app2 `List.cons (xs.getArg n) acc)) (listFold xs n acc)
where odd : Nat → Bool
  | .zero => false
  | .succ n => not (odd n)
end Lean.Own
open Lean.Own
instance : Inhabited ParserDescr := ⟨.symbol ""⟩
instance : Inhabited Macro := ⟨fun _ _ => .error .unsupportedSyntax⟩

syntax:50 (name := «term_=_») term:51 " = " term:51 : term
@[macro «term_=_»] def mEq : Macro := fun t _ => ok (binrel `Eq (t.getArg 0) (t.getArg 2))
syntax:50 (name := «term_≠_») term:51 " ≠ " term:51 : term
@[macro «term_≠_»] def mNe : Macro := fun t _ => ok (app2 `Ne (t.getArg 0) (t.getArg 2))
syntax:50 (name := «term_<_») term:51 " < " term:51 : term
@[macro «term_<_»] def mLt : Macro := fun t _ => ok (binrel `LT.lt (t.getArg 0) (t.getArg 2))
syntax:50 (name := «term_≤_») term:51 " ≤ " term:51 : term
@[macro «term_≤_»] def mLe : Macro := fun t _ => ok (binrel `LE.le (t.getArg 0) (t.getArg 2))
syntax:50 (name := «term_>_») term:51 " > " term:51 : term
@[macro «term_>_»] def mGt : Macro := fun t _ => ok (binrel `GT.gt (t.getArg 0) (t.getArg 2))
syntax:50 (name := «term_≥_») term:51 " ≥ " term:51 : term
@[macro «term_≥_»] def mGe : Macro := fun t _ => ok (binrel `GE.ge (t.getArg 0) (t.getArg 2))
syntax:50 (name := «term_∈_») term:51 " ∈ " term:51 : term
@[macro «term_∈_»] def mMem : Macro := fun t _ => ok (app2 `Membership.mem (t.getArg 2) (t.getArg 0))
syntax:50 (name := «term_∉_») term:51 " ∉ " term:51 : term
@[macro «term_∉_»] def mNotMem : Macro := fun t _ => ok (app1 `Not (app2 `Membership.mem (t.getArg 2) (t.getArg 0)))
syntax:35 (name := «term_∧_») term:36 " ∧ " term:35 : term
@[macro «term_∧_»] def mAnd : Macro := fun t _ => ok (app2 `And (t.getArg 0) (t.getArg 2))
syntax:30 (name := «term_∨_») term:31 " ∨ " term:30 : term
@[macro «term_∨_»] def mOr : Macro := fun t _ => ok (app2 `Or (t.getArg 0) (t.getArg 2))
syntax:20 (name := «term_↔_») term:21 " ↔ " term:21 : term
@[macro «term_↔_»] def mIff : Macro := fun t _ => ok (app2 `Iff (t.getArg 0) (t.getArg 2))
syntax:1024 (name := «term¬_») "¬" term:40 : term
@[macro «term¬_»] def mNot : Macro := fun t _ => ok (app1 `Not (t.getArg 1))
syntax:65 (name := «term_+_») term:65 " + " term:66 : term
@[macro «term_+_»] def mAdd : Macro := fun t _ => ok (binop `HAdd.hAdd (t.getArg 0) (t.getArg 2))
syntax:65 (name := «term_-_») term:65 " - " term:66 : term
@[macro «term_-_»] def mSub : Macro := fun t _ => ok (binop `HSub.hSub (t.getArg 0) (t.getArg 2))
syntax:70 (name := «term_*_») term:70 " * " term:71 : term
@[macro «term_*_»] def mMul : Macro := fun t _ => ok (binop `HMul.hMul (t.getArg 0) (t.getArg 2))
syntax:65 (name := «term_++_») term:65 " ++ " term:66 : term
@[macro «term_++_»] def mAppend : Macro := fun t _ => ok (binop `HAppend.hAppend (t.getArg 0) (t.getArg 2))
syntax:67 (name := «term_::_») term:68 " :: " term:67 : term
@[macro «term_::_»] def mCons : Macro := fun t _ => ok (app2 `List.cons (t.getArg 0) (t.getArg 2))
syntax:35 (name := «term_&&_») term:35 " && " term:36 : term
@[macro «term_&&_»] def mBAnd : Macro := fun t _ => ok (app2 `and (t.getArg 0) (t.getArg 2))
syntax:30 (name := «term_||_») term:30 " || " term:31 : term
@[macro «term_||_»] def mBOr : Macro := fun t _ => ok (app2 `or (t.getArg 0) (t.getArg 2))
syntax:1024 (name := «term!_») "!" term:40 : term
@[macro «term!_»] def mBNot : Macro := fun t _ => ok (app1 `not (t.getArg 1))
syntax:50 (name := «term_==_») term:51 " == " term:51 : term
@[macro «term_==_»] def mBEq : Macro := fun t _ => ok (app2 `BEq.beq (t.getArg 0) (t.getArg 2))
syntax:35 (name := «term_×_») term:36 " × " term:35 : term
@[macro «term_×_»] def mProd : Macro := fun t _ => ok (app2 `Prod (t.getArg 0) (t.getArg 2))
syntax (name := «term[_]») "[" sepBy(term, ", ") "]" : term
@[macro «term[_]»] def mList : Macro := fun t _ =>
  ok (listFold (t.getArg 1) (t.getArg 1).getNumArgs (mkCIdent `List.nil))
syntax:1023 (name := termIfThenElse) "if " term " then " term " else " term : term
@[macro termIfThenElse] def mIte : Macro := fun t _ =>
  ok (Syntax.mkApp (mkCIdent `ite) (arr3 (t.getArg 1) (t.getArg 3) (t.getArg 5)))
syntax:1023 (name := termDepIfThenElse) "if " ident " : " term " then " term " else " term : term
@[macro termDepIfThenElse] def mDite : Macro := fun t _ =>
  ok (Syntax.mkApp (mkCIdent `dite) (arr3 (t.getArg 3) (lam ((t.getArg 1).getArg 0) (t.getArg 5)) (lam ((t.getArg 1).getArg 0) (t.getArg 7))))
syntax:1023 (name := «term∃_,_») "∃ " ident ", " term : term
@[extern "own"] opaque Lean.expandExplicitBinders (c : Name) (bs body : Syntax) (ctx : Macro.Context) (s : Macro.State) :
  EStateM.Result Macro.Exception Macro.State Syntax
@[macro «term∃_,_»] def mExists : Macro := fun t ctx s => Lean.expandExplicitBinders `Exists (t.getArg 1) (t.getArg 3) ctx s
theorem congrFun' {A : Sort u} {B : Sort v} {f g : A → B} (h : f = g) (a : A) : f a = g a := congrFun h a
instance instDecidableEqBool : DecidableEq Bool
  | false, false => isTrue rfl
  | false, true => isFalse (fun h => nomatch h)
  | true, false => isFalse (fun h => nomatch h)
  | true, true => isTrue rfl
theorem Nat.zero_le : (n : Nat) → 0 ≤ n
  | 0 => Nat.le.refl
  | .succ n => Nat.le.step (Nat.zero_le n)
theorem Nat.succ_le_succ {n m : Nat} (h : n ≤ m) : Nat.succ n ≤ Nat.succ m :=
  Nat.le.rec (motive := fun m _ => Nat.succ n ≤ Nat.succ m) Nat.le.refl (fun _ ih => Nat.le.step ih) h
theorem Nat.le_trans {a b c : Nat} (h : a ≤ b) (k : b ≤ c) : a ≤ c :=
  Nat.le.rec (motive := fun c _ => a ≤ c) h (fun _ ih => Nat.le.step ih) k
theorem Nat.pred_le (n : Nat) : Nat.pred n ≤ n :=
  match n with | 0 => Nat.le.refl | .succ _ => Nat.le.step Nat.le.refl
theorem Nat.pred_le_pred {n m : Nat} (h : n ≤ m) : Nat.pred n ≤ Nat.pred m :=
  Nat.le.rec (motive := fun m _ => Nat.pred n ≤ Nat.pred m) Nat.le.refl
    (fun h _ => Nat.le_trans (Nat.pred_le n) h) h
theorem Nat.le_of_succ_le_succ {n m : Nat} (h : Nat.succ n ≤ Nat.succ m) : n ≤ m := Nat.pred_le_pred h
theorem Nat.not_succ_le_zero (n : Nat) (h : Nat.succ n ≤ 0) : False := nomatch h
theorem Nat.not_succ_le_self : (n : Nat) → ¬ (Nat.succ n ≤ n)
  | 0, h => Nat.not_succ_le_zero 0 h
  | .succ n, h => Nat.not_succ_le_self n (Nat.le_of_succ_le_succ h)
theorem Nat.lt_irrefl (n : Nat) : ¬ (n < n) := Nat.not_succ_le_self n
theorem Nat.le_refl (n : Nat) : n ≤ n := Nat.le.refl
theorem Nat.le_of_lt {n m : Nat} (h : n < m) : n ≤ m := Nat.le_trans (Nat.le.step Nat.le.refl) h
theorem Nat.lt_of_lt_of_le {a b c : Nat} (h : a < b) (k : b ≤ c) : a < c := Nat.le_trans h k
theorem Nat.lt_of_le_of_lt {a b c : Nat} (h : a ≤ b) (k : b < c) : a < c := Nat.le_trans (Nat.succ_le_succ h) k
theorem Nat.lt_trans {a b c : Nat} (h : a < b) (k : b < c) : a < c := Nat.lt_of_lt_of_le h (Nat.le_of_lt k)
theorem Nat.le_of_lt_succ {n m : Nat} (h : n < Nat.succ m) : n ≤ m := Nat.le_of_succ_le_succ h
@[extern "lean_nat_dec_le"] def Nat.decLe : (n m : Nat) → Decidable (n ≤ m)
  | 0, m => isTrue (Nat.zero_le m)
  | .succ n, 0 => isFalse (Nat.not_succ_le_zero n)
  | .succ n, .succ m => match Nat.decLe n m with
    | isTrue h => isTrue (Nat.succ_le_succ h)
    | isFalse h => isFalse (fun k => h (Nat.le_of_succ_le_succ k))
instance instDecLeNat (n m : Nat) : Decidable (n ≤ m) := Nat.decLe n m
@[extern "lean_nat_dec_lt"] def Nat.decLt (n m : Nat) : Decidable (n < m) := Nat.decLe (Nat.succ n) m
instance instDecLtNat (n m : Nat) : Decidable (n < m) := Nat.decLt n m
theorem Nat.lt_or_ge : (n m : Nat) → n < m ∨ n ≥ m
  | n, 0 => .inr (Nat.zero_le n)
  | 0, .succ m => .inl (Nat.succ_le_succ (Nat.zero_le m))
  | .succ n, .succ m => match Nat.lt_or_ge n m with
    | .inl h => .inl (Nat.succ_le_succ h)
    | .inr h => .inr (Nat.succ_le_succ h)
theorem Nat.lt_of_not_le {n m : Nat} (h : ¬ (n ≤ m)) : m < n := match Nat.lt_or_ge m n with | .inl k => k | .inr k => absurd k h
theorem Nat.le_of_not_lt {n m : Nat} (h : ¬ (n < m)) : m ≤ n := match Nat.lt_or_ge n m with | .inl k => absurd k h | .inr k => k
theorem Nat.not_lt_of_le {n m : Nat} (h : n ≤ m) : ¬ (m < n) := fun k => Nat.lt_irrefl m (Nat.lt_of_lt_of_le k h)
instance instDecAnd {p q : Prop} [hp : Decidable p] [hq : Decidable q] : Decidable (p ∧ q) :=
  match hp, hq with
  | isTrue a, isTrue b => isTrue ⟨a, b⟩
  | isFalse a, _ => isFalse (fun h => a h.1)
  | _, isFalse b => isFalse (fun h => b h.2)
instance instDecNot {p : Prop} [hp : Decidable p] : Decidable (¬ p) :=
  match hp with
  | isTrue a => isFalse (fun h => h a)
  | isFalse a => isTrue a
instance {A : Type u} [DecidableEq A] : BEq A := ⟨fun a b => decide (a = b)⟩

theorem if_pos {c : Prop} {h : Decidable c} (hc : c) {A : Sort u} {t e : A} : ite c t e = t :=
  match h with | isTrue _ => rfl | isFalse n => absurd hc n
theorem if_neg {c : Prop} {h : Decidable c} (hc : ¬ c) {A : Sort u} {t e : A} : ite c t e = e :=
  match h with | isTrue p => absurd p hc | isFalse _ => rfl
inductive List.Mem {A : Type u} (a : A) : List A → Prop where
  | head (as : List A) : List.Mem a (a :: as)
  | tail (b : A) {as : List A} : List.Mem a as → List.Mem a (b :: as)
instance {A : Type u} : Membership A (List A) := ⟨fun l a => List.Mem a l⟩
namespace Lean
syntax cdotTk := "· "
syntax (name := cdot) cdotTk withPosition(tacticSeq) : tactic
end Lean
namespace Lean.Parser.Tactic
syntax (name := intro) "intro" many(ppSpace colGt term:1024) : tactic
syntax (name := intros) "intros" many(ppSpace colGt ident) : tactic
syntax (name := exact) "exact " term : tactic
syntax (name := apply) "apply " term : tactic
syntax (name := refine) "refine " term : tactic
syntax (name := assumption) "assumption" : tactic
syntax (name := contradiction) "contradiction" : tactic
syntax (name := constructor) "constructor" : tactic
syntax (name := left) "left" : tactic
syntax (name := right) "right" : tactic
syntax (name := subst) "subst" many1(ppSpace colGt term:1024) : tactic
syntax (name := clear) "clear" many1(ppSpace colGt term:1024) : tactic
syntax (name := revert) "revert" many1(ppSpace colGt term:1024) : tactic
syntax (name := skip) "skip" : tactic
syntax (name := done) "done" : tactic
syntax (name := allGoals) "all_goals " tacticSeq : tactic
syntax (name := focus) "focus " tacticSeq : tactic
syntax (name := eqRefl) "eq_refl" : tactic
syntax (name := «show») "show " term : tactic
syntax locationWildcard := " *"
syntax locationHyp := many1(ppSpace colGt term:1024)
syntax location := withPosition(" at" orelse(locationWildcard, locationHyp))
syntax rwRule := optional("← ") term
syntax rwRuleSeq := " [" withoutPosition(sepBy(rwRule, ", ")) "]"
syntax elimTarget := optional(atomic(ident " : ")) term
syntax inductionAltLHS := "| " ident many(ppSpace ident)
syntax inductionAlt := many1(inductionAltLHS) " => " orelse(hole, orelse(syntheticHole, tacticSeq))
syntax inductionAlts := " with" optional(ppSpace colGt tactic) withPosition(many(colGe inductionAlt))
syntax (name := induction) "induction " sepBy1(elimTarget, ", ") optional(" using " term) optional(" generalizing" many1(ppSpace colGt term:1024)) optional(inductionAlts) : tactic
syntax (name := cases) "cases " sepBy1(elimTarget, ", ") optional(" using " term) optional(inductionAlts) : tactic
syntax (name := unfold) "unfold" many1(ppSpace colGt ident) optional(location) : tactic
syntax (name := rewriteSeq) "rewrite" optConfig rwRuleSeq optional(location) : tactic
syntax (name := decide) "decide" optConfig : tactic
end Lean.Parser.Tactic
@[tactic_parser 1000] opaque Lean.Parser.Tactic.tacticRfl : ParserDescr
@[macro Lean.Parser.Tactic.tacticRfl] def mRfl : Macro := fun _ _ =>
  ok (mkNode `Lean.Parser.Tactic.exact (arr2 (mkAtom "exact") (mkCIdent `rfl)))
syntax (name := tacticExfalso) "exfalso" : tactic
@[macro tacticExfalso] def mExfalso : Macro := fun _ _ =>
  ok (mkNode `Lean.Parser.Tactic.apply (arr2 (mkAtom "apply") (mkCIdent `False.elim)))

/-! Syntax whose shape and expansion are both the compiled ones: only the names are declared here. -/
structure Lean.Parser.Category where
declare_syntax_cat rcasesPat
declare_syntax_cat rawStx (behavior := both)
namespace Lean
opaque calcFirstStep : ParserDescr
opaque calcStep : ParserDescr
opaque calcSteps : ParserDescr
opaque binderIdent : ParserDescr
@[term_parser 1000] opaque calc : ParserDescr
@[tactic_parser 1000] opaque calcTactic : ParserDescr
end Lean
class Trans.{a1, a2, a3, r1, r2, r3} {A : Sort a1} {B : Sort a2} {C : Sort a3} (r : A → B → Sort r1) (s : B → C → Sort r2)
    (t : outParam (A → C → Sort r3)) where
  trans {a : A} {b : B} {c : C} : r a b → s b c → t a c
instance {A : Sort u} {C : Sort v} (r : A → C → Sort w) : Trans Eq r r := ⟨fun h k => Eq.symm h ▸ k⟩
namespace Lean.Parser.Tactic
@[tactic_parser 1000] opaque rwSeq : ParserDescr
@[macro Lean.Parser.Tactic.rwSeq, extern "own"] opaque _aux_Init_Tactics___macroRules_Lean_Parser_Tactic_rwSeq_1 : Macro
@[tactic_parser 1000] opaque tacticHave__ : ParserDescr
@[macro Lean.Parser.Tactic.tacticHave__, extern "own"] opaque _aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticHave___1 : Macro
@[tactic_parser 1000] opaque tacticRefine_lift_ : ParserDescr
@[macro Lean.Parser.Tactic.tacticRefine_lift_, extern "own"] opaque _aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticRefine_lift__1 : Macro
@[tactic_parser 1000] opaque rotateRight : ParserDescr
@[tactic_parser 1000] opaque withReducible : ParserDescr
@[tactic_parser 1000] opaque first : ParserDescr
@[tactic_parser 1000] opaque paren : ParserDescr
@[tactic_parser 1000] opaque case : ParserDescr
opaque caseArg : ParserDescr
@[tactic_parser 1000] opaque withAnnotateState : ParserDescr
@[tactic_parser 1000] opaque «tactic_<;>_» : TrailingParserDescr
@[macro Lean.Parser.Tactic.«tactic_<;>_», extern "own"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tactic_<;>__1» : Macro
@[tactic_parser 1000] opaque tacticTry_ : ParserDescr
@[macro Lean.Parser.Tactic.tacticTry_, extern "own"] opaque _aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticTry__1 : Macro
@[tactic_parser 1000] opaque «tacticExists_,,» : ParserDescr
@[macro Lean.Parser.Tactic.«tacticExists_,,», extern "own"] opaque «_aux_Init_Tactics___macroRules_Lean_Parser_Tactic_tacticExists_,,_1» : Macro
opaque rcasesPatMed : ParserDescr
opaque rcasesPatLo : ParserDescr
@[rcasesPat_parser 1000] opaque rcasesPat.one : ParserDescr
@[rcasesPat_parser 1000] opaque rcasesPat.ignore : ParserDescr
@[rcasesPat_parser 1000] opaque rcasesPat.tuple : ParserDescr
@[rcasesPat_parser 1000] opaque rcasesPat.paren : ParserDescr
@[tactic_parser 1000] opaque obtain : ParserDescr
@[tactic_parser 1000] opaque rcases : ParserDescr
end Lean.Parser.Tactic
syntax (name := Lean.Parser.Tactic.tacticTrivial) "trivial" : tactic
@[macro Lean.Parser.Tactic.tacticTrivial] def mTrivial : Macro := fun _ _ =>
  ok (mkNode `Lean.Parser.Tactic.exact (arr2 (mkAtom "exact") (mkCIdent `True.intro)))

namespace Lean.Parser.Tactic
@[tactic_parser 1000] opaque simp : ParserDescr
opaque simpLemma : ParserDescr
opaque simpStar : ParserDescr
opaque simpErase : ParserDescr
opaque simpArgs : ParserDescr
opaque discharger : ParserDescr
opaque simpPre : ParserDescr
opaque simpPost : ParserDescr
@[tactic_parser 1000] opaque omega : ParserDescr
end Lean.Parser.Tactic
theorem eq_true {p : Prop} (h : p) : p = True := propext ⟨fun _ => True.intro, fun _ => h⟩
theorem eq_false {p : Prop} (h : ¬ p) : p = False := propext ⟨fun k => h k, fun k => False.elim k⟩
theorem of_eq_true {p : Prop} (h : p = True) : p := Eq.mpr h True.intro
theorem of_eq_false {p : Prop} (h : p = False) : ¬ p := fun k => Eq.mp h k
theorem eq_self {A : Sort u} (a : A) : (a = a) = True := eq_true rfl
theorem eq_true_of_decide {p : Prop} [Decidable p] (h : decide p = true) : p = True := eq_true (of_decide_eq_true h)
theorem eq_false_of_decide {p : Prop} [Decidable p] (h : decide p = false) : p = False := eq_false (of_decide_eq_false h)
theorem iff_self (p : Prop) : (p ↔ p) = True := eq_true Iff.rfl
theorem ne_eq {A : Sort u} (a b : A) : (a ≠ b) = ¬ (a = b) := rfl
instance instDecOr {p q : Prop} [hp : Decidable p] [hq : Decidable q] : Decidable (p ∨ q) :=
  match hp, hq with
  | isTrue a, _ => isTrue (.inl a)
  | isFalse _, isTrue b => isTrue (.inr b)
  | isFalse a, isFalse b => isFalse (fun h => match h with | .inl x => a x | .inr y => b y)
def List.append {A : Type u} : List A → List A → List A
  | [], ys => ys
  | x :: xs, ys => x :: List.append xs ys
instance {A : Type u} : Append (List A) := ⟨List.append⟩
