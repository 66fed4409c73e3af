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
directions as axioms. Here the existence is a hypothesis (`IsEigenbasis`), and the optimality is
proved: among all projections, and among all matrices, of rank `r`.

## Main results

* `beta_eff_formula`: β with a correction
* `svd_topk_maximizes_gammaR`, `residual_topk_eckart_young`: the best directions
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

/-- An orthogonal projection, `P`, is symmetric and its own square. -/
structure IsProjection (P : Fin d → Fin d → K) : Prop where
  symm : ∀ i j, P i j = P j i
  idem : ∀ i j, ∑ k, P i k * P k j = P i j

theorem energy_sub_mulVec {P : Fin d → Fin d → K} (hP : IsProjection P) (E : Fin n → Fin d → K) :
    energy (fun s i => E s i - mulVec P (E s) i) =
      energy E - energy fun s => mulVec P (E s) := by
  have row : ∀ s, normSq (fun i => E s i - mulVec P (E s) i) =
      normSq (E s) - normSq (mulVec P (E s)) := fun s => by
    have e : normSq (mulVec P (E s)) = dot (E s) (mulVec P (E s)) := by
      show dot (mulVec P (E s)) (mulVec P (E s)) = _
      rw [dot_mulVec_mulVec]
      refine sum_congr fun i => congrArg (E s i * ·) (sum_congr fun j => ?_)
      rw [sum_congr fun k => by rw [hP.symm k i], hP.idem]
    rw [normSq_sub, ← e]; ring
  show ∑ s, normSq (fun i => E s i - mulVec P (E s) i) = _
  rw [sum_congr row, sum_sub]; rfl

theorem energyAlong_eq {E : Fin n → Fin d → K} {b : Fin d → Fin d → K} {lam : Fin d → K}
    (h : IsEigenbasis E b lam) (i : Fin d) : energyAlong E (b i) = lam i := by
  have e := h.diagonal i i
  rw [delta_self, mul_one] at e
  exact e

/-- Of all projections `P` of rank at most `r`, which are products `C w`, the one onto the `r`
directions of the largest eigenvalues keeps the most of a residual. The eigenbasis is given: that
there is one, as the singular value decomposition says, is assumed (seed 001,
RankRResidualCorrection). -/
theorem svd_topk_maximizes_gammaR {E : Fin n → Fin d → K} {b : Fin d → Fin d → K} {lam : Fin d → K}
    (h : IsEigenbasis E b lam) {kept : Fin d → Bool} {t : K}
    (hkept : ∀ i, kept i = true → t ≤ lam i) (hdropped : ∀ i, kept i = false → lam i ≤ t)
    (hr : ∑ i, indicator kept i = (Nat.cast r : K)) {P : Fin d → Fin d → K} (hP : IsProjection P)
    {C : Fin d → Fin r → K} {w : Fin r → Fin d → K} (rank : ∀ i j, P i j = ∑ a, C i a * w a j) :
    energy (fun s => mulVec P (E s)) / energy E ≤
      (∑ i, indicator kept i * energyAlong E (b i)) / energy E := by
  refine div_le_div_of_nonneg_right ?_ (energy_nonneg E)
  have e := sum_dropped_le_energy_sub h hkept hdropped hr (fun s a => ∑ j, E s j * C j a) w
  have f : energy (fun s i => E s i - ∑ a, (∑ j, E s j * C j a) * w a i) =
      energy fun s i => E s i - mulVec P (E s) i :=
    sum_congr fun s => normSq_congr fun i => congrArg (E s i - ·) (by
      show _ = ∑ j, P i j * E s j
      rw [sum_congr fun a => sum_mul (fun j => E s j * C j a) (w a i), sum_comm]
      refine sum_congr fun j => ?_
      rw [hP.symm i j, rank j i, sum_mul]
      exact sum_congr fun a => by ring)
  have g : ∑ i, (1 - indicator kept i) * lam i = energy E - ∑ i, indicator kept i * lam i := by
    rw [energy_of_isEigenbasis h, ← sum_sub]
    exact sum_congr fun i => by ring
  rw [f, energy_sub_mulVec hP, g] at e
  rw [sum_congr fun i => by rw [energyAlong_eq h i]]
  exact neg_le_neg_iff.mp (le_of_add_le_add_left (c := energy E) (by
    rw [← sub_eq_add_neg, ← sub_eq_add_neg]; exact e))

/-- Eckart and Young's theorem: what the `r` directions of the largest eigenvalues leave of a
residual is the sum of the other eigenvalues, and no matrix of rank at most `r`, which is a product
`C w`, leaves less. The eigenbasis is given: that there is one is assumed (seed 001,
RankRResidualCorrection). -/
theorem residual_topk_eckart_young {E : Fin n → Fin d → K} {b : Fin d → Fin d → K} {lam : Fin d → K}
    (h : IsEigenbasis E b lam) {kept : Fin d → Bool} {t : K}
    (hkept : ∀ i, kept i = true → t ≤ lam i) (hdropped : ∀ i, kept i = false → lam i ≤ t)
    (hr : ∑ i, indicator kept i = (Nat.cast r : K)) :
    energy (fun s i => E s i - truncate b kept E s i) = ∑ i, (1 - indicator kept i) * lam i ∧
      ∀ (C : Fin n → Fin r → K) (w : Fin r → Fin d → K),
        ∑ i, (1 - indicator kept i) * lam i ≤ energy fun s i => E s i - ∑ a, C s a * w a i :=
  ⟨energy_sub_truncate h kept, sum_dropped_le_energy_sub h hkept hdropped hr⟩

end LeanMining
