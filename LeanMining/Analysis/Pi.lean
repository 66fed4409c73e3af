/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Analysis.Sqrt

/-!
# The number π

π is defined as twice the limit of Wallis's product. Two sequences of rationals enclose that limit:
`wallis n` times a factor that the first convergent of Brouncker's continued fraction at `4n + 1`
gives, and times one that the second gives. The first sequence never falls and the second never
rises, so twice each of their terms bounds π.

## Main definitions

* `wallis n`: the product of the factors `(2k/(2k-1)) (2k/(2k+1))` for `k` from 1 to `n`
* `wallisLower n`, `wallisUpper n`: bounds of its limit
* `Real.pi`: twice its limit

## Main results

* `Real.tendsto_wallis_pi_div_two`: Wallis's product has a limit, and it is π/2
* `Real.two_mul_wallisLower_le_pi`, `Real.pi_le_two_mul_wallisUpper`: bounds of π by rationals, for
  every `n`
* `Real.pi_gt_d6`, `Real.pi_lt_d6`: 3.141592 < π < 3.141593
-/

set_option autoImplicit false

universe u

section LinearOrderedField

variable {K : Type u} [LinearOrderedField K]

/-- Wallis's product of the first `n` factors. -/
def wallis : Nat → K
  | .zero => 1
  | .succ n => wallis n * ((2 * Nat.cast n + 2) * (2 * Nat.cast n + 2) /
      ((2 * Nat.cast n + 1) * (2 * Nat.cast n + 3)))

/-- `(x + 1)` over the first convergent, `x + 1/(2x)`, at `x = 4y + 1`. -/
def wallisLowerFactor (y : K) : K :=
  (4 * y + 2) * (2 * (4 * y + 1)) / (2 * (4 * y + 1) * (4 * y + 1) + 1)

/-- `(x + 1)` over the second convergent, `x + 1/(2x + 9/(2x))`, at `x = 4y + 1`. -/
def wallisUpperFactor (y : K) : K :=
  (4 * y + 2) * (4 * (4 * y + 1) * (4 * y + 1) + 9) /
    ((4 * y + 1) * (4 * (4 * y + 1) * (4 * y + 1) + 11))

/-- A bound from below of the limit of Wallis's product. -/
def wallisLower (n : Nat) : K := wallis n * wallisLowerFactor (Nat.cast n)

/-- A bound from above of the limit of Wallis's product. -/
def wallisUpper (n : Nat) : K := wallis n * wallisUpperFactor (Nat.cast n)

namespace Wallis

/-! ### The convergents -/

/-- A linear function with natural coefficients is positive from 0 on. -/
theorem linear_pos {y : K} (h : 0 ≤ y) (a b : Nat) :
    0 < Nat.cast a * y + Nat.cast (Nat.succ b) :=
  add_pos_of_nonneg_of_pos (mul_nonneg (natCast_nonneg a) h) (natCast_succ_pos b)

variable {y : K}

theorem two_mul_add_two_pos (h : 0 ≤ y) : 0 < 2 * y + 2 := linear_pos h 2 1

theorem wallis_den_pos (h : 0 ≤ y) : 0 < (2 * y + 1) * (2 * y + 3) :=
  mul_pos (linear_pos h 2 0) (linear_pos h 2 2)

theorem four_mul_add_one_pos (h : 0 ≤ y) : 0 < 4 * y + 1 := linear_pos h 4 0

theorem lower_den_pos (h : 0 ≤ y) : 0 < 2 * (4 * y + 1) * (4 * y + 1) + 1 :=
  have x := four_mul_add_one_pos h
  add_pos (mul_pos (mul_pos zero_lt_two x) x) zero_lt_one

theorem upper_den_pos (h : 0 ≤ y) :
    0 < (4 * y + 1) * (4 * (4 * y + 1) * (4 * y + 1) + 11) :=
  have x := four_mul_add_one_pos h
  mul_pos x (add_pos (mul_pos (mul_pos (natCast_succ_pos 3) x) x) (natCast_succ_pos 10))

theorem add_one_nonneg (h : 0 ≤ y) : 0 ≤ y + 1 := add_nonneg h zero_le_one

theorem one_le_wallis_factor (h : 0 ≤ y) :
    1 ≤ (2 * y + 2) * (2 * y + 2) / ((2 * y + 1) * (2 * y + 3)) :=
  (one_le_div (wallis_den_pos h)).mpr (le_of_sub_eq zero_le_one (by ring))

