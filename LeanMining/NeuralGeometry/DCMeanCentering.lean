/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Vector
import LeanMining.NeuralGeometry.JensenFloor

/-!
# Centering

Seed 001, *DCMeanCentering*. A mean adds its own energy to a centered vector's. That centering a
key, without a rotation, lifts its β is false.

## Main results

* `l2Norm_uncentered_gt`: a vector with a mean is longer than its centered part
* `beta_le_beta_center_false`: centering can lower β
-/

set_option autoImplicit false

universe u

namespace LeanMining

section Field

variable {K : Type u} [LinearOrderedField K] {d : Nat}

/-- A mean adds its energy, with `s = √d`. -/
theorem normSq_uncentered (v : Fin d → K) (hv : ∑ i, v i = 0) (μ : K) {s : K} (hs : s ≠ 0)
    (hs' : s * s = Nat.cast d) :
    normSq (fun i => μ / s + v i) = μ * μ + normSq v := by
  rw [normSq_add (fun _ => μ / s) v]
  have e : dot (fun _ : Fin d => μ / s) v = 0 := by
    show ∑ i, μ / s * v i = 0
    rw [← mul_sum, hv, mul_zero]
  have f : normSq (fun _ : Fin d => μ / s) = μ * μ := by
    show ∑ _i : Fin d, μ / s * (μ / s) = μ * μ
    rw [sum_const, ← hs', div_mul_div_comm, mul_comm, div_mul_cancel _ (mul_ne_zero hs hs)]
  rw [e, f, mul_zero, add_zero]

/-- A vector with a mean is longer than its centered part, with the lengths `n` and `m` given by
their squares (seed 001, DCMeanCentering). -/
theorem l2Norm_uncentered_gt (v : Fin d → K) (hv : ∑ i, v i = 0) {μ s n m : K} (hμ : μ ≠ 0)
    (hs : s ≠ 0) (hs' : s * s = Nat.cast d) (hn : 0 ≤ n) (hn' : n * n = normSq fun i => μ / s + v i)
    (hm : m * m = normSq v) : m < n :=
  (le_or_lt n m).elim (fun h => absurd (mul_self_le_mul_self hn h) (not_le_of_lt (by
    rw [hn', hm, normSq_uncentered v hv μ hs hs', add_comm]
    exact lt_add_of_pos_right (mul_self_pos hμ)))) id

end Field

/-- The entries less their mean. -/
def center {d : Nat} (k : Fin d → Rat) : Fin d → Rat := fun i => k i - (∑ j, k j) / Nat.cast d

/-- Centering a key can lower its β: that of (2, 2, 3) from 49/51 to 8/9. Without a rotation, then,
centering lifts no ceiling; the axiom of the seed, which speaks of the best rotation of a centered
key, is not what is refuted (seed 001, DCMeanCentering). -/
theorem beta_le_beta_center_false :
    ¬ ∀ (d : Nat) (k : Fin d → Rat), (∃ i, center k i ≠ 0) → beta k ≤ beta (center k) :=
  fun h => absurd (h 3 (Vector.get (2 ::ᵥ 2 ::ᵥ 3 ::ᵥ .nil)) ⟨.zero, by decide⟩) (by decide)

end LeanMining
