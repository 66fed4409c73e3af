/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Float.Rounding

/-!
# The standard model of floats

A float operation gives the exact result times `1 + δ`, with |δ| at most the unit roundoff, where
the result is in the normal range: here a theorem of the operations on bits. What a sum of products
is off by follows for any order of summation, over any ordered field.

## Main results

* `IsRounded.abs_sub_le`, `IsRounded.abs_sub_le_half`: the error in the normal range, and below
* `IsRounded.abs_sub_le_abs_sub`: no float is nearer
* `isRounded_round`, `isRounded_convert`, `isRounded_add` and the like: what is rounded
* `value_convert_eq`, `convert_convert`: a format that holds all floats of another
* `exists_value_add_eq` and the like: the standard model
* `Computed.abs_sub_le`, `abs_dot_sub_le`: sums and inner products

## References

* Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., Sections 2.2, 3.1 and 4.2
-/

set_option autoImplicit false

universe u

namespace LeanMining.Float

/-! ### Rationals -/

theorem natCast_pos {n : Nat} (h : 0 < n) : (0 : Rat) < Nat.cast n := by
  cases n with
  | zero => exact absurd h (lt_irrefl 0)
  | succ n => exact natCast_succ_pos n

theorem cast_abs (a : Int) : (Int.cast |a| : Rat) = |(Int.cast a : Rat)| := (le_total 0 a).elim
  (fun h => by rw [abs_of_nonneg h, abs_of_nonneg (Int.cast_nonneg h)])
  fun h => by
    have k : (Int.cast a : Rat) ≤ Int.cast 0 := Int.cast_le_cast.mpr h
    rw [abs_of_nonpos h, Int.cast_neg, abs_of_nonpos k]

theorem abs_div_of_pos {p : Rat} (x : Rat) (hp : 0 < p) : |x / p| = |x| / p := by
  rw [div_eq_mul_inv, abs_mul, abs_of_nonneg (inv_nonneg hp.1), ← div_eq_mul_inv]

theorem mul_div_mul_right {c : Rat} (a b : Rat) (h : c ≠ 0) : a * c / (b * c) = a / b := by
  rw [mul_comm a, mul_comm b]
  exact mul_div_mul_left a b h

theorem abs_signed (s : Bool) (x : Rat) : |signed s x| = |x| := by
  cases s with
  | true => exact abs_neg x
  | false => rfl

theorem signed_sub_signed (s : Bool) (x y : Rat) : signed s x - signed s y = signed s (x - y) := by
  cases s with
  | true => show -x - -y = -(x - y); ring
  | false => rfl

theorem abs_sub_le_abs_signed_sub {x y : Rat} (hx : 0 ≤ x) (hy : 0 ≤ y) (s t : Bool) :
    |x - y| ≤ |signed s x - signed t y| := by
  have h : |x - y| ≤ x + y := abs_le.mpr
    ⟨by rw [neg_add, sub_eq_add_neg]
        exact add_le_add_right (neg_le_self hx) (-y),
     by rw [sub_eq_add_neg]; exact add_le_add_left (neg_le_self hy) x⟩
  have sum : |x + y| = x + y := abs_of_nonneg (add_nonneg hx hy)
  cases s with
  | true => cases t with
    | true =>
      show _ ≤ |-x - -y|
      rw [show -x - -y = -(x - y) by ring, abs_neg]
      exact le_refl _
    | false =>
      show _ ≤ |-x - y|
      rw [show -x - y = -(x + y) by ring, abs_neg, sum]
      exact h
  | false => cases t with
    | true =>
      show _ ≤ |x - -y|
      rw [sub_neg_eq_add, sum]
      exact h
    | false => exact le_refl _

variable {f g : Format} {s : Bool} {k N D : Nat}

theorem unit_pos (f : Format) : (0 : Rat) < Nat.cast f.unit := natCast_pos (pow2_pos _)

/-! ### Bits and what they stand for -/

theorem infinity_lt_sign (f : Format) : f.infinity < f.sign := by
  have e : f.sign = (pow2 f.width - 1 + 1) * f.hidden := by
    rw [Nat.sub_add_cancel (Nat.lt_iff_succ_le.mp (pow2_pos f.width))]
    exact pow2_add f.width f.fraction
  rw [e]
  exact nat_mul_lt_mul_right (nat_lt_succ _) f.hidden_pos

/-- Bits with a sign stand for the float of the bits without, and the sign. -/
theorem decode_signBit_add {m : Nat} (h : m < f.infinity) :
    decode f (signBit f s + m) = .finite s (f.units m) := by
  have e : signBit f s + m = cond s 1 0 * f.sign + m := by
    cases s with
    | true => show f.sign + m = 1 * f.sign + m; rw [Nat.one_mul]
    | false => show 0 + m = 0 * f.sign + m; rw [Nat.zero_mul]
  have d := Nat.mod_div_of_digit (lt_trans h (infinity_lt_sign f)) (cond s 1 0)
  rw [e]
  show cond (Nat.ble ((cond s 1 0 * f.sign + m) % f.sign) f.infinity)
    (cond (Nat.beq ((cond s 1 0 * f.sign + m) % f.sign) f.infinity) (Datum.infinite _)
      (Datum.finite (Nat.beq ((cond s 1 0 * f.sign + m) / f.sign % 2) 1)
        (f.units ((cond s 1 0 * f.sign + m) % f.sign)))) Datum.nan = _
  rw [d.1, d.2, show Nat.ble m f.infinity = true from h.1]
  cases k : Nat.beq m f.infinity with
  | true => exact absurd (Nat.eq_of_beq_eq_true _ _ k) (ne_of_lt h)
  | false =>
    cases s with
    | true => rfl
    | false => rfl

