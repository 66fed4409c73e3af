/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Examples.Witnesses
import LeanMining.NeuralGeometry.IsotropicFloor

/-!
# Rank-r correction of one-bit keys

Seed 001, *RankRResidualCorrection*. A key's one-bit form loses a residual; what part of it lies in
`r` directions is stored as well. The seed takes the existence and the optimality of the best
directions as axioms. Here an eigenbasis is assumed (`IsEigenbasis`), and its largest directions are
proved to be the best of all orthonormal ones.

## Main results

* `beta_eff_formula`: β with a correction
* `gammaR_le_of_isEigenbasis`, `sum_dropped_le_energy_sub_project`: the best directions
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K] {n d r : Nat}

/-- The share of a residual's energy in the span of orthonormal vectors (seed 001,
RankRResidualCorrection). -/
def gammaR (w : Fin r → Fin d → K) (E : Fin n → Fin d → K) : K := capturedEnergy w E / energy E

/-- The share of the keys' energy that their one-bit forms keep with the residual's part in a span
added (seed 001, RankRResidualCorrection). -/
def betaEff (w : Fin r → Fin d → K) (k : Fin n → Fin d → K) : K :=
  1 - energy (fun s i => residual (k s) i - project w (residual (k s)) i) / energy k

/-- The one-bit forms lose the share `1 - β` of the energy. -/
theorem energy_residual_div (k : Fin n → Fin d → K) (hk : energy k ≠ 0) :
    energy (fun s => residual (k s)) / energy k = 1 - betaRows k := by
  have e : energy (fun s => residual (k s)) =
      energy k - (∑ s, l1Norm (k s) * l1Norm (k s)) / Nat.cast d := by
    rw [sum_div]
    exact (sum_congr fun s => normSq_residual (k s)).trans (sum_sub _ _)
  rw [e, sub_div, div_self hk, div_div]; rfl

/-- The part of a residual outside the span is the residual times what `γ` leaves of 1. -/
theorem energy_mul_one_sub_gammaR {w : Fin r → Fin d → K} (hw : Orthonormal w)
    (E : Fin n → Fin d → K) : energy E * (1 - gammaR w E) = energy E - capturedEnergy w E :=
  match LinearOrder.decEq (energy E) 0 with
  | .isTrue h => by
    have c : capturedEnergy w E = 0 :=
      le_antisymm (h ▸ capturedEnergy_le_energy hw E) (capturedEnergy_nonneg w E)
    rw [h, c, zero_mul, sub_zero]
  | .isFalse h => by
    show energy E * (1 - capturedEnergy w E / energy E) = _
    rw [mul_sub, mul_one, mul_comm (energy E) (_ / _), div_mul_cancel _ h]

/-- β with a correction: what neither the signs nor the `r` directions keep is the product of what
each leaves. γ is that of the residual (seed 001, RankRResidualCorrection). -/
theorem beta_eff_formula {w : Fin r → Fin d → K} (hw : Orthonormal w) (k : Fin n → Fin d → K)
    (hk : energy k ≠ 0) :
    betaEff w k = 1 - (1 - betaRows k) * (1 - gammaR w fun s => residual (k s)) := by
  show 1 - energy (fun s i => residual (k s) i - project w (residual (k s)) i) / energy k = _
  rw [energy_sub_project hw fun s => residual (k s), ← energy_mul_one_sub_gammaR hw,
    ← energy_residual_div k hk, div_mul_eq_mul_div]

/-- With γ measured on the keys and not on their residual, the formula fails (seed 001,
RankRResidualCorrection). -/
theorem beta_eff_formula_gamma_of_keys_as_given_false :
    ¬ ∀ (n d r : Nat) (w : Fin r → Fin d → Rat) (k : Fin n → Fin d → Rat), Orthonormal w →
      energy k ≠ 0 → betaEff w k = 1 - (1 - betaRows k) * (1 - gammaR w k) :=
  fun h => absurd (h 1 2 1 direction345 planeKeys direction345_orthonormal (by decide)) (by decide)

/-! ### The best directions -/

/-- For an eigenbasis that is given, the directions of the largest eigenvalues keep at least as much
of a residual as any `r` orthonormal ones. That there is an eigenbasis, as the singular value
decomposition says, is assumed (seed 001, RankRResidualCorrection). -/
theorem gammaR_le_of_isEigenbasis {E : Fin n → Fin d → K} {b : Fin d → Fin d → K} {lam : Fin d → K}
    (h : IsEigenbasis E b lam) {kept : Fin d → Bool} {t : K}
    (hkept : ∀ i, kept i = true → t ≤ lam i) (hdropped : ∀ i, kept i = false → lam i ≤ t)
    (hr : ∑ i, indicator kept i = (Nat.cast r : K)) {w : Fin r → Fin d → K} (hw : Orthonormal w) :
    gammaR w E ≤ (∑ i, indicator kept i * energyAlong E (b i)) / energy E := by
  have along : ∀ i, energyAlong E (b i) = lam i := fun i => by
    have e := h.diagonal i i
    rw [delta_self, mul_one] at e
    exact e
  show capturedEnergy w E / energy E ≤ _
  rw [sum_congr fun i => by rw [along i]]
  exact div_le_div_of_nonneg_right (capturedEnergy_le_of_isEigenbasis h hkept hdropped hr hw)
    (energy_nonneg E)

/-- For an eigenbasis that is given, the eigenvalues that are dropped add up to no more than what
any projection onto `r` orthonormal directions leaves. This is the part of Eckart and Young's
theorem on projections; of other matrices of rank `r` nothing is said (seed 001,
RankRResidualCorrection). -/
theorem sum_dropped_le_energy_sub_project {E : Fin n → Fin d → K} {b : Fin d → Fin d → K}
    {lam : Fin d → K} (h : IsEigenbasis E b lam) {kept : Fin d → Bool} {t : K}
    (hkept : ∀ i, kept i = true → t ≤ lam i) (hdropped : ∀ i, kept i = false → lam i ≤ t)
    (hr : ∑ i, indicator kept i = (Nat.cast r : K)) {w : Fin r → Fin d → K} (hw : Orthonormal w) :
    ∑ i, (1 - indicator kept i) * lam i ≤ energy fun s i => E s i - project w (E s) i := by
  have total : energy E = ∑ i, lam i := by
    have e : energy E = ∑ s, ∑ i, dot (b i) (E s) * dot (b i) (E s) :=
      sum_congr fun s => h.complete (E s) (E s)
    rw [e, sum_comm]
    exact sum_congr fun i => by
      rw [← mul_one (lam i), ← delta_self i, ← h.diagonal i i]
      exact sum_congr fun s => by rw [dot_comm (b i) (E s)]
  have e : ∑ i, (1 - indicator kept i) * lam i = energy E - ∑ i, indicator kept i * lam i := by
    rw [total, ← sum_sub]
    exact sum_congr fun i => by ring
  rw [e, energy_sub_project hw]
  exact sub_le_sub (le_refl _) (capturedEnergy_le_of_isEigenbasis h hkept hdropped hr hw)

end LeanMining
