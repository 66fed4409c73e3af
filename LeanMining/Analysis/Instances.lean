/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Analysis.Pi
import LeanMining.NeuralGeometry.DCMeanCentering
import LeanMining.NeuralGeometry.MomentRatioFloor
import LeanMining.NeuralGeometry.SubspaceOverlap
import LeanMining.NeuralGeometry.WoAmplification
import LeanMining.Spectral

/-!
# The theorems with roots and π, over the reals

Over an ordered field some theorems take a root as a number with the right square, and π as a number
above 2. Here they are stated of `Real.sqrt` and `Real.pi`, with no hypothesis about these. That the
limit of a mean and an operator norm exist holds of the reals, which are Archimedean and complete.

## Main definitions

* `l2Norm k`: the root of the sum of the squares
* `signCosine k`: the cosine between a vector and its signs

## Main results

* `cos_sign_quant_formula_real`, `cos_eq_one_iff_sign_lattice_real`, `cos_eq_sqrt_beta`: the cosine
  between a vector and its signs
* `gaussian_moment_ratio_floor_eq_real`, `isotropic_floor_pos`, `two_div_pi_bounds`: the number 2/π
* `iid_coord_moment_ratio_floor_real`: the limit of the mean of 1 - β, for finitely many values
* `l2Norm_uncentered_gt_real`: a key with a mean is longer than its centered part
* `exists_isOrthogonal_beta_eq_one_real`, `exists_isOrthogonal_le_cos_real`: a rotation of one key
* `avg_amplification_eq_frob_div_sqrt_real`, `avg_gain_eq_frob_div_sqrt_rows_real`: two averages of
  how much a matrix lengthens its inputs
* `exists_isSpectralSq`: every matrix with a column has a squared operator norm
* `output_error_le_real`: the error of a network's output in the L2 norm
* `opNorm_le_frobenius_real`, `quant_frobenius_inf_real`: the Frobenius norm as a bound, and a bound
  of it
-/

set_option autoImplicit false

namespace LeanMining

variable {d m n c : Nat}

/-- The length of a vector: the root of the sum of the squares of its entries. -/
noncomputable def l2Norm (k : Fin d → Real) : Real := Real.sqrt (normSq k)

theorem l2Norm_nonneg (k : Fin d → Real) : 0 ≤ l2Norm k := Real.sqrt_nonneg _

theorem l2Norm_mul_self (k : Fin d → Real) : l2Norm k * l2Norm k = normSq k :=
  Real.mul_self_sqrt (normSq_nonneg k)

theorem sqrt_natCast_mul_self (d : Nat) :
    Real.sqrt (Nat.cast d) * Real.sqrt (Nat.cast d) = Nat.cast d :=
  Real.mul_self_sqrt (natCast_nonneg d)

/-! ### Signs -/

/-- The cosine between a vector and its signs is `‖k‖₁ / (√d ‖k‖₂)`, and its denominator is positive
(seed 001, JensenFloor). -/
theorem cos_sign_quant_formula_real (k : Fin d → Real) (hk : ∃ i, k i ≠ 0) :
    0 < l2Norm k * l2Norm (signQuant k) ∧
      dot k (signQuant k) / (l2Norm k * l2Norm (signQuant k)) =
        l1Norm k / (Real.sqrt (Nat.cast d) * l2Norm k) :=
  cos_sign_quant_formula k hk (l2Norm_nonneg k) (l2Norm_mul_self k) (l2Norm_nonneg _)
    (l2Norm_mul_self _) (Real.sqrt_nonneg _) (sqrt_natCast_mul_self d)

/-- The cosine is 1 exactly where all magnitudes are equal: on the sign lattice (seed 001,
JensenFloor). -/
theorem cos_eq_one_iff_sign_lattice_real (k : Fin d → Real) (hk : ∃ i, k i ≠ 0) :
    l1Norm k / (Real.sqrt (Nat.cast d) * l2Norm k) = 1 ↔ ∀ i j, |k i| = |k j| :=
  cos_eq_one_iff_sign_lattice k hk (l2Norm_nonneg k) (l2Norm_mul_self k) (Real.sqrt_nonneg _)
    (sqrt_natCast_mul_self d)

