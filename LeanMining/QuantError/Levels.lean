/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.RingNF
import LeanMining.QuantError.Rounding

/-!
# Levels of stored formats, and how far a weight is from its level

A code `q` with the scale `s`, the zero point `z` and the offset `m` stands for the level
`s (q − z) + m`. The formats differ in what they store and in what they rounded before. The bounds
here hold for every weight and every code that a converter made in the way the hypotheses say, in
floats: a float operation gives the exact result times `1 + δ` with |δ| at most the unit roundoff
(Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., Section 2.2). Underflow and
overflow are outside this model.

## Main definitions

* `level`: the number for which a code stands
* `clampCode`: a code, moved to the nearer end where it is out of range

## Main results

* `abs_sub_level_le_of_floats`: the scale that is stored is the one that the codes were made with
* `abs_sub_level_le_of_rounded`: scale and offset are rounded once the codes are made
* `clampCode_of_ge`, `clampCode_of_le`: out of range
* `abs_code_le`, `exists_abs_level_eq_of_rounded`: the codes of a symmetric scheme
* `abs_accumulate_sub_level_le`: one scale for the accumulator
* `abs_sub_float_le`: the levels are floats
* `sum_sq_sub_nearestLevel_le`: a grid that covers the data

## References

* Jacob et al., *Quantization and Training of Neural Networks for Efficient
  Integer-Arithmetic-Only Inference*, 2018, Sections 2.1, 2.4 and 3
* Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., Section 2.2
* GGUF: the block formats Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1 of ggml
* Micikevicius et al., *FP8 Formats for Deep Learning*, 2022, Section 3
-/

set_option autoImplicit false

universe u

namespace LeanMining

section Ring

variable {K : Type u} [LinearOrderedCommRing K]

/-! ### Levels -/

/-- The level for which the code `q` stands: scale `s`, zero point `z`, offset `m` (Jacob et al.
2018, Section 2.1, equation (1), where `m` is 0). -/
def level (s z m q : K) : K := s * (q - z) + m

/-- With scale 0 every code stands for the offset. -/
theorem level_zero (z m q : K) : level 0 z m q = m := by
  show 0 * (q - z) + m = m
  rw [zero_mul, zero_add]

/-- With zero point and offset 0 a code stands for its multiple of the scale. -/
theorem level_zero_zero (s q : K) : level s 0 0 q = s * q := by
  show s * (q - 0) + 0 = s * q
  rw [sub_zero, add_zero]

/-! ### Floats -/

theorem abs_mul_one_add_sub_one_le {a b δ u : K} (ha : |a - 1| ≤ b) (hδ : |δ| ≤ u) :
    |a * (1 + δ) - 1| ≤ b + b * u + u := by
  have e : a * (1 + δ) - 1 = a - 1 + (a - 1) * δ + δ := by ring
  rw [e]
  refine le_trans (abs_add_le _ _) (add_le_add (le_trans (abs_add_le _ _) (add_le_add ha ?_)) hδ)
  rw [abs_mul]
  exact mul_le_mul ha hδ (abs_nonneg δ) (le_trans (abs_nonneg _) ha)

