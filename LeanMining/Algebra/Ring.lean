/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Arithmetic

/-!
# Commutative rings

`CommRing` with Mathlib's names. The numerals `0`, `1`, `2`, … are casts of natural numbers, so that
a ring whose cast computes at once, as that of `Int` does, has numerals that compute at once.

## Main definitions

* `NatCast`, and the numerals that it gives
* `CommRing`
* `a ^ n` for natural `n`
-/

set_option autoImplicit false

universe u

/-- A type with an image of each natural number. -/
class NatCast (R : Type u) where
  /-- The image of a natural number. -/
  natCast : Nat → R

/-- The image of a natural number in `R`. -/
@[reducible] def Nat.cast {R : Type u} [NatCast R] (n : Nat) : R := NatCast.natCast n

@[reducible] instance NatCast.instOfNat {R : Type u} [NatCast R] (n : Nat) : OfNat R n :=
  ⟨Nat.cast n⟩

@[reducible] instance NatCast.instCoe {R : Type u} [NatCast R] (n : Nat) : CoeT Nat n R :=
  ⟨Nat.cast n⟩

/-- A commutative ring with one. -/
class CommRing (R : Type u) extends Add R, Mul R, Neg R, Sub R, NatCast R where
  add_assoc (a b c : R) : a + b + c = a + (b + c)
  add_comm (a b : R) : a + b = b + a
  add_zero (a : R) : a + 0 = a
  add_neg_cancel (a : R) : a + -a = 0
  sub_eq_add_neg (a b : R) : a - b = a + -b
  mul_assoc (a b c : R) : a * b * c = a * (b * c)
  mul_comm (a b : R) : a * b = b * a
  mul_one (a : R) : a * 1 = a
  mul_add (a b c : R) : a * (b + c) = a * b + a * c
  natCast_succ (n : Nat) : Nat.cast (Nat.succ n) = (Nat.cast n : R) + 1

export CommRing (add_assoc add_comm add_zero add_neg_cancel sub_eq_add_neg mul_assoc mul_comm
  mul_one mul_add natCast_succ)

section CommRing

variable {R : Type u} [CommRing R] {a b c d : R}

/-! ### Sums -/

theorem zero_add (a : R) : 0 + a = a := (add_comm 0 a).trans (add_zero a)
theorem neg_add_cancel (a : R) : -a + a = 0 := (add_comm (-a) a).trans (add_neg_cancel a)
theorem add_left_comm (a b c : R) : a + (b + c) = b + (a + c) := by
  rw [← add_assoc, add_comm a, add_assoc]
theorem add_right_comm (a b c : R) : a + b + c = a + c + b := by
  rw [add_assoc, add_comm b, add_assoc]
theorem add_add_add_comm (a b c d : R) : a + b + (c + d) = a + c + (b + d) := by
  rw [add_assoc, add_left_comm b, ← add_assoc]
theorem neg_add_cancel_left (a b : R) : -a + (a + b) = b := by
  rw [← add_assoc, neg_add_cancel, zero_add]
theorem add_neg_cancel_left (a b : R) : a + (-a + b) = b := by
  rw [← add_assoc, add_neg_cancel, zero_add]
theorem add_neg_cancel_right (a b : R) : a + b + -b = a := by
  rw [add_assoc, add_neg_cancel, add_zero]
theorem neg_add_cancel_right (a b : R) : a + -b + b = a := by
  rw [add_assoc, neg_add_cancel, add_zero]
theorem add_left_cancel (h : a + b = a + c) : b = c := by
  rw [← neg_add_cancel_left a b, h, neg_add_cancel_left]
theorem add_right_cancel (h : a + b = c + b) : a = c := by
  rw [← add_neg_cancel_right a b, h, add_neg_cancel_right]
theorem eq_neg_of_add_eq_zero_left (h : a + b = 0) : a = -b := by
  rw [← add_neg_cancel_right a b, h, zero_add]
theorem neg_eq_of_add_eq_zero_right (h : a + b = 0) : -a = b := by
  rw [← neg_add_cancel_left a b, h, add_zero]