/-- The root of a vector's β is the quotient that is its cosine with its signs, by
`cos_sign_quant_formula_real` (seed 001, glossary). -/
theorem cos_eq_sqrt_beta (k : Fin d → Real) :
    l1Norm k / (Real.sqrt (Nat.cast d) * l2Norm k) = Real.sqrt (beta k) :=
  Real.eq_sqrt_of_mul_self_eq
    (div_nonneg (l1Norm_nonneg k) (mul_nonneg (Real.sqrt_nonneg _) (l2Norm_nonneg k)))
    (cos_mul_cos_eq_beta k (l2Norm_mul_self k) (sqrt_natCast_mul_self d))

/-- The cosine between a vector and its signs; 0 of the vector 0. -/
noncomputable def signCosine (k : Fin d → Real) : Real :=
  dot k (signQuant k) / (l2Norm k * l2Norm (signQuant k))

/-- It is the root of β. -/
theorem signCosine_eq_sqrt_beta (k : Fin d → Real) : signCosine k = Real.sqrt (beta k) := by
  show dot k (signQuant k) / (l2Norm k * Real.sqrt (normSq (signQuant k))) = _
  rw [dot_signQuant, normSq_signQuant, mul_comm]
  exact cos_eq_sqrt_beta k

/-! ### Floors -/

/-- The moment ratio of the moments `√(2/π)` and 1 is `2/π`. That they are those of a Gaussian is
not proved (seed 001, MomentRatioFloor). -/
theorem gaussian_moment_ratio_floor_eq_real :
    momentRatio (Real.sqrt (2 / Real.pi)) 1 = 2 / Real.pi :=
  gaussian_moment_ratio_floor_eq one_ne_zero (by
    rw [mul_one]; exact Real.mul_self_sqrt (div_nonneg zero_le_two Real.pi_pos.1))

/-- `1 - 2/π` is positive: 2/π is below 1 (seed 001, IsotropicFloor). -/
theorem isotropic_floor_pos : 0 < 1 - 2 / Real.pi := one_sub_two_div_pos Real.two_lt_pi

/-- 2/π and √(2/π) are different numbers (seed 001, glossary, which calls √(2/π) a value of β). -/
theorem two_div_pi_ne_sqrt : 2 / Real.pi ≠ Real.sqrt (2 / Real.pi) :=
  two_div_ne_sqrt Real.two_lt_pi (Real.mul_self_sqrt (div_nonneg zero_le_two Real.pi_pos.1))

/-- 2/π rounded to five decimals is 0.63662: it is above 0.636619 and below 0.636620 (seed 001,
glossary, "iid Gaussian = 2/π ≈ 0.637"). -/
theorem two_div_pi_bounds :
    636619 / 1000000 < 2 / Real.pi ∧ 2 / Real.pi < 636620 / 1000000 := by
  have compare : ∀ {p q r : Rat}, p * q < r → Real.ofRat p * Real.ofRat q < Real.ofRat r :=
    fun h => Real.ofRat_lt.mpr h
  constructor
  · refine (lt_div_iff Real.pi_pos).mpr (lt_trans
      (mul_lt_mul_of_pos_left Real.pi_lt_d6 (div_pos (natCast_succ_pos _) (natCast_succ_pos _))) ?_)
    have k := compare (p := 636619 / 1000000) (q := 3141593 / 1000000) (r := 2) (by decide)
    rw [Real.ofRat_div, Real.ofRat_div] at k
    exact k
  · refine (div_lt_iff Real.pi_pos).mpr (lt_trans ?_
      (mul_lt_mul_of_pos_left Real.pi_gt_d6 (div_pos (natCast_succ_pos _) (natCast_succ_pos _))))
    have k := Real.ofRat_lt.mpr
      (show (2 : Rat) < 636620 / 1000000 * (3141592 / 1000000) by decide)
    rw [Real.ofRat_mul, Real.ofRat_div, Real.ofRat_div] at k
    exact k

