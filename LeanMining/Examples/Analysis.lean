/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Analysis.Instances
import LeanMining.Analysis.Rademacher

/-!
# Examples: real numbers

Theorems of `LeanMining/Analysis/`, applied to closed arguments. Real numbers do not compute, so
hypotheses are proved and not decided.
-/

set_option autoImplicit false

/-! ### Completeness and roots -/

/-- The least upper bound of the numbers up to 1 is 1. -/
theorem Real.exists_isLUB_example : ∃ b : Real, 1 ≤ b ∧ b ≤ 1 :=
  (Real.exists_isLUB (fun x => x ≤ 1) ⟨1, le_refl 1⟩ ⟨1, fun _ h => h⟩).elim fun b h =>
    ⟨b, h.1 1 (le_refl 1), h.2 1 fun _ k => k⟩

/-- The constant sequence 1 has a limit less than 1/2 away from it. -/
theorem Real.exists_tendsto_of_isCauSeq_example : ∃ a : Real, |1 - a| < 1 / 2 :=
  (Real.exists_tendsto_of_isCauSeq (isCauSeq_const 1)).elim fun a h =>
    (h (1 / 2) (half_pos zero_lt_one)).elim fun N k => ⟨a, k N (le_refl N)⟩

theorem Real.exists_tendsto_of_monotone_example : ∃ a : Real, |1 - a| < 1 / 2 ∧ 1 ≤ a ∧ a ≤ 1 :=
  (Real.exists_tendsto_of_monotone (f := fun _ => 1) (fun _ => le_refl 1) fun _ => le_refl 1).elim
    fun a h => (h.1 (1 / 2) (half_pos zero_lt_one)).elim fun N k =>
      ⟨a, k N (le_refl N), h.2.1 0, h.2.2⟩

theorem Real.exists_rat_btwn_example :
    ∃ q : Rat, Real.sqrt 1 < Real.ofRat q ∧ Real.ofRat q < Real.pi :=
  have one : (1 : Real) < 2 := lt_of_sub_eq zero_lt_one (by ring)
  Real.exists_rat_btwn (lt_of_le_of_lt (le_of_eq Real.sqrt_one) (lt_trans one Real.two_lt_pi))

theorem Real.mul_self_sqrt_example : Real.sqrt 2 * Real.sqrt 2 = 2 :=
  Real.mul_self_sqrt zero_le_two

theorem Real.eq_sqrt_of_mul_self_eq_example : 1 = Real.sqrt 1 :=
  Real.eq_sqrt_of_mul_self_eq zero_le_one (one_mul 1)

theorem Real.sqrt_le_sqrt_example : Real.sqrt 1 ≤ Real.sqrt 2 :=
  Real.sqrt_le_sqrt (le_of_sub_eq zero_le_one (by ring))

namespace LeanMining

/-! ### Signs -/

theorem cos_sign_quant_formula_real_example :
    0 < l2Norm (fun _ : Fin 2 => 1) * l2Norm (signQuant fun _ : Fin 2 => 1) ∧
      dot (fun _ : Fin 2 => 1) (signQuant fun _ : Fin 2 => 1) /
          (l2Norm (fun _ : Fin 2 => 1) * l2Norm (signQuant fun _ : Fin 2 => 1)) =
        l1Norm (fun _ : Fin 2 => 1) / (Real.sqrt (Nat.cast 2) * l2Norm fun _ : Fin 2 => 1) :=
  cos_sign_quant_formula_real (fun _ => 1) ⟨.zero, one_ne_zero⟩

theorem cos_eq_one_iff_sign_lattice_real_example :
    l1Norm (fun _ : Fin 2 => 1) / (Real.sqrt (Nat.cast 2) * l2Norm fun _ : Fin 2 => 1) = 1 ↔
      ∀ _ _ : Fin 2, |(1 : Real)| = |1| :=
  cos_eq_one_iff_sign_lattice_real (fun _ => 1) ⟨.zero, one_ne_zero⟩

theorem cos_eq_sqrt_beta_example :
    l1Norm (fun _ : Fin 2 => 1) / (Real.sqrt (Nat.cast 2) * l2Norm fun _ : Fin 2 => 1) =
      Real.sqrt (beta fun _ : Fin 2 => 1) :=
  cos_eq_sqrt_beta fun _ => 1

/-! ### The limit of independent coordinates -/

theorem fair_nonneg (a : Fin 2) : (0 : Real) ≤ fair a := div_nonneg zero_le_one zero_le_two

theorem secondMoment_fair_pos : (0 : Real) < secondMoment fair plusMinus :=
  sum_pos (fun a => mul_nonneg (fair_nonneg a) (mul_self_nonneg _))
    ⟨.zero, mul_pos (half_pos zero_lt_one) (mul_self_pos one_ne_zero)⟩