/-! ### Negatives and differences -/

theorem neg_neg (a : R) : -(-a) = a := neg_eq_of_add_eq_zero_right (neg_add_cancel a)
theorem neg_zero : -(0 : R) = 0 := neg_eq_of_add_eq_zero_right (add_zero 0)
theorem neg_add (a b : R) : -(a + b) = -a + -b :=
  neg_eq_of_add_eq_zero_right (by rw [add_add_add_comm, add_neg_cancel, add_neg_cancel, add_zero])
theorem neg_inj (h : -a = -b) : a = b := by rw [← neg_neg a, h, neg_neg]
theorem neg_eq_zero_iff : -a = 0 ↔ a = 0 :=
  ⟨fun h => neg_inj (h.trans neg_zero.symm), fun h => by rw [h, neg_zero]⟩

theorem sub_self (a : R) : a - a = 0 := by rw [sub_eq_add_neg, add_neg_cancel]
theorem sub_zero (a : R) : a - 0 = a := by rw [sub_eq_add_neg, neg_zero, add_zero]
theorem zero_sub (a : R) : 0 - a = -a := by rw [sub_eq_add_neg, zero_add]
theorem sub_neg_eq_add (a b : R) : a - -b = a + b := by rw [sub_eq_add_neg, neg_neg]
theorem neg_sub (a b : R) : -(a - b) = b - a := by
  rw [sub_eq_add_neg, neg_add, neg_neg, add_comm, sub_eq_add_neg]
theorem sub_add_cancel (a b : R) : a - b + b = a := by rw [sub_eq_add_neg, neg_add_cancel_right]
theorem add_sub_cancel_right (a b : R) : a + b - b = a := by
  rw [sub_eq_add_neg, add_neg_cancel_right]
theorem add_sub_cancel_left (a b : R) : a + b - a = b := by rw [add_comm, add_sub_cancel_right]
theorem add_sub_cancel (a b : R) : a + (b - a) = b := by rw [add_comm, sub_add_cancel]
theorem sub_add_sub_cancel (a b c : R) : a - b + (b - c) = a - c := by
  rw [sub_eq_add_neg b, ← add_assoc, sub_add_cancel, ← sub_eq_add_neg]
theorem add_sub_add_comm (a b c d : R) : a + b - (c + d) = a - c + (b - d) := by
  rw [sub_eq_add_neg, neg_add, add_add_add_comm, ← sub_eq_add_neg, ← sub_eq_add_neg]
theorem add_sub_assoc (a b c : R) : a + b - c = a + (b - c) := by
  rw [sub_eq_add_neg, add_assoc, ← sub_eq_add_neg]
theorem sub_sub (a b c : R) : a - b - c = a - (b + c) := by
  rw [sub_eq_add_neg, sub_eq_add_neg, add_assoc, ← neg_add, ← sub_eq_add_neg]
theorem sub_eq_zero_iff : a - b = 0 ↔ a = b :=
  ⟨fun h => by rw [← sub_add_cancel a b, h, zero_add], fun h => by rw [h, sub_self]⟩
theorem sub_eq_iff_eq_add : a - b = c ↔ a = c + b :=
  ⟨fun h => by rw [← h, sub_add_cancel], fun h => by rw [h, add_sub_cancel_right]⟩
theorem eq_sub_iff_add_eq : a = b - c ↔ a + c = b :=
  ⟨fun h => by rw [h, sub_add_cancel], fun h => by rw [← h, add_sub_cancel_right]⟩

/-! ### Products -/

theorem one_mul (a : R) : 1 * a = a := (mul_comm 1 a).trans (mul_one a)
theorem mul_left_comm (a b c : R) : a * (b * c) = b * (a * c) := by
  rw [← mul_assoc, mul_comm a, mul_assoc]
theorem mul_right_comm (a b c : R) : a * b * c = a * c * b := by
  rw [mul_assoc, mul_comm b, mul_assoc]
