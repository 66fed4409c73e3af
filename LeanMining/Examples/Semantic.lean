/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Semantic

/-!
# Examples: quantization that keeps meaning

Theorems of `LeanMining.Semantic`, applied to two or three points.
-/

set_option autoImplicit false

namespace LeanMining

/-- Two points of the square, one at a corner. -/
def twoPoints : Fin 2 → Fin 2 → Rat
  | .zero => Vector.get (9 / 10 ::ᵥ -1 ::ᵥ .nil)
  | .succ .zero => Vector.get (1 / 2 ::ᵥ 1 ::ᵥ .nil)

theorem round_eq_zero_iff_example :
    (∀ i, Vector.get (0 ::ᵥ -3 ::ᵥ .nil) i = (0 : Rat)) ↔
      ∀ i, 2 * |Vector.get (1 ::ᵥ -2 ::ᵥ .nil) i| < (3 : Rat) :=
  round_eq_zero_iff (fun i => match i with
    | .zero => ⟨⟨0, .inl (by decide)⟩, by decide⟩
    | .succ .zero => ⟨⟨1, .inr (by decide)⟩, by decide⟩) (by decide)

theorem collision_le_collision_comp_example :
    collision (fun _ => 1 / 3 : Fin 3 → Rat) (Vector.get (0 ::ᵥ 1 ::ᵥ 2 ::ᵥ .nil)) ≤
      collision (fun _ => 1 / 3) fun i => Vector.get (0 ::ᵥ 1 ::ᵥ 2 ::ᵥ .nil) i / 2 :=
  collision_le_collision_comp (fun _ => by decide) _ (· / 2)

theorem hypercubicity_mem_example :
    0 ≤ hypercubicity twoPoints (1 / 10) ∧ hypercubicity twoPoints (1 / 10) ≤ 1 :=
  hypercubicity_mem _ _

theorem hypercubicity_mono_example :
    hypercubicity twoPoints (1 / 10) ≤ hypercubicity twoPoints (1 / 2) :=
  hypercubicity_mono _ (by decide)

end LeanMining
