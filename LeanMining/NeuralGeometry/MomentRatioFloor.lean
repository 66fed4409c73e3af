/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Expectation
import LeanMining.NeuralGeometry.JensenFloor

/-!
# The moment ratio

Seed 001, *MomentRatioFloor*: β of independent, identically distributed coordinates tends to the
ratio of the squared first to the second absolute moment. For distributions on finitely many values,
such as those of INT8, expectations are finite sums, and the limit follows from Chebyshev's
inequality with an explicit bound. A Gaussian distribution is not one of them: the moments that the
seed gives for it are put into the ratio.

## Main results

* `iid_coord_moment_ratio_floor`: how far β is from the moment ratio on average
* `gaussian_moment_ratio_floor_eq`: the ratio where `μ₁² = (2/p) μ₂`
* `momentRatio_pos_le_one`: the ratio is above 0 and at most 1
* `one_sub_momentRatio_pos_iff`: it is below 1 unless all magnitudes are equal
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K]

/-- The squared first absolute moment over the second moment (seed 001, glossary). -/
def momentRatio (μ₁ μ₂ : K) : K := μ₁ * μ₁ / μ₂

/-- For moments with `μ₁² = (2/p) μ₂` the ratio is `2/p`. The seed has such moments for a Gaussian,
with `p = π`; no distribution is spoken of here (seed 001, MomentRatioFloor). -/
theorem gaussian_moment_ratio_floor_eq {p μ₁ μ₂ : K} (h₂ : μ₂ ≠ 0) (h : μ₁ * μ₁ = 2 / p * μ₂) :
    momentRatio μ₁ μ₂ = 2 / p := (div_eq_iff h₂).mpr h

/-! ### Distributions on finitely many values -/

section Finite

variable {m : Nat}

/-- The first absolute moment of the value `f a` with the weight `w a`. -/
def absMoment (w f : Fin m → K) : K := mean w fun a => |f a|

/-- The second moment of the value `f a` with the weight `w a`. -/
def secondMoment (w f : Fin m → K) : K := mean w fun a => f a * f a

variable {w f : Fin m → K}

theorem absMoment_nonneg (hw : ∀ a, 0 ≤ w a) : 0 ≤ absMoment w f :=
  sum_nonneg fun a => mul_nonneg (hw a) (abs_nonneg (f a))

theorem variance_abs (h : ∑ a, w a = 1) :
    variance w (fun a => |f a|) = secondMoment w f - absMoment w f * absMoment w f := by
  rw [variance_eq h]
  exact congrArg (· - _) (sum_congr fun a => congrArg (w a * ·) (abs_mul_abs_self (f a)))

theorem variance_nonneg (hw : ∀ a, 0 ≤ w a) (g : Fin m → K) : 0 ≤ variance w g :=
  sum_nonneg fun a => mul_nonneg (hw a) (mul_self_nonneg _)

theorem absMoment_mul_self_le (hw : ∀ a, 0 ≤ w a) (h : ∑ a, w a = 1) :
    absMoment w f * absMoment w f ≤ secondMoment w f :=
  sub_nonneg.mp (variance_abs h ▸ variance_nonneg hw _)