/-- The values 1 and -1, each with the weight 1/2: in some dimension the mean distance is below
1/2. -/
theorem tendsto_expect_abs_beta_sub_example :
    ∃ d : Nat, |(expect fair d fun x => |beta (fun i => plusMinus (x i)) -
      momentRatio (absMoment fair plusMinus) (secondMoment fair plusMinus)|) - 0| <
        (1 / 2 : Real) :=
  (tendsto_expect_abs_beta_sub fair_nonneg sum_fair secondMoment_fair_pos (1 / 2)
    (half_pos zero_lt_one)).elim fun N h => ⟨N, h N (le_refl N)⟩

theorem iid_coord_moment_ratio_floor_real_example :
    ∃ d : Nat, |(expect fair d fun x => 1 - beta fun i => plusMinus (x i)) -
      (1 - momentRatio (absMoment fair plusMinus) (secondMoment fair plusMinus))| <
        (1 / 2 : Real) :=
  (iid_coord_moment_ratio_floor_real fair_nonneg sum_fair secondMoment_fair_pos (1 / 2)
    (half_pos zero_lt_one)).elim fun N h => ⟨N, h N (le_refl N)⟩

/-! ### Centering -/

theorem sum_plusMinus : ∑ i, plusMinus i = (0 : Real) := by
  show (1 : Real) + (-1 + 0) = 0
  ring

theorem l2Norm_uncentered_gt_real_example :
    l2Norm plusMinus < l2Norm fun i => 1 / Real.sqrt (Nat.cast 2) + plusMinus i :=
  l2Norm_uncentered_gt_real (by decide) plusMinus sum_plusMinus one_ne_zero

theorem exists_isOrthogonal_beta_eq_one_real_example : ∃ R : Fin 2 → Fin 2 → Real,
    ∑ k, R k .zero * R k .zero = 1 ∧ beta (mulVec R plusMinus) = 1 :=
  (exists_isOrthogonal_beta_eq_one_real plusMinus ⟨.zero, one_ne_zero⟩).elim fun R h =>
    ⟨R, h.1 .zero .zero, h.2⟩

theorem exists_isOrthogonal_le_cos_real_example : ∃ R : Fin 2 → Fin 2 → Real,
    ∑ k, R k .zero * R k .zero = 1 ∧
      1 ≤ l1Norm (mulVec R plusMinus) / (Real.sqrt (Nat.cast 2) * l2Norm plusMinus) :=
  (exists_isOrthogonal_le_cos_real plusMinus ⟨.zero, one_ne_zero⟩ (le_refl 1)).elim
    fun R h => ⟨R, h.1 .zero .zero, h.2⟩

/-! ### Amplification -/

theorem one_hasSphereSecondMoments :
    HasSphereSecondMoments (fun _ _ => 1 : Fin 1 → Fin 1 → Real)
  | .zero, .zero => by
    show (1 : Real) * 1 + 0 = 1 / 1 * 1
    rw [div_one, add_zero]

theorem avg_amplification_eq_frob_div_sqrt_real_example :
    Real.sqrt (meanAmplificationSq (fun _ _ => 3 : Fin 1 → Fin 1 → Real)
      (fun _ _ => 1 : Fin 1 → Fin 1 → Real)) =
      Real.sqrt (frobeniusSq (fun _ _ => 3 : Fin 1 → Fin 1 → Real)) / Real.sqrt (Nat.cast 1) :=
  avg_amplification_eq_frob_div_sqrt_real _ one_hasSphereSecondMoments (by decide)

theorem avg_gain_eq_frob_div_sqrt_rows_real_example :
    Real.sqrt (meanGainSq (fun _ _ => 3 : Fin 1 → Fin 1 → Real)
      (fun _ _ => 1 : Fin 1 → Fin 1 → Real)) =
      Real.sqrt (frobeniusSq (fun _ _ => 3 : Fin 1 → Fin 1 → Real)) / Real.sqrt (Nat.cast 1) :=
  avg_gain_eq_frob_div_sqrt_rows_real _ one_hasSphereSecondMoments
    (fun _ => (add_zero _).trans (mul_one 1)) (by decide) (by decide)

/-! ### Operator norms -/

theorem exists_isSpectralSq_example : ∃ t : Real,
    energyAlong (fun _ _ => 1 : Fin 1 → Fin 2 → Real) (fun _ => 1) ≤
        t * normSq (fun _ : Fin 2 => 1) ∧
      t ≤ energy (fun _ _ => 1 : Fin 1 → Fin 2 → Real) :=
  (exists_isSpectralSq (fun _ _ => 1 : Fin 1 → Fin 2 → Real)).elim fun t h =>
    ⟨t, h.bound fun _ => 1, h.least _ (energyAlong_le_energy_mul _)⟩

