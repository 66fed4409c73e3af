prelude
import LeanMining.Algebra.Int
import LeanMining.Algebra.Vector

/-!
# The gap of a quantized ReLU over an ordered ring

A value `x` passes the gate, `relu x`, is rounded to `y = Q (relu x)`, and is read back as `x̂`. The gate's and the rounding's
losses add up exactly when the rounding keeps zero from going below zero; with the loss of reading back, the sum only bounds the
whole gap (seed 000, FORMAL.RESULTS, "Additive gap decomposition", corrected).
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

theorem nonneg_of_eq_neg {x : K} (hx : x ≤ 0) (h : x = -x) : 0 ≤ x := le_trans (neg_nonneg.mpr hx) (ge_of_eq h)

/-- The way from `x` to `y` by the gate is no detour exactly when `x` or `y` is not negative. -/
theorem gate_additive_iff {x y : K} : |x - y| = |x - relu x| + |relu x - y| ↔ 0 ≤ x ∨ 0 ≤ y := by
  cases le_total 0 x with
  | inl hx => rw [relu_of_nonneg hx, sub_self, abs_zero, zero_add]; exact ⟨fun _ => .inl hx, fun _ => rfl⟩
  | inr hx =>
    rw [relu_of_nonpos hx, sub_zero, zero_sub, abs_neg, abs_of_nonpos hx]
    cases le_total 0 y with
    | inl hy =>
      rw [abs_of_nonneg hy, abs_sub_comm, abs_of_nonneg (sub_nonneg.mpr (le_trans hx hy)), sub_eq_add_neg, add_comm y]
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

/-- Gate and quantization add up exactly in L1 when the rounding `Q` takes 0 to 0 or above (seed 000, FORMAL.RESULTS,
corrected). -/
theorem gate_quant_l1_additive (Q : K → K) (h : 0 ≤ Q 0) (x : K) :
    |x - Q (relu x)| = |x - relu x| + |relu x - Q (relu x)| :=
  gate_additive_iff.mpr ((le_total 0 x).elim .inl fun k => .inr (by rw [relu_of_nonpos k]; exact h))

end Gap

end LeanMining
