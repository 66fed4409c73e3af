/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Float.Conversions
import LeanMining.Float.Quantize

/-!
# Examples: floats

Bits and what they stand for, and theorems of `LeanMining/Float/`, applied to single floats.
-/

set_option autoImplicit false

namespace LeanMining.Float

/-! ### Bits -/

example : value binary16 0x3c00 = 1 ∧ value binary16 0xc000 = -2 ∧ value bfloat16 0x3f80 = 1 ∧
    value binary32 0x3f800000 = 1 := by decide +kernel
example : halfToSingle 0x3c00 = 0x3f800000 ∧ halfToSingle 0x8001 = 0xb3800000 ∧
    halfToSingle 0xfc00 = 0xff800000 ∧ halfToSingle 0x7c01 = 0x7fc00000 := by decide +kernel
/-- Ties go to the even significand, and from half a unit above the greatest float to infinity. -/
example : singleToHalf 0x3f801000 = 0x3c00 ∧ singleToHalf 0x3f803000 = 0x3c02 ∧
    singleToHalf 0x477fefff = 0x7bff ∧ singleToHalf 0x477ff000 = 0x7c00 := by decide +kernel
example : addSingle 0x3f800000 0xbf800000 = 0 ∧ divSingle 0x3f800000 0x80000000 = 0xff800000 ∧
    mulSingle 0x7f800000 0 = 0x7fc00000 := by decide +kernel

theorem singleToHalf_halfToSingle_example :
    singleToHalf (halfToSingle (signBit binary16 true + 0x3c01)) =
      signBit binary16 true + 0x3c01 :=
  singleToHalf_halfToSingle (by decide +kernel) true

theorem singleToBFloat_bfloatToSingle_example :
    singleToBFloat (bfloatToSingle (signBit bfloat16 true + 0x3f81)) =
      signBit bfloat16 true + 0x3f81 :=
  singleToBFloat_bfloatToSingle (by decide +kernel) true

/-! ### Rounding -/

theorem abs_value_singleToHalf_sub_le_example :
    |value binary16 (singleToHalf 0x3f801234) - value binary32 0x3f801234| ≤
      roundoff binary16 * |value binary32 0x3f801234| :=
  abs_value_singleToHalf_sub_le (isFinite_of_mod_lt (by decide +kernel))
    (isFinite_of_mod_lt (by decide +kernel)) (by decide +kernel)

theorem abs_value_singleToBFloat_sub_le_example :
    |value bfloat16 (singleToBFloat 0x3f801234) - value binary32 0x3f801234| ≤
      roundoff bfloat16 * |value binary32 0x3f801234| :=
  abs_value_singleToBFloat_sub_le (isFinite_of_mod_lt (by decide +kernel))
    (isFinite_of_mod_lt (by decide +kernel)) (by decide +kernel)

theorem abs_value_addSingle_sub_le_example :
    |value binary32 (addSingle 0x3f801234 0x33800001) -
      (value binary32 0x3f801234 + value binary32 0x33800001)| ≤
      roundoff binary32 * |value binary32 0x3f801234 + value binary32 0x33800001| :=
  abs_value_addSingle_sub_le (isFinite_of_mod_lt (by decide +kernel))
    (isFinite_of_mod_lt (by decide +kernel)) (isFinite_of_mod_lt (by decide +kernel))
    (by decide +kernel)

theorem abs_value_subSingle_sub_le_example :
    |value binary32 (subSingle 0x3f801234 0x33800001) -
      (value binary32 0x3f801234 - value binary32 0x33800001)| ≤
      roundoff binary32 * |value binary32 0x3f801234 - value binary32 0x33800001| :=
  abs_value_subSingle_sub_le (isFinite_of_mod_lt (by decide +kernel))
    (isFinite_of_mod_lt (by decide +kernel)) (isFinite_of_mod_lt (by decide +kernel))
    (by decide +kernel)

theorem abs_value_mulSingle_sub_le_example :
    |value binary32 (mulSingle 0x3f801234 0x33800001) -
      value binary32 0x3f801234 * value binary32 0x33800001| ≤
      roundoff binary32 * |value binary32 0x3f801234 * value binary32 0x33800001| :=
  abs_value_mulSingle_sub_le (isFinite_of_mod_lt (by decide +kernel))
    (isFinite_of_mod_lt (by decide +kernel)) (isFinite_of_mod_lt (by decide +kernel))
    (by decide +kernel)

theorem abs_value_divSingle_sub_le_example :
    |value binary32 (divSingle 0x3f801234 0x33800001) -
      value binary32 0x3f801234 / value binary32 0x33800001| ≤
      roundoff binary32 * |value binary32 0x3f801234 / value binary32 0x33800001| :=
  abs_value_divSingle_sub_le (isFinite_of_mod_lt (by decide +kernel))
    (isFinite_of_mod_lt (by decide +kernel)) (by decide +kernel)
    (isFinite_of_mod_lt (by decide +kernel)) (by decide +kernel)