/-- A distribution whose magnitudes are all equal has no distance from 1 to its moment ratio, and
every other one does (seed 001, IsotropicFloor, corrected). -/
theorem one_sub_momentRatio_pos_iff (hw : ∀ a, 0 < w a) (h : ∑ a, w a = 1)
    (h₂ : secondMoment w f ≠ 0) :
    0 < 1 - momentRatio (absMoment w f) (secondMoment w f) ↔ ∃ a, |f a| ≠ absMoment w f := by
  have pos : 0 < secondMoment w f := lt_of_le_of_ne
    (sum_nonneg fun a => mul_nonneg (hw a).1 (mul_self_nonneg _)) (Ne.symm h₂)
  have e : 1 - momentRatio (absMoment w f) (secondMoment w f) =
      variance w (fun a => |f a|) / secondMoment w f := by
    rw [variance_abs h, sub_div, div_self h₂]; rfl
  rw [e]
  exact ⟨fun p => (Fin.forall_or_exists_not (fun a => |f a| = absMoment w f)
    fun a => LinearOrder.decEq _ _).elim (fun all => absurd p (by
      have z : variance w (fun a => |f a|) = 0 := sum_eq_zero fun a => by
        show w a * ((|f a| - absMoment w f) * (|f a| - absMoment w f)) = 0
        rw [all a, sub_self, mul_zero, mul_zero]
      rw [z, zero_div]; exact lt_irrefl 0)) id,
    fun ⟨a, k⟩ => div_pos (sum_pos (fun a => mul_nonneg (hw a).1 (mul_self_nonneg _))
      ⟨a, mul_pos (hw a) (mul_self_pos fun z => k (sub_eq_zero_iff.mp z))⟩) pos⟩

/-- The values 1 and -1. -/
def plusMinus : Fin 2 → K := Fin.cons 1 fun _ => -1

theorem mean_half (c : K) : mean (fun _ : Fin 2 => 1 / 2) (fun _ => c) = c := by
  show 1 / 2 * c + (1 / 2 * c + 0) = c
  rw [add_zero, ← add_mul, add_halves, one_mul]

/-- Of the values 1 and -1, each with the weight 1/2, the moment ratio is 1: not every distribution
with a second moment other than 0 is away from it (seed 001, IsotropicFloor, its text). -/
theorem isotropic_floor_pos_of_any_distribution_as_given_false :
    ¬ ∀ (m : Nat) (w f : Fin m → K), (∀ a, 0 ≤ w a) → ∑ a, w a = 1 → secondMoment w f ≠ 0 →
      0 < 1 - momentRatio (absMoment w f) (secondMoment w f) := by
  intro h
  have size : ∀ a, |plusMinus a| = (1 : K)
    | .zero => abs_one
    | .succ .zero => (abs_neg 1).trans abs_one
  have first : absMoment (fun _ : Fin 2 => 1 / 2) plusMinus = (1 : K) :=
    (sum_congr fun a => congrArg (1 / 2 * ·) (size a)).trans (mean_half 1)
  have second : secondMoment (fun _ : Fin 2 => 1 / 2) plusMinus = (1 : K) :=
    (sum_congr fun a => congrArg (1 / 2 * ·) (by
      show plusMinus a * plusMinus a = 1
      rw [← abs_mul_abs_self, size, one_mul])).trans (mean_half 1)
  have k := h 2 (fun _ => 1 / 2) plusMinus (fun _ => div_nonneg zero_le_one zero_le_two)
    ((congrArg (1 / 2 + ·) (add_zero (1 / 2))).trans (add_halves 1))
    (by rw [second]; exact one_ne_zero)
  rw [first, second] at k
  refine absurd k ?_
  show ¬ 0 < 1 - 1 * 1 / (1 : K)
  rw [one_mul, div_self one_ne_zero, sub_self]
  exact lt_irrefl 0

/-! ### The limit -/

theorem beta_eq_div {d : Nat} (hd : (Nat.cast d : K) ≠ 0) (k : Fin d → K) :
    beta k = l1Norm k / Nat.cast d * (l1Norm k / Nat.cast d) / (normSq k / Nat.cast d) := by
  rw [div_mul_div_comm, div_div, mul_assoc, mul_comm (Nat.cast d) (normSq k / Nat.cast d),
    div_mul_cancel _ hd]
  rfl

theorem momentRatio_mem {μ₁ μ₂ : K} (h : μ₁ * μ₁ ≤ μ₂) :
    0 ≤ momentRatio μ₁ μ₂ ∧ momentRatio μ₁ μ₂ ≤ 1 :=
  have p : 0 ≤ μ₂ := le_trans (mul_self_nonneg μ₁) h
  ⟨div_nonneg (mul_self_nonneg μ₁) p, div_le_one_of_le h p⟩

