/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Examples.Witnesses
import LeanMining.NeuralGeometry.JensenFloor

/-!
# Gauge invariance

Seed 001, *MoEGauge*: a rotation of keys and queries alike leaves every attention score as it is.
Taking signs comes after the rotation and is not indifferent to it.

## Main results

* `attention_score_gauge_invariance`: rotations keep scores
* `top_k_optimal`: keeping the largest energies drops the least
-/

set_option autoImplicit false

universe u

namespace LeanMining

/-- Scores do not change when keys and queries are rotated alike (seed 001, MoEGauge). -/
theorem attention_score_gauge_invariance {K : Type u} [CommRing K] {d : Nat} {R : Fin d → Fin d → K}
    (hR : IsOrthogonal R) (k q : Fin d → K) : dot (mulVec R k) (mulVec R q) = dot k q :=
  dot_mulVec_of_isOrthogonal hR k q

/-- Not so the scores of their signs: a rotation changes them (seed 001, MoEGauge). -/
theorem sign_gauge_invariance_as_given_false :
    ¬ ∀ (d : Nat) (R : Fin d → Fin d → Rat) (k q : Fin d → Rat), IsOrthogonal R →
      dot (signQuant (mulVec R k)) (signQuant (mulVec R q)) = dot (signQuant k) (signQuant q) :=
  fun h => absurd (h 2 rotation345 (Vector.get (1 ::ᵥ 0 ::ᵥ .nil)) (Vector.get (0 ::ᵥ 1 ::ᵥ .nil))
    rotation345_isOrthogonal) (by decide)

/-- Keeping the largest residual energies drops the least: every energy that is kept is at least
`t`, every one that is dropped at most `t`, and `other` keeps as many (seed 001, MoEGauge). -/
theorem top_k_optimal {K : Type u} [LinearOrderedCommRing K] {n : Nat} (eps : Fin n → K)
    {kept other : Fin n → Bool} {t : K} (hkept : ∀ i, kept i = true → t ≤ eps i)
    (hdropped : ∀ i, kept i = false → eps i ≤ t)
    (hcount : ∑ i, indicator kept i = ∑ i, (indicator other i : K)) :
    ∑ i, (1 - indicator kept i) * eps i ≤ ∑ i, (1 - indicator other i) * eps i := by
  have nonneg : ∀ i, 0 ≤ (indicator kept i - indicator other i) * (eps i - t) := fun i => by
    show 0 ≤ (cond (kept i) 1 0 - cond (other i) 1 0) * (eps i - t)
    cases e : kept i with
    | true => cases other i with
      | true => exact le_of_eq (by show 0 = (1 - 1) * (eps i - t); rw [sub_self, zero_mul])
      | false => exact mul_nonneg (sub_nonneg.mpr zero_le_one) (sub_nonneg.mpr (hkept i e))
    | false => cases other i with
      | true =>
        exact mul_nonneg_of_nonpos_of_nonpos (sub_nonpos.mpr zero_le_one)
          (sub_nonpos.mpr (hdropped i e))
      | false => exact le_of_eq (by show 0 = (0 - 0) * (eps i - t); rw [sub_self, zero_mul])
  have sums : ∑ i, (indicator kept i - indicator other i) * (eps i - t) =
      ∑ i, (1 - indicator other i) * eps i - ∑ i, (1 - indicator kept i) * eps i := by
    have e : ∑ i, (indicator kept i - indicator other i) * (eps i - t) =
        ∑ i, ((1 - indicator other i) * eps i - (1 - indicator kept i) * eps i -
          (indicator kept i - indicator other i) * t) := sum_congr fun i => by ring
    rw [e, sum_sub, sum_sub, ← sum_mul, sum_sub, hcount, sub_self, zero_mul, sub_zero]
  exact sub_nonneg.mp (sums ▸ sum_nonneg nonneg)

end LeanMining
