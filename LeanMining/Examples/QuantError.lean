/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.QuantError.Optimum

/-!
# Examples: quantization error

Theorems of `LeanMining/QuantError/`, applied to data of one number and to a mixture.
-/

set_option autoImplicit false

namespace LeanMining

/-! ### Clipping error and noise -/

theorem clippingError_antitone_example :
    clippingError (datum 1) (datum 3) 2 ≤ clippingError (datum 1) (datum 3) 1 :=
  clippingError_antitone datum_one_nonneg _ (by decide)

theorem clippingError_convex_example :
    clippingError (datum 1) (datum 3) (1 / 2 * 1 + 1 / 2 * 5) ≤
      1 / 2 * clippingError (datum 1) (datum 3) 1 + 1 / 2 * clippingError (datum 1) (datum 3) 5 :=
  clippingError_convex datum_one_nonneg _ (1 / 2) (1 / 2) 1 5 (by decide) (by decide) (by decide)
    (by decide) (by decide)

theorem quantizationNoise_monotone_example :
    quantizationNoise (datum 1) (datum 3) 15 1 ≤ quantizationNoise (datum 1) (datum 3) 15 4 :=
  quantizationNoise_monotone datum_one_nonneg _ _ (by decide) (by decide)

theorem clippingError_lt_example :
    clippingError (datum 1) (datum 3) 2 < clippingError (datum 1) (datum 3) 1 :=
  clippingError_lt datum_one_nonneg (by decide) ⟨.zero, by decide⟩

theorem quantizationNoise_lt_example :
    quantizationNoise (datum 1) (datum 3) 15 1 < quantizationNoise (datum 1) (datum 3) 15 4 :=
  quantizationNoise_lt datum_one_nonneg (by decide) (by decide) (by decide) (by decide)

theorem modelMse_convex_example :
    clippingError (datum 1) (datum 3) (1 / 2 * 1 + 1 / 2 * 5) +
        uniformNoise (1 / 2 * 1 + 1 / 2 * 5) 15 ≤
      1 / 2 * (clippingError (datum 1) (datum 3) 1 + uniformNoise 1 15) +
        1 / 2 * (clippingError (datum 1) (datum 3) 5 + uniformNoise 5 15) :=
  modelMse_convex datum_one_nonneg _ 15 (1 / 2) (1 / 2) 1 5 (by decide) (by decide) (by decide)
    (by decide) (by decide)

theorem four_mul_uniformNoise_two_mul_example :
    4 * uniformNoise (3 : Rat) (2 * 15) = uniformNoise 3 15 :=
  four_mul_uniformNoise_two_mul 3 15

theorem sq_mul_uniformNoise_example :
    Nat.cast 15 ^ 2 * uniformNoise (3 : Rat) 15 = 4 * 3 ^ 2 / 12 :=
  sq_mul_uniformNoise 3 (by decide)

theorem uniformNoise_eq_sq_mul_uniformNoise_example :
    uniformNoise (3 : Rat) 15 = (2 + 1 / Nat.cast 15) ^ 2 * uniformNoise 3 (Nat.succ (2 * 15)) :=
  uniformNoise_eq_sq_mul_uniformNoise 3 (by decide)

/-! ### Rounding -/

theorem abs_sub_quantize_le_example : |(1 : Rat) - quantize 3 15 1| ≤ stepSize 3 15 / 2 :=
  abs_sub_quantize_le (by decide) (by decide)

theorem mse_split_example :
    mse (datum 1) (datum 5) 3 2 = inRangeError (datum 1) (datum 5) 3 2 +
      clippingError (datum 1) (datum 5) 2 :=
  mse_split _ _ (by decide) (by decide)

theorem inRangeError_le_example :
    inRangeError (datum 1) (datum 1) 3 2 ≤
      stepSize 2 3 / 2 * (stepSize 2 3 / 2) * massWithin (datum 1) (datum 1) 2 :=
  inRangeError_le datum_one_nonneg _ (by decide) 2

/-! ### The best threshold -/

theorem mse_one_step_example :
    mse (fun _ => 1 / 4) spread 1 2 = ∑ i, 1 / 4 * ((|spread i| - 2) * (|spread i| - 2)) :=
  mse_one_step _ spread (by decide)

theorem mse_one_step_le_iff_example :
    (∀ β, 0 < β → mse (fun _ => 1 / 4) spread 1 2 ≤ mse (fun _ => 1 / 4) spread 1 β) ↔
      2 = ∑ i, 1 / 4 * |spread i| :=
  mse_one_step_le_iff (by decide) spread (by decide) (by decide)

theorem exists_best_threshold_example :
    ∃ α, 0 < α ∧ mse (fun _ => 1 / 4) spread 15 α ≤ mse (fun _ => 1 / 4) spread 15 1 :=
  (exists_best_threshold (fun _ => by decide) ⟨.zero, by decide, by decide⟩ (by decide)).elim
    fun α h => ⟨α, h.1, h.2 1 (by decide)⟩

/-- ±1 and ±3 at the threshold 2, with one bit: it is best for neither. -/
def apart : Fin 2 → Fin 2 → Rat
  | .zero => oppositePair 1
  | .succ .zero => oppositePair 3