/-- The moment ratio of a distribution whose second moment is not 0 is above 0 and at most 1 (seed
001, glossary, "Range"). -/
theorem momentRatio_pos_le_one (hw : ∀ a, 0 ≤ w a) (h : ∑ a, w a = 1) (h₂ : secondMoment w f ≠ 0) :
    0 < momentRatio (absMoment w f) (secondMoment w f) ∧
      momentRatio (absMoment w f) (secondMoment w f) ≤ 1 := by
  have pos : 0 < secondMoment w f := lt_of_le_of_ne
    (sum_nonneg fun a => mul_nonneg (hw a) (mul_self_nonneg _)) (Ne.symm h₂)
  have first : absMoment w f ≠ 0 := fun e => h₂ (sum_eq_zero fun a => by
    have z := (sum_eq_zero_iff_of_nonneg fun a => mul_nonneg (hw a) (abs_nonneg (f a))).mp e a
    exact (mul_eq_zero_iff.mp z).elim (fun z => by rw [z, zero_mul]) fun z => by
      show w a * (f a * f a) = 0
      rw [abs_eq_zero.mp z, mul_zero, mul_zero])
  exact ⟨div_pos (mul_self_pos first) pos, (momentRatio_mem (absMoment_mul_self_le hw h)).2⟩

