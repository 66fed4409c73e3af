/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Bool
import LeanMining.Algebra.Int

/-!
# A normal form for commutative rings

The tactic `ring` proves an equation that holds in every commutative ring, by reflection: each side
becomes a `RingNF.Expr`, its normal form is a polynomial with integer coefficients, and the kernel
computes both and compares them. What is not `+`, `-`, `*`, a numeral or a power with a literal
exponent counts as an atom. Type-class resolution finds the atoms and the expressions, so there is
no metaprogram to trust, and none in the proof term.

## Main definitions

* `RingNF.Expr`, `RingNF.Poly` and `RingNF.Expr.toPoly`
* `RingNF.Expr.sound`: equal normal forms have equal values
* the tactic `ring`
-/

set_option autoImplicit false

universe u

namespace RingNF

/-! ### Expressions -/

/-- An expression over the atoms numbered 0, 1, 2, …. -/
inductive Expr where
  | atom (i : Nat)
  | num (n : Nat)
  | add (a b : Expr)
  | sub (a b : Expr)
  | mul (a b : Expr)
  | neg (a : Expr)
  | pow (a : Expr) (n : Nat)

/-- The value of an expression, given those of the atoms. -/
def Expr.eval {R : Type u} [CommRing R] (ρ : Nat → R) : Expr → R
  | .atom i => ρ i
  | .num n => Nat.cast n
  | .add a b => a.eval ρ + b.eval ρ
  | .sub a b => a.eval ρ - b.eval ρ
  | .mul a b => a.eval ρ * b.eval ρ
  | .neg a => -a.eval ρ
  | .pow a n => a.eval ρ ^ n

/-! ### Monomials -/

/-- A product of atoms, in ascending order. -/
inductive Mono where
  | one
  | mul (i : Nat) (m : Mono)

namespace Mono

/-- `m` times the atom `i`. -/
def insert (i : Nat) : Mono → Mono
  | .one => .mul i .one
  | .mul j m => cond (Nat.ble i j) (.mul i (.mul j m)) (.mul j (insert i m))

/-- The product of two monomials. -/
def times : Mono → Mono → Mono
  | .one, m => m
  | .mul i l, m => insert i (times l m)

/-- Whether two monomials are the same. -/
def beq : Mono → Mono → Bool
  | .one, .one => true
  | .mul i l, .mul j m => Bool.and (Nat.beq i j) (beq l m)
  | _, _ => false

/-- Whether the first monomial comes before the second, lexicographically. -/
def blt : Mono → Mono → Bool
  | .one, .one => false
  | .one, .mul _ _ => true
  | .mul _ _, .one => false
  | .mul i l, .mul j m => cond (Nat.beq i j) (blt l m) (Nat.ble i j)

theorem eq_of_beq : (l m : Mono) → beq l m = true → l = m
  | .one, .one, _ => rfl
  | .one, .mul _ _, h => nomatch h
  | .mul _ _, .one, h => nomatch h
  | .mul i l, .mul j m, h => by
    rw [Nat.eq_of_beq_eq_true i j (Bool.and_eq_true_left h),
      eq_of_beq l m (Bool.and_eq_true_right h)]

variable {R : Type u} [CommRing R] (ρ : Nat → R)

/-- The value of a monomial. -/
def eval : Mono → R
  | .one => 1
  | .mul i m => ρ i * eval m

theorem eval_insert (i : Nat) (m : Mono) : (insert i m).eval ρ = ρ i * m.eval ρ := by
  induction m with
  | one => rfl
  | mul j m ih =>
    show eval ρ (cond (Nat.ble i j) (.mul i (.mul j m)) (.mul j (insert i m))) =
      ρ i * (ρ j * eval ρ m)
    cases Nat.ble i j with
    | true => rfl
    | false => show ρ j * eval ρ (insert i m) = _; rw [ih, mul_left_comm]

theorem eval_times (l m : Mono) : (times l m).eval ρ = l.eval ρ * m.eval ρ := by
  induction l with
  | one => exact (one_mul _).symm
  | mul i l ih =>
    show eval ρ (insert i (times l m)) = ρ i * eval ρ l * eval ρ m
    rw [eval_insert, ih, mul_assoc]

end Mono

/-! ### Polynomials -/

/-- A sum of monomials with integer coefficients, in ascending order. -/
inductive Poly where
  | zero
  | add (c : Int) (m : Mono) (p : Poly)

namespace Poly

/-- `p + c * m` -/
def insert (c : Int) (m : Mono) : Poly → Poly
  | .zero => .add c m .zero
  | .add d k p => cond (Mono.beq m k) (.add (c + d) k p)
      (cond (Mono.blt m k) (.add c m (.add d k p)) (.add d k (insert c m p)))

