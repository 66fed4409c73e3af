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

theorem beta_mem_example : 0 < beta exampleKey ∧ beta exampleKey ≤ 1 :=
  beta_mem exampleKey ⟨.zero, by decide⟩

/-! ### Rotations near the sign lattice -/

/-- A point of the sign lattice. -/
def upDown : Fin 2 → Rat := Vector.get (1 ::ᵥ -1 ::ᵥ .nil)

/-- A reflection that changes no sign of it. -/
theorem reflect_twoOne_isOrthogonal : IsOrthogonal (reflect twoOne : Fin 2 → Fin 2 → Rat) :=
  isOrthogonal_reflect (by decide)

theorem beta_mulVec_of_signs_kept_example : beta (mulVec (reflect twoOne) upDown) =
    (1 - normSq (fun i => mulVec (reflect twoOne) upDown i - upDown i) / (2 * normSq upDown)) *
      (1 - normSq (fun i => mulVec (reflect twoOne) upDown i - upDown i) / (2 * normSq upDown)) :=
  beta_mulVec_of_signs_kept reflect_twoOne_isOrthogonal (m := 1) (by decide) (by decide)
    (by decide)

theorem beta_last_mile_quadratic_hardness_example :
    normSq upDown * (1 - beta (mulVec (reflect twoOne) upDown)) ≤
        normSq (fun i => mulVec (reflect twoOne) upDown i - upDown i) ∧
      normSq (fun i => mulVec (reflect twoOne) upDown i - upDown i) ≤
        2 * normSq upDown * (1 - beta (mulVec (reflect twoOne) upDown)) :=
  have h := beta_last_mile_quadratic_hardness reflect_twoOne_isOrthogonal (k := upDown) (m := 1)
    (by decide) (by decide)
  ⟨h.1, h.2 (by decide)⟩

/-- A path that reaches the sign lattice with its first step. -/
def oneStep : Nat → Fin 2 → Fin 2 → Rat
  | .zero => reflect twoOne
  | .succ _ => fun i j => delta i j

theorem beta_steps_to_lattice_example : normSq upDown * (1 - beta (mulVec (oneStep 0) upDown)) ≤
    Nat.cast 1 * 1 * (Nat.cast 1 * 1) :=
  beta_steps_to_lattice (R := oneStep)
    (fun j => match j with
      | .zero => reflect_twoOne_isOrthogonal
      | .succ _ => isOrthogonal_delta) (by decide) (m := 1) (by decide)
    (fun j => match j with
      | .zero => by decide
      | .succ _ => by
        show normSq (fun i => mulVec (fun i j => delta i j) upDown i -
          mulVec (fun i j => delta i j) upDown i) ≤ 1 * 1
        decide) (n := 1) (by decide)

/-- Both planes of dimension 4 turned by the angle with cosine `c` and sine `s`. -/
def twoPlanes (c s : Rat) : Fin 4 → Fin 4 → Rat
  | .zero => Vector.get (c ::ᵥ -s ::ᵥ 0 ::ᵥ 0 ::ᵥ .nil)
  | .succ .zero => Vector.get (s ::ᵥ c ::ᵥ 0 ::ᵥ 0 ::ᵥ .nil)
  | .succ (.succ .zero) => Vector.get (0 ::ᵥ 0 ::ᵥ c ::ᵥ -s ::ᵥ .nil)
  | .succ (.succ (.succ .zero)) => Vector.get (0 ::ᵥ 0 ::ᵥ s ::ᵥ c ::ᵥ .nil)

/-- The rotation after Cayley for `t = 1/4`, whose tangent is `twoPlanes 0 1`. -/
theorem beta_local_quadratic_expansion_example :
    |beta (mulVec (twoPlanes (63 / 65) (16 / 65)) fun _ => 1) -
        (1 - 1 / 4 * (1 / 4) / 2 * betaHessian (twoPlanes 0 1) fun _ => 1)| ≤
      ((2 * 2 * 1 + 1 * 1) / normSq (fun _ : Fin 4 => 1) +
        (2 + 1) * (2 + 1) * ((2 + 1) * (2 + 1)) /
          (2 * normSq (fun _ : Fin 4 => 1) * (2 * normSq fun _ : Fin 4 => 1))) *
        (|1 / 4| * |1 / 4| * |1 / 4|) :=
  beta_local_quadratic_expansion (R := twoPlanes (63 / 65) (16 / 65)) (A := twoPlanes 0 1)
    (by unfold IsOrthogonal; decide) (m := 1) (h := 2) (M := 1) (by decide) (by decide) (by decide)
    (by decide) (by decide) (by decide) (by decide) (by decide)

