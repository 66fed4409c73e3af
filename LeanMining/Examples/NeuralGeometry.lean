/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.NeuralGeometry.BetaLocalHessian
import LeanMining.NeuralGeometry.DCMeanCentering
import LeanMining.NeuralGeometry.MoEGauge
import LeanMining.NeuralGeometry.MomentRatioFloor
import LeanMining.NeuralGeometry.PartE.FFNWeightTransfer
import LeanMining.NeuralGeometry.SubspaceOverlap
import LeanMining.NeuralGeometry.WoAmplification

/-!
# Examples: neural geometry

Theorems of `LeanMining/NeuralGeometry/`, applied to small vectors and matrices.
-/

set_option autoImplicit false

namespace LeanMining

/-! ### Signs -/

/-- A vector of norm 6 in a dimension whose root is 2. -/
def exampleKey : Fin 4 → Rat := Vector.get (1 ::ᵥ -1 ::ᵥ 3 ::ᵥ -5 ::ᵥ .nil)

theorem cos_sign_quant_formula_example :
    (0 : Rat) < 6 * 2 ∧
      dot exampleKey (signQuant exampleKey) / (6 * 2) = l1Norm exampleKey / (2 * 6) :=
  cos_sign_quant_formula exampleKey ⟨.zero, by decide⟩ (n := 6) (q := 2) (s := 2) (by decide)
    (by decide) (by decide) (by decide) (by decide) (by decide)

theorem cos_eq_one_iff_sign_lattice_example :
    l1Norm exampleKey / (2 * 6) = 1 ↔ ∀ i j, |exampleKey i| = |exampleKey j| :=
  cos_eq_one_iff_sign_lattice exampleKey ⟨.zero, by decide⟩ (n := 6) (s := 2) (by decide)
    (by decide) (by decide) (by decide)

theorem residual_energy_formula_example :
    normSq (fun i => exampleKey i - l1Norm exampleKey / Nat.cast 4 * signQuant exampleKey i) /
        normSq exampleKey =
      1 - l1Norm exampleKey * l1Norm exampleKey / (Nat.cast 4 * normSq exampleKey) :=
  residual_energy_formula exampleKey ⟨.zero, by decide⟩

/-! ### Rotations near the sign lattice -/

/-- A point of the sign lattice. -/
def ones : Fin 2 → Rat := fun _ => 1

theorem beta_rotateFirst_example : beta (rotateFirst (4 / 5) (3 / 5) ones) =
    (1 - 2 * (1 - 4 / 5) / Nat.cast 2) * (1 - 2 * (1 - 4 / 5) / Nat.cast 2) :=
  beta_rotateFirst (m := 1) (by decide) (by decide) (by decide) rfl rfl (by decide)

theorem mul_self_div_le_one_sub_beta_rotateFirst_example :
    3 / 5 * (3 / 5) / Nat.cast 2 ≤ 1 - beta (rotateFirst (4 / 5) (3 / 5) ones) :=
  mul_self_div_le_one_sub_beta_rotateFirst (m := 1) (by decide) (by decide) (by decide) rfl rfl
    (by decide)

theorem beta_rotateFirst_le_one_example : beta (rotateFirst (4 / 5) (3 / 5) ones) ≤ 1 :=
  beta_rotateFirst_le_one _ _ _

/-! ### Floors -/

theorem one_sub_two_div_pos_example : 0 < 1 - 2 / (22 / 7 : Rat) := one_sub_two_div_pos (by decide)

/-- The mean 4/5, whose square is 2/p for the number 25/8 near π. -/
theorem momentRatio_one_eq_two_div_example : momentRatio (4 / 5 : Rat) 1 = 2 / (25 / 8) :=
  momentRatio_one_eq_two_div (by decide)

/-! ### Centering -/

theorem l2Norm_uncentered_gt_example : (0 : Rat) < 3 :=
  l2Norm_uncentered_gt (d := 1) (fun _ => 0) (by decide) (μ := 3) (s := 1) (by decide) (by decide)
    (by decide) (by decide) (by decide) (by decide)

/-! ### Corrections of one-bit keys -/

theorem beta_eff_formula_example : betaEff direction345 planeKeys =
    1 - (1 - betaRows planeKeys) * (1 - gammaR direction345 fun s => residual (planeKeys s)) :=
  beta_eff_formula direction345_orthonormal planeKeys (by decide)

/-- Two rows along the axes, of energy 4 and 1. -/
def axisRows : Fin 2 → Fin 2 → Rat
  | .zero => Vector.get (2 ::ᵥ 0 ::ᵥ .nil)
  | .succ .zero => Vector.get (0 ::ᵥ 1 ::ᵥ .nil)

/-- The first axis is kept. -/
def firstKept : Fin 2 → Bool
  | .zero => true
  | .succ .zero => false

