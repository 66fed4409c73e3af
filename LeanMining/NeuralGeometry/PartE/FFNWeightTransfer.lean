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

* `one_rotation_le_best`: one rotation for all reaches no more than one for each
* `per_matrix_R_decomposition`: β with a correction, matrix by matrix
* `mulVec_turned`: turned rows on turned inputs give the same outputs
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K]

/-- What one rotation gives every population is at most what any one population can reach with a
rotation of its own: if some rotation gives each a β of at least `low`, and `high` is at least the
best β of one of them, then `low ≤ high`. So one rotation reaches no more than the least of their
best (seed 001, PartE/FFNWeightTransfer, without the gap). -/
theorem one_rotation_le_best {c n d : Nat} (W : Fin c → Fin n → Fin d → K) {low high : K}
    (hlow : ∃ R : Fin d → Fin d → K, IsOrthogonal R ∧
      ∀ i, low ≤ betaRows fun s => mulVec R (W i s))
    (hhigh : ∃ i, ∀ R : Fin d → Fin d → K, IsOrthogonal R →
      betaRows (fun s => mulVec R (W i s)) ≤ high) : low ≤ high :=
  hlow.elim fun R h => hhigh.elim fun i k => le_trans (h.2 i) (k R h.1)

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

/-- A matrix whose rows are turned by `R` gives the same outputs if the input is turned as well: the
cost of a rotation for each of several matrices is one product `R x` for each (seed 001,
PartE/FFNWeightTransfer, "Inference cost"). -/
theorem mulVec_turned {m d : Nat} {R : Fin d → Fin d → K} (hR : IsOrthogonal R)
    (W : Fin m → Fin d → K) (x : Fin d → K) (i : Fin m) :
    mulVec (fun s => mulVec R (W s)) (mulVec R x) i = mulVec W x i :=
  dot_mulVec_of_isOrthogonal hR (W i) x

end LeanMining