/-- Along the path that stays where it is the coefficient is 0. -/
theorem beta_hessian_nonneg_example : (0 : Rat) ≤ 0 :=
  beta_hessian_nonneg (R := fun _ i j => delta i j) (k := upDown) (C := 0) (r := 1) (by decide)
    fun t _ _ => by
      have e : beta (mulVec (fun i j => delta i j) upDown) = 1 := by decide
      rw [e, mul_zero, sub_zero, sub_self, abs_zero, zero_mul]
      exact le_refl 0

/-- The part of (1, 1, 1) in the plane of the first two coordinates. -/
def planePart : Fin 3 → Rat := Vector.get (1 ::ᵥ 1 ::ᵥ 0 ::ᵥ .nil)

/-- That part after a quarter turn. -/
def quarterTurn : Fin 3 → Rat := Vector.get (-1 ::ᵥ 1 ::ᵥ 0 ::ᵥ .nil)

/-- At the angles 0 and those of cosine 4/5. -/
theorem beta_concave_in_plane_example :
    beta (turnInPlane planePart quarterTurn (fun _ => 1) (1 * (4 / 5) - 0 * (3 / 5))
        (0 * (4 / 5) + 1 * (3 / 5))) +
      beta (turnInPlane planePart quarterTurn (fun _ => 1) (1 * (4 / 5) + 0 * (3 / 5))
        (0 * (4 / 5) - 1 * (3 / 5))) ≤
      2 * beta (turnInPlane planePart quarterTurn (fun _ => 1) 1 0) :=
  beta_concave_in_plane (m := 1) (by decide) (by decide) (by decide) (by decide) (by decide)
    (by decide) (by decide) (by decide) (by decide) (by decide) (by decide) (by decide)

/-! ### Floors -/

theorem one_sub_two_div_pos_example : 0 < 1 - 2 / (22 / 7 : Rat) := one_sub_two_div_pos (by decide)

/-- The number 25/8 near π has the root 4/5 of 2/p. -/
theorem two_div_ne_sqrt_example : 2 / (25 / 8) ≠ (4 / 5 : Rat) :=
  two_div_ne_sqrt (by decide) (by decide)

/-- The mean 4/5, whose square is 2/p for the number 25/8 near π. -/
theorem gaussian_moment_ratio_floor_eq_example : momentRatio (4 / 5 : Rat) 1 = 2 / (25 / 8) :=
  gaussian_moment_ratio_floor_eq (by decide) (by decide)

theorem srht_achieves_isotropic_floor_as_given_false_example :
    ¬ ∀ (m : Nat) (k : Fin m → Fin 2 → Rat), CoordinateIsotropic k →
      ∃ floor : Rat, ∀ R : Fin 2 → Fin 2 → Rat,
        IsOrthogonal R → betaRows (fun s => mulVec R (k s)) = floor :=
  srht_achieves_isotropic_floor_as_given_false 0

/-- Two values, each with the weight 1/2. -/
def oneTwo : Fin 2 → Rat := Vector.get (1 ::ᵥ 2 ::ᵥ .nil)

theorem one_sub_momentRatio_pos_iff_example :
    0 < 1 - momentRatio (absMoment (fun _ => 1 / 2) oneTwo)
        (secondMoment (fun _ => 1 / 2) oneTwo) ↔
      ∃ a, |oneTwo a| ≠ absMoment (fun _ => 1 / 2) oneTwo :=
  one_sub_momentRatio_pos_iff (fun _ => by decide) (by decide) (by decide)

theorem momentRatio_pos_le_one_example :
    0 < momentRatio (absMoment (fun _ => 1 / 2) oneTwo) (secondMoment (fun _ => 1 / 2) oneTwo) ∧
      momentRatio (absMoment (fun _ => 1 / 2) oneTwo) (secondMoment (fun _ => 1 / 2) oneTwo) ≤ 1 :=
  momentRatio_pos_le_one (fun _ => by decide) (by decide) (by decide)

theorem isotropic_floor_pos_of_any_distribution_as_given_false_example :
    ¬ ∀ (m : Nat) (w f : Fin m → Rat), (∀ a, 0 ≤ w a) → ∑ a, w a = 1 → secondMoment w f ≠ 0 →
      0 < 1 - momentRatio (absMoment w f) (secondMoment w f) :=
  isotropic_floor_pos_of_any_distribution_as_given_false

