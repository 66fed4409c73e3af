/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Logic

/-!
# Partial and linear orders

`PartialOrder` and `LinearOrder` with Mathlib's names. A linear order carries a decision procedure
for `≤`, so that `max` and `min` compute, in the kernel too.

## Main definitions

* `PartialOrder`, `LinearOrder`, `BoundedOrder`
* `max`, `min` on a linear order
-/

set_option autoImplicit false

universe u

/-- Types with a relation `≤`. -/
class LE (α : Type u) where
  /-- `a ≤ b`. -/
  le : α → α → Prop

@[inherit_doc] infix:50 " ≤ " => LE.le

/-- `a < b` means `a ≤ b` and not `b ≤ a`. -/
def LT.lt {α : Type u} [LE α] (a b : α) : Prop := a ≤ b ∧ ¬ b ≤ a

@[inherit_doc] infix:50 " < " => LT.lt

/-- A reflexive, transitive, antisymmetric relation `≤`. -/
class PartialOrder (α : Type u) extends LE α where
  le_refl (a : α) : a ≤ a
  le_trans {a b c : α} : a ≤ b → b ≤ c → a ≤ c
  le_antisymm {a b : α} : a ≤ b → b ≤ a → a = b

/-- A partial order in which any two elements compare, decidably. -/
class LinearOrder (α : Type u) extends PartialOrder α where
  le_total (a b : α) : a ≤ b ∨ b ≤ a
  /-- Decides `a ≤ b`. -/
  decLe (a b : α) : Decidable (a ≤ b)

/-- A least and a greatest element. -/
class BoundedOrder (α : Type u) [LE α] where
  /-- The least element. -/
  bot : α
  /-- The greatest element. -/
  top : α
  bot_le (a : α) : bot ≤ a
  le_top (a : α) : a ≤ top

@[inherit_doc] notation:1024 "⊥" => BoundedOrder.bot
@[inherit_doc] notation:1024 "⊤" => BoundedOrder.top

export PartialOrder (le_refl le_trans le_antisymm)
export LinearOrder (le_total)
export BoundedOrder (bot_le le_top)

section PartialOrder

variable {α : Type u} [PartialOrder α] {a b c : α}

theorem le_of_eq (h : a = b) : a ≤ b := h ▸ le_refl a
theorem ge_of_eq (h : a = b) : b ≤ a := h ▸ le_refl a
theorem le_antisymm_iff : a = b ↔ a ≤ b ∧ b ≤ a :=
  ⟨fun h => ⟨le_of_eq h, ge_of_eq h⟩, fun h => le_antisymm h.1 h.2⟩

theorem le_of_lt (h : a < b) : a ≤ b := h.1
theorem not_le_of_lt (h : a < b) : ¬ b ≤ a := h.2
theorem lt_irrefl (a : α) : ¬ a < a := fun h => h.2 h.1
theorem ne_of_lt (h : a < b) : a ≠ b := fun e => h.2 (ge_of_eq e)
theorem lt_of_le_of_ne (h : a ≤ b) (hne : a ≠ b) : a < b := ⟨h, fun k => hne (le_antisymm h k)⟩
theorem lt_of_lt_of_le (h : a < b) (k : b ≤ c) : a < c :=
  ⟨le_trans h.1 k, fun l => h.2 (le_trans k l)⟩
theorem lt_of_le_of_lt (h : a ≤ b) (k : b < c) : a < c :=
  ⟨le_trans h k.1, fun l => k.2 (le_trans l h)⟩
theorem lt_trans (h : a < b) (k : b < c) : a < c := lt_of_lt_of_le h k.1

@[reducible] instance instTransLeLe : Trans (α := α) LE.le LE.le LE.le := ⟨le_trans⟩
@[reducible] instance instTransLeLt : Trans (α := α) LE.le LT.lt LT.lt := ⟨lt_of_le_of_lt⟩
@[reducible] instance instTransLtLe : Trans (α := α) LT.lt LE.le LT.lt := ⟨lt_of_lt_of_le⟩
@[reducible] instance instTransLtLt : Trans (α := α) LT.lt LT.lt LT.lt := ⟨lt_trans⟩

theorem le_bot_iff [BoundedOrder α] : a ≤ ⊥ ↔ a = ⊥ := ⟨fun h => le_antisymm h (bot_le a), le_of_eq⟩
theorem top_le_iff [BoundedOrder α] : ⊤ ≤ a ↔ a = ⊤ := ⟨fun h => le_antisymm (le_top a) h, ge_of_eq⟩

end PartialOrder

section LinearOrder

variable {α : Type u} [LinearOrder α] {a b c : α}

instance instDecidableLe (a b : α) : Decidable (a ≤ b) := LinearOrder.decLe a b

instance instDecidableLt (a b : α) : Decidable (a < b) :=
  inferInstanceAs (Decidable (a ≤ b ∧ ¬ b ≤ a))