/-- Every layer doubles a number that is not negative, and makes 0 of another. -/
noncomputable def doublingReal : Network Real fun _ => 1 :=
  ⟨fun _ _ _ => 2, fun _ _ => 0, fun _ => relu⟩

theorem output_error_le_real_example :
    l2Norm (fun i => doublingReal.output (fun _ => 1) 2 i -
        (doublingReal.withWeights fun _ _ _ => 3 / 2).output (fun _ => 1) 2 i) ≤
      bound (fun l => Real.sqrt (frobeniusSq (doublingReal.weight l)))
        (fun l => l2Norm (mulVec (fun i j => doublingReal.weight l i j - 3 / 2)
          ((doublingReal.withWeights fun _ _ _ => 3 / 2).output (fun _ => 1) l))) 2 :=
  output_error_le_real doublingReal (fun _ _ _ => 3 / 2) (fun _ => Real.sqrt_nonneg _)
    (fun _ => opNorm_le_frobenius_real _) (fun _ => abs_relu_sub_relu_le) (fun _ => 1) 2

theorem opNorm_le_frobenius_real_example :
    l2Norm (mulVec (fun _ _ => 2 : Fin 1 → Fin 1 → Real) fun _ => 1) ≤
      Real.sqrt (frobeniusSq (fun _ _ => 2 : Fin 1 → Fin 1 → Real)) * l2Norm fun _ : Fin 1 => 1 :=
  opNorm_le_frobenius_real _ _

/-- The step of two levels for the range from -1 to 1. -/
theorem two_levels_step : (1 - -1) / 2 ^ 1 = (1 : Real) := by
  rw [sub_neg_eq_add, one_add_one_eq_two, pow_one, div_self two_ne_zero]

theorem one_roundedTo :
    RoundedTo ((1 - -1) / 2 ^ 1 : Real) (fun _ _ => 1 / 2 : Fin 1 → Fin 1 → Real)
      fun _ _ => 1 where
  onGrid _ _ := ⟨1, .inl (by rw [two_levels_step]; exact (mul_one 1).symm)⟩
  near _ _ := by
    have e : (1 / 2 - 1 : Real) = -(1 / 2) := by
      refine Eq.trans (congrArg (1 / 2 - ·) (add_halves 1).symm) ?_
      ring
    rw [two_levels_step, e, abs_neg, abs_of_pos (half_pos zero_lt_one)]
    exact le_refl _

theorem quant_frobenius_inf_real_example :
    Real.sqrt (frobeniusSq (fun _ _ => 1 / 2 - 1 : Fin 1 → Fin 1 → Real)) ≤
      Real.sqrt (Nat.cast (1 * 1)) * 1 / 2 ^ 1 :=
  quant_frobenius_inf_real one_roundedTo (le_refl (-1)) (le_refl 1) zero_le_one

/-! ### Sums of signs -/

/-- Of two signs the mean of `S²` is twice the mean of the difference. -/
theorem walk_succ_mul_example :
    walk 2 (fun s : Rat => s * s) = Nat.cast 2 * walk 1 fun s => 1 / 2 * (s + 1 - (s - 1)) :=
  walk_succ_mul 1 fun s => s

theorem wallis_mul_walk_jump_example : wallis 1 * ((2 * Nat.cast 1 + 1) *
    (walk (Nat.double 1) jump * walk (Nat.double 1) jump)) = (1 : Rat) :=
  wallis_mul_walk_jump 1

/-- For some number of signs the moment ratio is less than 1/2 away from 2/π. -/
theorem tendsto_momentRatio_signs_example :
    ∃ n : Nat, |momentRatio (expect fair n fun x => |∑ i, plusMinus (x i)|)
      (expect fair n fun x => (∑ i, plusMinus (x i)) * ∑ i, plusMinus (x i)) - 2 / Real.pi| <
        1 / 2 :=
  (tendsto_momentRatio_signs (1 / 2) (half_pos zero_lt_one)).elim fun N h => ⟨N, h N (le_refl N)⟩

theorem tendsto_absMoment_signs_example :
    ∃ n : Nat, |(expect fair n fun x => |∑ i, plusMinus (x i)|) / Real.sqrt (Nat.cast n) -
      Real.sqrt (2 / Real.pi)| < 1 / 2 :=
  (tendsto_absMoment_signs (1 / 2) (half_pos zero_lt_one)).elim fun N h => ⟨N, h N (le_refl N)⟩

end LeanMining

/-- Some term of Wallis's product is less than 1/2 away from π/2. -/
theorem Real.tendsto_wallis_pi_div_two_example : ∃ n : Nat, |wallis n - Real.pi / 2| < 1 / 2 :=
  (Real.tendsto_wallis_pi_div_two (1 / 2) (half_pos zero_lt_one)).elim fun N h =>
    ⟨N, h N (le_refl N)⟩