theorem iid_coord_moment_ratio_floor_example :
    expect (fun _ => 1 / 2) 3 (fun x => |beta (fun i => oneTwo (x i)) -
        momentRatio (absMoment (fun _ => 1 / 2) oneTwo) (secondMoment (fun _ => 1 / 2) oneTwo)|) ≤
      2 * (absMoment (fun _ => 1 / 2) oneTwo + secondMoment (fun _ => 1 / 2) oneTwo) *
          (absMoment (fun _ => 1 / 2) oneTwo + secondMoment (fun _ => 1 / 2) oneTwo) /
          (secondMoment (fun _ => 1 / 2) oneTwo * secondMoment (fun _ => 1 / 2) oneTwo) * 1 +
        (variance (fun _ => 1 / 2) (fun a => |oneTwo a|) +
          variance (fun _ => 1 / 2) fun a => oneTwo a * oneTwo a) / (Nat.cast 3 * (1 * 1)) :=
  iid_coord_moment_ratio_floor (fun _ => by decide) (by decide) (by decide) (by decide) (by decide)
    3 (by decide)

/-! ### Centering -/

theorem exists_isOrthogonal_beta_eq_one_example :
    ∃ R : Fin 4 → Fin 4 → Rat,
      ∑ i, R i .zero * R i .zero = delta .zero (.zero : Fin 4) ∧ beta (mulVec R exampleKey) = 1 :=
  (exists_isOrthogonal_beta_eq_one exampleKey ⟨.zero, by decide⟩ (n := 6) (s := 2) (by decide)
    (by decide)).elim fun R h => ⟨R, h.1 .zero .zero, h.2⟩

theorem dc_centering_lifts_rotational_ceiling_example :
    ∃ R : Fin 4 → Fin 4 → Rat,
      ∑ i, R i .zero * R i .zero = delta .zero (.zero : Fin 4) ∧
        9 / 10 ≤ l1Norm (mulVec R exampleKey) / (2 * 6) :=
  (dc_centering_lifts_rotational_ceiling exampleKey ⟨.zero, by decide⟩ (n := 6) (s := 2)
    (ceiling := 9 / 10) (by decide) (by decide) (by decide) (by decide) (by decide)).elim
    fun R h => ⟨R, h.1 .zero .zero, h.2⟩

theorem dc_centering_lifts_rotational_ceiling_of_keys_as_given_false_example :
    ¬ ∀ (m d : Nat) (k : Fin m → Fin d → Rat), (∀ s, ∃ i, center (k s) i ≠ 0) →
      ∃ R : Fin d → Fin d → Rat, IsOrthogonal R ∧
        betaRows k ≤ betaRows fun s => mulVec R (center (k s)) :=
  dc_centering_lifts_rotational_ceiling_of_keys_as_given_false

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

theorem direction345_isProjection :
    IsProjection fun i j => direction345 .zero i * direction345 .zero j :=
  ⟨by decide, by decide⟩

theorem svd_topk_maximizes_gammaR_example :
    energy (fun s => mulVec (fun i j => direction345 .zero i * direction345 .zero j)
        (axisRows s)) / energy axisRows ≤
      (∑ i, indicator firstKept i * energyAlong axisRows (fun j => delta i j)) / energy axisRows :=
  svd_topk_maximizes_gammaR axisRows_isEigenbasis axisRows_kept axisRows_dropped (r := 1)
    (by decide) direction345_isProjection (C := fun i a => direction345 a i) (w := direction345)
    (by decide)

theorem residual_topk_eckart_young_example :
    energy (fun s i => axisRows s i - truncate (fun i j => delta i j) firstKept axisRows s i) =
        ∑ i, (1 - indicator firstKept i) * Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i ∧
      ∑ i, (1 - indicator firstKept i) * Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i ≤
        energy fun s i => axisRows s i - ∑ a : Fin 1, 1 * direction345 a i :=
  have h := residual_topk_eckart_young axisRows_isEigenbasis axisRows_kept axisRows_dropped
    (r := 1) (by decide)
  ⟨h.1, h.2 (fun _ _ => 1) direction345⟩

/-! ### Subspaces -/

theorem subspaceOverlap_mem_example :
    0 ≤ subspaceOverlap direction345 (fun _ => Vector.get (1 ::ᵥ 0 ::ᵥ .nil)) ∧
      subspaceOverlap direction345 (fun _ => Vector.get (1 ::ᵥ 0 ::ᵥ .nil)) ≤ 1 :=
  subspaceOverlap_mem direction345_orthonormal (by unfold Orthonormal; decide)

