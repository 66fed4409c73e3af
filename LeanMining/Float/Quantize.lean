/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Float.Model
import LeanMining.QuantError.Levels

/-!
# Quantizers, as floats compute them

What `torch.quantize_per_tensor` and `torch.fake_quantize_per_tensor_affine` give of binary32, and
the affine quantizer of the audit of checkpoints of binary64, rounding by rounding; and how far a
weight is from the level of its code then. torch multiplies by the rounded reciprocal of the scale,
the audit divides. `quantize_per_tensor` adds the zero point before it rounds to an integer, and the
others after: with an odd zero point they round ties to different codes.

## Main definitions

* `fl`: a rational, rounded to a float
* `quantizePerTensor`, `fakeCode`, `fakeQuantize`, `quantizeAffine`

## Main results

* `abs_sub_level_le_of_round`: `abs_sub_level_le_of_floats`, of a quotient that `round` rounded
* `abs_sub_level_quantizePerTensor_le`, `abs_sub_level_quantizeAffine_le`: what their codes are off
  by

## References

* Jacob et al., *Quantization and Training of Neural Networks for Efficient
  Integer-Arithmetic-Only Inference*, 2018, Section 2.1
* Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., Section 2.2
-/

set_option autoImplicit false

namespace LeanMining.Float

/-! ### Rounding rationals -/

/-- A rational, rounded to a float; 0 where that is infinite. -/
noncomputable def fl (f : Format) (x : Rat) : Rat := value f (round f x)

/-- The integer nearest to a rational, and of two the even one. -/
noncomputable def roundToInt (x : Rat) : Int :=
  cond (decide (x < 0)) (-Int.ofNat (roundHalfEven x.num.natAbs x.den))
    (Int.ofNat (roundHalfEven x.num.natAbs x.den))

/-! ### Quantizers -/

/-- What `torch.quantize_per_tensor` gives of a binary32, on a CPU with a fused multiply-add: it
multiplies by the rounded reciprocal of the scale and adds the zero point, in one rounding, rounds
to an integer, and moves the code into the range. -/
noncomputable def quantizePerTensor (x s : Rat) (z lo hi : Int) : Int :=
  clampCode lo hi (roundToInt (fl binary32 (x * fl binary32 (1 / s) + Int.cast z)))

/-- The code within `torch.fake_quantize_per_tensor_affine`, of a binary32: the zero point comes
after the rounding to an integer. -/
noncomputable def fakeCode (x s : Rat) (z lo hi : Int) : Int :=
  clampCode lo hi (roundToInt (fl binary32 (x * fl binary32 (1 / s))) + z)

/-- What `torch.fake_quantize_per_tensor_affine` gives of a binary32: the level of the code, rounded
to a binary32. -/
noncomputable def fakeQuantize (x s : Rat) (z lo hi : Int) : Rat :=
  fl binary32 (Int.cast (fakeCode x s z lo hi - z) * s)

/-- What the affine quantizer of the audit of checkpoints gives, in binary64: it subtracts the
offset, divides by the scale, rounds to an integer, adds the zero point, and moves the code into the
range. -/
noncomputable def quantizeAffine (x s m : Rat) (z lo hi : Int) : Int :=
  clampCode lo hi (roundToInt (fl binary64 (fl binary64 (x - m) / s)) + z)

/-! ### How far a weight is from its level -/

/-- The nearest integer is within half. -/
theorem abs_sub_roundToInt_le (x : Rat) : |x - Int.cast (roundToInt x)| ≤ 1 / 2 := by
  have dpos := natCast_pos x.den_pos
  have spec := roundHalfEven_spec x.num.natAbs x.den_pos
  have e : x = Int.cast x.num / Nat.cast x.den := (Rat.IsFrac.self x).eq_div
  have core (r : Nat) (h : 2 * |Int.ofNat x.num.natAbs - Int.ofNat x.den * Int.ofNat r| ≤
      Int.ofNat x.den) :
      |(Nat.cast x.num.natAbs / Nat.cast x.den : Rat) - Nat.cast r| ≤ 1 / 2 := by
    have c : (Nat.cast x.num.natAbs / Nat.cast x.den : Rat) - Nat.cast r =
        (Nat.cast x.num.natAbs - Nat.cast x.den * Nat.cast r) / Nat.cast x.den := by
      rw [sub_div, mul_div_cancel_left _ (Ne.symm (ne_of_lt dpos))]
    have w := Int.cast_le_cast (R := Rat).mpr h
    rw [Int.cast_mul, cast_abs, Int.cast_sub, Int.cast_mul] at w
    rw [c, abs_div_of_pos _ dpos, div_le_div_iff dpos zero_lt_two, one_mul, mul_comm]
    exact w
  have k := core _ spec
  revert e k
  show _ → _ → |x - Int.cast (cond (decide (x < 0)) (-Int.ofNat (roundHalfEven x.num.natAbs x.den))
    (Int.ofNat (roundHalfEven x.num.natAbs x.den)))| ≤ 1 / 2
  generalize roundHalfEven x.num.natAbs x.den = r
  cases x.num with
  | ofNat n =>
    intro e k
    have nonneg : 0 ≤ x := le_trans (div_nonneg (natCast_nonneg n) dpos.1) (ge_of_eq e)
    cases hs : decide (x < 0) with
    | true => exact absurd nonneg (of_decide_eq_true hs).2
    | false =>
      show |x - Nat.cast r| ≤ 1 / 2
      rw [show x - Nat.cast r = Nat.cast n / Nat.cast x.den - Nat.cast r from
        congrArg (· - Nat.cast r) e]
      exact k
  | negSucc n =>
    intro e k
    have e : x = -(Nat.cast (Nat.succ n) / Nat.cast x.den) := e.trans (neg_div _ _)
    have neg : x < 0 := lt_of_le_of_lt (le_of_eq e)
      (neg_neg_iff_pos.mpr (div_pos (natCast_succ_pos n) dpos))
    rw [decide_eq_true neg]
    show |x - Int.cast (-Int.ofNat r)| ≤ 1 / 2
    rw [Int.cast_neg, show x - -Int.cast (Int.ofNat r) =
      -(Nat.cast (Nat.succ n) / Nat.cast x.den) - -Nat.cast r from
        congrArg (· - -Nat.cast r) e, ← abs_neg, neg_sub, sub_eq_add_neg, neg_neg, add_comm,
        ← sub_eq_add_neg]
    exact k