theorem mul_mul_mul_comm (a b c d : R) : a * b * (c * d) = a * c * (b * d) := by
  rw [mul_assoc, mul_left_comm b, ← mul_assoc]
theorem add_mul (a b c : R) : (a + b) * c = a * c + b * c := by
  rw [mul_comm, mul_add, mul_comm c a, mul_comm c b]
theorem mul_zero (a : R) : a * 0 = 0 :=
  add_left_cancel (a := a * 0) (by rw [← mul_add, add_zero, add_zero])
theorem zero_mul (a : R) : 0 * a = 0 := by rw [mul_comm, mul_zero]
theorem neg_mul (a b : R) : -a * b = -(a * b) :=
  (neg_eq_of_add_eq_zero_right (by rw [← add_mul, add_neg_cancel, zero_mul])).symm
theorem mul_neg (a b : R) : a * -b = -(a * b) := by rw [mul_comm, neg_mul, mul_comm]
theorem neg_mul_neg (a b : R) : -a * -b = a * b := by rw [neg_mul, mul_neg, neg_neg]
theorem neg_one_mul (a : R) : -1 * a = -a := by rw [neg_mul, one_mul]
theorem mul_sub (a b c : R) : a * (b - c) = a * b - a * c := by
  rw [sub_eq_add_neg, mul_add, mul_neg, ← sub_eq_add_neg]
theorem sub_mul (a b c : R) : (a - b) * c = a * c - b * c := by
  rw [mul_comm, mul_sub, mul_comm c a, mul_comm c b]

/-! ### Numerals -/

theorem natCast_zero : (Nat.cast Nat.zero : R) = 0 := rfl
theorem natCast_add (m n : Nat) : (Nat.cast (m + n) : R) = Nat.cast m + Nat.cast n := by
  induction n with
  | zero => exact (add_zero _).symm
  | succ n ih =>
    show (Nat.cast (Nat.succ (m + n)) : R) = _
    rw [natCast_succ, natCast_succ, ih, add_assoc]
theorem natCast_mul (m n : Nat) : (Nat.cast (m * n) : R) = Nat.cast m * Nat.cast n := by
  induction n with
  | zero => exact (mul_zero _).symm
  | succ n ih =>
    show (Nat.cast (m * n + m) : R) = _
    rw [natCast_add, natCast_succ, ih, mul_add, mul_one]
theorem one_add_one_eq_two : (1 : R) + 1 = 2 := (natCast_succ 1).symm
theorem two_mul (a : R) : 2 * a = a + a := by rw [← one_add_one_eq_two, add_mul, one_mul]
theorem mul_two (a : R) : a * 2 = a + a := by rw [mul_comm, two_mul]

/-! ### Powers -/

/-- `a` to a natural power. -/
def CommRing.npow (a : R) : Nat → R
  | .zero => 1
  | .succ n => CommRing.npow a n * a

@[default_instance, reducible] instance CommRing.instPow : Pow R Nat := ⟨CommRing.npow⟩

theorem pow_zero (a : R) : a ^ 0 = 1 := rfl
theorem pow_succ (a : R) (n : Nat) : a ^ Nat.succ n = a ^ n * a := rfl
theorem pow_one (a : R) : a ^ 1 = a := one_mul a
theorem pow_two (a : R) : a ^ 2 = a * a := congrArg (· * a) (pow_one a)
theorem pow_add (a : R) (m n : Nat) : a ^ (m + n) = a ^ m * a ^ n := by
  induction n with
  | zero => exact (mul_one _).symm
  | succ n ih => show a ^ (m + n) * a = a ^ m * (a ^ n * a); rw [ih, mul_assoc]
theorem mul_pow (a b : R) (n : Nat) : (a * b) ^ n = a ^ n * b ^ n := by
  induction n with
  | zero => exact (mul_one _).symm
  | succ n ih => rw [pow_succ, pow_succ, pow_succ, ih, mul_mul_mul_comm]
theorem one_pow (n : Nat) : (1 : R) ^ n = 1 := by
  induction n with
  | zero => rfl
  | succ n ih => rw [pow_succ, ih, one_mul]

end CommRing