theorem axisRows_isSpectralSq : IsSpectralSq axisRows 4 where
  bound v := sub_nonneg.mp (by
    have e : 4 * normSq v - energyAlong axisRows v = 3 * (v (.succ .zero) * v (.succ .zero)) := by
      show 4 * (v .zero * v .zero + (v (.succ .zero) * v (.succ .zero) + 0)) -
        ((2 * v .zero + (0 * v (.succ .zero) + 0)) * (2 * v .zero + (0 * v (.succ .zero) + 0)) +
          ((0 * v .zero + (1 * v (.succ .zero) + 0)) * (0 * v .zero + (1 * v (.succ .zero) + 0)) +
            0)) = _
      ring
    rw [e]
    exact mul_nonneg (by decide) (mul_self_nonneg _))
  least u h := by
    have e := h (Vector.get (1 ::ᵥ 0 ::ᵥ .nil))
    have f : energyAlong axisRows (Vector.get (1 ::ᵥ 0 ::ᵥ .nil)) = 4 := by decide
    have g : normSq (Vector.get (1 ::ᵥ 0 ::ᵥ .nil) : Fin 2 → Rat) = 1 := by decide
    rw [f, g, mul_one] at e
    exact e

theorem one_le_stableRank_example : 1 ≤ stableRank axisRows 4 :=
  one_le_stableRank axisRows_isSpectralSq ⟨.zero, .zero, by decide⟩

theorem stableRank_le_example : stableRank axisRows 4 ≤ Nat.cast 2 :=
  stableRank_le axisRows_isSpectralSq (w := fun i j : Fin 2 => delta i j)
    (by unfold Orthonormal; decide) (by decide)

/-! ### Scores -/

theorem attention_score_gauge_invariance_example :
    dot (mulVec rotation345 fun _ => 3) (mulVec rotation345 fun _ => 4) =
      dot (fun _ => 3) fun _ : Fin 2 => (4 : Rat) :=
  attention_score_gauge_invariance rotation345_isOrthogonal _ _

theorem top_k_optimal_example :
    (∑ i, (1 - indicator firstKept i) * Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i : Rat) ≤
      ∑ i, (1 - indicator (fun i => Bool.not (firstKept i)) i) * Vector.get (4 ::ᵥ 1 ::ᵥ .nil) i :=
  top_k_optimal _ axisRows_kept axisRows_dropped (by decide)

theorem top_k_unique_example : firstKept .zero = firstKept .zero :=
  top_k_unique (Vector.get (4 ::ᵥ 1 ::ᵥ .nil) : Fin 2 → Rat) (t := 2)
    (fun i h => match i with
      | .zero => by decide
      | .succ .zero => nomatch h) axisRows_dropped rfl (le_refl _) .zero

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

theorem avg_gain_eq_frob_div_sqrt_rows_example : (3 : Rat) = 3 / 1 :=
  avg_gain_eq_frob_div_sqrt_rows (fun _ _ => 3 : Fin 1 → Fin 1 → Rat) ends_secondMoments
    (by decide) (by decide) (by decide) (by decide) (by decide) (by decide) (by decide) (by decide)
    (by decide)

/-! ### Several populations -/

/-- The Hadamard matrix gives each of two populations along an axis a β of 1, and no rotation gives
one of them more. -/
theorem one_rotation_le_best_example : (1 : Rat) ≤ 1 :=
  one_rotation_le_best twoAxes ⟨halfHadamard, halfHadamard_isOrthogonal, by decide⟩
    ⟨.zero, fun _ _ => betaRows_le_one _⟩

theorem per_matrix_R_decomposition_example :
    betaEff direction345 (fun s => mulVec rotation345 (planeKeys s)) =
      1 - (1 - betaRows fun s => mulVec rotation345 (planeKeys s)) *
        (1 - gammaR direction345 fun s => residual (mulVec rotation345 (planeKeys s))) :=
  per_matrix_R_decomposition (c := 1) (fun _ => planeKeys) (fun _ => rotation345)
    (w := fun _ => direction345) (fun _ => direction345_orthonormal) (fun _ => by decide) .zero

theorem mulVec_turned_example :
    mulVec (fun s => mulVec rotation345 (planeKeys s)) (mulVec rotation345 fun _ => 3) .zero =
      mulVec planeKeys (fun _ => 3) .zero :=
  mulVec_turned rotation345_isOrthogonal _ _ .zero

end LeanMining