/-- `abs_sub_level_le_of_floats`, of a quotient that was rounded to a float by `round`: the weight
is within half a step of its level, and a share of the unit roundoff of its position besides (Jacob
et al. 2018, Section 2.1, equation (1)). -/
theorem abs_sub_level_le_of_round {f : Format} {w s z q : Rat} (hs : s ≠ 0)
    (h : HasValue f (round f (w / s))) (normal : leastNormal f ≤ |w / s|)
    (hq : |fl f (w / s) + z - q| ≤ 1 / 2) :
    |w - level s z 0 q| ≤
      |s| * (1 / 2 + roundoff f * (|w / s| + |w / s + z| + roundoff f * |w / s|)) := by
  obtain ⟨δ, hδ, e⟩ := (isRounded_round f (w / s)).exists_eq h normal
  refine abs_sub_level_le_of_floats (δ₁ := δ) (δ₂ := 0) (t := fl f (w / s) + z) hs hδ ?_ ?_ ?_ hq
  · rw [abs_zero]
    exact le_trans (abs_nonneg δ) hδ
  · rw [sub_zero]
  · show value f (round f (w / s)) + z = _
    rw [e, add_zero, mul_one]

/-- A position that was rounded twice, and a nearest integer to it. -/
theorem abs_sub_level_le_of_rounded_twice {w s m t δ η u : Rat} {z k : Int} (hs : s ≠ 0)
    (hδ : |δ| ≤ u) (hη : |η| ≤ u) (ht : t = (w - m) / s * (1 + δ) * (1 + η))
    (hk : |t - Int.cast k| ≤ 1 / 2) :
    |w - level s (Int.cast z) m (Int.cast (k + z))| ≤
      |s| * (1 / 2 + (2 * u + u * u) * |(w - m) / s|) := by
  refine abs_sub_level_le (t := t + Int.cast z) hs ?_ ?_
  · rw [ht]
    generalize (w - m) / s = x
    rw [show x * (1 + δ) * (1 + η) + Int.cast z - (x + Int.cast z) = (δ + η + δ * η) * x by ring,
      abs_mul, two_mul]
    refine mul_le_mul_of_nonneg_right (le_trans (abs_add_le _ _)
      (add_le_add (le_trans (abs_add_le _ _) (add_le_add hδ hη)) ?_)) (abs_nonneg _)
    rw [abs_mul]
    exact mul_le_mul hδ hη (abs_nonneg η) (le_trans (abs_nonneg δ) hδ)
  · rw [Int.cast_add, show t + Int.cast z - (Int.cast k + Int.cast z) = t - Int.cast k by ring]
    exact hk

theorem clampCode_of_mem {lo hi q : Int} (hlo : lo ≤ q) (hhi : q ≤ hi) : clampCode lo hi q = q := by
  show max lo (min hi q) = q
  rw [min_eq_right hhi, max_eq_right hlo]