theorem wallisLowerFactor_le (h : 0 ≤ y) : wallisLowerFactor y ≤
    (2 * y + 2) * (2 * y + 2) / ((2 * y + 1) * (2 * y + 3)) * wallisLowerFactor (y + 1) := by
  show (4 * y + 2) * (2 * (4 * y + 1)) / (2 * (4 * y + 1) * (4 * y + 1) + 1) ≤ _ *
    ((4 * (y + 1) + 2) * (2 * (4 * (y + 1) + 1)) /
      (2 * (4 * (y + 1) + 1) * (4 * (y + 1) + 1) + 1))
  have c : 0 ≤ 36 * (2 * y + 3) := mul_nonneg (natCast_nonneg 36) (linear_pos h 2 2).1
  rw [div_mul_div_comm]
  refine (div_le_div_iff (lower_den_pos h)
    (mul_pos (wallis_den_pos h) (lower_den_pos (add_one_nonneg h)))).mpr (le_of_sub_eq c ?_)
  ring

theorem le_wallisUpperFactor (h : 0 ≤ y) :
    (2 * y + 2) * (2 * y + 2) / ((2 * y + 1) * (2 * y + 3)) * wallisUpperFactor (y + 1) ≤
      wallisUpperFactor y := by
  show _ * ((4 * (y + 1) + 2) * (4 * (4 * (y + 1) + 1) * (4 * (y + 1) + 1) + 9) /
    ((4 * (y + 1) + 1) * (4 * (4 * (y + 1) + 1) * (4 * (y + 1) + 1) + 11))) ≤
    (4 * y + 2) * (4 * (4 * y + 1) * (4 * y + 1) + 9) /
      ((4 * y + 1) * (4 * (4 * y + 1) * (4 * y + 1) + 11))
  have c : 0 ≤ 1350 * (2 * y + 3) := mul_nonneg (natCast_nonneg 1350) (linear_pos h 2 2).1
  rw [div_mul_div_comm]
  refine (div_le_div_iff (mul_pos (wallis_den_pos h) (upper_den_pos (add_one_nonneg h)))
    (upper_den_pos h)).mpr (le_of_sub_eq c ?_)
  ring

theorem one_le_wallisUpperFactor (h : 0 ≤ y) : 1 ≤ wallisUpperFactor y := by
  have c : 0 ≤ 64 * (y * y) + 24 * y + 11 :=
    add_nonneg (add_nonneg (mul_nonneg (natCast_nonneg 64) (mul_self_nonneg y))
      (mul_nonneg (natCast_nonneg 24) h)) (natCast_nonneg 11)
  exact (one_le_div (upper_den_pos h)).mpr (le_of_sub_eq c (by ring))

theorem wallisLowerFactor_nonneg (h : 0 ≤ y) : 0 ≤ wallisLowerFactor y :=
  div_nonneg (mul_nonneg (linear_pos h 4 1).1 (mul_nonneg zero_le_two (four_mul_add_one_pos h).1))
    (lower_den_pos h).1

theorem wallisLowerFactor_le_one_add (h : 0 ≤ y) : wallisLowerFactor y ≤ 1 + 1 / (y + 1) := by
  have p : 0 < y + 1 := add_pos_of_nonneg_of_pos h zero_lt_one
  have n := Ne.symm (ne_of_lt p)
  have e : 1 + 1 / (y + 1) = (y + 2) / (y + 1) := by
    refine (eq_div_iff n).mpr ?_
    rw [add_mul, div_mul_cancel _ n]
    ring
  have c : 0 ≤ 24 * (y * y) + 7 * y + 2 :=
    add_nonneg (add_nonneg (mul_nonneg (natCast_nonneg 24) (mul_self_nonneg y))
      (mul_nonneg (natCast_nonneg 7) h)) (natCast_nonneg 2)
  rw [e]
  exact (div_le_div_iff (lower_den_pos h) p).mpr (le_of_sub_eq c (by ring))

end Wallis

open Wallis

/-! ### The product and its bounds -/

theorem wallis_pos : (n : Nat) → (0 : K) < wallis n
  | .zero => zero_lt_one
  | .succ n => have y := natCast_nonneg (R := K) n
    mul_pos (wallis_pos n) (div_pos (mul_pos (two_mul_add_two_pos y) (two_mul_add_two_pos y))
      (wallis_den_pos y))

