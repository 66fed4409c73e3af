/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Field
import LeanMining.Algebra.Gcd

/-!
# Rational numbers

`Rat` is the type of fractions in lowest terms, so that equal rationals are equal terms: no quotient
is needed, hence no axiom. That a fraction is in lowest terms is said by Bézout's identity. Each law
is proved from `Rat.IsFrac`: `a.IsFrac n d` says that the rational `a` is `n / d`, in lowest terms
or not.

## Main definitions

* `Rat`, with `LinearOrderedField Rat`
* `Rat.normalize n d`: the rational `n / d`

## Main results

* `Rat.IsFrac.eq_div`, `Rat.normalize_eq_div`: they are quotients in the field
-/

set_option autoImplicit false

/-- A rational number, as a fraction in lowest terms. -/
structure Rat where
  /-- The numerator. -/
  num : Int
  /-- The denominator. -/
  den : Nat
  den_pos : 0 < den
  reduced : ∃ x y : Int, x * num + y * Int.ofNat den = 1

namespace Rat

/-! ### Fractions -/

/-- The rational is `n / d`, and `d` is positive. -/
structure IsFrac (a : Rat) (n d : Int) : Prop where
  pos : 0 < d
  cross : a.num * d = n * Int.ofNat a.den

namespace IsFrac

theorem self (a : Rat) : a.IsFrac a.num (Int.ofNat a.den) := ⟨a.den_pos, rfl⟩

variable {a b : Rat} {n n' d d' : Int}

