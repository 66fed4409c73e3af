/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Float.Format

/-!
# Rounding to nearest

What `LeanMining.Float.Format` computes is what IEEE 754 says: no float of the format is nearer, and
of two that are as near the one with the even significand is taken. So rounding is off by half a
unit in the last place at most: in the normal range by a share of 2⁻ᵖ of the number, with the
precision p, and below it by half the least subnormal number.

## Main results

* `abs_sub_units_spec`: no float is nearer, and how far the nearest one is
* `nearest_mod_two`: of two that are as near the even one is taken
* `nearest_of_eq`: rounding gives back a float
* `nearest_lt_infinity`: what is no more than the greatest float is rounded to a float
* `Extends.exists_units_eq`: a format that holds each float of another

## References

* IEEE Standard for Floating-Point Arithmetic, IEEE 754-2019, Section 4.3.1
* Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., Theorem 2.2
-/

set_option autoImplicit false

namespace LeanMining.Float

open Conformance (force force_eq)

/-! ### Powers of two -/

theorem pow2_succ (n : Nat) : pow2 (Nat.succ n) = pow2 n * 2 := rfl

theorem pow2_add (m : Nat) : (n : Nat) → pow2 (m + n) = pow2 m * pow2 n
  | .zero => (Nat.mul_one _).symm
  | .succ n => by
    show pow2 (m + n) * 2 = pow2 m * (pow2 n * 2)
    rw [pow2_add m n, Nat.mul_assoc]

theorem nat_mul_pos {a b : Nat} (ha : 0 < a) (hb : 0 < b) : 0 < a * b :=
  mul_pos (R := Int) (a := .ofNat a) (b := .ofNat b) ha hb

theorem nat_lt_succ (n : Nat) : n < Nat.succ n := ⟨Nat.le_succ n, Nat.not_succ_le_self n⟩

theorem nat_add_lt_add_left {a b : Nat} (h : a < b) (c : Nat) : c + a < c + b :=
  ⟨Nat.add_le_add_iff_left.mpr h.1, fun k => h.2 (Nat.add_le_add_iff_left.mp k)⟩

theorem nat_add_lt_add_right {a b : Nat} (h : a < b) (c : Nat) : a + c < b + c :=
  ⟨Nat.add_le_add_iff_right.mpr h.1, fun k => h.2 (Nat.add_le_add_iff_right.mp k)⟩

theorem nat_mul_lt_mul_right {a b c : Nat} (h : a < b) (hc : 0 < c) : a * c < b * c :=
  mul_lt_mul_of_pos_right (R := Int) (a := .ofNat a) (b := .ofNat b) (c := .ofNat c) h hc

theorem nat_mul_lt_mul_left {a b c : Nat} (hc : 0 < c) (h : a < b) : c * a < c * b :=
  mul_lt_mul_of_pos_left (R := Int) (a := .ofNat a) (b := .ofNat b) (c := .ofNat c) h hc

theorem pow2_pos : (n : Nat) → 0 < pow2 n
  | .zero => ⟨rfl, nofun⟩
  | .succ n => nat_mul_pos (pow2_pos n) ⟨rfl, nofun⟩

theorem pow2_mono {a : Nat} : {b : Nat} → a ≤ b → pow2 a ≤ pow2 b := fun {b} h => by
  rw [← Nat.sub_add_cancel h, Nat.add_comm, pow2_add]
  have k := Nat.mul_le_mul_left (pow2 a) (Nat.lt_iff_succ_le.mp (pow2_pos (b - a)))
  rw [show Nat.succ 0 = 1 from rfl, Nat.mul_one] at k
  exact k

/-! ### Rounding to an integer -/