/-- √(2/π) rounded to four decimals is 0.7979: it is above 0.79785 and below 0.79795 (seed 001,
MomentRatioFloor, "√(2/π) ≈ 0.7979"). -/
theorem sqrt_two_div_pi_bounds :
    79785 / 100000 < Real.sqrt (2 / Real.pi) ∧ Real.sqrt (2 / Real.pi) < 79795 / 100000 := by
  have pos : 0 ≤ 2 / Real.pi := div_nonneg zero_le_two Real.pi_pos.1
  have low : (79785 / 100000 : Real) * (79785 / 100000) < 636619 / 1000000 := by
    have k := Real.ofRat_lt.mpr
      (show (79785 / 100000 : Rat) * (79785 / 100000) < 636619 / 1000000 by decide)
    rw [Real.ofRat_mul, Real.ofRat_div, Real.ofRat_div] at k
    exact k
  have high : (636620 / 1000000 : Real) < 79795 / 100000 * (79795 / 100000) := by
    have k := Real.ofRat_lt.mpr
      (show (636620 / 1000000 : Rat) < 79795 / 100000 * (79795 / 100000) by decide)
    rw [Real.ofRat_mul, Real.ofRat_div, Real.ofRat_div] at k
    exact k
  have p : (0 : Real) ≤ 79785 / 100000 := div_nonneg (natCast_nonneg _) (natCast_nonneg _)
  have q : (0 : Real) ≤ 79795 / 100000 := div_nonneg (natCast_nonneg _) (natCast_nonneg _)
  constructor
  · have k := Real.sqrt_lt_sqrt (mul_nonneg p p)
      (lt_trans low two_div_pi_bounds.1)
    rw [Real.sqrt_mul_self p] at k
    exact k
  · have k := Real.sqrt_lt_sqrt pos (lt_trans two_div_pi_bounds.2 high)
    rw [Real.sqrt_mul_self q] at k
    exact k

/-! ### The limit of independent coordinates -/

section Limit

variable {w f : Fin m → Real}

