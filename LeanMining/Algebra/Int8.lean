/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Lattice
import LeanMining.Algebra.Int

/-!
# INT8

The 256 values -128, …, 127 as a bounded linear order. A value is held in offset binary,
`index = value + 128`, so that its order is that of the natural numbers and the kernel decides a
comparison in one step.

## Main definitions

* `Int8`, with `LinearOrder Int8` and `BoundedOrder Int8`
* `Int8.ofIndex n`: the value `n - 128`, for `n` up to 255
* `Int8.toInt`: the value as an integer
-/

set_option autoImplicit false

/-- An 8-bit signed integer, in offset binary. -/
structure Int8 where
  /-- The value plus 128. -/
  index : Nat
  index_le : index ≤ 255

namespace Int8

theorem ext : {a b : Int8} → a.index = b.index → a = b
  | ⟨_, _⟩, ⟨_, _⟩, .refl _ => rfl

@[reducible] instance instLinearOrder : LinearOrder Int8 where
  le a b := a.index ≤ b.index
  le_refl a := le_refl a.index
  le_trans := fun h k => le_trans h k
  le_antisymm h k := ext (le_antisymm h k)
  le_total a b := le_total a.index b.index
  decLe a b := LinearOrder.decLe a.index b.index

/-- -128 is least and 127 greatest. -/
@[reducible] instance instBoundedOrder : BoundedOrder Int8 where
  bot := ⟨0, rfl⟩
  top := ⟨255, rfl⟩
  bot_le a := Nat.zero_le a.index
  le_top a := a.index_le

theorem le_def {a b : Int8} : a ≤ b ↔ a.index ≤ b.index := Iff.rfl

/-- The value `n - 128`; 127 for `n` above 255. -/
def ofIndex (n : Nat) : Int8 := ⟨min n 255, min_le_right n 255⟩

theorem index_ofIndex {n : Nat} (h : n ≤ 255) : (ofIndex n).index = n := min_eq_left h

theorem ofIndex_mono {m n : Nat} (h : m ≤ n) : ofIndex m ≤ ofIndex n :=
  le_min (α := Nat) (le_trans (min_le_left m 255) h) (min_le_right m 255)

theorem ofIndex_index (a : Int8) : ofIndex a.index = a := ext (index_ofIndex a.index_le)

/-- The numerals 0, 1, …, 127; a larger one is 127. -/
@[reducible] instance instOfNat (n : Nat) : OfNat Int8 n := ⟨ofIndex (n + 128)⟩

/-- Every value is 126 or above, or 125 or below. -/
theorem le_125_iff_not_126_le {a : Int8} : a ≤ 125 ↔ ¬ 126 ≤ a :=
  ⟨fun h k => Nat.not_succ_le_self 253 (le_trans (α := Nat) k h),
    fun h => Nat.lt_succ_iff.mp (lt_of_not_le h)⟩

/-- Nothing lies strictly between `z` and the greatest value exactly when `z` is at least 126. -/
theorem eq_or_eq_top_above_iff {z : Int8} : (∀ x, z ≤ x → x = z ∨ x = ⊤) ↔ 126 ≤ z :=
  ⟨fun h => (le_or_lt 126 z).elim id fun k => (h 126 (le_of_lt k)).elim le_of_eq fun e =>
    (nomatch congrArg index e),
   fun h x hx => (lt_or_eq_of_le hx).elim
    (fun k =>
      .inr (le_antisymm (le_top x) (le_trans (α := Nat) (Nat.succ_le_succ_iff.mpr h)
      (Nat.lt_iff_succ_le.mp k))))
    (fun e => .inl e.symm)⟩

/-! ### As integers -/

/-- The value as an integer. -/
def toInt (a : Int8) : Int := Int.subNatNat a.index 128

theorem toInt_le_toInt {a b : Int8} : a.toInt ≤ b.toInt ↔ a ≤ b :=
  Iff.trans (Int.subNatNat_le_subNatNat a.index 128 b.index 128) Nat.add_le_add_iff_right

theorem toInt_inj {a b : Int8} (h : a.toInt = b.toInt) : a = b :=
  le_antisymm (toInt_le_toInt.mp (le_of_eq h)) (toInt_le_toInt.mp (ge_of_eq h))

/-- In offset binary, negation is the difference from 256. -/
theorem neg_toInt (a : Int8) : -a.toInt = Int.subNatNat (256 - a.index) 128 := by
  show -Int.subNatNat a.index 128 = _
  rw [Int.neg_subNatNat, ← Int.subNatNat_add_add (256 - a.index) 128 a.index,
    Nat.sub_add_cancel (le_trans (α := Nat) a.index_le (Nat.le_succ 255)), Nat.add_comm 128 a.index]
  exact (Int.subNatNat_add_add 128 a.index 128).symm

theorem le_toInt (a : Int8) : -128 ≤ a.toInt := toInt_le_toInt.mpr (bot_le a)
theorem toInt_le (a : Int8) : a.toInt ≤ 127 := toInt_le_toInt.mpr (le_top a)

end Int8