/-- The sum of two polynomials. -/
def plus : Poly → Poly → Poly
  | .zero, q => q
  | .add c m p, q => insert c m (plus p q)

/-- `c * m * p` -/
def timesTerm (c : Int) (m : Mono) : Poly → Poly
  | .zero => .zero
  | .add d k p => insert (c * d) (Mono.times m k) (timesTerm c m p)

/-- The product of two polynomials. -/
def times : Poly → Poly → Poly
  | .zero, _ => .zero
  | .add c m p, q => plus (timesTerm c m q) (times p q)

/-- A power of a polynomial. -/
def power (p : Poly) : Nat → Poly
  | .zero => .add 1 .one .zero
  | .succ n => times (power p n) p

/-- The polynomial without the terms whose coefficient is 0. -/
def clean : Poly → Poly
  | .zero => .zero
  | .add (.ofNat .zero) _ p => p.clean
  | .add c m p => .add c m p.clean

/-- Whether two polynomials are the same. -/
def beq : Poly → Poly → Bool
  | .zero, .zero => true
  | .add c l p, .add d m q => Bool.and (decide (c = d)) (Bool.and (Mono.beq l m) (beq p q))
  | _, _ => false

theorem eq_of_beq : (p q : Poly) → beq p q = true → p = q
  | .zero, .zero, _ => rfl
  | .zero, .add _ _ _, h => nomatch h
  | .add _ _ _, .zero, h => nomatch h
  | .add c l p, .add d m q, h => by
    have k := Bool.and_eq_true_right h
    rw [of_decide_eq_true (Bool.and_eq_true_left h), Mono.eq_of_beq l m (Bool.and_eq_true_left k),
      eq_of_beq p q (Bool.and_eq_true_right k)]

variable {R : Type u} [CommRing R] (ρ : Nat → R)

/-- The value of a polynomial. -/
def eval : Poly → R
  | .zero => 0
  | .add c m p => Int.cast c * m.eval ρ + eval p

theorem eval_insert (c : Int) (m : Mono) (p : Poly) :
    (insert c m p).eval ρ = Int.cast c * m.eval ρ + p.eval ρ := by
  induction p with
  | zero => rfl
  | add d k p ih =>
    show eval ρ (cond (Mono.beq m k) (.add (c + d) k p)
      (cond (Mono.blt m k) (.add c m (.add d k p)) (.add d k (insert c m p)))) = _
    cases h : Mono.beq m k with
    | true =>
      rw [Mono.eq_of_beq m k h]
      show Int.cast (c + d) * k.eval ρ + p.eval ρ =
        Int.cast c * k.eval ρ + (Int.cast d * k.eval ρ + p.eval ρ)
      rw [Int.cast_add, add_mul, add_assoc]
    | false => cases Mono.blt m k with
      | true => rfl
      | false =>
        show Int.cast d * k.eval ρ + eval ρ (insert c m p) =
          Int.cast c * m.eval ρ + (Int.cast d * k.eval ρ + p.eval ρ)
        rw [ih, add_left_comm]

theorem eval_plus (p q : Poly) : (plus p q).eval ρ = p.eval ρ + q.eval ρ := by
  induction p with
  | zero => exact (zero_add _).symm
  | add c m p ih =>
    show eval ρ (insert c m (plus p q)) = Int.cast c * m.eval ρ + p.eval ρ + q.eval ρ
    rw [eval_insert, ih, add_assoc]

theorem eval_timesTerm (c : Int) (m : Mono) (p : Poly) :
    (timesTerm c m p).eval ρ = Int.cast c * m.eval ρ * p.eval ρ := by
  induction p with
  | zero => exact (mul_zero _).symm
  | add d k p ih =>
    show eval ρ (insert (c * d) (Mono.times m k) (timesTerm c m p)) =
      Int.cast c * m.eval ρ * (Int.cast d * k.eval ρ + p.eval ρ)
    rw [eval_insert, ih, Int.cast_mul, Mono.eval_times, mul_add, mul_mul_mul_comm]

theorem eval_times (p q : Poly) : (times p q).eval ρ = p.eval ρ * q.eval ρ := by
  induction p with
  | zero => exact (zero_mul _).symm
  | add c m p ih =>
    show eval ρ (plus (timesTerm c m q) (times p q)) = (Int.cast c * m.eval ρ + p.eval ρ) * q.eval ρ
    rw [eval_plus, eval_timesTerm, ih, add_mul]