/-- What rounding gives is a rational only if it is not infinity. -/
theorem nearest_lt_of_isFinite (h : HasValue f (encode f s k N D)) :
    nearest f k N D < f.infinity := by
  have le : nearest f k N D ≤ f.infinity := by
    rw [show nearest f k N D = min f.infinity _ from Conformance.force_eq _ _]
    exact min_le_left _ _
  refine (lt_or_eq_of_le le).elim id fun eq => ?_
  obtain ⟨t, u, h⟩ := h
  have e : encode f s k N D = cond s 1 0 * f.sign + f.infinity := by
    show signBit f s + nearest f k N D = _
    rw [eq]
    cases s with
    | true => show f.sign + _ = 1 * f.sign + _; rw [Nat.one_mul]
    | false => show 0 + _ = 0 * f.sign + _; rw [Nat.zero_mul]
  have d := Nat.mod_div_of_digit (infinity_lt_sign f) (cond s 1 0)
  have dec : decode f (encode f s k N D) = .infinite
      (Nat.beq ((cond s 1 0 * f.sign + f.infinity) / f.sign % 2) 1) := by
    rw [e]
    show cond (Nat.ble ((cond s 1 0 * f.sign + f.infinity) % f.sign) f.infinity)
      (cond (Nat.beq ((cond s 1 0 * f.sign + f.infinity) % f.sign) f.infinity) _
        (Datum.finite _ _)) Datum.nan = _
    rw [d.1, show Nat.ble f.infinity f.infinity = true from Nat.ble_refl _, Nat.beq_refl]
    rfl
  rw [dec] at h
  exact nomatch h

theorem isFinite_encode (h : nearest f k N D < f.infinity) : HasValue f (encode f s k N D) :=
  ⟨s, _, decode_signBit_add h⟩

/-- Bits that stand for a rational are a sign and the bits of a float. -/
theorem exists_of_isFinite {b : Nat} (h : HasValue f b) : ∃ t m, m < f.infinity ∧
    decode f b = .finite t (f.units m) := by
  obtain ⟨t, u, h⟩ := h
  have e : decode f b = cond (Nat.ble (b % f.sign) f.infinity)
    (cond (Nat.beq (b % f.sign) f.infinity)
      (.infinite (Nat.beq (b / f.sign % 2) 1))
      (.finite (Nat.beq (b / f.sign % 2) 1) (f.units (b % f.sign)))) .nan := rfl
  rw [h] at e
  cases k : Nat.ble (b % f.sign) f.infinity with
  | false => rw [k] at e; exact nomatch e
  | true => cases l : Nat.beq (b % f.sign) f.infinity with
    | true => rw [k, l] at e; exact nomatch e
    | false =>
      rw [k, l] at e
      refine ⟨_, b % f.sign, lt_of_le_of_ne k fun z => ?_, h.trans e⟩
      rw [z, Nat.beq_refl] at l
      exact nomatch l

/-- Bits below those of infinity, without the sign, stand for a rational. -/
theorem isFinite_of_mod_lt {b : Nat} (h : b % f.sign < f.infinity) : HasValue f b := by
  refine ⟨Nat.beq (b / f.sign % 2) 1, f.units (b % f.sign), ?_⟩
  show cond (Nat.ble (b % f.sign) f.infinity)
    (cond (Nat.beq (b % f.sign) f.infinity) _ _) Datum.nan = _
  rw [show Nat.ble (b % f.sign) f.infinity = true from h.1]
  cases k : Nat.beq (b % f.sign) f.infinity with
  | true => exact absurd (Nat.eq_of_beq_eq_true _ _ k) (ne_of_lt h)
  | false => rfl

theorem value_of_decode {b u : Nat} (h : decode f b = .finite s u) :
    value f b = signed s (Nat.cast u / Nat.cast f.unit) := by
  show (decode f b).value f = _
  rw [h]
  rfl

/-- The rational that `encode` rounds. -/
noncomputable def exact (f : Format) (negative : Bool) (N D : Nat) : Rat :=
  signed negative (Nat.cast N / (Nat.cast D * Nat.cast f.unit))

theorem value_encode (h : nearest f k N D < f.infinity) : value f (encode f s k N D) =
    signed s (Nat.cast (f.units (nearest f k N D)) / Nat.cast f.unit) :=
  value_of_decode (decode_signBit_add h)

/-- How far a float is from a rational, over the integers. -/
theorem abs_units_sub (hD : 0 < D) (u : Nat) :
    |(Nat.cast u / Nat.cast f.unit : Rat) - Nat.cast N / (Nat.cast D * Nat.cast f.unit)| =
      Int.cast |Int.ofNat N - Int.ofNat D * Int.ofNat u| / (Nat.cast D * Nat.cast f.unit) := by
  have dpos := natCast_pos hD
  have pos := mul_pos dpos (unit_pos f)
  have e : (Nat.cast u / Nat.cast f.unit : Rat) =
      Nat.cast D * Nat.cast u / (Nat.cast D * Nat.cast f.unit) :=
    (mul_div_mul_left _ _ (Ne.symm (ne_of_lt dpos))).symm
  rw [e, ← sub_div, abs_div_of_pos _ pos, cast_abs, Int.cast_sub, Int.cast_mul, abs_sub_comm]
  rfl

/-! ### Rounding -/

/-- The unit roundoff: 2 to minus the precision. -/
noncomputable def roundoff (f : Format) : Rat := 1 / Nat.cast (f.hidden * 2)

/-- The least positive normal number. -/
noncomputable def leastNormal (f : Format) : Rat := Nat.cast f.hidden / Nat.cast f.unit

