prelude
import LeanMining.Foundation.Arithmetic
import LeanMining.Algebra.Order

/-!
# Natural numbers

Their linear order, decided by `Nat.ble`, which the kernel computes on literals in one step.
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

end Nat
