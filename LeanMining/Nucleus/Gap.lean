/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Int
import LeanMining.Algebra.Vector

/-!
# The gap of a quantized ReLU over an ordered ring

A value `x` passes the gate, `relu x`, is rounded to `y = Q (relu x)`, and is read back as `x̂`. The
gate's and the rounding's losses add up exactly when the rounding keeps zero from going below zero;
with the loss of reading back, the sum only bounds the whole gap (seed 000, FORMAL.RESULTS,
"Additive gap decomposition", corrected).

## Main results

* `gate_quant_l1_additive`: the losses of gate and rounding add up exactly, and
  `gate_quant_l1_additive_iff`: no weaker hypothesis serves
* `total_le_sum`: the whole gap is at most the sum of its three parts
-/

set_option autoImplicit false

universe u

namespace LeanMining

section Gap

variable {K : Type u} [LinearOrderedCommRing K]

/-- The gate on real values: the larger of `x` and 0. -/
def relu (x : K) : K := max x 0

theorem relu_of_nonneg {x : K} (h : 0 ≤ x) : relu x = x := max_eq_left h
theorem relu_of_nonpos {x : K} (h : x ≤ 0) : relu x = 0 := max_eq_right h

/-- The way from `x` to `y` by the gate is no detour exactly when `x` or `y` is not negative. -/
theorem gate_additive_iff {x y : K} : |x - y| = |x - relu x| + |relu x - y| ↔ 0 ≤ x ∨ 0 ≤ y := by
  cases le_total 0 x with
  | inl hx =>
    rw [relu_of_nonneg hx, sub_self, abs_zero, zero_add]
    exact ⟨fun _ => .inl hx, fun _ => rfl⟩
  | inr hx =>
    rw [relu_of_nonpos hx, sub_zero, zero_sub, abs_neg, abs_of_nonpos hx]
    cases le_total 0 y with
    | inl hy =>
      rw [abs_of_nonneg hy, abs_sub_comm, abs_of_nonneg (sub_nonneg.mpr (le_trans hx hy)),
        sub_eq_add_neg, add_comm y]
      exact ⟨fun _ => .inr hy, fun _ => rfl⟩
    | inr hy =>
      rw [abs_of_nonpos hy]
      refine ⟨fun h => ?_, fun h => ?_⟩
      · cases le_total x y with
        | inl k =>
          rw [abs_sub_comm, abs_of_nonneg (sub_nonneg.mpr k), sub_eq_add_neg, add_comm y] at h
          exact .inr (nonneg_of_eq_neg hy (add_left_cancel h))
        | inr k =>
          rw [abs_of_nonneg (sub_nonneg.mpr k), sub_eq_add_neg] at h
          exact .inl (nonneg_of_eq_neg hx (add_right_cancel h))
      · cases h with
        | inl k => rw [le_antisymm hx k, zero_sub, abs_neg, abs_of_nonpos hy, neg_zero, zero_add]
        | inr k => rw [le_antisymm hy k, sub_zero, abs_of_nonpos hx, neg_zero, add_zero]

/-- Gate and quantization add up exactly in L1 when the rounding `Q` takes 0 to 0 or above (seed
000, FORMAL.RESULTS, corrected). -/
theorem gate_quant_l1_additive (Q : K → K) (h : 0 ≤ Q 0) (x : K) :
    |x - Q (relu x)| = |x - relu x| + |relu x - Q (relu x)| :=
  gate_additive_iff.mpr ((le_total 0 x).elim .inl fun k => .inr (by rw [relu_of_nonpos k]; exact h))

/-- No weaker hypothesis serves: were `Q 0` negative, the losses at -1 would not add up. -/
theorem gate_quant_l1_additive_iff (Q : K → K) :
    (∀ x, |x - Q (relu x)| = |x - relu x| + |relu x - Q (relu x)|) ↔ 0 ≤ Q 0 :=
  have neg : (-1 : K) < 0 := neg_neg_iff_pos.mpr zero_lt_one
  have relu_neg : relu (-1 : K) = 0 := relu_of_nonpos (le_of_lt neg)
  ⟨fun h => relu_neg ▸ (gate_additive_iff.mp (h (-1))).resolve_left (not_le_of_lt neg),
    gate_quant_l1_additive Q⟩

/-- The whole gap is at most the sum of its three parts: gate, quantization and reconstruction (seed
000, FORMAL.RESULTS, corrected). -/
theorem total_le_sum (x y x' : K) : |x - x'| ≤ |x - relu x| + |relu x - y| + |y - x'| :=
  le_trans (abs_sub_le x y x') (add_le_add_right (abs_sub_le x (relu x) y) _)

/-! ### Vectors -/

/-- The L1 distance of two vectors. -/
def l1Dist : {n : Nat} → Vector K n → Vector K n → K
  | .zero, _, _ => 0
  | .succ _, v, w => |v.1 - w.1| + l1Dist v.2 w.2

theorem l1Dist_triangle : {n : Nat} → (u v w : Vector K n) → l1Dist u w ≤ l1Dist u v + l1Dist v w
  | .zero, _, _, _ => ge_of_eq (add_zero 0)
  | .succ _, u, v, w => le_trans (add_le_add (abs_sub_le u.1 v.1 w.1) (l1Dist_triangle u.2 v.2 w.2))
    (le_of_eq (add_add_add_comm _ _ _ _))

/-- Over a layer too, gate and quantization add up exactly in L1 when `Q` takes 0 to 0 or above
(seed 000, FORMAL.RESULTS, corrected). -/
theorem gate_quant_l1_additive_vector (Q : K → K) (h : 0 ≤ Q 0) : {n : Nat} → (v : Vector K n) →
    l1Dist v ((v.map relu).map Q) = l1Dist v (v.map relu) + l1Dist (v.map relu) ((v.map relu).map Q)
  | .zero, _ => (add_zero 0).symm
  | .succ _, v =>
    (congr (congrArg HAdd.hAdd (gate_quant_l1_additive Q h v.1))
      (gate_quant_l1_additive_vector Q h v.2)).trans
      (add_add_add_comm _ _ _ _)

/-- Over a layer too, the whole gap is at most the sum of its three parts (seed 000, FORMAL.RESULTS,
corrected). -/
theorem total_le_sum_vector : {n : Nat} → (v y v' : Vector K n) →
    l1Dist v v' ≤ l1Dist v (v.map relu) + l1Dist (v.map relu) y + l1Dist y v'
  | .zero, _, _, _ => ge_of_eq ((add_zero _).trans (add_zero 0))
  | .succ _, v, y, v' =>
    le_trans (add_le_add (total_le_sum v.1 y.1 v'.1) (total_le_sum_vector v.2 y.2 v'.2))
    (le_of_eq ((add_add_add_comm _ _ _ _).trans (congrArg (· + _) (add_add_add_comm _ _ _ _))))

end Gap

/-- The three parts of a measured gap need not add up to it: the value -1, which the gate takes to
0, may be read back as -1 (seed 000, FORMAL.RESULTS, "Additive gap decomposition"). -/
theorem hAdditive_measured_as_given_false :
    ¬ ∀ x y x' : Int, |x - x'| = |relu x - y| + |x - relu x| + |y - x'| :=
  fun h => nomatch h (-1) 0 (-1)

end LeanMining