theorem exists_value_add_eq_example : ∃ δ, |δ| ≤ roundoff binary16 ∧
    value binary16 (add binary16 0x3c01 0x1401) =
      (value binary16 0x3c01 + value binary16 0x1401) * (1 + δ) :=
  exists_value_add_eq (isFinite_of_mod_lt (by decide +kernel))
    (isFinite_of_mod_lt (by decide +kernel))
    (isFinite_of_mod_lt (by decide +kernel)) (by decide +kernel)

theorem exists_value_div_eq_example : ∃ δ, |δ| ≤ roundoff binary16 ∧
    value binary16 (div binary16 0x3c00 0x4200) =
      value binary16 0x3c00 / value binary16 0x4200 * (1 + δ) :=
  exists_value_div_eq (isFinite_of_mod_lt (by decide +kernel))
    (isFinite_of_mod_lt (by decide +kernel))
    (isFinite_of_mod_lt (by decide +kernel)) (by decide +kernel)

/-- 1 · 1 + 1 · 1 + …, where no rounding changes anything. -/
theorem abs_dot_sub_le_example :
    |(Nat.cast (Nat.succ 1) : Rat) - partialSum (fun _ => 1 * 1) 1| ≤
      gamma (1 / 8) (Nat.succ 1) * partialSum (fun _ => |(1 * 1 : Rat)|) 1 :=
  abs_dot_sub_le (x := fun _ => 1) (y := fun _ => 1) (p := fun _ => 1)
    (s := fun n => Nat.cast (Nat.succ n)) (by decide) (fun _ => ⟨0, by decide, by decide⟩)
    (by decide)
    (fun i => ⟨0, by decide, by
      show (Nat.cast (Nat.succ (Nat.succ i)) : Rat) = (Nat.cast (Nat.succ i) + 1) * (1 + 0)
      rw [add_zero, mul_one, natCast_succ]⟩) 1 (by decide)

/-! ### Quantizers -/

/-- A tie with an odd zero point: torch's two functions round it to different codes. -/
example : quantizePerTensor (1 / 4) (1 / 2) 3 (-128) 127 = 4 ∧
    fakeCode (1 / 4) (1 / 2) 3 (-128) 127 = 3 := by decide +kernel

theorem abs_sub_level_le_of_round_example :
    |(1 : Rat) - level 3 1 0 1| ≤ |3| * (1 / 2 + roundoff binary16 *
      (|1 / 3| + |1 / 3 + 1| + roundoff binary16 * |1 / 3|)) :=
  abs_sub_level_le_of_round (by decide) (isFinite_of_mod_lt (by decide +kernel))
    (by decide +kernel) (by decide +kernel)

theorem abs_sub_level_quantizePerTensor_le_example :
    |(1 : Rat) - level 3 (Int.cast 1) 0 (Int.cast (quantizePerTensor 1 3 1 (-128) 127))| ≤
      |3| * (1 / 2 + roundoff binary32 * (|(1 - 0) / 3| + |(1 - 0) / 3 + Int.cast 1| +
        roundoff binary32 * |(1 - 0) / 3|)) :=
  abs_sub_level_quantizePerTensor_le (by decide) (isFinite_of_mod_lt (by decide +kernel))
    (by decide +kernel) (isFinite_of_mod_lt (by decide +kernel)) (by decide +kernel)
    (by decide +kernel) (by decide +kernel)

theorem abs_sub_level_quantizeAffine_le_example :
    |(1 : Rat) -
        level 3 (Int.cast 1) (1 / 2) (Int.cast (quantizeAffine 1 3 (1 / 2) 1 (-128) 127))| ≤
      |3| * (1 / 2 + (2 * roundoff binary64 + roundoff binary64 * roundoff binary64) *
        |(1 - 1 / 2) / 3|) :=
  abs_sub_level_quantizeAffine_le (by decide) (isFinite_of_mod_lt (by decide +kernel))
    (by decide +kernel) (isFinite_of_mod_lt (by decide +kernel)) (by decide +kernel)
    (by decide +kernel) (by decide +kernel)

theorem abs_fakeQuantize_sub_level_le_example :
    |fakeQuantize 4 3 0 (-128) 127 - level 3 0 0 (Int.cast (quantizePerTensor 4 3 0 (-128) 127))| ≤
      roundoff binary32 * |level 3 0 0 (Int.cast (quantizePerTensor 4 3 0 (-128) 127))| :=
  abs_fakeQuantize_sub_level_le (isFinite_of_mod_lt (by decide +kernel)) (by decide +kernel)

end LeanMining.Float
