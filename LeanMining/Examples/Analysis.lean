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

/-- The numbers whose square is at most 2 have a least upper bound, and it is from 1 to 2. -/
theorem Real.exists_isLUB_example : ∃ b : Real, 1 ≤ b ∧ b ≤ 2 ∧ ∀ x, x * x ≤ 2 → x ≤ b :=
  have low : (1 : Real) * 1 ≤ 2 := le_of_sub_eq zero_le_one (by ring)
  have high : ∀ x : Real, x * x ≤ 2 → x ≤ 2 := fun x h =>
    le_of_mul_self_le_mul_self zero_le_two (le_trans h (le_of_sub_eq zero_le_two (by ring)))
  (Real.exists_isLUB (fun x => x * x ≤ 2) ⟨1, low⟩ ⟨2, high⟩).elim fun b h =>
    ⟨b, h.1 1 low, h.2 2 high, h.1⟩

/-- The sequence of the numbers `1/(n+1)` is Cauchy, so that some number is less than 1/2 away from
some of them. -/
theorem Real.exists_tendsto_of_isCauSeq_example :
    ∃ (a : Real) (n : Nat), |1 / Nat.cast (Nat.succ n) - a| < 1 / 2 :=
  (Real.exists_tendsto_of_isCauSeq Real.tendsto_one_div_add_atTop.isCauSeq).elim fun a h =>
    (h (1 / 2) (half_pos zero_lt_one)).elim fun N k => ⟨a, N, k N (le_refl N)⟩

/-- Wallis's product, which never falls and is at most π/2. -/
theorem Real.exists_tendsto_of_monotone_example :
    ∃ (a : Real) (n : Nat), |wallis n - a| < 1 / 2 ∧ wallis 3 ≤ a ∧ a ≤ Real.pi / 2 :=
  (Real.exists_tendsto_of_monotone wallis_le_wallis_succ Real.wallis_le_pi_div_two).elim
    fun a h => (h.1 (1 / 2) (half_pos zero_lt_one)).elim fun N k =>
      ⟨a, N, k N (le_refl N), h.2.1 3, h.2.2⟩

theorem Real.exists_rat_btwn_example :
    ∃ q : Rat, Real.sqrt 2 < Real.ofRat q ∧ Real.ofRat q < Real.pi := by
  have four : Real.sqrt (2 * 2) = 2 := Real.sqrt_mul_self zero_le_two
  have up : Real.sqrt 2 ≤ Real.sqrt (2 * 2) :=
    Real.sqrt_le_sqrt (le_of_sub_eq zero_le_two (by ring))
  exact Real.exists_rat_btwn (lt_of_le_of_lt (le_trans up (le_of_eq four)) Real.two_lt_pi)

theorem Real.mul_self_sqrt_example : Real.sqrt 2 * Real.sqrt 2 = 2 :=
  Real.mul_self_sqrt zero_le_two

theorem Real.eq_sqrt_of_mul_self_eq_example : 3 = Real.sqrt 9 :=
  Real.eq_sqrt_of_mul_self_eq (natCast_nonneg 3) (by ring)

theorem Real.sqrt_le_sqrt_example : Real.sqrt 2 ≤ Real.sqrt 3 :=
  Real.sqrt_le_sqrt (le_of_sub_eq zero_le_one (by ring))

theorem Real.sqrt_mul_example : Real.sqrt (2 * 3) = Real.sqrt 2 * Real.sqrt 3 :=
  Real.sqrt_mul zero_le_two (natCast_nonneg 3)

/-! ### Limits -/

theorem Tendsto.inv_example :
    Tendsto (fun n => (1 + 1 / Nat.cast (Nat.succ n) : Real)⁻¹) (1 + 0)⁻¹ :=
  ((tendsto_const 1).add Real.tendsto_one_div_add_atTop).inv (by rw [add_zero]; exact one_ne_zero)

