/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Analysis.Complete

/-!
# Square roots

## Main definitions

* `Real.sqrt x`: the root of `x`, and 0 below 0

## Main results

* `Real.mul_self_sqrt`, `Real.sqrt_nonneg`, and `Real.eq_sqrt_of_mul_self_eq`: no other number has
  these properties
* `Real.sqrt_le_sqrt`, `Real.sqrt_mul`, `Real.sqrt_pos`
* `Real.abs_sqrt_sub_sqrt_le`: roots of near numbers are near
-/

set_option autoImplicit false

namespace Real

variable {a b x y : Real}

/-- Above a number whose square is below `x` there is another. -/
theorem exists_gt_mul_self_le (ha : 0 ≤ a) (h : a * a < x) : ∃ b, a < b ∧ b * b ≤ x := by
  have p : 0 < 2 * a + 1 := add_pos_of_nonneg_of_pos (mul_nonneg zero_le_two ha) zero_lt_one
  refine (exists_mul_lt (2 * a + 1) (sub_pos.mpr h)).elim fun δ hd => ?_
  have small : ∃ η, 0 < η ∧ η ≤ δ ∧ η ≤ 1 := (le_total δ 1).elim
    (fun l => ⟨δ, hd.1, le_refl δ, l⟩) fun l => ⟨1, zero_lt_one, l, le_refl 1⟩
  refine small.elim fun η he => ⟨a + η, lt_add_of_pos_right he.1, ?_⟩
  have s : 0 ≤ (2 * a + 1) * (δ - η) := mul_nonneg p.1 (sub_nonneg.mpr he.2.1)
  have t : 0 ≤ η * (1 - η) := mul_nonneg he.1.1 (sub_nonneg.mpr he.2.2)
  refine le_of_sub_eq (add_nonneg (add_nonneg (sub_pos.mpr hd.2).1 s) t) ?_
  ring

/-- Below a positive number whose square is above `x` there is another. -/
theorem exists_lt_le_mul_self (ha : 0 < a) (h : x < a * a) :
    ∃ b, b < a ∧ 0 ≤ b ∧ x ≤ b * b := by
  refine (exists_mul_lt (2 * a) (sub_pos.mpr h)).elim fun δ hd => ?_
  have small : ∃ η, 0 < η ∧ η ≤ δ ∧ η ≤ a := (le_total δ a).elim
    (fun l => ⟨δ, hd.1, le_refl δ, l⟩) fun l => ⟨a, ha, l, le_refl a⟩
  refine small.elim fun η he => ⟨a - η, lt_of_sub_eq he.1 (by ring), sub_nonneg.mpr he.2.2, ?_⟩
  have s : 0 ≤ 2 * a * (δ - η) :=
    mul_nonneg (mul_nonneg zero_le_two ha.1) (sub_nonneg.mpr he.2.1)
  refine le_of_sub_eq (add_nonneg (add_nonneg (sub_pos.mpr hd.2).1 s) (mul_self_nonneg η)) ?_
  ring

theorem exists_mul_self_eq (h : 0 ≤ x) : ∃ s, 0 ≤ s ∧ s * s = x := by
  have zero : (0 : Real) * 0 ≤ x := by rw [zero_mul]; exact h
  have bound : IsUpperBound (fun y => 0 ≤ y ∧ y * y ≤ x) (x + 1) := fun y hy => by
    refine le_of_mul_self_le_mul_self (add_nonneg h zero_le_one) (le_trans hy.2 ?_)
    refine le_of_sub_eq (add_nonneg (add_nonneg (mul_self_nonneg x) h) zero_le_one) ?_
    ring
  refine (exists_isLUB (fun y => 0 ≤ y ∧ y * y ≤ x) ⟨0, le_refl 0, zero⟩ ⟨_, bound⟩).elim
    fun s hs => ⟨s, hs.1 0 ⟨le_refl 0, zero⟩, ?_⟩
  have s0 : 0 ≤ s := hs.1 0 ⟨le_refl 0, zero⟩
  refine le_antisymm ((le_or_lt (s * s) x).elim id fun l => ?_)
    ((le_or_lt x (s * s)).elim id fun l => ?_)
  · have pos : 0 < s := pos_of_mul_self_pos s0 (lt_of_le_of_lt h l)
    refine (exists_lt_le_mul_self pos l).elim fun b hb => absurd (hs.2 b fun y hy => ?_)
      (not_le_of_lt hb.1)
    exact le_of_mul_self_le_mul_self hb.2.1 (le_trans hy.2 hb.2.2)
  · exact (exists_gt_mul_self_le s0 l).elim fun b hb =>
      absurd (hs.1 b ⟨le_trans s0 hb.1.1, hb.2⟩) (not_le_of_lt hb.1)

