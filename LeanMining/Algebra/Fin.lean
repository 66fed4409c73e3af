/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Arithmetic

/-!
# Finite index types

`Fin n` has `n` elements. It is an inductive family (Mathlib's `Fin2`), so that sums and vectors
over it recurse structurally.

## Main definitions

* `Fin n`, with `DecidableEq (Fin n)`
* `Fin.cons`, `Fin.append`: families put together
* `Fin.instDecidableForall`: a decidable property can be decided of all indices
-/

set_option autoImplicit false

universe u

/-- The index type with `n` elements. -/
inductive Fin : Nat → Type where
  /-- The first index. -/
  | zero {n : Nat} : Fin (Nat.succ n)
  /-- The index after `i`. -/
  | succ {n : Nat} (i : Fin n) : Fin (Nat.succ n)

namespace Fin

/-- There is no index below zero. -/
theorem elim0 (i : Fin Nat.zero) : False := nomatch i

theorem succ_inj {n : Nat} {i : Fin n} : {j : Fin n} → Fin.succ i = Fin.succ j → i = j
  | _, .refl _ => rfl

/-- Whether two indices are the same. -/
@[reducible] instance instDecidableEq : {n : Nat} → DecidableEq (Fin n)
  | _, .zero, .zero => .isTrue rfl
  | _, .zero, .succ _ => .isFalse (nomatch ·)
  | _, .succ _, .zero => .isFalse (nomatch ·)
  | _, .succ i, .succ j => match instDecidableEq i j with
    | .isTrue h => .isTrue (congrArg Fin.succ h)
    | .isFalse h => .isFalse fun e => h (succ_inj e)

theorem forall_succ {n : Nat} {p : Fin (Nat.succ n) → Prop} :
    (∀ i, p i) ↔ p .zero ∧ ∀ i, p (.succ i) :=
  ⟨fun h => ⟨h .zero, fun i => h (.succ i)⟩,
   fun h i => match i with | .zero => h.1 | .succ i => h.2 i⟩

theorem exists_succ {n : Nat} {p : Fin (Nat.succ n) → Prop} :
    (∃ i, p i) ↔ p .zero ∨ ∃ i, p (.succ i) :=
  ⟨fun ⟨i, h⟩ => match i, h with | .zero, h => .inl h | .succ i, h => .inr ⟨i, h⟩,
   fun h => h.elim (fun h => ⟨.zero, h⟩) fun ⟨i, h⟩ => ⟨.succ i, h⟩⟩

/-- A decidable property holds at every index or fails at one. -/
theorem forall_or_exists_not :
    {n : Nat} → (p : Fin n → Prop) → ((i : Fin n) → Decidable (p i)) → (∀ i, p i) ∨ ∃ i, ¬ p i
  | .zero, _, _ => .inl fun i => i.elim0.elim
  | .succ _, p, d => match d .zero with
    | .isFalse h => .inr ⟨.zero, h⟩
    | .isTrue h => (forall_or_exists_not (fun i => p (.succ i)) fun i => d (.succ i)).elim
      (fun k => .inl (forall_succ.2 ⟨h, k⟩)) fun ⟨i, k⟩ => .inr ⟨.succ i, k⟩

/-- The family `x` with `a` before it. -/
def cons {α : Type u} {n : Nat} (a : α) (x : Fin n → α) : Fin (Nat.succ n) → α
  | .zero => a
  | .succ i => x i

/-- The family `g` with `f` after it. -/
def append {α : Type u} {m : Nat} (f : Fin m → α) : {n : Nat} → (Fin n → α) → Fin (m + n) → α
  | .zero, _, i => f i
  | .succ _, g, .zero => g .zero
  | .succ _, g, .succ i => append f (fun j => g (.succ j)) i

theorem forall_append {α : Type u} {p : α → Prop} {m : Nat} {f : Fin m → α} (h : ∀ i, p (f i)) :
    {n : Nat} → {g : Fin n → α} → (∀ j, p (g j)) → ∀ i, p (append f g i)
  | .zero, _, _, i => h i
  | .succ _, _, k, .zero => k .zero
  | .succ _, g, k, .succ i => forall_append (g := fun j => g (.succ j)) h (fun j => k (.succ j)) i

/-- Whether a decidable property holds at every index. -/
@[reducible] instance instDecidableForall : {n : Nat} → {p : Fin n → Prop} →
    [h : (i : Fin n) → Decidable (p i)] → Decidable (∀ i, p i)
  | .zero, _, _ => .isTrue fun i => i.elim0.elim
  | .succ _, _, d => match d .zero, instDecidableForall (h := fun i => d (.succ i)) with
    | .isTrue h, .isTrue k => .isTrue (forall_succ.2 ⟨h, k⟩)
    | .isFalse h, _ => .isFalse fun f => h (f .zero)
    | _, .isFalse k => .isFalse fun f => k fun i => f (.succ i)

end Fin
