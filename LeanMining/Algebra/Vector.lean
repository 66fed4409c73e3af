/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Lattice
import LeanMining.Algebra.Fin

/-!
# Vectors

`Vector α n` is a nested pair rather than a function, so that two vectors with equal entries are
equal without function extensionality, hence without an axiom. The order is componentwise.

## Main definitions

* `Vector α n`, `Vector.nil`, `a ::ᵥ v`, `Vector.get`, `Vector.ofFn`, `Vector.map`, `Vector.zipWith`
* the distributive lattice and the bounds of `Vector α n`
-/

set_option autoImplicit false

universe u v w

/-- `n` elements of `α`. -/
def Vector (α : Type u) : Nat → Type u
  | .zero => PUnit
  | .succ n => α × Vector α n

namespace Vector

variable {α : Type u} {β : Type v} {γ : Type w}

/-- The vector without entries. -/
@[reducible] def nil : Vector α 0 := .unit

/-- Put an entry first. A long vector is written `a ::ᵥ b ::ᵥ … ::ᵥ .nil`, which Lean elaborates
faster than nested pairs. -/
@[reducible] def cons (a : α) {n : Nat} (v : Vector α n) : Vector α (Nat.succ n) := (a, v)

@[inherit_doc] infixr:67 " ::ᵥ " => Vector.cons

/-- The entry at an index. -/
def get : {n : Nat} → Vector α n → Fin n → α
  | .succ _, v, .zero => v.1
  | .succ _, v, .succ i => get v.2 i

/-- The vector with the given entries. -/
def ofFn : {n : Nat} → (Fin n → α) → Vector α n
  | .zero, _ => .unit
  | .succ _, f => (f .zero, ofFn fun i => f (.succ i))

/-- Apply a function to each entry. -/
def map (f : α → β) : {n : Nat} → Vector α n → Vector β n
  | .zero, _ => .unit
  | .succ _, v => (f v.1, map f v.2)

/-- Combine two vectors entry by entry. -/
def zipWith (f : α → β → γ) : {n : Nat} → Vector α n → Vector β n → Vector γ n
  | .zero, _, _ => .unit
  | .succ _, v, w => (f v.1 w.1, zipWith f v.2 w.2)

theorem get_ofFn : {n : Nat} → (f : Fin n → α) → (i : Fin n) → (ofFn f).get i = f i
  | .succ _, _, .zero => rfl
  | .succ _, f, .succ i => get_ofFn (fun j => f (.succ j)) i

theorem get_zipWith (f : α → β → γ) :
    {n : Nat} → (v : Vector α n) → (w : Vector β n) → (i : Fin n) →
    (zipWith f v w).get i = f (v.get i) (w.get i)
  | .succ _, _, _, .zero => rfl
  | .succ _, v, w, .succ i => get_zipWith f v.2 w.2 i

/-- Vectors with equal entries are equal. -/
theorem ext : {n : Nat} → {v w : Vector α n} → (∀ i, v.get i = w.get i) → v = w
  | .zero, .unit, .unit, _ => rfl
  | .succ _, _, _, h => Prod.ext (h .zero) (ext fun i => h (.succ i))

/-- The one-point lattice. -/
@[reducible] def unitDistribLattice : DistribLattice PUnit.{u + 1} where
  le _ _ := True
  le_refl _ := .intro
  le_trans _ _ := .intro
  le_antisymm _ _ := rfl
  sup _ _ := .unit
  inf _ _ := .unit
  le_sup_left _ _ := .intro
  le_sup_right _ _ := .intro
  sup_le _ _ := .intro
  inf_le_left _ _ := .intro
  inf_le_right _ _ := .intro
  le_inf _ _ := .intro
  le_sup_inf := .intro

/-- Componentwise meets and joins. -/
@[reducible] instance instDistribLattice [DistribLattice α] :
    (n : Nat) → DistribLattice (Vector α n)
  | .zero => unitDistribLattice
  | .succ n => @Prod.instDistribLattice α (Vector α n) _ (instDistribLattice n)

section Lattice

variable [DistribLattice α]

theorem le_iff_get : {n : Nat} → {v w : Vector α n} → (v ≤ w ↔ ∀ i, v.get i ≤ w.get i)
  | .zero, _, _ => ⟨fun _ i => i.elim0.elim, fun _ => .intro⟩
  | .succ _, _, _ =>
    ⟨fun h i => match i with | .zero => h.1 | .succ i => le_iff_get.1 h.2 i,
     fun h => ⟨h .zero, le_iff_get.2 fun i => h (.succ i)⟩⟩

theorem get_sup : {n : Nat} → (v w : Vector α n) → (i : Fin n) → (v ⊔ w).get i = v.get i ⊔ w.get i
  | .succ _, _, _, .zero => rfl
  | .succ _, v, w, .succ i => get_sup v.2 w.2 i

theorem get_inf : {n : Nat} → (v w : Vector α n) → (i : Fin n) → (v ⊓ w).get i = v.get i ⊓ w.get i
  | .succ _, _, _, .zero => rfl
  | .succ _, v, w, .succ i => get_inf v.2 w.2 i

/-- The vector whose entries are all `⊥` is least, and the one of `⊤` greatest. -/
@[reducible] instance instBoundedOrder [BoundedOrder α] : (n : Nat) → BoundedOrder (Vector α n)
  | .zero => { bot := .unit, top := .unit, bot_le := fun _ => .intro, le_top := fun _ => .intro }
  | .succ n => @Prod.instBoundedOrder α (Vector α n) _ _ _ (instBoundedOrder n)

end Lattice

end Vector