/-- No float is nearer than the one that rounding gives (IEEE 754-2019, Section 4.3.1). -/
theorem abs_value_encode_sub_le_abs_sub (hD : 0 < D) (h : HasValue f (encode f s k N D)) {b : Nat}
    (hb : HasValue f b) :
    |value f (encode f s k N D) - exact f s N D| ≤ |value f b - exact f s N D| := by
  have finite := nearest_lt_of_isFinite h
  obtain ⟨_, _, _, best⟩ := abs_sub_units_spec hD finite
  obtain ⟨t, m, _, hb⟩ := exists_of_isFinite hb
  have nonneg (u : Nat) : (0 : Rat) ≤ Nat.cast u / Nat.cast f.unit :=
    div_nonneg (natCast_nonneg u) (unit_pos f).1
  have pos := mul_pos (natCast_pos hD) (unit_pos f)
  rw [value_encode finite, value_of_decode hb]
  show |_ - signed s _| ≤ _
  rw [signed_sub_signed, abs_signed]
  refine le_trans ?_ (abs_sub_le_abs_signed_sub (nonneg (f.units m))
    (div_nonneg (natCast_nonneg N) pos.1) t s)
  rw [abs_units_sub hD, abs_units_sub hD]
  exact div_le_div_of_nonneg_right (Int.cast_le_cast.mpr (best m)) pos.1

/-- Rounding in the normal range is off by a share of at most the unit roundoff (Higham, Theorem
2.2). -/
theorem abs_value_encode_sub_le (hD : 0 < D) (h : HasValue f (encode f s k N D))
    (normal : leastNormal f ≤ |exact f s N D|) :
    |value f (encode f s k N D) - exact f s N D| ≤ roundoff f * |exact f s N D| := by
  have finite := nearest_lt_of_isFinite h
  obtain ⟨i, half, low, _⟩ := abs_sub_units_spec hD finite
  have upos := unit_pos f
  have dpos := natCast_pos hD
  have pos := mul_pos dpos upos
  have abs_exact : |exact f s N D| = Nat.cast N / (Nat.cast D * Nat.cast f.unit) := by
    show |signed s _| = _
    rw [abs_signed, abs_of_nonneg (div_nonneg (natCast_nonneg N) pos.1)]
  have normal : D * f.hidden ≤ N := by
    rw [abs_exact] at normal
    have l := (div_le_div_iff upos pos).mp normal
    rw [← mul_assoc] at l
    have l := le_of_mul_le_mul_right l upos
    rw [← natCast_mul, Nat.mul_comm] at l
    exact Int.cast_le_cast.mp (show (Int.cast (Int.ofNat (D * f.hidden)) : Rat) ≤
      Int.cast (Int.ofNat N) from l)
  have low : D * pow2 i * f.hidden ≤ N := low.elim
    (fun z => by rw [z]; show D * 1 * f.hidden ≤ N; rw [Nat.mul_one]; exact normal) id
  have whole : Int.ofNat (f.hidden * 2) *
      |Int.ofNat N - Int.ofNat D * Int.ofNat (f.units (nearest f k N D))| ≤ Int.ofNat N := by
    refine le_trans (le_of_eq ?_) (le_trans (mul_le_mul_of_nonneg_left half
      (Int.ofNat_le_ofNat.mpr (Nat.zero_le f.hidden))) (?_ : f.hidden * (D * pow2 i) ≤ N))
    · show Int.ofNat f.hidden * 2 * _ = Int.ofNat f.hidden * (2 * _)
      rw [mul_assoc]
    · rw [Nat.mul_comm]
      exact low
  rw [abs_exact, value_encode finite]
  show |_ - signed s _| ≤ _
  rw [signed_sub_signed, abs_signed, abs_units_sub hD]
  show _ ≤ 1 / Nat.cast (f.hidden * 2) * _
  rw [← mul_div_assoc, div_mul_eq_mul_div, one_mul]
  refine div_le_div_of_nonneg_right ((le_div_iff (natCast_pos (nat_mul_pos f.hidden_pos
    (by decide)))).mpr ?_) pos.1
  have w := Int.cast_le_cast (R := Rat).mpr whole
  rw [Int.cast_mul, mul_comm] at w
  exact w

/-- Rounding below the normal range is off by half the least subnormal number at most (Higham,
Section 2.2). -/
theorem abs_value_encode_sub_le_half (hD : 0 < D) (h : HasValue f (encode f s k N D))
    (low : |exact f s N D| < leastNormal f) :
    |value f (encode f s k N D) - exact f s N D| ≤ 1 / Nat.cast f.unit / 2 := by
  have finite := nearest_lt_of_isFinite h
  obtain ⟨i, half, normal, _⟩ := abs_sub_units_spec hD finite
  have upos := unit_pos f
  have dpos := natCast_pos hD
  have pos := mul_pos dpos upos
  have k0 : i = 0 := normal.elim id fun l => by
    have abs_exact : |exact f s N D| = Nat.cast N / (Nat.cast D * Nat.cast f.unit) := by
      show |signed s _| = _
      rw [abs_signed, abs_of_nonneg (div_nonneg (natCast_nonneg N) pos.1)]
    rw [abs_exact] at low
    refine absurd ((div_le_div_iff upos pos).mpr ?_) low.2
    rw [← mul_assoc]
    refine mul_le_mul_of_nonneg_right ?_ upos.1
    rw [← natCast_mul]
    refine Int.cast_le_cast (R := Rat) (a := .ofNat _) (b := .ofNat N) |>.mpr (?_ : _ ≤ N)
    refine le_trans ?_ l
    rw [Nat.mul_comm f.hidden]
    refine Nat.mul_le_mul_right ?_ f.hidden
    have l := Nat.mul_le_mul_left D (Nat.lt_iff_succ_le.mp (pow2_pos i))
    rw [show Nat.succ 0 = 1 from rfl, Nat.mul_one] at l
    exact l
  rw [k0] at half
  rw [value_encode finite]
  show |_ - signed s _| ≤ _
  rw [signed_sub_signed, abs_signed, abs_units_sub hD, div_div, div_le_div_iff pos
    (mul_pos upos zero_lt_two), one_mul, mul_comm (Nat.cast f.unit : Rat) 2, ← mul_assoc]
  refine mul_le_mul_of_nonneg_right ?_ upos.1
  have w := Int.cast_le_cast (R := Rat).mpr half
  rw [Int.cast_mul, mul_comm] at w
  exact le_trans w (le_of_eq (congrArg Nat.cast (Nat.mul_one D)))

