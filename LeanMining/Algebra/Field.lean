/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.OrderedRing

/-!
# Linearly ordered fields

`LinearOrderedField` with Mathlib's names and its convention that `0⁻¹ = 0`. Most theorems about the
reals are stated over it; the library's instances are `Rat` and, in `LeanMining.Analysis`, `Real`.

## Main definitions

* `LinearOrderedField`
-/

set_option autoImplicit false

universe u

/-- A linearly ordered commutative ring in which what is not 0 has an inverse. -/
class LinearOrderedField (K : Type u) extends LinearOrderedCommRing K, Inv K, Div K where
  mul_inv_cancel {a : K} (h : a ≠ 0) : a * a⁻¹ = 1
  inv_zero : (0 : K)⁻¹ = 0
  div_eq_mul_inv (a b : K) : a / b = a * b⁻¹

export LinearOrderedField (mul_inv_cancel inv_zero div_eq_mul_inv)

section LinearOrderedField

variable {K : Type u} [LinearOrderedField K] {a b c d : K}

/-! ### Inverses -/

theorem inv_mul_cancel (h : a ≠ 0) : a⁻¹ * a = 1 := by rw [mul_comm, mul_inv_cancel h]
theorem eq_inv_of_mul_eq_one_right (h : a * b = 1) : b = a⁻¹ := by
  have ha : a ≠ 0 := fun e => one_ne_zero (R := K) (by rw [← h, e, zero_mul])
  rw [← one_mul b, ← inv_mul_cancel ha, mul_assoc, h, mul_one]
theorem inv_one : (1 : K)⁻¹ = 1 := (eq_inv_of_mul_eq_one_right (one_mul 1)).symm
theorem inv_ne_zero (h : a ≠ 0) : a⁻¹ ≠ 0 :=
  fun e => one_ne_zero (R := K) (by rw [← mul_inv_cancel h, e, mul_zero])
theorem inv_inv (a : K) : a⁻¹⁻¹ = a := match LinearOrder.decEq a 0 with
  | .isTrue e => by rw [e, inv_zero, inv_zero]
  | .isFalse h => (eq_inv_of_mul_eq_one_right (inv_mul_cancel h)).symm
theorem mul_inv (a b : K) : (a * b)⁻¹ = a⁻¹ * b⁻¹ :=
  match LinearOrder.decEq a 0, LinearOrder.decEq b 0 with
  | .isTrue e, _ => by rw [e, zero_mul, inv_zero, zero_mul]
  | _, .isTrue e => by rw [e, mul_zero, inv_zero, mul_zero]
  | .isFalse h, .isFalse k => (eq_inv_of_mul_eq_one_right (by
      rw [mul_mul_mul_comm, mul_inv_cancel h, mul_inv_cancel k, one_mul])).symm
theorem inv_pos (h : 0 < a) : 0 < a⁻¹ := (le_or_lt a⁻¹ 0).elim
  (fun k => absurd (le_trans (ge_of_eq (mul_inv_cancel (Ne.symm (ne_of_lt h))))
    (mul_nonpos_of_nonneg_of_nonpos h.1 k)) zero_lt_one.2) id
theorem inv_nonneg (h : 0 ≤ a) : 0 ≤ a⁻¹ := (lt_or_eq_of_le h).elim (fun h => (inv_pos h).1)
  fun e => ge_of_eq (by rw [← e, inv_zero])

/-! ### Quotients -/

theorem one_div (a : K) : 1 / a = a⁻¹ := by rw [div_eq_mul_inv, one_mul]
theorem div_one (a : K) : a / 1 = a := by rw [div_eq_mul_inv, inv_one, mul_one]
theorem div_zero (a : K) : a / 0 = 0 := by rw [div_eq_mul_inv, inv_zero, mul_zero]
theorem zero_div (a : K) : 0 / a = 0 := by rw [div_eq_mul_inv, zero_mul]
theorem div_self (h : a ≠ 0) : a / a = 1 := by rw [div_eq_mul_inv, mul_inv_cancel h]
theorem div_mul_cancel (a : K) (h : b ≠ 0) : a / b * b = a := by
  rw [div_eq_mul_inv, mul_assoc, inv_mul_cancel h, mul_one]
theorem mul_div_cancel_right (a : K) (h : b ≠ 0) : a * b / b = a := by
  rw [div_eq_mul_inv, mul_assoc, mul_inv_cancel h, mul_one]
theorem mul_div_cancel_left (a : K) (h : b ≠ 0) : b * a / b = a := by
  rw [mul_comm, mul_div_cancel_right a h]
theorem mul_div_assoc (a b c : K) : a * b / c = a * (b / c) := by
  rw [div_eq_mul_inv, mul_assoc, ← div_eq_mul_inv]
theorem div_mul_eq_mul_div (a b c : K) : a / b * c = a * c / b := by
  rw [div_eq_mul_inv, mul_right_comm, ← div_eq_mul_inv]
theorem div_mul_div_comm (a b c d : K) : a / b * (c / d) = a * c / (b * d) := by
  rw [div_eq_mul_inv, div_eq_mul_inv, div_eq_mul_inv, mul_inv, mul_mul_mul_comm]
theorem div_div (a b c : K) : a / b / c = a / (b * c) := by
  rw [div_eq_mul_inv, div_eq_mul_inv, div_eq_mul_inv, mul_inv, mul_assoc]
theorem mul_div_mul_left (a b : K) (h : c ≠ 0) : c * a / (c * b) = a / b := by
  rw [← div_mul_div_comm, div_self h, one_mul]
theorem add_div (a b c : K) : (a + b) / c = a / c + b / c := by
  rw [div_eq_mul_inv, add_mul, ← div_eq_mul_inv, ← div_eq_mul_inv]
