/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.QuantError.Mixture
import LeanMining.QuantError.Rounding

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

/-! ### Mixtures -/

theorem mixture_fourth_moment_example :
    ∑ j, 1 / 2 * moment (fun _ => 1 / 3) (skewed j) 2 4 =
      ∑ j, 1 / 2 * (moment (fun _ => 1 / 3) (skewed j) (skewedMeans j) 4 +
        4 * (skewedMeans j - 2) * moment (fun _ => 1 / 3) (skewed j) (skewedMeans j) 3 +
        6 * (skewedMeans j - 2) ^ 2 * moment (fun _ => 1 / 3) (skewed j) (skewedMeans j) 2 +
        (skewedMeans j - 2) ^ 4) :=
  mixture_fourth_moment (fun _ => 1 / 2) (fun _ _ => 1 / 3) skewed skewedMeans 2 thirds skewed_means

end LeanMining