/-- An error that is a share of the exact result is a factor `1 + δ`. -/
theorem exists_eq_mul_one_add {v x u : Rat} (hx : x ≠ 0) (h : |v - x| ≤ u * |x|) :
    ∃ δ, |δ| ≤ u ∧ v = x * (1 + δ) := by
  have pos := abs_pos.mpr hx
  refine ⟨(v - x) / x, ?_, ?_⟩
  · refine le_of_mul_le_mul_right ?_ pos
    rw [← abs_mul, div_mul_cancel _ hx]
    exact h
  · rw [mul_add, mul_one, mul_comm x, div_mul_cancel _ hx, add_sub_cancel]

theorem leastNormal_pos (f : Format) : 0 < leastNormal f :=
  div_pos (natCast_pos f.hidden_pos) (unit_pos f)

/-- Of two numbers the nearer one to `x` is on its side of their mean. -/
theorem add_le_add_self_of_abs_sub_le {u v x : Rat} (huv : v < u) (h : |u - x| ≤ |v - x|) :
    u + v ≤ x + x := by
  refine (le_total (u + v) (x + x)).elim id fun l => ?_
  refine (lt_or_eq_of_le l).elim (fun l => ?_) fun e => le_of_eq e.symm
  refine absurd (lt_of_le_of_lt (le_trans (le_abs_self (u - x)) h) (abs_lt.mpr ⟨?_, ?_⟩))
    (fun k => k.2 (le_refl _))
  · refine sub_pos.mp ?_
    rw [show v - x - -(u - x) = u + v - (x + x) by ring]
    exact sub_pos.mpr l
  · refine sub_pos.mp ?_
    rw [show u - x - (v - x) = u - v by ring]
    exact sub_pos.mpr huv

/-! ### What is a rounding of what -/

/-- The bits are what rounding a rational to nearest gives, with a sign if it is 0. -/
def IsRounded (f : Format) (b : Nat) (x : Rat) : Prop :=
  ∃ s k N D, 0 < D ∧ b = encode f s k N D ∧ x = exact f s N D

namespace IsRounded

variable {b : Nat} {x : Rat}

/-- Rounding in the normal range is off by a share of at most the unit roundoff (Higham, Theorem
2.2). -/
theorem abs_sub_le (h : IsRounded f b x) (hb : HasValue f b) (normal : leastNormal f ≤ |x|) :
    |value f b - x| ≤ roundoff f * |x| := by
  obtain ⟨s, k, N, D, hD, rfl, rfl⟩ := h
  exact abs_value_encode_sub_le hD hb normal

/-- Rounding below the normal range is off by half the least subnormal number at most (Higham,
Section 2.2). -/
theorem abs_sub_le_half (h : IsRounded f b x) (hb : HasValue f b) (low : |x| < leastNormal f) :
    |value f b - x| ≤ 1 / Nat.cast f.unit / 2 := by
  obtain ⟨s, k, N, D, hD, rfl, rfl⟩ := h
  exact abs_value_encode_sub_le_half hD hb low

/-- No float is nearer (IEEE 754-2019, Section 4.3.1). -/
theorem abs_sub_le_abs_sub (h : IsRounded f b x) (hb : HasValue f b) {c : Nat}
    (hc : HasValue f c) : |value f b - x| ≤ |value f c - x| := by
  obtain ⟨s, k, N, D, hD, rfl, rfl⟩ := h
  exact abs_value_encode_sub_le_abs_sub hD hb hc

/-- The standard model: what is rounded in the normal range is the exact number times `1 + δ`
(Higham, Section 2.2). -/
theorem exists_eq (h : IsRounded f b x) (hb : HasValue f b) (normal : leastNormal f ≤ |x|) :
    ∃ δ, |δ| ≤ roundoff f ∧ value f b = x * (1 + δ) :=
  exists_eq_mul_one_add (abs_pos.mp (lt_of_lt_of_le (leastNormal_pos f) normal))
    (h.abs_sub_le hb normal)

/-- Rounding keeps the order. -/
theorem value_le_value {c : Nat} {y : Rat} (h : IsRounded f b x) (k : IsRounded f c y)
    (hb : HasValue f b) (hc : HasValue f c) (hxy : x < y) : value f b ≤ value f c := by
  refine (le_total (value f b) (value f c)).elim id fun l => ?_
  refine (lt_or_eq_of_le l).elim (fun l => ?_) fun e => le_of_eq e.symm
  have below := add_le_add_self_of_abs_sub_le l (h.abs_sub_le_abs_sub hb hc)
  have above : y + y ≤ value f b + value f c := by
    have m := add_le_add_self_of_abs_sub_le (u := -value f c) (v := -value f b) (x := -y)
      (neg_lt_neg l) (by
        rw [show -value f c - -y = -(value f c - y) by ring,
          show -value f b - -y = -(value f b - y) by ring, abs_neg, abs_neg]
        exact k.abs_sub_le_abs_sub hc hb)
    refine sub_nonneg.mp ?_
    rw [show value f b + value f c - (y + y) = -y + -y - (-value f c + -value f b) by ring]
    exact sub_nonneg.mpr m
  exact absurd (lt_of_lt_of_le (add_lt_add hxy hxy) (le_trans above below)) fun k => k.2 (le_refl _)

end IsRounded