/-- The numbers `1/(n+2)` are between 0 and `1/(n+1)`. -/
theorem tendsto_of_le_of_le_example :
    Tendsto (fun n => (1 : Real) / Nat.cast (Nat.succ (Nat.succ n))) 0 :=
  tendsto_of_le_of_le (tendsto_const 0) Real.tendsto_one_div_add_atTop (.of_forall fun n =>
    have p : (0 : Real) < Nat.cast (Nat.succ n) := natCast_succ_pos n
    have q : (0 : Real) < Nat.cast (Nat.succ (Nat.succ n)) := natCast_succ_pos _
    ⟨(div_pos zero_lt_one q).1, (div_le_div_iff q p).mpr (by
      rw [one_mul, one_mul, natCast_succ (Nat.succ n)]
      exact (lt_add_of_pos_right zero_lt_one).1)⟩)

namespace LeanMining

/-! ### Signs -/

/-- A key off the sign lattice: its magnitudes are 3 and 4. -/
noncomputable def threeFour : Fin 2 → Real := Fin.cons 3 fun _ => -4

theorem threeFour_ne_zero : ∃ i, threeFour i ≠ 0 :=
  ⟨.zero, Ne.symm (ne_of_lt (natCast_succ_pos 2))⟩

theorem cos_sign_quant_formula_real_example :
    0 < l2Norm threeFour * l2Norm (signQuant threeFour) ∧
      dot threeFour (signQuant threeFour) / (l2Norm threeFour * l2Norm (signQuant threeFour)) =
        l1Norm threeFour / (Real.sqrt (Nat.cast 2) * l2Norm threeFour) :=
  cos_sign_quant_formula_real threeFour threeFour_ne_zero

theorem cos_eq_one_iff_sign_lattice_real_example :
    l1Norm threeFour / (Real.sqrt (Nat.cast 2) * l2Norm threeFour) = 1 ↔
      ∀ i j, |threeFour i| = |threeFour j| :=
  cos_eq_one_iff_sign_lattice_real threeFour threeFour_ne_zero

theorem cos_eq_sqrt_beta_example :
    l1Norm threeFour / (Real.sqrt (Nat.cast 2) * l2Norm threeFour) = Real.sqrt (beta threeFour) :=
  cos_eq_sqrt_beta threeFour

/-! ### The limit of independent coordinates -/

/-- Two values of different magnitudes, so that β is not 1 for all vectors of them. -/
noncomputable def oneMinusTwo : Fin 2 → Real := Fin.cons 1 fun _ => -2

theorem fair_nonneg (a : Fin 2) : (0 : Real) ≤ fair a := div_nonneg zero_le_one zero_le_two

theorem secondMoment_oneMinusTwo_pos : 0 < secondMoment fair oneMinusTwo :=
  sum_pos (fun a => mul_nonneg (fair_nonneg a) (mul_self_nonneg _))
    ⟨.zero, mul_pos (half_pos zero_lt_one) (mul_self_pos one_ne_zero)⟩

theorem one_div_hundred_pos : (0 : Real) < 1 / 100 := div_pos zero_lt_one (natCast_succ_pos 99)

/-- The values 1 and -2, each with the weight 1/2: in some dimension the mean distance is below
1/100. -/
theorem tendsto_expect_abs_beta_sub_example :
    ∃ d : Nat, |(expect fair d fun x => |beta (fun i => oneMinusTwo (x i)) -
      momentRatio (absMoment fair oneMinusTwo) (secondMoment fair oneMinusTwo)|) - 0| <
        (1 / 100 : Real) :=
  (tendsto_expect_abs_beta_sub fair_nonneg sum_fair secondMoment_oneMinusTwo_pos (1 / 100)
    one_div_hundred_pos).elim fun N h => ⟨N, h N (le_refl N)⟩

theorem tendsto_expect_signCosine_example :
    ∃ d : Nat, |(expect fair d fun x => signCosine fun i => oneMinusTwo (x i)) -
      Real.sqrt (momentRatio (absMoment fair oneMinusTwo) (secondMoment fair oneMinusTwo))| <
        (1 / 100 : Real) :=
  (tendsto_expect_signCosine fair_nonneg sum_fair secondMoment_oneMinusTwo_pos (1 / 100)
    one_div_hundred_pos).elim fun N h => ⟨N, h N (le_refl N)⟩