/-- The square root, and 0 below 0. -/
noncomputable def sqrt (x : Real) : Real :=
  @dite Real (∃ s, 0 ≤ s ∧ s * s = x) (Classical.propDecidable _) Classical.choose fun _ => 0

theorem sqrt_spec (h : 0 ≤ x) : 0 ≤ sqrt x ∧ sqrt x * sqrt x = x := by
  unfold sqrt
  rw [dif_pos (exists_mul_self_eq h)]
  exact Classical.choose_spec (exists_mul_self_eq h)

theorem mul_self_sqrt (h : 0 ≤ x) : sqrt x * sqrt x = x := (sqrt_spec h).2

theorem sqrt_eq_zero_of_neg (h : x < 0) : sqrt x = 0 := dif_neg fun k => k.elim fun s e =>
  absurd (le_trans (mul_self_nonneg s) (le_of_eq e.2)) (not_le_of_lt h)

theorem sqrt_nonneg (x : Real) : 0 ≤ sqrt x := (le_or_lt 0 x).elim (fun h => (sqrt_spec h).1)
  fun h => ge_of_eq (sqrt_eq_zero_of_neg h)

/-- A number that is not negative and has the square `x` is the root of `x`. -/
theorem eq_sqrt_of_mul_self_eq (ha : 0 ≤ a) (h : a * a = x) : a = sqrt x :=
  eq_of_mul_self_eq_mul_self ha (sqrt_nonneg x)
    (h.trans (mul_self_sqrt (h ▸ mul_self_nonneg a)).symm)

theorem sqrt_mul_self (ha : 0 ≤ a) : sqrt (a * a) = a := (eq_sqrt_of_mul_self_eq ha rfl).symm
theorem sqrt_zero : sqrt 0 = 0 := (eq_sqrt_of_mul_self_eq (le_refl 0) (zero_mul 0)).symm
theorem sqrt_one : sqrt 1 = 1 := (eq_sqrt_of_mul_self_eq zero_le_one (one_mul 1)).symm

theorem sqrt_le_sqrt (h : x ≤ y) : sqrt x ≤ sqrt y := (le_or_lt 0 x).elim
  (fun k => le_of_mul_self_le_mul_self (sqrt_nonneg y) (by
    rw [mul_self_sqrt k, mul_self_sqrt (le_trans k h)]; exact h))
  fun k => by rw [sqrt_eq_zero_of_neg k]; exact sqrt_nonneg y

theorem sqrt_pos (h : 0 < x) : 0 < sqrt x :=
  pos_of_mul_self_pos (sqrt_nonneg x) (by rw [mul_self_sqrt h.1]; exact h)

theorem sqrt_ne_zero (h : 0 < x) : sqrt x ≠ 0 := Ne.symm (ne_of_lt (sqrt_pos h))

theorem sqrt_lt_sqrt (hx : 0 ≤ x) (h : x < y) : sqrt x < sqrt y :=
  (le_or_lt (sqrt y) (sqrt x)).elim (fun k => absurd (mul_self_le_mul_self (sqrt_nonneg y) k) (by
    rw [mul_self_sqrt hx, mul_self_sqrt (le_trans hx h.1)]; exact not_le_of_lt h)) id

theorem sqrt_mul (hx : 0 ≤ x) (hy : 0 ≤ y) : sqrt (x * y) = sqrt x * sqrt y :=
  (eq_sqrt_of_mul_self_eq (mul_nonneg (sqrt_nonneg x) (sqrt_nonneg y)) (by
    rw [mul_mul_mul_comm, mul_self_sqrt hx, mul_self_sqrt hy])).symm

/-- Roots are near where one of the numbers is positive and the other near it. -/
theorem abs_sqrt_sub_sqrt_le (hx : 0 ≤ x) (hy : 0 < y) :
    |sqrt x - sqrt y| ≤ (sqrt y)⁻¹ * |x - y| := by
  have s := sqrt_pos hy
  have e : (sqrt x - sqrt y) * (sqrt x + sqrt y) = x - y := by
    have e : (sqrt x - sqrt y) * (sqrt x + sqrt y) = sqrt x * sqrt x - sqrt y * sqrt y := by ring
    rw [e, mul_self_sqrt hx, mul_self_sqrt hy.1]
  rw [mul_comm, ← div_eq_mul_inv]
  refine (le_div_iff s).mpr ?_
  rw [← e, abs_mul]
  refine mul_le_mul_of_nonneg_left ?_ (abs_nonneg _)
  rw [abs_of_nonneg (add_nonneg (sqrt_nonneg x) s.1)]
  exact le_add_of_nonneg_left (sqrt_nonneg x)

end Real