theorem eval_const (c : Int) : (Poly.add c .one .zero).eval ρ = Int.cast c := by
  show Int.cast c * 1 + 0 = _; rw [mul_one, add_zero]

theorem eval_power (p : Poly) (n : Nat) : (power p n).eval ρ = p.eval ρ ^ n := by
  induction n with
  | zero => exact eval_const ρ 1
  | succ n ih => show eval ρ (times (power p n) p) = p.eval ρ ^ n * p.eval ρ; rw [eval_times, ih]

theorem eval_clean : (p : Poly) → p.clean.eval ρ = p.eval ρ
  | .zero => rfl
  | .add (.ofNat .zero) m p => (eval_clean p).trans (by
    show p.eval ρ = 0 * m.eval ρ + p.eval ρ; rw [zero_mul, zero_add])
  | .add (.ofNat (.succ c)) m p => congrArg (Int.cast (.ofNat (.succ c)) * m.eval ρ + ·)
    (eval_clean p)
  | .add (.negSucc c) m p => congrArg (Int.cast (.negSucc c) * m.eval ρ + ·) (eval_clean p)

end Poly

/-! ### The normal form -/

namespace Expr

/-- The polynomial that an expression is. -/
def toPoly : Expr → Poly
  | .atom i => .add 1 (.mul i .one) .zero
  | .num n => .add (.ofNat n) .one .zero
  | .add a b => a.toPoly.plus b.toPoly
  | .sub a b => a.toPoly.plus (b.toPoly.timesTerm (-1) .one)
  | .mul a b => a.toPoly.times b.toPoly
  | .neg a => a.toPoly.timesTerm (-1) .one
  | .pow a n => a.toPoly.power n

variable {R : Type u} [CommRing R] (ρ : Nat → R)

theorem eval_timesTerm_neg_one (p : Poly) : (p.timesTerm (-1) .one).eval ρ = -p.eval ρ := by
  rw [Poly.eval_timesTerm]
  show -(1 : R) * 1 * p.eval ρ = -p.eval ρ
  rw [mul_one, neg_one_mul]

theorem eval_toPoly (e : Expr) : e.toPoly.eval ρ = e.eval ρ := by
  induction e with
  | atom i => show (1 : R) * (ρ i * 1) + 0 = ρ i; rw [add_zero, one_mul, mul_one]
  | num n => exact Poly.eval_const ρ (.ofNat n)
  | add a b iha ihb => exact (Poly.eval_plus ρ _ _).trans (by rw [iha, ihb]; rfl)
  | sub a b iha ihb => exact (Poly.eval_plus ρ _ _).trans (by
      rw [eval_timesTerm_neg_one, iha, ihb, ← sub_eq_add_neg]; rfl)
  | mul a b iha ihb => exact (Poly.eval_times ρ _ _).trans (by rw [iha, ihb]; rfl)
  | neg a ih => exact (eval_timesTerm_neg_one ρ _).trans (by rw [ih]; rfl)
  | pow a n ih => exact (Poly.eval_power ρ _ n).trans (by rw [ih]; rfl)

/-- Expressions with the same normal form have the same value. -/
theorem sound (a b : Expr) (h : Poly.beq a.toPoly.clean b.toPoly.clean = true) :
    a.eval ρ = b.eval ρ := by
  rw [← eval_toPoly, ← eval_toPoly, ← Poly.eval_clean, Poly.eq_of_beq _ _ h, Poly.eval_clean]

end Expr

/-! ### From terms to expressions -/

section Reify

variable {R : Type u} [CommRing R]

/-- The value of an atom: an entry of the list, and 0 beyond its end. -/
def lookup : List R → Nat → R
  | .nil, _ => 0
  | .cons a _, .zero => a
  | .cons _ l, .succ i => lookup l i

/-- `a` is entry `i` of `l`. -/
class Entry (l : List R) (a : R) (i : outParam Nat) : Prop where
  eq : lookup l i = a

instance (priority := 100) Entry.zero (l : List R) (a : R) : Entry (.cons a l) a .zero := ⟨rfl⟩
instance (priority := 50) Entry.succ (l : List R) (a b : R) (i : Nat) [h : Entry l a i] :
    Entry (.cons b l) a (.succ i) := ⟨h.eq⟩

