/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Spectral

/-!
# Examples: spectral limits

Theorems of `LeanMining.Spectral`, applied to small matrices and to a network of one number a layer.
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

/-- Every layer doubles a number that is not negative, and makes 0 of another. -/
def doubling : Network Rat fun _ => 1 := ⟨fun _ _ _ => 2, fun _ _ => 0, fun _ => relu⟩

theorem doubling_norm (v : Fin 1 → Rat) : l1Norm (mulVec (doubling.weight 0) v) ≤ 2 * l1Norm v := by
  show |2 * v .zero + 0| + 0 ≤ 2 * (|v .zero| + 0)
  rw [add_zero, add_zero, add_zero, abs_mul]
  exact le_refl _

/-- With the weights 3/2 in the place of 2: 4 and 9/4 are 7/4 apart, as the two layers' errors 1/2
and 3/4 accumulate to. -/
theorem output_error_le_example :
    l1Norm (fun i => doubling.output (fun _ => 1) 2 i -
        (doubling.withWeights fun _ _ _ => 3 / 2).output (fun _ => 1) 2 i) ≤
      bound (fun _ => 2) (fun l => l1Norm (mulVec (fun i j => doubling.weight l i j - 3 / 2)
        ((doubling.withWeights fun _ _ _ => 3 / 2).output (fun _ => 1) l))) 2 :=
  output_error_le .l1 doubling (fun _ _ _ => 3 / 2) (fun _ => zero_le_two)
    (fun _ => doubling_norm) (fun _ => abs_relu_sub_relu_le) (fun _ => 1) 2

theorem relative_error_le_of_rounded_example :
    1 * normSq (mulVec (fun i j => rotation345 i j - rotation345Rounded i j) fun _ => 1) ≤
      Nat.cast 2 * (Nat.cast 2 * ((4 / 5 - -4 / 5) / 2 ^ 1 / 2 * ((4 / 5 - -4 / 5) / 2 ^ 1 / 2))) *
        normSq (mulVec rotation345 fun _ => 1) :=
  relative_error_le_of_rounded (by decide)
    (singularRange_of_isOrthogonal rotation345_isOrthogonal).lower rotation345_roundedTo fun _ => 1

theorem relative_error_le_example :
    1 * normSq (mulVec rotation345 fun _ => 1) ≤ 1 * normSq (mulVec rotation345 fun _ => 1) :=
  relative_error_le (by decide) (singularRange_of_isOrthogonal rotation345_isOrthogonal).lower
    (by decide) (singularRange_of_isOrthogonal rotation345_isOrthogonal).upper fun _ => 1

theorem spectral_roundedTo_example :
    (∃ k : Nat, 2 * lengthTwoRounded .zero .zero = Nat.cast k * ((1 - -1) / 2 ^ 1) ∨
      2 * lengthTwoRounded .zero .zero = -(Nat.cast k * ((1 - -1) / 2 ^ 1))) ∧
      |lengthTwo .zero .zero - 2 * lengthTwoRounded .zero .zero| ≤ (1 - -1) / 2 ^ 1 / 2 :=
  ⟨(spectral_roundedTo (lo := -1) (hi := 1) (by decide) lengthTwo_roundedTo).onGrid .zero .zero,
   (spectral_roundedTo (lo := -1) (hi := 1) (by decide) lengthTwo_roundedTo).near .zero .zero⟩

theorem code_le_of_symmetric_example : (Nat.cast 2 : Rat) ≤ 2 ^ 1 :=
  code_le_of_symmetric (b := 1) (c := 1) (x := 1) (by decide) (by decide) (by decide)

end LeanMining