/-- β of `d` independent draws from a distribution on finitely many values differs from its moment
ratio on average by what tends to 0 (seed 001, MomentRatioFloor, for finitely many values). -/
theorem tendsto_expect_abs_beta_sub (hw : ∀ a, 0 ≤ w a) (h : ∑ a, w a = 1)
    (h₂ : 0 < secondMoment w f) :
    Tendsto (fun d => expect w d fun x => |beta (fun i => f (x i)) -
      momentRatio (absMoment w f) (secondMoment w f)|) 0 := fun ε he => by
  have C0 : 0 ≤ 2 * (absMoment w f + secondMoment w f) * (absMoment w f + secondMoment w f) /
      (secondMoment w f * secondMoment w f) := by
    rw [mul_assoc 2]
    exact div_nonneg (mul_nonneg zero_le_two (mul_self_nonneg _)) (mul_self_nonneg _)
  refine (exists_mul_lt (2 * (absMoment w f + secondMoment w f) *
    (absMoment w f + secondMoment w f) / (secondMoment w f * secondMoment w f))
    (half_pos he)).elim fun δ hd => ?_
  have small : ∃ r, 0 < r ∧ r ≤ δ ∧ 2 * r ≤ secondMoment w f :=
    (le_total δ (secondMoment w f / 2)).elim
    (fun l => ⟨δ, hd.1, le_refl δ, by
      have k := mul_le_mul_of_nonneg_left l zero_le_two
      rw [mul_comm 2 (secondMoment w f / 2), div_mul_cancel _ two_ne_zero] at k
      exact k⟩)
    fun l => ⟨_, half_pos h₂, l, le_of_eq (by
      rw [mul_comm, div_mul_cancel _ two_ne_zero])⟩
  refine small.elim fun r hr => ?_
  have q : 0 < ε / 2 * (r * r) := mul_pos (half_pos he) (mul_pos hr.1 hr.1)
  refine (Real.exists_nat_gt ((variance w (fun a => |f a|) + variance w fun a => f a * f a) /
    (ε / 2 * (r * r)))).elim fun N hN => ⟨Nat.succ N, fun d l => ?_⟩
  have up : (Nat.cast N : Real) < Nat.cast d := by
    rw [← Nat.sub_add_cancel l, natCast_add, natCast_succ]
    exact lt_of_lt_of_le (lt_add_of_pos_right zero_lt_one)
      (le_add_of_nonneg_left (natCast_nonneg _))
  have pos : (0 : Real) < Nat.cast d := lt_of_le_of_lt (natCast_nonneg N) up
  have bound := iid_coord_moment_ratio_floor hw h h₂ hr.1 hr.2.2 d (Ne.symm (ne_of_lt pos))
  have first := lt_of_le_of_lt (mul_le_mul_of_nonneg_left hr.2.1 C0) hd.2
  have second : (variance w (fun a => |f a|) + variance w fun a => f a * f a) /
      (Nat.cast d * (r * r)) < ε / 2 := by
    refine (div_lt_iff (mul_pos pos (mul_pos hr.1 hr.1))).mpr
      (lt_trans ((div_lt_iff q).mp hN) ?_)
    rw [mul_left_comm (ε / 2) (Nat.cast d)]
    exact mul_lt_mul_of_pos_right up q
  have whole := lt_of_le_of_lt bound (add_lt_add first second)
  rw [add_halves] at whole
  have least : 0 ≤ expect w d fun x => |beta (fun i => f (x i)) -
      momentRatio (absMoment w f) (secondMoment w f)| :=
    le_trans (ge_of_eq (expect_const h 0 d)) (expect_mono hw fun _ => abs_nonneg _)
  show |_ - 0| < ε
  rw [sub_zero, abs_of_nonneg least]
  exact whole

theorem abs_expect_le (hw : ∀ a, 0 ≤ w a) (F : (Fin d → Fin m) → Real) :
    |expect w d F| ≤ expect w d fun x => |F x| := by
  refine abs_le.mpr ⟨?_, expect_mono hw fun x => le_abs_self _⟩
  rw [← neg_one_mul, mul_expect]
  exact expect_mono hw fun x => by rw [neg_one_mul]; exact neg_abs_le _

/-- The mean of `1 - β`, the share of the energy that one-bit vectors of `d` independent coordinates
lose, tends to 1 less the moment ratio as `d` grows (seed 001, MomentRatioFloor, for finitely many
values, such as those of INT8). -/
theorem iid_coord_moment_ratio_floor_real (hw : ∀ a, 0 ≤ w a) (h : ∑ a, w a = 1)
    (h₂ : 0 < secondMoment w f) :
    Tendsto (fun d => expect w d fun x => 1 - beta fun i => f (x i))
      (1 - momentRatio (absMoment w f) (secondMoment w f)) :=
  tendsto_of_abs_sub_le (tendsto_expect_abs_beta_sub hw h h₂) (.of_forall fun d => by
    have e : (expect w d fun x => 1 - beta fun i => f (x i)) -
        (1 - momentRatio (absMoment w f) (secondMoment w f)) =
        expect w d fun x => -(beta (fun i => f (x i)) -
          momentRatio (absMoment w f) (secondMoment w f)) := by
      rw [sub_eq_add_neg,
        ← expect_const h (-(1 - momentRatio (absMoment w f) (secondMoment w f))) d, ← expect_add]
      exact expect_congr fun x => by ring
    rw [e]
    refine le_trans (abs_expect_le hw _) (le_of_eq (expect_congr fun x => ?_))
    rw [abs_neg])