/-- A ratio `a²/b` is near `μ₁²/μ₂` where `a` is near `μ₁` and `b` near `μ₂`. -/
theorem abs_momentRatio_sub_le {a b μ₁ μ₂ r : K} (h₁ : 0 ≤ μ₁) (h₂ : 0 < μ₂) (hr : 2 * r ≤ μ₂)
    (ha : |a - μ₁| ≤ r) (hb : |b - μ₂| ≤ r) :
    |momentRatio a b - momentRatio μ₁ μ₂| ≤ 2 * (μ₁ + μ₂) * (μ₁ + μ₂) / (μ₂ * μ₂) * r := by
  have n₂ : μ₂ ≠ 0 := Ne.symm (ne_of_lt h₂)
  have r0 : 0 ≤ r := le_trans (abs_nonneg _) ha
  have half : μ₂ ≤ 2 * b := by
    have e : 2 * b = 2 * μ₂ - 2 * (μ₂ - b) := by ring
    have f : μ₂ - b ≤ r := le_trans (le_abs_self _) (le_trans (le_of_eq (abs_sub_comm _ _)) hb)
    have g : μ₂ = 2 * μ₂ - μ₂ := by ring
    rw [e]
    exact le_trans (le_of_eq g) (sub_le_sub (le_refl _)
      (le_trans (mul_le_mul_of_nonneg_left f zero_le_two) hr))
  have b0 : 0 < b := (le_or_lt b 0).elim (fun k => absurd (le_trans half
    (mul_nonpos_of_nonneg_of_nonpos zero_le_two k)) (not_le_of_lt h₂)) id
  have q0 : 0 ≤ momentRatio μ₁ μ₂ := div_nonneg (mul_self_nonneg μ₁) h₂.1
  have c : momentRatio μ₁ μ₂ * μ₂ = μ₁ * μ₁ := div_mul_cancel _ n₂
  have e : momentRatio a b - momentRatio μ₁ μ₂ =
      ((a - μ₁) * (a + μ₁) - momentRatio μ₁ μ₂ * (b - μ₂)) / b := by
    have f : (a - μ₁) * (a + μ₁) - momentRatio μ₁ μ₂ * (b - μ₂) =
      a * a - momentRatio μ₁ μ₂ * b + (momentRatio μ₁ μ₂ * μ₂ - μ₁ * μ₁) := by ring
    rw [f, c, sub_self, add_zero, sub_div, mul_div_cancel_right _ (Ne.symm (ne_of_lt b0))]
    rfl
  have sum : |a + μ₁| ≤ r + 2 * μ₁ := by
    have f : a + μ₁ = a - μ₁ + 2 * μ₁ := by ring
    rw [f]
    exact le_trans (abs_add_le _ _) (add_le_add ha
      (le_of_eq (abs_of_nonneg (mul_nonneg zero_le_two h₁))))
  have r1 : r ≤ μ₂ := le_trans (le_add_of_nonneg_right r0) (le_trans (ge_of_eq (two_mul r)) hr)
  have top : |(a - μ₁) * (a + μ₁) - momentRatio μ₁ μ₂ * (b - μ₂)| ≤
      r * (2 * μ₁ + μ₂ + momentRatio μ₁ μ₂) := by
    rw [sub_eq_add_neg]
    refine le_trans (abs_add_le _ _) ?_
    rw [abs_neg, abs_mul, abs_mul, abs_of_nonneg q0]
    refine le_trans (add_le_add (mul_le_mul ha sum (abs_nonneg _) r0)
      (mul_le_mul_of_nonneg_left hb q0)) ?_
    have f : r * (r + 2 * μ₁) + momentRatio μ₁ μ₂ * r =
      r * (2 * μ₁ + r + momentRatio μ₁ μ₂) := by ring
    rw [f]
    exact mul_le_mul_of_nonneg_left (add_le_add_right (add_le_add_left r1 _) _) r0
  have full : 2 * (μ₁ + μ₂) * (μ₁ + μ₂) / (μ₂ * μ₂) * r =
      2 * (r * (2 * μ₁ + μ₂ + momentRatio μ₁ μ₂)) / μ₂ := by
    rw [div_mul_eq_mul_div]
    refine (div_eq_div_iff (mul_ne_zero n₂ n₂) n₂).mpr ?_
    have f : 2 * (r * (2 * μ₁ + μ₂ + momentRatio μ₁ μ₂)) * (μ₂ * μ₂) =
      2 * r * (2 * μ₁ * μ₂ + μ₂ * μ₂ + momentRatio μ₁ μ₂ * μ₂) * μ₂ := by ring
    rw [f, c]; ring
  rw [e, abs_div, abs_of_pos b0, full]
  refine (div_le_div_iff b0 h₂).mpr ?_
  have g : 2 * (r * (2 * μ₁ + μ₂ + momentRatio μ₁ μ₂)) * b =
    r * (2 * μ₁ + μ₂ + momentRatio μ₁ μ₂) * (2 * b) := by ring
  rw [g]
  exact mul_le_mul top half h₂.1 (le_trans (abs_nonneg _) top)