theorem sub_div (a b c : K) : (a - b) / c = a / c - b / c := by
  rw [div_eq_mul_inv, sub_mul, ← div_eq_mul_inv, ← div_eq_mul_inv]
theorem neg_div (a b : K) : -a / b = -(a / b) := by rw [div_eq_mul_inv, neg_mul, ← div_eq_mul_inv]
theorem div_eq_iff (h : b ≠ 0) : a / b = c ↔ a = c * b :=
  ⟨fun e => by rw [← e, div_mul_cancel a h], fun e => by rw [e, mul_div_cancel_right c h]⟩
theorem eq_div_iff (h : c ≠ 0) : a = b / c ↔ a * c = b :=
  ⟨fun e => by rw [e, div_mul_cancel b h], fun e => by rw [← e, mul_div_cancel_right a h]⟩
theorem div_eq_div_iff (hb : b ≠ 0) (hd : d ≠ 0) : a / b = c / d ↔ a * d = c * b :=
  ⟨fun e => by rw [← div_mul_cancel a hb, e, mul_right_comm, div_mul_cancel c hd], fun e =>
    (div_eq_iff hb).mpr (by rw [div_mul_eq_mul_div, ← e, mul_div_cancel_right a hd])⟩
theorem add_halves (a : K) : a / 2 + a / 2 = a := by
  rw [← add_div, ← two_mul, mul_div_cancel_left a two_ne_zero]

/-! ### Order -/

theorem div_nonneg (h : 0 ≤ a) (k : 0 ≤ b) : 0 ≤ a / b := by
  rw [div_eq_mul_inv]
  exact mul_nonneg h (inv_nonneg k)
theorem div_pos (h : 0 < a) (k : 0 < b) : 0 < a / b := by
  rw [div_eq_mul_inv]
  exact mul_pos h (inv_pos k)
theorem le_div_iff (h : 0 < c) : a ≤ b / c ↔ a * c ≤ b := by
  have k := mul_le_mul_iff_right (a := a) (b := b / c) h
  rw [div_mul_cancel b (Ne.symm (ne_of_lt h))] at k
  exact k.symm
theorem div_le_iff (h : 0 < b) : a / b ≤ c ↔ a ≤ c * b := by
  have k := mul_le_mul_iff_right (a := a / b) (b := c) h
  rw [div_mul_cancel a (Ne.symm (ne_of_lt h))] at k
  exact k.symm
theorem lt_div_iff (h : 0 < c) : a < b / c ↔ a * c < b :=
  ⟨fun k => ⟨(le_div_iff h).mp k.1, fun l => k.2 ((div_le_iff h).mpr l)⟩,
   fun k => ⟨(le_div_iff h).mpr k.1, fun l => k.2 ((div_le_iff h).mp l)⟩⟩
theorem div_lt_iff (h : 0 < b) : a / b < c ↔ a < c * b :=
  ⟨fun k => ⟨(div_le_iff h).mp k.1, fun l => k.2 ((le_div_iff h).mpr l)⟩,
   fun k => ⟨(div_le_iff h).mpr k.1, fun l => k.2 ((le_div_iff h).mp l)⟩⟩
theorem div_le_div_iff (hb : 0 < b) (hd : 0 < d) : a / b ≤ c / d ↔ a * d ≤ c * b := by
  refine (div_le_iff hb).trans ?_
  rw [div_mul_eq_mul_div]
  exact le_div_iff hd
theorem div_le_div_of_nonneg_right (h : a ≤ b) (k : 0 ≤ c) : a / c ≤ b / c := by
  rw [div_eq_mul_inv, div_eq_mul_inv]; exact mul_le_mul_of_nonneg_right h (inv_nonneg k)
theorem div_le_one (h : 0 < b) : a / b ≤ 1 ↔ a ≤ b := by
  have k := div_le_iff (a := a) (c := 1) h
  rw [one_mul] at k
  exact k
theorem div_le_one_of_le (h : a ≤ b) (hb : 0 ≤ b) : a / b ≤ 1 := (lt_or_eq_of_le hb).elim
  (fun k => (div_le_one k).mpr h) fun e => by rw [← e, div_zero]; exact zero_le_one
theorem one_le_div (h : 0 < b) : 1 ≤ a / b ↔ b ≤ a := by
  have k := le_div_iff (a := 1) (b := a) h
  rw [one_mul] at k
  exact k
theorem half_pos (h : 0 < a) : 0 < a / 2 := div_pos h zero_lt_two
theorem half_lt_self (h : 0 < a) : a / 2 < a :=
  (div_lt_iff zero_lt_two).mpr (by rw [mul_two]; exact lt_add_of_pos_right h)
theorem inv_le_inv (h : 0 < a) (k : a ≤ b) : b⁻¹ ≤ a⁻¹ := by
  rw [← one_div, ← one_div]
  refine (div_le_iff (lt_of_lt_of_le h k)).mpr ?_
  rw [div_mul_eq_mul_div, one_mul]
  exact (one_le_div h).mpr k
theorem abs_inv (a : K) : |a⁻¹| = |a|⁻¹ := match LinearOrder.decEq a 0 with
  | .isTrue e => by rw [e, inv_zero, abs_zero, inv_zero]
  | .isFalse h => eq_inv_of_mul_eq_one_right (by rw [← abs_mul, mul_inv_cancel h, abs_one])
theorem abs_div (a b : K) : |a / b| = |a| / |b| := by
  rw [div_eq_mul_inv, abs_mul, abs_inv, ← div_eq_mul_inv]

end LinearOrderedField