/-- The mean cosine of vectors of `d` independent coordinates and their signs tends to the root of
the moment ratio as `d` grows (seed 001, MomentRatioFloor, for finitely many values). -/
theorem tendsto_expect_signCosine (hw : ∀ a, 0 ≤ w a) (h : ∑ a, w a = 1)
    (h₂ : 0 < secondMoment w f) :
    Tendsto (fun d => expect w d fun x => signCosine fun i => f (x i))
      (Real.sqrt (momentRatio (absMoment w f) (secondMoment w f))) := by
  have pos := (momentRatio_pos_le_one hw h (Ne.symm (ne_of_lt h₂))).1
  have k := (tendsto_expect_abs_beta_sub hw h h₂).const_mul
    (Real.sqrt (momentRatio (absMoment w f) (secondMoment w f)))⁻¹
  rw [mul_zero] at k
  refine tendsto_of_abs_sub_le k (.of_forall fun d => ?_)
  have e : (expect w d fun x => signCosine fun i => f (x i)) -
      Real.sqrt (momentRatio (absMoment w f) (secondMoment w f)) = expect w d fun x =>
        signCosine (fun i => f (x i)) +
          -Real.sqrt (momentRatio (absMoment w f) (secondMoment w f)) := by
    rw [expect_add, expect_const h, ← sub_eq_add_neg]
  rw [e, mul_expect]
  refine le_trans (abs_expect_le hw _) (expect_mono hw fun x => ?_)
  rw [signCosine_eq_sqrt_beta, ← sub_eq_add_neg]
  exact Real.abs_sqrt_sub_sqrt_le (div_nonneg (mul_self_nonneg _)
    (mul_nonneg (natCast_nonneg d) (normSq_nonneg _))) pos

end Limit

/-! ### Centering -/

/-- A key with the mean `μ/√d` in each entry is longer than its centered part (seed 001,
DCMeanCentering). -/
theorem l2Norm_uncentered_gt_real (hd : 0 < d) (v : Fin d → Real) (hv : ∑ i, v i = 0) {μ : Real}
    (hμ : μ ≠ 0) : l2Norm v < l2Norm fun i => μ / Real.sqrt (Nat.cast d) + v i :=
  match d, hd, v, hv with
  | .succ e, _, v, hv => l2Norm_uncentered_gt v hv hμ (Real.sqrt_ne_zero (natCast_succ_pos e))
    (sqrt_natCast_mul_self _) (l2Norm_nonneg _) (l2Norm_mul_self _) (l2Norm_mul_self v)

/-- Some rotation takes a key that is not 0 to the sign lattice, where β is 1 (seed 001,
DCMeanCentering). -/
theorem exists_isOrthogonal_beta_eq_one_real (v : Fin d → Real) (hv : ∃ i, v i ≠ 0) :
    ∃ R : Fin d → Fin d → Real, IsOrthogonal R ∧ beta (mulVec R v) = 1 :=
  exists_isOrthogonal_beta_eq_one v hv (l2Norm_mul_self v) (sqrt_natCast_mul_self d)

/-- Some rotation takes a key `v` that is not 0 to a cosine of at least any `ceiling` up to 1 (seed
001, DCMeanCentering). -/
theorem exists_isOrthogonal_le_cos_real (v : Fin d → Real) (hv : ∃ i, v i ≠ 0)
    {ceiling : Real} (h : ceiling ≤ 1) :
    ∃ R : Fin d → Fin d → Real, IsOrthogonal R ∧
      ceiling ≤ l1Norm (mulVec R v) / (Real.sqrt (Nat.cast d) * l2Norm v) :=
  dc_centering_lifts_rotational_ceiling v hv (l2Norm_nonneg v) (l2Norm_mul_self v)
    (Real.sqrt_nonneg _) (sqrt_natCast_mul_self d) h

