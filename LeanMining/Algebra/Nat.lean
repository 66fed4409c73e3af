/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Arithmetic
import LeanMining.Algebra.Order

/-!
# Natural numbers

Their linear order, decided by `Nat.ble`, which the kernel computes on literals in one step, and the
laws of `+`, `-` and `*`.

## Main definitions

* `LinearOrder Nat`
* `Nat.half`, `Nat.double`
-/

set_option autoImplicit false

namespace Nat

theorem ble_refl : (n : Nat) → Nat.ble n n = true
  | .zero => rfl
  | .succ n => ble_refl n

theorem ble_trans : (a b c : Nat) → Nat.ble a b = true → Nat.ble b c = true → Nat.ble a c = true
  | .zero, _, .zero, _, _ => rfl
  | .zero, _, .succ _, _, _ => rfl
  | .succ _, .zero, _, h, _ => nomatch h
  | .succ _, .succ _, .zero, _, h => nomatch h
  | .succ a, .succ b, .succ c, h, k => ble_trans a b c h k

theorem ble_antisymm : (a b : Nat) → Nat.ble a b = true → Nat.ble b a = true → a = b
  | .zero, .zero, _, _ => rfl
  | .zero, .succ _, _, h => nomatch h
  | .succ _, .zero, h, _ => nomatch h
  | .succ a, .succ b, h, k => congrArg Nat.succ (ble_antisymm a b h k)

theorem ble_total : (a b : Nat) → Nat.ble a b = true ∨ Nat.ble b a = true
  | .zero, .zero => .inl rfl
  | .zero, .succ _ => .inl rfl
  | .succ _, .zero => .inr rfl
  | .succ a, .succ b => ble_total a b

@[reducible] instance instLinearOrder : LinearOrder Nat where
  le a b := Nat.ble a b = true
  le_refl := ble_refl
  le_trans {a b c} := ble_trans a b c
  le_antisymm {a b} := ble_antisymm a b
  le_total := ble_total
  decLe a b := instDecidableEqTrue (Nat.ble a b)

theorem zero_le : (n : Nat) → 0 ≤ n
  | .zero => rfl
  | .succ _ => rfl

theorem succ_le_succ_iff {a b : Nat} : Nat.succ a ≤ Nat.succ b ↔ a ≤ b := Iff.rfl

theorem not_succ_le_zero (n : Nat) : ¬ Nat.succ n ≤ 0 := fun h => nomatch h

theorem le_succ : (n : Nat) → n ≤ Nat.succ n
  | .zero => rfl
  | .succ n => le_succ n

/-- `a < b` is `a + 1 ≤ b`. -/
theorem lt_iff_succ_le : {a b : Nat} → a < b ↔ Nat.succ a ≤ b
  | _, .zero => ⟨fun h => (h.2 (zero_le _)).elim, fun h => nomatch h⟩
  | .zero, .succ b => ⟨fun _ => zero_le b, fun _ => ⟨rfl, fun h => nomatch h⟩⟩
  | .succ a, .succ b => (lt_iff_succ_le : a < b ↔ _)

theorem not_succ_le_self : (n : Nat) → ¬ Nat.succ n ≤ n
  | .zero => not_succ_le_zero 0
  | .succ n => not_succ_le_self n

/-- `a < b + 1` is `a ≤ b`. -/
theorem lt_succ_iff {a b : Nat} : a < Nat.succ b ↔ a ≤ b := lt_iff_succ_le

theorem le_zero_iff : {n : Nat} → n ≤ 0 ↔ n = 0
  | .zero => ⟨fun _ => rfl, fun _ => rfl⟩
  | .succ _ => ⟨(nomatch ·), (nomatch ·)⟩

/-! ### Sums -/

protected theorem add_zero (n : Nat) : n + 0 = n := rfl
theorem add_succ (m n : Nat) : m + Nat.succ n = Nat.succ (m + n) := rfl
protected theorem zero_add : (n : Nat) → 0 + n = n
  | .zero => rfl
  | .succ n => congrArg Nat.succ (Nat.zero_add n)
theorem succ_add (m : Nat) : (n : Nat) → Nat.succ m + n = Nat.succ (m + n)
  | .zero => rfl
  | .succ n => congrArg Nat.succ (succ_add m n)
protected theorem add_comm (m : Nat) : (n : Nat) → m + n = n + m
  | .zero => (Nat.zero_add m).symm
  | .succ n => (congrArg Nat.succ (Nat.add_comm m n)).trans (succ_add n m).symm
protected theorem add_assoc (a b : Nat) : (c : Nat) → a + b + c = a + (b + c)
  | .zero => rfl
  | .succ c => congrArg Nat.succ (Nat.add_assoc a b c)
protected theorem add_left_comm (a b c : Nat) : a + (b + c) = b + (a + c) := by
  rw [← Nat.add_assoc, Nat.add_comm a, Nat.add_assoc]