theorem congr (h : a.IsFrac n d) (hd : 0 < d') (e : n * d' = n' * d) : a.IsFrac n' d' := by
  refine ⟨hd, mul_right_cancel (Ne.symm (ne_of_lt h.pos)) ?_⟩
  calc a.num * d' * d = a.num * d * d' := by ring
    _ = n * Int.ofNat a.den * d' := by rw [h.cross]
    _ = n * d' * Int.ofNat a.den := by ring
    _ = n' * d * Int.ofNat a.den := by rw [e]
    _ = n' * Int.ofNat a.den * d := by ring

/-- The denominator in lowest terms is the least. -/
theorem den_le {d : Nat} (h : a.IsFrac n (Int.ofNat d)) : a.den ≤ d := by
  obtain ⟨x, y, e⟩ := a.reduced
  have k : Int.ofNat d = Int.ofNat a.den * (x * n + y * Int.ofNat d) := by
    calc Int.ofNat d = (x * a.num + y * Int.ofNat a.den) * Int.ofNat d := by rw [e, one_mul]
      _ = x * (a.num * Int.ofNat d) + y * Int.ofNat a.den * Int.ofNat d := by ring
      _ = x * (n * Int.ofNat a.den) + y * Int.ofNat a.den * Int.ofNat d := by rw [h.cross]
      _ = Int.ofNat a.den * (x * n + y * Int.ofNat d) := by ring
  have den_pos : (0 : Int) < Int.ofNat a.den := a.den_pos
  have z : 0 < x * n + y * Int.ofNat d := (le_or_lt (x * n + y * Int.ofNat d) 0).elim
    (fun l => absurd (le_trans (le_of_eq k) (mul_nonpos_of_nonneg_of_nonpos den_pos.1 l)) h.pos.2)
      id
  have one_le : 1 ≤ x * n + y * Int.ofNat d := Int.lt_iff_add_one_le.mp z
  have l := mul_le_mul_of_nonneg_left one_le den_pos.1
  rw [mul_one, ← k] at l
  exact l

theorem ext (ha : a.IsFrac n d) (hb : b.IsFrac n' d') (e : n * d' = n' * d) : a = b := by
  have hab : a.IsFrac b.num (Int.ofNat b.den) := by
    refine ha.congr b.den_pos (mul_right_cancel (Ne.symm (ne_of_lt hb.pos)) ?_)
    calc n * Int.ofNat b.den * d' = n * d' * Int.ofNat b.den := by ring
      _ = n' * d * Int.ofNat b.den := by rw [e]
      _ = n' * Int.ofNat b.den * d := by ring
      _ = b.num * d' * d := by rw [hb.cross]
      _ = b.num * d * d' := by ring
  have den : a.den = b.den :=
    le_antisymm hab.den_le (den_le (a := b) (n := a.num) ⟨a.den_pos, hab.cross.symm⟩)
  have num : a.num = b.num := by
    have c := hab.cross
    rw [← den] at c
    exact mul_right_cancel (Ne.symm (ne_of_lt (show (0 : Int) < Int.ofNat a.den from a.den_pos))) c
  cases a
  cases b
  cases num
  cases den
  rfl

end IsFrac

/-! ### Lowest terms -/

/-- `n / g` for `g` that divides `n`. -/
def divNat : Int → Nat → Int
  | .ofNat n, g => .ofNat (n / g)
  | .negSucc n, g => -.ofNat (Nat.succ n / g)

theorem divNat_mul_cancel {g k : Nat} (hg : 0 < g) :
    {n : Int} → n.natAbs = g * k → divNat n g * Int.ofNat g = n
  | .ofNat n, h => by
    show Int.ofNat (n / g * g) = Int.ofNat n
    rw [show n = g * k from h, Nat.mul_div_cancel_left k hg, Nat.mul_comm]
  | .negSucc n, h => by
    show -Int.ofNat (Nat.succ n / g) * Int.ofNat g = -Int.ofNat (Nat.succ n)
    rw [neg_mul]
    show -Int.ofNat (Nat.succ n / g * g) = -Int.ofNat (Nat.succ n)
    rw [show Nat.succ n = g * k from h, Nat.mul_div_cancel_left k hg, Nat.mul_comm]

theorem exists_natAbs_eq_mul : (n : Int) → ∃ s : Int, Int.ofNat n.natAbs = s * n
  | .ofNat n => ⟨1, (one_mul (Int.ofNat n)).symm⟩
  | .negSucc n => ⟨-1, (neg_one_mul (Int.negSucc n)).symm⟩

/-- What dividing both sides by their greatest common divisor gives. -/
theorem normalize_spec (n : Int) {d : Nat} (hd : 0 < d) : 0 < d / Nat.gcd n.natAbs d ∧
    (divNat n (Nat.gcd n.natAbs d) * Int.ofNat d = n * Int.ofNat (d / Nat.gcd n.natAbs d)) ∧
    ∃ x y : Int, x * divNat n (Nat.gcd n.natAbs d) + y * Int.ofNat (d / Nat.gcd n.natAbs d) = 1 :=
      by
  obtain ⟨⟨k, hk⟩, ⟨l, hl⟩, x, y, e⟩ := Nat.isGcd_gcd n.natAbs d
  revert hk hl e
  generalize Nat.gcd n.natAbs d = g
  intro hk hl e
  obtain ⟨s, hs⟩ := exists_natAbs_eq_mul n
  have hg : 0 < g := by
    cases g with
    | zero => rw [Nat.zero_mul] at hl; exact absurd (le_of_eq hl) hd.2
    | succ g => exact Nat.lt_iff_succ_le.mpr (Nat.zero_le g)
  have hl' : 0 < l := by
    cases l with
    | zero => exact absurd (le_of_eq hl) hd.2
    | succ l => exact Nat.lt_iff_succ_le.mpr (Nat.zero_le l)
  have hn := divNat_mul_cancel hg hk
  have hdg : d / g = l := by rw [hl, Nat.mul_div_cancel_left l hg]
  have hd' : Int.ofNat d = Int.ofNat g * Int.ofNat l := congrArg Int.ofNat hl
  rw [hdg]
  revert hn
  generalize divNat n g = m
  intro hn
  refine ⟨hl', ?_, x * s, y,
    mul_left_cancel (Ne.symm (ne_of_lt (show (0 : Int) < Int.ofNat g from hg))) ?_⟩
  · rw [hd', ← hn]; ring
  · calc Int.ofNat g * (x * s * m + y * Int.ofNat l) =
        x * (s * (m * Int.ofNat g)) + y * (Int.ofNat g * Int.ofNat l) := by ring
      _ = Int.ofNat g := by rw [hn, ← hs, ← hd', e]
      _ = Int.ofNat g * 1 := by ring

/-- The rational `n / d`. -/
def normalize (n : Int) (d : Nat) (hd : 0 < d) : Rat where
  num := divNat n (Nat.gcd n.natAbs d)
  den := d / Nat.gcd n.natAbs d
  den_pos := (normalize_spec n hd).1
  reduced := (normalize_spec n hd).2.2

theorem isFrac_normalize (n : Int) {d : Nat} (hd : 0 < d) :
    (normalize n d hd).IsFrac n (Int.ofNat d) :=
  ⟨hd, (normalize_spec n hd).2.1⟩

/-! ### Operations -/

theorem mul_den_pos (a b : Rat) : 0 < a.den * b.den :=
  mul_pos (R := Int) (a := .ofNat a.den) (b := .ofNat b.den) a.den_pos b.den_pos

@[reducible] instance instNatCast : NatCast Rat :=
  ⟨fun n => ⟨.ofNat n, 1, by decide, 0, 1, by rw [zero_mul, zero_add, one_mul]; rfl⟩⟩

@[reducible] instance instAdd : Add Rat :=
  ⟨fun a b => normalize (a.num * .ofNat b.den + b.num * .ofNat a.den) (a.den * b.den)
    (mul_den_pos a b)⟩

@[reducible] instance instMul : Mul Rat :=
  ⟨fun a b => normalize (a.num * b.num) (a.den * b.den) (mul_den_pos a b)⟩

@[reducible] instance instNeg : Neg Rat := ⟨fun a => ⟨-a.num, a.den, a.den_pos, match a.reduced with
  | ⟨x, y, e⟩ => ⟨-x, y, by rw [neg_mul_neg]; exact e⟩⟩⟩

@[reducible] instance instSub : Sub Rat := ⟨fun a b => a + -b⟩

theorem succ_pos (n : Nat) : 0 < Nat.succ n := Nat.lt_iff_succ_le.mpr (Nat.zero_le n)

@[reducible] instance instInv : Inv Rat := ⟨fun a => match a.num with
  | .ofNat .zero => 0
  | .ofNat (.succ n) => normalize (.ofNat a.den) (.succ n) (succ_pos n)
  | .negSucc n => normalize (-.ofNat a.den) (.succ n) (succ_pos n)⟩

@[reducible] instance instDiv : Div Rat := ⟨fun a b => a * b⁻¹⟩

@[reducible] instance instLE : LE Rat := ⟨fun a b => a.num * .ofNat b.den ≤ b.num * .ofNat a.den⟩

namespace IsFrac

variable {a b : Rat} {n n' d d' : Int}

theorem natCast (n : Nat) : (Nat.cast n : Rat).IsFrac (Int.ofNat n) 1 := ⟨by decide, rfl⟩

theorem zero : (0 : Rat).IsFrac 0 1 := natCast 0

theorem one : (1 : Rat).IsFrac 1 1 := natCast 1

theorem add (ha : a.IsFrac n d) (hb : b.IsFrac n' d') :
    (a + b).IsFrac (n * d' + n' * d) (d * d') := by
  refine (isFrac_normalize _ (mul_den_pos a b)).congr (mul_pos ha.pos hb.pos) ?_
  show _ = _ * (Int.ofNat a.den * Int.ofNat b.den)
  calc (a.num * Int.ofNat b.den + b.num * Int.ofNat a.den) * (d * d') =
      a.num * d * (Int.ofNat b.den * d') + b.num * d' * (Int.ofNat a.den * d) := by ring
    _ = n * Int.ofNat a.den * (Int.ofNat b.den * d') + n' * Int.ofNat b.den *
      (Int.ofNat a.den * d) := by
      rw [ha.cross, hb.cross]
    _ = (n * d' + n' * d) * (Int.ofNat a.den * Int.ofNat b.den) := by ring

theorem mul (ha : a.IsFrac n d) (hb : b.IsFrac n' d') : (a * b).IsFrac (n * n') (d * d') := by
  refine (isFrac_normalize _ (mul_den_pos a b)).congr (mul_pos ha.pos hb.pos) ?_
  show _ = _ * (Int.ofNat a.den * Int.ofNat b.den)
  calc a.num * b.num * (d * d') = a.num * d * (b.num * d') := by ring
    _ = n * Int.ofNat a.den * (n' * Int.ofNat b.den) := by rw [ha.cross, hb.cross]
    _ = n * n' * (Int.ofNat a.den * Int.ofNat b.den) := by ring

theorem neg (ha : a.IsFrac n d) : (-a).IsFrac (-n) d := ⟨ha.pos, by
  show -a.num * d = -n * Int.ofNat a.den; rw [neg_mul, neg_mul, ha.cross]⟩

theorem le_iff (ha : a.IsFrac n d) (hb : b.IsFrac n' d') : a ≤ b ↔ n * d' ≤ n' * d := by
  have l : a.num * Int.ofNat b.den * (d * d') = n * d' * (Int.ofNat a.den * Int.ofNat b.den) := by
    calc a.num * Int.ofNat b.den * (d * d') = a.num * d * (Int.ofNat b.den * d') := by ring
      _ = n * Int.ofNat a.den * (Int.ofNat b.den * d') := by rw [ha.cross]
      _ = n * d' * (Int.ofNat a.den * Int.ofNat b.den) := by ring
  have r : b.num * Int.ofNat a.den * (d * d') = n' * d * (Int.ofNat a.den * Int.ofNat b.den) := by
    calc b.num * Int.ofNat a.den * (d * d') = b.num * d' * (Int.ofNat a.den * d) := by ring
      _ = n' * Int.ofNat b.den * (Int.ofNat a.den * d) := by rw [hb.cross]
      _ = n' * d * (Int.ofNat a.den * Int.ofNat b.den) := by ring
  refine (mul_le_mul_iff_right (mul_pos ha.pos hb.pos)).symm.trans ?_
  rw [l, r]
  exact mul_le_mul_iff_right (mul_den_pos a b)

theorem lt_iff (ha : a.IsFrac n d) (hb : b.IsFrac n' d') : a < b ↔ n * d' < n' * d :=
  ⟨fun h => ⟨(ha.le_iff hb).mp h.1, fun k => h.2 ((hb.le_iff ha).mpr k)⟩,
   fun h => ⟨(ha.le_iff hb).mpr h.1, fun k => h.2 ((hb.le_iff ha).mp k)⟩⟩

theorem pos_iff (ha : a.IsFrac n d) : 0 < a ↔ 0 < n := by
  have h := zero.lt_iff ha
  rw [zero_mul, mul_one] at h
  exact h

end IsFrac

/-! ### The ordered field -/

@[reducible] instance instLinearOrder : LinearOrder Rat where
  le_refl a := le_refl (a.num * Int.ofNat a.den)
  le_trans {a b c} h k := by
    refine le_of_mul_le_mul_right (c := Int.ofNat b.den) ?_ b.den_pos
    calc a.num * Int.ofNat c.den * Int.ofNat b.den =
        a.num * Int.ofNat b.den * Int.ofNat c.den := by ring
      _ ≤ b.num * Int.ofNat a.den * Int.ofNat c.den :=
        mul_le_mul_of_nonneg_right h (Nat.zero_le c.den)
      _ = b.num * Int.ofNat c.den * Int.ofNat a.den := by ring
      _ ≤ c.num * Int.ofNat b.den * Int.ofNat a.den :=
        mul_le_mul_of_nonneg_right k (Nat.zero_le a.den)
      _ = c.num * Int.ofNat a.den * Int.ofNat b.den := by ring
  le_antisymm {a b} h k := (IsFrac.self a).ext (IsFrac.self b) (le_antisymm h k)
  le_total a b := le_total (a.num * Int.ofNat b.den) (b.num * Int.ofNat a.den)
  decLe a b := LinearOrder.decLe (a.num * Int.ofNat b.den) (b.num * Int.ofNat a.den)

@[reducible] instance instDecidableEq : DecidableEq Rat := LinearOrder.decEq

open IsFrac in
@[reducible] instance instCommRing : CommRing Rat where
  add_assoc a b c :=
    (((self a).add (self b)).add (self c)).ext ((self a).add ((self b).add (self c))) (by ring)
  add_comm a b := ((self a).add (self b)).ext ((self b).add (self a)) (by ring)
  add_zero a := ((self a).add zero).ext (self a) (by ring)
  add_neg_cancel a := ((self a).add (self a).neg).ext zero (by ring)
  sub_eq_add_neg _ _ := rfl
  mul_assoc a b c :=
    (((self a).mul (self b)).mul (self c)).ext ((self a).mul ((self b).mul (self c))) (by ring)
  mul_comm a b := ((self a).mul (self b)).ext ((self b).mul (self a)) (by ring)
  mul_one a := ((self a).mul one).ext (self a) (by ring)
  mul_add a b c :=
    ((self a).mul ((self b).add (self c))).ext (((self a).mul (self b)).add ((self a).mul (self c)))
      (by ring)
  natCast_succ n := (natCast (Nat.succ n)).ext ((natCast n).add one) (by
    show (Int.ofNat n + 1) * (1 * 1) = (Int.ofNat n * 1 + 1 * 1) * 1; ring)

open IsFrac in
@[reducible] instance instLinearOrderedCommRing : LinearOrderedCommRing Rat where
  add_le_add_left {a b} h c := by
    refine (((self c).add (self a)).le_iff ((self c).add (self b))).mpr (sub_nonneg.mp ?_)
    have hc : 0 ≤ Int.ofNat c.den := Nat.zero_le c.den
    have hab : a.num * Int.ofNat b.den ≤ b.num * Int.ofNat a.den := h
    have k := mul_nonneg (mul_nonneg hc hc) (sub_nonneg.mpr hab)
    refine le_trans k (le_of_eq ?_)
    ring
  mul_pos {a b} h k :=
    (((self a).mul (self b)).pos_iff).mpr (mul_pos ((self a).pos_iff.mp h) ((self b).pos_iff.mp k))
  zero_lt_one := one.pos_iff.mpr zero_lt_one

open IsFrac in
theorem mul_inv_self : {a : Rat} → a ≠ 0 → a * a⁻¹ = 1
  | ⟨.ofNat .zero, den, pos, reduced⟩, h =>
    (h ((self ⟨.ofNat .zero, den, pos, reduced⟩).ext zero (by
      show (0 : Int) * 1 = 0 * _
      ring))).elim
  | ⟨.ofNat (.succ n), den, pos, reduced⟩, _ =>
    ((self ⟨.ofNat (.succ n), den, pos, reduced⟩).mul
      (isFrac_normalize (.ofNat den) (succ_pos n))).ext one (by ring)
  | ⟨.negSucc n, den, pos, reduced⟩, _ =>
    ((self ⟨.negSucc n, den, pos, reduced⟩).mul (isFrac_normalize (-.ofNat den) (succ_pos n))).ext
      one (by
      show -Int.ofNat (Nat.succ n) * -Int.ofNat den * 1 =
        1 * (Int.ofNat den * Int.ofNat (Nat.succ n))
      ring)

@[reducible] instance instLinearOrderedField : LinearOrderedField Rat where
  mul_inv_cancel := mul_inv_self
  inv_zero := rfl
  div_eq_mul_inv _ _ := rfl

theorem IsFrac.intCast : (z : Int) → (Int.cast z : Rat).IsFrac z 1
  | .ofNat n => .natCast n
  | .negSucc n => (IsFrac.natCast (Nat.succ n)).neg

/-- A rational that is `n / d` as a fraction is the quotient of `n` and `d`. -/
theorem IsFrac.eq_div {a : Rat} {n d : Int} (h : a.IsFrac n d) : a = Int.cast n / Int.cast d := by
  have pos : (0 : Rat) < Int.cast d := (intCast d).pos_iff.mpr h.pos
  exact (eq_div_iff (Ne.symm (ne_of_lt pos))).mpr
    ((h.mul (intCast d)).ext (intCast n) (by ring))

/-- `normalize` gives the quotient. -/
theorem normalize_eq_div (n : Int) {d : Nat} (hd : 0 < d) :
    normalize n d hd = Int.cast n / Nat.cast d := (isFrac_normalize n hd).eq_div

end Rat