/-! ### Amplification -/

/-- √E‖W x‖² is ‖W‖ (Frobenius) over √n, with `n` the dimension of the inputs (seed 001,
WoAmplification, corrected). -/
theorem avg_amplification_eq_frob_div_sqrt_real (W : Fin m → Fin n → Real)
    {x : Fin c → Fin n → Real} (hx : HasSphereSecondMoments x) (hc : 0 < c) :
    Real.sqrt (meanAmplificationSq W x) =
      Real.sqrt (frobeniusSq W) / Real.sqrt (Nat.cast n) :=
  match c, hc, x, hx with
  | .succ e, _, _, hx => avg_amplification_eq_frob_div_sqrt W hx
    (Ne.symm (ne_of_lt (natCast_succ_pos e))) (Real.sqrt_nonneg _)
    (Real.mul_self_sqrt (div_nonneg (sum_nonneg fun _ => normSq_nonneg _) (natCast_nonneg _)))
    (Real.sqrt_nonneg _) (Real.mul_self_sqrt (frobeniusSq_nonneg W)) (Real.sqrt_nonneg _)
    (sqrt_natCast_mul_self n)

/-- The root of the mean squared gain of inputs on the sphere is ‖W‖ (Frobenius) over √m, with `m`
the number of W's rows (seed 001, WoAmplification, its formula, for one definition of the average
amplification). -/
theorem avg_gain_eq_frob_div_sqrt_rows_real (W : Fin m → Fin n → Real)
    {x : Fin c → Fin n → Real} (hx : HasSphereSecondMoments x) (unit : ∀ s, normSq (x s) = 1)
    (hc : 0 < c) (hn : 0 < n) :
    Real.sqrt (meanGainSq W x) = Real.sqrt (frobeniusSq W) / Real.sqrt (Nat.cast m) :=
  match c, n, hc, hn, W, x, hx, unit with
  | .succ e, .succ _, _, _, W, _, hx, unit => avg_gain_eq_frob_div_sqrt_rows W hx unit
    (Ne.symm (ne_of_lt (natCast_succ_pos e))) (Ne.symm (ne_of_lt (natCast_succ_pos _)))
    (Real.sqrt_nonneg _)
    (Real.mul_self_sqrt (div_nonneg (sum_nonneg fun _ => div_nonneg
      (div_nonneg (normSq_nonneg _) (natCast_nonneg _))
      (div_nonneg (normSq_nonneg _) (natCast_nonneg _))) (natCast_nonneg _)))
    (Real.sqrt_nonneg _) (Real.mul_self_sqrt (frobeniusSq_nonneg W)) (Real.sqrt_nonneg _)
    (sqrt_natCast_mul_self m)

/-! ### Operator norms -/

/-- Every matrix with a column has a squared operator norm, so that its stable rank is defined (seed
001, SubspaceOverlap). -/
theorem exists_isSpectralSq (E : Fin m → Fin (Nat.succ d) → Real) : ∃ t, IsSpectralSq E t := by
  have one : normSq (fun _ : Fin (Nat.succ d) => (1 : Real)) = Nat.cast (Nat.succ d) := normSq_one
  have pos : ∀ v : Fin (Nat.succ d) → Real, normSq v ≠ 0 → 0 < normSq v := fun v h =>
    lt_of_le_of_ne (normSq_nonneg v) (Ne.symm h)
  refine (Real.exists_isLUB
    (fun r => ∃ v : Fin (Nat.succ d) → Real, normSq v ≠ 0 ∧ r = energyAlong E v / normSq v)
    ⟨_, fun _ => 1, by rw [one]; exact Ne.symm (ne_of_lt (natCast_succ_pos d)), rfl⟩
    ⟨energy E, fun r hr => hr.elim fun v k => by
      rw [k.2]
      exact (div_le_iff (pos v k.1)).mpr (energyAlong_le_energy_mul E v)⟩).elim
    fun t ht => ⟨t, fun v => ?_, fun u hu => ht.2 u fun r hr => hr.elim fun v k => by
      rw [k.2]
      exact (div_le_iff (pos v k.1)).mpr (hu v)⟩
  exact match LinearOrder.decEq (normSq v) 0 with
  | .isTrue e => by
    have k := energyAlong_le_energy_mul E v
    rw [e, mul_zero] at k
    rw [e, mul_zero]
    exact k
  | .isFalse h => (div_le_iff (pos v h)).mp (ht.1 _ ⟨v, h, rfl⟩)