/-- A product and a sum, each rounded once: how far the result is from the exact one (Higham,
Section 2.2). -/
theorem abs_computed_sub_le {x z δ₁ δ₂ ε : K} (h₁ : |δ₁| ≤ ε) (h₂ : |δ₂| ≤ ε) :
    |(x * (1 + δ₁) + z) * (1 + δ₂) - (x + z)| ≤ ε * (|x| + |x + z| + ε * |x|) := by
  have e : (x * (1 + δ₁) + z) * (1 + δ₂) - (x + z) = δ₁ * x + δ₂ * (x + z) + δ₂ * (δ₁ * x) := by
    ring
  have e' : ε * (|x| + |x + z| + ε * |x|) = ε * |x| + ε * |x + z| + ε * (ε * |x|) := by ring
  have k : |δ₁ * x| ≤ ε * |x| := by
    rw [abs_mul]
    exact mul_le_mul_of_nonneg_right h₁ (abs_nonneg x)
  rw [e, e']
  refine le_trans (abs_add_le _ _) (add_le_add (le_trans (abs_add_le _ _) (add_le_add k ?_)) ?_)
  · rw [abs_mul]
    exact mul_le_mul_of_nonneg_right h₂ (abs_nonneg _)
  · rw [abs_mul]
    exact mul_le_mul h₂ k (abs_nonneg _) (le_trans (abs_nonneg _) h₂)

/-! ### The offset was rounded when it was stored -/

/-- The codes were made with the offset `m₀`, and `m` was stored: the error grows by that of the
offset (GGUF Q4_1 and Q5_1; the affine mode of MLX). -/
theorem abs_sub_level_le_of_rounded_offset {w s m m₀ q b ρ : K} (h : |(w - m₀) - s * q| ≤ b)
    (hm : |m₀ - m| ≤ ρ * |m|) : |w - level s 0 m q| ≤ b + ρ * |m| := by
  have e : w - level s 0 m q = w - m₀ - s * q + (m₀ - m) := by
    show w - (s * (q - 0) + m) = _
    ring
  rw [e]
  exact le_trans (abs_add_le _ _) (add_le_add h hm)

end Ring

/-! ### The accumulator -/

/-- A bias whose scale is the product of the input's and the weight's is added to the accumulator as
it is (Jacob et al. 2018, Section 2.4). -/
theorem accumulate_eq_level {R : Type u} [CommRing R] {n : Nat} {sx sw sb : R} (h : sb = sx * sw)
    (qx qw : Fin n → R) (qb : R) :
    ∑ i, (sx * qx i) * (sw * qw i) + sb * qb = sb * (∑ i, qx i * qw i + qb) := by
  rw [mul_add, mul_sum, h]
  exact congrArg (· + sx * sw * qb) (sum_congr fun i => mul_mul_mul_comm _ _ _ _)

/-- A bias whose scale is that product up to the share `r`, as floats round it, with zero points:
one scale for the accumulator moves what the products add up to by that share at most (Jacob et al.
2018, Sections 2.2 and 2.4). -/
theorem abs_accumulate_sub_level_le {K : Type u} [LinearOrderedCommRing K] {n : Nat}
    {sx zx sw zw sb r : K} (h : |sb - sx * sw| ≤ r * |sx * sw|) (qx qw : Fin n → K) (qb : K) :
    |∑ i, level sx zx 0 (qx i) * level sw zw 0 (qw i) + level sb 0 0 qb -
        level sb 0 0 (∑ i, (qx i - zx) * (qw i - zw) + qb)| ≤
      r * |∑ i, level sx zx 0 (qx i) * level sw zw 0 (qw i)| := by
  have products : ∑ i, level sx zx 0 (qx i) * level sw zw 0 (qw i) =
      sx * sw * ∑ i, (qx i - zx) * (qw i - zw) := by
    rw [mul_sum]
    refine sum_congr fun i => ?_
    show (sx * (qx i - zx) + 0) * (sw * (qw i - zw) + 0) = _
    rw [add_zero, add_zero, mul_mul_mul_comm]
  have apart (S : K) : |sx * sw * S + sb * qb - sb * (S + qb)| ≤ r * |sx * sw * S| := by
    rw [show sx * sw * S + sb * qb - sb * (S + qb) = -((sb - sx * sw) * S) by ring, abs_neg,
      abs_mul, abs_mul (sx * sw), ← mul_assoc]
    exact mul_le_mul_of_nonneg_right h (abs_nonneg S)
  rw [level_zero_zero, level_zero_zero, products]
  exact apart _

/-! ### Codes out of range -/

/-- A code, moved to the nearer end where it is out of range. -/
def clampCode {α : Type u} [LinearOrder α] (lo hi q : α) : α := max lo (min hi q)

/-- Every code that was moved to the nearer end is in range (Jacob et al. 2018, Section 3, equation
(12)). -/
theorem clampCode_mem {α : Type u} [LinearOrder α] {lo hi : α} (h : lo ≤ hi) (q : α) :
    lo ≤ clampCode lo hi q ∧ clampCode lo hi q ≤ hi :=
  ⟨le_max_left _ _, max_le h (min_le_left _ _)⟩

variable {K : Type u} [LinearOrderedField K]

theorem zero_lt_half : (0 : K) < 1 / 2 := half_pos zero_lt_one

theorem quarter_add_quarter : (1 / 4 : K) + 1 / 4 = 1 / 2 :=
  (eq_div_iff two_ne_zero).mpr (by
    rw [show (1 / 4 + 1 / 4) * 2 = 1 / 4 * (4 : K) by ring]
    exact div_mul_cancel 1 (Ne.symm (ne_of_lt (natCast_succ_pos 3))))

/-- An integer that is above another by less than 1 is not above it. -/
theorem le_of_cast_sub_le {a b : Int} {τ : K} (hτ : τ < 1 / 2)
    (h : (Int.cast a : K) - Int.cast b ≤ τ + 1 / 2) : a ≤ b := (le_or_lt a b).elim id fun k => by
  have l : (Int.cast (b + 1) : K) ≤ Int.cast a := Int.cast_le_cast.mpr (Int.lt_iff_add_one_le.mp k)
  rw [Int.cast_add] at l
  have one : (1 : K) ≤ Int.cast a - Int.cast b := le_sub_iff_add_le'.mpr l
  have lt : τ + 1 / 2 < (1 : K) := by
    have lt := add_lt_add_right hτ (1 / 2)
    rw [add_halves] at lt
    exact lt
  exact absurd (le_trans one h) lt.2

theorem sub_le_of_abs_sub_le {x t q τ η : K} (ht : |t - x| ≤ τ) (hq : |t - q| ≤ η) :
    x - q ≤ τ + η := by
  rw [← sub_add_sub_cancel x t q]
  rw [abs_sub_comm] at ht
  exact add_le_add (le_trans (le_abs_self _) ht) (le_trans (le_abs_self _) hq)

/-- Out of range the code is the end on that side: the upper one. `x` is the exact position, `t` the
computed one and `q` a nearest integer to it (Jacob et al. 2018, Section 3, where values out of
range are clamped). -/
theorem clampCode_of_ge {lo hi q : Int} {x t τ : K} (h : lo ≤ hi) (hx : Int.cast hi ≤ x)
    (ht : |t - x| ≤ τ) (hτ : τ < 1 / 2) (hq : |t - Int.cast q| ≤ 1 / 2) :
    clampCode lo hi q = hi := by
  have k : hi ≤ q := le_of_cast_sub_le hτ
    (le_trans (sub_le_sub hx (le_refl _)) (sub_le_of_abs_sub_le ht hq))
  show max lo (min hi q) = hi
  rw [min_eq_left k, max_eq_right h]

/-- Out of range the code is the end on that side: the lower one (Jacob et al. 2018, Section 3). -/
theorem clampCode_of_le {lo hi q : Int} {x t τ : K} (hx : x ≤ Int.cast lo) (ht : |t - x| ≤ τ)
    (hτ : τ < 1 / 2) (hq : |t - Int.cast q| ≤ 1 / 2) : clampCode lo hi q = lo := by
  have k : q ≤ lo := le_of_cast_sub_le hτ (by
    rw [add_comm τ]
    exact le_trans (sub_le_sub (le_refl _) hx) (sub_le_of_abs_sub_le hq ht))
  exact max_eq_left (le_trans (min_le_right hi q) k)

/-- Out of range above, and however far the computed position is from the exact one, the code is at
most that and a half below the upper end. -/
theorem hi_sub_clampCode_le {lo hi q : Int} {x t τ : K} (hx : Int.cast hi ≤ x) (ht : |t - x| ≤ τ)
    (hq : |t - Int.cast q| ≤ 1 / 2) :
    (Int.cast hi : K) - Int.cast (clampCode lo hi q) ≤ 1 / 2 + τ := by
  have le : (Int.cast (min hi q) : K) ≤ Int.cast (clampCode lo hi q) :=
    Int.cast_le_cast.mpr (le_max_right lo (min hi q))
  refine le_trans (sub_le_sub (le_refl _) le) ((le_total hi q).elim (fun k => ?_) fun k => ?_)
  · rw [min_eq_left k, sub_self]
    exact add_nonneg zero_lt_half.1 (le_trans (abs_nonneg _) ht)
  · rw [min_eq_right k, add_comm (1 / 2)]
    exact le_trans (sub_le_sub hx (le_refl _)) (sub_le_of_abs_sub_le ht hq)

/-- Out of range below, and however far the computed position is from the exact one, the code is at
most that and a half above the lower end. -/
theorem clampCode_sub_lo_le {lo hi q : Int} {x t τ : K} (hx : x ≤ Int.cast lo) (ht : |t - x| ≤ τ)
    (hq : |t - Int.cast q| ≤ 1 / 2) :
    (Int.cast (clampCode lo hi q) : K) - Int.cast lo ≤ 1 / 2 + τ := by
  have le : (Int.cast (clampCode lo hi q) : K) ≤ Int.cast (max lo q) := Int.cast_le_cast.mpr
    (max_le (le_max_left lo q) (le_trans (min_le_right hi q) (le_max_right lo q)))
  refine le_trans (sub_le_sub le (le_refl _)) ((le_total q lo).elim (fun k => ?_) fun k => ?_)
  · rw [max_eq_left k, sub_self]
    exact add_nonneg zero_lt_half.1 (le_trans (abs_nonneg _) ht)
  · rw [max_eq_right k]
    exact le_trans (sub_le_sub (le_refl _) hx) (sub_le_of_abs_sub_le hq ht)

/-! ### Floats, over a field -/

/-- Three roundings, of a difference, a reciprocal or quotient, and a product, are one of at most
four times the unit roundoff (Higham, Section 2.2). -/
theorem abs_one_add_mul_sub_one_le {u δ₁ δ₂ δ₃ : K} (h₁ : |δ₁| ≤ u) (h₂ : |δ₂| ≤ u)
    (h₃ : |δ₃| ≤ u) (hu : u ≤ 1 / 4) : |(1 + δ₁) * (1 + δ₂) * (1 + δ₃) - 1| ≤ 4 * u := by
  have one : |1 + δ₁ - 1| ≤ u := by
    rw [add_sub_cancel_left]
    exact h₁
  have hu₀ : 0 ≤ u := le_trans (abs_nonneg _) h₁
  have four : u * 4 ≤ 1 := (le_div_iff (natCast_succ_pos 3)).mp hu
  refine le_trans (abs_mul_one_add_sub_one_le (abs_mul_one_add_sub_one_le one h₂) h₃)
    (le_of_mul_le_mul_left (c := 16) (sub_nonneg.mp ?_) (natCast_succ_pos 15))
  rw [show 16 * (4 * u) - 16 * (u + u * u + u + (u + u * u + u) * u + u) =
    u * ((1 - u * 4) * (13 + 4 * u) + 3) by ring]
  exact mul_nonneg hu₀ (add_nonneg (mul_nonneg (sub_nonneg.mpr four)
    (add_nonneg (natCast_nonneg 13) (mul_nonneg (natCast_nonneg 4) hu₀))) (natCast_nonneg 3))

/-! ### The scale that is stored is the one the codes were made with -/

/-- A code nearest to the position `t` as it was computed: the weight is within half a step of its
level, and the error of the position in steps besides (Jacob et al. 2018, Section 2.1, equation
(1)). -/
theorem abs_sub_level_le {w s z m q t η : K} (hs : s ≠ 0) (ht : |t - ((w - m) / s + z)| ≤ η)
    (hq : |t - q| ≤ 1 / 2) : |w - level s z m q| ≤ |s| * (1 / 2 + η) := by
  have e : w - level s z m q = s * ((w - m) / s + z - q) := by
    have c : w - m = (w - m) / s * s := (div_mul_cancel _ hs).symm
    show w - (s * (q - z) + m) = _
    rw [show w - (s * (q - z) + m) = w - m - s * (q - z) by ring,
      show s * ((w - m) / s + z - q) = (w - m) / s * s - s * (q - z) by ring, ← c]
  rw [e, abs_mul]
  refine mul_le_mul_of_nonneg_left (le_trans (abs_sub_le _ t _) ?_) (abs_nonneg s)
  rw [abs_sub_comm, add_comm (1 / 2)]
  exact add_le_add ht hq

/-- What floats make of a weight: the position is a quotient, rounded, plus the zero point, rounded,
and the code is nearest to that. The weight is within half a step of its level, and a multiple of
the unit roundoff `ε` in steps besides, which grows with the position (Jacob et al. 2018, Section
2.1, equation (1), with the roundings of Higham, Section 2.2). -/
theorem abs_sub_level_le_of_floats {w s z m q x t ε δ₁ δ₂ : K} (hs : s ≠ 0) (h₁ : |δ₁| ≤ ε)
    (h₂ : |δ₂| ≤ ε) (hx : x = (w - m) / s) (ht : t = (x * (1 + δ₁) + z) * (1 + δ₂))
    (hq : |t - q| ≤ 1 / 2) :
    |w - level s z m q| ≤ |s| * (1 / 2 + ε * (|x| + |x + z| + ε * |x|)) :=
  abs_sub_level_le hs (by rw [ht, ← hx]; exact abs_computed_sub_le h₁ h₂) hq

/-! ### The scale was rounded when it was stored -/

section RoundedScale

variable {w s d r h k N : K}

/-- The upper half of `abs_sub_mul_natCast_le`: the code is the largest or 1 below it at least. -/
theorem sub_mul_le_of_rounded_scale (hs : 0 ≤ s) (hd : |d - s| ≤ r * s) (hr : r ≤ 1)
    (h₁ : 1 / 2 ≤ h) (h₂ : h ≤ 1) (hk : 0 ≤ k) (hN : 0 ≤ N) (kN : k = N ∨ k + 1 ≤ N)
    (hw : w ≤ (N + 1 / 4) * d) (hwk : w - d * k ≤ h * d) : w - s * k ≤ s * (h + N * r) := by
  have hd' : 0 ≤ r * s - (d - s) := sub_nonneg.mpr (le_trans (le_abs_self _) hd)
  refine sub_nonneg.mp (kN.elim (fun e => ?_) fun l => ?_)
  · rw [← quarter_add_quarter] at h₁
    rw [e, show s * (h + N * r) - (w - s * N) = (N + 1 / 4) * d - w + N * (r * s - (d - s)) +
      (s * (h - (1 / 4 + 1 / 4)) + 1 / 4 * (s * (1 - r)) + 1 / 4 * (r * s - (d - s))) by ring]
    have quarter : (0 : K) ≤ 1 / 4 := div_nonneg zero_le_one (natCast_nonneg 4)
    exact add_nonneg (add_nonneg (sub_nonneg.mpr hw) (mul_nonneg hN hd'))
      (add_nonneg (add_nonneg (mul_nonneg hs (sub_nonneg.mpr h₁))
        (mul_nonneg quarter (mul_nonneg hs (sub_nonneg.mpr hr)))) (mul_nonneg quarter hd'))
  · rw [show s * (h + N * r) - (w - s * k) = h * d - (w - d * k) + ((r * s - (d - s)) * (h + k) +
      r * s * (N - (k + 1) + (1 - h))) by ring]
    exact add_nonneg (sub_nonneg.mpr hwk)
      (add_nonneg (mul_nonneg hd' (add_nonneg (le_trans zero_lt_half.1 h₁) hk))
        (mul_nonneg (le_trans (abs_nonneg _) hd)
          (add_nonneg (sub_nonneg.mpr l) (sub_nonneg.mpr h₂))))

/-- The lower half of `abs_sub_mul_natCast_le`, for codes that are 1 at least. -/
theorem neg_le_sub_mul_of_rounded_scale (hd : |d - s| ≤ r * s) (h₀ : 0 ≤ h) (h₂ : h ≤ 1)
    (hk : 1 ≤ k) (kN : k ≤ N) (hwk : -(h * d) ≤ w - d * k) : -(s * (h + N * r)) ≤ w - s * k := by
  refine sub_nonneg.mp ?_
  rw [show w - s * k - -(s * (h + N * r)) = w - d * k - -(h * d) + ((d - s - -(r * s)) * (k - h) +
    r * s * (N - k + h)) by ring]
  exact add_nonneg (sub_nonneg.mpr hwk)
    (add_nonneg (mul_nonneg (sub_nonneg.mpr (abs_le.mp hd).1) (sub_nonneg.mpr (le_trans h₂ hk)))
      (mul_nonneg (le_trans (abs_nonneg _) hd) (add_nonneg (sub_nonneg.mpr kN) h₀)))

end RoundedScale

/-- `abs_sub_level_le_of_rounded_scale` for the codes from 0. -/
theorem abs_sub_mul_natCast_le {w s d r h : K} {N k : Nat} (hs : 0 ≤ s) (hd : |d - s| ≤ r * s)
    (hr : r ≤ 1) (h₁ : 1 / 2 ≤ h) (h₂ : h ≤ 1) (kN : k ≤ N) (hw : |w| ≤ (Nat.cast N + 1 / 4) * d)
    (hwk : |w - d * Nat.cast k| ≤ h * d) :
    |w - s * Nat.cast k| ≤ s * (h + Nat.cast N * r) := by
  have cast {a b : Nat} (l : a ≤ b) : (Nat.cast a : K) ≤ Nat.cast b :=
    Int.cast_le_cast.mpr (Int.ofNat_le_ofNat.mpr l)
  have ends : (Nat.cast k : K) = Nat.cast N ∨ (Nat.cast k : K) + 1 ≤ Nat.cast N :=
    (lt_or_eq_of_le kN).elim
      (fun l => .inr (by rw [← natCast_succ]; exact cast (Nat.lt_iff_succ_le.mp l)))
      fun e => .inl (congrArg Nat.cast e)
  have above {v : K} (hv : v ≤ (Nat.cast N + 1 / 4) * d) (hvk : v - d * Nat.cast k ≤ h * d) :
      v - s * Nat.cast k ≤ s * (h + Nat.cast N * r) :=
    sub_mul_le_of_rounded_scale hs hd hr h₁ h₂ (natCast_nonneg k) (natCast_nonneg N) ends hv hvk
  refine abs_le.mpr ⟨?_, above (le_trans (le_abs_self _) hw) (le_trans (le_abs_self _) hwk)⟩
  cases k with
  | zero =>
    have neg := above (v := -w) (le_trans (neg_le_abs _) hw) (by
      rw [natCast_zero, mul_zero, sub_zero] at hwk ⊢
      exact le_trans (neg_le_abs _) hwk)
    rw [natCast_zero, mul_zero, sub_zero] at neg ⊢
    exact neg_le.mp neg
  | succ k =>
    refine neg_le_sub_mul_of_rounded_scale hd (le_trans zero_lt_half.1 h₁) h₂ ?_ (cast kN)
      (abs_le.mp hwk).1
    rw [natCast_succ]
    exact le_add_of_nonneg_left (natCast_nonneg k)

/-- The codes were made with the scale `d`, and `s` was stored, which is `d` up to the share `r`. A
code is `N` at most, no weight is more than a quarter of a step beyond, and each is within `h` steps
of what its code stood for; then it is within `h + N r` steps of what the code stands for now (GGUF
Q8_0, whose scales are half-precision floats). -/
theorem abs_sub_level_le_of_rounded_scale {w s d r h : K} {N : Nat} {q : Int} (hs : 0 ≤ s)
    (hd : |d - s| ≤ r * s) (hr : r ≤ 1) (h₁ : 1 / 2 ≤ h) (h₂ : h ≤ 1) (hN : |q| ≤ Nat.cast N)
    (hw : |w| ≤ (Nat.cast N + 1 / 4) * d) (hq : |w - d * Int.cast q| ≤ h * d) :
    |w - s * Int.cast q| ≤ s * (h + Nat.cast N * r) := by
  cases q with
  | ofNat k =>
    exact abs_sub_mul_natCast_le hs hd hr h₁ h₂
      (Int.ofNat_le_ofNat.mp (le_trans (le_abs_self _) hN)) hw hq
  | negSucc k =>
    have flip (c : K) : |w - c * Int.cast (.negSucc k)| = |-w - c * Nat.cast (Nat.succ k)| := by
      show |w - c * -Nat.cast (Nat.succ k)| = _
      rw [← abs_neg]
      exact congrArg abs (by ring)
    rw [flip] at hq ⊢
    rw [← abs_neg] at hw
    exact abs_sub_mul_natCast_le (k := Nat.succ k) hs hd hr h₁ h₂
      (Int.ofNat_le_ofNat.mp (le_trans (neg_le_abs (Int.negSucc k)) hN)) hw hq

/-- `abs_sub_level_le_of_rounded_scale` for a scale of either sign (GGUF Q4_0 and Q5_0, whose scale
has the sign that makes the weight of greatest magnitude the lowest code). -/
theorem abs_sub_level_le_of_rounded_signed_scale {w s d r h : K} {N : Nat} {q : Int}
    (hd : |d - s| ≤ r * |s|) (hr : r ≤ 1) (h₁ : 1 / 2 ≤ h) (h₂ : h ≤ 1) (hN : |q| ≤ Nat.cast N)
    (hw : |w| ≤ (Nat.cast N + 1 / 4) * |d|) (hq : |w - d * Int.cast q| ≤ h * |d|) :
    |w - s * Int.cast q| ≤ |s| * (h + Nat.cast N * r) := by
  have r_le : r * |s| ≤ |s| := by
    have l := mul_le_mul_of_nonneg_right hr (abs_nonneg s)
    rw [one_mul] at l
    exact l
  have near := abs_le.mp (le_trans hd r_le)
  refine (le_total 0 s).elim (fun k => ?_) fun k => ?_
  · rw [abs_of_nonneg k] at hd near ⊢
    have hd₀ : 0 ≤ d := le_trans (ge_of_eq (neg_add_cancel s)) (le_sub_iff_add_le.mp near.1)
    rw [abs_of_nonneg hd₀] at hw hq
    exact abs_sub_level_le_of_rounded_scale k hd hr h₁ h₂ hN hw hq
  · rw [abs_of_nonpos k] at hd near ⊢
    have hd₀ : d ≤ 0 := le_trans (sub_le_iff_le_add.mp near.2) (le_of_eq (neg_add_cancel s))
    rw [abs_of_nonpos hd₀] at hw hq
    have flip (c : K) : |w - c * Int.cast q| = |-w - -c * Int.cast q| := by
      rw [← abs_neg]
      exact congrArg abs (by ring)
    rw [flip] at hq ⊢
    rw [← abs_neg] at hw
    refine abs_sub_level_le_of_rounded_scale (neg_nonneg.mpr k) ?_ hr h₁ h₂ hN hw hq
    rw [← abs_neg, neg_sub, sub_eq_add_neg, neg_neg, add_comm, ← sub_eq_add_neg]
    exact hd

/-- Scale and offset are rounded once the codes are made (GGUF Q8_0, Q4_0, Q4_1, Q5_0, Q5_1; the
affine mode of MLX): `d` and `m₀` became `s` and `m`. -/
theorem abs_sub_level_le_of_rounded {w s d m m₀ r ρ h : K} {N : Nat} {q : Int}
    (hd : |d - s| ≤ r * |s|) (hr : r ≤ 1) (h₁ : 1 / 2 ≤ h) (h₂ : h ≤ 1) (hN : |q| ≤ Nat.cast N)
    (hw : |w - m₀| ≤ (Nat.cast N + 1 / 4) * |d|) (hq : |(w - m₀) - d * Int.cast q| ≤ h * |d|)
    (hm : |m₀ - m| ≤ ρ * |m|) :
    |w - level s 0 m (Int.cast q)| ≤ |s| * (h + Nat.cast N * r) + ρ * |m| :=
  abs_sub_level_le_of_rounded_offset
    (abs_sub_level_le_of_rounded_signed_scale hd hr h₁ h₂ hN hw hq) hm

/-! ### Symmetric codes -/

/-- Where no weight is more than `N` steps, and less than half of one besides, as floats round the
scale, no code is more than `N`. -/
theorem abs_code_le_of_rounded {w s τ : K} {N : Nat} {q : Int} (hs : 0 < s) (hτ : τ < 1 / 2)
    (hw : |w| ≤ (Nat.cast N + τ) * s) (hq : |w / s - Int.cast q| ≤ 1 / 2) : |q| ≤ Nat.cast N := by
  have x : |w / s| ≤ Nat.cast N + τ := by
    rw [abs_div, abs_of_pos hs]
    exact (div_le_iff hs).mpr hw
  have within {v : K} {p : Int} (hv : v ≤ Nat.cast N + τ) (hp : Int.cast p - v ≤ 1 / 2) :
      p ≤ Nat.cast N := by
    refine le_of_cast_sub_le hτ ?_
    rw [show (Int.cast p : K) - Int.cast (Nat.cast N) = Int.cast p - v + (v - Nat.cast N) by
      rw [sub_add_sub_cancel]; rfl, add_comm τ]
    exact add_le_add hp (sub_le_iff_le_add'.mpr hv)
  refine abs_le.mpr ⟨neg_le.mp (within (v := -(w / s)) ?_ ?_), within (v := w / s) ?_ ?_⟩
  · exact le_trans (neg_le_abs _) x
  · rw [Int.cast_neg, sub_neg_eq_add, add_comm, ← sub_eq_add_neg]
    exact le_trans (le_abs_self _) hq
  · exact le_trans (le_abs_self _) x
  · rw [abs_sub_comm] at hq
    exact le_trans (le_abs_self _) hq

/-- Where no weight is more than `N` steps, no code is more than `N`: with `N = 127` the code −128
is not used (GGUF Q8_0; for weights, Jacob et al. 2018, Section 3.1). -/
theorem abs_code_le {w s : K} {N : Nat} {q : Int} (hs : 0 < s) (hw : |w| ≤ Nat.cast N * s)
    (hq : |w / s - Int.cast q| ≤ 1 / 2) : |q| ≤ Nat.cast N :=
  abs_code_le_of_rounded hs zero_lt_half (by rw [add_zero]; exact hw) hq

/-- Then moving codes into the range from `-N` to `N` moves none. -/
theorem clampCode_eq_of_rounded {w s τ : K} {N : Nat} {q : Int} (hs : 0 < s) (hτ : τ < 1 / 2)
    (hw : |w| ≤ (Nat.cast N + τ) * s) (hq : |w / s - Int.cast q| ≤ 1 / 2) :
    clampCode (-Nat.cast N) (Nat.cast N) q = q := by
  have k := abs_le.mp (abs_code_le_of_rounded hs hτ hw hq)
  show max (-Nat.cast N) (min (Nat.cast N) q) = q
  rw [min_eq_right k.2, max_eq_right k.1]

/-- The largest weight reaches the extreme code (GGUF Q8_0). -/
theorem code_eq_of_extreme {w s : K} {N : Nat} {q : Int} (hs : s ≠ 0) (hw : w = Nat.cast N * s)
    (hq : |w / s - Int.cast q| ≤ 1 / 2) : q = Nat.cast N := by
  rw [hw, mul_div_cancel_right _ hs] at hq
  have q' := hq
  rw [abs_sub_comm] at q'
  refine le_antisymm (le_of_cast_sub_le (K := K) zero_lt_half ?_)
    (le_of_cast_sub_le (K := K) zero_lt_half ?_)
  · rw [zero_add]; exact (abs_le.mp q').2
  · rw [zero_add]; exact (abs_le.mp hq).2

/-- Where the largest of the weights that share a scale is `N` steps, up to less than half of one,
as floats round the scale, some code is at an end: its level is `N` steps from 0 (GGUF Q8_0; for
weights, Jacob et al. 2018, Section 3.1). -/
theorem exists_abs_level_eq_of_rounded {n N : Nat} {s τ : K} {w : Fin n → K} {q : Fin n → Int}
    (hs : 0 < s) (hτ : τ < 1 / 2) (hw : ∀ i, |w i| ≤ (Nat.cast N + τ) * s)
    (ex : ∃ i, (Nat.cast N - τ) * s ≤ |w i|) (hq : ∀ i, |w i / s - Int.cast (q i)| ≤ 1 / 2) :
    ∃ i, |level s 0 0 (Int.cast (q i))| = Nat.cast N * s := by
  obtain ⟨i, hi⟩ := ex
  have x : Nat.cast N - τ ≤ |w i / s| := by
    rw [abs_div, abs_of_pos hs]
    exact (le_div_iff hs).mpr hi
  have least : Nat.cast N ≤ |q i| := by
    have far {v : K} {p : Int} (hv : Nat.cast N - τ ≤ v) (hp : v - Int.cast p ≤ 1 / 2) :
        Nat.cast N ≤ p := by
      refine le_of_cast_sub_le hτ ?_
      rw [← sub_add_sub_cancel (Int.cast (Nat.cast N)) v (Int.cast p)]
      exact add_le_add (sub_le_iff_le_add.mpr (sub_le_iff_le_add'.mp hv)) hp
    refine (le_total 0 (w i / s)).elim (fun k => ?_) fun k => ?_
    · rw [abs_of_nonneg k] at x
      exact le_trans (far x (le_trans (le_abs_self _) (hq i))) (le_abs_self _)
    · rw [abs_of_nonpos k] at x
      refine le_trans (far (p := -q i) x ?_) (neg_le_abs _)
      rw [Int.cast_neg, sub_neg_eq_add, add_comm, ← sub_eq_add_neg]
      exact le_trans (le_abs_self _) (abs_sub_comm (w i / s) _ ▸ hq i)
  have eq : |q i| = Nat.cast N :=
    le_antisymm (abs_code_le_of_rounded hs hτ (hw i) (hq i)) least
  have cast : |(Int.cast (q i) : K)| = Nat.cast N := (le_total 0 (q i)).elim
    (fun k => by
      rw [abs_of_nonneg k] at eq
      rw [eq]
      exact abs_of_nonneg (natCast_nonneg N))
    fun k => by
      rw [abs_of_nonpos k] at eq
      rw [← abs_neg, ← Int.cast_neg, eq]
      exact abs_of_nonneg (natCast_nonneg N)
  exact ⟨i, by rw [level_zero_zero, abs_mul, abs_of_pos hs, cast, mul_comm]⟩

/-! ### Levels that are floats -/

/-- What is between two levels is within half their distance of the nearer one. -/
theorem abs_sub_nearest_le {a b x f : K} (ha : a ≤ x) (hb : x ≤ b) (hfa : |x - f| ≤ |x - a|)
    (hfb : |x - f| ≤ |x - b|) : |x - f| ≤ (b - a) / 2 := by
  refine (le_div_iff zero_lt_two).mpr ?_
  rw [abs_of_nonneg (sub_nonneg.mpr ha)] at hfa
  rw [abs_of_nonpos (sub_nonpos.mpr hb), neg_sub] at hfb
  rw [mul_two, ← sub_add_sub_cancel b x a]
  exact add_le_add hfb hfa

/-- Where neighbours are at most `2 r |x|` apart, the nearer one to `x` is within `r |x|` of it:
r = 2⁻⁴ for FP8 e4m3 and r = 2⁻³ for e5m2, in the normal range (Micikevicius et al. 2022,
Section 3). -/
theorem abs_sub_float_le {a b x f r : K} (ha : a ≤ x) (hb : x ≤ b) (hfa : |x - f| ≤ |x - a|)
    (hfb : |x - f| ≤ |x - b|) (hr : b - a ≤ 2 * r * |x|) : |x - f| ≤ r * |x| :=
  le_trans (abs_sub_nearest_le ha hb hfa hfb) ((div_le_iff zero_lt_two).mpr (by
    rw [show r * |x| * 2 = 2 * r * |x| by ring]
    exact hr))

/-- A scale keeps the relative error (FP8 with a scale for each tensor or block). -/
theorem abs_sub_scaled_float_le {w s f r : K} (hs : s ≠ 0) (h : |w / s - f| ≤ r * |w / s|) :
    |w - s * f| ≤ r * |w| := by
  have e : s * (w / s) = w := by rw [mul_comm, div_mul_cancel w hs]
  have k := mul_le_mul_of_nonneg_left h (abs_nonneg s)
  rw [← abs_mul, mul_sub, e, mul_left_comm, ← abs_mul, e] at k
  exact k

/-! ### A grid that covers the data -/

/-- A grid that covers the data loses at most this; a clipped grid that loses more was chosen badly
(Jacob et al. 2018, Section 3.1, where the range of a grid is that of the weights). -/
theorem sum_sq_sub_nearestLevel_le {n N : Nat} {a Δ : K} (hΔ : 0 ≤ Δ) {x : Fin n → K}
    (ha : ∀ i, a ≤ x i) (hb : ∀ i, x i ≤ a + Nat.cast N * Δ) :
    ∑ i, (x i - nearestLevel a Δ N (x i)) ^ 2 ≤ Nat.cast n * (Δ / 2) ^ 2 := by
  refine sum_le_card_mul fun i => ?_
  have k := mul_self_le_mul_self (abs_nonneg _) (abs_sub_nearestLevel_le hΔ (ha i) N (hb i))
  rw [abs_mul_abs_self] at k
  rw [pow_two, pow_two]
  exact k

end LeanMining