theorem iid_coord_moment_ratio_floor_real_example :
    ∃ d : Nat, |(expect fair d fun x => 1 - beta fun i => oneMinusTwo (x i)) -
      (1 - momentRatio (absMoment fair oneMinusTwo) (secondMoment fair oneMinusTwo))| <
        (1 / 100 : Real) :=
  (iid_coord_moment_ratio_floor_real fair_nonneg sum_fair secondMoment_oneMinusTwo_pos (1 / 100)
    one_div_hundred_pos).elim fun N h => ⟨N, h N (le_refl N)⟩

/-! ### Centering -/

theorem sum_plusMinus : ∑ i, plusMinus i = (0 : Real) := by
  show (1 : Real) + (-1 + 0) = 0
  ring

theorem l2Norm_uncentered_gt_real_example :
    l2Norm plusMinus < l2Norm fun i => 1 / Real.sqrt (Nat.cast 2) + plusMinus i :=
  l2Norm_uncentered_gt_real (by decide) plusMinus sum_plusMinus one_ne_zero

theorem exists_isOrthogonal_beta_eq_one_real_example : ∃ R : Fin 2 → Fin 2 → Real,
    ∑ k, R k .zero * R k .zero = 1 ∧ beta (mulVec R threeFour) = 1 :=
  (exists_isOrthogonal_beta_eq_one_real threeFour threeFour_ne_zero).elim fun R h =>
    ⟨R, h.1 .zero .zero, h.2⟩

theorem exists_isOrthogonal_le_cos_real_example : ∃ R : Fin 2 → Fin 2 → Real,
    ∑ k, R k .zero * R k .zero = 1 ∧
      1 ≤ l1Norm (mulVec R threeFour) / (Real.sqrt (Nat.cast 2) * l2Norm threeFour) :=
  (exists_isOrthogonal_le_cos_real threeFour threeFour_ne_zero (le_refl 1)).elim
    fun R h => ⟨R, h.1 .zero .zero, h.2⟩

/-! ### Amplification -/

/-- The axes of the plane. -/
noncomputable def unitVectors : Fin 2 → Fin 2 → Real := fun s i => delta s i

theorem unitVectors_hasSphereSecondMoments : HasSphereSecondMoments unitVectors := fun i j => by
  have two : (Nat.cast 2 : Real) / Nat.cast 2 = 1 := div_self two_ne_zero
  rw [two, one_mul]
  exact isOrthogonal_delta i j

theorem normSq_unitVectors (s : Fin 2) : normSq (unitVectors s) = 1 :=
  (sum_delta_mul s fun i => delta s i).trans (delta_self s)

/-- Three rows of two columns. -/
noncomputable def threeByTwo : Fin 3 → Fin 2 → Real := fun _ => threeFour

theorem avg_amplification_eq_frob_div_sqrt_real_example :
    Real.sqrt (meanAmplificationSq threeByTwo unitVectors) =
      Real.sqrt (frobeniusSq threeByTwo) / Real.sqrt (Nat.cast 2) :=
  avg_amplification_eq_frob_div_sqrt_real _ unitVectors_hasSphereSecondMoments (by decide)

theorem avg_gain_eq_frob_div_sqrt_rows_real_example :
    Real.sqrt (meanGainSq threeByTwo unitVectors) =
      Real.sqrt (frobeniusSq threeByTwo) / Real.sqrt (Nat.cast 3) :=
  avg_gain_eq_frob_div_sqrt_rows_real _ unitVectors_hasSphereSecondMoments normSq_unitVectors
    (by decide) (by decide)

/-! ### Operator norms -/

/-- The identity of the plane, and a vector that is along no axis. -/
theorem exists_isSpectralSq_example : ∃ t : Real,
    energyAlong unitVectors threeFour ≤ t * normSq threeFour ∧ t ≤ energy unitVectors :=
  (exists_isSpectralSq unitVectors).elim fun t h =>
    ⟨t, h.bound threeFour, h.least _ (energyAlong_le_energy_mul _)⟩

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
    l2Norm (mulVec threeByTwo (unitVectors .zero)) ≤
      Real.sqrt (frobeniusSq threeByTwo) * l2Norm (unitVectors .zero) :=
  opNorm_le_frobenius_real _ _