theorem wallis_le_wallis_succ (n : Nat) : (wallis n : K) ≤ wallis (Nat.succ n) :=
  le_trans (ge_of_eq (mul_one _))
    (mul_le_mul_of_nonneg_left (one_le_wallis_factor (natCast_nonneg n)) (wallis_pos n).1)

theorem wallisLower_le_succ (n : Nat) : (wallisLower n : K) ≤ wallisLower (Nat.succ n) := by
  show wallis n * wallisLowerFactor (Nat.cast n) ≤
    wallis n * _ * wallisLowerFactor (Nat.cast (Nat.succ n))
  rw [natCast_succ, mul_assoc]
  exact mul_le_mul_of_nonneg_left (wallisLowerFactor_le (natCast_nonneg n)) (wallis_pos n).1

theorem wallisUpper_succ_le (n : Nat) : (wallisUpper (Nat.succ n) : K) ≤ wallisUpper n := by
  show wallis n * _ * wallisUpperFactor (Nat.cast (Nat.succ n)) ≤
    wallis n * wallisUpperFactor (Nat.cast n)
  rw [natCast_succ, mul_assoc]
  exact mul_le_mul_of_nonneg_left (le_wallisUpperFactor (natCast_nonneg n)) (wallis_pos n).1

theorem wallis_le_wallisUpper (n : Nat) : (wallis n : K) ≤ wallisUpper n :=
  le_trans (ge_of_eq (mul_one _)) (mul_le_mul_of_nonneg_left
    (one_le_wallisUpperFactor (natCast_nonneg n)) (wallis_pos n).1)

theorem wallisUpper_le {m : Nat} : (n : Nat) → (wallisUpper (m + n) : K) ≤ wallisUpper m
  | .zero => le_refl _
  | .succ n => le_trans (wallisUpper_succ_le (m + n)) (wallisUpper_le n)

end LinearOrderedField

namespace Real

open Wallis

/-- In the reals `1/(n+1)` tends to 0. -/
theorem tendsto_one_div_add_atTop :
    Tendsto (fun n => (1 : Real) / Nat.cast (Nat.succ n)) 0 := fun ε he =>
  (exists_nat_gt (1 / ε)).elim fun N h => ⟨N, fun n l => by
    show |1 / (Nat.cast (Nat.succ n)) - 0| < ε
    have p : (0 : Real) < Nat.cast (Nat.succ n) := natCast_succ_pos n
    rw [sub_zero, abs_of_pos (div_pos zero_lt_one p)]
    refine (div_lt_iff p).mpr ?_
    rw [mul_comm]
    refine lt_of_lt_of_le ((div_lt_iff he).mp h) (mul_le_mul_of_nonneg_right ?_ he.1)
    rw [← Nat.sub_add_cancel (le_trans l (Nat.le_succ n)), natCast_add]
    exact le_add_of_nonneg_left (natCast_nonneg _)⟩

theorem exists_tendsto_wallis :
    ∃ a : Real, Tendsto wallis a ∧ (∀ n, wallis n ≤ a) ∧ a ≤ wallisUpper 0 :=
  exists_tendsto_of_monotone wallis_le_wallis_succ fun n =>
    le_trans (wallis_le_wallisUpper n) (by
      have k := wallisUpper_le (K := Real) (m := 0) n
      rw [Nat.zero_add] at k
      exact k)

/-- Twice the limit of Wallis's product, π. -/
noncomputable def pi : Real := 2 * lim wallis

theorem pi_div_two : pi / 2 = lim wallis := mul_div_cancel_left _ two_ne_zero

/-- Wallis's product tends to π/2. -/
theorem tendsto_wallis_pi_div_two : Tendsto wallis (pi / 2) := by
  rw [pi_div_two]
  exact exists_tendsto_wallis.elim fun a h => tendsto_lim ⟨a, h.1⟩

theorem wallis_le_pi_div_two (n : Nat) : wallis n ≤ pi / 2 := by
  rw [pi_div_two]
  exact exists_tendsto_wallis.elim fun a h => lim_eq h.1 ▸ h.2.1 n

