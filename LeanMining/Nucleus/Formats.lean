/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Nucleus.Gap
import LeanMining.QuantError.Rounding

/-!
# Gaps in different number formats

Seed 000 compares the gate's loss with that of quantization, and quantization in INT8, INT16 and
FP16. As laws of every layer all of these comparisons are false. A layer whose outputs are negative
loses nothing by quantization, in any format that keeps 0; one whose outputs are positive loses
nothing at its gate. What does hold: a finer grid is at least as good where it contains the coarser
one.

## Main definitions

* `gateGapOf`, `quantizationGapOf`: what a layer's outputs lose at the gate, and what by rounding
  behind it
* `totalGapOf`: what they lose in all, once they are read back
* `stepCount b`: the steps between the levels of `b` bits

## Main results

* `gate_5_to_6_as_given_false`: that the gate loses 5 to 6 times as much, if rounding keeps 0
* `gate_dominance_as_given_false`: that it loses at least as much, if rounding changes some value
  from 0 up
* `bitwidth_order_as_given_false`: that three formats lose less in this order, if the first keeps 0
* `bitwidth_order_total_as_given_false`: nor do they in all, however the outputs are read back
* `int16_lt_fp16`: a value that INT16 stores better than FP16
* `nearest_le_of_nested`: a grid that contains another one is at least as good
* `coarser_as_given_false`: one with twice as many levels need not be
-/

set_option autoImplicit false

universe u

namespace LeanMining

section Ring

variable {K : Type u} [LinearOrderedCommRing K] {n : Nat}

/-- What the gate loses of a layer's outputs `v`: the L1 distance of `v` and its ReLU. -/
def gateGapOf (v : Vector K n) : K := l1Dist v (v.map relu)

/-- What rounding each entry by `Q` loses behind the gate: the L1 distance of the ReLU of `v` and
what it is rounded to. -/
def quantizationGapOf (Q : K → K) (v : Vector K n) : K := l1Dist (v.map relu) ((v.map relu).map Q)

theorem gateGapOf_single (x : K) : gateGapOf (x ::ᵥ .nil) = |x - relu x| :=
  add_zero _

theorem quantizationGapOf_single (Q : K → K) (x : K) :
    quantizationGapOf Q (x ::ᵥ .nil) = |relu x - Q (relu x)| := add_zero _

theorem quantizationGapOf_neg_one {Q : K → K} (h : Q 0 = 0) :
    quantizationGapOf Q (-1 ::ᵥ .nil) = 0 := by
  rw [quantizationGapOf_single, relu_of_nonpos (neg_nonpos.mpr zero_le_one), h, sub_self, abs_zero]

