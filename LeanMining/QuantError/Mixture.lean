/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Sum
import LeanMining.Examples.Witnesses

/-!
# The fourth moment of a mixture

Seed 002, *Layer 3: Mixture Kurtosis*. The fourth central moment of a mixture is a sum over its
components of the fourth moment, four times the skew and six times the variance, with powers of how
far the component's mean is from the whole one. The seed leaves the skew out, which is right only
where Σ w δ m₃ = 0.

## Main results

* `mixture_fourth_moment`: the fourth moment of a mixture about its mean
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [CommRing K] {c n : Nat}

/-- The `p`-th moment of data about a point. -/
def moment (w x : Fin n → K) (μ : K) (p : Nat) : K := ∑ i, w i * (x i - μ) ^ p

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

/-- Without the skew the formula fails (seed 002, Layer 3, as it is given). -/
theorem mixture_fourth_moment_as_given_false :
    ¬ ∀ (c n : Nat) (v : Fin c → Rat) (w x : Fin c → Fin n → Rat) (m : Fin c → Rat) (μ : Rat),
      (∀ j, ∑ i, w j i = 1) → (∀ j, ∑ i, w j i * x j i = m j) → ∑ j, v j = 1 →
      ∑ j, v j * m j = μ →
      ∑ j, v j * moment (w j) (x j) μ 4 =
        ∑ j, v j * (moment (w j) (x j) (m j) 4 +
          6 * (m j - μ) ^ 2 * moment (w j) (x j) (m j) 2 + (m j - μ) ^ 4) :=
  fun h => absurd (h 2 3 (fun _ => 1 / 2) (fun _ _ => 1 / 3) skewed skewedMeans 2 thirds
    skewed_means (by decide) (by decide)) (by decide)

end LeanMining
