/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Examples.Witnesses
import LeanMining.QuantError.Levels

/-!
# Examples: levels of stored formats

Theorems of `LeanMining/QuantError/Levels.lean`, applied to single weights and codes.
-/

set_option autoImplicit false

namespace LeanMining

/-! ### Levels -/

theorem level_zero_example : level 0 3 (5 : Int) 7 = 5 := level_zero 3 5 7

theorem level_zero_zero_example : level 3 0 0 (-7 : Int) = 3 * -7 := level_zero_zero 3 (-7)

theorem accumulate_eq_level_example :
    ∑ i : Fin 2, (2 * 5 : Int) * (3 * indicator (fun _ => true) i) + 6 * 4 =
      6 * (∑ i : Fin 2, 5 * indicator (fun _ => true) i + 4) :=
  accumulate_eq_level rfl (fun _ => 5) (indicator fun _ => true) 4

theorem abs_accumulate_sub_level_le_example :
    |∑ i, level 2 1 0 (datum (5 : Rat) i) * level 3 0 0 (datum (-4) i) + level (25 / 4) 0 0 7 -
        level (25 / 4) 0 0 (∑ i, (datum 5 i - 1) * (datum (-4) i - 0) + 7)| ≤
      1 / 24 * |∑ i, level 2 1 0 (datum (5 : Rat) i) * level 3 0 0 (datum (-4) i)| :=
  abs_accumulate_sub_level_le (by decide) (datum 5) (datum (-4)) 7

/-! ### Floats -/

theorem abs_one_add_mul_sub_one_le_example :
    |(1 + 1 / 8) * (1 + -(1 / 8)) * (1 + 1 / 8) - (1 : Rat)| ≤ 4 * (1 / 8) :=
  abs_one_add_mul_sub_one_le (by decide) (by decide) (by decide) (by decide)

theorem abs_computed_sub_le_example :
    |((3 : Rat) * (1 + 1 / 8) + -5) * (1 + -(1 / 16)) - (3 + -5)| ≤
      1 / 8 * (|3| + |3 + -5| + 1 / 8 * |3|) :=
  abs_computed_sub_le (by decide) (by decide)

theorem abs_sub_level_le_example : |(9 : Rat) - level 2 3 1 7| ≤ |2| * (1 / 2 + 1 / 4) :=
  abs_sub_level_le (t := 29 / 4) (by decide) (by decide) (by decide)

theorem abs_sub_level_le_of_floats_example :
    |(9 : Rat) - level (-2) 3 1 (-1)| ≤
      |-2| * (1 / 2 + 1 / 8 * (|-4| + |-4 + 3| + 1 / 8 * |-4|)) :=
  abs_sub_level_le_of_floats (x := -4) (t := -(3 / 4)) (δ₁ := -(1 / 16)) (δ₂ := 0) (by decide)
    (by decide) (by decide) (by decide) (by decide) (by decide)

/-! ### Rounded scales and offsets -/

theorem abs_sub_level_le_of_rounded_scale_example :
    |(-51 : Rat) - 8 * Int.cast (-6)| ≤ 8 * (1 / 2 + Nat.cast 7 * (1 / 8)) :=
  abs_sub_level_le_of_rounded_scale (d := 9) (by decide) (by decide) (by decide) (by decide)
    (by decide) (by decide) (by decide) (by decide)

theorem abs_sub_level_le_of_rounded_signed_scale_example :
    |(73 : Rat) - -8 * Int.cast (-8)| ≤ |-8| * (1 + Nat.cast 8 * (1 / 8)) :=
  abs_sub_level_le_of_rounded_signed_scale (d := -9) (by decide) (by decide) (by decide) (by decide)
    (by decide) (by decide) (by decide)

theorem abs_sub_level_le_of_rounded_example :
    |(82 : Rat) - level (-8) 0 8 (Int.cast (-8))| ≤
      |-8| * (1 + Nat.cast 8 * (1 / 8)) + 1 / 8 * |8| :=
  abs_sub_level_le_of_rounded (d := -9) (m₀ := 9) (by decide) (by decide) (by decide) (by decide)
    (by decide) (by decide) (by decide) (by decide)

