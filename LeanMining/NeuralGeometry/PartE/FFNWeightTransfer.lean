/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.NeuralGeometry.RankRResidualCorrection

/-!
# Weights of several populations

Seed 001, *PartE/FFNWeightTransfer*, which leaves all of it open. One rotation for several
populations of rows reaches at most what each population's best reaches. That it must miss it by
some gap, as the seed has it, is false. The formula for β with a correction holds matrix by matrix.
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K]

/-- If some rotation gives every population a β of at least `low`, then `low` is at most the best β
of each, and so at most the least of these: supremum of infimum ≤ infimum of supremum (seed 001,
PartE/FFNWeightTransfer, without the gap). -/
theorem sup_inf_le_inf_sup {A B : Type} (f : A → B → K) {low high : K}
    (hlow : ∃ a, ∀ b, low ≤ f a b) (hhigh : ∃ b, ∀ a, f a b ≤ high) : low ≤ high :=
  hlow.elim fun a h => hhigh.elim fun b k => le_trans (h b) (k a)

theorem sup_inf_le_inf_sup_example : (1 : Rat) ≤ 2 :=
  sup_inf_le_inf_sup (A := Bool) (B := Bool) (fun _ _ => 1) ⟨true, fun _ => le_refl 1⟩ ⟨true,
    fun _ => by decide⟩

/-- Two populations of one row each, along two axes. -/
def twoAxes : Fin 2 → Fin 1 → Fin 4 → Rat
  | .zero => fun _ => Vector.get (1 ::ᵥ 0 ::ᵥ 0 ::ᵥ 0 ::ᵥ .nil)
  | .succ .zero => fun _ => Vector.get (0 ::ᵥ 1 ::ᵥ 0 ::ᵥ 0 ::ᵥ .nil)

theorem twoAxes_orthogonal (i j : Fin 2) (h : i ≠ j) (s t : Fin 1) :
    dot (twoAxes i s) (twoAxes j t) = 0 :=
  match i, j, h, s, t with
  | .zero, .zero, h, _, _ => absurd rfl h
  | .zero, .succ .zero, _, .zero, .zero => by decide
  | .succ .zero, .zero, _, .zero, .zero => by decide
  | .succ .zero, .succ .zero, h, _, _ => absurd rfl h

theorem twoAxes_energy : ∀ i, energy (twoAxes i) ≠ 0
  | .zero => by decide
  | .succ .zero => by decide

/-- Sylvester's Hadamard matrix of dimension 4, halved so that it is orthogonal. -/
def halfHadamard : Fin 4 → Fin 4 → Rat
  | .zero => Vector.get (1 / 2 ::ᵥ 1 / 2 ::ᵥ 1 / 2 ::ᵥ 1 / 2 ::ᵥ .nil)
  | .succ .zero => Vector.get (1 / 2 ::ᵥ -1 / 2 ::ᵥ 1 / 2 ::ᵥ -1 / 2 ::ᵥ .nil)
  | .succ (.succ .zero) => Vector.get (1 / 2 ::ᵥ 1 / 2 ::ᵥ -1 / 2 ::ᵥ -1 / 2 ::ᵥ .nil)
  | .succ (.succ (.succ .zero)) => Vector.get (1 / 2 ::ᵥ -1 / 2 ::ᵥ -1 / 2 ::ᵥ 1 / 2 ::ᵥ .nil)

theorem halfHadamard_isOrthogonal : IsOrthogonal halfHadamard := fun i j => match i, j with
  | .zero, .zero => by decide
  | .zero, .succ .zero => by decide
  | .zero, .succ (.succ .zero) => by decide
  | .zero, .succ (.succ (.succ .zero)) => by decide
  | .succ .zero, .zero => by decide
  | .succ .zero, .succ .zero => by decide
  | .succ .zero, .succ (.succ .zero) => by decide
  | .succ .zero, .succ (.succ (.succ .zero)) => by decide
  | .succ (.succ .zero), .zero => by decide
  | .succ (.succ .zero), .succ .zero => by decide
  | .succ (.succ .zero), .succ (.succ .zero) => by decide
  | .succ (.succ .zero), .succ (.succ (.succ .zero)) => by decide
  | .succ (.succ (.succ .zero)), .zero => by decide
  | .succ (.succ (.succ .zero)), .succ .zero => by decide
  | .succ (.succ (.succ .zero)), .succ (.succ .zero) => by decide
  | .succ (.succ (.succ .zero)), .succ (.succ (.succ .zero)) => by decide

theorem halfHadamard_twoAxes : ∀ i, betaRows (fun s => mulVec halfHadamard (twoAxes i s)) = 1
  | .zero => by decide
  | .succ .zero => by decide

/-- Populations whose spans are orthogonal do not force a gap between one rotation for all and one
for each: two axes of dimension 4 become sign vectors under one Hadamard matrix, so that both have β
= 1 (seed 001, PartE/FFNWeightTransfer, open there). In the place of the least upper bound of a
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
    have one : ∀ R' : Fin 4 → Fin 4 → Rat, IsOrthogonal R' →
      betaRows (fun s => mulVec R' (twoAxes .zero s)) ≤ 1 :=
      fun R' hR' => betaRows_le_one (by
        rw [sum_congr fun s => normSq_mulVec_of_isOrthogonal hR' (twoAxes .zero s)]
        decide)
    (hgap.2 1 twoAxes twoAxes_orthogonal twoAxes_energy halfHadamard halfHadamard_isOrthogonal 1
      ⟨.zero, one⟩).elim
      fun i hi => by
        rw [halfHadamard_twoAxes i] at hi
        have k : gap ≤ 0 := sub_nonneg.mp (by
          have e : 0 ≤ 1 - gap - 1 := sub_nonneg.mpr hi
          have f : 1 - gap - 1 = 0 - gap := by ring
          exact f ▸ e)
        exact absurd k (not_le_of_lt hgap.1)

/-- β with a correction, for each of several matrices under a rotation of its own (seed 001,
PartE/FFNWeightTransfer). -/
theorem per_matrix_R_decomposition {c n d r : Nat} (W : Fin c → Fin n → Fin d → K)
    (R : Fin c → Fin d → Fin d → K) {w : Fin c → Fin r → Fin d → K} (hw : ∀ i, Orthonormal (w i))
    (hd : (Nat.cast d : K) ≠ 0) (hW : ∀ i, energy (fun s => mulVec (R i) (W i s)) ≠ 0)
    (hE : ∀ i, energy (fun s => residual (mulVec (R i) (W i s))) ≠ 0) (i : Fin c) :
    betaEff (w i) (fun s => mulVec (R i) (W i s)) =
      1 - (1 - betaRows fun s => mulVec (R i) (W i s)) *
        (1 - gammaR (w i) fun s => residual (mulVec (R i) (W i s))) :=
  beta_eff_formula (hw i) _ hd (hW i) (hE i)

theorem per_matrix_R_decomposition_example :
    betaEff direction345 (fun s => mulVec rotation345 (planeKeys s)) =
      1 - (1 - betaRows fun s => mulVec rotation345 (planeKeys s)) *
        (1 - gammaR direction345 fun s => residual (mulVec rotation345 (planeKeys s))) :=
  per_matrix_R_decomposition (c := 1) (fun _ => planeKeys) (fun _ => rotation345) (w := fun _ =>
    direction345)
    (fun _ => direction345_orthonormal) (by decide) (fun _ => by decide) (fun _ => by decide) .zero

end LeanMining