/-- The L2 norm of real vectors looks at magnitudes alone. -/
@[reducible] noncomputable def l2Real : MonotoneNorm Real :=
  .l2 Real.sqrt (fun a _ => Real.sqrt_nonneg a) fun _ h => Real.mul_self_sqrt h

/-- The outputs of a network and of the one with the weights `Q` are no farther apart than
`∑ l, (∏ j > l, ‖W j‖) ε l` in the L2 norm, where `ε l` is the length of `(W l - Q l) x` at what the
second, quantized network puts into layer `l`, and `c l` bounds the operator norm of the first
network's `W l` (seed 003, Step 2: Output Error Propagation). -/
theorem output_error_le_real {d : Nat → Nat} (N : Network Real d)
    (Q : (l : Nat) → Fin (d (Nat.succ l)) → Fin (d l) → Real) {c : Nat → Real} (hc : ∀ l, 0 ≤ c l)
    (hW : ∀ l v, l2Norm (mulVec (N.weight l) v) ≤ c l * l2Norm v)
    (slope : ∀ l a b, |N.activation l a - N.activation l b| ≤ |a - b|) (x : Fin (d 0) → Real)
    (n : Nat) :
    l2Norm (fun i => N.output x n i - (N.withWeights Q).output x n i) ≤
      bound c (fun l => l2Norm (mulVec (fun i j => N.weight l i j - Q l i j)
        ((N.withWeights Q).output x l))) n :=
  output_error_le l2Real N Q hc hW slope x n

/-- A matrix lengthens no vector by more than its Frobenius norm (seed 003, Step 1: Quantization
Error Analysis). -/
theorem opNorm_le_frobenius_real (E : Fin m → Fin n → Real) (x : Fin n → Real) :
    l2Norm (mulVec E x) ≤ Real.sqrt (frobeniusSq E) * l2Norm x := by
  show Real.sqrt _ ≤ _ * Real.sqrt _
  rw [← Real.sqrt_mul (frobeniusSq_nonneg E) (normSq_nonneg x)]
  exact Real.sqrt_le_sqrt (opNorm_le_frobenius E x)

/-- `‖W − Q‖ ≤ √N c / 2ᵇ` in the Frobenius norm, with `N = m n` the number of entries, for nearest
rounding with `Δ = (hi − lo) / 2ᵇ` and any bound `c` of the range, as `‖W‖∞` is one (seed 003, Step
1: Quantization Error Analysis). -/
theorem quant_frobenius_inf_real {b : Nat} {lo hi c : Real} {W Q : Fin m → Fin n → Real}
    (hQ : RoundedTo ((hi - lo) / 2 ^ b) W Q) (hlo : -c ≤ lo) (hhi : hi ≤ c) (hc : 0 ≤ c) :
    Real.sqrt (frobeniusSq fun i j => W i j - Q i j) ≤
      Real.sqrt (Nat.cast (m * n)) * c / 2 ^ b := by
  have p : 0 ≤ c / 2 ^ b := div_nonneg hc (pow_nonneg zero_le_two b)
  rw [mul_div_assoc, ← Real.sqrt_mul_self p,
    ← Real.sqrt_mul (natCast_nonneg _) (mul_self_nonneg _), natCast_mul, mul_assoc]
  exact Real.sqrt_le_sqrt (quant_frobenius_inf hQ hlo hhi)

end LeanMining