theorem abs_sub_level_le_of_rounded_offset_example :
    |(20 : Rat) - level 3 0 8 5| ≤ 4 + 1 / 8 * |8| :=
  abs_sub_level_le_of_rounded_offset (m₀ := 9) (by decide) (by decide)

/-! ### Codes out of range -/

theorem clampCode_mem_example :
    -128 ≤ clampCode (-128) 127 (130 : Int) ∧ clampCode (-128) 127 (130 : Int) ≤ 127 :=
  clampCode_mem (by decide) 130

theorem clampCode_of_ge_example : clampCode (-128) 127 (130 : Int) = 127 :=
  clampCode_of_ge (x := (130 : Rat)) (t := 130 - 3 / 8) (τ := 3 / 8) (by decide) (by decide)
    (by decide) (by decide) (by decide)

theorem clampCode_of_le_example : clampCode (-128) 127 (-130 : Int) = -128 :=
  clampCode_of_le (x := (-130 : Rat)) (t := -130 - 1 / 4) (τ := 1 / 4) (by decide) (by decide)
    (by decide) (by decide)

theorem hi_sub_clampCode_le_example :
    (Int.cast 127 : Rat) - Int.cast (clampCode (-128) 127 126) ≤ 1 / 2 + 3 / 4 :=
  hi_sub_clampCode_le (x := 127) (t := 126 + 1 / 4) (by decide) (by decide) (by decide)

theorem clampCode_sub_lo_le_example :
    (Int.cast (clampCode (-128) 127 (-127)) : Rat) - Int.cast (-128) ≤ 1 / 2 + 3 / 4 :=
  clampCode_sub_lo_le (x := -128) (t := -127 - 1 / 4) (by decide) (by decide) (by decide)

/-! ### Symmetric codes -/

theorem abs_code_le_example : |(-127 : Int)| ≤ Nat.cast 127 :=
  abs_code_le (w := (-254 : Rat)) (s := 2) (by decide) (by decide) (by decide)

theorem code_eq_of_extreme_example : (127 : Int) = Nat.cast 127 :=
  code_eq_of_extreme (w := (254 : Rat)) (s := 2) (by decide) (by decide) (by decide)

theorem clampCode_eq_of_rounded_example :
    clampCode (-Nat.cast 127) (Nat.cast 127) (-127 : Int) = -127 :=
  clampCode_eq_of_rounded (w := (-509 / 2 : Rat)) (s := 2) (τ := 1 / 4) (by decide) (by decide)
    (by decide) (by decide)

theorem exists_abs_level_eq_of_rounded_example :
    ∃ _ : Fin 1, |level (2 : Rat) 0 0 (Int.cast (-127))| = Nat.cast 127 * 2 :=
  exists_abs_level_eq_of_rounded (τ := 1 / 4) (w := datum (-507 / 2)) (q := fun _ => -127)
    (by decide) (by decide) (by decide) ⟨.zero, by decide⟩ (by decide)

/-! ### Levels that are floats, and grids -/

theorem abs_sub_nearest_le_example : |(17 : Rat) - 16| ≤ (18 - 16) / 2 :=
  abs_sub_nearest_le (by decide) (by decide) (by decide) (by decide)

theorem abs_sub_float_le_example : |(17 : Rat) - 16| ≤ 1 / 16 * |17| :=
  abs_sub_float_le (a := 16) (b := 18) (by decide) (by decide) (by decide) (by decide) (by decide)

theorem abs_sub_scaled_float_le_example : |(51 : Rat) - 3 * 16| ≤ 1 / 16 * |51| :=
  abs_sub_scaled_float_le (by decide) (by decide)

theorem sum_sq_sub_nearestLevel_le_example :
    ∑ i : Fin 1, (datum 5 i - nearestLevel 0 4 3 (datum 5 i)) ^ 2 ≤ Nat.cast 1 * (4 / 2) ^ 2 :=
  sum_sq_sub_nearestLevel_le (by decide) (by decide) (by decide)

end LeanMining