theorem two_mul_abs_sub_le_of_digits {N E q r : Nat} (hN : E * q + r = N) (hr : r < E) :
    2 * |Int.ofNat N - Int.ofNat E *
      Int.ofNat (Nat.add q (cond (Nat.ble (Nat.add (Nat.mul r 2) (Nat.mod q 2)) E) 0 1))| ≤
      Int.ofNat E := by
  have e : Int.ofNat N = Int.ofNat E * Int.ofNat q + Int.ofNat r := (congrArg Int.ofNat hN).symm
  have hr' : Int.ofNat r ≤ Int.ofNat E := Int.ofNat_le_ofNat.mpr hr.1
  have r0 : (0 : Int) ≤ Int.ofNat r := Int.ofNat_le_ofNat.mpr (Nat.zero_le r)
  have twice : Int.ofNat (r * 2) = Int.ofNat r * 2 := rfl
  rw [e]
  cases h : Nat.ble (Nat.add (Nat.mul r 2) (Nat.mod q 2)) E with
  | true =>
    have l : r * 2 ≤ E := le_trans (Nat.le_add_right (r * 2) (q % 2)) h
    have l := Int.ofNat_le_ofNat.mpr l
    rw [twice] at l
    have m : Int.ofNat (Nat.add q (cond true 0 1)) = Int.ofNat q := rfl
    rw [m, add_sub_cancel_left, abs_of_nonneg r0, mul_comm]
    exact l
  | false =>
    have k : E < r * 2 + q % 2 := lt_of_not_le fun l =>
      Bool.noConfusion (h.symm.trans (show Nat.ble (r * 2 + q % 2) E = true from l))
    have p : q % 2 ≤ 1 := Nat.lt_succ_iff.mp (Nat.mod_lt q (by decide))
    have l : E ≤ r * 2 := Nat.lt_succ_iff.mp
      (lt_of_lt_of_le k (Nat.add_le_add_iff_left.mpr p : r * 2 + q % 2 ≤ r * 2 + 1))
    have l := Int.ofNat_le_ofNat.mpr l
    rw [twice] at l
    have m : Int.ofNat (Nat.add q (cond false 0 1)) = Int.ofNat q + 1 := rfl
    rw [m, show Int.ofNat E * Int.ofNat q + Int.ofNat r - Int.ofNat E * (Int.ofNat q + 1) =
      Int.ofNat r - Int.ofNat E by ring, abs_of_nonpos (sub_nonpos.mpr hr')]
    refine sub_nonneg.mp ?_
    rw [show Int.ofNat E - 2 * -(Int.ofNat r - Int.ofNat E) =
      Int.ofNat r * 2 - Int.ofNat E by ring]
    exact sub_nonneg.mpr l

/-- The rounded quotient is within half of the quotient. -/
theorem roundHalfEven_spec (N : Nat) {E : Nat} (hE : 0 < E) :
    2 * |Int.ofNat N - Int.ofNat E * Int.ofNat (roundHalfEven N E)| ≤ Int.ofNat E :=
  two_mul_abs_sub_le_of_digits (Nat.div_add_mod N E) (Nat.mod_lt N hE)

theorem mod_two_succ {q : Nat} (h : q % 2 = 1) : Nat.succ q % 2 = 0 := by
  have e := Nat.div_add_mod q 2
  rw [h] at e
  rw [← e, show Nat.succ (2 * (q / 2) + 1) = 2 * (q / 2) + 2 from rfl, Nat.mul_comm,
    ← Nat.succ_mul, ← Nat.add_zero (Nat.succ (q / 2) * 2)]
  exact (Nat.mod_div_of_digit (by decide) _).1

/-- Of two integers as near the even one is taken. -/
theorem roundHalfEven_even {N E : Nat} (tie : N % E * 2 = E) :
    roundHalfEven N E % 2 = 0 := by
  show (N / E + cond (Nat.ble (N % E * 2 + N / E % 2) E) 0 1) % 2 = 0
  rw [tie]
  have p : N / E % 2 ≤ 1 := Nat.lt_succ_iff.mp (Nat.mod_lt _ (by decide))
  revert p
  generalize N / E = q
  intro p
  cases h : q % 2 with
  | zero =>
    rw [show Nat.ble (E + Nat.zero) E = true from Nat.ble_refl E]
    exact h
  | succ r =>
    rw [h] at p
    have r0 : r = 0 := Nat.le_zero_iff.mp p
    rw [r0] at h ⊢
    cases l : Nat.ble (E + Nat.succ 0) E with
    | true => exact absurd l (Nat.not_succ_le_self E)
    | false => exact mod_two_succ h

/-- A rounded quotient that is half off was a tie. -/
theorem mod_mul_two_of_half {N E : Nat} (hE : 0 < E)
    (h : 2 * |Int.ofNat N - Int.ofNat E * Int.ofNat (roundHalfEven N E)| = Int.ofNat E) :
    N % E * 2 = E := by
  have hN := Nat.div_add_mod N E
  have hr := (Nat.mod_lt N hE).1
  have h : 2 * |Int.ofNat N - Int.ofNat E * (Int.ofNat (N / E) +
    Int.ofNat (cond (Nat.ble (Nat.add (Nat.mul (Nat.mod N E) 2) (Nat.mod (Nat.div N E) 2)) E)
      0 1))| = Int.ofNat E := h
  have e : Int.ofNat N = Int.ofNat E * Int.ofNat (N / E) + Int.ofNat (N % E) :=
    (congrArg Int.ofNat hN).symm
  rw [e] at h
  have hr : Int.ofNat (N % E) ≤ Int.ofNat E := Int.ofNat_le_ofNat.mpr hr
  have r0 : (0 : Int) ≤ Int.ofNat (N % E) := Int.ofNat_le_ofNat.mpr (Nat.zero_le _)
  refine Int.ofNat.inj ((?_ : Int.ofNat (N % E) * 2 = Int.ofNat E))
  revert h
  cases Nat.ble (Nat.add (Nat.mul (Nat.mod N E) 2) (Nat.mod (Nat.div N E) 2)) E with
  | true =>
    intro h
    have h : 2 * |Int.ofNat E * Int.ofNat (N / E) + Int.ofNat (N % E) -
      Int.ofNat E * (Int.ofNat (N / E) + 0)| = Int.ofNat E := h
    rw [add_zero, add_sub_cancel_left, abs_of_nonneg r0, mul_comm] at h
    exact h
  | false =>
    intro h
    have h : 2 * |Int.ofNat E * Int.ofNat (N / E) + Int.ofNat (N % E) -
      Int.ofNat E * (Int.ofNat (N / E) + 1)| = Int.ofNat E := h
    rw [show Int.ofNat E * Int.ofNat (N / E) + Int.ofNat (N % E) -
      Int.ofNat E * (Int.ofNat (N / E) + 1) = Int.ofNat (N % E) - Int.ofNat E by ring,
      abs_of_nonpos (sub_nonpos.mpr hr)] at h
    refine sub_eq_zero_iff.mp ?_
    rw [show Int.ofNat (N % E) * 2 - Int.ofNat E =
      Int.ofNat E - 2 * -(Int.ofNat (N % E) - Int.ofNat E) by ring, h, sub_self]

/-- What is half a step off a multiple is as far from another one only if it is a tie. -/
theorem two_mul_abs_eq_of_tie {a e m j : Int} (he : 0 < e) (h : 2 * |a - e * m| ≤ e) (hj : j ≠ m)
    (tie : |a - e * j| = |a - e * m|) : 2 * |a - e * m| = e := by
  have one : 1 ≤ |m - j| := Int.lt_iff_add_one_le.mp
    (abs_pos.mpr fun z => hj (sub_eq_zero_iff.mp z).symm)
  have far : e ≤ |e * m - e * j| := by
    rw [← mul_sub, abs_mul, abs_of_nonneg he.1]
    have l := mul_le_mul_of_nonneg_left one he.1
    rw [mul_one] at l
    exact l
  have t := abs_sub_le (e * m) a (e * j)
  rw [abs_sub_comm (e * m) a, tie, ← two_mul] at t
  exact le_antisymm h (le_trans far t)

/-- What is within half a step of a multiple is no nearer to another. -/
theorem abs_sub_le_of_multiple {a e m : Int} (he : 0 ≤ e) (h : 2 * |a - e * m| ≤ e) (j : Int) :
    |a - e * m| ≤ |a - e * j| := by
  cases LinearOrder.decEq j m with
  | isTrue k => rw [k]; exact le_refl _
  | isFalse k =>
    have one : 1 ≤ |m - j| := Int.lt_iff_add_one_le.mp
      (abs_pos.mpr fun z => k (sub_eq_zero_iff.mp z).symm)
    have far : e ≤ |e * m - e * j| := by
      rw [← mul_sub, abs_mul, abs_of_nonneg he]
      have l := mul_le_mul_of_nonneg_left one he
      rw [mul_one] at l
      exact l
    have t := abs_sub_le (e * m) a (e * j)
    rw [abs_sub_comm (e * m) a] at t
    rw [two_mul] at h
    exact le_of_add_le_add_left (le_trans h (le_trans far t))

theorem roundHalfEven_le_of_lt {N E q : Nat} (h : N < E * q) : roundHalfEven N E ≤ q := by
  have hN := Nat.div_add_mod N E
  have hq : Nat.succ (N / E) ≤ q := Nat.lt_iff_succ_le.mp (lt_of_not_le fun l =>
    h.2 (le_trans (Nat.mul_le_mul_left E l) (le_trans (Nat.le_add_right _ (N % E)) (le_of_eq hN))))
  refine le_trans (Nat.add_le_add_iff_left.mpr (?_ : _ ≤ 1)) hq
  cases Nat.ble (Nat.add (Nat.mul (Nat.mod N E) 2) (Nat.mod (Nat.div N E) 2)) E with
  | true => rfl
  | false => rfl

theorem roundHalfEven_mul (m : Nat) {E : Nat} (hE : 0 < E) : roundHalfEven (m * E) E = m := by
  have d := Nat.mod_div_of_digit hE m
  show m * E / E + cond (Nat.ble (m * E % E * 2 + m * E / E % 2) E) 0 1 = m
  rw [show m * E = m * E + 0 from rfl, d.1, d.2]
  have b : Nat.ble (0 * 2 + m % 2) E = true :=
    le_trans (by
      rw [Nat.zero_mul, Nat.zero_add]
      exact Nat.lt_succ_iff.mp (Nat.mod_lt m (by decide)) : 0 * 2 + m % 2 ≤ 1)
      (Nat.lt_iff_succ_le.mp hE)
  rw [b]
  rfl

theorem roundHalfEven_le {N E q : Nat} (hE : 0 < E) (h : N ≤ E * q) : roundHalfEven N E ≤ q :=
  (lt_or_eq_of_le h).elim roundHalfEven_le_of_lt fun e => by
    rw [e, Nat.mul_comm, roundHalfEven_mul q hE]
    exact le_refl q

theorem le_roundHalfEven {N E q : Nat} (hE : 0 < E) (h : E * q ≤ N) : q ≤ roundHalfEven N E := by
  have hN := Nat.div_add_mod N E
  refine le_trans ?_ (Nat.le_add_right _ _)
  refine Nat.lt_succ_iff.mp (lt_of_not_le fun l => ?_)
  have s := le_trans (Nat.mul_le_mul_left E l) h
  rw [Nat.mul_succ] at s
  have s := le_trans s (ge_of_eq hN)
  exact (Nat.mod_lt N hE).2 (Nat.add_le_add_iff_left.mp s)

/-! ### The search for the exponent -/

/-- What `descend` finds. -/
theorem descend_spec {H N : Nat} : (j E k : Nat) → ∃ i,
    descend H N j E k = (k + i) * H + roundHalfEven N (E * pow2 i) ∧ Nat.succ i ≤ pow2 j ∧
      (i = 0 ∨ E * pow2 i * H ≤ N) ∧ (N < E * pow2 (Nat.succ i) * H ∨ Nat.succ i = pow2 j)
  | .zero, E, k => ⟨0, by
      show k * H + roundHalfEven N E = (k + 0) * H + roundHalfEven N (E * 1)
      rw [Nat.mul_one, Nat.add_zero], le_refl _, .inl rfl, .inr rfl⟩
  | .succ j, E, k => by
    have e : descend H N (Nat.succ j) E k =
        cond (Nat.ble (E * pow2 (pow2 j) * H) N) (descend H N j (E * pow2 (pow2 j)) (k + pow2 j))
          (descend H N j E k) := rfl
    rw [e]
    cases h : Nat.ble (E * pow2 (pow2 j) * H) N with
    | true =>
      obtain ⟨i, eq, below, low, up⟩ := descend_spec j (E * pow2 (pow2 j)) (k + pow2 j)
      refine ⟨pow2 j + i, ?_, ?_, .inr ?_, up.elim (fun u => .inl ?_) fun u => .inr ?_⟩
      · show descend H N j (E * pow2 (pow2 j)) (k + pow2 j) = _
        rw [eq, Nat.add_assoc, Nat.mul_assoc, pow2_add]
      · show pow2 j + Nat.succ i ≤ pow2 j * 2
        rw [Nat.mul_comm, Nat.succ_mul, Nat.one_mul]
        exact Nat.add_le_add_iff_left.mpr below
      · rw [pow2_add, ← Nat.mul_assoc]
        refine low.elim (fun z => ?_) id
        rw [z]
        show E * pow2 (pow2 j) * 1 * H ≤ N
        rw [Nat.mul_one]
        exact h
      · show N < E * pow2 (pow2 j + Nat.succ i) * H
        rw [pow2_add, ← Nat.mul_assoc]
        exact u
      · show pow2 j + Nat.succ i = pow2 j * 2
        rw [u, Nat.mul_comm, Nat.succ_mul, Nat.one_mul]
    | false =>
      obtain ⟨i, eq, below, low, up⟩ := descend_spec j E k
      refine ⟨i, eq, le_trans below ?_, low, .inl (up.elim id fun u => ?_)⟩
      · show pow2 j ≤ pow2 j * 2
        rw [Nat.mul_comm, Nat.succ_mul, Nat.one_mul]
        exact Nat.le_add_right _ _
      · rw [u]
        exact lt_of_not_le fun l => by rw [show _ = true from l] at h; nomatch h

/-! ### What bits stand for, in units -/

namespace Format

variable (f : Format)

theorem hidden_pos : 0 < f.hidden := pow2_pos _

theorem units_of_digit {t : Nat} (ht : t < f.hidden) (e : Nat) :
    f.units (e * f.hidden + t) = assemble f.hidden e t := by
  have d := Nat.mod_div_of_digit ht e
  show assemble f.hidden ((e * f.hidden + t) / f.hidden) ((e * f.hidden + t) % f.hidden) = _
  rw [d.1, d.2]

theorem assemble_succ (H e t : Nat) : assemble H (Nat.succ e) t = (H + t) * pow2 e :=
  congrArg ((H + t) * ·) (force_eq pow2 e)

/-- The bits that rounding puts together stand for the rounded significand at its exponent; one that
was rounded up to the next power of two carries. -/
theorem units_mul_add {k m : Nat} (hm : m ≤ f.hidden * 2) (low : k = 0 ∨ f.hidden ≤ m) :
    f.units (k * f.hidden + m) = m * pow2 k := by
  cases le_or_lt f.hidden m with
  | inr h =>
    have k0 : k = 0 := low.elim id fun l => absurd l h.2
    rw [k0, units_of_digit f h 0]
    exact (Nat.mul_one m).symm
  | inl h =>
    obtain ⟨t, ht⟩ : ∃ t, m = f.hidden + t :=
      ⟨m - f.hidden, by rw [Nat.add_comm, Nat.sub_add_cancel h]⟩
    rw [ht] at hm ⊢
    have le : t ≤ f.hidden := Nat.add_le_add_iff_left.mp (le_trans hm (le_of_eq (by
      rw [Nat.mul_comm, Nat.succ_mul, Nat.one_mul])))
    have e : k * f.hidden + (f.hidden + t) = Nat.succ k * f.hidden + t := by
      rw [Nat.succ_mul, Nat.add_assoc]
    rw [e]
    cases lt_or_eq_of_le le with
    | inl lt => rw [units_of_digit f lt, assemble_succ]
    | inr eq =>
      rw [eq, ← Nat.succ_mul, ← Nat.add_zero (Nat.succ (Nat.succ k) * f.hidden),
        units_of_digit f f.hidden_pos, assemble_succ, Nat.add_zero, pow2_succ,
        Nat.mul_comm (pow2 k), ← Nat.mul_assoc, Nat.mul_comm f.hidden, Nat.succ_mul, Nat.one_mul]

/-- A float is a multiple of a power of two, or below what is normal there. -/
theorem units_eq_mul_or_lt (c : Nat) : (k : Nat) →
    (∃ j, f.units c = j * pow2 k) ∨ (k ≠ 0 ∧ f.units c < f.hidden * pow2 k)
  | .zero => .inl ⟨f.units c, (Nat.mul_one _).symm⟩
  | .succ k => by
    have ht := Nat.mod_lt c f.hidden_pos
    show (∃ j, assemble f.hidden (c / f.hidden) (c % f.hidden) = _) ∨
      (_ ∧ assemble f.hidden (c / f.hidden) (c % f.hidden) < _)
    revert ht
    generalize c % f.hidden = t
    cases c / f.hidden with
    | zero =>
      intro ht
      refine .inr ⟨nofun, lt_of_lt_of_le ht ?_⟩
      have l := Nat.mul_le_mul_left f.hidden (Nat.lt_iff_succ_le.mp (pow2_pos (Nat.succ k)))
      rw [show Nat.succ 0 = 1 from rfl, Nat.mul_one] at l
      exact l
    | succ e =>
      intro ht
      rw [assemble_succ]
      cases le_or_lt (Nat.succ k) e with
      | inl h =>
        refine .inl ⟨(f.hidden + t) * pow2 (e - Nat.succ k), ?_⟩
        rw [Nat.mul_assoc, ← pow2_add, Nat.sub_add_cancel h]
      | inr h =>
        refine .inr ⟨nofun, lt_of_lt_of_le (nat_mul_lt_mul_right
          (nat_add_lt_add_left ht f.hidden) (pow2_pos e)) ?_⟩
        rw [pow2_succ, Nat.mul_comm (pow2 k), ← Nat.mul_assoc, Nat.mul_comm f.hidden 2,
          Nat.succ_mul, Nat.one_mul]
        exact Nat.mul_le_mul_left _ (pow2_mono (Nat.lt_succ_iff.mp h))

/-- Floats rise with their bits. -/
theorem units_lt_units_succ (c : Nat) : f.units c < f.units (Nat.succ c) := by
  have hc : c = c / f.hidden * f.hidden + c % f.hidden := by
    rw [Nat.mul_comm]; exact (Nat.div_add_mod c f.hidden).symm
  have ht := Nat.mod_lt c f.hidden_pos
  rw [hc]
  revert ht
  generalize c % f.hidden = t
  generalize c / f.hidden = e
  intro ht
  rw [units_of_digit f ht]
  cases lt_or_eq_of_le (Nat.lt_iff_succ_le.mp ht) with
  | inl lt =>
    rw [show Nat.succ (e * f.hidden + t) = e * f.hidden + Nat.succ t from rfl, units_of_digit f lt]
    cases e with
    | zero => exact nat_lt_succ t
    | succ e =>
      rw [assemble_succ, assemble_succ]
      exact nat_mul_lt_mul_right (nat_lt_succ (f.hidden + t)) (pow2_pos e)
  | inr eq =>
    rw [show Nat.succ (e * f.hidden + t) = e * f.hidden + Nat.succ t from rfl, eq, ← Nat.succ_mul,
      ← Nat.add_zero (Nat.succ e * f.hidden), units_of_digit f f.hidden_pos, assemble_succ,
      Nat.add_zero]
    cases e with
    | zero =>
      show t < f.hidden * 1
      rw [Nat.mul_one]
      exact ht
    | succ e =>
      rw [assemble_succ, pow2_succ, Nat.mul_comm (pow2 e), ← Nat.mul_assoc,
        Nat.mul_comm f.hidden 2, Nat.succ_mul, Nat.one_mul]
      exact nat_mul_lt_mul_right (nat_add_lt_add_left ht f.hidden) (pow2_pos e)

theorem units_lt_units_add (c : Nat) : (n : Nat) → f.units c < f.units (c + Nat.succ n)
  | .zero => units_lt_units_succ f c
  | .succ n => lt_trans (units_lt_units_add c n) (units_lt_units_succ f (c + Nat.succ n))

theorem units_lt_units {a b : Nat} (h : a < b) : f.units a < f.units b := by
  have e : a + Nat.succ (b - Nat.succ a) = b := by
    rw [Nat.add_succ, ← Nat.succ_add, Nat.add_comm, Nat.sub_add_cancel (Nat.lt_iff_succ_le.mp h)]
  rw [← e]
  exact units_lt_units_add f a _

/-- Bits without a sign stand for one float each. -/
theorem units_inj {a b : Nat} (h : f.units a = f.units b) : a = b :=
  le_antisymm (not_lt.mp fun l => ne_of_lt (units_lt_units f l) h.symm)
    (not_lt.mp fun l => ne_of_lt (units_lt_units f l) h)

/-- The greatest finite float, in units of the least subnormal number. -/
noncomputable def greatest : Nat := (f.hidden * 2 - 1) * pow2 (pow2 f.width - 3)

theorem three_le_pow2_width : 3 ≤ pow2 f.width :=
  le_trans (by decide : 3 ≤ 4) (pow2_mono (a := 2) f.two_le_width)

theorem infinity_eq : f.infinity = (pow2 f.width - 3 + 2) * f.hidden := by
  have e : pow2 f.width - 1 = pow2 f.width - 3 + 2 := by
    have h := Nat.sub_add_cancel f.three_le_pow2_width
    rw [← Nat.add_assoc _ 2 1] at h
    calc pow2 f.width - 1 = pow2 f.width - 3 + 2 + 1 - 1 := by rw [h]
      _ = pow2 f.width - 3 + 2 := Nat.add_sub_cancel (pow2 f.width - 3 + 2) 1
  exact congrArg (· * f.hidden) e

theorem hidden_two_eq : f.hidden * 2 - 1 + 1 = f.hidden * 2 :=
  Nat.sub_add_cancel (Nat.lt_iff_succ_le.mp (nat_mul_pos f.hidden_pos (by decide)))

theorem units_le_greatest {c : Nat} (h : c < f.infinity) : f.units c ≤ f.greatest := by
  have hc : c = c / f.hidden * f.hidden + c % f.hidden := by
    rw [Nat.mul_comm]; exact (Nat.div_add_mod c f.hidden).symm
  have ht := Nat.mod_lt c f.hidden_pos
  have top := f.hidden_two_eq
  rw [hc, infinity_eq] at h
  show assemble f.hidden (c / f.hidden) (c % f.hidden) ≤ _
  show _ ≤ (f.hidden * 2 - 1) * pow2 (pow2 f.width - 3)
  revert h ht top
  generalize c % f.hidden = t
  generalize c / f.hidden = e
  generalize f.hidden * 2 - 1 = G
  generalize pow2 f.width - 3 = K
  intro h ht top
  have sum : f.hidden + t ≤ G := Nat.lt_succ_iff.mp (by
    show f.hidden + t < G + 1
    rw [top, Nat.mul_comm, Nat.succ_mul, Nat.one_mul]
    exact nat_add_lt_add_left ht f.hidden)
  have e_lt : e < K + 2 := lt_of_not_le fun l => h.2
    (le_trans (Nat.mul_le_mul_right l f.hidden) (Nat.le_add_right _ t))
  cases e with
  | zero =>
    have l := Nat.mul_le_mul_left G (Nat.lt_iff_succ_le.mp (pow2_pos K))
    rw [show Nat.succ 0 = 1 from rfl, Nat.mul_one] at l
    exact le_trans (le_trans (Nat.le_add_left t f.hidden) sum) l
  | succ e =>
    rw [assemble_succ]
    have le : e ≤ K := Nat.lt_succ_iff.mp (Nat.lt_iff_succ_le.mpr
      (Nat.lt_succ_iff.mp e_lt : Nat.succ e ≤ Nat.succ K))
    exact le_trans (Nat.mul_le_mul_right sum _) (Nat.mul_le_mul_left G (pow2_mono le))

end Format

/-! ### The nearest float -/

variable {f : Format} {h N D : Nat}

/-- Whichever exponent is tried first, the significand is rounded at one that fits, or at the
greatest one. -/
theorem nearest_eq (f : Format) (h N D : Nat) : ∃ i,
    nearest f h N D = min f.infinity (i * f.hidden + roundHalfEven N (D * pow2 i)) ∧
      (i = 0 ∨ D * pow2 i * f.hidden ≤ N) ∧
      (N < D * pow2 i * (f.hidden * 2) ∨ Nat.succ i = pow2 f.width) := by
  have e : nearest f h N D = min f.infinity (cond (fits f.hidden N D h)
    (h * f.hidden + roundHalfEven N (D * pow2 h)) (descend f.hidden N f.width D 0)) := force_eq _ _
  rw [e]
  cases k : fits f.hidden N D h with
  | true =>
    refine ⟨h, rfl, ?_, .inl (lt_of_not_le fun l => ?_)⟩
    · have k := Bool.and_eq_true_left k
      cases z : Nat.beq h 0 with
      | true => exact .inl (Nat.eq_of_beq_eq_true h 0 z)
      | false => rw [z] at k; exact .inr k
    · have k := Bool.and_eq_true_right k
      rw [show Nat.ble (Nat.mul (Nat.mul D (pow2 h)) (Nat.mul f.hidden 2)) N = true from l] at k
      exact nomatch k
  | false =>
    obtain ⟨i, eq, _, low, up⟩ := descend_spec (H := f.hidden) (N := N) f.width D 0
    rw [Nat.zero_add] at eq
    refine ⟨i, congrArg (min f.infinity) eq, low, up.elim (fun u => .inl ?_) .inr⟩
    rw [pow2_succ, ← Nat.mul_assoc, Nat.mul_assoc, Nat.mul_comm 2] at u
    exact u

/-- What rounding puts together, where it does not give infinity. -/
theorem nearest_spec (hD : 0 < D) (finite : nearest f h N D < f.infinity) : ∃ k,
    nearest f h N D = k * f.hidden + roundHalfEven N (D * pow2 k) ∧
      f.units (nearest f h N D) = roundHalfEven N (D * pow2 k) * pow2 k ∧
      (k = 0 ∨ D * pow2 k * f.hidden ≤ N) := by
  obtain ⟨i, e, low, up⟩ := nearest_eq f h N D
  rw [e] at finite ⊢
  have lt : i * f.hidden + roundHalfEven N (D * pow2 i) < f.infinity := lt_of_not_le fun l => by
    rw [min_eq_left l] at finite
    exact lt_irrefl _ finite
  rw [min_eq_right lt.1]
  have pos : 0 < D * pow2 i := nat_mul_pos hD (pow2_pos i)
  have up : N < D * pow2 i * (f.hidden * 2) := up.elim id
    fun u => absurd (le_trans (le_of_eq (by
      show (pow2 f.width - 1) * f.hidden = i * f.hidden
      rw [← u]
      rfl)) (Nat.le_add_right (i * f.hidden) _)) lt.2
  refine ⟨i, rfl, f.units_mul_add (roundHalfEven_le_of_lt up) ?_, low⟩
  exact low.elim .inl fun l => .inr (le_roundHalfEven pos l)

/-- What is no more than the greatest float is rounded to a float. -/
theorem nearest_lt_infinity (hD : 0 < D) (le : N ≤ D * f.greatest) :
    nearest f h N D < f.infinity := by
  obtain ⟨i, e, low, up⟩ := nearest_eq f h N D
  rw [e]
  refine lt_of_le_of_lt (min_le_right _ _) ?_
  have top := f.hidden_two_eq
  have K_eq : pow2 f.width = pow2 f.width - 3 + 3 :=
    (Nat.sub_add_cancel f.three_le_pow2_width).symm
  have le : N ≤ D * ((f.hidden * 2 - 1) * pow2 (pow2 f.width - 3)) := le
  rw [f.infinity_eq]
  rw [K_eq] at up
  revert le top up
  generalize f.hidden * 2 - 1 = G
  generalize pow2 f.width - 3 = K
  intro up top le
  have G_lt : G < f.hidden * 2 := lt_of_lt_of_le (nat_lt_succ G) (le_of_eq top)
  have D_pos (k : Nat) : 0 < D * pow2 k := nat_mul_pos hD (pow2_pos k)
  have i_le : i ≤ K := not_lt.mp fun l => low.elim
    (fun z => by rw [z] at l; exact not_le_of_lt l (Nat.zero_le K))
    fun low => by
      have a : D * pow2 K * (f.hidden * 2) ≤ N := le_trans (by
        rw [Nat.mul_comm f.hidden, ← Nat.mul_assoc, Nat.mul_assoc D, ← pow2_succ]
        exact Nat.mul_le_mul_right (Nat.mul_le_mul_left D (pow2_mono (Nat.lt_iff_succ_le.mp l))) _)
        low
      have b : N ≤ D * pow2 K * G := le_trans le (le_of_eq (by
        rw [Nat.mul_comm G, Nat.mul_assoc]))
      exact (nat_mul_lt_mul_left (D_pos K) G_lt).2 (le_trans a b)
  cases lt_or_eq_of_le i_le with
  | inl lt =>
    have up : N < D * pow2 i * (f.hidden * 2) := up.elim id
      fun u => absurd (le_trans (ge_of_eq (Nat.succ.inj u)) i_le : K + 2 ≤ K) fun l =>
        Nat.not_succ_le_self K (le_trans (Nat.le_succ (Nat.succ K)) l)
    refine lt_of_le_of_lt (Nat.add_le_add_iff_left.mpr (roundHalfEven_le_of_lt up)) ?_
    rw [Nat.mul_comm f.hidden 2, ← Nat.add_mul]
    exact nat_mul_lt_mul_right (nat_add_lt_add_right lt 2) f.hidden_pos
  | inr eq =>
    rw [eq]
    have b : N ≤ D * pow2 K * G := le_trans le (le_of_eq (by
      rw [Nat.mul_comm G, Nat.mul_assoc]))
    refine lt_of_le_of_lt (Nat.add_le_add_iff_left.mpr (roundHalfEven_le (D_pos K) b)) ?_
    rw [Nat.add_mul, Nat.mul_comm 2]
    exact nat_add_lt_add_left G_lt _

/-- What rounding is off by, in units times the denominator: no more than half a step, and no more
than any other float. -/
theorem abs_sub_units_spec (hD : 0 < D) (finite : nearest f h N D < f.infinity) : ∃ k,
    2 * |Int.ofNat N - Int.ofNat D * Int.ofNat (f.units (nearest f h N D))| ≤
        Int.ofNat (D * pow2 k) ∧
      (k = 0 ∨ D * pow2 k * f.hidden ≤ N) ∧
      ∀ c, |Int.ofNat N - Int.ofNat D * Int.ofNat (f.units (nearest f h N D))| ≤
        |Int.ofNat N - Int.ofNat D * Int.ofNat (f.units c)| := by
  obtain ⟨k, _, u, low⟩ := nearest_spec hD finite
  rw [u]
  have pos : 0 < D * pow2 k := nat_mul_pos hD (pow2_pos k)
  have pos' : (0 : Int) ≤ Int.ofNat (D * pow2 k) := pos.1
  have half := roundHalfEven_spec N pos
  have e (j : Nat) : Int.ofNat D * Int.ofNat (j * pow2 k) =
      Int.ofNat (D * pow2 k) * Int.ofNat j := by
    show Int.ofNat D * (Int.ofNat j * Int.ofNat (pow2 k)) =
      Int.ofNat D * Int.ofNat (pow2 k) * Int.ofNat j
    ring
  rw [e]
  refine ⟨k, half, low, fun c => ?_⟩
  cases f.units_eq_mul_or_lt c k with
  | inl h =>
    obtain ⟨j, h⟩ := h
    rw [h, e]
    exact abs_sub_le_of_multiple pos' half (Int.ofNat j)
  | inr h =>
    have low : D * pow2 k * f.hidden ≤ N := low.elim (absurd · h.1) id
    refine le_trans (abs_sub_le_of_multiple pos' half (Int.ofNat f.hidden)) ?_
    have l₁ : Int.ofNat (D * pow2 k) * Int.ofNat f.hidden ≤ Int.ofNat N := low
    have l₂ : Int.ofNat D * Int.ofNat (f.units c) ≤
        Int.ofNat (D * pow2 k) * Int.ofNat f.hidden := by
      show D * f.units c ≤ D * pow2 k * f.hidden
      rw [Nat.mul_assoc, Nat.mul_comm (pow2 k)]
      exact Nat.mul_le_mul_left D h.2.1
    rw [abs_of_nonneg (sub_nonneg.mpr l₁), abs_of_nonneg (sub_nonneg.mpr (le_trans l₂ l₁))]
    exact sub_le_sub (le_refl _) l₂

/-- Of two floats that are as near the one with even bits is taken, and so the one with the even
significand (IEEE 754-2019, Section 4.3.1). -/
theorem nearest_mod_two (hD : 0 < D) (finite : nearest f h N D < f.infinity) {c : Nat}
    (hc : c ≠ nearest f h N D)
    (tie : |Int.ofNat N - Int.ofNat D * Int.ofNat (f.units c)| =
      |Int.ofNat N - Int.ofNat D * Int.ofNat (f.units (nearest f h N D))|) :
    nearest f h N D % 2 = 0 := by
  obtain ⟨k, bits, u, low⟩ := nearest_spec hD finite
  have ne : f.units c ≠ f.units (nearest f h N D) := fun e => hc (f.units_inj e)
  have pos : 0 < D * pow2 k := nat_mul_pos hD (pow2_pos k)
  have pos' : (0 : Int) < Int.ofNat (D * pow2 k) := pos
  have half := roundHalfEven_spec N pos
  have e (j : Nat) : Int.ofNat D * Int.ofNat (j * pow2 k) =
      Int.ofNat (D * pow2 k) * Int.ofNat j := by
    show Int.ofNat D * (Int.ofNat j * Int.ofNat (pow2 k)) =
      Int.ofNat D * Int.ofNat (pow2 k) * Int.ofNat j
    ring
  rw [u] at ne tie
  rw [e] at tie
  have even : roundHalfEven N (D * pow2 k) % 2 = 0 := by
    cases f.units_eq_mul_or_lt c k with
    | inl l =>
      obtain ⟨j, l⟩ := l
      rw [l] at ne tie
      rw [e] at tie
      exact roundHalfEven_even (mod_mul_two_of_half pos (two_mul_abs_eq_of_tie pos' half
        (fun z => ne (by rw [Int.ofNat.inj z])) tie))
    | inr l =>
      have low : D * pow2 k * f.hidden ≤ N := low.elim (absurd · l.1) id
      have l₁ : Int.ofNat (D * pow2 k) * Int.ofNat f.hidden ≤ Int.ofNat N := low
      have l₂ : Int.ofNat D * Int.ofNat (f.units c) <
          Int.ofNat (D * pow2 k) * Int.ofNat f.hidden := by
        show D * f.units c < D * pow2 k * f.hidden
        rw [Nat.mul_assoc, Nat.mul_comm (pow2 k)]
        exact nat_mul_lt_mul_left hD l.2
      have best := abs_sub_le_of_multiple pos'.1 half (Int.ofNat f.hidden)
      rw [← tie, abs_of_nonneg (sub_nonneg.mpr l₁),
        abs_of_nonneg (sub_nonneg.mpr (le_trans l₂.1 l₁)), sub_eq_add_neg, sub_eq_add_neg] at best
      exact absurd (neg_le_neg_iff.mp (le_of_add_le_add_left best)) l₂.2
  have hidden : f.hidden = pow2 (f.fraction - 1) * 2 := by
    show pow2 f.fraction = pow2 (Nat.succ (f.fraction - 1))
    exact congrArg pow2 (Nat.sub_add_cancel (Nat.lt_iff_succ_le.mp f.fraction_pos)).symm
  rw [bits]
  have d := Nat.div_add_mod (roundHalfEven N (D * pow2 k)) 2
  rw [even, Nat.add_zero] at d
  rw [← d, hidden, ← Nat.mul_assoc, Nat.mul_comm 2, ← Nat.add_mul,
    ← Nat.add_zero ((k * pow2 (f.fraction - 1) + _) * 2)]
  exact (Nat.mod_div_of_digit (by decide) _).1

/-- Rounding gives back a float. -/
theorem nearest_of_eq {c : Nat} (hD : 0 < D) (hc : c < f.infinity) (eq : N = D * f.units c) :
    nearest f h N D = c := by
  have finite : nearest f h N D < f.infinity := nearest_lt_infinity hD
    (le_trans (le_of_eq eq) (Nat.mul_le_mul_left D (f.units_le_greatest hc)))
  obtain ⟨_, _, _, best⟩ := abs_sub_units_spec hD finite
  have k := best c
  have z : Int.ofNat N - Int.ofNat D * Int.ofNat (f.units c) = 0 :=
    sub_eq_zero_iff.mpr (congrArg Int.ofNat eq)
  rw [z, abs_zero] at k
  have e := sub_eq_zero_iff.mp (abs_eq_zero.mp (le_antisymm k (abs_nonneg _)))
  have e : Int.ofNat D * Int.ofNat (f.units c) =
      Int.ofNat D * Int.ofNat (f.units (nearest f h N D)) := (congrArg Int.ofNat eq).symm.trans e
  have pos : (0 : Int) < Int.ofNat D := hD
  exact f.units_inj (Int.ofNat.inj (mul_left_cancel (Ne.symm (ne_of_lt pos)) e)).symm

/-! ### Which numbers are floats -/

/-- A significand at an exponent is a float. -/
theorem exists_units_eq {m : Nat} : {k : Nat} → m < f.hidden * 2 → k ≤ pow2 f.width - 3 →
    ∃ c, c < f.infinity ∧ f.units c = m * pow2 k := fun {k} hm hk => by
  revert hm hk
  induction k generalizing m with
  | zero =>
    intro hm hk
    refine ⟨0 * f.hidden + m, ?_, f.units_mul_add hm.1 (.inl rfl)⟩
    rw [f.infinity_eq, Nat.zero_mul, Nat.zero_add, Nat.add_mul, Nat.mul_comm 2]
    exact lt_of_lt_of_le hm (Nat.le_add_left _ _)
  | succ k ih =>
    intro hm hk
    cases le_or_lt f.hidden m with
    | inl h =>
      refine ⟨Nat.succ k * f.hidden + m, ?_, f.units_mul_add hm.1 (.inr h)⟩
      rw [f.infinity_eq, Nat.add_mul, Nat.mul_comm 2]
      exact lt_of_lt_of_le (nat_add_lt_add_left hm _)
        (Nat.add_le_add_iff_right.mpr (Nat.mul_le_mul_right hk f.hidden))
    | inr h =>
      obtain ⟨c, hc, e⟩ := ih (m := m * 2) (nat_mul_lt_mul_right h (by decide))
        (le_trans (Nat.le_succ k) hk)
      refine ⟨c, hc, e.trans ?_⟩
      rw [pow2_succ, Nat.mul_assoc, Nat.mul_comm 2]

/-- The second format holds each float of the first: it has `j` more bits of the fraction, and
exponents that reach `i` further down and no less up. -/
def Extends (f g : Format) : Prop := ∃ i j, g.fraction = f.fraction + j ∧
  g.unit = f.unit * pow2 (j + i) ∧ pow2 f.width - 3 + i ≤ pow2 g.width - 3

/-- A float of a format that another one extends is a float of that. -/
theorem Extends.exists_units_eq {g : Format} (h : Extends f g) {c : Nat} (hc : c < f.infinity) :
    ∃ d, d < g.infinity ∧ f.units c * g.unit = f.unit * g.units d := by
  obtain ⟨i, j, frac, unit, exps⟩ := h
  have hH : g.hidden = f.hidden * pow2 j := by
    show pow2 g.fraction = _
    rw [frac]
    exact pow2_add f.fraction j
  have ht := Nat.mod_lt c f.hidden_pos
  have ec : c = c / f.hidden * f.hidden + c % f.hidden := by
    rw [Nat.mul_comm]; exact (Nat.div_add_mod c f.hidden).symm
  have le : f.units c = Format.assemble f.hidden (c / f.hidden) (c % f.hidden) := rfl
  rw [f.infinity_eq, ec] at hc
  rw [le, unit]
  revert ht hc
  generalize c % f.hidden = t
  generalize c / f.hidden = e
  intro hc ht
  have e_lt : e < pow2 f.width - 3 + 2 := lt_of_not_le fun l => hc.2
    (le_trans (Nat.mul_le_mul_right l f.hidden) (Nat.le_add_right _ t))
  have found {m k : Nat} (hm : m < f.hidden * 2) (hk : k ≤ pow2 f.width - 3) : ∃ d,
      d < g.infinity ∧ m * pow2 k * (f.unit * pow2 (j + i)) = f.unit * g.units d := by
    obtain ⟨d, hd, e⟩ := Float.exists_units_eq (f := g) (m := m * pow2 j) (k := k + i)
      (by
        rw [hH, Nat.mul_assoc, Nat.mul_comm (pow2 j), ← Nat.mul_assoc]
        exact nat_mul_lt_mul_right hm (pow2_pos j))
      (le_trans (Nat.add_le_add_iff_right.mpr hk) exps)
    refine ⟨d, hd, ?_⟩
    rw [e, pow2_add, pow2_add]
    refine Int.ofNat.inj ?_
    show Int.ofNat m * Int.ofNat (pow2 k) *
        (Int.ofNat f.unit * (Int.ofNat (pow2 j) * Int.ofNat (pow2 i))) =
      Int.ofNat f.unit *
        (Int.ofNat m * Int.ofNat (pow2 j) * (Int.ofNat (pow2 k) * Int.ofNat (pow2 i)))
    ring
  cases e with
  | zero =>
    have k := found (m := t) (k := 0) (lt_of_lt_of_le ht (by
      rw [Nat.mul_comm, Nat.succ_mul, Nat.one_mul]; exact Nat.le_add_left _ _)) (Nat.zero_le _)
    rw [show pow2 0 = 1 from rfl, Nat.mul_one] at k
    exact k
  | succ e =>
    rw [Format.assemble_succ]
    refine found ?_ ?_
    · rw [Nat.mul_comm f.hidden 2, Nat.succ_mul, Nat.one_mul]
      exact nat_add_lt_add_left ht f.hidden
    · exact Nat.lt_succ_iff.mp (Nat.lt_iff_succ_le.mpr
        (Nat.lt_succ_iff.mp e_lt : Nat.succ e ≤ Nat.succ (pow2 f.width - 3)))

end LeanMining.Float