theorem wallisLower_le_pi_div_two (n : Nat) : wallisLower n ≤ pi / 2 := by
  have up : Tendsto (fun m => pi / 2 * (1 + 1 / Nat.cast (Nat.succ m))) (pi / 2 * (1 + 0)) :=
    ((tendsto_const 1).add tendsto_one_div_add_atTop).const_mul _
  rw [add_zero, mul_one] at up
  refine ge_of_tendsto up ⟨n, fun m l => ?_⟩
  refine le_trans (le_of_monotone wallisLower_le_succ l) ?_
  have p := natCast_nonneg (R := Real) m
  have k := wallisLowerFactor_le_one_add p
  rw [← natCast_succ] at k
  exact mul_le_mul (wallis_le_pi_div_two m) k (wallisLowerFactor_nonneg p)
    (le_trans (wallis_pos 0).1 (wallis_le_pi_div_two 0))

theorem pi_div_two_le_wallisUpper (n : Nat) : pi / 2 ≤ wallisUpper n :=
  le_of_tendsto tendsto_wallis_pi_div_two ⟨n, fun m l => le_trans (wallis_le_wallisUpper m) (by
    have k := wallisUpper_le (K := Real) (m := n) (m - n)
    rw [Nat.add_comm, Nat.sub_add_cancel l] at k
    exact k)⟩

theorem two_mul_wallisLower_le_pi (n : Nat) : 2 * wallisLower n ≤ pi := by
  have k := mul_le_mul_of_nonneg_left (wallisLower_le_pi_div_two n) zero_le_two
  rw [mul_comm 2 (pi / 2), div_mul_cancel _ two_ne_zero] at k
  exact k

theorem pi_le_two_mul_wallisUpper (n : Nat) : pi ≤ 2 * wallisUpper n := by
  have k := mul_le_mul_of_nonneg_left (pi_div_two_le_wallisUpper n) zero_le_two
  rw [mul_comm 2 (pi / 2), div_mul_cancel _ two_ne_zero] at k
  exact k

/-! ### Rational bounds -/

theorem ofRat_wallis : (n : Nat) → ofRat (wallis n) = wallis n
  | .zero => rfl
  | .succ n => by
    show ofRat (wallis n * (_ / _)) = wallis n * (_ / _)
    rw [ofRat_mul, ofRat_div, ofRat_wallis n]
    rfl

theorem ofRat_wallisLower (n : Nat) : ofRat (wallisLower n) = wallisLower n := by
  show ofRat (wallis n * (_ / _)) = wallis n * (_ / _)
  rw [ofRat_mul, ofRat_div, ofRat_wallis n]
  rfl

theorem ofRat_wallisUpper (n : Nat) : ofRat (wallisUpper n) = wallisUpper n := by
  show ofRat (wallis n * (_ / _)) = wallis n * (_ / _)
  rw [ofRat_mul, ofRat_div, ofRat_wallis n]
  rfl

theorem lt_pi_of_lt {q : Rat} (n : Nat) (h : q < 2 * wallisLower n) : ofRat q < pi := by
  have k := ofRat_lt.mpr h
  rw [ofRat_mul, ofRat_wallisLower] at k
  exact lt_of_lt_of_le k (two_mul_wallisLower_le_pi n)

theorem pi_lt_of_lt {q : Rat} (n : Nat) (h : 2 * wallisUpper n < q) : pi < ofRat q := by
  have k := ofRat_lt.mpr h
  rw [ofRat_mul, ofRat_wallisUpper] at k
  exact lt_of_le_of_lt (pi_le_two_mul_wallisUpper n) k

/-- 3.141592 < π. -/
theorem pi_gt_d6 : 3141592 / 1000000 < pi := by
  have k := lt_pi_of_lt (q := 3141592 / 1000000) 12 (by decide)
  rw [ofRat_div] at k
  exact k

/-- π < 3.141593. -/
theorem pi_lt_d6 : pi < 3141593 / 1000000 := by
  have k := pi_lt_of_lt (q := 3141593 / 1000000) 6 (by decide)
  rw [ofRat_div] at k
  exact k

theorem two_lt_pi : 2 < pi := lt_pi_of_lt (q := 2) 2 (by decide)

theorem pi_pos : 0 < pi := lt_trans zero_lt_two two_lt_pi

theorem pi_ne_zero : pi ≠ 0 := Ne.symm (ne_of_lt pi_pos)

end Real
