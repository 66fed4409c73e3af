/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Int8
import LeanMining.Algebra.Rat

/-!
# Examples: arithmetic and the tactic `ring`

Numbers that the kernel computes, and identities that `ring` proves.
-/

set_option autoImplicit false

/-! ### Numbers -/

example : (-3 : Int) * 5 + 2 = -13 := by decide
example : (-128 : Int) < 127 - 1 := by decide
example : (123456789 - 987654321 : Int) * 1000000007 = -864197538049382724 := by decide

example : (1 / 3 : Rat) + 1 / 6 = 1 / 2 := by decide
example : (355 / 113 : Rat) < 22 / 7 := by decide
example : (-7 / 2 : Rat) * (4 / 21) = -2 / 3 := by decide

example : Int8.toInt 5 = 5 := by decide
example : Int8.toInt ⊥ = -128 := by decide

/-! ### `ring` -/

universe u

variable {R : Type u} [CommRing R] (a b c d e f g h : R)

example : (a + b) * c = b * c + c * a := by ring
example : (a + b) * (a - b) = a ^ 2 - b ^ 2 := by ring
example : (a - b) ^ 3 = a ^ 3 - 3 * a ^ 2 * b + 3 * (a * b ^ 2) - b * b * b := by ring
example : 12 * a - 5 * a + 2 = -(-7) * a + 1 + 1 := by ring

example (n : Nat) : Nat.cast n * a + a = (Nat.cast n + 1) * a := by ring

example (m n : Nat) (x : Int) :
    Int.ofNat m * x + x * Int.ofNat n = (Int.ofNat n + Int.ofNat m) * x := by ring

/-- Lagrange's identity in three dimensions. -/
example : (a * a + b * b + c * c) * (d * d + e * e + f * f) - (a * d + b * e + c * f) ^ 2 =
    (a * e - b * d) ^ 2 + (a * f - c * d) ^ 2 + (b * f - c * e) ^ 2 := by ring

/-- Euler's four-square identity. -/
example : (a ^ 2 + b ^ 2 + c ^ 2 + d ^ 2) * (e ^ 2 + f ^ 2 + g ^ 2 + h ^ 2) =
    (a * e + b * f + c * g + d * h) ^ 2 + (a * f - b * e + c * h - d * g) ^ 2 +
    (a * g - b * h - c * e + d * f) ^ 2 + (a * h + b * g - c * f - d * e) ^ 2 := by ring