/-- What `round` gives is the rational, rounded. -/
theorem isRounded_round (f : Format) (x : Rat) : IsRounded f (round f x) x := by
  refine ⟨decide (x < 0), 0, x.num.natAbs * f.unit, x.den, x.den_pos, rfl, ?_⟩
  have dpos := natCast_pos x.den_pos
  have e : x = Int.cast x.num / Nat.cast x.den := (Rat.IsFrac.self x).eq_div
  have cancel (n : Nat) : (Nat.cast (n * f.unit) / (Nat.cast x.den * Nat.cast f.unit) : Rat) =
      Nat.cast n / Nat.cast x.den := by
    rw [natCast_mul]
    exact mul_div_mul_right _ _ (Ne.symm (ne_of_lt (unit_pos f)))
  show x = signed _ _
  rw [cancel]
  revert e
  cases x.num with
  | ofNat n =>
    intro e
    have nonneg : 0 ≤ x := le_trans (div_nonneg (natCast_nonneg n) dpos.1) (ge_of_eq e)
    cases hs : decide (x < 0) with
    | true => exact absurd nonneg (of_decide_eq_true hs).2
    | false => exact e
  | negSucc n =>
    intro e
    have e : x = -(Nat.cast (Nat.succ n) / Nat.cast x.den) := e.trans (neg_div _ _)
    have neg : x < 0 := lt_of_le_of_lt (le_of_eq e)
      (neg_neg_iff_pos.mpr (div_pos (natCast_succ_pos n) dpos))
    rw [decide_eq_true neg]
    exact e

/-! ### Conversions -/

/-- What converting a float gives is its value, rounded. -/
theorem isRounded_convert {b : Nat} (h : HasValue f b) :
    IsRounded g (convert f g b) (value f b) := by
  obtain ⟨s, u, h⟩ := h
  refine ⟨s, convertExponent f g b, u * g.unit, f.unit, pow2_pos _, ?_, ?_⟩
  · show convertData f g (Conformance.force id (convertExponent f g b)) (decode f b) = _
    rw [Conformance.force_eq]
    rw [h]
    rfl
  · rw [value_of_decode h]
    refine congrArg (signed s) ?_
    rw [natCast_mul]
    exact (mul_div_mul_right _ _ (Ne.symm (ne_of_lt (unit_pos g)))).symm

theorem isFinite_signBit_add {m : Nat} (h : m < f.infinity) : HasValue f (signBit f s + m) :=
  ⟨s, _, decode_signBit_add h⟩

/-- Converting a float to a format that extends its own gives the float with the same sign, and
the same magnitude. -/
theorem Extends.convert_eq (h : Extends f g) {m : Nat} (hm : m < f.infinity) : ∃ d,
    d < g.infinity ∧ f.units m * g.unit = f.unit * g.units d ∧
      convert f g (signBit f s + m) = signBit g s + d := by
  obtain ⟨d, hd, e⟩ := h.exists_units_eq hm
  refine ⟨d, hd, e, ?_⟩
  show convertData f g _ (decode f (signBit f s + m)) = _
  rw [decode_signBit_add hm]
  exact congrArg (signBit g s + ·) (nearest_of_eq (pow2_pos _) hd e)

/-- Converting a float to a format that extends its own keeps its value (IEEE 754-2019, Section
5.4.2). -/
theorem value_convert_eq (h : Extends f g) {m : Nat} (hm : m < f.infinity) (s : Bool) :
    value g (convert f g (signBit f s + m)) = value f (signBit f s + m) := by
  obtain ⟨d, hd, e, c⟩ := h.convert_eq (s := s) hm
  rw [c, value_of_decode (decode_signBit_add hd), value_of_decode (decode_signBit_add hm)]
  refine congrArg (signed s) ((div_eq_div_iff (Ne.symm (ne_of_lt (unit_pos g)))
    (Ne.symm (ne_of_lt (unit_pos f)))).mpr ?_)
  rw [← natCast_mul, ← natCast_mul, e, Nat.mul_comm]

/-- Converting a float to a format that extends its own, and back, gives its bits again (IEEE
754-2019, Section 5.4.2). -/
theorem convert_convert (h : Extends f g) {m : Nat} (hm : m < f.infinity) (s : Bool) :
    convert g f (convert f g (signBit f s + m)) = signBit f s + m := by
  obtain ⟨d, hd, e, c⟩ := h.convert_eq (s := s) hm
  rw [c]
  show convertData g f _ (decode g (signBit g s + d)) = _
  rw [decode_signBit_add hd]
  refine congrArg (signBit f s + ·) (nearest_of_eq (pow2_pos _) hm ?_)
  show g.units d * f.unit = g.unit * f.units m
  rw [Nat.mul_comm, ← e, Nat.mul_comm]

/-! ### Sums, products and quotients -/

theorem exact_one (f : Format) (s : Bool) (N : Nat) :
    exact f s N 1 = signed s (Nat.cast N / Nat.cast f.unit) := by
  show signed s (_ / (1 * _)) = _
  rw [one_mul]

theorem signed_add (s : Bool) (x y : Rat) : signed s (x + y) = signed s x + signed s y := by
  cases s with
  | true => exact neg_add x y
  | false => rfl

theorem signed_not (s : Bool) (x : Rat) : signed (Bool.not s) x = -signed s x := by
  cases s with
  | true => exact (neg_neg x).symm
  | false => rfl

theorem signed_neg (s : Bool) (x : Rat) : signed s (-x) = -signed s x := by
  cases s with
  | true => rfl
  | false => rfl

theorem eq_of_differ {s t : Bool} (h : differ s t = false) : t = s := by
  cases s with
  | true => cases t with
    | true => rfl
    | false => exact nomatch h
  | false => cases t with
    | true => exact nomatch h
    | false => rfl

theorem eq_not_of_differ {s t : Bool} (h : differ s t = true) : t = Bool.not s := by
  cases s with
  | true => cases t with
    | true => exact nomatch h
    | false => rfl
  | false => cases t with
    | true => rfl
    | false => exact nomatch h

theorem natCast_sub {u v : Nat} (h : v ≤ u) : (Nat.cast (u - v) : Rat) = Nat.cast u - Nat.cast v :=
  eq_sub_iff_add_eq.mpr (by rw [← natCast_add, Nat.sub_add_cancel h])

