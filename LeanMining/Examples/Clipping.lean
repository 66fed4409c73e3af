/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Clipping
import LeanMining.Algebra.Int8

/-!
# Examples: clipping

Each theorem on clipping, applied to numbers.
-/

set_option autoImplicit false

namespace LeanMining

theorem neg_alpha_le_clip_example : -3 ≤ clip (-5 : Int) 3 := neg_alpha_le_clip (-5) 3

theorem clip_of_in_range_example : clip (2 : Int) 3 = 2 := clip_of_in_range (by decide) (by decide)

theorem clip_le_alpha_example : clip (5 : Int) 3 ≤ 3 := clip_le_alpha (by decide) 5

theorem clip_idempotent_example : clip (clip (5 : Int) 3) 3 = clip 5 3 := clip_idempotent 5 3

theorem clip_mono_x_example : clip (2 : Int) 3 ≤ clip 5 3 := clip_mono_x (by decide) 3

theorem clip_nonneg_example : 0 ≤ clip (5 : Int) 3 := clip_nonneg (by decide) 3

theorem clip_in_range_example : -3 ≤ clip (5 : Int) 3 ∧ clip (5 : Int) 3 ≤ 3 :=
  clip_in_range (by decide) 5

theorem clip_abs_le_example : |clip (-5 : Int) 3| ≤ 3 := clip_abs_le (by decide) (-5)

theorem clip_mono_alpha_example : -4 ≤ clip (5 : Int) 3 ∧ clip (5 : Int) 3 ≤ 4 :=
  clip_mono_alpha (by decide) (by decide) 5

theorem clip_mem_iff_example :
    (∀ x : Int, -4 ≤ clip x (-3) ∧ clip x (-3) ≤ 4) ↔ |(-3)| ≤ (4 : Int) := clip_mem_iff

theorem clip_le_alpha_as_given_false_example : ¬ ∀ x α : Int, clip x α ≤ α :=
  clip_le_alpha_as_given_false Int

theorem clip_in_range_as_given_false_example : ¬ ∀ x α : Int, -α ≤ clip x α ∧ clip x α ≤ α :=
  clip_in_range_as_given_false Int

theorem clip_abs_le_as_given_false_example : ¬ ∀ x α : Int, |clip x α| ≤ α :=
  clip_abs_le_as_given_false Int

theorem clip_mono_alpha_as_given_false_example :
    ¬ ∀ x α β : Int, α ≤ β → -β ≤ clip x α ∧ clip x α ≤ β :=
  clip_mono_alpha_as_given_false Int

theorem clip_not_nucleus_example : ¬ ∃ n : Nucleus Int, ∀ x, n x = clip x 3 := clip_not_nucleus 3

example : clip (0 : Int) (-1) = 1 := by decide

/-! ### INT8 -/

example : clipIndex 3 5 = 131 := by decide
example : clipIndex ⊥ 5 = 256 := by decide

end LeanMining