/-- The thresholds 1, 2 and 3. -/
def oneTwoThree : Fin 3 → Rat := Vector.get (1 ::ᵥ 2 ::ᵥ 3 ::ᵥ .nil)

/-- The best of these for each set of `apart`. -/
def apartBest : Fin 2 → Fin 3 := Vector.get (.zero ::ᵥ .succ (.succ .zero) ::ᵥ .nil)

theorem sum_best_le_common_example :
    ∑ j, mse (fun _ => 1 / 2) (apart j) 1 (oneTwoThree (apartBest j)) <
      ∑ j, mse (fun _ => 1 / 2) (apart j) 1 (oneTwoThree (.succ .zero)) :=
  (sum_best_le_common (E := fun j a => mse (fun _ => 1 / 2) (apart j) 1 (oneTwoThree a))
    (best := apartBest) (by decide) (.succ .zero)).2.mpr ⟨.zero, by decide⟩

theorem bannerThreshold_mono_example :
    ((0 : Rat) < 3 → bannerThreshold (fun x : Rat => x) 2 (-1) < bannerThreshold (fun x => x) 2 3) ∧
      ((3 : Rat) ≤ 0 →
        bannerThreshold (fun x : Rat => x) 2 (-1) = bannerThreshold (fun x => x) 2 3) :=
  bannerThreshold_mono (fun _ _ _ h => h) (by decide) (by decide)

theorem log_distortion_as_given_false_example :
    ¬ ∃ c, ∀ R : Rat, 5 - 2 * R * 3 = c - R * 3 :=
  log_distortion_as_given_false (by decide) 5

/-! ### Mixtures -/

theorem mixture_variance_example :
    ∑ j, 1 / 2 * moment (fun _ => 1 / 3) (skewed j) 2 2 =
      ∑ j, 1 / 2 * moment (fun _ => 1 / 3) (skewed j) (skewedMeans j) 2 +
        ∑ j, 1 / 2 * (skewedMeans j - 2) ^ 2 :=
  mixture_variance (fun _ => 1 / 2) (fun _ _ => 1 / 3) skewed skewedMeans 2 thirds skewed_means

theorem mixture_fourth_moment_example :
    ∑ j, 1 / 2 * moment (fun _ => 1 / 3) (skewed j) 2 4 =
      ∑ j, 1 / 2 * (moment (fun _ => 1 / 3) (skewed j) (skewedMeans j) 4 +
        4 * (skewedMeans j - 2) * moment (fun _ => 1 / 3) (skewed j) (skewedMeans j) 3 +
        6 * (skewedMeans j - 2) ^ 2 * moment (fun _ => 1 / 3) (skewed j) (skewedMeans j) 2 +
        (skewedMeans j - 2) ^ 4) :=
  mixture_fourth_moment (fun _ => 1 / 2) (fun _ _ => 1 / 3) skewed skewedMeans 2 thirds skewed_means

theorem effectiveKurtosis_eq_example :
    effectiveKurtosis (fun _ => 1 / 2) (fun _ _ => 1 / 3) skewed =
      kurtosisFormula (fun _ => 1 / 2) (fun j => excessKurtosis (fun _ => 1 / 3) (skewed j))
          (Vector.get (2 ::ᵥ 2 / 3 ::ᵥ .nil)) (Vector.get (-1 ::ᵥ 1 ::ᵥ .nil)) +
        4 * (∑ j, 1 / 2 * (Vector.get (-1 ::ᵥ 1 ::ᵥ .nil) j *
            moment (fun _ => 1 / 3) (skewed j) (skewedMeans j) 3)) /
          (∑ j, 1 / 2 * Vector.get (2 ::ᵥ 2 / 3 ::ᵥ .nil) j +
            ∑ j, 1 / 2 * Vector.get (-1 ::ᵥ 1 ::ᵥ .nil) j ^ 2) ^ 2 :=
  effectiveKurtosis_eq (fun _ => 1 / 2) (fun _ _ => 1 / 3) skewed thirds skewed_means (by decide)
    (by decide) (by decide)

/-- Two components without skew. -/
def symmetric : Fin 2 → Fin 2 → Rat
  | .zero => oppositePair 1
  | .succ .zero => Vector.get (2 ::ᵥ 4 ::ᵥ .nil)

theorem effectiveKurtosis_eq_formula_example :
    effectiveKurtosis (fun _ => 1 / 2) (fun _ _ => 1 / 2) symmetric =
      kurtosisFormula (fun _ => 1 / 2) (fun j => excessKurtosis (fun _ => 1 / 2) (symmetric j))
        (fun _ => 1) (Vector.get (-3 / 2 ::ᵥ 3 / 2 ::ᵥ .nil)) :=
  effectiveKurtosis_eq_formula (fun _ => 1 / 2) (fun _ _ => 1 / 2) symmetric
    (m := Vector.get (0 ::ᵥ 3 ::ᵥ .nil)) (by decide) (by decide) (by decide) (by decide) (by decide)
    (by decide)

end LeanMining