/-- Equality is decidable on a linear order. -/
@[reducible] def LinearOrder.decEq (a b : α) : Decidable (a = b) :=
  match LinearOrder.decLe a b, LinearOrder.decLe b a with
  | .isTrue h, .isTrue k => .isTrue (le_antisymm h k)
  | .isFalse h, _ => .isFalse fun e => h (le_of_eq e)
  | _, .isFalse k => .isFalse fun e => k (ge_of_eq e)

theorem le_of_not_le (h : ¬ a ≤ b) : b ≤ a := (le_total a b).elim (absurd · h) id
theorem lt_of_not_le (h : ¬ a ≤ b) : b < a := ⟨le_of_not_le h, h⟩
theorem not_le : ¬ a ≤ b ↔ b < a := ⟨lt_of_not_le, not_le_of_lt⟩
theorem not_lt : ¬ a < b ↔ b ≤ a :=
  ⟨fun h => @Decidable.byContradiction _ (LinearOrder.decLe b a) fun k => h (lt_of_not_le k),
    fun h k => k.2 h⟩
theorem le_or_lt (a b : α) : a ≤ b ∨ b < a := match LinearOrder.decLe a b with
  | .isTrue h => .inl h
  | .isFalse h => .inr (lt_of_not_le h)
theorem lt_or_eq_of_le (h : a ≤ b) : a < b ∨ a = b :=
  (le_or_lt b a).elim (fun k => .inr (le_antisymm h k)) .inl

/-- The larger of two elements. -/
def max (a b : α) : α := if a ≤ b then b else a

/-- The smaller of two elements. -/
def min (a b : α) : α := if a ≤ b then a else b

theorem max_eq_right (h : a ≤ b) : max a b = b := if_pos h
theorem max_eq_left (h : b ≤ a) : max a b = a := match LinearOrder.decLe a b with
  | .isTrue k => (if_pos k).trans (le_antisymm h k)
  | .isFalse k => if_neg k
theorem min_eq_left (h : a ≤ b) : min a b = a := if_pos h
theorem min_eq_right (h : b ≤ a) : min a b = b := match LinearOrder.decLe a b with
  | .isTrue k => (if_pos k).trans (le_antisymm k h)
  | .isFalse k => if_neg k

theorem le_max_left (a b : α) : a ≤ max a b :=
  (le_total a b).elim (fun h => le_trans h (ge_of_eq (max_eq_right h))) fun h =>
    ge_of_eq (max_eq_left h)
theorem le_max_right (a b : α) : b ≤ max a b :=
  (le_total a b).elim (fun h => ge_of_eq (max_eq_right h)) fun h =>
    le_trans h (ge_of_eq (max_eq_left h))
theorem max_le (h : a ≤ c) (k : b ≤ c) : max a b ≤ c :=
  (le_total a b).elim (fun l => le_trans (le_of_eq (max_eq_right l)) k) fun l =>
    le_trans (le_of_eq (max_eq_left l)) h
theorem min_le_left (a b : α) : min a b ≤ a :=
  (le_total a b).elim (fun h => le_of_eq (min_eq_left h)) fun h =>
    le_trans (le_of_eq (min_eq_right h)) h
theorem min_le_right (a b : α) : min a b ≤ b :=
  (le_total a b).elim (fun h => le_trans (le_of_eq (min_eq_left h)) h) fun h =>
    le_of_eq (min_eq_right h)
theorem le_min (h : c ≤ a) (k : c ≤ b) : c ≤ min a b :=
  (le_total a b).elim (fun l => le_trans h (ge_of_eq (min_eq_left l))) fun l =>
    le_trans k (ge_of_eq (min_eq_right l))

theorem max_le_iff : max a b ≤ c ↔ a ≤ c ∧ b ≤ c :=
  ⟨fun h => ⟨le_trans (le_max_left a b) h, le_trans (le_max_right a b) h⟩, fun h => max_le h.1 h.2⟩
theorem le_min_iff : c ≤ min a b ↔ c ≤ a ∧ c ≤ b :=
  ⟨fun h => ⟨le_trans h (min_le_left a b), le_trans h (min_le_right a b)⟩, fun h => le_min h.1 h.2⟩
theorem max_comm (a b : α) : max a b = max b a :=
  le_antisymm (max_le (le_max_right b a) (le_max_left b a))
    (max_le (le_max_right a b) (le_max_left a b))
theorem min_comm (a b : α) : min a b = min b a :=
  le_antisymm (le_min (min_le_right a b) (min_le_left a b))
    (le_min (min_le_right b a) (min_le_left b a))
theorem max_self (a : α) : max a a = a := max_eq_left (le_refl a)
theorem min_self (a : α) : min a a = a := min_eq_left (le_refl a)

end LinearOrder