theorem encode_zero (f : Format) : encode f false 0 0 1 = 0 := by
  have z : f.units 0 = 0 := by
    have k := f.units_of_digit f.hidden_pos 0
    rw [Nat.zero_mul] at k
    exact k
  have pos : 0 < f.infinity := by
    rw [f.infinity_eq]
    exact nat_mul_pos (lt_of_lt_of_le (by decide : 0 < 2) (Nat.le_add_left _ _)) f.hidden_pos
  show 0 + nearest f 0 0 1 = 0
  rw [Nat.zero_add]
  exact nearest_of_eq (by decide) pos (by rw [z])

theorem isRounded_addData (f : Format) (s t : Bool) (u v : Nat) :
    IsRounded f (addData f (.finite s u) (.finite t v))
      (signed s (Nat.cast u / Nat.cast f.unit) + signed t (Nat.cast v / Nat.cast f.unit)) := by
  show IsRounded f (cond (differ s t) (cond (Nat.beq u v) 0 (cond (Nat.ble v u)
    (encode f s 0 (u - v) 1) (encode f t 0 (v - u) 1))) (encode f s 0 (u + v) 1)) _
  cases h : differ s t with
  | false =>
    rw [eq_of_differ h]
    refine ⟨s, 0, u + v, 1, by decide, rfl, ?_⟩
    rw [exact_one, natCast_add, add_div, signed_add]
  | true =>
    rw [eq_not_of_differ h]
    have sub_eq (a b : Rat) : signed s a + signed (Bool.not s) b = signed s (a - b) := by
      rw [signed_not, ← signed_sub_signed, sub_eq_add_neg]
    cases k : Nat.beq u v with
    | true =>
      refine ⟨false, 0, 0, 1, by decide, (encode_zero f).symm, ?_⟩
      rw [Nat.eq_of_beq_eq_true u v k, sub_eq, sub_self, exact_one]
      show signed s 0 = 0 / Nat.cast f.unit
      rw [zero_div]
      cases s with
      | true => exact neg_zero
      | false => rfl
    | false =>
      cases l : Nat.ble v u with
      | true =>
        refine ⟨s, 0, u - v, 1, by decide, rfl, ?_⟩
        rw [exact_one, natCast_sub l, sub_div, sub_eq]
      | false =>
        have le : u ≤ v := le_of_not_le fun k => by
          rw [show Nat.ble v u = true from k] at l
          exact nomatch l
        refine ⟨Bool.not s, 0, v - u, 1, by decide, rfl, ?_⟩
        rw [exact_one, natCast_sub le, sub_div, sub_eq, signed_not, ← signed_neg, neg_sub]

variable {a b : Nat}

/-- What adding floats gives is the exact sum, rounded (IEEE 754-2019, Section 5.4.1). -/
theorem isRounded_add (ha : HasValue f a) (hb : HasValue f b) :
    IsRounded f (add f a b) (value f a + value f b) := by
  obtain ⟨s, u, ha⟩ := ha
  obtain ⟨t, v, hb⟩ := hb
  rw [value_of_decode ha, value_of_decode hb]
  show IsRounded f (addData f (decode f a) (decode f b)) _
  rw [ha, hb]
  exact isRounded_addData f s t u v

/-- What subtracting floats gives is the exact difference, rounded (IEEE 754-2019, Section
5.4.1). -/
theorem isRounded_sub (ha : HasValue f a) (hb : HasValue f b) :
    IsRounded f (sub f a b) (value f a - value f b) := by
  obtain ⟨s, u, ha⟩ := ha
  obtain ⟨t, v, hb⟩ := hb
  rw [value_of_decode ha, value_of_decode hb, sub_eq_add_neg, ← signed_not]
  show IsRounded f (addData f (decode f a) (decode f b).neg) _
  rw [ha, hb]
  exact isRounded_addData f s (Bool.not t) u v

theorem signed_mul_signed (s t : Bool) (x y : Rat) :
    signed s x * signed t y = signed (differ s t) (x * y) := by
  cases s with
  | true => cases t with
    | true => exact neg_mul_neg x y
    | false => exact neg_mul x y
  | false => cases t with
    | true => exact mul_neg x y
    | false => rfl

/-- What multiplying floats gives is the exact product, rounded (IEEE 754-2019, Section 5.4.1). -/
theorem isRounded_mul (ha : HasValue f a) (hb : HasValue f b) :
    IsRounded f (mul f a b) (value f a * value f b) := by
  obtain ⟨s, u, ha⟩ := ha
  obtain ⟨t, v, hb⟩ := hb
  rw [value_of_decode ha, value_of_decode hb]
  show IsRounded f (mulData f (decode f a) (decode f b)) _
  rw [ha, hb]
  refine ⟨differ s t, 0, u * v, f.unit, pow2_pos _, rfl, ?_⟩
  rw [signed_mul_signed, div_mul_div_comm, ← natCast_mul]
  rfl

theorem signed_inv (t : Bool) {y : Rat} (hy : y ≠ 0) : (signed t y)⁻¹ = signed t y⁻¹ := by
  cases t with
  | true => exact (eq_inv_of_mul_eq_one_right (by
      show -y * -y⁻¹ = 1
      rw [neg_mul_neg, mul_inv_cancel hy])).symm
  | false => rfl