/-- That the gate loses 5 to 6 times what quantization loses is no law of layers, if rounding by `Q`
keeps 0: the output -1 is gated to 0, which is stored exactly (seed 000, EMPIRICAL.RESULTS, "5–6×
the quantization component"). -/
theorem gate_5_to_6_as_given_false {Q : K → K} (h : Q 0 = 0) :
    ¬ ∀ (n : Nat) (v : Vector K n), 5 * quantizationGapOf Q v ≤ gateGapOf v ∧
      gateGapOf v ≤ 6 * quantizationGapOf Q v := fun k => by
  have l := (k 1 (-1 ::ᵥ .nil)).2
  rw [quantizationGapOf_neg_one h, gateGapOf_single, relu_of_nonpos (neg_nonpos.mpr zero_le_one),
    mul_zero, sub_zero, abs_neg, abs_one] at l
  exact absurd l zero_lt_one.2

/-- Nor is it a law that the gate loses at least what quantization loses, if rounding by `Q` changes
some `x` that is not negative: the gate loses nothing of `x` (seed 000, EMPIRICAL.RESULTS, "Gate
dominance"). -/
theorem gate_dominance_as_given_false {Q : K → K} {x : K} (hx : 0 ≤ x) (h : Q x ≠ x) :
    ¬ ∀ (n : Nat) (v : Vector K n), quantizationGapOf Q v ≤ gateGapOf v := fun k => by
  have l := k 1 (x ::ᵥ .nil)
  rw [quantizationGapOf_single, gateGapOf_single, relu_of_nonneg hx, sub_self, abs_zero] at l
  exact h (sub_eq_zero_iff.mp (abs_eq_zero.mp (le_antisymm l (abs_nonneg _)))).symm

/-- That rounding by `P` loses more than by `Q`, and that more than by `R`, as INT8, INT16 and FP16
are said to do, is no law of layers either, if `P` keeps 0: it stores the gated output -1 exactly
(seed 000, EMPIRICAL.RESULTS, "INT8 > INT16 > FP16"). -/
theorem bitwidth_order_as_given_false {P : K → K} (h : P 0 = 0) (Q R : K → K) :
    ¬ ∀ (n : Nat) (v : Vector K n), quantizationGapOf R v < quantizationGapOf Q v ∧
      quantizationGapOf Q v < quantizationGapOf P v := fun k => by
  have l := (k 1 (-1 ::ᵥ .nil)).2
  rw [quantizationGapOf_neg_one h, quantizationGapOf_single] at l
  exact l.2 (abs_nonneg _)

/-- What is lost of a layer's outputs `v` in all: the L1 distance of `v` and what `back` reads back
from the rounded ReLU of `v`. How it does may depend on `v`, as a fit to it does. -/
def totalGapOf (back : Vector K n → Vector K n → Vector K n) (Q : K → K) (v : Vector K n) : K :=
  l1Dist v (back v ((v.map relu).map Q))

/-- Nor is it a law that rounding by `P` loses more in all than by `Q`, and that more than by `R`,
if `P` and `Q` keep 0: both make the same of the output -1, whatever is read back from that (seed
000, EMPIRICAL.RESULTS, "INT8 > INT16 > FP16"). -/
theorem bitwidth_order_total_as_given_false {P Q : K → K} (hP : P 0 = 0) (hQ : Q 0 = 0) (R : K → K)
    (back : (n : Nat) → Vector K n → Vector K n → Vector K n) :
    ¬ ∀ (n : Nat) (v : Vector K n), totalGapOf (back n) R v < totalGapOf (back n) Q v ∧
      totalGapOf (back n) Q v < totalGapOf (back n) P v := fun k => by
  have l := (k 1 (-1 ::ᵥ .nil)).2
  have same : ((-1 ::ᵥ .nil : Vector K 1).map relu).map Q =
      ((-1 ::ᵥ .nil : Vector K 1).map relu).map P := by
    show (Q (relu (-1)) ::ᵥ .nil : Vector K 1) = P (relu (-1)) ::ᵥ .nil
    rw [relu_of_nonpos (neg_nonpos.mpr zero_le_one), hP, hQ]
  exact lt_irrefl _ (lt_of_lt_of_le l (le_of_eq
    (congrArg (fun y => l1Dist (-1 ::ᵥ .nil) (back 1 (-1 ::ᵥ .nil) y)) same.symm)))

/-- A grid is at least as good as one that it contains: where no value of `fine` is nearer to `x`
than `y`, no value of `coarse` is (seed 000, CENTRAL.QUESTION, "coarser quantization means larger
gap"). -/
theorem nearest_le_of_nested {coarse fine : K → Prop} (h : ∀ y, coarse y → fine y) {x y y' : K}
    (hy : ∀ l, fine l → |x - y| ≤ |x - l|) (hy' : coarse y') : |x - y| ≤ |x - y'| :=
  hy y' (h y' hy')

end Ring

/-- `2ᵇ - 1`: the steps between the `2ᵇ` levels of `b` bits. -/
def stepCount : Nat → Nat
  | .zero => 0
  | .succ b => Nat.succ (Nat.double (stepCount b))

set_option maxRecDepth 20000 in
/-- That one bit more never makes an error larger is false for the nearest of the 2ᵇ levels from -1
to 1: with 2 bits 1/3 is a level, with 3 bits it is not (seed 000, CENTRAL.QUESTION, "coarser
quantization means larger gap"). -/
theorem coarser_as_given_false :
    ¬ ∀ (b : Nat) (x : Rat), |x| ≤ 1 →
      |x - quantize 1 (stepCount (Nat.succ b)) x| ≤ |x - quantize 1 (stepCount b) x| :=
  fun h => absurd (h 2 (1 / 3) (by decide)) (by decide)

theorem int16_error_lt : stepSize (1 : Rat) 65535 / 2 < 1 / 4096 := by decide

/-- A value that INT16 stores better than FP16: 1 - 2⁻¹² is nearer to one of the 65,536 levels from
-1 to 1 than to any number of FP16. The numbers of FP16 above 1/2 are multiples of 2⁻¹¹, and nothing
is asked of the others (beside seed 000, EMPIRICAL.RESULTS, "INT8 > INT16 > FP16"). -/
theorem int16_lt_fp16 {y : Rat} (h : y ≤ 1 / 2 ∨ ∃ k : Int, y = Int.cast k / 2048) :
    |(4095 / 4096 : Rat) - quantize 1 65535 (4095 / 4096)| < |4095 / 4096 - y| := by
  refine lt_of_le_of_lt (abs_sub_quantize_le (by decide) (by decide))
    (lt_of_lt_of_le int16_error_lt ?_)
  refine h.elim (fun l => ?_) fun h => ?_
  · exact le_trans (le_trans (by decide : (1 / 4096 : Rat) ≤ 4095 / 4096 - 1 / 2)
      (sub_le_sub (le_refl _) l)) (le_abs_self _)
  obtain ⟨k, rfl⟩ := h
  refine (le_or_lt k 2047).elim (fun l => ?_) fun l => ?_
  · have c : (Int.cast k : Rat) / 2048 ≤ 2047 / 2048 :=
      div_le_div_of_nonneg_right (Int.cast_le_cast.mpr l) (by decide)
    exact le_trans (le_trans (by decide : (1 / 4096 : Rat) ≤ 4095 / 4096 - 2047 / 2048)
      (sub_le_sub (le_refl _) c)) (le_abs_self _)
  · have c : (2048 : Rat) / 2048 ≤ Int.cast k / 2048 :=
      div_le_div_of_nonneg_right (Int.cast_le_cast.mpr (Int.lt_iff_add_one_le.mp l)) (by decide)
    rw [abs_sub_comm]
    exact le_trans (le_trans (by decide : (1 / 4096 : Rat) ≤ 2048 / 2048 - 4095 / 4096)
      (sub_le_sub c (le_refl _))) (le_abs_self _)

end LeanMining