/-- `l'` is `l` and those atoms of `a` that it lacks. -/
class Atoms (l : List R) (a : R) (l' : outParam (List R)) : Prop

section Atoms

/-! A cast of a variable would pass for a numeral, so casts are matched first. -/

variable (l l' l'' : List R) (a b : R) (i n : Nat)

instance (priority := 10) Atoms.new : Atoms l a (.cons a l) := ⟨⟩
instance (priority := 20) Atoms.num : Atoms l (no_index (OfNat.ofNat n : R)) l := ⟨⟩
instance (priority := 30) Atoms.old [Entry l a i] : Atoms l a l := ⟨⟩
instance (priority := 40) Atoms.newCast : Atoms l (Nat.cast n : R) (.cons (Nat.cast n) l) := ⟨⟩
instance (priority := 50) Atoms.oldCast [Entry l (Nat.cast n : R) i] : Atoms l (Nat.cast n : R) l :=
  ⟨⟩
instance (priority := 40) Atoms.newOfNat (l : List Int) :
    Atoms l (Int.ofNat n) (.cons (Int.ofNat n) l) := ⟨⟩
instance (priority := 50) Atoms.oldOfNat (l : List Int) [Entry l (Int.ofNat n) i] :
    Atoms l (Int.ofNat n) l := ⟨⟩
instance (priority := 100) Atoms.add [Atoms l a l'] [Atoms l' b l''] : Atoms l (a + b) l'' := ⟨⟩
instance (priority := 100) Atoms.sub [Atoms l a l'] [Atoms l' b l''] : Atoms l (a - b) l'' := ⟨⟩
instance (priority := 100) Atoms.mul [Atoms l a l'] [Atoms l' b l''] : Atoms l (a * b) l'' := ⟨⟩
instance (priority := 100) Atoms.neg [Atoms l a l'] : Atoms l (-a) l' := ⟨⟩
instance (priority := 100) Atoms.pow [Atoms l a l'] :
    Atoms l (a ^ (no_index (OfNat.ofNat n : Nat))) l' := ⟨⟩

end Atoms

/-- `a` is the value of `e` over the atoms `l`. -/
class Reify (l : List R) (a : R) (e : outParam Expr) : Prop where
  eq : e.eval (lookup l) = a

section Reify

variable (l : List R) (a b : R) (x y : Expr) (i n : Nat)

instance (priority := 20) Reify.num : Reify l (no_index (OfNat.ofNat n : R)) (.num n) := ⟨rfl⟩
instance (priority := 30) Reify.atom [h : Entry l a i] : Reify l a (.atom i) := ⟨h.eq⟩
instance (priority := 40) Reify.cast [h : Entry l (Nat.cast n : R) i] :
    Reify l (Nat.cast n : R) (.atom i) := ⟨h.eq⟩
instance (priority := 40) Reify.ofNat (l : List Int) [h : Entry l (Int.ofNat n) i] :
    Reify l (Int.ofNat n) (.atom i) :=
  ⟨h.eq⟩
instance (priority := 100) Reify.add [h : Reify l a x] [k : Reify l b y] :
    Reify l (a + b) (.add x y) :=
  ⟨by show x.eval _ + y.eval _ = a + b; rw [h.eq, k.eq]⟩
instance (priority := 100) Reify.sub [h : Reify l a x] [k : Reify l b y] :
    Reify l (a - b) (.sub x y) :=
  ⟨by show x.eval _ - y.eval _ = a - b; rw [h.eq, k.eq]⟩
instance (priority := 100) Reify.mul [h : Reify l a x] [k : Reify l b y] :
    Reify l (a * b) (.mul x y) :=
  ⟨by show x.eval _ * y.eval _ = a * b; rw [h.eq, k.eq]⟩
instance (priority := 100) Reify.neg [h : Reify l a x] : Reify l (-a) (.neg x) :=
  ⟨by show -x.eval _ = -a; rw [h.eq]⟩
instance (priority := 100) Reify.pow [h : Reify l a x] :
    Reify l (a ^ (no_index (OfNat.ofNat n : Nat))) (.pow x (OfNat.ofNat n : Nat)) :=
  ⟨by show x.eval _ ^ _ = a ^ _; rw [h.eq]⟩

end Reify

/-- Both sides of an equation over the same atoms, with the same normal form. -/
theorem eq_of_beq {a b : R} {l l' : List R} {x y : Expr} [Atoms .nil a l] [Atoms l b l']
    [h : Reify l' a x] [k : Reify l' b y] (e : Poly.beq x.toPoly.clean y.toPoly.clean = true) :
    a = b :=
  h.eq.symm.trans ((Expr.sound _ x y e).trans k.eq)

end Reify

end RingNF

/-- Proves an equation that holds in every commutative ring. The bound is on the number of instances
that one expression needs, about two for each operation and one for each step along the list of
atoms. -/
macro "ring" : tactic =>
  `(tactic| set_option synthInstance.maxSize 100000 in exact RingNF.eq_of_beq (by decide +kernel))