/-- What dividing floats gives is the exact quotient, rounded, if the divisor is not 0 (IEEE
754-2019, Section 5.4.1). -/
theorem isRounded_div (ha : HasValue f a) (hb : HasValue f b) (h : value f b ≠ 0) :
    IsRounded f (div f a b) (value f a / value f b) := by
  obtain ⟨s, u, ha⟩ := ha
  obtain ⟨t, v, hb⟩ := hb
  rw [value_of_decode hb] at h
  rw [value_of_decode ha, value_of_decode hb]
  show IsRounded f (divData f (decode f a) (decode f b)) _
  rw [ha, hb]
  show IsRounded f (cond (Nat.beq v 0) _ (encode f (differ s t) 0 (u * f.unit) v)) _
  cases v with
  | zero =>
    refine absurd ?_ h
    show signed t (0 / Nat.cast f.unit) = 0
    rw [zero_div]
    cases t with
    | true => exact neg_zero
    | false => rfl
  | succ v =>
    have vpos : (0 : Rat) < Nat.cast (Nat.succ v) := natCast_succ_pos v
    have ne : (Nat.cast (Nat.succ v) / Nat.cast f.unit : Rat) ≠ 0 :=
      Ne.symm (ne_of_lt (div_pos vpos (unit_pos f)))
    refine ⟨differ s t, 0, u * f.unit, Nat.succ v, ⟨rfl, nofun⟩, rfl, ?_⟩
    rw [div_eq_mul_inv, signed_inv t ne, signed_mul_signed, ← div_eq_mul_inv]
    refine congrArg (signed (differ s t)) ?_
    rw [natCast_mul, mul_div_mul_right _ _ (Ne.symm (ne_of_lt (unit_pos f)))]
    refine (div_eq_iff ne).mpr ?_
    rw [div_mul_div_comm, mul_comm (Nat.cast u : Rat),
      mul_div_mul_left _ _ (Ne.symm (ne_of_lt vpos))]

/-! ### The standard model -/

/-- A float sum in the normal range is the exact one times `1 + δ` (Higham, Section 2.2). -/
theorem exists_value_add_eq (ha : HasValue f a) (hb : HasValue f b) (h : HasValue f (add f a b))
    (normal : leastNormal f ≤ |value f a + value f b|) :
    ∃ δ, |δ| ≤ roundoff f ∧ value f (add f a b) = (value f a + value f b) * (1 + δ) :=
  (isRounded_add ha hb).exists_eq h normal

/-- A float difference in the normal range is the exact one times `1 + δ` (Higham, Section 2.2). -/
theorem exists_value_sub_eq (ha : HasValue f a) (hb : HasValue f b) (h : HasValue f (sub f a b))
    (normal : leastNormal f ≤ |value f a - value f b|) :
    ∃ δ, |δ| ≤ roundoff f ∧ value f (sub f a b) = (value f a - value f b) * (1 + δ) :=
  (isRounded_sub ha hb).exists_eq h normal

/-- A float product in the normal range is the exact one times `1 + δ` (Higham, Section 2.2). -/
theorem exists_value_mul_eq (ha : HasValue f a) (hb : HasValue f b) (h : HasValue f (mul f a b))
    (normal : leastNormal f ≤ |value f a * value f b|) :
    ∃ δ, |δ| ≤ roundoff f ∧ value f (mul f a b) = value f a * value f b * (1 + δ) :=
  (isRounded_mul ha hb).exists_eq h normal

/-- A float quotient in the normal range is the exact one times `1 + δ` (Higham, Section 2.2). -/
theorem exists_value_div_eq (ha : HasValue f a) (hb : HasValue f b) (h : HasValue f (div f a b))
    (normal : leastNormal f ≤ |value f a / value f b|) :
    ∃ δ, |δ| ≤ roundoff f ∧ value f (div f a b) = value f a / value f b * (1 + δ) :=
  (isRounded_div ha hb fun z => (lt_of_lt_of_le (leastNormal_pos f) normal).2 (by
    rw [z, div_zero, abs_zero]
    exact le_refl 0)).exists_eq h normal

/-! ### Sums of products -/

section Field

variable {K : Type u} [LinearOrderedField K]

