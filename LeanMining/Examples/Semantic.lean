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

theorem critical_step_as_given_false_example :
    ¬ ∃ δ₀ : Rat, 0 < δ₀ ∧ ∀ (n : Nat) (w q : Fin n → Rat) (δ : Rat), (∃ i, w i ≠ 0) → 0 < δ →
      (∀ i, IsRounding δ (w i) (q i)) → ((∀ i, q i = 0) ↔ δ₀ ≤ δ) :=
  critical_step_as_given_false Rat

theorem information_le_of_step_le_as_given_false_example :
    ¬ ∀ (n : Nat) (x : Fin n → Rat) (δ₁ δ₂ : Rat) (k₁ k₂ : Fin n → Nat), 0 < δ₁ → δ₁ ≤ δ₂ →
      (∀ i, IsRounding δ₁ (x i) (Nat.cast (k₁ i) * δ₁)) →
      (∀ i, IsRounding δ₂ (x i) (Nat.cast (k₂ i) * δ₂)) →
        information (fun p => -p) (fun _ => 1 / Nat.cast n : Fin n → Rat) k₂ ≤
          information (fun p => -p) (fun _ => 1 / Nat.cast n : Fin n → Rat) k₁ :=
  information_le_of_step_le_as_given_false (by decide)

theorem exists_scale_lost_and_scale_kept_example :
    ∃ a b : Rat, 0 < a ∧ 0 < b ∧
      (∀ q : Fin 2 → Rat, (∀ i, IsRounding 5 (a * twoPoints .zero i) (q i)) → ∀ i, q i = 0) ∧
      (∀ q : Fin 2 → Rat, (∀ i, IsRounding 5 (b * twoPoints .zero i) (q i)) → ¬ ∀ i, q i = 0) :=
  exists_scale_lost_and_scale_kept (w := twoPoints .zero) ⟨.zero, by decide⟩ (by decide)

/-! ### Information -/

theorem information_le_of_decides_example :
    information (fun p => -p) (fun _ => 1 / 3 : Fin 3 → Rat)
        (fun i => Vector.get (0 ::ᵥ 1 ::ᵥ 2 ::ᵥ .nil) i / 2) ≤
      information (fun p => -p) (fun _ => 1 / 3) (Vector.get (0 ::ᵥ 1 ::ᵥ 2 ::ᵥ .nil)) :=
  information_le_of_decides (fun _ => by decide) (fun _ _ _ k => neg_le_neg k)
    fun _ _ _ _ e => congrArg (· / 2) e

theorem information_lt_of_merges_example :
    information (fun p => -p) (fun _ => 1 / 3 : Fin 3 → Rat) (fun _ => 0) <
      information (fun p => -p) (fun _ => 1 / 3) (Vector.get (0 ::ᵥ 1 ::ᵥ 2 ::ᵥ .nil)) :=
  information_lt_of_merges (fun _ => by decide) (fun _ _ _ k => neg_lt_neg k) (i := .zero)
    (j := .succ .zero) (fun _ _ _ _ _ => rfl) (by decide) (by decide) rfl (by decide)

theorem information_le_of_mul_step_example :
    information (fun p => -p) (fun _ => 1 / 2 : Fin 2 → Rat) (fun _ => (0 : Int)) ≤
      information (fun p => -p) (fun _ => 1 / 2) (Vector.get ((0 : Int) ::ᵥ 1 ::ᵥ .nil)) :=
  information_le_of_mul_step (m := 2) (δ := 1) (x := Vector.get (1 / 2 ::ᵥ 3 / 2 ::ᵥ .nil))
    (fun _ => by decide) (fun _ _ _ k => neg_le_neg k) (by decide)
    (fun i => match i with
      | .zero => ⟨by decide, by decide⟩
      | .succ .zero => ⟨by decide, by decide⟩)
    fun i => match i with
      | .zero => ⟨by decide, by decide⟩
      | .succ .zero => ⟨by decide, by decide⟩

theorem mutualInfo_lt_of_lt_example :
    mutualInfo (fun p => -p) (fun _ => 1 / 2 : Fin 2 → Rat)
        (Vector.get (0 ::ᵥ 1 ::ᵥ .nil)) (fun _ => 0) <
      mutualInfo (fun p => -p) (fun _ => 1 / 2) (Vector.get (0 ::ᵥ 1 ::ᵥ .nil))
        (Vector.get (0 ::ᵥ 1 ::ᵥ .nil)) :=
  mutualInfo_lt_of_lt (fun _ => by decide) (fun _ _ _ k => neg_le_neg k)
    (fun _ _ _ _ _ => rfl) (by decide)

