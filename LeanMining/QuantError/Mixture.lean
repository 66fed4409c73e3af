/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Sum
import LeanMining.Examples.Witnesses

/-!
# The kurtosis of a mixture

Seed 002, *Layer 3: Mixture Kurtosis*. The variance of a mixture is the mean of its components'
variances plus the variance of their means. Its fourth central moment is a sum over the components
of the fourth moment, four times the skew and six times the variance, with powers of how far the
component's mean is from the whole one. The seed leaves the skew out, which is right only where
Σ w δ m₃ = 0.

## Main definitions

* `excessKurtosis w x`: the fourth central moment over the squared variance, less 3
* `effectiveKurtosis v w x`: the same of a mixture

## Main results

* `mixture_variance`: the law of total variance
* `mixture_fourth_moment`: the fourth moment of a mixture about its mean
* `effectiveKurtosis_eq`: its excess kurtosis, from the components'
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [CommRing K] {c n : Nat}

/-- The `p`-th moment of data about a point. -/
def moment (w x : Fin n → K) (μ : K) (p : Nat) : K := ∑ i, w i * (x i - μ) ^ p

/-- The variance of a mixture is the mean of its components' variances plus the variance of their
means, for weights `v j` of the components and `w j` of their data, which add up to 1 (seed 002,
Layer 3, the law of total variance). -/
theorem mixture_variance (v : Fin c → K) (w x : Fin c → Fin n → K) (m : Fin c → K) (μ : K)
    (hw : ∀ j, ∑ i, w j i = 1) (hm : ∀ j, ∑ i, w j i * x j i = m j) :
    ∑ j, v j * moment (w j) (x j) μ 2 =
      ∑ j, v j * moment (w j) (x j) (m j) 2 + ∑ j, v j * (m j - μ) ^ 2 := by
  rw [← sum_add]
  refine sum_congr fun j => ?_
  rw [← mul_add]
  refine congrArg (v j * ·) ?_
  have first : ∑ i, w j i * (x j i - m j) = 0 := by
    have e : ∑ i, w j i * (x j i - m j) = ∑ i, (w j i * x j i - w j i * m j) :=
      sum_congr fun i => by ring
    rw [e, sum_sub, hm j, ← sum_mul, hw j, one_mul, sub_self]
  have expand : ∀ i, w j i * (x j i - μ) ^ 2 = w j i * (x j i - m j) ^ 2 +
      (2 * (m j - μ) * (w j i * (x j i - m j)) + w j i * (m j - μ) ^ 2) := fun i => by ring
  show ∑ i, w j i * (x j i - μ) ^ 2 = _
  rw [sum_congr expand, sum_add, sum_add, ← mul_sum, ← sum_mul, first, hw j, mul_zero, zero_add,
    one_mul]
  rfl

/-- Fourth moments of components about the mean `μ` of the whole, from moments about their own means
`m j`: with `v j` the weight of component `j`, `w j` those of its data, which add up to 1, and
`δ = m j - μ` (seed 002, Layer 3, corrected). -/
theorem mixture_fourth_moment (v : Fin c → K) (w x : Fin c → Fin n → K) (m : Fin c → K) (μ : K)
    (hw : ∀ j, ∑ i, w j i = 1) (hm : ∀ j, ∑ i, w j i * x j i = m j) :
    ∑ j, v j * moment (w j) (x j) μ 4 =
      ∑ j, v j * (moment (w j) (x j) (m j) 4 + 4 * (m j - μ) * moment (w j) (x j) (m j) 3 +
        6 * (m j - μ) ^ 2 * moment (w j) (x j) (m j) 2 + (m j - μ) ^ 4) := sum_congr fun j => by
  refine congrArg (v j * ·) ?_
  have first : ∑ i, w j i * (x j i - m j) = 0 := by
    have e : ∑ i, w j i * (x j i - m j) = ∑ i, (w j i * x j i - w j i * m j) :=
      sum_congr fun i => by ring
    rw [e, sum_sub, hm j, ← sum_mul, hw j, one_mul, sub_self]
  have expand : ∀ i, w j i * (x j i - μ) ^ 4 =
      w j i * (x j i - m j) ^ 4 + 4 * (m j - μ) * (w j i * (x j i - m j) ^ 3) +
        6 * (m j - μ) ^ 2 * (w j i * (x j i - m j) ^ 2) +
        (4 * (m j - μ) ^ 3 * (w j i * (x j i - m j)) + w j i * (m j - μ) ^ 4) := fun i => by ring
  show ∑ i, w j i * (x j i - μ) ^ 4 = _
  rw [sum_congr expand, sum_add, sum_add, sum_add, sum_add, ← mul_sum, ← mul_sum, ← mul_sum,
    ← sum_mul, first, hw j, mul_zero, zero_add, one_mul]
  rfl

section Field

variable {K : Type u} [LinearOrderedField K] {c n : Nat}

/-- The excess kurtosis of data with weights that add up to 1 (seed 002, Layer 3, κ). -/
def excessKurtosis (w x : Fin n → K) : K :=
  moment w x (∑ i, w i * x i) 4 / moment w x (∑ i, w i * x i) 2 ^ 2 - 3

/-- The mean of a mixture. -/
def mixtureMean (v : Fin c → K) (w x : Fin c → Fin n → K) : K := ∑ j, v j * ∑ i, w j i * x j i

/-- The excess kurtosis of a mixture, with the weight `v j` for component `j` and `w j` for its data
(seed 002, Layer 3, κ_eff). -/
def effectiveKurtosis (v : Fin c → K) (w x : Fin c → Fin n → K) : K :=
  (∑ j, v j * moment (w j) (x j) (mixtureMean v w x) 4) /
    (∑ j, v j * moment (w j) (x j) (mixtureMean v w x) 2) ^ 2 - 3