protected theorem add_right_comm (a b c : Nat) : a + b + c = a + c + b := by
  rw [Nat.add_assoc, Nat.add_comm b, Nat.add_assoc]
protected theorem add_add_add_comm (a b c d : Nat) : a + b + (c + d) = a + c + (b + d) := by
  rw [Nat.add_assoc, Nat.add_left_comm b, ← Nat.add_assoc]
theorem succ.inj {m n : Nat} (h : Nat.succ m = Nat.succ n) : m = n := congrArg Nat.pred h
protected theorem add_right_cancel {a b : Nat} : {c : Nat} → a + c = b + c → a = b
  | .zero, h => h
  | .succ _, h => Nat.add_right_cancel (succ.inj h)
protected theorem add_left_cancel {a b c : Nat} (h : c + a = c + b) : a = b :=
  Nat.add_right_cancel (by rw [Nat.add_comm a, h, Nat.add_comm])
protected theorem add_le_add_iff_right {a b : Nat} : {c : Nat} → (a + c ≤ b + c ↔ a ≤ b)
  | .zero => Iff.rfl
  | .succ c => (Nat.add_le_add_iff_right : a + c ≤ b + c ↔ _)
protected theorem add_le_add_iff_left {a b c : Nat} : c + a ≤ c + b ↔ a ≤ b := by
  rw [Nat.add_comm c, Nat.add_comm c]; exact Nat.add_le_add_iff_right
protected theorem add_le_add {a b c d : Nat} (h : a ≤ b) (k : c ≤ d) : a + c ≤ b + d :=
  le_trans (Nat.add_le_add_iff_right.mpr h) (Nat.add_le_add_iff_left.mpr k)
theorem le_add_right (m n : Nat) : m ≤ m + n := Nat.add_le_add_iff_left.mpr (zero_le n)
theorem le_add_left (m n : Nat) : m ≤ n + m := by rw [Nat.add_comm]; exact le_add_right m n
protected theorem add_pos_iff {m : Nat} : {n : Nat} → (0 < m + n ↔ 0 < m ∨ 0 < n)
  | .zero => ⟨.inl, fun h => h.elim id fun k => absurd k (lt_irrefl 0)⟩
  | .succ _ => ⟨fun _ => .inr ⟨rfl, fun h => nomatch h⟩, fun _ => ⟨rfl, fun h => nomatch h⟩⟩

/-! ### Differences -/

theorem succ_sub_succ (m : Nat) : (n : Nat) → Nat.succ m - Nat.succ n = m - n
  | .zero => rfl
  | .succ n => congrArg Nat.pred (succ_sub_succ m n)
protected theorem zero_sub : (n : Nat) → 0 - n = 0
  | .zero => rfl
  | .succ n => congrArg Nat.pred (Nat.zero_sub n)
protected theorem sub_self : (n : Nat) → n - n = 0
  | .zero => rfl
  | .succ n => (succ_sub_succ n n).trans (Nat.sub_self n)
protected theorem add_sub_cancel (m : Nat) : (n : Nat) → m + n - n = m
  | .zero => rfl
  | .succ n => (succ_sub_succ (m + n) n).trans (Nat.add_sub_cancel m n)
protected theorem add_sub_cancel_left (m n : Nat) : m + n - m = n := by
  rw [Nat.add_comm, Nat.add_sub_cancel]
protected theorem sub_add_cancel : {m n : Nat} → n ≤ m → m - n + n = m
  | _, .zero, _ => rfl
  | .succ m, .succ n, h => by
    rw [succ_sub_succ]; exact congrArg Nat.succ (Nat.sub_add_cancel (succ_le_succ_iff.mp h))
theorem sub_eq_zero_of_le : {m n : Nat} → m ≤ n → m - n = 0
  | .zero, n, _ => Nat.zero_sub n
  | .succ m, .succ n, h => (succ_sub_succ m n).trans (sub_eq_zero_of_le (succ_le_succ_iff.mp h))
theorem sub_le (m : Nat) : (n : Nat) → m - n ≤ m
  | .zero => le_refl m
  | .succ n => le_trans (pred_le (m - n)) (sub_le m n)
where
  pred_le : (n : Nat) → Nat.pred n ≤ n
    | .zero => rfl
    | .succ n => le_succ n
protected theorem sub_pos_iff : {m n : Nat} → (0 < m - n ↔ n < m)
  | _, .zero => Iff.rfl
  | .zero, .succ n => ⟨fun h => absurd (le_of_eq (Nat.zero_sub (Nat.succ n))) h.2,
    fun h => nomatch h.1⟩
  | .succ m, .succ n => Iff.trans (iff_of_eq (congrArg (0 < ·) (succ_sub_succ m n))) Nat.sub_pos_iff

/-! ### Products -/

