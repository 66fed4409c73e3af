prelude
import LeanMining.Foundation.Logic

/-!
# Finite index types

`Fin n` has `n` elements. It is an inductive family (Mathlib's `Fin2`), so that sums and vectors over it recurse structurally.
-/

set_option autoImplicit false


/-- The index type with `n` elements. -/
inductive Fin : Nat → Type where
  /-- The first index. -/
  | zero {n : Nat} : Fin (Nat.succ n)
  /-- The index after `i`. -/
  | succ {n : Nat} (i : Fin n) : Fin (Nat.succ n)

namespace Fin

/-- There is no index below zero. -/
theorem elim0 (i : Fin Nat.zero) : False := nomatch i

theorem forall_succ {n : Nat} {p : Fin (Nat.succ n) → Prop} : (∀ i, p i) ↔ p .zero ∧ ∀ i, p (.succ i) :=
  ⟨fun h => ⟨h .zero, fun i => h (.succ i)⟩, fun h i => match i with | .zero => h.1 | .succ i => h.2 i⟩

theorem exists_succ {n : Nat} {p : Fin (Nat.succ n) → Prop} : (∃ i, p i) ↔ p .zero ∨ ∃ i, p (.succ i) :=
  ⟨fun ⟨i, h⟩ => match i, h with | .zero, h => .inl h | .succ i, h => .inr ⟨i, h⟩,
   fun h => h.elim (fun h => ⟨.zero, h⟩) fun ⟨i, h⟩ => ⟨.succ i, h⟩⟩

end Fin
