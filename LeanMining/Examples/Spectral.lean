/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Spectral

/-!
# Examples: spectral limits

Theorems of `LeanMining.Spectral`, applied to small matrices and to a network of two weights.
-/

set_option autoImplicit false

namespace LeanMining

/-- A rotation. -/
def rotation : Fin 2 → Fin 2 → Rat
  | .zero => Vector.get (3 / 5 ::ᵥ -4 / 5 ::ᵥ .nil)
  | .succ .zero => Vector.get (4 / 5 ::ᵥ 3 / 5 ::ᵥ .nil)

theorem rotation_isOrthogonal : IsOrthogonal rotation := by unfold IsOrthogonal; decide

/-- `rotation` rounded to multiples of 1/2. -/
def rotationRounded : Fin 2 → Fin 2 → Rat
  | .zero => Vector.get (1 / 2 ::ᵥ -1 ::ᵥ .nil)
  | .succ .zero => Vector.get (1 ::ᵥ 1 / 2 ::ᵥ .nil)

theorem opNorm_le_frobenius_example :
    normSq (mulVec (fun _ _ => 1 / 2 : Fin 2 → Fin 1 → Rat) fun _ => 3) ≤
      frobeniusSq (fun _ _ => 1 / 2 : Fin 2 → Fin 1 → Rat) * normSq fun _ : Fin 1 => 3 :=
  opNorm_le_frobenius _ _

theorem quant_frobenius_le_example :
    frobeniusSq (fun _ _ => 1 / 2 : Fin 2 → Fin 1 → Rat) ≤ Nat.cast 2 * (Nat.cast 1 * (1 * 1)) :=
  quant_frobenius_le fun _ _ => by decide

theorem quant_frobenius_inf_example :
    frobeniusSq (fun i j => halves i j - halvesRounded i j) ≤
      Nat.cast 3 * (Nat.cast 3 * (1 / 2 ^ 1 * (1 / 2 ^ 1))) :=
  quant_frobenius_inf halves_roundedTo (by decide) (by decide)

theorem injective_of_error_lt_example : (fun _ => 0 : Fin 2 → Rat) .zero = 0 :=
  injective_of_error_lt (W := rotation) (Q := rotationRounded) (c := 1) (x := fun _ => 0)
    (fun x => le_of_eq
      ((one_mul _).trans (normSq_mulVec_of_isOrthogonal rotation_isOrthogonal x).symm))
    (opNorm_le_frobenius fun i j => rotation i j - rotationRounded i j)
    (by decide) (by decide) .zero

/-- Layers that double, and the same with a weight of 3/2: 4 and 9/4 are 7/4 apart, as the two
layers' errors 1/2 and 3/4 accumulate to. -/
theorem dist_run_le_bound_example :
    |run (X := fun _ => Rat) (fun _ x => 2 * x) 2 1 -
        run (X := fun _ => Rat) (fun _ x => 3 / 2 * x) 2 1| ≤
      bound (fun _ => 2)
        (fun l => |2 * run (X := fun _ => Rat) (fun _ x => 3 / 2 * x) l 1 -
          3 / 2 * run (X := fun _ => Rat) (fun _ x => 3 / 2 * x) l 1|) 2 :=
  dist_run_le_bound (X := fun _ => Rat) (d := fun _ x y => |x - y|) (fun _ => abs_sub_le)
    (fun _ => zero_le_two)
    (fun _ x y => le_of_eq (by rw [← mul_sub, abs_mul, abs_of_nonneg (zero_le_two (R := Rat))]))
    (by decide) (fun _ => le_refl _) 2

end LeanMining