/-- β of `d` independent draws from a distribution on finitely many values differs from its moment
ratio on average by at most `C r + (V₁ + V₂) / (d r²)`, for every `r` up to `μ₂/2`, where `V₁` and
`V₂` are the variances of the magnitude and of the square, and `C = 2 (1 + μ₁/μ₂)²`. As `d` grows
this tends to 0, with `r` the cube root of `1/d` say. The distribution need not be symmetric (seed
001, MomentRatioFloor, for finitely many values, such as those of INT8). -/
theorem iid_coord_moment_ratio_floor (hw : ∀ a, 0 ≤ w a) (h : ∑ a, w a = 1)
    (h₂ : 0 < secondMoment w f) {r : K} (hr : 0 < r) (hr' : 2 * r ≤ secondMoment w f) (d : Nat)
    (hd : (Nat.cast d : K) ≠ 0) :
    expect w d (fun x => |beta (fun i => f (x i)) -
        momentRatio (absMoment w f) (secondMoment w f)|) ≤
      2 * (absMoment w f + secondMoment w f) * (absMoment w f + secondMoment w f) /
          (secondMoment w f * secondMoment w f) * r +
        (variance w (fun a => |f a|) + variance w fun a => f a * f a) / (Nat.cast d * (r * r)) := by
  have h₁ : 0 ≤ absMoment w f := absMoment_nonneg hw
  have rr : 0 < r * r := mul_pos hr hr
  have c0 : 0 ≤ 2 * (absMoment w f + secondMoment w f) * (absMoment w f + secondMoment w f) /
      (secondMoment w f * secondMoment w f) * r := by
    rw [mul_assoc 2]
    exact mul_nonneg (div_nonneg (mul_nonneg zero_le_two (mul_self_nonneg _))
      (mul_self_nonneg _)) hr.1
  have point : ∀ x : Fin d → Fin m, |beta (fun i => f (x i)) -
      momentRatio (absMoment w f) (secondMoment w f)| ≤
      2 * (absMoment w f + secondMoment w f) * (absMoment w f + secondMoment w f) /
          (secondMoment w f * secondMoment w f) * r +
        (r * r)⁻¹ * (((∑ i, |f (x i)|) / Nat.cast d - mean w fun a => |f a|) *
          ((∑ i, |f (x i)|) / Nat.cast d - mean w fun a => |f a|) +
        ((∑ i, f (x i) * f (x i)) / Nat.cast d - mean w fun a => f a * f a) *
          ((∑ i, f (x i) * f (x i)) / Nat.cast d - mean w fun a => f a * f a)) := fun x => by
    have far : |beta (fun i => f (x i)) - momentRatio (absMoment w f) (secondMoment w f)| ≤ 1 :=
      have q := momentRatio_mem (absMoment_mul_self_le hw h (f := f))
      abs_le.mpr ⟨by
        have z : (-1 : K) = 0 - 1 := (zero_sub 1).symm
        rw [z]
        exact sub_le_sub (div_nonneg (mul_self_nonneg _)
          (mul_nonneg (natCast_nonneg d) (normSq_nonneg _))) q.2,
        le_trans (sub_le_self q.1) (beta_le_one _)⟩
    have large : ∀ y z : K, r ≤ |y| → 1 ≤ (r * r)⁻¹ * (y * y + z * z) := fun y z k => by
      rw [mul_comm, ← div_eq_mul_inv]
      refine (one_le_div rr).mpr (le_trans (mul_self_le_mul_self hr.1 k) ?_)
      rw [abs_mul_abs_self]
      exact le_add_of_nonneg_right (mul_self_nonneg z)
    have least : ∀ y z : K, 0 ≤ (r * r)⁻¹ * (y * y + z * z) := fun y z =>
      mul_nonneg (inv_nonneg rr.1) (add_nonneg (mul_self_nonneg y) (mul_self_nonneg z))
    exact (le_or_lt r |(∑ i, |f (x i)|) / Nat.cast d - mean w fun a => |f a||).elim
      (fun k => le_trans far (le_trans (large _ _ k) (le_add_of_nonneg_left c0))) fun j =>
      (le_or_lt r |(∑ i, f (x i) * f (x i)) / Nat.cast d - mean w fun a => f a * f a|).elim
        (fun k => le_trans far (le_trans (large _ _ k) (le_trans (le_of_eq (by rw [add_comm]))
          (le_add_of_nonneg_left c0)))) fun k => by
          refine le_trans ?_ (le_add_of_nonneg_right (least _ _))
          rw [beta_eq_div hd]
          exact abs_momentRatio_sub_le h₁ h₂ hr' j.1 k.1
  refine le_trans (expect_mono hw point) (le_of_eq ?_)
  rw [expect_add, expect_const h, ← mul_expect, expect_add,
    expect_sq_mean_sub h (fun a => |f a|) hd, expect_sq_mean_sub h (fun a => f a * f a) hd,
    ← add_div, mul_comm (r * r)⁻¹, ← div_eq_mul_inv, div_div]

end Finite

end LeanMining
