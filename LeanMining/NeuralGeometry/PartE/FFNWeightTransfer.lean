prelude
import LeanMining.NeuralGeometry.RankRResidualCorrection

/-!
# Weights of several populations

Seed 001, *PartE/FFNWeightTransfer*, which leaves all of it open. One rotation for several populations of rows reaches at
most what each population's best reaches; by how much it misses that is not proved here. The formula for β with a correction
holds matrix by matrix.
-/

set_option autoImplicit false

universe u

namespace LeanMining

variable {K : Type u} [LinearOrderedField K]

/-- If some rotation gives every population a β of at least `low`, then `low` is at most the best β of each, and so at most
the least of these: supremum of infimum ≤ infimum of supremum (seed 001, PartE/FFNWeightTransfer, without the gap). -/
theorem sup_inf_le_inf_sup {A B : Type} (f : A → B → K) {low high : K} (hlow : ∃ a, ∀ b, low ≤ f a b)
    (hhigh : ∃ b, ∀ a, f a b ≤ high) : low ≤ high :=
  hlow.elim fun a h => hhigh.elim fun b k => le_trans (h b) (k a)

theorem sup_inf_le_inf_sup_example : (1 : Rat) ≤ 2 :=
  sup_inf_le_inf_sup (A := Bool) (B := Bool) (fun _ _ => 1) ⟨true, fun _ => le_refl 1⟩ ⟨true, fun _ => by decide⟩

/-- β with a correction, for each of several matrices under a rotation of its own (seed 001, PartE/FFNWeightTransfer). -/
theorem per_matrix_R_decomposition {c n d r : Nat} (W : Fin c → Fin n → Fin d → K) (R : Fin c → Fin d → Fin d → K)
    {w : Fin c → Fin r → Fin d → K} (hw : ∀ i, Orthonormal (w i)) (hd : (Nat.cast d : K) ≠ 0)
    (hW : ∀ i, energy (fun s => mulVec (R i) (W i s)) ≠ 0)
    (hE : ∀ i, energy (fun s => residual (mulVec (R i) (W i s))) ≠ 0) (i : Fin c) :
    betaEff (w i) (fun s => mulVec (R i) (W i s)) =
      1 - (1 - betaRows fun s => mulVec (R i) (W i s)) *
        (1 - gammaR (w i) fun s => residual (mulVec (R i) (W i s))) :=
  beta_eff_formula (hw i) _ hd (hW i) (hE i)

theorem per_matrix_R_decomposition_example :
    betaEff direction345 (fun s => mulVec rotation345 (planeKeys s)) =
      1 - (1 - betaRows fun s => mulVec rotation345 (planeKeys s)) *
        (1 - gammaR direction345 fun s => residual (mulVec rotation345 (planeKeys s))) :=
  per_matrix_R_decomposition (c := 1) (fun _ => planeKeys) (fun _ => rotation345) (w := fun _ => direction345)
    (fun _ => direction345_orthonormal) (by decide) (fun _ => by decide) (fun _ => by decide) .zero

end LeanMining