theorem axisRows_isEigenbasis :
    IsEigenbasis axisRows (fun i j => delta i j) (Vector.get (4 ::ᵥ 1 ::ᵥ .nil)) where
  orthonormal := by unfold Orthonormal; decide
  complete x y :=
    (sum_congr fun i => congr (congrArg HMul.hMul (sum_delta_mul i x)) (sum_delta_mul i y)).symm
  diagonal := by decide

theorem axisRows_kept (i : Fin 2) (h : firstKept i = true) :
    (2 : Rat) ≤ Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i := match i with
  | .zero => by decide
  | .succ .zero => nomatch h

theorem axisRows_dropped (i : Fin 2) (h : firstKept i = false) :
    Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i ≤ (2 : Rat) := match i with
  | .zero => nomatch h
  | .succ .zero => by decide

theorem gammaR_le_of_isEigenbasis_example :
    gammaR direction345 axisRows ≤
      (∑ i, indicator firstKept i * energyAlong axisRows (fun j => delta i j)) / energy axisRows :=
  gammaR_le_of_isEigenbasis axisRows_isEigenbasis axisRows_kept axisRows_dropped (by decide)
    direction345_orthonormal

theorem sum_dropped_le_energy_sub_project_example :
    (∑ i, (1 - indicator firstKept i) * Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i : Rat) ≤
      energy fun s i => axisRows s i - project direction345 (axisRows s) i :=
  sum_dropped_le_energy_sub_project axisRows_isEigenbasis axisRows_kept axisRows_dropped
    (by decide) direction345_orthonormal

/-! ### Subspaces -/

theorem subspaceOverlap_mem_example :
    0 ≤ subspaceOverlap direction345 (fun _ => Vector.get (1 ::ᵥ 0 ::ᵥ .nil)) ∧
      subspaceOverlap direction345 (fun _ => Vector.get (1 ::ᵥ 0 ::ᵥ .nil)) ≤ 1 :=
  subspaceOverlap_mem direction345_orthonormal (by unfold Orthonormal; decide)

theorem one_le_energyRatio_example : 1 ≤ energyRatio axisRows 4 :=
  one_le_energyRatio (v := Vector.get (1 ::ᵥ 0 ::ᵥ .nil)) (by decide) (by decide) (by decide)

/-! ### Scores -/

theorem attention_score_gauge_invariance_example :
    dot (mulVec rotation345 fun _ => 3) (mulVec rotation345 fun _ => 4) =
      dot (fun _ => 3) fun _ : Fin 2 => (4 : Rat) :=
  attention_score_gauge_invariance rotation345_isOrthogonal _ _

theorem top_k_optimal_example :
    (∑ i, (1 - indicator firstKept i) * Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i : Rat) ≤
      ∑ i, (1 - indicator (fun i => Bool.not (firstKept i)) i) * Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i :=
  top_k_optimal _ axisRows_kept axisRows_dropped (by decide)

/-! ### Amplification -/

/-- The vectors along one axis, back and forth. -/
def ends : Fin 2 → Fin 1 → Rat
  | .zero => fun _ => 1
  | .succ .zero => fun _ => -1

theorem ends_secondMoments : HasSphereSecondMoments ends := by
  unfold HasSphereSecondMoments
  decide

theorem avg_amplification_eq_frob_div_sqrt_example : (3 : Rat) = 3 / 1 :=
  avg_amplification_eq_frob_div_sqrt (fun _ _ => 3 : Fin 1 → Fin 1 → Rat) ends_secondMoments
    (by decide) (by decide) (by decide) (by decide) (by decide) (by decide) (by decide)

/-! ### Several populations -/

/-- The identity gives each of two populations along an axis of the plane a β of 1/2, and no
rotation gives one of them more than 1. -/
theorem le_of_exists_forall_le_of_exists_forall_ge_example : (1 / 2 : Rat) ≤ 1 :=
  le_of_exists_forall_le_of_exists_forall_ge
    (fun (R : Fin 2 → Fin 2 → Rat) (b : Fin 2) => beta (mulVec R fun j => delta b j))
    ⟨fun i j => delta i j, by decide⟩ ⟨.zero, fun _ => beta_le_one _⟩

theorem per_matrix_R_decomposition_example :
    betaEff direction345 (fun s => mulVec rotation345 (planeKeys s)) =
      1 - (1 - betaRows fun s => mulVec rotation345 (planeKeys s)) *
        (1 - gammaR direction345 fun s => residual (mulVec rotation345 (planeKeys s))) :=
  per_matrix_R_decomposition (c := 1) (fun _ => planeKeys) (fun _ => rotation345)
    (w := fun _ => direction345) (fun _ => direction345_orthonormal) (fun _ => by decide) .zero

end LeanMining