/-- `Computed ε n x' x m`: `x'` is computed for the sum `x` of terms whose magnitudes add up to `m`,
in some order, and each term goes through `n` roundings at most, each of them a factor `1 + δ` with
`|δ| ≤ ε` (Higham, Sections 3.1 and 4.2). -/
inductive Computed (ε : K) : Nat → K → K → K → Prop where
  /-- A term as it is. -/
  | term (x : K) : Computed ε 0 x x |x|
  /-- A number that was rounded: a product, or a conversion. -/
  | rounded {n : Nat} {x' x m δ : K} (h : Computed ε n x' x m) (hδ : |δ| ≤ ε) :
    Computed ε (Nat.succ n) (x' * (1 + δ)) x m
  /-- The exact sum of two that were computed; `rounded` rounds it. -/
  | add {n : Nat} {x' x l y' y m : K} (hx : Computed ε n x' x l) (hy : Computed ε n y' y m) :
    Computed ε n (x' + y') (x + y) (l + m)
  /-- Fewer roundings are no more. -/
  | succ {n : Nat} {x' x m : K} (h : Computed ε n x' x m) : Computed ε (Nat.succ n) x' x m

/-- γₙ = n ε / (1 − n ε) (Higham, Section 3.1). -/
def gamma (ε : K) (n : Nat) : K := Nat.cast n * ε / (1 - Nat.cast n * ε)

namespace Computed

variable {ε x' x m : K} {n : Nat}

theorem abs_le_magnitude (h : Computed ε n x' x m) : |x| ≤ m := by
  induction h with
  | term x => exact le_refl _
  | rounded _ _ ih => exact ih
  | add _ _ hx hy => exact le_trans (abs_add_le _ _) (add_le_add hx hy)
  | succ _ ih => exact ih

/-- The error, with a power in the place of γₙ. -/
theorem abs_sub_le_pow (hε : 0 ≤ ε) (h : Computed ε n x' x m) :
    |x' - x| ≤ ((1 + ε) ^ n - 1) * m := by
  induction h with
  | term x =>
    rw [sub_self, abs_zero, pow_zero, sub_self, zero_mul]
    exact le_refl 0
  | @rounded n x' x m δ h hδ ih =>
    have one : 0 ≤ 1 + ε := add_nonneg zero_le_one hε
    have m0 : 0 ≤ m := le_trans (abs_nonneg x) h.abs_le_magnitude
    have f0 : |1 + δ| ≤ 1 + ε := le_trans (abs_add_le _ _)
      (add_le_add (le_of_eq abs_one) hδ)
    have apart (p : K) : (p * (1 + ε) - 1) * m = (p - 1) * m * (1 + ε) + m * ε := by ring
    rw [show x' * (1 + δ) - x = (x' - x) * (1 + δ) + x * δ by ring, pow_succ, apart]
    refine le_trans (abs_add_le _ _) (add_le_add ?_ ?_)
    · rw [abs_mul]
      exact mul_le_mul ih f0 (abs_nonneg _) (le_trans (abs_nonneg _) ih)
    · rw [abs_mul]
      exact mul_le_mul h.abs_le_magnitude hδ (abs_nonneg _) m0
  | @add n x' x l y' y m hx hy ihx ihy =>
    rw [show x' + y' - (x + y) = x' - x + (y' - y) by ring, mul_add]
    exact le_trans (abs_add_le _ _) (add_le_add ihx ihy)
  | @succ n x' x m h ih =>
    refine le_trans ih (mul_le_mul_of_nonneg_right (sub_le_sub ?_ (le_refl 1))
      (le_trans (abs_nonneg x) h.abs_le_magnitude))
    rw [pow_succ, mul_add, mul_one]
    exact le_add_of_nonneg_right (mul_nonneg (pow_nonneg (add_nonneg zero_le_one hε) n) hε)

/-- (1 + ε)ⁿ (1 − n ε) is 1 at most. -/
theorem pow_mul_le_one (hε : 0 ≤ ε) : (n : Nat) → (1 + ε) ^ n * (1 - Nat.cast n * ε) ≤ 1
  | .zero => by
    rw [pow_zero, natCast_zero, zero_mul, sub_zero, mul_one]
    exact le_refl 1
  | .succ n => by
    refine le_trans ?_ (pow_mul_le_one hε n)
    have p := pow_nonneg (add_nonneg zero_le_one hε : 0 ≤ 1 + ε) n
    rw [pow_succ, mul_assoc]
    refine mul_le_mul_of_nonneg_left (sub_nonneg.mp ?_) p
    rw [natCast_succ, show 1 - Nat.cast n * ε - (1 + ε) * (1 - (Nat.cast n + 1) * ε) =
      (Nat.cast n + 1) * (ε * ε) by ring]
    exact mul_nonneg (add_nonneg (natCast_nonneg n) zero_le_one) (mul_nonneg hε hε)

/-- A sum, and so an inner product of which the products are rounded, is off by γₙ times the sum of
the magnitudes of its terms at most, in any order of summation (Higham, Section 3.1, (3.5), and
Problem 3.3 of any order). -/
theorem abs_sub_le (hε : 0 ≤ ε) (hn : Nat.cast n * ε < 1) (h : Computed ε n x' x m) :
    |x' - x| ≤ gamma ε n * m := by
  have pos : 0 < 1 - Nat.cast n * ε := sub_pos.mpr hn
  refine le_trans (h.abs_sub_le_pow hε) (mul_le_mul_of_nonneg_right ?_
    (le_trans (abs_nonneg x) h.abs_le_magnitude))
  refine (le_div_iff pos).mpr ?_
  rw [sub_mul, one_mul]
  refine sub_le_iff_le_add.mpr (le_trans (pow_mul_le_one hε n) (le_of_eq ?_))
  ring

end Computed

/-- Sums from the left: the terms up to `n`. -/
def partialSum (t : Nat → K) : Nat → K
  | .zero => t 0
  | .succ n => partialSum t n + t (Nat.succ n)

/-- An inner product from the left: each product is rounded, and each sum. -/
theorem computed_dot {ε : K} {x y p s : Nat → K}
    (hp : ∀ i, ∃ δ, |δ| ≤ ε ∧ p i = x i * y i * (1 + δ)) (h₀ : s 0 = p 0)
    (hs : ∀ i, ∃ δ, |δ| ≤ ε ∧ s (Nat.succ i) = (s i + p (Nat.succ i)) * (1 + δ)) :
    (n : Nat) → Computed ε (Nat.succ n) (s n) (partialSum (fun i => x i * y i) n)
      (partialSum (fun i => |x i * y i|) n)
  | .zero => by
    obtain ⟨δ, hδ, e⟩ := hp 0
    rw [h₀, e]
    exact (Computed.term _).rounded hδ
  | .succ n => by
    obtain ⟨δ, hδ, e⟩ := hs n
    obtain ⟨η, hη, k⟩ := hp (Nat.succ n)
    have one : (j : Nat) → Computed ε (Nat.succ j) (p (Nat.succ n))
        (x (Nat.succ n) * y (Nat.succ n)) |x (Nat.succ n) * y (Nat.succ n)| := fun j => by
      induction j with
      | zero => rw [k]; exact (Computed.term _).rounded hη
      | succ j ih => exact ih.succ
    rw [e]
    exact ((computed_dot hp h₀ hs n).add (one n)).rounded hδ

/-- An inner product of n entries, summed from the left, is off by γₙ times the sum of the
magnitudes at most (Higham, Section 3.1, (3.3)–(3.5)). -/
theorem abs_dot_sub_le {ε : K} {x y p s : Nat → K} (hε : 0 ≤ ε)
    (hp : ∀ i, ∃ δ, |δ| ≤ ε ∧ p i = x i * y i * (1 + δ)) (h₀ : s 0 = p 0)
    (hs : ∀ i, ∃ δ, |δ| ≤ ε ∧ s (Nat.succ i) = (s i + p (Nat.succ i)) * (1 + δ)) (n : Nat)
    (hn : Nat.cast (Nat.succ n) * ε < 1) :
    |s n - partialSum (fun i => x i * y i) n| ≤
      gamma ε (Nat.succ n) * partialSum (fun i => |x i * y i|) n :=
  (computed_dot hp h₀ hs n).abs_sub_le hε hn

end Field

end LeanMining.Float