protected theorem mul_zero (n : Nat) : n * 0 = 0 := rfl
theorem mul_succ (m n : Nat) : m * Nat.succ n = m * n + m := rfl
protected theorem zero_mul : (n : Nat) → 0 * n = 0
  | .zero => rfl
  | .succ n => Nat.zero_mul n
theorem succ_mul (m : Nat) : (n : Nat) → Nat.succ m * n = m * n + n
  | .zero => rfl
  | .succ n => congrArg Nat.succ (by
    show Nat.succ m * n + m = m * n + m + n
    rw [succ_mul m n, Nat.add_right_comm])
protected theorem mul_comm (m : Nat) : (n : Nat) → m * n = n * m
  | .zero => (Nat.zero_mul m).symm
  | .succ n => by rw [mul_succ, succ_mul, Nat.mul_comm m n]
protected theorem mul_one (n : Nat) : n * 1 = n := Nat.zero_add n
protected theorem one_mul (n : Nat) : 1 * n = n := (Nat.mul_comm 1 n).trans (Nat.mul_one n)
protected theorem mul_add (a b : Nat) : (c : Nat) → a * (b + c) = a * b + a * c
  | .zero => rfl
  | .succ c => by rw [add_succ, mul_succ, mul_succ, Nat.mul_add a b c, Nat.add_assoc]
protected theorem add_mul (a b c : Nat) : (a + b) * c = a * c + b * c := by
  rw [Nat.mul_comm, Nat.mul_add, Nat.mul_comm c, Nat.mul_comm c]
protected theorem mul_assoc (a b : Nat) : (c : Nat) → a * b * c = a * (b * c)
  | .zero => rfl
  | .succ c => by rw [mul_succ, mul_succ, Nat.mul_add, Nat.mul_assoc a b c]
protected theorem mul_le_mul_right {a b : Nat} (h : a ≤ b) : (c : Nat) → a * c ≤ b * c
  | .zero => rfl
  | .succ c => Nat.add_le_add (Nat.mul_le_mul_right h c) h
protected theorem mul_le_mul_left {a b : Nat} (c : Nat) (h : a ≤ b) : c * a ≤ c * b := by
  rw [Nat.mul_comm c, Nat.mul_comm c]; exact Nat.mul_le_mul_right h c

/-- A number is the quotient and the last digit of one number only. -/
theorem digit_unique {B a b r s : Nat} (hr : r < B) (hs : s < B) (h : a * B + r = b * B + s) :
    a = b ∧ r = s :=
  have low {a b r s : Nat} (hr : r < B) (h : a * B + r = b * B + s) : b ≤ a :=
    (le_or_lt b a).elim id fun k =>
      have step : a * B + B ≤ a * B + r :=
        le_trans (ge_of_eq (Nat.succ_mul a B))
          (le_trans (Nat.mul_le_mul_right (Nat.lt_iff_succ_le.mp k) B)
          (le_trans (Nat.le_add_right _ s) (ge_of_eq h)))
      (not_le_of_lt hr (Nat.add_le_add_iff_left.mp step)).elim
  have e : a = b := le_antisymm (low hs h.symm) (low hr h)
  ⟨e, Nat.add_left_cancel (e ▸ h)⟩

/-! ### Halves and doubles -/

/-- Half of `n`, rounded down. -/
def half : Nat → Nat
  | .zero => 0
  | .succ .zero => 0
  | .succ (.succ n) => Nat.succ (half n)

/-- Twice `n`. -/
def double : Nat → Nat
  | .zero => 0
  | .succ n => Nat.succ (Nat.succ (double n))

theorem half_mono : {a b : Nat} → a ≤ b → half a ≤ half b
  | .zero, _, _ => Nat.zero_le _
  | .succ .zero, _, _ => Nat.zero_le _
  | .succ (.succ _), .zero, h => nomatch h
  | .succ (.succ _), .succ .zero, h => nomatch h
  | .succ (.succ a), .succ (.succ b), h => (half_mono h : half a ≤ half b)

theorem double_mono : {a b : Nat} → a ≤ b → double a ≤ double b
  | .zero, _, _ => Nat.zero_le _
  | .succ _, .zero, h => nomatch h
  | .succ a, .succ b, h => (double_mono h : double a ≤ double b)

theorem le_double : (n : Nat) → n ≤ double n
  | .zero => rfl
  | .succ n => le_trans (Nat.succ_le_succ_iff.mpr (le_double n)) (Nat.le_succ (Nat.succ (double n)))

theorem half_succ_double : (n : Nat) → half (Nat.succ (double n)) = n
  | .zero => rfl
  | .succ n => congrArg Nat.succ (half_succ_double n)

theorem le_succ_double_half : (n : Nat) → n ≤ Nat.succ (double (half n))
  | .zero => rfl
  | .succ .zero => rfl
  | .succ (.succ n) => le_succ_double_half n

end Nat