/-- The step of two levels for the range from -1 to 1. -/
theorem two_levels_step : (1 - -1) / 2 ^ 1 = (1 : Real) := by
  rw [sub_neg_eq_add, one_add_one_eq_two, pow_one, div_self two_ne_zero]

theorem halves_roundedTo_real :
    RoundedTo ((1 - -1) / 2 ^ 1 : Real) (fun _ _ => 1 / 2 : Fin 2 → Fin 3 → Real)
      fun _ _ => 1 where
  onGrid _ _ := ⟨1, .inl (by rw [two_levels_step]; exact (mul_one 1).symm)⟩
  near _ _ := by
    have e : (1 / 2 - 1 : Real) = -(1 / 2) := by
      refine Eq.trans (congrArg (1 / 2 - ·) (add_halves 1).symm) ?_
      ring
    rw [two_levels_step, e, abs_neg, abs_of_pos (half_pos zero_lt_one)]
    exact le_refl _

theorem quant_frobenius_inf_real_example :
    Real.sqrt (frobeniusSq (fun _ _ => 1 / 2 - 1 : Fin 2 → Fin 3 → Real)) ≤
      Real.sqrt (Nat.cast (2 * 3)) * 1 / 2 ^ 1 :=
  quant_frobenius_inf_real halves_roundedTo_real (le_refl (-1)) (le_refl 1) zero_le_one

/-! ### Sums of signs -/

/-- The mean of `S²` over two signs is twice the mean over one of half a difference, which is 1. -/
theorem walk_succ_mul_example :
    walk 2 (fun s : Rat => s * s) = Nat.cast 2 * walk 1 fun s => 1 / 2 * (s + 1 - (s - 1)) :=
  walk_succ_mul 1 fun s => s

theorem wallis_mul_walk_jump_example : wallis 1 * ((2 * Nat.cast 1 + 1) *
    (walk (Nat.double 1) jump * walk (Nat.double 1) jump)) = (1 : Rat) :=
  wallis_mul_walk_jump 1

/-- For some number of signs the moment ratio is less than 1/100 away from 2/π. -/
theorem tendsto_momentRatio_signs_example :
    ∃ n : Nat, |momentRatio (expect fair n fun x => |∑ i, plusMinus (x i)|)
      (expect fair n fun x => (∑ i, plusMinus (x i)) * ∑ i, plusMinus (x i)) - 2 / Real.pi| <
        1 / 100 :=
  (tendsto_momentRatio_signs (1 / 100) one_div_hundred_pos).elim fun N h => ⟨N, h N (le_refl N)⟩

theorem tendsto_absMoment_signs_example :
    ∃ n : Nat, |(expect fair n fun x => |∑ i, plusMinus (x i)|) / Real.sqrt (Nat.cast n) -
      Real.sqrt (2 / Real.pi)| < 1 / 100 :=
  (tendsto_absMoment_signs (1 / 100) one_div_hundred_pos).elim fun N h => ⟨N, h N (le_refl N)⟩

/-- For some number of signs and some dimension the mean cosine is less than 1/100 away from
√(2/π). -/
theorem eventually_signCosine_signs_example :
    ∃ n d : Nat, |expect (evenly n) d (fun x => signCosine fun i => signSum n (x i)) -
      Real.sqrt (2 / Real.pi)| < 1 / 100 :=
  (eventually_signCosine_signs one_div_hundred_pos).exists.elim fun n h =>
    h.exists.elim fun d k => ⟨n, d, k⟩

end LeanMining

/-- Some term of Wallis's product is less than 1/100 away from π/2. -/
theorem Real.tendsto_wallis_pi_div_two_example : ∃ n : Nat, |wallis n - Real.pi / 2| < 1 / 100 :=
  (Real.tendsto_wallis_pi_div_two (1 / 100) LeanMining.one_div_hundred_pos).elim fun N h =>
    ⟨N, h N (le_refl N)⟩
