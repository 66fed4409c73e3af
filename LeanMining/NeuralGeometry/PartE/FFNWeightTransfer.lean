/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.NeuralGeometry.RankRResidualCorrection

/-!
# Weights of several populations

Seed 001, *PartE/FFNWeightTransfer*, which leaves all of it open. One rotation for several
populations of rows gives none of them more than its own best rotation does. That it must miss it
for one by some gap, as the seed has it, is false. The formula for β with a correction holds matrix
by matrix.

## Main results

* `le_of_exists_forall_le_of_exists_forall_ge`: one choice for all reaches no more than one for each
* `per_matrix_R_decomposition`: β with a correction, matrix by matrix
-/

set_option autoImplicit false

universe u v w

namespace LeanMining

variable {K : Type u} [LinearOrderedField K]

/-- A lower bound of all values at some `a` is at most an upper bound of all values at some `b`.
With β of the population `b` under the rotation `a` for `f a b`: what one rotation gives every
population is at most what any one population can reach at best (seed 001, PartE/FFNWeightTransfer,
without the gap). -/
theorem le_of_exists_forall_le_of_exists_forall_ge {P : Type u} [PartialOrder P] {A : Type v}
    {B : Type w} (f : A → B → P) {low high : P} (hlow : ∃ a, ∀ b, low ≤ f a b)
    (hhigh : ∃ b, ∀ a, f a b ≤ high) : low ≤ high :=
  hlow.elim fun a h => hhigh.elim fun b k => le_trans (h b) (k a)

/-- Populations whose spans are orthogonal do not force a gap between one rotation for all and one
for each: two axes of dimension 4 become sign vectors under one Hadamard matrix, so that both have
β = 1 (seed 001, PartE/FFNWeightTransfer, open there). In the place of the least upper bound of a
population's β stands any upper bound of it, `high`. -/
theorem expert_heterogeneity_batch_full_gap_as_given_false :
    ¬ ∀ d c : Nat, 4 ≤ d → 2 ≤ c → ∃ gap : Rat, 0 < gap ∧
      ∀ (n : Nat) (W : Fin c → Fin n → Fin d → Rat),
      (∀ i j, i ≠ j → ∀ s t, dot (W i s) (W j t) = 0) → (∀ i, energy (W i) ≠ 0) →
      ∀ (R : Fin d → Fin d → Rat), IsOrthogonal R →
      ∀ high : Rat, (∃ i, ∀ R' : Fin d → Fin d → Rat, IsOrthogonal R' →
          betaRows (fun s => mulVec R' (W i s)) ≤ high) →
        ∃ i, betaRows (fun s => mulVec R (W i s)) ≤ high - gap :=
  fun h => (h 4 2 (by decide) (by decide)).elim fun gap hgap =>
    have one : ∀ i, betaRows (fun s => mulVec halfHadamard (twoAxes i s)) = 1 := by decide
    (hgap.2 1 twoAxes twoAxes_orthogonal twoAxes_energy halfHadamard halfHadamard_isOrthogonal 1
      ⟨.zero, fun _ _ => betaRows_le_one _⟩).elim fun i hi => by
        rw [one i] at hi
        have k : gap ≤ 0 := sub_nonneg.mp (by
          have e : 0 ≤ 1 - gap - 1 := sub_nonneg.mpr hi
          have f : 1 - gap - 1 = 0 - gap := by ring
          exact f ▸ e)
        exact absurd k (not_le_of_lt hgap.1)

/-- β with a correction, for each of several matrices under a rotation of its own (seed 001,
PartE/FFNWeightTransfer). -/
theorem per_matrix_R_decomposition {c n d r : Nat} (W : Fin c → Fin n → Fin d → K)
    (R : Fin c → Fin d → Fin d → K) {w : Fin c → Fin r → Fin d → K} (hw : ∀ i, Orthonormal (w i))
    (hW : ∀ i, energy (fun s => mulVec (R i) (W i s)) ≠ 0) (i : Fin c) :
    betaEff (w i) (fun s => mulVec (R i) (W i s)) =
      1 - (1 - betaRows fun s => mulVec (R i) (W i s)) *
        (1 - gammaR (w i) fun s => residual (mulVec (R i) (W i s))) :=
  beta_eff_formula (hw i) _ (hW i)

end LeanMining
