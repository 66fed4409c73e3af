/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Rat

/-!
# Multiples

Whether a rational is a whole multiple of another one is decided: there is one number that the
multiple can be.
-/

set_option autoImplicit false

namespace Rat

/-- If `q` is a multiple of `δ` at all, it is the one by the numerator of `q / δ`. -/
theorem exists_natCast_mul_iff {δ q : Rat} :
    (q = Nat.cast (q / δ).num.natAbs * δ ∨ q = -(Nat.cast (q / δ).num.natAbs * δ)) ↔
      ∃ k : Nat, q = Nat.cast k * δ ∨ q = -(Nat.cast k * δ) := by
  refine ⟨fun h => ⟨_, h⟩, fun ⟨k, h⟩ => ?_⟩
  refine (Decidable.em (δ = 0)).elim (fun z => ?_) fun ne => h.elim (fun e => .inl ?_)
    fun e => .inr ?_
  · rw [z, mul_zero, neg_zero] at h ⊢
    exact h
  · have d : q / δ = Nat.cast k := (div_eq_iff ne).mpr e
    rw [d]
    exact e
  · have d : q / δ = -Nat.cast k := (div_eq_iff ne).mpr (by rw [e, neg_mul])
    have abs : (-Nat.cast k : Rat).num.natAbs = k := by
      cases k with
      | zero => rfl
      | succ k => rfl
    rw [d, abs]
    exact e

/-- Whether a rational is a whole multiple of another one. -/
@[reducible] instance instDecidableMultiple (δ q : Rat) :
    Decidable (∃ k : Nat, q = Nat.cast k * δ ∨ q = -(Nat.cast k * δ)) :=
  decidable_of_iff exists_natCast_mul_iff

end Rat