/-- The code that `torch.quantize_per_tensor` gives, where the range does not move it: the weight is
within half a step of its level, and what two roundings to binary32 add (Jacob et al. 2018, Section
2.1, equation (1), with the roundings of Higham, Section 2.2). -/
theorem abs_sub_level_quantizePerTensor_le {w s : Rat} {z lo hi : Int} (hs : s ≠ 0)
    (h₁ : HasValue binary32 (round binary32 (1 / s))) (n₁ : leastNormal binary32 ≤ |1 / s|)
    (h₂ : HasValue binary32 (round binary32 (w * fl binary32 (1 / s) + Int.cast z)))
    (n₂ : leastNormal binary32 ≤ |w * fl binary32 (1 / s) + Int.cast z|)
    (hlo : lo ≤ roundToInt (fl binary32 (w * fl binary32 (1 / s) + Int.cast z)))
    (hhi : roundToInt (fl binary32 (w * fl binary32 (1 / s) + Int.cast z)) ≤ hi) :
    |w - level s (Int.cast z) 0 (Int.cast (quantizePerTensor w s z lo hi))| ≤
      |s| * (1 / 2 + roundoff binary32 * (|(w - 0) / s| + |(w - 0) / s + Int.cast z| +
        roundoff binary32 * |(w - 0) / s|)) := by
  obtain ⟨δ, hδ, e⟩ := (isRounded_round binary32 (1 / s)).exists_eq h₁ n₁
  obtain ⟨η, hη, k⟩ :=
    (isRounded_round binary32 (w * fl binary32 (1 / s) + Int.cast z)).exists_eq h₂ n₂
  have e : fl binary32 (1 / s) = 1 / s * (1 + δ) := e
  have k : fl binary32 (w * fl binary32 (1 / s) + Int.cast z) =
    (w * fl binary32 (1 / s) + Int.cast z) * (1 + η) := k
  rw [show quantizePerTensor w s z lo hi =
    roundToInt (fl binary32 (w * fl binary32 (1 / s) + Int.cast z)) from clampCode_of_mem hlo hhi]
  refine abs_sub_level_le_of_floats hs hδ hη rfl (k.trans ?_) (abs_sub_roundToInt_le _)
  rw [e, one_div, sub_zero, div_eq_mul_inv]
  ring

/-- The code that the affine quantizer of the audit gives, where the range does not move it: the
weight is within half a step of its level, and what two roundings of its position to binary64 add
(Jacob et al. 2018, Section 2.1, equation (1), with the roundings of Higham, Section 2.2). -/
theorem abs_sub_level_quantizeAffine_le {w s m : Rat} {z lo hi : Int} (hs : s ≠ 0)
    (h₁ : HasValue binary64 (round binary64 (w - m))) (n₁ : leastNormal binary64 ≤ |w - m|)
    (h₂ : HasValue binary64 (round binary64 (fl binary64 (w - m) / s)))
    (n₂ : leastNormal binary64 ≤ |fl binary64 (w - m) / s|)
    (hlo : lo ≤ roundToInt (fl binary64 (fl binary64 (w - m) / s)) + z)
    (hhi : roundToInt (fl binary64 (fl binary64 (w - m) / s)) + z ≤ hi) :
    |w - level s (Int.cast z) m (Int.cast (quantizeAffine w s m z lo hi))| ≤
      |s| * (1 / 2 + (2 * roundoff binary64 + roundoff binary64 * roundoff binary64) *
        |(w - m) / s|) := by
  obtain ⟨δ, hδ, e⟩ := (isRounded_round binary64 (w - m)).exists_eq h₁ n₁
  obtain ⟨η, hη, k⟩ := (isRounded_round binary64 (fl binary64 (w - m) / s)).exists_eq h₂ n₂
  have e : fl binary64 (w - m) = (w - m) * (1 + δ) := e
  have k : fl binary64 (fl binary64 (w - m) / s) = fl binary64 (w - m) / s * (1 + η) := k
  rw [show quantizeAffine w s m z lo hi =
    roundToInt (fl binary64 (fl binary64 (w - m) / s)) + z from clampCode_of_mem hlo hhi]
  refine abs_sub_level_le_of_rounded_twice hs hδ hη (k.trans ?_) (abs_sub_roundToInt_le _)
  rw [e, div_eq_mul_inv, div_eq_mul_inv]
  ring

/-- Without a zero point both of torch's functions give the same code. -/
theorem fakeCode_zero (x s : Rat) (lo hi : Int) :
    fakeCode x s 0 lo hi = quantizePerTensor x s 0 lo hi := by
  show clampCode lo hi (_ + 0) = clampCode lo hi (roundToInt (fl binary32 (_ + 0)))
  rw [add_zero, add_zero]

/-- What `torch.fake_quantize_per_tensor_affine` gives without a zero point is the level of the code
that `torch.quantize_per_tensor` gives, rounded to a binary32 (Higham, Theorem 2.2). -/
theorem abs_fakeQuantize_sub_level_le {x s : Rat} {lo hi : Int}
    (h : HasValue binary32 (round binary32 (level s 0 0
      (Int.cast (quantizePerTensor x s 0 lo hi)))))
    (normal : leastNormal binary32 ≤ |level s 0 0 (Int.cast (quantizePerTensor x s 0 lo hi))|) :
    |fakeQuantize x s 0 lo hi - level s 0 0 (Int.cast (quantizePerTensor x s 0 lo hi))| ≤
      roundoff binary32 * |level s 0 0 (Int.cast (quantizePerTensor x s 0 lo hi))| := by
  have e : Int.cast (fakeCode x s 0 lo hi - 0) * s =
      level s 0 0 (Int.cast (quantizePerTensor x s 0 lo hi)) := by
    rw [sub_zero, fakeCode_zero, level_zero_zero, mul_comm]
  show |value binary32 (round binary32 (Int.cast (fakeCode x s 0 lo hi - 0) * s)) - _| ≤ _
  rw [e]
  exact (isRounded_round binary32 _).abs_sub_le h normal

end LeanMining.Float