theorem error_pos_of_information_lt_example :
    0 < ∑ i : Fin 2, 1 / 2 * (if Vector.get (0 ::ᵥ 1 ::ᵥ .nil) i ≠ (0 + 5) then (1 : Rat) else 0) :=
  error_pos_of_information_lt (w := fun _ => 1 / 2) (ψ := fun p => -p) (Q := fun _ => 0)
    (Y := Vector.get (0 ::ᵥ 1 ::ᵥ .nil)) (fun _ => by decide) (fun _ _ _ k => neg_le_neg k)
    (by decide) (· + 5)

theorem information_suffices_as_given_false_example :
    ¬ ∀ (n : Nat) (w : Fin n → Rat) (Q Y : Fin n → Nat), (∀ i, 0 ≤ w i) → ∑ i, w i = 1 →
      information (fun p => -p) w Y ≤ information (fun p => -p) w Q →
        ∃ g : Nat → Nat, ∀ i, Y i = g (Q i) :=
  information_suffices_as_given_false fun p => -p

theorem not_decides_of_collision_lt_example :
    ¬ Decides (fun _ => 1 / 2 : Fin 2 → Rat) (fun _ => 0) (Vector.get (0 ::ᵥ 1 ::ᵥ .nil)) :=
  not_decides_of_collision_lt (fun _ => by decide) (by decide)

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

/-! ### Regularized networks -/

theorem eq_zero_of_regularized_optimum_example :
    ∀ i j, (fun _ _ => 0 : Fin 1 → Fin 1 → Rat) i j = 0 :=
  eq_zero_of_regularized_optimum (L := fun _ => 0) (c := 1) zero_lt_one (fun _ => le_refl 0)
    fun V => add_le_add_left (mul_le_mul_of_nonneg_left
      (le_trans (by decide) (sum_nonneg fun i => normSq_nonneg (V i))) zero_le_one) 0

theorem hypercubicity_regularized_optimum_example :
    hypercubicity (fun s i => clip (mulVec (fun _ _ => 0 : Fin 1 → Fin 2 → Rat) (twoPoints s) i) 1)
      (1 / 5) = 0 :=
  hypercubicity_regularized_optimum (L := fun _ => 0) (c := 1) (f := fun y => clip y 1) zero_lt_one
    (by decide) (fun _ => le_refl 0)
    (fun V => add_le_add_left (mul_le_mul_of_nonneg_left
      (le_trans (by decide) (sum_nonneg fun i => normSq_nonneg (V i))) zero_le_one) 0)
    (by decide) twoPoints

/-! ### Sizes -/

theorem not_compressed_of_bits_ge_example :
    ¬ 16 * (∑ _i : Fin 2, (100 : Rat) * 2 + 32) ≤ ∑ _i : Fin 2, 100 * 32 :=
  not_compressed_of_bits_ge (c := fun _ => 100) (b := fun _ => 2) (r := 2) (fun _ => by decide)
    (fun _ => by decide) (by decide) (by decide) (by decide)

theorem compression_20_of_two_bits_false_example :
    ¬ ∃ (n : Nat) (c b : Fin n → Rat) (s : Rat), (∀ i, 0 ≤ c i) ∧ (∀ i, 2 ≤ b i) ∧ 0 < s ∧
      20 * (∑ i, c i * b i + s) ≤ ∑ i, c i * 32 :=
  compression_20_of_two_bits_false

theorem compression_50_of_one_bit_false_example :
    ¬ ∃ (n : Nat) (c b : Fin n → Rat) (s : Rat), (∀ i, 0 ≤ c i) ∧ (∀ i, 1 ≤ b i) ∧ 0 < s ∧
      50 * (∑ i, c i * b i + s) ≤ ∑ i, c i * 32 :=
  compression_50_of_one_bit_false

/-! ### Quantization dynamics -/

theorem dist_quantizedRun_le_example :
    (1 - 1 / 2) * |quantizedRun (fun x => 1 / 2 * x) (fun x => x + 1 / 4) 3 (5 : Rat) - 0| ≤
      (1 - 1 / 2) * ((1 / 2) ^ 3 * |5 - 0|) + 1 / 2 * (1 / 4) * (1 - (1 / 2) ^ 3) :=
  dist_quantizedRun_le (d := fun x y => |x - y|) (f := fun x => 1 / 2 * x) (Q := fun x => x + 1 / 4)
    abs_sub_le (by decide) (by decide)
    (fun x y => le_of_eq (by
      show |1 / 2 * x - 1 / 2 * y| = 1 / 2 * |x - y|
      rw [← mul_sub, abs_mul]
      rfl))
    (fun x => le_of_eq (by
      show |x + 1 / 4 - x| = 1 / 4
      rw [add_sub_cancel_left]
      rfl))
    (mul_zero _) 5 3

end LeanMining