/-- The seed's formula for it, from the components' kurtoses `κ`, their variances `s`, and how far
their means are from the whole one, `δ` (seed 002, Layer 3, The Key Formula). -/
def kurtosisFormula (v κ s δ : Fin c → K) : K :=
  (∑ j, v j * ((κ j + 3) * s j ^ 2) + 6 * ∑ j, v j * (s j * δ j ^ 2) + ∑ j, v j * δ j ^ 4) /
    (∑ j, v j * s j + ∑ j, v j * δ j ^ 2) ^ 2 - 3

/-- `κ_eff` is what the seed's formula gives, plus `4 Σ v δ m₃ / σ_eff⁴` for the components' third
central moments `m₃` (seed 002, Layer 3, The Key Formula, corrected). -/
theorem effectiveKurtosis_eq (v : Fin c → K) (w x : Fin c → Fin n → K) {m s δ : Fin c → K}
    (hw : ∀ j, ∑ i, w j i = 1) (hm : ∀ j, ∑ i, w j i * x j i = m j)
    (hs : ∀ j, moment (w j) (x j) (m j) 2 = s j) (h₀ : ∀ j, s j ≠ 0)
    (hδ : ∀ j, m j - mixtureMean v w x = δ j) :
    effectiveKurtosis v w x =
      kurtosisFormula v (fun j => excessKurtosis (w j) (x j)) s δ +
        4 * (∑ j, v j * (δ j * moment (w j) (x j) (m j) 3)) /
          (∑ j, v j * s j + ∑ j, v j * δ j ^ 2) ^ 2 := by
  have own : ∀ j, (excessKurtosis (w j) (x j) + 3) * s j ^ 2 = moment (w j) (x j) (m j) 4 :=
    fun j => by
      show (moment (w j) (x j) (∑ i, w j i * x j i) 4 /
        moment (w j) (x j) (∑ i, w j i * x j i) 2 ^ 2 - 3 + 3) * s j ^ 2 = _
      rw [hm j, hs j, sub_add_cancel,
        div_mul_cancel _ (by rw [pow_two]; exact mul_ne_zero (h₀ j) (h₀ j))]
  have two : ∑ j, v j * moment (w j) (x j) (mixtureMean v w x) 2 =
      ∑ j, v j * s j + ∑ j, v j * δ j ^ 2 := by
    rw [mixture_variance v w x m _ hw hm, sum_congr fun j => congrArg (v j * ·) (hs j),
      sum_congr fun j => congrArg (fun d => v j * d ^ 2) (hδ j)]
  have four : ∑ j, v j * moment (w j) (x j) (mixtureMean v w x) 4 =
      ∑ j, v j * ((excessKurtosis (w j) (x j) + 3) * s j ^ 2) + 6 * ∑ j, v j * (s j * δ j ^ 2) +
        ∑ j, v j * δ j ^ 4 + 4 * (∑ j, v j * (δ j * moment (w j) (x j) (m j) 3)) := by
    rw [mixture_fourth_moment v w x m _ hw hm, mul_sum, mul_sum, ← sum_add, ← sum_add, ← sum_add]
    exact sum_congr fun j => by rw [own j, hs j, hδ j]; ring
  show _ / _ - 3 = _ / _ - 3 + _ / _
  rw [two, four, add_div, sub_eq_add_neg, sub_eq_add_neg, add_right_comm]

/-- Where the components have no skew, or none on balance, `κ_eff` is what the seed's formula gives
(seed 002, Layer 3, The Key Formula, as far as it is true). -/
theorem effectiveKurtosis_eq_formula (v : Fin c → K) (w x : Fin c → Fin n → K)
    {m s δ : Fin c → K} (hw : ∀ j, ∑ i, w j i = 1) (hm : ∀ j, ∑ i, w j i * x j i = m j)
    (hs : ∀ j, moment (w j) (x j) (m j) 2 = s j) (h₀ : ∀ j, s j ≠ 0)
    (hδ : ∀ j, m j - mixtureMean v w x = δ j)
    (skew : ∑ j, v j * (δ j * moment (w j) (x j) (m j) 3) = 0) :
    effectiveKurtosis v w x = kurtosisFormula v (fun j => excessKurtosis (w j) (x j)) s δ := by
  rw [effectiveKurtosis_eq v w x hw hm hs h₀ hδ, skew, mul_zero, zero_div, add_zero]

end Field

/-- Without the skew the formula fails, also where every component has a kurtosis: 0, 0, 3 beside 2,
3, 4 (seed 002, Layer 3, The Key Formula, as it is given). -/
theorem effectiveKurtosis_as_given_false :
    ¬ ∀ (c n : Nat) (v : Fin c → Rat) (w x : Fin c → Fin n → Rat) (m s δ : Fin c → Rat),
      (∀ j, ∑ i, w j i = 1) → ∑ j, v j = 1 → (∀ j, ∑ i, w j i * x j i = m j) →
      (∀ j, moment (w j) (x j) (m j) 2 = s j) → (∀ j, s j ≠ 0) →
      (∀ j, m j - mixtureMean v w x = δ j) →
      effectiveKurtosis v w x = kurtosisFormula v (fun j => excessKurtosis (w j) (x j)) s δ :=
  fun h => absurd (h 2 3 (fun _ => 1 / 2) (fun _ _ => 1 / 3) skewed skewedMeans
    (Vector.get (2 ::ᵥ 2 / 3 ::ᵥ .nil)) (Vector.get (-1 ::ᵥ 1 ::ᵥ .nil)) thirds (by decide)
    skewed_means (by decide) (by decide) (by decide)) (by decide)

end LeanMining
