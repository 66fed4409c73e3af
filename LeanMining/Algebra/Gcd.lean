/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.RingNF

/-!
# Division with remainder and greatest common divisors

The laws that determine `Nat.div`, `Nat.mod` and `Nat.gcd`, which the kernel computes on literals by
itself.

## Main results

* `Nat.div_add_mod`, `Nat.mod_lt`, `Nat.div_zero`, `Nat.mod_zero`: division with remainder
* `Nat.isGcd_gcd`: the greatest common divisor divides both numbers, and is a combination of both
  (Bézout)
-/

set_option autoImplicit false

namespace Nat

@[reducible] instance instDiv : Div Nat := ⟨Nat.div⟩

/-- `a % b` is the remainder of `a` by `b`. -/
infixl:70 " % " => Nat.mod

theorem le_of_guard {a b : Nat} (h : Bool.and (Nat.ble 1 b) (Nat.ble b a) = true) : b ≤ a :=
  Bool.and_eq_true_right h

theorem divFuel_add_modFuel (b : Nat) : (n a : Nat) → b * divFuel n a b + modFuel n a b = a
  | .zero, a => Nat.zero_add a
  | .succ n, a => by
    show b * cond _ (Nat.succ (divFuel n (a - b) b)) 0 + cond _ (modFuel n (a - b) b) a = a
    cases h : Bool.and (Nat.ble 1 b) (Nat.ble b a) with
    | true =>
      show b * divFuel n (a - b) b + b + modFuel n (a - b) b = a
      rw [Nat.add_right_comm, divFuel_add_modFuel b n, Nat.sub_add_cancel (le_of_guard h)]
    | false => exact Nat.zero_add a

/-- A number is the divisor times the quotient, plus the remainder. -/
theorem div_add_mod (a b : Nat) : b * (a / b) + a % b = a := divFuel_add_modFuel b a a

theorem modFuel_lt {b : Nat} (hb : 0 < b) : (n a : Nat) → a ≤ n → modFuel n a b < b
  | .zero, a, h => by rw [le_zero_iff.mp h]; exact hb
  | .succ n, a, h => by
    show cond _ (modFuel n (a - b) b) a < b
    cases k : Bool.and (Nat.ble 1 b) (Nat.ble b a) with
    | true => exact modFuel_lt hb n (a - b) (sub_le_of_le_succ hb h)
    | false =>
      refine lt_of_not_le fun l => ?_
      have e : Bool.and (Nat.ble 1 b) (Nat.ble b a) = true := by
        rw [show Nat.ble 1 b = true from lt_iff_succ_le.mp hb]; exact l
      rw [k] at e
      exact nomatch e
where
  sub_le_of_le_succ : {a b n : Nat} → 0 < b → a ≤ Nat.succ n → a - b ≤ n
    | _, .zero, _, h, _ => (lt_irrefl 0 h).elim
    | .zero, .succ b, n, _, _ => by rw [Nat.zero_sub]; exact zero_le n
    | .succ a, .succ b, _, _, h => by rw [succ_sub_succ]; exact le_trans (sub_le a b) h

/-- A remainder is less than the divisor. -/
theorem mod_lt (a : Nat) {b : Nat} (hb : 0 < b) : a % b < b := modFuel_lt hb a a (le_refl a)

/-- The last digit and the digits before it are the remainder and the quotient. -/
theorem mod_div_of_digit {B r : Nat} (hr : r < B) (a : Nat) :
    (a * B + r) % B = r ∧ (a * B + r) / B = a :=
  have e : (a * B + r) / B * B + (a * B + r) % B = a * B + r := by
    rw [Nat.mul_comm]
    exact Nat.div_add_mod _ B
  (digit_unique (Nat.mod_lt _ (lt_of_le_of_lt (Nat.zero_le r) hr)) hr e).symm

protected theorem div_zero (a : Nat) : a / 0 = 0 := by
  cases a with
  | zero => rfl
  | succ a => rfl
theorem mod_zero (a : Nat) : a % 0 = a := by
  cases a with
  | zero => rfl
  | succ a => rfl

theorem mul_div_cancel_left (k : Nat) {g : Nat} (hg : 0 < g) : g * k / g = k := by
  have e := div_add_mod (g * k) g
  have r := mod_lt (g * k) hg
  refine le_antisymm ?_ ?_
  · refine (le_or_lt (g * k / g) k).elim id fun h => ?_
    have l :=
      le_trans (Nat.mul_le_mul_left g (lt_iff_succ_le.mp h))
      (le_trans (le_add_right _ _) (le_of_eq e))
    exact absurd (Nat.add_le_add_iff_left.mp (le_trans l (le_of_eq (Nat.add_zero (g * k)).symm)))
      hg.2
  · refine (le_or_lt k (g * k / g)).elim id fun h => ?_
    have l := le_trans (Nat.mul_le_mul_left g (lt_iff_succ_le.mp h)) (le_of_eq e.symm)
    exact absurd (Nat.add_le_add_iff_left.mp l) r.2

/-- What `Nat.gcd` promises of the number `g`: it divides both, and it is a combination of both. -/
structure IsGcd (g a b : Nat) : Prop where
  dvd_left : ∃ k, a = g * k
  dvd_right : ∃ k, b = g * k
  combination : ∃ x y : Int, x * Int.ofNat a + y * Int.ofNat b = Int.ofNat g

theorem IsGcd.zero_left (b : Nat) : IsGcd b 0 b :=
  ⟨⟨0, rfl⟩, ⟨1, (Nat.mul_one b).symm⟩, ⟨0, 1, by rw [zero_mul, zero_add, one_mul]⟩⟩

theorem IsGcd.of_mod {g a b : Nat} (h : IsGcd g (b % a) a) : IsGcd g a b := by
  obtain ⟨⟨r, hr⟩, ⟨q, hq⟩, x, y, e⟩ := h
  have d := div_add_mod b a
  refine ⟨⟨q, hq⟩, ⟨q * (b / a) + r, ?_⟩, y - x * Int.ofNat (b / a), x, ?_⟩
  · rw [Nat.mul_add, ← Nat.mul_assoc, ← hq, ← hr, d]
  · have d' : Int.ofNat a * Int.ofNat (b / a) + Int.ofNat (b % a) = Int.ofNat b :=
      congrArg Int.ofNat d
    rw [← e, ← d']
    ring

theorem isGcd_gcdFuel : (n a b : Nat) → a < n → IsGcd (gcdFuel n a b) a b
  | .zero, a, _, h => (h.2 (zero_le a)).elim
  | .succ _, .zero, b, _ => IsGcd.zero_left b
  | .succ n, .succ a, b, h => (isGcd_gcdFuel n (b % Nat.succ a) (Nat.succ a)
      (lt_of_lt_of_le (mod_lt b (lt_iff_succ_le.mpr (zero_le a))) (lt_succ_iff.mp h))).of_mod

theorem isGcd_gcd (a b : Nat) : IsGcd (gcd a b) a b :=
  isGcd_gcdFuel _ a b (lt_succ_iff.mpr (le_refl a))

end Nat
